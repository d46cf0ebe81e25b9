/*
 * table: the columns of one stream's table, and one row of it at a time.
 *
 *	struct table_set set = TABLE_SET_INIT;
 *	struct table *t = table_of(&set, line.text, line.len);
 *	if (!t || table_row(t, line.text, line.len))
 *		... set.why or t->why: not a record
 *	for (i = 0; i < t->count; i++)
 *		if (t->columns[i]->seen == t->row)
 *			... t->columns[i]->value, never null
 *
 * A table begins with the metadata _account and _fetched, path parameters its
 * key needs (or that tell the list, if it has none), and the catalogue's
 * columns; _extra is behind those.  What else records bring is appended as it
 * arrives, or, in a table that does not grow, gathered in _extra: a JSON
 * object, by name.
 *
 * Values are honest: an integer or decimal is a JSON_NUMBER (integers of 64
 * bits), a boolean JSON_TRUE or JSON_FALSE, a time or date a JSON_STRING as
 * tw-flatten writes it.  A value that cannot be made so goes to _extra, and
 * its column is null.  A text column holds any scalar; a json column holds
 * JSON, or a JSON_STRING whose text is JSON; a column that nobody described
 * holds anything.
 *
 * Memory: the columns' names.  A row costs no allocation unless it has
 * something for _extra.
 */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "catalog.h"
#include "json.h"

#define TABLE_DATE 48		/* the longest date kept in a column */

struct table_column {
	char *name;			/* decoded; NULs are '?' */
	size_t name_len;
	enum column_type type;		/* COLUMN_TEXT if not described */
	bool described;			/* by the catalogue, or by us */
	bool key;
	bool list;			/* without a key: it tells the list */

	uint64_t seen;			/* t->row if the row in hand has it */
	struct json value;		/* then: what */

	/* private */
	bool listed;			/* is in t->columns */
	bool extra;			/* goes to _extra */
	uint64_t listed_late;		/* t->row if it is in t->late */
	struct table_column *next;	/* in the table of names */
	struct table_column *behind;	/* came behind it last time */
	char *quoted;			/* as in the text, with its quotes */
	size_t quoted_len;
	struct buf own;			/* a value that is not the record's */
	char date[TABLE_DATE + 16];	/* what value points at, if it had to
					 * be written anew */
};

/* What a destination can take as a column; the rest goes to _extra. */
struct table_limits {
	bool fixed;		/* no column but those it began with (and the
				 * first row's, if the catalogue does not know
				 * the stream) */
	bool extra;		/* ... but all have _extra; else, for such a
				 * stream, a late member is an error */
	const char **also;	/* ... and these; then nothing else is missed
				 * in a stream the catalogue does not know */
	size_t also_count;
	bool fold;		/* names that differ in case are the same */
	const char *const *never;	/* names of no column; NULL ends, or is
				 * all */
	bool basic;		/* names: no blank at the end, nothing beyond
				 * U+FFFF; and what is not ASCII may be folded,
				 * nobody knows how */
	size_t name_max;	/* bytes of a name, more than 9; 0: any */
	size_t columns_max;	/* 0: any number */
	size_t decimal_before, decimal_after;	/* digits of a decimal before
				 * and behind its point; both 0: any */
};

struct table {
	struct table *next;		/* in the set */
	char *name;			/* of the stream; may be "" */
	size_t name_len;
	const struct stream *stream;	/* NULL: not in the catalogue */
	const struct table_limits *limits;
	struct table_column **columns;	/* in order */
	size_t count;
	size_t began;			/* columns before the first row */
	struct table_column *account, *fetched, *version, *extra;
	struct table_column *deleted;	/* since when it is gone, if asked for */
	struct table_column *date, *date_else;	/* what its windows go by, and
				 * what when that is null; NULL: no such */
	uint64_t row;			/* number of the row in hand, from 1 */
	unsigned long long misfits;	/* values sent to _extra so far */
	const struct table_column *first_misfit;
	const char *why;		/* after -1: a constant */
	size_t offset;			/* after -1: at which byte */
	void *owner;			/* the sink's own; free(3)d with it */

	/* private */
	struct table_column **names;	/* by hash */
	size_t member_count, names_room, columns_room;
	struct table_column *first;	/* foretold */
	struct table_column **late;	/* this row's, for _extra */
	size_t late_count, late_room;
	struct buf text;		/* of _extra */
};

struct table *table_new(const char *name, size_t len,
    const struct table_limits *limits);
void table_free(struct table *t);

/* 0: the record is the row in hand, as long as text lives; -1: it is not a
 * record. */
int table_row(struct table *t, const char *text, size_t len);
/* One more column, before the first row: null unless records have it. */
struct table_column *table_add(struct table *t, const char *name,
    enum column_type type);
/* The row in hand has this text there. */
void table_set(struct table *t, struct table_column *c, const char *text);
struct table_column *table_column(const struct table *t, const char *name,
    size_t len);	/* NULL: none */

/* A value as plain text: strings decoded, NULs in them as U+FFFD, containers
 * without white space.  out has room for value->len bytes; the length. */
size_t table_text(const struct json *value, char *out);

/* The tables of all streams that came by. */
struct table_set {
	const char *stream;	/* of records that do not say theirs */
	struct table_limits limits;
	struct table *tables;	/* the last used first */
	size_t count;
	const char *why;
};
#define TABLE_SET_INIT { .count = 0 }
#define TABLE_SET_MAX 4096	/* streams; more is no input of ours */

/* The table of this record's stream; NULL: set->why, a constant. */
struct table *table_of(struct table_set *set, const char *text, size_t len);
struct table *table_named(struct table_set *set, const char *name, size_t len);
void table_set_release(struct table_set *set);

#endif
