#!/bin/sh
# Every allocation and every system call of every filter fails in turn: no
# crash, no corrupt output, a documented status.  Here only some of those of
# the longest commands; TW_LONG=1 fails them all.
. "$(dirname "$0")/lib.sh"
. "$TESTS/sandbox.sh"

case $(getconf GNU_LIBC_VERSION 2>/dev/null) in
glibc*) ;;
*) skip 'torture' 'the shim needs glibc'; finish ;;
esac
if nm "$TW_BUILD/tw-state" | grep -q __asan; then
	skip 'torture' 'a sanitizer has an allocator of its own'
	finish
fi
# Where no blanks are: the loader would take them for two names.
TORTURE_SHIM=$PWD/fail.so; export TORTURE_SHIM
check 'the shim compiles' \
    "${CC:-cc} -shared -fPIC -O1 -w -o '$TORTURE_SHIM' '$TESTS/torture/fail.c' -ldl"

cat >in <<'X'
{"_mark":"open","run":"r1","tool":"tw-fetch 1.0","at":"2026-01-02T00:00:00Z"}
{"_stream":"messages","_account":"AC1","_fetched":"2026-01-02T00:00:00Z","sid":"SM1","body":"a \"quoted\" body, \u00e9","date_sent":"Thu, 01 Jan 2026 10:00:00 +0000","price":"-0.00750","num_media":"0","subresource_uris":{"media":"/x"}}
{"_stream":"messages","_account":"AC1","_fetched":"2026-01-02T00:00:00Z","sid":"SM2","body":"b","date_sent":null,"price":null,"surprise":{"a":[1,2]}}
{"_mark":"window","run":"r1","stream":"messages","account":"AC1","since":"2026-01-01T00:00:00Z","until":"2026-01-02T00:00:00Z","records":2,"low":null,"full":false}
{"_mark":"close","run":"r1","windows":1,"failed":0,"records":2,"status":0}
X
grep _mark in >marks
tw-flatten <in >flat
mkdir state; tw-state init -f state/s.state
in=$PWD/in flat=$PWD/flat marks=$PWD/marks

# step SHORT LONG: the same with TW_LONG.
step() { [ "${TW_LONG-}" ] && echo "-k $2" || echo "-k $1"; }
sweep() { check "$1" "'$TESTS/torture/run' $2"; sed 's/^/# /' .out; }
sweep 'tw-flatten' "$(step 3 1) -i $in flatten tw-flatten"
sweep 'tw-flatten --jq (libjq)' \
    "$(step 37 1) --theirs libjq -i $in jq tw-flatten --jq ."
sweep 'tw-load-csv' "-i $flat csv tw-load-csv"
sweep 'tw-load-sql -d sqlite' \
    "-e '^ROLLBACK;$|^.exit 65' -i $flat sqlite tw-load-sql -d sqlite"
sweep 'tw-load-sql -d postgres' \
    "-e '^ROLLBACK;$|^DO ' -i $flat postgres tw-load-sql -d postgres"
sweep 'tw-state list' "-d state list tw-state list -f s.state"
sweep 'tw-state commit' \
    "-g commit -d state -i $marks commit tw-state commit -f s.state"

# Two pages of messages, some with media.  Of the libraries only libcurl and
# what tw-fetch uses itself: those behind libcurl have tests of their own.
sandbox_start --messages 24 --subaccounts 0 --all-active --days 1 --still
behind=libcrypto,libssl,libgnutls,libkrb,libgss,libp11,libnettle,libsasl,libldap
fetch="fetch tw-fetch -j 1 -p 12 -S s.state -A archive --retry-time 1s \
    --no-subaccounts -s 2026-11-22 messages message_media"
sweep 'tw-fetch' "$(step 7 1) -g fetch -d state -n $behind $fetch"
sweep 'tw-fetch, the network' "-g fetch -d state -o socket,connect,send,recv $fetch"
finish
