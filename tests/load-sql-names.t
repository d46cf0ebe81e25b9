#!/bin/sh
# What a table is called, and what it says of itself.
. "$(dirname "$0")/lib.sh"
. "$TESTS/engines.sh"

cat >in <<'E1'
{"_mark":"open","run":"r \"1\"","tool":"t","at":"2026-01-02T00:00:00Z"}
{"_stream":"calls","_account":"AC1","_fetched":"2026-01-02T00:00:00Z","sid":"CA1","price":"-0.02"}
{"_mark":"window","run":"r \"1\"","stream":"calls","account":"AC1","since":"2026-01-01T00:00:00Z","until":"2026-01-02T00:00:00Z","records":1,"low":null,"full":false}
{"_stream":"call_events","_account":"AC1","_fetched":"2026-01-02T00:00:00Z","_call_sid":"CA1","request":{}}
{"_mark":"window","run":"r \"1\"","stream":"call_events","account":"AC1","since":"2026-01-01T00:00:00Z","until":"2026-01-02T00:00:00Z","records":1,"low":null,"full":false}
{"_mark":"close","run":"r \"1\"","windows":2,"failed":0,"records":2,"status":0}
E1

names() {
	fresh
	check "$1: --table-prefix" "tw-load-sql -d $1 -p p_ in | client >got"
	check "$1: once more" "tw-load-sql -d $1 -p p_ in | client >got"
	check_same "$1: tables, and the ledger" \
	    'query "SELECT sid FROM p_calls"; query "SELECT count(*) FROM p_call_events"
	    query "SELECT count(*) FROM p__tw_windows"' 'printf "%s\n" CA1 1 2'
	check "$1: no others" '[ -z "$(query "SELECT 1 FROM calls; SELECT 1 FROM _tw_windows" 2>/dev/null)" ]'
	check "$1: views" "tw-load-sql -d $1 -p p_ --views | client"
	check "$1: of those tables" 'query "SELECT * FROM p_tw_spend_daily"'
	check "$1: --meta" "tw-load-sql -d $1 -p m_ --meta in | client >got"
	check_same "$1: says stream and run" \
	    'query "SELECT _stream, _run FROM m_calls"; query "SELECT _stream, _run FROM m_call_events"' \
	    'printf "%s\n" "calls|r \"1\"" "call_events|r \"1\""'
	check_same "$1: of rows that do not say their stream" \
	    "sed 's/\"_stream\":\"calls\",//; 4,5d; s/\"windows\":2/\"windows\":1/; s/:2,\"status/:1,\"status/' in |
	    tw-load-sql -d $1 -p m_ --meta -m replace -S calls | client >got; query 'SELECT _stream, _run FROM m_calls'" \
	    'echo "calls|r \"1\""'
	check_status 64 "$1: not every prefix" "tw-load-sql -d $1 -p 'a\"b' in"
}
each_engine names
if [ "${pg_dir-}" ]; then
	check_same 'postgres: comments' "pg -At -c \"SELECT obj_description('p_call_events'::regclass)\"
	    pg -At -c \"SELECT col_description('p_calls'::regclass, attnum) FROM pg_attribute WHERE attrelid = 'p_calls'::regclass AND attname IN ('to', 'sid')\"" \
	    "tw-fetch --describe call_events | sed -n 's/^ *url *//p; s/^ *note *//p' | paste -sd ';' | sed 's/;/; /'; echo; echo 'personal data'"
	check_same 'postgres: others stay' \
	    "pg -q -c \"COMMENT ON TABLE p_calls IS 'mine'\"; tw-load-sql -d postgres -p p_ in | pg -q >got
	    pg -At -c \"SELECT obj_description('p_calls'::regclass)\"" 'echo mine'
fi
if [ "${my_dir-}" ]; then
	check 'mysql: comments' \
	    'my -e "SHOW CREATE TABLE p_calls" | grep -q "COMMENT=.https://api" && my -e "SHOW CREATE TABLE p_calls" | grep -q "\`to\`.*personal data"'
fi
finish
