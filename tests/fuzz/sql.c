/*
 * sql: what a literal of each dialect says is what was to be said, to a reader
 * that knows that dialect's rules, to SQLite itself, and, by way of the
 * environment and tests/fuzz-engines.t, to other databases; and SQLite has the
 * rows of a whole script as the records had them.
 *
 * With TW_LITERALS=DIALECT there is a line on standard output for each run:
 * the text in hex, its literal, and its value in a column.
 */
#include <sqlite3.h>
#include <stdio.h>

#include "fuzz.h"
#include "line.h"
#include "sql-dialect.h"
#include "sql.h"

/* How a dialect's server reads a literal. */
static const struct rules {
	const struct sql_dialect *dialect;
	bool doubled;			/* '' is a quote */
	char slashed;			/* \ escapes: 'e' with E before the
					 * quote, 'a' always */
	const char *before, *behind;	/* hex digits, or NULL */
} rules[] = {
	{ &sql_sqlite, true, 0, "CAST(X'", "' AS TEXT)" },
	{ &sql_postgres, true, 'e', NULL, NULL },
	{ &sql_duckdb, true, 'e', NULL, NULL },
	{ &sql_mysql, true, 'a', "_utf8mb4 X'", "'" },
	{ &sql_snowflake, false, 'a', NULL, NULL },
	{ &sql_bigquery, false, 'a', NULL, NULL },
};
#define DIALECTS (sizeof(rules) / sizeof(*rules))

static char
hex_byte(const char *p)
{
	char digits[3] = { p[0], p[1], '\0' }, *end;
	char byte = (char)strtoul(digits, &end, 16);

	must(end == digits + 2);
	return byte;
}

static size_t
read_literal(const struct rules *r, const char *p, size_t len, char *to)
{
	const char *end = p + len;
	bool slashes = r->slashed == 'a';
	size_t n = 0;

	if (r->before && strncmp(p, r->before, strlen(r->before)) == 0) {
		p += strlen(r->before);
		must(strlen(r->behind) <= (size_t)(end - p));
		end -= strlen(r->behind);
		must(memcmp(end, r->behind, strlen(r->behind)) == 0);
		for (; p < end; p += 2)
			to[n++] = hex_byte(p);
		must(p == end);
		return n;
	}
	if (r->slashed == 'e' && *p == 'E') {
		slashes = true;
		p++;
	}
	must(p < end && *p++ == '\'');
	for (end--; p < end && (*p != '\'' || r->doubled); p++) {
		if (*p == '\'') {
			must(p[1] == '\'' && ++p < end);
		} else if (*p == '\\' && slashes) {
			switch (*++p) {
			case 'n': to[n++] = '\n'; continue;
			case 'r': to[n++] = '\r'; continue;
			case 't': to[n++] = '\t'; continue;
			case 'x':
				must(r->dialect != &sql_mysql);
				to[n++] = hex_byte(p + 1);
				p += 2;
				continue;
			default:
				must(*p == '\\' || *p == '\'');
			}
		}
		to[n++] = *p;
	}
	must(p == end && *p == '\'');
	return n;
}

static sqlite3 *db;

/* SQLite's own answer. */
static void
ask_sqlite(const char *literal, size_t len, const char *text, size_t text_len)
{
	struct buf query = BUF_INIT(0);
	sqlite3_stmt *s = NULL;

	buf_text(&query, "SELECT ");
	buf_add(&query, literal, len);
	must(sqlite3_prepare_v2(db, query.text, (int)query.len, &s, NULL) ==
	    SQLITE_OK);
	must(sqlite3_step(s) == SQLITE_ROW);
	must(sqlite3_column_type(s, 0) == SQLITE_TEXT);
	must((size_t)sqlite3_column_bytes(s, 0) == text_len &&
	    memcmp(sqlite3_column_text(s, 0), text, text_len) == 0);
	sqlite3_finalize(s);
	buf_release(&query);
}

static void
print_literal(const struct sql_dialect *d, const struct json *value,
    const char *text, size_t len, char *out)
{
	struct table_column c = { .value = *value, .type = COLUMN_TEXT,
	    .described = true };
	size_t i;

	for (i = 0; i < len; i++)
		printf("%02x", (unsigned char)text[i]);
	printf("\t%.*s", (int)d->literal(text, len, out), out);
	printf("\t%.*s\n", (int)d->value(&c, out), out);
}

static void
literals(const uint8_t *data, size_t len)
{
	const char *asked = getenv("TW_LITERALS");
	char *json = mem_resize(NULL, 6 * len + 2 + LINE_SLACK), *text, *out,
	    *back;
	size_t n = 1 + json_encode((const char *)data, len, json + 1), i, m;
	struct json value;

	/* Text as it is in a record: UTF-8, and no NUL once it is decoded. */
	json[0] = json[n++] = '"';
	must(json_value(json, n, &value));
	text = mem_resize(NULL, value.len + 1);
	n = table_text(&value, text);
	out = mem_resize(NULL, SQL_ROOM(value.len));
	back = mem_resize(NULL, SQL_ROOM(value.len));
	for (i = 0; i < DIALECTS; i++) {
		const struct sql_dialect *d = rules[i].dialect;
		size_t at;

		if (asked && strcmp(asked, d->name) == 0)
			print_literal(d, &value, text, n, out);
		m = d->literal(text, n, out);
		must(m <= 6 * n + 32);
		for (at = 0; at < m; at++)
			must((unsigned char)out[at] >= ' ' && out[at] != 0x7f);
		if (d == &sql_sqlite)
			ask_sqlite(out, m, text, n);
		must(read_literal(&rules[i], out, m, back) == n &&
		    memcmp(back, text, n) == 0);
	}
	free(json);
	free(text);
	free(out);
	free(back);
}

/* The member of that name, null if there is none or its last is null. */
static bool
member(const char *line, size_t len, const char *name, struct json *value)
{
	struct json whole = { JSON_OBJECT, false, line, len };

	return json_member(&whole, name, value) && value->kind != JSON_NULL;
}

static void
check_cell(sqlite3_stmt *s, int i, const struct json *value)
{
	const char *text = (const char *)sqlite3_column_text(s, i);
	size_t len = (size_t)sqlite3_column_bytes(s, i), n;
	char *meant;

	must(text);
	if (value->kind == JSON_TRUE || value->kind == JSON_FALSE) {
		must(len == 1 && *text == (value->kind == JSON_TRUE ? '1' :
		    '0'));
		return;
	}
	/* The one number that is spelt in two ways. */
	if (value->kind == JSON_NUMBER && json_same(value, "-0", 2)) {
		must(len == 1 && *text == '0');
		return;
	}
	meant = mem_resize(NULL, value->len + 1);
	n = table_text(value, meant);
	must(n == len && memcmp(meant, text, n) == 0);
	free(meant);
}

static void
check_row(sqlite3_stmt *s, const char *line, size_t len)
{
	struct json value;
	int i;

	for (i = 0; i < sqlite3_column_count(s); i++) {
		const char *name = sqlite3_column_name(s, i);

		/* Ours to write anew, or gathered from elsewhere. */
		if (strcmp(name, "_extra") == 0 || strcmp(name, "_fetched") ==
		    0 || strchr(name, '?'))
			continue;
		must((sqlite3_column_type(s, i) == SQLITE_NULL) ==
		    !member(line, len, name, &value));
		if (sqlite3_column_type(s, i) != SQLITE_NULL)
			check_cell(s, i, &value);
	}
}

/* The shell's own commands are in the head. */
static const char *
behind_commands(const char *script)
{
	while (*script == '.')
		script = strchr(script, '\n') + 1;
	return script;
}

#define LINES 64

static void
script(const uint8_t *data, size_t len)
{
	static const struct sql_rules append = { .mode = SQL_APPEND,
	    .stream = "t", .batch = 1000 };
	const char *p = (const char *)data, *end = p + len, *stop;
	char *lines[LINES];
	size_t lens[LINES], count = 0, i = 0;
	struct json value;
	struct out o;
	struct sql *sql;
	sqlite3_stmt *s;

	fuzz_out(&o);
	sql = sql_new(&sql_sqlite, &o, &append);
	for (; p < end && count < LINES; p = stop + 1) {
		char *line;

		stop = memchr(p, '\n', (size_t)(end - p));
		if (!stop)
			stop = end;
		line = fuzz_copy(p, (size_t)(stop - p), LINE_SLACK);
		if (json_value(line, (size_t)(stop - p), &value) &&
		    !member(line, (size_t)(stop - p), "_stream", &value) &&
		    sql_record(sql, line, (size_t)(stop - p)) == 0) {
			lines[count] = line;
			lens[count++] = (size_t)(stop - p);
		} else {
			free(line);
		}
	}
	sql_end(sql);
	must(o.total == 0);
	if (count > 0) {
		out_byte(&o, '\0');
		must(sqlite3_exec(db, behind_commands(o.text), NULL, NULL,
		    NULL) == SQLITE_OK);
		must(sqlite3_prepare_v2(db, "SELECT * FROM \"t\" ORDER BY "
		    "rowid", -1, &s, NULL) == SQLITE_OK);
		for (; sqlite3_step(s) == SQLITE_ROW; i++) {
			must(i < count);
			check_row(s, lines[i], lens[i]);
		}
		sqlite3_finalize(s);
		must(sqlite3_exec(db, "DROP TABLE \"t\"", NULL, NULL, NULL) ==
		    SQLITE_OK);
	}
	must(i == count);
	while (count > 0)
		free(lines[--count]);
	sql_free(sql);
	free(o.text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (len > 4096)
		return 0;
	if (!db)
		must(sqlite3_open(":memory:", &db) == SQLITE_OK);
	literals(data, len);
	if (len > 0 && data[0] == '{')
		script(data, len);
	return 0;
}
