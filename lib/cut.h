/*
 * cut: a window that holds many pages, as pieces that can be asked side by
 * side.
 *
 * Pure arithmetic on what the first pages showed, so that the cuts, and with
 * them the order of the output, depend on data and never on timing.  Pieces
 * are few at a time (CUT_MOST): one that turns out dense is cut again, so an
 * uneven year costs some empty pieces a level and not hundreds.
 */
#ifndef CUT_H
#define CUT_H

#include <stddef.h>
#include <stdint.h>

#include "interval.h"

#define CUT_MOST 16

/* What pages of a window showed so far. */
struct cut_sample {
	size_t dated;		/* records of the window with a date */
	int64_t newest, oldest;	/* among them */
	size_t a_page;		/* records a page */
	int more;		/* there is a next page */
};

/* Pages still to come in [since, oldest), were the rest like the sample. */
double cut_expect(const struct cut_sample *s, int64_t since);

/*
 * Cut [since, until) into at most n pieces of whole units (seconds), newest
 * first.  Returns how many; 1 if it cannot be cut.
 */
size_t cut_window(struct interval pieces[CUT_MOST], int64_t since,
    int64_t until, size_t n, int64_t unit);

#endif
