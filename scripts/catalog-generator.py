#!/usr/bin/env python3
"""catalog-generator.py FILES NAMES RETIRED: print the generated catalogue.

FILES is a folder of Twilio's OpenAPI files, twilio_*.json.  NAMES gives every
operation that is a stream its name, RETIRED those left out and why.  An
operation in neither is an error that suggests a line for NAMES, so a new list
of Twilio's never slips in, or by, unseen.

Only what the files say is printed; what they lack or get wrong is the overlay's
business.  Stanzas are sorted by host and path, so that a regeneration is a diff
that can be read.
"""

import glob
import json
import os
import re
import sys

SIZE = ("PageSize", "pageSize", "Size")
TOKEN = ("PageToken", "pageToken", "Token")
PAGING = SIZE + TOKEN + ("Page",)
ENVELOPE_2010 = "next_page_uri"
DEPTH = 3		# objects in objects: deeper ones are one json column


def snake(name):
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()


class Api:
    """One OpenAPI file."""

    def __init__(self, path):
        self.name = re.sub(r"^twilio_|\.json$", "", os.path.basename(path))
        with open(path, encoding="utf-8") as f:
            self.root = json.load(f)

    def schema(self, node):
        """A schema with its references followed and allOf merged.  Of oneOf
        and anyOf: the members of all, since any may come, when all are
        objects; else anything."""
        node = node or {}
        for _ in range(20):
            if "$ref" not in node:
                break
            to = self.root
            for step in node["$ref"].lstrip("#/").split("/"):
                to = to[step.replace("~1", "/")]
            node = to
        parts = [self.schema(p) for word in ("allOf", "oneOf", "anyOf")
                 for p in node.get(word, [])]
        if not parts:
            return node
        if "allOf" not in node and not all(p.get("properties") for p in parts):
            return {}
        whole = dict(node)
        for part in parts:
            for key, value in part.items():
                if key == "properties":
                    whole[key] = {**whole.get(key, {}), **value}
                elif "allOf" in node or key != "required":
                    whole.setdefault(key, value)
        return whole

    def operations(self):
        for path, item in self.root["paths"].items():
            if "get" in item:
                yield Operation(self, path, item, item["get"])


class Operation:
    """One GET."""

    def __init__(self, api, path, item, get):
        self.api, self.path, self.get = api, path, get
        self.id = api.name + ":" + get["operationId"]
        self.kind = item.get("x-twilio", {}).get("pathType")
        servers = item.get("servers") or api.root["servers"]
        url = servers[0]["url"]
        self.host = re.sub(r"^https://|\.twilio\.com.*", "", url)
        self.parameters = [api.schema(p) for p in
                           item.get("parameters", []) + get.get("parameters", [])]
        answer = api.schema(get["responses"].get("200", {}))
        content = answer.get("content", {})
        content = next(iter(content.values()), {})
        self.body = api.schema(content.get("schema"))
        self.examples = [e.get("value") for e in
                         content.get("examples", {}).values()]
        self.arrays = [k for k, v in self.body.get("properties", {}).items()
                       if api.schema(v).get("type") == "array"
                       and k != "schemas"]
        self.paging, self.records = self.envelope()
        self.listed = self.paging and (self.paging != "none" or
                                       get["operationId"].startswith("List"))

    def envelope(self):
        """(paging style, member with the records), or (None, None)."""
        members = self.body.get("properties", {})
        self.token = None
        meta = self.api.schema(members.get("meta", {})).get("properties", {})
        if len(self.arrays) != 1:
            return None, None
        records = self.arrays[0]
        names = {p["name"] for p in self.parameters if p["in"] == "query"}
        self.token = next((t for t in TOKEN if t in names), None)
        if ENVELOPE_2010 in members:
            return "2010", records
        if "next_page_url" in meta:
            return "meta", records
        if "startIndex" in members:
            return "scim", records
        if meta and self.token:
            return "token", records
        if "Page" in names and not self.token:
            return "number", records
        if self.get["operationId"].startswith("List") or len(members) == 1:
            return "none", records
        return None, None

    @property
    def item(self):
        if self.records is None:
            return self.body
        return self.api.schema(
            self.api.schema(self.body["properties"][self.records])["items"])

    @property
    def places(self):
        return re.findall(r"{([^}]*)}", self.path)

    def members(self):
        return self.item.get("properties", {})

    def columns(self):
        if self.item.get("type") == "string":
            return [("id", "text", False, True)]
        if self.members() or self.item.get("additionalProperties"):
            return list(expand(self.api, self.item, "", 1))
        return self.example_columns()

    def example_columns(self):
        """Where the schema says nothing: what the examples' items hold."""
        found = {}
        for answer in self.examples:
            for item in (answer or {}).get(self.records) or []:
                for name, value in item.items():
                    kind = {bool: "boolean", int: "integer", float: "decimal",
                            str: "text"}.get(type(value), "json")
                    found.setdefault(name, (name, kind, False, False))
        return list(found.values())

    def size(self):
        for p in self.parameters:
            if p["in"] == "query" and p["name"] in SIZE:
                most = self.api.schema(p.get("schema")).get("maximum")
                return (most or 50), p["name"]
        return None, None

    def queries(self):
        """(name, choices, required) of what may be asked, paging aside."""
        for p in self.parameters:
            if p["in"] != "query" or p["name"] in PAGING:
                continue
            schema = self.api.schema(p.get("schema"))
            if schema.get("type") == "array":
                schema = self.api.schema(schema.get("items"))
            choices = [str(c) for c in schema.get("enum", [])]
            if any(re.search(r"[\s,#]", c) or not c for c in choices):
                choices = []
            yield p["name"], choices, p.get("required", False)

    def key(self):
        if self.item.get("type") == "string":
            return "id"
        return next((n for n in ("sid", "id") if n in self.members()), None)


def column_type(schema):
    kind, form = schema.get("type"), schema.get("format", "")
    if form.startswith("date-time"):
        return "time"
    if form == "date":
        return "date"
    return {"string": "text", "integer": "integer", "number": "decimal",
            "boolean": "boolean"}.get(kind, "json")


def is_personal(node, schema):
    return any("pii" in s.get("x-twilio", {}) for s in (node, schema))


def expand(api, schema, prefix, depth, personal=False):
    """(path, type, personal, required) of every column of an object."""
    required = set(schema.get("required", []))
    for name, node in schema.get("properties", {}).items():
        value = api.schema(node)
        path = prefix + name
        known = value.get("properties")
        mine = personal or is_personal(node, value)
        if known and depth <= DEPTH and "." not in name:
            yield from expand(api, value, path + ".", depth + 1, mine)
        else:
            yield (path, column_type(value), mine,
                   name in required and depth == 1)


def bare(path):
    return re.sub(r"\.json$", "", path)


def find_parent(op, by_path):
    """The nearest list whose item is the last place of a prefix of the path,
    and which of its members feeds each of the path's places."""
    path = bare(op.path)
    for place in reversed(op.places):
        before = path[:path.index("{" + place + "}")].rstrip("/")
        parent = by_path.get((op.host, before))
        if parent is None or parent is op or place == "AccountSid":
            continue
        members = parent.members()
        key = parent.key()
        if key is None or not place.endswith(("Sid", "Id", "id")):
            for name in (snake(place), place):
                if name in members:
                    key = name
                    break
        if key is None:
            return parent, None
        feeds = []
        for other in op.places:
            if path.index("{" + other + "}") > path.index("{" + place + "}"):
                return None, None
            if other == place:
                feeds.append((other, key))
            elif snake(other) in members:
                feeds.append((other, snake(other)))
            elif other in parent.places:
                feeds.append((other, "^" + other))
            else:
                return parent, None
        return parent, feeds
    return None, None


def stanza(op, name, names, by_path):
    yield "stream " + name
    yield "source " + op.id
    yield "host " + op.host
    yield "path " + op.path
    paging = op.paging or "none"
    yield "paging " + paging + (" " + op.token if paging == "token" and
                                op.token != "pageToken" else "")
    bare_items = "" if op.item.get("type") != "string" else " id"
    yield "records " + (op.records or ".") + bare_items
    size, size_name = op.size()
    if size and op.records:
        yield "size %d%s" % (size, "" if size_name == "PageSize"
                             else " " + size_name)
    parent, feeds = find_parent(op, by_path)
    if parent and feeds and parent.id in names:
        yield "parent %s %s" % (names[parent.id],
                                " ".join("%s=%s" % f for f in feeds))
    if op.key():
        yield "key " + op.key()
    for version in ("date_updated", "updated_at", "updatedAt", "dateUpdated"):
        if version in op.members():
            yield "version " + version
            break
    for query, choices, required in op.queries():
        yield " ".join(["parameter", query] + ([",".join(choices)] if choices
                       else []) + (["required"] if required else []))
    for path, kind, personal, required in op.columns():
        yield "column %s %s%s%s" % (path, kind, " personal" if personal else "",
                                    " required" if required else "")


def read_table(path):
    """Lines 'WORD TEXT'; # begins a comment."""
    table = {}
    with open(path, encoding="utf-8") as f:
        for line in f:
            line = re.sub(r"(^|\s)#.*", "", line).strip()
            if line:
                word, _, text = line.partition(" ")
                if word in table:
                    sys.exit("%s: %s is there twice" % (path, word))
                table[word] = text.strip()
    return table


def suggest(op):
    words = snake(re.sub(r"^(List|Fetch)", "", op.get["operationId"]))
    return "%s_%s" % (op.host.replace("-", "_"), words)


def main():
    folder, names_file, retired_file = sys.argv[1:4]
    names, retired = read_table(names_file), read_table(retired_file)
    operations = {}
    for path in sorted(glob.glob(os.path.join(folder, "twilio_*.json"))):
        for op in Api(path).operations():
            operations[op.id] = op
    unknown = [word for word in {**names, **retired} if word not in operations
               and not any(o.startswith(word + ":") for o in operations)]
    missing = [op for op in operations.values() if op.listed and
               op.id not in names and op.id not in retired and
               op.id.split(":")[0] not in retired]
    both = [i for i in names if i in retired or i.split(":")[0] in retired]
    if both:
        sys.exit("%s: named and retired: %s" % (names_file, " ".join(both)))
    for word in unknown:
        print("%s: the files have no such operation" % word, file=sys.stderr)
    for op in missing:
        print("unnamed: %s %s" % (op.id, suggest(op)), file=sys.stderr)
    if unknown or missing:
        sys.exit(1)
    if len(set(names.values())) < len(names):
        sys.exit("%s: a name is there twice" % names_file)
    chosen = [operations[word] for word in names]
    by_path = {(op.host, bare(op.path)): op for op in operations.values()
               if op.id in names and op.records}
    host = None
    for op in sorted(chosen, key=lambda o: (o.host, o.path)):
        if op.host != host:
            host = op.host
            print("\n#\n# %s.twilio.com\n#" % host)
        lines = list(stanza(op, names[op.id], names, by_path))
        print("\n" + lines[0])
        for line in lines[1:]:
            print("\t" + line)


if __name__ == "__main__":
    main()
