/*
 * interval: sets of half-open intervals [since, until) of instants.
 *
 * A set is sorted, disjoint and coalesced, always.  Union is commutative and
 * idempotent; that is what lets states of several machines be merged.
 */
#ifndef INTERVAL_H
#define INTERVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct interval {
	int64_t since, until;
};

struct interval_set {
	struct interval *all;
	size_t count, room;
};

#define INTERVAL_SET_INIT { 0, 0, 0 }

void interval_add(struct interval_set *s, int64_t since, int64_t until);
void interval_subtract(struct interval_set *s, int64_t since, int64_t until);
void interval_union(struct interval_set *s, const struct interval_set *other);
void interval_difference(struct interval_set *s,
    const struct interval_set *other);
void interval_clip(struct interval_set *s, int64_t since, int64_t until);
bool interval_covers(const struct interval_set *s, int64_t since,
    int64_t until);
bool interval_same(const struct interval_set *a, const struct interval_set *b);
void interval_copy(struct interval_set *to, const struct interval_set *from);
void interval_release(struct interval_set *s);

#endif
