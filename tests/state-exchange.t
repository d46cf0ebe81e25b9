#!/bin/sh
# tw-state import and export: the states of Airbyte and of Singer taps.
. "$(dirname "$0")/lib.sh"

A=AC00000000000000000000000000000001 B=AC00000000000000000000000000000002
fresh() { rm -f twilio.state*; tw-state init; }
holds() {
	sed -e 1d -e 's/"_mark":"window",//; s/T00:00:00Z//g' -e "s/$A/A/; s/$B/B/" \
	    twilio.state | tr -d '"{}' >got
	printf "$1" >want
	cmp -s got want || { diff got want; false; }
}
partition() {	# ACCOUNT RESOURCE FIELD DATE
	echo '{"partition":{"subresource_uri":"/2010-04-01/Accounts/'$1/$2'.json","parent_slice":{}},"cursor":{"'$3'":"'"$4"'"}}'
}
stream() {	# NAME STATE
	echo '{"type":"STREAM","stream":{"stream_descriptor":{"name":"'$1'"},"stream_state":'"$2"'}}'
}
messages=$(stream messages '{"use_global_cursor":false,"states":['"$(partition $A Messages date_sent '2026-06-10 02:28:40Z'),$(partition $B Messages date_sent '2026-06-12 00:00:00Z')"'],"state":{"date_sent":"2026-06-12 00:00:00Z"}}')
calls=$(stream calls '{"states":['"$(partition $A Calls end_time 2026-06-11)"']}')
both="stream:calls,account:A,since:null,until:2026-06-11\nstream:messages,account:A,since:null,until:2026-06-10T02:28:40Z\nstream:messages,account:B,since:null,until:2026-06-12\n"

check 'Airbyte: an array of stream states' "
	fresh; echo '[$messages,$calls]' | tw-state import && holds '$both'"
check 'Airbyte: over many lines' "
	fresh; echo '[$messages,$calls]' | sed 's/,/,\\n/g' | tw-state import && holds '$both'"
check "Airbyte: its protocol's messages, among others; the last counts" "
	fresh; { echo '{\"type\":\"LOG\",\"log\":{\"level\":\"INFO\",\"message\":\"x\"}}'
	echo '{\"type\":\"STATE\",\"state\":$messages}' | sed s/2026-06-1/2026-05-0/g
	echo '{\"type\":\"STATE\",\"state\":$messages}'
	echo '{\"type\":\"STATE\",\"state\":$calls}'; } | tw-state import && holds '$both'"
check "Airbyte: the API's spelling" "
	fresh; echo '{\"stateType\":\"stream\",\"streamState\":[$messages,$calls]}' |
	sed 's/stream_descriptor/streamDescriptor/g; s/stream_state/streamState/g' | tw-state import && holds '$both'"
check 'Airbyte: of partitions of one account the earliest' "
	fresh; echo '[$(stream conferences '{"states":['"$(partition $A Conferences date_created 2026-06-11),$(partition $A Conferences date_created 2026-06-03)"']}')]' |
	tw-state import && holds 'stream:conferences,account:A,since:null,until:2026-06-03\n'"
check 'Airbyte: --since says where it began' "
	fresh; echo '$calls' | tw-state import -s 2026-01-01 &&
	holds 'stream:calls,account:A,since:2026-01-01,until:2026-06-11\n'"
alerts=$(stream alerts '{"date_generated":"2026-06-01T00:00:00Z"}')
check 'Airbyte: a cursor without account' "
	fresh; echo '$alerts' | tw-state import -a $B && holds 'stream:alerts,account:B,since:null,until:2026-06-01\n'"
check_status 65 'and without --account' "fresh; echo '$alerts' | tw-state import"
check 'says what to do' "echo '$alerts' | tw-state import 2>&1 | grep 'say --account'"
check 'Airbyte: cursors of single messages are left out, and named' "
	fresh; echo '[$calls,$(stream message_media '{"states":['"$(partition $A Messages/MM1/Media date_created 2026-06-11)"']}')]' |
	tw-state import 2>said && grep -q message_media said && ! grep -q media twilio.state"
check 'Airbyte: full streams are left out' "
	fresh; echo '[$calls,$(stream keys '{"__ab_no_cursor_state_message":true}')]' | tw-state import && ! grep -q keys twilio.state"
check 'Airbyte of old: a map' "
	fresh; echo '{\"calls\":{\"end_time\":\"2026-06-11\"}}' | tw-state import -a $A && holds 'stream:calls,account:A,since:null,until:2026-06-11\n'"

bookmarks='{"bookmarks":{"messages":"2026-06-10T02:28:40.000000Z","calls":"2026-06-11T00:00:00Z"}}'
one="stream:calls,account:A,since:null,until:2026-06-11\nstream:messages,account:A,since:null,until:2026-06-10T02:28:40Z\n"
check 'Singer: bookmarks' "fresh; echo '$bookmarks' | tw-state import -a $A && holds '$one'"
check 'Singer: STATE messages' "
	fresh; { echo '{\"type\":\"RECORD\",\"stream\":\"calls\",\"record\":{\"sid\":\"CA1\"}}'; echo '{\"type\":\"STATE\",\"value\":$bookmarks}'; } |
	tw-state import -a $A && holds '$one'"
check 'Meltano' "fresh; echo '{\"singer_state\":$bookmarks}' | tw-state import -a $A && holds '$one'"
check 'Singer: with the name of the key' "
	fresh; echo '{\"bookmarks\":{\"calls\":{\"replication_key\":\"end_time\",\"replication_key_value\":\"2026-06-11T00:00:00Z\"}}}' |
	tw-state import -a $A && holds 'stream:calls,account:A,since:null,until:2026-06-11\n'"

check_status 65 'import: what is no state' 'fresh; echo "{\"type\":\"RECORD\"}" | tw-state import'
check_status 65 'import: nothing' 'fresh; tw-state import'
check_status 65 'import: a future cursor' "fresh; echo '$calls' | sed s/2026/2999/ | tw-state import"
check_status 78 'import: into a state there is' "rm -f twilio.state*; echo '$calls' | tw-state import"

# --- and back ---------------------------------------------------------------

fresh; echo "[$messages,$calls,$alerts]" | tw-state import -a $A
cp twilio.state before
check 'export to Airbyte, and back' "
	tw-state export --format airbyte >x; fresh; tw-state import -a $A x && cmp twilio.state before"
check 'export is one JSON text' "jq -e 'length == 3' x"
check 'in its spelling of dates' "grep -q '\"date_sent\":\"2026-06-10 02:28:40Z\"' x && grep -q '\"end_time\":\"2026-06-11\"' x &&
	grep -q '\"subresource_uri\":\"/2010-04-01/Accounts/$A/Calls.json\"' x"
check 'export to Singer: the earliest of the accounts' "
	tw-state export --format singer | jq -e '.bookmarks == {alerts: \"2026-06-01T00:00:00Z\", calls: \"2026-06-11T00:00:00Z\", messages: \"2026-06-10T02:28:40Z\"}'"
window() { echo '{"_mark":"window","stream":"calls","account":"'$A'","since":"2026-06-'$1'T00:00:00Z","until":"2026-06-'$2'T00:00:00Z"'${3-}'}'; }
check 'export ends at the first gap' "
	{ window 01 05; window 07 09; } >gap.state; tw-state export -f gap.state --format singer | grep -q 'calls\":\"2026-06-05'"
check 'and at what is pending' "
	window 01 05 ',\"low\":\"2026-06-03T00:00:00Z\"' >low.state; tw-state export -f low.state --format singer | grep -q 'calls\":\"2026-06-03'"
check 'an empty state exports to nothing' "fresh; tw-state export --format airbyte | grep -qx '\[\]'"
check_status 64 'export: for whom' 'tw-state export'
# --- what hardly ever comes ---------------------------------------------------

says() { tw-state import ${2--a $A} 2>said <x; grep -q "$1" said || { cat said; false; }; }
check 'import: each stream left out is named once' "
	fresh; echo '[$calls,$(stream nothings '{"a":"2026-06-11"}'),$(stream media '{}'),$(stream nothings '{"a":"2026-06-11"}')]' >x
	says 'nothings: no such stream here' && [ \$(grep -c nothings said) -eq 1 ] && grep -q calls twilio.state"
check 'import: of one account and many partitions, in any order, the earliest' "
	fresh; echo '[$(stream calls '{"states":['"$(partition $A Calls end_time 2026-06-03),$(partition $A Calls end_time 2026-06-11),$(partition $A Calls end_time 2026-06-05)"']}')]' |
	tw-state import && holds 'stream:calls,account:A,since:null,until:2026-06-03\n'"
many=$(for i in 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29; do
	partition ${A%??}$i Calls end_time 2026-06-11; done | paste -sd,)
check 'import: of twenty accounts' "
	fresh; echo '[$(stream calls '{"states":['"$many"']}')]' | tw-state import && [ \$(grep -c calls twilio.state) -eq 20 ]"
check 'import: a partition without an account is the one that was named' "
	fresh; echo '[$(stream calls '{"states":[{"partition":{"sid":"AC","x":"/AD/AC-"},"cursor":{"end_time":"2026-06-11"}}]}')]' |
	tw-state import -a $A && holds 'stream:calls,account:A,since:null,until:2026-06-11\n'"
check 'import: neither is one that is too long' "
	fresh; echo '[$(stream calls '{"states":[{"partition":{"sid":"AC'$(printf %0150d 1)'"},"cursor":{"end_time":"2026-06-11"}}]}')]' |
	tw-state import -a $A && holds 'stream:calls,account:A,since:null,until:2026-06-11\n'"
check 'import: the cursor of all partitions, where there are no others' "
	fresh; echo '[$(stream calls '{"state":{"end_time":"2026-06-11"}}')]' | tw-state import -a $A && holds 'stream:calls,account:A,since:null,until:2026-06-11\n'"
check 'import: states without a cursor or a partition' "
	fresh; echo '[$(stream calls '{"states":[1,{},{"cursor":1},{"cursor":{"end_time":"2026-06-11"}}]}')]' |
	tw-state import -a $A && holds 'stream:calls,account:A,since:null,until:2026-06-11\n'"
check 'import: members that are no state of a stream' "
	fresh; echo '{\"calls\":\"2026-06-11\",\"n\":1,\"\":{},\"\\u0000\":{},\"$(printf %0127d 1)\":\"x\",\"$(printf %0128d 1)\":\"x\",\"$(printf %0999d 1)\":\"x\"}' |
	tw-state import -a $A && holds 'stream:calls,account:A,since:null,until:2026-06-11\n'"
check_status 65 'import: descriptors without name or state' "
	fresh; echo '[{\"stream_descriptor\":{}},{\"stream_descriptor\":{\"name\":\"calls\"}},{\"stream_descriptor\":{\"name\":\"\"},\"stream_state\":{}},1]' | tw-state import"
check_status 65 'import: states nine deep' "fresh; echo '[[[[[[[[[[$calls]]]]]]]]]]' | tw-state import"
check 'import: lines that are no JSON are passed over' "
	fresh; { echo 'INFO starting'; echo '$calls'; echo '{'; } | tw-state import && holds 'stream:calls,account:A,since:null,until:2026-06-11\n'"
check 'import: a cursor that is no date' "
	fresh; echo '{\"calls\":\"soon\"}' >x; says 'no cursor could be taken over'"
check 'import: one that names no account, and why nothing is left' "
	fresh; echo '{\"calls\":\"2026-06-11\"}' >x; says 'taken over: calls: its cursor names no account' -q"
check 'import: --since behind the cursor makes no window' "
	fresh; echo '$calls' | tw-state import -s 2026-07-01 && ! grep -q calls twilio.state"
check 'export: what has only been read as a whole has no cursor' "
	echo '{\"_mark\":\"window\",\"stream\":\"keys\",\"account\":\"$A\",\"since\":null,\"until\":\"2026-06-01T00:00:00Z\",\"full\":true}' >full.state
	tw-state export -f full.state --format airbyte | grep -qx '\[\]'"
check 'export: what is pending later costs nothing' "
	{ window 01 05; window 07 09 ',\"low\":\"2026-06-08T00:00:00Z\"'; } >later.state; tw-state export -f later.state --format singer | grep -q 'calls\":\"2026-06-05'"

# What is odd.
check 'a cursor that is no date is none' "
	fresh; echo '{\"calls\":{\"end_time\":\"2026-06-11\"},\"messages\":{\"date_sent\":\"soon\"},\"recordings\":{\"at\":5}}' |
	tw-state import -a $A && holds 'stream:calls,account:A,since:null,until:2026-06-11\n'"
check 'nor is a list, nor a number' "
	fresh; echo '[5,[\"x\"],{\"bookmarks\":{\"calls\":\"2026-06-11\",\"messages\":7,\"recordings\":{\"states\":[{\"cursor\":[]}]}}}]' |
	tw-state import -a $A && holds 'stream:calls,account:A,since:null,until:2026-06-11\n'"
printf 'amend calls\n\tparent accounts AccountSid=sid\namend messages\n\tpath /v1/Messages\n' >own.tw
mkdir -p own/tw && cp own.tw own/tw/catalog
check 'a child of the accounts is taken over' "
	fresh; echo '$calls' | XDG_CONFIG_HOME=\$PWD/own tw-state import &&
	holds 'stream:calls,account:A,since:null,until:2026-06-11\n'"
check 'a list whose path names no account' "
	fresh; tw-state set messages $A -s 2026-06-01 -u 2026-06-02 &&
	XDG_CONFIG_HOME=\$PWD/own tw-state export --format airbyte |
	grep '\"subresource_uri\":\"/v1/Messages\"'"
check_same 'what was read as a whole has no cursor' "
	fresh; echo '{\"_mark\":\"window\",\"stream\":\"messages\",\"account\":\"$A\",\"since\":null,\"until\":\"2026-06-02T00:00:00Z\",\"full\":true}' >>twilio.state
	tw-state export --format airbyte" 'echo "[]"'
check_status 65 'more than any state' "
	fresh; perl -e 'print \" \" x 1000000, \"\n\" for 1 .. 68' | tw-state import 2>said"
check 'is said' 'grep "is larger than any state" said'
finish
