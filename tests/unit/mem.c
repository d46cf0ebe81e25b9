#include "mem.h"

#include <stdint.h>

#include "child.h"
#include "tap.h"

/* The sanitizer would end the process itself. */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void
too_large(void *unused)
{
	(void)unused;
	mem_new(SIZE_MAX / 2 + 1);
}

static void
overflow(void *unused)
{
	(void)unused;
	/* The product wraps round to 0. */
	mem_array(NULL, (SIZE_MAX / 8) + 1, 8);
}

int
main(void)
{
	struct child c;
	char *p = mem_new(16), *q;
	int i, zero = 1;

	for (i = 0; i < 16; i++)
		zero &= p[i] == 0;
	ok(zero, "new memory is zero");
	free(p);

	p = mem_new(0);
	ok(p != NULL, "no bytes are something to free");
	p = mem_resize(p, 0);
	ok(p != NULL, "resizing to nothing too");
	free(p);

	p = mem_copy("a\0b", 3);
	ok(memcmp(p, "a\0b", 4) == 0, "a copy holds NULs and ends in one");
	free(p);
	p = mem_copy(NULL, 0);
	is_text(p, "", "a copy of nothing is empty");
	free(p);
	q = mem_text("text");
	is_text(q, "text", "a copy of text");
	free(q);

	c = child_run(too_large, NULL);
	is_number(c.status, 70, "out of memory is status 70");
	ok(strstr(c.err, "tw: out of memory\n") != NULL, "and one line");
	c = child_run(overflow, NULL);
	is_number(c.status, 70, "an array whose size overflows too");
	return done();
}
