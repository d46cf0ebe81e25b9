/*
 * sql-value: a value as text that a database takes, sql-dialect.h.
 */
#include <string.h>

#include "json.h"
#include "sql-dialect.h"

static unsigned
hex4(const char *text)
{
	unsigned n = 0, i;

	for (i = 0; i < 4; i++) {
		unsigned char c = (unsigned char)text[i];

		n = n << 4 | (c <= '9' ? c & 15u : (c & 7u) + 9u);
	}
	return n;
}

/* U+0000 and half a surrogate pair are no text to a database. */
static void
mend_escapes(char *text, size_t len)
{
	size_t i;
	unsigned c;

	for (i = 0; i + 1 < len; i++) {
		if (text[i] != '\\')
			continue;
		if (text[++i] != 'u')
			continue;
		c = hex4(text + i + 1);
		if (c >= 0xd800 && c < 0xdc00 && i + 10 < len &&
		    text[i + 5] == '\\' && text[i + 6] == 'u' &&
		    hex4(text + i + 7) >= 0xdc00 &&
		    hex4(text + i + 7) < 0xe000)
			i += 6;
		else if (c == 0 || (c >= 0xd800 && c < 0xe000))
			memcpy(text + i + 1, "fffd", 4);
		i += 4;
	}
}

/* The value of a json column: JSON text that is valid. */
static size_t
json_text(const struct json *value, char *out)
{
	size_t len = table_text(value, out), offset;

	if (value->kind == JSON_STRING && json_check(out, len, &offset)) {
		/* Text that is no JSON is a string, and a string is JSON. */
		out[0] = '"';
		memcpy(out + 1, value->text, value->len);
		len = value->len + 2;
		out[len - 1] = '"';
	}
	if (memchr(out, '\\', len))
		mend_escapes(out, len);
	return len;
}

/* What is between the quotes; quote_escape goes before one that is in it. */
static char *
escape(const char *text, size_t len, char quote_escape, char *p)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '\'' || c == '\\')
			*p++ = c == '\'' ? quote_escape : '\\';
		if (c >= ' ' && c != 0x7f) {
			*p++ = (char)c;
			continue;
		}
		*p++ = '\\';
		*p++ = 'x';
		*p++ = digits[c >> 4];
		*p++ = digits[c & 15];
	}
	return p;
}

size_t
sql_backslashed(const char *text, size_t len, char *out)
{
	char *p = out;

	*p++ = '\'';
	p = escape(text, len, '\\', p);
	*p++ = '\'';
	return (size_t)(p - out);
}

size_t
sql_doubled(const char *text, size_t len, char *out)
{
	char *p = out;
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] == '\'')
			*p++ = '\'';
		*p++ = text[i];
	}
	return (size_t)(p - out);
}

size_t
sql_plain_or_e(const char *text, size_t len, const char *also, char *out)
{
	char *p = out;
	size_t i;
	bool plain = true;

	for (i = 0; i < len && plain; i++)
		plain = (unsigned char)text[i] >= ' ' && text[i] != 0x7f &&
		    text[i] != *also;
	if (!plain)
		*p++ = 'E';
	*p++ = '\'';
	if (plain)
		p += sql_doubled(text, len, p);
	else
		p = escape(text, len, '\'', p);
	*p++ = '\'';
	return (size_t)(p - out);
}

/* A field of RFC 4180. */
static size_t
quoted(const char *text, size_t len, char *out)
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

size_t
sql_csv(const struct table_column *c, char *out)
{
	const struct json *v = &c->value;

	if (v->kind < JSON_STRING) {
		memcpy(out, v->text, v->len);
		return v->len;
	}
	/* A string without an escape has no quote in it. */
	if (v->kind == JSON_STRING && !v->escaped && c->type != COLUMN_JSON) {
		out[0] = '"';
		memcpy(out + 1, v->text, v->len);
		out[v->len + 1] = '"';
		return v->len + 2;
	}
	return sql_value(c, out, quoted);
}

static size_t
json_string(const char *text, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	char *p = out;
	size_t i;

	*p++ = '"';
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= ' ' && c != 0x7f) {
			if (c == '"' || c == '\\')
				*p++ = '\\';
			*p++ = (char)c;
			continue;
		}
		memcpy(p, "\\u00", 4);
		p[4] = digits[c >> 4];
		p[5] = digits[c & 15];
		p += 6;
	}
	*p++ = '"';
	return (size_t)(p - out);
}

size_t
sql_json(const struct table_column *c, char *out)
{
	const struct json *v = &c->value;

	if (c->described && c->type == COLUMN_BOOLEAN) {
		memcpy(out, v->text, v->len);
		return v->len;
	}
	return sql_value(c, out, json_string);
}

size_t
sql_value(const struct table_column *c, char *out,
    size_t (*literal)(const char *text, size_t len, char *out))
{
	/* Behind the literal's place. */
	char *text = out + 6 * c->value.len + 64;
	size_t len = c->described && c->type == COLUMN_JSON ?
	    json_text(&c->value, text) : table_text(&c->value, text);

	return literal(text, len, out);
}
