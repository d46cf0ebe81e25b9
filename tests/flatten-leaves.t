#!/bin/sh
# Every leaf of records of every stream of the catalogue is in the flat record,
# once and unaltered, and columns keep their places: by a script that knows
# nothing of how tw-flatten works.
. "$(dirname "$0")/lib.sh"

command -v python3 >/dev/null || { skip 'every leaf' 'no python3'; finish; }
for seed in 1 2; do
	"$TESTS/leaves" make $seed >in
	check "all streams of the catalogue, seed $seed" \
	    "test \$(wc -l <in) -gt 1000 && tw-flatten in >flat && '$TESTS/leaves' compare in flat"
	check_same "flattened twice, seed $seed" 'cat flat' 'tw-flatten flat'
done
sed '100s/"_account":"AC1"/"_account":"AC2"/' flat >other
check_status 1 'the script sees a change' "'$TESTS/leaves' compare in other"
sed '100s/"_account":"AC1",/&"more":1,/' flat >other
check_status 1 'the script sees what was not there' "'$TESTS/leaves' compare in other"
finish
