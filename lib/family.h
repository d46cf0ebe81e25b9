/*
 * family: the streams of a run under their parents, and what the state says
 * they lack.
 */
#ifndef FAMILY_H
#define FAMILY_H

#include "interval.h"
#include "run.h"

/* The counts of a stream; NULL: it is not part of the run. */
struct fetch_count *family_count(struct run *run, const struct stream *s);
/* The stream is part of it. */
void family_count_add(struct run *run, const struct stream *s);
struct family *family_find(struct family *f, const struct stream *s);
/* The stream's place among its ancestors, made if it is not there. */
struct family *family_add(struct run *run, const struct stream *s);

/* Add what any of f, its siblings and all below lacks of an account; top is
 * for those that have no windows of their own or above. */
void family_gaps(struct run *run, struct family *f, const struct stream *top,
    struct account *a, int64_t since, struct interval_set *to);
/* Is no more wanted of f and of all below? */
bool family_sated(const struct family *f);
/* Were all of them read as a whole within --max-age? */
bool family_fresh(struct run *run, const struct family *f, struct account *a);

#endif
