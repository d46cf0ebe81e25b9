/* pace: against a service with a limit nobody tells. */
#include "pace.h"
#include "tap.h"

#define MOST 64

/* Rounds of as many requests as may run, of which allowed are answered. */
static int
rounds(struct pace *p, int allowed, int n, int *good)
{
	int i, k, refused = 0;

	for (i = 0; i < n; i++) {
		int running = p->limit;
		unsigned era = p->era;

		for (k = 0; k < running; k++)
			if (k < allowed) {
				pace_good(p);
				++*good;
			} else {
				pace_refused(p, era);
				refused++;
			}
	}
	return refused;
}

int
main(void)
{
	struct pace p = PACE_INIT(MOST), one = PACE_INIT(1);
	int good = 0, refused, i;

	is_number(p.limit, 8, "it begins at 8");
	is_number(one.limit, 1, "or at what is allowed");
	rounds(&p, MOST, 3, &good);
	is_number(p.limit, MOST, "and doubles every round");
	for (i = 0; i < 100; i++)
		pace_good(&p);
	is_number(p.limit, MOST, "no further than it may");
	pace_refused(&p, 0);
	is_number(p.limit, MOST / 2, "a refusal halves it");
	for (i = 0; i < 30; i++)
		pace_refused(&p, 0);
	is_number(p.limit, MOST / 2, "those that were under way count once");

	good = 0;
	rounds(&p, 4, 60, &good);
	ok(p.limit == 4 || p.limit == 5, "a limit of 4 is found");
	good = 0;
	refused = rounds(&p, 4, 500, &good);
	ok(good > 1900, "and used");
	ok(refused * 50 < good, "with few refusals");
	rounds(&p, MOST, 400, &good);
	ok(p.limit > 16, "when it is lifted, that is found, too");
	rounds(&p, 1, 40, &good);
	ok(p.limit >= 1 && p.limit <= 2, "and when it falls to one");
	for (i = 0; i < 100; i++)
		pace_refused(&p, p.era);
	is_number(p.limit, 1, "one at a time is the least");
	return done();
}
