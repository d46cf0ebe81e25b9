"""An answer that is an error, in Twilio's classic shape."""
import json


class Problem(Exception):
    def __init__(self, status, code, message, headers=()):
        Exception.__init__(self, message)
        self.status, self.code, self.headers = status, code, list(headers)
        self.message = message

    def body(self):
        b = {}
        if self.code:
            b["code"] = self.code
        b["message"] = self.message
        if self.code:
            b["more_info"] = "https://www.twilio.com/docs/errors/%d" % self.code
        b["status"] = self.status
        return json.dumps(b).encode()
