#!/bin/sh
# Rows past the stage, into a table that was empty: only while that is right.
. "$(dirname "$0")/lib.sh"
. "$TESTS/engines.sh"
postgres_start || { skip 'all of this' 'no postgres here'; finish; }

row() { # sid fetched name
	printf '{"_stream":"queues","_account":"AC1","_fetched":"2026-01-0%dT00:00:00Z","sid":%s,"friendly_name":"%s"}\n' \
	    "$2" "$1" "$3"
}
load() { tw-load-sql -d postgres | pg -q; }
all() { pg -At -c 'SELECT sid, friendly_name FROM queues ORDER BY sid'; }
fresh() { pg -q -c 'DROP TABLE IF EXISTS queues, _tw_windows' 2>/dev/null; }

check_same 'keys that are new, one that came twice, and more' \
    "{ row '\"a\"' 2 a; row '\"b\"' 2 b; row '\"a\"' 3 newer; row '\"c\"' 2 c; row '\"b\"' 1 older; } |
	load; all" \
    'printf "%s\n" "a|newer" "b|b" "c|c"'
check_same 'the same table is no longer empty' \
    "{ row '\"a\"' 4 newest; row '\"d\"' 4 d; row '\"b\"' 1 older; } | load; all" \
    'printf "%s\n" "a|newest" "b|b" "c|c" "d|d"'
check_same 'one key in two spellings' \
    "fresh; { row '\"a\"' 2 a; row '\"\\u0061\"' 3 newer; } | load; all" 'echo "a|newer"'
check_same 'a number and a text' \
    "fresh; { row 1 2 a; row '\"1\"' 3 newer; } | load; all" 'echo "1|newer"'
check_same 'two transactions, one key' \
    "fresh; { echo '{\"_mark\":\"open\",\"run\":\"r\",\"tool\":\"t\",\"at\":\"2026-01-02T00:00:00Z\"}'
	for day in 2 3; do
		row '\"a\"' \$day \$day; row \"\\\"k\$day\\\"\" \$day x
		echo '{\"_mark\":\"window\",\"run\":\"r\",\"stream\":\"queues\",\"account\":\"AC1\",\"since\":null,\"until\":\"2026-01-0'\$day'T00:00:00Z\",\"records\":2,\"low\":null,\"full\":false}'
	done
	echo '{\"_mark\":\"close\",\"run\":\"r\",\"windows\":2,\"failed\":0,\"records\":4,\"status\":0}'; } |
	tw-load-sql -d postgres --batch 1 | pg -q | grep -c ._mark.:.window; all" \
    'printf "%s\n" 2 "a|3" "k2|x" "k3|x"'
check 'replace does not fill what it empties' \
    "row '\"z\"' 2 z | tw-load-sql -d postgres -m replace | pg -q && [ \"\$(all)\" = 'z|z' ]"
check 'all that goes straight is in one COPY' \
    "{ row '\"a\"' 2 a; row '\"b\"' 2 b; } | tw-load-sql -d postgres | grep -c '^COPY :tw_into_1' | grep -qx 1"
finish
