#!/bin/sh
# The sandbox is what it says: pages that lead through exactly the truth,
# refusals where Twilio refuses, and faults that are really there.
. "$(dirname "$0")/lib.sh"
. "$TESTS/sandbox.sh"

walk() { "$PYTHON" "$TESTS/sandbox/walk.py" "$@"; }

# get TARGET [curl options]: as the main account, api unless a Host is given.
get() {
	target=$1; shift
	curl -sS -u "$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN" "$@" "$SANDBOX_URL$target"
}
monitor() { get "$@" -H 'Host: monitor.twilio.com'; }

# answers 'STATUS CODE' TARGET [curl options]
answers() {
	expected=$1; shift
	got=$(get "$@" -o answer -w '%{http_code}')
	got=$got$(sed -n 's/^{"code": \([0-9]*\).*/ \1/p' answer)
	[ "$got" = "$expected" ] || { echo "$1: got $got, expected $expected"; return 1; }
}
# field PROGRAM: what a python expression makes of the JSON on stdin, as b
field() { "$PYTHON" -c "import json, sys; b = json.load(sys.stdin); print($1)"; }
sids() { field "[r['sid'] for r in b['messages']]"; }

# A small world, in which everything can be read.
sandbox_start --messages 1500 --calls 40 --recordings 30 --conferences 30 --alerts 60
main=$TWILIO_ACCOUNT_SID
A=/2010-04-01/Accounts/$main
curl -sS "$SANDBOX_URL/_sandbox/credentials" >credentials
login() { # N [key N]: SID:SECRET of an account or of one of its keys
	field "'%s:%s' % ((lambda a: (a['sid'], a['auth_token']))(b[$1])
		if '${2-}' == '' else (lambda k: (k['sid'], k['secret']))(b[$1]['keys'][${2:-0}]))" <credentials
}
sub=$(login 1) sub2=$(login 2) suspended=$(login 3) closed=$(login 4)

# Pages and truth

for s in accounts messages message_media calls recordings conferences \
	conference_participants usage_records alerts dependent_phone_numbers; do
	walk "$s" >walked 2>walk.log && LC_ALL=C sort walked >sorted
	sandbox_truth "$s" "secrets=1&now=1" >truth
	check "$s: the pages hold the truth, byte for byte" \
	    'cat walk.log; [ -s truth ] && [ ! -s walk.log ] && cmp sorted truth'
done
sandbox_truth messages >one
check 'the truth tells no secrets unless asked' '
	! sandbox_truth accounts | grep -q auth_token && sandbox_truth accounts secrets=1 | grep -q auth_token'
check 'a record is not listed twice' '[ "$(sort -u one | wc -l)" -eq "$(wc -l <one)" ]'

cat >layer.tw <<END
stream scim_users
	host preview-iam
	path /Organizations/Users
	paging scim
	records Resources
	key id
	column id text
	column userName text
END

# Refusals

refused='
400 20001|/Messages.json?Color=red
400 20001|/Messages.json?DateSent=%3E=2026-01-01
400 20001|/Messages.json?DateSent%3E=yesterday
400 20001|/Messages.json?DateSent%3E=2026-13-01
400 20001|/Messages.json?PageSize=0
400 20001|/Messages.json?PageSize=x
400 20007|/Messages.json?PageSize=1001
400 20001|/Messages.json?Page=1
400 21481|/Messages.json?Page=1&PageToken=PASM00000000000000000000000000000000
400 21481|/Messages.json?Page=1&PageToken=1
400 20004|/Messages.json?DateSent%3E=2025-01-01
400 20001|/Calls.json?Status=done
400 20001|/Conferences.json?Status=all
404 20404|/Nothing.json
404 20404|/Messages/SM00000000000000000000000000000000/Media.json
404 20404|/Usage/Records/Daily.json?StartDate=2020-01-01&EndDate=2020-01-02
404 20404|/Usage/Records/Daily.json?StartDate=2026-11-02&EndDate=2026-11-01
400 21481|/Usage/Records/Daily.json?Page=1&PageToken=PTeyJvIjo1MH0%3D%2B00000000
200|/Messages.json?DateSent%3E=2026-11-01&DateSent%3C=2026-11-02T10:00:00Z
200|/Messages.json?DateSent%3E=2026-11-01%2000:00:00Z
200|/Messages.json?DateSent>=2026-11-01'
check 'what Twilio refuses is refused' '
	echo "$refused" | while IFS="|" read -r code path; do
		[ -z "$code" ] || answers "$code" "$A$path" || exit 1; done'
check 'without .json comes XML' 'get $A/Messages | grep -q "^<?xml"'
check 'verify: 60373 above 100' \
    'answers "400 60373" "/v2/Services?PageSize=1000" -H "Host: verify.twilio.com" &&
     answers 200 "/v2/Services?PageSize=100" -H "Host: verify.twilio.com"'
check 'other products: 70002 without a token' \
    'answers "400 70002" "/v1/Alerts?Page=1" -H "Host: monitor.twilio.com"'
link=$(get "$A/Usage/Records/Daily.json?PageSize=10" | field 'b["next_page_uri"]')
check 'an offset token is good for its own list only' '
	answers 200 "$link" && answers "400 21481" "$link&Category=sms"'
check 'the plus sign of a token must survive' '
	answers "400 21481" "$(echo "$link" | sed s/%2B/+/)"'
check 'a product has its own paths' 'answers "404 20404" /v1/Alerts'
check 'only GET' 'answers "405 20004" $A/Messages.json -X POST'

# Who may read what

check 'wrong credentials' '
	answers "401 20003" $A/Messages.json -u $main:wrong &&
	answers "401 20003" $A/Messages.json -u AC0:x &&
	answers "401 20003" $A/Messages.json -u "" -H "Authorization: Bearer x"'
check 'the main token reads subaccounts, and not the other way' '
	answers 200 /2010-04-01/Accounts/${sub%:*}/Messages.json &&
	answers 200 /2010-04-01/Accounts/${sub%:*}/Messages.json -u $sub &&
	answers "401 20003" $A/Messages.json -u $sub &&
	answers "401 20003" /2010-04-01/Accounts/${sub2%:*}/Messages.json -u $sub'
check 'suspended 20403, closed 20005, by either token' '
	for u in $main:$TWILIO_AUTH_TOKEN $suspended; do
	answers "403 20403" /2010-04-01/Accounts/${suspended%:*}/Messages.json -u $u || exit 1; done
	answers "403 20005" /2010-04-01/Accounts/${closed%:*}/Calls.json &&
	answers "403 20403" /v1/Alerts -u $suspended -H "Host: monitor.twilio.com"'
check 'a main key: its own account only' '
	key=$(login 0 0)
	answers 200 $A/Messages.json -u $key && answers 200 /2010-04-01/Accounts.json -u $key &&
	answers "401 20003" /2010-04-01/Accounts/${sub%:*}/Messages.json -u $key'
check 'a standard key: neither accounts nor keys' '
	key=$(login 0 1)
	answers 200 $A/Messages.json -u $key &&
	answers "401 20003" /2010-04-01/Accounts.json -u $key &&
	answers "401 20003" $A/Keys.json -u $key'
check 'a product shows the account of the credential' '
	[ "$(monitor /v1/Alerts -u $sub | field "{a[\"account_sid\"] for a in b[\"alerts\"]} == {\"${sub%:*}\"}")" = True ]'
check 'a token of a subaccount lists only itself' '
	[ "$(get /2010-04-01/Accounts.json -u $sub | field "len(b[\"accounts\"])")" = 1 ]'
check 'regions: another one does not know the token' '
	answers 200 $A/Messages.json -H "Host: api.ashburn.us1.twilio.com" &&
	answers "401 20003" $A/Messages.json -H "Host: api.dublin.ie1.twilio.com" &&
	answers "404 20404" $A/Messages.json -H "Host: api.ie1.twilio.com"'

# Dates and silent defaults

of_truth() { sandbox_truth "$1" "account=$main&$2" | wc -l; }
shown() { get "$1" | field "len(b['$2'])"; }
check 'calls: whole days, from included, until not' '
	[ $(shown "$A/Calls.json?PageSize=1000&StartTime%3E=2026-11-01T09:00:00Z&StartTime%3C=2026-11-11T09:00:00Z" calls) -eq \
	  $(of_truth calls "since=2026-11-01&until=2026-11-11") ]'
check 'messages: moments, both included' '
	[ $(shown "$A/Messages.json?PageSize=1000&DateSent%3E=2026-11-01T09:00:00Z&DateSent%3C=2026-11-11T09:00:00Z" messages) -eq \
	  $(of_truth messages "since=2026-11-01T09:00:00Z&until=2026-11-11T09:00:01Z") ]'
check 'conferences: days, both included, all statuses together' '
	n=0; for s in init in-progress completed; do
	n=$((n + $(shown "$A/Conferences.json?PageSize=1000&Status=$s&DateCreated%3E=2026-11-01&DateCreated%3C=2026-11-10" conferences))); done
	[ $n -eq $(of_truth conferences "since=2026-11-01&until=2026-11-11") ]'
check 'conferences: without Status only those in progress' '
	[ "$(get $A/Conferences.json | field "{c[\"status\"] for c in b[\"conferences\"]}")" = "{'\''in-progress'\''}" ]'
check 'who was in a conference is known while it lasts' '
	c=$(get "$A/Conferences.json?Status=completed" | field "b[\"conferences\"][0][\"sid\"]") &&
	[ $(shown $A/Conferences/$c/Participants.json participants) = 0 ] &&
	c=$(get "$A/Conferences.json" | field "b[\"conferences\"][0][\"sid\"]") &&
	[ $(shown $A/Conferences/$c/Participants.json participants) -ge 2 ]'
check 'usage: subaccounts are in it unless told otherwise' '
	get "$A/Usage/Records/Daily.json?StartDate=2026-11-20&EndDate=2026-11-20&Category=sms-outbound" >with
	get "$A/Usage/Records/Daily.json?StartDate=2026-11-20&EndDate=2026-11-20&Category=sms-outbound&IncludeSubaccounts=false" >without
	with=$(field "b[\"usage_records\"][0][\"count\"]" <with)
	without=$(field "b[\"usage_records\"][0][\"count\"]" <without)
	[ $with -gt $without ]'
check 'recordings: deleted ones only when asked for' '
	all=$(shown "$A/Recordings.json?IncludeSoftDeleted=true&PageSize=1000" recordings)
	[ $all -ge $(of_truth recordings "") ] && [ $all -eq $(of_truth recordings "all=1") ]'
check 'alerts: nothing older than 30 days' '
	[ "$(monitor "/v1/Alerts?PageSize=1000&StartDate=2020-01-01" | field "min(a[\"date_generated\"] for a in b[\"alerts\"]) >= \"2026-10-23\"")" = True ]'

# How it answers

check 'headers' '
	get $A/Messages.json -D - -o /dev/null | tr -d "\r" >head
	grep -q "^Date: Sun, 22 Nov 2026 12:00:00 GMT" head &&
	grep -q "^Twilio-Request-Id: RQ[0-9a-f]\{32\}$" head && grep -q "^Twilio-Concurrent-Requests: 1$" head'
check_same 'gzip when asked, the same inside' \
    'get $A/Messages.json' 'get $A/Messages.json -H "Accept-Encoding: gzip" | gzip -dc'
check 'a connection is kept' '
	sandbox_reset; get "$A/Messages.json" "$SANDBOX_URL$A/Calls.json" >/dev/null
	[ "$(sandbox_stat connections)" = 2 ] && [ "$(sandbox_stat requests)" = 2 ]'
check 'no secret in the counts' '
	! curl -sS "$SANDBOX_URL/_sandbox/stats" | grep -q $TWILIO_AUTH_TOKEN'

# A world that lives

get "$A/Messages.json?PageSize=20" >before
sandbox_truth messages >messages.before
check 'the clock goes on and new records come' '
	sandbox_advance 864000 | grep -q "^2026-12-02T12:00:00Z" &&
	sandbox_truth messages >messages.after && [ $(wc -l <messages.after) -gt $(($(wc -l <messages.before) + 50)) ]'
check 'a cursor taken before leads on after' '
	next=$(field "b[\"next_page_uri\"]" <before)
	last=$(field "b[\"messages\"][-1][\"sid\"]" <before)
	get "$next" | sids | grep -qv $last'
check 'some were deleted, redacted, priced' '
	"$PYTHON" - <<-END
	import json
	read = lambda f: {json.loads(l)["sid"]: json.loads(l) for l in open(f)}
	a, b = read("messages.before"), read("messages.after")
	both = [(a[s], b[s]) for s in a if s in b]
	assert len(both) < len(a), "deleted"
	assert any(x["body"] and not y["body"] for x, y in both), "redacted"
	assert any(x["price"] is None and y["price"] for x, y in both), "priced"
	assert any(x["price"] != y["price"] and x["date_updated"] == y["date_updated"]
	           for x, y in both), "priced in silence"
	END'
sandbox_reset
check_same 'reset: everything as in the beginning' \
    'sandbox_truth messages' 'cat messages.before'

# Faults.  spoil RULE...: only this one is in force.

spoil() { sandbox_reset; sandbox_fault "$1"; }
L=$A/Messages.json
fault() { # NAME STATUS-OF-CURL PARAMETERS TEST
	spoil "{\"match\": \"Messages\", \"fault\": \"$1\"${3:+, $3}}"
	rm -f body head
	get "$L?PageSize=20" -D head -o body --max-time 1.2 2>curl.log
	status=$?
	export status
	check "fault $1${3:+ ($3)}" "[ $status -eq $2 ] || { echo curl said $status; exit 1; }; $4"
}
is_json() { "$PYTHON" -m json.tool body >/dev/null 2>&1; }
as() { [ "$(field "$1" <body)" = "$2" ]; }
http_is() { grep -q "^HTTP/1.1 $1 " head; }

fault 429 0 '"retry_after": 2' 'http_is 429 && grep -q "^Retry-After: 2" head && as "b[\"code\"]" 20429'
fault status 0 '"status": 503, "code": 20503' 'http_is 503 && as "b[\"code\"]" 20503'
fault status 0 '"status": 451, "body": "no", "content_type": "text/plain"' 'http_is 451 && grep -qx no body'
fault html 0 '' 'http_is 504 && grep -q "^<html>" body'
fault redirect 0 '"location": "http://127.0.0.1:1/"' 'http_is 302 && grep -q "^Location: http://127.0.0.1:1/" head'
fault json_null 0 '' 'as b None'
fault body 0 '"body": "{}"' 'as b "{}"'
fault cut_length 18 '"bytes": 100' '[ $(wc -c <body) -eq 100 ]'
fault cut_chunk 18 '' '! is_json'
fault cut_close 0 '"bytes": 500' '[ $(wc -c <body) -eq 500 ] && ! is_json'
fault cut_json 0 '' '! is_json'
fault reset 56 '' ':'
fault reset 56 '"bytes": 50' ':'
fault empty_reply 52 '' ':'
fault close_keepalive 0 '' 'is_json'
fault chunked 0 '"bytes": 7' 'is_json'
fault hang 28 '' '[ ! -s body ]'
fault hang 28 '"bytes": 50' '[ $(wc -c <body) -eq 50 ]'
fault slow 28 '"bytes": 500, "delay": 1' '[ $(wc -c <body) -lt 1500 ]'
fault delay 0 '"ms": 300' 'is_json'
fault headers 0 '"headers": {"Date": "yesterday"}' 'grep -q "^Date: yesterday" head'
fault no_list_key 0 '' 'as "\"messages\" in b" False'
fault no_next_key 0 '' 'as "\"next_page_uri\" in b" False'
fault foreign_next 0 '"next": "//evil.example/x"' 'as "b[\"next_page_uri\"]" //evil.example/x'
fault tokenless_next 0 '' 'as "\"PageToken\" in b[\"next_page_uri\"]" False'
fault loop 0 '' 'as "b[\"next_page_uri\"]" "$L?PageSize=20"'
fault repeat_sid 0 '' 'as "len(b[\"messages\"])" 21'
fault wrong_account 0 '' 'as "b[\"messages\"][0][\"account_sid\"]" AC00000000000000000000000000000000'
fault out_of_window 0 '' 'as "b[\"messages\"][0][\"date_sent\"]" "Mon, 01 Jan 2001 00:00:00 +0000"'
fault lone_surrogate 0 '' 'as "ord(b[\"messages\"][0][\"odd\"][1])" 55296'
fault nul_escape 0 '' 'as "ord(b[\"messages\"][0][\"odd\"][1])" 0'
fault bad_utf8 0 '' '! iconv -f UTF-8 body >/dev/null 2>&1'
fault bom 0 '' '[ "$(head -c 3 body | od -An -tx1 | tr -d " ")" = efbbbf ]'
fault deep 0 '"depth": 300' 'grep -Fq "$(printf %0300d 0 | tr 0 "[")" body'
fault dup_key 0 '' '[ $(grep -o "\"sid\"" body | wc -l) -eq 21 ]'
fault huge_number 0 '' 'grep -q 1e400 body && is_json'
fault new_members 0 '' 'as "\"brand_new\" in b[\"messages\"][3]" True'
fault third_date 0 '' 'grep -q "01/02/2026 3:04 PM" body'
fault not_object 0 '' 'as "b[\"messages\"][0]" "just text"'
fault trailing 0 '' '! is_json'
fault drop_record 0 '' 'as "len(b[\"messages\"])" 19'
fault ignore_window 0 '' 'as "len(b[\"messages\"])" 20'
fault body_bomb 0 '"bytes": 3000000' '[ $(wc -c <body) -gt 2900000 ]'
fault header_bomb 56 '"bytes": 10000000' ':'

check 'fault gzip_bomb: small outside, large inside' '
	spoil "{\"fault\": \"gzip_bomb\", \"bytes\": 20971520}"
	get $L -H "Accept-Encoding: gzip" >bomb
	[ $(wc -c <bomb) -lt 40000 ] && [ $(gzip -dc bomb | wc -c) -gt 20000000 ]'
check 'fault gzip_layers: as deep as it says' '
	spoil "{\"fault\": \"gzip_layers\", \"times\": 3}"
	get $L -D head | gzip -dc | gzip -dc | gzip -dc | "$PYTHON" -m json.tool >/dev/null &&
	grep -q "gzip, gzip, gzip" head'
check 'fault gzip_cut' '
	spoil "{\"fault\": \"gzip_cut\"}"; get $L >cut; ! gzip -t cut 2>/dev/null'
check 'fault empty_pages: so many, then the page' '
	spoil "{\"match\": \"Messages\", \"nth\": 1, \"fault\": \"empty_pages\", \"empties\": 3}"
	next="$L?PageSize=20" n=0
	while get "$next" >body && [ $(field "len(b[\"messages\"])" <body) = 0 ]; do
		n=$((n + 1)); next=$(field "b[\"next_page_uri\"]" <body); done
	[ $n -eq 3 ] && as "len(b[\"messages\"])" 20'
check 'fault loop by way of another page' '
	spoil "{\"match\": \"Messages\", \"fault\": \"loop\", \"pair\": true}"
	one=$(get "$L?PageSize=5" | field "b[\"next_page_uri\"]")
	two=$(get "$one" | field "b[\"next_page_uri\"]")
	[ "$two" = "$L?PageSize=5" ] && [ "$one" != "$two" ]'
check 'fault shift: the last record of a page comes again' '
	spoil "{\"match\": \"Page=1\", \"fault\": \"shift\", \"by\": 1}"
	get "$L?PageSize=5" >body; last=$(field "b[\"messages\"][-1][\"sid\"]" <body)
	get "$(field "b[\"next_page_uri\"]" <body)" | field "b[\"messages\"][0][\"sid\"]" | grep -qx $last'
check 'fault other_tenant: the main account, whoever asks' '
	spoil "{\"fault\": \"other_tenant\"}"
	monitor /v1/Alerts -u $sub | field "b[\"alerts\"][0][\"account_sid\"]" | grep -qx $main'
check 'nth, every, from, count, account, longer' '
	statuses() { for i in 1 2 3 4 5 6; do get "$L" -o /dev/null -w "%{http_code} "; done; }
	spoil "{\"nth\": 2, \"fault\": \"status\", \"status\": 500}"
	[ "$(statuses)" = "200 500 200 200 200 200 " ] || exit 1
	spoil "{\"every\": 3, \"fault\": \"status\", \"status\": 500}"
	[ "$(statuses)" = "200 200 500 200 200 500 " ] || exit 1
	spoil "{\"from\": 4, \"count\": 2, \"fault\": \"status\", \"status\": 500}"
	[ "$(statuses)" = "200 200 200 500 500 200 " ] || exit 1
	spoil "{\"account\": \"AC1\", \"fault\": \"status\", \"status\": 500}"
	[ "$(statuses)" = "200 200 200 200 200 200 " ] || exit 1
	spoil "{\"longer\": 86400, \"fault\": \"status\", \"status\": 500}"
	answers 200 "$L?DateSent%3E=2026-11-01&DateSent%3C=2026-11-02" &&
	answers "500 20500" "$L?DateSent%3E=2026-11-01&DateSent%3C=2026-11-03"'
check 'a stranger counts who comes, and with what' '
	spoil "{\"fault\": \"redirect\", \"location\": \"$SANDBOX_STRANGER/x\"}"
	get $L -L -o /dev/null && get $L -L --location-trusted -o /dev/null &&
	[ "$(sandbox_stat stranger_requests)" = 2 ] && [ "$(sandbox_stat stranger_credentials)" = 1 ]'
check 'an unknown fault is refused by name' '
	curl -sS -d "{\"fault\": \"nonsense\"}" "$SANDBOX_URL/_sandbox/fault" | grep -q "cut_length"'
check 'an account can be suspended in the middle, and reset' '
	sandbox_reset
	curl -sS -X POST "$SANDBOX_URL/_sandbox/account?sid=${sub%:*}&status=suspended" &&
	answers "403 20403" /2010-04-01/Accounts/${sub%:*}/Messages.json && sandbox_reset &&
	answers 200 /2010-04-01/Accounts/${sub%:*}/Messages.json'
check 'connections refused for a while' '
	curl -sS -X POST "$SANDBOX_URL/_sandbox/refuse?seconds=1" >/dev/null; sleep 0.4
	get $L >/dev/null 2>&1; [ $? -eq 7 ] && sleep 1 && answers 200 $L'
check 'it said nothing on stderr so far' '! grep . sandbox.log'

# Other worlds

sandbox_start --messages 200 --calls 20 --recordings 20 --conferences 20 --alerts 30 --subaccounts 1
check 'every stream of the catalogue: the pages hold the truth' 'walk --check'
sandbox_fault '{"match": "Calls", "nth": 2, "fault": "drop_record"}'
check_status 1 'and one lost record would be noticed' 'walk --check calls'

sandbox_start --messages 40 --latency 300 --limit 2 --retry-after 1 --catalog "$trash/layer.tw"
check 'a limit: 429 above it, with Retry-After' '
	for i in 1 2 3 4 5; do
		get "/2010-04-01/Accounts/$TWILIO_ACCOUNT_SID/Messages.json" -D head$i -o /dev/null &
	done; wait
	[ $(cat head? | grep -c "^HTTP/1.1 200") -ge 2 ] && [ $(cat head? | grep -c "^HTTP/1.1 429") -ge 1 ] &&
	cat head? | grep -q "^Retry-After: 1" && [ "$(sandbox_stat 429)" -ge 1 ] &&
	[ "$(sandbox_stat max_concurrency)" -ge 3 ]'
check 'one more layer of streams, and the scim style' '
	get "/Organizations/Users?startIndex=3&count=2" -H "Host: preview-iam.twilio.com" >body &&
	as "(b[\"totalResults\"], b[\"startIndex\"], len(b[\"Resources\"]))" "(5, 3, 2)"'

sandbox_start --seed 7 --messages 100 --strict --lag 3600
A=/2010-04-01/Accounts/$TWILIO_ACCOUNT_SID
check 'strict: a next link comes back as it is or not at all' '
	next=$(get "$A/Messages.json?PageSize=10&DateSent%3E=2026-11-01" | field "b[\"next_page_uri\"]")
	answers 200 "$next" && answers "400 21481" "$(echo "$next" | sed s/%3E/%3e/)"'
check 'strict: page sizes as documented' \
    'answers "400 20007" "/v1/Conversations?PageSize=101" -H "Host: conversations.twilio.com"'
check 'a list lags behind by as much as it is told' '
	at=$(get $A/Messages.json | field "b[\"messages\"][0][\"date_created\"]")
	[ $(date -d "$at" +%s) -le $(date -d 2026-11-22T11:00:00Z +%s) ]'
sandbox_truth messages >seven
sandbox_start --seed 7 --messages 100 --lag 3600
check_same 'the same seed makes the same world' 'cat seven' 'sandbox_truth messages'
sandbox_start --seed 8 --messages 100 --lag 3600
check 'another seed another' 'sandbox_truth messages | cmp -s - seven; [ $? -eq 1 ]'

sandbox_start --alerts 15000 --subaccounts 0 --messages 100000 --shape busy-day --still
A=/2010-04-01/Accounts/$TWILIO_ACCOUNT_SID
check 'alerts: the 10,000th is the last' '
	link="/v1/Alerts?PageSize=1000" n=0
	while monitor "$link" >body && as "\"alerts\" in b" True; do
		n=$((n + 1)); link=$(field "b[\"meta\"][\"next_page_url\"][26:]" <body); done
	[ $n -eq 10 ] && as "(b[\"status\"], b[\"message\"][:31])" "(400, '\''Invalid page and pageSize combi'\'')"'
check 'a busy day: nine of ten on it' '
	day=$(sandbox_truth alerts | grep -o "\"date_generated\":\"[0-9-]*" | sort | uniq -c | sort -n | tail -1)
	set -- $day; [ $1 -gt 13000 ]'
check 'a still world has exactly what was asked for' '[ $(sandbox_truth messages | wc -l) -eq 100000 ]'
check 'a page of 1000 that was asked before takes a few ms' '
	"$PYTHON" - <<-END
	import base64, http.client, os, time
	from urllib.parse import urlsplit
	u = urlsplit(os.environ["TW_API_BASE"])
	c = http.client.HTTPConnection(u.hostname, u.port)
	w = base64.b64encode((os.environ["TWILIO_ACCOUNT_SID"] + ":" + os.environ["TWILIO_AUTH_TOKEN"]).encode()).decode()
	best = 9
	for n in range(20):
	    t = time.time()
	    c.request("GET", "$A/Messages.json?PageSize=1000", headers={"Authorization": "Basic " + w, "Accept-Encoding": "gzip"})
	    c.getresponse().read()
	    best = min(best, time.time() - t)
	print("%.1f ms" % (best * 1000))
	assert best < 0.02
	END'
sandbox_start --endless
A=/2010-04-01/Accounts/$TWILIO_ACCOUNT_SID
check 'endless: a thousand million, from any point' '
	get "$A/Messages.json?PageSize=1000&DateSent%3C=2026-11-05T03:00:00Z" >body &&
	as "len(b[\"messages\"])" 1000 && as "b[\"messages\"][0][\"date_sent\"]" "Thu, 05 Nov 2026 03:00:00 +0000" &&
	get "$(field "b[\"next_page_uri\"]" <body)" >body && as "len(b[\"messages\"])" 1000'
sandbox_start --seed 7 --messages 400 --days-only --still
A=/2010-04-01/Accounts/$TWILIO_ACCOUNT_SID main=$TWILIO_ACCOUNT_SID
check 'days only: the time of a bound is not heard' '
	[ $(shown "$A/Messages.json?PageSize=1000&DateSent%3E=2026-11-10T18:00:00Z&DateSent%3C=2026-11-12T01:00:00Z" messages) -eq \
	  $(of_truth messages "since=2026-11-10&until=2026-11-13") ]'
sandbox_start --seed 7 --messages 400 --midnight start --still
check 'or a date is its first moment, also as the upper bound' '
	[ $(shown "$A/Messages.json?PageSize=1000&DateSent%3E=2026-11-10&DateSent%3C=2026-11-12" messages) -eq \
	  $(of_truth messages "since=2026-11-10&until=2026-11-12T00:00:01Z") ]'
sandbox_start --shape sparse-year --messages 3000 --still
check 'a sparse year: twelve days an account' '
	n=$(sandbox_truth messages | grep -o "\"date_created\":\"[^\"]*" | cut -c17-27 | sort -u | wc -l)
	echo $n; [ $n -le 40 ] && [ $n -ge 20 ]'
if command -v openssl >/dev/null; then
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
	    -keyout key.pem -out cert.pem 2>/dev/null && cat key.pem cert.pem >both.pem
	sandbox_start --tls "$trash/both.pem"
	check 'TLS with a given certificate' '
		get /2010-04-01/Accounts.json --cacert cert.pem --resolve "localhost:${SANDBOX_URL##*:}:127.0.0.1" \
		    -o /dev/null && exit 1
		SANDBOX_URL=https://localhost:${SANDBOX_URL##*:}
		get /2010-04-01/Accounts.json --cacert cert.pem | grep -q accounts'
else
	skip 'TLS with a given certificate' 'no openssl'
fi
sandbox_stop
check 'it dies with its parent' '
	timeout 20 sh -c "\"$PYTHON\" \"$TESTS/sandbox\" --parent \$\$ >ready &
	    until grep -q ready ready; do sleep 0.1; done"
	sleep 1; curl -sS http://127.0.0.1:$(cut -d" " -f2 ready)/; [ $? -eq 7 ]'
check 'help for people' '"$PYTHON" "$TESTS/sandbox" --help | grep -q "Host header"'
finish
