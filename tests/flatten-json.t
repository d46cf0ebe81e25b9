#!/bin/sh
# tw-flatten takes what RFC 8259 allows and nothing else: JSONTestSuite, each
# file as a member's value, from a file, a pipe and one byte at a time.
. "$(dirname "$0")/lib.sh"

suite=$TW_TEST_DATA/JSONTestSuite/test_parsing
if [ ! -d "$suite" ]; then
	skip 'JSONTestSuite' "$suite is not there"
	finish
fi

# One line a file.  A newline becomes a carriage return, which is the same to
# JSON: white space between tokens, wrong inside a string.
lines() {
	for f in "$suite"/$1_*.json; do
		printf '{"v":'; tr '\n' '\r' <"$f"; printf '}\n'
	done
}
lines y >yes; lines n >no; lines i >free
yes=$(wc -l <yes) no=$(wc -l <no) free=$(wc -l <free)
check 'the suite has 318 files' "test $((yes + no + free)) = 318"

check_status 0 "what must be taken: $yes, from a file" 'tw-flatten yes >y.file'
check_status 1 "what must be refused: $no, from a file" \
	'tw-flatten --rejects n.file no >n.out'
check 'no line lost' "test \$(wc -l <y.file) = $yes && test ! -s n.out &&
	test \$(wc -l <n.file) = $no"
check_same 'from a pipe' 'cat yes | tw-flatten' 'cat y.file'
check 'refused from a pipe' "test -z \"\$(cat no | tw-flatten 2>/dev/null)\""
trickle='perl -e "undef \$/; \$_=<>; syswrite STDOUT,\$_,1,\$-++ while \$-<length"'
check_same 'one byte at a time' "$trickle yes | tw-flatten" 'cat y.file'
check 'refused one byte at a time' \
	"test -z \"\$($trickle no | tw-flatten 2>/dev/null)\""

# What the RFC leaves open: refused are what is not UTF-8 (or UTF-16), a byte
# order mark and 500 levels; taken are numbers of any size, lone surrogates.
for f in "$suite"/i_*.json; do
	{ printf '{"v":'; tr '\n' '\r' <"$f"; printf '}\n'; } >one
	tw-flatten one >two 2>/dev/null && echo "${f##*/}"
done >taken
cat >want <<'END'
i_number_double_huge_neg_exp.json
i_number_huge_exp.json
i_number_neg_int_huge_exp.json
i_number_pos_double_huge_exp.json
i_number_real_neg_overflow.json
i_number_real_pos_overflow.json
i_number_real_underflow.json
i_number_too_big_neg_int.json
i_number_too_big_pos_int.json
i_number_very_big_negative_int.json
i_object_key_lone_2nd_surrogate.json
i_string_1st_surrogate_but_2nd_missing.json
i_string_1st_valid_surrogate_2nd_invalid.json
i_string_incomplete_surrogate_and_escape_valid.json
i_string_incomplete_surrogate_pair.json
i_string_incomplete_surrogates_escape_valid.json
i_string_invalid_lonely_surrogate.json
i_string_invalid_surrogate.json
i_string_inverted_surrogates_U+1D11E.json
i_string_lone_second_surrogate.json
END
check 'what the RFC leaves open' 'sort taken | diff want -'
finish
