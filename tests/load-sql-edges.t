#!/bin/sh
# tw-load-sql at its edges: keys that have no column, windows without dates,
# more streams than there may be, values where the catalogue has others.
. "$(dirname "$0")/lib.sh"

sql() { tw-load-sql -q -d "$@" 2>said; }
count() { sqlite3 "$1.db" "SELECT $2"; }
into() { file=$1.db; shift; sql sqlite "$@" >script && sqlite3 "$file" <script >/dev/null; }
window() {	# STREAM ACCOUNT SINCE MORE
	echo '{"_mark":"window","run":"r1","stream":"'$1'","account":"'$2'","since":'$3',"until":"2026-01-03T00:00:00Z"'${4-}'}'
}
name() { printf "%0$1d" 1 | tr 01 nm; }

cat >own.tw <<'END'
stream heaps
	host api
	path /v1/Heaps
	paging none
	records heaps
	column size integer
	column sid text
stream dated
	host api
	path /v1/Dated
	paging none
	records dated
	window made After Before instant [)
	column made time
	column sid text
END

# Rows without a key and without a list.
dated() {
	echo '{"_stream":"dated","_account":"AC1","sid":"'$1'","made":"2026-01-0'$2'T00:00:00Z"}'
}
if command -v sqlite3 >/dev/null; then
	heap() { echo '{"_stream":"heaps","_account":"AC1","size":'$1'}'; }
	check_same 'rows of no window are added' \
	    'for i in 1 2; do heap $i | into heap -C own.tw; done; count heap "count(*) FROM heaps"' 'echo 2'
	check_same 'so are those of a window that no column dates' \
	    '{ heap 3; window heaps AC1 null; } | into heap -C own.tw; count heap "count(*) FROM heaps"' 'echo 3'
	check_same 'that window a second time is loaded' \
	    '{ heap 3; window heaps AC1 null; } | into heap -C own.tw; count heap "count(*) FROM heaps"' 'echo 3'
	check_same 'a window from the beginning, read again by another run' \
	    '{ dated a 1; dated b 2; window dated AC1 null; } | into dated -C own.tw
	    { dated b 2; window dated AC1 null | sed s/r1/r2/; } | into dated -C own.tw
	    count dated "group_concat(sid) FROM dated"' 'echo b'
	check_same 'and one that begins later' \
	    '{ dated c 2; window dated AC1 "\"2026-01-02T00:00:00Z\"" | sed s/r1/r3/; } | into dated -C own.tw
	    { dated d 1; window dated AC1 null | sed s/r1/r4/\;s/2026-01-03/2026-01-02/; } | into dated -C own.tw
	    count dated "group_concat(sid) FROM (SELECT sid FROM dated ORDER BY sid)"' 'echo c,d'

	# Keys.
	check_same 'append adds, key or not' \
	    'for i in 1 2; do echo "{\"_stream\":\"queues\",\"sid\":\"QU1\"}" | into add -m append; done
	    count add "count(*) FROM queues"' 'echo 2'
	late='{"_stream":"mine","id":"1","n":1}
{"_stream":"mine","id":"1","n":2,"_fetched":"2026-01-01T00:00:00Z"}'
	check_same 'a _fetched that comes too late for a column' \
	    'echo "$late" | into late -m merge -k id; count late "n, _extra FROM mine"' \
	    'echo "2|{\"_fetched\":\"2026-01-01T00:00:00Z\"}"'
	check_same 'a mirror of a stream nobody knows is a merge' \
	    'echo "$late" | into mirror -m mirror -k id; count mirror "n FROM mine"; grep -c _deleted script' \
	    'echo 2; echo 0'

	# Values where the catalogue has others.
	odd='"sid":5,"body":true,"status":false,"subresource_uris":5,"small":1e5,"large":1E5,"true":true,"from":"a\u007fb"'
	check_same 'sqlite: texts stay texts, numbers keep their digits' \
	    'echo "{\"_stream\":\"messages\",$odd}" | into odd
	    count odd "sid, typeof(sid), body, typeof(body), status, subresource_uris, hex(\"from\"), json_extract(_extra, \"$.small\") FROM messages"' \
	    'echo "5|text|true|text|false|5|617F62|100000.0"'
	odd=$(echo "$odd" | sed 's/"sid":5/"id":1/')
	check_same 'sqlite: the same of a stream nobody knows' \
	    'echo "{\"_stream\":\"mine\",$odd}" | into odder; count odder "id, small, large, \"true\" FROM mine"' \
	    'echo "1|1e5|1E5|1"'
fi
row='{"_stream":"messages","sid":5,"body":true,"subresource_uris":5,"price":1.50,"num_media":"2","from":"a\u007fb\u0001c"}'
for d in mysql snowflake; do
	check "$d: a number in a column of texts is one" \
	    "echo '$row' | sql $d | grep -q \"'5'\""
done
for d in postgres duckdb; do
	check "$d: no control byte is in the script" \
	    "echo '$row' | sql $d >script && ! LC_ALL=C grep -q \"\$(printf '[\\177\\001]')\" script"
done
check_status 65 'a key that can be no column' \
    "echo '{\"_stream\":\"mine\",\"$(name 70)\":1}' | sql mysql -m merge -k $(name 70)"
check 'is said' "grep -q 'a record without its key: n*m$' said"
check_status 65 'a part of a key that is no text' \
    "echo '{\"_stream\":\"usage_records\",\"account_sid\":\"AC1\",\"category\":\"calls\",\"start_date\":\"2026-01-01\"}' | sql sqlite"
check 'is said, too' "grep -q 'a record without its key: end_date' said"
for d in duckdb postgres; do
	check "$d: a table that is all key" \
	    "echo '{\"_stream\":\"mine\",\"id\":1}' | sql $d -m merge -k id | grep -qi 'set \"id\" *= *excluded.\"id\"'"
done
perl -e 'print "{\"_stream\":\"mine\",\"id\":1"; print ",\"c$_\":$_" for 1 .. 520; print ",\"_fetched\":\"2026-01-01T00:00:00Z\"}\n"' >wide
check "bigquery: no more than 500 columns, and then no order by _fetched" \
    "sql bigquery -m merge -k id wide >script && grep -q '\`c499\`' script && ! grep -q '\`c500\`' script &&
    ! grep -q '\`_fetched\`' script"

# Names and numbers of tables.
long=$(name 32) far=$(name 40)
sed "s/heaps\$/$far/" own.tw >far.tw
check_status 65 'a table whose name is too long cannot be made' \
    "sql postgres --create-only -C far.tw -p $long $far"
check 'that is said' "grep -q 'its _stream cannot be the name of a table' said"
check_status 65 'nor emptied by a window' \
    "window $far AC1 null ',\"full\":true' | sql postgres -C far.tw -m mirror -p $long"
check 'that is said, too' "grep -q 'its _stream cannot be the name of a table' said"
perl -e 'print "{\"_stream\":\"s$_\",\"a\":1}\n" for 1 .. 4096' >streams
full() { window s9999 AC1 null ',"full":true'; }
check 'as many streams as there may be, and a window of another' \
    '{ cat streams; full; } | sql sqlite -m append >script && grep -q s9999 script'
check_status 65 'one more' '{ cat streams; echo "{\"_stream\":\"more\",\"a\":1}"; } | sql sqlite'
check 'is told' "grep -q 'too many different streams' said"
perl -e 'print "stream s$_\n\thost api\n\tpath /v1/S\n\tpaging none\n\trecords s\n\tcolumn a text\n" for 1 .. 4200' >many.tw
check_status 65 'nor are more made' "sql sqlite -C many.tw --create-only 's[0-9]*'"
check 'and it is told' "grep -q 'too many different streams' said"

# Windows.
check 'a list of no account in particular: nothing is gone' \
    "window queues '' null ',\"full\":true' | sql sqlite -m mirror >script && ! grep -q '^UPDATE' script"
check 'a list of one: what is not in it is' \
    "window queues AC1 null ',\"full\":true' | sql sqlite -m mirror | grep -q '^UPDATE'"
perl -e 'for (1 .. 3) { printf "{\"_stream\":\"queues\",\"sid\":\"QU%d%04d\",\"friendly_name\":\"%s\"}\n", $_, $n, "x" x 9000 while $n++ < 1000; $n = 0; print "W\n" }' |
    sed "s/^W\$/$(window queues AC1 null)/" >large
check_same 'a batch ends at the window behind eight megabytes' \
    "sql sqlite -b 1000000 large | grep -c '^COMMIT'" 'echo 3'
check_same 'not before' "head -n 1000 large | sql sqlite -b 1000000 | grep -c '^COMMIT'" 'echo 1'

# Files that cannot be finished: their folder goes away in between.
mkfifo feed
gone() {	# HOW MANY FILES, THEN WHAT
	tw-load-sql -q -d duckdb --stage stage <feed >script 2>said &
	pid=$!
	exec 3>feed
	head -n $1 streams >&3
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[ $(ls stage 2>/dev/null | wc -l) -eq $1 ] && break
		sleep .1
	done
	rm -r stage
	eval "$2" >&3 2>/dev/null
	exec 3>&-
	wait $pid
}
for end in : 'sed -n 129p streams'; do
	check_status 74 "a stage that goes away: $end" 'gone 128 "$end"'
	check 'is said, and no transaction ends' \
	    "grep -q 'stage/.*: No such file or directory' said && ! grep -q '^COMMIT' script"
done
check_status 73 'and when another file is to be made' 'gone 1 "sed -n 2p streams"'
check 'is said, and no transaction ends, too' \
    "grep -q 'stage/.*: No such file or directory' said && ! grep -q '^COMMIT' script"
check 'JSON text in a file is text' \
    "echo '{\"_stream\":\"messages\",\"sid\":\"SM1\",\"subresource_uris\":\"[1]\"}' |
    sql duckdb --stage texts >script && grep -q '\"\[1\]\"' texts/*"
finish
