#!/bin/sh
# tw-sync composes the filters, in any POSIX shell.
. "$(dirname "$0")/lib.sh"
. "$TESTS/sandbox.sh"
sync=$ROOT/scripts/tw-sync

check 'without credentials: five lines on how to get them' \
    '(unset TWILIO_ACCOUNT_SID; sh $sync 2>err; [ $? -eq 77 ]) && [ $(grep -c . err) -eq 5 ]'
check_status 64 'an unknown destination: 64' 'sh $sync -n nowhere:x'
check_status 64 'an option without its value: 64' 'sh $sync -S'
for shell in dash bash 'busybox sh'; do
	command -v ${shell%% *} >/dev/null || { skip "$shell" 'not installed'; continue; }
	for dest in sqlite:a/b.db 'postgres://u:p%40s@h/db' duckdb:x.duckdb md:db \
	    mysql://u:pw@h:3307/db snowflake:c bigquery:d csv:out ndjson:out; do
		check_same "$shell prints the same pipeline: $dest" \
		    "$shell $sync -n -s -30d --streams 'messages,video_*' '$dest'" \
		    "sh $sync -n -s -30d --streams='messages video_*' '$dest'"
	done
done
check 'a password is never in the pipeline' \
    '! sh $sync -n postgres://u:secret@h/db | grep secret && ! sh $sync -n mysql://u:secret@h/db | grep secret'

sandbox_start --seed 3
few='accounts messages calls usage_records'
for shell in dash bash 'busybox sh'; do
	command -v ${shell%% *} >/dev/null || { skip "$shell" 'not installed'; continue; }
	dir=$(echo $shell | tr -d ' ')
	check "$shell: into SQLite" \
	    "$shell $sync -q --streams '$few' sqlite:$dir.d/t.db 2>/dev/null ||
	     { mkdir -p $dir.d && $shell $sync -q --streams '$few' sqlite:$dir.d/t.db; }"
	check_same "$shell: every message" \
	    "sqlite3 $dir.d/t.db 'SELECT sid FROM messages ORDER BY 1'" \
	    "sandbox_truth messages | jq -r .sid | sort"
done
check 'into CSV files' 'sh $sync -q --streams messages csv:csv && ls csv/messages/*.csv'
check_same 'every message, read by sqlite' \
    "for f in csv/messages/*.csv; do sqlite3 :memory: '.mode csv' \".import \$f t\" 'SELECT sid FROM t'; done | tr -d '\r\"' | sort" \
    "sandbox_truth messages | jq -r .sid | sort"
check 'into an archive' 'sh $sync -q --streams messages ndjson:arc'
check_same 'which replays' \
    "find arc -name '*.gz' | sort | xargs zcat | jq -r 'select(.sid) | .sid' | sort" \
    "sandbox_truth messages | jq -r .sid | sort"
check 'the archive: a second run adds only what is new' \
    'sh $sync -q --streams messages ndjson:arc'
finish
