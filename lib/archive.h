/*
 * archive: the lines of each window in a sealed file of its own.
 *
 *	a = archive_open("archive", pass, context);
 *	archive_put(a, &window, lines, len, false);	-> pass(...)
 *	archive_put(a, &mark, NULL, 0, true);		-> pass(...), later
 *	if (archive_finish(a))  -> archive_why(a), archive_status(a)
 *
 * DIR/STREAM/ACCOUNT_SINCE_UNTIL.ndjson.gz holds the window's records and its
 * mark, exactly as they went to standard output, so that zcat of any number of
 * them is input for every tool.  A file appears by rename, after fsync, before
 * the mark is passed on; what was not sealed is *.part and is replaced.
 *
 * Compressing and waiting for the disk is done by a thread, so that neither
 * slows the wire.  What is put is passed on in its order: lines at once, but
 * for those behind a mark whose file is not sealed yet.  At most ARCHIVE_AHEAD
 * bytes wait, then put does.
 */
#ifndef ARCHIVE_H
#define ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "record.h"

#define ARCHIVE_AHEAD ((size_t)16 << 20)

struct archive;

/* pass gets what was put, in the thread that puts.  NULL: no thread can be
 * had (errno). */
struct archive *archive_open(const char *dir, void (*pass)(void *context,
    const struct mark *window, const char *lines, size_t len, bool mark),
    void *context);
/* Lines of a window, or its mark: a window file is sealed, one that failed
 * thrown away.  0, or -1: an earlier or this one could not be kept. */
int archive_put(struct archive *a, const struct mark *window,
    const char *lines, size_t len, bool mark);
/* Pass on what is ready by now. */
int archive_pass(struct archive *a);
/* Wait for all that was put. */
int archive_finish(struct archive *a);
/* After a failure: STATUS_CREATE or STATUS_IO, and a sentence. */
int archive_status(const struct archive *a);
const char *archive_why(const struct archive *a);
/* The file in hand is thrown away; what waits is neither kept nor passed on.
 * NULL is fine. */
void archive_close(struct archive *a);

#endif
