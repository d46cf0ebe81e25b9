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

/* What fit_column makes of a date, and fit_is_time, are when_parse's. */
static bool
is_right(const char *text)
{
	struct json value = { JSON_STRING, false, text, strlen(text) };
	char out[256] = "", want[64], time[WHEN_SIZE];
	size_t n = fit_column(COLUMN_TIME, &value, out);
	bool right, written = false;
	int64_t at;

	if (when_parse(text, value.len, &at, NULL, NULL)) {
		snprintf(want, sizeof(want), "\"%s\"", when_text(time, at));
		right = n == strlen(want) && memcmp(out, want, n) == 0;
		written = strcmp(text, time) == 0;
	} else {
		right = n == FIT_NOT;
	}
	right &= fit_is_time(text, value.len) == written;
	if (!right)
		printf("# %s\n", text);
	return right;
}

/* Every byte of a usual date replaced by every other, behind a good one. */
static void
bytes(const char *date)
{
	char text[64];
	bool right = true;
	size_t at;
	int c;

	for (at = 0; date[at] && right; at++)
		for (c = 1; c < 256 && right; c++) {
			memcpy(text, date, strlen(date) + 1);
			text[at] = (char)c;
			right = is_right(date) && is_right(text);
		}
	ok(right, date);
}

/* Days one behind the other, and as many that do not exist. */
static void
days(void)
{
	static const char months[] = 
	    "XxxJanFebMarAprMayJunJulAugSepOctNovDecXxx";
	static const int years[] = { 0, 1, 999, 1000, 1900, 2000, 2023, 2024 };
	bool right = true;
	int day, month, second;
	char text[64];
	size_t i;

	for (i = 0; i < sizeof(years) / sizeof(*years); i++)
		for (month = 0; month <= 13; month++)
			for (day = 0; day <= 39; day++)
				for (second = 58; second <= 61; second++) {
					int hour = day % 26;

					snprintf(text, sizeof(text),
					    "%04d-%02d-%02dT%02d:59:%02dZ",
					    years[i], month, day, hour, second);
					right &= is_right(text);
					snprintf(text, sizeof(text), "Fri, %02d "
					    "%.3s %04d %02d:59:%02d +0000",
					    day, months + 3 * month,
					    years[i], hour, second);
					right &= is_right(text);
				}
	ok(right, "days that are and are not");
}

int
main(void)
{
	table();
	bytes("Wed, 28 Feb 2024 23:59:59 +0000");
	bytes("2024-02-28T23:59:59Z");
	days();
	return done();
}
