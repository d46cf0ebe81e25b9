/* cut: pieces are the window, newest first, whatever is asked. */
#include "cut.h"
#include "tap.h"
#include "when.h"

static unsigned long long seed = 42;

static int64_t
pick(int64_t below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (int64_t)((seed >> 20) % (unsigned long long)below);
}

static int
good(int64_t since, int64_t until, double n, int64_t unit)
{
	struct interval pieces[CUT_MOST];
	size_t made = cut_window(pieces, since, since + pick(until - since),
	    until, n, unit), i;

	if (made < 1 || made > CUT_MOST || (n <= CUT_NARROW &&
	    (double)made > n + 2) ||
	    pieces[0].until != until || pieces[made - 1].since != since)
		return 0;
	for (i = 0; i < made; i++) {
		if (pieces[i].since >= pieces[i].until)
			return 0;
		if (i > 0 && pieces[i].until != pieces[i - 1].since)
			return 0;
		if (i + 1 < made && pieces[i].since % unit)
			return 0;
	}
	return 1;
}

int
main(void)
{
	struct interval pieces[CUT_MOST];
	struct cut_sample s = { 1000, 86400, 1, 1000, 1 };
	int i, all = 1;

	for (i = 0; i < 20000; i++) {
		int64_t since = pick(2000000000), width = 1 + pick(i % 3 ?
		    100000 : 100000000);

		all &= good(since, since + width, 1 + (double)pick(i % 5 ?
		    800 : 1000000000) / 10,
		    i % 2 ? 1 : WHEN_DAY);
	}
	ok(all, "20000 windows cut: nothing lost, nothing twice");
	is_number(cut_window(pieces, 5, 5, 6, 16, 1), 1,
	    "a second cannot be cut");
	is_number(cut_window(pieces, 10, 86409, 86410, 16, WHEN_DAY), 2,
	    "a day across midnight is two");
	is_number(cut_window(pieces, 0, 86399, 86400, 16, WHEN_DAY), 1,
	    "a day is one");
	ok(cut_expect(&s, 1 - 9 * 86400) > 9.9 &&
	    cut_expect(&s, 1 - 9 * 86400) < 10.1,
	    "a thousand a day for nine more days is ten pages");
	s.more = 0;
	ok(cut_expect(&s, -1000000) == 0, "the last page is the last");
	s.more = 1;
	s.dated = 0;
	ok(cut_expect(&s, -1000000) == 1, "a page of others says nothing");
	return done();
}
