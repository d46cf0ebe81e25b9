/* interval against a naive model: one bit an instant. */
#include "interval.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

#define SPAN 48
#define ROUNDS 20000

static unsigned long long seed = 20260731;

static int
pick(int below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (int)((seed >> 33) % (unsigned)below);
}

/* Sorted, disjoint, no two that touch, none empty; and the same instants. */
static int
agrees(const struct interval_set *s, const char *bits)
{
	char got[SPAN + 1] = { 0 };

	for (size_t i = 0; i < s->count; i++) {
		if (s->all[i].since >= s->all[i].until)
			return 0;
		if (i > 0 && s->all[i - 1].until >= s->all[i].since)
			return 0;
		for (int64_t t = s->all[i].since; t < s->all[i].until; t++)
			got[t] = 1;
	}
	return memcmp(got, bits, SPAN) == 0;
}

static void
random_set(struct interval_set *s, char *bits)
{
	int n = pick(8);

	memset(bits, 0, SPAN + 1);
	s->count = 0;
	while (n-- > 0) {
		int since = pick(SPAN + 1), until = pick(SPAN + 1);

		interval_add(s, since, until);
		for (int t = since; t < until; t++)
			bits[t] = 1;
	}
}

static void
against_model(void)
{
	struct interval_set a = INTERVAL_SET_INIT, b = INTERVAL_SET_INIT,
	    x = INTERVAL_SET_INIT, y = INTERVAL_SET_INIT;
	char in_a[SPAN + 1], in_b[SPAN + 1], want[SPAN + 1];
	int bad_add = 0, bad_union = 0, bad_order = 0, bad_difference = 0,
	    bad_subtract = 0, bad_clip = 0, bad_covers = 0, bad_same = 0;

	for (int i = 0; i < ROUNDS; i++) {
		int since = pick(SPAN + 1), until = pick(SPAN + 1), covers = 1;

		random_set(&a, in_a);
		random_set(&b, in_b);
		bad_add += !agrees(&a, in_a) || !agrees(&b, in_b);

		interval_copy(&x, &a);
		interval_union(&x, &b);
		interval_copy(&y, &b);
		interval_union(&y, &a);
		for (int t = 0; t <= SPAN; t++)
			want[t] = in_a[t] | in_b[t];
		bad_union += !agrees(&x, want);
		interval_union(&y, &b);
		bad_order += !interval_same(&x, &y);

		interval_copy(&x, &a);
		interval_difference(&x, &b);
		for (int t = 0; t <= SPAN; t++)
			want[t] = in_a[t] & !in_b[t];
		bad_difference += !agrees(&x, want);
		bad_same += interval_same(&x, &a) !=
		    (memcmp(want, in_a, SPAN) == 0);

		interval_copy(&x, &a);
		interval_subtract(&x, since, until);
		for (int t = 0; t <= SPAN; t++)
			want[t] = in_a[t] && !(t >= since && t < until);
		bad_subtract += !agrees(&x, want);

		interval_copy(&x, &a);
		interval_clip(&x, since, until);
		for (int t = 0; t <= SPAN; t++)
			want[t] = in_a[t] && t >= since && t < until;
		bad_clip += !agrees(&x, want);

		for (int t = since; t < until; t++)
			covers &= in_a[t];
		bad_covers += interval_covers(&a, since, until) != covers;
	}
	is_number(bad_add, 0, "add: as the model, and coalesced");
	is_number(bad_union, 0, "union: as the model");
	is_number(bad_order, 0, "union: commutative and idempotent");
	is_number(bad_difference, 0, "difference: as the model");
	is_number(bad_subtract, 0, "subtract: as the model");
	is_number(bad_clip, 0, "clip: as the model");
	is_number(bad_covers, 0, "covers: as the model");
	is_number(bad_same, 0, "same: as the model");
	interval_release(&a);
	interval_release(&b);
	interval_release(&x);
	interval_release(&y);
}

static void
open_ends(void)
{
	struct interval_set s = INTERVAL_SET_INIT;

	interval_add(&s, INT64_MIN, 10);
	interval_add(&s, 20, INT64_MAX);
	is_number(s.count, 2, "open ends: two intervals");
	ok(interval_covers(&s, INT64_MIN, 10), "open ends: from the beginning");
	ok(!interval_covers(&s, INT64_MIN, 11), "open ends: not further");
	interval_add(&s, 10, 20);
	is_number(s.count, 1, "open ends: what fits between joins them");
	interval_clip(&s, 0, 5);
	ok(s.count == 1 && s.all[0].since == 0 && s.all[0].until == 5,
	    "open ends: clipped");
	interval_clip(&s, 5, 5);
	is_number(s.count, 0, "clip to nothing leaves nothing");
	interval_add(&s, 7, 7);
	interval_add(&s, 8, 7);
	is_number(s.count, 0, "an empty interval adds nothing");
	interval_release(&s);
}

int
main(void)
{
	against_model();
	open_ends();
	return done();
}
