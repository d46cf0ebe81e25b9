#!/bin/sh
# Faults of the service, the network and the machine, F1 to F26: what survives
# is byte-equal to a run without them, what does not ends with its status, one
# line that says why, whole lines on stdout and no close mark that says 0.
. "$(dirname "$0")/lib.sh"
. "$TESTS/sandbox.sh"

sandbox_start --seed 5 --messages 2500 --subaccounts 2 --days 30
main=$TWILIO_ACCOUNT_SID
M='Accounts/'$main'/Messages.json'
fetch() { tw-fetch --no-subaccounts --progress never "$@"; }
messages() { fetch -p 100 -s 2026-10-01 "$@" messages; }
messages >good 2>log || { cat log; echo '1..0 # the fault-free run failed'; exit 1; }
lines=$(wc -l <good)
[ "$lines" -gt 500 ] || echo "# only $lines lines"

# survives 'what' FAULT [pattern on stderr]: same bytes, status 0.
survives() {
	sandbox_reset
	sandbox_fault "$2"
	messages >got 2>log; status=$?
	if [ $status -eq 0 ] && ${same-cmp -s} good got &&
	    { [ -z "${3-}" ] || grep -q -e "$3" log; }; then
		ok "$1"
	else
		cp log .err; : >.out; not_ok "$1"
		echo "# status $status, $(wc -l <got) of $lines lines"
	fi
}
# Where a fault changes what pages hold, cuts may differ, and so the order.
same_set() { sort good >a; sort got | cmp -s - a; }
# fails STATUS 'what' FAULT 'pattern' [options]: that status, one line of
# stderr says why, whole records only, no window vouched for.
fails() {
	want=$1 what=$2 rule=$3 pattern=$4; shift 4
	sandbox_reset
	sandbox_fault "$rule"
	messages -q -m "$@" >got 2>log; status=$?
	cp log .err; : >.out
	if [ $status -eq "$want" ] && grep -q -e "$pattern" log &&
	    whole got && no_secret log && [ $(grep -c . log) -le 3 ] &&
	    tail -1 got | grep -q '"_mark":"close".*"status":'$want'}'; then
		ok "$what"
	else
		not_ok "$what"
		echo "# status $status, expected $want, /$pattern/"
		tail -1 got | cut -c1-150 | sed 's/^/# /'
	fi
}
whole() { # every line is JSON, and the last has its newline
	[ ! -s "$1" ] || { jq -e . <"$1" >/dev/null && [ "$(tail -c1 "$1" | od -An -c | tr -d ' ')" = '\n' ]; }
}
no_secret() { ! grep -q -e "$TWILIO_AUTH_TOKEN" "$1"; }
# now 'what' 'commands': a condition on the run just made.
now() { if eval "$2"; then ok "$1"; else cp log .err; not_ok "$1"; echo "# $2"; fi; }

# --- F1 to F4: asked again -----------------------------------------------------

started=$(date +%s)
survives 'F1 429 with Retry-After 2: waited for, one note' \
    '{"match":"'$M'","nth":1,"fault":"429","retry_after":2}' 'HTTP 429.*waiting 2'
now 'F1 at least two seconds' '[ $(($(date +%s) - started)) -ge 2 ]'
now 'F1 one line' '[ $(grep -c 429 log) -eq 1 ]'
fails 75 'F2 429 for ever: given up when the time is up' \
    '{"match":"'$M'","fault":"429"}' '429' --retry-time 1s
fails 75 'F2 Retry-After beyond the time: given up at once' \
    '{"match":"'$M'","fault":"429","retry_after":60}' '429' --retry-time 5s
for after in -5 '"Wed, 01 Jan 2020 00:00:00 GMT"' '"garbage"' '""' 0; do
	survives "F3 Retry-After $after: no hang" \
	    '{"match":"'$M'","nth":1,"fault":"429","retry_after":'"$after"'}' 429
done
fails 75 'F3 Retry-After 999999 counts as five minutes' \
    '{"match":"'$M'","fault":"429","retry_after":999999}' 429 --retry-time 299s
for status in 500 502 503 504 408; do
	survives "F4 $status twice" \
	    '{"match":"'$M'","from":2,"count":2,"fault":"status","status":'$status'}' "HTTP $status"
done

# --- F5 to F8: bodies -----------------------------------------------------------

survives 'F5 a body shorter than its Content-Length' \
    '{"match":"'$M'","nth":2,"fault":"cut_length"}' 'try 2'
survives 'F6 a chunked body that breaks off' \
    '{"match":"'$M'","nth":2,"fault":"cut_chunk"}' 'try 2'
survives 'F6 and one in good order' \
    '{"match":"'$M'","fault":"chunked","bytes":777}'
survives 'F7 Connection: close, and half a document' \
    '{"match":"'$M'","nth":2,"fault":"cut_close"}' 'try 2'
survives 'F7 a whole answer of half a document' \
    '{"match":"'$M'","nth":2,"fault":"cut_json"}' 'try 2'
survives 'F7 an answer lost before its first byte' \
    '{"match":"'$M'","nth":2,"fault":"body","body":""}' 'try 2'
survives 'F7 a whole answer that ends in half a word' \
    '{"match":"'$M'","nth":2,"fault":"body","body":"{\"messages\":[{\"price\":nul"}' 'try 2'
survives 'F7 a reset, an empty answer' \
    '[{"match":"'$M'","nth":1,"fault":"reset"},{"match":"'$M'","nth":2,"fault":"reset","bytes":500},{"match":"'$M'","nth":2,"fault":"empty_reply"}]' 'try 2'
survives 'F8 504 as a page of HTML, once' \
    '{"match":"'$M'","nth":1,"fault":"html"}' 'HTTP 504'
now 'F8 its escape sequences are harmless' '! grep -q "$(printf "\033")" log'
fails 69 'F8 504 as HTML for ever' \
    '{"match":"'$M'","fault":"html"}' 'HTTP 504' --retry-time 1s
fails 77 'F8 451 in plain text' \
    '{"match":"'$M'","fault":"status","status":451,"content_type":"text/plain","body":"Unavailable For Legal Reasons"}' \
    '451.*Unavailable For Legal'

# --- F9 to F14: pages -------------------------------------------------------------

fails 65 'F9 200 with HTML' '{"match":"'$M'","fault":"html","status":200}' 'page shape'
fails 65 'F9 200 null' '{"match":"'$M'","fault":"json_null"}' 'page shape'
fails 65 'F9 200 {}' '{"match":"'$M'","fault":"empty_object"}' 'page shape'
fails 65 'F9 no list' '{"match":"'$M'","fault":"no_list_key"}' 'page shape'
fails 65 'F9 nothing says whether there is a next page' \
    '{"match":"'$M'","fault":"no_next_key"}' 'unknown paging shape'
fails 65 'F9 an empty body' '{"match":"'$M'","fault":"body","body":""}' '.'
fails 65 'F10 a next link to itself' '{"match":"'$M'","fault":"loop"}' 'paging loop.*page [0-9]'
fails 65 'F10 there and back' '{"match":"'$M'","fault":"loop","pair":true}' 'paging loop.*page [0-9]'
for list in messages calls queues; do
	sandbox_reset
	sandbox_fault '{"match":"/(Messages|Calls|Queues).json","fault":"loop","fresh":true}'
	timeout 20 tw-fetch --no-subaccounts -q -m -p 10 $list >got 2>log; status=$?
	now "F10 the same page under ever new tokens: $list" \
	    '[ $status -eq 65 ] && grep -q "paging loop" log && whole got'
done
fails 65 'F10 51 empty pages' '{"match":"'$M'","fault":"empty_pages","empties":60}' 'paging loop'
same=same_set
survives 'F11 empty pages in the middle' \
    '{"match":"'$M'.*PageToken","fault":"empty_pages","empties":3,"count":4}'
unset same
for next in https://evil.example/x //evil.example/x http://api.twilio.com/x \
    https://api.twilio.com:8443/x https://api.twilio.com@evil.example/x \
    https://user:pw@api.twilio.com/x https://api.twilio.com.evil.example/x \
    '/\\\\evil.example/x' 'javascript:x' "$TW_API_BASE@evil.example/" "${TW_API_BASE}0/x"; do
	fails 65 "F12 a next link to $next" \
	    '{"match":"'$M'","fault":"foreign_next","next":"'$next'"}' 'not followed'
	now 'F12 is not followed' '[ $(sandbox_stat stranger_requests) -eq 0 ] &&
	    [ $(curl -s $SANDBOX_URL/_sandbox/requests | grep -c "/x$") -eq 0 ]'
done
fails 65 'F13 a redirect' \
    '{"match":"'$M'","fault":"redirect","location":"'$SANDBOX_URL'/stolen"}' 'redirect'
now 'F13 is not followed' '! curl -s $SANDBOX_URL/_sandbox/requests | grep -q stolen'
fails 65 'F13 a redirect for ever' \
    '{"match":"'$M'","fault":"redirect","status":307}' 'redirect'
sandbox_reset
messages -m >got 2>log
now 'F14 the links are asked as they were given' \
    'curl -s $SANDBOX_URL/_sandbox/requests | grep -q "DateSent%3E="'

# --- F15: bombs -----------------------------------------------------------------------

fails 65 'F15 a gzip bomb' '{"match":"'$M'","fault":"gzip_bomb"}' 'larger than'
fails 65 'F15 gzip in gzip in gzip' '{"match":"'$M'","fault":"gzip_layers"}' '.'
fails 65 'F15 endless headers' '{"match":"'$M'","fault":"header_bomb"}' 'headers'
fails 65 'F15 an endless body' '{"match":"'$M'","fault":"body_bomb"}' 'larger than'
survives 'F15 gzip that breaks off' '{"match":"'$M'","nth":2,"fault":"gzip_cut"}' 'try 2'
survives 'F15 gzip with a flipped bit' '{"match":"'$M'","nth":2,"fault":"gzip_bad"}' 'try 2'

# --- F16: records that do not belong -----------------------------------------------------

same=same_set
survives 'F16 a record twice on a page' '{"match":"'$M'","fault":"repeat_sid","records":3}'
survives 'F16 pages that shift while they are read' '{"match":"'$M'.*PageToken","fault":"shift","by":1}'
unset same
fails 65 'F16 a record far outside the window' \
    '{"match":"'$M'","fault":"out_of_window"}' 'window'
fails 65 'F16 a service that ignores the window' \
    '{"match":"'$M'","fault":"ignore_window"}' 'ignored' -u 2026-11-01
fails 65 'F16 a record of another account' \
    '{"match":"'$M'","fault":"wrong_account"}' 'another account'
sandbox_reset
sandbox_fault '{"fault":"other_tenant","match":"Messages.json"}'
tw-fetch -q -m -s 2026-10-01 messages >got 2>log; status=$?
now 'F16 the main account instead of a subaccount: not taken' \
    '[ $status -eq 1 ] && grep -q "another account" log && [ $(jq -r "select(.sid) | .sid" got | sort | uniq -d | wc -l) -eq 0 ]'

# --- F17 to F20: refusals ------------------------------------------------------------------

fails 77 'F17 401 from the start' '{"fault":"status","status":401,"code":20003,"message":"Authenticate"}' 'TWILIO_AUTH_TOKEN'
now 'F17 asked at most twice' '[ $(sandbox_stat requests) -le 2 ]'
fails 77 'F17 401 in the middle' '{"match":"'$M'","from":2,"fault":"status","status":401,"code":20003,"message":"Authenticate"}' 401
now 'F17 the rest is not asked' '[ $(curl -s $SANDBOX_URL/_sandbox/requests | grep -c ^401) -le 32 ]'
survives 'F17 401 once' '{"match":"'$M'","nth":2,"fault":"status","status":401,"code":20003}'
sub=$(curl -s $SANDBOX_URL/_sandbox/credentials | jq -r 'map(select(.status == "active"))[1].sid')
sandbox_reset
tw-fetch -q -m -s 2026-10-01 messages >all 2>log
sandbox_fault '{"account":"'$sub'","match":"Messages.json","fault":"status","status":403,"code":20403,"message":"Forbidden"}'
tw-fetch -q -m -s 2026-10-01 messages >got 2>log; status=$?
now 'F18 one account of three refused: status 1' '[ $status -eq 1 ]'
now 'F18 it is named, on stderr and as a mark' 'grep -q "$sub.*HTTP 403, code 20403" log &&
    grep "_mark\":\"fail" got | jq -e "select(.account == \"$sub\" and .status == 403 and .code == 20403)" >/dev/null'
now 'F18 the others are complete' 'grep -v "$sub" all | grep -v _mark >a; grep -v _mark got | cmp -s - a'
now 'F18 and marked' '[ $(grep -c "_mark\":\"window" got) -ge 2 ] && ! grep "_mark\":\"window" got | grep -q "$sub"'
sandbox_reset
sandbox_fault '{"match":"'$M'","nth":1,"fault":"status","status":400,"code":20004,"message":"Date range specified in query is partially or entirely outside of retention window of 400 days"}'
messages >got 2>log; status=$?
now 'F19 older than the service keeps: a warning, status 0' '[ $status -eq 0 ] && grep -q "400 days" log && cmp -s got good'
sandbox_reset
fetch -q -s 2020-01-01 messages >got 2>log; status=$?
now 'F19 asked for six years: clamped before it is asked' '[ $status -eq 0 ] && [ $(sandbox_stat requests) -gt 1 ]'
sandbox_reset
sandbox_fault '{"match":"Usage/Records","fault":"status","status":404,"code":20404,"message":"not found"}'
fetch -q -m -s 2026-10-01 usage_records >got 2>log; status=$?
now 'F20 no usage: an empty list' '[ $status -eq 0 ] && [ ! -s log ] && grep -q "\"records\":0" got'
fails 65 'F20 no messages: an error' '{"match":"'$M'","fault":"status","status":404,"code":20404,"message":"not found"}' 'HTTP 404'
sandbox_reset
sandbox_fault '{"match":"'$M'","nth":1,"fault":"status","status":400,"code":20007,"message":"Page size too large"}'
messages >got 2>log; status=$?
now 'F20 a page size refused: asked without' '[ $status -eq 0 ] && same_set'

# --- F22: slow peers -----------------------------------------------------------------------

survives 'F22 a connection closed between pages' '{"match":"'$M'","every":2,"fault":"close_keepalive"}'
sandbox_reset
curl -sS -X POST "$SANDBOX_URL/_sandbox/refuse?seconds=2" >/dev/null
messages >got 2>log; status=$?
now 'F22 connections refused for two seconds' '[ $status -eq 0 ] && cmp -s got good'

# --- F23: text ----------------------------------------------------------------------------------

for fault in lone_surrogate nul_escape dup_key huge_number new_members; do
	sandbox_reset
	sandbox_fault '{"match":"'$M'","nth":1,"fault":"'$fault'"}'
	messages -r >got 2>log; status=$?
	now "F23 $fault: passed on" '[ $status -eq 0 ] && [ $(wc -l <got) -eq $lines ]'
done
fails 65 'F23 invalid UTF-8' '{"match":"'$M'","fault":"bad_utf8"}' 'UTF-8'
fails 65 'F23 a byte order mark' '{"match":"'$M'","fault":"bom"}' 'page shape'
fails 65 'F23 ten thousand deep' '{"match":"'$M'","fault":"deep"}' 'deep'
fails 65 'F23 something behind the document' '{"match":"'$M'","fault":"trailing"}' 'page shape'
fails 65 'F23 a record that is no object' '{"match":"'$M'","fault":"not_object"}' 'object'

# --- F25: the other end of the pipe ------------------------------------------------------------------

sandbox_reset
messages -m >&- 2>log; status=$?
now 'F25 stdout closed: 74' '[ $status -eq 74 ] && [ $(grep -c . log) -eq 1 ]'
messages -q -m >/dev/full 2>log; status=$?
now 'F25 a full disk: 74, said once' '[ $status -eq 74 ] && [ $(grep -c . log) -eq 1 ] && grep -q "No space" log'
( messages -p 20 2>log; echo $? >status ) | head -1 >got
now 'F25 | head -1: dies of SIGPIPE, quietly' '[ $(cat status) -eq 141 ] && [ ! -s log ] && [ $(wc -l <got) -eq 1 ]'
( trap '' PIPE; messages -q -m -p 20 2>log; echo $? >status ) | head -1 >got
now 'F25 with SIGPIPE ignored: it, or 74 and a line' 'case $(cat status) in 141) [ ! -s log ] ;; 74) [ $(grep -c . log) -eq 1 ] ;; *) false ;; esac'

# --- F26: signals -----------------------------------------------------------------------------------------

# stopped SIGNAL FAULT: within a second, by that signal, no close mark.
stopped() {
	sandbox_reset
	sandbox_fault "$2"
	tw-fetch -q -m --no-subaccounts -p 100 -s 2026-10-01 messages >got 2>log &
	pid=$!
	sleep 0.7
	kill -$1 $pid
	begun=$(date +%s%N)
	wait $pid 2>/dev/null; status=$?
	took=$((($(date +%s%N) - begun) / 1000000))
	now "F26 SIG$1 $3: within a second, of it, without a close mark" \
	    '[ $status -gt 128 ] && [ $took -lt 1000 ] && whole got && ! grep -q "\"close\"" got'
}
stopped TERM '{"match":"'$M'","from":2,"fault":"429","retry_after":30}' 'while waiting'
stopped INT '{"match":"'$M'","from":2,"fault":"hang"}' 'in a transfer' 
stopped TERM '{"match":"'$M'","from":2,"fault":"hang","bytes":100}' 'in a body'
stopped TERM '{"fault":"hang"}' 'before anything came'

sandbox_reset
sandbox_fault '{"match":"/Accounts.json","fault":"status","status":403,"code":20403,"message":"no"}'
tw-fetch -p 100 -s 2026-10-01 messages >got 2>log; status=$?
now 'T24 accounts that may not be listed: the own one is read' '[ $status -eq 0 ] && cmp -s got good && grep -q "only $main" log'
sandbox_reset
sandbox_fault '{"match":"Alerts.*Page=[3-9]","fault":"status","status":400,"code":20001,"message":"Invalid page and pageSize combination, data is limited to 10,000 results"}'
fetch -q -p 2 alerts >got 2>log; status=$?
now 'T31 a limit of records a query: cut' '[ $status -eq 0 ] && [ $(wc -l <got) -eq $(sandbox_truth alerts account=$main | wc -l) ]'
sandbox_reset
mkfifo pipe
(exec sleep 30) <pipe & reader=$!
tw-fetch -q --no-subaccounts messages >pipe 2>log &
pid=$!
sleep 0.7
kill -TERM $pid
begun=$(date +%s%N)
wait $pid 2>/dev/null; status=$?
took=$((($(date +%s%N) - begun) / 1000000))
kill $reader
now 'F26 SIGTERM while nobody reads: within a second' '[ $status -eq 143 ] && [ $took -lt 1000 ]'

# --- T3: a window that is too much -----------------------------------------------------------------------------

sandbox_reset
sandbox_fault '{"match":"'$M'","longer":500000,"fault":"status","status":500}'
messages -m >got 2>log; status=$?
now 'T3 500 on wide windows: halved' '[ $status -eq 0 ] && [ "$(grep -v _mark got | sort | cksum)" = "$(sort good | cksum)" ]'
finish
