#!/bin/sh
# tw-load-sql: text of every kind, read back by the databases themselves: each
# row has the bytes that were meant, and none is lost or won.  The texts are the
# same in every run; TW_LONG=1: half a million of them.
. "$(dirname "$0")/lib.sh"
. "$TESTS/engines.sh"

cat >write.py <<'E1'
import json, random, sys
random.seed(1)
# What a database, its client or a script could take for something else.
pieces = list("abcxN0 019.,;:/|+-='\"`\\\n\r\t\b\f\v\x01\x02\x1a\x1b\x7f") + [
    "''", "\\'", "\\\\", '\\"', "\\n", "\\N", "\\.", "\n\\.\n", "\\x41", "\\0",
    "\\Z", "\\%", "\\_", "--", "\n--", "#", "/*", "*/", "/*!50000", "$$", "$a$", "$1",
    "?", "@a", "%s", "&x", "&x.", "{{", "${x}", ":a", ":'a'", "::", "!", "\n.exit 65\n",
    "\nDELIMITER x\n", "\n\\q\n", "\\! x", "GO\n", ";\n", ");", "E'", "X'", "N'", "U&'",
    "NULL", "CAST(", "CHAR(0)", "'||'", "' '", "\r\n", "\u0080", "\u00a0", "\u00e9",
    "e\u0301", "\u2019", "\uff07", "\u02bc", "\u2028", "\ufeff", "\ufffd", "\uffff",
    "\U0001f389", "\U0010ffff", "\U00010000"]
def texts():
    yield ""
    yield from pieces
    yield from (a + b for a in pieces for b in pieces)
    for _ in range(int(sys.argv[1])):
        few = random.choices(pieces, k=random.randrange(1, 9))
        yield "".join(random.choices(few, k=random.randrange(60)))
    yield from ("x" * n + "'" for n in range(4090, 4100))
for n, text in enumerate(texts()):
    print(json.dumps({"_stream": "mine", "n": n, "h": text.encode().hex(),
        "t": text}, ensure_ascii=random.random() < .5))
E1
runs=2000
[ -z "${TW_LONG-}" ] || runs=500000
python3 -X utf8 write.py $runs >in
right="$(wc -l <in)|0"

strings() {
	case $1 in
	sqlite) hex='lower(hex(t))' ;;
	postgres) hex="encode(convert_to(t, 'UTF8'), 'hex')" ;;
	duckdb) hex='lower(hex(encode(t)))' ;;
	mysql) hex='lower(hex(t))' ;;
	esac
	meant "$1" "$hex"
	case $1 in
	duckdb | mysql) meant "$1 --stage s" "$hex" ;;
	esac
}
meant() { # DIALECT HEX
	fresh
	check "$1: it is loaded by the client that --help names" \
	    "tw-load-sql -q -d $1 in | told ${1%% *} && ! told ${1%% *} </dev/null | grep ."
	check_same "$1: it has what was meant" "query \"SELECT count(*), sum(CASE WHEN $2 = h THEN 0 ELSE 1 END) FROM mine\"" \
	    "echo '$right'"
}
each_engine strings
finish
