#!/bin/sh
# Every allocation and every system call of every filter fails in turn: no
# crash, no corrupt output, a documented status.
. "$(dirname "$0")/lib.sh"

case $(getconf GNU_LIBC_VERSION 2>/dev/null) in
glibc*) ;;
*) skip 'torture' 'the shim needs glibc'; finish ;;
esac
if nm "$TW_BUILD/tw-state" | grep -q __asan; then
	skip 'torture' 'a sanitizer has an allocator of its own'
	finish
fi
mkdir -p "$TW_BUILD/torture"
check 'the shim compiles' \
    "${CC:-cc} -shared -fPIC -O1 -w -o '$TW_BUILD/torture/fail.so' '$TESTS/torture/fail.c' -ldl"

cat >in <<'E'
{"_mark":"open","run":"r1","tool":"tw-fetch 1.0","at":"2026-01-02T00:00:00Z"}
{"_stream":"messages","_account":"AC1","_fetched":"2026-01-02T00:00:00Z","sid":"SM1","body":"a \"quoted\" body, \u00e9","date_sent":"Thu, 01 Jan 2026 10:00:00 +0000","price":"-0.00750","num_media":"0","subresource_uris":{"media":"/x"}}
{"_stream":"messages","_account":"AC1","_fetched":"2026-01-02T00:00:00Z","sid":"SM2","body":"b","date_sent":null,"price":null,"surprise":{"a":[1,2]}}
{"_mark":"window","run":"r1","stream":"messages","account":"AC1","since":"2026-01-01T00:00:00Z","until":"2026-01-02T00:00:00Z","records":2,"low":null,"full":false}
{"_mark":"close","run":"r1","windows":1,"failed":0,"records":2,"status":0}
E
grep _mark in >marks
tw-flatten <in >flat

sweep() { check "$1" "'$TESTS/torture/run' $2"; sed 's/^/# /' .out; }
sweep 'tw-flatten' 'flatten in tw-flatten'
sweep 'tw-flatten --jq (libjq)' '-l -k 7 jq in tw-flatten --jq .'
sweep 'tw-load-csv' 'csv flat tw-load-csv'
sweep 'tw-load-sql -d sqlite' '-e "^ROLLBACK;\$\|^.exit 65" sqlite flat tw-load-sql -d sqlite'
sweep 'tw-load-sql -d postgres' '-e "^ROLLBACK;\$\|^DO " postgres flat tw-load-sql -d postgres'
cat >commit <<'E'
#!/bin/sh
rm -f s.state s.state.prev && cp empty s.state && exec tw-state commit -f s.state
E
chmod +x commit
tw-state init -f empty
sweep 'tw-state list' 'list marks tw-state list -f empty'
finish
