/* line: text comes out as it went in, line by line, however it is cut into
 * reads.  The first byte is the size of a read. */
#include <unistd.h>

#include "fuzz.h"
#include "line.h"


static int pipe_in;
static const uint8_t *left;
static size_t left_len, step;

/* The reader is about to wait: let some more come. */
static void
feed(void)
{
	size_t n = left_len < step ? left_len : step;

	if (n > 0)
		must(write(pipe_in, left, n) == (ssize_t)n);
	left += n;
	left_len -= n;
	if (left_len == 0 && pipe_in >= 0) {
		close(pipe_in);
		pipe_in = -1;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct line_reader in = LINE_INIT;
	struct line l;
	const uint8_t *p = data + 1, *end = data + len;
	bool gzip = len > 2 && data[1] == 0x1f && data[2] == 0x8b;
	unsigned long number = 0;
	int ends[2], got;

	if (len < 2 || len > 8192)
		return 0;
	must(pipe(ends) == 0);
	must(dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
	close(ends[0]);
	pipe_in = ends[1];
	left = p;
	left_len = len - 1;
	step = (size_t)data[0] + 1;
	line_before_wait = feed;
	in.max = 4096;
	line_files(&in, NULL);
	while ((got = line_next(&in, &l)) > 0) {
		must(l.text[l.len + LINE_SLACK - 1] == 0 ||
		    l.text[l.len + LINE_SLACK - 1] != 0);	/* is there */
		must(l.number == ++number);
		if (gzip)
			continue;
		must(p + l.len + l.ended <= end);
		must(memcmp(p, l.text, l.len) == 0);
		must(!memchr(p, '\n', l.len));
		must(!l.ended || p[l.len] == '\n');
		p += l.len + l.ended;
	}
	must(gzip || got < 0 || p == end);
	must(got == 0 || in.why[0] != '\0');
	line_release(&in);
	if (pipe_in >= 0)
		close(pipe_in);
	return 0;
}
