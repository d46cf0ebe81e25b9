#include "when.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z. */
#define FIRST (-INT64_C(62135596800))
#define LAST INT64_C(253402300799)

static const unsigned char month_days[] = {
	0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
};
/* Days of a common year before the month. */
static const short before_month[] = {
	0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334
};

static bool
leap(int y)
{
	return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
}

/* Days from 1970-01-01 to a date that exists. */
static int64_t
day_number(int y, int m, int d)
{
	int past = y - 1;	/* whole years since 0001-01-01 */

	return INT64_C(365) * past + past / 4 - past / 100 + past / 400 +
	    before_month[m] + (m > 2 && leap(y)) + d - 1 - 719162;
}

static void
civil(int64_t day, unsigned *y, unsigned *m, unsigned *d)
{
	unsigned n = (unsigned)(day + 719162);	/* since 0001-01-01 */
	unsigned c400 = n / 146097, c100, c4, c1, later;

	n %= 146097;
	c100 = n / 36524;
	c100 -= c100 == 4;	/* 31 December of a year like 2000 */
	n -= c100 * 36524;
	c4 = n / 1461;
	n %= 1461;
	c1 = n / 365;
	c1 -= c1 == 4;		/* 31 December of a leap year */
	n -= c1 * 365;
	*y = 400 * c400 + 100 * c100 + 4 * c4 + c1 + 1;
	later = leap((int)*y);
	/* No month is longer than 31 days, so n / 31 is it or the one before. */
	*m = n / 31 + 1;
	if (*m < 12 && n >= (unsigned)before_month[*m + 1] +
	    (*m > 1 ? later : 0))
		++*m;
	*d = n - (unsigned)before_month[*m] - (*m > 2 ? later : 0) + 1;
}

/* The number in count digits at p; -1 if they are not digits. */
static inline int
digits(const char *p, int count)
{
	int n = 0;

	while (count-- > 0) {
		unsigned digit = (unsigned char)*p++ - '0';

		if (digit > 9)
			return -1;
		n = n * 10 + (int)digit;
	}
	return n;
}

struct parts {
	int year, month, day, hour, minute, second;
	int offset;		/* seconds east of UTC */
};

/* RFC 2822 and ISO 8601 write a leap second as :60.  It is the last of a day in
 * UTC, and POSIX time counts it as the first second of the next; elsewhere
 * there is none. */
static bool
assemble(const struct parts *t, int64_t *at)
{
	int64_t result;

	if (t->year < 1 || t->month < 1 || t->month > 12 || t->day < 1 ||
	    t->day > month_days[t->month] +
	    (t->month == 2 && leap(t->year)) ||
	    (unsigned)t->hour > 23 || (unsigned)t->minute > 59 ||
	    (unsigned)t->second > 60)
		return false;
	result = day_number(t->year, t->month, t->day) * WHEN_DAY +
	    t->hour * 3600 + t->minute * 60 + t->second - t->offset;
	if (result < FIRST || result > LAST ||
	    (t->second == 60 && result % WHEN_DAY != 0))
		return false;
	*at = result;
	return true;
}

/* Three letters of any case as a number that compares at once. */
#define LETTERS(a, b, c) ((a) << 16 | (b) << 8 | (c))

static inline int
letters(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	return LETTERS(p[0] | 0x20, p[1] | 0x20, p[2] | 0x20);
}

static int
month_named(const char *p)
{
	switch (letters(p)) {
	case LETTERS('j', 'a', 'n'): return 1;
	case LETTERS('f', 'e', 'b'): return 2;
	case LETTERS('m', 'a', 'r'): return 3;
	case LETTERS('a', 'p', 'r'): return 4;
	case LETTERS('m', 'a', 'y'): return 5;
	case LETTERS('j', 'u', 'n'): return 6;
	case LETTERS('j', 'u', 'l'): return 7;
	case LETTERS('a', 'u', 'g'): return 8;
	case LETTERS('s', 'e', 'p'): return 9;
	case LETTERS('o', 'c', 't'): return 10;
	case LETTERS('n', 'o', 'v'): return 11;
	case LETTERS('d', 'e', 'c'): return 12;
	default: return -1;
	}
}

static bool
is_weekday(const char *p)
{
	switch (letters(p)) {
	case LETTERS('m', 'o', 'n'):
	case LETTERS('t', 'u', 'e'):
	case LETTERS('w', 'e', 'd'):
	case LETTERS('t', 'h', 'u'):
	case LETTERS('f', 'r', 'i'):
	case LETTERS('s', 'a', 't'):
	case LETTERS('s', 'u', 'n'):
		return true;
	default:
		return false;
	}
}

/* "+02:00", "+0200", "+02": length used, 0 if it is none. */
static size_t
numeric_offset(const char *p, size_t len, int *offset)
{
	int hour, minute = 0;
	size_t used = 3;

	if (len < 3 || (*p != '+' && *p != '-'))
		return 0;
	hour = digits(p + 1, 2);
	if (len >= 6 && p[3] == ':') {
		minute = digits(p + 4, 2);
		used = 6;
	} else if (len >= 5) {
		minute = digits(p + 3, 2);
		used = 5;
	}
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
		return 0;
	*offset = (hour * 3600 + minute * 60) * (*p == '-' ? -1 : 1);
	return used;
}

/* The zones RFC 2822 knows by name. */
static size_t
named_offset(const char *p, size_t len, int *offset)
{
	static const struct { char name[4]; int hours; } zones[] = {
		{ "gmt", 0 }, { "utc", 0 }, { "ut", 0 }, { "z", 0 },
		{ "est", -5 }, { "edt", -4 }, { "cst", -6 }, { "cdt", -5 },
		{ "mst", -7 }, { "mdt", -6 }, { "pst", -8 }, { "pdt", -7 },
	};
	size_t i, j;

	for (i = 0; i < sizeof zones / sizeof zones[0]; i++) {
		size_t n = strlen(zones[i].name);

		for (j = 0; j < n && j < len; j++)
			if ((p[j] | 0x20) != zones[i].name[j])
				break;
		if (j == n) {
			*offset = zones[i].hours * 3600;
			return n;
		}
	}
	return 0;
}

/* "2026-01-31", then perhaps "T23:59", ":59", ".123", an offset.  when_parse
 * has seen the length of a day, and the first dash. */
static bool
parse_iso(const char *p, size_t len, struct parts *t, const char **fraction,
    size_t *fraction_len)
{
	const char *end = p + len;

	if (p[7] != '-')
		return false;
	t->year = digits(p, 4);
	t->month = digits(p + 5, 2);
	t->day = digits(p + 8, 2);
	p += 10;
	if (p == end)
		return true;
	if (end - p < 6 || (*p != 'T' && *p != 't' && *p != ' ') ||
	    p[3] != ':')
		return false;
	t->hour = digits(p + 1, 2);
	t->minute = digits(p + 4, 2);
	p += 6;
	if (end - p >= 3 && *p == ':') {
		t->second = digits(p + 1, 2);
		p += 3;
		if (end - p >= 2 && (*p == '.' || *p == ',')) {
			const char *first = ++p;

			while (p < end && *p >= '0' && *p <= '9')
				p++;
			if (p == first)
				return false;
			*fraction = first;
			*fraction_len = (size_t)(p - first);
		}
	}
	if (p < end && (*p == 'Z' || *p == 'z'))
		p++;
	else if (p < end)
		p += numeric_offset(p, (size_t)(end - p), &t->offset);
	return p == end;
}

/* "Fri, 30 Jan 2026 23:59:59 -0500"; weekday, seconds and zone may lack.
 * The weekday has to be one, but the date is believed if they disagree.
 * when_parse has seen ten bytes: the day is there. */
static bool
parse_mail(const char *p, size_t len, struct parts *t)
{
	const char *end = p + len;

	if (p[3] == ',' && p[4] == ' ') {
		if (!is_weekday(p))
			return false;
		p += 5;
	}
	if (p[1] == ' ') {
		t->day = digits(p, 1);
		p += 1;
	} else {
		t->day = digits(p, 2);
		p += 2;
	}
	/* " Jan 2026 23:59" */
	if (end - p < 15 || p[0] != ' ' || p[4] != ' ' || p[9] != ' ' ||
	    p[12] != ':')
		return false;
	t->month = month_named(p + 1);
	t->year = digits(p + 5, 4);
	t->hour = digits(p + 10, 2);
	t->minute = digits(p + 13, 2);
	p += 15;
	if (end - p >= 3 && *p == ':') {
		t->second = digits(p + 1, 2);
		p += 3;
	}
	if (end - p >= 2 && *p == ' ') {
		size_t used;

		p++;
		used = numeric_offset(p, (size_t)(end - p), &t->offset);
		if (!used)
			used = named_offset(p, (size_t)(end - p), &t->offset);
		if (!used)
			return false;
		p += used;
	}
	return p == end;
}

bool
when_parse(const char *text, size_t len, int64_t *at, const char **fraction,
    size_t *fraction_len)
{
	struct parts t = { 0, 0, 0, 0, 0, 0, 0 };
	const char *digit = text;
	size_t digit_len = 0;

	if (len < 10)
		return false;
	if (!(text[4] == '-' ? parse_iso(text, len, &t, &digit, &digit_len)
	    : parse_mail(text, len, &t)) || !assemble(&t, at))
		return false;
	if (fraction) {
		*fraction = digit;
		*fraction_len = digit_len;
	}
	return true;
}

bool
when_option(const char *text, int64_t now, int64_t *at)
{
	int64_t ago;

	if (strcmp(text, "now") == 0) {
		*at = now;
		return true;
	}
	if (*text == '-' && when_duration(text + 1, &ago)) {
		if (now - FIRST < ago)
			return false;
		*at = now - ago;
		return true;
	}
	return when_parse(text, strlen(text), at, NULL, NULL);
}

/* Smallest last: when_duration_text takes the first that divides. */
static const struct { char letter; int64_t seconds; } units[] = {
	{ 'w', 7 * WHEN_DAY }, { 'd', WHEN_DAY }, { 'h', 3600 }, { 'm', 60 },
	{ 's', 1 },
};
#define UNITS (sizeof units / sizeof units[0])

bool
when_duration(const char *text, int64_t *seconds)
{
	const char *p = text;
	int64_t n = 0;
	size_t i;

	for (; *p >= '0' && *p <= '9'; p++) {
		n = n * 10 + (*p - '0');
		if (n > LAST)	/* longer than all of time */
			return false;
	}
	if (p == text || p[0] == '\0' || p[1] != '\0')
		return false;
	for (i = 0; i < UNITS; i++) {
		if (units[i].letter != *p)
			continue;
		if (n > LAST / units[i].seconds)
			return false;
		*seconds = n * units[i].seconds;
		return true;
	}
	return false;
}

static inline char *
put_two(char *p, unsigned n)
{
	p[0] = (char)('0' + n / 10);
	p[1] = (char)('0' + n % 10);
	return p + 2;
}

static inline char *
put_day(char *p, int64_t day)
{
	unsigned y, m, d;

	civil(day, &y, &m, &d);
	p = put_two(p, y / 100);
	p = put_two(p, y % 100);
	*p++ = '-';
	p = put_two(p, m);
	*p++ = '-';
	return put_two(p, d);
}

/* The open ends are shown as the first and the last instant there is. */
static int64_t
within_years(int64_t at)
{
	return at < FIRST ? FIRST : at > LAST ? LAST : at;
}

char *
when_text(char text[WHEN_SIZE], int64_t at)
{
	/* The dates of records that follow each other are mostly of one day:
	 * its text is kept, which saves most of the time. */
	static _Thread_local struct {
		int64_t from;
		char text[11];
	} day = { WHEN_NEVER, "" };
	uint64_t into;
	unsigned second;

	at = within_years(at);
	into = (uint64_t)at - (uint64_t)day.from;
	if (into >= WHEN_DAY) {
		day.from = when_day_floor(at);
		*put_day(day.text, day.from / WHEN_DAY) = 'T';
		into = (uint64_t)at - (uint64_t)day.from;
	}
	second = (unsigned)into;
	memcpy(text, day.text, 11);
	put_two(text + 11, second / 3600);
	text[13] = ':';
	put_two(text + 14, second / 60 % 60);
	text[16] = ':';
	put_two(text + 17, second % 60);
	text[19] = 'Z';
	text[20] = '\0';
	return text;
}

char *
when_day_text(char text[WHEN_SIZE], int64_t at)
{
	*put_day(text, when_day_floor(within_years(at)) / WHEN_DAY) = '\0';
	return text;
}

char *
when_duration_text(char text[WHEN_SIZE], int64_t seconds)
{
	size_t i = 0;

	while (seconds == 0 ? i < UNITS - 1 : seconds % units[i].seconds != 0)
		i++;
	snprintf(text, WHEN_SIZE, "%lld%c",
	    (long long)(seconds / units[i].seconds), units[i].letter);
	return text;
}

int64_t
when_day_floor(int64_t at)
{
	int64_t into = at % WHEN_DAY;

	if (at == WHEN_ALWAYS || at == WHEN_NEVER)
		return at;
	return at - into - (into < 0 ? WHEN_DAY : 0);
}

int64_t
when_day_ceil(int64_t at)
{
	int64_t floor = when_day_floor(at);

	return floor == at ? at : floor + WHEN_DAY;
}

int64_t
when_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec;
}

int64_t
when_ticks_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
