#include "pace.h"

void
pace_good(struct pace *p)
{
	int need = p->era == 0 ? 1 : p->limit == p->roof ? p->patience :
	    p->limit;

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

void
pace_refused(struct pace *p, unsigned era)
{
	p->good = 0;
	if (era != p->era)
		return;
	if (p->era > 0 && p->limit > p->roof)
		p->limit = p->roof;
	else {
		p->roof = p->limit > 1 ? p->limit - 1 : 1;
		p->limit = p->limit > 1 ? p->limit / 2 : 1;
	}
	p->patience = PACE_PATIENCE;
	p->era++;
}
