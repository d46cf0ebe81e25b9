#!/bin/sh
# tw-state: receipts move the file, damage stops it, commit judges the run.
. "$(dirname "$0")/lib.sh"

open() { echo '{"_mark":"open","run":"'$1'","tool":"tw-fetch 1.0","at":"2026-06-01T00:00:00Z"}'; }
# RUN STREAM ACCOUNT SINCE UNTIL [LOW]: days of June 2026; - is the beginning
window() {
	printf '{"_mark":"window","run":"%s","stream":"%s","account":"%s",' $1 $2 $3
	case $4 in -) printf '"since":null,' ;;
	*) printf '"since":"2026-06-%sT00:00:00Z",' $4 ;; esac
	printf '"until":"2026-06-%sT00:00:00Z","records":1,' $5
	case ${6--} in -) printf '"low":null,' ;;
	*) printf '"low":"2026-06-%sT00:00:00Z",' $6 ;; esac
	echo '"full":false}'
}
full() { echo '{"_mark":"window","run":"'$1'","stream":"keys","account":"'$2'","since":null,"until":"2026-06-'$3'T00:00:00Z","records":1,"low":null,"full":true}'; }
close() { echo '{"_mark":"close","run":"'$1'","windows":'$2',"failed":'${4:-0}',"records":5,"status":'$3'}'; }
# CONTENT: the state holds just these lines, dates cut to the day
holds() {
	sed -e 1d -e 's/"_mark":"window",//; s/T00:00:00Z//g; s/2026-//g' twilio.state |
	    tr -d '"{}' >got
	printf "$1" >want
	cmp -s got want || { diff got want; false; }
}
fresh() { rm -f twilio.state*; tw-state init; }
# What the last command said on standard error: one line, this.
says() { grep -q -e "$1" .err && [ "$(wc -l <.err)" -eq 1 ]; }
said() { cp .err said && check "$1" "grep -q -e \"$2\" said && test \$(wc -l <said) -eq 1"; }
run() { open r1; window r1 calls AC1 - 10; window r1 calls AC2 - 10; full r1 AC1 10; close r1 3 0; }

# --- init -------------------------------------------------------------------

check_status 78 'commit: a missing state is not made' 'run | tw-state commit'
said 'and the way out is named' "'tw-state init -f twilio.state'"
check 'and nothing is left lying around' 'test ! -e twilio.state.lock'
check 'init makes one' 'tw-state init && tw-state list'
check_status 73 'init: not a second time' 'tw-state init'
check 'init: -f names another' 'tw-state init -f other && test -s other'

# --- commit -----------------------------------------------------------------

check 'a run is taken up' 'run | tw-state commit'
check 'and nothing said' 'test ! -s .err && test ! -s .out'
check 'the state is sorted and without its run' "holds 'stream:calls,account:AC1,since:null,until:06-10\nstream:calls,account:AC2,since:null,until:06-10\nstream:keys,account:AC1,since:null,until:06-10,full:true\n'"
check 'the file before is kept' "test \$(wc -l <twilio.state.prev) -eq 1"
cp twilio.state before
check 'a second time changes nothing' 'run | tw-state commit && cmp twilio.state before'
check 'and is not written' "ls -i twilio.state >a; run | tw-state commit && ls -i twilio.state | cmp - a"
check 'windows that touch are one' \
    "{ open r2; window r2 calls AC1 10 12; close r2 1 0; } | tw-state commit && holds 'stream:calls,account:AC1,since:null,until:06-12\nstream:calls,account:AC2,since:null,until:06-10\nstream:keys,account:AC1,since:null,until:06-10,full:true\n'"
check '-v says what was proved' "run | tw-state commit -v && says '3 receipts'"
check 'an older full list does not turn back' \
    "{ open r3; full r3 AC1 08; close r3 1 0; } | tw-state commit && grep -q '06-10T.*full' twilio.state"
check 'pending: a line ends where it does' \
    "fresh; { open r; window r calls AC1 12 14 13; window r calls AC1 - 12; window r calls AC1 14 16; close r 3 0; } | tw-state commit && holds 'stream:calls,account:AC1,since:null,until:06-14,low:06-13\nstream:calls,account:AC1,since:06-14,until:06-16\n'"

# --- the judge --------------------------------------------------------------

judged() {	# STATUS WHAT SAYS COMMANDS
	fresh
	check_status "$1" "judge: $2" "{ $4; } | tw-state commit"
	said "judge: $2: one line says so" "$3"
}
judged 65 'nothing came' 'no receipt came' ':'
judged 65 'only noise came' 'begins with: ERROR' 'echo ERROR:  relation; echo more'
judged 65 'the input was cut' 'ended before' 'run | head -3'
check 'what arrived is kept' "grep -c calls twilio.state | grep -qx 2"
judged 65 'cut in a line' 'line 4' 'run | head -c 460'
judged 65 'a receipt is missing' '1 of 3 windows' 'run | grep -v AC2'
judged 65 'one twice does not make up for it' '1 of 3 windows' 'run | sed /AC2/d | sed "2{p;}"'
judged 65 'more receipts than windows' '3 receipts' 'run | sed "s/windows.:3/windows\":2/"'
judged 65 'all windows are missing' '3 of 3' 'run | grep -v window.,'
judged 65 'records came' 'is a record' 'open r; echo "{\"_stream\":\"calls\",\"sid\":\"CA1\"}"; window r calls AC1 - 10; close r 1 0'
check 'their window is not believed' "! grep -q calls twilio.state"
judged 65 'raw records came' 'is a record' 'echo "{ \"sid\": \"CA1\" }"'
judged 1 'done in part' '3 windows loaded, 2 failed' 'run | grep -v close; close r1 3 1 2'
judged 75 'the fetch was refused' 'try later' 'open r; close r 0 75'
judged 77 'no permission' 'no permission' 'open r; close r 0 77'
judged 69 'another status' 'status 69' 'open r; window r calls AC1 - 10; close r 1 69'
check 'what was loaded before is kept' 'grep -q calls twilio.state'
judged 65 'a status no tool ends with' 'status 300' 'open r; close r 0 300'
judged 65 'the worst of two runs' '1 of 1' 'run; open r2; close r2 1 0; open r3; close r3 0 1'
judged 65 'a date in the future' 'future' 'open r; window r calls AC1 - 10 | sed s/2026-06-10/2999-01-01/; close r 1 0'
check 'which is not taken up' "! grep -q 2999 twilio.state"
fresh
check 'nothing to fetch: done' '{ open r; close r 0 0; } | tw-state commit'
check 'two runs, one after the other' '{ run; run | sed s/r1/r2/; } | tw-state commit'
check 'noise beside a full set: a warning' "{ echo BEGIN; run; echo COMMIT; } | tw-state commit && says '2 lines'"

# As snow and bq print them, who know nothing plainer.
table() { sed 's/.*/+--+\n| mark |\n+--+\n| & |\n+--+\n/'; }
csv() { sed 's/"/""/g; s/.*/f0_\n"&"\n/'; }
drawn() { sed 's/.*/│ mark │\n├──────┤\n│ & │/'; }
for dress in table csv drawn; do
	check "receipts as rows of one cell, $dress: taken up, nothing said" \
	    "fresh; run | $dress | tw-state commit && test ! -s .err && cmp twilio.state before"
done
judged 65 'the echo of a statement is no receipt' 'begins with: INSERT INTO' \
    "run | sed \"s/.*/INSERT INTO w VALUES ('&');/\""
judged 65 'nor is one cell of two' 'begins with: | {' "run | sed 's/.*/| & | 1 |/'"
judged 65 'nor what the client cut' 'begins with: | {' "run | sed 's/.*/| & |/; s/....|\$/... |/'"
check 'a table as psql prints it' "fresh; run | sed 's/^/ /' | tw-state commit && grep -q AC2 twilio.state"
check 'a ledger, unsorted, is proof' "fresh; run | grep window.,  | sort -r | tw-state commit && grep -c AC twilio.state | grep -qx 3"
check 'a ledger of pending windows in any order stays pending' \
    "fresh; { window a calls AC1 05 08 07; window b calls AC1 05 09; } | tw-state commit && grep -q low twilio.state"
check 'a file, and gzip' 'fresh; run >marks; gzip marks; tw-state commit marks.gz && grep -q AC2 twilio.state'
check 'the last line may lack its newline' 'fresh; run | head -c -1 | tw-state commit'

# --- as it comes ------------------------------------------------------------

check 'receipts are saved as they come' '
	fresh; mkfifo pipe; tw-state commit <pipe & exec 3>pipe
	{ open r1; window r1 calls AC1 - 10; } >&3
	for i in 1 2 3 4 5 6 7 8 9 10; do grep -q AC1 twilio.state && break; sleep .1; done
	grep -q AC1 twilio.state && ! grep -q AC2 twilio.state || exit 1
	window r1 calls AC2 - 10 >&3; close r1 2 0 >&3; exec 3>&-; wait $! && grep -q AC2 twilio.state'
check 'stopped by SIGTERM: what was proved is saved' '
	fresh; rm -f pipe; mkfifo pipe; tw-state commit <pipe & exec 3>pipe
	{ open r1; window r1 calls AC1 - 10; } >&3
	for i in 1 2 3 4 5 6 7 8 9 10; do grep -q AC1 twilio.state && break; sleep .1; done
	kill -TERM $!; wait $!; test $? -eq 143 && grep -q AC1 twilio.state'

# --- damage -----------------------------------------------------------------

damaged() {	# WHAT SAYS COMMANDS
	fresh; run | tw-state commit
	(eval "$3")
	for verb in list 'get calls' 'gaps calls' commit 'set calls AC1 -u -1d' 'reset calls' 'merge other'; do
		check_status 78 "$1: $verb" "run | tw-state $verb"
		said "$1: $verb says where and what to do" "$2"
	done
}
restore='mv twilio.state.prev twilio.state'
damaged 'empty' "empty.*$restore" ': >twilio.state'
damaged 'a cut line' "twilio.state:4: .*cut.*$restore" 'run >x; head -c -5 twilio.state >x && cat x >twilio.state'
damaged 'NULs' "twilio.state:2: holds NUL.*$restore" 'printf "%s\n\0\0\0\0\n" "$(head -1 twilio.state)" >twilio.state'
damaged 'another version' "twilio.state:1: .*version 9.*$restore" 'sed -i s/:1}/:9}/ twilio.state'
damaged 'a record in it' "twilio.state:5: not a mark.*$restore" 'echo "{\"sid\":\"CA1\"}" >>twilio.state'
damaged 'junk' "twilio.state:5: .*$restore" 'echo hello >>twilio.state'
damaged 'a window without until' "twilio.state:5: a member.*$restore" 'echo "{\"_mark\":\"window\",\"stream\":\"calls\",\"account\":\"AC1\"}" >>twilio.state'
damaged 'a mark nobody knows' "twilio.state:5: .*know" 'echo "{\"_mark\":\"cursor\"}" >>twilio.state'
damaged 'a date in the future' 'twilio.state:2: .*2999.*future' 'sed -i 2s/2026/2999/ twilio.state'
damaged 'no windows' 'holds no window' 'open r >twilio.state'
damaged 'a directory' 'a directory' 'rm twilio.state; mkdir twilio.state'; rmdir twilio.state
damaged 'a symbolic link' 'symbolic link' 'mv twilio.state real; ln -s real twilio.state'
damaged 'a pipe' 'not a regular file' 'rm twilio.state; mkfifo twilio.state'
damaged 'a huge file' 'larger' 'truncate -s 2G twilio.state'
check 'without a previous one the way out is another' "rm -f twilio.state*; : >twilio.state; ! tw-state list 2>said && grep -q 'tw-state init' said"
check 'a future date is believed by --force, and can be forgotten' \
    "fresh; window r calls AC1 - 10 | sed s/2026-06-10/2999-01-01/ >>twilio.state; tw-state list --force && tw-state reset --force calls && tw-state list"
check 'every cut of a state is refused, or is one' '
	fresh; run | tw-state commit; cp twilio.state whole
	n=$(wc -c <whole); i=1
	while [ $i -lt $n ]; do
		head -c $i whole >twilio.state
		tw-state list >/dev/null 2>&1; got=$?
		case $got in 0) [ -z "$(tail -c 1 twilio.state)" ] ;; *) [ $got -eq 78 ] ;; esac || exit 1
		i=$((i + 7))
	done'
check 'a plain file of marks is a state' "run >twilio.state && tw-state get calls AC2 && window r9 calls AC2 10 11 | tw-state commit && holds 'stream:calls,account:AC1,since:null,until:06-10\nstream:calls,account:AC2,since:null,until:06-11\nstream:keys,account:AC1,since:null,until:06-10,full:true\n'"
check 'two states in one file are one' "fresh; run | tw-state commit; cp twilio.state a; fresh; window r calls AC2 12 13 | tw-state commit; cat a twilio.state >b; tw-state merge a; cat b a >twilio.state.x; mv twilio.state c; mv twilio.state.x twilio.state; window r calls AC2 12 13 | tw-state commit; tw-state list >d; mv c twilio.state; tw-state list | cmp - d"

# --- by hand ----------------------------------------------------------------

june() { tw-state "$@" | sed 's/T00:00:00Z//g; s/2026-//g' | tr -d '"{}'; }
fresh; run | tw-state commit
check 'list is aligned' "tw-state list | awk '{ print index(\$0, \$2) }' | sort -u | wc -l | grep -qx 1"
check 'list: one stream' "tw-state list calls | wc -l | grep -qx 3"
check 'list --json' "tw-state list --json calls AC2 | grep -qx '{\"stream\":\"calls\",\"account\":\"AC2\",\"covered\":\[\[null,\"2026-06-10T00:00:00Z\"\]\],\"pending\":\[\],\"complete_at\":null}'"
check_status 1 'list: nothing there' 'tw-state list messages'
check 'get: where the next run starts' "tw-state get calls AC1 -l 2d | grep -qx '  next run  2026-06-08T00:00:00Z'"
check_status 1 'get: nothing there' 'tw-state get messages'
check_status 64 'get: no such stream' 'tw-state get mesages'
said 'it is named' 'did you mean messages'
check 'gaps: a plan' "june gaps calls AC1 -l 1d -u 2026-06-12 | grep -qx '_mark:plan,stream:calls,account:AC1,since:06-09,until:06-12'"
check 'gaps: of an account nobody knows' "june gaps calls AC7 -s 2026-06-01 -u 2026-06-12 | grep -qx '_mark:plan,stream:calls,account:AC7,since:06-01,until:06-12'"
check 'gaps: every account' "june gaps calls | wc -l | grep -qx 2"
check 'gaps: a child is in the windows of its parent' "june gaps conference_participants AC7 -s 2026-06-01 -u 2026-06-12 | grep -qx '_mark:plan,stream:conference_participants,account:AC7,since:06-01,until:06-12'"
check 'gaps: a list without dates is read as a whole' "june gaps keys AC7 -u 2026-06-12 | grep -qx '_mark:plan,stream:keys,account:AC7,since:null,until:06-12,full:true'"
check 'set: replaces the scope' "tw-state set calls AC1 -s 2026-06-01 -u 2026-06-03 && holds 'stream:calls,account:AC1,since:06-01,until:06-03\nstream:calls,account:AC2,since:null,until:06-10\nstream:keys,account:AC1,since:null,until:06-10,full:true\n'"
check_status 64 'set: until is needed' 'tw-state set calls AC1'
check_status 64 'set: not the future' 'tw-state set calls AC1 -u 2999-01-01'
check_status 64 'set: a stream there is' 'tw-state set call AC1 -u -1d'
check 'reset: a part' "tw-state reset calls AC2 -s 2026-06-04 -u 2026-06-06 && holds 'stream:calls,account:AC1,since:06-01,until:06-03\nstream:calls,account:AC2,since:null,until:06-04\nstream:calls,account:AC2,since:06-06,until:06-10\nstream:keys,account:AC1,since:null,until:06-10,full:true\n'"
check 'reset: a scope' "tw-state reset calls AC2 && ! grep -q AC2 twilio.state"
check_status 1 'reset: what is not there' 'tw-state reset calls AC2'
check_status 64 'reset: everything needs --all' 'tw-state reset'
check 'reset --all' 'tw-state reset --all && test $(wc -l <twilio.state) -eq 1'
check_status 64 'no verb' 'tw-state'
check_status 64 'a wrong verb' 'tw-state comit'
said 'is named' 'did you mean commit'
check_status 64 'too many operands' 'tw-state init now'

# --- several machines -------------------------------------------------------

check 'disjoint backfills merge to one' '
	fresh; window a calls AC1 - 10 | tw-state commit; mv twilio.state a.state
	tw-state init; window b calls AC1 10 20 | tw-state commit
	tw-state merge a.state && june gaps calls AC1 -l 1d -u 2026-06-20 >got &&
	echo _mark:plan,stream:calls,account:AC1,since:06-19,until:06-20 | cmp - got'

# --- many scopes ------------------------------------------------------------

awk 'BEGIN { for (i = 0; i < 10000; i++) printf "{\"_mark\":\"window\",\"stream\":\"calls\",\"account\":\"AC%032d\",\"since\":null,\"until\":\"2026-06-01T00:00:00Z\"}\n", i }' >many.state
check 'ten thousand scopes' 'tw-state list -f many.state | wc -l | grep -qx 10001'
if nm "$(command -v tw-state)" 2>/dev/null | grep -q __asan || [ "$(date +%N)" = N ]; then
	skip 'commit one in a moment' 'a sanitizer, or a date without nanoseconds'
else
	check 'commit one in a moment, the best of five (no timed bar: the machine may be busy)' '
		best=99999
		for day in 02 03 04 05 06; do
			window r calls AC00000000000000000000000000005000 01 $day >one
			start=$(date +%s%N); tw-state commit -f many.state one || exit 1
			ms=$((($(date +%s%N) - start) / 1000000))
			[ $ms -lt $best ] && best=$ms
		done
		echo "best: $best ms"; test $best -lt 1000'
fi

# --- locks ------------------------------------------------------------------

if command -v setsid >/dev/null && command -v flock >/dev/null; then
	held='fresh; rm -f pipe; mkfifo pipe; setsid tw-state commit <pipe & exec 3>pipe
		{ open r1; window r1 calls AC1 - 10; } >&3
		for i in 1 2 3 4 5 6 7 8 9 10; do grep -q AC1 twilio.state && break; sleep .1; done'
	check 'a second commit with something to save: 75' "$held
		run | tw-state commit; test \$? -eq 75 && ! grep -q AC2 twilio.state"
	check 'whose own fetch was refused: 75 as well, at once' "$held
		{ open r9; close r9 0 75; } | tw-state commit; test \$? -eq 75"
	check 'a killed holder frees it' "$held
		kill -9 \$!; wait \$!; run | tw-state commit"
else
	skip 'two commits at a time' 'no setsid'
fi

# --- counts -----------------------------------------------------------------

record() { echo '{"_stream":"calls","_account":"AC1","sid":"CA1"}'; }
check 'verify: a run' '{ open r; record; window r calls AC1 - 10; close r 1 0; } | tw-state verify'
check_status 65 'verify: a record too few' '{ open r; window r calls AC1 - 10; close r 1 0; } | tw-state verify'
check_status 65 'verify: a record too many' '{ open r; record; record; window r calls AC1 - 10; close r 1 0; } | tw-state verify'
check_status 65 'verify: cut' '{ open r; record; window r calls AC1 - 10; } | tw-state verify'
check_status 65 'verify: a window missing' '{ open r; record; window r calls AC1 - 10; close r 2 0; } | tw-state verify'
check_status 65 'verify: not JSON' '{ open r; record; echo x; window r calls AC1 - 10; close r 1 0; } | tw-state verify'
check_status 65 'verify: no marks' 'record | tw-state verify'
check_status 65 'verify: records behind the last window' '{ record; window r calls AC1 - 10; record; } | tw-state verify'
finish
