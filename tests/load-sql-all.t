#!/bin/sh
# Every stream in every database: all rows, keys, values and types, as rows.py
# works them out from what the API said.  First those of the sandbox, then
# records in which no column of any stream is empty.
. "$(dirname "$0")/lib.sh"
. "$TESTS/sandbox.sh"
. "$TESTS/engines.sh"

sandbox_start --seed 7 --messages 300 --calls 100 --strict
tw-fetch -q -j 16 -m @all >all.nd
sandbox_stop
tw-flatten <all.nd >flat.nd 2>/dev/null
grep -v '"_mark"' all.nd | sed 's/^{"_stream":"\([^"]*\)".*/\1/' | sort -u >streams
while read -r stream; do tw-fetch --json --describe "$stream"; done <streams >described
grep '"_mark"' all.nd >marks
check 'at least 400 streams' '[ $(wc -l <streams) -ge 400 ]'

mkdir full
tw-fetch --list | while read -r stream rest; do
	tw-fetch --json --describe "$stream"
done >full/described
"$PYTHON" "$TESTS/filled.py" <full/described >full/all.nd
tw-flatten <full/all.nd >full/flat.nd
check_same 'every stream is described' 'wc -l <full/described' 'tw-fetch --list | wc -l'

# The interpreter with the engine's own module.
python=${TW_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tw-test}/venv/bin/python
[ -x "$python" ] || python=$PYTHON
all() {
	fresh
	check "$1: the script loads" "tw-load-sql -q -d $1 flat.nd 2>/dev/null | client >got"
	check_same "$1: all marks are receipts" 'cat got' 'cat marks'
	case $1 in
	sqlite) place=t.db ;;
	duckdb) place=t.duckdb ;;
	postgres) place="psql -q -X -At -h $pg_dir -U test test" ;;
	mysql) place="mysql --no-defaults -N -r -u root -S $my_dir/s test" ;;
	esac
	check "$1: every row, key, value and type" \
	    '"$python" "$TESTS/rows.py" '"$1"' described all.nd "$place"'
	fresh
	check "$1: records with all columns load" \
	    "tw-load-sql -q -d $1 full/flat.nd 2>/dev/null | client >/dev/null"
	check "$1: every column of every stream" \
	    '"$python" "$TESTS/rows.py" '"$1"' full/described full/all.nd "$place"'
	case $1 in
	sqlite | postgres) return ;;
	esac
	fresh
	check "$1: they load from files" \
	    "tw-load-sql -q -d $1 --stage s full/flat.nd 2>/dev/null | client >/dev/null"
	check "$1: every column of every stream, from files" \
	    '"$python" "$TESTS/rows.py" '"$1"' full/described full/all.nd "$place"'
}
each_engine all
finish
