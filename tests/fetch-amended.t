#!/bin/sh
# Streams that are not what the catalogue has: other windows, keys and values,
# against a service that does not know of it.
. "$(dirname "$0")/lib.sh"
. "$TESTS/sandbox.sh"

sandbox_start --seed 5 --messages 600 --subaccounts 0 --all-active --days 30
truth() { sandbox_truth "$@" | jq -r .sid | sort; }
sids() { jq -r 'select(.sid) | .sid' | sort; }
fetch() { timeout 60 tw-fetch -q -C own.tw "$@"; }
amend() { printf "$@" >own.tw; }

amend 'amend messages\n\tdrop window\n\tdrop unwindowed\n'
check_same 'a stream without a window is read whole' 'fetch -p 100 messages | sids' 'truth messages'
check 'and vouched for as a full list' 'fetch -m -p 100 messages | grep "\"window\"" | jq -e .full'
amend 'amend messages\n\twindow date_sent DateSent> DateSent< day []\n'
check_same 'a window of days' 'fetch -p 20 messages | sids' 'truth messages'
check_same 'since a day' 'fetch -p 20 -s 2026-11-10 messages | sids' 'tw-fetch -q -s 2026-11-10 messages | sids'
amend 'amend messages\n\twindow date_sent DateSent> DateSent< try []\n'
check_same 'one to be found out' 'fetch -p 20 messages | sids' 'truth messages'
for bounds in '[]' '[)' '(]' '()'; do
	amend 'amend alerts\n\twindow date_generated StartDate EndDate instant %s\n' "$bounds"
	check_same "instants, $bounds" 'fetch -p 5 alerts | sids' 'truth alerts'
done
amend 'amend messages\n\tfinal-age 2d\n\tfinal status = nothing\n'
check 'no record is final until it is old' '
	fetch -m -s 2026-11-10 messages >got &&
	grep "\"window\"" got | jq -s -e "map(.low) | map(select(. != null)) | length > 0 and min >= \"2026-11-20\""'
amend 'amend messages\n\tdrop final\n\tdrop final-age\n'
check 'all are' 'fetch -m -s 2026-11-10 messages >got && grep "\"window\"" got | jq -s -e "all(.low == null)"'
amend 'amend messages\n\tretention 5d\n'
check_same 'a service that keeps five days' 'fetch -s 2026-01-01 messages | sids' 'tw-fetch -q -s 2026-11-17T12:00:00Z messages | sids'
amend 'amend messages\n\tsize 1000 Rows\n'
check 'another name of the page size' 'fetch -n 1 messages >got; curl -s $SANDBOX_URL/_sandbox/requests | grep -q "Rows=1000"'
amend 'amend message_media\n\tparent messages MessageSid=nothing\n'
check_same 'a child of a member that is not there' 'fetch message_media' ':'
amend 'amend message_media\n\tonly num_media = nothing\n'
check_same 'of parents of which none is worth asking' 'fetch message_media' ':'
amend 'amend calls\n\teach Status=completed,failed\n'
check_same 'a pass for each of some values' 'fetch calls | jq -r .status | sort -u' 'printf "%s\n" completed failed'
check_same 'a filter takes their place' 'fetch -f Status=busy calls | jq -r .status | sort -u' 'echo busy'
amend 'amend messages\n\tkey nothing\n\tcolumn nothing text\n'
check_same 'a key that no record has' 'fetch -p 100 messages | sids' 'truth messages'
amend 'amend messages\n\tquery Colour=red\n\tquery Account={AccountSid}\n\tquery None={Nothing}\n'
check 'fixed parameters' 'fetch -n 1 messages >got; curl -s $SANDBOX_URL/_sandbox/requests | grep "Colour=red&Account=AC" | grep -qv None'
finish
