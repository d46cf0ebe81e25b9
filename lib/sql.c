#include "sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog.h"
#include "diag.h"
#include "fresh.h"
#include "json.h"
#include "mem.h"
#include "when.h"

/* A transaction ends on the first window mark behind this much, or behind as
 * many rows as the rules say. */
#define BATCH_BYTES (8u << 20)

#define STAGE "_tw_"

static const struct sql_dialect *const dialects[] = {
	&sql_sqlite, &sql_postgres, &sql_duckdb, &sql_mysql,
	&sql_snowflake, &sql_bigquery,
};
const char sql_dialects[] = "sqlite|postgres|duckdb|mysql|snowflake|bigquery";

const struct sql_dialect *
sql_dialect(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(dialects) / sizeof(*dialects); i++)
		if (strcmp(dialects[i]->name, name) == 0)
			return dialects[i];
	return NULL;
}

/* A full list came by: what is older than it is gone. */
struct sweep {
	struct target *target;
	char account[MARK_NAME], before[TABLE_DATE];
};

/* What the script has done about one table: its owner. */
struct target {
	struct table *table;
	size_t columns;			/* it has in the script so far */
	unsigned long batch;		/* it has rows in */
	unsigned number;		/* from 1 */
	bool made, keyed, emptied;
	bool direct;			/* rows may go past the stage */
	struct fresh fresh;
	struct target *next;		/* of those in the batch */
};

struct sql_run {
	const struct sql_dialect *d;
	const struct sql_rules *rules;
	struct out *o;
	bool begun;			/* a transaction is open */
	bool ledger;			/* it is made */
	unsigned target_count;
	unsigned long batch;		/* number of the transaction, from 1 */
	unsigned long long rows;	/* in it */
	unsigned long long start;	/* out_total when it began */
	struct target *targets, **last;	/* in it, in order */
	struct target *open;		/* a statement takes its rows */
	bool open_direct;		/* past the stage */
	size_t statement_rows;
	unsigned long long statement_start;
	struct buf marks;		/* lines to print behind the COMMIT */
	struct sweep *sweeps;		/* to do before it */
	size_t sweep_count, sweep_room;
	char fetched[TABLE_DATE];	/* the oldest in the window in hand */
};

/*
 * Fragments.
 */

static void
put_name(struct sql_run *r, const char *name, size_t len)
{
	char *p = out_reserve(r->o, 2 * len + 2), *start = p;
	size_t i;

	*p++ = r->d->quote;
	for (i = 0; i < len; i++) {
		if (name[i] == r->d->quote)
			*p++ = r->d->quote;
		*p++ = name[i];
	}
	*p++ = r->d->quote;
	r->o->len += (size_t)(p - start);
}

static void
put_literal(struct sql_run *r, const char *text, size_t len)
{
	char *p = out_reserve(r->o, SQL_ROOM(len));

	r->o->len += r->d->literal(text, len, p);
}

static void
put_table(struct sql_run *r, const char *name, size_t len)
{
	if (r->rules->schema) {
		put_name(r, r->rules->schema, strlen(r->rules->schema));
		out_byte(r->o, '.');
	}
	put_name(r, name, len);
}

/* A table of this session; its name must not hide the real one. */
static void
put_stage(struct sql_run *r, const struct table *t)
{
	char *name = mem_resize(NULL, t->name_len + sizeof(STAGE));

	memcpy(name, STAGE, sizeof(STAGE) - 1);
	memcpy(name + sizeof(STAGE) - 1, t->name, t->name_len);
	put_name(r, name, t->name_len + sizeof(STAGE) - 1);
	free(name);
}

static void
put_column(struct sql_run *r, const char *prefix, const struct table_column *c)
{
	out_text(r->o, prefix);
	put_name(r, c->name, c->name_len);
}

static const char *
type_of(const struct sql_run *r, const struct table_column *c, bool keyed)
{
	if (keyed && c->key && c->type == COLUMN_TEXT && r->d->key_text)
		return r->d->key_text;
	return c->described ? r->d->types[c->type] : r->d->any;
}

static void
put_definitions(struct sql_run *r, const struct table *t, bool keyed)
{
	size_t i;

	for (i = 0; i < t->count; i++) {
		const struct table_column *c = t->columns[i];

		put_column(r, i > 0 ? ", " : "", c);
		if (*type_of(r, c, keyed))
			out_byte(r->o, ' ');
		out_text(r->o, type_of(r, c, keyed));
		if (keyed && c->key)
			out_text(r->o, " NOT NULL");
	}
}

/* Newer by version if both have one and they differ, else by _fetched. */
static void
put_newer(struct sql_run *r, const struct table *t)
{
	const struct table_column *v = t->version, *f = t->fetched;

	if (v) {
		out_text(r->o, "CASE WHEN ");
		put_column(r, "excluded.", v);
		put_column(r, " <> old.", v);
		out_text(r->o, " THEN ");
		put_column(r, "excluded.", v);
		put_column(r, " > old.", v);
		out_text(r->o, " ELSE ");
	}
	if (f && f->listed) {
		put_column(r, "coalesce(excluded.", f);
		put_column(r, " >= old.", f);
		out_text(r->o, ", 1=1)");
	} else {
		out_text(r->o, "1=1");
	}
	if (v)
		out_text(r->o, " END");
}

/* A list of columns: all, or those in or not in the key. */
enum which { ALL, KEY, OTHERS };

static void
put_columns(struct sql_run *r, const struct table *t, enum which which,
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
			out_text(r->o, comma);
		first = false;
		put_column(r, before, c);
		if (again) {
			out_text(r->o, between);
			put_column(r, again, c);
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

/* ('name', 'type') of the columns from this one on. */
static void
put_described(struct sql_run *r, const struct table *t, size_t from)
{
	size_t i;

	for (i = from; i < t->count; i++) {
		const char *type = type_of(r, t->columns[i], false);

		out_text(r->o, i > from ? ", (" : "(");
		put_literal(r, t->columns[i]->name, t->columns[i]->name_len);
		out_text(r->o, ", ");
		put_literal(r, type, strlen(type));
		out_byte(r->o, ')');
	}
}

/* What a fragment may speak of beside the table. */
struct about {
	const struct target *target;
	size_t from;			/* columns that are new */
	const struct mark *mark;
	const struct sweep *sweep;
	const char *line;
	size_t len;
};

static void
put_mark_values(struct sql_run *r, const struct about *a)
{
	const struct mark *m = a->mark;
	char since[WHEN_SIZE] = "", until[WHEN_SIZE] = "", records[32];
	const char *names[] = { m->run, m->stream, m->account, since, until };
	size_t i;

	if (m->since != WHEN_ALWAYS)
		when_text(since, m->since);
	if (m->until != WHEN_NEVER)
		when_text(until, m->until);
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		put_literal(r, names[i], strlen(names[i]));
		out_text(r->o, ", ");
	}
	if (m->records == MARK_NONE)
		snprintf(records, sizeof(records), "NULL, ");
	else
		snprintf(records, sizeof(records), "%llu, ", m->records);
	out_text(r->o, records);
	put_literal(r, a->line, a->len);
}

static void
add_quoted(const struct sql_run *r, struct buf *b, const char *name)
{
	buf_byte(b, r->d->quote);
	for (; *name; name++) {
		if (*name == r->d->quote)
			buf_byte(b, *name);
		buf_byte(b, *name);
	}
	buf_byte(b, r->d->quote);
}

/* "schema"."table" inside a literal; or, with a column, the ALTER TABLE. */
static void
put_table_literal(struct sql_run *r, const struct table *t,
    const struct table_column *c)
{
	struct buf b = BUF_INIT(0);

	if (c)
		buf_text(&b, "ALTER TABLE ");
	if (r->rules->schema) {
		add_quoted(r, &b, r->rules->schema);
		buf_byte(&b, '.');
	}
	add_quoted(r, &b, t->name);
	if (c) {
		buf_text(&b, " ADD COLUMN ");
		add_quoted(r, &b, c->name);
		buf_byte(&b, ' ');
		buf_text(&b, type_of(r, c, false));
	}
	put_literal(r, b.text, b.len);
	buf_release(&b);
}

/* What the version and _fetched say, as ORDER BY has it. */
static void
put_order(struct sql_run *r, const struct table *t, const char *behind)
{
	const struct table_column *order[2] = { t->version, t->fetched };
	size_t i;

	for (i = 0; i < 2; i++)
		if (order[i] && order[i]->listed) {
			put_column(r, "", order[i]);
			out_text(r->o, behind);
		}
}

static void
put_stage_literal(struct sql_run *r, const struct table *t)
{
	struct buf b = BUF_INIT(0);
	const char *p;

	buf_byte(&b, r->d->quote);
	buf_text(&b, STAGE);
	for (p = t->name; *p; p++) {
		if (*p == r->d->quote)
			buf_byte(&b, *p);
		buf_byte(&b, *p);
	}
	buf_byte(&b, r->d->quote);
	put_literal(r, b.text, b.len);
	buf_release(&b);
}

static void
put_number(struct sql_run *r, unsigned number)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", number);
	out_text(r->o, text);
}

static void
put(struct sql_run *r, const char *fragment, const struct about *a)
{
	const struct table *t = a && a->target ? a->target->table : NULL;
	const char *p, *percent;
	char number[32];
	size_t i;

	for (p = fragment; (percent = strchr(p, '%')); p = percent + 2) {
		out_put(r->o, p, (size_t)(percent - p));
		switch (percent[1]) {
		case 't': put_table(r, t->name, t->name_len); break;
		case 's': put_stage(r, t); break;
		case 'c': put_columns(r, t, ALL, "", "", NULL, ","); break;
		case 'e':
			put_columns(r, t, ALL, "excluded.", "", NULL, ",");
			break;
		case 'k': put_columns(r, t, KEY, "", "", NULL, ","); break;
		case 'j':
			put_columns(r, t, KEY, "old.", " = ", "excluded.",
			    " AND ");
			break;
		case 'u':
			put_columns(r, t, has_others(t) ? OTHERS : KEY, "",
			    "=", "excluded.", ",");
			break;
		case 'd': put_definitions(r, t, a->target->keyed); break;
		case 'p':
			if (a->target->keyed) {
				out_text(r->o, ", PRIMARY KEY (");
				put_columns(r, t, KEY, "", "", NULL, ",");
				out_byte(r->o, ')');
			}
			break;
		case 'N': put_newer(r, t); break;
		case 'o': put_order(r, t, " DESC NULLS LAST, "); break;
		case 'O': put_order(r, t, ", "); break;
		case 'a':
			put_column(r, "", t->columns[a->from]);
			out_byte(r->o, ' ');
			out_text(r->o, type_of(r, t->columns[a->from], false));
			break;
		case 'q':
			for (i = 1; i <= t->count; i++) {
				snprintf(number, sizeof(number), "%sr[%zu]",
				    i > 1 ? "," : "", i);
				out_text(r->o, number);
			}
			break;
		case 'h': put_described(r, t, a->from); break;
		case 'z': put_number(r, a->target->number); break;
		case 'Z': put_stage_literal(r, t); break;
		case 'x':
			put_column(r, "", t->account);
			out_text(r->o, " = ");
			put_literal(r, a->sweep->account,
			    strlen(a->sweep->account));
			put_column(r, " AND ", t->fetched);
			out_text(r->o, " < ");
			if (r->d->time_before)
				out_text(r->o, r->d->time_before);
			put_literal(r, a->sweep->before,
			    strlen(a->sweep->before));
			if (r->d->time_behind)
				out_text(r->o, r->d->time_behind);
			break;
		case 'l': put_table_literal(r, t, NULL); break;
		case 'L': put_table_literal(r, t, t->columns[a->from]); break;
		case 'A':
			put_literal(r, t->columns[a->from]->name,
			    t->columns[a->from]->name_len);
			break;
		case 'n': put_literal(r, t->name, t->name_len); break;
		case 'S':
			if (r->rules->schema)
				put_literal(r, r->rules->schema,
				    strlen(r->rules->schema));
			else
				out_text(r->o, "DATABASE()");
			break;
		case 'w': put_table(r, "_tw_windows", 11); break;
		case 'm':
			put_name(r, r->rules->schema, strlen(r->rules->schema));
			break;
		case 'v': put_mark_values(r, a); break;
		case 'r': put_literal(r, a->line, a->len); break;
		case '%': out_byte(r->o, '%'); break;
		default:
			bug("a dialect's fragment has a %%%c", percent[1]);
		}
	}
	out_text(r->o, p);
}

/*
 * Rows.
 */

static void
close_rows(struct sql_run *r)
{
	struct about a = { .target = r->open };

	if (!r->open)
		return;
	put(r, r->open->keyed && !r->d->stage ? r->d->merge_end :
	    r->d->rows_end, &a);
	r->open = NULL;
}

static void
open_rows(struct sql_run *r, struct target *t)
{
	struct about a = { .target = t };

	put(r, t->direct ? r->d->rows_direct : r->d->rows, &a);
	r->open = t;
	r->open_direct = t->direct;
	r->statement_rows = 0;
	r->statement_start = out_total(r->o);
}

static void
put_row(struct sql_run *r, struct target *target)
{
	const struct sql_dialect *d = r->d;
	const struct table *t = target->table;
	size_t null_len = strlen(d->null), between_len = strlen(d->between),
	    room = 64, i;
	char *p, *start;

	if (target->direct)
		target->direct = fresh_row(&target->fresh, t);
	if (r->open != target || r->open_direct != target->direct ||
	    (d->rows_most > 0 &&
	    (r->statement_rows >= d->rows_most || out_total(r->o) -
	    r->statement_start >= d->bytes_most))) {
		close_rows(r);
		open_rows(r, target);
	} else {
		out_text(r->o, d->rows_between);
	}
	for (i = 0; i < t->count; i++)
		room += (t->columns[i]->seen == t->row ?
		    SQL_ROOM(t->columns[i]->value.len) : null_len) +
		    between_len;
	out_text(r->o, d->row);
	start = p = out_reserve(r->o, room);
	for (i = 0; i < t->count; i++) {
		const struct table_column *c = t->columns[i];

		if (i > 0) {
			memcpy(p, d->between, between_len);
			p += between_len;
		}
		if (c->seen == t->row) {
			p += d->value(c, p);
		} else {
			memcpy(p, d->null, null_len);
			p += null_len;
		}
	}
	r->o->len += (size_t)(p - start);
	out_text(r->o, d->row_end);
	r->statement_rows++;
	r->rows++;
}

/*
 * Transactions.
 */

static void
begin(struct sql_run *r)
{
	if (r->begun)
		return;
	put(r, r->d->begin, NULL);
	r->begun = true;
	r->batch++;
	r->rows = 0;
	r->start = out_total(r->o);
	r->targets = NULL;
	r->last = &r->targets;
	if (!r->ledger)
		put(r, r->d->ledger, NULL);
	r->ledger = true;
}

/* Columns that came since make their way into the database. */
static void
add_columns(struct sql_run *r, struct target *target, size_t from)
{
	struct about a = { .target = target, .from = from };
	size_t count = target->table->count;

	if (r->d->lacking && from < count)
		put(r, r->d->lacking, &a);
	for (; r->d->add && a.from < count; a.from++)
		put(r, r->d->add, &a);
	target->columns = count;
}

static void
empty(struct sql_run *r, struct target *target)
{
	struct about a = { .target = target };

	if (r->rules->mode == SQL_REPLACE && !target->emptied)
		put(r, r->d->empty, &a);
	target->emptied = true;
}

/* The table is there, with all columns the catalogue knows. */
static void
make(struct sql_run *r, struct target *target)
{
	struct about a = { .target = target };

	begin(r);
	close_rows(r);
	put(r, r->d->create, &a);
	/* An older one may lack what the catalogue has learnt. */
	add_columns(r, target, 0);
	if (target->direct)
		put(r, r->d->direct, &a);
	target->made = true;
}

/* The script knows the table, and the batch has it. */
static void
take_in(struct sql_run *r, struct target *target)
{
	const struct sql_dialect *d = r->d;
	struct table *t = target->table;
	struct about a = { .target = target, .from = target->columns };

	begin(r);
	close_rows(r);
	if (!target->made) {
		make(r, target);
		if (!d->stage)
			empty(r, target);
	} else {
		add_columns(r, target, target->columns);
	}
	if (target->batch != r->batch) {
		target->batch = r->batch;
		target->next = NULL;
		*r->last = target;
		r->last = &target->next;
		if (d->stage)
			put(r, d->stage, &a);
	} else {
		for (; d->stage && a.from < t->count; a.from++)
			put(r, d->stage_add, &a);
	}
}

/* A fragment for each mark that waits: for windows, or for all. */
static void
put_marks(struct sql_run *r, const char *fragment, bool all)
{
	const char *p = r->marks.text, *end, *why;
	struct mark m;
	struct about a = { .mark = &m };

	for (; p && p < r->marks.text + r->marks.len; p = end + 1) {
		end = memchr(p, '\n',
		    (size_t)(r->marks.text + r->marks.len - p));
		a.line = p;
		a.len = (size_t)(end - p);
		if (all || (mark_read(&m, a.line, a.len, &why) == 0 &&
		    m.kind == MARK_WINDOW))
			put(r, fragment, &a);
	}
}

static void
commit(struct sql_run *r)
{
	struct target *t;
	size_t i;

	if (r->begun) {
		close_rows(r);
		if (r->d->late_begin)
			put(r, r->d->late_begin, NULL);
		for (t = r->targets; t && r->d->stage; t = t->next) {
			struct about a = { .target = t };

			empty(r, t);
			put(r, t->keyed ? r->d->merge : r->d->append, &a);
			put(r, r->d->unstage, &a);
		}
		for (i = 0; i < r->sweep_count; i++) {
			struct about a = { .target = r->sweeps[i].target,
			    .sweep = &r->sweeps[i] };

			put(r, r->d->sweep, &a);
		}
		r->sweep_count = 0;
		put_marks(r, r->d->mark, false);
		put(r, r->d->commit, NULL);
		r->begun = false;
	}
	put_marks(r, r->d->print, true);
	buf_clear(&r->marks);
}

/*
 * The room's own calls.
 */

struct sql *
sql_new(const struct sql_dialect *d, struct out *o,
    const struct sql_rules *rules)
{
	static const struct table_set fresh = TABLE_SET_INIT;
	struct sql *s = mem_new(sizeof(*s));

	s->run = mem_new(sizeof(*s->run));
	s->run->d = d;
	s->run->o = o;
	s->run->rules = rules;
	s->tables = fresh;
	s->tables.stream = rules->stream;
	s->tables.limits.fixed = s->tables.limits.open = !d->grows;
	s->tables.limits.extra = !d->grows;
	s->tables.limits.fold = d->fold;
	s->tables.limits.decimal_before = d->decimal_before;
	s->tables.limits.decimal_after = d->decimal_after;
	s->tables.limits.name_max = d->name_max;
	s->tables.limits.columns_max = 500;
	put(s->run, d->head, NULL);
	if (rules->schema)
		put(s->run, d->schema, NULL);
	return s;
}

void
sql_free(struct sql *s)
{
	const struct table *t;

	if (!s)
		return;
	for (t = s->tables.tables; t; t = t->next)
		if (t->owner)
			fresh_release(&((struct target *)t->owner)->fresh);
	table_set_release(&s->tables);
	buf_release(&s->run->marks);
	free(s->run->sweeps);
	free(s->run);
	free(s);
}

static int
wrong(struct sql *s, const char *what, const char *which)
{
	snprintf(s->why, sizeof(s->why), "%s%s%s", what, *which ? ": " : "",
	    which);
	return -1;
}

/* --key, for a stream the catalogue does not know. */
static void
set_key(struct sql_run *r, struct table *t)
{
	const char *p = t->stream ? NULL : r->rules->key;
	struct table_column *c;
	size_t n;

	for (; p && *p; p += n + (p[n] == ',')) {
		n = strcspn(p, ",");
		c = n > 0 ? table_column(t, p, n) : NULL;
		if (c && c->listed)
			c->key = true;
	}
}

static struct target *
target_of(struct sql *s, struct table *t)
{
	struct sql_run *r = s->run;
	struct target *target = t->owner;
	bool has_key = false;
	size_t i;

	if (target)
		return target;
	if (t->name_len == 0) {
		wrong(s, "no _stream says which table it is of: name one "
		    "with --stream", "");
		return NULL;
	}
	for (i = 0; i < t->name_len; i++)
		if ((unsigned char)t->name[i] < ' ' || t->name[i] == 0x7f)
			break;
	if (i < t->name_len || t->name_len + sizeof(STAGE) - 1 >
	    r->d->name_max) {
		wrong(s, "its _stream cannot be the name of a table", "");
		return NULL;
	}
	set_key(r, t);
	for (i = 0; i < t->count; i++)
		has_key |= t->columns[i]->key;
	if (!has_key && (r->rules->mode == SQL_MERGE ||
	    r->rules->mode == SQL_MIRROR)) {
		wrong(s, "to merge needs a key: name one with --key, or "
		    "append", t->name);
		return NULL;
	}
	t->owner = target = mem_new(sizeof(*target));
	target->table = t;
	target->number = ++r->target_count;
	target->keyed = has_key && r->rules->mode != SQL_APPEND;
	/* To replace is to empty the table behind them. */
	target->direct = r->d->direct && target->keyed &&
	    r->rules->mode != SQL_REPLACE;
	return target;
}

static int
check_key(struct sql *s, const struct table *t)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		if (t->columns[i]->key && t->columns[i]->seen != t->row)
			return wrong(s, "a record without its key",
			    t->columns[i]->name);
	return 0;
}

static void
note_fetched(struct sql_run *r, const struct table *t)
{
	const struct table_column *f = t->fetched;
	size_t len;

	if (!f || f->seen != t->row)
		return;
	len = f->value.len < sizeof(r->fetched) ? f->value.len :
	    sizeof(r->fetched) - 1;
	if (!*r->fetched || memcmp(f->value.text, r->fetched, len) < 0) {
		memcpy(r->fetched, f->value.text, len);
		r->fetched[len] = '\0';
	}
}

int
sql_record(struct sql *s, const char *text, size_t len)
{
	struct table *t = table_of(&s->tables, text, len);
	struct target *target;

	if (!t)
		return wrong(s, s->tables.why, "");
	if (table_row(t, text, len))
		return wrong(s, t->why, "");
	if (!(target = target_of(s, t)))
		return -1;
	if (target->keyed && check_key(s, t))
		return -1;
	if (target->columns != t->count || target->batch != s->run->batch ||
	    !s->run->begun)
		take_in(s->run, target);
	note_fetched(s->run, t);
	put_row(s->run, target);
	return 0;
}

/* A full list came by: what it does not have is gone. */
static int
note_sweep(struct sql *s, const struct mark *m)
{
	struct sql_run *r = s->run;
	struct table *t;
	struct target *target;
	struct sweep *w;

	if (!m->full || m->until == WHEN_NEVER || !*m->account ||
	    (r->rules->mode != SQL_MIRROR && r->rules->mode != SQL_AUTO))
		return 0;
	t = table_named(&s->tables, m->stream, strlen(m->stream));
	if (!t || !t->stream)
		return 0;
	if (!(target = target_of(s, t)))
		return -1;
	/* Rows with a key are kept unless a mirror was asked for; without
	 * one, the new list would stand beside the old. */
	if (r->rules->mode == SQL_AUTO && target->keyed)
		return 0;
	take_in(r, target);
	if (r->sweep_count == r->sweep_room) {
		r->sweep_room = r->sweep_room ? 2 * r->sweep_room : 16;
		r->sweeps = mem_array(r->sweeps, r->sweep_room, sizeof(*w));
	}
	w = &r->sweeps[r->sweep_count++];
	w->target = target;
	memcpy(w->account, m->account, sizeof(w->account));
	when_text(w->before, m->until);
	if (*r->fetched && strcmp(r->fetched, w->before) < 0)
		memcpy(w->before, r->fetched, sizeof(w->before));
	return 0;
}

int
sql_mark(struct sql *s, const struct mark *m, const char *line, size_t len)
{
	struct sql_run *r = s->run;

	if (m->kind == MARK_WINDOW) {
		begin(r);
		if (note_sweep(s, m))
			return -1;
		*r->fetched = '\0';
	}
	buf_add(&r->marks, line, len);
	buf_byte(&r->marks, '\n');
	if (!r->begun || (m->kind == MARK_WINDOW &&
	    r->rules->mode != SQL_REPLACE && (r->rows >= r->rules->batch ||
	    out_total(r->o) - r->start >= BATCH_BYTES)))
		commit(r);
	return 0;
}

int
sql_create(struct sql *s, const char *stream)
{
	struct table *t = table_named(&s->tables, stream, strlen(stream));
	struct target *target;

	if (!t)
		return wrong(s, s->tables.why, "");
	if (!(target = target_of(s, t)))
		return -1;
	if (!target->made)
		make(s->run, target);
	return 0;
}

void
sql_end(struct sql *s)
{
	commit(s->run);
}

void
sql_abandon(struct sql *s)
{
	struct sql_run *r = s->run;

	if (r->begun) {
		close_rows(r);
		put(r, "ROLLBACK;\n", NULL);
	}
	put(r, r->d->cut, NULL);
	r->begun = false;
}

/*
 * Values.
 */

static unsigned
hex4(const char *text)
{
	unsigned n = 0, i;

	for (i = 0; i < 4; i++) {
		unsigned char c = (unsigned char)text[i];

		n = n << 4 | (c <= '9' ? c & 15u : (c & 7u) + 9u);
	}
	return n;
}

/* U+0000 and half a surrogate pair are no text to a database. */
static void
mend_escapes(char *text, size_t len)
{
	size_t i;
	unsigned c;

	for (i = 0; i + 1 < len; i++) {
		if (text[i] != '\\')
			continue;
		if (text[++i] != 'u')
			continue;
		c = hex4(text + i + 1);
		if (c >= 0xd800 && c < 0xdc00 && i + 10 < len &&
		    text[i + 5] == '\\' && text[i + 6] == 'u' &&
		    hex4(text + i + 7) >= 0xdc00 &&
		    hex4(text + i + 7) < 0xe000)
			i += 6;
		else if (c == 0 || (c >= 0xd800 && c < 0xe000))
			memcpy(text + i + 1, "fffd", 4);
		i += 4;
	}
}

/* The value of a json column: JSON text that is valid. */
static size_t
json_text(const struct json *value, char *out)
{
	size_t len = table_text(value, out), offset;

	if (value->kind == JSON_STRING && json_check(out, len, &offset)) {
		/* Text that is no JSON is a string, and a string is JSON. */
		out[0] = '"';
		memcpy(out + 1, value->text, value->len);
		len = value->len + 2;
		out[len - 1] = '"';
	}
	if (memchr(out, '\\', len))
		mend_escapes(out, len);
	return len;
}

size_t
sql_value(const struct table_column *c, char *out,
    size_t (*literal)(const char *text, size_t len, char *out))
{
	/* Behind the literal's place. */
	char *text = out + 6 * c->value.len + 64;
	size_t len = c->described && c->type == COLUMN_JSON ?
	    json_text(&c->value, text) : table_text(&c->value, text);

	return literal(text, len, out);
}
