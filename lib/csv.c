#include "csv.h"

#include <string.h>

#include "step.h"

bool
csv_may_delimit(char c)
{
	/* Not what numbers, names and dates are made of. */
	return c == '\t' || (c >= ' ' && c <= '~' && !strchr("\"'+-._", c) &&
	    !(c >= '0' && c <= '9') && !((c | 32) >= 'a' && (c | 32) <= 'z'));
}

static bool
is_special(const char *text, size_t len, char delimiter)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] == delimiter || text[i] == '"' ||
		    text[i] == '\n' || text[i] == '\r')
			return true;
	return false;
}

/* Put the len bytes at text between quotes, in place: text[-1] is free, and
 * so are the bytes behind.  Returns the length with the quotes. */
static size_t
quote(char *text, size_t len)
{
	size_t quotes = 0, i, to;

	for (i = 0; i < len; i++)
		quotes += text[i] == '"';
	to = len + quotes;
	text[-1] = text[to] = '"';
	for (i = len; i < to; ) {
		i--, to--;
		if ((text[to] = text[i]) == '"')
			text[--to] = '"';
	}
	return len + quotes + 2;
}

/* Does a spreadsheet take this text for a formula?  What people have in their
 * columns all day, numbers and phone numbers, it takes for numbers. */
static bool
is_formula(const char *text, size_t len)
{
	size_t i = 1;

	if (len == 0)
		return false;
	switch (text[0]) {
	case '=': case '@': case '\t': case '\r': case '\n':
		return true;
	case '+': case '-':
		while (i < len && ((text[i] >= '0' && text[i] <= '9') ||
		    (text[i] == '.' && i > 1)))
			i++;
		return i == 1 || i < len;
	}
	/* Their full-width forms. */
	return len >= 3 && (memcmp(text, "\xef\xbc\x9d", 3) == 0 ||
	    memcmp(text, "\xef\xbc\xa0", 3) == 0 ||
	    memcmp(text, "\xef\xbc\x8b", 3) == 0 ||
	    memcmp(text, "\xef\xbc\x8d", 3) == 0);
}

/* Whole steps are copied, ones that hold bytes behind the value included. */
#if STEP > 16
#error "csv_row leaves less room"
#endif
#define SLACK 16

/* Copy the inside of a JSON string up to the first backslash or delimiter;
 * how many bytes that are. */
static inline size_t
copy_run(const char *from, size_t len, char delimiter, char *to)
{
	size_t i = 0;

#if STEP
	for (; i < len; i += STEP) {
		step v = step_at(from + i);
		unsigned n = step_first(step_or(step_is(v, '\\'),
		    step_is(v, delimiter)));

		step_put(to + i, v);
		if (n < STEP)
			return i + n < len ? i + n : len;
	}
	return len;
#else
	for (; i < len && from[i] != '\\' && from[i] != delimiter; i++)
		to[i] = from[i];
	return i;
#endif
}

/* The same between quotes, where an escaped quote becomes a doubled one, byte
 * for byte, and a delimiter is a byte as any: up to another escape. */
static inline size_t
copy_quoted(const char *from, size_t len, char *to)
{
	size_t i = 0;

#if STEP
	for (; i < len; i += STEP) {
		step v = step_at(from + i), slash = step_is(v, '\\');
		unsigned n = step_first(step_but(slash,
		    step_is(step_at(from + i + 1), '"')));

		step_put(to + i, step_set(v, slash, '"'));
		if (n < STEP)
			return i + n < len ? i + n : len;
	}
	return len;
#else
	for (; i < len && (from[i] != '\\' || from[i + 1] == '"'); i++)
		to[i] = from[i] == '\\' ? '"' : from[i];
	return i;
#endif
}

/* Write what the escape at *from stands for, as between quotes.  Does it need
 * them? */
static bool
put_escape(const char **from, const char *end, char delimiter, char **to)
{
	char *start = *to;

	*to += json_escape(from, end, start);
	if (*to > start + 1)
		return false;
	switch (*start) {
	case '\0':
		memcpy(start, "\xef\xbf\xbd", 3);
		*to = start + 3;
		return false;
	case '"':
		*(*to)++ = '"';
		return true;
	default:
		return *start == '\n' || *start == '\r' || *start == delimiter;
	}
}

/*
 * A JSON string decoded and quoted in one pass.  As it stands it has no line
 * end and no quote in it, so the first byte of interest is a delimiter or an
 * escape; few have one.
 */
static size_t
put_string(char delimiter, const struct json *value, char *out)
{
	const char *p = value->text, *end = p + value->len;
	size_t n = copy_run(p, value->len, delimiter, out);
	bool quotes = value->len == 0;
	char *to = out + 1;

	if (n == value->len && n > 0)
		return n;
	memmove(to, out, n);
	for (p += n, to += n; p < end; p += n, to += n) {
		if (*p == delimiter && *p != '\\')
			quotes = true;
		else
			quotes |= put_escape(&p, end, delimiter, &to);
		n = (size_t)(end - p);
		n = quotes ? copy_quoted(p, n, to) :
		    copy_run(p, n, delimiter, to);
	}
	n = (size_t)(to - out);
	if (!quotes) {
		memmove(out, out + 1, n - 1);
		return n - 1;
	}
	*out = *to = '"';
	return n + 1;
}

static size_t
put_text(const struct csv_style *s, const struct json *value, char *out)
{
	size_t len;

	if (value->kind == JSON_STRING && !s->spreadsheet && s->null_len == 0)
		return put_string(s->delimiter, value, out);
	len = table_text(value, out + 2);
	if (s->spreadsheet && is_formula(out + 2, len)) {
		out[1] = '\'';
		if (is_special(out + 2, len, s->delimiter))
			return quote(out + 1, len + 1);
		memmove(out, out + 1, len + 1);
		return len + 1;
	}
	if (is_special(out + 2, len, s->delimiter) ||
	    (len == s->null_len && memcmp(out + 2, s->null, len) == 0)) {
		len = quote(out + 2, len);
		memmove(out, out + 1, len);
		return len;
	}
	memmove(out, out + 2, len);
	return len;
}

static void
end_line(struct out *o, const struct csv_style *s)
{
	out_put(o, s->crlf ? "\r\n" : "\n", s->crlf ? 2 : 1);
}

void
csv_header(struct out *o, const struct csv_style *s, const char *const *names,
    size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const char *text = names[i];
		size_t len = strlen(text);
		char *p = out_reserve(o, 2 * len + 4);

		if (i > 0) {
			*p++ = s->delimiter;
			o->len++;
		}
		memcpy(p + 1, text, len);
		if (len == 0 || is_special(text, len, s->delimiter))
			o->len += quote(p + 1, len);
		else {
			memmove(p, p + 1, len);
			o->len += len;
		}
	}
	end_line(o, s);
}

/* The most a value takes beside twice its bytes. */
#define AROUND 6

void
csv_row(struct out *o, const struct csv_style *s, const struct table *t,
    struct table_column *const *columns, size_t count)
{
	size_t room = 0, i;
	char *start, *p;

	for (i = 0; i < count; i++)
		room += columns[i] && columns[i]->seen == t->row ?
		    2 * columns[i]->value.len + AROUND : s->null_len + 1;
	start = p = out_reserve(o, room + SLACK);
	for (i = 0; i < count; i++) {
		const struct table_column *c = columns[i];

		if (i > 0)
			*p++ = s->delimiter;
		if (!c || c->seen != t->row) {
			memcpy(p, s->null, s->null_len);
			p += s->null_len;
		} else if (c->value.kind < JSON_STRING) {
			memcpy(p, c->value.text, c->value.len);
			p += c->value.len;
		} else {
			p += put_text(s, &c->value, p);
		}
	}
	o->len += (size_t)(p - start);
	end_line(o, s);
}
