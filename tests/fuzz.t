#!/bin/sh
# The fuzzers, each for a moment (TW_LONG=1: ten minutes), two at a time, from
# their seeds: all that was ever found is among them.
. "$(dirname "$0")/lib.sh"

seconds=4
[ -z "${TW_LONG-}" ] || seconds=600
if command -v clang >/dev/null; then
	"$ROOT/tests/fuzz/run" -j 2 -s $seconds >fuzzed 2>&1
fi
for target in "$ROOT"/tests/fuzz/*.c; do
	target=${target##*/} target=${target%.c}
	if ! command -v clang >/dev/null; then
		skip "fuzz: $target" 'no clang'
		continue
	elif [ $target = sql ] && ! echo '#include <sqlite3.h>' |
	    clang -E - >/dev/null 2>&1; then
		skip "fuzz: $target" 'no sqlite3.h'
		continue
	fi
	check "fuzz: $target" "grep '^$target .* runs in .*, 0 finds' fuzzed ||
	    { cat fuzzed; false; }"
	sed 's/^/# /' .out
done
finish
