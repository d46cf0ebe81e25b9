/*
 * seen: which of the last keys came before?
 *
 * Keys are kept as 128-bit hashes in two generations of at most SEEN_MAX, so
 * the memory of an endless list is bounded; a key is forgotten only after
 * SEEN_MAX others came in between.  Lists shift by some rows while they are
 * paged, never by tens of thousands.
 */
#ifndef SEEN_H
#define SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEEN_MAX ((size_t)1 << 16)

struct seen {
	struct seen_table {
		uint64_t (*keys)[2];
		size_t count, room;
	} young, old;
};

#define SEEN_INIT { { 0, 0, 0 }, { 0, 0, 0 } }

/* Was it there?  It is now. */
bool seen_before(struct seen *s, const char *key, size_t len);
void seen_release(struct seen *s);

#endif
