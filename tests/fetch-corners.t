#!/bin/sh
# Answers that hardly ever come: lists of accounts that are damaged, refusals
# with a reason of their own, and what tw-fetch makes of each.
. "$(dirname "$0")/lib.sh"
. "$TESTS/sandbox.sh"

sandbox_start --seed 5 --messages 600 --subaccounts 2 --days 30
main=$TWILIO_ACCOUNT_SID
M='Accounts/'$main'/Messages.json'
fetch() { timeout 60 tw-fetch --progress never -m -p 50 -s 2026-10-25 "$@" >got 2>log; }
plain() { grep -v '"_mark"' | sed 's/"_fetched":"[^"]*",//' | sort; }
# answer STATUS 'what' FAULT 'pattern on stderr' options...: a run with that
# fault ends with that status and says so; if it is 0 all records are there.
answer() {
	want=$1 what=$2 fault=$3 pattern=$4; shift 4
	sandbox_reset
	fetch "$@"
	plain <got >all
	sandbox_fault "$fault"
	fetch "$@"; status=$?
	sandbox_reset
	cp log .err; : >.out
	if [ $status -eq $want ] &&
	    { [ -z "$pattern" ] || grep -q -e "$pattern" log; } &&
	    tail -1 got | grep -q '"close".*"status":'$want'}' &&
	    { [ $want -ne 0 ] || plain <got | cmp -s - all; }; then
		ok "$what"
	else
		not_ok "$what"
		echo "# status $status, expected $want, /$pattern/"
	fi
}
status() { # MATCH STATUS more: a rule
	echo '{"match":"'$1'","fault":"status","status":'$2,$3'}'
}

# --- the list of accounts ---------------------------------------------------------

A='"match":"/Accounts.json"'
answer 65 'an account that is no object' '{'$A',"record":2,"fault":"not_object"}' 'not an object' keys
answer 65 'an account without a SID' '{'$A',"record":2,"fault":"no_key"}' 'without a SID' keys
answer 65 'accounts in a circle' '{'$A',"fault":"loop"}' 'paging loop' keys
answer 65 'and back' '{'$A',"fault":"loop","pair":true}' 'paging loop' keys
answer 0 'where only the own is asked for, it does not matter' '{'$A',"fault":"loop"}' '' --no-subaccounts keys
answer 0 'accounts on a second page' '{'$A',"fault":"empty_pages","count":1}' '' keys
answer 65 'half a list' '{'$A',"fault":"cut_json"}' 'accounts: unexpected page shape' --retry-time 1s keys
answer 65 'no list' '{'$A',"fault":"json_null"}' 'accounts: unexpected page shape' keys
answer 0 'a refusal under another status' "$(status /Accounts.json 200 '"code":20429,"nth":1')" 'HTTP 200, code 20429.*waiting' keys
answer 69 'a service that fails' "$(status /Accounts.json 500 '"code":20500')" 'accounts: HTTP 500' --retry-time 1s keys
answer 69 'a network that fails' '{'$A',"fault":"reset"}' 'accounts: ' --retry-time 1s keys
answer 0 'a refusal, where only the own is asked for' "$(status /Accounts.json 403 '"code":20403')" '' --no-subaccounts keys
answer 0 'and where it is named' "$(status /Accounts.json 404 '"code":20404')" '' -a $main keys
answer 77 'a refusal, and nothing else is let in' "$(status . 401 '"code":20003')" 'TWILIO_AUTH_TOKEN' keys

# --- refusals of a list -------------------------------------------------------------

one() { answer "$@" --no-subaccounts; }
one 65 'older than the service keeps, for ever' "$(status $M 400 '"code":20004')" 'HTTP 400, code 20004' messages
one 0 'once, where nothing is known of what it keeps' "$(status Calls 400 '"code":20004,"nth":1')" 'keeps 400 days' -s 2020-01-01 calls
one 65 'where there is no window' "$(status Keys 400 '"code":20004')" 'code 20004' keys
one 65 'a page size refused, whatever it is' "$(status $M 400 '"code":20007')" 'code 20007' messages
for reason in '"code":60373' '"code":20001,"message":"PageSize is too big"' \
    '"code":20001,"message":"Invalid page size"'; do
	one 0 "a page size refused once: $reason" "$(status $M 400 "$reason"',"nth":1')" '' messages
done
one 65 'a page size refused where there was one' "$(status 'Messages.json.*PageToken' 400 '"code":20007')" 'code 20007' -s 2026-11-21 -p 2 messages
one 65 'any other reason' "$(status $M 400 '"code":20001,"message":"nope"')" 'code 20001: nope' messages
limited='"code":20001,"message":"Invalid page and pageSize combination, data is limited to 10,000 results"'
one 0 'no more than so many records: cut' "$(status Alerts.*Page=1 400 "$limited")" '' -p 5 alerts
one 65 'where nothing can be cut' "$(status Keys 400 "$limited")" 'limited to 10,000' keys
one 65 'a usage that is refused, not empty' "$(status Usage 400 '"code":20001')" 'code 20001' usage_records
one 65 'no reason at all' "$(status $M 418 '"body":""')" ': HTTP 418 (request' messages
for http in 200 400 403; do
	for code in 20429 20500 20503; do
		one 0 "code $code under HTTP $http" "$(status $M $http '"code":'$code',"nth":1')" "HTTP $http, code $code.*waiting" messages
	done
done
one 69 'a day that fails for ever' "$(status $M 500 '"code":20500')" 'code 20500' --retry-time 1s -s 2026-11-22 messages
one 69 'and a month' "$(status $M 500 '"code":20500')" 'code 20500' --retry-time 1s messages

# --- a service without a clock --------------------------------------------------------

for date in X '' 'Mon, 99 Foo'; do
	one 0 "a Date of '$date'" '{"fault":"headers","headers":{"Date":"'"$date"'"}}' '' -u 2026-11-20 messages
done
# --- records and parents -----------------------------------------------------------------

ids() { jq -r 'select(.sid) | .sid' | sort -u; }
for stream in messages calls recordings; do
	for when in '' '-s 2026-10-25' '-s 2026-11-01 -u 2026-11-20'; do
		tw-fetch -q -p 20 $when $stream | ids >all
		sandbox_fault '{"match":"'${stream#?}'","fault":"third_date"}'
		check "dates nobody can read cost no record: $when $stream" \
		    "tw-fetch -q -p 20 $when $stream | ids | comm -13 - all >lost && [ ! -s lost ]"
		sandbox_reset
	done
done
one 65 'children of a list that fails' "$(status "$M" 400 '"code":20001')" 'messages AC.*HTTP 400' messages message_media
check 'fail with it, and say why' '
	! grep "\"window\"" got | grep -q message_media &&
	grep "\"fail\"" got | grep message_media | grep -q "its parent messages failed: HTTP 400"'
one 65 'alone, too' "$(status "$M" 400 '"code":20001')" 'HTTP 400' message_media
one 65 'of one that fails behind its first page' "$(status "$M"'.*PageToken' 400 '"code":20001')" 'HTTP 400' -p 5 -s 2026-11-21 messages message_media
one 1 'where only some of them fail' "$(status Media 400 '"code":20001,"nth":2')" 'message_media AC.*HTTP 400' messages message_media
# Its parents are on trial while it is not known yet whether moments are compared.
probe='DateSent>=2026-11-19T20:40:40Z'
one 1 'where that comes before what its parents wait for' \
    "[$(status Media 400 '"code":20001,"nth":2'),{\"match\":\"${probe#*=}\",\"fault\":\"delay\",\"ms\":400}]" \
    'message_media AC.*HTTP 400' -vv messages message_media
check 'its parents are not asked for again' '
	grep -q "200 in [4-9].. ms.*${probe#*>}" log && ! grep -o "MM[0-9a-f]*/Media" log | sort | uniq -d | grep .'
check 'the parent is whole' '! grep "\"fail\"" got | grep -q "\"messages\"" && grep "\"window\"" got | grep -q "\"messages\""'

# --- headers and what is said meanwhile -----------------------------------------------

header() { # HEADERS: of a refusal that is tried again
	status "$M" 503 '"code":20500,"nth":1,"headers":'"$1"
}
one 0 'blanks around a value' "$(header '{"Retry-After":"	 1 	","Twilio-Request-Id":"  "}')" 'waiting 1' -s 2026-11-20 messages
one 0 'a name and nothing behind it' "$(header '{"Retry-After":"","Date":""}')" 'try 2' -s 2026-11-20 messages
one 0 'a value longer than any' "$(header '{"Retry-After":"'$(printf %0300d 0)'","Twilio-Request-Id":"'$(printf %0300d 7)'"}')" 'try 2' -s 2026-11-20 messages
# A list that has to wait for two seconds.
said() {
	sandbox_reset
	sandbox_fault "$(status "$M" 503 '"code":20500,"nth":1,"retry_after":2')"
	"$@" "timeout 60 tw-fetch --no-subaccounts $how -s 2026-11-20 messages" >said 2>&1
}
how='--progress json'
said sh -c
check 'progress as JSON' 'grep "\"progress\"" said | tail -1 | jq -e ".progress.retries == 1"'
how=
if [ "$(script -qefc 'test -t 1 && echo it is' /dev/null </dev/null 2>/dev/null | tr -d '\r')" = 'it is' ]; then
	on_terminal() { script -qefc "$1 2>&1 >/dev/null" /dev/null </dev/null; }
	said on_terminal
	check 'progress for people' 'tr "\r" "\n" <said | grep "records.*in flight, 1 retries"'
else
	skip 'progress for people' 'no script(1) here'
fi
sandbox_reset
encoded() { echo '{"match":"'$M'"'${2-}',"fault":"headers","headers":{"Content-Encoding":"'"$1"'"}}'; }
for encoding in identity Identity ''; do
	one 0 "a body that is encoded as '$encoding'" "$(encoded "$encoding")" '' -s 2026-11-20 messages
done
for encoding in br 'x, gzip' deflate; do
	one 65 "a body encoded as '$encoding'" "$(encoded "$encoding")" 'an encoding nobody asked for' --retry-time 1s -s 2026-11-20 messages
done
one 65 'a body that is not packed as it says' "$(encoded gzip)" 'cut or broken' --retry-time 1s -s 2026-11-20 messages
one 0 'once only' "$(encoded gzip ',"nth":1')" 'cut or broken' -s 2026-11-20 messages
sandbox_reset

# --- are the credentials good -----------------------------------------------------------

tried() { # STATUS 'what' FAULT WORDS OPTIONS
	want=$1 what=$2 fault=$3 words=$4; shift 4
	sandbox_fault "$fault"
	timeout 60 tw-fetch -q --check "$@" >out 2>said; status=$?
	sandbox_reset
	if [ $status -eq "$want" ] && grep -q -e "$words" out; then ok "$what"; else
		cp out .out; cp said .err; not_ok "$what"; echo "# status $status"; fi
}
tried 0 'a list that is empty lets us in' "$(status Calls 404 '"code":20404')" 'code 20404' calls
tried 77 'one that is not there does not' "$(status Calls 404 '"code":20003')" 'code 20003' calls
tried 77 'nor does a refusal' "$(status Calls 403 '"code":20403')" 'without this permission' calls
tried 77 'a failure without a reason' "$(status Calls 500 '"body":""')" 'HTTP 500' calls
tried 69 'no answer' '{"match":"Calls","fault":"reset"}' 'no answer' calls
tried 1 'one of two' "$(status Alerts 401 '"code":20003')" 'wrong credentials' calls alerts
tried 1 'as JSON' "$(status Alerts 401 '"code":20003')" '"ok":false,"status":401' --json calls alerts
tried 0 'one request at a time' '{"match":"nothing","fault":"reset"}' 'api' -j 1 calls alerts message_media video_rooms verify_services
tried 0 'a child stands for its parent' '{"match":"nothing","fault":"reset"}' '	messages	' message_media
tried 0 'a list that is asked for without a size' '{"match":"nothing","fault":"reset"}' 'account_balance' account_balance
finish
