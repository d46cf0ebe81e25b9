"""What goes wrong, on purpose.

A rule says which requests it spoils and how:

	{"match": "Messages.json", "nth": 2, "fault": "cut_length", "bytes": 100}

match     a regular expression, searched in host + target ("api.twilio.com/...")
account   only requests for this account
nth, every, from, count
          of the requests that match: only this one; each nth; not before this
          one; at most so many times.  With none of them, always.
longer    only requests for a window of more than so many seconds
fault     one of the names below; the rest of the rule is its parameters.

Some that are seen at Twilio, or at what stands before it:

throttled once      {"fault": "429", "count": 1, "retry_after": 2}
throttled for ever  {"fault": "429"}
sick for a while    {"fault": "status", "status": 503, "count": 2}
a large window fails
                    {"match": "Usage", "longer": 604800, "fault": "status",
                     "status": 500, "code": 20500}
large pages fail    {"match": "Usage.*PageSize=1000", "fault": "status",
                     "status": 500}
a login lost in the middle
                    {"nth": 3, "fault": "status", "status": 401, "code": 20003}
a gateway's page    {"nth": 2, "fault": "html"}
retention           {"fault": "status", "status": 400, "code": 20004}
an expired cursor   {"match": "PageToken", "fault": "status", "status": 400,
                     "code": 21481}
a blocked proxy     {"fault": "status", "status": 451, "body": "no",
                     "content_type": "text/plain"}
a page that waits   {"nth": 2, "fault": "slow", "bytes": 1, "delay": 30}
an empty page in the middle
                    {"match": "Page=3", "count": 1, "fault": "empty_pages"}
empty for ever      {"fault": "empty_pages", "empties": 1000000}
going in circles    {"match": "Page=2", "fault": "loop"}
a link to elsewhere {"nth": 1, "fault": "foreign_next",
                     "next": "http://127.0.0.1:1/"}
rows that move      {"match": "PageToken", "fault": "shift", "by": 3}
filters not heeded  {"match": "StartTime", "fault": "ignore_window"}
the wrong tenant    {"match": "monitor", "fault": "other_tenant"}
"""
import re
import threading
import zlib
from urllib.parse import unquote

import clock
from problem import Problem

# Before the list is looked at: another answer altogether.
ANSWERS = {}
# On the request, before it is understood.
REQUESTS = {}
# On the page, while it is still in parts.
PAGES = {}
# On the bytes of a body.
BODIES = {}
# On the wire; played by the connection (wire.py).
WIRE = {"cut_length", "cut_chunk", "cut_close", "hang", "slow", "reset",
        "close_keepalive", "empty_reply", "header_bomb", "body_bomb",
        "gzip_bomb", "gzip_layers", "gzip_cut", "gzip_bad", "chunked"}


class Rule:
    def __init__(self, spec):
        self.spec = spec
        self.fault = spec.get("fault")
        if self.fault not in names():
            raise Problem(400, 20001, "unknown fault %r; there are: %s" % (
                self.fault, ", ".join(sorted(names()))))
        self.match = re.compile(spec.get("match", ""))
        self.seen = self.done = 0

    def hits(self, where, account):
        s = self.spec
        if s.get("account", account) != account or \
                not self.match.search(where) or \
                "longer" in s and window(where) <= s["longer"]:
            return False
        self.seen += 1
        if "nth" in s and self.seen != s["nth"] or \
                "every" in s and self.seen % s["every"] or \
                self.seen < s.get("from", 1) or \
                "count" in s and self.done >= s["count"]:
            return False
        self.done += 1
        return True


def window(target):
    """The seconds between the first and the last date in a query."""
    dates = re.findall(r"=(\d{4}-\d\d-\d\d[^&]*)", unquote(target))
    try:
        times = [clock.parse(d)[0] for d in dates]
    except ValueError:
        times = []
    return max(times) - min(times) if len(times) > 1 else clock.NEVER


class Faults:
    def __init__(self):
        self.lock = threading.Lock()
        self.rules = []

    def add(self, spec):
        rules = [Rule(s) for s in (spec if isinstance(spec, list) else [spec])]
        with self.lock:
            self.rules += rules

    def clear(self):
        with self.lock:
            self.rules = []

    def of(self, where, account):
        """The rule for this request, or None.  The first that hits is it."""
        if not self.rules:
            return None
        with self.lock:
            for rule in self.rules:
                if rule.hits(where, account):
                    return rule
        return None


def names():
    return set(ANSWERS) | set(REQUESTS) | set(PAGES) | set(BODIES) | WIRE | \
        {"delay", "headers"}


class Answer(Exception):
    """An answer instead of Twilio's."""

    def __init__(self, status, kind, body, headers=()):
        Exception.__init__(self)
        self.status, self.kind, self.headers = status, kind, list(headers)
        self.body = body.encode() if isinstance(body, str) else body


def fault_of(table):
    def named(name):
        def put(function):
            table[name] = function
            return function
        return put
    return named


answer, request, page, body = map(fault_of, (ANSWERS, REQUESTS, PAGES, BODIES))


MESSAGES = {400: "Bad request", 401: "Authenticate", 403: "Forbidden",
            404: "The requested resource was not found",
            503: "Service unavailable"}


@answer("429")
def too_many(s, req):
    headers = [("Retry-After", str(s["retry_after"]))] \
        if "retry_after" in s else []
    raise Problem(429, 20429, "Too Many Requests", headers)


@answer("status")
def status(s, req):
    headers = [(k, str(v)) for k, v in s.get("headers", {}).items()]
    if "retry_after" in s:
        headers.append(("Retry-After", str(s["retry_after"])))
    if "body" in s:
        raise Answer(s["status"], s.get("content_type", "application/json"),
                     s["body"], headers)
    raise Problem(s["status"], s.get("code", 20500), s.get(
        "message", MESSAGES.get(s["status"], "An internal server error has "
                                             "occurred")), headers)


@answer("html")
def html(s, req):
    raise Answer(s.get("status", 504), "text/html",
                 "<html><head><title>504 Gateway Time-out</title></head>\r\n"
                 "<body><center><h1>\x1b[31mGateway</h1></center></body></html>")


@answer("redirect")
def redirect(s, req):
    raise Answer(s.get("status", 302), "text/plain", "Found",
                 [("Location", s.get("location", "https://evil.example/"))])


@answer("body")
def other_body(s, req):
    raise Answer(s.get("status", 200), s.get("content_type", "application/json"),
                 s.get("body", ""))


@answer("json_null")
def json_null(s, req):
    raise Answer(200, "application/json", "null")


@answer("empty_object")
def empty_object(s, req):
    raise Answer(200, "application/json", "{}")


@request("shift")
def shift(s, req):
    """The page starts so many records too early (or late): what happens to a
    cursor that counts when records come or go at the head."""
    req.shift = s.get("by", 1)


@request("ignore_window")
def ignore_window(s, req):
    req.ignore_window = True


@request("other_tenant")
def other_tenant(s, req):
    """The main account's records, whoever asks."""
    req.tenant = req.world.accounts.main


@page("tokenless_next")
def tokenless_next(s, req, p):
    p.next = p.next and re.sub(r"&PageToken=[^&]*", "", p.next)


@page("no_list_key")
def no_list_key(s, req, p):
    p.key = None


@page("other_list_key")
def other_list_key(s, req, p):
    p.key = s.get("key", "things")


@page("no_next_key")
def no_next_key(s, req, p):
    p.meta.pop(p.next_name(), None)


@page("foreign_next")
def foreign_next(s, req, p):
    p.next = s.get("next", "https://evil.example" + req.path + "?PageSize=50")


@page("loop")
def loop(s, req, p):
    """To itself; with "pair" from here to there and back; with "fresh" under
    another token every time, none of which is heeded."""
    here = req.target if p.style == "2010" else \
        "https://" + req.domain + req.target
    if s.get("fresh"):
        n = re.search(r"[?&]_Fresh=(\d+)", here)
        here = here[:n.start()] if n else here
        p.next = "%s%s_Fresh=%d" % (here, "&" if "?" in here else "?",
                                    int(n[1]) + 1 if n else 1)
        return
    bare = re.sub(r"[?&]_Again=1", "", here)
    if s.get("pair") and bare == here:
        here = bare + ("&" if "?" in bare else "?") + "_Again=1"
    else:
        here = bare
    p.next = p.again or here


@page("empty_pages")
def empty_pages(s, req, p):
    """So many empty pages before this one, each with a next link.  Where the
    style is "token" the next leads here again: use "count"."""
    step(req, p, 0, s.get("empties", 1))


def step(req, p, k, n):
    bare = re.sub(r"[?&]_Empty=\d+\.\d+", "", req.target)
    link = "%s%s_Empty=%d.%d" % (bare, "&" if "?" in bare else "?", k + 1, n)
    p.records = []
    p.next = p.again or link if p.style == "2010" else "https://" + req.domain + link


@page("repeat_sid")
def repeat_sid(s, req, p):
    p.records = p.records + p.records[:s.get("records", 1)]


@page("drop_record")
def drop_record(s, req, p):
    del p.records[s.get("record", 0)]


@page("reorder")
def reorder(s, req, p):
    p.records = p.records[::-1]


def change(p, s, function):
    at = s.get("record", 0)
    if p.records:
        p.records[at] = function(p.records[at])


def put_first(text):
    return lambda r: "{" + text + ("," if r[1:2] != "}" else "") + r[1:]


@page("wrong_account")
def wrong_account(s, req, p):
    change(p, s, lambda r: r.replace(req.account.sid,
                                     s.get("sid", "AC" + "0" * 32)))


@page("out_of_window")
def out_of_window(s, req, p):
    change(p, s, lambda r: re.sub(
        r"\d{4}-\d\d-\d\dT[\d:]+Z", "2001-01-01T00:00:00Z", re.sub(
            r'"\w{3}, \d\d \w{3} \d{4} [\d:]{8}',
            '"Mon, 01 Jan 2001 00:00:00', r)))


@page("third_date")
def third_date(s, req, p):
    change(p, s, lambda r: re.sub(
        r'"(\w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000|\d{4}-\d\d-\d\dT[\d:]+Z)"',
        '"01/02/2026 3:04 PM"', r))


@page("lone_surrogate")
def lone_surrogate(s, req, p):
    change(p, s, put_first(r'"odd":"a\ud800x"'))


@page("nul_escape")
def nul_escape(s, req, p):
    change(p, s, put_first(r'"odd":"a\u0000b"'))


@page("deep")
def deep(s, req, p):
    n = s.get("depth", 10000)
    change(p, s, put_first('"deep":' + "[" * n + "]" * n))


@page("dup_key")
def dup_key(s, req, p):
    change(p, s, lambda r: r[:-1] + ',"sid":"XX%032d"}' % 0)


@page("huge_number")
def huge_number(s, req, p):
    change(p, s, put_first(
        '"huge":1e400,"long":%s,"tiny":-0.0,"exact":1.10' % ("9" * 400)))


@page("new_members")
def new_members(s, req, p):
    p.records = [put_first('"brand_new":{"a":[1,2.50,null]},"also_new":"x"')(r)
                 for r in p.records]


@page("long_text")
def long_text(s, req, p):
    change(p, s, put_first('"long_text":"%s"' % ("x" * s.get("bytes", 1 << 20))))


@page("not_object")
def not_object(s, req, p):
    change(p, s, lambda r: s.get("value", '"just text"'))


@page("no_key")
def no_key(s, req, p):
    change(p, s, lambda r: re.sub(r'"sid": ?"[^"]*"(, ?)?', "", r, count=1))


@body("bad_utf8")
def bad_utf8(s, b):
    return b.replace(b'"uri":', b'"odd":"a\xff\xfe","uri":', 1) \
        if s.get("where") != "text" else b.replace(b'": "', b'": "\xc3(', 1)


@body("bom")
def bom(s, b):
    return b"\xef\xbb\xbf" + b


@body("cut_json")
def cut_json(s, b):
    """A whole answer, by its length, of half a document."""
    return b[:s.get("bytes", len(b) // 2)]


@body("trailing")
def trailing(s, b):
    return b + s.get("text", "{}").encode()


@body("raw_nul")
def raw_nul(s, b):
    return b.replace(b'"uri"', b'"u\x00i"', 1)


# gzip that is more than it seems, made once

_bombs = {}


def gzip_bomb(size):
    if size not in _bombs:
        z = zlib.compressobj(9, zlib.DEFLATED, 31)
        out = [z.compress(b'{"messages": [')]
        block = b" " * (1 << 20)
        for _ in range(max(size >> 20, 1)):
            out.append(z.compress(block))
        out += [z.compress(b'], "next_page_uri": null}'), z.flush()]
        _bombs[size] = b"".join(out)
    return _bombs[size]


def gzip_layers(data, times):
    for _ in range(times):
        z = zlib.compressobj(1, zlib.DEFLATED, 31)
        data = z.compress(data) + z.flush()
    return data
