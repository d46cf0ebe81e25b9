"""Who there is, who may ask, and for whom.

The main account owns its subaccounts: some active, one suspended, one
closed.  Each account has a token, a main and a standard API key.  The main
account's own SID and token reach every account of api.twilio.com; everything
else reaches only its own account.
"""
from clock import DAY, rfc2822
from problem import Problem

SUBRESOURCES = (
    "addresses", "conferences", "signing_keys", "transcriptions",
    "connect_apps", "sip", "authorized_connect_apps", "usage", "keys",
    "applications", "recordings", "short_codes", "calls", "notifications",
    "incoming_phone_numbers", "queues", "messages", "outgoing_caller_ids",
    "available_phone_numbers", "balance")


class Account:
    def __init__(self, chance, n, name, status, parent, created):
        self.n = n
        self.sid = "AC" + chance.hex("account-%d" % n)
        self.token = chance.hex("token-%d" % n)
        self.name, self.status, self.created = name, status, created
        self.first_status = status
        self.parent = parent or self
        self.keys = [("SK" + chance.hex("key-%d-%s" % (n, kind)),
                      chance.hex("secret-%d-%s" % (n, kind)), kind)
                     for kind in ("main", "standard")]

    def record(self):
        base = "/2010-04-01/Accounts/" + self.sid
        return {
            "status": self.status,
            "date_updated": rfc2822(self.created + 60),
            "auth_token": self.token,
            "friendly_name": self.name,
            "owner_account_sid": self.parent.sid,
            "uri": base + ".json",
            "sid": self.sid,
            "date_created": rfc2822(self.created),
            "type": "Full",
            "subresource_uris": {
                s: "%s/%s.json" % (base, "SIP" if s == "sip" else "".join(
                    w.capitalize() for w in s.split("_")))
                for s in SUBRESOURCES},
        }


class Login:
    def __init__(self, account, kind):
        self.account, self.kind = account, kind

    def may_read(self, account, secretive):
        """secretive: accounts and keys, which a standard key may not list."""
        if secretive and self.kind == "standard":
            return False
        if account is self.account:
            return True
        return self.kind == "token" and account.parent is self.account


class Accounts:
    def __init__(self, chance, subaccounts, now, days, inactive):
        born = now - (max(days, 30) + 2) * DAY
        main = Account(chance, 0, "Main \u2014 \"Owl & Sons\"", "active", None, born)
        self.all = [main]
        for n in range(1, subaccounts + 1):
            self.all.append(Account(chance, n, "Sub %d" % n, "active", main,
                                    born + n * 3600))
        for status in inactive:
            n = len(self.all)
            self.all.append(Account(chance, n, "Sub %d (%s)" % (n, status),
                                    status, main, born + n * 3600))
        self.main = main
        self.by_sid = {a.sid: a for a in self.all}
        self.logins = {}
        for a in self.all:
            self.logins[a.sid] = (a.token, Login(a, "token"))
            for key, secret, kind in a.keys:
                self.logins[key] = (secret, Login(a, kind))

    def reset(self):
        for a in self.all:
            a.status = a.first_status

    @property
    def active(self):
        return [a for a in self.all if a.status == "active"]

    def login(self, user, password):
        secret, login = self.logins.get(user, (None, None))
        if login is None or secret != password:
            raise Problem(401, 20003, "Authenticate")
        return login
