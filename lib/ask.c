#include "ask.h"

#include <string.h>

static void
encode(struct buf *to, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z') || (c && strchr("-_.~:", c)))
			buf_byte(to, *text);
		else
			buf_printf(to, "%%%02X", c);
	}
}

static const char *
value_of(const struct pair *all, size_t count, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strncmp(all[i].name, name, len) == 0 &&
		    all[i].name[len] == '\0')
			return all[i].value;
	return NULL;
}

static void
put(struct buf *to, char *mark, const char *name, const char *value)
{
	buf_byte(to, *mark);
	*mark = '&';
	encode(to, name);
	buf_byte(to, '=');
	encode(to, value);
}

bool
ask_url(struct buf *to, const struct ask *a, const char **missing)
{
	const struct stream *s = a->stream;
	const char *at, *value;
	char mark = '?', number[24];
	size_t i;

	buf_text(to, a->base);
	for (at = s->path; *at; at++) {
		size_t len;

		if (*at != '{') {
			buf_byte(to, *at);
			continue;
		}
		len = strcspn(++at, "}");
		value = value_of(a->path, a->path_count, at, len);
		if (!value) {
			*missing = at;
			return false;
		}
		encode(to, value);
		at += len;
	}
	if (a->page_size > 0) {
		snprintf(number, sizeof number, "%ld", a->page_size);
		put(to, &mark, s->size_name ? s->size_name : "PageSize",
		    number);
	}
	for (i = 0; i < s->query_count; i++) {
		value = s->query[i].value;
		/* "AccountSid={AccountSid}" */
		if (*value == '{')
			value = value_of(a->path, a->path_count, value + 1,
			    strcspn(value + 1, "}"));
		if (value && !value_of(a->extra, a->extra_count,
		    s->query[i].name, strlen(s->query[i].name)))
			put(to, &mark, s->query[i].name, value);
	}
	for (i = 0; i < a->extra_count; i++)
		put(to, &mark, a->extra[i].name, a->extra[i].value);
	if (a->low)
		put(to, &mark, s->window_low, a->low);
	if (a->high)
		put(to, &mark, s->window_high, a->high);
	return true;
}
