/*
 * sql-dialect: what a database's own client is told, as a table of words.
 */
#ifndef SQL_DIALECT_H
#define SQL_DIALECT_H

#include <stdbool.h>
#include <stddef.h>

#include "table.h"

/*
 * A dialect is its words.  In the fragments with a %:
 *
 *	%t	the table			%s	its stage
 *	%c	column names, with commas	%e	the same of excluded
 *	%q	the fields of a list, as .field has them
 *	%k	key columns			%d	columns with their types
 *	%f	the same, and which are personal
 *	%p	", PRIMARY KEY (..)" or nothing
 *	%u	"a"=excluded."a", .. of the others
 *	%N	excluded is newer than, or as new as, old
 *	%o	"version" DESC, "_fetched" DESC: the newest first
 *	%O	the same, the newest last
 *	%j	old and excluded have the same key
 *	%a	one column that is new, with its type
 *	%h	all that are: ('name', 'type'), ..
 *	%A	its name as a literal, %n the table's, %S the schema's
 *	%L	as a literal: ALTER TABLE %t ADD COLUMN %a
 *	%l	the table's name, quoted, as a literal; %m the schema's name
 *	%Z	its stage's, the same; %z the number of the table in this run
 *	%w	the ledger
 *	%x	old is of the account, and fetched before, as a sweep says
 *	%U	when the list of the sweep was asked for
 *	%g	the ledger does not have the mark's window
 *	%D	the row is in the mark's window
 *	%y	columns that tell a row's list	%Y	an index of them
 *	%i	", KEY (..)" of them, or nothing
 *	%K	a literal: what the table is	%P	,'name',.. of what is personal
 *	%v	a mark's values for the ledger, literals with commas
 *	%r	a literal: the mark to print
 *	%F	a file's path or URL, which has nothing to quote
 *	%E	its columns, with commas	%C	how many
 *	%Q	its fields, as .field has them
 *	%b	how many bytes it has		%R	rows of the stage with it
 */
struct sql_dialect {
	const char *name;
	char quote;			/* of identifiers */
	const char *types[COLUMN_JSON + 1];
	const char *any;		/* of a column nobody described */
	const char *key_text;		/* text in a key, or NULL */
	const char *null;
	size_t name_max;
	bool fold;			/* names differ by more than case */
	const char *const *never;	/* names its columns cannot have, or
					 * that we need; or NULL */
	bool basic;			/* as in table.h */
	size_t columns_max;		/* of a table; 0: enough */
	size_t decimal_before, decimal_after;	/* digits; 0: any */
	bool grows;			/* columns can be added if they lack */

	/* Script.  Each fragment ends its lines. */
	const char *head;
	const char *schema;		/* make the schema */
	const char *begin, *commit;
	const char *late_begin;		/* instead of begin: right before
					 * rows leave their stage */
	const char *ledger;		/* make the ledger, if it is not there */
	const char *create;		/* make %t, if it is not there */
	const char *personal;		/* for %f: words behind such a column */
	const char *comment;		/* say in %t what it is, if nothing does */
	const char *add;		/* add %a to %t, if it is not there; or */
	const char *lacking;		/* add those of %h that are not there */
	const char *grow;		/* where there is neither: print what
					 * would add them */
	const char *index;		/* make %Y; NULL: it is %i */
	const char *empty;		/* delete all of %t */
	const char *mark;		/* note %v in the ledger */
	const char *print;		/* have the client print %r */
	const char *sweep;		/* note in %t that what %x is gone */
	const char *time_before, *time_behind;	/* a time's literal in %x */
	const char *cut;		/* input was cut: fail */
	const char *stage;		/* make %s; NULL: rows go to %t */
	const char *stage_add;		/* add %a to %s */

	/* Rows. */
	const char *rows;		/* before them, into the stage or %t */
	const char *row, *between, *row_end, *rows_between;
	const char *rows_end;		/* behind plain ones */
	const char *merge_end;		/* behind those with a key; staged: as
					 * rows_end */
	size_t rows_most, bytes_most;	/* of one statement; 0: any */
	size_t (*value)(const struct table_column *c, char *out);
	/* A text between other words; also what sql_value makes of rows'. */
	size_t (*literal)(const char *text, size_t len, char *out);

	/* Of rows that come as lists: # is the number of a field, from the
	 * first on, and @ its type. */
	const char *field, *field_json;
	unsigned field_first;

	/* --stage: what takes the rows of a file into %s, and fails if one of
	 * them is not as it was written.  NULL: not offered. */
	const char *file;
	const char *file_end;		/* of its name */
	const char *file_from;		/* a file has to be at such a URL; or
					 * NULL: where it was written will do */
	const char *file_null;
	const char *file_row, *file_between, *file_row_end;
	bool file_number;		/* a row's last field is its number in
					 * %s, from 1 */
	size_t (*file_value)(const struct table_column *c, char *out);

	/* Past the stage, while %t was empty and no key came twice. */
	const char *direct;		/* see whether it is; NULL: never */
	const char *rows_direct;	/* rows, then */

	/* Rows without a key.  Where there is no stage, these rows are those
	 * that are not before. */
	const char *before;		/* they begin: without a stage */
	const char *loaded;		/* delete them if the ledger has their
					 * window: without a stage */
	const char *relist;		/* delete others of the same lists */
	const char *rewindow;		/* delete others of their window */

	/* From the stage to %t. */
	const char *still;		/* before: rows of the stage that are
					 * older than their going; or NULL */
	const char *merge;		/* with a key: newest wins */
	const char *append;		/* without, unless it is loaded */
	const char *unstage;		/* the stage is empty again */
};

extern const struct sql_dialect sql_sqlite, sql_postgres, sql_duckdb,
    sql_mysql, sql_snowflake, sql_bigquery;

/*
 * For dialects.  A value may take SQL_ROOM(its length), a literal six times its
 * length and 32 bytes.
 */
#define SQL_ROOM(len) (8 * (len) + 128)

/* A literal of the warehouses: backslash escapes, so that a line is one line.
 * Returns the bytes put; out has room for four a byte and two. */
size_t sql_backslashed(const char *text, size_t len, char *out);
/* A literal, E'' with such escapes if a control character or also is in it,
 * which is a character or nothing. */
size_t sql_plain_or_e(const char *text, size_t len, const char *also, char *out);
/* What is between the quotes if only those are to be doubled. */
size_t sql_doubled(const char *text, size_t len, char *out);
/* The value as text, through literal; what is no text in c's type included. */
size_t sql_value(const struct table_column *c, char *out,
    size_t (*literal)(const char *text, size_t len, char *out));
/* The same as a field of CSV, whose texts have quotes: null is nothing. */
size_t sql_csv(const struct table_column *c, char *out);
/* The same in JSON: true or false, or else a string. */
size_t sql_json(const struct table_column *c, char *out);

#endif
