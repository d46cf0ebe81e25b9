#include "page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "mem.h"

#define SHOWN 80		/* bytes of a body that is no JSON */

static int fail(struct page *p, const char *format, ...) DIAG_FORMAT(2, 3);

static int
fail(struct page *p, const char *format, ...)
{
	char raw[sizeof p->why];
	va_list values;

	va_start(values, format);
	vsnprintf(raw, sizeof raw, format, values);
	va_end(values);
	diag_clean(p->why, sizeof p->why, raw, strlen(raw));
	return -1;
}

/* Is what is left where the reader stopped nothing, or less than a word or a
 * letter?  Then the body was cut there: one byte more might have done. */
static bool
breaks_off(const char *rest, size_t len)
{
	static const char *const words[] = { "null", "true", "false" };
	size_t i;

	if (len == 0)
		return true;
	for (i = 0; i < sizeof words / sizeof *words; i++)
		if (len < strlen(words[i]) && memcmp(rest, words[i], len) == 0)
			return true;
	if (len > 3 || (unsigned char)*rest < (len == 1 ? 0xc2 : len == 2 ?
	    0xe0 : 0xf0))
		return false;
	for (i = 1; i < len; i++)
		if (((unsigned char)rest[i] & 0xc0) != 0x80)
			return false;
	return true;
}

/* The parts of the envelope that paging needs, found in one walk. */
struct envelope {
	struct json records, only_array, meta, next_uri, next_token;
	struct json total, start;
	bool has_records, has_meta, has_next_uri, has_next_token;
	bool has_total, has_start;
	int arrays;
};

static int
read_envelope(struct page *p, struct envelope *e, const struct stream *stream,
    const char *body, size_t len)
{
	struct json_walk w;
	struct json name, value;
	int got;

	memset(e, 0, sizeof *e);
	json_walk(&w, body, len);
	while ((got = json_next(&w, &name, &value)) > 0) {
		if (json_is(&name, stream->records)) {
			e->records = value;
			e->has_records = true;
		} else if (json_is(&name, "meta")) {
			e->meta = value;
			e->has_meta = value.kind == JSON_OBJECT;
		} else if (json_is(&name, "next_page_uri") ||
		    json_is(&name, "nextPageUri")) {
			e->next_uri = value;
			e->has_next_uri = true;
		} else if (json_is(&name, "nextToken") ||
		    json_is(&name, "next_token")) {
			e->next_token = value;
			e->has_next_token = true;
		} else if (json_is(&name, "totalResults")) {
			e->total = value;
			e->has_total = true;
		} else if (json_is(&name, "startIndex")) {
			e->start = value;
			e->has_start = true;
		}
		if (value.kind == JSON_ARRAY) {
			e->only_array = value;
			e->arrays++;
		}
	}
	if (got < 0) {
		/* Bytes that stop before the value does are a cut body, also
		 * if there is none: a connection may be lost before the first.
		 * Bytes that are wrong will be wrong again. */
		p->cut = breaks_off(body + w.offset, len - w.offset);
		return fail(p, "unexpected page shape: %s at byte %zu",
		    w.why, w.offset);
	}
	/* An empty one, too: it is no record, where the body is to be one. */
	if (!w.object)
		return fail(p, "unexpected page shape: an array");
	return 0;
}

static int
find_records(struct page *p, const struct envelope *e,
    const struct stream *stream, const struct json *whole)
{
	struct json key, value;
	char name[128];

	if (strcmp(stream->records, ".") == 0) {
		p->records = *whole;
		return 0;
	}
	if (e->has_records)
		p->records = e->records;
	else if (e->has_meta && json_member(&e->meta, "key", &key) &&
	    key.kind == JSON_STRING && key.len < sizeof name) {
		name[json_decode(&key, name)] = '\0';
		if (!json_member(whole, name, &value))
			return fail(p, "unexpected page shape: no member '%s', "
			    "which meta.key names", name);
		p->records = value;
	} else if (e->arrays == 1)
		p->records = e->only_array;
	else
		return fail(p, "unexpected page shape: no member '%s'",
		    stream->records);
	if (p->records.kind != JSON_ARRAY)
		return fail(p, "unexpected page shape: '%s' is not an array",
		    stream->records);
	return 0;
}

/* Is text the origin, up to its end or the path behind it? */
static size_t
has_origin(const char *text, const char *origin)
{
	size_t len = strlen(origin);

	if (strncmp(text, origin, len))
		return 0;
	if (strncmp(text + len, ":443/", 5) == 0 &&
	    strncmp(origin, "https:", 6) == 0)
		return len + 4;
	return text[len] == '/' ? len : 0;
}

static int
follow(struct page *p, const struct page_place *place, const struct json *link)
{
	char own[300], *text;
	size_t len, skip = 0, i;

	if (link->kind == JSON_NULL || (link->kind == JSON_STRING &&
	    link->len == 0))
		return 0;
	if (link->kind != JSON_STRING || link->len >= PAGE_NEXT_MAX - 512)
		return fail(p, "unexpected page shape: the next link is not a "
		    "usable text");
	text = mem_new(link->len + 1);
	len = json_decode(link, text);
	text[len] = '\0';
	for (i = 0; i < len && (unsigned char)text[i] > ' ' &&
	    (unsigned char)text[i] < 0x7f && text[i] != '\\'; i++)
		;
	if (i == len && text[0] == '/' && text[1] != '/')
		skip = 0;
	else if (i == len) {
		snprintf(own, sizeof own, "https://%s", place->host);
		skip = has_origin(text, own);
		if (!skip)
			skip = has_origin(text, place->base);
		if (!skip)
			i = 0;
	}
	if (i < len || len == 0) {
		free(text);
		return fail(p, "the next link leads to another place than %s; "
		    "not followed", place->host);
	}
	buf_text(&p->next, place->base);
	buf_text(&p->next, text + skip);
	free(text);
	return 0;
}

/* The URL asked, with one parameter replaced or added. */
static void
with_parameter(struct buf *to, const char *url, const char *name,
    const char *value)
{
	const char *query = strchr(url, '?'), *at;
	size_t len = strlen(name);

	for (at = query; at; at = strchr(at + 1, '&'))
		if (strncmp(at + 1, name, len) == 0 && at[1 + len] == '=')
			break;
	if (at) {
		const char *end = at + 1 + strcspn(at + 1, "&");

		buf_add(to, url, (size_t)(at - url));
		if (*end == '&' && at == query) {
			buf_byte(to, '?');
			buf_text(to, end + 1);
		} else
			buf_text(to, end);
	} else
		buf_text(to, url);
	buf_byte(to, strchr(to->text, '?') ? '&' : '?');
	buf_text(to, name);
	buf_byte(to, '=');
	for (; *value; value++)
		if (strchr("-_.~", *value) || (*value >= '0' && *value <= '9') ||
		    (*value >= 'a' && *value <= 'z') ||
		    (*value >= 'A' && *value <= 'Z'))
			buf_byte(to, *value);
		else
			buf_printf(to, "%%%02X", (unsigned char)*value);
}

static int
follow_token(struct page *p, const struct stream *stream,
    const struct page_place *place, const struct json *token)
{
	char *text;

	if (token->kind == JSON_NULL ||
	    (token->kind == JSON_STRING && token->len == 0))
		return 0;
	if (token->kind != JSON_STRING || token->len > PAGE_NEXT_MAX / 4)
		return fail(p, "unexpected page shape: the next token is not "
		    "a usable text");
	text = mem_new(token->len + 1);
	text[json_decode(token, text)] = '\0';
	with_parameter(&p->next, place->url, stream->token_name ?
	    stream->token_name : "pageToken", text);
	free(text);
	return 0;
}

static size_t
count_records(const struct json *records)
{
	struct json_walk w;
	struct json name, value;
	size_t n = 0;

	json_walk(&w, records->text, records->len);
	while (json_next(&w, &name, &value) > 0)
		n++;
	return n;
}

/* The number behind NAME= in the URL asked, or otherwise. */
static long
asked_number(const char *url, const char *name, long otherwise)
{
	char key[64];
	const char *at;

	snprintf(key, sizeof key, "%s=", name);
	for (at = strchr(url, '?'); at; at = strchr(at + 1, '&'))
		if (strncmp(at + 1, key, strlen(key)) == 0)
			return strtol(at + 1 + strlen(key), NULL, 10);
	return otherwise;
}

static int
follow_number(struct page *p, const struct page_place *place,
    const char *name, long step, long first, size_t total)
{
	size_t n = count_records(&p->records);
	long at = asked_number(place->url, name, first);
	char number[32];

	/* A page may be shorter than asked: only an empty one, or the stated
	 * total, is the end. */
	if (n == 0)
		return 0;
	if (total > 0 && (size_t)at + n > total)
		return 0;
	snprintf(number, sizeof number, "%ld", at + (step ? step : (long)n));
	with_parameter(&p->next, place->url, name, number);
	return 0;
}

static int
find_next(struct page *p, const struct envelope *e,
    const struct stream *stream, const struct page_place *place)
{
	struct json link;

	if (strcmp(stream->records, ".") == 0)
		return 0;
	switch (stream->paging) {
	case PAGING_NONE:
		return 0;
	case PAGING_SCIM:
		return follow_number(p, place, "startIndex", 0, 1,
		    e->has_total ? (size_t)strtoul(e->total.text, NULL, 10) :
		    0);
	case PAGING_NUMBER:
		return follow_number(p, place, "Page", 1, 0, 0);
	case PAGING_2010:
	case PAGING_META:
	case PAGING_TOKEN:
		break;
	}
	/* Twilio's own rule, whatever the catalogue says: a newer list of an
	 * old product pages in the new way. */
	if (e->has_meta && (json_member(&e->meta, "next_page_url", &link) ||
	    json_member(&e->meta, "nextPageUrl", &link)))
		return follow(p, place, &link);
	if (e->has_next_uri)
		return follow(p, place, &e->next_uri);
	if (e->has_meta) {
		struct json inner = e->meta, pagination;

		if (json_member(&e->meta, "pagination", &pagination) &&
		    pagination.kind == JSON_OBJECT)
			inner = pagination;
		if (json_member(&inner, "nextToken", &link) ||
		    json_member(&inner, "next_token", &link))
			return follow_token(p, stream, place, &link);
		if (stream->paging == PAGING_TOKEN)
			return 0;	/* no token: no more pages */
	}
	if (e->has_next_token)
		return follow_token(p, stream, place, &e->next_token);
	return fail(p, "unknown paging shape: it does not say whether there "
	    "is a next page");
}

int
page_read(struct page *p, const struct stream *stream,
    const struct page_place *place, const char *body, size_t len)
{
	struct json whole = { JSON_OBJECT, false, body, len };
	struct envelope e;

	buf_clear(&p->next);
	p->cut = false;
	p->why[0] = '\0';
	if (read_envelope(p, &e, stream, body, len) ||
	    find_records(p, &e, stream, &whole))
		return -1;
	return find_next(p, &e, stream, place);
}

void
page_release(struct page *p)
{
	buf_release(&p->next);
}

long
page_error(const char *body, size_t len, char *message, size_t size)
{
	struct json whole, value;
	long code = 0;

	message[0] = '\0';
	if (!json_value(body, len, &whole) || whole.kind != JSON_OBJECT) {
		diag_clean(message, size < SHOWN ? size : SHOWN, body,
		    len < SHOWN ? len : SHOWN);
		return 0;
	}
	if (json_member(&whole, "errors", &value) && value.kind == JSON_ARRAY) {
		struct json_walk w;
		struct json name, first;

		json_walk(&w, value.text, value.len);
		if (json_next(&w, &name, &first) > 0 &&
		    first.kind == JSON_OBJECT)
			whole = first;
	}
	if (json_member(&whole, "code", &value)) {
		if (value.kind == JSON_STRING && value.len > 0)
			code = strtol(value.text, NULL, 10);
		else if (value.kind == JSON_NUMBER)
			code = strtol(value.text, NULL, 10);
	}
	if ((json_member(&whole, "message", &value) ||
	    json_member(&whole, "detail", &value) ||
	    json_member(&whole, "title", &value)) &&
	    value.kind == JSON_STRING && value.len < 4096) {
		char text[4097];

		diag_clean(message, size, text, json_decode(&value, text));
	}
	return code;
}
