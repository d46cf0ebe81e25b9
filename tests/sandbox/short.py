"""Short lists: made whole when they are asked for, paged by an offset or, as on
api.twilio.com, by the SID of a record."""
import json

from clock import NEVER


class Fixed:
    """A short list that is made whole when it is asked for."""

    change = NEVER

    def __init__(self, rows, change=NEVER):
        self.all = rows
        self.change = change

    def page(self, now, bounds, accept, size, anchor=None, back=False):
        rows = [r for r in self.all
                if all(r[f] is not None and a <= r[f] < b for f, a, b in bounds)
                and (accept is None or accept(r))]
        if back:
            at = max(0, anchor - size)
            return rows[at:anchor], True, self.change
        at = anchor or 0
        return rows[at:at + size], len(rows) > at + size, self.change

    def every(self, now):
        return iter(self.all)

    def text(self, row, spaced):
        return row["_text"][spaced]


class Both:
    """A record's text, [0] compact or [1] spaced, made when it is wanted."""

    def __init__(self, record):
        self.record = record

    def __getitem__(self, spaced):
        return dump(self.record, spaced)


def dump(value, spaced):
    return json.dumps(value, ensure_ascii=False, separators=(
        (", ", ": ") if spaced else (",", ":")))


def rows_of(records, fields=None):
    """Rows of a short list from plain records; fields are what filters and
    windows compare where that is not the member itself."""
    return [dict(r, _text=Both(r), **(fields(r) if fields else {}))
            for r in records]


class Sided(Fixed):
    """One whose cursor is the SID of a record, as on api.twilio.com."""

    def position(self, sid):
        for n, row in enumerate(self.all):
            if row.get("sid") == sid:
                return n + 1
        return None

    def page(self, now, bounds, accept, size, anchor=None, back=False):
        kept = Fixed.page(self, now, bounds, accept, 1 << 30)[0]
        if anchor is None:
            rows = kept
        elif back:
            before = [r for r in kept if self.position(r["sid"]) < anchor]
            return before[-size:], True, self.change
        else:
            rows = [r for r in kept if self.position(r["sid"]) > anchor]
        return rows[:size], len(rows) > size, self.change
