"""What an ideal client would have read: every record of every account that
can be read, as it is now, with no page and no network between.  Windows are
half open and closed by the server's Date: what is dated this very second is
not in them yet.

Each line starts with _account, then what of the path the record's key needs
(_address_sid; all of it if there is no key), then Twilio's bytes.  Query of the endpoint:

account=AC..        only this one
since=, until=      by the list's window member, [since, until)
secrets=1           with the accounts' tokens and other secrets
all=1               soft-deleted recordings too
now=1               what is dated this very second too
"""
import json

import below
import clock
import generic
import short
import usage
from problem import Problem


class Place:
    """Stands for a request: a list is asked for its source, not for a page."""

    def __init__(self, app, account, params, now):
        self.world, self.account, self.params = app.world, account, params
        self.now, self.path = now, "(truth)"
        self.query = []
        self.login = app.world.accounts.logins[account.sid][1]


def lines(app, name, query):
    listing = app.listings.get(name)
    if listing is None:
        raise Problem(404, 20404, "no stream %s" % name)
    if app.options.endless and name in ("messages", "calls"):
        raise Problem(400, 20001, "there is no end to it")
    now = app.clock.now()
    low, high = -clock.NEVER, clock.NEVER
    if "since" in query:
        low = clock.parse(query["since"])[0]
    if "until" in query:
        high = clock.parse(query["until"])[0]
    field = listing.windows[0].field if listing.windows else None
    kind = app.kinds.get(name)
    lacking = [k for k in kind.key if k[:1] == "_" and k != "_account"] \
        if kind else []
    if kind and not kind.key:   # an item is known by the list it is of
        lacking = ["_" + generic.snake(p) for p in kind.places if p != "AccountSid"]
    for account in app.world.accounts.active:
        if query.get("account", account.sid) != account.sid:
            continue
        if name == "accounts" and account is not app.world.accounts.main:
            continue
        for params, table in places(app, name, listing, kind, account, now):
            extra = {"_account": account.sid}
            for k in lacking:
                for p, v in params.items():
                    if "_" + generic.snake(p) == k:
                        extra[k] = v
            head = json.dumps(extra, separators=(",", ":"))[:-1] + ","
            for row in table.every(now):
                if not shown(name, row, query):
                    continue
                t = row.get(field) if field else None
                if name in generic.SERIES and "now" not in query and \
                        t is not None and t >= now:
                    continue
                if "since" in query or "until" in query:
                    if t is None or not low <= t < high:
                        continue
                text = table.text(row, False)
                if "secrets" not in query:
                    text = public(name, kind, row, text)
                if text[:1] != "{":
                    text = '{"%s":%s}' % (kind.strings, text)
                yield head[:-1] + "}" if text == "{}" else head + text[1:]


def public(name, kind, row, text):
    if name == "accounts":
        record = json.loads(text)
        del record["auth_token"]
        return short.dump(record, False)
    return kind.without_secrets(row) if "_ascii" in row else text


def shown(name, row, query):
    return not (name == "recordings" and row["status"] == "deleted"
                and "all" not in query)


def places(app, name, listing, kind, account, now):
    """(path parameters, table) of every list of this name."""
    world = app.world
    if name in generic.SERIES:
        yield {}, world.tables(name, account)
    elif name == "message_media":
        for row in world.tables("messages", account).every(now):
            if world.tables("messages", account).media_count(row["_d"]):
                yield {}, below.media(world, account, row, now)
    elif name == "conference_participants":
        for row in world.tables("conferences", account).every(now):
            if row["status"] == "in-progress":
                yield {}, below.participants(world, account, row, now)
    elif name == "usage_records":
        yield {}, usage.daily(world, account, False, now, [])
    elif name == "accounts":
        yield {}, listing.source(Place(app, account, {}, now), {})
    else:
        for params in kind.all_places(account, now):
            yield params, short.Fixed(kind.rows(account, params))
