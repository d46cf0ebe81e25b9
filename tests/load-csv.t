#!/bin/sh
# tw-load-csv: what a value looks like, files that are whole or not there, and
# receipts that are never too early.
. "$(dirname "$0")/lib.sh"

cat >in <<'E1'
{"_mark":"open","run":"r1","tool":"tw-fetch 1.0","at":"2026-01-02T00:00:00Z"}
{"_stream":"keys","_account":"AC1","_fetched":"2026-01-02T00:00:00Z","sid":"SK1","friendly_name":"a, \"b\"\nc","date_created":"2026-01-01T00:00:00Z"}
{"_stream":"keys","_account":"AC1","_fetched":"2026-01-02T00:00:00Z","sid":"SK2","friendly_name":"","date_created":"never","new":[1, 1.10]}
{"_mark":"window","run":"r1","stream":"keys","account":"AC1","since":null,"until":"2026-01-02T00:00:00Z","records":2,"low":null,"full":true}
{"_stream":"keys","_account":"AC2","_fetched":"2026-01-02T00:00:00Z","sid":"SK3","friendly_name":null}
{"_mark":"window","run":"r1","stream":"keys","account":"AC2","since":null,"until":"2026-01-02T00:00:00Z","records":1,"low":null,"full":true}
{"_mark":"close","run":"r1","windows":2,"failed":0,"records":3,"status":0}
E1
grep _mark in >marks
# A CSV file as JSON, one array a line, read by somebody else.
rows() { python3 -c 'import csv, json, sys
for r in csv.reader(sys.stdin, strict=True): print(json.dumps(r, ensure_ascii=False))'; }
one() { printf '%s\n' "$1" | tw-load-csv --no-header ${2-}; }

check_same 'the header is the catalogue'\''s, null and "" differ, _extra keeps the rest' \
    'tw-load-csv -q in 2>/dev/null | head -4' \
    'cat <<"E1"
_account,_fetched,sid,friendly_name,date_created,date_updated,_extra
AC1,2026-01-02T00:00:00Z,SK1,"a, ""b""
c",2026-01-01T00:00:00Z,,
AC1,2026-01-02T00:00:00Z,SK2,"",,,"{""date_created"":""never"",""new"":[1,1.10]}"
E1'
check_same 'another reader reads what was written' \
    'tw-load-csv -c sid,friendly_name,_extra in 2>/dev/null | rows' \
    'cat <<"E1"
["sid", "friendly_name", "_extra"]
["SK1", "a, \"b\"\nc", ""]
["SK2", "", "{\"date_created\":\"never\",\"new\":[1,1.10]}"]
["SK3", "", ""]
E1'
check_same 'null and empty text' \
    'one "{\"a\":null,\"b\":\"\",\"c\":\"x\",\"d\":\" y \"}"' 'echo ",\"\",x, y "'
check_same '--null: text that is the same is quoted' \
    'one "{\"a\":null,\"b\":\"NULL\",\"c\":\"\"}" "--null NULL"' \
    'echo "NULL,\"NULL\","'
check_same 'numbers keep their digits' \
    'one "{\"a\":-0.00750,\"b\":12345678901234567890,\"c\":1e400,\"d\":true}"' \
    'echo "-0.00750,12345678901234567890,1e400,true"'
check_same 'NUL becomes U+FFFD' 'one "{\"a\":\"x\\u0000y\"}"' \
    'printf "x\\357\\277\\275y\\n"'
check_same '--crlf' 'one "{\"a\":1,\"b\":2}" --crlf' 'printf "1,2\r\n"'
check_same '--tsv' 'one "{\"a\":\"1,2\",\"b\":\"x\\ty\"}" --tsv' \
    'printf "1,2\t\"x\ty\"\n"'
check_same '-t' 'one "{\"a\":\"1,2\",\"b\":\"x;y\"}" "-t ;"' 'echo "1,2;\"x;y\""'
check_status 64 '-t takes nothing numbers have in them' 'one "{}" "-t 1"'
check_same '--spreadsheet guards formulas, and nothing else' \
    'one "{\"a\":\"=1+1\",\"b\":\"+15551234567\",\"c\":\"-0.0075\",\"d\":\"@x\",\"e\":\"\\tx\",\"f\":\"+1+1\",\"g\":-1,\"h\":\"-\",\"i\":\"=\\\"x\\\"\"}" --spreadsheet | rows' \
    "cat <<'E1'
[\"'=1+1\", \"+15551234567\", \"-0.0075\", \"'@x\", \"'\\tx\", \"'+1+1\", \"-1\", \"'-\", \"'=\\\"x\\\"\"]
E1"

check_same 'csv-spectrum: every value there and back' \
    'for f in "$TW_TEST_DATA"/csv-spectrum/json/*.json; do
	jq -c "if type == \"array\" then .[] else . end" "$f" | tw-load-csv | python3 -c "import csv, json, sys
for r in csv.DictReader(sys.stdin, strict=True): print(json.dumps(r, ensure_ascii=False))"
    done' \
    'for f in "$TW_TEST_DATA"/csv-spectrum/json/*.json; do
	jq -c "if type == \"array\" then .[] else . end" "$f" | python3 -c "import json, sys
for l in sys.stdin: print(json.dumps(json.loads(l), ensure_ascii=False))"
    done'

check_status 65 'a second stream on standard output' \
    '{ cat in; echo "{\"_stream\":\"calls\",\"sid\":\"CA1\"}"; } | tw-load-csv'
check_status 65 'a line that is no record' 'echo "{\"a\":1" | tw-load-csv'
check_status 65 'a column too late' 'printf "{\"a\":1}\n{\"b\":1}\n" | tw-load-csv'
check_same 'unless columns are named' \
    'printf "{\"a\":1}\n{\"b\":1}\n" | tw-load-csv -c b,a' \
    'printf "b,a\n,1\n1,\n"'

# --- files ------------------------------------------------------------------

check_same 'files: all marks are receipts' 'tw-load-csv -q -o "f/%s.csv" in 2>/dev/null' 'cat marks'
check_same 'with the rows of both accounts' 'wc -l <f/keys.csv | tr -d " "' 'echo 5'
check 'and no .part' '[ ! -e f/keys.csv.part ]'
check 'one a window' 'tw-load-csv -o "w/%s/%a-%w.csv.gz" in'
check_same 'called so' 'ls w/keys' 'echo AC1-full-20260102T000000Z.csv.gz; echo AC2-full-20260102T000000Z.csv.gz'
check_same 'and read so' 'zcat w/keys/AC2*' 'printf "%s\n" _account,_fetched,sid,friendly_name,date_created,date_updated,_extra AC2,2026-01-02T00:00:00Z,SK3,,,,'
check 'without %a the windows of two accounts are two files' \
    'tw-load-csv -o "x/%w.csv" in && [ $(ls x | wc -l) -eq 2 ]'
cat >two <<'END'
{"_stream":"a","x":"of a"}
{"_stream":"b","x":"of b"}
END
printf 'old\n' >both.csv
check_status 65 'two streams do not go into one file' 'tw-load-csv -o both.csv two'
check_same 'and what was there is there' 'cat both.csv' 'echo old'
window='"account":"A","since":null,"until":"2026-01-02T00:00:00Z","records":1,"full":true}'
for s in a b; do
	grep "_stream\":\"$s" two
	echo '{"_mark":"window","run":"R","stream":"'$s'",'"$window"
done >windows
check_status 65 'nor windows of them' 'tw-load-csv -o "apart/%w.csv" windows >got'
check 'the first has its receipt and its file' \
    'grep -q "of a" apart/*.csv && [ $(grep -c window got) -eq 1 ] && ! grep -q "stream\":\"b" got'
for run in 1 2; do
	echo '{"_mark":"open","run":"'$run'","tool":"t","at":"2026-01-01T00:00:00Z"}'
	echo '{"_stream":"a","x":"of run '$run'"}'
	echo '{"_mark":"window","run":"'$run'","stream":"a",'"$window"
	echo '{"_mark":"close","run":"'$run'","windows":1,"failed":0,"records":1,"status":0}'
done >runs
check_same 'two runs one after the other are one file' \
    'tw-load-csv -o runs.csv runs >got && cat runs.csv' 'printf "%s\n" x "of run 1" "of run 2"'
check_same 'with the receipts of both' 'cat got' 'grep _mark runs'
check_status 65 'cut input: 65' 'head -6 in | tw-load-csv -o "c/%s.csv" >got'
check 'no receipt but of what began' '! grep -q window got'
check 'the file stays .part' '[ -e c/keys.csv.part ] && [ ! -e c/keys.csv ]'
check_status 65 'cut behind a window: what was receipted is there' \
    'head -5 in | tw-load-csv -o "d/%a-%w.csv" >got'
check 'one file, one receipt, one .part' \
    '[ $(ls d/*.csv | wc -l) -eq 1 ] && [ $(grep -c window got) -eq 1 ] && [ -e d/AC2-window.csv.part ]'
sed 's/"since":null/"since":"2026-01-01T00:00:00Z"/; s/"full":true/"full":false/' in >later
check_status 73 'a part of a table does not replace the whole' \
    'tw-load-csv -o "f/%s.csv" later >got'
check 'and the old file is as it was' 'grep -q SK2 f/keys.csv && ! grep -q window got'
check '--replace says so' 'tw-load-csv --replace -o "f/%s.csv" later'
check_status 65 'no way out of the folder' \
    'echo "{\"_stream\":\"../x\",\"a\":1}" | tw-load-csv -o "f/%s.csv"'
check_status 65 'nor into hidden files' \
    'echo "{\"_stream\":\".x\",\"a\":1}" | tw-load-csv -o "f/%s.csv"'
check_same '--marks-fd' 'tw-load-csv --marks-fd 3 in 3>&1 >/dev/null 2>/dev/null' 'cat marks'
if [ -c /dev/full ]; then
	check_status 74 'a full disk: 74' 'tw-load-csv in >/dev/full'
fi
finish
