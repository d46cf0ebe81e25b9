/*
 * retry: ask again, how long from now, or give up.  A pure function: the
 * caller owns the clock and the dice, and turns a wait into a start time.
 *
 * Rules: 429 was never processed and is always safe to repeat; so is every
 * GET after 408, 5xx, a lost connection or a cut body (Twilio's error pages
 * 20429 and 20500).  401 is repeated once, because the edge is known to answer
 * it by mistake, and no more.  Certificates are never asked a second time.
 * Retry-After is obeyed between 0 and RETRY_AFTER_MAX; else the wait is random
 * between 0 and a doubling ceiling (full jitter).  A wait beyond the budget
 * gives up at once instead of being cut short.
 */
#ifndef RETRY_H
#define RETRY_H

#include <stdbool.h>
#include <stdint.h>

#define RETRY_AFTER_MAX 300000	/* ms a server may make us wait */

enum retry_fault {
	FAULT_NONE,		/* an HTTP answer came, whole: http says which */
	FAULT_NETWORK,		/* no answer, or not all of it */
	FAULT_CUT,		/* an answer that ends in the middle */
	FAULT_TLS,		/* the peer is not who it should be */
	FAULT_LOCAL		/* a limit of ours: too large */
};

enum retry_mood {
	RETRY_USUAL,
	RETRY_PATIENT,		/* it did answer before: sit an outage out */
	RETRY_BRIEF		/* it fails at everything: do not insist */
};

struct retry_case {
	enum retry_fault fault;
	int http;		/* status, 0 if none came */
	const char *retry_after;	/* the header, or "" */
	int attempt;		/* this was the n-th, from 1 */
	int64_t spent_ms;	/* since the first attempt began */
	int64_t budget_ms;	/* for all attempts together */
	int64_t now;		/* instant, for Retry-After dates */
	uint32_t random;
	enum retry_mood mood;
};

struct retry_verdict {
	bool again;
	bool crowded;		/* too many at a time: ask fewer */
	int64_t wait_ms;
	int status;		/* exit status if not again */
};

struct retry_verdict retry_judge(const struct retry_case *c);

/* Seconds or an HTTP date, as milliseconds from now, clamped; -1 none. */
int64_t retry_after_ms(const char *header, int64_t now);

#endif
