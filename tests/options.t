#!/bin/sh
# Options that no other test gives, each long one beside its letter, and what
# is shown on a terminal.
. "$(dirname "$0")/lib.sh"
. "$TESTS/sandbox.sh"

tools='tw-fetch tw-flatten tw-load-csv tw-load-sql tw-state'

# on_terminal COMMAND: what a person sees, without carriage returns.
on_terminal() { script -qefc "$1" /dev/null </dev/null | tr -d '\r'; }
terminal=
[ "$(on_terminal 'test -t 1 && echo it is' 2>/dev/null)" = 'it is' ] && terminal=1
# seen 'what' 'command' 'pattern': on a terminal, status 0 and this.
seen() {
	if [ -z "$terminal" ]; then skip "$1" 'no script(1) here'
	else check "$1" "on_terminal '$2' >shown && grep -q -e '$3' shown"; fi
}

# --- all of them --------------------------------------------------------------

for tool in $tools; do
	check "$tool --version" "[ \"\$($tool --version)\" = \"$tool $(make -s -C "$ROOT" version)\" ]"
	check "$tool --help fits a terminal" \
	    "$tool --help >help && ! grep -q '.\{80,\}' help && grep -q '^usage: $tool' help"
	$tool --list-options | tr '\t' '#' | while IFS='#' read -r letter long rest; do
		grep -q -e "--$long" help || echo "--$long is not in --help"
		grep -q -e "^\.It Fl.*\\<$long\\>" -e "Fl Fl $long" "$ROOT/man/$tool.1" ||
			echo "--$long is not in $tool(1)"
		[ -z "$letter" ] || grep -q -e "-$letter, --$long" help ||
			echo "-$letter is not beside --$long"
	done >lacks
	check "$tool: every option is in --help and in the page" \
	    'cat lacks; [ ! -s lacks ]'
done

# --- what needs neither credentials nor network ---------------------------------

check '--describe --json is JSON, for every fourth stream' \
    'tw-fetch --list | cut -f1 | awk "NR % 4 == 1" >names; while read s; do
	tw-fetch --describe $s --json || exit 1; done <names >all &&
     jq -e .stream all >/dev/null && [ $(wc -l <all) -eq $(wc -l <names) ]'
check '--describe is text, for every fourth stream' \
    'while read s; do tw-fetch --describe $s >one || exit 1
	grep -qx "$s" one || { echo $s; cat one; exit 1; }; done <names'
check '--list --json, the same streams' \
    'tw-fetch --list --json | jq -r .stream | awk "NR % 4 == 1" | cmp - names'
check '--list takes names, globs, products and groups' \
    'tw-fetch --list calls "video_*" monitor @airbyte >some &&
     grep -q ^calls some && grep -q ^video_rooms some && grep -q ^alerts some &&
     [ $(wc -l <some) -lt 150 ]'
seen '--list on a terminal has headings' 'tw-fetch --list calls' '^STREAM  *PRODUCT'
seen '--describe on a terminal' 'tw-fetch --describe calls' 'calls'
check_status 64 '--describe of nothing' 'tw-fetch --describe no_such'
check_status 64 '--list of nothing' 'tw-fetch --list calls no_such'
printf 'stream bad\n\thost x\n' >bad.tw
check_status 78 '--describe of a bad stanza' 'tw-fetch -C bad.tw --describe bad'
check_status 78 '--list with a bad stanza' 'tw-fetch -C bad.tw --list'

# A catalogue of one's own, and files that are none.
cat >own.tw <<'X'
stream planets
	host x
	path /planets.json
	records planets
	paging none
	key name
	window orbit From To day () whole bounded
	parameter Size big,small required
	parameter Colour
	column name text required
	column moons integer
	column orbit date
	column mass decimal personal
	column ring boolean secret
	column more json
	empty 404
	note all of them
stream moons
	host x
	path /planets/{Planet}/moons.json
	records . name
	paging token Next
	parent planets Planet=name
	only moons != 0
	only ring = true,null
	values Kind a,b
	each Status=old,new
	query Page=1
	final ring = true
	final-age 3d
	version orbit
	unwindowed orbit
	drop values
X
check '--catalog, and what it says' \
    'tw-fetch --catalog own.tw --describe planets --json >one &&
     jq -e "(.window.bounds == \"()\") and .window.whole and .window.bounded and
	(.filters[0].choices == [\"big\", \"small\"]) and .filters[0].required and
	(.columns[4].secret)" one'
check 'a child' 'tw-fetch -C own.tw --describe moons --json |
	jq -e "(.parents[0].stream == \"planets\") and .each.Status == \"old,new\""'
check 'as text' 'tw-fetch -C own.tw --describe moons >one && grep -q planets one &&
	tw-fetch -C own.tw --describe planets >one && grep -q "big" one'
check_status 78 'a catalogue that is not there' 'tw-fetch -C none.tw --list'
check_status 78 'one that is a folder' 'tw-fetch -C . --list'
printf 'stream a\0b\n' >nul.tw
check_status 78 'one that holds a NUL' 'tw-fetch -C nul.tw --list'
dd if=/dev/zero bs=1048576 count=17 2>/dev/null | tr '\0' '#' >big.tw
check_status 78 'one that is too large' 'tw-fetch -C big.tw --list'
mkdir -p home/.config/tw && cp own.tw home/.config/tw/catalog
check 'one in HOME' 'unset XDG_CONFIG_HOME; HOME=$PWD/home tw-fetch --describe planets'
check 'one in XDG_CONFIG_HOME' 'XDG_CONFIG_HOME=$PWD/home/.config tw-fetch --describe planets'
check 'a relative HOME is nobody'"'"'s' 'unset XDG_CONFIG_HOME; HOME=home; ! tw-fetch --describe planets'
check 'no HOME at all' 'unset XDG_CONFIG_HOME HOME; tw-fetch --describe calls'
echo stream >home/.config/tw/catalog
check_status 78 'a bad one stops all' 'XDG_CONFIG_HOME=$PWD/home/.config tw-fetch --list'

# --- filters --------------------------------------------------------------------

echo '{"_stream":"planets","_fetched":"2026-01-01T00:00:00Z","name":"Mars","moons":"2","orbit":"2026-05-01","mass":0.1,"ring":false,"more":[1]}' >nested
check 'tw-flatten --catalog' 'tw-flatten --catalog own.tw nested >flat &&
	[ "$(jq -c "[.moons, .orbit]" flat)" = "[2,\"2026-05-01\"]" ]'
check 'tw-flatten --stream' 'sed s/\"_stream\":\"planets\",// nested |
	tw-flatten -C own.tw --stream planets | grep -q "\"moons\":2"'
check_same 'tw-flatten --quiet' 'cat flat' 'tw-flatten --quiet -C own.tw nested'
check_same 'long and short: select, drop, redact, gzip' \
    'tw-flatten -C own.tw -s name,moons,mass -d mass -r moons -z nested | zcat' \
    'tw-flatten --catalog own.tw --select name,moons,mass --drop mass --redact moons --gzip nested | zcat'
check_same 'long and short: jq, where' \
    'tw-flatten -C own.tw -j "select(.ring == false)" -w "moons == \"2\"" nested' \
    'tw-flatten -C own.tw --jq "select(.ring == false)" --where "moons == \"2\"" nested'
check_same 'long and short: explode, parse-json, unknown' \
    'tw-flatten -C own.tw -e more -p name -u drop nested' \
    'tw-flatten -C own.tw --explode more --parse-json name --unknown drop nested'
echo key >key; chmod 600 key
check_same 'long and short: hash, key-file, no-pii' \
    'tw-flatten -C own.tw -H name -k key -n nested' \
    'tw-flatten -C own.tw --hash name --key-file key --no-pii nested'

check_same 'tw-load-csv: long and short' \
    'tw-load-csv -q -C own.tw -S planets -c name,moons -t ";" flat' \
    'tw-load-csv --quiet --catalog own.tw --stream planets --columns name,moons --delimiter ";" flat'
check 'tw-load-csv --catalog knows the order' \
    '[ "$(tw-load-csv -C own.tw flat | sed -n 1p)" = "_account,_fetched,name,moons,orbit,mass,ring,more,_extra" ]'
check 'tw-load-csv --output' 'tw-load-csv -q -C own.tw --output "csv/%s.csv" flat && [ -s csv/planets.csv ]'
sed 's/"_stream":"planets",//' flat >nameless
check_same 'tw-load-sql: long and short' \
    'tw-load-sql -q -d sqlite -C own.tw -S planets -s s -m merge -b 5 nameless' \
    'tw-load-sql --quiet --dialect sqlite --catalog own.tw --stream planets --schema s --mode merge --batch 5 nameless'
check_same 'tw-load-sql --key' \
    'echo "{\"a\":1,\"b\":2}" | tw-load-sql -d sqlite -S t -k a,b' \
    'echo "{\"a\":1,\"b\":2}" | tw-load-sql --dialect sqlite --stream t --key a,b'
check 'is a key' 'echo "{\"a\":1,\"b\":2}" | tw-load-sql -d sqlite -S t -k a,b | grep -q "PRIMARY KEY.*a.*b"'

# --- a service ------------------------------------------------------------------

sandbox_start --messages 60 --calls 60 --subaccounts 1
main=$TWILIO_ACCOUNT_SID
M=Accounts/$main/Messages.json
check '--check: every product that is needed' \
    'tw-fetch --check messages alerts >said && grep -q "^api.*ok$" said && grep -q "^monitor.*ok$" said'
check '--check --json' 'tw-fetch --check --json messages alerts | jq -se "length == 2 and all(.ok)"'
check '--check without streams' '[ $(tw-fetch --check | wc -l) -ge 4 ]'
seen '--check on a terminal' 'tw-fetch --check messages' '^PRODUCT *TRIED'
sandbox_fault '{"match":"'$M'","fault":"status","status":403,"body":"{\"code\":20003,\"message\":\"no\"}"}'
check_status 1 '--check: one product is forbidden' 'tw-fetch --check messages alerts >said'
check 'and says how' 'grep -q "403.*20003.*permission" said'
check_status 77 '--check: all are' 'tw-fetch --check --json messages'
sandbox_reset
sandbox_fault '{"match":"'$M'","fault":"status","status":404,"body":"{\"code\":20404,\"message\":\"none\"}"}'
check '--check: nothing there is let in' 'tw-fetch --check messages'
sandbox_reset
sandbox_fault '{"match":"'$M'","fault":"status","status":500}'
check_status 77 '--check: an error without a body' 'tw-fetch --check messages'
sandbox_reset
check_status 69 '--check: nobody answers' 'TW_API_BASE=http://127.0.0.1:1 tw-fetch --check messages'
check 'with a region, by way of a base' \
    'TWILIO_REGION=us1 TWILIO_EDGE=ashburn tw-fetch --check messages alerts'

check 'long options of a run' \
    'tw-state init --file s && tw-fetch --quiet --state s --archive a --jobs 3 --page-size 10 --since 2026-11-20 --until 2026-11-22 --account $main --verbose messages >run 2>log &&
     grep -q "\"_mark\":\"close\".*\"status\":0" run && zcat a/messages/*.gz | cmp - - <run >/dev/null; [ -s log ]'
check_same 'the same in short' 'grep -c _stream run' \
    'tw-fetch -q -m -j 3 -p 10 -s 2026-11-20 -u 2026-11-22 -a $main messages | grep -c _stream'
check '--limit, --raw' '[ $(tw-fetch -q --limit 3 --raw calls | wc -l) -eq 3 ]'
check_same '--filter' 'tw-fetch -q -f Status=completed calls | wc -l' 'tw-fetch -q --filter Status=completed calls | wc -l'
check_status 64 '--filter of no parameter' 'tw-fetch --filter No=1 calls'
check_status 64 '--filter of no value' 'tw-fetch --filter Status=perhaps calls'
check_status 64 '--filter that is no pair' 'tw-fetch --filter Status calls'

tw-state set calls $main --file s --until 2026-11-20
since() { tw-fetch -S s --plan -q --no-subaccounts "$@" | jq -r 'select(.stream == "calls") | .since' | sort | sed 1q; }
check '--lookback' '[ "$(since --lookback 2d calls)" = 2026-11-18T00:00:00Z ]'
check '-l' '[ "$(since -l 36h calls)" = 2026-11-18T12:00:00Z ]'
check 'tw-state --lookback' '[ "$(tw-state gaps -f s --lookback 2d -u 2026-11-22 calls $main | jq -r .since)" = 2026-11-18T00:00:00Z ]'
check 'tw-state --catalog' 'printf "amend calls\n\tlookback 5d\n" >five.tw &&
	[ "$(tw-state gaps -f s --catalog five.tw -u 2026-11-22 calls $main | jq -r .since)" = 2026-11-15T00:00:00Z ]'

tracks=video_room_participant_published_tracks
check 'a list whose parents are not asked for: since it was loaded' '
    tw-state set $tracks $main --file s --until 2026-11-20
    tw-fetch -S s --plan -q --no-subaccounts $tracks |
	jq -r "select(._mark == \"plan\") | .stream + \" \" + .since" |
	grep -qx "$tracks 2026-11-18T00:00:00Z"'
check_same '--limit is for each stream, above and below' \
    'tw-fetch -q --no-subaccounts --limit 2 --page-size 1 queues queue_members | jq -r "select(._stream)._stream" | sort | uniq -c | tr -s " "' \
	'printf " 2 %s\n" queue_members queues'

planned() {
	tw-fetch -q -S s --max-age 1h --no-subaccounts --plan "$@" |
	    jq -r 'select(._mark == "plan") | .stream'
}
full='keys queues queue_members'
tw-fetch -q -S s --no-subaccounts $full | grep ^.._mark | tw-state commit -f s
check '--max-age: what was loaded of late is not asked' \
    '[ -z "$(planned $full)" ]'
check 'what was never loaded is' \
    '[ "$(planned keys addresses)" = addresses ]'
check 'and a list whose child never was' \
    'tw-state reset -f s queue_members && tw-fetch -q -S s --max-age 1h --no-subaccounts $full | grep -q queue_members'
check 'a child alone, by way of its parent' '[ "$(planned queue_members)" = queue_members ]'
tw-fetch -q -S s --no-subaccounts $full | grep ^.._mark | tw-state commit -f s
check 'and not, when it was loaded of late' '[ -z "$(planned queue_members)" ]'
check 'what was only said to be loaded was never complete' \
    'tw-state set addresses $main --file s --until 2026-11-20 && [ "$(planned addresses)" = addresses ]'
sandbox_advance 7200 >/dev/null
check 'and what is older' '[ "$(planned keys)" = keys ]'

# --- progress -------------------------------------------------------------------

sandbox_start --messages 150 --calls 150 --subaccounts 0 --latency 120
sandbox_fault '{"match":"Calls.json","nth":3,"fault":"status","status":503}'
check '--progress json: whole lines of JSON' \
    'tw-fetch -j 1 -p 25 --progress json messages calls 2>log >all && grep "^{" log >lines &&
     jq -e ".progress.requests > 0" lines'
sandbox_reset
sandbox_fault '{"match":"Calls.json","nth":3,"fault":"status","status":503}'
seen '--progress auto: a line on a terminal' \
    'tw-fetch -j 1 -p 25 --progress auto messages 2>&1 >/dev/null' ' windows, .* in flight'
seen 'a line for each stream, with what is left' \
    'tw-fetch -j 1 -p 25 messages calls 2>&1 >/dev/null' 'messages  *[0-9]* records, .* of .* windows, .* left'
check '--progress always: the summary in a file' \
    'tw-fetch -p 200 --progress always messages 2>log >all && grep -q "messages .* records" log'
sandbox_reset
check '--progress never: nothing' 'tw-fetch -p 200 --no-subaccounts --progress never messages 2>log >all && [ ! -s log ]'
seen '--plan on a terminal is a table' 'tw-fetch -q --plan -s 2026-11-20 messages' 'messages   *AC'
finish
