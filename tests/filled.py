"""Records in which every column has a value: filled.py <describe.json

A line of --describe --json a stream in; two records of each out, nested, and
the marks that say that these are all there are.
"""
import json
import sys

# The ends of what each type can be, as the API writes it.
VALUES = {
    "text": ('"+14155550100"', '"007 it\'s \\"\\u00e9\\ud83c\\udf89\\\\ \\t\\n$$;--"'),
    "integer": ("9223372036854775807", "-9223372036854775807"),
    "decimal": ("-0.00750", '"12345678901234567890.123456789012345678"'),
    "boolean": ("true", "false"),
    "time": ('"2026-01-02T03:04:05.123456Z"', '"Fri, 27 Feb 2026 23:59:59 +0000"'),
    "date": ('"2026-02-28"', '"1999-12-31"'),
    "json": ('{"a":[1,-0.50,null,true,{"b":"it\'s \\\\ \\"x\\""}]}', "[]"),
}


def written(tree):
    return "{%s}" % ",".join(
        "%s:%s" % (json.dumps(k), written(v) if isinstance(v, dict) else v)
        for k, v in tree.items())


def record(said, n):
    r = {"_stream": json.dumps(said["stream"]), "_account": '"AC1"',
         "_fetched": '"2026-01-02T00:00:00Z"'}
    tells = said["key"] + said["list"]
    for k in tells:
        if k[0] == "_" and k != "_account":
            r[k] = '"K%d"' % n
    for c in said["columns"]:
        at, path = r, c["path"].split(".")
        for step in path[:-1]:
            at = at.setdefault(step, {})
        at[path[-1]] = VALUES[c["type"]][n]
    return written(r)


print('{"_mark":"open","run":"r1","tool":"t","at":"2026-01-02T00:00:00Z"}')
count = 0
for line in sys.stdin:
    stream = json.loads(line)
    print(record(stream, 0))
    print(record(stream, 1))
    print('{"_mark":"window","run":"r1","stream":"%s","account":"AC1",'
          '"since":null,"until":"2026-01-02T00:00:00Z","records":2,'
          '"low":null,"full":true}' % stream["stream"])
    count += 1
print('{"_mark":"close","run":"r1","windows":%d,"failed":0,"records":%d,'
      '"status":0}' % (count, 2 * count))
