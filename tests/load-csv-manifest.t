#!/bin/sh
# What lies beside a CSV file, and whether a file is whole.
. "$(dirname "$0")/lib.sh"

cat >in <<'E1'
{"_mark":"open","run":"r1","tool":"tw-fetch 1.0","at":"2026-01-02T00:00:00Z"}
{"_stream":"keys","_account":"AC1","_fetched":"2026-01-02T00:00:00Z","sid":"SK1","friendly_name":"a\nb, \"c\"","date_created":"2026-01-01T00:00:00Z"}
{"_stream":"keys","_account":"AC1","_fetched":"2026-01-02T00:00:00Z","sid":"SK2","friendly_name":"","new":1}
{"_mark":"window","run":"r1","stream":"keys","account":"AC1","since":null,"until":"2026-01-02T00:00:00Z","records":2,"low":null,"full":true}
{"_mark":"close","run":"r1","windows":1,"failed":0,"records":2,"status":0}
E1
grep _mark in >marks

check_same 'all marks are receipts' \
    'tw-load-csv --manifest --schema -o "%s.csv" in' 'cat marks'
check_same 'the manifest is true' \
    'jq -r "[.file, .stream, .rows, .bytes, .sha256] | @tsv" keys.csv.manifest.json' \
    'printf "keys.csv\tkeys\t2\t%d\t%s\n" $(wc -c <keys.csv) $(sha256sum <keys.csv | cut -c1-64)'
check_same 'the schema has the columns of the header' \
    'jq -r ".fields | map(.name) | join(\",\")" keys.csv.schema.json' \
    'head -1 keys.csv'
check_same 'types and key' \
    'jq -c "[.primaryKey, .missingValues, (.fields[] | select(.name == \"date_created\" or .name == \"_extra\") | .type)]" keys.csv.schema.json' \
    'echo "[[\"sid\"],[\"\"],\"datetime\",\"any\"]"'
check_same 'of columns that were asked for' \
    'tw-load-csv -q --schema -c nope,date_created -o "c.csv" in >/dev/null; jq -c ".fields | map([.name, .type])" c.csv.schema.json' \
    'echo "[[\"nope\",\"string\"],[\"date_created\",\"datetime\"]]"'
check 'whole' 'tw-load-csv --check keys.csv 2>why'
check 'it says so' 'grep -q "whole, 2 rows$" why'
check 'gzip, CR LF, tabs, no header' \
    'tw-load-csv --manifest --tsv --crlf --no-header -o z.csv.gz in &&
    tw-load-csv --check --tsv --no-header z.csv.gz'

check 'cut at any byte, the manifest tells' '
size=$(wc -c <keys.csv) n=0
cp keys.csv.manifest.json cut.csv.manifest.json
while [ $n -lt $size ]; do
	head -c $n keys.csv >cut.csv
	tw-load-csv -q --check cut.csv 2>why; [ $? -eq 65 ] || { echo "at $n"; exit 1; }
	n=$((n + 1))
done'
check_status 65 'one bit, too' \
    'sed "s/SK1/SK0/" keys.csv >cut.csv; tw-load-csv --check cut.csv 2>why'
check 'in one line' '[ $(wc -l <why) -eq 1 ]'
rm cut.csv.manifest.json
check_status 65 'without: a last line without end' \
    'printf "a,b\n1,2" >cut.csv; tw-load-csv --check cut.csv'
check_status 65 'an open quote' \
    'printf "a,b\n1,\"2\n" >cut.csv; tw-load-csv --check cut.csv 2>why'
check 'and where it began' 'grep -q "cut.csv:2: cut: a quote is open" why'
check_status 65 'a short row' \
    'printf "a,b\n1,2\n3\n" >cut.csv; tw-load-csv --check cut.csv'
check_status 65 'a manifest that is none' \
    'echo "{}" >keys.csv.manifest.json; tw-load-csv --check keys.csv'
check_status 74 'a file that is not there' 'tw-load-csv --check nope.csv'
check_status 64 'no file' 'tw-load-csv --check'
check_status 64 'a manifest beside standard output' 'tw-load-csv --manifest in'
# --- manifests and files of any kind ------------------------------------------

check 'a key of several columns' '
	printf "%s\n" "{\"_stream\":\"supersim_usage_records\",\"sim_sid\":\"HS1\",\"new\":1}" |
	    tw-load-csv -q --schema -o u.csv &&
	jq -e "(.primaryKey | length) > 1 and (.primaryKey - [.fields[].name]) == []" u.csv.schema.json'
check_same 'what nobody described is a string' \
    "echo '{\"_stream\":\"x\",\"a\":1}' | tw-load-csv -q --schema -o x.csv >/dev/null
	jq -c '.fields | map([.name, .type])' x.csv.schema.json" 'echo "[[\"a\",\"string\"]]"'
for beside in manifest schema; do
	mkdir d.csv.$beside.json
	check_status 73 "a folder where the $beside goes" "tw-load-csv -q --$beside -o d.csv in 2>why"
	check 'is named' "grep -q 'd.csv.$beside.json: ' why"
	rmdir d.csv.$beside.json
done

tw-load-csv -q --manifest -o m.csv in >/dev/null
good=$(cat m.csv.manifest.json)
stated() { # FILTER STATUS WORDS
	printf '%s\n' "$good" | jq -c "$1" >m.csv.manifest.json
	check_status $2 "a manifest with $1" 'tw-load-csv --check m.csv 2>why'
	check "says: $3" "grep -q '$3' why"
}
stated . 0 'whole, 2 rows'
stated '.rows = 3' 65 'it has 2 rows, and its manifest says 3'
stated '.bytes += 1' 65 'its manifest says'
for not in '[.]' 'del(.rows)' '.rows = "2"' '.rows = 1e40' '.rows = 2.5' '.rows = -2' '.bytes = null' \
    'del(.sha256)' '.sha256 = 1' '.sha256 = "ab"'; do
	stated "$not" 65 'm.csv.manifest.json: not a manifest'
done
printf '%s\n' "$good" | sed 's/"rows":2/"rows":99999999999999999999/' >m.csv.manifest.json
check_status 65 'rows beyond any number' 'tw-load-csv --check m.csv'
printf '%s\n' "$good" | sed 's/"rows":2/"rows":200000000000000000000000000/' >m.csv.manifest.json
check_status 65 'and digits beyond any' 'tw-load-csv --check m.csv'
echo '{' >m.csv.manifest.json
check_status 65 'half a manifest' 'tw-load-csv --check m.csv'
rm m.csv.manifest.json; ln -s m.csv.manifest.json m.csv.manifest.json
check_status 74 'a manifest that cannot be opened' 'tw-load-csv --check m.csv'
rm m.csv.manifest.json
check_status 0 'none at all' 'tw-load-csv --check m.csv'
check_status 0 'an empty file is whole' ': >e.csv; tw-load-csv --check e.csv'
check_status 65 'half a gzip file' 'gzip -c m.csv | head -c 30 >h.csv.gz; tw-load-csv --check h.csv.gz'
check_status 74 'a folder' 'mkdir f.csv; tw-load-csv --check f.csv'
finish
