#!/bin/sh
# The manual is true: every page is clean mdoc, and each tool's options are
# those of its page.
. "$(dirname "$0")/lib.sh"

for page in "$ROOT"/man/*.[157]; do
	name=${page##*/}
	if command -v mandoc >/dev/null; then
		check "$name is clean mdoc" "mandoc -Tlint -W warning '$page'"
	else
		skip "$name is clean mdoc" 'no mandoc'
	fi
	check "$name has its name in the first line of NAME" \
	    "grep -q '^\.Nm ${name%.*}' '$page'"
done

# --list-options prints one option a line: letter, name, argument, help.
PATH=$PATH:$ROOT/scripts
for tool in "$ROOT"/cmd/tw-*.c "$ROOT"/scripts/tw-*; do
	tool=${tool##*/} tool=${tool%.c} page=$ROOT/man/$tool.1
	check "$tool has a page" "test -s '$page'"
	check_same "$tool: the page describes exactly the options it takes" \
	    "$tool --list-options | cut -f2 | sort" \
	    "sed -n 's/^\.It.*Fl -\([a-z][a-z-]*\).*/\1/p' '$page' | sort"
	# Short ones may stand together there: Fl nq.
	$tool --list-options | cut -f1,2 | tr '\t' '\n' >known
	check_same "$tool: so does its synopsis, as far as it goes" \
	    "sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESC/s/^\.\(Op \)\{0,1\}Fl //p' '$page' |
	     sed 's/ .*//; /^-/!s/./&\n/g; s/^-//' | grep . | grep -vxF -f known" true
done
finish
