/*
 * line: lines from files or standard input, plain or gzip, as they arrive.
 *
 *	struct line_reader in = LINE_INIT;
 *	struct line l;
 *	line_files(&in, argv + optind);
 *	while ((got = line_next(&in, &l)) > 0)
 *		use(l.text, l.len);
 *	if (got < 0)
 *		die(STATUS_DATA, "%s", in.why);
 *	line_release(&in);
 *
 * Reads file descriptors itself, with inflate(3) beside read(2), because
 * gzFile holds lines back on a pipe and accepts trailing junk.  Whether input
 * is gzip is seen from its first bytes; concatenated members are one input; a
 * cut stream or junk behind it is an error that names the file.  Before it
 * waits for more input it calls line_before_wait (the tools flush standard
 * output there), so a record written now is out before the next one arrives,
 * and no tool needs an --unbuffered.
 *
 * A line is bytes without its '\n'; it may hold NULs; it is lent until the
 * next call.  At least LINE_SLACK readable bytes follow it, for scanners that
 * look at whole vectors.  A line longer than max is an error.
 */
#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stddef.h>

#define LINE_SLACK 64
#define LINE_MAX_DEFAULT ((size_t)256 << 20)

struct line {
	const char *text;
	size_t len;
	unsigned long number;	/* from 1, in its file */
	bool ended;		/* false: the input's last line lacked its '\n' */
};

struct line_source;

struct line_reader {
	const char *name;	/* of the current file; "-" is shown as "stdin" */
	char why[512];		/* after -1: "name:line: what" or "name: what" */
	size_t max;		/* longest line; 0 is LINE_MAX_DEFAULT */
	struct line_source *source;
};

#define LINE_INIT { "stdin", "", 0, NULL }

/* Set the operands to read in turn: NULL-terminated, kept; none means "-". */
void line_files(struct line_reader *in, char *const *operands);
/* 1 a line, 0 the end of the last file, -1 failed (in->why says how). */
int line_next(struct line_reader *in, struct line *l);
void line_release(struct line_reader *in);

/* No more than white space?  A record tells at its first byte. */
bool line_blank(const struct line *l);

/* Called before every read(2) that may wait.  One for the process; NULL off. */
extern void (*line_before_wait)(void);

#endif
