# The test harness: sourced by every tests/*.t, which prove runs.
#
#	. "$(dirname "$0")/lib.sh"
#	check 'what must be true' 'commands'		status 0 passes
#	check_status 65 'what' 'commands'		exactly that status
#	check_same 'what' 'commands' 'commands'	both print the same
#	skip 'what' 'why it cannot run here'
#	finish
#
# Each file runs in a fresh directory of its own ($PWD), kept when a test in
# it failed.  A death by signal (status above 128) is never a polite failure:
# check_status fails on it unless that very status was asked for.  The plan is
# printed at the end, so a script that dies in the middle fails.

set -u
LC_ALL=C; export LC_ALL
unset TWILIO_ACCOUNT_SID TWILIO_AUTH_TOKEN TWILIO_API_KEY TWILIO_API_SECRET \
	TWILIO_REGION TWILIO_EDGE TW_API_BASE
TESTS=$(cd "$(dirname "$0")" && pwd)
ROOT=$(dirname "$TESTS")
: "${TW_BUILD:=$ROOT/build}"
: "${TW_TEST_DATA:=$ROOT/../shared/data}"
PATH=$TW_BUILD:$PATH
export PATH TW_BUILD TW_TEST_DATA

test_count=0 test_failed=0 at_exit=:
trash=$(mktemp -d "${TMPDIR:-/tmp}/tw-test.XXXXXX") && cd "$trash" || exit 1
# Not there; should anything make it, it is this test's own.
XDG_CONFIG_HOME=$trash/.none XDG_RUNTIME_DIR=$trash/.none
export XDG_CONFIG_HOME XDG_RUNTIME_DIR

# on_exit 'commands': run when the script ends, however it ends.
on_exit() { at_exit="$1; $at_exit"; }
clean_up() {
	eval "$at_exit"
	cd /
	if [ $test_failed -eq 0 ]; then rm -rf "$trash"; else
		echo "# kept: $trash"; fi
}
trap clean_up EXIT
trap 'exit 1' INT TERM

ok() { test_count=$((test_count + 1)); echo "ok $test_count - $1"; }
not_ok() {
	test_count=$((test_count + 1)); test_failed=$((test_failed + 1))
	echo "not ok $test_count - $1"
	{	# prove hides comments, but no errors
		echo "# $0: $test_count - $1"
		[ ! -s .out ] || sed 's/^/# out: /' .out | head -20
		[ ! -s .err ] || sed 's/^/# err: /' .err | head -20
	} >&2
}
skip() { test_count=$((test_count + 1)); echo "ok $test_count # SKIP $1: $2"; }

check_status() {
	(eval "$3") >.out 2>.err </dev/null
	status=$?
	if [ "$status" -eq "$1" ]; then ok "$2"; else
		not_ok "$2"; echo "# status $status, expected $1: $3"; fi
}
check() { check_status 0 "$1" "$2"; }
check_same() {
	(eval "$2") >.one 2>.err </dev/null; one=$?
	(eval "$3") >.two 2>>.err </dev/null; two=$?
	if [ $one -le 128 ] && [ $two -le 128 ] && cmp -s .one .two; then
		ok "$1"
	else
		diff .one .two >.out; not_ok "$1"
		echo "# statuses $one and $two: $2 // $3"
	fi
}
finish() {
	echo "1..$test_count"
	[ $test_failed -eq 0 ]
	exit $?
}
