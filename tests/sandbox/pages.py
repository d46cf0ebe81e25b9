"""One page of a list: which records, in which envelope, with which next link.

Six styles, as Twilio has them: "2010" and "meta" lead on with a link, "token"
with a token to send back, "scim" and "number" with a count, "none" has one
page.  A token is bound to its list, account and filters; a made-up one is
refused.
"""
import base64
import json
from urllib.parse import quote, unquote

from problem import Problem

RESERVED = ("Page", "PageToken")


class Page:
    """What goes out, still in parts, so that a fault can be put in."""

    def __init__(self, style, key, records, meta, until):
        self.style, self.key, self.records = style, key, records
        self.meta, self.until = meta, until
        self.spaced = style == "2010"

    again = None            # the token that leads here, where tokens do

    NEXT = {"2010": "next_page_uri", "meta": "next_page_url",
            "token": "nextToken"}

    def next_name(self):
        return "next_token" if "next_token" in self.meta else \
            self.NEXT.get(self.style)

    @property
    def next(self):
        return self.meta.get(self.next_name())

    @next.setter
    def next(self, link):
        if self.next_name():
            self.meta[self.next_name()] = link

    def render(self):
        comma, colon = (", ", ": ") if self.spaced else (",", ":")

        def members(d):
            return comma.join(json.dumps(k) + colon + json.dumps(
                v, separators=(comma, colon)) for k, v in d.items())
        array = "[" + comma.join(self.records) + "]"
        if self.key == ".":
            text = self.records[0] if self.records else "{}"
        elif self.key is None:
            text = "{" + members(self.meta) + "}"
        elif self.style == "2010":
            # The array stands among the others, as it does at Twilio.
            m = dict(self.meta)
            first = {k: m.pop(k) for k in list(m)[:3]}
            text = "{%s%s%s%s%s%s%s}" % (
                members(first), comma, json.dumps(self.key), colon, array,
                comma, members(m))
        elif self.style in ("meta", "token"):
            m = dict(self.meta)
            if "next_token" not in m:
                m["key"] = self.key
            text = '{"meta":{%s},"%s":%s}' % (members(m), self.key, array)
        elif self.meta:
            text = '{%s,"%s":%s}' % (members(self.meta), self.key, array)
        else:
            text = '{"%s":%s}' % (self.key, array)
        return text.encode("utf-8", "surrogatepass")


def encode(pairs):
    return "&".join(quote(n, safe="") + "=" + quote(v, safe="-_.~:")
                    for n, v in pairs)


def parse_query(raw):
    pairs = []
    for part in raw.split("&") if raw else ():
        name, eq, value = part.partition("=")
        try:
            pairs.append((unquote(name.replace("+", " "), errors="strict"),
                          unquote(value.replace("+", " "), errors="strict")))
        except UnicodeDecodeError:
            raise Problem(400, 20001, "A query parameter is not UTF-8")
    return pairs


class Tokens:
    """Offset tokens that only this sandbox can make, for this very list."""

    def __init__(self, chance, scope):
        self.chance, self.scope = chance, scope

    def seal(self, text):
        return self.chance.hex("seal %s %s" % (self.scope, text), 8)

    def make(self, offset):
        text = base64.b64encode(b'{"o":%d}' % offset).decode()
        # The plus sign is there to be re-encoded by careless clients (T11).
        return "PT%s+%s" % (text, self.seal(text))

    def read(self, token):
        text, plus, seal = token[2:].partition("+")
        if token[:2] != "PT" or not plus or seal != self.seal(text):
            raise Problem(400, 21481, "Invalid PageToken")
        return json.loads(base64.b64decode(text))["o"]


def integer(text, name):
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Problem(400, 20001, "Invalid parameter %s" % name)
    return int(text)


def page_size(listing, given, world):
    if given is None:
        return listing.default_size
    size = integer(given, listing.size_name)
    if size < 1:
        raise Problem(400, 20001, "Page size must be at least 1")
    limit = 100 if listing.host == "verify" else 1000
    if world.strict and listing.size:
        limit = listing.size
    if size > max(limit, listing.size if listing.size > 1000 else 0):
        if listing.host == "verify":
            raise Problem(400, 60373, "Page size must be between 1 and %d" % limit)
        raise Problem(400, 20007, "Page size too large, max is %d" % limit)
    return min(size, listing.size or size)


def make(listing, table, req, bounds, accept, given):
    """The page that req asks for."""
    style, world = listing.style, req.world
    if style == "none":
        rows, more, until = table.page(req.now, bounds, accept, 1 << 30)
        return Page(style, listing.key, texts(table, rows, listing), {}, until)

    size = page_size(listing, given(listing.size_name), world)
    shown = min(size, world.page_cap) if listing.capped else size
    filters = [(n, v) for n, v in req.query
               if n not in RESERVED and n not in (
                   listing.size_name, listing.token_name, "startIndex", "count")]
    tokens = Tokens(world.chance, "%s %s %s %s" % (
        listing.name, req.account.sid, req.path, encode(sorted(filters))))

    if style in ("scim", "number"):
        return counted(listing, table, req, bounds, accept, given, shown)

    number = integer(given("Page") or "0", "Page")
    token = given(listing.token_name)
    keyed = hasattr(table, "position")
    anchor, back = None, False
    if token is not None:
        if keyed:
            back = token[:2] == "PB"
            anchor = table.position(token[2:]) \
                if token[:2] in ("PA", "PB") else None
        else:
            anchor = tokens.read(token)
        if anchor is None:
            raise Problem(400, 21481, "Invalid PageToken")
    elif number > 0:
        raise Problem(400, 20001 if listing.host == "api" else 70002,
                      "PageToken is required for paging" if listing.host == "api"
                      else "Paged requests must include a PageToken")
    listing.check_depth(number, size)
    if anchor is not None:
        anchor = max(0, anchor + req.shift * getattr(table, "newer", -1))
    rows, more, until = table.page(req.now, bounds, accept, shown, anchor, back)

    def token_after():
        return "PA" + rows[-1]["sid"] if keyed else \
            tokens.make((anchor or 0) + len(rows))

    def token_before():
        return "PB" + rows[0]["sid"] if keyed else tokens.make(
            max(0, (anchor or 0) - shown))

    if style == "token":
        if listing.token_name == "Token":
            meta = {"page_size": size,
                    "next_token": token_after() if more else None,
                    "previous_token": None}
        else:
            meta = {"pageSize": size,
                    "nextToken": token_after() if more else None,
                    "previousToken": None}
        page = Page(style, listing.key, texts(table, rows, listing), meta, until)
        page.again = tokens.make(anchor or 0)
        return page

    def link(n, after=None):
        q = filters + [("PageSize", str(size)), ("Page", str(n))]
        if after:
            q.append(("PageToken", after))
        return origin + req.path + "?" + encode(q)

    origin = "" if style == "2010" else "https://" + req.domain
    following = link(number + 1, token_after()) if more and rows else None
    previous = link(number - 1, token_before()) if number and rows else None
    if style == "2010":
        start = number * size
        meta = {"first_page_uri": link(0),
                "end": start + max(len(rows), 1) - 1,
                "previous_page_uri": previous,
                "uri": req.target, "page_size": size, "start": start,
                "next_page_uri": following, "page": number}
    else:
        meta = {"page": number, "page_size": size, "first_page_url": link(0),
                "previous_page_url": previous, "url": origin + req.target,
                "next_page_url": following}
    return Page(style, listing.key, texts(table, rows, listing), meta, until)


def counted(listing, table, req, bounds, accept, given, shown):
    if listing.style == "scim":
        at = max(integer(given("startIndex") or "1", "startIndex"), 1) - 1
        shown = min(shown, integer(given("count") or str(shown), "count"))
        rows, more, until = table.page(req.now, bounds, accept, shown, at)
        every, _, _ = table.page(req.now, bounds, accept, 1 << 30)
        meta = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
                "totalResults": len(every), "startIndex": at + 1,
                "itemsPerPage": len(rows)}
    else:
        number = integer(given("Page") or "0", "Page")
        rows, more, until = table.page(req.now, bounds, accept, shown,
                                       number * shown)
        every, _, _ = table.page(req.now, bounds, accept, 1 << 30)
        meta = {"total_elements": len(every),
                "total_pages": -(-len(every) // shown), "current_page": number,
                "per_page": shown, "has_next": more, "has_prev": number > 0}
    return Page(listing.style, listing.key, texts(table, rows, listing), meta,
                until)


def texts(table, rows, listing):
    spaced = listing.style == "2010"
    return [table.text(row, spaced) for row in rows]
