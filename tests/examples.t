#!/bin/sh
# What the manual shows works: each literal block is run with sh -e, page by
# page, in the order of the page and in a directory of the page's own, against
# the sandbox.
#
# A block that begins with '$ ' is a session: what is shown must be what is
# printed.  One that begins with '{' is JSON.  A comment just before a block
# says what else it is:
#
#	.\" not run: WHY	it cannot run here; the reason is printed
#	.\" needs: PROGRAM...	skipped where one of them is not installed
#	.\" file: NAME		it is the file NAME, for the blocks after it
#	.\" filters: FILE	each line reads that, and finds something in it
. "$(dirname "$0")/lib.sh"
. "$TESTS/sandbox.sh"
. "$TESTS/engines.sh"
cache=${TW_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tw-test}
PATH=$TW_BUILD:$ROOT/scripts:$cache/venv/bin:$PATH

# blocks PAGE: writes N.sh, N.why, N.needs, N.name, N.want beside each
# other, and prints the numbers.
blocks() {
	awk '
	function start() {
		name = sprintf("%02d", ++n)
		print name, FNR
		printf "" >(name ".sh")
		for (kind in said) {
			print said[kind] >(name "." kind); close(name "." kind)
		}
		session = -1
	}
	# A session: its commands, and what they print.
	function line(s) {
		gsub(/\\e/, "\\", s); gsub(/\\&/, "", s); gsub(/\\-/, "-", s)
		if (session < 0) session = s ~ /^\$ /
		if (session && !sub(/^\$ /, "", s) && !more) {
			print s >(name ".want")
			return
		}
		more = session && s ~ /[|\\]$/
		print s >(name ".sh")
	}
	/^\.\\" (not run|needs|file|filters): / {
		kind = $2 == "not" ? "why" : $2 == "file:" ? "name" : $2
		sub(/:/, "", kind)
		sub(/^[^:]*: /, "")
		said[kind] = $0
		next
	}
	/^\.Bd -literal/ { start(); inside = 1; next }
	/^\.Ed/ { inside = 0; split("", said) ; next }
	/^\.Dl / { start(); line(substr($0, 5)); split("", said); next }
	inside { line($0) }' "$1"
}

lacks() { # PROGRAM...: the first that is not there
	for program; do
		case $program in
		pandas | pyspark) python3 -c "import $program" ;;
		postgres) [ -n "$postgres" ] ;;
		*) command -v "$program" ;;
		esac >/dev/null 2>&1 || { echo "$program"; return; }
	done
}

run() { # block: the shell could also have lost a command inside a pipe
	sh -e ./$1.sh </dev/null >$1.out 2>$1.err
	echo $? >$1.status
	cat $1.out; cat $1.err >&2
	! grep -q 'not found' $1.err && return "$(cat $1.status)"
}

# The real day: examples say -7d.
sandbox_start --seed 7 --now "$(date -u +%Y-%m-%dT00:00:00Z)"
postgres=
if postgres_start; then
	postgres=1 PGHOST=$pg_dir PGUSER=test
	export PGHOST PGUSER
	"$pg_bin/createdb" warehouse
fi
top=$PWD

# What a page takes for granted.
given() {
	case $1 in
	tw-load-*)
		tw-sync -q --streams messages -S other.state
		tw-state init -f twilio.state
		tw-fetch -q -m messages | gzip >archive.ndjson.gz ;;
	tw-state.1)
		tw-sync -q --streams 'messages calls' -S other.state ndjson:archive
		tw-state export --format airbyte -f other.state >airbyte-state.json ;;
	tw-state.5)
		tw-sync -q -S twilio.state --streams 'messages calls' ndjson:.
		cp twilio.state twilio.state.prev ;;
	tw-records.5)
		tw-fetch -q -m messages >records
		tw-sync -q --streams messages ndjson:archive ;;
	esac
}

for page in "$ROOT"/man/*.[157]; do
	name=${page##*/}
	mkdir "$top/$name" && cd "$top/$name"
	given "$name"
	blocks "$page" >list
	while read -r block at; do
		title="$name:$at: $(sed -n '/[^[:space:]]/{s/#.*//;p;q;}' $block.sh)"
		if [ -e $block.why ]; then
			skip "$title" "$(cat $block.why)"
		elif [ -e $block.name ]; then
			cp $block.sh "$(cat $block.name)"
			ok "$title"
		elif [ -e $block.filters ]; then
			while read -r line; do
				printf '%s\n' "$line" >line.sh
				check "$name:$at: $line" \
				    "sh -e ./line.sh <'$(cat $block.filters)' | grep ."
			done <$block.sh
		elif grep -q '^{' $block.sh; then
			check "$name:$at: JSON" "jq -e . $block.sh"
		elif [ -e $block.needs ] && missing=$(lacks $(cat $block.needs)) && [ -n "$missing" ]; then
			skip "$title" "no $missing"
		elif [ -e $block.want ]; then
			check_same "$title" "run $block" "cat $block.want"
			[ "$(cat $block.status)" -eq 0 ] || not_ok "$title: its status"
		else
			check "$title" "run $block"
		fi
	done <list
done
cd "$top"

for file in */*.tw; do
	check "$file is a catalogue" "tw-fetch -C $file --list"
done

# What the recipes made is what the sandbox has.
cd "$top/tw-recipes.7"
messages() { sandbox_truth messages | jq -r .sid | sort; }
for db in twilio.db parallel.db; do
	check_same "$db: every message once" \
	    "sqlite3 $db 'SELECT sid FROM messages ORDER BY 1'" messages
done
check_same 'the parts: every message once' \
    "zcat parts/messages/*.gz | jq -r 'select(.sid) | .sid' | sort" messages
check_same 'a document for each piece of each text of the month' \
    "jq -r .content documents.ndjson | tr -d '\n' | wc -c" \
    "tw-fetch -q -s -30d messages | jq -r .body | tr -d '\n' | wc -c"
check 'which has a title and metadata, and no number' \
    "jq -e -s 'all(.title != \"\" and .metadata.chunk < .metadata.chunks)' documents.ndjson &&
     ! jq -r '.metadata | .from, .to' documents.ndjson | grep -v '^[0-9a-f]\{64\}\$'"
spark=$(grep -l '^from pyspark' ??.sh)
[ ! -s ${spark%.sh}.out ] || check_same "Spark's counts are those of the archive" \
    "awk -F '|' '\$3 + 0 > 0 { print \$2, \$3 }' ${spark%.sh}.out | sed 's/  */ /g; s/^ //; s/ \$//' | sort" \
    "zcat archive/messages/*.gz | jq -r 'select(.sid) | .sid + \" \" + .status' | sort -u | awk '{ n[\$2]++ } END { for (s in n) print s, n[s] }' | sort"
check_same 'the plan of years ends with now' \
    "jq -r .until years | sort -u | tail -1" "jq -r .until plan | sort -u | tail -1"
cd "$top"
finish
