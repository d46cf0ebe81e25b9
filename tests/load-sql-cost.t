#!/bin/sh
# To merge a few rows into many costs the few: no statement of a script reads
# a table from end to end.
. "$(dirname "$0")/lib.sh"
. "$TESTS/engines.sh"

{
	echo '{"_mark":"open","run":"r1","tool":"t","at":"2026-01-02T00:00:00Z"}'
	for i in 1 5 100001; do
		echo '{"_stream":"queues","_account":"AC1","_fetched":"2026-01-02T00:00:00Z","sid":"QU'$i'","friendly_name":"x"}'
	done
	echo '{"_mark":"window","run":"r1","stream":"queues","account":"AC1","since":"2026-01-01T00:00:00Z","until":"2026-01-02T00:00:00Z","records":3,"low":null,"full":false}'
	echo '{"_stream":"call_events","_account":"AC1","_fetched":"2026-01-02T00:00:00Z","_call_sid":"CA5","request":{}}'
	echo '{"_mark":"window","run":"r1","stream":"call_events","account":"AC1","since":"2026-01-01T00:00:00Z","until":"2026-01-02T00:00:00Z","records":1,"low":null,"full":false}'
	echo '{"_mark":"close","run":"r1","windows":2,"failed":0,"records":4,"status":0}'
} >in
# Tables of many rows: the first load makes them, then the database fills them.
many() { tw-load-sql -d $1 in | client >/dev/null && printf '%s\n' "$2" | client; }
# What it would do for each INSERT and DELETE of one table.
plans() { # DIALECT EXPLAIN TABLE
	sed 's/"r1"/"'$3'"/' in | tw-load-sql -d $1 | sed "s/^\(INSERT [A-Z ]*INTO \"$3\" \|DELETE FROM \"$3\" \|DELETE excluded FROM \"_tws_$3\"\|DELETE old FROM \"$3\"\)/$2 &/" |
	    client
}

if command -v sqlite3 >/dev/null; then
	client() { sqlite3 t.db; }
	many sqlite "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
	    INSERT OR IGNORE INTO queues (sid) SELECT 'QU' || i FROM n;
	    INSERT INTO call_events (_call_sid) SELECT 'CA' || substr(sid, 3) FROM queues; ANALYZE;"
	plans sqlite EXPLAIN queues >plan
	check 'sqlite: a merge looks rows up' 'grep -q NoConflict plan && grep -q SeekRowid plan'
	check 'sqlite: and reads no table' '! grep -Eq "Rewind|Next|Last" plan'
	plans sqlite 'EXPLAIN QUERY PLAN' call_events >plan
	check 'sqlite: a list is found by its index' \
	    'grep -q "SEARCH call_events USING.*INDEX call_events_list" plan'
	check 'sqlite: and no table read' '! grep -q "SCAN call_events" plan'
else
	skip 'sqlite' 'no sqlite3'
fi
if postgres_start; then
	client() { pg -q; }
	many postgres "INSERT INTO queues (sid) SELECT 'QU' || i FROM generate_series(1, 100000) AS i ON CONFLICT DO NOTHING;
	    INSERT INTO call_events (_call_sid) SELECT 'CA' || i FROM generate_series(1, 100000) AS i; ANALYZE;"
	plans postgres 'EXPLAIN' queues >plan
	check 'postgres: a merge looks rows up' 'grep -q "Conflict Arbiter Indexes: queues_pkey" plan'
	check 'postgres: and reads no table' '! grep -q "Seq Scan on queues" plan'
	plans postgres 'EXPLAIN' call_events >plan
	check 'postgres: a list is found by its index' 'grep -q "Scan.* call_events_list" plan'
	check 'postgres: and no table read' '! grep -q "Seq Scan on call_events" plan'
else
	skip 'postgres' 'no server'
fi
if mysql_start; then
	client() { my; }
	many mysql "INSERT IGNORE INTO queues (sid) SELECT CONCAT('QU', seq) FROM seq_1_to_100000;
	    INSERT INTO call_events (_call_sid) SELECT CONCAT('CA', seq) FROM seq_1_to_100000;
	    ANALYZE TABLE queues, call_events;" >/dev/null
	plans mysql EXPLAIN queues >plan
	check 'mysql: a merge looks rows up' 'grep -q "old	eq_ref	PRIMARY" plan'
	plans mysql EXPLAIN call_events >plan
	check 'mysql: a list is found by its index' 'grep -q "old	ref	_call_sid" plan'
	check 'mysql: and no table read' '! grep -q "	\(old\|call_events\)	ALL	" plan'
else
	skip 'mysql' 'no server'
fi
finish
