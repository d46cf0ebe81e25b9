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

/* The number in two digits, or something above 99. */
static inline unsigned
two(const char *p)
{
	unsigned tens = (unsigned char)p[0] - '0';
	unsigned ones = (unsigned char)p[1] - '0';

	return (tens > 9 || ones > 9) ? 100 : 10 * tens + ones;
}

/*
 * "Fri, 30 Jan 2026 23:59:59 +0000" is how nearly all dates come, and in UTC
 * its parts only change places.  0 where that is in doubt, days above 28
 * included: when_parse knows.
 */
static size_t
fit_mail_date(const char *p, size_t len, char *out)
{
	static const char days[] = "Mon,Tue,Wed,Thu,Fri,Sat,Sun,";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	unsigned day, month, i;

	if (len != 31 || p[4] != ' ' || p[7] != ' ' || p[11] != ' ' ||
	    p[16] != ' ' || p[19] != ':' || p[22] != ':' ||
	    memcmp(p + 25, " +0000", 6) != 0)
		return 0;
	for (i = 0; memcmp(days + i, p, 4) != 0; )
		if ((i += 4) == 28)
			return 0;
	for (month = 0; memcmp(months + 3 * month, p + 8, 3) != 0; )
		if (++month == 12)
			return 0;
	month++;
	day = two(p + 5);
	if (day < 1 || day > 28 || two(p + 12) < 10 || two(p + 12) > 99 ||
	    two(p + 14) > 99 || two(p + 17) > 23 || two(p + 20) > 59 ||
	    two(p + 23) > 59)
		return 0;
	out[0] = '"';
	memcpy(out + 1, p + 12, 4);
	out[5] = '-';
	out[6] = (char)('0' + month / 10);
	out[7] = (char)('0' + month % 10);
	out[8] = '-';
	memcpy(out + 9, p + 5, 2);
	out[11] = 'T';
	memcpy(out + 12, p + 17, 8);
	memcpy(out + 20, "Z\"", 2);
	return 22;
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
	if (type == COLUMN_TIME && (n = fit_mail_date(from, len, out)) > 0)
		return n;
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
