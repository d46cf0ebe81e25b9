#!/bin/sh
# tw-flatten: --where and --jq.
. "$(dirname "$0")/lib.sh"

for i in 1 2 3 4 5; do
	echo "{\"sid\":\"S$i\",\"n\":$i,\"status\":\"$(echo sent failed | cut -d' ' -f$((i % 2 + 1)))\",\"big\":12345678901234567890,\"a\":{\"b\":[1,2]}}"
done >in
check_same 'a condition' "tw-flatten -w '.status == \"sent\"' in" \
	"grep sent in | tw-flatten"
check_same 'a condition changes nothing' "tw-flatten -w true in" 'tw-flatten in'
check_same 'null, false and nothing are no' \
	"tw-flatten -w 'if .n == 1 then null elif .n == 2 then false elif .n == 3 then empty else 0 end' in" \
	"tail -n 2 in | tw-flatten"
check_same 'a program' "tw-flatten -j '{sid, m: (.n + 1), x: {y: .n}}' in" \
	"jq -c '{sid, m: (.n + 1), x_y: .n}' in"
check_same 'several values' "tw-flatten -j '{n} , {n: -.n}' in" "jq -c '{n} , {n: -.n}' in"
check_same 'a condition and a program' "tw-flatten -w '.n > 2' -j '{n}' in" \
	"jq -c 'select(.n > 2) | {n}' in"
check_same 'an empty program' "tw-flatten -j '' in" "tw-flatten -j . in"
check_same 'functions and comments' "tw-flatten -j 'def f: {n}; f # all' in" "jq -c '{n}' in"
check_status 1 'a value that is no object' "tw-flatten -j '.n' in"
check_status 1 'a program that fails on some' \
	"tw-flatten -j 'if .n == 3 then error(\"three\") else . end' in >out; s=\$?; test \$(wc -l <out) = 4 && exit \$s"
check 'it is told with its line' \
	"tw-flatten -j 'if .n == 3 then error(\"three\") else . end' in 2>&1 >/dev/null | grep 'in:3: three'"
check 'a record whose program fails in the end gives nothing' \
	"test -z \"\$(tw-flatten -j '., error(\"x\")' in 2>/dev/null)\""
check 'too much is refused' \
	"tw-flatten -j 'if .n == 2 then range(1e9) else {n} end' in 2>said >out
	test \$(wc -l <out) = 4 && grep 'in:2: it gives too much' said"
perl -e 'print "if .n == 2 then {a: (\"", "x" x 1000, "\" * 45000)} else {n} end"' >large
check 'so is much in one value' \
	"tw-flatten -j \"\$(cat large)\" in 2>said >out
	test \$(wc -l <out) = 4 && grep 'in:2: it gives too much' said"
for deep in '{a: ., b: 1}' '[., 1]'; do
	check "so is what is too deep: $deep" \
		"tw-flatten -j 'if .n == 2 then {x: (reduce range(300) as \$i (1; $deep))} else {n} end' in 2>said >out
		test \$(wc -l <out) = 4 && grep 'in:2: it gives a value nested too deeply' said"
done
check 'an error that is no text' "tw-flatten -j 'if .n == 2 then error({a}) else {n} end' in 2>said >out
	test \$(wc -l <out) = 4 && grep 'in:2: it ends with an error' said"
wrong() {
	check_status 64 "wrong: $(echo "$1" | tr "\n" " ")" "tw-flatten -j '$1' in 2>said"
	check "its place: $2" "grep '$2' said"
}
wrong '.a | | .b' 'line 1, column 6: syntax error'
wrong '.a |
  .b then' 'line 2, column 6: syntax error'
wrong '.a | foo(1)' 'line 1, column 6: foo/1 is not defined'
wrong '.foo + $foo' 'line 1, column 8: $foo is not defined'
wrong 'foo | .' 'line 1, column 1: foo/0 is not defined'
wrong '{} as $foo | .foo + foo' 'line 1, column 21: foo/0 is not defined'
wrong '.xfoo + foo' 'line 1, column 9: foo/0 is not defined'
wrong '@text + text' 'line 1, column 9: text/0 is not defined'
wrong '.a | ' 'column 6: syntax error, unexpected $end'
wrong 'import "x" as x; .' 'column 1: syntax error'
wrong '.foo9 | .foo_ | .foo | [foo]' 'line 1, column 25: foo/0 is not defined'
wrong '.A9 | [$A99, .A] | $A9' 'is not defined'
wrong '.a | Zz09_' 'column 6: Zz09_/0 is not defined'
wrong '.a | break $x' 'is not defined'
echo 'def sid: "home";' >.jq
check_status 64 'no ~/.jq' "HOME=\$PWD tw-flatten -j '{x: sid}' in"
for off in input inputs env; do
	check_status 1 "off: $off" "SECRET=hidden tw-flatten -j '{x: $off}' in"
done
check_same 'no home at all' "(unset HOME; tw-flatten -j '{n}' in)" "tw-flatten -j '{n}' in"
check '$ENV is empty' "SECRET=hidden tw-flatten -j '{x: \$ENV}' in >out; ! grep hidden out"
check 'bad lines are refused first' \
	"(cat in; echo '{'; echo nan) | tw-flatten -j '{n}' 2>/dev/null >out; test \$(wc -l <out) = 5"
cat >odd <<'END'
{"id":1,"a":"x","b":null}
{"id":2,"a":"\u0078","b":false,"a ":"y"}
{"id":3,"a":"y","\u0061":"x","b":true}
{"id":4,"a":"x","a":"y"}
{"id":5,"b":"null","a":{"a":"x"}}
{"id":6,"a":["x"],"b":0}
{"id":7,"a":"\ud83d","b":"true"}
{"id":8,"a":"x\u0000","b":""}
{}
END
for e in '.a == "x"' '.a!="x"' '.b == null' '.b != null' '.b==true' '.b == false' \
	'.a == "x" and .b == null' '.a == "x" or .b == true' '.b == ""' \
	'.a == "x" and .b == null or .b == true' '.c == null and .a != "y"' \
	'.b == true or .a == "x" and .b == null or .id == null' \
	'	.a	==	"x"	' '.a_1B == null' '.B2 != "x" or .Z_z == true' '.b == trueish' \
	'.b == null_' '.a == "x" ore' '.a == "x" && true' '.a = "x"' '.a ! "x"' '.a <= "x"' \
	'.a == "\u0078"' '.a == "é"' '.a == "x	"' '.a == "x' '.a == 1' '.a' '.' '.1' '..' \
	'.["a"] == "x"' 'a == "x"' '.a.b == null' '.a == "x" or' '.a == ""'; do
	check_same "the same without libjq: $e" "tw-flatten -w '$e' odd" \
		"tw-flatten -w '($e)' odd"
done
check_same 'a surrogate alone is U+FFFD to a program' \
	"tw-flatten -j '{a}' -w '.id == 7' odd" 'printf "{\"a\":\"\357\277\275\"}\n"'
printf '%s\n' '{"a":"\ud83d\ud83d\ude00"}' '{"a":"\uD83Dx\uDE00\n"}' '{"a":"\ud83d\u0041"}' \
	'{"a":"\\ud83d\udcff\\n"}' '{"a":"\udbff\udfff\ud800\ue000"}' '{"a":"\ud83d\\"}' >halves
cat >want <<'END'
{"a":"[65533,128512]"}
{"a":"[65533,120,65533,10]"}
{"a":"[65533,65]"}
{"a":"[92,117,100,56,51,100,65533,92,110]"}
{"a":"[1114111,65533,57344]"}
{"a":"[65533,92]"}
END
check_same 'and so are all halves' 'tw-flatten -j "{a: (.a | explode)}" halves' 'cat want'
perl -e 'print "{\"a\":", "[" x 250, "]" x 250, "}\n"' >deep
perl -e 'print "{\"a\":" x 250, "1", "}" x 250, "\n{\"b\":2}\n"' >nested
for o in -w -j; do	# libjq 1.6 cannot; a later one can
	check "what libjq cannot read is told: $o" "tw-flatten $o '{b}' nested >out 2>said
		case \$? in
		0) test \$(wc -l <out) = 2 ;;
		1) test \"\$(cat out)\" = '{\"b\":2}' && grep 'nested:1: libjq cannot read it' said ;;
		*) false ;;
		esac"
done
check_same '251 levels' 'tw-flatten -j . deep' 'tw-flatten deep'
check_status 1 'a value nested too deeply' \
	"tw-flatten -j '{a: (reduce range(1000) as \$i (1; [.]))}' in"
check_same 'what opens a condition may be anything' \
	"tw-flatten -w '.a.b | index(2)' in" 'tw-flatten in'
finish
