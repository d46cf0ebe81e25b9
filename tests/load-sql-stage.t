#!/bin/sh
# tw-load-sql --stage: the same rows as without it, from files; none when a
# file is not whole, and receipts only for what is there.
. "$(dirname "$0")/lib.sh"
. "$TESTS/engines.sh"

# Odd texts and values, members that come late, and streams that take turns.
cat >write.py <<'E1'
import json, random
random.seed(1)
pieces = ["a", " ", ",", '"', "'", "\n", "\r", "\t", "\\", "\\N", "\\.", ";", "NULL", "\0", "\x01",
    "\x7f", "\ufeff", "\u00e9", "\u2028", "\U0001f389", "\ud800", "''", '""', '","', '"\n"', "\n.exit 1\n"]
texts = [""] + pieces + [a + b for a in pieces for b in pieces]
def mark(what, **more):
    print(json.dumps({"_mark": what, "run": "r1", **more}))
def window(stream, account, n, full):
    mark("window", stream=stream, account=account, since=None,
        until="2026-01-02T00:00:00Z", records=n, low=None, full=full)
mark("open", tool="tw-fetch 1.0", at="2026-01-02T00:00:00Z")
n = 0
for account in "AC1", "AC2":
    for i, text in enumerate(texts):
        row = {"_account": account, "_fetched": "2026-01-02T00:00:00Z"}
        print(json.dumps({"_stream": "queues", **row, "sid": "QU%s%d" % (account, i % 600),
            "friendly_name": text, "current_size": [i, "many", None, 7.5][i % 4],
            "date_created": ["2026-01-01T00:00:00Z", "never", None][i % 3],
            "subresource_uris": [{"a": text}, text, None, [1, 1.10]][i % 4],
            **({"late %d" % (i // 200): text} if i > 200 else {})}))
        print(json.dumps({"_stream": "call_events", **row, "_call_sid": "CA%d" % (i % 9),
            "request": {"a": text}}))
        print(json.dumps({"_stream": "many%d" % (i % 9), **row, "n": i, "t": text,
            "x": [True, 1, 1.5, "x", None, {"a": []}][i % 6]}))
        n += 1
    window("queues", account, n, True)
    window("call_events", account, n, False)
mark("close", windows=4, failed=0, records=9 * n, status=0)
E1
python3 write.py >in
grep _mark in >marks
dialect=duckdb
staged() { tw-load-sql -q -d $dialect --stage stage "$@" 2>err; }

# Numbers and times at the ends of what a column takes.
cat >ends <<'E1'
{"_stream":"queues","_account":"AC1","sid":"a","date_created":"2026-01-01T00:00:00.123456789Z","current_size":-9223372036854775808,"_fetched":"2026-01-01T00:00:00Z"}
{"_stream":"queues","_account":"AC1","sid":"b","date_created":"2026-01-01T00:00:00.9999999Z","current_size":9223372036854775807,"_fetched":"2026-01-01T00:00:00Z"}
{"_stream":"queues","_account":"AC1","sid":"c","date_created":"0001-01-01T00:00:00Z","average_wait_time":1e2,"current_size":9223372036854775808}
{"_stream":"queues","_account":"AC1","sid":"d","date_created":"2026-01-01T00:00:00+05:30","NULL":"NULL","\\":"\\","x\"y'`@z":"1","@":2}
{"_stream":"usage_records","_account":"AC1","category":"c","start_date":"2026-01-01","end_date":"2026-01-31","price":-0.00750,"count":1e-18,"usage":123456789012345678901234567890}
{"_stream":"messages","_account":"AC1","sid":"e","price":"12345678901234567890.123456789012345678","num_segments":"1"}
E1

# --- the folder -----------------------------------------------------------------

for d in sqlite postgres; do
	check_status 64 "$d takes no files" "tw-load-sql -d $d --stage s in"
	check 'says so' "tw-load-sql -d $d --stage s in 2>&1 | grep -q 'in the script only' && [ ! -e s ]"
done
mkdir full odd\* && : >full/x
check_status 73 'a folder with other files' 'tw-load-sql -d duckdb --stage full in'
check 'which stay' '[ -e full/x ]'
check_status 73 'a folder that is a file' 'tw-load-sql -d duckdb --stage in in'
check_status 73 'one whose folder is not there' 'tw-load-sql -d duckdb --stage no/such in'
check_status 73 'one that cannot be made' 'tw-load-sql -d duckdb --stage /proc/stage in'
check_status 64 'one whose name a loader takes for a pattern' \
    "tw-load-sql -d duckdb --stage 'odd*' in"
check 'only its owner may look into it' 'staged in >script && ls -ld stage | grep -q ^drwx------'
check 'the script has no rows, but for the marks' '[ "$(grep -c QUAC script)" -eq 0 ] && grep -q QUAC stage/*'
check 'nothing is left half written' 'ls stage | grep -q . && ! ls stage | grep -q part'
check_status 65 'input that is cut' 'head -99 in >cut; staged cut >script'
check 'commits nothing, and leaves no file: nor do those of the run before' \
    '! grep -q "^COMMIT" script && [ -z "$(ls stage)" ]'
check_status 74 'a file that cannot be written' \
    "trap '' XFSZ; ulimit -f 9; { staged in; echo \$? >status; } | cat >script; exit \$(cat status)"
check 'is never loaded' '! grep -q "^COPY\|^COMMIT" script'
small='mkdir -p small && mount -t tmpfs -o size=64k tmpfs small'
if unshare -rm sh -c "$small" 2>/dev/null; then
	check_status 74 'a disk that is full' \
	    "unshare -rm sh -c '$small; tw-load-sql -q -d duckdb --stage small/s in; s=\$?; ls small/s >left; exit \$s' >script"
	check 'loads no file that it has not, and leaves none half written' \
	    '! grep -q "^COMMIT" script && ! grep -q part left'
else
	skip 'a disk that is full' 'no file system of our own'
fi
mkfifo slow
tw-load-sql -q -d duckdb --stage stage -b 1 slow >script &
killed=$!
{ cat in; head -99 in | grep -v _mark; tries=0
while ! { grep -q '"close"' script && ls stage | grep -q part; } &&
    [ $((tries += 1)) -lt 100 ]; do sleep 0.1; done
kill -9 $killed; } >slow
wait $killed 2>/dev/null
check 'a run that is killed leaves files' 'ls stage | grep -q "part$" && ls stage | grep -q "csv$"'
check 'the next has them away' 'staged in >script && [ "$(ls stage | wc -l)" -eq "$(grep -c "^COPY" script)" ]'
one=$(ls stage | head -1)
for near in "${one%%-*}" "${one%%-*}x-1-q.csv" "x${one#?}" "${one%%-*}-q.csv" "${one%.*}" "$one.par" "$one." "$one.part2"; do
	rm -rf near && mkdir near && : >"near/$near"
	check_status 73 "a file called nearly like those of a stage: $near" \
	    'tw-load-sql -q -d duckdb --stage near in && ls near'
	check 'stays' '[ -e "near/$near" ]'
done
long=$(printf 'a%.0s' 1 2 3 4 5 6 7 8 9 0)
long=$long$long$long$long$long$long$long
check 'a stream with an odd name, and one with a long one' '
	printf "{\"_stream\":\"%s\",\"id\":1}\n" "$(printf "odd \303\251")" $long | staged >script &&
	ls stage | grep -q -- "-odd___\.csv$" && ls stage | grep -q -- "-a\{60\}\.csv$"'
for odd in "$(printf 'a\001')" "$(printf 'a\177')"; do
	check_status 64 'a folder with a control character' \
	    'tw-load-sql -q -d duckdb --stage "$odd" --stage-at /plain in'
done
staged in >script
staged in >other
check 'no two runs have a name in common' \
    '! cat script other | grep -o "stage/[^'"'"']*csv" | sort -u | cut -d- -f1 | uniq -c | awk "\$1 != $(ls stage | wc -l)" | grep .'

for at in '' '--stage-at /s' '--stage-at gs:/s'; do
	check_status 64 "bigquery takes files of Cloud Storage only: $at" "tw-load-sql -d bigquery --stage s $at in"
	check 'says how' "tw-load-sql -d bigquery --stage s $at in 2>&1 | grep -q 'say --stage-at gs://' && [ ! -e s ]"
done
check_status 64 'a place of no folder' 'tw-load-sql -d duckdb --stage-at /s in'
check_status 64 'a place that is relative' 'tw-load-sql -d duckdb --stage s --stage-at t in'
check_status 64 'a place that a loader takes for a pattern' "tw-load-sql -d duckdb --stage s --stage-at '/t*' in"

# --- the databases --------------------------------------------------------------

rows() { query 'SELECT count(*) FROM queues' 2>/dev/null || echo 0; }
damage() { # NAME COMMAND, with $file
	fresh
	file=$(ls stage/*queues* | head -1)
	cp "$file" whole
	eval "$2"
	check "$dialect: a file $1: the client fails" '! client <script >receipts'
	check_same "a file $1: no row, no receipt of them" 'rows; grep -c window receipts' 'echo 0; echo 0'
	cp whole "$file"
}
staging() {
	dialect=$1
	fresh
	tw-load-sql -q -d $dialect in 2>/dev/null | client >/dev/null
	dump >plain
	fresh
	check_same "$dialect: all marks are receipts, byte for byte" 'staged in | client' 'cat marks'
	check_same "$dialect: every table is as it is without a stage" 'dump' 'cat plain'
	check 'which has rows' 'grep -q QUAC2 plain'
	fresh
	for turn in 1 2; do
		tw-load-sql -q -d $dialect in 2>/dev/null | client >/dev/null
	done
	dump >twice
	fresh
	check_same "$dialect: from another folder" \
	    'staged --stage-at "$PWD/moved/" in >script; mv stage moved; client <script; dump; rm -r moved' 'cat marks plain'
	check_same "$dialect: and when it is loaded twice" 'staged in | client; dump' 'cat marks twice'
	fresh
	tw-load-sql -q -d $dialect ends 2>/dev/null | client
	dump >plain2
	fresh
	check_same "$dialect: numbers and times" 'staged ends | client; dump' 'cat plain2'
	check 'which are there' 'grep -q 9223372036854775807 plain2 && grep -q 12345678901234567890.123456789012345678 plain2'
	fresh
	check_same "$dialect: a transaction for each window" 'staged -b 1 in | client; dump' 'cat marks plain'
	fresh
	check_same "$dialect: a row of nine megabytes" '{
	printf "{\"_stream\":\"big\",\"n\":1,\"t\":\""; head -c 9000000 /dev/zero | tr "\0" x; echo "\"}"
	} | staged | client; query "SELECT length(t) FROM big"' 'echo 9000000'
	fresh
	check_same "$dialect: more streams than files at a time" '{
	for i in 1 2; do j=0
	while [ $((j += 1)) -le 150 ]; do echo "{\"_stream\":\"s$j\",\"n\":$i}"; done; done
	} | staged | client; query "SELECT sum(CAST(n AS DECIMAL(9))) FROM (SELECT n FROM s1 UNION ALL SELECT n FROM s150) AS a"; ls stage | wc -l' 'echo 6; echo 300'
	check_same "$dialect: no row at all" 'head -1 in | sed "p; s/open.*/close\",\"run\":\"r1\",\"windows\":0,\"failed\":0,\"records\":0,\"status\":0}/" >none
	staged none | client | wc -l' 'wc -l <none'

	# A script that stops anywhere: a window is there as a whole, with its
	# mark in the ledger, or not; and no receipt is of one that is not.
	staged -b 1 in >script
	mv stage kept
	python3 - >cuts <<-'E1'
	text = open("script", "rb").read()
	ends = [i + 1 for i, c in enumerate(text) if c == 10]
	step = max(1, len(ends) // 15)
	for end in ends[::step] + ends[-40::6]:
	    print(end)
	    print(end - 9)
	E1
	broken=
	while read -r cut; do
		fresh
		mv kept stage
		head -c "$cut" script | client >receipts 2>/dev/null
		mv stage kept
		printed=$(grep -c '"window".*"queues"' receipts)
		case $printed:$(rows) in
		0:0 | 0:600 | 1:600 | [12]:1200) ;;
		*) broken="$broken $cut:$printed:$(rows)" ;;
		esac
	done <cuts
	check "$dialect: a script that is cut anywhere$broken" '[ -z "$broken" ] && [ -s cuts ]'

	# A file that is not what was written.
	mv kept stage
	damage 'cut in a row' 'head -c 5000 whole >$file'
	damage 'cut behind a row' 'head -1 whole >$file'
	damage 'cut by two bytes' 'head -c -2 whole >$file'
	[ $dialect = mysql ] ||	# to which a file may end so
		damage 'cut by its last byte' 'head -c -1 whole >$file'
	damage 'that is empty' ': >$file'
	damage 'that is gone' 'rm $file'
	fresh
	check_same "$dialect: now it loads" 'client <script >receipts; dump' 'cat plain'
	rm -r stage
}

if duckdb_find; then
	client() { "$duckdb" -batch t.duckdb; }
	query() { "$duckdb" -batch -noheader -list t.duckdb -c "$1"; }
	fresh() { rm -f t.duckdb*; }
	dump() { # every table, in order
		query 'SELECT table_name FROM duckdb_tables() ORDER BY 1' >tables
		while read -r table; do
			"$duckdb" -batch -json t.duckdb -c "DESCRIBE \"$table\"" -c "SELECT * FROM \"$table\" ORDER BY ALL"
		done <tables
	}
	staging duckdb
else
	skip 'duckdb' 'no duckdb'
fi
if mysql_start; then
	client() { my --local-infile=1; }
	query() { my -e "$1"; }
	fresh() { my -e 'DROP DATABASE test; CREATE DATABASE test'; }
	dump() {
		mysqldump --no-defaults -u root -S "$my_dir/s" --skip-comments \
		    --skip-extended-insert --order-by-primary test | LC_ALL=C sort
	}
	staging mysql
	fresh
	long=$(printf '%0192d' 7)
	check_status 1 'mysql: a value that does not fit its column fails, as it does without a file' \
	    "echo '{\"_stream\":\"queues\",\"sid\":\"$long\"}' | staged | client"
	check_same 'no row of it' 'rows' 'echo 0'
	check_status 1 'mysql: a client that may send no files' "staged in | my --local-infile=0 >receipts"
	check_same 'commits nothing' 'rows; grep -c window receipts' 'echo 0; echo 0'
else
	skip 'mysql' 'no server'
fi

# What stands in for Snowflake forgets all when it ends, so each run of it ends
# with what the tables have.  It knows no MERGE inside a transaction.
cat >snow.py <<'E1'
import logging, sys, warnings
import fakesnow, snowflake.connector
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
status = 0
with fakesnow.patch():
    cursor = snowflake.connector.connect(database="D", schema="S").cursor()
    try:
        for name in sys.argv[1:]:
            for statement in open(name).read().split(";\n"):
                if statement and statement not in ("BEGIN TRANSACTION", "COMMIT"):
                    cursor.execute(statement)
                    if statement.startswith("SELECT '{"):
                        print(*cursor.fetchone())
    except Exception as e:
        print(e, file=sys.stderr)
        status = 1
    with open("dumped", "w") as out:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'S'"
            " AND (table_name = '_tw_windows' OR NOT startswith(lower(table_name), '_tw')) ORDER BY 1")
        for (table,) in cursor.fetchall():
            print(table, file=out)
            for row in sorted(map(repr, cursor.execute('SELECT * FROM "%s"' % table).fetchall())):
                print(row, file=out)
sys.exit(status)
E1
dialect=snowflake
python=${TW_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tw-test}/venv/bin/python
if "$python" -c 'import fakesnow' 2>/dev/null; then
	snow() { "$python" snow.py "$@" 2>err; }
	# Row by row it is slow: fewer of them.
	{ head -1 in; sed -n '/"QUAC1[0-9]"/,/"QUAC13[0-9]"/p; /"QUAC2[0-9]"/p' in | head -900
	  grep _mark in | sed 1d; } >less
	tw-load-sql -q -d snowflake less >inline 2>/dev/null
	snow inline >/dev/null
	mv dumped plain
	staged less >script
	check_same 'snowflake: all marks are receipts, byte for byte' 'snow script' 'cat marks'
	check_same 'every table is as it is without a stage' 'cat dumped' 'cat plain'
	check 'which has rows' '[ $(grep -c AC1 dumped) -gt 100 ]'
	grep '"queues", "_account": "AC1"' in >texts
	staged texts >script && snow script
	check 'every text is what it was' '[ $(grep -c AC1 dumped) -eq 600 ] && python3 -c "
import json
meant = {}
for line in open(\"texts\"):
    row = json.loads(line)
    text = row[\"friendly_name\"].replace(\"\0\", \"\ufffd\").replace(\"\ud800\", \"\ufffd\")
    meant[repr(row[\"sid\"])] = repr(text)
for line in open(\"dumped\"):
    for sid in meant:
        assert sid not in line or meant[sid] in line, (meant[sid], line)
"'
	# Quotes in names and comments are too much for it.
	sed 's/,"x.*2}/}/; /usage_records/d' ends >fewer
	tw-load-sql -q -d snowflake fewer >inline 2>/dev/null; snow inline; mv dumped plain2
	check_same 'numbers and times' 'staged fewer >script; snow script; cat dumped' 'cat plain2'
	check 'which are there' 'grep -q 9223372036854775807 plain2 && grep -q 12345678901234567890.123456789012345678 plain2'
	staged less >script
	damage() { # NAME COMMAND, with $file
		file=$(ls stage/*queues* | head -1)
		cp "$file" whole
		eval "$2"
		check "snowflake: a file $1: the client fails" '! snow script >receipts'
		check_same "a file $1: no row, no receipt of them" \
		    'grep -c AC1 dumped; grep -c window receipts' 'echo 0; echo 0'
		cp whole "$file"
	}
	damage 'cut in a row' 'head -c 300 whole >$file'
	damage 'cut behind a row' 'head -1 whole >$file'
	damage 'cut by two bytes' 'head -c -2 whole >$file'
	damage 'that is empty' ': >$file'
	damage 'that is gone' 'rm $file'
	check_same 'now it loads' 'snow script >/dev/null; cat dumped' 'cat plain'
	check 'what is not the stage is changed in transactions only' '
		! awk "/^BEGIN TRANSACTION/ { inside = 1 } /^COMMIT/ { inside = 0 }
		    !inside && /^(INSERT INTO|DELETE FROM|MERGE INTO|UPDATE)/ && !/^INSERT INTO \"_tws_/" script | grep .'
	check 'the grammar takes every statement' "\$python -c '
import sqlglot
for statement in sqlglot.parse(open(\"script\").read(), read=\"snowflake\", error_level=sqlglot.ErrorLevel.RAISE):
	assert not statement or type(statement).__name__ != \"Command\", statement
'"
else
	skip 'snowflake' 'no fakesnow here'
fi

# No part of BigQuery reads a file here: they have what was meant, and the
# script names each.
dialect=bigquery
staged --stage-at gs://bucket/a in >script
check_same 'bigquery: the script names every file' \
    'sed -n "s/^LOAD DATA OVERWRITE TEMP TABLE _tw_ (v STRING) FROM FILES (format = .CSV., field_delimiter = .\\\\t., quote = .., uris = \[.gs:\/\/bucket\/a\/\([^'"'"']*\).\]);$/\1/p" script | sort' 'ls stage | sort'
check 'and looks whether all rows are there' '
	[ "$(grep -c "^ASSERT (SELECT count" script)" -eq "$(ls stage | wc -l)" ]'
check 'what is not the stage is changed in transactions only' '
	! awk "/^BEGIN TRANSACTION/ { inside = 1 } /^COMMIT/ { inside = 0 }
	    !inside && /^(INSERT INTO|DELETE FROM|MERGE INTO|UPDATE)/ && !/^INSERT INTO .?_tws_/" script | grep .'
grep '"queues", "_account"' in >texts
staged --stage-at gs://bucket/a texts >script
check 'the files have what was meant, null, and numbers as text' 'LC_ALL=C grep -L "[[:cntrl:]]" stage/* | grep -q . && python3 -c "
import json, re, sys
script = open(\"script\").read()
rows = {}
for name, columns in re.findall(r\"/([^/]*json).\];?\)?;\nINSERT INTO ._tws_queues. .(.*?). SELECT\", script):
    columns = [c.strip(\"\`\") for c in columns.split(\",\")]
    for line in open(\"stage/\" + name, newline=\"\n\"):
        row = dict(zip(columns, json.loads(line)))
        rows.setdefault(row[\"sid\"], []).append(row)
def mended(value):
    return value and value.replace(\"\0\", \"\ufffd\").replace(\"\ud800\", \"\ufffd\")
meant = {}
for line in open(\"texts\"):
    row = json.loads(line)
    meant.setdefault(row[\"sid\"], []).append(row)
assert len(rows) == 1200 and rows.keys() == meant.keys()
for sid in rows:
    assert len(rows[sid]) == len(meant[sid])
    for a, b in zip(rows[sid], meant[sid]):
        size = b[\"current_size\"]
        assert a[\"friendly_name\"] == mended(b[\"friendly_name\"]), (a, b)
        assert a[\"uri\"] is None
        assert a[\"current_size\"] == (\"%d\" % size if type(size) is int else None), (a, b)
        for name in b:
            if name.startswith(\"late\"):
                assert a[name] == mended(b[name]), (a, b)
"'
if "$python" -c 'import sqlglot' 2>/dev/null; then
	check 'the grammar takes every statement, but for LOAD DATA, which it does not know' "\$python -c '
import sqlglot
text = \"\".join(line for line in open(\"script\") if not line.startswith(\"LOAD DATA\"))
for statement in sqlglot.parse(text, read=\"bigquery\", error_level=sqlglot.ErrorLevel.RAISE):
	assert not statement or type(statement).__name__ != \"Command\" or str(statement).startswith(\"ASSERT\"), statement
'"
else
	skip 'bigquery: the grammar' 'no sqlglot here'
fi
finish
