#include "shape.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"

void
shape_names_add(struct shape_names *n, const char *list)
{
	size_t len;

	for (;; list += len + 1) {
		len = strcspn(list, ",");
		if (len > 0) {
			n->names = mem_array(n->names, n->count + 1,
			    sizeof(*n->names));
			n->seen = mem_array(n->seen, n->count + 1,
			    sizeof(*n->seen));
			n->names[n->count] = mem_copy(list, len);
			n->seen[n->count++] = false;
		}
		if (list[len] == '\0')
			return;
	}
}

/* The end of name in path, or NULL if path does not begin with it.  The dots
 * of a path may be written as the flat name's underscores. */
static const char *
begins(const char *path, const char *name)
{
	for (; *name && *path; name++, path++)
		if (*name != *path && !((*name == '.' || *name == '_') &&
		    (*path == '.' || *path == '_')))
			return NULL;
	return *name ? NULL : path;
}

static bool
same_path(const char *name, const char *path)
{
	const char *end = begins(path, name);

	return end && *end == '\0';
}

bool
shape_names_hold(const struct shape_names *n, const char *path)
{
	const char *end;
	size_t i;

	for (i = 0; i < n->count; i++)
		if ((end = begins(path, n->names[i])) &&
		    (*end == '\0' || *end == '.'))
			return true;
	return false;
}

/* Does a name mean something inside the member of that path? */
static bool
reach_into(const struct shape_names *n, const char *path)
{
	const char *end;
	size_t i;

	for (i = 0; i < n->count; i++)
		if ((end = begins(n->names[i], path)) &&
		    (*end == '.' || *end == '_'))
			return true;
	return false;
}

static bool
named(struct shape_names *n, const struct member *m)
{
	bool found = false;
	size_t i;

	for (i = 0; i < n->count; i++)
		if (same_path(n->names[i], m->path) ||
		    strcmp(n->names[i], m->flat) == 0)
			n->seen[i] = found = true;
	return found;
}

static size_t
hash_of(const void *seed, const char *text, size_t len)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ (uintptr_t)seed;

	while (len-- > 0)
		h = (h ^ (unsigned char)*text++) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ h >> 32);
}

static void
members_grow(struct shape *s)
{
	size_t room = s->member_room ? 2 * s->member_room : 64, i, at;
	struct member **table = mem_new(room * sizeof(*table)), *m, *next;

	for (i = 0; i < s->member_room; i++)
		for (m = s->members[i]; m; m = next) {
			next = m->next;
			at = hash_of(m->parent, m->quoted, m->quoted_len) &
			    (room - 1);
			m->next = table[at];
			table[at] = m;
		}
	free(s->members);
	s->members = table;
	s->member_room = room;
}

static void
columns_grow(struct shape *s)
{
	size_t room = s->column_room ? 2 * s->column_room : 64, i, at;
	struct slot **table = mem_new(room * sizeof(*table)), *c, *next;

	for (i = 0; i < s->column_room; i++)
		for (c = s->columns[i]; c; c = next) {
			next = c->next;
			at = hash_of(NULL, c->name, c->name_len) & (room - 1);
			c->next = table[at];
			table[at] = c;
		}
	free(s->columns);
	s->columns = table;
	s->column_room = room;
}

struct slot *
shape_column(const struct shape *s, const char *name)
{
	size_t len = strlen(name);
	struct slot *c = s->column_room == 0 ? NULL :
	    s->columns[hash_of(NULL, name, len) & (s->column_room - 1)];

	while (c && (c->name_len != len || memcmp(c->name, name, len) != 0))
		c = c->next;
	return c;
}

static struct slot *
slot_new(struct shape *s, const char *name)
{
	struct slot *c = mem_new(sizeof(*c));
	size_t at;

	c->name_len = strlen(name);
	c->name = mem_copy(name, c->name_len);
	c->label = mem_new(6 * c->name_len + 4 + SHAPE_SLACK);
	c->label[0] = '"';
	c->label_len = 1 + json_encode(name, c->name_len, c->label + 1);
	memcpy(c->label + c->label_len, "\":", 2);
	c->label_len += 2;
	if (s->column_count++ >= s->column_room)
		columns_grow(s);
	at = hash_of(NULL, c->name, c->name_len) & (s->column_room - 1);
	c->next = s->columns[at];
	s->columns[at] = c;
	return c;
}

/* Two names with something between them. */
static char *
joined(const char *left, const char *between, const char *right)
{
	size_t a = strlen(left), b = strlen(between), c = strlen(right);
	char *text;

	if (a == 0)
		return mem_copy(right, c);
	text = mem_resize(NULL, a + b + c + 1);
	memcpy(text, left, a);
	memcpy(text + a, between, b);
	memcpy(text + a + b, right, c + 1);
	return text;
}

/* A member with what its name and its parent say; its use is still to tell. */
static struct member *
member_new(struct shape *s, struct member *parent, const char *quoted,
    size_t quoted_len, const char *name)
{
	struct shape_rules *r = s->rules;
	struct member *m = mem_new(sizeof(*m));
	size_t at;

	m->parent = parent;
	m->quoted = mem_copy(quoted, quoted_len);
	m->quoted_len = quoted_len;
	m->path = joined(parent->path, ".", name);
	m->flat = joined(parent->flat, r->separator, name);
	m->explode = named(&r->explode, m);
	m->parse = named(&r->parse, m);
	m->selected = named(&r->select, m) || parent->selected || m->explode;
	m->mask = parent->mask;
	if (named(&r->hash, m))
		m->mask = MASK_HASH;
	if (named(&r->redact, m))
		m->mask = MASK_REDACT;
	m->beside = parent->inside;
	parent->inside = m;
	if (s->member_count++ >= s->member_room)
		members_grow(s);
	at = hash_of(parent, m->quoted, m->quoted_len) & (s->member_room - 1);
	m->next = s->members[at];
	s->members[at] = m;
	return m;
}

static struct member *
member_find(const struct shape *s, const struct member *parent,
    const char *quoted, size_t len)
{
	struct member *m = s->member_room == 0 ? NULL :
	    s->members[hash_of(parent, quoted, len) & (s->member_room - 1)];

	while (m && (m->parent != parent || m->quoted_len != len ||
	    memcmp(m->quoted, quoted, len) != 0))
		m = m->next;
	return m;
}

/* Metadata that tell where a record is from, and nothing about people. */
static bool
is_safe(const struct shape *s, const char *name)
{
	return strcmp(name, "_stream") == 0 || strcmp(name, "_account") == 0 ||
	    strcmp(name, "_fetched") == 0 || strcmp(name, "_index") == 0 ||
	    strncmp(name, "_parent_", 8) == 0 ||
	    (s->stream && stream_is_place(s->stream, name, strlen(name)));
}

/* What nobody can vouch for is masked when personal data must not show. */
static void
mask_unknown(struct shape *s, struct member *m)
{
	if (m->mask == MASK_NONE && s->rules->no_pii)
		m->mask = s->rules->pii_mask;
}

static void
settle_meta(struct shape *s, struct member *m)
{
	bool dropped = named(&s->rules->drop, m);

	if (!is_safe(s, m->flat))
		mask_unknown(s, m);
	m->selected = true;
	m->use = MEMBER_COLUMN;
	m->slot = slot_new(s, m->flat);
	m->slot->meta = true;
	m->slot->hidden = dropped;
}

static bool
is_json(const struct slot *c)
{
	return c && c->typed && c->type == COLUMN_JSON;
}

/* A member only the data have shown. */
static void
settle_unknown(struct shape *s, struct member *m, const char *name)
{
	struct member *parent = m->parent;
	struct slot *c = shape_column(s, m->flat);

	if (strcmp(m->flat, "_mark") == 0) {
		/* As the first column it would make a mark of a record. */
		mask_unknown(s, m);
		m->use = named(&s->rules->drop, m) ? MEMBER_SKIP : MEMBER_EXTRA;
	} else if (parent == &s->root && name[0] == '_' && !*s->base && !c) {
		settle_meta(s, m);
	} else if (named(&s->rules->drop, m)) {
		m->use = MEMBER_SKIP;
	} else if (parent->use != MEMBER_FREE && c && c->typed) {
		/* A column of the catalogue by its flat name: flat before. */
		m->use = m->selected ? MEMBER_COLUMN : MEMBER_SKIP;
		m->slot = c;
		if (c->mask != MASK_NONE)
			m->mask = c->mask;
	} else if (parent->use == MEMBER_FREE || parent->use == MEMBER_COLUMN) {
		m->use = MEMBER_FREE;	/* a column's: opened by --parse-json */
		/* The catalogue vouches for JSON, not for JSON in a number. */
		if (parent->use == MEMBER_COLUMN && !is_json(parent->slot))
			mask_unknown(s, m);
	} else {
		mask_unknown(s, m);
		m->use = MEMBER_FREE;
		if (s->stream && s->stream->column_count > 0 &&
		    s->rules->unknown != UNKNOWN_COLUMN && !m->explode)
			m->use = s->rules->unknown != UNKNOWN_EXTRA ||
			    !m->selected ? MEMBER_SKIP :
			    /* Taken apart, should a part have to be hidden. */
			    reach_into(&s->rules->hash, m->path) ||
			    reach_into(&s->rules->redact, m->path) ||
			    reach_into(&s->rules->drop, m->path) ?
			    MEMBER_OPEN : MEMBER_EXTRA;
	}
	if (m->use == MEMBER_FREE && strlen(m->flat) > SHAPE_NAME_MAX)
		m->use = m->selected ? MEMBER_EXTRA : MEMBER_SKIP;
}

static size_t
copied(char *to, const char *text, size_t len)
{
	memcpy(to, text, len);
	return len;
}

struct member *
shape_member(struct shape *s, struct member *parent, const struct json *name)
{
	struct member *m;
	char *text, *quoted;
	size_t len, quoted_len, i;

	if (!name->escaped && (m = member_find(s, parent, name->text - 1,
	    name->len + 2)))
		return m;
	/* One name has many spellings; members go by the plainest.  Halves of
	 * surrogate pairs have none, and all become U+FFFD: they go by what is
	 * written, so that two of them are two names. */
	text = mem_resize(NULL, name->len + 1);
	len = json_decode(name, text);
	text[len] = '\0';
	quoted = mem_resize(NULL, 6 * name->len + 3);
	quoted[0] = '"';
	quoted_len = 1 + (name->escaped && strstr(text, "\xef\xbf\xbd") ?
	    copied(quoted + 1, name->text, name->len) :
	    json_encode(text, len, quoted + 1));
	quoted[quoted_len++] = '"';
	m = member_find(s, parent, quoted, quoted_len);
	if (!m) {
		for (i = 0; i < len; i++)
			if (text[i] == '\0')
				text[i] = '?';
		m = member_new(s, parent, quoted, quoted_len, text);
		settle_unknown(s, m, text);
	}
	free(quoted);
	free(text);
	return m;
}

struct slot *
shape_slot(struct shape *s, struct member *m)
{
	if (!(m->slot = shape_column(s, m->flat)))
		m->slot = slot_new(s, m->flat);
	return m->slot;
}

/* The member of a dotted path in the catalogue; objects on the way open. */
static struct member *
member_at(struct shape *s, const char *path)
{
	struct member *m = &s->root, *child;
	char name[SHAPE_NAME_MAX], *quoted;
	size_t len, n;

	for (;; path += len + 1) {
		len = strcspn(path, ".");
		n = len < sizeof(name) ? len : sizeof(name) - 1;
		memcpy(name, path, n);
		name[n] = '\0';
		quoted = mem_resize(NULL, 6 * n + 3);
		quoted[0] = '"';
		n = 1 + json_encode(name, n, quoted + 1);
		quoted[n++] = '"';
		child = member_find(s, m, quoted, n);
		if (!child) {
			child = member_new(s, m, quoted, n, name);
			child->use = named(&s->rules->drop, child) ?
			    MEMBER_SKIP : MEMBER_OPEN;
		}
		free(quoted);
		m = child;
		if (path[len] == '\0' || m->use == MEMBER_SKIP)
			return m;
	}
}

static struct slot *
catalogue_column(struct shape *s, const struct column *c)
{
	struct member *m = member_at(s, c->path);
	struct slot *slot = m->slot;

	if (slot)			/* twice in the catalogue */
		return NULL;
	if (!(slot = shape_column(s, m->flat)))
		slot = slot_new(s, m->flat);
	m->slot = slot;
	if (m->use != MEMBER_SKIP)
		m->use = m->selected ? MEMBER_COLUMN : MEMBER_SKIP;
	if (s->rules->no_pii && m->mask == MASK_NONE &&
	    (c->personal || c->secret))
		m->mask = s->rules->pii_mask;
	if (slot->typed)		/* two paths, one name: the first */
		return NULL;
	slot->typed = slot->placed = true;
	slot->type = c->type;
	slot->mask = m->mask;
	return slot;
}

static void
fixed_slots(struct shape *s)
{
	static const char *const names[SHAPE_FIXED] = {
		"_extra", "_stream", "_account", "_fetched"
	};
	struct member *m;
	char quoted[16];
	size_t i, len;

	s->slot_count = SHAPE_FIXED;
	if (*s->base)			/* an element's own are just names */
		return;
	for (i = 0; i < SHAPE_FIXED; i++) {
		len = strlen(names[i]);
		quoted[0] = quoted[len + 1] = '"';
		memcpy(quoted + 1, names[i], len);
		m = member_new(s, &s->root, quoted, len + 2, names[i]);
		settle_meta(s, m);
		m->slot->placed = true;
		s->slots[i] = m->slot;
	}
}

struct shape *
shape_new(const char *name, size_t len, struct shape_rules *rules,
    const char *base, enum mask mask)
{
	struct shape *s = mem_new(sizeof(*s));
	size_t i, columns;

	s->name = mem_copy(name, len);
	s->name_len = len;
	s->base = mem_text(base);
	s->rules = rules;
	s->stream = len > 0 ? catalog_find_len(name, len) : NULL;
	columns = s->stream ? s->stream->column_count : 0;
	s->root.path = mem_text(base);
	s->root.flat = mem_text("");
	s->root.use = MEMBER_OPEN;
	s->root.mask = mask;
	s->root.selected = rules->select.count == 0 || *base;
	s->slots = mem_new((SHAPE_FIXED + columns) * sizeof(*s->slots));
	fixed_slots(s);
	for (i = 0; i < columns; i++) {
		struct slot *c = catalogue_column(s, &s->stream->columns[i]);

		if (c)
			s->slots[s->slot_count++] = c;
	}
	return s;
}

void
shape_free(struct shape *s)
{
	struct member *m, *next_m;
	struct slot *c, *next_c;
	size_t i;

	for (i = 0; i < s->member_room; i++)
		for (m = s->members[i]; m; m = next_m) {
			next_m = m->next;
			free(m->quoted);
			free(m->path);
			free(m->flat);
			free(m);
		}
	for (i = 0; i < s->column_room; i++)
		for (c = s->columns[i]; c; c = next_c) {
			next_c = c->next;
			free(c->name);
			free(c->label);
			free(c);
		}
	free(s->members);
	free(s->columns);
	free(s->slots);
	free(s->root.path);
	free(s->root.flat);
	free(s->name);
	free(s->base);
	free(s);
}
