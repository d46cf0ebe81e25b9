#!/bin/sh
# A service that refuses what is too much at a time: all of it arrives, with few
# requests in vain and few words.
. "$(dirname "$0")/lib.sh"
. "$TESTS/sandbox.sh"

# share MOST: of the requests at most so many in a hundred were refused.
share() {
	[ $(($(sandbox_stat 429) * 100)) -le $(($(sandbox_stat requests) * $1)) ] ||
	    { echo "$(sandbox_stat 429) of $(sandbox_stat requests)"; return 1; }
}
fetch() { tw-fetch --no-subaccounts --progress never -p 20 -s 2026-10-01 "$@" messages; }

set -- --seed 7 --messages 6000 --subaccounts 0 --days 40
sandbox_start "$@"
fetch >good 2>log || { cat log; echo '1..0 # the run without a limit failed'; exit 1; }

sandbox_start "$@" --latency 25 --limit 4 --retry-after 1
check 'at most 4 at a time, 32 wanted: every byte arrives' \
    'fetch -j 32 >got 2>log && cmp good got'
check 'one request in twenty is refused, or less' \
    '[ $(sandbox_stat 429) -gt 0 ] && share 5'
check 'and it is said once' '[ $(grep -c "HTTP 429" log) -eq 1 ] && [ $(grep -c . log) -le 3 ]'
finish
