/* compare: what is so simple that it needs no libjq, and what is not. */
#include "compare.h"

#include <string.h>

#include "tap.h"

static const struct {
	const char *text;
	int truth;		/* of {"a":"x","b":null,"c":true}; -1: libjq's */
} cases[] = {
	{ ".a == \"x\"", 1 },
	{ " .a==\"y\" ", 0 },
	{ ".b == null and .c != false", 1 },
	{ ".a == \"y\" or .c == true", 1 },
	{ ".a == \"x\" and .c == false or .d == null", 1 },
	{ ".a == \"x\" and .d != null", 0 },
	{ ".a == nullx", -1 },
	{ ".a == null_", -1 },
	{ ".a == truely", -1 },
	{ ".a == \"x\" andy", -1 },
	{ ".a == \"x\" xor .b == null", -1 },
	{ ".a == \"x\" | not", -1 },
	{ ".a == \"x\" or", -1 },
	{ ".a == \"\x7f\"", -1 },
	{ ".a == \"\xc3\xa9\"", -1 },
	{ ".a == \"\\n\"", -1 },
	{ ".a == \"x", -1 },
	{ ".a == 1", -1 },
	{ ".a = \"x\"", -1 },
	{ ".a !- \"x\"", -1 },
	{ ". == null", -1 },
	{ ".1 == null", -1 },
	{ "a == null", -1 },
	{ "", -1 },
};

int
main(void)
{
	static const char record[] = "{\"a\":\"x\",\"b\":null,\"c\":true}";
	size_t i;

	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct compare *c = compare_open(cases[i].text);

		is_number(c ? compare_true(c, record, strlen(record)) : -1,
		    cases[i].truth, cases[i].text);
		compare_free(c);
	}
	return done();
}
