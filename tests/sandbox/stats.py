"""What clients did: for tests to look at.  Secrets only as fingerprints."""
import threading
from collections import Counter, deque
from hashlib import sha256


class Stats:
    def __init__(self):
        self.lock = threading.Lock()
        self.open = 0
        self.reset()

    def reset(self):
        with self.lock:
            self.n = Counter()
            self.paths, self.hosts = Counter(), Counter()
            self.statuses, self.logins = Counter(), Counter()
            self.faults = Counter()
            self.log = deque(maxlen=2000)
            self.inflight, self.most = Counter(), Counter()
            self.all_inflight = self.all_most = 0
            self.most_open = self.open

    def connected(self):
        with self.lock:
            self.n["connections"] += 1
            self.open += 1
            self.most_open = max(self.most_open, self.open)

    def disconnected(self):
        with self.lock:
            self.open -= 1

    def enter(self, account):
        with self.lock:
            self.inflight[account] += 1
            self.all_inflight += 1
            self.all_most = max(self.all_most, self.all_inflight)
            n = self.inflight[account]
            self.most[account] = max(self.most[account], n)
            return n

    def leave(self, account):
        with self.lock:
            # After a reset nobody is in flight any more.
            if self.inflight[account] > 0:
                self.inflight[account] -= 1
                self.all_inflight -= 1

    def note(self, host, target, headers, status, size, fault):
        secret = headers.get("authorization")
        who = sha256(secret.encode()).hexdigest()[:12] if secret else "none"
        with self.lock:
            self.n["requests"] += 1
            self.n["bytes"] += size
            self.paths[target.partition("?")[0]] += 1
            self.hosts[host] += 1
            self.logins[who] += 1
            self.statuses[str(status)] += 1
            if fault:
                self.faults[fault] += 1
            self.log.append("%s %s%s" % (status, host, target))

    def strange(self, with_secret):
        with self.lock:
            self.n["stranger_requests"] += 1
            self.n["stranger_credentials"] += with_secret

    def report(self):
        with self.lock:
            return {
                "requests": self.n["requests"], "bytes": self.n["bytes"],
                "stranger_requests": self.n["stranger_requests"],
                "stranger_credentials": self.n["stranger_credentials"],
                "connections": self.n["connections"],
                "open_connections": self.open,
                "max_connections": self.most_open,
                "max_concurrency": self.all_most,
                "max_concurrency_by_account": dict(self.most),
                "429": self.statuses["429"], "statuses": dict(self.statuses),
                "faults": dict(self.faults), "hosts": dict(self.hosts),
                "credentials": dict(self.logins), "paths": dict(self.paths)}

    def requests(self):
        with self.lock:
            return list(self.log)
