#!/bin/sh
# tw-load-sql for the warehouses: what stands in for them takes the scripts.
. "$(dirname "$0")/lib.sh"

venv=${TW_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tw-test}/venv/bin/python
cat >in <<'E1'
{"_mark":"open","run":"r1","tool":"tw-fetch 1.0","at":"2026-01-02T00:00:00Z"}
{"_stream":"queues","_account":"AC1","_fetched":"2026-01-02T00:00:00Z","sid":"SK1","friendly_name":"it's \\ \"q\"\n\t;-- '; DROP TABLE queues; \u0001\u007f","date_created":"2026-01-01T00:00:00Z","subresource_uris":{"a":"b'c\\n"}}
{"_stream":"queues","_account":"AC1","_fetched":"2026-01-02T00:00:00Z","sid":"SK2","friendly_name":"","date_created":"never","new":[1, 1.10]}
{"_stream":"queues","_account":"AC1","_fetched":"2026-01-02T00:00:00Z","sid":"SK3","friendly_name":null,"current_size":3}
{"_stream":"queues","_account":"AC1","_fetched":"2026-01-01T00:00:00Z","sid":"SK3","friendly_name":"older"}
{"_mark":"window","run":"r1","stream":"queues","account":"AC1","since":null,"until":"2026-01-02T00:00:00Z","records":4,"low":null,"full":true}
{"_stream":"call_events","_account":"AC1","_fetched":"2026-01-02T00:00:00Z","_call_sid":"CA1","request":{"a":1}}
{"_stream":"call_events","_account":"AC1","_fetched":"2026-01-02T00:00:00Z","_call_sid":"CA1","request":{"a":1}}
{"_mark":"window","run":"r1","stream":"call_events","account":"AC1","since":"2026-01-01T00:00:00Z","until":"2026-01-02T00:00:00Z","records":2,"low":null,"full":false}
{"_stream":"marketplace_listings","_account":"AC1","_fetched":"2026-01-02T00:00:00Z","tag":"a"}
{"_mark":"window","run":"r1","stream":"marketplace_listings","account":"AC1","since":null,"until":"2026-01-02T00:00:00Z","records":1,"low":null,"full":true}
{"_mark":"close","run":"r1","windows":3,"failed":0,"records":7,"status":0}
E1
cat >run.py <<'E1'
# Each statement in turn.  The stand-in knows no MERGE inside a transaction.
import sys, warnings
import fakesnow, snowflake.connector
warnings.simplefilter("ignore")
with fakesnow.patch():
	cursor = snowflake.connector.connect(database="D", schema="S").cursor()
	for turn in 1, 2:
		for statement in open("snowflake.sql").read().split(";\n"):
			if statement and statement not in ("BEGIN TRANSACTION", "COMMIT"):
				cursor.execute(statement)
				if statement.startswith("SELECT") and turn == 2:
					print(*cursor.fetchone())
	for query in sys.argv[1:]:
		for row in cursor.execute(query).fetchall():
			print(row)
E1

for dialect in snowflake bigquery; do
	tw-load-sql -q -d $dialect in >$dialect.sql 2>/dev/null
	check "$dialect: a row a line, and no control characters" \
	    "! LC_ALL=C grep -q '[[:cntrl:]]' $dialect.sql && [ \$(grep -c SK $dialect.sql) -eq 4 ]"
	check_status 65 "$dialect: cut input" \
	    "head -5 in | tw-load-sql -q -d $dialect >cut.sql 2>/dev/null"
	check "$dialect: has no COMMIT, and fails" '! grep -q ^COMMIT cut.sql'
	if "$venv" -c 'import sqlglot' 2>/dev/null; then
		tw-load-sql -d $dialect --views >views.sql
		tw-load-sql -q -d $dialect -m mirror in >mirror.sql 2>/dev/null
		check "$dialect: the grammar takes every statement" "$venv -c '
import sqlglot
for name in \"$dialect.sql\", \"views.sql\", \"mirror.sql\":
	for statement in sqlglot.parse(open(name).read(), read=\"$dialect\", error_level=sqlglot.ErrorLevel.RAISE):
		assert not statement or type(statement).__name__ != \"Command\", statement
'"
	else
		skip "$dialect: the grammar" 'no sqlglot here'
	fi
done
if "$venv" -c 'import fakesnow' 2>/dev/null; then
	check_same 'snowflake: all marks are receipts, twice is as once, types are real' \
	    "$venv run.py 'SELECT \"sid\", \"friendly_name\", \"current_size\", \"new\", \"_extra\" FROM \"queues\" ORDER BY 1' 'SELECT count(*) FROM \"_tw_windows\"' 'SELECT count(*) FROM \"call_events\"' 'SELECT count(*) FROM \"marketplace_listings\"' 2>/dev/null" \
	    "grep _mark in; cat <<'E1'
('SK1', 'it\'s \\\\ \"q\"\n\t;-- \'; DROP TABLE queues; \x01\x7f', None, None, None)
('SK2', '', None, '[1,1.10]', '{\"date_created\":\"never\"}')
('SK3', None, 3, None, None)
(3,)
(2,)
(1,)
E1"
else
	skip 'snowflake: the rows' 'no fakesnow here'
fi
finish
