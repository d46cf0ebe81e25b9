#!/bin/sh
# What a record costs, in instructions, stays what it was.
. "$(dirname "$0")/lib.sh"

figures=$TESTS/bench/counts
compiler=$(${CC:-cc} --version | head -1)
if ! command -v valgrind >/dev/null || ! command -v python3 >/dev/null; then
	skip 'instructions a record' 'no valgrind or no python3 here'
elif ! grep -qxF "# With: $compiler" "$figures"; then
	skip 'instructions a record' 'the figures belong to another compiler'
elif ! grep -q -e ' -O2$' "$TW_BUILD/flags"; then
	skip 'instructions a record' 'this build has other flags'
elif ! grep -qw avx2 /proc/cpuinfo; then
	skip 'instructions a record' 'the figures belong to a processor with AVX2'
else
	check 'instructions a record are within 5% of the committed figures' \
	    'TW_BUILD=$TW_BUILD "$ROOT/scripts/counts"'
	sed 's/^/# /' .out
fi
finish
