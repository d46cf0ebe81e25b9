#!/bin/sh
# tw-sync composes the filters, in any POSIX shell.
. "$(dirname "$0")/lib.sh"
. "$TESTS/sandbox.sh"
. "$TESTS/engines.sh"
ln -s "$ROOT/scripts/tw-sync" script
sync=$PWD/script	# a name without blanks
python=${TW_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tw-test}/venv/bin/python

check 'without credentials: five lines on how to get them' \
    'sh $sync 2>err; [ $? -eq 77 ] && [ $(grep -c . err) -eq 5 ]'
check_status 77 'nor with half of them: an account without a key' \
    'TWILIO_ACCOUNT_SID=AC0 TWILIO_API_KEY=SK0 sh $sync'
mkdir few && for tool in awk cat sed tr; do ln -s "$(command -v $tool)" few/; done
check_same 'a client that is not installed is named before anything is asked' \
    'PATH=$TW_BUILD:$PWD/few; TWILIO_ACCOUNT_SID=AC0 TWILIO_AUTH_TOKEN=x /bin/sh $sync duckdb:x 2>&1; echo $?' \
    "echo 'tw-sync: duckdb is not on PATH: duckdb:x is loaded by it; install it first'; echo 78"
check_status 64 'an unknown destination: 64' 'sh $sync -n nowhere:x'
check_status 64 'an option without its value: 64' 'sh $sync -S'
for dest in sqlite::memory: duckdb::memory:; do
	check_status 64 "$dest: 64, for its state would stay" 'sh $sync -n $dest'
done
check 'so is an unknown stream, in one word from the fetch' \
    '(TWILIO_ACCOUNT_SID=AC0 TWILIO_AUTH_TOKEN=x sh $sync --streams nosuch sqlite:no.db >out 2>err; [ $? -eq 64 ]) &&
	grep -q "no stream is called .nosuch" err && ! grep -q receipt err && [ ! -s out ]'
for shell in dash bash 'busybox sh'; do
	command -v ${shell%% *} >/dev/null || { skip "$shell" 'not installed'; continue; }
	for dest in sqlite:a/b.db 'postgres://u:p%40s@h/db' duckdb:x.duckdb md:db \
	    mysql://u:pw@h:3307/db snowflake:c bigquery:d csv:out ndjson:out; do
		check_same "$shell prints the same pipeline: $dest" \
		    "$shell $sync -n -s -30d --streams 'messages,video_*' '$dest'" \
		    "sh $sync -n -s -30d --streams='messages video_*' '$dest'"
	done
done
check_same 'each destination has a state of its own' \
    'for d in sqlite:a/t.db sqlite:t duckdb:t.duckdb csv:out ndjson:./out postgres://u:secret@h:5/d?x=y postgresql:///e mysql://h/d md:d bigquery:d; do
	sh $sync -n $d | sed -n "s/.* tw-state init -f //p"; done' \
    'printf "%s\n" a/t.db.state t.state t.duckdb.state out/csv.state out/ndjson.state postgres-u-h-5-d.state postgresql-e.state mysql-h-d.state md-d.state bigquery-d.state'
check 'a password is never in the pipeline' \
    '! sh $sync -n postgres://u:secret@h/db | grep secret && ! sh $sync -n mysql://u:secret@h/db | grep secret'


# A client that only says what it was told, and what it was handed in silence.
mkdir fake
for client in psql mysql; do
	printf '#!/bin/sh\ncat >/dev/null; echo "$*|${PGPASSWORD-}${MYSQL_PWD-}" >>asked\n' >fake/$client
done
echo '#!/bin/sh' >fake/tw-fetch
chmod +x fake/*
handed() { # shell dest
	rm -f asked
	TWILIO_ACCOUNT_SID=AC0 TWILIO_AUTH_TOKEN=x PATH=$PWD/fake:$PATH $1 $sync -q -S handed.state --streams messages "$2" 2>/dev/null
	cat asked
}
tw-load-sql --list-options | grep -q mysql && mysql=1 || mysql=
for shell in dash bash 'busybox sh'; do
	command -v ${shell%% *} >/dev/null || { skip "$shell" 'not installed'; continue; }
	check_same "$shell: psql gets the password in its environment, decoded" \
	    "handed '$shell' 'postgres://u:p%40s%2f:%C3%a4%@h:1/d?x=a@b:c'" \
	    "echo '-X -d postgres://u@h:1/d?x=a@b:c|p@s/:ä%'"
	check_same "$shell: nor does one in the query stay there" \
	    "for q in '?password=p%40%26&x=y' '?x=y&password=p%40%26' '?x=y&password=p%40%26&z=&password=p@%26' '?password=a&password=p@%26&x=y' '?password=p@%26'; do
		handed '$shell' \"postgres://u:no@h/d\$q\"; done" \
	    "printf -- '-X -d postgres://u@h/d%s|p@&\n' '?x=y' '?x=y' '?x=y&z=' '?x=y' ''"
	check_same "$shell: without a password the URL stays" \
	    "handed '$shell' 'postgres://u@h:1/d'" "echo '-X -d postgres://u@h:1/d|'"
	check_same "$shell: mysql too" "handed '$shell' mysql://u:p%25@h:3/d" \
	    "echo '-N -r -h h -P 3 -u u d|p%'"
done

page=$ROOT/man/tw-sync.1
check_same 'the page names the destinations that --help shows' \
    "sh $sync --help | sed -n '/DEST:/,/bigquery:/p' | tr ' ' '\\n' | grep -o '^[a-z]*:[/A-Z]' | sed 's/.$//' | sort" \
    "grep '^\\.It Li ' '$page' | grep -o '[a-z][a-z]*:[/ ]' | sed 's/.$//' | grep -v postgresql: | sort -u"

sandbox_start --seed 3
for slip in '-j 0' '--streams nosuch' '--streams messages,nosuch'; do
	check_status 64 "a slip: $slip" "mkdir slip && cd slip && sh $sync $slip"
	check 'leaves nothing behind' 'rmdir slip'
done
few='accounts messages calls usage_records'
for shell in dash bash 'busybox sh'; do
	command -v ${shell%% *} >/dev/null || { skip "$shell" 'not installed'; continue; }
	dir=$(echo $shell | tr -d ' ').d
	mkdir $dir
	check "$shell: into SQLite" "$shell $sync -q --streams '$few' sqlite:$dir/t.db"
	check_same "$shell: every message" \
	    "sqlite3 $dir/t.db 'SELECT sid FROM messages ORDER BY 1'" \
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
before=$(find arc -type f | wc -l)
check 'the archive: a second run' 'sh $sync -q --streams messages ndjson:arc'
check_same 'holds nothing that was there before' \
    "find arc -name '*.gz' | sort | xargs zcat | grep '^{\"_stream' | jq -r '[.sid, .date_updated] | @tsv' | sort -u" \
    "sandbox_truth messages | jq -r '[.sid, .date_updated] | @tsv' | sort"

: >file
for shell in dash bash 'busybox sh'; do
	command -v ${shell%% *} >/dev/null || { skip "$shell" 'not installed'; continue; }
	for dest in csv:file/x ndjson:file; do
		check_status 73 "$shell: a folder that cannot be made is not done in part: $dest" \
		    "$shell $sync -q --streams queues $dest"
	done
	for dest in csv:-o ndjson:-n sqlite:-q.db; do
		check "$shell: a name that begins with a dash: $dest" \
		    "$shell $sync -q --streams queues $dest && [ -s ./${dest#*:} ] && rm -r ./-*"
	done
done

# The databases that are here.  The first run is what -n prints, pasted into a
# shell as it is; the second, which asks less, is tw-sync's own.
pasted() { # shell, arguments of tw-sync
	shell=$1; shift
	sh $sync -n "$@" >pasted
	$shell ./pasted
}
both() { # what destination query...
	what=$1 dest=$2; shift 2
	check "$what: the first run, pasted" \
	    "pasted 'sh -e' -q -S $what.state --streams '$few' '$dest'"
	one=$(sandbox_stat requests)
	check "$what: the second run" "sh $sync -q -S $what.state --streams '$few' '$dest'"
	two=$(sandbox_stat requests)
	check "$what: it asked less ($((one - start)), then $((two - one)))" \
	    '[ $((two - one)) -lt $(((one - start) / 2)) ]'
	start=$two
	check_same "$what: every message once" "$* | tr -d '\r\"' | sort" \
	    "sandbox_truth messages | jq -r .sid | sort"
}
for shell in dash bash 'busybox sh'; do
	command -v ${shell%% *} >/dev/null || { skip "$shell" 'not installed'; continue; }
	for dest in sqlite:p.db csv:p/c ndjson:p/n; do
		rm -rf p p.db*
		check "$shell runs what -n prints: $dest" \
		    "pasted '$shell' -q --streams messages $dest"
		check "$shell, again: $dest" "pasted '$shell' -q --streams messages $dest"
		check_same "it is what tw-sync would have done: $dest" \
		    "sed 's/\"run\":\"[^\"]*\"//' p.db.state p/*/*.state" \
		    "rm -rf p p.db*; for i in 1 2; do $shell $sync -q --streams messages $dest || exit; done
		     sed 's/\"run\":\"[^\"]*\"//' p.db.state p/*/*.state"
	done
done
dialects=$(tw-load-sql --list-options)
all='SELECT sid FROM messages'
start=$(sandbox_stat requests)
both sqlite sqlite:s.db "sqlite3 s.db '$all'"
if postgres_start; then
	both postgres "postgres://test@/test?host=$pg_dir" "pg -At -c '$all'"
else
	skip postgres 'no PostgreSQL here'
fi
PATH=${TW_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tw-test}/venv/bin:$PATH
case $dialects in
*duckdb*)
	if command -v duckdb >/dev/null; then
		mkdir staged && TMPDIR=$PWD/staged && export TMPDIR
		both duckdb duckdb:d.duckdb "duckdb -csv -noheader d.duckdb '$all'"
		check 'duckdb: a database that is in use ends with 65' '
			{ echo "SELECT 1;"; sleep 20; } | duckdb d.duckdb >held & holder=$!
			until [ -s held ] || ! kill -0 $holder; do sleep .1; done
			sh $sync -q -S duckdb.state --streams calls duckdb:d.duckdb 2>err
			status=$?; kill $holder; [ $status -eq 65 ]'
		check_same 'duckdb: no file is left over' 'ls staged' 'true'
		unset TMPDIR
	else
		skip duckdb 'no duckdb here'
	fi ;;
*) skip duckdb 'tw-load-sql does not write for it' ;;
esac
case $dialects in
*mysql*)
	if mysql_start; then
		HOME=$PWD; export HOME
		printf '[client]\nsocket=%s\n' "$my_dir/s" >.my.cnf
		both mysql mysql://root@localhost/test "my -e '$all'"
	else
		skip mysql 'no MariaDB or MySQL here'
	fi ;;
*) skip mysql 'tw-load-sql does not write for it' ;;
esac
# The clients of the warehouses are stand-ins: they say what the real ones say.
stand_in() { # client module
	"$python" -c "import $2" 2>/dev/null || { skip "$1" "no $2 here"; return 1; }
	mkdir -p clients
	printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$python" "$TESTS/clients/$1.py" >clients/$1
	chmod +x clients/$1
}
PATH=$PWD/clients:$PATH SNOW_HOME=$PWD/snow BQ_HOME=$PWD/bq
export SNOW_HOME BQ_HOME
few='accounts messages'
if stand_in snow fakesnow; then
	both snowflake snowflake:c "$python -c \"
import duckdb
for row in duckdb.connect('snow/D.db').execute('SELECT sid FROM S.messages').fetchall():
	print(row[0])\""
fi
if stand_in bq sqlglot; then
	both bigquery bigquery:d "$python -c \"
import duckdb
for row in duckdb.connect('bq/bq.db').execute('SELECT sid FROM d.messages').fetchall():
	print(row[0])\""
	check 'bigquery: the sessions were ended' '[ ! -e bq/session ]'
	check_status 69 'bigquery: no session can be had' '
		mkdir down; printf "#!/bin/sh\necho BigQuery error; exit 2\n" >down/bq
		chmod +x down/bq
		PATH=$PWD/down:$PATH sh $sync -q -S down.state bigquery:d'
	check_status 65 'bigquery: a piece that fails ends it' '
		BQ_FAIL=2 sh $sync -q -S again.state --streams "calls messages" bigquery:e 2>err'
	check 'bigquery: then the rest goes on from there' '
		sh $sync -S again.state --streams "calls messages" bigquery:e 2>err >summary'
	check_same 'bigquery: what came is counted' \
	    "awk 'NR > 1 { print \$1, \$2 }' summary" \
	    'for name in calls messages; do echo $name $(sandbox_truth $name | wc -l); done'
fi
# How the script is cut, by any awk.  This one keeps what it is told.
mkdir -p keeps
cat >keeps/bq <<'E1'
#!/bin/sh
case $* in
*create_session*) echo In session: CgwKCmZha2UtZmFrZS1mYWtl ;;
*ABORT_SESSION*) ;;
*) cat >"kept/$(($(ls kept | wc -l) + 1))" && [ ! -e "kept/$BQ_FAIL" ] ;;
esac
E1
chmod +x keeps/bq
cut_by() { # AWK PIECE-THAT-FAILS
	rm -rf awk kept kept.state; mkdir awk kept
	printf '#!/bin/sh\nexec %s "$@"\n' "$(command -v ${1%% *})${1#${1%% *}}" >awk/awk
	chmod +x awk/awk
	PATH=$PWD/awk:$PWD/keeps:$PATH BQ_FAIL=$2 \
	    sh $sync -q -S kept.state --streams 'calls messages' bigquery:d
}
for awk in gawk mawk 'busybox awk'; do
	command -v ${awk%% *} >/dev/null || { skip "$awk" 'not installed'; continue; }
	check_status 65 "$awk: a session that says nothing proves nothing" 'cut_by "$awk" 0'
	check "$awk: several pieces, each of which BigQuery takes" \
	    '[ $(ls kept | wc -l) -gt 2 ] && ! find kept -size +999k | grep .'
	check_same "$awk: each ends with a statement, outside of a transaction" \
	    'for piece in kept/*; do tail -c 2 $piece; echo $(($(grep -c "^BEGIN" $piece) - $(grep -c "^COMMIT" $piece))); done | sort -u' \
	    'printf "0\n;\n"'
	check "$awk: none after one that failed" 'cut_by "$awk" 2 2>err; [ $(ls kept | wc -l) -eq 2 ]'
done
check 'no arguments: all of @airbyte into twilio.db' 'sh $sync 2>log >summary'
check_same 'a table for each stream that has records' \
    "sqlite3 twilio.db \"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' ORDER BY 1\"" \
    "tw-fetch -q @airbyte | jq -r ._stream | sort -u"
check_same 'a line of summary for each of them, and the empty ones' \
    "cut -d' ' -f1 summary | grep -v STREAM" "tw-fetch --list @airbyte | cut -f1"
check_same 'with all its records' "awk 'NR > 1 { print \$1, \$2 }' summary | grep -v ' 0$' | sort" \
    "tw-fetch -q @airbyte | jq -r ._stream | sort | uniq -c | awk '{ print \$2, \$1 }'"
check_same 'its columns stand below each other, whatever the shell' \
    "awk '{ print index(\$0, \"ok\") }' summary | sort -u" "echo 0; awk 'NR == 1 { print index(\$0, \"STATUS\") }' summary"

# What the summary says: the same table under each shell, and of a bad run.
told() { $1 $sync -S told.state --streams 'calls,queues' sqlite:told.db 2>/dev/null; echo "status $?"; }
account=$(jq -r 'select(.stream == "calls") | .account' twilio.db.state | sort -u | tail -1)
sandbox_fault '{"match": "Calls.json", "account": "'"$account"'", "fault": "status", "status": 403, "code": 20003, "body": "no"}'
for shell in dash bash 'busybox sh'; do
	command -v ${shell%% *} >/dev/null || { skip "$shell" 'not installed'; continue; }
	rm -f told.*
	told "$shell" >"$(echo told-$shell | tr -d ' ')"
	check_same "$shell: an account that fails is in the summary" \
	    "sed 's/  */ /g; s/HTTP 403.*/HTTP 403/' '$(echo told-$shell | tr -d ' ')'" \
	    "echo 'STREAM RECORDS ACCOUNTS COVERED UNTIL STATUS'
	     echo calls \$(tw-fetch -q calls 2>/dev/null | wc -l) 3 2026-11-22T12:00:00Z 1 of 3 failed: HTTP 403
	     echo queues \$(tw-fetch -q queues | wc -l) 3 2026-11-22T12:00:00Z ok; echo status 1"
done
sandbox_reset
check_same 'the next run mends it, and says so' \
    'told sh | awk "{ print \$1, \$NF }"' 'echo STREAM STATUS; echo calls ok; echo queues ok; echo status 0'
rm -f told.*
printf '#!/bin/sh\nhead -c 3000 >/dev/null\n' >fake/sqlite3; chmod +x fake/sqlite3; rm fake/tw-fetch
check_same 'a client that dies: nothing is said to be loaded' \
    'PATH=$PWD/fake:$PATH; told sh | sed "s/  */ /g"' \
    "echo 'STREAM RECORDS ACCOUNTS COVERED UNTIL STATUS'
     echo calls 0 0 - not read; echo queues 0 0 - not read; echo status 65"
check 'quiet: not a word' '[ -z "$(sh $sync -q --streams queues sqlite:told.db 2>&1)" ]'
finish
