/*
 * flat: a nested record in, flat rows out, tw-flatten(1).
 *
 *	struct flat *f = flat_new(&rules, &key, "messages");
 *	if (flat_record(f, &out, line.text, line.len))
 *		... f->why at byte f->offset: not a record
 *	flat_free(f);
 *
 * A row has metadata first, then the catalogue's columns in their order, then
 * other members in the record's order, then _extra: an object as JSON text
 * with what did not fit its column, by path.  Exploded arrays give one row an
 * element behind the record's own.  Of a name that is there twice the last
 * value counts; of two members that flatten to one name the first is the
 * column and the other goes to _extra.
 *
 * Memory: the record, what it says in the output, and the names of members
 * seen; when those are thousands they are forgotten between records.
 */
#ifndef FLAT_H
#define FLAT_H

#include <stddef.h>

#include "mask.h"
#include "out.h"
#include "shape.h"

#define FLAT_SLACK 64

struct flat_state;

struct flat {
	const char *why;	/* after -1: what was wrong, a constant */
	size_t offset;		/* after -1: at which byte */
	unsigned long long misfits;	/* values sent to _extra so far */
	char first_misfit[256];		/* "messages: price", or empty */
	struct flat_state *state;
};

/* stream: of records that do not say theirs, written to them; or NULL.  All
 * is kept, not copied. */
struct flat *flat_new(struct shape_rules *rules, const struct mask_key *key,
    const char *stream);
void flat_free(struct flat *f);

/* At least FLAT_SLACK readable bytes must follow the text, as LINE_SLACK do a
 * line.  0: its rows are in o; -1: it is not a record, and nothing was written. */
int flat_record(struct flat *f, struct out *o, const char *text, size_t len);

#endif
