"""The sandbox's time, and times as Twilio writes and reads them.

Times are whole seconds since 1970, UTC.  A fixed clock stands until
somebody advances it; a running one follows the machine's from its start.
"""
import re
import time
from datetime import datetime, timedelta, timezone

DAY = 86400
NEVER = 1 << 60

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun",
          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Clock:
    def __init__(self, start, running):
        self.start = self.offset = start - time.monotonic() if running else start
        self.running = running

    def now(self):
        return int(self.offset + (time.monotonic() if self.running else 0))

    def advance(self, seconds):
        self.offset += seconds

    def reset(self):
        self.offset = self.start


class _Days(dict):
    """A day's two spellings, made once: most of the cost of a date."""

    def __missing__(self, day):
        d = datetime(1970, 1, 1) + timedelta(days=day)
        self[day] = made = (
            "%s, %02d %s %d " % (DAYS[d.weekday()], d.day,
                                 MONTHS[d.month - 1], d.year),
            "%04d-%02d-%02d" % (d.year, d.month, d.day))
        return made


_days = _Days()
_clock = ["%02d:%02d:" % divmod(m, 60) for m in range(1440)]
_sec = ["%02d" % s for s in range(60)]


def rfc2822(t):
    day, s = divmod(t, DAY)
    return _days[day][0] + _clock[s // 60] + _sec[s % 60] + " +0000"


def http_date(t):
    return rfc2822(t)[:-5] + "GMT"


def iso(t):
    day, s = divmod(t, DAY)
    return _days[day][1] + "T" + _clock[s // 60] + _sec[s % 60] + "Z"


def day(t):
    return _days[t // DAY][1]


_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)"
                  r"(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?"
                  r"(Z|[+-]\d\d:?\d\d)?)?$")


def parse(text):
    """(seconds, whole_day?) of a date or an instant; ValueError if neither."""
    m = _ISO.match(text)
    if not m:
        raise ValueError(text)
    y, mo, d, h, mi, s, zone = m.groups()
    t = int(datetime(int(y), int(mo), int(d), int(h or 0), int(mi or 0),
                     int(s or 0), tzinfo=timezone.utc).timestamp())
    if zone and zone != "Z":
        away = int(zone[1:3]) * 3600 + int(zone[-2:]) * 60
        t -= away if zone[0] == "+" else -away
    return t, h is None
