#!/bin/sh
# Every stream there is, from a sandbox that refuses what the API does not
# allow: every record of every one exactly once.
. "$(dirname "$0")/lib.sh"
. "$TESTS/sandbox.sh"

sandbox_start --seed 7 --messages 300 --calls 100 --strict
check 'tw-fetch @all ends with status 0' 'tw-fetch -q -j 16 -m @all >all.nd'
check 'no window failed' '! grep -q "\"_mark\":\"fail\"" all.nd'
check 'at least 390 streams are listed' '[ $(tw-fetch --list | wc -l) -ge 390 ]'

# A record is compared as the truth has it: without our first members.
grep -v '"_mark"' all.nd | sed 's/^{"_stream":"\([^"]*\)",\("_account":"[^"]*"\),"_fetched":"[^"]*"/\1	{\2/' |
    sort >got
cut -f1 got | sort -u >streams
check 'at least 400 streams have records' '[ $(wc -l <streams) -ge 400 ]'
wrong=
while read -r stream; do
	sandbox_truth "$stream" >want
	grep "^$stream	" got | cut -f2- | sort | cmp -s - want || wrong="$wrong $stream"
done <streams
check "every record of every stream, byte for byte (not:$wrong)" '[ -z "$wrong" ]'
check 'no secret is in it' '! grep -q "\"auth_token\"" all.nd'
finish
