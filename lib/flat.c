#include "flat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "diag.h"
#include "fit.h"
#include "json.h"
#include "mem.h"

#define SHAPES_MAX 1024		/* streams remembered */
#define MEMBERS_MAX 20000	/* members of all of them: some 10 MB */
#define LONG ((size_t)64 << 10)	/* strings that go out without a copy */

/* A value bound for _extra. */
struct extra {
	struct member *m;	/* NULL: taken back */
	struct json value;
	enum mask mask;
	bool misfit;
};

/* Text made while a record is in hand: what --parse-json opened. */
struct opened {
	struct opened *next;
	char text[];
};

struct flat_state {
	struct flat *flat;
	struct shape_rules *rules;
	const struct mask_key *key;
	const char *stream;
	size_t stream_len;

	struct shape *shapes;		/* the last used first */
	struct shape *current;		/* of the last record */
	bool crowded;			/* forget them before the next */
	size_t shape_count, member_count;
	uint64_t record;		/* number of the one in hand */

	struct slot **late;		/* slots it has and no shape places */
	size_t late_count, late_room;
	struct extra *extras;
	size_t extra_count, extra_room;
	struct slot **exploded;		/* a stack: rows may have rows */
	size_t exploded_count, exploded_room;
	struct opened *opened;
	struct buf text;		/* of _extra */
};

/* Room for one more in an array that doubles. */
static void *
one_more(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room ? 2 * *room : 32;
	return mem_array(array, *room, size);
}

/*
 * Gathering: every member finds its slot.
 */

static void
add_extra(struct flat_state *f, struct member *m, const struct json *value,
    bool misfit)
{
	struct extra *e;

	f->extras = one_more(f->extras, f->extra_count, &f->extra_room,
	    sizeof(*f->extras));
	e = &f->extras[f->extra_count++];
	e->m = m;
	e->value = *value;
	e->misfit = misfit;
	/* The catalogue vouches for a column, not for what was not meant to be
	 * in it. */
	e->mask = m->mask == MASK_NONE && f->rules->no_pii ?
	    f->rules->pii_mask : m->mask;
	m->extra = f->extra_count;
}

static void
store(struct flat_state *f, struct shape *s, struct member *m,
    const struct json *value)
{
	struct slot *c = m->slot ? m->slot : shape_slot(s, m);

	/* By another member: what this one put there is forgotten. */
	if (c->seen == f->record) {
		add_extra(f, m, value, true);
		return;
	}
	c->seen = f->record;
	c->from = m;
	c->value = *value;
	if (!c->placed && c->listed != f->record) {
		c->listed = f->record;
		f->late = one_more(f->late, f->late_count, &f->late_room,
		    sizeof(struct slot *));
		f->late[f->late_count++] = c;
	}
}

/* The name came before in this record: the last value counts. */
static void
forget(struct flat_state *f, struct member *m)
{
	struct member *in;

	if (m->slot && m->slot->from == m)
		m->slot->seen = 0;
	if (m->extra > 0 && m->extra <= f->extra_count &&
	    f->extras[m->extra - 1].m == m)
		f->extras[m->extra - 1].m = NULL;
	if (m->filled == f->record)
		for (in = m->inside; in; in = in->beside)
			if (in->seen == f->record)
				forget(f, in);
	m->filled = m->seen = 0;
}

/* Null for an object is null for all its columns. */
static void
store_nulls(struct flat_state *f, struct shape *s, struct member *m,
    const struct json *null)
{
	struct member *in;

	m->filled = f->record;
	for (in = m->inside; in; in = in->beside) {
		in->seen = f->record;
		if (in->use == MEMBER_COLUMN)
			store(f, s, in, null);
		else if (in->use == MEMBER_OPEN)
			store_nulls(f, s, in, null);
	}
}

/* JSON text in a string becomes the value it means; false if it is none. */
static bool
open_text(struct flat_state *f, struct json *value)
{
	struct opened *o = mem_new(sizeof(*o) + value->len + FLAT_SLACK);
	size_t len = json_decode(value, o->text);

	o->next = f->opened;
	f->opened = o;
	if (len > 0)
		return json_value(o->text, len, value);
	value->kind = JSON_NULL;
	value->text = memcpy(o->text, "null", 4);
	value->len = 4;
	return true;
}

static bool
is_empty(const struct json *container)
{
	size_t i = 1;

	while (container->text[i] == ' ' || container->text[i] == '\t' ||
	    container->text[i] == '\n' || container->text[i] == '\r')
		i++;
	return i + 1 == container->len;
}

static int gather(struct flat_state *f, struct shape *s, struct member *parent,
    struct json_walk *w);

static void
take(struct flat_state *f, struct shape *s, struct member *m,
    const struct json *given)
{
	struct json value = *given;
	bool object, descend;

	if (m->seen == f->record)
		forget(f, m);
	m->seen = f->record;
	if (m->parse && value.kind == JSON_STRING && m->use != MEMBER_SKIP &&
	    !open_text(f, &value)) {
		add_extra(f, m, given, true);
		return;
	}
	object = value.kind == JSON_OBJECT;
	descend = false;
	switch (m->use) {
	case MEMBER_COLUMN:
		descend = object && m->parse && !is_empty(&value);
		if (!descend)
			store(f, s, m, &value);
		break;
	case MEMBER_OPEN:
		descend = object;
		if (value.kind == JSON_NULL)
			store_nulls(f, s, m, &value);
		else if (!object && m->selected)
			add_extra(f, m, &value, true);
		break;
	case MEMBER_FREE:
		descend = object && !is_empty(&value);
		if (!descend && m->selected)
			store(f, s, m, &value);
		break;
	case MEMBER_EXTRA:
		add_extra(f, m, &value, false);
		break;
	case MEMBER_SKIP:
		break;
	}
	if (descend) {
		struct json_walk inner;

		m->filled = f->record;
		json_walk(&inner, value.text, value.len);
		if (gather(f, s, m, &inner))
			bug("a value was valid and is not: %s", inner.why);
	}
}

static int
gather(struct flat_state *f, struct shape *s, struct member *parent,
    struct json_walk *w)
{
	struct member **guess = &parent->first, *m;
	struct json name, value;
	struct slot *c;
	int got;

	for (;; guess = &m->behind) {
		m = *guess;
		if (!m || !json_expect(w, m->quoted, m->quoted_len, &value)) {
			if ((got = json_next(w, &name, &value)) <= 0)
				return got;
			*guess = m = shape_member(s, parent, &name);
		}
		/* Nearly always: a column, for the first time. */
		c = m->slot;
		if (m->use == MEMBER_COLUMN && !m->parse && c->placed &&
		    m->seen != f->record && c->seen != f->record) {
			m->seen = c->seen = f->record;
			c->from = m;
			c->value = value;
		} else {
			take(f, s, m, &value);
		}
	}
}

/*
 * Writing: the slots in their order.
 */

/*
 * Most pieces are short, and a call costs more than the bytes: whole vectors
 * are copied instead.  Both places have room for STRIDE bytes too many.
 */
#define STRIDE 32

static inline char *
copy(char *to, const char *from, size_t len)
{
	char *end = to + len;

	if (len > 8 * STRIDE) {
		memcpy(to, from, len);
		return end;
	}
	do {
		memcpy(to, from, STRIDE);
		to += STRIDE;
		from += STRIDE;
	} while (to < end);
	return end;
}

static size_t
value_room(const struct slot *c)
{
	return FIT_ROOM(c->value.len) + MASK_ROOM;
}

static size_t
put_value(const struct flat_state *f, const struct slot *c, char *out)
{
	if (c->value.kind == JSON_NULL) {
		memcpy(out, "null", 4);
		return 4;
	}
	if (c->from->mask != MASK_NONE)
		return mask_value(c->from->mask, f->key, &c->value, out);
	return c->typed ? fit_column(c->type, &c->value, out) :
	    fit_any(&c->value, out);
}

/* One member behind the byte before; that is ',' afterwards. */
static void
put_slot(struct flat_state *f, struct out *o, struct slot *c, char *before)
{
	char *p, *at;
	size_t n;
	bool plain;

	if (c->seen != f->record || c->hidden)
		return;
	if (c->value.kind == JSON_ARRAY && c->from->explode) {
		f->exploded = one_more(f->exploded, f->exploded_count,
		    &f->exploded_room, sizeof(struct slot *));
		f->exploded[f->exploded_count++] = c;
		return;
	}
	plain = c->value.kind == JSON_STRING &&
	    c->from->mask == MASK_NONE && (!c->typed || c->type == COLUMN_TEXT);
	if (plain && c->value.len > LONG) {
		out_byte(o, *before);
		out_put(o, c->label, c->label_len);
		out_put(o, c->value.text - 1, c->value.len + 2);
		*before = ',';
		return;
	}
	n = 1 + c->label_len + value_room(c);
	p = o->room - o->len >= n ? o->text + o->len : out_reserve(o, n);
	*p = *before;
	at = copy(p + 1, c->label, c->label_len);
	if (plain) {
		at = copy(at, c->value.text - 1, c->value.len + 2);
	} else {
		n = put_value(f, c, at);
		if (n == FIT_NOT) {
			add_extra(f, c->from, &c->value, true);
			return;
		}
		at += n;
	}
	o->len += (size_t)(at - p);
	*before = ',';
}

static void
put_string(struct buf *b, const char *text, size_t len)
{
	buf_byte(b, '"');
	b->len += json_encode(text, len, buf_reserve(b, 6 * len));
	buf_byte(b, '"');
}

/* One member of _extra. */
static void
put_member(struct flat_state *f, const char *path, enum mask mask,
    const struct json *v)
{
	struct buf *b = &f->text;

	if (b->len > 1)
		buf_byte(b, ',');
	put_string(b, path, strlen(path));
	buf_byte(b, ':');
	if (mask != MASK_NONE)
		b->len += mask_value(mask, f->key, v,
		    buf_reserve(b, MASK_ROOM));
	else if (v->kind == JSON_STRING)
		buf_add(b, v->text - 1, v->len + 2);
	else
		b->len += json_compact(v->text, v->len,
		    buf_reserve(b, v->len));
}

/* What an earlier run put into _extra goes on, unless an option named it. */
static void
put_earlier(struct flat_state *f, const struct slot *c)
{
	struct json object, name, value;
	enum mask mask = c->from->mask;
	struct json_walk w;
	char *text, *path;
	size_t len;

	if (c->value.kind == JSON_NULL)
		return;
	text = mem_resize(NULL, c->value.len + 1);
	len = c->value.kind == JSON_STRING ? json_decode(&c->value, text) : 0;
	if (!json_value(text, len, &object) || object.kind != JSON_OBJECT) {
		put_member(f, c->name, mask, &c->value);
		free(text);
		return;
	}
	json_walk(&w, object.text, object.len);
	while (json_next(&w, &name, &value) > 0) {
		path = mem_resize(NULL, name.len + 1);
		len = json_decode(&name, path);
		for (path[len] = '\0'; len > 0; len--)
			if (path[len - 1] == '\0')
				path[len - 1] = '?';
		if (!shape_names_hold(&f->rules->drop, path))
			put_member(f, path, mask != MASK_NONE ? mask :
			    shape_names_hold(&f->rules->redact, path) ?
			    MASK_REDACT :
			    shape_names_hold(&f->rules->hash, path) ?
			    MASK_HASH : MASK_NONE, &value);
		free(path);
	}
	free(text);
}

static void
put_extra(struct flat_state *f, struct shape *s, struct out *o, char *before)
{
	static const char label[] = "\"_extra\":";
	struct slot *c = s->slots[SHAPE_EXTRA];
	size_t i;
	char *p;

	if (c && c->seen != f->record)
		c = NULL;
	if (f->extra_count == 0 && !c)
		return;
	buf_clear(&f->text);
	buf_byte(&f->text, '{');
	if (c)
		put_earlier(f, c);
	for (i = 0; i < f->extra_count; i++) {
		struct extra *e = &f->extras[i];
		const char *path;

		if (!e->m)
			continue;
		path = e->m->path + (*s->base ? strlen(s->base) + 1 : 0);
		put_member(f, path, e->mask, &e->value);
		if (e->misfit && f->flat->misfits++ == 0)
			snprintf(f->flat->first_misfit,
			    sizeof(f->flat->first_misfit), "%s%s%s", s->name,
			    *s->name ? ": " : "", path);
	}
	if (f->text.len == 1 || (s->slots[SHAPE_EXTRA] &&
	    s->slots[SHAPE_EXTRA]->hidden))
		return;
	buf_byte(&f->text, '}');
	p = out_reserve(o, sizeof(label) + 2 * f->text.len + 2);
	p[0] = *before;
	memcpy(p + 1, label, sizeof(label) - 1);
	o->len += sizeof(label) + json_nest(f->text.text, f->text.len,
	    p + sizeof(label));
	*before = ',';
}

/* An element's own member, of a name that is said of it already. */
static bool
is_said(const struct slot *c, const struct buf *head)
{
	return c->name[0] == '_' && (strcmp(c->name, "_extra") == 0 ||
	    strstr(head->text, c->label));
}

/* The row gathered last; head is what a row of an element starts with. */
static void
put_row(struct flat_state *f, struct shape *s, struct out *o,
    const struct buf *head)
{
	char before = '{';
	size_t i;

	if (head) {
		out_byte(o, before);
		out_put(o, head->text, head->len);
		before = ',';
	} else {
		struct slot *c = s->slots[SHAPE_STREAM];

		if (f->stream && c->seen != f->record && !c->hidden) {
			struct json name = { JSON_STRING, false, f->stream,
			    f->stream_len };
			char *p = out_reserve(o, 16 + 6 * name.len);

			memcpy(p, "{\"_stream\":\"", 12);
			i = 12 + json_encode(name.text, name.len, p + 12);
			p[i] = '"';
			o->len += i + 1;
			before = ',';
		}
		for (i = SHAPE_STREAM; i < SHAPE_FIXED; i++)
			put_slot(f, o, s->slots[i], &before);
		for (i = 0; i < f->late_count; i++)
			if (f->late[i]->meta)
				put_slot(f, o, f->late[i], &before);
	}
	for (i = SHAPE_FIXED; i < s->slot_count; i++)
		put_slot(f, o, s->slots[i], &before);
	for (i = 0; i < f->late_count; i++) {
		struct slot *c = f->late[i];

		if (head && c->seen == f->record && is_said(c, head))
			add_extra(f, c->from, &c->value, true);
		else if (!c->meta)
			put_slot(f, o, c, &before);
	}
	put_extra(f, s, o, &before);
	if (before == '{')
		out_byte(o, '{');
	out_put(o, "}\n", 2);
}

/*
 * Exploding: the elements of an array become rows of their own.
 */

static struct shape *
shape_for(struct flat_state *f, const char *name, size_t len,
    const char *base, enum mask mask)
{
	struct shape **at, *s;

	for (at = &f->shapes; (s = *at); at = &s->next)
		if (s->name_len == len && memcmp(s->name, name, len) == 0
		    && strcmp(s->base, base) == 0 && s->root.mask == mask)
			break;
	if (s)
		*at = s->next;
	else {
		s = shape_new(name, len, f->rules, base, mask);
		f->shape_count++;
	}
	s->next = f->shapes;
	f->shapes = s;
	return s;
}

static void
begin_row(struct flat_state *f)
{
	f->record++;
	f->late_count = f->extra_count = 0;
}

/* Names without end must not fill the memory. */
static void
note_size(struct flat_state *f, struct shape *s)
{
	f->member_count += s->member_count - s->counted;
	s->counted = s->member_count;
	if (f->member_count > MEMBERS_MAX || f->shape_count > SHAPES_MAX)
		f->crowded = true;
}

/* "_parent_sid":"..", named so that no level hides another's. */
static void
head_member(struct flat_state *f, struct buf *head, const char *prefix,
    const struct slot *c)
{
	size_t start = head->len, n;

	if (c->seen != f->record || c->hidden)
		return;
	buf_byte(head, ',');
	buf_byte(head, '"');
	buf_text(head, prefix);
	buf_add(head, c->label + 1, c->label_len - 1);
	n = put_value(f, c, buf_reserve(head, value_room(c)));
	head->len = n == FIT_NOT ? start : head->len + n;
	buf_text(head, "");		/* ends it */
}

/* Metadata and key of the row in hand, for the rows below it.  The first
 * member, _stream, is written by the caller, so all start with a comma. */
static void
head_of(struct flat_state *f, struct shape *s, struct buf *head)
{
	static const char *const usual[] = { "sid", "id", NULL };
	const char *const *key = usual;
	struct slot *c;
	size_t i;

	for (i = SHAPE_ACCOUNT; i < SHAPE_FIXED; i++)
		head_member(f, head, "", s->slots[i]);
	for (i = 0; i < f->late_count; i++)
		if (f->late[i]->meta)
			head_member(f, head, strcmp(f->late[i]->name,
			    "_index") == 0 ? "_parent" : "", f->late[i]);
	if (s->stream && s->stream->key)
		key = (const char *const *)s->stream->key;
	for (; *key; key++) {
		c = shape_column(s, *key);
		if (c && !c->meta && c->seen == f->record) {
			head_member(f, head, "_parent_", c);
			if (key == usual)
				break;		/* sid, else id */
		}
	}
}

/* A level further down the index has one more parent in its name. */
static void
deeper(struct buf *head, const struct buf *above, unsigned long index)
{
	static const char word[] = "_parent";
	const char *p = above->text, *at;
	size_t len = above->len;

	at = len > 0 ? strstr(p, ",\"_parent_index\":") : NULL;
	if (at) {
		buf_add(head, p, (size_t)(at - p) + 2);
		buf_add(head, word, sizeof(word) - 1);
		buf_add(head, at + 2, len - (size_t)(at - p) - 2);
	} else {
		buf_add(head, p, len);
	}
	buf_printf(head, ",\"_parent_index\":%lu", index);
}

static void put_below(struct flat_state *f, struct out *o, struct shape *s,
    size_t from, const struct buf *head);

static void
put_elements(struct flat_state *f, struct out *o, struct shape *parent,
    const struct slot *c, const struct buf *above)
{
	static const char value_name[] = "\"value\"";
	struct json name = { JSON_STRING, false, value_name + 1, 5 }, element;
	struct buf stream = BUF_INIT(0), head = BUF_INIT(0), below = BUF_INIT(0);
	struct json_walk w, inner;
	struct json no_name;
	struct shape *s;
	unsigned long index;
	size_t from = f->exploded_count;

	if (parent->name_len > 0) {
		buf_add(&stream, parent->name, parent->name_len);
		buf_byte(&stream, '_');
	}
	buf_text(&stream, c->from->flat);
	s = shape_for(f, stream.text, stream.len, c->from->path,
	    c->from->mask);
	json_walk(&w, c->value.text, c->value.len);
	for (index = 0; json_next(&w, &no_name, &element) > 0; index++) {
		begin_row(f);
		if (element.kind == JSON_OBJECT) {
			json_walk(&inner, element.text, element.len);
			if (gather(f, s, &s->root, &inner))
				bug("an element was valid and is not: %s",
				    inner.why);
		} else {
			take(f, s, shape_member(s, &s->root, &name),
			    &element);
		}
		note_size(f, s);
		buf_clear(&head);
		buf_text(&head, "\"_stream\":");
		put_string(&head, s->name, s->name_len);
		buf_add(&head, above->text, above->len);
		buf_printf(&head, ",\"_index\":%lu", index);
		put_row(f, s, o, &head);
		if (f->exploded_count > from) {
			buf_clear(&below);
			deeper(&below, above, index);
			put_below(f, o, s, from, &below);
		}
	}
	buf_release(&stream);
	buf_release(&head);
	buf_release(&below);
}

/* The rows of all arrays exploded since from. */
static void
put_below(struct flat_state *f, struct out *o, struct shape *s, size_t from,
    const struct buf *head)
{
	size_t to = f->exploded_count, i;

	for (i = from; i < to; i++)
		put_elements(f, o, s, f->exploded[i], head);
	f->exploded_count = from;
}

struct flat *
flat_new(struct shape_rules *rules, const struct mask_key *key,
    const char *stream)
{
	struct flat *flat = mem_new(sizeof(*flat));
	struct flat_state *f = mem_new(sizeof(*f));

	flat->state = f;
	f->flat = flat;
	f->rules = rules;
	f->key = key;
	f->stream = stream;
	f->stream_len = stream ? strlen(stream) : 0;
	return flat;
}

static void
forget_shapes(struct flat_state *f)
{
	struct shape *s;

	while ((s = f->shapes)) {
		f->shapes = s->next;
		shape_free(s);
	}
	f->shape_count = f->member_count = 0;
	f->current = NULL;
	f->crowded = false;
}

void
flat_free(struct flat *flat)
{
	if (!flat)
		return;
	forget_shapes(flat->state);
	free(flat->state->late);
	free(flat->state->extras);
	free(flat->state->exploded);
	buf_release(&flat->state->text);
	free(flat->state);
	free(flat);
}

/* Is the record in hand of this shape's stream?  If not, make that shape the
 * current one. */
static bool
right_shape(struct flat_state *f, struct shape *s)
{
	const struct slot *c = s->slots[SHAPE_STREAM];
	const char *name = f->stream ? f->stream : "";
	char *decoded = NULL;
	size_t len = f->stream_len;
	bool right;

	if (c->seen == f->record && c->value.kind == JSON_STRING) {
		name = c->value.text;
		len = c->value.len;
		if (c->value.escaped) {
			decoded = mem_resize(NULL, len + 1);
			len = json_decode(&c->value, decoded);
			name = decoded;
		}
	}
	right = s->name_len == len && memcmp(s->name, name, len) == 0;
	if (!right)
		f->current = shape_for(f, name, len, "", MASK_NONE);
	free(decoded);
	return right;
}

int
flat_record(struct flat *flat, struct out *o, const char *text, size_t len)
{
	struct flat_state *f = flat->state;
	struct opened *opened;
	struct json_walk w;
	int got;

	if (f->crowded)
		forget_shapes(f);
	if (!f->current)
		f->current = shape_for(f, f->stream ? f->stream : "",
		    f->stream_len, "", MASK_NONE);
	/* The last record's stream is tried first; the second time is right. */
	do {
		begin_row(f);
		f->exploded_count = 0;
		json_walk(&w, text, len);
		if (!w.why && !w.object) {
			w.why = "an array, not an object";
			got = -1;
		} else {
			got = gather(f, f->current, &f->current->root, &w);
		}
		note_size(f, f->current);
	} while (got == 0 && !right_shape(f, f->current));
	if (got < 0) {
		flat->why = w.why;
		flat->offset = w.offset;
	} else {
		put_row(f, f->current, o, NULL);
		if (f->exploded_count > 0) {
			struct buf head = BUF_INIT(0);

			head_of(f, f->current, &head);
			put_below(f, o, f->current, 0, &head);
			buf_release(&head);
		}
	}
	while ((opened = f->opened)) {
		f->opened = opened->next;
		free(opened);
	}
	return got;
}
