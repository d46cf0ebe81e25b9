#include "sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "catalog.h"
#include "diag.h"
#include "fresh.h"
#include "mem.h"
#include "sql-dialect.h"
#include "sql-words.h"
#include "stage.h"
#include "when.h"

/* A transaction ends on the first window mark behind this much, or behind as
 * many rows as the rules say. */
#define BATCH_BYTES (8u << 20)
/* ... or this long after it began: it keeps others from the tables. */
#define BATCH_MS 60000
/* Of a table: all databases take as many. */
#define COLUMNS_MAX 500
/* Files of a stage that are written at the same time. */
#define FILES_MAX 128

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

bool
sql_may_stage(const struct sql_dialect *d)
{
	return d->file;
}

const char *
sql_stage_from(const struct sql_dialect *d)
{
	return d->file_from;
}

/* A full list came by: what is older than it is gone. */
struct sweep {
	struct target *target;
	char account[MARK_NAME], before[TABLE_DATE], until[WHEN_SIZE];
};

/* What the script has done about one table: its owner. */
struct target {
	struct table *table;
	size_t columns;			/* it has in the script so far */
	unsigned long batch;		/* it has rows in */
	unsigned number;		/* from 1 */
	size_t key_count;		/* columns of it */
	bool made, keyed;
	bool again;			/* rows without a key replace those of
					 * their window, or of their list */
	bool direct;			/* rows may go past the stage */
	struct table_column *stream, *run;	/* if asked for */
	struct fresh fresh;
	struct save file;		/* takes its rows, while path is set */
	unsigned long long filed;	/* rows of the batch, in files */
	struct target *next;		/* of those in the batch */
};

struct sql_run {
	struct sql_words words;
	const struct sql_dialect *d;	/* as in words */
	struct out *o;
	const struct sql_rules *rules;
	bool begun;			/* a transaction is open */
	bool ledger;			/* it is made */
	unsigned target_count;
	unsigned long batch;		/* number of the transaction, from 1 */
	unsigned long long rows;	/* in it */
	unsigned long long start;	/* out_total when it began */
	unsigned files;			/* that take rows */
	int64_t ticks;			/* and the clock */
	struct target *targets, **last;	/* in it, in order */
	struct target *open;		/* a statement takes its rows */
	bool open_direct;		/* past the stage */
	size_t statement_rows;
	unsigned long long statement_start;
	struct buf marks;		/* lines to print behind the COMMIT */
	struct sweep *sweeps;		/* to do before it */
	size_t sweep_count, sweep_room;
	char fetched[TABLE_DATE];	/* the oldest in the window in hand */
	char name[MARK_NAME];		/* of the run in hand, or "" */
};

static struct sql_about
about(const struct target *t)
{
	struct sql_about a = { .table = t->table, .keyed = t->keyed,
	    .number = t->number };

	return a;
}

static void
put(struct sql_run *r, const char *fragment, const struct sql_about *a)
{
	sql_put(&r->words, fragment, a);
}

/*
 * Rows.
 */

static void
close_rows(struct sql_run *r)
{
	struct sql_about a;

	if (!r->open)
		return;
	a = about(r->open);
	put(r, r->open->keyed && !r->d->stage ? r->d->merge_end :
	    r->d->rows_end, &a);
	r->open = NULL;
}

static void
open_rows(struct sql_run *r, struct target *t)
{
	struct sql_about a = about(t);

	put(r, t->direct ? r->d->rows_direct : r->d->rows, &a);
	r->open = t;
	r->open_direct = t->direct;
	r->statement_rows = 0;
	r->statement_start = out_total(r->o);
}

static inline void
put_values(struct out *o, const struct table *t, const char *null,
    const char *between, size_t (*value)(const struct table_column *, char *))
{
	size_t null_len = strlen(null), between_len = strlen(between),
	    room = 64, i;
	char *p, *start;

	for (i = 0; i < t->count; i++)
		room += (t->columns[i]->seen == t->row ?
		    SQL_ROOM(t->columns[i]->value.len) : null_len) +
		    between_len;
	start = p = out_reserve(o, room);
	for (i = 0; i < t->count; i++) {
		const struct table_column *c = t->columns[i];

		if (i > 0) {
			memcpy(p, between, between_len);
			p += between_len;
		}
		if (c->seen == t->row) {
			p += value(c, p);
		} else {
			memcpy(p, null, null_len);
			p += null_len;
		}
	}
	o->len += (size_t)(p - start);
}

static void
put_row(struct sql_run *r, struct target *target)
{
	const struct sql_dialect *d = r->d;
	const struct table *t = target->table;

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
	out_text(r->o, d->row);
	put_values(r->o, t, d->null, d->between, d->value);
	out_text(r->o, d->row_end);
	r->statement_rows++;
}

/*
 * Rows that wait in files.
 */

static int
not_written(struct sql *s, const struct save *f)
{
	s->status = f->status;
	snprintf(s->why, sizeof(s->why), "%s", f->why);
	return -1;
}

/* The file is durable, and the script loads it. */
static int
end_file(struct sql *s, struct target *t)
{
	struct sql_about a = about(t);
	char *path;
	int got;

	if (!t->file.path)
		return 0;
	a.file = path = stage_path(s->run->rules->stage, &t->file);
	a.columns = t->columns;
	a.bytes = out_total(&t->file.out);
	a.rows = t->filed;
	s->run->files--;
	got = save_commit(&t->file);
	if (got == 0)
		put(s->run, s->run->d->file, &a);
	free(path);
	return got == 0 ? 0 : not_written(s, &t->file);
}

static int
end_files(struct sql *s)
{
	struct target *t;

	for (t = s->run->targets; t; t = t->next)
		if (end_file(s, t))
			return -1;
	return 0;
}

static int
file_row(struct sql *s, struct target *t)
{
	struct sql_run *r = s->run;
	const struct sql_dialect *d = r->d;
	struct out *o = &t->file.out;

	if (!t->file.path) {
		if (r->files == FILES_MAX && end_files(s))
			return -1;
		if (stage_begin(r->rules->stage, &t->file, t->table->name,
		    d->file_end))
			return not_written(s, &t->file);
		r->files++;
	}
	t->filed++;
	out_text(o, d->file_row);
	put_values(o, t->table, d->file_null, d->file_between, d->file_value);
	if (d->file_number) {
		out_text(o, d->file_between);
		out_number(o, t->filed);
	}
	out_text(o, d->file_row_end);
	return 0;
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
	r->ticks = when_ticks_ms();
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
	struct sql_about a = about(target);
	size_t count = target->table->count;

	a.from = from;
	if (r->d->lacking && from < count)
		put(r, r->d->lacking, &a);
	for (; r->d->add && a.from < count; a.from++)
		put(r, r->d->add, &a);
	target->columns = count;
}

/* Once a table: to replace takes one transaction. */
static void
empty(struct sql_run *r, struct target *target)
{
	struct sql_about a = about(target);

	if (r->rules->mode == SQL_REPLACE)
		put(r, r->d->empty, &a);
}

/* The table is there, with all columns the catalogue knows. */
static void
make(struct sql_run *r, struct target *target)
{
	const struct table *t = target->table;
	struct sql_about a = about(target);

	begin(r);
	close_rows(r);
	put(r, r->d->create, &a);
	/* An older one may lack what the catalogue has learnt. */
	add_columns(r, target, 0);
	if (t->stream && r->d->comment)
		put(r, r->d->comment, &a);
	if (target->again && t->stream->list && r->d->index)
		put(r, r->d->index, &a);
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
	struct sql_about a = about(target);

	a.from = target->columns;
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
		target->filed = 0;
		target->next = NULL;
		*r->last = target;
		r->last = &target->next;
		if (d->stage)
			put(r, d->stage, &a);
		else if (!target->keyed)
			put(r, d->before, &a);
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
	struct sql_about a = { .mark = &m };

	for (; p && p < r->marks.text + r->marks.len; p = end + 1) {
		end = memchr(p, '\n',
		    (size_t)(r->marks.text + r->marks.len - p));
		a.line = p;
		a.len = (size_t)(end - p);
		/* It was read before. */
		mark_read(&m, a.line, a.len, &why);
		if (all || m.kind == MARK_WINDOW)
			put(r, fragment, &a);
	}
}

/* Rows without a key: only if their window is not loaded yet, and in the
 * place of those that were there when it was read before. */
static void
put_again(struct sql_run *r, const struct target *t, struct sql_about *a)
{
	if (!r->d->stage)
		put(r, r->d->loaded, a);
	if (t->again && a->mark && a->mark->full)
		put(r, r->d->rewindow, a);
	else if (t->again && t->table->stream->list)
		put(r, r->d->relist, a);
	else if (t->again && a->mark && t->table->date)
		put(r, r->d->rewindow, a);
	if (r->d->stage)
		put(r, r->d->append, a);
}

/* m: what the rows of its stream in this transaction are the window of. */
static int
commit(struct sql *s, const struct mark *m)
{
	struct sql_run *r = s->run;
	struct target *t;
	size_t i;

	if (r->begun) {
		close_rows(r);
		if (end_files(s))
			return -1;
		if (r->d->late_begin)
			put(r, r->d->late_begin, NULL);
		for (t = r->targets; t; t = t->next) {
			struct sql_about a = about(t);

			if (m && strcmp(m->stream, t->table->name) == 0)
				a.mark = m;
			if (r->d->stage)
				empty(r, t);
			if (!t->keyed)
				put_again(r, t, &a);
			if (t->keyed && t->table->deleted && r->d->still)
				put(r, r->d->still, &a);
			if (t->keyed && r->d->stage)
				put(r, r->d->merge, &a);
			if (r->d->stage)
				put(r, r->d->unstage, &a);
		}
		for (i = 0; i < r->sweep_count; i++) {
			struct sql_about a = about(r->sweeps[i].target);

			a.account = r->sweeps[i].account;
			a.before = r->sweeps[i].before;
			a.until = r->sweeps[i].until;
			put(r, r->d->sweep, &a);
		}
		r->sweep_count = 0;
		put_marks(r, r->d->mark, false);
		put(r, r->d->commit, NULL);
		r->begun = false;
	}
	put_marks(r, r->d->print, true);
	buf_clear(&r->marks);
	return 0;
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
	s->run->words.d = s->run->d = d;
	s->run->words.o = s->run->o = o;
	s->run->words.schema = rules->schema;
	s->run->words.prefix = rules->prefix ? rules->prefix : "";
	s->run->rules = rules;
	s->status = STATUS_DATA;
	s->tables = fresh;
	s->tables.stream = rules->stream;
	s->tables.limits.fixed = !d->grows;
	s->tables.limits.extra = !d->grows;
	s->tables.limits.fold = d->fold;
	s->tables.limits.decimal_before = d->decimal_before;
	s->tables.limits.decimal_after = d->decimal_after;
	s->tables.limits.name_max = d->name_max;
	s->tables.limits.never = d->never;
	s->tables.limits.basic = d->basic;
	s->tables.limits.columns_max = d->columns_max ? d->columns_max :
	    COLUMNS_MAX;
	put(s->run, d->head, NULL);
	if (rules->schema)
		put(s->run, d->schema, NULL);
	return s;
}

void
sql_free(struct sql *s)
{
	const struct table *t;

	for (t = s->tables.tables; t; t = t->next) {
		struct target *target = t->owner;

		if (target)
			fresh_release(&target->fresh);
		if (target && target->file.path)
			save_cancel(&target->file);
	}
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

/* --key, for a stream the catalogue does not know.  With a part of it, rows
 * that differ would take each other's place. */
static int
set_key(struct sql *s, struct table *t)
{
	const char *p = t->stream ? NULL : s->run->rules->key;
	struct table_column *c;
	size_t n;

	for (; p && *p; p += n + (p[n] == ',')) {
		n = strcspn(p, ",");
		if (n == 0)
			continue;
		c = table_column(t, p, n);
		if (!c || !c->listed)
			return wrong(s, "a record without its key",
			    s->run->rules->key);
		c->key = true;
	}
	return 0;
}

static bool
begins(const char *name, const char *with)
{
	return strncasecmp(name, with, strlen(with)) == 0;
}

/* Neither it nor its table is called as what is our own may be. */
static bool
may_name(const struct sql_run *r, const struct table *t)
{
	const char *prefix = r->words.prefix;
	char start[sizeof(SQL_STAGE)];
	size_t i;

	for (i = 0; i < t->name_len; i++)
		if ((unsigned char)t->name[i] < ' ' || t->name[i] == 0x7f)
			return false;
	snprintf(start, sizeof(start), "%s%s", prefix, t->name);
	return !begins(start, SQL_OURS) && !begins(start, SQL_STAGE) &&
	    !begins(t->name, SQL_OURS) &&
	    strlen(prefix) + t->name_len + sizeof(SQL_INDEX) - 1 <=
	    r->d->name_max;
}

/* Another table whose name is the same to the database. */
static bool
is_taken(const struct sql *s, const struct table *t)
{
	const struct table *other;

	for (other = s->tables.tables; other && s->run->d->fold;
	    other = other->next)
		if (other != t && other->owner &&
		    strcasecmp(other->name, t->name) == 0)
			return true;
	return false;
}

static struct target *
target_of(struct sql *s, struct table *t)
{
	static const struct save no_file = SAVE_INIT;
	struct sql_run *r = s->run;
	struct target *target = t->owner;
	size_t key_count = 0, i;

	if (target)
		return target;
	if (t->name_len == 0) {
		wrong(s, "no _stream says which table it is of: name one "
		    "with --stream", "");
		return NULL;
	}
	if (!may_name(r, t)) {
		wrong(s, "its _stream cannot be the name of a table", "");
		return NULL;
	}
	if (is_taken(s, t)) {
		wrong(s, "another stream differs from this by case only",
		    t->name);
		return NULL;
	}
	if (set_key(s, t))
		return NULL;
	for (i = 0; i < t->count; i++)
		key_count += t->columns[i]->key;
	if (key_count == 0 && (r->rules->mode == SQL_MERGE ||
	    (r->rules->mode == SQL_MIRROR && !t->stream))) {
		wrong(s, "to merge needs a key: name one with --key, or "
		    "append", t->name);
		return NULL;
	}
	t->owner = target = mem_new(sizeof(*target));
	target->file = no_file;
	if (r->rules->meta) {
		target->stream = table_add(t, "_stream", COLUMN_TEXT);
		target->run = table_add(t, "_run", COLUMN_TEXT);
	}
	if (r->rules->mode == SQL_MIRROR && key_count > 0 && t->stream)
		t->deleted = table_add(t, "_deleted", COLUMN_TIME);
	if (t->count == 0)
		t->extra = table_add(t, "_extra", COLUMN_JSON);
	target->table = t;
	target->number = ++r->target_count;
	target->key_count = key_count;
	/* Databases do not compare JSON: in a key it is its text. */
	for (i = 0; i < t->count; i++)
		if (t->columns[i]->key && t->columns[i]->type == COLUMN_JSON) {
			t->columns[i]->type = COLUMN_TEXT;
			t->columns[i]->described = false;
		}
	target->keyed = key_count > 0 && r->rules->mode != SQL_APPEND;
	target->again = key_count == 0 && t->stream &&
	    (r->rules->mode == SQL_AUTO || r->rules->mode == SQL_MIRROR);
	/* To replace is to empty the table behind them. */
	target->direct = r->d->direct && target->keyed &&
	    r->rules->mode != SQL_REPLACE;
	return target;
}

/* No primary key takes a null.  Where others tell the rows apart, one that has
 * no such part has an empty one. */
static int
check_key(struct sql *s, const struct target *target)
{
	struct table *t = target->table;
	size_t i;

	for (i = 0; i < t->count; i++) {
		struct table_column *c = t->columns[i];

		if (!c->key || c->seen == t->row)
			continue;
		if (target->key_count == 1 || c->type != COLUMN_TEXT)
			return wrong(s, "a record without its key", c->name);
		table_set(t, c, "");
	}
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
	if (target->keyed && check_key(s, target))
		return -1;
	if (target->columns != t->count || target->batch != s->run->batch ||
	    !s->run->begun) {
		if (end_file(s, target))
			return -1;
		take_in(s->run, target);
	}
	if (s->run->rules->meta) {
		table_set(t, target->stream, t->name);
		if (*s->run->name)
			table_set(t, target->run, s->run->name);
	}
	note_fetched(s->run, t);
	s->run->rows++;
	if (s->run->rules->stage)
		return file_row(s, target);
	put_row(s->run, target);
	return 0;
}

/* A full list of an account came by: what it does not have is gone. */
static void
note_sweep(struct sql_run *r, struct target *target, const struct mark *m)
{
	struct sweep *w;

	if (!*m->account)
		return;
	if (r->sweep_count == r->sweep_room) {
		r->sweep_room = r->sweep_room ? 2 * r->sweep_room : 16;
		r->sweeps = mem_array(r->sweeps, r->sweep_room, sizeof(*w));
	}
	w = &r->sweeps[r->sweep_count++];
	w->target = target;
	memcpy(w->account, m->account, sizeof(w->account));
	when_text(w->until, m->until);
	memcpy(w->before, w->until, sizeof(w->until));
	if (*r->fetched && strcmp(r->fetched, w->before) < 0)
		memcpy(w->before, r->fetched, sizeof(w->before));
}

/* A window that has no rows may say something, too: that all are gone. */
static int
note_window(struct sql *s, const struct mark *m)
{
	struct sql_run *r = s->run;
	struct table *t;
	struct target *target;

	begin(r);
	if (!m->full && r->rules->mode != SQL_REPLACE)
		return 0;
	t = table_named(&s->tables, m->stream, strlen(m->stream));
	if (!t || !t->stream)
		return 0;
	if (!(target = target_of(s, t)))
		return -1;
	if (target->again || r->rules->mode == SQL_MIRROR ||
	    r->rules->mode == SQL_REPLACE)
		take_in(r, target);
	if (t->deleted)
		note_sweep(r, target, m);
	return 0;
}

/* Rows without a key that are of this window: what is done about them depends
 * on it, so it has a transaction of its own. */
static bool
has_loose(const struct sql_run *r, const struct mark *m)
{
	const struct target *t;

	for (t = r->targets; t; t = t->next)
		if (!t->keyed && strcmp(m->stream, t->table->name) == 0)
			return true;
	return false;
}

static bool
is_enough(const struct sql_run *r)
{
	return r->rows >= r->rules->batch ||
	    out_total(r->o) - r->start >= BATCH_BYTES ||
	    when_ticks_ms() - r->ticks >= BATCH_MS;
}

int
sql_mark(struct sql *s, const struct mark *m, const char *line, size_t len)
{
	struct sql_run *r = s->run;

	if (m->kind == MARK_WINDOW) {
		if (note_window(s, m))
			return -1;
		*r->fetched = '\0';
	}
	if (m->kind == MARK_OPEN)
		memcpy(r->name, m->run, sizeof(r->name));
	buf_add(&r->marks, line, len);
	buf_byte(&r->marks, '\n');
	if (!r->begun)
		return commit(s, NULL);
	if (m->kind == MARK_WINDOW && r->rules->mode != SQL_REPLACE &&
	    (is_enough(r) || has_loose(r, m)))
		return commit(s, m);
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
	make(s->run, target);
	return 0;
}

void
sql_grow(struct sql *s)
{
	const struct table *t = s->tables.tables;
	struct sql_about a;

	for (; s->run->d->grow && t; t = t->next) {
		a = about(t->owner);
		put(s->run, s->run->d->grow, &a);
	}
}

int
sql_end(struct sql *s)
{
	return commit(s, NULL);
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

