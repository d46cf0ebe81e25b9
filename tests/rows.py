"""Are the rows of a database what the API said?

rows.py ENGINE describe.json records.nd PLACE: records.nd is what tw-fetch
wrote, nested; describe.json has a line of --describe --json a stream.  What
each value must be is worked out here, anew and plainly: nothing of tw is used.
PLACE is a file of SQLite or DuckDB; for postgres and mysql a command that runs
a script of standard input.  Prints what is wrong, 20 lines of it at most.
"""
import collections
import datetime
import decimal
import json
import shlex
import subprocess
import sys
from email.utils import parsedate_to_datetime

UTC = datetime.timezone.utc
GROWS = {"sqlite": False, "postgres": True, "duckdb": True, "mysql": True}
NAME = {"postgres": 63, "mysql": 64}      # bytes of a name
PLACES = {"duckdb": (20, 18), "mysql": (20, 18)}     # digits of a decimal
TYPES = {
    "postgres": {"text": "text", "integer": "bigint", "decimal": "numeric",
                 "boolean": "boolean", "time": "timestamp with time zone",
                 "date": "date", "json": "jsonb"},
    "duckdb": {"text": "VARCHAR", "integer": "BIGINT", "boolean": "BOOLEAN",
               "decimal": "DECIMAL(38,18)", "date": "DATE", "json": "JSON",
               "time": "TIMESTAMP WITH TIME ZONE"},
    "mysql": {"text": "longtext", "integer": "bigint", "boolean": "tinyint",
              "decimal": "decimal", "time": "datetime", "date": "date",
              "json": "longtext"},
    "sqlite": {"text": "TEXT", "integer": "INTEGER", "boolean": "INTEGER",
               "decimal": "TEXT", "time": "TEXT", "date": "TEXT",
               "json": "TEXT"},
}


class Number(str):
    """A number as it was written."""


class Misfit(Exception):
    pass


def read(text):
    return json.loads(text, parse_float=Number, parse_int=Number)


def mended(text):
    """What text can be in a database."""
    return text.replace("\0", "\ufffd").encode(
        "utf-16", "surrogatepass").decode("utf-16", "replace")


def plain(v):
    """JSON, so that equal values are equal texts."""
    if isinstance(v, Number):
        d = decimal.Decimal(v)
        return "%f" % d.normalize() if abs(d.adjusted()) < 100 else str(d)
    if isinstance(v, dict):
        return "{%s}" % ",".join(
            "%s:%s" % (json.dumps(mended(k)), plain(v[k])) for k in sorted(v))
    if isinstance(v, list):
        return "[%s]" % ",".join(map(plain, v))
    return json.dumps(mended(v) if isinstance(v, str) else v)


def moment(text):
    try:
        t = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        try:
            t = parsedate_to_datetime(text)
        except (TypeError, ValueError):
            raise Misfit from None
    return t.astimezone(UTC) if t.tzinfo else t.replace(tzinfo=UTC)


def wanted(kind, v, places):
    """A value of the API as its column has it."""
    if kind == "json":
        return plain(v)
    if kind == "text":
        if isinstance(v, (dict, list)):
            raise Misfit
        return {True: "true", False: "false"}[v] if isinstance(v, bool) else mended(v)
    if v == "" and not isinstance(v, Number):
        return None
    if kind == "boolean":
        if v in ("true", "false"):
            return v == "true"
        if isinstance(v, bool):
            return v
        raise Misfit
    if not isinstance(v, str):
        raise Misfit
    if kind in ("integer", "decimal"):
        try:
            json.loads(v)
            d = decimal.Decimal(v)
        except (ValueError, decimal.InvalidOperation):
            raise Misfit from None
        if kind == "integer":
            if not v.lstrip("-").isdigit() or not -2 ** 63 <= d < 2 ** 63:
                raise Misfit
            return int(d)
        if places and not (v.lower().count("e") == 0 and d.adjusted() < places[0]
                           and -d.as_tuple().exponent <= places[1]):
            raise Misfit
        return d.normalize()
    if isinstance(v, Number):
        raise Misfit
    if kind == "date":
        t = moment(v)
        if len(v) == 10:
            return t.date()
        if (t.hour, t.minute, t.second) != (0, 0, 0):
            raise Misfit
        return t.date()
    return moment(v)


def found(kind, v):
    """A value of the database in the same form."""
    if v is None or v == "" and kind == "json":
        return v                        # the latter is a key that is null
    if kind == "json":
        return plain(read(v) if isinstance(v, str) else v)
    if kind == "integer":
        return int(v)
    if kind == "decimal":
        return decimal.Decimal(v).normalize()
    if kind == "boolean":
        return {"1": True, "0": False, "true": True, "false": False, "True": True,
                "False": False}[str(v)]
    if kind == "time":
        return moment(v)
    if kind == "date":
        return datetime.date.fromisoformat(v[:10])
    return v if isinstance(v, str) else plain(v)


def spelling(line, name):
    """JSON as it was written: as a key that is what it goes by."""
    at = line.find('"%s":' % name) + len(name) + 3
    return line[at:json.JSONDecoder().raw_decode(line, at)[1]] if at > len(name) + 2 else ""


class Stream:
    def __init__(self, said):
        self.name, self.key, self.list = said["stream"], said["key"], said["list"]
        self.columns = [("_account", ["_account"], "text"),
                        ("_fetched", ["_fetched"], "time")]
        place = [k for k in self.key + self.list if k[0] == "_" and k != "_account"]
        self.columns += [(k, [k], "text") for k in place]
        self.columns += [(c["name"], c["path"].split("."), c["type"])
                         for c in said["columns"] if not c.get("secret")]
        self.secret = {c["path"] for c in said["columns"] if c.get("secret")}
        self.version = said.get("version")
        self.rows, self.keys = [], []
        self.json = [c for c, _, k in self.columns if k == "json"]
        self.tree = {}
        for name, path, kind in self.columns:
            at = self.tree
            for step in path[:-1]:
                at = at.setdefault(step, {})
            at[path[-1]] = (name, kind)

    def take(self, record, line, engine):
        row, rest = {}, {}
        self.walk(self.tree, record, [], row, rest, engine)
        for k in self.key:
            row.setdefault(k, "")       # no primary key takes a null
        self.rows.append((row, rest))
        self.keys.append(tuple(spelling(line, k) if k in self.json else row[k]
                               for k in self.key))

    def walk(self, tree, record, path, row, rest, engine):
        for k, v in record.items():
            at = tree.get(k)
            if isinstance(at, tuple) and v is not None:
                name, kind = at
                try:
                    row[name] = wanted(kind, v, PLACES.get(engine))
                except Misfit:
                    rest[".".join(path + [k])] = v
            elif isinstance(at, dict) and isinstance(v, dict):
                self.walk(at, v, path + [k], row, rest, engine)
            elif v is not None:
                rest[".".join(path + [k])] = v


def truth(engine, said, records):
    streams = {}
    for line in open(said, encoding="utf-8"):
        s = Stream(json.loads(line))
        streams[s.name] = s
    for line in open(records, encoding="utf-8"):
        if line.startswith('{"_mark"'):
            continue
        record = read(line)
        streams[record.pop("_stream")].take(record, line, engine)
    for s in streams.values():
        if not s.key:
            continue
        version = next((n for n, p, k in s.columns if p == [s.version]), None)
        newest = {}
        for key, (row, rest) in zip(s.keys, s.rows):
            old = newest.get(key)
            if old and version and old[0].get(version) and row.get(version) and \
                    row[version] < old[0][version]:
                continue
            newest[key] = (row, rest)
        s.rows = list(newest.values())
    return {s.name: s for s in streams.values() if s.rows}


def run(command, script):
    return subprocess.run(shlex.split(command), input=script, check=True,
                          text=True, encoding="utf-8", errors="surrogateescape",
                          stdout=subprocess.PIPE).stdout.split("\n")[:-1]


def sqlite(place, names):
    import sqlite3
    db = sqlite3.connect(place)
    for name in names:
        types = {r[1]: r[2] for r in db.execute('PRAGMA table_info("%s")' % name)}
        rows = db.execute('SELECT * FROM "%s"' % name)
        columns = [c[0] for c in rows.description]
        yield name, types, [dict(zip(columns, r)) for r in rows]


def duckdb(place, names):
    import duckdb as module
    db = module.connect(place, read_only=True)
    db.execute("SET TimeZone = 'UTC'")
    for name in names:
        types = {r[0]: r[1] for r in db.execute(
            'DESCRIBE "%s"' % name).fetchall()}
        rows = db.execute('SELECT %s FROM "%s"' % (", ".join(
            'CAST("%s" AS VARCHAR)' % c for c in types), name)).fetchall()
        yield name, types, [dict(zip(types, r)) for r in rows]


def postgres(place, names):
    columns = run(place, "SELECT json_build_array(table_name, column_name, data_type) "
                  "FROM information_schema.columns WHERE table_schema = 'public';")
    types = collections.defaultdict(dict)
    for line in columns:
        t, c, kind = json.loads(line)
        types[t][c] = kind
    text = run(place, "SET TimeZone = 'UTC';" + "".join(
        "SELECT json_build_array('%s', %s) FROM \"%s\";" % (n, ", ".join(
            'CAST("%s" AS text)' % c for c in types[n]), n)
        for n in names if types[n]))
    rows = collections.defaultdict(list)
    for line in text:
        name, *values = json.loads(line)
        rows[name].append(dict(zip(types[name], values)))
    for name in names:
        yield name, types[name], rows[name]


def mysql(place, names):
    """In hexadecimal: its client can say neither null nor a tab plainly."""
    types = collections.defaultdict(dict)
    for line in run(place, "SELECT table_name, column_name, data_type FROM "
                    "information_schema.columns WHERE table_schema = DATABASE() "
                    "ORDER BY ordinal_position;"):
        t, c, kind = line.split("\t")
        types[t][c] = kind
    script = ["SET NAMES utf8mb4;"] + [
        "SELECT '%s', %s FROM `%s`;" % (n, ", ".join(
            "IFNULL(HEX(CAST(`%s` AS CHAR)), 'null')" % c for c in types[n]), n)
        for n in names if types[n]]
    rows = collections.defaultdict(list)
    for line in run(place, "\n".join(script)):
        name, *values = line.split("\t")
        rows[name].append({c: None if v == "null" else bytes.fromhex(v).decode()
                           for c, v in zip(types[name], values)})
    for name in names:
        yield name, types[name], rows[name]


def leaves(rest, said):
    """What has no column, by the names it may have: all of it must be somewhere."""
    for path, v in rest.items():
        if isinstance(v, dict) and v and not said(path, v):
            yield from leaves({path + "." + k: x for k, x in v.items()
                               if x is not None}, said)
        else:
            yield path, v


def declared(engine, stream, column, kind):
    tells = column in stream.key + stream.list
    if tells and kind == "json":        # databases do not compare JSON
        return "" if engine == "sqlite" else "varchar" if engine == "mysql" else \
            TYPES[engine]["text"]
    if tells and kind == "text" and engine == "mysql":
        return "varchar"                # nor index a text of any length
    return TYPES[engine][kind]


def called(column, types, most):
    """A name that is too long ends with eight digits of its own."""
    if not most or len(column) <= most:
        return column
    cut = [c for c in types if len(c) == most and c[:-8] == column[:most - 9] + "_"]
    return cut[0] if len(cut) == 1 else column


def differences(engine, streams, tables):
    for name, types, rows in tables:
        s = streams[name]
        names = {c: called(c, types, NAME.get(engine)) for c, _, _ in s.columns}
        for column, _, kind in s.columns:
            want = declared(engine, s, column, kind)
            if types.get(names[column]) != want:
                yield "%s.%s: type %s, not %s" % (
                    name, column, types.get(names[column]), want)
        if len(rows) != len(s.rows):
            yield "%s: %d rows, not %d" % (name, len(rows), len(s.rows))
        kinds = {c: k for c, _, k in s.columns}
        got = []
        for r in rows:
            got.append(({c: found(kinds[c], r.get(names[c])) for c in kinds}, r))
        order = lambda row: [repr(row.get(c)) for c in s.key + list(kinds)]
        got.sort(key=lambda g: order(g[0]))
        want = sorted(s.rows, key=lambda w: order({c: w[0].get(c) for c in kinds}))
        for (row, rest), (have, raw) in zip(want, got):
            for c in kinds:
                if row.get(c) != have[c]:
                    yield "%s.%s: %r, not %r" % (name, c, have[c], row.get(c))
            extra = read(raw.get("_extra") or "{}")

            def said(path, v):
                for k in (path, path.replace(".", "_")):
                    if k in extra and (plain(extra[k]) == plain(v) or extra[k] == v):
                        del extra[k]    # 12 and "12" are the same digits
                        return True
                    if raw.get(k) is not None and k not in kinds and raw[k] in (
                            v if isinstance(v, str) else None, plain(v)):
                        return True
                    if raw.get(k) is not None and k not in kinds and \
                            plain(read(raw[k])) == plain(v):
                        return True
                return False
            for path, v in leaves(rest, said):
                if not isinstance(v, dict) and not said(path, v) and \
                        path not in s.secret:
                    yield "%s: %s is lost: %r" % (name, path, v)
            if extra:
                yield "%s: more in _extra: %r" % (name, extra)


def main(engine, said, records, place):
    streams = truth(engine, said, records)
    read_tables = {"sqlite": sqlite, "duckdb": duckdb, "postgres": postgres,
                   "mysql": mysql}[engine]
    wrong = 0
    for line in differences(engine, streams, read_tables(place, sorted(streams))):
        wrong += 1
        if wrong <= 20:
            print(line[:300])
    print("%d tables, %d rows, %d wrong" % (
        len(streams), sum(len(s.rows) for s in streams.values()), wrong))
    sys.exit(wrong > 0)


main(*sys.argv[1:])
