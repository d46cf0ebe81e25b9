#include "diag.h"

#include <fcntl.h>
#include <stdint.h>

#include "child.h"
#include "tap.h"

static void
speak(void *unused)
{
	(void)unused;
	diag_name("tw-test");
	note("all is %s", "well");
	diag_quiet(true);
	note("not heard");
	warn("line %d\nof two", 7);
	exit(diag_so_far());
}

static void
spoil(void *unused)
{
	(void)unused;
	diag_name("tw-test");
	reject("one record");
	exit(diag_so_far());
}

static void
end(void *unused)
{
	(void)unused;
	diag_name("tw-test");
	die(STATUS_CONFIG, "no");
}

static void
broken(void *unused)
{
	(void)unused;
	diag_name("tw-test");
	bug("%d is odd", 2);
}

static void
long_one(void *unused)
{
	char text[4000];

	(void)unused;
	/* Two-byte letters, so that a careless cut would show. */
	for (size_t i = 0; i < sizeof text - 1; i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	text[sizeof text - 2] = '\0';
	diag_name("t");
	warn("%s", text);
}

static void
no_stderr(void *unused)
{
	(void)unused;
	close(2);
	die(STATUS_DATA, "unheard");
}

/* A stderr that nobody reads, full, and not to be waited for. */
static void
stuck_stderr(void *unused)
{
	static const char fill[4096];
	int p[2];

	(void)unused;
	if (pipe(p) || fcntl(p[1], F_SETFL, O_NONBLOCK) || dup2(p[1], 2) < 0)
		exit(99);
	while (write(2, fill, sizeof fill) > 0 || write(2, fill, 1) > 0)
		;
	alarm(20);
	die(STATUS_DATA, "unheard");
}

static void
raise_in_turn(void *statuses)
{
	int *s = statuses;

	while (*s >= 0)
		diag_raise((enum diag_status)*s++);
	exit(diag_so_far());
}

static const struct {
	const char *bytes;
	size_t len;
	const char *shown;
} cleaned[] = {
	{ "plain", 5, "plain" },
	{ "", 0, "" },
	{ "a\0b", 3, "a\\x00b" },
	{ "\x1b[31m\r\n\t\x7f", 9, "\\x1b[31m\\x0d\\x0a\\x09\\x7f" },
	{ "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", 14,
	    "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80" },
	{ "\xc2\x9b", 2, "\\u{9b}" },		/* C1: CSI */
	{ "\xe2\x80\xae", 3, "\\u{202e}" },	/* right-to-left override */
	{ "\xe2\x81\xa6", 3, "\\u{2066}" },
	{ "\xf3\xa0\x81\x81", 4, "\\u{e0041}" },	/* a tag */
	{ "\x9b", 1, "\\x9b" },			/* C1 as a lone byte */
	{ "\xc0\xaf", 2, "\\xc0\\xaf" },		/* overlong */
	{ "\xe0\x80\xaf", 3, "\\xe0\\x80\\xaf" },
	{ "\xed\xa0\x80", 3, "\\xed\\xa0\\x80" },	/* surrogate */
	{ "\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80" },
	{ "\xe2\x82", 2, "\\xe2\\x82" },		/* cut short */
	{ "\xff" "a", 2, "\\xff" "a" },
	{ "\xe2\x28\xa1", 3, "\\xe2(\\xa1" },	/* broken off */
	{ "\xe2\x82(", 3, "\\xe2\\x82(" },
};

int
main(void)
{
	struct child c;
	char text[64], small[8], what[80];
	size_t i, size;

	c = child_run(speak, NULL);
	is_text(c.err, "tw-test: all is well\ntw-test: line 7\\x0aof two\n",
	    "note and warn, a line each; note is silent under -q");
	is_number(c.status, 0, "neither spoils the status");
	is_text(c.out, "", "nothing goes to stdout");
	c = child_run(spoil, NULL);
	is_number(c.status, 1, "reject spoils the status");
	c = child_run(end, NULL);
	is_number(c.status, 78, "die ends with its status");
	is_text(c.err, "tw-test: no\n", "and its line");
	c = child_run(broken, NULL);
	is_number(c.status, 70, "a bug is 70");
	is_text(c.err, "tw-test: bug: 2 is odd\n", "and called one");
	c = child_run(no_stderr, NULL);
	is_number(c.status, 65, "without stderr the status is the same");

	c = child_run(stuck_stderr, NULL);
	is_number(c.status, 65, "a stderr that is stuck is given up");

	c = child_run(long_one, NULL);
	size = strlen(c.err);
	ok(size > 300 && size <= 401, "a long message is cut");
	ok(strcmp(c.err + size - 6, "\xc3\xa9...\n") == 0,
	    "at a character, and says so");

	is_number(child_run(raise_in_turn,
	    (int[]){ 0, -1 }).status, 0, "status: done");
	is_number(child_run(raise_in_turn,
	    (int[]){ 1, 0, -1 }).status, 1, "status: done does not mend");
	is_number(child_run(raise_in_turn,
	    (int[]){ 1, 77, 65, 1, -1 }).status, 77,
	    "status: the first of the worse is kept");

	for (i = 0; i < sizeof cleaned / sizeof cleaned[0]; i++) {
		snprintf(what, sizeof what, "clean %zu", i);
		is_text(diag_clean(text, sizeof text, cleaned[i].bytes,
		    cleaned[i].len), cleaned[i].shown, what);
	}
	is_text(diag_clean(small, 8, "1234567", 7), "1234567", "exact fit");
	is_text(diag_clean(small, 8, "12345678", 8), "1234...", "one too many");
	is_text(diag_clean(small, 8, "123\x01""567", 7), "123...",
	    "no escape is cut");
	is_text(diag_clean(small, 0, "x", 1), "123...",
	    "no room, nothing written");
	/* Any size is respected, whatever the bytes. */
	for (size = 1; size < sizeof text; size++) {
		memset(text, 'x', sizeof text);
		diag_clean(text, size, "\xe2\x80\xae\xc3\xa9" "abc\x01\xff"
		    "some more text that does not fit in at all, or does it",
		    64);
		if (!memchr(text, 0, size))
			break;
		for (i = size; i < sizeof text && text[i] == 'x'; i++)
			;
		if (i < sizeof text)
			break;
	}
	is_number(size, sizeof text, "never writes past the end");
	return done();
}
