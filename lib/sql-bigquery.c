/*
 * sql-bigquery: for bq query --use_legacy_sql=false, which takes a script of
 * 1 MB at most: a longer one is cut between transactions, for one session.
 *
 * Tables are made before the transaction begins.  There are no keys to rely
 * on, so the newest of a key is chosen in the stage.  The service was not
 * there to run it on; its grammar was, as sqlglot knows it.
 */
#include <string.h>

#include "sql-dialect.h"

/* With its type in front: in a column of NULLs nothing else says it. */
static size_t
value(const struct table_column *c, char *out)
{
	static const char *const words[COLUMN_JSON + 1] = {
		[COLUMN_DECIMAL] = "BIGNUMERIC ", [COLUMN_TIME] = "TIMESTAMP ",
		[COLUMN_DATE] = "DATE ", [COLUMN_JSON] = "JSON "
	};
	const char *word = c->described ? words[c->type] : NULL;
	size_t len = word ? strlen(word) : 0;

	if (c->described && (c->type == COLUMN_INTEGER ||
	    c->type == COLUMN_BOOLEAN)) {
		memcpy(out, c->value.text, c->value.len);
		return c->value.len;
	}
	if (word)
		memcpy(out, word, len);
	return len + sql_value(c, out + len, sql_backslashed);
}

const struct sql_dialect sql_bigquery = {
	.name = "bigquery",
	.quote = '`',
	.types = {
		[COLUMN_TEXT] = "STRING", [COLUMN_INTEGER] = "INT64",
		[COLUMN_DECIMAL] = "BIGNUMERIC", [COLUMN_BOOLEAN] = "BOOL",
		[COLUMN_TIME] = "TIMESTAMP", [COLUMN_DATE] = "DATE",
		[COLUMN_JSON] = "JSON"
	},
	.any = "STRING",
	.null = "NULL",
	.name_max = 300,
	.fold = true,
	.grows = true,
	.decimal_before = 38, .decimal_after = 38,

	.head = "",
	.schema = "CREATE SCHEMA IF NOT EXISTS %m;\n",
	.begin = "",
	.late_begin = "BEGIN TRANSACTION;\n",
	.commit = "COMMIT TRANSACTION;\n",
	.ledger =
	    "CREATE TABLE IF NOT EXISTS %w (`run` STRING, `stream` STRING, "
	    "`account` STRING, `since` STRING, `until` STRING, "
	    "`records` INT64, `mark` STRING NOT NULL);\n",
	.create =
	    "CREATE TABLE IF NOT EXISTS %t (%f) OPTIONS (description = %K);\n",
	.personal = " OPTIONS (description = 'personal data')",
	.add = "ALTER TABLE %t ADD COLUMN IF NOT EXISTS %a;\n",
	.empty = "DELETE FROM %t WHERE true;\n",
	.mark =
	    "DELETE FROM %w WHERE `mark` = %r;\n"
	    "INSERT INTO %w (`run`, `stream`, `account`, `since`, `until`, "
	    "`records`, `mark`) VALUES (%v);\n",
	.print = "SELECT %r;\n",
	.sweep =
	    "UPDATE %t SET `_deleted` = %U WHERE %x AND `_deleted` IS NULL;\n",
	.cut = "SELECT ERROR('tw-load-sql: the input was cut short');\n",
	.stage = "CREATE TEMP TABLE %s (%d);\n",
	.stage_add = "ALTER TABLE %s ADD COLUMN %a;\n",

	.rows = "INSERT INTO %s (%c) VALUES\n",
	.row = "(", .between = ",", .row_end = ")", .rows_between = ",\n",
	.rows_end = ";\n",
	.rows_most = 1000, .bytes_most = 256 << 10,
	.value = value,
	.literal = sql_backslashed,
	.field = "CAST(JSON_VALUE(v, '$[#]') AS @)",
	.field_json =
	    "PARSE_JSON(JSON_VALUE(v, '$[#]'), wide_number_mode => 'round')",

	/* Lines of JSON, which have no tab, as CSV that knows no quotes: a
	 * loader of JSON has its own ideas of types. */
	.file =
	    "LOAD DATA OVERWRITE TEMP TABLE _tw_ (v STRING) FROM FILES (format "
	    "= 'CSV', field_delimiter = '\\t', quote = '', uris = ['%F']);\n"
	    "INSERT INTO %s (%E) SELECT %Q FROM _tw_;\n"
	    "ASSERT (SELECT count(*) FROM %s) = %R AS "
	    "'tw-load-sql: a file of the stage was cut';\n",
	.file_end = "json",
	.file_from = "gs://",
	.file_null = "null",
	.file_row = "[", .file_between = ",", .file_row_end = "]\n",
	.file_value = sql_json,

	.merge =
	    "MERGE INTO %t AS old USING (SELECT %c FROM %s WHERE true QUALIFY "
	    "row_number() OVER (PARTITION BY %k ORDER BY %o1) = 1) "
	    "AS excluded ON %j WHEN MATCHED AND %N THEN UPDATE SET %u "
	    "WHEN NOT MATCHED THEN INSERT (%c) VALUES (%e);\n",
	.relist =
	    "DELETE FROM %t WHERE STRUCT(%y) IN (SELECT AS STRUCT %y FROM %s) "
	    "AND %g;\n",
	.rewindow = "DELETE FROM %t WHERE %D AND %g;\n",
	.append = "INSERT INTO %t (%c) SELECT %c FROM %s WHERE %g;\n",
	.unstage = "DROP TABLE %s;\n",
};
