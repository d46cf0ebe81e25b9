/* pace: against a service with a limit nobody tells. */
#include "pace.h"
#include "tap.h"

#define MOST 64

/* Rounds of as many requests as may run, of which allowed are answered, and
 * each answer makes room for the next; the refusals come first, or last. */
static int
rounds(struct pace *p, int allowed, int n, bool first, int *good)
{
	int i, k, refused = 0;

	for (i = 0; i < n; i++) {
		int crowd, running = p->shut ? 1 : p->limit, left = running;

		for (k = 1; k <= running; k++) {
			crowd = first ? running + 1 - k : k;
			if (crowd > allowed) {
				pace_refused(p, crowd, --left);
				refused++;
			} else {
				pace_good(p);
				++*good;
			}
		}
	}
	return refused;
}

int
main(void)
{
	struct pace p = PACE_INIT(MOST), one = PACE_INIT(1);
	int good = 0, i, first;

	is_number(p.limit, 8, "it begins at 8");
	is_number(one.limit, 1, "or at what is allowed");
	rounds(&p, MOST, 3, false, &good);
	is_number(p.limit, MOST, "and doubles every round");
	for (i = 0; i < 100; i++)
		pace_good(&p);
	is_number(p.limit, MOST, "no further than it may");
	pace_refused(&p, 1, 0);
	is_number(p.limit, MOST, "one that was alone says nothing of others");
	pace_refused(&p, 20, 3);
	is_number(p.limit, 19, "nor do those that have ended since");
	pace_good(&p);
	for (i = 18; i >= 12; i--)
		pace_refused(&p, 19, i);
	is_number(p.limit, 12, "what is not refused is the limit");

	for (first = 0; first < 2; first++) {
		struct pace q = PACE_INIT(MOST);
		int refused;

		good = 0;
		refused = rounds(&q, 4, 60, first, &good);
		ok(q.limit == 4 || q.limit == 5, "a limit of 4 is found");
		ok(refused < 10, "at a price");
		good = 0;
		refused = rounds(&q, 4, 500, first, &good);
		ok(good > 1900, "and used");
		ok(refused * 200 < good, "with few refusals");
		rounds(&q, MOST, 1000, first, &good);
		ok(q.limit > 16, "when it is lifted, that is found, too");
		rounds(&q, 1, 40, first, &good);
		ok(q.limit >= 1 && q.limit <= 2, "and when it falls to one");
	}

	p = (struct pace)PACE_INIT(16);
	rounds(&p, 16, 2, false, &good);
	for (i = 15; i >= 0; i--)
		pace_refused(&p, 16, i);
	ok(p.shut, "when all are refused, nothing begins");
	pace_refused(&p, 1, 0);
	ok(p.shut, "until one is answered");
	pace_good(&p);
	ok(!p.shut, "then it goes on");
	is_number(p.limit, 8, "with half of them");
	pace_refused(&one, 1, 0);
	ok(one.shut && one.limit == 1, "one at a time is the least");
	return done();
}
