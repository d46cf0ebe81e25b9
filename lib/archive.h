/*
 * archive: the lines of each window in a sealed file of its own.
 *
 * DIR/STREAM/ACCOUNT_SINCE_UNTIL.ndjson.gz holds the window's records and its
 * mark, exactly as they went to standard output, so that zcat of any number of
 * them is input for every tool.  A file appears by rename, after fsync, before
 * the mark is passed on; what was not sealed is *.part and is replaced.
 */
#ifndef ARCHIVE_H
#define ARCHIVE_H

#include <stdbool.h>

#include "record.h"
#include "save.h"

struct archive {
	const char *dir;
	struct save file;
	char path[4096];
	bool open;
	int status;
	char why[512];
};

#define ARCHIVE_INIT { NULL, SAVE_INIT, "", false, 0, "" }

/* Lines of a window; a new window begins a new file.  0, or -1 with status
 * and why. */
int archive_put(struct archive *a, const struct mark *window,
    const char *lines, size_t len);
/* The window is complete: seal its file.  A failed one is thrown away. */
int archive_seal(struct archive *a, const struct mark *window);
void archive_release(struct archive *a);

#endif
