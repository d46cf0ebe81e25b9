#include "emit.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "when.h"

static void
add_member(struct item *i, const struct json *name, const struct json *value)
{
	if (i->count == i->room) {
		i->room = i->room ? i->room * 2 : 64;
		i->members = mem_array(i->members, i->room,
		    sizeof *i->members);
	}
	i->members[i->count].name = *name;
	i->members[i->count++].value = *value;
}

void
item_wrap(struct item *i, const char *name, const struct json *value)
{
	struct json own = { JSON_STRING, false, name, strlen(name) };

	i->whole = *value;
	i->count = 0;
	add_member(i, &own, value);
}

bool
item_read(struct item *i, const struct json *value, const char **why)
{
	struct json_walk w;
	struct json name, member;
	int got;

	i->whole = *value;
	i->count = 0;
	if (value->kind != JSON_OBJECT) {
		*why = "a record is not an object";
		return false;
	}
	json_walk(&w, value->text, value->len);
	while ((got = json_next(&w, &name, &member)) > 0)
		add_member(i, &name, &member);
	*why = w.why;
	return got == 0;
}

const struct json *
item_get(const struct item *i, const char *name)
{
	size_t len = strlen(name), n;

	for (n = i->count; n-- > 0;) {
		const struct json *given = &i->members[n].name;

		if (given->escaped ? json_is(given, name) :
		    json_same(given, name, len))
			return &i->members[n].value;
	}
	return NULL;
}

bool
item_text(const struct item *i, const char *name, char *to, size_t size)
{
	const struct json *value = item_get(i, name);

	if (!value || value->len >= size)
		return false;
	if (value->kind == JSON_STRING)
		to[json_decode(value, to)] = '\0';
	else if (value->kind == JSON_NUMBER) {
		memcpy(to, value->text, value->len);
		to[value->len] = '\0';
	} else
		return false;
	return true;
}

bool
item_date(const struct item *i, const char *name, int64_t *at)
{
	char text[64];

	return item_text(i, name, text, sizeof text) &&
	    when_parse(text, strlen(text), at, NULL, NULL);
}

static bool
meets(const struct item *i, const struct condition *c)
{
	const struct json *value = item_get(i, c->field);
	const char **want;
	bool found = false;

	for (want = c->values; *want && !found; want++) {
		if (!value || value->kind == JSON_NULL)
			found = strcmp(*want, "null") == 0;
		else if (value->kind == JSON_STRING)
			found = json_is(value, *want);
		else
			found = json_same(value, *want, strlen(*want));
	}
	return found != c->negated;
}

bool
item_meets(const struct item *i, const struct condition *all, size_t count)
{
	size_t n;

	for (n = 0; n < count; n++)
		if (!meets(i, &all[n]))
			return false;
	return true;
}

void
item_release(struct item *i)
{
	free(i->members);
	i->members = NULL;
	i->count = i->room = 0;
}

static void
put_string(struct buf *b, const char *text)
{
	size_t len = strlen(text);
	char *to = buf_reserve(b, 6 * len + 2);

	if (!to)
		return;
	*to = '"';
	len = json_encode(text, len, to + 1);
	to[len + 1] = '"';
	b->len += len + 2;
}

static void
put_member(struct buf *b, const char *name, const char *value)
{
	put_string(b, name);
	buf_byte(b, ':');
	put_string(b, value);
	buf_byte(b, ',');
}

void
emit_begin(struct emit *e, const struct stream *stream, const char *account,
    const char *fetched, const struct pair *context, size_t context_count)
{
	char name[CATALOG_CONTEXT];
	size_t n;

	e->stream = stream;
	buf_clear(&e->head);
	buf_byte(&e->head, '{');
	if (e->raw)
		return;
	put_member(&e->head, "_stream", stream->name);
	put_member(&e->head, "_account", account);
	put_member(&e->head, "_fetched", fetched);
	for (n = 0; n < context_count; n++) {
		stream_context(name, sizeof name, context[n].name,
		    strlen(context[n].name));
		if (stream_is_place(stream, name, strlen(name)))
			put_member(&e->head, name, context[n].value);
	}
}

static bool
is_secret(const struct stream *s, const char *path)
{
	size_t n;

	for (n = 0; n < s->column_count; n++)
		if (s->columns[n].secret &&
		    strcmp(s->columns[n].path, path) == 0)
			return true;
	return false;
}

static bool
has_secrets(const struct stream *s)
{
	size_t n;

	for (n = 0; n < s->column_count; n++)
		if (s->columns[n].secret)
			return true;
	return false;
}

static void
put_value(struct buf *to, const struct json *value)
{
	char *at;

	if (value->kind == JSON_STRING) {
		buf_byte(to, '"');
		buf_add(to, value->text, value->len);
		buf_byte(to, '"');
	} else if ((at = buf_reserve(to, value->len)))
		to->len += json_compact(value->text, value->len, at);
}

/* Members of an object but the secret ones, nested ones included; the braces
 * are the caller's. */
static void
put_open(struct buf *to, const struct stream *s, const struct json *object,
    const char *prefix)
{
	struct json_walk w;
	struct json name, value;
	char path[256];
	bool first = true;

	json_walk(&w, object->text, object->len);
	while (json_next(&w, &name, &value) > 0) {
		size_t len = strlen(prefix);

		path[0] = '\0';
		if (len + name.len + 2 < sizeof path) {
			memcpy(path, prefix, len);
			path[len + json_decode(&name, path + len)] = '\0';
			if (is_secret(s, path))
				continue;
		}
		if (!first)
			buf_byte(to, ',');
		first = false;
		buf_byte(to, '"');
		buf_add(to, name.text, name.len);
		buf_text(to, "\":");
		if (value.kind == JSON_OBJECT && path[0]) {
			len = strlen(path);
			path[len] = '.';
			path[len + 1] = '\0';
			buf_byte(to, '{');
			put_open(to, s, &value, path);
			buf_byte(to, '}');
		} else
			put_value(to, &value);
	}
}

void
emit_line(struct emit *e, const struct item *i, struct buf *to)
{
	const struct json *w = &i->whole;
	size_t head = e->head.len, len;
	char *at = buf_reserve(to, head + w->len + 4), last;

	if (!at)
		return;
	memcpy(at, e->head.text, head);
	last = at[head - 1];		/* ',' or, raw, the '{' itself */
	if (e->stream->bare || (!e->secrets && has_secrets(e->stream))) {
		to->len += head;
		if (e->stream->bare) {
			put_string(to, e->stream->bare);
			buf_byte(to, ':');
			put_value(to, w);
		} else
			put_open(to, e->stream, w, "");
		if (to->text[to->len - 1] == ',')
			to->len--;
		buf_text(to, "}\n");
		return;
	}
	/* The item's own '{' gives way to the last byte of our members. */
	len = json_compact(w->text, w->len, at + head - 1);
	at[head - 1] = last;
	if (len == 2 && last == ',')
		len = 0, at[head - 1] = '}';
	else
		len--;
	at[head + len] = '\n';
	to->len += head + len + 1;
}

void
emit_release(struct emit *e)
{
	buf_release(&e->head);
}
