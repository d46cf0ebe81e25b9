#include <string.h>

#include "lasting.h"
#include "mem.h"

#define BLOCK_BYTES ((size_t)64 << 10)

union block {
	struct {
		union block *older;
		size_t used, room;
	} head;
	max_align_t align;
};
static union block *blocks;

void *
lasting(size_t size)
{
	union block *b = blocks;
	void *place;

	size = (size + sizeof(*b) - 1) / sizeof(*b);
	if (b == NULL || b->head.room - b->head.used < size) {
		size_t room = BLOCK_BYTES / sizeof(*b);

		room = size > room ? size : room;
		b = mem_array(NULL, room + 1, sizeof(*b));
		b->head.older = blocks;
		b->head.used = 0;
		b->head.room = room;
		blocks = b;
	}
	place = b + 1 + b->head.used;
	b->head.used += size;
	return place;
}

char *
lasting_text(const char *text, size_t len)
{
	char *copy = lasting(len + 1);

	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

/* The room doubles at powers of two. */
void *
lasting_grow(void *all, size_t count, size_t size)
{
	void *more;

	if (count & (count - 1))
		return all;
	more = lasting((count ? count * 2 : 1) * size);
	if (count)
		memcpy(more, all, count * size);
	return more;
}
