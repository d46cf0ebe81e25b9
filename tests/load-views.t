#!/bin/sh
# tw-load-sql --views and --create-only: the same answers from every database.
. "$(dirname "$0")/lib.sh"
. "$TESTS/engines.sh"

# Days and money that can be added up by hand; a number that was used last
# week, one that was a year ago, and one that never was.
python3 - >in <<'E1'
import datetime, json
now = datetime.datetime.now(datetime.timezone.utc)
ago = lambda days: (now - datetime.timedelta(days)).strftime("%Y-%m-%dT%H:%M:%SZ")
def put(stream, **record):
	print(json.dumps({"_stream": stream, "_account": "AC1", "_fetched": ago(0), **record}))
def message(sid, status, price, day, **more):
	put("messages", sid=sid, status=status, price=price, price_unit="USD",
	    direction="outbound-api", date_sent=day, date_created=day, **{"from": "+1", "to": "+9"}, **more)
message("SM1", "delivered", "-0.00750", "2026-01-01T23:59:59Z")
message("SM2", "delivered", "-0.00750", "2026-01-01T00:00:00Z")
message("SM3", "undelivered", "-0.00750", "2026-01-01T12:00:00Z", error_code=30003)
message("SM4", "sent", None, "2026-01-02T00:00:00Z")
put("messages", sid="SM5", status="received", price="-0.00750", price_unit="USD", direction="inbound",
    date_sent=ago(7), date_created=ago(7), **{"from": "+9", "to": "+2"})
for sid, seconds in ("CA1", 59), ("CA2", 61), ("CA3", 0):
	put("calls", sid=sid, status="completed" if seconds else "busy", duration=str(seconds), price="-0.014",
	    price_unit="USD", direction="inbound", start_time="2026-01-03T01:00:00Z",
	    date_created="2026-01-03T01:00:00Z", **{"from": "+9", "to": "+1"})
for n in "1", "2", "3":
	put("incoming_phone_numbers", sid="PN" + n, phone_number="+" + n, account_sid="AC1")
put("usage_records", account_sid="AC1", category="sms", start_date="2026-01-01", end_date="2026-01-01",
    count="3", usage="3", price="0.0225", price_unit="usd")
put("usage_records", account_sid="AC1", category="mms", start_date="2026-01-01", end_date="2026-01-01",
    count="0", usage="0", price="0", price_unit="usd")
E1

# engine NAME: with client (a script on its stdin) and query (rows with |).
engine() {
	check "$1: views of tables that are not there yet" \
	    "tw-load-sql -d $1 --views >script && client <script"
	check "$1: nothing is printed" '! grep -q . .out'
	check "$1: and again" 'client <script'
	check "$1: rows" "tw-load-sql -q -d $1 in | client"
	check_same "$1: spend" \
	    'query "SELECT day, product, items, round(spend * 10000) + 0 FROM tw_spend_daily WHERE day < '"'2026-02-01'"' ORDER BY day, product" | sed "s/\.0*$//"' \
	    'printf "%s\n" "2026-01-01|messages|3|225" "2026-01-02|messages|1|" "2026-01-03|calls|3|420" | sed "s/|\$/|'"$2"'/"'
	check_same "$1: usage" 'query "SELECT day, category FROM tw_usage_daily"' \
	    'echo "2026-01-01|sms"'
	check_same "$1: delivery" \
	    'query "SELECT day, messages, delivered, failed, round(rate * 1000) + 0 FROM tw_delivery_daily ORDER BY day" | sed "s/\.0*$//"' \
	    'printf "%s\n" "2026-01-01|3|2|1|667" "2026-01-02|1|0|0|'"$2"'"'
	check_same "$1: errors" \
	    'query "SELECT day, error_code, status, messages FROM tw_errors_daily"' \
	    'echo "2026-01-01|30003|undelivered|1"'
	check_same "$1: minutes are begun ones" \
	    'query "SELECT day, calls, completed, seconds, minutes FROM tw_call_minutes_daily" | sed "s/\.0*$//"' \
	    'echo "2026-01-03|3|2|120|3"'
	check_same "$1: numbers nobody uses" \
	    'query "SELECT phone_number FROM tw_numbers_unused ORDER BY phone_number"' \
	    'printf "%s\n" +1 +3'
	check_same "$1: --create-only" \
	    "tw-load-sql -d $1 --create-only queues 'video_*' | client; query 'SELECT count(*) FROM video_rooms'" \
	    'echo 0'
}

client() { sqlite3 t.db; }
query() { sqlite3 t.db "$1"; }
engine sqlite ''

if postgres_start; then
	client() { pg; }
	query() { pg -At -c "$1"; }
	engine postgres ''
else
	skip 'postgres' 'it is not here'
fi

if mysql_start; then
	client() { my; }
	query() { my -e "$1" | tr '\t' '|'; }
	engine mysql NULL
else
	skip 'mysql' 'it is not here'
fi

duckdb=${TW_TEST_CACHE:-$HOME/.cache/tw-test}/venv/bin/duckdb
[ -x "$duckdb" ] || duckdb=$(command -v duckdb)
if [ -n "$duckdb" ]; then
	client() { "$duckdb" -batch t.duckdb; }
	query() { "$duckdb" -batch -noheader -list -separator '|' -nullvalue '' t.duckdb -c "$1"; }
	engine duckdb ''
else
	skip 'duckdb' 'it is not here'
fi

check_status 64 'views take no streams' 'tw-load-sql -d sqlite --views messages'
check_status 64 '--create-only needs some' 'tw-load-sql -d sqlite --create-only'
check_status 64 'that are streams' 'tw-load-sql -d sqlite --create-only mesages'
check_same 'every stream has a table SQLite takes' \
    "tw-load-sql -d sqlite --create-only @all | sqlite3 all.db; sqlite3 all.db 'SELECT count(*) > 300 FROM sqlite_schema WHERE type = '\"'table'\"" 'echo 1'
finish
