"""What must hold of a database that a killed pipeline has left behind.

	python3 kill.py left|done NOW STREAM...

Read from the current directory: have.STREAM, the rows as JSON; truth.STREAM,
the sandbox's; ledger, the marks in _tw_windows; before, the same as they were
when the run began; known, keys that once were in the truth, kept by us.

left: a run was killed.  Rows it brought (_fetched NOW) lie in windows that are
in the ledger with them, and such a window has all of its records, as they are
now.  done: it has ended with 0.  The truth is there, and nothing else but what
was deleted at Twilio later; a body that was redacted after its message left
the lookback may still be there.  Prints a line for each thing that is wrong.
"""
import functools
import json
import os
import sys

DATE = {"messages": "date_sent", "calls": "start_time",
        "recordings": "date_created", "usage_records": "start_date",
        "conferences": "date_created"}
# A child lies in its parent's window.
PARENT = {"message_media": ("messages", "parent_sid"),
          "conference_participants": ("conferences", "conference_sid")}
KEY = {"usage_records": ("account_sid", "category", "start_date", "end_date"),
       "conference_participants": ("conference_sid", "call_sid")}
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
# It is the time of the question, not of the record.
NOT_COMPARED = {"as_of"}


def read(name):
    if not os.path.exists(name):
        return []
    with open(name, encoding="utf-8", errors="surrogatepass") as f:
        text = f.read()
    if text[:1] == "[":
        return json.loads(text, parse_float=str)
    return json.loads("[" + text.rstrip("\n").replace("\n", ",") + "]",
                      parse_float=str)


@functools.lru_cache(1 << 20)
def plain(value):
    """One spelling for Twilio's, SQLite's and PostgreSQL's values."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        return str(int(value))
    if len(value) > 24 and value[3] == "," and value[-6:] == " +0000":
        return "%s-%02d-%sT%sZ" % (
            value[12:16], MONTHS.index(value[8:11]) + 1, value[5:7],
            value[17:25])
    if len(value) == 25 and value[10] == "T" and value[-6:] == "+00:00":
        return value[:19] + "Z"
    if value.isascii() and "\0" not in value:
        return value
    return value.replace("\0", "\ufffd").encode(
        "utf-16", "surrogatepass").decode("utf-16", "replace")


def difference(row, true, excused):
    """The first column in which they differ, or None."""
    for name, value in true.items():
        if name in row and row[name] != value and \
                name not in NOT_COMPARED and \
                not isinstance(value, (dict, list)) and \
                plain(row[name]) != plain(value) and \
                not (excused and name == "body" and value == ""):
            return name
    return None


def key_of(stream, record):
    return "|".join(record[k] for k in KEY.get(stream, ("sid",)))


@functools.lru_cache
def dates(stream):
    """The date of every record there is or was, by its sid."""
    return {r["sid"]: plain(r[DATE[stream]])
            for name in ("have.", "truth.") for r in read(name + stream)}


def date_of(stream, record):
    """What its window goes by, or None."""
    if stream in PARENT:
        parent, member = PARENT[stream]
        return dates(parent).get(record[member])
    return plain(record[DATE[stream]]) if stream in DATE else None


def inside(marks, stream, record):
    """Does one of these windows have it?"""
    date = date_of(stream, record)
    if date and len(date) == 10:
        date += "T00:00:00Z"
    for m in marks:
        if m["stream"] == stream and m["account"] == record["_account"] and (
                date is None or m.get("full") or
                (m["since"] or "") <= date < m["until"]):
            return True
    return False


def look(what, now, streams):
    old = {m["run"] for m in read("before")}
    new = [m for m in read("ledger") if m["run"] not in old]
    known = set()
    if os.path.exists("known"):
        with open("known") as f:
            known.update(f.read().split("\n"))
    for stream in streams:
        rows = {}
        for row in read("have." + stream):
            key = key_of(stream, row)
            if key in rows:
                yield "%s: %s is there twice" % (stream, key)
            rows[key] = row
            if what == "left" and plain(row["_fetched"]) == now and \
                    not inside(new, stream, row):
                yield "%s: %s is of half a window" % (stream, key)
        for true in read("truth." + stream):
            key = key_of(stream, true)
            known.add(stream + " " + key)
            # Which window has a record without a date, only its list knows.
            asked = inside(new, stream, true) and not (
                (stream in DATE or stream in PARENT) and
                date_of(stream, true) is None)
            if what == "left" and not asked:
                continue
            row = rows.get(key)
            differs = row and difference(row, true, not asked)
            if row is None:
                yield "%s: %s is not there" % (stream, key)
            elif differs:
                yield "%s: %s is old: %s is %r, should be %r" % (
                    stream, key, differs, row[differs], true[differs])
        if what == "done":
            for key in rows:
                if stream + " " + key not in known:
                    yield "%s: %s never was at Twilio" % (stream, key)
    with open("known", "w") as f:
        f.write("\n".join(sorted(known)))


found = list(look(sys.argv[1], sys.argv[2], sys.argv[3:]))
for line in found[:5]:
    print(line)
if len(found) > 5:
    print("and %d more" % (len(found) - 5))
sys.exit(1 if found else 0)
