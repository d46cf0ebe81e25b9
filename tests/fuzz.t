#!/bin/sh
# The fuzzers, for a moment each: TW_LONG=1 builds and runs them.
. "$(dirname "$0")/lib.sh"

for target in json flat when line; do
	if [ "${TW_LONG:-0}" = 0 ]; then
		skip "fuzz: $target" 'TW_LONG is not set'
	elif ! command -v clang >/dev/null; then
		skip "fuzz: $target" 'no clang'
	else
		check "fuzz: $target" "'$ROOT/tests/fuzz/run' -s 10 $target"
	fi
done
finish
