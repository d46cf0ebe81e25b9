#!/bin/sh
# Scripts of what hardly ever comes: streams without a name, keys that are none,
# windows without records.
. "$(dirname "$0")/lib.sh"

row() { echo '{"_stream":"'$1'","_account":"AC1","_fetched":"2026-01-0'$2'T00:00:00Z",'"$3"'}'; }
mark() { # STREAM SINCE UNTIL more: a window
	echo '{"_mark":"window","run":"r1","stream":"'$1'","account":"AC1","since":'$2',"until":'$3"${4-}"'}'
}
open='{"_mark":"open","run":"r1"}'
close='{"_mark":"close","run":"r1","windows":1,"failed":0,"records":0,"status":0}'
day='"2026-01-01T00:00:00Z"' next='"2026-01-02T00:00:00Z"'
refused() { # WORDS INPUT OPTIONS: for each dialect 65
	for d in ${dialects-sqlite postgres duckdb mysql snowflake bigquery}; do
		check_status 65 "$d: $1" "printf '%s\n' '$2' | tw-load-sql -q -d $d ${3-} 2>said"
	done
	check "says so: $1" "grep -q '$1' said"
}
refused 'no _stream says which table' '{"a":1}'
refused 'cannot be the name of a table' '{"_stream":"a\u0001","a":1}'
refused 'cannot be the name of a table' '{"_stream":"a\u007f","a":1}'
dialects='postgres mysql'
refused 'cannot be the name of a table' '{"_stream":"'$(printf %064d 1)'","a":1}'
refused 'cannot be the name of a table' '{"_stream":"'$(printf %040d 1)'","a":1}' "-p $(printf %032d 1)"
unset dialects
refused 'to merge needs a key' '{"_stream":"mine","a":1}' '-m merge'
refused 'to merge needs a key' '{"_stream":"mine","a":1}' '-m mirror'
refused 'to merge needs a key' '{"_stream":"mine","a":1}' '-m merge -k ,,'
refused 'a record without its key' '{"_stream":"mine","a":1}' '-m merge -k a,nope'
refused 'a record without its key' '{"_stream":"mine","a":1}
{"_stream":"mine","b":1}' '-m merge -k ,a,nope'
refused 'not a value JSON knows' "$(row keys 1 '"sid":"a"')
$(row keys 1 '"sid":}')"
refused 'ends too soon\|does not end' "$(row keys 1 '"sid":"a"')
$(row keys 1 '"sid":"b' | sed 's/}$//')"

check 'views of a schema' "tw-load-sql --views -d duckdb -s other | grep -q 'FROM \"other\".\"messages\"'"
check 'whose name has a quote' "tw-load-sql --views -d postgres -s 'o\"ther' | grep -q 'FROM \"o\"\"ther\".\"messages\"'"

if ! command -v sqlite3 >/dev/null; then
	skip 'SQLite' 'it is not here'
	finish
fi
load() { cat >in; tw-load-sql -q -d sqlite "$@" in | sqlite3 db >receipts; }
has() { # QUERY WANT
	check_same "$1" "sqlite3 db '$1'" "printf '%s\n' '$2'"
}

# Lists that are full and empty: all that was is gone, in mirror only.
{ echo "$open"; row keys 1 '"sid":"a"'; mark keys null $day ',"records":1,"full":true'; echo "$close"; } | load -m mirror
has 'SELECT sid FROM keys WHERE _deleted IS NULL' a
{ echo "$open"; mark nothings null $next ',"records":0,"full":true'; echo "$close"; } | load -m mirror
check 'a window of a stream nobody knows is vouched for' 'grep -q nothings receipts'
{ echo "$open"; for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	mark keys null $next ',"records":0,"full":true' | sed s/AC1/AC1$n/; done; echo "$close"; } | load -m mirror
has 'SELECT count(*) FROM keys WHERE _deleted IS NULL' 1
check 'twenty lists in one transaction' '[ $(grep -c _mark receipts) -eq 22 ]'
{ echo "$open"; mark keys null $next ',"records":0,"full":true'; echo "$close"; } | load -m mirror
has 'SELECT count(*) FROM keys WHERE _deleted IS NULL' 0
check 'all marks are receipts' '[ $(grep -c _mark receipts) -eq 3 ]'

# To replace: an empty list leaves an empty table, a stream beside it stays.
rm db
{ row keys 1 '"sid":"a"'; row queues 1 '"sid":"q"'; } | load
{ echo "$open"; mark keys null $next ',"records":0,"full":true'; echo "$close"; } | load -m replace
has 'SELECT (SELECT count(*) FROM keys), (SELECT count(*) FROM queues)' '0|1'
{ row keys 1 '"sid":"a"'; row keys 1 '"sid":"b"'; } | load -m replace
{ row keys 1 '"sid":"c"'; } | load -m replace
has 'SELECT sid FROM keys' c
{ row mine 1 '"sid":"c"'; } | load -m replace
{ row mine 1 '"sid":"d"'; } | load -m replace
has 'SELECT count(*) FROM mine' 1

# The run a record is of is known once an open came by.
rm db
{ row keys 1 '"sid":"a"'; echo "$open"; row keys 1 '"sid":"b"'; mark keys $day $next; echo "$close"; } | load --meta
has 'SELECT sid, _stream, coalesce(_run, 0) FROM keys ORDER BY 1' 'a|keys|0
b|keys|r1'
finish
