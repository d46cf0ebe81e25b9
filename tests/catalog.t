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
check_same 'a stream called like a product' 'tw-fetch --list accounts | cut -f 1' 'echo accounts'
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
echo >plain
check_same 'no file of one'\''s own, below what is no folder' \
    'XDG_CONFIG_HOME=$PWD/plain tw-fetch --list' 'tw-fetch --list'
mkdir -p looped/tw && ln -s catalog looped/tw/catalog
check_status 78 'one that cannot be read' 'XDG_CONFIG_HOME=$PWD/looped tw-fetch --list'
mistake() {	# 'what' 'stanza' 'what is said'
	printf "$2" >bad.tw
	check "$1" "tw-fetch -C bad.tw --list 2>&1 | grep -q '$3'"
}
head='stream widgets\n\thost api\n\tpaging none\n\trecords w\n'
mistake 'a stream without a name' 'stream\n' 'name is missing'
mistake 'more words than a line has' \
    "amend calls\n\thost $(printf %0200d 0 | sed 's/0/a /g')\n" 'use: host'
mistake 'a place that only begins so' \
    "$head\tpath /v1/{ServiceSidX}/W\n\tparent flows ServiceSid=sid\n" \
    'its path has no {ServiceSid}'
mistake 'a child of itself' \
    "amend conferences\n\tpath /v1/{A}/C\n\tparent conference_participants A=sid\n" \
    'is its own parent'
long=$(printf %0200d 1)/$(printf %0200d 2)/$(printf %0200d 3)
mkdir -p "$long" && echo junk >"$long/bad.tw"
check_status 78 'a mistake in a file far down' "tw-fetch -C $long/bad.tw --list"
printf "$head"'\tpath  /v1/{Service}/W/{ServiceSid}\n\tparent\tflows\t \tServiceSid=sid\n' >needs.tw
printf '\twindow made Low High day ()\n\tcolumn made time\n' >>needs.tw
printf "$head"'\tpath /v1/G\n\twindow - Low High day []\n' | sed 's/stream widgets/stream nuts/' >>needs.tw
printf "$head"'\tpath /v1/{A}/{B}\n\tparent widgets A=sid\n' | sed 's/stream widgets/stream gadgets/' >>needs.tw
check_same 'what no parent feeds is needed' \
    "tw-fetch -C needs.tw --list --json | jq -r 'select(.stream == \"widgets\") | .needs'" 'echo Service'
check_same 'by a child its own first' \
    "tw-fetch -C needs.tw --list --json | jq -r 'select(.stream == \"gadgets\") | .needs'" 'echo B'
check 'bounds that are no part of a window' \
    "tw-fetch -C needs.tw --describe widgets | grep -q 'made Low High day ()'"
check 'a window that no member shows' \
    "tw-fetch -C needs.tw --describe nuts | grep -q ' - Low High day \[\]'"
check_same 'is listed by its parameter' \
    "tw-fetch -C needs.tw --list nuts | cut -f 3" 'echo Low'
finish
