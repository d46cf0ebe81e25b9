/* tap.h: ok(), is_text(), is_number() and done() for the C unit tests. */
#ifndef TAP_H
#define TAP_H

#include <stdio.h>
#include <string.h>

static int tap_count, tap_failed;

static inline int
tap_ok(int good, const char *what, const char *file, int line)
{
	printf("%sok %d - %s\n", good ? "" : "not ", ++tap_count, what);
	if (!good) {
		tap_failed++;
		printf("# at %s:%d\n", file, line);
	}
	return good;
}

#define ok(good, what) tap_ok(!!(good), (what), __FILE__, __LINE__)
#define is_number(got, want, what)                                            \
	do {                                                                  \
		long long tap_g = (long long)(got), tap_w = (long long)(want);    \
		if (!ok(tap_g == tap_w, what))                                \
			printf("# got %lld, want %lld\n", tap_g, tap_w);      \
	} while (0)
#define is_text(got, want, what)                                              \
	do {                                                                  \
		const char *tap_a = (got), *tap_b = (want);                       \
		if (!ok(tap_a && strcmp(tap_a, tap_b) == 0, what))               \
			printf("# got  %s\n# want %s\n", tap_a ? tap_a : "NULL", tap_b); \
	} while (0)

static inline int
done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed != 0;
}

#endif
