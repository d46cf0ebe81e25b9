"""Another origin, to which no client has a reason to go.

A redirect or a next link can be made to lead here (SANDBOX_STRANGER is its
address); what arrives is counted: stats?stranger_requests, and with it
stats?stranger_credentials.
"""
from stats import Stats
from wire import Reply


class Stranger:
    def __init__(self, stats):
        self.stats = Stats()    # its connections are no concern of ours
        self.seen = stats

    def answer(self, http, send):
        self.seen.strange("authorization" in http.headers)
        send(Reply(200, [("Content-Type", "application/json")],
                   b'{"messages": [], "next_page_uri": null}'))
