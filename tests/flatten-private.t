#!/bin/sh
# tw-flatten: --hash, --redact, --no-pii.
. "$(dirname "$0")/lib.sh"

printf 'Jefe\n' >key
printf 'Jefe' >bare
cat >in <<'END'
{"_stream":"messages","sid":"SM1","from":"what do ya want for nothing?","to":"+15550001111","body":"\u00e9 secret","num_media":"0"}
{"_stream":"calls","sid":"CA1","from":"+15550001111","to":"what do ya want for nothing\u003f"}
{"n":1.50,"a":[1, {"b":2}],"z":null}
END
hash=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843
check 'a hash is the HMAC of RFC 4231, in every column and stream, however escaped' \
	"test \$(tw-flatten -k key -H from,to in 2>/dev/null | grep -c $hash) = 2"
check_same 'the newline of the key file does not count' \
	'tw-flatten -k key -H from in 2>/dev/null' 'tw-flatten -k bare -H from in 2>/dev/null'
check 'another key, another hash' \
	"printf x >other; ! tw-flatten -k other -H from,to in 2>/dev/null | grep $hash"
hmac() { printf %s "$1" | openssl dgst -sha256 -hmac Jefe 2>/dev/null | sed 's/.* //'; }
if command -v openssl >/dev/null; then
	check 'text, digits and containers as openssl hashes them' \
	    "tw-flatten -k key -H body,n,a in 2>/dev/null >out
	    grep '$(hmac 'é secret')' out && grep '$(hmac 1.50)' out &&
	    grep '$(hmac '[1,{"b":2}]')' out"
else
	skip 'as openssl hashes it' 'no openssl'
fi
check 'null stays null' "tw-flatten -k key -H z in 2>/dev/null | grep '\"z\":null'"
check_status 64 '--hash without a key' 'tw-flatten -H from in'
check_status 78 'an empty key file' 'tw-flatten -k /dev/null -H from in'
check_status 78 'no key file' 'tw-flatten -k nowhere -H from in'
check 'redact' "tw-flatten -r body,from in 2>/dev/null | sed -n 1p |
	grep '\"body\":null,.*\"from\":null,\"to\":\"+1'"
check 'a column to hide that nobody has is told' \
	"tw-flatten -r bdoy in 2>&1 >/dev/null | grep bdoy"

cat >pii <<'END'
{"_stream":"messages","_account":"AC1","_fetched":"2026-01-01T00:00:00Z","_odd":"PRIVATE","sid":"SM1","from":"PRIVATE","to":"PRIVATE","body":["PRIVATE"],"status":"sent","new":{"deep":["PRIVATE"],"more":"PRIVATE"},"PRIVATE_NOT":1}
{"_stream":"messages","sid":"SM2","from":{"PRIVATE":"PRIVATE"},"_extra":"{\"from\":\"PRIVATE\"}"}
{"_stream":"nobody_knows","name":"PRIVATE","list":[{"x":"PRIVATE"}]}
{"_stream":"messages","body":"PRIVATE
{"name":"PRIVATE"}
END
sed 's/"PRIVATE_NOT"/"other"/; s/{"PRIVATE":/{"x":/' pii >clean
for key in '' '-k key'; do
	check "no clear value with --no-pii $key" \
	    "tw-flatten --no-pii $key --rejects left clean >out 2>said
	    test \$(wc -l <out) = 4 && ! cat out said left | grep PRIVATE"
	check "what is not personal stays with $key" \
	    "grep -q '\"status\":\"sent\"' out && grep -q '\"sid\":\"SM1\"' out &&
	    grep -q '\"_account\":\"AC1\"' out"
	check "exploded rows are masked too $key" \
	    "tw-flatten --no-pii $key -e list clean 2>/dev/null >out
	    grep -q '\"_stream\":\"nobody_knows_list\"' out && ! grep PRIVATE out"
done
check 'JSON that is opened is masked' "printf '%s\n' \
	'{\"_stream\":\"messages\",\"body\":\"{\\\"a\\\":\\\"PRIVATE\\\"}\"}' |
	tw-flatten --no-pii -p body >out; grep body_a out && ! grep PRIVATE out"
check '--no-pii and unknown members in _extra' \
	"tw-flatten --no-pii -u extra clean 2>/dev/null >out; grep -q _extra out && ! grep PRIVATE out"
cat >slips <<'END'
{"a_b":"open"}
{"a":{"b":"PRIVATE"}}
{"_stream":"messages","_extra":"{\"body\":[\"PRIVATE\"],\"a.b\":\"PRIVATE\",\"price\":\"x\"}"}
END
check 'a name two members share hides neither rule' \
	"tw-flatten -r a,body slips 2>/dev/null >out; ! grep PRIVATE out && grep open out"
check 'what an earlier run put into _extra is hidden too' \
	"grep '\\\\\"price\\\\\":\\\\\"x' out && grep '\\\\\"body\\\\\":null' out"
check 'or dropped' "tw-flatten -d a,body slips 2>/dev/null >out; ! grep PRIVATE out && grep price out"
check 'a part of what goes to _extra can be hidden' "
	echo '{\"_stream\":\"messages\",\"q\":{\"a\":\"PRIVATE\",\"b\":1}}' |
	tw-flatten -u extra -r q.a >out; ! grep PRIVATE out && grep 'q.b' out"
check 'what does not fit is hidden by --no-pii, whatever its column' "
	echo '{\"_stream\":\"messages\",\"status\":{\"x\":\"PRIVATE\"},\"price\":\"PRIVATE\"}' |
	tw-flatten --no-pii >out 2>said; ! grep PRIVATE out && grep _extra out"
check 'and opened out of a column that is no JSON' "
	echo '{\"_stream\":\"messages\",\"price\":\"{\\\"a\\\":[\\\"PRIVATE\\\"]}\"}' |
	tw-flatten --no-pii -p price >out; grep price_a out && ! grep PRIVATE out"
for says in '-w .body|test("x")' '-j error(.body)'; do
	check "what a program says of a value is hidden: $says" "
		echo '{\"_stream\":\"messages\",\"body\":[\"PRIVATE\"]}' |
		tw-flatten --no-pii --rejects left ${says%% *} '${says#* }' >out 2>said
		grep 'the program fails' left && ! cat out left said | grep PRIVATE"
done
finish
