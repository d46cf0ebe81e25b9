#include "sql-words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "diag.h"
#include "mem.h"
#include "sql-dialect.h"
#include "when.h"

static void
put_name(const struct sql_words *w, const char *name, size_t len)
{
	char *p = out_reserve(w->o, 2 * len + 2), *start = p;
	size_t i;

	*p++ = w->d->quote;
	for (i = 0; i < len; i++) {
		if (name[i] == w->d->quote)
			*p++ = w->d->quote;
		*p++ = name[i];
	}
	*p++ = w->d->quote;
	w->o->len += (size_t)(p - start);
}

static void
put_literal(const struct sql_words *w, const char *text, size_t len)
{
	char *p = out_reserve(w->o, SQL_ROOM(len));

	w->o->len += w->d->literal(text, len, p);
}

/* A quoted name of three parts. */
static void
add_name(const struct sql_words *w, struct buf *b, const char *front,
    const char *name, const char *behind)
{
	const char *parts[] = { front, name, behind }, *p;
	size_t i;

	buf_byte(b, w->d->quote);
	for (i = 0; i < 3; i++)
		for (p = parts[i]; *p; p++) {
			if (*p == w->d->quote)
				buf_byte(b, *p);
			buf_byte(b, *p);
		}
	buf_byte(b, w->d->quote);
}

static void
add_table(const struct sql_words *w, struct buf *b, const char *name)
{
	if (w->schema) {
		add_name(w, b, w->schema, "", "");
		buf_byte(b, '.');
	}
	add_name(w, b, w->prefix, name, "");
}

/* A table of this session; its name must not hide the real one. */
static void
add_stage(const struct sql_words *w, struct buf *b, const struct table *t)
{
	add_name(w, b, SQL_STAGE, t->name, "");
}

/* As it is, or as a literal. */
static void
put_text(const struct sql_words *w, struct buf *b, bool literal)
{
	if (literal)
		put_literal(w, b->text, b->len);
	else
		out_put(w->o, b->text, b->len);
	buf_release(b);
}

static void
put_table(const struct sql_words *w, const char *name, bool literal)
{
	struct buf b = BUF_INIT(0);

	add_table(w, &b, name);
	put_text(w, &b, literal);
}

static void
put_stage(const struct sql_words *w, const struct table *t, bool literal)
{
	struct buf b = BUF_INIT(0);

	add_stage(w, &b, t);
	put_text(w, &b, literal);
}

static void
put_column(const struct sql_words *w, const char *prefix, const struct table_column *c)
{
	out_text(w->o, prefix);
	put_name(w, c->name, c->name_len);
}

static const char *
type_of(const struct sql_words *w, const struct table_column *c, bool keyed)
{
	if (w->d->key_text && c->type == COLUMN_TEXT &&
	    ((keyed && c->key) || c->list))
		return w->d->key_text;
	return c->described ? w->d->types[c->type] : w->d->any;
}

static bool
is_personal(const struct table *t, const struct table_column *c)
{
	const struct column *about = !t->stream ? NULL :
	    stream_column(t->stream, c->name, c->name_len);

	return about && about->personal;
}

static void
put_definitions(const struct sql_words *w, const struct table *t, bool keyed,
    const char *personal)
{
	size_t i;

	for (i = 0; i < t->count; i++) {
		const struct table_column *c = t->columns[i];

		put_column(w, i > 0 ? ", " : "", c);
		if (*type_of(w, c, keyed))
			out_byte(w->o, ' ');
		out_text(w->o, type_of(w, c, keyed));
		if (keyed && c->key)
			out_text(w->o, " NOT NULL");
		if (personal && is_personal(t, c))
			out_text(w->o, personal);
	}
}

/* Where the rows are from, and what there is to know. */
static void
put_comment(const struct sql_words *w, const struct table *t)
{
	struct buf b = BUF_INIT(0);

	if (t->stream) {
		buf_printf(&b, "https://%s.twilio.com%s", t->stream->host,
		    t->stream->path);
		if (t->stream->note)
			buf_printf(&b, "; %s", t->stream->note);
	}
	put_literal(w, b.len > 0 ? b.text : "", b.len);
	buf_release(&b);
}

static void
put_personal(const struct sql_words *w, const struct table *t)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		if (is_personal(t, t->columns[i])) {
			out_byte(w->o, ',');
			put_literal(w, t->columns[i]->name,
			    t->columns[i]->name_len);
		}
}

/* Newer by version if both have one and they differ, else by _fetched. */
static void
put_newer(const struct sql_words *w, const struct table *t)
{
	const struct table_column *v = t->version, *f = t->fetched;

	if (v) {
		out_text(w->o, "CASE WHEN ");
		put_column(w, "excluded.", v);
		put_column(w, " <> old.", v);
		out_text(w->o, " THEN ");
		put_column(w, "excluded.", v);
		put_column(w, " > old.", v);
		out_text(w->o, " ELSE ");
	}
	if (f && f->listed) {
		put_column(w, "coalesce(excluded.", f);
		put_column(w, " >= old.", f);
		out_text(w->o, ", 1=1)");
	} else {
		out_text(w->o, "1=1");
	}
	if (v)
		out_text(w->o, " END");
}

/* A list of columns: all, or those in or not in the key. */
enum which { ALL, KEY, OTHERS };

static void
put_columns(const struct sql_words *w, const struct table *t, enum which which,
    const char *before, const char *between, const char *again,
    const char *comma)
{
	bool first = true;
	size_t i;

	for (i = 0; i < t->count; i++) {
		const struct table_column *c = t->columns[i];

		if (which != ALL && c->key != (which == KEY))
			continue;
		if (!first)
			out_text(w->o, comma);
		first = false;
		put_column(w, before, c);
		if (again) {
			out_text(w->o, between);
			put_column(w, again, c);
		}
	}
}

static bool
has_others(const struct table *t)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		if (!t->columns[i]->key)
			return true;
	return false;
}

/* A row that returns is no longer gone; one that is older is no return. */
static void
put_updates(const struct sql_words *w, const struct table *t)
{
	bool all = !has_others(t), first = true;
	size_t i;

	for (i = 0; i < t->count; i++) {
		const struct table_column *c = t->columns[i];

		if (c->key && !all)
			continue;
		put_column(w, first ? "" : ",", c);
		first = false;
		out_byte(w->o, '=');
		if (c == t->deleted) {
			put_column(w, "CASE WHEN excluded.", t->fetched);
			put_column(w, " < old.", c);
			put_column(w, " THEN old.", c);
			out_text(w->o, " END");
		} else {
			put_column(w, "excluded.", c);
		}
	}
}

/* What takes the first so many columns from a row that is a list. */
static void
put_fields(const struct sql_words *w, const struct table *t, size_t count)
{
	const char *p;
	size_t i;

	for (i = 0; i < count; i++) {
		const struct table_column *c = t->columns[i];

		out_text(w->o, i > 0 ? "," : "");
		p = c->described && c->type == COLUMN_JSON ?
		    w->d->field_json : w->d->field;
		for (; *p; p++)
			if (*p == '#')
				out_number(w->o, w->d->field_first + i);
			else if (*p == '@')
				out_text(w->o, type_of(w, c, false));
			else
				out_byte(w->o, *p);
	}
}

/* ('name', 'type') of the columns from this one on. */
static void
put_described(const struct sql_words *w, const struct table *t, size_t from)
{
	size_t i;

	for (i = from; i < t->count; i++) {
		const char *type = type_of(w, t->columns[i], false);

		out_text(w->o, i > from ? ", (" : "(");
		put_literal(w, t->columns[i]->name, t->columns[i]->name_len);
		out_text(w->o, ", ");
		put_literal(w, type, strlen(type));
		out_byte(w->o, ')');
	}
}

static void
put_mark_values(const struct sql_words *w, const struct sql_about *a)
{
	const struct mark *m = a->mark;
	char since[WHEN_SIZE] = "", until[WHEN_SIZE], records[32];
	const char *names[] = { m->run, m->stream, m->account, since, until };
	size_t i;

	if (m->since != WHEN_ALWAYS)
		when_text(since, m->since);
	when_text(until, m->until);
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		put_literal(w, names[i], strlen(names[i]));
		out_text(w->o, ", ");
	}
	if (m->records == MARK_NONE)
		snprintf(records, sizeof(records), "NULL, ");
	else
		snprintf(records, sizeof(records), "%llu, ", m->records);
	out_text(w->o, records);
	put_literal(w, a->line, a->len);
}

static void
put_when(const struct sql_words *w, const char *time)
{
	if (w->d->time_before)
		out_text(w->o, w->d->time_before);
	put_literal(w, time, strlen(time));
	if (w->d->time_behind)
		out_text(w->o, w->d->time_behind);
}

static void
put_equal(const struct sql_words *w, const char *name, const char *value)
{
	put_name(w, name, strlen(name));
	out_text(w->o, " = ");
	put_literal(w, value, strlen(value));
}

/* The ledger has this window; of a list that was read as a whole, a later
 * reading will do. */
static void
put_loaded(const struct sql_words *w, const struct mark *m)
{
	char since[WHEN_SIZE] = "", until[WHEN_SIZE];

	if (m->since != WHEN_ALWAYS)
		when_text(since, m->since);
	when_text(until, m->until);
	put_equal(w, "stream", m->stream);
	out_text(w->o, " AND ");
	put_equal(w, "account", m->account);
	out_text(w->o, " AND ");
	put_equal(w, "since", since);
	out_text(w->o, " AND (");
	put_equal(w, "run", m->run);
	out_text(w->o, " AND ");
	put_equal(w, "until", until);
	if (m->full) {
		out_text(w->o, " OR ");
		put_name(w, "until", 5);
		out_text(w->o, " > ");
		put_literal(w, until, strlen(until));
	}
	out_byte(w->o, ')');
}

/* It is dated like this, as a time or a day. */
static void
put_dated(const struct sql_words *w, const struct table *t, const char *how,
    int64_t at)
{
	char text[WHEN_SIZE];

	out_text(w->o, t->date_else ? " AND coalesce(" : " AND ");
	put_column(w, "", t->date);
	if (t->date_else) {
		put_column(w, ", ", t->date_else);
		out_byte(w->o, ')');
	}
	out_text(w->o, how);
	when_text(text, at);
	if (t->date->type == COLUMN_DATE) {
		text[10] = '\0';
		put_literal(w, text, 10);
	} else {
		put_when(w, text);
	}
}

/* It is of the window's account and time. */
static void
put_within(const struct sql_words *w, const struct table *t,
    const struct mark *m)
{
	bool day = t->date && t->date->type == COLUMN_DATE;

	put_equal(w, "_account", m->account);
	if (m->full)
		return;
	if (m->since != WHEN_ALWAYS)
		put_dated(w, t, " >= ", m->since);
	put_dated(w, t, day ? " <= " : " < ", m->until - day);
}

/* What tells the list of an item without a key. */
static void
put_list(const struct sql_words *w, const struct table *t)
{
	const char **name = t->stream->list;

	for (; *name; name++) {
		put_name(w, *name, strlen(*name));
		if (name[1])
			out_byte(w->o, ',');
	}
}

/* Of an index. */
static void
put_index(const struct sql_words *w, const struct table *t)
{
	struct buf b = BUF_INIT(0);

	add_name(w, &b, w->prefix, t->name, SQL_INDEX);
	put_text(w, &b, false);
}

static void
put_alter_literal(const struct sql_words *w, const struct table *t,
    const struct table_column *c)
{
	struct buf b = BUF_INIT(0);

	buf_text(&b, "ALTER TABLE ");
	add_table(w, &b, t->name);
	buf_text(&b, " ADD COLUMN ");
	add_name(w, &b, c->name, "", "");
	buf_byte(&b, ' ');
	buf_text(&b, type_of(w, c, false));
	put_text(w, &b, true);
}

static void
put_table_name(const struct sql_words *w, const struct table *t)
{
	struct buf b = BUF_INIT(0);

	buf_text(&b, w->prefix);
	buf_text(&b, t->name);
	put_text(w, &b, true);
}

/* What the version and _fetched say, as ORDER BY has it. */
static void
put_order(const struct sql_words *w, const struct table *t, const char *behind)
{
	const struct table_column *order[2] = { t->version, t->fetched };
	size_t i;

	for (i = 0; i < 2; i++)
		if (order[i] && order[i]->listed) {
			put_column(w, "", order[i]);
			out_text(w->o, behind);
		}
}

void
sql_put(const struct sql_words *w, const char *fragment, const struct sql_about *a)
{
	const struct table *t = a ? a->table : NULL;
	const char *p, *percent;
	size_t i;

	for (p = fragment; (percent = strchr(p, '%')); p = percent + 2) {
		out_put(w->o, p, (size_t)(percent - p));
		switch (percent[1]) {
		case 't': put_table(w, t->name, false); break;
		case 's': put_stage(w, t, false); break;
		case 'c': put_columns(w, t, ALL, "", "", NULL, ","); break;
		case 'e':
			put_columns(w, t, ALL, "excluded.", "", NULL, ",");
			break;
		case 'k': put_columns(w, t, KEY, "", "", NULL, ","); break;
		case 'j':
			put_columns(w, t, KEY, "old.", " = ", "excluded.",
			    " AND ");
			break;
		case 'u': put_updates(w, t); break;
		case 'd': put_definitions(w, t, a->keyed, NULL); break;
		case 'f':
			put_definitions(w, t, a->keyed, w->d->personal);
			break;
		case 'K': put_comment(w, t); break;
		case 'P': put_personal(w, t); break;
		case 'p':
			if (a->keyed) {
				out_text(w->o, ", PRIMARY KEY (");
				put_columns(w, t, KEY, "", "", NULL, ",");
				out_byte(w->o, ')');
			}
			break;
		case 'N': put_newer(w, t); break;
		case 'o': put_order(w, t, " DESC NULLS LAST, "); break;
		case 'O': put_order(w, t, ", "); break;
		case 'a':
			put_column(w, "", t->columns[a->from]);
			out_byte(w->o, ' ');
			out_text(w->o, type_of(w, t->columns[a->from], false));
			break;
		case 'q':
			put_fields(w, t, t->count);
			break;
		case 'E':
			for (i = 0; i < a->columns; i++)
				put_column(w, i > 0 ? "," : "", t->columns[i]);
			break;
		case 'Q': put_fields(w, t, a->columns); break;
		case 'C': out_number(w->o, a->columns); break;
		case 'h': put_described(w, t, a->from); break;
		case 'F': out_text(w->o, a->file); break;
		case 'b': out_number(w->o, a->bytes); break;
		case 'R': out_number(w->o, a->rows); break;
		case 'z': out_number(w->o, a->number); break;
		case 'Z': put_stage(w, t, true); break;
		case 'x':
			put_column(w, "", t->account);
			out_text(w->o, " = ");
			put_literal(w, a->account,
			    strlen(a->account));
			put_column(w, " AND ", t->fetched);
			out_text(w->o, " < ");
			put_when(w, a->before);
			break;
		case 'U': put_when(w, a->until); break;
		case 'g':
			if (!a->mark) {
				out_text(w->o, "1 = 1");
				break;
			}
			out_text(w->o, "NOT EXISTS (SELECT 1 FROM ");
			put_table(w, SQL_LEDGER, false);
			out_text(w->o, " WHERE ");
			put_loaded(w, a->mark);
			out_byte(w->o, ')');
			break;
		case 'y': put_list(w, t); break;
		case 'i':
			if (t->stream && t->stream->list) {
				out_text(w->o, ", KEY (");
				put_list(w, t);
				out_byte(w->o, ')');
			}
			break;
		case 'Y': put_index(w, t); break;
		case 'D': put_within(w, t, a->mark); break;
		case 'l': put_table(w, t->name, true); break;
		case 'L': put_alter_literal(w, t, t->columns[a->from]); break;
		case 'A':
			put_literal(w, t->columns[a->from]->name,
			    t->columns[a->from]->name_len);
			break;
		case 'n': put_table_name(w, t); break;
		case 'S':
			if (w->schema)
				put_literal(w, w->schema,
				    strlen(w->schema));
			else
				out_text(w->o, "DATABASE()");
			break;
		case 'w': put_table(w, SQL_LEDGER, false); break;
		case 'm':
			put_name(w, w->schema, strlen(w->schema));
			break;
		case 'v': put_mark_values(w, a); break;
		case 'r': put_literal(w, a->line, a->len); break;
		case '%': out_byte(w->o, '%'); break;
		default:
			bug("a dialect's fragment has a %%%c", percent[1]);
		}
	}
	out_text(w->o, p);
}
