/*
 * cut: a window that holds many pages, as pieces that can be asked side by
 * side.
 *
 * Pure arithmetic on what the first pages showed, so that the cuts, and with
 * them the order of the output, depend on data and never on timing.  The sample
 * is believed for a while only: behind CUT_NARROW pieces of a page each come
 * wide ones, that are looked at and cut in their turn.  So an even list costs a
 * request in sixty more than its pages, and one that is dense at its end only,
 * a few empty pieces.
 */
#ifndef CUT_H
#define CUT_H

#include <stddef.h>
#include <stdint.h>

#include "interval.h"

#define CUT_NARROW 32
#define CUT_MOST (2 * CUT_NARROW)
#define CUT_FULL 0.92	/* of a page; what is by chance above spills over */

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
 * Cut [since, until) into n pieces of whole units (seconds), newest first, as if
 * nothing lay behind newest: the first piece has what does.  When n is far above
 * CUT_NARROW, those behind it are wider, each twice the one before.  Returns how
 * many it became, CUT_MOST at most; 1 if it cannot be cut.
 */
size_t cut_window(struct interval pieces[CUT_MOST], int64_t since,
    int64_t newest, int64_t until, double n, int64_t unit);

#endif
