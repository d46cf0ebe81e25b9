#!/bin/sh
# tw-load-csv: text of every kind of byte, at every place of the steps that it
# is scanned and copied in, against a writer that goes byte by byte.
. "$(dirname "$0")/lib.sh"

cat >write.py <<'E1'
import json, random, sys
delimiter, null = sys.argv[1:]
random.seed(7)
# Text, and how JSON may spell it.
pieces = [(c, c) for c in "abcXYZ 019.,;:/|+-'=\u007f\u00e9\u20ac\U0001f389"]
pieces += [(c, json.dumps(c)[1:-1]) for c in '"\\\n\r\t\b\f\x01\u00e9\U0001f389']
pieces += [('/', '\\/'), ('"', '\\u0022'), ('\\', '\\u005C'), (',', '\\u002c'),
    ('\n', '\\u000a'), ('\r', '\\u000D'), ('\ufffd', '\\u0000'),
    ('\ufffd', '\\ud83c'), ('\ufffd', '\\uDC00')]
quote, comma, slash = ('"', '\\"'), (',', ','), ('\\', '\\\\')
def rows():
    for n in range(70):
        for odd in pieces:
            yield [('x', 'x')] * n + [odd] + [('y', 'y')] * random.randrange(40)
        yield [slash] * n + [quote]
        yield [quote] * n + [slash]
        yield [quote] * n + [random.choice(pieces)]
        yield [('x', 'x')] * n + [quote, slash] * random.randrange(20)
    for _ in range(3000):
        few = random.choices(pieces, k=random.randrange(1, 5)) + [
            ('x', 'x'), quote, comma]
        yield random.choices(few, k=random.randrange(90))
def field(text):
    if text != null and not any(c in text for c in '"\r\n' + delimiter):
        return text
    return '"' + text.replace('"', '""') + '"'
with open('in', 'wb') as j, open('out', 'wb') as c:
    for row in rows():
        # Halves of a surrogate pair would be one character side by side.
        text = ''.join(t for t, _ in row)
        said = ''.join(s for _, s in row)
        if '\\ud83c\\udc00' in said.lower():
            continue
        j.write(('{"a":"%s","b":"z"}\n' % said).encode())
        c.write((field(text) + delimiter + 'z\n').encode())
E1

for delimiter in , '\' / : '|'; do
	check_same "delimited by $delimiter" \
	    "python3 write.py '$delimiter' ''; tw-load-csv --no-header --delimiter '$delimiter' in" \
	    'cat out'
done
check_same 'another null takes another way' \
    'python3 write.py "|" NULL; tw-load-csv --no-header --delimiter "|" --null NULL in' \
    'cat out'

# What is no string is told wherever its fault lies.
cat >wrong.py <<'E1'
for n in range(18):
    for bad in '\\x', '\\u12G4', '\x1f', '\\\\"', '\\', '\\"\\', '"':
        for before in '\\"', '\\"x', '\\\\':
            print('{"a":"%s"}' % (before + '\\"' * n + 'x' * (n % 17) + bad + '\\"' * 20))
            print('{"a":"%s"}' % (before + 'x' * n + bad))
E1
check 'no fault is missed' '
python3 wrong.py >lines
while IFS= read -r line; do
	printf "%s\n" "$line" | tw-load-csv >/dev/null 2>why
	[ $? -eq 65 ] || { printf "%s\n" "$line"; exit 1; }
done <lines'
finish
