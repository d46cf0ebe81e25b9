"""A list as a client sees it: where it is, what may be asked, how dates
compare.  It is strict on purpose: a parameter nobody knows is refused, so that
a client that misspells one fails instead of reading the wrong records."""
import clock
import pages
from clock import DAY, NEVER
from problem import Problem

ALL = "all"             # a filter's value that filters nothing


class Window:
    """Parameters that cut a list by a date.

    grain "day" compares whole days, "instant" moments; "try" is promised as
    days and is what the world says.  bounds: is a record right on the low
    bound, on the high one, included?
    """

    def __init__(self, field, low, high, grain, bounds, exact=None):
        self.field, self.low, self.high, self.exact = field, low, high, exact
        self.grain, self.low_in, self.high_in = \
            grain, bounds[0] == "[", bounds[1] == "]"

    def read(self, name, text, world):
        """(from, to): the seconds this parameter lets through."""
        try:
            t, whole = clock.parse(text)
        except ValueError:
            relative = relative_day(text, world.clock.now())
            if relative is None:
                raise Problem(400, 20001, "Invalid date for %s: %s" % (
                    name, text[:60]))
            t, whole = relative, True
        if self.grain == "day" or self.grain == "try" and world.days_only:
            t, step = t // DAY * DAY, DAY
            last = step
        else:
            # A date without a time as the high bound on a list that knows
            # moments: the day's begin or its end?  The words allow both.
            step = 1
            last = DAY if whole and world.midnight == "end" else 1
        if name == self.exact:
            return t, t + (DAY if whole else step)
        if name == self.low:
            return (t if self.low_in else t + step), NEVER
        return -NEVER, t + last if self.high_in else t


def relative_day(text, now):
    """'-30days', which usage takes, as the start of that day."""
    if text[:1] in "+-" and text.endswith("days") and text[1:-4].isdigit():
        return (now // DAY + int(text[:-4])) * DAY
    return None


class Listing:
    default_size = 50
    size_name = "PageSize"
    token_name = "PageToken"
    retention = None        # a low bound before it is refused, 20004
    depth = None            # records an offset may reach
    capped = False          # pages as small as the world says
    secretive = False       # a standard key may not read it
    required = ()
    defaults = ()           # (parameter, field, value): unless it is given

    def __init__(self, name, host, path, key, style="2010", size=1000,
                 filters=None, windows=(), ignored=(), source=None):
        self.name, self.host, self.path, self.key = name, host, path, key
        self.style, self.size, self.source = style, size, source
        self.filters = filters or {}    # parameter -> field, or (field, values)
        self.windows, self.ignored = windows, set(ignored)
        self.by_parameter = {p: w for w in windows
                             for p in (w.low, w.high, w.exact) if p}

    def check_depth(self, number, size):
        if self.depth and number * size >= self.depth:
            raise Problem(400, None, "Invalid page and pageSize combination, "
                          "data is limited to 10,000 results")

    def paging_names(self):
        if self.style == "none":
            return (self.size_name,) if self.size else ()
        if self.style == "scim":
            return ("startIndex", "count")
        if self.style == "token":
            return (self.size_name, self.token_name)
        return (self.size_name, self.token_name, "Page")

    def answer(self, req):
        values, bounds, wanted = self.understand(req)
        values["_bounds"] = bounds
        table = self.source(req, values)
        # A window on what the records do not show cuts nothing.
        bounds = [] if req.ignore_window else [b for b in bounds if b[0]]
        accept = None
        if wanted:
            tests = list(wanted.items())

            def accept(row):
                return all(str(row.get(f)) in v for f, v in tests)
        return pages.make(self, table, req, bounds, accept, values.get)

    def understand(self, req):
        """What the query says: {parameter: value}, the dates let through as
        (field, from, to), and {field: values let through}."""
        values, bounds, wanted = {}, [], {}
        paging = self.paging_names()
        for name, value in req.query:
            if name in paging:
                if values.get(name, value) != value:
                    raise Problem(400, 20001, "%s is given twice" % name)
            elif name in self.by_parameter:
                bounds.append(self.bound(name, value, req))
            elif name in self.filters:
                field = self.filter(name, value)
                if field and value != ALL:
                    wanted.setdefault(field, set()).add(value)
            elif name not in self.ignored:
                raise Problem(400, 20001, "Unknown parameter %s" % name[:60])
            values[name] = value
        for name in self.required:
            if name not in values:
                raise Problem(400, 20001, "Missing required parameter %s" % name)
        for name, field, value in self.defaults:
            if name not in values:
                wanted[field] = value if isinstance(value, set) else {value}
        return values, bounds, wanted

    def bound(self, name, value, req):
        w = self.by_parameter[name]
        a, b = w.read(name, value, req.world)
        if self.retention and name == w.low and \
                a < (req.now - self.retention) // DAY * DAY:
            raise Problem(400, 20004, "Date range specified in query is partially "
                          "or entirely outside of retention window of %d days"
                          % (self.retention // DAY))
        return w.field, a, b

    def filter(self, name, value):
        """The field a filter compares, if there is one to be seen."""
        field = self.filters[name]
        if isinstance(field, tuple):
            field, allowed = field
            if value not in allowed:
                raise Problem(400, 20001, "Invalid value for %s: %s" % (
                    name, value[:60]))
        return field
