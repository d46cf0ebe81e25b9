"""/_sandbox/...: for tests and for people, from this machine only.

GET  stats [?NAME]          counts; one of them as text
GET  requests               the last ones, "STATUS HOST/TARGET"
GET  truth/STREAM           NDJSON, see truth.py
GET  env, credentials, streams, clock, help
POST fault                  a rule or an array of rules, see faults.py
POST advance?seconds=N      the clock goes on, and everything with it
POST account?sid=AC..&status=suspended
POST refuse?seconds=N       new connections are refused for a while
POST reset                  counts, rules and clock as in the beginning
"""
import json

import faults
import pages
import truth
from clock import iso
from problem import Problem
from wire import Reply


def answer(app, http):
    path, _, query = http.target.partition("?")
    parts = path.split("/")[2:]
    if http.peer.sock.getpeername()[0] not in ("127.0.0.1", "::1"):
        return plain(403, "loopback only\n")
    try:
        do = COMMANDS.get((http.method, parts[0]))
        if do is None:
            raise Problem(404, 20404, __doc__)
        return do(app, http, parts[1:], query)
    except Problem as p:
        return plain(p.status, p.message + "\n")
    except (ValueError, KeyError, TypeError) as e:
        return plain(400, "%s: %s\n" % (type(e).__name__, e))


def plain(status, text):
    return Reply(status, [("Content-Type", "text/plain; charset=utf-8")],
                 text.encode("utf-8", "surrogatepass"))


def as_json(value):
    return Reply(200, [("Content-Type", "application/json")],
                 (json.dumps(value, indent=1, sort_keys=True) + "\n").encode())


def get_stats(app, http, parts, query):
    report = app.stats.report()
    if not query:
        return as_json(report)
    value = report.get(query, 0)
    return as_json(value) if isinstance(value, dict) else plain(200, "%s\n" % value)


def get_requests(app, http, parts, query):
    return plain(200, "".join(r + "\n" for r in app.stats.requests()))


def get_truth(app, http, parts, query):
    given = dict(pages.parse_query(query))
    return plain(200, "".join(
        line + "\n" for line in truth.lines(app, parts[0], given)))


def get_streams(app, http, parts, query):
    return plain(200, "".join("%s %s %s %s\n" % (x.name, x.host, x.style, x.path)
                              for x in app.listings.values()))


def get_credentials(app, http, parts, query):
    out = []
    for a in app.world.accounts.all:
        out.append({"sid": a.sid, "auth_token": a.token, "status": a.status,
                    "name": a.name, "keys": [
                        {"sid": k, "secret": s, "kind": kind}
                        for k, s, kind in a.keys]})
    return as_json(out)


def get_env(app, http, parts, query):
    return plain(200, exports(app))


def exports(app):
    main = app.world.accounts.main
    return ("export TW_API_BASE=%s\nexport TWILIO_ACCOUNT_SID=%s\n"
            "export TWILIO_AUTH_TOKEN=%s\nexport SANDBOX_URL=%s\n"
            "export SANDBOX_STRANGER=%s\n" % (
                app.url, main.sid, main.token, app.url, app.stranger))


def get_clock(app, http, parts, query):
    return plain(200, iso(app.clock.now()) + "\n")


def post_fault(app, http, parts, query):
    app.faults.add(json.loads(http.body))
    return plain(200, "ok\n")


def post_advance(app, http, parts, query):
    given = dict(pages.parse_query(query))
    app.clock.advance(int(given["seconds"]))
    app.forget()
    return get_clock(app, http, parts, query)


def post_account(app, http, parts, query):
    given = dict(pages.parse_query(query))
    app.world.accounts.by_sid[given["sid"]].status = given["status"]
    app.forget()
    return plain(200, "ok\n")


def post_refuse(app, http, parts, query):
    app.server.refuse(float(dict(pages.parse_query(query))["seconds"]))
    return plain(200, "ok\n")


def get_help(app, http, parts, query):
    return plain(200, __doc__.lstrip() + "\nfaults: %s\n" % ", ".join(
        sorted(faults.names())))


def post_reset(app, http, parts, query):
    app.faults.clear()
    app.stats.reset()
    app.clock.reset()
    app.world.accounts.reset()
    app.forget()
    return plain(200, "ok\n")


COMMANDS = {
    ("GET", "stats"): get_stats, ("GET", "requests"): get_requests,
    ("GET", "truth"): get_truth, ("GET", "streams"): get_streams,
    ("GET", "credentials"): get_credentials, ("GET", "env"): get_env,
    ("GET", "help"): get_help, ("POST", "account"): post_account,
    ("POST", "refuse"): post_refuse,
    ("GET", "clock"): get_clock, ("POST", "fault"): post_fault,
    ("POST", "advance"): post_advance, ("POST", "reset"): post_reset,
}
