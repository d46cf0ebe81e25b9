#!/bin/sh
# --mode mirror: what a full list no longer has is marked, and unmarked when it
# returns.  --mode replace: what is not there is gone.
. "$(dirname "$0")/lib.sh"
. "$TESTS/engines.sh"

# list DAY ACCOUNT SID...: a full list, as it was on that day.
list() {
	day=2026-01-0${1}T00:00:00Z account=$2
	shift 2
	echo '{"_mark":"open","run":"r'$day'","tool":"t","at":"'$day'"}'
	for sid; do
		echo '{"_stream":"queues","_account":"'$account'","_fetched":"'$day'","sid":"'$sid'","date_updated":"2026-01-01T00:00:00Z"}'
	done
	echo '{"_mark":"window","run":"r'$day'","stream":"queues","account":"'$account'","since":null,"until":"'$day'","records":'$#',"low":null,"full":true}'
	echo '{"_mark":"close","run":"r'$day'","windows":1,"failed":0,"records":'$#',"status":0}'
}
load() { tw-load-sql -d $dialect "$@" >script.sql && client <script.sql >got; }
gone() { query 'SELECT sid FROM queues WHERE _deleted IS NOT NULL ORDER BY 1' | xargs; }
here() { query 'SELECT sid FROM queues WHERE _deleted IS NULL ORDER BY 1' | xargs; }
says() { check_same "$dialect: $1" "$2; gone; here" "printf '%s\n' '$3' '$4'"; }

mirror() {
	dialect=$1
	fresh
	says 'all are there' 'list 2 AC1 a b c | load -m mirror' '' 'a b c'
	says 'what a full list lacks is marked' 'list 3 AC1 a c | load -m mirror' b 'a c'
	check "$1: with the time of the list" \
	    'query "SELECT _deleted FROM queues WHERE sid = '"'b'"'" | grep -q "^2026-01-03"'
	says 'not what another account has' 'list 3 AC2 z | load -m mirror' b 'a c z'
	says 'and stays so' 'list 4 AC1 a | load -m mirror' 'b c' 'a z'
	check "$1: with the time it was first missed" \
	    'query "SELECT _deleted FROM queues WHERE sid = '"'b'"'" | grep -q "^2026-01-03"'
	says 'what returns is unmarked' 'list 5 AC1 a b | load -m mirror' c 'a b z'
	says 'an older list brings nothing back' 'list 2 AC1 a b c | load -m mirror' c 'a b z'
	says 'an empty one marks all' 'list 6 AC1 | load -m mirror' 'a b c' z
	says 'two lists in one script' '{ list 7 AC1 a b; list 8 AC1 b c; } | load -m mirror' a 'b c z'
	says 'each in its own transaction' \
	    'fresh; { list 7 AC1 a b; list 8 AC1 b c; } | load -m mirror -b 1' a 'b c'
	check_same "$1: --mode replace, with a row" \
	    'list 2 AC1 n | load -m replace; query "SELECT sid FROM queues"' 'echo n'
	check_same "$1: and without: the table is empty" \
	    'list 2 AC1 | load -m replace; query "SELECT count(*) FROM queues"; grep -c records.*low got' \
	    'echo 0; echo 1'
}
each_engine mirror
finish
