#!/bin/sh
# scripts/report: one page that needs nothing else, with the numbers SQL gives.
. "$(dirname "$0")/lib.sh"
. "$TESTS/sandbox.sh"
report=$ROOT/scripts/report

sandbox_start --seed 5
PATH=$PATH:$ROOT/scripts tw-sync -q --streams 'messages calls' sqlite:t.db ||
    not_ok 'there are data'
check 'a page is made' 'sh "$report" t.db >report.html && ! grep -q . .err'
for shell in dash bash 'busybox sh'; do
	command -v ${shell%% *} >/dev/null || { skip "$shell" 'not installed'; continue; }
	check_same "$shell makes the same" "$shell \"\$report\" t.db" 'cat report.html'
done

# Whole in itself, and well formed: each element that is opened is closed.
check 'nothing comes from elsewhere' \
    '! grep -n -i -E "https?:|//|<script|<link|<img|<iframe|src=|href=|@import|url\(" report.html'
cat >balanced.py <<'END'
import html.parser, sys
VOID = {"meta", "line", "rect", "br"}
stack = []
class Page(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        if tag not in VOID or tag == "rect":
            stack.append(tag)
    def handle_startendtag(self, tag, attrs):
        pass
    def handle_endtag(self, tag):
        opened = stack.pop() if stack else None
        if opened != tag:
            sys.exit(f"line {self.getpos()[0]}: </{tag}> closes <{opened}>")
page = Page()
text = open(sys.argv[1], encoding="utf-8").read()
page.feed(text)
page.close()
if stack or not text.startswith("<!doctype html>"):
    sys.exit(f"open at the end: {stack}")
END
check 'it is well formed' 'python3 balanced.py report.html'

# What is written is what SQL says.
sql() { sqlite3 -separator '|' t.db "$1"; }
said() { tr '\n' ' ' <report.html | sed 's/<\/tr>/&\n/g; s/<\/rect>/&\n/g; s/<\/div>/&\n/g'; }
check_same 'how many messages and calls' \
    "said | sed -n 's/.*<b>\([0-9,]*\)<.b><span>\(messages\|calls\)<.*/\2 \1/p' | tr -d ," \
    "sql \"SELECT 'messages ' || count(*) FROM messages\"; sql \"SELECT 'calls ' || count(*) FROM calls\""
check_same 'what was spent' \
    "said | sed -n 's/.*<b>\([0-9.,]*\) USD<.b><span>spent.*/\1/p' | tr -d ," \
    "sql \"SELECT printf('%.2f', -sum(price)) FROM messages\""
check_same 'messages of each status' \
    "said | sed -n 's/.*<td>\([a-z-]*\)<.td><td class=n>\([0-9]*\)<.*/\1|\2/p' | sort" \
    "sql 'SELECT status, count(*) FROM messages GROUP BY 1 ORDER BY 1'"
check_same 'the ten errors that are most frequent' \
    "said | sed -n 's/.*<td>\([0-9]*\)<.td><td class=n>\([0-9]*\)<.*/\2/p'" \
    "sql 'SELECT count(*) FROM messages WHERE error_code IS NOT NULL GROUP BY error_code ORDER BY 1 DESC LIMIT 10'"
check_same 'messages of each of the last sixty days' \
    "said | sed -n 's/.*<title>[-0-9]*: \([-0-9]*\), \([0-9]*\) messages<.*/\1|\2/p'" \
    "sql 'SELECT * FROM (SELECT date(date_sent), count(*) FROM messages WHERE date_sent IS NOT NULL GROUP BY 1 ORDER BY 1 DESC LIMIT 60) ORDER BY 1'"
check_same 'what was spent on each of them' \
    "said | sed -n 's/.*<title>\([-0-9]*\): \([0-9.]*\)<.*/\1|\2/p'" \
    "sql \"SELECT substr(d, 6), s FROM (SELECT date(date_sent) AS d, printf('%.4f', -sum(price)) AS s FROM messages WHERE date_sent IS NOT NULL GROUP BY 1 ORDER BY 1 DESC LIMIT 60) ORDER BY d\""
check_same 'calls of each hour' \
    "said | sed -n 's/.*<title>\([0-9]*\): \([0-9]*\) calls<.*/\1|\2/p' | grep -v '|0\$'" \
    "sql \"SELECT strftime('%H', start_time), count(*) FROM calls WHERE start_time IS NOT NULL GROUP BY 1 ORDER BY 1\""

# Text in the data is text in the page.
cp t.db 'a & <b>.db'
sqlite3 'a & <b>.db' "UPDATE messages SET status = '<script>x</script>&', price_unit = '<i>'"
check 'nothing in the data becomes markup' \
    'sh "$report" "a & <b>.db" >bad.html && python3 balanced.py bad.html &&
     ! grep -q "<script\|<i>" bad.html && grep -q "&lt;script&gt;x&lt;/script&gt;&amp;" bad.html'
sqlite3 empty.db 'CREATE TABLE messages AS SELECT * FROM (SELECT 1 AS sid, 1 AS date_sent, 1 AS price, 1 AS price_unit, 1 AS status, 1 AS error_code) WHERE 0'
check 'a table without rows: a page that says so' \
    'sh "$report" empty.db >empty.html && python3 balanced.py empty.html && grep -q "No data" empty.html'
check_status 65 'no such file: 65' 'sh "$report" nowhere.db'
sqlite3 other.db 'CREATE TABLE x (y)'
check_status 65 'neither messages nor calls: 65' 'sh "$report" other.db'
check_status 64 'no operand: 64' 'sh "$report"'
finish
