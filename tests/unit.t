#!/bin/sh
# Every C unit test is one check here; its own TAP lines show when it fails.
. "$(dirname "$0")/lib.sh"
for program in "$TW_BUILD"/unit/*; do
	case $program in *.o | *.d | *.gc*) continue ;; esac
	check "unit: ${program##*/}" "$program >tap 2>&1 || { grep -v '^ok' tap; false; }"
done
finish
