"""A plain reader of the sandbox, for its own test: every page of a stream,
every account, every parent, printed as /_sandbox/truth prints it.

	python3 tests/sandbox/walk.py STREAM...
	python3 tests/sandbox/walk.py --check [STREAM...]

The second compares by itself, all streams of the catalogue unless some are
named, and says which differ.

It asks with what the environment has (TW_API_BASE, the credentials), follows
next links as they are and knows nothing of how the sandbox makes its records.
"""
import base64
import http.client
import json
import os
import re
import sys
from urllib.parse import quote, urlsplit

sys.dont_write_bytecode = True

import catalog

TOKENS = re.compile(r'("(?:[^"\\]|\\.)*")|\s+')
decoder = json.JSONDecoder()


def compact(text):
    return TOKENS.sub(lambda m: m.group(1) or "", text)


def slices(text, at):
    """The records of the array that starts at text[at], as they are spelled."""
    at += 1
    while text[at] != "]":
        _, end = decoder.raw_decode(text, at)
        yield text[at:end]
        at = end + (text[end] == ",")


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


class Walker:
    def __init__(self):
        base = urlsplit(os.environ["TW_API_BASE"])
        self.web = http.client.HTTPConnection(base.hostname, base.port)
        self.streams = catalog.read(catalog.layers())
        self.main = (os.environ["TWILIO_ACCOUNT_SID"],
                     os.environ["TWILIO_AUTH_TOKEN"])
        self.accounts = [(r["sid"], r["auth_token"]) for _, text in self.lists(
            self.streams["accounts"], self.main, {})
            for r in [json.loads(text)] if r["status"] == "active"]

    def get(self, host, target, login):
        word = base64.b64encode(("%s:%s" % login).encode()).decode()
        self.web.request("GET", target, headers={
            "Host": host, "Authorization": "Basic " + word})
        r = self.web.getresponse()
        return r.status, r.read().decode("utf-8", "surrogatepass")

    def lists(self, s, login, params):
        """(parameters, record) of one list, all passes and pages."""
        host = s.get("host")[0] + ".twilio.com"
        path = re.sub(r"\{(\w+)\}", lambda m: quote(params[m.group(1)], safe=""),
                      s.get("path")[0])
        style, (member, *names) = s.get("paging")[0], s.get("records")
        query = [e[0].replace("{AccountSid}", login[0])
                 for e in s.many.get("query", {}).values()]
        size = s.get("size")
        if size:
            query.append("%s=%s" % (size[1] if len(size) > 1 else "PageSize",
                                    size[0]))
        w = s.get("window")
        if w and "bounded" in w:
            query += ["%s=2026-10-01" % w[1], "%s=2026-11-23" % w[2]]
        passes = [""]
        for e in s.many.get("each", {}).values():
            name, _, values = e[0].partition("=")
            passes = ["%s=%s" % (name, v) for v in values.split(",")]
        for one in passes:
            start = path + "?" + "&".join(query + ([one] if one else []))
            target, page = start, 0
            while target:
                status, text = self.get(host, target, login)
                if str(status) in s.many.get("empty", {}):
                    break
                if status != 200:
                    raise SystemExit("%s: %d %s" % (target, status, text[:300]))
                body, text = json.loads(text), compact(text)
                if member == ".":
                    yield params, text
                    break
                at = text.index('"%s":[' % member) + len(member) + 3
                n = 0
                for r in slices(text, at):
                    n += 1
                    yield params, '{"%s":%s}' % (names[0], r) if names else r
                page += 1
                target = self.following(s, style, body, start, page, n)

    def following(self, s, style, body, start, page, n):
        if style == "2010":
            return body["next_page_uri"]
        if style == "meta":
            link = body["meta"]["next_page_url"]
            return link and "/" + link.split("/", 3)[3]
        if style == "token":
            meta = body["meta"]
            name = s.get("paging")[1:] or ["pageToken"]
            token = meta.get("nextToken") or meta.get("next_token")
            return token and "%s&%s=%s" % (start, name[0], quote(token, safe=""))
        if style == "number":
            return n and "%s&Page=%d" % (start, page)
        if style == "scim":
            seen = body["startIndex"] - 1 + n
            return seen < body["totalResults"] and \
                "%s&startIndex=%d" % (start, seen + 1)
        return None

    def walk(self, name, login, depth=0):
        """(parameters, record) of a stream in one account."""
        s = self.streams[name]
        places = [{"AccountSid": login[0]}]
        for e in s.many.get("values", {}).values():
            places = [dict(places[0], **{e[0]: v}) for v in e[1].split(",")]
        parent = s.get("parent")
        if parent:
            places, seen = [], set()
            for above, text in self.walk(parent[0], login, depth + 1):
                r = json.loads(text)
                if not wanted(s, r):
                    continue
                place = {"AccountSid": login[0]}
                for feed in parent[1:]:
                    p, _, m = feed.partition("=")
                    place[p] = above[m[1:]] if m[:1] == "^" else r[m]
                places.append(place)
        for place in places:
            if not set(re.findall(r"\{(\w+)\}", s.get("path")[0])) <= set(place):
                return      # a value that only its user knows
            yield from self.lists(s, login, place)

    def lines(self, name):
        s = self.streams[name]
        lacking = [k for k in s.get("key", []) if k[:1] == "_" and k != "_account"]
        if not s.get("key"):    # an item is known by the list it is of
            lacking = ["_" + snake(p) for p in re.findall(
                r"\{(\w+)\}", s.get("path")[0]) if p != "AccountSid"]
        for login in self.accounts:
            if name == "accounts" and login != self.main:
                continue
            for params, text in self.walk(name, login):
                extra = {"_account": login[0]}
                for k in lacking:
                    extra.update({k: v for p, v in params.items()
                                  if "_" + snake(p) == k})
                head = json.dumps(extra, separators=(",", ":"))[:-1]
                yield head + (text[1:] if text == "{}" else "," + text[1:])


def wanted(s, record):
    for e in s.many.get("only", {}).values():
        field, sign, values = e
        if (str(record[field]) in values.split(",")) != (sign == "="):
            return False
    return True


def differs(w, name):
    """Whether the pages of a stream hold something else than the truth."""
    path = re.findall(r"\{(\w+)\}", w.streams[name].get("path")[0])
    try:
        seen = sorted(w.lines(name))
    except SystemExit as e:
        return str(e)
    w.web.request("GET", "/_sandbox/truth/%s?secrets=1&now=1" % name)
    truth = w.web.getresponse().read().decode("utf-8", "surrogatepass")
    if seen == sorted(truth.split("\n")[:-1]):
        return None if seen or path else "%s: nothing at all" % name
    return "%s: %d read, %d are there" % (name, len(seen), truth.count("\n"))


if __name__ == "__main__":
    w = Walker()
    if sys.argv[1:2] == ["--check"]:
        names = sys.argv[2:] or w.streams
        found = [d for d in (differs(w, n) for n in names) if d]
        print("%d streams, %d differ" % (len(names), len(found)), *found, sep="\n")
        sys.exit(1 if found else 0)
    for name in sys.argv[1:]:
        for line in w.lines(name):
            sys.stdout.buffer.write(line.encode("utf-8", "surrogatepass") + b"\n")
