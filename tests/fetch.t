#!/bin/sh
# tw-fetch: which records, in which order, with which proof.
. "$(dirname "$0")/lib.sh"
. "$TESTS/sandbox.sh"

# Records as the truth has them: stream, tab, without our first members.
plain() {
	grep -v '^{"_mark"' "$@" | sed 's/^{"_stream":"\([^"]*\)",\("_account":"[^"]*"\),"_fetched":"[^"]*"/\1	{\2/' | sort
}
truth() { sandbox_truth "$1" "${2-}" | sed "s/^/$1	/" | sort; }
# A run but for its name and its clock.
same_run() { sed 's/"run":"[0-9a-f]*"//; s/"at":"[^"]*"//' "$@"; }

sandbox_start --seed 3 --messages 6000 --calls 900 --subaccounts 2
tree='messages message_media calls conferences conference_participants alerts
recordings usage_records'
tw-fetch -q -m -j 1 -p 100 $tree >one
check_same 'one request at a time or 32: the same bytes' \
    'same_run one' 'tw-fetch -q -m -j 32 -p 100 $tree | same_run'
check_same 'and twice in a row' \
    'same_run one' 'tw-fetch -q -m -j 7 -p 100 $tree | same_run'
for stream in $tree; do
	check_same "$stream: every record once" "truth $stream" \
	    "grep '^{\"_stream\":\"$stream\"' one | plain"
done
check 'every record stands before its mark' 'awk -F\" "
	/^{\"_mark\":\"window\"/ { match(\$0, /\"records\":[0-9]+/);
		n = substr(\$0, RSTART + 10, RLENGTH - 10);
		if (n != have) exit 1; have = 0 }
	/^{\"_stream\"/ { have++ }
	END { exit have != 0 }" one'
check 'no window ends after the clock of the service' \
    '! grep "\"_mark\":\"window\"" one | jq -e "select(.until > \"2026-11-22T12:00:00Z\")" >/dev/null'

# --- what is wanted ------------------------------------------------------------

since=2026-09-03T05:06:07Z until=2026-11-20T21:22:23Z
for stream in messages calls alerts recordings conferences; do
	check_same "$stream: exactly from --since to --until" \
	    "truth $stream 'since=$since&until=$until'" \
	    "tw-fetch -q -s $since -u $until -p 70 $stream | plain"
done
main=$TWILIO_ACCOUNT_SID
sub=$(curl -s $SANDBOX_URL/_sandbox/credentials | jq -r 'map(select(.status == "active"))[1].sid')
check_same '--account' "truth calls account=$sub" 'tw-fetch -q -a $sub calls | plain'
check_same '--no-subaccounts' "truth calls account=$main" 'tw-fetch -q --no-subaccounts calls | plain'
check_status 77 'an account nobody knows: 77' 'tw-fetch -q -a AC00000000000000000000000000000bad calls >none'
check 'with its name, and no record' 'tw-fetch -q -a AC00000000000000000000000000000bad calls 2>&1 | grep -q AC00000000000000000000000000000bad && [ ! -s none ]'
check 'a child alone does not bring its parent' \
    '[ "$(tw-fetch -q message_media | jq -r ._stream | sort -u)" = message_media ]'
check_same 'and is the same child' "truth message_media" 'tw-fetch -q message_media | plain'
# What is below an open conversation may grow: it is read again though nobody
# asks for the conversations themselves.
check_same 'children alone are pending as their parents are' \
    'tw-fetch -q -m conversations | jq -r "select(._mark == \"window\") | [.account, .low] | @tsv"' \
    'tw-fetch -q -m conversation_messages | jq -r "select(._mark == \"window\") | [.account, .low] | @tsv"'
tw-state init -f media.state
tw-fetch -q -m -u 2026-11-22T12:00:00Z message_media | grep '^{"_mark' | tw-state commit -q -f media.state
check 'and are looked back for as far' \
    'tw-state gaps -f media.state message_media $main | jq -e "select(.since <= \"2026-11-19T12:00:00Z\")"'
sandbox_reset
tw-fetch -q messages message_media insights_call_metrics insights_call_events calls >/dev/null 2>log
check 'parents are asked once however many children ask' \
    '[ -z "$(curl -s $SANDBOX_URL/_sandbox/requests | grep -v " .*api.twilio.com.*Media\|429" | sort | uniq -d)" ]'
check '--limit' '[ $(tw-fetch -q -n 7 messages calls | wc -l) -eq 14 ]'
sandbox_reset
check 'the rest of a stream that is full is not asked for' \
    'tw-fetch -n 5 -p 50 messages queues >/dev/null 2>said && [ $(sandbox_stat requests) -lt 60 ]'
check 'and what is told is what came out' 'grep -q "messages  *5 records" said'
check '--raw: Twilio'"'"'s bytes and no more' \
    'tw-fetch -q -r --no-subaccounts incoming_phone_numbers | head -1 | grep -q "^{\"[a-z]"'
check 'no secret' '! tw-fetch -q accounts | grep -q auth_token'
check 'but with --keep-secrets' 'tw-fetch -q --keep-secrets accounts | jq -e "select(.auth_token | length == 32)"'
check_same '--filter is the service'"'"'s' \
    'truth calls | grep "\"status\": *\"busy\""' 'tw-fetch -q -f Status=busy calls | plain'
sandbox_reset
tw-fetch -q -f Status=completed conferences >/dev/null
check 'a filter for what is asked in passes makes them one' \
    '! curl -s $SANDBOX_URL/_sandbox/requests | grep -q Status=init'
sandbox_reset
tw-fetch -q --no-subaccounts -f ResourceType=Calls bulkexport_days >/dev/null
check 'a filter fills a place in the path' \
    'curl -s $SANDBOX_URL/_sandbox/requests | grep -q "^200 .*/Exports/Calls/Days" &&
	! curl -s $SANDBOX_URL/_sandbox/requests | grep -q "ResourceType\|Exports/Messages"'
check_status 64 'a filter nobody knows: 64' 'tw-fetch -f Colour=red calls'
check_status 64 'a value it cannot have: 64' 'tw-fetch -f Status=red calls'
check_status 64 'an unknown stream: 64' 'tw-fetch mesages'
tw-fetch mesages 2>log
check 'and the nearest' 'grep -q "messages" log'
check_status 64 'no stream: 64' 'tw-fetch'
check_status 64 'a date that is none: 64' 'tw-fetch -s yesterday calls'
check_status 64 '--since after --until: 64' 'tw-fetch -s 2026-02-01 -u 2026-01-01 calls'

# --- state -------------------------------------------------------------------------

tw-state init -f s
run() { tw-fetch -q -S s "$@" | tee "last" | grep '^{"_mark"' | tw-state commit -f s; }
check 'a first run' 'run messages calls'
check_same 'brings all' 'truth messages' 'grep "\"_stream\":\"messages\"" last | plain'
check 'a second run' 'run messages calls'
check 'brings what may have changed only' '[ $(grep -c "_stream" last) -lt 1500 ]'
sandbox_advance 90000 >/dev/null
check 'a day later' 'run messages calls'
check_same 'what is new is there' \
    'sandbox_truth messages since=2026-11-22T12:00:00Z | jq -r .sid | sort' \
    'grep "\"_stream\":\"messages\"" last | grep "date_sent\":\"[^\"]*\(2[34] Nov\|22 Nov 2026 \(1[2-9]\|2.\)\)" | jq -r .sid | sort'
check_status 78 'a state that is not there: 78' 'tw-fetch -S nosuch calls >closed'
check 'and marks that say so' 'head -1 closed | grep -q "\"open\"" && tail -1 closed | grep -q "\"close\".*\"status\":78}"'
check_status 77 'no credentials: 77' 'unset TWILIO_AUTH_TOKEN; tw-fetch -S s calls >closed'
check 'and marks that say so' 'tail -1 closed | grep -q "\"close\".*\"status\":77}"'
check_status 77 'a wrong token: 77' 'TWILIO_AUTH_TOKEN=wrong tw-fetch -S s calls >closed 2>log'
check 'and marks that say so' 'head -1 closed | grep -q "\"open\"" && tail -1 closed | grep -q "\"close\".*\"status\":77}"'
check 'one line that says what to do' '[ $(grep -c . log) -eq 1 ] && grep -q TWILIO_AUTH_TOKEN log'
check 'a second run at the same time: 75, and marks that say so' '
	sandbox_fault "{\"match\":\"Calls.json\",\"fault\":\"delay\",\"ms\":1500,\"seconds\":1.5}"
	(exec tw-fetch -q -S s calls >/dev/null) & pid=$!
	sleep 0.4; tw-fetch -S s calls >closed 2>/dev/null; status=$?
	wait $pid; [ $status -eq 75 ] && tail -1 closed | grep -q "\"close\".*\"status\":75}"'
sandbox_reset
sandbox_advance -432000 >/dev/null
check_status 78 'a state loaded until days after the service says it is: 78' \
    'tw-fetch -q -S s messages >closed 2>log'
check 'one line that says so, and nothing but the accounts was asked' \
    '[ $(grep -c . log) -eq 1 ] && grep -q "until 2026-11-23.*clock says 2026-11-17.*tw-state reset" log &&
	tail -1 closed | grep -q "\"close\".*\"status\":78}" && ! grep -q _stream closed'
sandbox_reset

# --- plans and windows ----------------------------------------------------------------

check 'a plan names windows, and asks little' \
    'tw-fetch -q --plan -s 2026-08-01 messages calls >plan && jq -e "select(._mark == \"plan\") | .requests" plan && [ $(sandbox_stat requests) -lt 40 ]'
check_same 'what the plan says is what is fetched' \
    'tw-fetch -q -s 2026-08-01 messages calls | plain' 'tw-fetch -q --windows plan | plain'
check_same 'a window at a time, on many machines' \
    'tw-fetch -q -s 2026-08-01 messages calls | plain' \
    'while read -r w; do echo "$w" | tw-fetch -q --windows -; done <plan | plain'
check 'no windows: nothing to do' \
    'tw-fetch -m --windows - </dev/null | grep -q "\"close\".*\"windows\":0.*\"status\":0"'
check_status 64 'a stream beside --windows: 64' 'tw-fetch --windows plan queues'
check_status 64 'a time beside --windows: 64' 'tw-fetch --windows plan -s -3d'
check_status 65 'a line that is no window: 65' 'echo hello | tw-fetch --windows -'

# --- archive ---------------------------------------------------------------------------

check 'an archive' 'tw-fetch -q -m -A arch messages calls alerts >with'
check_same 'holds the same lines' 'grep -v "\"open\"\|\"close\"" with | sort' 'zcat arch/*/*.gz | sort'
check 'and nothing unfinished' '[ -z "$(find arch -name "*.part")" ]'
check_status 73 'in a place that cannot be: 73' 'tw-fetch -q -A /dev/null/x calls'

# --- credentials ------------------------------------------------------------------------

key() { curl -s $SANDBOX_URL/_sandbox/credentials | jq -r ".[0].keys | map(select(.kind == \"$1\"))[0] | \"TWILIO_API_KEY=\(.sid) TWILIO_API_SECRET=\(.secret)\""; }
check_same 'a main key reads the accounts it is shown' "truth calls account=$main" \
    'unset TWILIO_AUTH_TOKEN; export $(key main); tw-fetch -q calls | plain'
check_same 'a standard key its own' "truth calls account=$main" \
    'unset TWILIO_AUTH_TOKEN; export $(key standard); tw-fetch -q calls | plain'
check 'one that is none: 77, and which to look at' \
    'unset TWILIO_AUTH_TOKEN; export $(key standard | sed "s/ .*//") TWILIO_API_SECRET=x; tw-fetch calls >out 2>said
    [ $? -eq 77 ] && [ ! -s out ] && grep -q "check TWILIO_ACCOUNT_SID and TWILIO_API_KEY, TWILIO_API_SECRET" said'
mkdir -p home/.twilio-cli
eval "$(key main)"
echo '{"activeProfile":"a","profiles":{"a":{"accountSid":"'$main'","apiKey":"'$TWILIO_API_KEY'","apiSecret":"'$TWILIO_API_SECRET'"}}}' >home/.twilio-cli/config.json
unset TWILIO_API_KEY TWILIO_API_SECRET
chmod 644 home/.twilio-cli/config.json
check_same '--profile' "truth calls account=$main" \
    'unset TWILIO_AUTH_TOKEN TWILIO_ACCOUNT_SID; HOME=$PWD/home tw-fetch -q --profile a calls | plain'
check 'a warning when others can read it' \
    'HOME=$PWD/home tw-fetch -q --profile a -n 1 calls 2>&1 >/dev/null | grep -q chmod'
check_status 77 'a profile that is not there: 77' 'HOME=$PWD/home tw-fetch --profile b calls'
check_status 78 'plain http to another machine: 78' 'TW_API_BASE=http://example.com tw-fetch calls'
check '--check' 'tw-fetch --check @airbyte >checked && [ $(wc -l <checked) -gt 5 ]'
check_status 77 '--check with a wrong token: 77' 'TWILIO_AUTH_TOKEN=wrong tw-fetch --check calls'
check 'no credential in anything that was said' \
    '! tw-fetch -v calls 2>&1 >/dev/null | grep -q "$TWILIO_AUTH_TOKEN"'

# --- services that understand dates otherwise -----------------------------------------------

for world in '--days-only' '--midnight end' '--days-only --midnight end' '--shape busy-day' '--shape sparse-year'; do
	sandbox_start --seed 3 --messages 6000 --subaccounts 0 --all-active $world
	check_same "$world: every record once" '{ truth messages; truth recordings; } | sort' \
	    '{ tw-fetch -q -m -p 50 messages; tw-fetch -q -p 20 recordings; } | plain'
	check_same "$world: exactly from --since to --until" \
	    "truth messages 'since=$since&until=$until'" \
	    "tw-fetch -q -p 50 -s $since -u $until messages | plain"
done
# Pieces of moments are asked before it is known whether they may be; where they
# may not, whole days are.  (A piece is longer than what is asked to find out,
# which comes to the service before or after it.)
sandbox_start --seed 3 --messages 6000 --subaccounts 0 --all-active --days 20
truth messages | sort >all
for rule in '{"match":"DateSent[^&]*T","fault":"status","status":400,"code":20001}' \
    '{"match":"DateSent[^&]*T","longer":10000,"nth":1,"fault":"slow","bytes":9999999,"delay":0.5} {"match":"DateSent[^&]*T","fault":"status","status":400,"code":20001}'; do
	sandbox_reset
	echo "$rule" | tr ' ' '\n' >rules
	while read -r one; do sandbox_fault "$one"; done <rules
	check_same "moments refused: whole days ($(wc -l <rules) rules)" 'cat all' \
	    'tw-fetch -q -p 50 -m messages 2>log | plain; cat log'
	check 'and without moments' \
	    'curl -s $SANDBOX_URL/_sandbox/requests | grep -c "DateSent[^&]*T[0-9]" | { read n; echo $n; [ $n -ge 1 ] && [ $n -le 100 ]; }'
done
sandbox_start --seed 3 --region ie1 --subaccounts 0 --all-active --messages 200
check_same 'a region' '{ truth messages; truth alerts; } | sort' 'TWILIO_REGION=ie1 tw-fetch -q messages alerts | plain'

# --- TLS ----------------------------------------------------------------------------------------

if command -v openssl >/dev/null; then
	openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem \
	    -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 >/dev/null 2>&1
	cat cert.pem key.pem >both.pem
	sandbox_start --seed 3 --tls both.pem --subaccounts 0 --messages 200 2>/dev/null
	check_status 69 'a certificate nobody vouches for: 69' 'tw-fetch -q calls'
	check 'tried once' 'tw-fetch calls 2>&1 | grep -c . | grep -q "^1$"'
	check 'with --cacert it is good' 'tw-fetch -q --cacert cert.pem calls | grep -q sid'
	sandbox_start --seed 3 --tls both.pem --tls-version 1.1 --subaccounts 0 2>/dev/null
	check_status 69 'TLS 1.1: 69' 'tw-fetch -q --retry-time 1s --cacert cert.pem calls'
else
	skip 'TLS' 'no openssl'
fi
finish
