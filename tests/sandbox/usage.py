"""Usage: a sum a day and category, with all subaccounts in it or without."""
import short
from clock import DAY, day, iso


CATEGORIES = (
    ("calls", "Voice Minutes", "calls", "minutes", 140),
    ("calls-inbound", "Inbound Voice Minutes", "calls", "minutes", 85),
    ("calls-outbound", "Outbound Voice Minutes", "calls", "minutes", 140),
    ("mms", "MMS", "mms", "messages", 200),
    ("phonenumbers", "Phone Numbers", "numbers", "numbers", 1150),
    ("recordings", "Recordings", "recordings", "minutes", 25),
    ("sms", "SMS", "messages", "segments", 79),
    ("sms-inbound", "Inbound SMS", "messages", "segments", 79),
    ("sms-outbound", "Outbound SMS", "messages", "segments", 79),
    ("totalprice", "Total Price", "", "usd", 10000),
    ("trunking-termination", "Trunking Termination", "calls", "minutes", 70),
    ("verify-push", "Verify Push", "verifications", "verifications", 500),
)


def daily(world, account, whole_family, now, bounds):
    """A sum a day and category; today's grows until the day is over."""
    first = account.created // DAY
    last = now // DAY
    for _, a, b in bounds:
        first = max(first, -(-a // DAY))
        last = min(last, -(-b // DAY) - 1)
    members = [account]
    if whole_family:
        members += [a for a in world.accounts.all
                    if a.parent is account and a is not account]
    rows = []
    for n in range(last, first - 1, -1):
        today = day(n * DAY)
        share = min(DAY, now - n * DAY)
        for c, (category, description, unit, usage_unit, price) in \
                enumerate(CATEGORIES):
            count = 0
            for m in members:
                d = world.chance.draw("usage-%d-%d-%d" % (m.n, n, c))
                if n * DAY >= m.created // DAY * DAY:
                    count += (int.from_bytes(d[:2], "big") % 900
                              if d[2] > 50 else 0) * share // DAY
            path = "/2010-04-01/Accounts/%s/Usage/Records" % account.sid
            record = {
                "category": category, "description": description,
                "account_sid": account.sid, "start_date": today,
                "end_date": today, "as_of": iso(now)[:-1] + "+00:00",
                "count": "%d" % count, "count_unit": unit,
                "usage": "%d" % (count * 2), "usage_unit": usage_unit,
                "price": "%d.%04d" % divmod(count * price, 10000),
                "price_unit": "usd", "api_version": "2010-04-01",
                "uri": "%s/Daily.json?Category=%s&StartDate=%s&EndDate=%s" % (
                    path, category, today, today),
                "subresource_uris": {
                    p: "%s/%s.json?Category=%s" % (path, w, category)
                    for p, w in (("all_time", "AllTime"), ("today", "Today"),
                                 ("yesterday", "Yesterday"),
                                 ("this_month", "ThisMonth"),
                                 ("last_month", "LastMonth"),
                                 ("daily", "Daily"), ("monthly", "Monthly"),
                                 ("yearly", "Yearly"))}}
            rows += short.rows_of([record], lambda r: {"start_date": n * DAY})
    return short.Fixed(rows, now + 1)
