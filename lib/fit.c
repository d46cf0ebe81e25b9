#include "fit.h"

#include <string.h>

#include "mem.h"
#include "when.h"

/* Longest text that is looked at as a date. */
#define DATE_SIZE 96

static size_t
put(char *out, const char *bytes, size_t len)
{
	memmove(out, bytes, len);	/* it may be there already */
	return len;
}

static size_t
quoted(char *out, const char *bytes, size_t len)
{
	out[0] = '"';
	memcpy(out + 1, bytes, len);
	out[len + 1] = '"';
	return len + 2;
}

static bool
is_integer(const struct json *number)
{
	size_t i;

	for (i = 0; i < number->len; i++)
		if (number->text[i] != '-' && (number->text[i] < '0' ||
		    number->text[i] > '9'))
			return false;
	return true;
}

/* The scalar a string spells, with no white space around it; room is for what
 * escapes mean. */
static bool
spelled(const struct json *string, struct json *value, char *room)
{
	const char *text = string->text;
	size_t len = string->len;

	if (string->escaped) {
		len = json_decode(string, room);
		text = room;
	}
	return json_value(text, len, value) && value->len == len;
}

static size_t
fit_number(enum column_type type, const struct json *value, char *out)
{
	struct json number = *value;

	if (value->kind == JSON_STRING && !spelled(value, &number, out))
		return FIT_NOT;
	if (number.kind != JSON_NUMBER ||
	    (type == COLUMN_INTEGER && !is_integer(&number)))
		return FIT_NOT;
	return put(out, number.text, number.len);
}

static size_t
fit_boolean(const struct json *value, char *out)
{
	struct json literal = *value;

	if (value->kind == JSON_STRING && !spelled(value, &literal, out))
		return FIT_NOT;
	if (literal.kind != JSON_TRUE && literal.kind != JSON_FALSE)
		return FIT_NOT;
	return put(out, literal.text, literal.len);
}

/*
 * Eight bytes at once, each at most so far above its least: a digit from '0',
 * or no way at all.  What is above, added to what the most leaves of 0x7f,
 * reaches the highest bit of its byte where it is too much.
 */
static inline bool
is_within(const char *p, const char *least, const char *most)
{
	const uint64_t each = UINT64_C(0x0101010101010101);
	uint64_t above, low, high;

	memcpy(&above, p, 8);
	memcpy(&low, least, 8);
	memcpy(&high, most, 8);
	above ^= low;
	return ((above | (above + (0x7f * each - (high ^ low)))) &
	    0x80 * each) == 0;
}

static inline bool
is_time_of_day(const char *p)
{
	return is_within(p, "00:00:00", "29:59:59") &&
	    (p[0] < '2' || p[1] < '4');
}

bool
fit_is_time(const char *p, size_t len)
{
	unsigned month, day;
	int64_t at;

	if (len != 20 || !is_within(p, "0000-00-", "9999-19-") ||
	    !is_within(p + 8, "00T00:00", "39T29:59") ||
	    !is_within(p + 12, "0:00:00Z", "9:59:59Z"))
		return false;
	month = 10 * (unsigned)p[5] + (unsigned)p[6] - 11 * '0';
	day = 10 * (unsigned)p[8] + (unsigned)p[9] - 11 * '0';
	/* The rest may be or not: when_parse knows. */
	return (p[0] > '0' && month - 1 < 12 && day - 1 < 28 &&
	    (p[11] < '2' || p[12] < '4')) ||
	    when_parse(p, len, &at, NULL, NULL);
}

/*
 * "Fri, 30 Jan 2026 23:59:59 +0000" is how most dates come, and those of
 * records that follow each other are mostly of one day: that day is kept, as it
 * was spelled and as we do, and only the time of day is looked at again.
 */
static _Thread_local struct {
	char mail[17];		/* "Fri, 30 Jan 2026 " */
	char iso[11];		/* "2026-01-30T" */
} known_day;

static inline bool
is_utc_mail(const char *p, size_t len)
{
	return len == 31 && memcmp(p + 25, " +0000", 6) == 0 &&
	    is_time_of_day(p + sizeof(known_day.mail));
}

/* The same text in UTC; 0 if it is not of that day. */
static size_t
fit_known_day(const char *p, size_t len, char *out)
{
	size_t n = sizeof(known_day.mail), to = sizeof(known_day.iso);

	if (!is_utc_mail(p, len) || memcmp(p, known_day.mail, n) != 0)
		return 0;
	out[0] = '"';
	memcpy(out + 1, known_day.iso, to);
	memcpy(out + 1 + to, p + n, 8);
	memcpy(out + 9 + to, "Z\"", 2);
	return to + 11;
}

static size_t
fit_date(enum column_type type, const struct json *value, char *out)
{
	char decoded[DATE_SIZE], text[WHEN_SIZE];
	const char *from = value->text, *fraction;
	size_t len = value->len, fraction_len, n;
	int64_t at;

	if (value->kind != JSON_STRING || len > sizeof(decoded))
		return FIT_NOT;
	if (type == COLUMN_TIME && (n = fit_known_day(from, len, out)) > 0)
		return n;
	if (type == COLUMN_TIME && fit_is_time(from, len))
		return quoted(out, from, len);
	if (value->escaped) {
		len = json_decode(value, decoded);
		from = decoded;
	}
	if (!when_parse(from, len, &at, &fraction, &fraction_len))
		return FIT_NOT;
	if (type == COLUMN_DATE) {
		if (fraction_len > 0 || at != when_day_floor(at))
			return FIT_NOT;
		when_day_text(text, at);
		return quoted(out, text, strlen(text));
	}
	when_text(text, at);
	if (is_utc_mail(from, len)) {
		memcpy(known_day.mail, from, sizeof(known_day.mail));
		memcpy(known_day.iso, text, sizeof(known_day.iso));
	}
	n = quoted(out, text, strlen(text));
	if (fraction_len > 0) {
		n -= 2;			/* before the Z and the quote */
		out[n++] = '.';
		n += put(out + n, fraction, fraction_len);
		n += put(out + n, "Z\"", 2);
	}
	return n;
}

static size_t
fit_json(const struct json *value, char *out)
{
	struct json inner;
	char *decoded;
	size_t n;
	bool good;

	if (value->kind != JSON_STRING)
		return json_nest(value->text, value->len, out);
	decoded = mem_resize(NULL, value->len + 1);
	n = json_decode(value, decoded);
	good = json_value(decoded, n, &inner);
	free(decoded);
	/* Text that is no JSON is a string, and a string is JSON. */
	return good ? put(out, value->text - 1, value->len + 2) :
	    json_nest(value->text - 1, value->len + 2, out);
}

size_t
fit_column(enum column_type type, const struct json *value, char *out)
{
	if (value->kind == JSON_NULL)
		return put(out, "null", 4);
	if (type == COLUMN_JSON)
		return value->kind == JSON_STRING && value->len == 0 ?
		    put(out, "null", 4) : fit_json(value, out);
	if (value->kind >= JSON_ARRAY)
		return FIT_NOT;
	if (type == COLUMN_TEXT)
		return value->kind == JSON_STRING ?
		    put(out, value->text - 1, value->len + 2) :
		    quoted(out, value->text, value->len);
	if (value->kind == JSON_STRING && value->len == 0)
		return put(out, "null", 4);
	switch (type) {
	case COLUMN_INTEGER:
	case COLUMN_DECIMAL:
		return fit_number(type, value, out);
	case COLUMN_BOOLEAN:
		return fit_boolean(value, out);
	default:
		return fit_date(type, value, out);
	}
}

size_t
fit_any(const struct json *value, char *out)
{
	if (value->kind == JSON_STRING)
		return put(out, value->text - 1, value->len + 2);
	if (value->kind >= JSON_ARRAY)
		return json_nest(value->text, value->len, out);
	return put(out, value->text, value->len);
}
