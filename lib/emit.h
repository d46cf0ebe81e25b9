/*
 * emit: an item of a page as the line that goes out.
 *
 * Our members first, then Twilio's bytes with nothing changed but the white
 * space between tokens; members the catalogue marks secret are left out.
 */
#ifndef EMIT_H
#define EMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "catalog.h"
#include "json.h"

/* One item, its members found once and looked at by name. */
struct item {
	struct json whole;
	struct item_member {
		struct json name, value;
	} *members;
	size_t count, room;
};

#define ITEM_INIT { { JSON_NULL, false, 0, 0 }, 0, 0, 0 }

/* false: not a valid object; *why is a constant sentence. */
bool item_read(struct item *i, const struct json *value, const char **why);
/* A bare value as an item with that one member. */
void item_wrap(struct item *i, const char *name, const struct json *value);
const struct json *item_get(const struct item *i, const char *name);
/* A member as text: a string decoded, a number's digits.  false: it is not
 * there, null, nested, or does not fit. */
bool item_text(const struct item *i, const char *name, char *to, size_t size);
/* A member as an instant. */
bool item_date(const struct item *i, const char *name, int64_t *at);
/* Do all conditions hold? */
bool item_meets(const struct item *i, const struct condition *all,
    size_t count);
void item_release(struct item *i);

struct emit {
	const struct stream *stream;
	struct buf head;	/* what stands before the item's own members */
	bool raw, secrets;	/* nothing of ours; keep what is secret */
};

/* context: path parameters of the request, which the item may lack. */
void emit_begin(struct emit *e, const struct stream *stream,
    const char *account, const char *fetched, const struct pair *context,
    size_t context_count);
void emit_line(struct emit *e, const struct item *i, struct buf *to);
void emit_release(struct emit *e);

#endif
