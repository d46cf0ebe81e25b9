#include "when.h"

#include <stdlib.h>

#include "tap.h"

static const struct {
	const char *text;
	const char *shown;	/* NULL: not a date */
} dates[] = {
	/* ISO 8601 */
	{ "2026-01-31T23:59:59Z", "2026-01-31T23:59:59Z" },
	{ "2026-01-31", "2026-01-31T00:00:00Z" },
	{ "2026-01-31 23:59:59", "2026-01-31T23:59:59Z" },
	{ "2026-01-31t23:59:59z", "2026-01-31T23:59:59Z" },
	{ "2026-01-31T23:59", "2026-01-31T23:59:00Z" },
	{ "2026-01-31T23:59Z", "2026-01-31T23:59:00Z" },
	{ "2026-01-31T23:59:59.123456Z", "2026-01-31T23:59:59Z" },
	{ "2026-01-31T23:59:59,5+00:00", "2026-01-31T23:59:59Z" },
	{ "2026-01-31 23:59:59+02:00", "2026-01-31T21:59:59Z" },
	{ "2026-01-31T23:59:59-0530", "2026-02-01T05:29:59Z" },
	{ "2026-01-31T23:59:59+14", "2026-01-31T09:59:59Z" },
	{ "2026-01-31T23:59:59-00:00", "2026-01-31T23:59:59Z" },
	{ "2026-12-31T23:59:60Z", "2027-01-01T00:00:00Z" },
	{ "2027-01-01T01:59:60+02:00", "2027-01-01T00:00:00Z" },
	{ "2024-02-29", "2024-02-29T00:00:00Z" },
	{ "2000-02-29", "2000-02-29T00:00:00Z" },
	{ "1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z" },
	{ "0001-01-01", "0001-01-01T00:00:00Z" },
	{ "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z" },
	/* RFC 2822 */
	{ "Fri, 30 Jan 2026 23:59:59 +0000", "2026-01-30T23:59:59Z" },
	{ "Fri, 30 Jan 2026 23:59:59 -0500", "2026-01-31T04:59:59Z" },
	{ "Fri, 30 Jan 2026 23:59:59 GMT", "2026-01-30T23:59:59Z" },
	{ "fri, 30 jAN 2026 23:59:59 pst", "2026-01-31T07:59:59Z" },
	{ "30 Jan 2026 23:59:59 +0000", "2026-01-30T23:59:59Z" },
	{ "3 Jan 2026 23:59 +0000", "2026-01-03T23:59:00Z" },
	{ "Sat, 3 Jan 2026 23:59 UT", "2026-01-03T23:59:00Z" },
	{ "Sat, 03 Jan 2026 23:59:59", "2026-01-03T23:59:59Z" },
	{ "Thu, 29 Feb 2024 00:00:00 +0000", "2024-02-29T00:00:00Z" },
	{ "Wed, 31 Dec 2025 23:59:60 +0000", "2026-01-01T00:00:00Z" },
	/* Not dates */
	{ "", NULL },
	{ "2026", NULL },
	{ "2026-01", NULL },
	{ "2026-1-31", NULL },
	{ "20260131", NULL },
	{ "2026-02-29", NULL },
	{ "1900-02-29", NULL },
	{ "2026-04-31", NULL },
	{ "2026-00-10", NULL },
	{ "2026-13-10", NULL },
	{ "2026-01-00", NULL },
	{ "2026-01-32", NULL },
	{ "0000-01-01", NULL },
	{ "2026-01-31T24:00:00Z", NULL },
	{ "2026-01-31T23:60:00Z", NULL },
	{ "2026-01-31T23:59:61Z", NULL },
	{ "2026-01-31T23", NULL },
	{ "2026-01-31T", NULL },
	{ "2026-01-31Z", NULL },
	{ "2026-01-31T23:59:59.Z", NULL },
	{ "2026-01-31T23:59.5Z", NULL },
	{ "2026-01-31T23:59:59ZZ", NULL },
	{ "2026-01-31T23:59:59 ", NULL },
	{ " 2026-01-31T23:59:59", NULL },
	{ "2026-01-31T23:59:59+2", NULL },
	{ "2026-01-31T23:59:59+24:00", NULL },
	{ "2026-01-31T23:59:59+02:60", NULL },
	{ "2026-01-31T23:59:59+02:00x", NULL },
	{ "2026/01/31", NULL },
	{ "+026-01-31", NULL },
	{ "202x-01-31", NULL },
	{ "2026-01-31T2x:59:59Z", NULL },
	{ "9999-12-31T23:59:60Z", NULL },
	{ "2026-12-31T12:00:60Z", NULL },
	{ "2026-12-31T23:59:60+02:00", NULL },
	{ "2027-01-01T01:59:61+02:00", NULL },
	{ "0001-01-01T00:00:00+01:00", NULL },
	{ "9999-12-31T23:59:59-01:00", NULL },
	{ "Fry, 30 Jan 2026 23:59:59 +0000", NULL },
	{ "Fri 30 Jan 2026 23:59:59 +0000", NULL },
	{ "Fri, 30 Jam 2026 23:59:59 +0000", NULL },
	{ "Fri, 31 Feb 2026 23:59:59 +0000", NULL },
	{ "Fri, 30 Jan 26 23:59:59 +0000", NULL },
	{ "Fri, 30 Jan 2026 24:00:00 +0000", NULL },
	{ "Fri, 30 Jan 2026 23:59:59 +00000", NULL },
	{ "Fri, 30 Jan 2026 23:59:59 XYZ", NULL },
	{ "Fri, 30 Jan 2026 23:59:59 ", NULL },
	{ "Fri, 30 Jan 2026 23:59:59 GMTX", NULL },
	{ "Fri, 30 Jan 2026", NULL },
	{ "Fri, 30 Ja", NULL },
	{ "Fri, 3 Jan", NULL },
	{ "3 Jan 2026", NULL },
	{ "Friday, 30", NULL },
	{ "+15550001111", NULL },
	{ "SM0123456789abcdef0123456789abcdef", NULL },
};

static void
table(void)
{
	size_t i;

	for (i = 0; i < sizeof dates / sizeof dates[0]; i++) {
		char exact[64], text[WHEN_SIZE], what[80];
		size_t len = strlen(dates[i].text);
		int64_t at = 4242;
		bool got;

		/* No NUL behind it: the length is what counts. */
		memset(exact, '0', sizeof exact);
		memcpy(exact, dates[i].text, len);
		got = when_parse(exact, len, &at, NULL, NULL);
		snprintf(what, sizeof what, "'%s'", dates[i].text);
		if (dates[i].shown)
			is_text(got ? when_text(text, at) : "no date",
			    dates[i].shown, what);
		else
			ok(!got && at == 4242, what);
	}
}

/* Any cut of a date, and any one byte changed, is handled within its length
 * (the sanitizers watch) and gives a real date or none. */
static void
mutilated(void)
{
	static const char *const whole[] = {
		"2026-01-31T23:59:59.123+02:00",
		"Fri, 30 Jan 2026 23:59:59 -0500",
	};
	int64_t at;
	int bad = 0;

	for (size_t w = 0; w < 2; w++) {
		size_t len = strlen(whole[w]);

		for (size_t cut = 0; cut <= len; cut++) {
			char text[WHEN_SIZE], *exact = malloc(cut ? cut : 1);

			memcpy(exact, whole[w], cut);
			when_parse(exact, cut, &at, NULL, NULL);
			for (size_t i = 0; i < cut; i++)
				for (int c = 0; c < 256; c++) {
					exact[i] = (char)c;
					if (when_parse(exact, cut, &at, NULL,
					    NULL))
						bad += strlen(when_text(text,
						    at)) != 20;
					exact[i] = whole[w][i];
				}
			free(exact);
		}
	}
	is_number(bad, 0, "a date cut or changed is a date or none");
}

/* Every day of the years 1 to 9999, counted here the slow way. */
static void
every_day(void)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr",
		"May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	static const char *const week[] = { "Mon", "Tue", "Wed", "Thu",
		"Fri", "Sat", "Sun" };
	int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t day = -719162, at = 0;
	long bad = 0, seen = 0;

	for (int y = 1; y <= 9999; y++) {
		days[1] = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0 ?
		    29 : 28;
		for (int m = 1; m <= 12; m++)
			for (int d = 1; d <= days[m - 1]; d++, day++) {
				char iso[64], mail[64], text[WHEN_SIZE];
				int second = (int)(seen++ * 7919 % 86400);
				int64_t want = day * WHEN_DAY + second;

				snprintf(iso, sizeof iso,
				    "%04d-%02d-%02dT%02d:%02d:%02dZ", y, m, d,
				    second / 3600, second / 60 % 60,
				    second % 60);
				bad += strcmp(when_text(text, want), iso) != 0;
				bad += !when_parse(iso, 20, &at, NULL, NULL) ||
				    at != want;
				bad += strncmp(when_day_text(text, want), iso,
				    10) != 0 || text[10];
				bad += when_day_floor(want) != day * WHEN_DAY;
				bad += when_day_ceil(want) !=
				    (second ? day + 1 : day) * WHEN_DAY;
				if (seen % 8)
					continue;
				snprintf(mail, sizeof mail,
				    "%s, %02d %s %04d %02d:%02d:%02d +0000",
				    week[(day + 719162) % 7], d, months[m - 1],
				    y, second / 3600, second / 60 % 60,
				    second % 60);
				bad += !when_parse(mail, 31, &at, NULL, NULL)
				    || at != want;
			}
	}
	is_number(day, 2932897, "days to the year 10000");
	is_number(bad, 0, "every day of 9999 years, there and back");
}

int
main(void)
{
	static const struct { const char *text; int64_t seconds; } spans[] = {
		{ "90m", 5400 }, { "36h", 129600 }, { "3d", 259200 },
		{ "2w", 1209600 }, { "45s", 45 }, { "0s", 0 },
		{ "400d", 34560000 },
		{ "3", -1 }, { "", -1 }, { "d", -1 }, { "-3d", -1 },
		{ "3 d", -1 }, { "3dd", -1 }, { "3D", -1 }, { "1.5h", -1 },
		{ "3y", -1 }, { "+3d", -1 }, { " 3d", -1 },
		{ "99999999999999999999d", -1 }, { "999999999999w", -1 },
	};
	const char *fraction, *text = "2026-01-31T23:59:59.0625Z";
	char shown[WHEN_SIZE], what[80];
	size_t len, i;
	int64_t at, now = 1700000000;

	table();
	mutilated();
	every_day();

	ok(when_parse(text, strlen(text), &at, &fraction, &len) &&
	    fraction == text + 20 && len == 4, "fraction: its digits");
	ok(when_parse(text, 19, &at, &fraction, &len) && len == 0,
	    "fraction: none");

	for (i = 0; i < sizeof spans / sizeof spans[0]; i++) {
		at = -1;
		snprintf(what, sizeof what, "duration '%s'", spans[i].text);
		ok(when_duration(spans[i].text, &at) ==
		    (spans[i].seconds >= 0) && at == spans[i].seconds, what);
	}
	is_text(when_duration_text(shown, 5400), "90m", "90m");
	is_text(when_duration_text(shown, 3 * WHEN_DAY), "3d", "3d");
	is_text(when_duration_text(shown, 14 * WHEN_DAY), "2w", "2w");
	is_text(when_duration_text(shown, 61), "61s", "61s");
	is_text(when_duration_text(shown, 0), "0s", "0s");

	ok(when_option("now", now, &at) && at == now, "now");
	ok(when_option("-30d", now, &at) && at == now - 30 * WHEN_DAY, "-30d");
	ok(when_option("2026-01-01", now, &at) && at == 1767225600, "a date");
	ok(!when_option("30d", now, &at), "30d is no date");
	ok(!when_option("-30", now, &at), "-30 needs a unit");
	ok(!when_option("-999999w", now, &at), "longer than all of time");
	ok(!when_option("-106000w", now, &at), "before the year 1");
	ok(when_option("-105000w", now, &at), "after it");
	ok(!when_option("yesterday", now, &at), "yesterday is not known");

	is_text(when_text(shown, WHEN_ALWAYS), "0001-01-01T00:00:00Z",
	    "the open start is the first instant");
	is_text(when_text(shown, WHEN_NEVER), "9999-12-31T23:59:59Z",
	    "the open end is the last");
	is_text(when_day_text(shown, WHEN_NEVER), "9999-12-31", "as a day");
	ok(when_day_floor(WHEN_ALWAYS) == WHEN_ALWAYS &&
	    when_day_ceil(WHEN_ALWAYS) == WHEN_ALWAYS &&
	    when_day_floor(WHEN_NEVER) == WHEN_NEVER &&
	    when_day_ceil(WHEN_NEVER) == WHEN_NEVER, "open ends stay open");
	is_number(when_day_floor(-1), -WHEN_DAY, "floor before 1970");
	is_number(when_day_ceil(-1), 0, "ceil before 1970");

	ok(when_now() > 1700000000, "now is later than this was written");
	at = when_ticks_ms();
	ok(when_ticks_ms() >= at, "ticks do not go back");
	return done();
}
