/*
 * sql-words: a dialect's fragments, filled in.
 *
 *	struct sql_words w = { sql_dialect("sqlite"), &out_standard, NULL, "" };
 *	sql_put(&w, w.d->create, &(struct sql_about){ .table = t });
 *
 * What a %c in a fragment stands for is in sql-dialect.h.
 */
#ifndef SQL_WORDS_H
#define SQL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "out.h"
#include "record.h"
#include "table.h"

struct sql_dialect;

struct sql_words {
	const struct sql_dialect *d;
	struct out *o;
	const char *schema;		/* or NULL */
	const char *prefix;		/* of tables' names; "" is none */
};

/* What a fragment may speak of. */
struct sql_about {
	const struct table *table;
	bool keyed;			/* it is made with a primary key */
	unsigned number;		/* of the table in this run */
	size_t from;			/* columns that are new */
	const struct mark *mark;	/* as read */
	const char *line;		/* and as it came */
	size_t len;
	const char *account, *before;	/* a full list of it, from then */
	const char *until;		/* when it was asked for */
	const char *file;
	size_t columns;			/* in it */
	unsigned long long bytes;	/* of it */
	unsigned long long rows;	/* of the stage with it */
};

/* In front of the name of a table when it is its stage, and behind it when it
 * is an index; and in front of other names that are ours. */
#define SQL_STAGE "_tws_"
#define SQL_INDEX "_list"
#define SQL_OURS "_tw_"
#define SQL_LEDGER SQL_OURS "windows"

void sql_put(const struct sql_words *w, const char *fragment,
    const struct sql_about *a);

#endif
