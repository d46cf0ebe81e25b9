/*
 * sql-snowflake: for snowsql, and what else runs a script up to its first
 * error.
 *
 * To make or alter a table ends a transaction there, so rows are gathered in
 * a temporary table before it begins.  PARSE_JSON is no part of VALUES: a row
 * is a SELECT.  No account of the service was there to run it on; fakesnow
 * was.
 */
#include <string.h>

#include "sql-dialect.h"

static size_t
value(const struct table_column *c, char *out)
{
	const struct json *v = &c->value;
	size_t len;

	if (c->described && v->kind < JSON_STRING && c->type != COLUMN_TEXT &&
	    c->type != COLUMN_JSON) {
		memcpy(out, v->text, v->len);
		return v->len;
	}
	if (!c->described || c->type != COLUMN_JSON)
		return sql_value(c, out, sql_backslashed);
	memcpy(out, "PARSE_JSON(", 11);
	len = sql_value(c, out + 11, sql_backslashed);
	out[11 + len] = ')';
	return len + 12;
}

const struct sql_dialect sql_snowflake = {
	.name = "snowflake",
	.quote = '"',
	.types = {
		[COLUMN_TEXT] = "VARCHAR", [COLUMN_INTEGER] = "BIGINT",
		[COLUMN_DECIMAL] = "NUMBER(38,18)",
		[COLUMN_BOOLEAN] = "BOOLEAN", [COLUMN_TIME] = "TIMESTAMP_TZ",
		[COLUMN_DATE] = "DATE", [COLUMN_JSON] = "VARIANT"
	},
	.any = "VARCHAR",
	.null = "NULL",
	.name_max = 255,
	.fold = false,
	.grows = true,
	.decimal_before = 20, .decimal_after = 18,

	.head = "",
	.schema = "CREATE SCHEMA IF NOT EXISTS %m;\n",
	.begin = "",
	.late_begin = "BEGIN TRANSACTION;\n",
	.commit = "COMMIT;\n",
	.ledger =
	    "CREATE TABLE IF NOT EXISTS %w (\"run\" VARCHAR, "
	    "\"stream\" VARCHAR, \"account\" VARCHAR, \"since\" VARCHAR, "
	    "\"until\" VARCHAR, \"records\" BIGINT, \"mark\" VARCHAR NOT "
	    "NULL);\n",
	.create = "CREATE TABLE IF NOT EXISTS %t (%f%p) COMMENT = %K;\n",
	.personal = " COMMENT 'personal data'",
	.add = "ALTER TABLE %t ADD COLUMN IF NOT EXISTS %a;\n",
	.empty = "DELETE FROM %t;\n",
	.mark =
	    "DELETE FROM %w WHERE \"mark\" = %r;\n"
	    "INSERT INTO %w (\"run\", \"stream\", \"account\", \"since\", "
	    "\"until\", \"records\", \"mark\") VALUES (%v);\n",
	.print = "SELECT %r;\n",
	.sweep =
	    "UPDATE %t SET \"_deleted\" = %U WHERE %x AND \"_deleted\" IS NULL;\n",
	.cut = "SELECT TO_NUMBER('tw-load-sql: the input was cut short');\n",
	.stage =
	    "CREATE OR REPLACE TEMPORARY TABLE %s (%d, \"_tw_row\" BIGINT "
	    "AUTOINCREMENT);\n",
	.stage_add = "ALTER TABLE %s ADD COLUMN %a;\n",

	.rows = "INSERT INTO %s (%c)\n",
	.row = "SELECT ", .between = ",", .row_end = "",
	.rows_between = " UNION ALL\n",
	.rows_end = ";\n",
	.rows_most = 200, .bytes_most = 512 << 10,
	.value = value,
	.literal = sql_backslashed,
	.field = "v:r[#]::@", .field_json = "PARSE_JSON(v:r[#]::VARCHAR)",

	/* JSON, whose null is no text: what CSV has between two commas is a
	 * matter of many settings.  The loader takes a part for the whole, and
	 * no file for none. */
	.file =
	    "CREATE OR REPLACE TEMPORARY STAGE _tw_files;\n"
	    "PUT 'file://%F' @_tw_files;\n"
	    "CREATE OR REPLACE TEMPORARY TABLE \"_tw_\" (v VARIANT);\n"
	    "COPY INTO \"_tw_\" FROM @_tw_files FILE_FORMAT = (TYPE = JSON);\n"
	    "INSERT INTO %s (%E, \"_tw_row\") SELECT %Q, v:r[%C]::BIGINT "
	    "FROM \"_tw_\";\n"
	    "SELECT TO_NUMBER(IFF(count(*) = %R AND max(\"_tw_row\") = %R, "
	    "'1', 'tw-load-sql: a file of the stage was cut')) FROM %s;\n",
	.file_end = "json",
	.file_null = "null",
	.file_row = "{\"r\":[", .file_between = ",", .file_row_end = "]}\n",
	.file_number = true,
	.file_value = sql_json,

	.merge =
	    "MERGE INTO %t AS old USING (SELECT %c FROM %s QUALIFY "
	    "row_number() OVER (PARTITION BY %k ORDER BY %o\"_tw_row\" DESC) "
	    "= 1) AS excluded ON %j WHEN MATCHED AND %N THEN UPDATE SET %u "
	    "WHEN NOT MATCHED THEN INSERT (%c) VALUES (%e);\n",
	.relist =
	    "DELETE FROM %t WHERE (%y) IN (SELECT %y FROM %s) AND %g;\n",
	.rewindow = "DELETE FROM %t WHERE %D AND %g;\n",
	.append = "INSERT INTO %t (%c) SELECT %c FROM %s WHERE %g;\n",
	.unstage = "",			/* to drop it would commit */
};
