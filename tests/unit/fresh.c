/* fresh: a key that never came, and when it is not known. */
#include "fresh.h"

#include <stdio.h>

#include "catalog.h"
#include "tap.h"

static struct table *table;

static bool
is_fresh(struct fresh *f, const char *sid, bool escaped)
{
	char text[100];
	int len = snprintf(text, sizeof text, "{\"sid\":%s%s%s}", sid ?
	    "\"" : "", sid ? sid : "null", sid ? escaped ? "\\n\"" : "\"" : "");

	return table_row(table, text, (size_t)len) == 0 && fresh_row(f, table);
}

int
main(void)
{
	static const struct table_limits any;
	struct fresh f = FRESH_INIT;
	char sid[20];
	size_t i, n;

	if (catalog_open(NULL))
		return 99;
	table = table_new("messages", 8, &any);
	ok(is_fresh(&f, "SM1", false) && is_fresh(&f, "SM2", false),
	    "two that never came");
	ok(!is_fresh(&f, "SM1", false), "one that did");
	ok(!is_fresh(&f, "SM3", false), "and it is no for good");
	f = (struct fresh)FRESH_INIT;
	ok(is_fresh(&f, "SM1", false), "a new beginning");
	ok(!is_fresh(&f, NULL, false), "a row without its key");
	f = (struct fresh)FRESH_INIT;
	ok(!is_fresh(&f, "SM1", true), "a key that is not compared by bytes");
	f = (struct fresh)FRESH_INIT;

	for (i = n = 0; i < FRESH_MAX; i++) {
		snprintf(sid, sizeof sid, "SM%zu", i);
		n += is_fresh(&f, sid, false);
	}
	is_number(n, FRESH_MAX, "as many keys as are kept");
	ok(!is_fresh(&f, "one more", false), "one more is not known");
	fresh_release(&f);
	table_free(table);
	return done();
}
