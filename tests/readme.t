#!/bin/sh
# What the README says to type works: the lines of its code blocks and of its
# tables, each against the sandbox.
. "$(dirname "$0")/lib.sh"
. "$TESTS/sandbox.sh"
. "$TESTS/engines.sh"
PATH=$ROOT/scripts:${TW_TEST_CACHE:-$HOME/.cache/tw-test}/venv/bin:$PATH

sandbox_start --seed 7 --now "$(date -u +%Y-%m-%dT00:00:00Z)"

tw-sync -q -S twilio.state --streams messages ndjson:given
tw-state export --format airbyte -f twilio.state >state.json

# Tables: the first code of the second column.
grep '^| ' "$ROOT/README.md" | sed 's/\\|/@PIPE@/g' | cut -d'|' -f3 |
    sed -n 's/^[^`]*`\(tw-[^`]*\)`.*/\1/p' | sed 's/@PIPE@/|/g' >lines
# Blocks: single commands that begin with tw- (the pipeline is tests/pipeline.t).
sed -n 's/^    \(tw-[^#]*\).*/\1/p' "$ROOT/README.md" | grep -v -e '|[ ]*$' -e 'tw-state init' -e 'tw-state commit' >>lines
check 'the README has lines to try' '[ $(wc -l <lines) -gt 12 ]'

# A server called host and MotherDuck are here: the clients go there instead.
mkdir bin
postgres_start && cat >bin/psql <<E1
#!/bin/sh
exec $(command -v psql) -X -h $pg_dir -U test test
E1
command -v duckdb >/dev/null && cat >bin/duckdb <<E1
#!/bin/sh
case \$1 in md:*) set -- "$PWD/\${1#md:}.duckdb" ;; esac
exec $(command -v duckdb) "\$@"
E1
chmod +x bin/*
while IFS= read -r line; do
	case $line in
	*postgres://*) client=psql ;;
	*duckdb:* | *' md:'*) client=duckdb ;;
	*) client= ;;
	esac
	if [ -z "$client" ] || [ -x bin/$client ]; then
		check "$line" "PATH=$PWD/bin:\$PATH; $line"
	else skip "$line" "no $client"; fi
done <lines
[ ! -x bin/psql ] || check_same 'as many there as here' \
    'pg -At -c "SELECT count(*) FROM calls"' 'tw-fetch -q calls | wc -l'
[ ! -x bin/duckdb ] || check 'and there' 'duckdb -csv db.duckdb "SELECT count(*) FROM calls" | grep -q "[1-9]"'
frame=$(grep -o 'pd\.read_csv([^)]*)' "$ROOT/README.md")
if python3 -c 'import pandas' 2>/dev/null; then
	check_same "$frame" "python3 -c 'import pandas as pd; print(len($frame))'" \
	    'tw-fetch -q -s -30d messages | wc -l'
else skip "$frame" 'no pandas'; fi

for page in $(grep -o 'man/[a-z-]*\.[157]' "$ROOT/README.md" | sort -u); do
	check "$page is there" "test -s '$ROOT/$page'"
done
finish
