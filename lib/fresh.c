#include "fresh.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

#define FIRST_ROOM ((size_t)4096)

/* Of the key's values; 0: two that differ here might be the same to a
 * database, as 1 and 1.0 are. */
static uint64_t
hash_of(const struct table *t)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	size_t i, n;

	for (i = 0; i < t->count; i++) {
		const struct table_column *c = t->columns[i];

		if (!c->key)
			continue;
		if (c->seen != t->row || c->value.kind != JSON_STRING ||
		    c->value.escaped ||
		    (c->type != COLUMN_TEXT && c->type != COLUMN_DATE))
			return 0;
		for (n = 0; n < c->value.len; n++)
			h = (h ^ (unsigned char)c->value.text[n]) *
			    UINT64_C(0x100000001b3);
		h = (h ^ 0xff) * UINT64_C(0x100000001b3);
	}
	h ^= h >> 32;
	return h ? h : 1;
}

/* Where it is, or the place for it. */
static uint64_t *
find(const struct fresh *f, uint64_t hash)
{
	size_t at = hash & (f->room - 1);

	while (f->hashes[at] && f->hashes[at] != hash)
		at = (at + 1) & (f->room - 1);
	return &f->hashes[at];
}

static void
grow(struct fresh *f)
{
	struct fresh bigger = { NULL, f->count, f->room ? 2 * f->room :
	    FIRST_ROOM, false };
	size_t i;

	bigger.hashes = mem_new(bigger.room * sizeof(*bigger.hashes));
	for (i = 0; i < f->room; i++)
		if (f->hashes[i])
			*find(&bigger, f->hashes[i]) = f->hashes[i];
	free(f->hashes);
	*f = bigger;
}

bool
fresh_row(struct fresh *f, const struct table *t)
{
	uint64_t hash = f->over ? 0 : hash_of(t), *place;

	if (hash != 0 && f->count < FRESH_MAX) {
		if (2 * f->count >= f->room)
			grow(f);
		place = find(f, hash);
		if (*place == 0) {
			*place = hash;
			f->count++;
			return true;
		}
	}
	fresh_release(f);
	f->over = true;
	return false;
}

void
fresh_release(struct fresh *f)
{
	free(f->hashes);
	f->hashes = NULL;
	f->count = f->room = 0;
}
