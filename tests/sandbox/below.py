"""The lists below one record: a message's media, a conference's participants."""
import short
from clock import rfc2822
from texts import NAMES


def media(world, account, message, now):
    """The media of one message; none when it has none."""
    table = world.tables("messages", account)
    d = message["_d"]
    out = []
    for n in range(table.media_count(d)):
        draw = table.chance.draw("media-%s-%d" % (message["sid"], n))
        s = "ME" + draw.hex()[:32]
        created = message["date_created"] + draw[40] % 5
        record = {
            "sid": s, "account_sid": account.sid, "parent_sid": message["sid"],
            "content_type": ("image/jpeg", "video/mp4", "text/x-vcard")[draw[41] % 3],
            "date_created": rfc2822(created), "date_updated": rfc2822(created),
            "uri": "/2010-04-01/Accounts/%s/Messages/%s/Media/%s.json" % (
                account.sid, message["sid"], s)}
        out.append(short.rows_of([record], lambda r: {"date_created": created})[0])
    return short.Fixed(out)


def participants(world, account, conference, now):
    """Who is in a conference now: nobody in one that is over or not begun."""
    table = world.tables("conferences", account)
    d = conference["_d"]
    out = []
    if conference["status"] == "in-progress":
        for n in range(2 + d[20] % 4):
            draw = table.chance.draw("who-%s-%d" % (conference["sid"], n))
            call = "CA" + draw.hex()[:32]
            joined = conference["date_updated"] + n
            out.append({
                "label": NAMES[draw[40] % len(NAMES)] or None,
                "conference_sid": conference["sid"],
                "account_sid": account.sid, "call_sid": call,
                "call_sid_to_coach": None, "coaching": False,
                "date_created": rfc2822(joined), "date_updated": rfc2822(joined),
                "end_conference_on_exit": n == 0, "muted": draw[41] < 80,
                "hold": draw[42] < 20, "start_conference_on_enter": True,
                "status": "connected", "queue_time": "%d" % draw[43],
                "uri": "/2010-04-01/Accounts/%s/Conferences/%s/Participants/%s.json"
                       % (account.sid, conference["sid"], call)})
    rows = short.rows_of(out, lambda r: {
        "Muted": str(r["muted"]).lower(), "Hold": str(r["hold"]).lower(),
        "Coaching": "false"})
    return short.Fixed(rows, conference["_change"])
