/*
 * sql-postgres: for psql(1), PostgreSQL 9.6 and later.
 *
 * Rows go into a temporary table with COPY in its text format: in the CSV
 * format a line \. of the data would end it, and what follows would be psql's
 * to run.  Without ON_ERROR_STOP psql goes on after an error.  As long as the
 * table was empty before this run, and no key came twice, they go into it
 * straight: to merge costs half as much again.
 */
#include <string.h>

#include "sql-dialect.h"

/* What a backslash in '' means is up to the server's settings. */
static size_t
literal(const char *text, size_t len, char *out)
{
	return sql_plain_or_e(text, len, "\\", out);
}

/* As COPY reads it. */
static size_t
copied(const char *text, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	char *p = out;
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= ' ' && c != '\\' && c != 0x7f) {
			*p++ = (char)c;
			continue;
		}
		*p++ = '\\';
		switch (c) {
		case '\\': *p++ = '\\'; break;
		case '\n': *p++ = 'n'; break;
		case '\r': *p++ = 'r'; break;
		case '\t': *p++ = 't'; break;
		default:
			*p++ = 'x';
			*p++ = digits[c >> 4];
			*p++ = digits[c & 15];
		}
	}
	return (size_t)(p - out);
}

static size_t
value(const struct table_column *c, char *out)
{
	const struct json *v = &c->value;

	/* JSON without escapes has nothing in it that COPY would change. */
	if (v->kind < JSON_STRING || (v->kind == JSON_STRING && !v->escaped &&
	    c->type != COLUMN_JSON)) {
		memcpy(out, v->text, v->len);
		return v->len;
	}
	return sql_value(c, out, copied);
}

static const char *const never[] = {
	"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid", NULL
};

const struct sql_dialect sql_postgres = {
	.name = "postgres",
	.quote = '"',
	.types = {
		[COLUMN_TEXT] = "text", [COLUMN_INTEGER] = "bigint",
		[COLUMN_DECIMAL] = "numeric", [COLUMN_BOOLEAN] = "boolean",
		[COLUMN_TIME] = "timestamptz", [COLUMN_DATE] = "date",
		[COLUMN_JSON] = "jsonb"
	},
	.any = "text",
	.null = "\\N",
	.name_max = 63,
	.fold = false,
	.never = never,
	.grows = true,

	.head =
	    "\\set QUIET on\n"
	    "\\set ON_ERROR_STOP on\n"
	    "\\set ON_ERROR_ROLLBACK off\n"
	    "\\set AUTOCOMMIT on\n"
	    "\\set SINGLELINE off\n"
	    "\\pset pager off\n"
	    "\\pset tuples_only on\n"
	    "\\pset format unaligned\n"
	    "SET client_encoding = 'UTF8';\n"
	    "SET standard_conforming_strings = on;\n"
	    "SET client_min_messages = warning;\n"
	    "SET TimeZone = 'UTC';\n",
	.schema = "CREATE SCHEMA IF NOT EXISTS %m;\n",
	.begin = "BEGIN;\n",
	.commit = "COMMIT;\n",
	.ledger =
	    "CREATE TABLE IF NOT EXISTS %w (\"run\" text, \"stream\" text, "
	    "\"account\" text, \"since\" text, \"until\" text, "
	    "\"records\" bigint, \"mark\" text NOT NULL, "
	    "PRIMARY KEY (\"stream\", \"account\", \"since\", \"until\", "
	    "\"run\"));\n",
	.create = "CREATE TABLE IF NOT EXISTS %t (%d%p);\n",
	/* Only where it is missing: ALTER TABLE locks out who reads. */
	.lacking =
	    "SELECT format('ALTER TABLE %%s ADD COLUMN IF NOT EXISTS %%I %%s', "
	    "%l, n, t) FROM (VALUES %h) AS lacking (n, t) "
	    "WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = "
	    "%l::regclass AND attname = n AND NOT attisdropped)\n\\gexec\n",
	.comment =
	    "SELECT format('COMMENT ON TABLE %%s IS %%L', %l, %K) "
	    "WHERE obj_description(%l::regclass, 'pg_class') IS NULL\n\\gexec\n"
	    "SELECT format('COMMENT ON COLUMN %%s.%%I IS %%L', %l, attname, "
	    "'personal data') FROM pg_attribute WHERE attrelid = %l::regclass "
	    "AND attname IN (''%P) AND col_description(attrelid, attnum) "
	    "IS NULL\n\\gexec\n",
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
	.cut =
	    "DO $$ BEGIN RAISE 'tw-load-sql: the input was cut short'; "
	    "END $$;\n",
	.stage =
	    "CREATE TEMP TABLE %s (%d) ON COMMIT DROP;\n",
	.stage_add = "ALTER TABLE %s ADD COLUMN %a;\n",

	.rows = "COPY %s (%c) FROM STDIN;\n",
	.row = "", .between = "\t", .row_end = "\n", .rows_between = "",
	.rows_end = "\\.\n",
	.value = value,
	.literal = literal,

	/* Another that loads the same for the first time makes one of the two
	 * fail, and nothing is lost. */
	.direct =
	    "SELECT CASE WHEN EXISTS (SELECT FROM %t) THEN %Z ELSE %l END "
	    "AS tw_into_%z\n\\gset\n",
	.rows_direct = "COPY :tw_into_%z (%c) FROM STDIN;\n",

	.merge =
	    "INSERT INTO %t AS old (%c) SELECT DISTINCT ON (%k) %c FROM %s "
	    "ORDER BY %k, %octid DESC "
	    "ON CONFLICT (%k) DO UPDATE SET %u WHERE %N;\n",
	.relist =
	    "DELETE FROM %t WHERE (%y) IN (SELECT %y FROM %s) AND %g;\n",
	.rewindow = "DELETE FROM %t WHERE %D AND %g;\n",
	.append = "INSERT INTO %t (%c) SELECT %c FROM %s WHERE %g;\n",
	.unstage = "DROP TABLE %s;\n",
};
