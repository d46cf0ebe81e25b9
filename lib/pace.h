/*
 * pace: how many requests at a time, when nobody says how many are allowed.
 *
 * The service has a limit of concurrent requests that it does not tell, and a
 * request above it is refused (429).  Pure arithmetic: up to the first refusal
 * the number doubles every round.  Each refusal makes it the number of those
 * that are not refused yet, and this the roof, above which only patience leads.
 * So a limit is found once, and then costs a request in a hundred.  Where
 * nothing but refusals comes there are too many in a while, not at a time: the
 * door is shut, one alone tries when it has waited, and after it half of them.
 *
 *	struct pace p = PACE_INIT(16);
 *	if (running < (p.shut ? 1 : p.limit)) { crowd = ++running; start ... }
 *	running--, pace_good(&p) or pace_refused(&p, crowd, running) an answer
 */
#ifndef PACE_H
#define PACE_H

#include <stdbool.h>

struct pace {
	int most;		/* never more than that */
	int limit;		/* now */
	int roof;		/* more was refused */
	int good;		/* answers since the limit last moved */
	int patience;		/* good answers before the roof is tried; 0:
				 * nothing was ever refused */
	int bad;		/* refusals since the last good answer */
	int before;		/* the limit before the first of them */
	bool shut;
};

#define PACE_INIT(jobs) { (jobs), (jobs) < 8 ? (jobs) : 8, (jobs), 0, 0, 0, 0, \
	false }

void pace_good(struct pace *p);
/* crowd: how many ran when it began, itself included; running: still do. */
void pace_refused(struct pace *p, int crowd, int running);
/* That is known to be our part of what all may do. */
void pace_share(struct pace *p, int part);

#endif
