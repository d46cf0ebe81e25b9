/*
 * pace: how many requests at a time, when nobody says how many are allowed.
 *
 * The service has a limit of concurrent requests that it does not tell, and a
 * request above it is refused (429).  Pure arithmetic: up to the first refusal
 * the number doubles every round; a refusal halves it and leaves a roof, the
 * most that was not refused; up to the roof a round adds one, and above it
 * only patience does.  So a limit is found once, and then costs a request in
 * a hundred.
 *
 *	struct pace p = PACE_INIT(16);
 *	if (running < p.limit) { era = p.era; start ... }
 *	pace_good(&p) or pace_refused(&p, era) for each answer
 */
#ifndef PACE_H
#define PACE_H

#include <stdbool.h>

#define PACE_PATIENCE 100	/* good answers before the roof is tried */

struct pace {
	int most;		/* never more than that */
	int limit;		/* now */
	int roof;		/* more was refused */
	int good;		/* answers since the limit last moved */
	int patience;
	unsigned era;		/* how often it was cut */
};

#define PACE_INIT(jobs) { (jobs), (jobs) < 8 ? (jobs) : 8, (jobs), 0, 0, 0 }

void pace_good(struct pace *p);
/* era: what it was when the request began.  Those that began before the last
 * cut say nothing new. */
void pace_refused(struct pace *p, unsigned era);

#endif
