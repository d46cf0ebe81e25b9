"""The lists people come for, field by field as Twilio shows them: messages,
their media, calls, recordings, conferences, alerts.

Each lives: a message is queued, sent, delivered, priced (days later, to some
never), perhaps redacted or deleted.  With the world kept still every record is
in its last state from the start.
"""
import json

from clock import DAY, NEVER, iso, rfc2822
from series import Series, compact, future
from texts import ASKS, BODIES, NAMES, PLAIN


def date(t):
    return "null" if t is None else '"%s"' % rfc2822(t)


def number(d, at):
    return "+1555%07d" % (int.from_bytes(d[at:at + 3], "big") % 10000000)


def text_or_null(value):
    return "null" if value is None else '"%s"' % value


def money(d, at, step):
    return "-%d.%05d" % divmod(step * (1 + d[at] % 3), 100000)


class Messages(Series):
    kept = 400 * DAY
    slack = {"date_created": 0, "date_sent": DAY, "date_updated": 10 * DAY}

    SPACED = (
        '{"body": %s, "num_segments": "%d", "direction": "%s", "from": "%s", '
        '"to": "%s", "date_updated": %s, "price": %s, "error_message": %s, '
        '"uri": "/2010-04-01/Accounts/%s/Messages/%s.json", '
        '"account_sid": "%s", "num_media": "%d", "status": "%s", '
        '"messaging_service_sid": %s, "sid": "%s", "date_sent": %s, '
        '"date_created": %s, "error_code": %s, "price_unit": %s, '
        '"api_version": "2010-04-01", "subresource_uris": {"media": '
        '"/2010-04-01/Accounts/%s/Messages/%s/Media.json", "feedback": '
        '"/2010-04-01/Accounts/%s/Messages/%s/Feedback.json"}}')
    COMPACT = compact(SPACED)

    def sid(self, draw, i):
        s = Series.sid(self, draw, i)
        return ("MM" if self.media_count(draw) else "SM") + s[2:]

    @staticmethod
    def media_count(draw):
        return 0 if draw[11] > 25 else 1 + draw[11] % 3

    def look(self, i, now):
        d = self.chance.draw(i)
        created = self.timeline.time(i)
        still = self.world.still
        inbound = 150 <= d[12] < 215
        scheduled, unsent = d[13] < 2 and not inbound, 2 <= d[13] < 4
        sent = created + (900 + d[14] * 330 if scheduled else
                          0 if inbound else d[14] % 4)
        done = sent + 1 + d[15] % 30
        priced = sent + 60 + d[16] * 3
        if d[17] < 13:
            priced += d[16] * 600
        elif d[17] == 13:
            priced = NEVER
        redacted = sent + DAY + d[20] * 3400 if d[18] < 3 else NEVER
        deleted = sent + DAY + d[20] * 3400 if d[21] < 2 else NEVER
        if still:
            redacted = deleted = NEVER
            seen = NEVER - 1
        else:
            seen = now
        updated, error = created, "null"
        if seen < sent:
            status = "scheduled" if scheduled else "queued"
            shown = None
        elif unsent and not inbound:
            status, updated, shown, priced = "failed", sent, None, NEVER
            error = "21610"
        elif inbound:
            status, shown = "received", sent
        elif seen < done:
            status, updated, shown = "sent", sent, sent
        else:
            updated, shown = done, sent
            status = "delivered"
            if d[19] < 8:
                status, error = "undelivered", "30005"
            elif d[19] == 8:
                status, error = "failed", "30008"
            elif d[19] < 14:
                status = "read"
        has_price = seen >= priced
        if has_price and d[22] & 1:
            updated = priced
        return {
            "_d": d, "_change": future(now, sent, done, priced, redacted, deleted),
            "_gone": seen >= deleted,
            "_redacted": seen >= redacted,
            "sid": self.sid(d, i), "status": status, "error": error,
            "inbound": inbound, "has_price": has_price,
            "date_created": created, "date_sent": shown, "date_updated": updated,
            "from": number(d, 24) if inbound else self.ours(d),
            "to": self.ours(d) if inbound else number(d, 24),
        }

    def ours(self, d):
        odd = d[28]
        if odd == 0:
            return "OWLCORP"
        if odd < 4:
            return "72345"
        return "%s+1888%07d" % ("whatsapp:" if odd < 12 else "",
                                5550000 + self.account.n * 100 + odd % 8)

    def text(self, row, spaced):
        d, a, s = row["_d"], self.account.sid, row["sid"]
        b = PLAIN[d[29] % len(PLAIN)] if d[30] < 200 else d[29] % len(BODIES)
        body = '""' if row["_redacted"] else BODIES[b] % (
            ((int.from_bytes(d[31:34], "big") % 1000000),) * ASKS[b])
        segments = 1 + (d[35] % 8 == 0) + (d[35] % 64 == 0)
        error = row["error"]
        service = '"MG%s"' % d[36:52].hex() if d[36] < 64 else "null"
        return (self.SPACED if spaced else self.COMPACT) % (
            body, segments,
            "inbound" if row["inbound"] else
            "outbound-api" if d[12] < 240 else "outbound-reply",
            row["from"], row["to"], date(row["date_updated"]),
            '"-0.%05d"' % (750 * segments) if row["has_price"] else "null",
            "null" if error == "null" else
            '"Unknown destination handset \\"%s\\""' % error,
            a, s, a, self.media_count(d), row["status"], service, s,
            date(row["date_sent"]), date(row["date_created"]), error,
            '"USD"' if row["has_price"] or d[37] & 1 else "null",
            a, s, a, s)


class Calls(Series):
    prefix = "CA"
    slack = {"date_created": 0, "start_time": 60, "end_time": DAY,
             "date_updated": 3 * DAY}
    SPACED = (
        '{"date_updated": %s, "price_unit": "USD", "parent_call_sid": %s, '
        '"caller_name": %s, "duration": %s, "from": "%s", "to": "%s", '
        '"annotation": null, "answered_by": %s, "sid": "%s", '
        '"queue_time": "%d", "price": %s, "api_version": "2010-04-01", '
        '"status": "%s", "direction": "%s", "start_time": %s, '
        '"date_created": %s, "from_formatted": "%s", "group_sid": null, '
        '"trunk_sid": "", "forwarded_from": null, '
        '"uri": "/2010-04-01/Accounts/%s/Calls/%s.json", '
        '"account_sid": "%s", "end_time": %s, "to_formatted": "%s", '
        '"phone_number_sid": %s, "subresource_uris": {%s}}')
    COMPACT = compact(SPACED)
    PARTS = ("notifications", "recordings", "payments", "events", "siprec",
             "streams", "transcriptions", "user_defined_message_subscriptions",
             "user_defined_messages")

    def look(self, i, now):
        d = self.chance.draw(i)
        created = self.timeline.time(i)
        start = created + d[12] % 20
        length = 3600 + d[14] * 75 if d[13] == 0 else d[14] + d[15] % 40
        answered = d[16] >= 40
        end = start + (length if answered else d[17] % 30)
        priced = end + d[18] * 2 + (d[18] * 300 if d[19] < 10 else 0)
        seen = NEVER - 1 if self.world.still else now
        if not answered:
            priced = NEVER
        if seen < start:
            status = "queued"
        elif seen < end:
            status = "in-progress" if answered else "ringing"
        else:
            status = "completed" if answered else \
                ("busy", "no-answer", "failed", "canceled")[d[16] % 4]
        started, over = seen >= start, seen >= end
        return {
            "_d": d, "_change": future(now, start, end, priced),
            "sid": self.sid(d, i), "status": status, "date_created": created,
            "start_time": start if started else None,
            "end_time": end if over else None,
            "date_updated": end if over else start if started else created,
            "duration": end - start if over else None,
            "has_price": seen >= priced,
            "from": number(d, 24), "to": number(d, 27),
            "parent_call_sid": None if d[20] > 12 or i == 0 else
            self.sid(self.chance.draw(i - 1), i - 1),
        }

    def text(self, row, spaced):
        d, a, s = row["_d"], self.account.sid, row["sid"]
        base = "/2010-04-01/Accounts/%s/Calls/%s/" % (a, s)
        colon, comma = (": ", ", ") if spaced else (":", ",")
        parts = comma.join('"%s"%s"%s%s.json"' % (
            p, colon, base, "".join(w.capitalize() for w in p.split("_")))
            for p in self.PARTS)
        return (self.SPACED if spaced else self.COMPACT) % (
            date(row["date_updated"]), text_or_null(row["parent_call_sid"]),
            json.dumps(NAMES[d[30] % len(NAMES)]) if d[31] < 60 else "null",
            text_or_null(row["duration"]), row["from"], row["to"],
            '"human"' if d[32] < 50 else "null", s, d[33] * 10,
            '"%s"' % money(d, 34, 1400) if row["has_price"] else "null",
            row["status"], ("inbound", "outbound-api", "outbound-dial")[d[35] % 3],
            date(row["start_time"]), date(row["date_created"]),
            "(555) %s-%s" % (row["from"][5:8], row["from"][8:]), a, s, a,
            date(row["end_time"]),
            "(555) %s-%s" % (row["to"][5:8], row["to"][8:]),
            '"PN%s"' % d[36:52].hex() if d[36] & 1 else "null", parts)


class Recordings(Series):
    kept = 400 * DAY
    prefix = "RE"
    slack = {"date_created": 0}
    SPACED = (
        '{"account_sid": "%s", "api_version": "2010-04-01", "call_sid": %s, '
        '"conference_sid": null, "date_created": %s, "date_updated": %s, '
        '"start_time": %s, "duration": "%s", "sid": "%s", "price": %s, '
        '"price_unit": "USD", "status": "%s", "channels": %d, '
        '"source": "%s", "error_code": null, '
        '"uri": "/2010-04-01/Accounts/%s/Recordings/%s.json", '
        '"encryption_details": %s, "subresource_uris": {"add_on_results": '
        '"/2010-04-01/Accounts/%s/Recordings/%s/AddOnResults.json", '
        '"transcriptions": '
        '"/2010-04-01/Accounts/%s/Recordings/%s/Transcriptions.json"}, '
        '"media_url": "https://api.twilio.com/2010-04-01/Accounts/%s/Recordings/%s"}')
    COMPACT = compact(SPACED)

    def look(self, i, now):
        d = self.chance.draw(i)
        created = self.timeline.time(i)
        done = created + 10 + d[12]
        priced = done + d[13] * 4
        deleted = done + DAY * (1 + d[15] % 9) if d[14] < 6 else NEVER
        seen = now
        if self.world.still:
            deleted, seen = NEVER, NEVER - 1
        return {
            "_d": d, "_change": future(now, done, priced, deleted,
                                       deleted + 40 * DAY),
            "_gone": seen >= deleted + 40 * DAY,
            "sid": self.sid(d, i), "date_created": created,
            "date_updated": done if seen >= done else created,
            "status": "deleted" if seen >= deleted else
            "completed" if seen >= done else "in-progress",
            "has_price": seen >= priced, "call_sid": self.call(d, i),
            "conference_sid": None,
        }

    def call(self, d, i):
        """One of the account's calls, not younger than this recording."""
        calls = self.world.tables("calls", self.account)
        n = calls.timeline.index(self.timeline.time(i))
        if n == 0:
            return None
        j = n - 1 - d[16] % min(n, 8)
        return calls.sid(calls.chance.draw(j), j)

    def text(self, row, spaced):
        d, a, s = row["_d"], self.account.sid, row["sid"]
        return (self.SPACED if spaced else self.COMPACT) % (
            a, text_or_null(row["call_sid"]), date(row["date_created"]),
            date(row["date_updated"]), date(row["date_created"]),
            d[12] if row["status"] != "in-progress" else -1, s,
            '"%s"' % money(d, 18, 250) if row["has_price"] else "null",
            row["status"], 1 + (d[19] & 1),
            ("DialVerb", "RecordVerb", "OutboundAPI", "Trunking")[d[20] % 4],
            a, s, '{"type":"rsa-aes","iv":"8I2hhNIYNTrwxfHk"}'
            if d[21] < 9 else "null", a, s, a, s, a, s)


class Conferences(Series):
    prefix = "CF"
    slack = {"date_created": 0, "date_updated": 5 * DAY}
    SPACED = (
        '{"status": "%s", "reason_conference_ended": %s, "date_updated": %s, '
        '"region": "us1", "friendly_name": %s, '
        '"uri": "/2010-04-01/Accounts/%s/Conferences/%s.json", '
        '"account_sid": "%s", "call_sid_ending_conference": %s, "sid": "%s", '
        '"date_created": %s, "api_version": "2010-04-01", '
        '"subresource_uris": {"participants": '
        '"/2010-04-01/Accounts/%s/Conferences/%s/Participants.json", '
        '"recordings": '
        '"/2010-04-01/Accounts/%s/Conferences/%s/Recordings.json"}}')
    COMPACT = compact(SPACED)

    def look(self, i, now):
        d = self.chance.draw(i)
        created = self.timeline.time(i)
        start, length = created + d[12] % 90, 300 + d[13] * 28
        # The last before the world began are long, so that some are going on
        # whenever one looks; the very last has not begun.
        young = self.timeline.count - 1 - i
        if young == 0:
            start = created + DAY
        if 0 <= young < 5:
            length = 3 * DAY + d[13]
        end = start + length
        status = "init" if now < start else \
            "in-progress" if now < end else "completed"
        return {
            "_d": d, "_change": future(now, start, end),
            "sid": self.sid(d, i), "status": status, "date_created": created,
            "date_updated": end if now >= end else start if now >= start
            else created,
            "friendly_name": NAMES[d[14] % len(NAMES)] + " %d" % i,
        }

    def text(self, row, spaced):
        d, a, s = row["_d"], self.account.sid, row["sid"]
        over = row["status"] == "completed"
        return (self.SPACED if spaced else self.COMPACT) % (
            row["status"], '"last-participant-left"' if over else "null",
            date(row["date_updated"]), json.dumps(row["friendly_name"]), a, s, a,
            '"CA%s"' % d[16:32].hex() if over else "null", s,
            date(row["date_created"]), a, s, a, s)


class Alerts(Series):
    prefix = "NO"
    slack = {"date_created": 0, "date_generated": 0}
    TEXT = (
        '{"account_sid":"%s","alert_text":%s,"api_version":"2010-04-01",'
        '"date_created":"%s","date_generated":"%s","date_updated":"%s",'
        '"error_code":"%d","log_level":"%s",'
        '"more_info":"https:\\/\\/www.twilio.com\\/docs\\/errors\\/%d",'
        '"request_method":%s,"request_url":"https:\\/\\/example.com\\/hook?n=%d",'
        '"resource_sid":"CA%s","service_sid":null,"sid":"%s",'
        '"url":"https:\\/\\/monitor.twilio.com\\/v1\\/Alerts\\/%s"}')
    LEVELS = ("error", "warning", "notice", "debug")
    CODES = (11200, 12100, 30007, 82001)

    def look(self, i, now):
        d = self.chance.draw(i)
        created = self.timeline.time(i)
        return {"_d": d, "_change": created + 30 * DAY,
                "_gone": not now - 30 * DAY <= created <= now,
                "sid": self.sid(d, i), "date_created": created,
                "date_generated": created, "log_level": self.LEVELS[d[12] % 4]}

    def text(self, row, spaced):
        d, s, code = row["_d"], row["sid"], self.CODES[row["_d"][13] % 4]
        t = iso(row["date_created"])
        b = d[14] % len(BODIES)
        return self.TEXT % (
            self.account.sid, BODIES[b] % ((code,) * ASKS[b]), t, t, t, code,
            row["log_level"], code, '"POST"' if d[15] & 1 else "null", d[16],
            d[17:33].hex(), s, s)
