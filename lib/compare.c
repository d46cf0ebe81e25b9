#include "compare.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mem.h"

/* One comparison.  Those between two ors hold together or not at all. */
struct term {
	char *name;
	char *string;		/* or NULL: compared with kind alone */
	enum json_kind kind;
	bool negated;
	bool begins;		/* the first behind an or */

	struct json value;	/* of the record in hand */
};

struct compare {
	struct term *terms;
	size_t count;
};

static const char *
blanks(const char *p)
{
	return p + strspn(p, " \t\r\n");
}

/* A word, and not the beginning of a longer one. */
static const char *
word(const char *p, const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	size_t len = strlen(text);

	return strncmp(p, text, len) == 0 && (!p[len] ||
	    !strchr(letters, p[len])) ? p + len : NULL;
}

/* .name == "literal": the place behind it, or NULL. */
static const char *
read_term(const char *p, struct term *t)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	static const struct { const char *text; enum json_kind kind; } words[] =
	    { { "null", JSON_NULL }, { "true", JSON_TRUE },
	    { "false", JSON_FALSE } };
	const char *end;
	size_t len, i;

	if (*p++ != '.' || !*p || !strchr(first, *p))
		return NULL;
	len = strspn(p, first);
	while (p[len] && (strchr(first, p[len]) ||
	    (p[len] >= '0' && p[len] <= '9')))
		len++;
	t->name = mem_copy(p, len);
	p = blanks(p + len);
	if ((*p != '=' && *p != '!') || p[1] != '=')
		return NULL;
	t->negated = *p == '!';
	p = blanks(p + 2);
	if (*p == '"') {
		for (end = ++p; *end != '"'; end++)
			if (*end < ' ' || *end > '~' || *end == '\\')
				return NULL;
		t->kind = JSON_STRING;
		t->string = mem_copy(p, (size_t)(end - p));
		return end + 1;
	}
	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if ((end = word(p, words[i].text))) {
			t->kind = words[i].kind;
			return end;
		}
	return NULL;
}

struct compare *
compare_open(const char *text)
{
	struct compare *c = mem_new(sizeof(*c));
	const char *p = blanks(text), *next;
	bool begins = true;

	for (;;) {
		struct term *t;

		c->terms = mem_array(c->terms, c->count + 1, sizeof(*c->terms));
		t = &c->terms[c->count++];
		memset(t, 0, sizeof(*t));
		t->begins = begins;
		if (!(p = read_term(p, t)))
			break;
		p = blanks(p);
		if (*p == '\0')
			return c;
		if ((next = word(p, "and")))
			begins = false;
		else if ((next = word(p, "or")))
			begins = true;
		else
			break;
		p = blanks(next);
	}
	compare_free(c);
	return NULL;
}

void
compare_free(struct compare *c)
{
	size_t i;

	if (!c)
		return;
	for (i = 0; i < c->count; i++) {
		free(c->terms[i].name);
		free(c->terms[i].string);
	}
	free(c->terms);
	free(c);
}

static bool
holds(const struct term *t)
{
	bool same = t->value.kind == t->kind &&
	    (!t->string || json_is(&t->value, t->string));

	return same != t->negated;
}

bool
compare_true(struct compare *c, const char *json, size_t len)
{
	struct json_walk w;
	struct json name, value;
	bool truth = false, all = true;
	size_t i;

	for (i = 0; i < c->count; i++)
		c->terms[i].value.kind = JSON_NULL;
	json_walk(&w, json, len);
	while (json_next(&w, &name, &value) > 0)
		for (i = 0; i < c->count; i++)
			if (json_is(&name, c->terms[i].name))
				c->terms[i].value = value;
	for (i = 0; i < c->count; i++) {
		if (c->terms[i].begins) {
			truth |= i > 0 && all;
			all = true;
		}
		all &= holds(&c->terms[i]);
	}
	return truth || all;
}
