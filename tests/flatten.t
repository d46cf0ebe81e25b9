#!/bin/sh
# tw-flatten: columns, types, _extra, marks, bad lines, statuses.
. "$(dirname "$0")/lib.sh"

# flat 'what' 'arguments' 'input line' 'expected output'
flat() {
	printf '%s\n' "$3" >in
	printf '%s\n' "$4" >want
	check "$1" "tw-flatten $2 <in >got 2>said; s=\$?; diff got want && [ \$s -le 1 ]"
}
# messages 'what' 'members' 'expected members'
messages() { flat "$1" '-S messages' "{$2}" "{\"_stream\":\"messages\",$3}"; }

flat 'nested objects join names' '' '{"a":{"b":{"c":1},"d":"x"},"e":true}' \
	'{"a_b_c":1,"a_d":"x","e":true}'
flat 'another separator' '--sep .' '{"a":{"b":1}}' '{"a.b":1}'
flat 'arrays become JSON text' '' '{"a":[1, {"b":"\"\\"}, []],"e":[]}' \
	'{"a":"[1,{\"b\":\"\\\"\\\\\"},[]]","e":"[]"}'
flat 'an empty object is JSON text' '' '{"a":{ },"b":{"c":{}}}' '{"a":"{}","b_c":"{}"}'
flat 'an empty record' '' '{}' '{}'
flat 'numbers and escapes keep their bytes' '' \
	'{"n":12345678901234567890.10,"e":1E400,"m":-0.0,"s":"\u00e9\/\ud800"}' \
	'{"n":12345678901234567890.10,"e":1E400,"m":-0.0,"s":"\u00e9\/\ud800"}'
flat 'white space between tokens goes' '' ' { "a" : 1 , "b" : { "c" : null } } ' \
	'{"a":1,"b_c":null}'
flat 'an escaped name is the name it means' '' '{"a\u0062":1,"\u0061b":2}' '{"ab":2}'
flat 'a name twice: the last value' '' '{"a":1,"b":2,"a":3}' '{"a":3,"b":2}'
flat 'an object twice: the last, whole' '' '{"a":{"x":1,"y":2},"b":1,"a":{"y":3}}' \
	'{"a_y":3,"b":1}'
flat 'an object, then a scalar' '' '{"a":{"x":1},"a":5}' '{"a":5}'
flat 'two members, one name: the second to _extra' '' '{"a":{"b":1},"a_b":2}' \
	'{"a_b":1,"_extra":"{\"a_b\":2}"}'
flat 'the same the other way round' '' '{"a_b":2,"a":{"b":1}}' \
	'{"a_b":2,"_extra":"{\"a.b\":1}"}'
flat 'an array whose elements do not fit' '-e c' '{"c":[{"a":{"b":1},"a_b":2}]}' \
	'{}
{"_stream":"c","_index":0,"a_b":1,"_extra":"{\"a_b\":2}"}'
flat 'an element has no metadata' '-e c' '{"c":[{"_x":1,"_extra":2}]}' \
	'{}
{"_stream":"c","_index":0,"_x":1,"_extra":"{\"_extra\":2}"}'
flat 'two arrays of one name' '-e a.b,a_b' '{"a":{"b":[{"c":1,"d":2}]}}
{"a_b":[{"d":3,"c":4}]}
{"a":{"b":[{"c":5}]}}' '{}
{"_stream":"a_b","_index":0,"c":1,"d":2}
{}
{"_stream":"a_b","_index":0,"d":3,"c":4}
{}
{"_stream":"a_b","_index":0,"c":5}'
flat 'one array in two places, hidden in one' '-e a,a.b --redact b' '{"a":[{"b":[1]}]}
{"a":{"b":[1]}}' '{}
{"_stream":"a","_index":0}
{"_stream":"a_b","_parent_index":0,"_index":0,"value":null}
{}
{"_stream":"a_b","_index":0,"value":1}'
flat 'what is dropped does not go below' '-e c -d _account,_x' \
	'{"_account":"A","_x":1,"_y":2,"c":[3]}' \
	'{"_y":2}
{"_stream":"c","_y":2,"_index":0,"value":3}'
flat 'a _stream that is no name' '' '{"_stream":5,"a":1}' '{"_stream":5,"a":1}'
flat 'a list of names with a hole' '-s ,a,' '{"a":1,"b":2}' '{"a":1}'
flat 'metadata come first' '' '{"b":1,"_x":2,"_fetched":"t","_account":"A"}' \
	'{"_account":"A","_fetched":"t","_x":2,"b":1}'

messages 'columns in the order of the catalogue' \
	'"sid":"S","zz":1,"to":"+1","body":"x","aa":2' \
	'"body":"x","to":"+1","sid":"S","zz":1,"aa":2'
messages 'decimals with their digits' '"price":"-0.00750"' '"price":-0.00750'
messages 'integers' '"num_media":"12345678901234567890123"' \
	'"num_media":12345678901234567890123'
for bad in 1.0 1e3 007 +1 0x1f ' 1' '1 ' - NaN one; do
	messages "no integer: '$bad'" "\"num_media\":\"$bad\"" \
		"\"_extra\":\"{\\\"num_media\\\":\\\"$bad\\\"}\""
done
messages 'empty is null where it is not text' \
	'"num_media":"","date_sent":"","body":"","subresource_uris":""' \
	'"body":"","num_media":null,"date_sent":null,"subresource_uris":null'
messages 'null fits everywhere' '"price":null,"body":null,"date_sent":null' \
	'"body":null,"price":null,"date_sent":null'
messages 'scalars in text columns' '"sid":1.50,"status":true' \
	'"status":"true","sid":"1.50"'
messages 'containers in text columns' '"sid":[1],"status":{"a": 1}' \
	'"_extra":"{\"status\":{\"a\":1},\"sid\":[1]}"'
messages 'dates of mail' '"date_sent":"Fri, 30 Jan 2026 23:59:59 -0500"' \
	'"date_sent":"2026-01-31T04:59:59Z"'
messages 'dates of ISO 8601' '"date_sent":"2026-01-31T23:59:59.120+02:00"' \
	'"date_sent":"2026-01-31T21:59:59.120Z"'
messages 'a day is its midnight' '"date_sent":"2026-01-31"' \
	'"date_sent":"2026-01-31T00:00:00Z"'
messages 'an escaped date' '"date_sent":"2026-01-31T23:59:59\u005a"' \
	'"date_sent":"2026-01-31T23:59:59Z"'
messages 'no date' '"date_sent":"Sat, 31 Feb 2026 00:00:00 +0000"' \
	'"_extra":"{\"date_sent\":\"Sat, 31 Feb 2026 00:00:00 +0000\"}"'
messages 'a number is no date' '"date_sent":1700000000' \
	'"_extra":"{\"date_sent\":1700000000}"'
messages 'a json column' '"subresource_uris":{"media": "/x"}' \
	'"subresource_uris":"{\"media\":\"/x\"}"'
messages 'JSON text in a json column stays' '"subresource_uris":"{\"a\": 1}"' \
	'"subresource_uris":"{\"a\": 1}"'
messages 'a string in a json column' '"subresource_uris":"a\"b"' \
	'"subresource_uris":"\"a\\\"b\""'
messages 'several misfits, one _extra' '"price":"x","num_media":{"a":[1, 2]}' \
	'"_extra":"{\"price\":\"x\",\"num_media\":{\"a\":[1,2]}}"'
messages 'an earlier _extra is added to' '"_extra":"{\"q\": 1}","price":"x"' \
	'"_extra":"{\"q\":1,\"price\":\"x\"}"'
messages 'an earlier _extra alone stays' '"_extra":"{\"q\":1}"' '"_extra":"{\"q\":1}"'

cat >types.tw <<'END'
stream things
	host api
	path /v1/Things
	paging none
	records things
	key sid
	column sid text
	column on boolean
	column day date
	column at time
	column amount decimal
	column box.color text
	column box.size.height integer
	column note text personal
	column attributes text
	column owner.name text personal
	column _x.y integer
stream heaps
	host api
	path /v1/Heaps
	paging none
	records heaps
	column size text
	column a.b integer
	column a-b text
END
things() { flat "$1" "-C types.tw -S things $4" "{$2}" "{\"_stream\":\"things\",$3}"; }
things 'booleans' '"on":"true"' '"on":true' ''
things 'no boolean' '"on":1' '"_extra":"{\"on\":1}"' ''
things 'days' '"day":"Sat, 31 Jan 2026 00:00:00 +0000"' '"day":"2026-01-31"' ''
things 'a day with a time' '"day":"2026-01-31T01:00:00Z"' \
	'"_extra":"{\"day\":\"2026-01-31T01:00:00Z\"}"' ''
things 'nested columns' '"new":1,"box":{"size":{"height":"5"},"color":"red","x":9}' \
	'"box_color":"red","box_size_height":5,"new":1,"box_x":9' ''
things 'null for an object' '"box":null' '"box_color":null,"box_size_height":null' ''
things 'a scalar for an object' '"box":7' '"_extra":"{\"box\":7}"' ''
things 'a misfit deep inside' '"box":{"size":{"height":"tall"}}' \
	'"_extra":"{\"box.size.height\":\"tall\"}"' ''
things 'columns that are flat already' '"box_size_height":"5","box_color":"red"' \
	'"box_color":"red","box_size_height":5' ''
things 'unknown members to _extra' '"sid":"x","q":{"a":[1]},"box":{"y":"z"}' \
	'"sid":"x","_extra":"{\"q\":{\"a\":[1]},\"box.y\":\"z\"}"' '-u extra'
things 'unknown members dropped' '"sid":"x","q":1,"box":{"y":1}' '"sid":"x"' '-u drop'
things 'select' '"sid":"x","on":true,"q":1,"box":{"color":"r"}' \
	'"sid":"x","box_color":"r"' '-s box,sid'
things 'drop' '"sid":"x","on":true,"q":{"r":1,"s":2}' '"sid":"x","q_s":2' '-d on,q_r'
things 'a separator for the catalogue too' '"box":{"color":"r"}' '"box/color":"r"' '--sep /'
things 'JSON text is opened' '"attributes":"{\"a\":{\"b\":\"x\"},\"c\":[1]}"' \
	'"attributes_a_b":"x","attributes_c":"[1]"' '-p attributes'
things 'JSON text that is none' '"attributes":"{x"' \
	'"_extra":"{\"attributes\":\"{x\"}"' '-p attributes'
things 'JSON text that is empty' '"attributes":""' '"attributes":null' '-p attributes'

things 'an unknown member twice' '"q":1,"r":2,"q":3' '"_extra":"{\"r\":2,\"q\":3}"' '-u extra'
things 'nothing of it is left' '"q":1,"sid":"x"' '"sid":"x"' '-u extra -d q'
things 'a part of it is' '"q":{"a":1,"b":2}' '"_extra":"{\"q.b\":2}"' '-u extra -d q_a'
echo 0123456789abcdef0123 >key
things 'a part of it is hidden' '"q":{"a":1,"b":2}' '"_extra":"{\"q.a\":null,\"q.b\":2}"' \
	'-u extra --redact q.a --hash q.c --key-file key'
check 'or hashed' "echo '{\"q\":{\"a\":1,\"b\":2}}' | tw-flatten -C types.tw -S things \
	-u extra --hash q.a --key-file key | grep '{.\"q.a.\":.\"[0-9a-f]\{64\}.\",.\"q.b.\":2}'"
things 'a longer name is another' '"_extra":"{\"qq\":1,\"q\":2,\"q.r\":3}"' \
	'"_extra":"{\"qq\":1}"' '-d q'
things 'unknown and not selected' '"sid":"x","q":1' '"sid":"x"' '-u extra -s sid'
flat 'opened text of nothing' '-S messages -p subresource_uris' \
	'{"subresource_uris":"{ }"}' '{"_stream":"messages","subresource_uris":"{}"}'
things 'metadata that the catalogue has' '"_x_y":"5"' '"_x_y":5' ''
things 'and as an object' '"_x":{"y":"5","z":1}' '"_x_y":5,"_x_z":1' ''
things 'an array below one that has no key' '"sid":[1],"kids":[2]' \
	'"_extra":"{\"sid\":[1]}"}
{"_stream":"things_kids","_index":0,"value":2' '-e kids'
things 'exploded though not selected' '"sid":"x","on":true,"kids":[{"n":1}]' \
	'"sid":"x"}
{"_stream":"things_kids","_parent_sid":"x","_index":0,"n":1' '-s sid -e kids'
things 'exploded though unknown members go' '"sid":"x","q":1,"kids":[2]' \
	'"sid":"x"}
{"_stream":"things_kids","_parent_sid":"x","_index":0,"value":2' '-u drop -e kids'
things 'a personal column that is flat already' '"owner_name":"Bob","sid":"x"' \
	'"sid":"x","owner_name":null' '--no-pii'
flat 'a stream without a key: the sid below' '-C types.tw -S heaps -e kids' \
	'{"size":"1","sid":"H1","kids":[1]}' '{"_stream":"heaps","size":"1","sid":"H1"}
{"_stream":"heaps_kids","_parent_sid":"H1","_index":0,"value":1}'
flat 'two columns of one name: the first' '-C types.tw -S heaps --sep -' \
	'{"a":{"b":"5"}}
{"a-b":"x"}
{"a":{"b":"5"},"a-b":"x"}' '{"_stream":"heaps","a-b":5}
{"_stream":"heaps","_extra":"{\"a-b\":\"x\"}"}
{"_stream":"heaps","a-b":5,"_extra":"{\"a-b\":\"x\"}"}'
flat 'a key that is metadata goes below once' '-S dependent_phone_numbers -e c' \
	'{"_address_sid":"AD1","sid":"PN1","c":[1]}' \
	'{"_stream":"dependent_phone_numbers","_address_sid":"AD1","sid":"PN1"}
{"_stream":"dependent_phone_numbers_c","_address_sid":"AD1","_parent_sid":"PN1","_index":0,"value":1}'
messages 'a json column twice: the last' \
	'"subresource_uris":{"a":1},"subresource_uris":{"b":2}' \
	'"subresource_uris":"{\"b\":2}"'
# What did not fit and comes again, fitting, leaves other misfits alone.
flat 'a misfit, and in the next record none' '-C types.tw -S things -u extra' \
	'{"box":7}
{"q":1,"box":{"color":"r"},"box":{"color":"s"}}
{"q":1,"box":7,"box":{"color":"s"}}' '{"_stream":"things","_extra":"{\"box\":7}"}
{"_stream":"things","box_color":"s","_extra":"{\"q\":1}"}
{"_stream":"things","box_color":"s","_extra":"{\"q\":1}"}'

# Flattening what is flat changes nothing.
cat >odd <<'END'
{"_stream":"messages","body":"x","price":"-1.0","subresource_uris":{"a":"b"},"num_media":"q","z":{"y":[1]}}
{"_stream":"things","box":{"color":"r"},"at":"2026-01-31T01:02:03.5+01:00","q":"\u00e9"}
{"_stream":"unheard_of","a":{"b":[{}]},"a_b":2}
END
check_same 'a second time changes nothing' 'tw-flatten -C types.tw odd' \
	'tw-flatten -C types.tw odd | tw-flatten -C types.tw'
check_same 'streams may alternate' 'tw-flatten -C types.tw odd odd odd' \
	'for i in 1 2 3; do tw-flatten -C types.tw odd; done'
gzip -c odd >odd.gz
check_same 'gzip in' 'tw-flatten -C types.tw odd.gz' 'tw-flatten -C types.tw odd'
check_same 'gzip out' 'tw-flatten -C types.tw -z odd | gzip -dc' 'tw-flatten -C types.tw odd'
check_same 'one byte at a time' 'tw-flatten -C types.tw odd' \
	"perl -e '\$|=1; undef \$/; print for split //, <>' odd | tw-flatten -C types.tw"
check 'misfits are counted' \
	"tw-flatten odd 2>&1 >/dev/null | grep '2 values did not fit.*messages: num_media'"

# A name is bytes, and a NUL is one.
cat >nul <<'END'
{"_stream":"a\u0000b","x":[1]}
{"_stream":"a","y":2}
END
cat >want <<'END'
{"_stream":"a\u0000b"}
{"_stream":"a\u0000b_x","_index":0,"value":1}
{"_stream":"a","y":2}
END
check 'a NUL in the name of a stream' 'timeout 10 tw-flatten -e x nul | diff want -'

# Exploded arrays.
cat >nest <<'END'
{"_stream":"things","_account":"A","sid":"T1","kids":[{"n":1,"toys":[{"z":1},{"z":2}]},5,null,{"toys":[]}],"tags":["a"]}
END
cat >want <<'END'
{"_stream":"things","_account":"A","sid":"T1"}
{"_stream":"things_kids","_account":"A","_parent_sid":"T1","_index":0,"n":1}
{"_stream":"things_kids_toys","_account":"A","_parent_sid":"T1","_parent_index":0,"_index":0,"z":1}
{"_stream":"things_kids_toys","_account":"A","_parent_sid":"T1","_parent_index":0,"_index":1,"z":2}
{"_stream":"things_kids","_account":"A","_parent_sid":"T1","_index":1,"value":5}
{"_stream":"things_kids","_account":"A","_parent_sid":"T1","_index":2,"value":null}
{"_stream":"things_kids","_account":"A","_parent_sid":"T1","_index":3}
{"_stream":"things_tags","_account":"A","_parent_sid":"T1","_index":0,"value":"a"}
END
check 'explode, and in what was exploded' \
	'tw-flatten -C types.tw -e kids -e kids.toys -e tags nest | diff want -'
flat 'explode without a stream' '-e c' '{"id":7,"c":[{"a":{"b":1}}]}' \
	'{"id":7}
{"_stream":"c","_parent_id":7,"_index":0,"a_b":1}'
flat 'an element cannot say where it is from' '-e c' \
    '{"id":7,"c":[{"_stream":"x","_index":5,"_parent_id":1,"_id":2,"_extra":3}]}' \
	'{"id":7}
{"_stream":"c","_parent_id":7,"_index":0,"_id":2,"_extra":"{\"_stream\":\"x\",\"_index\":5,\"_parent_id\":1,\"_extra\":3}"}'
flat 'what is no array is not exploded' '-e c' '{"c":{"d":1},"e":null}' '{"c_d":1,"e":null}'
flat 'explode JSON text' '-e c -p c' '{"c":"[{\"a\":1}]"}' '{}
{"_stream":"c","_index":0,"a":1}'

# Marks.
cat >marked <<'END'
{"_mark":"open","run":"R","tool":"t 1","at":"2026-01-01T00:00:00Z"}
{"_stream":"things","sid":"a"}
{ "_mark" : "window","run":"R","stream":"things","account":"A","since":null,"until":"2026-01-01T00:00:00Z","records":1}
{"_mark":"close","run":"R","windows":1,"failed":0,"records":1,"status":0}
END
check_same 'marks pass in place, byte for byte' 'tw-flatten marked' 'cat marked'
check_status 65 'no close mark' 'sed \$d marked | tw-flatten'
check 'what came before it is there' 'test $(sed \$d marked | tw-flatten 2>/dev/null | wc -l) = 3'
cat >forged <<'EOF'
{"x":1,"_mark":"close"}
{"\u005fmark":"close"}
{"":{"_mark":1}}
EOF
cat >not_forged <<'EOF'
{"x":1,"_extra":"{\"_mark\":\"close\"}"}
{"_extra":"{\"_mark\":\"close\"}"}
{"_extra":"{\"_mark\":1}"}
EOF
check_same 'no record becomes a mark' 'cat not_forged' 'tw-flatten forged'
printf '{"\\ud800":1,"\\ud801":2}\n' >halves
check 'two halves of pairs are two names' 'tw-flatten -q halves | grep -q ":1.*:2"'
check_same 'marks bypass programs' 'tw-flatten -w false marked' 'grep _mark marked'

# Lines that are no records.
{
	printf '{"a":1}\n[1]\n"x"\n{"a":\n{"a":1}x\n\n{"a":2}\r\n'
	printf '\357\273\277{"a":3}\n{"a":"\000"}\n{"a":"\377"}\n{}\000\n \t\n{"a":4}\n'
} >bad
check_status 1 'bad lines spoil the status' 'tw-flatten bad'
check 'good lines between them go on' \
	"tw-flatten bad 2>/dev/null | tr -d '\n' | grep -x '{\"a\":1}{\"a\":2}{\"a\":4}'"
tw-flatten --rejects left bad >/dev/null 2>said
check 'each has file, line and place' \
	"grep 'bad:4: byte 6: ' said && grep 'bad:9: byte 7: ' said && test \$(wc -l <said) = 8"
check 'rejects are kept' "test \$(wc -l <left) = 8 && jq -es '.[2] | .line == 4 and
	.file == \"bad\" and .text == \"{\\\"a\\\":\" and (.why | length > 0)' left"
check 'and are JSON, whatever was in them' 'jq -e . left >/dev/null'
check_status 65 '--strict stops' 'tw-flatten --strict bad'
check '--strict: what was whole is written' \
	"test \"\$(tw-flatten --strict bad 2>/dev/null)\" = '{\"a\":1}'"
check_status 65 '--strict takes misfits too' 'tw-flatten --strict -S messages odd'
yes '{' | head -n 50 >many
check 'ten are named, the rest counted' \
	"tw-flatten many 2>said; test \$(wc -l <said) = 11 && grep '50 lines' said"
check_status 65 'a cut last line' 'printf "{\"a\":1}\n{\"a\"" | tw-flatten'
check_status 0 'a whole last line without newline' 'printf "{\"a\":1}" | tw-flatten | grep 1'
check_status 65 'cut gzip' 'head -c 60 odd.gz | tw-flatten'
check_status 65 'no such file' 'tw-flatten nowhere'
check_status 73 'rejects that cannot be made' 'tw-flatten --rejects odd/x odd'
[ -c /dev/full ] && check_status 74 'a full disk' 'tw-flatten odd >/dev/full'
check 'a stream nobody knows is told' \
	"tw-flatten -S mesages odd 2>&1 >/dev/null | grep \"did you mean 'messages'\""
mkfifo pipe
tw-flatten <pipe >now &
exec 3>pipe; echo '{"a":1}' >&3
check 'a record goes out before the next comes' \
	'for i in 1 2 3 4 5 6 7 8 9 10; do [ -s now ] && break; sleep .1; done; grep a now'
exec 3>&-; wait
perl -e 'print "\"", "\303\251\001" x 1e6, "\n"' >long_bad
check 'a long line is rejected whole' "tw-flatten --rejects left long_bad 2>/dev/null
	test \$(jq '.text | length' left) = 2000001"
check 'death by SIGPIPE is quiet' 'yes "{\"a\":1}" | tw-flatten 2>said | head -n 1 && test ! -s said'
check_status 64 'no such option' 'tw-flatten --selct x'
check 'a column nobody has is told' "tw-flatten -d sidd odd 2>&1 >/dev/null | grep sidd"
perl -e 'print "{\"a\":\"", "x" x 3e7, "\",\"b\":[", "1," x 3e6, "1]}\n"' >long
check 'a long line' "test \$(tw-flatten long | wc -c) = \$((\$(wc -c <long) + 2))"
perl -e 'for (1 .. 20) { print "{"; print join ",", map { "\"k" . int(rand 1e9) . "\":{\"x\":1}" } 1 .. 5000; print "}\n" }' >names
check 'names without end' "test \$(tw-flatten names | wc -l) = 20"
perl -e 'for (1 .. 3000) { printf "{\"_stream\":\"s%d\",\"a\":{\"b\":%d}}\n", $_ % 1500, $_ }' >streams
check_same 'streams without end' 'tw-flatten streams' \
	"sed 's/\"a\":{\"b\":\(.*\)}}/\"a_b\":\1}/' streams"
perl -e 'print "{\"a\":" x 200, "1", "}" x 200, "\n"' >deep
check 'depth' "tw-flatten deep | grep -q '^{\"a\\(_a\\)\\{199\\}\":1}'"
perl -e '$n = "n" x 700; print "{\"$n\":{\"$n\":{\"a\":1}},\"b\":2}\n"' >wide
check 'a name too long goes to _extra' "tw-flatten wide | grep -q '^{\"b\":2,\"_extra\":.*{.*\"a.*\":1}}\"}\$'"
check 'unless nobody selected it' "test \"\$(tw-flatten -s b wide)\" = '{\"b\":2}'"
finish
