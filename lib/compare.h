/*
 * compare: conditions so simple that they mean the same without libjq.
 *
 *	struct compare *c = compare_open(".status == \"sent\" or .price != null");
 *	if (c && compare_true(c, &record)) ...
 *
 * They are members of the record (.name) compared by == or != with a string in
 * plain ASCII, null, true or false, joined by and and or, which bind as in jq.
 * Such an expression gives one boolean and cannot fail; all else is libjq's.
 * Numbers are left out because libjq compares them as doubles.
 */
#ifndef COMPARE_H
#define COMPARE_H

#include <stdbool.h>
#include <stddef.h>

struct compare;

/* NULL: it is not that simple. */
struct compare *compare_open(const char *text);
void compare_free(struct compare *c);

/* The text must be a valid JSON object. */
bool compare_true(struct compare *c, const char *json, size_t len);

#endif
