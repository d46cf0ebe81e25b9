#!/bin/sh
# tw-load-sql: all rows of a window or none, receipts only for what is there,
# and nothing in the data that a client would run.
. "$(dirname "$0")/lib.sh"
. "$TESTS/engines.sh"

cat >in <<'E1'
{"_mark":"open","run":"r1","tool":"tw-fetch 1.0","at":"2026-01-02T00:00:00Z"}
{"_stream":"queues","_account":"AC1","_fetched":"2026-01-02T00:00:00Z","sid":"SK1","friendly_name":"it's \\ \"q\"","date_created":"2026-01-01T00:00:00Z","date_updated":"2026-01-01T00:00:00Z"}
{"_stream":"queues","_account":"AC1","_fetched":"2026-01-02T00:00:00Z","sid":"SK2","friendly_name":"","date_created":"never","new":[1, 1.10]}
{"_stream":"queues","_account":"AC1","_fetched":"2026-01-02T00:00:00Z","sid":"SK3","friendly_name":null}
{"_mark":"window","run":"r1","stream":"queues","account":"AC1","since":null,"until":"2026-01-02T00:00:00Z","records":3,"low":null,"full":true}
{"_mark":"close","run":"r1","windows":1,"failed":0,"records":3,"status":0}
E1
grep _mark in >marks

# What a hostile text could do, one a line, as JSON.
cat >hostile <<'E1'
"a\u0000b'; .shell touch pwned"
"x\n.shell touch pwned\n"
"x\n\\.\n\\! touch pwned\n"
"x\r\n\\! touch pwned"
"'; DROP TABLE queues; --"
"\\'; DROP TABLE queues; --"
"\\"
"\\N"
"NULL"
"$$ $x$ /* -- ; :name :'name' :\"name\" %s %n"
"\u0001\u0002\u001f\u007f\u0085\u2028 \ud83c\udf89 \ud800"
" lead and trail "
";;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;"
"\t"
"é"
E1
python3 -c '
import json
mend = lambda s: s.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
with open("hostile") as f, open("hostile.in", "w") as i, open("hostile.want", "w") as w:
	for n, line in enumerate(f):
		i.write("""{"_stream":"queues","_account":"AC1","sid":"SK%d","friendly_name":%s}\n""" % (n, line.strip()))
		w.write(json.dumps(mend(json.loads(line))) + "\n")'
want='jq -c . hostile.want | sort'

# Two windows of one run.
sed '/close/d' in >two
sed '1d; s/"AC1"/"AC2"/; s/"windows":1/"windows":2/; s/3,"status"/6,"status"/' in >>two
commits() { tw-load-sql -q -d sqlite "$@" two | grep -c '^COMMIT'; }
check_same 'windows share a transaction' commits 'echo 1'
check_same 'with -b 1 each has its own' 'commits -b 1' 'echo 2'

# engine NAME: the tests, with "load FILE" and "query SQL" defined.
engine() {
	load_in="tw-load-sql -q -d $1 in 2>/dev/null | client"
	check_same "$1: all marks are receipts, byte for byte" "$load_in" 'cat marks'
	check_same "$1: twice is as once" "$load_in" 'cat marks'
	check_same "$1: the rows" \
	    'query "SELECT sid, friendly_name, date_created IS NULL FROM queues ORDER BY sid"' \
	    "cat <<'E1'
SK1|it's \\ \"q\"|$2
SK2||$3
SK3||$3
E1"
	check_same "$1: null is not empty text" \
	    'query "SELECT sid FROM queues WHERE friendly_name IS NULL"' 'echo SK3'
	check_same "$1: the ledger has the marks" \
	    'query "SELECT mark FROM _tw_windows"' 'grep "\"_mark\":\"window" marks'
	check "$1: a state is made of it" \
	    'rm -f s.state && tw-state init -f s.state &&
	    query "SELECT mark FROM _tw_windows" | tw-state commit -f s.state'
	check "$1: what is older does not win" \
	    "sed 's/2026-01-02T/2025-01-02T/; s/SK1\",\"friendly_name\":\"/&OLD/' in |
	    tw-load-sql -q -d $1 2>/dev/null | client >/dev/null"
	check_same "$1: it did not" \
	    'query "SELECT count(*) FROM queues WHERE friendly_name LIKE '"'OLD%'"'"' \
	    'echo 0'
	check "$1: what is newer does" \
	    "sed 's/_fetched\":\"2026/_fetched\":\"2027/; s/SK1\",\"friendly_name\":\"/&NEW/' in |
	    tw-load-sql -q -d $1 2>/dev/null | client >/dev/null"
	check_same "$1: it did" \
	    'query "SELECT count(*) FROM queues WHERE friendly_name LIKE '"'NEW%'"'"' \
	    'echo 1'
	check "$1: within one transaction, too" \
	    "printf '%s\n' '{\"_stream\":\"queues\",\"_fetched\":\"2028-01-02T00:00:00Z\",\"sid\":\"SK1\",\"friendly_name\":\"A\"}' \
		'{\"_stream\":\"queues\",\"_fetched\":\"2027-06-02T00:00:00Z\",\"sid\":\"SK1\",\"friendly_name\":\"B\"}' |
	    tw-load-sql -d $1 | client"
	check_same "$1: the newest" \
	    'query "SELECT friendly_name FROM queues WHERE sid = '"'SK1'"'"' 'echo A'
	check "$1: --mode replace" \
	    "tail -4 in | head -1 | tw-load-sql -q -d $1 -m replace 2>/dev/null | client"
	check_same "$1: has replaced" 'query "SELECT count(*) FROM queues"' 'echo 1'
	check "$1: hostile texts load" "tw-load-sql -d $1 -m replace hostile.in | client"
	check_same "$1: and are the same" "$4" "$want"
	check "$1: nothing of them was run" '[ ! -e pwned ]'

	check "$1: names that are words or worse" \
	    "printf '%s\n' '{\"_stream\":\"select\",\"a\\\"b\":1,\"\":2,\"order\":\"x\",\"Order\":3,\"a\\nb\":4}' |
	    tw-load-sql -d $1 -m append | client && query 'SELECT \"order\", \"a\"\"b\" FROM \"select\"' | grep -q '^x|1$'"
	check_status 65 "$1: no key, no merge" \
	    "echo '{\"_stream\":\"other\",\"a\":1}' | tw-load-sql -d $1 -m merge"
	check_status 65 "$1: a record without its key" \
	    "echo '{\"_stream\":\"queues\",\"sid\":null}' | tw-load-sql -d $1"
	check_status 65 "$1: cut input" "head -5 in | tw-load-sql -d $1 >cut.sql 2>err"
	check "$1: has no COMMIT" '! grep -qx "COMMIT;" cut.sql'
	check "$1: the client fails too, and says no receipt" \
	    '! client <cut.sql >got 2>/dev/null && ! grep -q window got'
}

# cut NAME SCRIPT FRESH: the script cut at every byte, or every n-th.
cut() {
	size=$(wc -c <"$2") bad=0 at=0 step=$3 loaded=0
	while [ $at -le "$size" ]; do
		fresh
		head -c $at "$2" | client >got 2>/dev/null
		rows=$(query "SELECT count(*) FROM queues" 2>/dev/null) || rows=0
		receipts=$(grep -c '"_mark":"window"' got)
		case ${rows:-0}/$receipts in
		0/0) ;;
		3/0) ;;				# durable, not yet said
		3/1) loaded=1 ;;
		*) bad=$((bad + 1)); echo "# at $at: $rows rows, $receipts receipts" ;;
		esac
		at=$((at + step))
		[ $at -gt "$size" ] && [ $((at - step)) -lt "$size" ] && at=$size
	done
	check "$1: cut anywhere, all or nothing, and no early receipt" \
	    "[ $bad -eq 0 ] && [ $loaded -eq 1 ]"
}

if command -v sqlite3 >/dev/null; then
	client() { sqlite3 t.db; }
	query() { sqlite3 -separator '|' t.db "$1"; }
	fresh() { rm -f t.db; }
	engine sqlite 0 1 'sqlite3 t.db "SELECT json_quote(friendly_name) FROM queues" | jq -c . | sort'
	check_same 'sqlite: what has no column is in _extra' \
	    'fresh; tw-load-sql -q -d sqlite in 2>/dev/null | client >/dev/null; query "SELECT _extra FROM queues WHERE sid = '"'SK2'"'"' \
	    'echo "{\"date_created\":\"never\",\"new\":[1,1.10]}"'
	tw-load-sql -q -d sqlite in >s.sql 2>/dev/null
	cut sqlite s.sql ${TW_CUT:-7}
else
	skip 'sqlite' 'no sqlite3'
fi

if postgres_start; then
	client() { pg -q; }
	query() { pg -At -c "$1"; }
	fresh() { pg -q -c 'DROP TABLE IF EXISTS queues, _tw_windows' 2>/dev/null; }
	engine postgres f t 'pg -At -c "SELECT to_json(friendly_name) FROM queues" | jq -c . | sort'
	check_same 'postgres: a new member is a column' \
	    'fresh; tw-load-sql -q -d postgres in 2>/dev/null | client >/dev/null; query "SELECT new, _extra FROM queues WHERE sid = '"'SK2'"'"' \
	    "echo '[1,1.10]|{\"date_created\": \"never\"}'"
	check 'postgres: a column the table lacks is added' \
	    "query 'ALTER TABLE queues DROP COLUMN friendly_name' && tw-load-sql -q -d postgres in 2>/dev/null | client && query 'SELECT friendly_name FROM queues'"
	check 'postgres: a schema of its own' \
	    "tw-load-sql -q -d postgres -s 'my \"s' in 2>/dev/null | client && query 'SELECT count(*) FROM \"my \"\"s\".queues' | grep -qx 3"
	tw-load-sql -q -d postgres in >p.sql 2>/dev/null
	cut postgres p.sql ${TW_CUT:-67}
	pg -q -c 'ALTER DATABASE test SET standard_conforming_strings = off'
	fresh
	check 'postgres: whatever the server thinks of backslashes' \
	    "tw-load-sql -d postgres -m replace hostile.in | client"
	check_same 'postgres: the same texts' \
	    'pg -At -c "SELECT to_json(friendly_name) FROM queues" | jq -c . | sort' "$want"
else
	skip 'postgres' 'no server'
fi
duckdb=${TW_TEST_CACHE:-$HOME/.cache/tw-test}/venv/bin/duckdb
[ -x "$duckdb" ] || duckdb=$(command -v duckdb)
if [ -n "$duckdb" ]; then
	client() { "$duckdb" -batch t.duckdb; }
	query() { "$duckdb" -batch -noheader -list -separator '|' t.duckdb -c "$1" |
	    sed 's/|NULL/|/g'; }
	fresh() { rm -f t.duckdb*; }
	engine duckdb false true '"$duckdb" -batch -noheader -list t.duckdb -c "SELECT to_json(friendly_name) FROM queues" | jq -c . | sort'
	check_same 'duckdb: a new member is a column' \
	    'fresh; tw-load-sql -q -d duckdb in 2>/dev/null | client >/dev/null; query "SELECT new, _extra FROM queues WHERE sid = '"'SK2'"'"' \
	    "echo '[1,1.10]|{\"date_created\":\"never\"}'"
	check 'duckdb: a schema of its own' \
	    "tw-load-sql -q -d duckdb -s 'my \"s' in 2>/dev/null | client && query 'SELECT count(*) FROM \"my \"\"s\".queues' | grep -qx 3"
	tw-load-sql -q -d duckdb in >d.sql 2>/dev/null
	cut duckdb d.sql ${TW_CUT:-97}
else
	skip 'duckdb' 'no duckdb'
fi
if mysql_start; then
	client() { my; }
	query() { { echo "SET sql_mode = 'ANSI_QUOTES';"; echo "$1"; } | my | sed 's/	/|/g; s/|NULL/|/g'; }
	fresh() { my -e 'DROP TABLE IF EXISTS queues, _tw_windows'; }
	engine mysql 0 1 'my --default-character-set=utf8mb4 -e "SELECT json_quote(friendly_name) FROM queues" | jq -c . | sort'
	check_same 'mysql: a new member is a column' \
	    'fresh; tw-load-sql -q -d mysql in 2>/dev/null | client >/dev/null; query "SELECT new, _extra FROM queues WHERE sid = '"'SK2'"'"' \
	    "echo '[1,1.10]|{\"date_created\":\"never\"}'"
	check 'mysql: a schema of its own' \
	    "tw-load-sql -q -d mysql -s 'my \"s' in 2>/dev/null | client && query 'SELECT count(*) FROM \"my \"\"s\".queues' | grep -qx 3"
	tw-load-sql -q -d mysql in >m.sql 2>/dev/null
	cut mysql m.sql ${TW_CUT:-97}
else
	skip 'mysql' 'no server'
fi
check_status 64 'which dialect?' 'tw-load-sql in'
finish
