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
staged() { rm -rf stage; tw-load-sql -q -d duckdb --stage stage "$@" 2>err; }

check_status 64 'a dialect that has no use for it' 'tw-load-sql -d sqlite --stage s in'
check 'says so' 'tw-load-sql -d sqlite --stage s in 2>&1 | grep -q "in the script only" && [ ! -e s ]'
mkdir full odd\* && : >full/x
check_status 73 'a folder that is not empty' 'tw-load-sql -d duckdb --stage full in'
check_status 73 'one that is a file' 'tw-load-sql -d duckdb --stage in in'
check_status 64 'one whose name a loader takes for a pattern' \
    "tw-load-sql -d duckdb --stage 'odd*' in"
check 'only its owner may look into it' 'staged in >script && ls -ld stage | grep -q ^drwx------'
check 'the script has no rows, but for the marks' '[ "$(grep -c QUAC script)" -eq 0 ] && grep -q QUAC stage/*'
check 'nothing is left half written' 'ls stage | grep -q . && ! ls stage | grep -q part'
check_status 65 'input that is cut' 'head -99 in >cut; staged cut >script'
check 'commits nothing, and leaves no file' \
    '! grep -q "^COMMIT" script && [ -z "$(ls stage)" ]'
check_status 74 'a file that cannot be written' \
    "trap '' XFSZ; ulimit -f 9; { staged in; echo \$? >status; } | cat >script; exit \$(cat status)"
check 'is never loaded' '! grep -q "^COPY\|^COMMIT" script'

if ! duckdb_find; then
	skip 'rows' 'no duckdb'
	finish
fi
client() { "$duckdb" -batch "${1-t.duckdb}"; }
dump() { # every table, in order
	"$duckdb" -batch -noheader -list "$1" -c "SELECT table_name FROM duckdb_tables() ORDER BY 1" >tables
	while read -r table; do
		"$duckdb" -batch -json "$1" -c "DESCRIBE \"$table\"" -c "SELECT * FROM \"$table\" ORDER BY ALL"
	done <tables
}
rows() { "$duckdb" -batch -noheader -list t.duckdb -c 'SELECT count(*) FROM queues' 2>/dev/null || echo 0; }

tw-load-sql -q -d duckdb in 2>/dev/null | client plain.duckdb >/dev/null
dump plain.duckdb >plain
check_same 'all marks are receipts, byte for byte' 'staged in | client' 'cat marks'
check_same 'every table is as it is without a stage' 'dump t.duckdb' 'cat plain'
check 'which has rows' 'grep -q QUAC2 plain'
tw-load-sql -q -d duckdb in 2>/dev/null | client plain.duckdb >/dev/null
check_same 'and when it is loaded twice' 'staged in | client; dump t.duckdb' 'cat marks; dump plain.duckdb'
rm -f t.duckdb
check_same 'a transaction for each window' 'staged -b 1 in | client; dump t.duckdb' 'cat marks plain'
check_same 'a row of a megabyte' '{
	printf "{\"_stream\":\"big\",\"n\":1,\"t\":\""; head -c 9000000 /dev/zero | tr "\0" x; echo "\"}"
	} | staged | client; "$duckdb" -batch -noheader -list t.duckdb -c "SELECT length(t) FROM big"' 'echo 9000000'
check_same 'more streams than files at a time' '{
	for i in 1 2; do j=0
	while [ $((j += 1)) -le 300 ]; do echo "{\"_stream\":\"s$j\",\"n\":$i}"; done; done
	} | staged | client; "$duckdb" -batch -noheader -list t.duckdb -c "SELECT sum(n::INT) FROM (FROM s1 UNION ALL FROM s300)"; ls stage | wc -l' 'echo 6; echo 600'
check_same 'no row at all' 'head -1 in | sed "p; s/open.*/close\",\"run\":\"r1\",\"windows\":0,\"failed\":0,\"records\":0,\"status\":0}/" >none
	staged none | client | wc -l' 'wc -l <none'

# A script that stops anywhere: a window is there as a whole, with its mark in
# the ledger, or not; and no receipt is of one that is not.
staged -b 1 in >script
mv stage kept
python3 - >cuts <<'E1'
text = open("script", "rb").read()
ends = [i + 1 for i, c in enumerate(text) if c == 10]
step = max(1, len(ends) // 25)
for end in ends[::step] + ends[-40::4]:
    print(end)
    print(end - 9)
E1
broken=
while read -r cut; do
	rm -f t.duckdb*
	mv kept stage
	head -c "$cut" script | client >receipts 2>/dev/null
	mv stage kept
	printed=$(grep -c '"window".*"queues"' receipts)
	case $printed:$(rows) in
	0:0 | 0:600 | 1:600 | [12]:1200) ;;
	*) broken="$broken $cut:$printed:$(rows)" ;;
	esac
done <cuts
check "a script that is cut anywhere$broken" '[ -z "$broken" ] && [ -s cuts ]'

# A file that is not what was written.
mv kept stage
damage() { # NAME COMMAND, with $file
	rm -f t.duckdb*
	file=$(ls stage/*queues* | head -1)
	cp "$file" whole
	eval "$2"
	check "a file $1: the client fails" '! client <script >receipts'
	check_same "a file $1: no row, no receipt of them" 'rows; grep -c window receipts' 'echo 0; echo 0'
	cp whole "$file"
}
damage 'cut in a row' 'head -c 5000 whole >$file'
damage 'cut behind a row' 'head -1 whole >$file'
damage 'cut by its last byte' 'head -c -1 whole >$file'
damage 'that is empty' ': >$file'
damage 'that is gone' 'rm $file'
check_same 'now it loads' 'client <script >receipts; dump t.duckdb' 'cat plain'
finish
