#!/bin/sh
# Every C unit test is one check here; its own TAP lines show when it fails.  So
# is every target of the fuzzers, with its seeds: all that was ever found.
. "$(dirname "$0")/lib.sh"
for program in "$TW_BUILD"/unit/*; do
	case $program in *.o | *.d | *.gc*) continue ;; esac
	check "unit: ${program##*/}" "'$program' >tap 2>&1 || { grep -v '^ok' tap; false; }"
done
for target in "$TESTS"/fuzz/*.c; do
	target=${target##*/} target=${target%.c}
	if [ ! -e "$TW_BUILD/replay/$target" ]; then
		skip "seeds: $target" 'its library is not here'
		continue
	fi
	check "seeds: $target" "'$TW_BUILD/replay/$target' '$TESTS/fuzz/corpus/$target'/*"
done
finish
