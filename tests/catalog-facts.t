#!/bin/sh
# Every list of the facts is a stream with the same path, style, records, key,
# parent and window, or is named in lib/catalog/retired with a reason.
. "$(dirname "$0")/lib.sh"

facts=$TESTS/catalog/facts
"$TW_BUILD/unit/catalog" dump >dump
sed -e '/^#/d' -e '/^$/d' "$ROOT/lib/catalog/retired" >retired

# The checked-in digest is the table's, where the table is at hand.
table=$TW_TEST_DATA/../facts/twilio-lists.tsv
if [ -f "$table" ]; then
	check_same 'the digest is that of the table of facts' \
	    'cat "$facts"' '"$TESTS/catalog/digest" "$table"'
else
	skip 'the digest is that of the table of facts' 'the table is not here'
fi
check 'the digest has 351 lists' '[ $(wc -l <"$facts") -eq 351 ]'

# What differs, as "OPERATION FIELD facts ours".
awk -F '\t' '
BEGIN {
	split("operation path style records key parent feeds window", name, " ")
}
FILENAME == "retired" {
	split($0, words, " ")
	if (words[2] != "")
		gone[words[1]] = 1
	next
}
FILENAME == "dump" {
	for (i = 1; i <= 8; i++)
		ours[$1, i] = $i
	next
}
{
	file = $1
	sub(/:.*/, "", file)
	if (($1 in gone) || (file in gone))
		next
	if (!(($1, 1) in ours)) {
		print $1, "absent"
		next
	}
	for (i = 2; i <= 8; i++)
		if (ours[$1, i] != $i)
			print $1, name[i], "facts: " $i, "ours: " ours[$1, i]
}' retired dump "$facts" >differences

while read -r operation field why; do
	case $operation in '' | '#'*) continue ;; esac
	check "$operation, $field: $why" \
	    'grep -q "^$operation $field " differences'
	grep -v "^$operation $field " differences >rest
	mv rest differences
done <"$TESTS/catalog/deviations"
check 'nothing else differs' 'cat differences; ! [ -s differences ]'

check 'every line of retired has its reason' \
    '! grep -v "^[a-z_0-9A-Z:-]* ..*" retired'
check 'no name is retired too' '
    while read -r word why; do
	grep "^$word[: ]" "$ROOT/lib/catalog/names" && exit 1; done <retired
    true'
check 'at least 390 streams' '[ $(wc -l <dump) -ge 390 ]'
check 'every operation once' '[ -z "$(cut -f 1 dump | sort | uniq -d)" ]'
finish
