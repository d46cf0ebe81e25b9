#include "views.h"

#include <string.h>

#include "diag.h"
#include "sql-dialect.h"

/*
 * A view's text: [x] is the name x, <x> the table x, and {word x} what the
 * dialect calls it, with x for its $.  x is a name or alias.name.
 */
static const struct view {
	const char *name, *text;
} views[] = {
	{ "tw_spend_daily",
	    "SELECT {day date_sent} AS [day], 'messages' AS [product], "
	    "[direction], [price_unit], count(*) AS [items], "
	    "-sum({number price}) AS [spend] FROM <messages> "
	    "WHERE [date_sent] IS NOT NULL GROUP BY 1, 2, 3, 4 "
	    "UNION ALL "
	    "SELECT {day start_time}, 'calls', [direction], [price_unit], "
	    "count(*), -sum({number price}) FROM <calls> "
	    "WHERE [start_time] IS NOT NULL GROUP BY 1, 2, 3, 4" },
	/* Categories contain each other ("sms" has "sms-inbound" in it):
	 * to add them up is wrong, so a row each. */
	{ "tw_usage_daily",
	    "SELECT [start_date] AS [day], [account_sid], [category], "
	    "[count], [count_unit], [usage], [usage_unit], [price], "
	    "[price_unit] FROM <usage_records> "
	    "WHERE {number price} <> 0" },
	{ "tw_delivery_daily",
	    "SELECT {day date_sent} AS [day], count(*) AS [messages], "
	    "sum(CASE WHEN [status] IN ('delivered', 'read') THEN 1 ELSE 0 "
	    "END) AS [delivered], "
	    "sum(CASE WHEN [status] IN ('failed', 'undelivered') THEN 1 "
	    "ELSE 0 END) AS [failed], "
	    "1.0 * sum(CASE WHEN [status] IN ('delivered', 'read') THEN 1 "
	    "ELSE 0 END) / nullif(sum(CASE WHEN [status] IN ('delivered', "
	    "'read', 'failed', 'undelivered') THEN 1 ELSE 0 END), 0) "
	    "AS [rate] FROM <messages> WHERE [direction] <> 'inbound' "
	    "AND [date_sent] IS NOT NULL GROUP BY 1" },
	{ "tw_errors_daily",
	    "SELECT {day date_sent} AS [day], [error_code], [status], "
	    "count(*) AS [messages], count(DISTINCT [to]) AS [recipients] "
	    "FROM <messages> WHERE [error_code] IS NOT NULL "
	    "GROUP BY 1, 2, 3" },
	{ "tw_call_minutes_daily",
	    "SELECT {day start_time} AS [day], [direction], "
	    "count(*) AS [calls], "
	    "sum(CASE WHEN [status] = 'completed' THEN 1 ELSE 0 END) "
	    "AS [completed], sum([duration]) AS [seconds], "
	    "sum({minutes duration}) AS [minutes], "
	    "-sum({number price}) AS [spend] FROM <calls> "
	    "WHERE [start_time] IS NOT NULL GROUP BY 1, 2" },
	{ "tw_numbers_unused",
	    "SELECT n.[account_sid], n.[phone_number], n.[friendly_name], "
	    "n.[sid], n.[date_created], max(u.[used]) AS [last_used] "
	    "FROM <incoming_phone_numbers> AS n LEFT JOIN ("
	    "SELECT [from] AS [number], [date_created] AS [used] "
	    "FROM <messages> "
	    "UNION ALL SELECT [to], [date_created] FROM <messages> "
	    "UNION ALL SELECT [from], [date_created] FROM <calls> "
	    "UNION ALL SELECT [to], [date_created] FROM <calls>"
	    ") AS u ON u.[number] = n.[phone_number] "
	    "GROUP BY 1, 2, 3, 4, 5 "
	    "HAVING max(u.[used]) IS NULL OR max(u.[used]) < {ago 30}" },
};

const char *const views_streams[] = {
	"messages", "calls", "usage_records", "incoming_phone_numbers", NULL
};

/* What dialects say differently.  Minutes are begun ones, as they are billed. */
enum word { DAY, NUMBER, MINUTES, AGO, WORDS };

static const char *const names[WORDS] = { "day", "number", "minutes", "ago" };

static const struct dialect_words {
	const char *dialect;
	const char *words[WORDS];
	const char *make;	/* $: the view */
} dialects[] = {
	{ "sqlite", { "date($)", "CAST($ AS REAL)",
	    "(CAST($ AS INTEGER) + 59) / 60",
	    "strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-$ days')" },
	    "DROP VIEW IF EXISTS $;\nCREATE VIEW $ AS " },
	{ "postgres", { "CAST($ AT TIME ZONE 'UTC' AS date)", "$",
	    "ceil($ / 60.0)", "now() - interval '$ days'" },
	    "CREATE OR REPLACE VIEW $ AS " },
	{ "duckdb", { "CAST($ AT TIME ZONE 'UTC' AS DATE)", "$",
	    "ceil($ / 60.0)", "now() - INTERVAL '$ days'" },
	    "CREATE OR REPLACE VIEW $ AS " },
	{ "mysql", { "date($)", "$", "ceil($ / 60)",
	    "utc_timestamp() - INTERVAL $ DAY" },
	    "CREATE OR REPLACE VIEW $ AS " },
	{ "snowflake", { "TO_DATE(CONVERT_TIMEZONE('UTC', $))", "$",
	    "CEIL($ / 60)", "DATEADD(day, -$, CURRENT_TIMESTAMP())" },
	    "CREATE OR REPLACE VIEW $ AS " },
	{ "bigquery", { "DATE($)", "$", "CEIL($ / 60)",
	    "TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL $ DAY)" },
	    "CREATE OR REPLACE VIEW $ AS " },
};

/* What one text is written with. */
struct writing {
	struct out *o;
	char quote;
	const char *schema, *prefix;	/* or NULL, or "" */
	const struct dialect_words *words;
};

/* Names here have no quote in them; a schema's may. */
static void
put_text(const struct writing *w, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] == w->quote)
			out_byte(w->o, w->quote);
		out_byte(w->o, text[i]);
	}
}

static void
put_name(const struct writing *w, const char *name, size_t len)
{
	out_byte(w->o, w->quote);
	put_text(w, name, len);
	out_byte(w->o, w->quote);
}

static void
put_table(const struct writing *w, const char *name, size_t len)
{
	if (w->schema) {
		put_name(w, w->schema, strlen(w->schema));
		out_byte(w->o, '.');
	}
	out_byte(w->o, w->quote);
	put_text(w, w->prefix, strlen(w->prefix));
	put_text(w, name, len);
	out_byte(w->o, w->quote);
}

/* The argument of a word: a number as it is, a column by its name. */
static void
put_argument(const struct writing *w, const char *text, size_t len)
{
	if (*text <= '9')
		out_put(w->o, text, len);
	else
		put_name(w, text, len);
}

static void
put_word(const struct writing *w, const char *text, size_t len)
{
	size_t n = strcspn(text, " "), i;
	const char *p, *dollar;

	for (i = 0; strlen(names[i]) != n || memcmp(names[i], text, n) != 0; )
		if (++i == WORDS)
			bug("a view says {%.*s}", (int)len, text);
	for (p = w->words->words[i]; (dollar = strchr(p, '$')); p = dollar + 1) {
		out_put(w->o, p, (size_t)(dollar - p));
		put_argument(w, text + n + 1, len - n - 1);
	}
	out_text(w->o, p);
}

static void
put_view(const struct writing *w, const struct view *v)
{
	const char *p, *open, *close;
	size_t len;

	for (p = w->words->make; (open = strchr(p, '$')); p = open + 1) {
		out_put(w->o, p, (size_t)(open - p));
		put_table(w, v->name, strlen(v->name));
	}
	out_text(w->o, p);
	for (p = v->text; *(open = p + strcspn(p, "[<{")); p = close + 1) {
		out_put(w->o, p, (size_t)(open - p));
		close = strchr(open, *open == '[' ? ']' :
		    *open == '{' ? '}' : '>');
		/* "<>" and " < " are no tables. */
		if (*open == '<' && open[1] < 'a') {
			out_byte(w->o, '<');
			close = open;
			continue;
		}
		len = (size_t)(close - open) - 1;
		if (*open == '[')
			put_name(w, open + 1, len);
		else if (*open == '{')
			put_word(w, open + 1, len);
		else
			put_table(w, open + 1, len);
	}
	out_text(w->o, p);
	out_text(w->o, ";\n");
}

void
views_write(struct out *o, const struct sql_dialect *d, const char *schema,
    const char *prefix)
{
	struct writing w = { o, d->quote, schema, prefix ? prefix : "", NULL };
	size_t i;

	for (i = 0; i < sizeof(dialects) / sizeof(*dialects); i++)
		if (strcmp(dialects[i].dialect, d->name) == 0)
			w.words = &dialects[i];
	if (!w.words)
		bug("no views are written for %s", d->name);
	for (i = 0; i < sizeof(views) / sizeof(*views); i++)
		put_view(&w, &views[i]);
}
