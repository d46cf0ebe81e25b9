#!/bin/sh
# The tools on other machines, in qemu: see scripts/cross.  TW_LONG=1: on all of
# them, and more tests.
. "$(dirname "$0")/lib.sh"

on() { # ARCH WHAT MACHINE [TEST...]
	if ! command -v "qemu-$1" >/dev/null; then
		skip "$1: $2" "no qemu-$1"
	elif ! command -v "$3-gcc" >/dev/null; then
		skip "$1: $2" "no $3-gcc"
	else
		arch=$1 what=$2
		shift 3
		check "$arch: $what" "'$ROOT/scripts/cross' $arch $*"
		sed 's/^/# /' .out
	fi
}
if [ -z "${TW_LONG-}" ]; then
	on aarch64 'its vector code' aarch64-linux-gnu \
	    tests/unit.t tests/flatten-json.t
else
	on aarch64 'its vector code' aarch64-linux-gnu
	on s390x 'the other byte order' s390x-linux-gnu
	on arm '32 bits' arm-linux-gnueabihf
fi
finish
