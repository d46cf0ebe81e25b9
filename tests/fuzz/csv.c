/*
 * csv: a reader that knows nothing but RFC 4180 gets back what was in the
 * row, null and empty text apart.  The first byte chooses the style, the second
 * is the delimiter; then records, one a line.
 */
#include "csv.h"
#include "fuzz.h"
#include "line.h"

static const struct table_limits any;	/* all zeros: takes anything */

/* Two bytes a quote, and two quotes around. */
static bool
unquote(const char **at, const char *end, char delimiter, char *to,
    size_t *len)
{
	const char *p = *at;
	bool quoted = p < end && *p == '"';

	*len = 0;
	for (p += quoted; p < end; p++) {
		if (quoted && *p == '"') {
			if (p + 1 == end || p[1] != '"')
				break;
			p++;
		} else if (!quoted && (*p == delimiter || *p == '\n' ||
		    *p == '\r')) {
			break;
		} else {
			must(quoted || *p != '"');
		}
		to[(*len)++] = *p;
	}
	must(p < end);
	*at = p + quoted;
	return quoted;
}

static size_t
put_code(unsigned code, char *to)
{
	static const unsigned char first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 :
	    4, i;

	for (i = len; i-- > 1; code >>= 6)
		to[i] = (char)(0x80 | (code & 0x3f));
	to[0] = (char)(first[len > 1 ? len : 0] | code);
	return len;
}

/* The text of a JSON string, as the RFC says it and as slow as that. */
static size_t
decode(const struct json *v, char *to)
{
	static const char names[] = "bfnrt", means[] = "\b\f\n\r\t";
	const char *p = v->text, *end = p + v->len, *name;
	char hex[5] = "";
	size_t len = 0;
	unsigned code, low;

	while (p < end) {
		if (*p != '\\') {
			to[len++] = *p++;
		} else if (p[1] != 'u') {
			name = strchr(names, p[1]);
			to[len++] = name ? means[name - names] : p[1];
			p += 2;
		} else {
			code = (unsigned)strtoul(memcpy(hex, p + 2, 4), NULL,
			    16);
			p += 6;
			if (code >= 0xd800 && code <= 0xdbff && end - p >= 6 &&
			    p[0] == '\\' && p[1] == 'u') {
				low = (unsigned)strtoul(memcpy(hex, p + 2, 4),
				    NULL, 16);
				if (low >= 0xdc00 && low <= 0xdfff) {
					code = 0x10000 + (code - 0xd800) *
					    0x400 + (low - 0xdc00);
					p += 6;
				}
			}
			if (code == 0 || (code >= 0xd800 && code <= 0xdfff))
				code = 0xfffd;
			len += put_code(code, to + len);
		}
	}
	return len;
}

/* What a spreadsheet calculates: not what is a number all through. */
static bool
calculates(const char *text, size_t len)
{
	static const char *const wide[] = { "\xef\xbc\x9d", "\xef\xbc\xa0",
	    "\xef\xbc\x8b", "\xef\xbc\x8d" };
	size_t i;

	for (i = 0; i < 4; i++)
		if (len >= 3 && memcmp(text, wide[i], 3) == 0)
			return true;
	if (len == 0 || !memchr("=@\t\r\n+-", text[0], 7))
		return false;
	if (text[0] != '+' && text[0] != '-')
		return true;
	for (i = 1; i < len; i++)
		if (!memchr("0123456789.", text[i], 11))
			return true;
	return len == 1 || text[1] == '.';
}

static void
check_cell(const struct csv_style *s, const struct table *t,
    const struct table_column *c, bool quoted, const char *text, size_t len)
{
	bool null = !quoted && len == s->null_len &&
	    memcmp(text, s->null, len) == 0;
	char *meant;
	size_t n;

	must(null == (c->seen != t->row));
	if (null)
		return;
	meant = mem_resize(NULL, c->value.len + 2) ;
	if (c->value.kind == JSON_STRING) {
		n = decode(&c->value, meant + 1);
	} else {
		n = json_compact(c->value.text, c->value.len, meant + 1);
	}
	if (s->spreadsheet && c->value.kind >= JSON_STRING &&
	    calculates(meant + 1, n)) {
		meant[0] = '\'';
		must(len == n + 1 && memcmp(text, meant, len) == 0);
	} else {
		must(len == n && memcmp(text, meant + 1, len) == 0);
	}
	free(meant);
}

static const char *
next_cell(const struct csv_style *s, const char *p, const char *end, bool last)
{
	if (!last) {
		must(p < end && *p == s->delimiter);
		return p + 1;
	}
	if (s->crlf)
		must(p < end && *p++ == '\r');
	must(p < end && *p == '\n');
	return p + 1;
}

static void
round_trip(const struct csv_style *s, struct table *t, const char *records,
    const char *end)
{
	const char **names = mem_array(NULL, t->count, sizeof(char *));
	const char *stop, *p, *line;
	size_t i, len;
	struct out o;
	char *text;

	fuzz_out(&o);
	for (i = 0; i < t->count; i++)
		names[i] = t->columns[i]->name;
	csv_header(&o, s, names, t->count);
	text = mem_resize(NULL, o.len);
	for (i = 0, p = o.text; i < t->count; i++) {
		unquote(&p, o.text + o.len, s->delimiter, text, &len);
		must(len == strlen(names[i]) && memcmp(text, names[i], len)
		    == 0);
		p = next_cell(s, p, o.text + o.len, i + 1 == t->count);
	}
	must(p == o.text + o.len);
	free(text);
	for (; records < end; records = stop + 1) {
		stop = memchr(records, '\n', (size_t)(end - records));
		if (!stop)
			stop = end;
		line = fuzz_copy(records, (size_t)(stop - records), LINE_SLACK);
		if (table_row(t, line, (size_t)(stop - records)) == 0) {
			o.len = 0;
			csv_row(&o, s, t, t->columns, t->count);
			must(o.total == 0);
			text = mem_resize(NULL, o.len);
			for (i = 0, p = o.text; i < t->count; i++) {
				bool quoted = unquote(&p, o.text + o.len,
				    s->delimiter, text, &len);

				check_cell(s, t, t->columns[i], quoted, text,
				    len);
				p = next_cell(s, p, o.text + o.len,
				    i + 1 == t->count);
			}
			must(p == o.text + o.len);
			free(text);
		}
		free((char *)line);
	}
	free(o.text);
	free(names);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const nulls[] = { "", "", "\\N", "NULL" };
	struct csv_style s = CSV_STYLE_INIT;
	const char *p, *end = (const char *)data + len, *stop;
	struct table *t;
	char *line;

	if (len < 3 || len > 8192)
		return 0;
	s.crlf = data[0] & 1;
	s.spreadsheet = data[0] & 2;
	s.delimiter = csv_may_delimit((char)data[1]) ? (char)data[1] : ',';
	s.null = nulls[data[0] >> 2 & 3];
	if (strchr(s.null, s.delimiter))
		s.null = "";
	s.null_len = strlen(s.null);
	t = table_new("t", 1, &any);
	for (p = (const char *)data + 2; p < end; p = stop + 1) {
		stop = memchr(p, '\n', (size_t)(end - p));
		if (!stop)
			stop = end;
		line = fuzz_copy(p, (size_t)(stop - p), LINE_SLACK);
		table_row(t, line, (size_t)(stop - p));
		free(line);
	}
	if (t->count > 0)
		round_trip(&s, t, (const char *)data + 2, end);
	table_free(t);
	return 0;
}
