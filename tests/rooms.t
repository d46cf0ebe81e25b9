#!/bin/sh
# The rooms are on their floors, and scripts/rooms notices when they are not.
. "$(dirname "$0")/lib.sh"

check 'every room keeps to its floor and its libraries' \
    "cd '$ROOT' && scripts/rooms '$TW_BUILD'"

# A small house with one fault each.
house() {
	rm -rf house && mkdir -p house/lib house/cmd house/build/lib &&
	(cd house/lib && for r in diag mem json http; do
		echo "int $r(void);" >$r.h
		echo "#include \"$r.h\"" >$r.c
	done
	echo '#include <curl/curl.h>' >>http.c
	echo '#include "json.h"' >>http.c)
}
faulty() { (cd house && "$ROOT/scripts/rooms" build); }
notices() {	# what it says, the fault
	check "notices: $1" "house && (cd house && $2) && ! faulty >said &&
	    grep -q '$1' said"
}
check 'a small house without faults' 'house && faulty'
notices 'floor 1 includes json.h of floor 2' \
    'echo "#include \"json.h\"" >>lib/mem.c'
notices 'floor 2 includes http.h of floor 3' \
    'echo "#include \"http.h\"" >>lib/json.h'
notices 'in a circle' \
    'echo "#include \"mem.h\"" >>lib/diag.c; echo "#include \"diag.h\"" >>lib/mem.c'
notices 'attic.c: is on no floor' 'echo >lib/attic.c'
notices 'no room is called cellar' 'echo "#include \"cellar.h\"" >>lib/mem.c'
notices 'which only http may' 'echo "#include <curl/curl.h>" >>lib/json.c'
notices 'which only http may, in the .c' \
    'echo "#include <curl/curl.h>" >>lib/http.h'
notices 'which only program may' 'echo "#include <jv.h>" >cmd/tw-x.c'
notices 'which only line out gunzip may' 'echo "#include <zlib.h>" >>lib/json.c'

: "${CC:=cc}"
if command -v "$CC" >/dev/null && command -v nm >/dev/null; then
	object() {	# ROOM CODE
		echo "$2" | $CC -x c -w -c -o "house/build/lib/$1.o" -
	}
	check 'http.o may call libcurl' \
	    'house && object http "void f(void){curl_easy_init();}" && faulty'
	calls() {	# what it says, room, code
		check "notices: $1" "house && object $2 '$3' && ! faulty >said &&
		    grep -q '$1' said"
	}
	calls 'json.c: calls libcurl' json 'void f(void){curl_easy_init();}'
	calls 'http.c: calls libjq' http 'void f(void){jv_parse();}'
	calls 'http.c: calls zlib' http 'void f(void){inflateEnd();}'
	calls 'json.c: prints' json 'void f(void){printf("%d", 1);}'
	calls 'json.c: speaks' json 'void f(void){warn("x");}'
	calls 'json.c: ends the process' json 'void f(void){exit(1);}'
else
	skip 'what objects call' 'no compiler, or no nm'
fi
finish
