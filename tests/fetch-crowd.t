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
fetch() { tw-fetch --no-subaccounts --progress never -p 20 -s 2026-10-20 "$@" messages; }
long() { fetch -s 2026-10-01 -p 12 "$@"; }

set -- --seed 7 --messages 6000 --subaccounts 0 --days 40
sandbox_start "$@"
long >all 2>log && fetch >good 2>log || { cat log; echo '1..0 # the run without a limit failed'; exit 1; }

sandbox_start "$@" --latency 25 --limit 4 --retry-after 1
check 'at most 4 at a time, 32 wanted: every byte arrives' \
    'long -j 32 >got 2>log && cmp all got'
check 'one request in twenty is refused, or less' \
    '[ $(sandbox_stat 429) -gt 0 ] && share 5'
check 'and it is said once' '[ $(grep -c "HTTP 429" log) -eq 1 ] && [ $(grep -c . log) -le 3 ]'

# --- several processes ---------------------------------------------------------

# What they share is kept in a folder of their own.
both() {
	sandbox_reset
	fetch -v -j 32 >one 2>log1 & one=$!
	sleep ${1-0}
	fetch -v -j 32 >two 2>log2 & two=$!
	wait $one; status1=$?
	wait $two; status2=$?
}
complete() { [ $status1$status2 = 00 ] && cmp good one && cmp good two; }
mkdir -m 700 run
check 'two at once without a place to share: both are complete' 'both && complete'
XDG_RUNTIME_DIR=$PWD/run
check 'and with one' 'both && complete'
check 'one in ten is refused, or less' 'share 10'
check 'it is theirs alone' '[ "$(ls -ld run/tw run/tw/* | grep -c "^[d-]rw[x-]------")" -eq 2 ]'
check 'nothing is left that says who asked' '! grep -rq "AC" run && ! ls run/tw | grep AC'
check 'one that comes later' 'both 1.5 && complete'
check 'takes its part from the first, and is hardly refused' \
    'grep -c ": 429 in" log2; [ $(grep -c ": 429 in" log2) -le 12 ] && share 5'

sandbox_reset
fetch -j 32 >one 2>log1 & one=$!
fetch -j 32 >two 2>log2 & two=$!
sleep 2
kill -KILL $one; wait $one 2>/dev/null
wait $two
check 'when one is killed, the other goes on' 'cmp good two'
check 'with what is not used any more' 'fetch -j 32 >got 2>log && cmp good got && share 10'

# A place that cannot be trusted, or is none: each is on its own.
few() { fetch -s 2026-11-17 "$@"; }
few -j 1 >least 2>log
rm -r run/tw; mkdir -m 777 run/tw; chmod 777 run/tw
check 'a folder that others can write to is not used' \
    'few -j 32 >got 2>log && cmp least got && [ -z "$(ls run/tw)" ] && [ $(grep -c . log) -le 3 ]'
rm -r run/tw; mkdir elsewhere; ln -s "$PWD/elsewhere" run/tw
check 'nor one that is a link' 'few -j 32 >got 2>log && cmp least got && [ -z "$(ls elsewhere)" ]'
rm run/tw; : >run/tw
check 'nor what is no folder' 'few -j 32 >got 2>log && cmp least got'
finish
