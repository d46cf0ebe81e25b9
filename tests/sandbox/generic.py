"""Every other list, from its stanza in the catalogue: the right path, paging,
parameters and columns, with values made from the columns' types.

Lists are short, five records and fewer below, and pages shorter still, so that
nested ones have several pages and yet a whole product is read in no time.
"""
import copy
import json
import re
from collections import OrderedDict

from clock import DAY, day, iso, rfc2822
from listing import ALL, Listing, Window
import short
from problem import Problem
from texts import NAMES

# The long lists of core.py, which may be parents.
SERIES = ("messages", "calls", "recordings", "conferences", "alerts")
COUNTS = (5, 3, 2, 2)   # records of a list, by the depth it lies at
MANY_DAYS = 28          # so that nothing is older than what lists keep
COUNTRIES = ("US", "GB", "DE", "EE", "BR", "JP", "AU", "CA")
# What a list means when it is not told: facts 3.5.
RECENT = {"taskrouter_events": 900, "insights_call_summaries": 4 * 3600,
          "serverless_logs": DAY}


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def flat(path):
    return path.replace(".", "_")


# The letters of some SIDs; the others start with an X.
PREFIXES = {
    "addresses": "AD", "incoming_phone_numbers": "PN", "applications": "AP",
    "dependent_phone_numbers": "PN", "keys": "SK", "outgoing_caller_ids": "PN",
    "queues": "QU", "transcriptions": "TR", "usage_triggers": "UT",
    "call_recordings": "RE", "conference_recordings": "RE",
    "conversations": "CH", "conversation_messages": "IM",
    "conversation_participants": "MB", "users": "US", "roles": "RL",
    "services": "IS", "flows": "FW", "executions": "FN", "step": "FT",
    "studio_executions": "FN", "trunks": "TK", "verify_services": "VA",
    "verify_attempts": "VL", "video_rooms": "RM", "video_compositions": "CJ",
    "video_recordings": "RT", "taskrouter_workspaces": "WS",
    "taskrouter_tasks": "WT", "taskrouter_workers": "WK",
    "taskrouter_events": "EV", "monitor_events": "AE", "sync_services": "IS",
    "sync_maps": "MP", "sync_lists": "ES", "sync_documents": "ET",
    "messaging_services": "MG", "serverless_services": "ZS"}

# What a text column of this name, or with this ending, says.
WORDS = (
    ("method", ("POST", "GET")), ("api_version", ("2010-04-01",)),
    ("status", ("active", "completed", "in-progress", "pending")),
    ("region", ("us1", "ie1")), ("currency", ("USD",)), ("unit", ("usd", "USD")),
    ("requirements", ("none", "any", "local")), ("origin", ("twilio", "hosted")),
    ("direction", ("inbound", "outbound-api")), ("mode", ("voice", "fax")),
    ("locale", ("en-US", "de-DE")), ("language", ("en", "ja")),
    ("email", ("ada@example.com", "o'brien+x@example.com")),
    ("city", ("Tallinn", "S\u00e3o Paulo", "New York")),
    ("street", ("1 Main St, Apt \"B\"", "Pikk 5\u20137")),
    ("postal_code", ("00501", "10130", "EC1A 1BB")),
    ("duration", ("0", "61", "3600")), ("identity", ("ada", "u@x.example", "7")))


class Raw(str):
    """A JSON value in its own spelling."""


def write(value, comma, colon, ascii_only, slash):
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + comma.join(
            json.dumps(k) + colon + write(v, comma, colon, ascii_only, slash)
            for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + comma.join(write(v, comma, colon, ascii_only, slash)
                                for v in value) + "]"
    text = json.dumps(value, ensure_ascii=ascii_only)
    return text.replace("/", "\\/") if slash else text


class Kind:
    """A stream of the catalogue that can be asked for."""

    def __init__(self, stanza, kinds, world):
        self.stanza, self.kinds, self.world = stanza, kinds, world
        self.name = stanza.name
        self.host = stanza.get("host")[0]
        self.path = stanza.get("path")[0]
        self.places = re.findall(r"\{(\w+)\}", self.path)
        self.key = stanza.get("key", [])
        self.each = [w[0] for w in stanza.many.get("each", {}).values()]
        parent = stanza.get("parent")
        self.parent = parent[0] if parent else None
        self.feed = [p.partition("=")[::2] for p in parent[1:]] if parent else []
        self.values = {n: w[1].split(",") for n, w in
                       stanza.many.get("values", {}).items()}
        self.depth = len([p for p in self.places if p != "AccountSid"])
        records = stanza.get("records")
        self.member = records[0]
        self.strings = records[1] if len(records) > 1 else None
        self.single = self.member == "."
        self.enums = {snake(n): allowed for n, (allowed, _)
                      in stanza.parameters().items() if allowed}
        self.enums = {n: [v for v in a if v != ALL] for n, a in self.enums.items()}
        for entry in self.each:
            name, _, values = entry.partition("=")
            self.enums[snake(name)] = values.split(",")
        self.fed = set()        # columns that lead to the lists below
        d = world.chance.draw("prefix " + self.name)
        self.letters = PREFIXES.get(self.name, "X" + chr(65 + d[0] % 26))
        self.cache = OrderedDict()

    def rows(self, account, params):
        """The records under these path parameters."""
        place = (account.n,) + tuple(params.get(p) for p in self.places)
        rows = self.cache.get(place)
        if rows is None:
            count = 1 if self.single else COUNTS[min(self.depth, 3)]
            rows = [self.row(account, params, n, count) for n in range(count)]
            self.cache[place] = rows
            if len(self.cache) > 2000:
                self.cache.popitem(last=False)
        return rows

    def row(self, account, params, n, count):
        where = "%s|%d|%s|%d" % (self.name, account.n, "|".join(
            str(params.get(p)) for p in self.places if p != "AccountSid"), n)
        draw = self.world.chance.draw(where)
        step = min(MANY_DAYS, self.world.options.days) * DAY // count
        created = self.world.begin - n * step - 60 - int.from_bytes(
            draw[:4], "big") % max(step - 120, 1)
        record, row = {}, {}
        given = {snake(p): v for p, v in params.items()}
        given["account_sid"] = given["account_id"] = account.sid
        for c, (path, (kind, _)) in enumerate(self.stanza.columns.items()):
            wire = self.stanza.wire.get(path, kind)
            name = flat(path)
            # With a key of several columns the same item may stand below
            # several parents.
            shared = name in self.key and len(self.key) > 1 and \
                name.endswith("sid") and name not in self.fed
            d = self.world.chance.draw("%s|%d" % (
                "%s|%d|%d" % (self.name, account.n, n) if shared else where, c))
            value = self.value(path, kind, wire, d, n, created, given, row)
            *heads, last = path.split(".")
            at = record
            for h in heads:
                at = at.setdefault(h, {})
            at[last] = value
        for entry in self.each:
            name, _, values = entry.partition("=")
            values = values.split(",")
            row.setdefault(snake(name), values[n % len(values)])
        row["_record"] = record
        if self.strings:
            record = next(iter(record.values()), "item-%d" % n)
        row["_ascii"] = draw[5] & 1
        row["_text"] = (self.spell(row, record, ",", ":"),
                        self.spell(row, record, ", ", ": "))
        return row

    def spell(self, row, record, comma, colon):
        slash = self.host in ("flex-api", "video", "monitor")
        return write(record, comma, colon, row["_ascii"], slash)

    def without_secrets(self, row):
        """The compact text of a row, less what the catalogue calls secret."""
        secrets = [p.split(".") for p, (_, flags) in self.stanza.columns.items()
                   if "secret" in flags]
        if not secrets:
            return row["_text"][0]
        record = copy.deepcopy(row["_record"])
        for *heads, last in secrets:
            at = record
            for h in heads:
                at = at[h]
            del at[last]
        return self.spell(row, record, ",", ":")

    def value(self, path, kind, wire, d, n, created, given, row):
        """The value of a column; into row goes what filters and windows
        compare."""
        name = flat(path)
        plain = snake(name)
        key = name in self.key or name in self.fed
        row[name] = None
        if plain in given and name not in ("sid", "id") and self.key != [name]:
            row[name] = value = given[plain]
        elif kind in ("time", "date"):
            row[name], value = self.date(path, plain, key, kind, d, created)
        elif plain in self.enums:
            row[name] = value = self.enums[plain][n % len(self.enums[plain])]
        elif kind == "boolean":
            value = bool(d[0] & 1)
            row[name] = str(value).lower()
        elif kind in ("integer", "decimal"):
            row[name] = value = self.number(plain, key, kind, wire, d, n)
        elif kind == "json":
            value = self.open_value(plain, d)
        else:
            row[name] = value = self.words(plain, key, d, n)
        return value

    def date(self, path, plain, key, kind, d, created):
        window = self.stanza.get("window", ["-"])[0] == path
        made, changed = "creat" in plain, "updat" in plain
        if d[1] < 20 and not (key or window or made or changed):
            return None, None
        t = created
        if changed and not window:
            t = min(t + 3600 * (d[0] % 5), self.world.begin)
        return t, day(t) if kind == "date" else \
            rfc2822(t) if self.host == "api" else iso(t)

    def number(self, plain, key, kind, wire, d, n):
        """Prices, and what the files call text, are numbers in quotes."""
        text = str(n + 1) if key else str(d[0] * (1 + d[1]))
        if kind == "decimal":
            text = "%s%d.%05d" % ("-" if "price" in plain else "",
                                  d[2] % 3, d[3] * 25)
        elif d[4] == 7 and not key:
            text = "12345678901234567890"
        quoted = wire == "text" or "price" in plain or d[5] < 8 and not key
        return text if quoted else Raw(text)

    def open_value(self, plain, d):
        if plain in ("links", "subresource_uris"):
            return {"self": "/" + self.name,
                    "more": "https://%s.twilio.com/x" % self.host}
        return (None, {}, [], ["one", "two \u00e9"], {"a": {"b": Raw("1.10")}},
                [{"id": 1, "t": None}], Raw("1.0e2"))[d[0] % 7]

    def words(self, plain, key, d, n):
        if plain == "sid" or key and plain.endswith("sid"):
            return self.prefix(plain) + d.hex()[:32]
        if plain.endswith("_sid"):
            return None if d[0] < 60 else self.prefix(plain) + d.hex()[:32]
        if plain in ("iso_country", "country_code", "iso_code", "country"):
            return COUNTRIES[n % 8]
        if plain in ("id", "unique_id") or key:
            return "%s-%s-%d" % (plain.replace("_", "-")[:12], d.hex()[:10], n)
        if plain == "uri" and self.host == "api":
            return "/2010-04-01/%s/%s.json" % (self.name, d.hex()[:16])
        if "url" in plain or "uri" in plain:
            return "https://%s.twilio.com/%s/%s" % (self.host, self.name, d.hex()[:8])
        if "phone_number" in plain or plain in ("to", "from"):
            return "+1555%07d" % (int.from_bytes(d[:3], "big") % 10000000)
        if plain == "attributes":
            return '{"vip":%s,"n":%d,"name":"\u00e9 \\"q\\""}' % (
                "true" if d[0] & 1 else "false", d[1])
        if plain.endswith("timestamp") or plain.endswith("_time"):
            return iso(self.world.begin - d[0] * 3600)
        if d[0] < 30:
            return None
        for end, words in WORDS:
            if plain.endswith(end):
                return words[d[1] % len(words)]
        if "name" in plain or "body" in plain or "label" in plain:
            return NAMES[d[1] % len(NAMES)]
        if d[0] < 60:
            return "%d" % d[1]
        return "%s %s" % (plain.replace("_", " "), d.hex()[:6])

    def prefix(self, plain):
        known = {"call_sid": "CA", "message_sid": "SM", "conference_sid": "CF",
                 "service_sid": "IS", "recording_sid": "RE"}
        return known.get(plain) or (
            self.letters if plain == "sid" else "Y" + plain[0].upper())

    # Parents

    def check_place(self, account, params, now):
        """The parent that the path names must be there."""
        for p, allowed in self.values.items():
            if params.get(p) not in allowed:
                raise Problem(400, 20001, "Invalid value for %s" % p)
        if not self.parent:
            return
        feed = [(p, m) for p, m in self.feed
                if m[:1] != "^" and p != "AccountSid"]
        for _, carried in self.parents(account, params, now):
            if all(carried.get(p) == params[p] for p, m in feed):
                return
        raise Problem(404, 20404, "The requested resource was not found")

    def parents(self, account, params, now):
        """(the parent's own path, what it feeds to ours) of each parent that
        could stand above these parameters; all of them when there are none."""
        if self.parent in SERIES:
            yield from self.core_parents(account, params, now)
            return
        above = self.kinds.get(self.parent)
        if above is None:
            return
        for place in above.all_places(account, now, params):
            for row in above.rows(account, place):
                carried = {}
                for p, m in self.feed:
                    carried[p] = place.get(m[1:]) if m[:1] == "^" else \
                        row.get(flat(m), row["_record"].get(m))
                carried["AccountSid"] = account.sid
                yield place, carried

    def core_parents(self, account, params, now):
        table = self.world.tables(self.parent, account)
        gone = "deleted" if self.parent == "recordings" else None
        place = next((p for p, m in self.feed if m == "sid"), None)
        if params and place in params:
            row = table.find(params[place], now)
            rows = [row] if row else []
        else:
            rows = table.every(now)
        for row in rows:
            if row.get("status") == gone and gone:
                continue
            yield {}, {place: row["sid"], "AccountSid": account.sid}

    def all_places(self, account, now, params=None):
        """Every set of path parameters this list has, or, given some, those
        that agree with them."""
        if self.values:
            (name, values), = self.values.items()
            for v in values:
                if not params or params.get(name, v) == v:
                    yield {"AccountSid": account.sid, name: v}
        elif not self.parent:
            if self.depth == 0:
                yield {"AccountSid": account.sid}
        else:
            for _, carried in self.parents(account, params, now):
                if not params or all(params.get(p, carried.get(p)) == carried.get(p)
                                     for p in self.places):
                    yield {p: carried.get(p) for p in self.places}


def listing_of(kind):
    s = kind.stanza
    style = s.get("paging")[0]
    size = s.get("size")
    filters, ignored, required = {}, set(), []
    windows, defaults = [], []
    names = {flat(p): flat(p) for p in s.columns}
    names.update({snake(p): flat(p) for p in s.columns})
    for name, (allowed, needed) in s.parameters().items():
        field = names.get(snake(name))
        if field:
            filters[name] = (field, allowed) if allowed else field
        elif allowed:
            filters[name] = (None, allowed)
        else:
            ignored.add(name)
        if needed:
            required.append(name)
    for name in s.many.get("query", {}):
        name, _, value = name.partition("=")
        if name not in filters:
            ignored.add(name)
        elif value == ALL:
            # So without it the list is not whole.
            field = names[snake(name)]
            defaults.append((name, field, kind.enums[field][0]))
    w = s.get("window")
    if w:
        field = flat(w[0]) if w[0] in s.columns else None
        windows.append(Window(field, w[1], w[2], w[3], w[4]))
        for p in w[1:3]:
            filters.pop(p, None), ignored.discard(p)
    for entry in kind.each:
        name, _, values = entry.partition("=")
        values = values.split(",")
        field = snake(name)
        if name not in filters or filters[name] == (None, values):
            filters[name] = (field, values)
        if field and name not in required:
            # The first of the values is what an unfiltered list shows.
            defaults.append((name, field, values[0]))

    def source(req, given):
        kind.check_place(req.account, req.params, req.now)
        rows = kind.rows(req.account, req.params)
        recent = RECENT.get(kind.name)
        if recent and not any(a > -DAY for _, a, b in given["_bounds"]):
            field = windows[0].field
            rows = [r for r in rows if r[field] and r[field] >= req.now - recent]
        keyed = style == "2010" and "sid" in s.columns
        return (short.Sided if keyed else short.Fixed)(rows)

    x = Listing(kind.name, kind.host, kind.path, kind.member, style,
                int(size[0]) if size else 1000, filters, windows, ignored, source)
    x.required, x.defaults = required, defaults
    x.size_name = size[1] if size and len(size) > 1 else "PageSize"
    paging = s.get("paging")
    if style == "token":
        x.token_name = paging[1] if len(paging) > 1 else "pageToken"
    x.default_size = min(50, x.size)
    x.capped = True
    x.secretive = kind.name in ("keys", "iam_keys")
    return x
