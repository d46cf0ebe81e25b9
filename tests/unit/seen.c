/* seen: nothing new is called old; what is old is known while it may come. */
#include "seen.h"
#include "tap.h"

static int
key(char *to, unsigned long i)
{
	return snprintf(to, 64, "SM%032lx", i * 2654435761u);
}

int
main(void)
{
	struct seen s = SEEN_INIT;
	const unsigned long ago = SEEN_MAX / 4 * 3;
	unsigned long i, wrong = 0, missed = 0;
	char text[64];

	for (i = 0; i < 600000; i++) {
		wrong += seen_before(&s, text, (size_t)key(text, i));
		if (i >= ago)
			missed += !seen_before(&s, text,
			    (size_t)key(text, i - ago));
	}
	is_number(wrong, 0, "600000 new keys are new");
	is_number(missed, 0, "those of not too long ago are known");
	ok(s.young.room + s.old.room <= 4 * SEEN_MAX, "in bounded memory");
	ok(!seen_before(&s, "", 0) && seen_before(&s, "", 0), "none is a key");
	ok(!seen_before(&s, "a\0b", 3) && !seen_before(&s, "a\0c", 3) &&
	    seen_before(&s, "a\0b", 3), "keys may hold NULs");
	seen_release(&s);
	ok(!seen_before(&s, "x", 1), "released, it is empty");
	seen_release(&s);
	return done();
}
