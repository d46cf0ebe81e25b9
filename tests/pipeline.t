#!/bin/sh
# The whole pipeline, as the README shows it, against the sandbox.
. "$(dirname "$0")/lib.sh"
. "$TESTS/sandbox.sh"
. "$TESTS/engines.sh"

sandbox_start --seed 11

streams='accounts messages message_media calls recordings conferences
conference_participants usage_records incoming_phone_numbers addresses alerts'

run() {
	tw-fetch -q -S s.state $streams | tw-flatten | tw-load-sql -d sqlite |
	    sqlite3 t.db | tw-state commit -f s.state
}
# The keys of a table and of the truth, one line a record, sorted.
rows() { sqlite3 -separator '|' t.db "SELECT $2 FROM $1" | sort; }
truth() { sandbox_truth "$1" | jq -r "[$2] | map(tostring) | join(\"|\")" | sort; }

check 'a state file is made' 'tw-state init -f s.state'
check 'the pipeline ends with status 0' run
for stream in $streams; do
	key=sid jkey=.sid
	case $stream in
	conference_participants)
		key='conference_sid, call_sid' jkey='.conference_sid, .call_sid' ;;
	usage_records)
		key='account_sid, category, start_date, end_date'
		jkey='.account_sid, .category, .start_date, .end_date' ;;
	esac
	check "$stream: the sandbox has some" "sandbox_truth $stream | grep -q ."
	check_same "$stream: every record once, no other" \
	    "rows $stream '$key'" "truth $stream '$jkey'"
done
cat >texts.sql <<'END'
SELECT json_object('sid', sid, 'to', "to", 'body', body,
	'price', CAST(price AS text), 'status', status) FROM messages
END
check_same 'bodies are untouched, and so are the digits of prices' \
    'sqlite3 t.db <texts.sql | jq -S -c . | sort' \
    'sandbox_truth messages | jq -S -c "{sid, to, body, price, status}" | sort'
check 'the suspended account is named, and none of its records is here' \
    'test "$(sqlite3 t.db "SELECT count(*) FROM accounts WHERE status = '"'suspended'"'")" -gt 0'

before=$(sandbox_stat requests)
first=$before
check 'the second run ends with status 0' run
after=$(sandbox_stat requests)
check "the second run asks less than half of the first ($first, then $((after - before)))" \
    "[ $((after - before)) -lt $((first / 2)) ]"
check_same 'and changes nothing' "rows messages sid" "truth messages .sid"

sandbox_advance 172800 >/dev/null
check 'two days later: status 0' run
# What was deleted at Twilio leaves no trace there, and stays here.
missing() { truth "$1" "$3" >want; rows "$1" "$2" >have; comm -13 have want; }
check_same 'new messages are here, and changed statuses and prices' \
    "missing messages 'sid, status' '.sid, .status'" true
check_same 'and calls' "missing calls 'sid, status' '.sid, .status'" true

check_same 'no record twice in plain output' \
    'tw-fetch -q messages | jq -r .sid | sort | uniq -d' 'true'
check '| head -1 ends at once, quietly' \
    'tw-fetch messages 2>err | head -1 | jq -e .sid && ! grep -q . err'
check_status 77 'a wrong token: 77' \
    'TWILIO_AUTH_TOKEN=wrong tw-fetch messages 2>err'
check 'with one line that says what to do' \
    '[ $(grep -c . err) -eq 1 ] && grep -q TWILIO_AUTH_TOKEN err'
check_status 64 'an unknown stream: 64' 'tw-fetch mesages 2>err'
check 'and with marks the last stage learns it' \
    'tw-fetch -m mesages | grep -q "\"close\".*\"status\":64}"'
check 'no standard output: 74, by its name' \
    '(tw-fetch --list >&-; [ $? -eq 74 ]) 2>&1 | grep -q "^tw-fetch: stdout: "'
check 'and the nearest name' 'grep -q "messages" err'

# The same into PostgreSQL, from the beginning.
if postgres_start; then
	run_pg() {
		tw-fetch -q -S pg.state $streams | tw-flatten |
		    tw-load-sql -d postgres | pg | tw-state commit -f pg.state
	}
	tw-state init -f pg.state
	check 'into PostgreSQL: status 0' run_pg
	for stream in messages calls conference_participants usage_records; do
		case $stream in
		conference_participants)
			key='conference_sid, call_sid' jkey='.conference_sid, .call_sid' ;;
		usage_records)
			key='account_sid, category, start_date, end_date'
			jkey='.account_sid, .category, .start_date, .end_date' ;;
		*) key='sid, status' jkey='.sid, .status' ;;
		esac
		check_same "PostgreSQL, $stream: every record once, no other" \
		    "pg -At -c 'SELECT $key FROM $stream' | sort" \
		    "truth $stream '$jkey'"
	done
	check_same 'the types are real' \
	    "pg -At -c \"SELECT data_type FROM information_schema.columns WHERE table_name = 'messages' AND column_name IN ('date_sent', 'price', 'num_media', 'to') ORDER BY column_name\"" \
	    "printf '%s\n' 'timestamp with time zone' bigint numeric text"
	check 'the second run into PostgreSQL: status 0' run_pg
else
	skip 'into PostgreSQL' 'no initdb'
fi
finish
