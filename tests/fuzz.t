#!/bin/sh
# The fuzzers, two at a time, from their seeds: all that was ever found is among
# them.  Up to ten seconds each, in runs that are the same on every machine: what
# is new is looked for with TW_LONG=1, ten minutes each.
. "$(dirname "$0")/lib.sh"

limit='-n 100000 -s 10'
[ -z "${TW_LONG-}" ] || limit='-s 600'
if command -v clang >/dev/null; then
	"$ROOT/tests/fuzz/run" -j 2 $limit >fuzzed 2>&1
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
