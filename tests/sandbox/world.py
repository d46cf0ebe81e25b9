"""Everything there is in this Twilio: accounts, their records, the lists."""
import below
import core
import short
import timeline
import usage
from accounts import Accounts
from chance import Chance
from clock import DAY
from listing import Listing, Window
from problem import Problem

KINDS = {"messages": core.Messages, "calls": core.Calls,
         "recordings": core.Recordings, "conferences": core.Conferences,
         "alerts": core.Alerts}


class World:
    def __init__(self, options, clock):
        self.options, self.clock = options, clock
        self.seed, self.still = options.seed, options.still
        self.strict, self.page_cap = options.strict, options.page_cap
        self.days_only, self.midnight = options.days_only, options.midnight
        self.lag = options.lag
        self.begin = clock.now()
        self.chance = Chance(self.seed, "world")
        self.accounts = Accounts(self.chance, options.subaccounts, self.begin,
                                 365 if options.shape == "sparse-year"
                                 else options.days,
                                 () if options.all_active
                                 else ("suspended", "closed"))
        self.made = {}

    def tables(self, name, account):
        """The account's records of one of KINDS."""
        table = self.made.get((name, account.n))
        if table is None:
            table = self.made[name, account.n] = self._make(name, account)
        return table

    def _make(self, name, account):
        o = self.options
        total = getattr(o, name)
        others = len(self.accounts.active) - 1
        share = total * 3 // 10 // others if others else 0
        if account is self.accounts.main:
            count = total - share * others
        elif account.status == "active":
            count = share
        else:
            count = min(share, 7)
        # A still world ends before anything in it could still be under way.
        end = self.begin - (6 * 3600 if self.still else 0)
        line = timeline.make(o.shape, count, end, o.days,
                             Chance(self.seed, name, account.n), not self.still)
        return KINDS[name](self, account, line)


def series(name):
    return lambda req, values: req.world.tables(name, req.account)


def child_of(name, parameter, make):
    """The list below one record, which must be there."""
    def source(req, values):
        row = req.world.tables(name, req.account).find(req.params[parameter],
                                                       req.now)
        if row is None:
            raise Problem(404, 20404, "The requested resource %s was not found"
                          % req.path)
        return make(req.world, req.account, row, req.now)
    return source


def account_list(req, values):
    login = req.login
    rows = [short.rows_of([a.record()])[0] for a in reversed(
        req.world.accounts.all)
        if a is login.account or login.kind == "token" and
        a.parent is login.account]
    return short.Fixed(rows)


def usage_source(req, values):
    family = values.get("IncludeSubaccounts", "true")
    table = usage.daily(req.world, req.account, family == "true", req.now,
                             values["_bounds"])
    want = values.get("Category")
    if not [r for r in table.all if want in (None, r["category"])]:
        raise Problem(404, 20404, "The requested resource %s was not found"
                      % req.path)
    return table


BASE = "/2010-04-01/Accounts/{AccountSid}/"
BOOLEAN = ("true", "false")


def core_listings():
    def two(field, name, grain, bounds="[]"):
        return Window(field, name + ">", name + "<", grain, bounds, name)

    lists = [
        Listing("account", "api", "/2010-04-01/Accounts/{AccountSid}.json", ".",
                "none", None, source=lambda req, values: short.Fixed(
                    short.rows_of([req.account.record()]))),
        Listing("accounts", "api", "/2010-04-01/Accounts.json", "accounts",
                filters={"FriendlyName": "friendly_name", "Status":
                         ("status", ("active", "suspended", "closed"))},
                source=account_list),
        Listing("messages", "api", BASE + "Messages.json", "messages",
                filters={"To": "to", "From": "from"},
                windows=[two("date_sent", "DateSent", "try")],
                source=series("messages")),
        Listing("message_media", "api",
                BASE + "Messages/{MessageSid}/Media.json", "media_list",
                windows=[two("date_created", "DateCreated", "try")],
                source=child_of("messages", "MessageSid", below.media)),
        Listing("calls", "api", BASE + "Calls.json", "calls",
                filters={"To": "to", "From": "from",
                         "ParentCallSid": "parent_call_sid", "Status": (
                             "status", ("queued", "ringing", "in-progress",
                                        "completed", "busy", "failed",
                                        "no-answer", "canceled"))},
                windows=[two("start_time", "StartTime", "day", "[)"),
                         two("end_time", "EndTime", "day", "[)")],
                source=series("calls")),
        Listing("recordings", "api", BASE + "Recordings.json", "recordings",
                filters={"CallSid": "call_sid", "ConferenceSid": "conference_sid",
                         "IncludeSoftDeleted": (None, BOOLEAN)},
                windows=[two("date_created", "DateCreated", "try")],
                source=series("recordings")),
        Listing("conferences", "api", BASE + "Conferences.json", "conferences",
                filters={"FriendlyName": "friendly_name", "Status": (
                    "status", ("init", "in-progress", "completed"))},
                windows=[two("date_created", "DateCreated", "day"),
                         two("date_updated", "DateUpdated", "day")],
                source=series("conferences")),
        Listing("conference_participants", "api",
                BASE + "Conferences/{ConferenceSid}/Participants.json",
                "participants",
                filters={n: (n, BOOLEAN) for n in ("Muted", "Hold", "Coaching")},
                source=child_of("conferences", "ConferenceSid",
                                below.participants)),
        Listing("usage_records", "api", BASE + "Usage/Records/Daily.json",
                "usage_records",
                filters={"Category": ("category", [c[0] for c in usage.CATEGORIES]),
                         "IncludeSubaccounts": (None, BOOLEAN)},
                windows=[Window("start_date", "StartDate", "EndDate", "day", "[]")],
                source=usage_source),
        Listing("alerts", "monitor", "/v1/Alerts", "alerts", "meta",
                filters={"LogLevel": ("log_level", core.Alerts.LEVELS)},
                windows=[Window("date_generated", "StartDate", "EndDate",
                                "instant", "[]")],
                source=series("alerts")),
    ]
    found = {x.name: x for x in lists}
    for name in ("messages", "message_media", "recordings"):
        found[name].retention = 400 * DAY
    found["accounts"].secretive = found["account"].secretive = True
    found["alerts"].depth = 10000
    # Unfiltered is not everything: facts 3.5 and the change of 2026-09-30.
    found["conferences"].defaults = [("Status", "status", "in-progress")]
    found["recordings"].defaults = [
        ("IncludeSoftDeleted", "status", {"in-progress", "completed"})]
    return lists
