#!/bin/sh
# tw-flatten on every record the sandbox has: every leaf once, none altered;
# and with --no-pii no telephone number and no text of a message is left.
. "$(dirname "$0")/lib.sh"
. "$TESTS/sandbox.sh"

sandbox_start --messages 1500 --calls 40 --recordings 30 --conferences 30 --alerts 60
tw-fetch -q @all >records 2>fetch.log
check 'the sandbox has records of many streams' \
	"test \$(jq -r ._stream records | sort -u | tee streams | wc -l) -gt 30"
check 'every leaf is there, columns keep their places' \
	"tw-flatten records >flat && '$TESTS/leaves' compare records flat"
check_same 'flattened twice' 'tw-flatten flat' 'cat flat'
check 'nearly nothing misses its column' \
	'test "$(grep -c _extra flat)" -le $(($(wc -l <flat) / 100))'

# What must not show: every telephone number of any stream, and what messages
# say (short words are everywhere).
jq -r '.. | strings | select(test("^\\+[1-9][0-9]{6,}$"))' records >private
jq -r 'select(._stream == "messages") | .body | strings | select(length > 12)' \
	records | grep -v '^ *$' >>private
check 'the sandbox has something to hide' 'test $(wc -l <private) -gt 50'
openssl rand -hex 32 >key 2>/dev/null || echo 0123456789abcdef0123456789abcdef >key
for how in '' '-k key'; do
	check "nothing private with --no-pii $how" \
	    "tw-flatten --no-pii $how records >out && test \$(wc -l <out) = \$(wc -l <records) &&
	    ! grep -F -f private out"
done
finish
