/*
 * window: from birth to its mark.
 *
 * A new window asks for the first page of each of its lists.  With them it is
 * whole, or it is worth following link by link, or it is dense and is cut: its
 * pieces take its place in the output and it is no more.  Nothing of a window
 * is printed while it may yet be cut, so nothing has to be taken back; what
 * cannot be cut is printed page by page.
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
/* The children of the records seen so far are asked for. */
void window_grow(struct job *j);

/* Something of it came: is it to be cut?  false: it was, and is no more, nor
 * are its jobs. */
bool window_consider(struct window *w);
/* In so many pieces, whatever came.  false: it cannot be. */
bool window_cut(struct window *w, double wanted);
/* Its probe was answered, or is no longer needed.  The probe is gone after it,
 * and the window may be. */
void window_judge(struct window *w, enum instants instants);

/* The last page of a list came.  The job may be gone after it. */
void window_list_done(struct job *j);
/* All its lists are done. */
void window_finish(struct window *w);
/* It cannot be had; its jobs are gone.  Said once a scope. */
/* No more of it is wanted. */
void window_stop(struct window *w);
void window_fail(struct window *w, int status, int http, long code,
    const char *message);
/* Say how many failed like those that were said; f and its siblings. */
void window_say_more(struct run *run, const struct family *f);

#endif
