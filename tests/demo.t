#!/bin/sh
# The demo of the README, in each shell there is, from a folder that holds what
# a clone does.
. "$(dirname "$0")/lib.sh"
. "$TESTS/sandbox.sh"

if "$ROOT/scripts/deps" demo >.out 2>&1; then
	mkdir tree
	(cd "$ROOT" && cp -R Makefile cmd lib man scripts "$trash/tree" &&
	    mkdir "$trash/tree/tests" && cp -R tests/sandbox "$trash/tree/tests")
	unset TWILIO_ACCOUNT_SID TWILIO_AUTH_TOKEN TWILIO_API_KEY TWILIO_API_SECRET TW_API_BASE
	for shell in dash bash 'busybox sh'; do
		command -v ${shell%% *} >/dev/null || { skip "$shell" 'not installed'; continue; }
		rm -rf tree/build/demo
		check "$shell" "$shell tree/scripts/demo 2>told >raw; status=\$?; sed 's/ *\$//' raw >said; cat told >&2; exit \$status"
		check "$shell: the table that the README shows" '
			sed -n "/<!-- demo -->/,/<!-- .demo -->/s/^    //p" "$ROOT/README.md" | head -2 >shown
			[ $(grep -cFx -f shown said) -eq 4 ] && grep -q "^20..-..-..  delivered " said'
		check "$shell: the second run asked less" '
			sed -n "s/^tw-fetch: \([0-9,]*\) records in .*/\1/p" told | tr -d , >records
			[ $(wc -l <records) -eq 2 ] && [ $(tail -1 records) -lt $(($(head -1 records) / 2)) ]'
		check "$shell: and every message is there once" '
			[ $(sqlite3 tree/build/demo/twilio.db "SELECT count(*), count(DISTINCT sid) FROM messages" | tr "|" "\n" | uniq | wc -l) -eq 1 ]'
	done
else
	skip 'the demo' "$(tail -1 .out)"
fi
finish
