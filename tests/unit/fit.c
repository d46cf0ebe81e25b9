/* fit: each type with what fits and what does not; the short way for dates
 * says what the long way says. */
#include "fit.h"
#include "when.h"
#include "tap.h"

static const char *
fitted(enum column_type type, const char *text)
{
	static char out[1024];
	struct json value;
	size_t n;

	if (!json_value(text, strlen(text), &value))
		return "not JSON";
	n = fit_column(type, &value, out);
	if (n == FIT_NOT)
		return "-";
	out[n] = '\0';
	return out;
}

static void
table(void)
{
	static const struct {
		enum column_type type;
		const char *value, *want;
	} rows[] = {
		{ COLUMN_TEXT, "\"a\\u0062\"", "\"a\\u0062\"" },
		{ COLUMN_TEXT, "\"\"", "\"\"" },
		{ COLUMN_TEXT, "1.50", "\"1.50\"" },
		{ COLUMN_TEXT, "false", "\"false\"" },
		{ COLUMN_TEXT, "null", "null" },
		{ COLUMN_TEXT, "[]", "-" },
		{ COLUMN_INTEGER, "12", "12" },
		{ COLUMN_INTEGER, "\"-12\"", "-12" },
		{ COLUMN_INTEGER, "\"\"", "null" },
		{ COLUMN_INTEGER, "\"01\"", "-" },
		{ COLUMN_INTEGER, "\"1 \"", "-" },
		{ COLUMN_INTEGER, "1.0", "-" },
		{ COLUMN_INTEGER, "1e2", "-" },
		{ COLUMN_INTEGER, "true", "-" },
		{ COLUMN_INTEGER, "\"true\"", "-" },
		{ COLUMN_DECIMAL, "\"-0.00750\"", "-0.00750" },
		{ COLUMN_DECIMAL, "1E400", "1E400" },
		{ COLUMN_DECIMAL, "\"NaN\"", "-" },
		{ COLUMN_DECIMAL, "\".5\"", "-" },
		{ COLUMN_DECIMAL, "\"\\u002d0.\\u0031\"", "-0.1" },
		{ COLUMN_BOOLEAN, "\"tru\\u0065\"", "true" },
		{ COLUMN_DECIMAL, "{}", "-" },
		{ COLUMN_BOOLEAN, "true", "true" },
		{ COLUMN_BOOLEAN, "\"false\"", "false" },
		{ COLUMN_BOOLEAN, "\"True\"", "-" },
		{ COLUMN_BOOLEAN, "\"null\"", "-" },
		{ COLUMN_BOOLEAN, "0", "-" },
		{ COLUMN_TIME, "\"Fri, 30 Jan 2026 23:59:59 -0500\"",
		    "\"2026-01-31T04:59:59Z\"" },
		{ COLUMN_TIME, "\"2026-01-31T23:59:59.120Z\"",
		    "\"2026-01-31T23:59:59.120Z\"" },
		{ COLUMN_TIME, "\"2026-01-31\"", "\"2026-01-31T00:00:00Z\"" },
		{ COLUMN_TIME, "\"Fri, 00 Jan 2026 23:59:59 +0000\"", "-" },
		{ COLUMN_TIME, "\"yesterday\"", "-" },
		{ COLUMN_TIME, "5", "-" },
		{ COLUMN_DATE, "\"2026-01-31\"", "\"2026-01-31\"" },
		{ COLUMN_DATE, "\"2026-01-31T00:00:00Z\"", "\"2026-01-31\"" },
		{ COLUMN_DATE, "\"2026-01-31T00:00:01Z\"", "-" },
		{ COLUMN_DATE, "\"2026-01-31T00:00:00.5Z\"", "-" },
		{ COLUMN_JSON, "{\"a\": [1, 2]}", "\"{\\\"a\\\":[1,2]}\"" },
		{ COLUMN_JSON, "1", "\"1\"" },
		{ COLUMN_JSON, "\"[1]\"", "\"[1]\"" },
		{ COLUMN_JSON, "\"abc\"", "\"\\\"abc\\\"\"" },
		{ COLUMN_JSON, "\"\"", "null" },
		{ COLUMN_JSON, "null", "null" },
	};
	char what[100];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(what, sizeof(what), "%s: %s",
		    column_type_name(rows[i].type), rows[i].value);
		is_text(fitted(rows[i].type, rows[i].value), rows[i].want, what);
	}
}

/* Every byte of a usual date, replaced by every other. */
static void
dates(void)
{
	static const char date[] = "Wed, 28 Feb 2024 23:59:59 +0000";
	char text[64], want[64], time[WHEN_SIZE];
	struct json value = { JSON_STRING, false, text, sizeof(date) - 1 };
	bool same = true;
	size_t at, n;
	int64_t when;
	int c;

	for (at = 0; at < sizeof(date) - 1; at++)
		for (c = 0; c < 256; c++) {
			char out[256] = "";

			memcpy(text, date, sizeof(date));
			text[at] = (char)c;
			n = fit_column(COLUMN_TIME, &value, out);
			if (when_parse(text, value.len, &when, NULL, NULL)) {
				snprintf(want, sizeof(want), "\"%s\"",
				    when_text(time, when));
				same &= n == strlen(want) &&
				    memcmp(out, want, n) == 0;
			} else {
				same &= n == FIT_NOT;
			}
			if (!same) {
				printf("# %s\n", text);
				at = sizeof(date);
				break;
			}
		}
	ok(same, "dates by the short way and the long");
}

int
main(void)
{
	table();
	dates();
	return done();
}
