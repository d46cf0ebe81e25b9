"""When the records of a list were created: arithmetic, never an array.

A timeline is pieces of even rate.  Record i has one time, times never fall as
i grows, and the last piece goes on for ever, so that advancing the clock
brings new records.  A world of a thousand million costs what one of ten does.
"""
from bisect import bisect_right

from clock import DAY


class Timeline:
    def __init__(self, pieces, rate):
        """pieces: (start, end, count) without overlap; rate: records a second
        after the last."""
        self.pieces = []
        self.firsts = []
        self.starts = []
        n = 0
        for start, end, count in pieces:
            if count:
                self._add(start, end, n, count)
                n += count
        self.count = self.last = n      # in all that was given; ever
        end = pieces[-1][1]
        if rate > 0:
            many = 1 << 36
            self._add(end, end + int(many / rate), n, many)
            self.last = n + many

    def _add(self, start, end, first, count):
        self.pieces.append((start, max(end - start, 1), first, count))
        self.firsts.append(first)
        self.starts.append(start)

    def time(self, i):
        start, span, first, count = \
            self.pieces[bisect_right(self.firsts, i) - 1]
        # A step is not even: the low bits of i shift it inside its slot.
        jitter = (i * 2654435761) & 0xffff
        return start + (((i - first) << 16) + jitter) * span // (count << 16)

    def index(self, t):
        """The number of records created before t."""
        p = bisect_right(self.starts, t) - 1
        if p < 0:  # or no piece at all
            return 0
        start, span, first, count = self.pieces[p]
        i = first + min((t - start) * count // span, count)
        while i > first and self.time(i - 1) >= t:
            i -= 1
        while i < first + count and self.time(i) < t:
            i += 1
        return i


def make(shape, count, now, days, chance, goes_on):
    """count records in the days before now, in one of three shapes."""
    begin = now - days * DAY
    rate = count / (days * DAY) if goes_on else 0
    if shape == "busy-day":
        # Nine of ten records on one day, in the middle.
        day = (begin + (days // 2) * DAY) // DAY * DAY
        day = min(max(day, begin), now - DAY)
        busy = count * 9 // 10
        before = (count - busy) // 2
        return Timeline([(begin, day, before), (day, day + DAY, busy),
                         (day + DAY, now, count - busy - before)], rate)
    if shape == "sparse-year":
        # A dozen mornings, and nothing between them.
        begin = now - 365 * DAY
        draw = chance.draw("sparse")
        pieces, left = [], count
        for n in range(12):
            start = begin + n * 30 * DAY + draw[n] % 27 * DAY
            some = left if n == 11 else min(left, count * (1 + draw[n + 16] % 3) // 24)
            pieces.append((start, start + 4 * 3600, some))
            left -= some
        pieces.append((now - 1, now, 0))
        return Timeline(pieces, 12 / (365 * DAY) if goes_on else 0)
    return Timeline([(begin, now, count)], rate)
