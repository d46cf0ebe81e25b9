#!/bin/sh
# Files that are not what they should be: keys, states, catalogues, inputs; and
# what a state looks like to people.
. "$(dirname "$0")/lib.sh"

says() { # STATUS WORDS COMMAND
	check_status "$1" "$3: $2" "$3 >out 2>said"
	check 'and says so' "grep -q -e '$2' said && [ \$(grep -c . said) -eq 1 ]"
}
long=$(printf %0120d 1)
echo '{"_stream":"keys","_account":"AC1","sid":"SK1","friendly_name":"x"}' >in

# --- keys of hashes -----------------------------------------------------------

: >none; echo >line; head -c 4096 /dev/zero | tr '\0' k >most; mkdir folder
{ cat most; echo; } >most.line; { cat most; echo k; } >more; cat most most most >much
hash() { echo "tw-flatten -H friendly_name -k $1 in"; }
for file in none line; do says 78 "$file: no key in it" "$(hash $file)"; done
for file in more much; do says 78 "$file: a key is at most 4096 bytes" "$(hash $file)"; done
says 78 'folder: Is a directory' "$(hash folder)"
says 78 'nothing: No such file' "$(hash nothing)"
check_same 'a last newline is none of the key' "$(hash most)" "$(hash most.line)"
check_same 'null stays null' \
    'echo "{\"a\":null,\"b\":[1, 2],\"c\":\"\\u0041\",\"d\":{},\"e\":1.50}" | tw-flatten -H a,b,c,d,e -k most | jq -c "[.a, (.b | length), (.c | length), (.d | length), (.e | length)]"' \
    'echo "[null,64,64,64,64]"'

# --- states ---------------------------------------------------------------------

mark() { echo '{"_mark":"window","stream":"'$1'","account":"'$2'","since":'$3',"until":"'$4'T00:00:00Z"'"${5-}"'}'; }
tw-state init -f s.state
{ head -1 s.state
  mark calls AC1 null 2026-06-01 ',"low":"2026-05-01T00:00:00Z"'
  mark calls AC1 '"2026-06-03T00:00:00Z"' 2026-06-05
  mark keys AC1 null 2026-06-01 ',"full":true'
  mark messages AC2 null 2026-06-01 ',"low":null'; } >some.state
check_same 'as JSON' 'tw-state list -j -f some.state | jq -c "[.stream, (.covered | length), (.pending | length), .complete_at]"' \
    'printf "%s\n" "[\"calls\",2,1,null]" "[\"keys\",0,0,\"2026-06-01T00:00:00Z\"]" "[\"messages\",1,0,null]"'
check 'one of it' 'tw-state get -f some.state calls AC1 | grep -q "pending   2026-05-01T00:00:00Z to 2026-06-01T00:00:00Z"'
check 'a list that was read whole' 'tw-state get -f some.state keys AC1 | grep -q "complete  2026-06-01T00:00:00Z"'
check 'and with the next run' 'tw-state get -j -f some.state calls AC1 | jq -e .next'
says 78 'is a directory' 'tw-state list -f folder'
says 78 'not a regular file' 'tw-state list -f /dev/null'
ln -s s.state link
says 78 'symbolic link' 'tw-state list -f link'
says 78 'Not a directory' 'tw-state list -f in/s.state'
says 78 "^tw-state: 0*1/s.state: there is no state" "tw-state list -f $long/s.state"
echo '{"_mark":"state","version":1}' >$long
check 'a name of any length' "tw-state list -f $long"

# --- options ----------------------------------------------------------------------

for n in +5 ' 5' '' 5x 0x5 99999999999999999999; do
	says 64 'page-size: .* is not a number\|from 1' "tw-fetch -p '$n' keys"
done
says 64 'unknown option --000' "tw-fetch --$long keys"
says 64 'lookback' 'tw-fetch --lookbcak 3d keys'

# --- inputs -------------------------------------------------------------------------

printf x >x; printf '\037' >half; gzip -c in >in.gz; cat in.gz in.gz in >junk.gz
cat in.gz in.gz >two.gz; mkdir "$long"d; cp in "$long"d/in; printf '{' >"$long"d/cut
says 65 'x:1: ' 'tw-flatten x'
says 65 'half:1: ' 'tw-flatten half'
check_same 'two members are one file' 'tw-flatten two.gz in.gz' 'tw-flatten in in in'
says 65 'junk behind the gzip data' 'tw-flatten junk.gz'
check_same 'blank lines of all kinds' 'printf "\r\n \t\r\n\n" | cat - in | tw-flatten' 'tw-flatten in'
deep=$(for i in 1 2 3 4 5; do printf %0100d/ $i; done)
mkdir -p "${deep%/*/}"; printf '{' | gzip -c | head -c 15 >"${deep%/}cut"
says 65 '05cut:1: gzip data is cut short' "tw-flatten ${deep%/}cut"

# --- catalogues ----------------------------------------------------------------------

fault() { # WORDS TEXT
	printf "$2" >own.tw
	says 78 "$1" 'tw-flatten -C own.tw in'
}
fault 'own.tw: not a text' 'stream a\n\0\n'
fault 'no stream nothings to amend' 'amend nothings\n\tkey sid\n'
fault 'name is missing' 'stream\n'
fault 'name is missing' 'stream # a\n'
fault 'defines one name' 'stream a b\n'
fault 'begins with' 'table a\n'
fault 'begins with' 'strean a\n'
fault 'indented line before' '\tkey sid\n'
fault 'small letters' 'stream Aa\n'
fault 'small letters' 'stream _a\n'
fault 'small letters' "stream $long\n"
head -c 17000000 /dev/zero | tr '\0' '#' >own.tw
says 78 'larger than' 'tw-flatten -C own.tw in'
says 78 'No such file' 'tw-flatten -C nothing.tw in'
says 78 'Is a directory' 'tw-flatten -C folder in'
mkdir -p home/.config/tw
printf 'stream mine\n\thost api\n\tpath /x.json\n\trecords x\n\tpaging none\n\tkey a\n\tcolumn a integer\n' >home/.config/tw/catalog
check 'a catalogue of ones own' '(unset XDG_CONFIG_HOME; HOME=$PWD/home tw-fetch --list | grep -qw mine)'
check 'not of a relative folder' '(XDG_CONFIG_HOME=home/.config tw-fetch --list | grep -qw mine) && exit 1; (unset XDG_CONFIG_HOME; HOME=home tw-fetch --list | grep -qw mine) && exit 1; :'
check 'nor of none' '(unset XDG_CONFIG_HOME HOME; tw-fetch --list | grep -qw keys)'
check 'nor of one whose name is too long' "(XDG_CONFIG_HOME=/\$(printf %05000d 1) tw-fetch --list | grep -qw keys)"
check 'a file where a folder should be' 'XDG_CONFIG_HOME=$PWD/in tw-fetch --list | grep -qw keys'
finish
