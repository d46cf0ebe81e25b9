/*
 * pattern: where the rows of a stream, an account, a window go.
 *
 *	struct pattern p = PATTERN_INIT;
 *	pattern_read(&p, "csv/%s/%w.csv.gz")	-> p.why, what the user did
 *	path = pattern_path(&p, &of, NULL)	-> p.why, what the data holds
 *
 * %s is the stream, %a the account, %w the window, %% a percent sign.  What
 * comes from outside becomes part of a path: it finds no way out of its folder.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include <stdbool.h>

#include "record.h"

struct pattern {
	bool by_stream, by_account, by_window;	/* it has %s, %a, %w */
	char why[256];		/* after -1 or NULL */

	/* private */
	const char *text;
};

#define PATTERN_INIT { false, false, false, "", NULL }

/* Of a path; account may be "". */
struct pattern_of {
	const char *stream, *account;
};

/* text is the caller's, and stays. */
int pattern_read(struct pattern *p, const char *text);
/*
 * The path, the caller's to free; NULL: a name that can be no file's.  window
 * is the mark the file's rows end on, or NULL as long as none came: the path
 * is then one to write under until it does.
 */
char *pattern_path(struct pattern *p, const struct pattern_of *of,
    const struct mark *window);
/* The folders of a path are made; -1: errno says why, path where it ends. */
int pattern_folders(char *path);
/* Does the path ask for gzip? */
bool pattern_packed(const char *path);

#endif
