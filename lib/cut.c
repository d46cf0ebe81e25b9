#include "cut.h"

#include <stdbool.h>

double
cut_expect(const struct cut_sample *s, int64_t since)
{
	double rate, rest;

	if (!s->more)
		return 0;
	if (s->dated == 0 || s->a_page == 0)
		return 1;	/* nothing of ours yet: look at the next */
	rate = (double)s->dated / (double)(s->newest - s->oldest + 1);
	rest = s->oldest > since ? (double)(s->oldest - since) : 0;
	return rate * rest / (double)s->a_page + 1;
}

/* To the nearest whole unit. */
static int64_t
whole(double at, int64_t unit)
{
	int64_t low = (int64_t)at + unit / 2;

	return low - low % unit - (low % unit < 0 ? unit : 0);
}

size_t
cut_window(struct interval pieces[CUT_MOST], int64_t since, int64_t newest,
    int64_t until, double n, int64_t unit)
{
	int64_t top = newest - newest % unit + unit;
	double width = (double)(top - since) / n, bound = (double)top;
	bool alike = n < CUT_NARROW * 1.5;	/* no wide one for a crumb */
	size_t made;

	if (alike)
		width = (double)(top - since) / (double)(int)(n + 0.99);
	if (width < (double)unit)
		width = (double)unit;
	for (made = 0; made < CUT_MOST && until > since; made++) {
		int64_t low;

		if (!alike && made >= CUT_NARROW)
			width *= made == CUT_NARROW ? CUT_NARROW : 2;
		bound -= width;
		low = whole(bound, unit);
		/* No crumbs at the end. */
		if (made == CUT_MOST - 1 ||
		    (double)low < (double)since + width / 2)
			low = since;
		pieces[made].since = low;
		pieces[made].until = until;
		until = low;
	}
	return made;
}
