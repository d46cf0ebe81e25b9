#!/bin/sh
# tw-fetch --archive: every window in a sealed file before its mark is written.
. "$(dirname "$0")/lib.sh"
. "$TESTS/sandbox.sh"

sandbox_start --seed 7 --messages 3000 --subaccounts 1 --all-active --shape busy-day
streams='messages message_media calls alerts'
fetch="tw-fetch -q -m -p 50 $streams"
same() { sed 's/"run":"[^"]*"/"run":""/; /"_mark":"\(open\|close\)"/s/"at":"[^"]*"//'; }
kept() { find "$1" -name '*.gz' | sort | xargs zcat; }
ends() { grep -v '"_mark":"\(open\|close\)"' "$@"; }

check_same 'standard output is what it is without' "$fetch | same" \
    "$fetch -j 16 -A arch | same"
check_same 'the archive holds the same lines' \
    "$fetch -A again | ends | grep -v '\"records\":0,' | same | sort" 'kept arch | same | sort'
check_same 'under the same names, each time' '(cd arch && find . | sort)' '(cd again && find . | sort)'
check 'windows, children and accounts in files of their own' \
    '[ $(find arch -name "*.gz" | wc -l) -gt 20 ] && [ $(ls arch/message_media/*.gz | wc -l) -gt 2 ]'
check 'and nothing unfinished' '[ -z "$(find arch -name "*.part")" ]'
check 'it is input for every tool' \
    'kept arch | tw-flatten | tw-load-csv -o "csv/%s.csv" >/dev/null && [ -s csv/messages.csv ]'

# Whoever reads a mark finds its file, whole.
cat >vouched.py <<'PYTHON'
import gzip, json, sys
seen = 0
for line in sys.stdin.buffer:
	mark = json.loads(line)
	if mark.get("_mark") != "window" or not mark["records"]:
		continue
	when = lambda w: w.replace("-", "").replace(":", "") if w else "start"
	lines = gzip.open("%s/%s/%s_%s_%s.ndjson.gz" % (sys.argv[1], mark["stream"],
	    mark["account"], when(mark["since"]), when(mark["until"]))).readlines()
	assert lines[-1] == line and len(lines) == mark["records"] + 1
	seen += 1
sys.exit(seen < 20)
PYTHON
check 'a mark comes after its file' "$fetch -A third | \$PYTHON vouched.py third"

# --- what cannot be kept ------------------------------------------------------

check_status 73 'a folder that cannot be made: 73' 'tw-fetch -q -A /dev/null/x calls'
check 'says where' 'tw-fetch -q -A /dev/null/x calls 2>&1 | grep -q "^tw-fetch: /dev/null/x/calls: "'
check_status 73 'a stream that is no folder: 73' \
    'mkdir odd && : >odd/calls && tw-fetch -q -m -A odd calls >out'
check 'the pipe is told' 'tail -1 out | grep -q "\"close\".*\"status\":73"'

# A window fails: nothing of it is kept, and the others are.
sandbox_fault '{"match":"Calls.json","fault":"status","status":403,"code":20403,"message":"no"}'
check_status 1 'a stream that fails' "$fetch -A part >out"
check 'leaves no file' '[ ! -e part/calls ] && [ -z "$(find part -name "*.part")" ]'
check_same 'the others are there' 'ends out | grep -v "\"fail\"\|\"records\":0," | sort' 'kept part | sort'
sandbox_reset

# vouch DIR OUT STATUS: marks are of sealed files only, and the end is STATUS.
vouch() {
	kept "$1" 2>/dev/null | grep '"_mark":"window"' | sort >files
	grep '"_mark":"window"' "$2" | grep -v '"records":0,' | sort >marks
	[ -z "$(comm -13 files marks)" ] && tail -1 "$2" | grep -q "\"close\".*\"status\":$3}"
}
mkdir small
if mount -t tmpfs -o size=64k tmpfs small 2>/dev/null; then
	check_status 74 'a full disk: 74' "$fetch -A small >out 2>said"
	check 'says what' 'grep -q "^tw-fetch: small/.*: No space left on device$" said'
	check 'what was vouched for is sealed' 'vouch small out 74'
	check 'the rest was thrown away' '[ -z "$(find small -name "*.part")" ]'
	umount small
else
	skip 'a full disk' 'no tmpfs can be mounted here'
fi

# Killed at any moment: sealed files are whole, all else is *.part.
bad=
for after in 0.15 0.2 0.25 0.3 0.4 0.5 0.7 0.9; do
	tw-fetch -q -m -p 50 -A "dead$after" $streams >cut & pid=$!
	sleep $after
	kill -9 $pid; wait $pid
	mkdir -p "dead$after"
	find "dead$after" -name '*.gz' -exec gzip -t {} + || bad="$bad $after"
	[ -z "$(find "dead$after" -type f ! -name '*.gz' ! -name '*.part')" ] || bad="$bad $after"
	kept "dead$after" | grep '"_mark":"window"' | sort >files
	grep '"_mark":"window".*}$' cut | grep -v '"records":0,' | sort >marks
	[ -z "$(comm -13 files marks)" ] || bad="$bad $after"
done 2>/dev/null
check "killed at any moment: what is sealed is whole, marks are of sealed files$bad" "[ -z '$bad' ]"
check 'the next run makes it whole' \
    "$fetch -A dead0.3 >out && vouch dead0.3 out 0 && [ -z \"\$(find dead0.3 -name '*.part')\" ]"
sh -c "exec $fetch -A stopped" >out & pid=$!
sleep 0.4; kill $pid 2>/dev/null; wait $pid 2>/dev/null; status=$?
check 'stopped: by the signal, and nothing half is left' \
    "[ $status -eq 143 -o $status -eq 0 ] && [ -z \"\$(find stopped -name '*.part')\" ]"
finish
