/*
 * sql-mysql: for mysql(1) -N -r, MySQL 8 and MariaDB 10.2 and later.
 *
 * To make or alter a table ends a transaction there.  So rows are gathered in
 * a temporary table, outside of any, and the transaction begins when all
 * tables are as they must be.
 */
#include <string.h>

#include "sql-dialect.h"

static size_t
literal(const char *text, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	char *p = out;
	size_t i;

	/* There is no escape for most control characters. */
	for (i = 0; i < len; i++)
		if (((unsigned char)text[i] < ' ' && text[i] != '\n' &&
		    text[i] != '\r' && text[i] != '\t') || text[i] == 0x7f)
			break;
	if (i < len) {
		memcpy(p, "_utf8mb4 X'", 11);
		for (p += 11, i = 0; i < len; i++) {
			*p++ = digits[(unsigned char)text[i] >> 4];
			*p++ = digits[(unsigned char)text[i] & 15];
		}
		*p++ = '\'';
		return (size_t)(p - out);
	}
	*p++ = '\'';
	for (i = 0; i < len; i++) {
		switch (text[i]) {
		case '\n': *p++ = '\\'; *p++ = 'n'; break;
		case '\r': *p++ = '\\'; *p++ = 'r'; break;
		case '\t': *p++ = '\\'; *p++ = 't'; break;
		case '\\': *p++ = '\\'; *p++ = '\\'; break;
		case '\'': *p++ = '\''; *p++ = '\''; break;
		default: *p++ = text[i];
		}
	}
	*p++ = '\'';
	return (size_t)(p - out);
}

/* A field of a file: no escapes, and quotes are doubled. */
static size_t
field(const char *text, size_t len, char *out)
{
	char *p = out;
	size_t i;

	*p++ = '"';
	for (i = 0; i < len; i++) {
		if (text[i] == '"')
			*p++ = '"';
		*p++ = text[i];
	}
	*p++ = '"';
	return (size_t)(p - out);
}

/* Texts as quote puts them, behind one quote. */
static size_t
value_in(const struct table_column *c, char *out,
    size_t (*quote)(const char *text, size_t len, char *out))
{
	const struct json *v = &c->value;

	if (c->described && c->type == COLUMN_BOOLEAN) {
		*out = v->kind == JSON_TRUE ? '1' : '0';
		return 1;
	}
	if (c->described && v->kind == JSON_NUMBER && c->type != COLUMN_TEXT &&
	    c->type != COLUMN_JSON) {
		memcpy(out, v->text, v->len);
		return v->len;
	}
	/* 2026-01-31T23:59:59Z: it knows neither the T nor the Z. */
	if (c->described && c->type == COLUMN_TIME) {
		size_t len = quote(v->text, v->len - 1, out);

		out[11] = ' ';
		return len;
	}
	return sql_value(c, out, quote);
}

static size_t
value(const struct table_column *c, char *out)
{
	return value_in(c, out, literal);
}

static size_t
file_value(const struct table_column *c, char *out)
{
	return value_in(c, out, field);
}

static const char *const never[] = { "_tw_row", NULL };

const struct sql_dialect sql_mysql = {
	.name = "mysql",
	.quote = '"',
	.types = {
		[COLUMN_TEXT] = "LONGTEXT", [COLUMN_INTEGER] = "BIGINT",
		[COLUMN_DECIMAL] = "DECIMAL(38,18)",
		[COLUMN_BOOLEAN] = "BOOLEAN", [COLUMN_TIME] = "DATETIME(6)",
		[COLUMN_DATE] = "DATE", [COLUMN_JSON] = "JSON"
	},
	.any = "LONGTEXT",
	/* "a" and "a " are two keys: utf8mb4_bin would pad them. */
	.key_text =
	    "VARCHAR(191) /*!80017 COLLATE utf8mb4_0900_bin */"
	    "/*M!100202 COLLATE utf8mb4_nopad_bin */",
	.null = "NULL",
	.name_max = 64,
	.fold = true,
	.never = never,
	.basic = true,
	.columns_max = 190,
	.grows = true,
	.decimal_before = 20, .decimal_after = 18,

	.head =
	    "SET NAMES utf8mb4;\n"
	    "SET SESSION sql_mode = 'ANSI_QUOTES,STRICT_ALL_TABLES';\n"
	    "SET SESSION autocommit = 1;\n"
	    "SET SESSION time_zone = '+00:00';\n",
	.schema = "CREATE DATABASE IF NOT EXISTS %m;\n",
	.begin = "",
	/* Two that merge into the same rows would be each other's deadlock. */
	.late_begin =
	    "DO GET_LOCK('tw-load-sql', 86400);\n"
	    "START TRANSACTION;\n",
	.commit =
	    "COMMIT;\n"
	    "DO RELEASE_LOCK('tw-load-sql');\n",
	.ledger =
	    "CREATE TABLE IF NOT EXISTS %w (\"run\" VARCHAR(128) NOT NULL, "
	    "\"stream\" VARCHAR(128) NOT NULL, \"account\" VARCHAR(128) "
	    "NOT NULL, \"since\" VARCHAR(40) NOT NULL, \"until\" "
	    "VARCHAR(40) NOT NULL, \"records\" BIGINT, \"mark\" LONGTEXT "
	    "NOT NULL, PRIMARY KEY (\"stream\", \"account\", \"since\", "
	    "\"until\", \"run\")) ENGINE=InnoDB CHARACTER SET utf8mb4 "
	    "COLLATE utf8mb4_bin;\n",
	.create =
	    "CREATE TABLE IF NOT EXISTS %t (%f%p%i) ENGINE=InnoDB "
	    "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin COMMENT=%K;\n",
	.personal = " COMMENT 'personal data'",
	.add =
	    "SET @tw = IF (EXISTS (SELECT 1 FROM information_schema.columns "
	    "WHERE table_schema = %S AND table_name = %n AND column_name = "
	    "%A), 'DO 0', %L); PREPARE tw FROM @tw; EXECUTE tw; "
	    "DEALLOCATE PREPARE tw;\n",
	.empty = "DELETE FROM %t;\n",
	.mark =
	    "INSERT INTO %w (\"run\", \"stream\", \"account\", \"since\", "
	    "\"until\", \"records\", \"mark\") VALUES (%v) ON DUPLICATE KEY "
	    "UPDATE \"records\" = VALUES(\"records\"), "
	    "\"mark\" = VALUES(\"mark\");\n",
	.print = "SELECT %r;\n",
	.sweep =
	    "UPDATE %t SET \"_deleted\" = %U WHERE %x AND \"_deleted\" IS NULL;\n",
	.time_before = "REPLACE(REPLACE(", .time_behind = ",'T',' '),'Z','')",
	.cut =
	    "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = "
	    "'tw-load-sql: the input was cut short';\n",
	.stage =
	    "CREATE TEMPORARY TABLE %s (%d, \"_tw_row\" BIGINT NOT NULL "
	    "AUTO_INCREMENT UNIQUE) CHARACTER SET utf8mb4 "
	    "COLLATE utf8mb4_bin;\n",
	.stage_add = "ALTER TABLE %s ADD COLUMN %a;\n",

	.rows = "INSERT INTO %s (%c) VALUES\n",
	.row = "(", .between = ",", .row_end = ")", .rows_between = ",\n",
	.rows_end = ";\n",
	.rows_most = 1000, .bytes_most = 1 << 20,
	.value = value,
	.literal = literal,

	/* To a client's file the server is lenient: a row that lacks fields,
	 * or a value that does not fit, is a warning.  That a time has more
	 * digits than the column is but a note. */
	.file =
	    "SET SESSION sql_notes = 0;\n"
	    "LOAD DATA LOCAL INFILE '%F' INTO TABLE %s CHARACTER SET utf8mb4 "
	    "FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' "
	    "ESCAPED BY '' LINES TERMINATED BY '\\n' (%E,\"_tw_row\");\n"
	    "SET @tw = @@warning_count;\n"
	    "SELECT IF (@tw = 0 AND count(*) = %R AND max(\"_tw_row\") = %R, "
	    "'DO 0', 'DO \"tw-load-sql: a file of the stage was cut\"') "
	    "INTO @tw FROM %s;\nPREPARE tw FROM @tw; EXECUTE tw; "
	    "DEALLOCATE PREPARE tw;\n",
	.file_end = "csv",
	.file_null = "NULL",
	.file_row = "", .file_between = ",", .file_row_end = "\n",
	.file_number = true,
	.file_value = file_value,

	.still =
	    "UPDATE %s AS excluded JOIN %t AS old ON %j SET "
	    "excluded.\"_deleted\" = old.\"_deleted\" "
	    "WHERE excluded.\"_fetched\" < old.\"_deleted\";\n",
	.merge =
	    "DELETE excluded FROM %s AS excluded JOIN %t AS old ON %j "
	    "WHERE NOT (%N);\n"
	    "REPLACE INTO %t (%c) SELECT %c FROM %s "
	    "ORDER BY %O\"_tw_row\";\n",
	.relist =
	    "DELETE old FROM %t AS old JOIN (SELECT DISTINCT %y FROM %s) "
	    "AS excluded USING (%y) WHERE %g;\n",
	.rewindow = "DELETE FROM %t WHERE %D AND %g;\n",
	.append = "INSERT INTO %t (%c) SELECT %c FROM %s WHERE %g;\n",
	.unstage = "DROP TEMPORARY TABLE %s;\n",
};
