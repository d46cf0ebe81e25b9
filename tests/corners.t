#!/bin/sh
# What hardly ever comes: names that meet, values that do not fit, programs that
# fail.  tests/corners/cases has a command a line; it prints NAME.out and says
# NAME.err, which somebody has read and found right.
. "$(dirname "$0")/lib.sh"
. "$TESTS/engines.sh"

cp "$TESTS"/corners/* .
while read -r name status command; do
	case $name in '#'*) continue ;; esac
	for what in out err; do [ -e $name.$what ] || : >$name.$what; done
	check_status "$status" "$name: $command" \
	    "set -f; $(printf '%s' "$command" | sed "s/[^ ]*/'&'/g") >got 2>said"
	check 'and what it prints' "diff $name.out got && diff $name.err said"
done <cases

# Every dialect, and one database.
for d in sqlite postgres duckdb mysql snowflake bigquery; do
	check "$d: no control characters, no half surrogate, one _extra" '
		tw-load-sql -q -d '$d' -C own.tw flat >script &&
		! tr -d "\t" <script | grep -q "[[:cntrl:]]" &&
		! grep -qi "u0000\|ud800" script &&
		grep "[^a-z]j[^a-z].*x.*:1,.*moons.*:.*x" script | tr -d \\\\ |
		    grep -q "{\"x\":1,\"moons\":\"x\"}"'
done
n=0
while IFS= read -r line; do
	n=$((n + 1))
	want=65
	case $line in *sss\"}) [ ${#line} -gt 269 ] || want=0 ;; esac
	printf '%s\n' "$line" >one
	check_status $want "stranger:$n" 'tw-load-csv -C own.tw one'
done <stranger
awk 'BEGIN { for (i = 0; i <= 4096; i++) print "{\"_stream\":\"s" i "\",\"a\":1}" }' >streams
check_status 65 'thousands of streams' 'tw-load-sql -q -d sqlite streams'
check_status 65 'a record without its key' \
    'echo "{\"_stream\":\"planets\",\"name\":[1]}" | tw-load-sql -d sqlite -C own.tw'
check_status 65 'a _stream that is no name' 'tw-load-sql -d sqlite strange'
more() {
	fresh
	check "$1: what fits and what does not" 'tw-load-sql -q -d '$1' -C own.tw more | client'
	check_same "$1: all of it" "query 'SELECT count(*), count(mass) + count(moons) FROM planets'" \
	    'case '$1' in sqlite | postgres) echo "26|9" ;; *) echo "26|2" ;; esac'
}
each_engine more
if command -v sqlite3 >/dev/null; then
	check 'SQLite: numbers are what they were' '
		tw-load-sql -q -d sqlite -C own.tw flat 2>said | sqlite3 db &&
		[ "$(sqlite3 db "SELECT name, moons FROM planets WHERE moons IS NOT NULL ORDER BY 1" | tr "\n" " ")" = "a|9223372036854775807 b|-9223372036854775808 f|12 o|3 " ]'
	check 'SQLite: all JSON is JSON' '
		[ "$(sqlite3 db "SELECT count(*) FROM planets WHERE json_valid(_extra) AND json_valid(coalesce(more, 0))")" -eq 11 ] &&
		[ "$(sqlite3 db "SELECT count(*) FROM planets WHERE NOT json_valid(coalesce(_extra, 0)) OR NOT json_valid(coalesce(more, 0))")" -eq 0 ]'
else
	skip 'SQLite' 'it is not here'
fi
finish
