#!/bin/sh
# kill -9 of random stages at random moments, see scripts/kill-runs.  TW_LONG=1
# makes it the thousand kills of the promise.
. "$(dirname "$0")/lib.sh"

kills=12
[ -z "${TW_LONG-}" ] || kills=500
run() {
	check "$kills kills, into $1, under $2" "'$ROOT/scripts/kill-runs' -k $kills -d $1 -s $2"
	sed 's/^/# /' .out
}
for tool in setsid ps jq; do
	command -v $tool >/dev/null && continue
	skip 'kill runs' "no $tool"
	finish
done
shell=sh
command -v dash >/dev/null && shell=dash
if command -v sqlite3 >/dev/null; then
	run sqlite $shell
else
	skip 'into sqlite' 'no sqlite3'
fi
if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 ||
    command -v initdb >/dev/null; then
	run postgres $shell
else
	skip 'into postgres' 'no server'
fi
finish
