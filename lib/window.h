/*
 * window: from birth to its mark.
 *
 * A new window asks for the first page of each of its lists.  With them it is
 * whole, or it is followed link by link, or it is cut (divide.h).  Nothing of a
 * window is printed while it may yet be cut, so nothing has to be taken back;
 * what cannot be cut is printed page by page.
 */
#ifndef WINDOW_H
#define WINDOW_H

#include "run.h"

struct window *window_new(struct run *run, struct family *f,
    struct account *a, struct node *place, int64_t since, int64_t until,
    bool full);
void window_free(struct window *w);

/* Ask for its lists: one for each value of "values" and "each". */
void window_ask(struct window *w);
/* Also read the unfiltered list, for records without a date. */
void window_sweep(struct window *w);
/* Seconds that borders of its pieces are a multiple of; 0: it can't be cut. */
int64_t window_unit(const struct window *w);
/* All windows below a place in the output. */
void window_each(struct node *place, void (*act)(struct window *w));
/* Its pieces that are on trial go away. */
void window_forget(struct window *w);
/* It will not be cut: what was held goes out. */
void window_settle(struct window *w);
void window_release_downs(struct window *w);	/* none was asked yet */
/* The children of the records seen so far are asked for. */
void window_grow(struct job *j);

/* The last page of a list came. */
void window_list_done(struct job *j);
/* All its lists are done. */
void window_finish(struct window *w);
/* No more of it is wanted. */
void window_stop(struct window *w);
/* What the trial brought of it stays. */
void window_believe(struct window *w);
/* It cannot be had; its jobs are gone.  Said once a scope. */
void window_fail(struct window *w, int status, int http, long code,
    const char *message);
/* Say how many failed like those that were said; f and its siblings. */
void window_say_more(struct run *run, const struct family *f);

#endif
