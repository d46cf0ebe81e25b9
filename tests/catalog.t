#!/bin/sh
# The catalogue as users meet it: the manual's examples, a file of one's own,
# mistakes in it, --list and --describe.
. "$(dirname "$0")/lib.sh"

page=$ROOT/man/tw-catalog.5
dump() { "$TW_BUILD/unit/catalog" dump "$@"; }

# The manual: its examples are valid, and it describes every attribute.
awk '/^\.Bd -literal/ { on = 1; next } /^\.Ed/ { on = 0; print "" } on' \
    "$page" >examples.tw
check 'the examples of the manual are valid' 'dump examples.tw'
check_same 'a stanza makes an endpoint a stream' \
    'dump examples.tw | grep "^widgets"' \
    'printf "%s\t" widgets /v1/Widgets meta widgets sid "" "" &&
	echo "date_created CreatedAfter CreatedBefore instant [)"'
check_same 'the manual describes every attribute' \
    'sed -n "/^static const struct attribute attributes/,/^};/s/^	{ \"\([a-z-]*\)\".*/\1/p" \
	"$ROOT/lib/stanza.c" | sort' \
    'sed -n "/^\.Sh ATTRIBUTES/,/^\.Sh STREAMS/s/^\.It Ic \([a-z-]*\).*/\1/p" \
	"$page" | sort -u'

if ! [ -x "$TW_BUILD/tw-fetch" ]; then
	skip 'the catalogue at the command line' 'tw-fetch is not built'
	finish
fi

# --list
check 'a list of at least 390 streams' '[ $(tw-fetch --list | wc -l) -ge 390 ]'
check 'five fields a line, none empty' \
    'tw-fetch --list | awk -F "\t" "NF != 5 || /\t\t/ { exit 1 }"'
check_same 'by product' 'tw-fetch --list video | cut -f 2 | sort -u' 'echo video'
check_same 'by glob' 'tw-fetch --list "video_room*" | cut -f 1' \
    'tw-fetch --list video | cut -f 1 | grep "^video_room"'
check_same 'by group' 'tw-fetch --list @airbyte | wc -l' 'echo 37'
check_status 64 'by what is not there' 'tw-fetch --list nosuch'
check 'as JSON' 'tw-fetch --list --json video | jq -e -s \
    "length > 10 and all(.product == \"video\")"'

# --describe
check 'a stream' 'tw-fetch --describe messages >text &&
    grep -q "key  *sid" text && grep -q "price  *decimal" text &&
    grep -q "from  *text personal" text && grep -q "lookback  *3d" text'
check_same 'the chain of parents' \
    'tw-fetch --describe step | sed -n "s/^ *parent  *//p"' \
    'echo "executions FlowSid=flow_sid ExecutionSid=sid, of flows FlowSid=sid"'
check 'as JSON' 'tw-fetch --describe --json conference_participants |
    jq -e ".key == [\"conference_sid\", \"call_sid\"]"'
check 'every stream can be described' '
    tw-fetch --list | cut -f 1 | while read -r name; do
	tw-fetch --describe --json "$name" || exit 1; done | jq -e . >/dev/null'
check_status 64 'an unknown one' 'tw-fetch --describe mesages'
check 'is answered with the nearest' \
    'tw-fetch --describe mesages 2>&1 | grep -q "messages"'

# One's own file
check 'a file of one'\''s own' \
    'tw-fetch --catalog examples.tw --describe widgets | grep -q "price  *decimal"'
mkdir -p config/tw && cp examples.tw config/tw/catalog
check 'in its own place' 'XDG_CONFIG_HOME=$PWD/config tw-fetch --list "wid*"'
printf 'amend calls\n\tlookback soon\n' >bad.tw
check_status 78 'a mistake in it' 'tw-fetch --catalog bad.tw --list'
check 'is named with its line' \
    'tw-fetch --catalog bad.tw --list 2>&1 | grep -q "bad.tw:2: use: lookback"'
check_status 78 'a file that is not there' 'tw-fetch --catalog nosuch.tw --list'
finish
