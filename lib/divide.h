/*
 * divide: which windows are cut, and where.
 *
 * What the first pages of a window show decides (cut.h has the arithmetic): it
 * is followed link by link, or pieces take its place in the output and it is
 * no more.  Pieces of moments need a service that compares moments.  Where the
 * catalogue says "try" a probe finds out; until it is answered the pieces are
 * on trial: they are asked, but stand behind the probe in the output.  If it
 * says no, or one of them fails, they are dropped and whole days are asked.
 *
 * The window that is given to these may be gone afterwards, and its jobs too.
 */
#ifndef DIVIDE_H
#define DIVIDE_H

#include "run.h"

/* Something of it came: it is cut, or finished if that was all. */
void divide_heard(struct window *w);
/* In about so many pieces, whatever came.  false: it cannot be. */
bool divide_cut(struct window *w, double wanted);
/* What its probe found out: does the service compare moments? */
void divide_judge(struct window *w, bool compared);

#endif
