/*
 * sql-duckdb: for duckdb(1), the shell, and so for MotherDuck.
 *
 * Rows are one literal with a JSON array a line, which DuckDB takes apart
 * several times faster than VALUES.  Its shell looks for the end of a
 * statement behind every semicolon, from the start: ours are written \u003b.
 */
#include <string.h>

#include "json.h"
#include "sql-dialect.h"

/* The shell must see no \' in what is not E''. */
static size_t
literal(const char *text, size_t len, char *out)
{
	return sql_plain_or_e(text, len, "", out);
}

/* A JSON string inside the literal. */
static size_t
nested(const char *text, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	char *p = out;
	size_t i;

	*p++ = '"';
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		switch (c) {
		case '\'': *p++ = '\''; *p++ = '\''; break;
		case '"': case '\\': *p++ = '\\'; *p++ = (char)c; break;
		case '\n': *p++ = '\\'; *p++ = 'n'; break;
		case '\r': *p++ = '\\'; *p++ = 'r'; break;
		case '\t': *p++ = '\\'; *p++ = 't'; break;
		case ';':
			memcpy(p, "\\u003b", 6);
			p += 6;
			break;
		default:
			if (c >= ' ' && c != 0x7f) {
				*p++ = (char)c;
				break;
			}
			memcpy(p, "\\u00", 4);
			p[4] = digits[c >> 4];
			p[5] = digits[c & 15];
			p += 6;
		}
	}
	*p++ = '"';
	return (size_t)(p - out);
}

static size_t
value(const struct table_column *c, char *out)
{
	const struct json *v = &c->value;
	size_t len;

	if (v->kind < JSON_STRING) {
		out[0] = '"';
		memcpy(out + 1, v->text, v->len);
		out[v->len + 1] = '"';
		return v->len + 2;
	}
	/* A string that says all it has to without \u goes as it is. */
	if (v->kind == JSON_STRING && !v->escaped && c->type != COLUMN_JSON &&
	    !memchr(v->text, ';', v->len)) {
		out[0] = '"';
		len = sql_doubled(v->text, v->len, out + 1);
		out[len + 1] = '"';
		return len + 2;
	}
	return sql_value(c, out, nested);
}

static const char *const never[] = { "rowid", NULL };

const struct sql_dialect sql_duckdb = {
	.name = "duckdb",
	.quote = '"',
	.types = {
		[COLUMN_TEXT] = "VARCHAR", [COLUMN_INTEGER] = "BIGINT",
		[COLUMN_DECIMAL] = "DECIMAL(38,18)",
		[COLUMN_BOOLEAN] = "BOOLEAN", [COLUMN_TIME] = "TIMESTAMPTZ",
		[COLUMN_DATE] = "DATE", [COLUMN_JSON] = "JSON"
	},
	.any = "VARCHAR",
	.null = "null",
	.name_max = 1000,
	.fold = true,
	.never = never,
	.grows = true,
	.decimal_before = 20, .decimal_after = 18,

	.head =
	    ".bail on\n"
	    ".echo off\n"
	    ".headers off\n"
	    ".mode list\n"
	    "SET TimeZone = 'UTC';\n",
	.schema = "CREATE SCHEMA IF NOT EXISTS %m;\n",
	.begin = "BEGIN;\n",
	.commit = "COMMIT;\n",
	.ledger =
	    "CREATE TABLE IF NOT EXISTS %w (\"run\" VARCHAR, "
	    "\"stream\" VARCHAR, \"account\" VARCHAR, \"since\" VARCHAR, "
	    "\"until\" VARCHAR, \"records\" BIGINT, \"mark\" VARCHAR NOT "
	    "NULL, PRIMARY KEY (\"stream\", \"account\", \"since\", "
	    "\"until\", \"run\"));\n",
	.create = "CREATE TABLE IF NOT EXISTS %t (%d%p);\n",
	.add = "ALTER TABLE %t ADD COLUMN IF NOT EXISTS %a;\n",
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
	.stage = "CREATE TEMP TABLE %s (%d);\n",
	.stage_add = "ALTER TABLE %s ADD COLUMN %a;\n",

	.rows = "INSERT INTO %s (%c) SELECT %q FROM (SELECT unnest(from_json('[\n",
	.row = "[", .between = ",", .row_end = "]", .rows_between = ",\n",
	.rows_end = "\n]', '[[\"VARCHAR\"]]')) AS r);\n",
	.rows_most = 2000, .bytes_most = 1 << 20,
	.value = value,
	.literal = literal,
	.field = "r[#]", .field_json = "r[#]", .field_first = 1,

	/* A loader of CSV does not miss what is cut off at a line's end. */
	.file =
	    "SET VARIABLE tw_file = (SELECT CASE WHEN size = %b THEN 1 ELSE "
	    "error('tw-load-sql: a file of the stage was cut') END FROM "
	    "read_blob('%F'));\n"
	    "COPY %s FROM '%F' (FORMAT csv, AUTO_DETECT false, HEADER "
	    "false, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NEW_LINE '\\n', "
	    "NULLSTR '', ALLOW_QUOTED_NULLS false, MAX_LINE_SIZE 33554432, "
	    "BUFFER_SIZE 33554432);\n",
	.file_end = "csv",
	.file_null = "",
	.file_row = "", .file_between = ",", .file_row_end = "\n",
	.file_value = sql_csv,

	/* Whole rows are not carried through the sort for the few that lose. */
	.merge =
	    "INSERT INTO %t AS old (%c) SELECT %c FROM %s WHERE rowid NOT IN "
	    "(SELECT rowid FROM %s QUALIFY row_number() OVER (PARTITION BY %k "
	    "ORDER BY %orowid DESC) > 1) "
	    "ON CONFLICT (%k) DO UPDATE SET %u WHERE %N;\n",
	.relist =
	    "DELETE FROM %t WHERE (%y) IN (SELECT %y FROM %s) AND %g;\n",
	.rewindow = "DELETE FROM %t WHERE %D AND %g;\n",
	.append = "INSERT INTO %t (%c) SELECT %c FROM %s WHERE %g;\n",
	.unstage = "DROP TABLE %s;\n",
};
