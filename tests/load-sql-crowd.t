#!/bin/sh
# Two loads of the same rows at once, of which one has newer versions of half of
# them, in the opposite order.  Neither fails, but where both make the tables one
# may, without a close mark; it is said again.  What is there in the end is the
# newest of each, once.
. "$(dirname "$0")/lib.sh"
. "$TESTS/engines.sh"

# run NAME VERSION [back]: ten windows of 300 messages, of that version; every
# second one of the next, in opposite order, if it is to go back.
run() {
	awk -v run="$1" -v version="$2" -v back="${3:+1}" '
	function mark(rest) { printf "{\"_mark\":%s}\n", rest }
	BEGIN {
		mark("\"open\",\"run\":\"" run "\",\"tool\":\"t\",\"at\":\"2026-03-01T00:00:00Z\"")
		for (i = 0; i < 10; i++) {
			w = back ? 9 - i : i
			for (k = 0; k < 300; k++) {
				n = w * 300 + (back ? 299 - k : k)
				v = version + (back && n % 2)
				printf "{\"_stream\":\"messages\",\"_account\":\"AC1\",\"_fetched\":\"2026-03-0%dT00:00:00Z\",\"body\":\"v%d\",\"date_updated\":\"2026-02-%02dT00:00:0%dZ\",\"sid\":\"SM%05d\",\"date_sent\":\"2026-02-%02dT00:00:00Z\"}\n",
				    v + 1, v, w + 1, v, n, w + 1
			}
			mark(sprintf("\"window\",\"run\":\"%s\",\"stream\":\"messages\",\"account\":\"AC1\",\"since\":\"2026-02-%02dT00:00:00Z\",\"until\":\"2026-02-%02dT00:00:00Z\",\"records\":300,\"low\":null,\"full\":false", run, w + 1, w + 2))
		}
		mark("\"close\",\"run\":\"" run "\",\"windows\":10,\"failed\":0,\"records\":3000,\"status\":0")
	}'
}
run old 1 >old.ndjson
run new 1 back >new.ndjson
run later 3 >later.ndjson
run latest 3 back >latest.ndjson

load() { client <$1.sql >$1.out 2>$1.err; }
held() { [ $1 = 0 ] && grep -q '"close"' $2.out; }
# What they end with is in one and two.
both() {
	load $1 & pid=$!
	load $2
	two=$?
	wait $pid
	one=$?
	cat $1.err $2.err
	held $one $1 && held $two $2
}
again() { # STATUS RUN
	held $1 $2 || { ! grep -q '"close"' $2.out && load $2; }
}
right() { # VERSION
	[ "$(query "SELECT count(*), count(DISTINCT sid) FROM messages")" = '3000|3000' ] &&
	[ "$(query "SELECT count(*) FROM messages WHERE body = 'v$1'")" = 1500 ] &&
	[ "$(query "SELECT count(*) FROM messages WHERE body = 'v$(($1 + 1))'")" = 1500 ]
}
crowd() {
	[ $1 != duckdb ] || return 0	# one writer at a time, it says
	for name in old new later latest; do
		tw-load-sql -d $1 -b 300 $name.ndjson >$name.sql
	done
	for try in 1 2 3; do
		fresh
		check "$1, into nothing, $try: the newest of each, once" \
		    'both old new || { again $one old && again $two new; } && right 1'
		check "$1, into what is there, $try: both hold" \
		    'both later latest && right 3'
	done
}
each_engine crowd
finish
