#!/bin/sh
# What the README says to type works: the lines of its code blocks and of its
# tables, each against the sandbox.
. "$(dirname "$0")/lib.sh"
. "$TESTS/sandbox.sh"
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

while IFS= read -r line; do
	case $line in
	*...* | *://host* | *' md:'*) skip "$line" 'a place of your own' ;;
	*duckdb:*)
		if command -v duckdb >/dev/null; then check "$line" "$line"
		else skip "$line" 'no duckdb'; fi ;;
	*) check "$line" "$line" ;;
	esac
done <lines

for page in $(grep -o 'man/[a-z-]*\.[157]' "$ROOT/README.md" | sort -u); do
	check "$page is there" "test -s '$ROOT/$page'"
done
finish
