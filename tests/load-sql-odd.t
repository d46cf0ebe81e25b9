#!/bin/sh
# What is not as the catalogue has it: late columns, types that change, keys
# with nulls, long names, and names that differ by case.
. "$(dirname "$0")/lib.sh"
. "$TESTS/engines.sh"

name() { awk "BEGIN { for (; i < $1; i++) printf \"n\" }"; }
row() { echo '{"_stream":"queues","_account":"AC1","_fetched":"2026-01-0'$1'T00:00:00Z","sid":"'$2'"'${3+,$3}'}'; }
load() { tw-load-sql -q -d $dialect "$@" 2>err | client; }
# value ID NAME: the member of that row, as its column or in _extra.
value() {
	query "SELECT \"$2\" FROM queues WHERE sid = '$1'" >one 2>two && grep -q . one && ! grep -qi error two &&
	    ! grep -qx "$2" one && sed 's/^/column /' one && return
	query "SELECT _extra FROM queues WHERE sid = '$1'" | jq -r --arg n "$2" '"extra \(.[$n])"'
}
{ row 1 a; row 1 b; row 1 c '"late":"x"'; } >late
{ row 1 a '"current_size":5,"what":1'; row 1 b '"current_size":"many","what":"x"'
  row 1 c '"current_size":"7","what":{"a":[1,2]}'; row 1 d '"current_size":7.5,"what":true'; } >change
{ row 1 a '"current_size":-9223372036854775808,"date_created":"2016-12-31T23:59:60Z"'
  row 1 b '"current_size":-9300000000000000000,"date_created":"2026-12-31T12:00:60Z"'; } >edge
for n in 63 64 65 300; do row 1 a$n "\"$(name $n)\":\"v$n\""; done >long
{ row 1 a '"Case":"1","case":"2"'; row 1 b '"case":"3"'; } >fold
usage() { # DAY SIM NETWORK DATA
	echo '{"_stream":"supersim_usage_records","_account":"AC1","_fetched":"2026-01-0'$1'T00:00:00Z","sim_sid":'$2',"network_sid":'$3',"iso_country":null,"period":{"start_time":"2026-01-01T00:00:00Z"},"data_upload":'$4'}'
}
{ usage 1 null null 1; usage 1 '"HS1"' null 2; usage 2 null null 3; } >nulls
reserved() {
	for v in '1,"v":"a"' '2,"v":"b"' '1,"v":"c"'; do
		echo '{"_stream":"mine","id":'$v',"rowid":null,"ROWID":1,"_rowid_":1,"oid":1,"ctid":1,"xmin":1,"_tw_row":1,"É":1,"é":2,"😀":3,"b ":4,"select":5}'
	done
}
unknown() {
	echo '{"_stream":"mine","id":1,"b":"x"}'
	echo '{"_stream":"mine","id":2,"b":"y","c":"late"}'
}

odd() {
	dialect=$1
	kept=column
	[ $1 = sqlite ] && kept=extra
	fresh
	check_same "$1: a column that comes with the last record" \
	    'load late && value c late' "echo $kept x"
	check_same "$1: the others have none" 'query "SELECT count(*) FROM queues"' 'echo 3'
	check_same "$1: once more, in another order" \
	    'tac late | load && value c late' "echo $kept x"
	fresh
	check_same "$1: a type that changes in mid-stream" \
	    'load change; for i in a b c d; do value $i current_size; done' \
	    'printf "%s\n" "column 5" "extra many" "column 7" "extra 7.5"'
	[ $1 = sqlite ] || check_same "$1: one that nobody described" \
	    'for i in a b c; do value $i what; done' \
	    "printf '%s\n' 'column 1' 'column x' 'column {\"a\":[1,2]}'"
	fresh
	check_same "$1: keys that differ by case, a blank or an accent" \
	    'for k in a A "a " "á" b; do row 1 "$k"; done | load; query "SELECT count(*) FROM queues"' 'echo 5'
	fresh
	check_same "$1: the least integer, and a leap second" \
	    'load edge; for n in current_size date_created; do value a $n; value b $n; done | sed "s/[ T]00:00:00.*/ 0h/; s/9.3e+18/9300000000000000000/"' \
	    'printf "%s\n" "column -9223372036854775808" "extra -9300000000000000000" "column 2017-01-01 0h" "extra 2026-12-31T12:00:60Z"'
	fresh
	case $1 in
	postgres) longest=63 ;;
	mysql) longest=64 ;;
	sqlite) longest=0 ;;
	*) longest=1000 ;;
	esac
	check_same "$1: names up to $longest bytes" \
	    'load long; for n in 63 64 65 300; do value a$n "$(name $n)"; done' \
	    "for n in 63 64 65 300; do [ \$n -le $longest ] && echo column v\$n || echo extra v\$n; done"
	check_same "$1: twice" 'load long && query "SELECT count(*) FROM queues"' 'echo 4'
	fresh
	case $1 in
	sqlite) columns=_extra want='{"Case":"1","case":"2"} {"case":"3"}' ;;
	postgres) columns='"Case", "case"' want='1|2 |3' ;;
	*) columns='"Case", _extra' want='1|{"case":"2"} |{"case":"3"}' ;;
	esac
	check_same "$1: names that differ by case" \
	    'load fold; load fold; query "SELECT $columns FROM queues ORDER BY sid"' \
	    'printf "%s\n" $want'
	check_same "$1: nulls in a key of several columns" \
	    'load nulls; load nulls; query "SELECT sim_sid, network_sid, data_upload FROM supersim_usage_records ORDER BY 1"' \
	    'printf "%s\n" "||3" "HS1||2"'
	check_status 65 "$1: a null that is the key" \
	    "{ row 1 x; row 1 y; } | sed 's/\"y\"/null/' | tw-load-sql -d $1 >script.sql"
	check "$1: nothing of it is loaded" \
	    '! client <script.sql 2>/dev/null; [ "$(query "SELECT count(*) FROM queues WHERE sid = '"'x'"'")" -eq 0 ]'
	fresh
	check_same "$1: names a database keeps for itself" \
	    'reserved | load -m merge -k id; reserved | load -m merge -k id; query "SELECT id, v FROM mine ORDER BY id"' \
	    "printf '%s\\n' '1|c' '2|b'"
	check_same "$1: records without a member" \
	    'printf "{\"_stream\":\"none\"}\n{\"_stream\":\"none\"}\n" | load; query "SELECT count(*) FROM none"' 'echo 2'
	check_status 65 "$1: a part of the key is no key" \
	    'echo "{\"_stream\":\"mine\",\"id\":1}" | tw-load-sql -d $dialect -k id,part'
	for name in _tw_mine _TW_windows _tw_ _tws_mine; do
		check_status 65 "$1: a name of our own, $name" \
		    'echo "{\"_stream\":\"$name\",\"id\":1}" | tw-load-sql -d $dialect'
	done
	check_status 65 "$1: with a prefix" \
	    'echo "{\"_stream\":\"w_mine\",\"id\":1}" | tw-load-sql -d $dialect -p _t'
	check_same "$1: no name of our own" \
	    'echo "{\"_stream\":\"windows\",\"id\":1}" | load -k id; query "SELECT id FROM windows"' 'echo 1'
	[ $1 = postgres ] || check_status 65 "$1: streams that differ by case" \
	    'printf "{\"_stream\":\"%s\",\"id\":1}\n" mine Mine | tw-load-sql -d $dialect'
	fresh
	check "$1: a stream nobody knows" "unknown | load -m merge -k id"
	check_same "$1: and what comes late in it" \
	    "query \"SELECT $([ $1 = sqlite ] && echo _extra || echo c) FROM mine ORDER BY id\" | tail -1" \
	    "[ $1 = sqlite ] && echo '{\"c\":\"late\"}' || echo late"
}
each_engine odd

if command -v sqlite3 >/dev/null; then
	client() { sqlite3 s.db; }
	dialect=sqlite
	sqlite3 s.db 'CREATE TABLE queues (sid TEXT PRIMARY KEY, uri TEXT)'
	check_status 1 'sqlite: a table that lacks columns' 'load late'
	check 'sqlite: what adds them' \
	    'tw-load-sql -d sqlite --create-only queues | sqlite3 s.db | sqlite3 s.db'
	check 'sqlite: now it loads' 'load late'
	check_same 'sqlite: nothing is left to add' \
	    'tw-load-sql -d sqlite --create-only queues | sqlite3 s.db' ':'
fi
finish
