/*
 * json: our scanner.  It validates and slices text; it copies nothing, and
 * numbers and strings keep their bytes.
 *
 *	struct json_walk w;
 *	struct json name, value;
 *	json_walk(&w, line.text, line.len);
 *	while ((got = json_next(&w, &name, &value)) > 0)
 *		if (json_is(&name, "sid")) ...
 *	if (got < 0)
 *		... w.why at byte w.offset
 *
 * json_walk takes one JSON text that must be an object or an array; json_next
 * gives its members (elements: name is empty) and validates what it passes,
 * nested values included.  The end (0) is given only when everything was
 * valid, up to and including the white space behind the value: a walk that
 * ended with 0 is a validation.  A nested container is a slice to walk again.
 *
 * Strict RFC 8259.  Where the RFC leaves a choice: depth is bounded by
 * JSON_DEPTH; numbers of any size and precision are accepted as text; text
 * must be valid UTF-8; a lone surrogate escape and \u0000 are accepted by the
 * scanner and become U+FFFD and (as the caller asks) when decoded; duplicate
 * names are passed on; a byte order mark is refused.
 *
 * Needs no padding behind the text.
 */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define JSON_DEPTH 256

enum json_kind {
	JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING,
	JSON_ARRAY, JSON_OBJECT
};

/* A value, or a member's name.  Strings and names: the bytes between the
 * quotes, escapes as they stand.  All else: the bytes of the value. */
struct json {
	enum json_kind kind;
	bool escaped;		/* a string with a backslash in it */
	const char *text;
	size_t len;
};

struct json_walk {
	const char *start, *at, *end;
	const char *why;	/* after -1: what was wrong, a constant */
	size_t offset;		/* after -1: at which byte */
	int state;		/* private */
	bool object;
};

void json_walk(struct json_walk *w, const char *text, size_t len);
int json_next(struct json_walk *w, struct json *name, struct json *value);

/*
 * Records of one stream have the same members in the same order, so the next
 * one can be foretold: true if it is there and quoted[len] is its name, bytes
 * and quotes ("\"sid\"", without a backslash in it); then *value is its value.
 * false: nothing was passed, or the walk failed; json_next tells.
 *
 *	if (!json_expect(&w, guess->quoted, guess->len, &value) &&
 *	    (got = json_next(&w, &name, &value)) <= 0)
 *		break;
 */
bool json_expect(struct json_walk *w, const char *quoted, size_t len,
    struct json *value);

/* Any one value, scalars included: true and *value if the whole text is it. */
bool json_value(const char *text, size_t len, struct json *value);
/* The same as a check, saying where: NULL if valid, else why. */
const char *json_check(const char *text, size_t len, size_t *offset);

/* The member of that name (the last, should it be there twice); the object
 * must be valid.  false if there is none. */
bool json_member(const struct json *object, const char *name,
    struct json *value);

/* Names and plain strings compared without copying.  An escaped string is
 * decoded first. */
bool json_is(const struct json *string, const char *text);

/* Decode a string into out (json->len bytes always suffice): UTF-8, lone
 * surrogates as U+FFFD.  Returns its length.  The result may hold NULs. */
size_t json_decode(const struct json *string, char *out);
/* The one escape that begins at *at, of a valid string that ends at end; moves
 * *at behind it, and behind the second half of a surrogate pair. */
size_t json_escape(const char **at, const char *end, char out[4]);

/* Encode bytes as the inside of a JSON string (no quotes) into out, which has
 * room for 6 * len bytes: quote, backslash and controls escaped, what is not
 * UTF-8 replaced by U+FFFD.  Returns the length. */
size_t json_encode(const char *bytes, size_t len, char *out);

/* Copy text without white space between tokens into out (len bytes suffice).
 * The text must be valid.  Returns the length. */
size_t json_compact(const char *text, size_t len, char *out);

/* The same, as a JSON string with its quotes: JSON inside JSON.  out has room
 * for 2 * len + 2 bytes. */
size_t json_nest(const char *text, size_t len, char *out);

static inline bool
json_same(const struct json *a, const char *bytes, size_t len)
{
	return a->len == len && memcmp(a->text, bytes, len) == 0;
}

#endif
