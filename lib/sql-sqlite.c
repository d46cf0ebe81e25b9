/*
 * sql-sqlite: for sqlite3(1).
 *
 * .bail is what makes it stop at an error: without, it goes on and commits
 * half.  It knows no way to add a column only if there is none, so what the
 * table does not have goes to _extra, and to make a table is to print what
 * would add the columns it lacks.  A decimal is text: SQLite would keep
 * a float, and -0.00750 is not the same as -0.0075.
 */
#include <string.h>

#include "sql-dialect.h"

static size_t
literal(const char *text, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	char *p = out;
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			break;
	if (i < len) {
		memcpy(p, "CAST(X'", 7);
		for (p += 7, i = 0; i < len; i++) {
			*p++ = digits[(unsigned char)text[i] >> 4];
			*p++ = digits[(unsigned char)text[i] & 15];
		}
		memcpy(p, "' AS TEXT)", 10);
		return (size_t)(p + 10 - out);
	}
	*p++ = '\'';
	p += sql_doubled(text, len, p);
	*p++ = '\'';
	return (size_t)(p - out);
}

static size_t
value(const struct table_column *c, char *out)
{
	const struct json *v = &c->value;
	bool text = c->described && c->type != COLUMN_BOOLEAN &&
	    c->type != COLUMN_INTEGER;

	if ((v->kind == JSON_TRUE || v->kind == JSON_FALSE) && !text) {
		*out = v->kind == JSON_TRUE ? '1' : '0';
		return 1;
	}
	if (v->kind == JSON_NUMBER && !text && v->len <= 18 &&
	    !memchr(v->text, '.', v->len) && !memchr(v->text, 'e', v->len) &&
	    !memchr(v->text, 'E', v->len)) {
		memcpy(out, v->text, v->len);
		return v->len;
	}
	if (v->kind == JSON_STRING && !v->escaped && c->type != COLUMN_JSON &&
	    !memchr(v->text, '\'', v->len) && !memchr(v->text, 0x7f, v->len)) {
		out[0] = '\'';
		memcpy(out + 1, v->text, v->len);
		out[v->len + 1] = '\'';
		return v->len + 2;
	}
	return sql_value(c, out, literal);
}

/* The last row of the table before ours. */
#define BEFORE "(SELECT \"row\" FROM temp.\"_tw_before\" WHERE \"name\" = %n)"

static const char *const never[] = { "_rowid_", NULL };

const struct sql_dialect sql_sqlite = {
	.name = "sqlite",
	.quote = '"',
	.types = {
		[COLUMN_TEXT] = "TEXT", [COLUMN_INTEGER] = "INTEGER",
		[COLUMN_DECIMAL] = "TEXT", [COLUMN_BOOLEAN] = "INTEGER",
		[COLUMN_TIME] = "TEXT", [COLUMN_DATE] = "TEXT",
		[COLUMN_JSON] = "TEXT"
	},
	.any = "",
	.null = "NULL",
	.name_max = 1000,
	.fold = true,
	.never = never,
	.grows = false,

	.head =
	    ".bail on\n"
	    ".echo off\n"
	    ".headers off\n"
	    ".mode list\n"
	    ".timeout 60000\n"
	    "PRAGMA cache_size = -32768;\n",
	.schema = "",
	.begin = "BEGIN IMMEDIATE;\n",
	.commit = "COMMIT;\n",
	.ledger =
	    "CREATE TABLE IF NOT EXISTS %w (\"run\" TEXT NOT NULL, "
	    "\"stream\" TEXT NOT NULL, \"account\" TEXT NOT NULL, "
	    "\"since\" TEXT NOT NULL, \"until\" TEXT NOT NULL, "
	    "\"records\" INTEGER, \"mark\" TEXT NOT NULL, "
	    "PRIMARY KEY (\"stream\", \"account\", \"since\", \"until\", "
	    "\"run\"));\n",
	.create = "CREATE TABLE IF NOT EXISTS %t (%d%p);\n",
	.grow =
	    "SELECT '.timeout 60000' || char(10) || 'ALTER TABLE ' || %l || ' ADD COLUMN \"' || "
	    "replace(\"column1\", '\"', '\"\"') || '\" ' || \"column2\" || ';' "
	    "FROM (VALUES %h) WHERE \"column1\" NOT IN "
	    "(SELECT \"name\" FROM pragma_table_info(%n));\n",
	.index = "CREATE INDEX IF NOT EXISTS %Y ON %t (%y);\n",
	.empty = "DELETE FROM %t;\n",
	.mark =
	    "INSERT INTO %w (\"run\", \"stream\", \"account\", \"since\", "
	    "\"until\", \"records\", \"mark\") VALUES (%v) "
	    "ON CONFLICT (\"stream\", \"account\", \"since\", \"until\", "
	    "\"run\") DO UPDATE SET \"records\" = excluded.\"records\", "
	    "\"mark\" = excluded.\"mark\";\n",
	.print = "SELECT %r;\n",
	.sweep =
	    "UPDATE %t SET \"_deleted\" = %U WHERE %x AND \"_deleted\" IS NULL;\n",
	.cut = ".exit 65\n",

	/* Nothing goes on behind an error.  Told so, SQLite needs no journal of
	 * each statement, with a copy of every page it touches. */
	.rows = "INSERT OR ROLLBACK INTO %t AS old (%c) VALUES\n",
	.row = "(", .between = ",", .row_end = ")", .rows_between = ",\n",
	.rows_end = ";\n",
	.merge_end = "\nON CONFLICT (%k) DO UPDATE SET %u WHERE %N;\n",
	.before =
	    "CREATE TEMP TABLE IF NOT EXISTS \"_tw_before\" (\"name\" TEXT "
	    "PRIMARY KEY, \"row\" INTEGER);\n"
	    "INSERT OR REPLACE INTO temp.\"_tw_before\" "
	    "SELECT %n, coalesce(max(_rowid_), 0) FROM %t;\n",
	.loaded = "DELETE FROM %t WHERE _rowid_ > " BEFORE " AND NOT %g;\n",
	.relist =
	    "DELETE FROM %t WHERE _rowid_ <= " BEFORE " AND (%y) IN "
	    "(SELECT %y FROM %t WHERE _rowid_ > " BEFORE ");\n",
	.rewindow =
	    "DELETE FROM %t WHERE _rowid_ <= " BEFORE " AND %D AND %g;\n",
	.rows_most = 200, .bytes_most = 256 << 10,
	.value = value,
	.literal = literal,
};
