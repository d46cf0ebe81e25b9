#!/bin/sh
# The fuzzers, for a moment each (ten seconds; TW_LONG=1: ten minutes).
. "$(dirname "$0")/lib.sh"

seconds=10
[ -z "${TW_LONG-}" ] || seconds=600
for target in json flat when line; do
	if ! command -v clang >/dev/null; then
		skip "fuzz: $target" 'no clang'
	else
		check "fuzz: $target" "'$ROOT/tests/fuzz/run' -s $seconds $target"
		sed 's/^/# /' .out
	fi
done
finish
