#include "cut.h"

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

size_t
cut_window(struct interval pieces[CUT_MOST], int64_t since, int64_t until,
    size_t n, int64_t unit)
{
	int64_t width = until - since, high = until;
	size_t made = 0, i;

	if (n > CUT_MOST)
		n = CUT_MOST;
	for (i = 1; i <= n; i++) {
		/* The i-th bound from above, at a whole unit. */
		int64_t low = since + width / (int64_t)n *
		    (int64_t)(n - i) + width % (int64_t)n *
		    (int64_t)(n - i) / (int64_t)n;

		if (i == n)
			low = since;
		else {
			low += unit / 2;	/* to the nearest */
			low -= low % unit + (low % unit < 0 ? unit : 0);
			if (low <= since)
				continue;
		}
		if (low >= high)
			continue;
		pieces[made].since = low;
		pieces[made++].until = high;
		high = low;
	}
	return made;
}
