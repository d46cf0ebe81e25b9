#!/bin/sh
# The committed catalogue is what the generator writes, and the overlay takes
# nothing away by accident.
. "$(dirname "$0")/lib.sh"

generated=$ROOT/lib/catalog/10-generated.tw
overlay=$ROOT/lib/catalog/20-overlay.tw

# It needs npm's registry once; where that is out of reach, say so.
what='the generator writes what is committed'
if "$ROOT/scripts/update-catalog" --check >diff 2>why; then
	ok "$what"
elif [ $? -eq 69 ]; then
	skip "$what" "$(tail -n 1 why)"
else
	cp diff .out; cp why .err; not_ok "$what"
fi
check_status 64 'a wrong word is a wrong use' \
    '"$ROOT/scripts/update-catalog" --chekc'

# A column said anew in the overlay is said completely: a flag left out would
# make personal data public.
awk '
/^stream|^amend/ { count = split($0, names, " ") }
$1 == "column" {
	for (i = 2; i <= count; i++) {
		if (FILENAME ~ /10-generated/) {
			personal[names[i], $2] = / personal/
			required[names[i], $2] = / required/
		} else {
			if (personal[names[i], $2] && !/ personal/)
				print FILENAME ":" FNR ": " names[i] \
				    " " $2 " is personal"
			if (required[names[i], $2] && !/ required/)
				print FILENAME ":" FNR ": " names[i] \
				    " " $2 " is required"
		}
	}
}' "$generated" "$overlay" >lost
check 'the overlay loses no mark' 'cat lost; ! [ -s lost ]'

# Each correction is below a comment that says where it comes from.
awk '
/^#/ && /source:/ { said = 1 }
/^#$/ { said = 0 }		# the head of a section
/^amend/ { stanza = $0; mine = said }
/^\t# source:/ { mine = 1 }
/^\t(window|retention|size|query|each|only|empty|unwindowed) / && !mine {
	print FILENAME ":" FNR ": no source: " stanza " " $0
}' "$overlay" >unsaid
check 'every correction has its source' 'cat unsaid; ! [ -s unsaid ]'

check 'the generated text is below 260 KB' '[ $(wc -c <"$generated") -lt 266240 ]'
check 'and sorted by host and path' '
    awk "\$1 == \"host\" { h = \$2 } \$1 == \"path\" { print h, \$2 }" \
	"$generated" >order && sort -c order'

# The generator on files of our own: an unnamed list is an error that says so.
mkdir files
cat >files/twilio_toy_v1.json <<'END'
{"servers": [{"url": "https://toy.twilio.com"}],
 "components": {"schemas": {
  "toy": {"type": "object", "properties": {
   "sid": {"type": "string"}, "price": {"type": "number"},
   "at": {"type": "string", "format": "date-time"},
   "parts": {"type": "object", "properties": {
     "left": {"type": "boolean"}, "right": {"type": "array"}}},
   "owner": {"type": "string", "x-twilio": {"pii": {"handling": "standard"}}}}},
  "bolt": {"type": "object", "properties": {"toy_sid": {"type": "string"}}}}},
 "paths": {
  "/v1/Toys": {"get": {"operationId": "ListToy", "parameters": [
    {"name": "PageSize", "in": "query",
     "schema": {"type": "integer", "maximum": 50}},
    {"name": "Colour", "in": "query", "required": true,
     "schema": {"type": "string", "enum": ["red", "blue"]}}],
   "responses": {"200": {"content": {"application/json": {"schema": {
    "type": "object", "properties": {
     "toys": {"type": "array", "items": {"$ref": "#/components/schemas/toy"}},
     "meta": {"type": "object",
      "properties": {"next_page_url": {"type": "string"}}}}}}}}}}},
  "/v1/Toys/{ToySid}/Bolts": {"get": {"operationId": "ListBolt",
   "responses": {"200": {"content": {"application/json": {"schema": {
    "type": "object", "properties": {
     "bolts": {"type": "array", "items": {"$ref": "#/components/schemas/bolt"}},
     "next_page_uri": {"type": "string"}}}}}}}}}}}
END
cat >expected <<'END'
stream toys
	source toy_v1:ListToy
	host toy
	path /v1/Toys
	paging meta
	records toys
	size 50
	key sid
	parameter Colour red,blue required
	column sid text
	column price decimal
	column at time
	column parts.left boolean
	column parts.right json
	column owner text personal
stream toy_bolts
	source toy_v1:ListBolt
	host toy
	path /v1/Toys/{ToySid}/Bolts
	paging 2010
	records bolts
	parent toys ToySid=sid
	column toy_sid text
END
generate() { python3 "$ROOT/scripts/catalog-generator.py" files names retired; }
if command -v python3 >/dev/null; then
	echo 'toy_v1:ListToy toys' >names
	: >retired
	check_status 1 'a list without a name stops it' generate
	check 'and is named' 'generate 2>&1 | grep -q "toy_v1:ListBolt toy_bolt"'
	echo 'toy_v1:ListBolt for the sake of the test' >retired
	check 'a retired one does not' generate
	: >retired
	echo 'toy_v1:ListBolt toy_bolts' >>names
	check_same 'a stanza of each kind' 'generate | sed "/^\$/d; /^#/d"' \
	    'cat expected'
	echo 'toy_v1:ListNut nuts' >>names
	check_status 1 'a name for what is not there stops it' generate
else
	skip 'the generator on files of our own' 'python3 is not here'
fi
finish
