#include "interval.h"

#include <string.h>

#include "mem.h"

/* The first interval that ends at or behind the instant: the first one that
 * could touch something starting there. */
static size_t
first_touching(const struct interval_set *s, int64_t at)
{
	size_t low = 0, high = s->count;

	/* Windows mostly arrive in order; look at the end before searching. */
	if (high > 0 && s->all[high - 1].until < at)
		return high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->all[middle].until < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Put count intervals where the removed ones from at on were. */
static void
replace(struct interval_set *s, size_t at, size_t removed,
    const struct interval *by, size_t count)
{
	size_t total = s->count - removed + count;

	if (total > s->room) {
		s->room = total < 4 ? 4 : total + total / 2;
		s->all = mem_array(s->all, s->room, sizeof(*s->all));
	}
	if (s->count > at + removed)
		memmove(s->all + at + count, s->all + at + removed,
		    (s->count - at - removed) * sizeof(*s->all));
	if (count > 0)
		memcpy(s->all + at, by, count * sizeof(*by));
	s->count = total;
}

void
interval_add(struct interval_set *s, int64_t since, int64_t until)
{
	struct interval whole = { since, until };
	size_t at, end;

	if (since >= until)
		return;
	at = end = first_touching(s, since);
	while (end < s->count && s->all[end].since <= until)
		end++;
	if (end > at) {
		if (s->all[at].since < whole.since)
			whole.since = s->all[at].since;
		if (s->all[end - 1].until > whole.until)
			whole.until = s->all[end - 1].until;
	}
	replace(s, at, end - at, &whole, 1);
}

void
interval_subtract(struct interval_set *s, int64_t since, int64_t until)
{
	struct interval rest[2];
	size_t at, end, left = 0;

	if (since >= until)
		return;
	at = first_touching(s, since);
	/* One that only ends where we start loses nothing. */
	if (at < s->count && s->all[at].until == since)
		at++;
	for (end = at; end < s->count && s->all[end].since < until; end++)
		;
	if (end == at)
		return;
	if (s->all[at].since < since) {
		rest[left].since = s->all[at].since;
		rest[left++].until = since;
	}
	if (s->all[end - 1].until > until) {
		rest[left].since = until;
		rest[left++].until = s->all[end - 1].until;
	}
	replace(s, at, end - at, rest, left);
}

void
interval_union(struct interval_set *s, const struct interval_set *other)
{
	for (size_t i = 0; i < other->count; i++)
		interval_add(s, other->all[i].since, other->all[i].until);
}

void
interval_difference(struct interval_set *s, const struct interval_set *other)
{
	for (size_t i = 0; i < other->count; i++)
		interval_subtract(s, other->all[i].since, other->all[i].until);
}

void
interval_clip(struct interval_set *s, int64_t since, int64_t until)
{
	if (since >= until) {
		s->count = 0;
		return;
	}
	interval_subtract(s, INT64_MIN, since);
	interval_subtract(s, until, INT64_MAX);
}

bool
interval_covers(const struct interval_set *s, int64_t since, int64_t until)
{
	size_t at;

	if (since >= until)
		return true;
	at = first_touching(s, since);
	if (at < s->count && s->all[at].until == since)
		at++;
	return at < s->count && s->all[at].since <= since &&
	    s->all[at].until >= until;
}

bool
interval_same(const struct interval_set *a, const struct interval_set *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->all[i].since != b->all[i].since ||
		    a->all[i].until != b->all[i].until)
			return false;
	return true;
}

void
interval_copy(struct interval_set *to, const struct interval_set *from)
{
	if (to != from)
		replace(to, 0, to->count, from->all, from->count);
}

void
interval_release(struct interval_set *s)
{
	free(s->all);
	*s = (struct interval_set)INTERVAL_SET_INIT;
}
