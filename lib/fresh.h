/*
 * fresh: is the key of this row one that never came before?
 *
 *	struct fresh f = FRESH_INIT;
 *	if (fresh_row(&f, t))
 *		... no row so far had the key of the one in hand
 *	fresh_release(&f);
 *
 * Rows of a table that was empty, each with a key of its own, need no merge.
 * It may say no where yes were right, never the other way; the first no is
 * for good.  Keys are kept as 64-bit hashes, FRESH_MAX of them at most.
 */
#ifndef FRESH_H
#define FRESH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "table.h"

#define FRESH_MAX ((size_t)1 << 20)	/* 16 MB */

struct fresh {
	uint64_t *hashes;	/* 0: none */
	size_t count, room;
	bool over;		/* no, from here on */
};

#define FRESH_INIT { NULL, 0, 0, false }

bool fresh_row(struct fresh *f, const struct table *t);
void fresh_release(struct fresh *f);

#endif
