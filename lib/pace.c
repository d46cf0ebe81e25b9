#include "pace.h"

#define PATIENCE 100		/* the roof is tried once in so many */
#define PATIENCE_LOW 25		/* times the limit, where that is less */
#define PATIENCE_MAX 1600	/* after it was tried again and again */

void
pace_good(struct pace *p)
{
	int need = p->patience == 0 ? 1 : p->limit == p->roof ? p->patience :
	    p->limit;

	p->bad = 0;
	p->shut = false;
	if (p->limit >= p->most || ++p->good < need)
		return;
	p->good = 0;
	if (p->limit > p->roof) {
		/* Nobody minded: the roof is higher than was thought. */
		p->roof = p->limit;
		p->patience = p->limit;
	} else
		p->limit++;
}

static void
settle(struct pace *p, int roof)
{
	int again = p->limit == p->roof + 1 && roof == p->roof ?
	    2 * p->patience : 0;

	p->limit = p->roof = roof;
	p->patience = roof * PATIENCE_LOW < PATIENCE ? roof * PATIENCE_LOW :
	    PATIENCE;
	if (p->patience < again)
		p->patience = again < PATIENCE_MAX ? again : PATIENCE_MAX;
}

void
pace_refused(struct pace *p, int crowd, int running)
{
	p->good = 0;
	if (p->bad++ == 0)
		p->before = p->limit;
	if (p->shut)
		return;
	if (p->bad >= p->before) {
		p->shut = true;
		settle(p, p->before > 1 ? p->before / 2 : 1);
		return;
	}
	/* There may be fewer now for want of work. */
	if (running + 1 < p->limit && running < crowd - 1)
		running = crowd - 1;
	if (running > 0 && running < p->limit)
		settle(p, running);
}

void
pace_share(struct pace *p, int part)
{
	if (part < 1)
		part = 1;
	if (part > p->most)
		part = p->most;
	if (p->patience > 0 && part == p->roof)
		return;
	settle(p, part);
	p->good = 0;
	p->patience = PATIENCE;	/* the others try, too */
}
