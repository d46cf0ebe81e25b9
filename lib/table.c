#include "table.h"

#include <stdlib.h>
#include <string.h>

#include "fit.h"
#include "mem.h"

#define SCALAR_MAX 1000		/* bytes of a number or date worth a look */
#define STREAM_MAX 256		/* bytes of a stream's name */

static size_t
hash_of(const char *text, size_t len)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	while (len-- > 0)
		h = (h ^ (unsigned char)*text++) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ h >> 32);
}

static void
names_grow(struct table *t)
{
	size_t room = t->names_room ? 2 * t->names_room : 64, i, at;
	struct table_column **names = mem_new(room * sizeof(*names)), *c, *next;

	for (i = 0; i < t->names_room; i++)
		for (c = t->names[i]; c; c = next) {
			next = c->next;
			at = hash_of(c->quoted, c->quoted_len) & (room - 1);
			c->next = names[at];
			names[at] = c;
		}
	free(t->names);
	t->names = names;
	t->names_room = room;
}

/* By the name as it is in the text, with its quotes. */
static struct table_column *
find(const struct table *t, const char *quoted, size_t len)
{
	struct table_column *c =
	    t->names[hash_of(quoted, len) & (t->names_room - 1)];

	while (c && (c->quoted_len != len || memcmp(c->quoted, quoted, len)))
		c = c->next;
	return c;
}

/* A member by its decoded name, in no list yet. */
static struct table_column *
member_new(struct table *t, const char *name, size_t len)
{
	struct table_column *c = mem_new(sizeof(*c));
	size_t at;

	c->name = mem_copy(name, len);
	c->name_len = len;
	c->quoted = mem_resize(NULL, 6 * len + 2);
	c->quoted[0] = '"';
	c->quoted_len = 1 + json_encode(name, len, c->quoted + 1);
	c->quoted[c->quoted_len++] = '"';
	for (at = 0; at < len; at++)
		if (c->name[at] == '\0')
			c->name[at] = '?';
	if (t->member_count++ >= t->names_room)
		names_grow(t);
	at = hash_of(c->quoted, c->quoted_len) & (t->names_room - 1);
	c->next = t->names[at];
	t->names[at] = c;
	return c;
}

static void
list(struct table *t, struct table_column *c)
{
	if (t->count == t->columns_room) {
		t->columns_room = t->columns_room ? 2 * t->columns_room : 64;
		t->columns = mem_array(t->columns, t->columns_room,
		    sizeof(struct table_column *));
	}
	c->listed = true;
	t->columns[t->count++] = c;
}

/* The catalogue's names are columns even where they are too long: their first
 * part, and eight digits that tell them from others that begin so. */
static void
shorten(struct table_column *c, size_t most)
{
	static const char digits[] = "0123456789abcdef";
	size_t hash = hash_of(c->name, c->name_len), i;

	if (most == 0 || c->name_len <= most)
		return;
	for (i = most - 9; ((unsigned char)c->name[i] & 0xc0) == 0x80; i--)
		;
	c->name[i++] = '_';
	for (c->name_len = i + 8; i < c->name_len; hash >>= 4)
		c->name[i++] = digits[hash & 15];
	c->name[i] = '\0';
}

static struct table_column *
describe(struct table *t, const char *name, enum column_type type)
{
	size_t len = strlen(name);
	struct table_column *c = table_column(t, name, len);

	if (c)
		return c;
	c = member_new(t, name, len);
	shorten(c, t->limits->name_max);
	c->type = type;
	c->described = true;
	c->key = t->stream && stream_is_key(t->stream, name, len);
	list(t, c);
	return c;
}

struct table_column *
table_add(struct table *t, const char *name, enum column_type type)
{
	struct table_column *c = describe(t, name, type);

	if (!c->listed)		/* _stream, or it had no room */
		list(t, c);
	c->extra = false;
	return c;
}

void
table_set(struct table *t, struct table_column *c, const char *text)
{
	size_t len = strlen(text), n;

	buf_clear(&c->own);
	n = json_encode(text, len, buf_reserve(&c->own, 6 * len + 1));
	c->value.kind = JSON_STRING;
	c->value.text = c->own.text;
	c->value.len = n;
	c->value.escaped = memchr(c->own.text, '\\', n) != NULL;
	c->seen = t->row;
}

struct table_column *
table_column(const struct table *t, const char *name, size_t len)
{
	char small[6 * 64 + 2], *quoted = len <= 64 ? small :
	    mem_resize(NULL, 6 * len + 2);
	struct table_column *c;
	size_t n;

	quoted[0] = '"';
	n = 1 + json_encode(name, len, quoted + 1);
	quoted[n++] = '"';
	c = find(t, quoted, n);
	if (quoted != small)
		free(quoted);
	return c;
}

/* A member of the record that has a column. */
static struct table_column *
column_at(const struct table *t, const char *path)
{
	const struct stream *s = t->stream;
	size_t i;

	for (i = 0; path && i < s->column_count; i++)
		if (strcmp(s->columns[i].path, path) == 0)
			return table_column(t, s->columns[i].name,
			    strlen(s->columns[i].name));
	return NULL;
}

struct table *
table_new(const char *name, size_t len, const struct table_limits *limits)
{
	struct table *t = mem_new(sizeof(*t));
	const struct stream *s;
	size_t i;

	t->name = mem_copy(name, len);
	t->name_len = len;
	t->limits = limits;
	t->stream = s = len > 0 ? catalog_find_len(name, len) : NULL;
	/* The name of the table, so no column of it. */
	member_new(t, "_stream", 7)->described = true;
	if (!s)
		return t;
	t->account = describe(t, "_account", COLUMN_TEXT);
	t->fetched = describe(t, "_fetched", COLUMN_TIME);
	for (i = 0; s->key && s->key[i]; i++)
		if (s->key[i][0] == '_')
			describe(t, s->key[i], COLUMN_TEXT);
	for (i = 0; s->list && s->list[i]; i++)
		describe(t, s->list[i], COLUMN_TEXT)->list = true;
	for (i = 0; i < s->column_count; i++)
		describe(t, s->columns[i].name, s->columns[i].type);
	for (i = 0; s->key && s->key[i]; i++)
		describe(t, s->key[i], COLUMN_TEXT);
	t->extra = describe(t, "_extra", COLUMN_JSON);
	t->version = column_at(t, s->version);
	t->date = column_at(t, s->window_field);
	if (t->date && t->date->type != COLUMN_TIME &&
	    t->date->type != COLUMN_DATE)
		t->date = NULL;
	t->date_else = column_at(t, s->unwindowed);
	if (t->date && t->date_else && t->date_else->type != t->date->type)
		t->date_else = NULL;
	t->began = t->count;
	return t;
}

void
table_free(struct table *t)
{
	struct table_column *c, *next;
	size_t i;

	for (i = 0; i < t->names_room; i++)
		for (c = t->names[i]; c; c = next) {
			next = c->next;
			free(c->name);
			free(c->quoted);
			buf_release(&c->own);
			free(c);
		}
	free(t->names);
	free(t->columns);
	free(t->late);
	free(t->owner);
	buf_release(&t->text);
	free(t->name);
	free(t);
}

/*
 * Members nobody described.
 */

/* The byte as it counts when names are compared. */
static unsigned char
folded(const struct table_limits *l, char byte)
{
	unsigned char c = (unsigned char)byte;

	if (l->fold && c >= 'A' && c <= 'Z')
		c += 'a' - 'A';
	return l->basic && c > 0x7f ? 0x80 : c;
}

static bool
same_name(const struct table_limits *l, const struct table_column *c,
    const char *name, size_t len)
{
	size_t i;

	if (c->name_len != len)
		return false;
	for (i = 0; i < len; i++)
		if (folded(l, c->name[i]) != folded(l, name[i]))
			return false;
	return true;
}

/* Nothing can be called "", and a terminal would be driven by controls. */
static bool
is_name(const struct table_limits *l, const struct table_column *c)
{
	const char *const *never;
	size_t i;

	if (c->name_len == 0 || (l->name_max && c->name_len > l->name_max))
		return false;
	for (i = 0; i < c->name_len; i++)
		if ((unsigned char)c->name[i] < 0x20 || c->name[i] == 0x7f ||
		    (l->basic && (unsigned char)c->name[i] >= 0xf0))
			return false;
	for (never = l->never; never && *never; never++)
		if (same_name(l, c, *never, strlen(*never)))
			return false;
	return !l->basic || c->name[c->name_len - 1] != ' ';
}

static bool
may_list(const struct table *t, const struct table_column *c)
{
	const struct table_limits *l = t->limits;
	size_t i;

	for (i = 0; i < l->also_count; i++)
		if (strcmp(l->also[i], c->name) == 0)
			return true;
	if (l->fixed && (t->stream || t->row > 1))
		return false;
	if (!is_name(l, c) || (l->columns_max && t->count >= l->columns_max))
		return false;
	for (i = 0; l->fold && i < t->count; i++)
		if (same_name(l, c, t->columns[i]->name,
		    t->columns[i]->name_len))
			return false;
	return true;
}

static struct table_column *
meet(struct table *t, const struct json *name)
{
	struct table_column *c;
	char *text;
	size_t len;

	if (!name->escaped && (c = find(t, name->text - 1, name->len + 2)))
		return c;
	/* One name has many spellings; columns go by the plainest. */
	text = mem_resize(NULL, name->len + 1);
	len = json_decode(name, text);
	c = table_column(t, text, len);
	if (!c) {
		c = member_new(t, text, len);
		c->type = COLUMN_TEXT;
		if (len == 8 && memcmp(text, "_fetched", 8) == 0) {
			t->fetched = c;
			c->type = COLUMN_TIME;
			c->described = true;
		} else if (len == 8 && memcmp(text, "_account", 8) == 0) {
			t->account = c;
		} else if (len == 6 && memcmp(text, "_extra", 6) == 0) {
			t->extra = c;
			c->type = COLUMN_JSON;
			c->described = true;
		}
		if (may_list(t, c))
			list(t, c);
		else
			c->extra = true;
	}
	free(text);
	return c;
}

/*
 * Values made honest, in place; one that cannot be is left as it is.
 */

/* Fits 64 bits; digits and a sign, as JSON has them. */
static bool
is_small(const char *text, size_t len)
{
	const char *most = "9223372036854775807";
	size_t i;

	if (*text == '-') {
		most = "9223372036854775808";
		text++;
		len--;
	}
	if (len > 19)
		return false;
	for (i = 0; i < len; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return len < 19 || memcmp(text, most, 19) <= 0;
}

/* An exponent like this is no price, and no database takes it. */
static bool
is_sane(const char *text, size_t len)
{
	size_t i = 0, digits;

	if (len > SCALAR_MAX)
		return false;
	while (i < len && text[i] != 'e' && text[i] != 'E')
		i++;
	if (i == len)
		return true;
	/* A sign is below the digits. */
	for (digits = 0, i++; i < len; i++)
		digits += text[i] >= '0';
	return digits <= 2;
}

/* No more digits than the destination's decimals have. */
static bool
has_room(const struct table_limits *l, const char *text, size_t len)
{
	size_t digits = 0, i;

	if (l->decimal_before == 0)
		return true;
	for (i = 0; i < len && text[i] != '.'; i++) {
		if (text[i] == 'e' || text[i] == 'E')
			return false;
		digits += text[i] != '-';
	}
	if (digits > l->decimal_before)
		return false;
	return i == len || (len - i - 1 <= l->decimal_after &&
	    !memchr(text + i, 'e', len - i) && !memchr(text + i, 'E', len - i));
}

static bool
honest_number(const struct table *t, struct table_column *c)
{
	const struct json *v = &c->value;
	struct json inner;

	if (v->kind == JSON_STRING) {
		if (v->escaped || v->len > SCALAR_MAX ||
		    !json_value(v->text, v->len, &inner) ||
		    inner.len != v->len)
			return false;
		v = &inner;
	}
	if (v->kind != JSON_NUMBER || !(c->type == COLUMN_INTEGER ?
	    is_small(v->text, v->len) : is_sane(v->text, v->len) &&
	    has_room(t->limits, v->text, v->len)))
		return false;
	if (v == &inner)
		c->value = inner;
	return true;
}

static bool
honest_boolean(struct table_column *c)
{
	const struct json *v = &c->value;
	struct json inner;

	if (v->kind == JSON_STRING && v->len <= 5 && !v->escaped &&
	    json_value(v->text, v->len, &inner))
		v = &inner;
	if (v->kind != JSON_TRUE && v->kind != JSON_FALSE)
		return false;
	if (v == &inner)
		c->value = inner;
	return true;
}

static bool
honest_date(struct table_column *c)
{
	char text[FIT_ROOM(SCALAR_MAX)];
	size_t n;

	if (c->value.kind != JSON_STRING || c->value.len > SCALAR_MAX)
		return false;
	if (c->type == COLUMN_TIME && fit_is_time(c->value.text, c->value.len))
		return true;
	n = fit_column(c->type, &c->value, text);
	if (n == FIT_NOT || n - 2 > TABLE_DATE)
		return false;
	memcpy(c->date, text + 1, n - 2);
	c->value.text = c->date;
	c->value.len = n - 2;
	c->value.escaped = false;
	return true;
}

static bool
honest(const struct table *t, struct table_column *c)
{
	switch (c->type) {
	case COLUMN_TEXT:
		return !c->described || c->value.kind < JSON_ARRAY;
	case COLUMN_JSON:
		return true;
	case COLUMN_INTEGER:
	case COLUMN_DECIMAL:
		return honest_number(t, c);
	case COLUMN_BOOLEAN:
		return honest_boolean(c);
	default:
		return honest_date(c);
	}
}

static void
add_late(struct table *t, struct table_column *c)
{
	if (c->listed_late == t->row)
		return;
	c->listed_late = t->row;
	if (t->late_count == t->late_room) {
		t->late_room = t->late_room ? 2 * t->late_room : 16;
		t->late = mem_array(t->late, t->late_room,
		    sizeof(struct table_column *));
	}
	t->late[t->late_count++] = c;
}

/* The row has c->value. */
static void
store(struct table *t, struct table_column *c)
{
	struct json *value = &c->value;

	c->seen = 0;
	/* Null: it may have been there before, and the last value counts. */
	if (value->kind == JSON_NULL)
		return;
	if (c->extra) {
		add_late(t, c);
		return;
	}
	/* As in tw-flatten: no text at all is null where text is no value. */
	if (c->type != COLUMN_TEXT && value->kind == JSON_STRING &&
	    value->len == 0) {
		value->kind = JSON_NULL;
		return;
	}
	if (honest(t, c)) {
		c->seen = t->row;
		return;
	}
	if (t->misfits++ == 0)
		t->first_misfit = c;
	add_late(t, c);
}

/*
 * _extra: what it was, and this row's late members behind it.
 */

static void
begin_extra(struct table *t)
{
	struct table_column *c = t->extra;
	struct buf *b = &t->text;
	struct json object;
	char *text;
	size_t len;

	buf_clear(b);
	buf_byte(b, '{');
	if (c->seen != t->row)
		return;
	object = c->value;
	text = NULL;
	if (object.kind == JSON_STRING) {
		text = mem_resize(NULL, object.len + 1);
		len = json_decode(&object, text);
		if (!json_value(text, len, &object))
			object = c->value;
	}
	if (object.kind == JSON_OBJECT) {
		b->len = 0;		/* its own '{', and no '}' yet */
		b->len = json_compact(object.text, object.len,
		    buf_reserve(b, object.len)) - 1;
	} else {
		buf_text(b, "\"_extra\":");
		if (c->value.kind == JSON_STRING)
			buf_add(b, c->value.text - 1, c->value.len + 2);
		else
			buf_add(b, c->value.text, c->value.len);
	}
	free(text);
}

static void
list_extra(struct table *t)
{
	if (!t->extra) {
		t->extra = member_new(t, "_extra", 6);
		t->extra->type = COLUMN_JSON;
		t->extra->described = true;
	}
	t->extra->extra = false;
	if (!t->extra->listed)
		list(t, t->extra);
}

static int
fill_extra(struct table *t)
{
	struct buf *b = &t->text;
	size_t i;

	if (!t->extra || !t->extra->listed) {
		if (t->limits->also_count > 0)
			return 0;
		if (t->limits->fixed && t->row > 1) {
			t->why = "it has a member the first record did not "
			    "have";
			return -1;
		}
		list_extra(t);
	}
	begin_extra(t);
	for (i = 0; i < t->late_count; i++) {
		struct table_column *c = t->late[i];
		const struct json *v = &c->value;

		/* Null is taken back, or came behind a misfit. */
		if (v->kind == JSON_NULL || c->seen == t->row)
			continue;
		if (b->len > 1)
			buf_byte(b, ',');
		buf_add(b, c->quoted, c->quoted_len);
		buf_byte(b, ':');
		if (v->kind == JSON_STRING) {
			buf_add(b, v->text - 1, v->len + 2);
		} else if (v->kind == JSON_NUMBER && !is_sane(v->text,
		    v->len)) {
			/* Nobody can read it as a number. */
			buf_byte(b, '"');
			buf_add(b, v->text, v->len);
			buf_byte(b, '"');
		} else {
			b->len += json_compact(v->text, v->len,
			    buf_reserve(b, v->len));
		}
	}
	if (b->len == 1)
		return 0;
	buf_byte(b, '}');
	t->extra->value.kind = JSON_OBJECT;
	t->extra->value.escaped = false;
	t->extra->value.text = b->text;
	t->extra->value.len = b->len;
	t->extra->seen = t->row;
	return 0;
}

int
table_row(struct table *t, const char *text, size_t len)
{
	struct table_column **guess = &t->first, *c;
	struct json_walk w;
	struct json name, value;
	int got = 0;

	t->row++;
	t->late_count = 0;
	json_walk(&w, text, len);
	for (;; guess = &c->behind) {
		c = *guess;
		/* Not by way of a copy: bytes just written singly are slow to
		 * read together. */
		if (!c || !json_expect(&w, c->quoted, c->quoted_len,
		    &c->value)) {
			if ((got = json_next(&w, &name, &value)) <= 0)
				break;
			if (!w.object)
				break;
			*guess = c = meet(t, &name);
			c->value = value;
		}
		store(t, c);
	}
	if (got < 0) {
		t->why = w.why;
		t->offset = w.offset;
		return -1;
	}
	if (!w.object) {
		t->why = "not an object";
		t->offset = 0;
		return -1;
	}
	t->offset = 0;
	if (t->row == 1 && t->limits->extra)
		list_extra(t);
	return t->late_count > 0 ? fill_extra(t) : 0;
}

size_t
table_text(const struct json *value, char *out)
{
	size_t len, nuls, i, to;

	if (value->kind >= JSON_ARRAY)
		return json_compact(value->text, value->len, out);
	if (value->kind != JSON_STRING || !value->escaped) {
		memcpy(out, value->text, value->len);
		return value->len;
	}
	len = json_decode(value, out);
	if (!memchr(out, '\0', len))
		return len;
	/* From the end, in place: "\u0000" left room for the three bytes. */
	for (nuls = i = 0; i < len; i++)
		nuls += out[i] == '\0';
	for (i = len, len = to = len + 2 * nuls; i-- > 0;)
		if (out[i] == '\0')
			memcpy(out + (to -= 3), "\xef\xbf\xbd", 3);
		else
			out[--to] = out[i];
	return len;
}

/*
 * Tables by stream.
 */

struct table *
table_named(struct table_set *set, const char *name, size_t len)
{
	struct table **at = &set->tables, *t;

	for (; (t = *at); at = &t->next)
		if (t->name_len == len && memcmp(t->name, name, len) == 0)
			break;
	if (!t) {
		if (set->count++ == TABLE_SET_MAX) {
			set->why = "too many different streams";
			return NULL;
		}
		t = table_new(name, len, &set->limits);
	} else {
		*at = t->next;
	}
	t->next = set->tables;
	set->tables = t;
	return t;
}

struct table *
table_of(struct table_set *set, const char *text, size_t len)
{
	static const char head[] = "{\"_stream\":\"";
	struct table *t = set->tables;
	struct json object, value;
	char name[STREAM_MAX];
	size_t n = sizeof(head) - 1;

	/* As tw-fetch writes it, of the stream the last one was of. */
	if (t && len > n + t->name_len && memcmp(text, head, n) == 0 &&
	    memcmp(text + n, t->name, t->name_len) == 0 &&
	    text[n + t->name_len] == '"')
		return t;
	if ((set->why = json_check(text, len, &n)))
		return NULL;
	json_value(text, len, &object);
	if (object.kind != JSON_OBJECT) {
		set->why = "not an object";
		return NULL;
	}
	if (!json_member(&object, "_stream", &value)) {
		if (!set->stream)
			return table_named(set, "", 0);
		return table_named(set, set->stream, strlen(set->stream));
	}
	if (value.kind != JSON_STRING || value.len >= sizeof(name)) {
		set->why = "its _stream is not a name";
		return NULL;
	}
	n = json_decode(&value, name);
	if (n == 0 || memchr(name, '\0', n)) {
		set->why = "its _stream is not a name";
		return NULL;
	}
	return table_named(set, name, n);
}

void
table_set_release(struct table_set *set)
{
	struct table *t, *next;

	for (t = set->tables; t; t = next) {
		next = t->next;
		table_free(t);
	}
	set->tables = NULL;
	set->count = 0;
}
