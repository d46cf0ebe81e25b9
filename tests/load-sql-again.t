#!/bin/sh
# Rows without a key: loaded again, read again, they are there once.
. "$(dirname "$0")/lib.sh"
. "$TESTS/engines.sh"

cat >mine.tw <<'E1'
stream ticks
	host api
	path /2010-04-01/Accounts/{AccountSid}/Ticks.json
	paging 2010
	records ticks
	window at Start End instant [)
	unwindowed made
	column at time
	column made time
	column n integer
stream days
	host api
	path /2010-04-01/Accounts/{AccountSid}/Days.json
	paging 2010
	records days
	window day Start End day []
	column day date
	column n integer
E1
# run NAME LINE...: a run of these windows: "stream since until full" and what
# is in them, "-stream account members".
run() {
	run=$1 windows=0 records=0 all=0
	shift
	echo '{"_mark":"open","run":"'$run'","tool":"t","at":"2026-01-02T00:00:00Z"}'
	for line; do
		case $line in
		-*)	set -- ${line#-}
			echo '{"_stream":"'$1'","_account":"'$2'","_fetched":"2026-02-0'${run#r}'T00:00:00Z",'"$3}"
			records=$((records + 1)) all=$((all + 1)) ;;
		*)	set -- $line
			since=\"$3\"; [ $3 = null ] && since=null
			echo '{"_mark":"window","run":"'$run'","stream":"'$1'","account":"'$2'","since":'$since',"until":"'$4'","records":'$records',"low":null,"full":'$5'}'
			windows=$((windows + 1)) records=0 ;;
		esac
	done
	echo '{"_mark":"close","run":"'$run'","windows":'$windows',"failed":0,"records":'$all',"status":0}'
}
load() {
	tw-load-sql -q -C mine.tw -d $dialect "$@" >script.sql && client <script.sql >got
}
event() { echo "-call_events $1 \"_call_sid\":\"$2\",\"request\":{\"n\":$3}"; }
JAN1=2026-01-01T00:00:00Z JAN2=2026-01-02T00:00:00Z JAN3=2026-01-03T00:00:00Z
events="SELECT _call_sid, count(*) FROM call_events GROUP BY 1 ORDER BY 1"

run r1 "$(event AC1 CA1 1)" "$(event AC1 CA1 1)" "$(event AC1 CA2 2)" \
    "call_events AC1 $JAN1 $JAN2 false" \
    "$(event AC2 CA9 9)" "call_events AC2 $JAN1 $JAN2 false" >r1
# Read again from an hour in which CA2 is, and one more item of it; CA3 is new.
run r2 "$(event AC1 CA2 2)" "$(event AC1 CA2 3)" "$(event AC1 CA3 4)" \
    "call_events AC1 2026-01-01T12:00:00Z $JAN3 false" >r2
run r3 '-marketplace_listings AC1 "tag":"a"' '-marketplace_listings AC1 "tag":"a"' \
    "marketplace_listings AC1 null 2026-02-03T00:00:00Z true" >full1
run r4 '-marketplace_listings AC1 "tag":"b"' "marketplace_listings AC1 null 2026-02-04T00:00:00Z true" >full2
run r5 "marketplace_listings AC1 null 2026-02-05T00:00:00Z true" >full3
run r5 '-ticks AC1 "at":"2026-01-01T00:00:00Z","n":1' \
    '-ticks AC1 "at":"2026-01-01T12:00:00Z","n":2' '-ticks AC1 "at":"2026-01-01T12:00:00Z","n":2' \
    '-ticks AC1 "at":null,"made":"2026-01-01T13:00:00Z","n":3' "ticks AC1 $JAN1 $JAN2 false" >ticks1
run r6 '-ticks AC1 "at":"2026-01-01T12:00:00Z","n":2' '-ticks AC1 "at":"2026-01-02T12:00:00Z","n":5' \
    '-ticks AC1 "at":null,"made":"2026-01-01T13:00:00Z","n":4' \
    "ticks AC1 2026-01-01T12:00:00Z $JAN3 false" >ticks2
run r7 '-days AC1 "day":"2026-01-01","n":1' '-days AC1 "day":"2026-01-02","n":2' \
    "days AC1 $JAN1 $JAN3 false" >days1
run r8 '-days AC1 "day":"2026-01-02","n":3' '-days AC1 "day":"2026-01-03","n":4' \
    "days AC1 $JAN2 2026-01-03T06:00:00Z false" >days2
run r9 '-other AC1 "a":1' '-other AC1 "a":1' "other AC1 $JAN1 $JAN2 false" >other

again() {
	dialect=$1
	fresh
	check "$1: rows without a key load" 'load r1'
	check_same "$1: all of them, and all marks are receipts" \
	    'query "$events"; cat got' 'printf "%s\n" "CA1|2" "CA2|1" "CA9|1"; grep _mark r1'
	check "$1: the same script once more" 'client <script.sql >got'
	check_same "$1: adds nothing, and says the receipts" \
	    'query "$events"; cat got' 'printf "%s\n" "CA1|2" "CA2|1" "CA9|1"; grep _mark r1'
	check_same "$1: other transactions, too" 'load -b 1 r1; query "$events"' \
	    'printf "%s\n" "CA1|2" "CA2|1" "CA9|1"'
	check_same "$1: lists that are read again take their own place" \
	    'load r2; query "$events"' 'printf "%s\n" "CA1|2" "CA2|2" "CA3|1" "CA9|1"'
	check_same "$1: what is older does not come back" \
	    'load r1; query "$events"' 'printf "%s\n" "CA1|2" "CA2|2" "CA3|1" "CA9|1"'
	check_same "$1: nor twice in one input" \
	    'fresh; cat r1 r2 r1 | load; query "$events"' \
	    'printf "%s\n" "CA1|2" "CA2|2" "CA3|1" "CA9|1"'
	check_same "$1: a full list takes the place of the older one" \
	    'load full1; load full1; load full2; query "SELECT tag FROM marketplace_listings"' 'echo b'
	check_same "$1: and not the other way" \
	    'load full1; load full2; query "SELECT tag FROM marketplace_listings"' 'echo b'
	check_same "$1: one that is empty, too" \
	    'load full3; query "SELECT count(*) FROM marketplace_listings"' 'echo 0'
	check_same "$1: an older one that was never loaded is too late" \
	    'fresh; load full2; load full1; query "SELECT tag FROM marketplace_listings"' 'echo b'
	check_same "$1: a window that is read again takes its own place" \
	    'load ticks1; load ticks1; load ticks2; load ticks1
	    query "SELECT n, count(*) FROM ticks GROUP BY 1 ORDER BY 1"' \
	    'printf "%s\n" "1|1" "2|1" "4|1" "5|1"'
	check_same "$1: a window of days, too" \
	    'load days1; load days2; load days2; query "SELECT n FROM days ORDER BY 1"' \
	    'printf "%s\n" 1 3 4'
	check_same "$1: a stream nobody knows is added once a window" \
	    'load other; load other; query "SELECT count(*) FROM other"' 'echo 2'
	check_same "$1: --mode append adds what a new run reads, once" \
	    'fresh; load -m append r1; load -m append r1; load -m append r2; load -m append r2
	    query "$events"' 'printf "%s\n" "CA1|2" "CA2|3" "CA3|1" "CA9|1"'
	check_same "$1: one of the two windows was loaded already" \
	    'fresh; sed "/CA9/,/AC2/d; s/\"windows\":2/\"windows\":1/; s/\"records\":4,\"s/\"records\":3,\"s/" r1 | load -m append
	    load -m append r1; query "$events"' 'printf "%s\n" "CA1|2" "CA2|1" "CA9|1"'
}
each_engine again
finish
