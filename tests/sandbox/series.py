"""Long lists: records that come one after another and change as time passes.

A record is a function of the seed, its index and the time; nothing is stored.
look() tells what a record is at a moment, text() spells it.  Newest first, as
Twilio lists them, paged by a cursor that is anchored on a record, so that new
ones at the head do not shift the pages.
"""
from chance import Chance, index_of, sid
from clock import NEVER


class Series:
    prefix = "XX"
    slack = {"date_created": 0}     # how long after its creation a date may be
    newer = 1               # where newer ones are, seen from a position
    kept = NEVER            # how long Twilio keeps one

    def __init__(self, world, account, timeline):
        self.world, self.account, self.timeline = world, account, timeline
        self.chance = Chance(world.seed, type(self).__name__, account.n)

    # What a kind of record defines:
    #   look(i, now) -> a dict of its fields; dates are numbers or None;
    #     "_change": when it will be another; "_gone": not listed (any more)
    #   text(row, spaced) -> its JSON

    def sid(self, draw, i):
        return sid(self.prefix, draw, i)

    def find(self, text, now):
        """The row whose SID this is, or None."""
        i = index_of(text)
        if i < 0 or i >= self.timeline.index(now + 1):
            return None
        row = self.look(i, now)
        return row if row["sid"] == text and not row.get("_gone") else None

    def position(self, text):
        """The index a page token's SID stands for, or None.  The record may
        have been deleted since: the place is still known."""
        i = index_of(text)
        if i < 0 or i >= 1 << 39:
            return None
        return i if self.look(i, NEVER)["sid"] == text else None

    def span(self, now, bounds):
        # A list lags: the newest are not in it yet.
        low = self.timeline.index(now - self.kept)
        high = self.timeline.index(now + 1 - self.world.lag)
        for field, a, b in bounds:
            late = self.slack[field]
            low = max(low, self.timeline.index(a - late))
            high = min(high, self.timeline.index(b))
        return low, high

    def rows(self, now, bounds=(), accept=None, below=None, until=None):
        """The rows that are listed, newest first.  until[0] falls to the time
        when one of those looked at will be another."""
        low, high = self.span(now, bounds)
        if below is not None:
            high = min(high, below)
        look = self.look
        for i in range(high - 1, low - 1, -1):
            row = look(i, now)
            if until is not None and row["_change"] < until[0]:
                until[0] = row["_change"]
            if row.get("_gone"):
                continue
            for field, a, b in bounds:
                t = row[field]
                if t is None or not a <= t < b:
                    break
            else:
                if accept is None or accept(row):
                    yield row

    def above(self, now, bounds, accept, anchor):
        """Rows newer than anchor, oldest first: for a token that leads back."""
        low, high = self.span(now, bounds)
        for i in range(max(low, anchor + 1), high):
            row = self.look(i, now)
            if row.get("_gone") or accept and not accept(row):
                continue
            if all(row[f] is not None and a <= row[f] < b for f, a, b in bounds):
                yield row

    def page(self, now, bounds, accept, size, anchor=None, back=False):
        """(rows, is there more?, until when this is the answer)."""
        until = [NEVER]
        if back:
            rows = []
            for row in self.above(now, bounds, accept, anchor):
                rows.append(row)
                if len(rows) == size:
                    break
            return rows[::-1], True, now + 1
        rows, more = [], False
        for row in self.rows(now, bounds, accept, anchor, until):
            if len(rows) == size:
                more = True
                break
            rows.append(row)
        if anchor is None:
            # The next one to come; none if the world stands still.
            i = self.timeline.index(now + 1 - self.world.lag)
            if i < self.timeline.last:
                until[0] = min(until[0], self.timeline.time(i) + self.world.lag)
        return rows, more, until[0]

    def every(self, now):
        return self.rows(now)


def compact(template):
    """The same JSON without white space between its tokens."""
    return template.replace('": ', '":').replace(', "', ',"').replace(
        ": {", ":{")


def future(now, *times):
    """The first of these times that is still to come."""
    return min([t for t in times if t is not None and t > now] or [NEVER])
