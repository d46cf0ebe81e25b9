"""tw-catalog(5) read a second time, by other eyes: a dict a stream."""
import glob
import os
import re


class Stream:
    """A stanza: single values in .one, lists in .many, columns in order."""

    def __init__(self, name):
        self.name = name
        self.one, self.many, self.columns = {}, {}, {}
        self.wire = {}          # path -> type as the files declare it

    def get(self, attribute, default=None):
        return self.one.get(attribute, default)

    def put(self, words, generated):
        attribute, rest = words[0], words[1:]
        if attribute == "column":
            path, kind = rest[0], rest[1]
            self.columns[path] = (kind, set(rest[2:]))
            if generated:
                self.wire[path] = kind
        elif attribute in LISTS:
            self.many.setdefault(attribute, {})[rest[0]] = rest
        else:
            self.one[attribute] = rest

    def drop(self, words):
        if words[0] == "column":
            self.columns.pop(words[1], None)
        elif len(words) > 1:
            self.many.get(words[0], {}).pop(words[1], None)
        else:
            self.one.pop(words[0], None)
            self.many.pop(words[0], None)

    def parameters(self):
        """name -> (allowed values or None, required?)"""
        out = {}
        for name, words in self.many.get("parameter", {}).items():
            rest = [w for w in words[1:] if w != "required"]
            out[name] = (rest[0].split(",") if rest else None,
                         "required" in words[1:])
        return out


LISTS = {"query", "each", "only", "final", "group", "empty", "parameter",
         "values"}
COMMENT = re.compile(r"(^|\s)#.*")


def read(paths):
    streams = {}
    for path in paths:
        now = []
        with open(path, encoding="utf-8") as f:
            for line in f:
                words = COMMENT.sub("", line.rstrip("\n")).split()
                if not words:
                    continue
                if not line[0].isspace():
                    fresh = words[0] == "stream"
                    for name in words[1:]:
                        if fresh:
                            streams[name] = Stream(name)
                    now = [streams[n] for n in words[1:] if n in streams]
                    continue
                for s in now:
                    if words[0] == "drop":
                        s.drop(words[1:])
                    else:
                        s.put(words, fresh)
    return streams


def layers():
    root = os.path.dirname(os.path.dirname(os.path.dirname(
        os.path.abspath(__file__))))
    return sorted(glob.glob(os.path.join(root, "lib", "catalog", "*.tw")))
