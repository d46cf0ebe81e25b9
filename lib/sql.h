/*
 * sql: a script that makes rows and marks durable together, in the words of
 * one database's own client.
 *
 *	struct sql *s = sql_new(sql_dialect("sqlite"), &out_standard, &rules);
 *	sql_record(s, text, len);  sql_mark(s, &m, text, len);	-> s->why
 *	sql_end(s);		or sql_abandon(s): input was cut
 *
 * The script stops at the first error.  It works in transactions that end on
 * window marks: rows, the ledger _tw_windows and the COMMIT; behind it, and
 * only there, the client is made to print the marks, byte for byte.  So the
 * script may be cut anywhere.  Where the destination takes rows from a stage
 * only, they are gathered in a temporary table and merged before the COMMIT;
 * there they may come from files, each durable before the script names it.
 *
 * Every row is one physical line without control characters: nothing in the
 * data can be a line of its own to the client.
 */
#ifndef SQL_H
#define SQL_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "out.h"
#include "record.h"
#include "table.h"

struct sql_dialect;
struct stage;

/* By name; NULL: none.  Names for an option's choices. */
const struct sql_dialect *sql_dialect(const char *name);
extern const char sql_dialects[];
/* Can rows wait in files?  If they have to be at a URL, how that begins. */
bool sql_may_stage(const struct sql_dialect *d);
const char *sql_stage_from(const struct sql_dialect *d);

enum sql_mode {
	SQL_AUTO,	/* merge where there is a key, append where not */
	SQL_APPEND, SQL_MERGE, SQL_REPLACE,
	SQL_MIRROR	/* merge, and what a full list lacks is noted as gone */
};

struct sql_rules {
	enum sql_mode mode;
	const char *schema;	/* or NULL */
	const char *prefix;	/* of all tables' names; or NULL */
	bool meta;		/* columns _stream and _run, too */
	const char *stream;	/* of records that do not say theirs, or NULL */
	const char *key;	/* "a,b": of streams the catalogue does not
				 * know; or NULL */
	unsigned long long batch;	/* rows a transaction, at least */
	struct stage *stage;	/* rows go into files there; or NULL */
};

struct sql_run;

struct sql {
	char why[512];		/* after -1: what was wrong */
	int status;		/* then, as of diag: a line's, or a file's */
	struct table_set tables;
	struct sql_run *run;
};

/* All is kept, not copied.  The script begins. */
struct sql *sql_new(const struct sql_dialect *d, struct out *o,
    const struct sql_rules *rules);
void sql_free(struct sql *s);

int sql_record(struct sql *s, const char *text, size_t len);
/* The mark as read, and its line. */
int sql_mark(struct sql *s, const struct mark *m, const char *line, size_t len);
/* The table of a stream, without a row. */
int sql_create(struct sql *s, const char *stream);
/* Behind sql_end: where no column can be added only if it lacks, have the
 * client print what adds those that the tables lack. */
void sql_grow(struct sql *s);
/* The input was whole: commit.  -1: a file could not be written. */
int sql_end(struct sql *s);
/* It was not: what is not committed yet never will be. */
void sql_abandon(struct sql *s);

#endif
