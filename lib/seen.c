#include "seen.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

/* Two independent 64-bit hashes (FNV-1a and a multiply-xor mix); not meant
 * against an adversary, who could only hide records of his own account. */
static void
hash(const char *key, size_t len, uint64_t to[2])
{
	uint64_t a = 0xcbf29ce484222325u, b = 0x9e3779b97f4a7c15u ^ len;
	size_t i;

	for (i = 0; i < len; i++) {
		a = (a ^ (unsigned char)key[i]) * 0x100000001b3u;
		b = (b ^ (unsigned char)key[i]) * 0xff51afd7ed558ccdu;
		b ^= b >> 32;
	}
	to[0] = a ? a : 1;	/* 0 marks an empty place */
	to[1] = b;
}

static size_t
find(const struct seen_table *t, const uint64_t key[2])
{
	size_t at = (key[0] ^ key[1]) & (t->room - 1);

	while (t->keys[at][0] &&
	    (t->keys[at][0] != key[0] || t->keys[at][1] != key[1]))
		at = (at + 1) & (t->room - 1);
	return at;
}

static void
grow(struct seen_table *t)
{
	struct seen_table bigger = { NULL, t->count, t->room ? t->room * 2 :
	    1024 };
	size_t i;

	bigger.keys = mem_new(bigger.room * sizeof *bigger.keys);
	for (i = 0; i < t->room; i++)
		if (t->keys[i][0])
			memcpy(bigger.keys[find(&bigger, t->keys[i])],
			    t->keys[i], sizeof *t->keys);
	free(t->keys);
	*t = bigger;
}

bool
seen_before(struct seen *s, const char *key, size_t len)
{
	uint64_t k[2];
	size_t at;

	hash(key, len, k);
	if (s->old.room && s->old.keys[find(&s->old, k)][0])
		return true;
	if (s->young.count * 2 >= s->young.room)
		grow(&s->young);
	at = find(&s->young, k);
	if (s->young.keys[at][0])
		return true;
	memcpy(s->young.keys[at], k, sizeof k);
	if (++s->young.count == SEEN_MAX) {
		free(s->old.keys);
		s->old = s->young;
		memset(&s->young, 0, sizeof s->young);
	}
	return false;
}

void
seen_release(struct seen *s)
{
	free(s->young.keys);
	free(s->old.keys);
	memset(s, 0, sizeof *s);
}
