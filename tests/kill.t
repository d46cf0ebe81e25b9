#!/bin/sh
# kill -9 of random stages at random moments, and cuts at random bytes, see
# scripts/kill-runs; two runs at once.  TW_LONG=1 makes it the thousand kills
# of the promise.
. "$(dirname "$0")/lib.sh"
. "$TESTS/sandbox.sh"

kills=12
[ -z "${TW_LONG-}" ] || kills=500
run() {
	check "$kills kills, into $1, under $2" "'$ROOT/scripts/kill-runs' -k $kills -d $1 -s $2"
	sed 's/^/# /' .out
}
for tool in setsid ps jq sqlite3; do
	command -v $tool >/dev/null && continue
	skip 'kill runs' "no $tool"
	finish
done
shell=sh
command -v dash >/dev/null && shell=dash
run sqlite $shell
if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 ||
    command -v initdb >/dev/null; then
	run postgres $shell
else
	skip 'into postgres' 'no server'
fi

# Two at once.  The first stands still while it has the state.
sandbox_start --seed 5 --messages 400 --calls 100 --latency 250
cat >line <<'END'
	tw-fetch -q -S s.state messages calls | tw-flatten |
	  tw-load-sql -q -d sqlite -b 1 | sqlite3 t.db | tw-state commit -f s.state
END
loaded() { sqlite3 t.db 'SELECT sid FROM messages ORDER BY sid'; }
tw-state init -f s.state
setsid $shell line >first.err 2>&1 & first=$!
fetch=
until [ -n "$fetch" ] && [ "$(sandbox_stat requests)" -gt 2 ]; do
	kill -0 $first 2>/dev/null || break
	fetch=$(ps -o pid=,comm= -s $first | awk '$2 == "tw-fetch" { print $1 }')
done
check 'the first run is caught at work' "kill -STOP $fetch"
sleep 0.3
asked=$(sandbox_stat requests)
cp s.state before
check_status 75 'the second ends with 75' "$shell line 2>second.err"
check 'and one sentence about who is at work' 'grep -q "process $fetch" second.err'
check_same 'and has asked nothing' 'sandbox_stat requests' "echo $asked"
check_same 'and the state is as it was' 'cat s.state' 'cat before'
check_status 75 'tw-fetch says so by itself' 'tw-fetch -q -S s.state messages'
kill -CONT $fetch
wait $first
check_same 'the first goes on to its end' "echo $?; cat first.err" 'echo 0'
check_same 'with every record' loaded \
    'sandbox_truth messages | jq -r .sid | sort'
check_status 0 'and then the next may run' "$shell line"
finish
