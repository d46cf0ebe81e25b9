"""From a request to a reply: who asks, which list, what goes wrong."""
import base64
import re
import threading
import time
import zlib
from collections import OrderedDict
from hashlib import blake2b

import control
import faults
import generic
import pages
import world as worlds
from clock import http_date
from problem import Problem
from stats import Stats
from wire import Reply

CACHE_BYTES = 256 << 20


class Asked:
    """One request, understood."""

    def __init__(self, world, now, target):
        self.world, self.now, self.target = world, now, target
        self.path, _, self.raw_query = target.partition("?")
        self.product = self.domain = ""
        self.login = self.account = None
        self.params, self.query = {}, []
        self.shift, self.ignore_window, self.tenant = 0, False, None


class Router:
    """Paths of all lists, by product and number of parts."""

    def __init__(self, listings):
        self.table, self.found = {}, {}
        for x in listings:
            parts = x.path.split("/")
            self.table.setdefault((x.host, len(parts)), []).append((parts, x))
        for group in self.table.values():
            # A written part goes before a parameter: /Statistics, then /{Sid}.
            group.sort(key=lambda e: [p[:1] == "{" for p in e[0]])

    def find(self, product, path):
        parts = path.split("/")
        for pattern, listing in self.table.get((product, len(parts)), ()):
            params = {}
            for want, part in zip(pattern, parts):
                if want[:1] == "{":
                    tail = want[want.index("}") + 1:]
                    if tail and not part.endswith(tail):
                        break
                    params[want[1:want.index("}")]] = \
                        pages.unquote(part[:-len(tail)] if tail else part)
                elif want != part:
                    break
            else:
                return listing, params
        return None, None


class App:
    def __init__(self, options, clock, streams):
        self.options, self.clock, self.streams = options, clock, streams
        self.stats, self.faults = Stats(), faults.Faults()
        self.lock = threading.Lock()
        self.serial = 0
        self.renew()

    def renew(self):
        """The world as it is in the beginning."""
        self.world = worlds.World(self.options, self.clock)
        mine = worlds.core_listings()
        taken = {(x.host, x.path) for x in mine}
        self.kinds = {}
        for s in self.streams.values():
            self.kinds[s.name] = generic.Kind(s, self.kinds, self.world)
        for k in self.kinds.values():
            for _, member in k.feed:
                if k.parent in self.kinds and member[:1] != "^":
                    self.kinds[k.parent].fed.add(generic.flat(member))
        rest = [generic.listing_of(k) for k in self.kinds.values()
                if (k.host, k.path) not in taken]
        self.listings = {x.name: x for x in rest + mine}
        self.router = Router(list(self.listings.values()))
        self.forget()

    def forget(self):
        with self.lock:
            self.cache, self.cached = OrderedDict(), 0
            self.issued = OrderedDict()

    # One request

    def answer(self, http, send):
        if http.target.startswith("/_sandbox/"):
            return send(control.answer(self, http))
        domain = http.headers.get("host", "").lower()
        domain = domain.rsplit(":", 1)[0] if domain.count(":") == 1 else domain
        asked = Asked(self.world, self.clock.now(), http.target)
        asked.domain = domain
        scope = self.scope(http, asked)
        inflight = self.stats.enter(scope)
        headers = [("Date", http_date(asked.now)), ("Server", "sandbox"),
                   ("Twilio-Request-Id", self.request_id()),
                   ("Twilio-Concurrent-Requests", str(inflight)),
                   ("Twilio-Request-Duration", "0.012"),
                   ("X-Home-Region", "us1"), ("Connection", "keep-alive")]
        rule = self.faults.of(domain + http.target, scope)
        spec = rule.spec if rule else {}
        status = 0
        try:
            pause = self.options.latency
            if rule and rule.fault == "delay":
                pause = spec.get("ms", 1000)
            if pause:
                time.sleep(pause / 1000)
            reply = self.reply(http, asked, rule, inflight, headers)
            status = reply.status
        finally:
            self.stats.leave(scope)
            self.stats.note(domain, http.target, http.headers, status,
                            len(reply.body) if status else 0,
                            rule and rule.fault)
        send(reply)

    def reply(self, http, asked, rule, inflight, headers):
        try:
            if rule and rule.fault in faults.ANSWERS:
                faults.ANSWERS[rule.fault](rule.spec, asked)
            limit = self.options.limit
            if limit and inflight > limit:
                wait = self.options.retry_after
                raise Problem(429, 20429, "Too Many Requests",
                              [("Retry-After", wait)] if wait else [])
            return self.good(http, asked, rule, headers)
        except Problem as p:
            return Reply(p.status, headers + p.headers +
                         [("Content-Type", "application/json")], p.body(),
                         rule if rule and rule.fault in faults.WIRE else None)
        except faults.Answer as a:
            return Reply(a.status, headers + a.headers +
                         [("Content-Type", a.kind)], a.body)

    def good(self, http, asked, rule, headers):
        zipped = "gzip" in http.headers.get("accept-encoding", "").lower()
        key = (asked.domain, http.target, http.headers.get("authorization"))
        spoil = rule is not None and rule.fault not in faults.WIRE and \
            rule.fault not in ("delay", "headers")
        entry = None if spoil else self.cache.get(key)
        if entry is None or entry[0] <= asked.now:
            body, until = self.page(http, asked, rule if spoil else None)
            entry = [until, body, None]
            if not spoil:
                self.keep(key, entry)
        body = entry[1]
        headers = headers + [("Content-Type", "application/json;charset=utf-8"),
                             ("Vary", "Accept-Encoding")]
        if rule and rule.fault == "headers":
            given = rule.spec["headers"]
            headers = [h for h in headers if h[0] not in given] + \
                list(given.items())
        if zipped and len(body) > 200 and \
                "Content-Encoding" not in dict(headers):
            if entry[2] is None:
                z = zlib.compressobj(self.options.gzip_level, zlib.DEFLATED, 31)
                entry[2] = z.compress(body) + z.flush()
            headers.append(("Content-Encoding", "gzip"))
            body = entry[2]
        reply = Reply(200, headers, body,
                      rule if rule and rule.fault in faults.WIRE else None)
        reply.plain = entry[1]
        return reply

    def page(self, http, asked, rule):
        if http.method != "GET":
            raise Problem(405, 20004, "Method not allowed")
        target = re.sub(r"[?&]_(?:Empty=\d+\.\d+|Again=1)", "", http.target)
        asked.path, _, asked.raw_query = target.partition("?")
        self.authenticate(http, asked)
        self.check_host(asked)
        listing, params = self.router.find(asked.product, asked.path)
        if listing is None:
            raise self.nowhere(asked)
        asked.params = params
        self.permit(asked, listing)
        if rule and rule.fault in faults.REQUESTS:
            faults.REQUESTS[rule.fault](rule.spec, asked)
            asked.account = asked.tenant or asked.account
        if self.options.strict and "PageToken=" in target:
            self.check_issued(asked, target)
        asked.query = [q for q in pages.parse_query(asked.raw_query)
                       if q[0] != "_Fresh"]
        page = listing.answer(asked)
        if self.options.strict and page.next:
            self.remember(page.next)
        empty = re.search(r"[?&]_Empty=(\d+)\.(\d+)", http.target)
        if empty and int(empty[1]) < int(empty[2]):
            faults.step(asked, page, int(empty[1]), int(empty[2]))
        elif rule and not empty and rule.fault in faults.PAGES:
            faults.PAGES[rule.fault](rule.spec, asked, page)
        body = page.render()
        if rule and rule.fault in faults.BODIES:
            body = faults.BODIES[rule.fault](rule.spec, body)
        return body, page.until

    def keep(self, key, entry):
        with self.lock:
            old = self.cache.pop(key, None)
            if old:
                self.cached -= len(old[1])
            self.cache[key] = entry
            self.cached += len(entry[1])
            while self.cached > CACHE_BYTES:
                _, gone = self.cache.popitem(last=False)
                self.cached -= len(gone[1])

    def remember(self, link):
        with self.lock:
            at = link.find("/", 8) if link[:1] != "/" else 0
            self.issued[blake2b(link[at:].encode(), digest_size=8).digest()] = 1
            while len(self.issued) > 100000:
                self.issued.popitem(last=False)

    def check_issued(self, asked, target):
        """Strict: a next link comes back byte for byte or not at all."""
        mark = blake2b(target.encode(), digest_size=8).digest()
        with self.lock:
            if mark not in self.issued:
                raise Problem(400, 21481, "Invalid PageToken")

    # Who

    def scope(self, http, asked):
        """The account a request counts for: the path's, else the login's."""
        m = re.match(r"/2010-04-01/Accounts/(AC[0-9a-f]{32})", asked.path)
        if m:
            return m.group(1)
        user, _ = credentials(http)
        _, login = self.world.accounts.logins.get(user, (None, None))
        return login.account.sid if login else "nobody"

    def authenticate(self, http, asked):
        user, password = credentials(http)
        if user is None:
            raise Problem(401, 20003, "Authenticate",
                          [("WWW-Authenticate", 'Basic realm="Twilio API"')])
        asked.login = self.world.accounts.login(user, password)

    def check_host(self, asked):
        """product.twilio.com or product.edge.region.twilio.com; a bare
        loopback address, for use by hand, is api."""
        domain = asked.domain
        if not domain.endswith(".twilio.com"):
            if domain.strip("[]") in ("127.0.0.1", "localhost", "::1", ""):
                asked.product, asked.domain = "api", "api.twilio.com"
                return
            raise Problem(404, 20404, "No such host: %s" % domain[:60])
        labels = domain[:-len(".twilio.com")].split(".")
        asked.product = labels[0]
        if len(labels) == 2 or len(labels) > 3:
            raise Problem(404, 20404, "No such host: %s" % domain[:60])
        if len(labels) == 3 and labels[2] != self.options.region or \
                len(labels) == 1 and self.options.region != "us1":
            # Keys and tokens are one region's.
            raise Problem(401, 20003, "Authenticate")

    def nowhere(self, asked):
        if asked.product == "api" and \
                self.router.find("api", asked.path + ".json")[0]:
            # Without .json api.twilio.com speaks XML.
            return faults.Answer(
                200, "application/xml", '<?xml version=\'1.0\' encoding=\'UTF-8\'?>'
                '\n<TwilioResponse><Page page="0"></Page></TwilioResponse>')
        return Problem(404, 20404, "The requested resource %s was not found"
                       % asked.path[:200])

    def permit(self, asked, listing):
        login, sid = asked.login, asked.params.get("AccountSid")
        if sid is None:
            account = login.account
        else:
            account = self.world.accounts.by_sid.get(sid)
            if account is None:
                raise Problem(404, 20404, "The requested resource %s was not "
                              "found" % asked.path[:200])
        if not login.may_read(account, listing.secretive):
            raise Problem(401, 20003, "Authenticate")
        # A parent that is suspended suspends its children.
        standing = {a.status for a in (account, account.parent, login.account)}
        if "closed" in standing:
            raise Problem(403, 20005, "Account not active")
        if "suspended" in standing:
            raise Problem(403, 20403, "Account is suspended")
        asked.account = account

    def request_id(self):
        with self.lock:
            self.serial += 1
            return "RQ" + self.world.chance.hex("request-%d" % self.serial)


def credentials(http):
    kind, _, value = http.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None, None
    try:
        user, _, password = base64.b64decode(value).decode().partition(":")
    except ValueError:
        return None, None
    return user, password
