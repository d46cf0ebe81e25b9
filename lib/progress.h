/*
 * progress: what a run is doing, on standard error.
 *
 * On a terminal a line that is rewritten, and one for each stream if there are
 * several; in a log a line a minute; "json" a JSON object a second; and a
 * summary at the end.  It looks at the counts the
 * plan keeps and asks nothing of anybody.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include "fetch.h"
#include "http.h"

struct progress;

/* how: auto, always, never or json.  Both are looked at until closed. */
struct progress *progress_open(const char *how,
    const struct fetch_result *result, const struct http *http);
/* These lines went out. */
void progress_written(struct progress *p, const char *stream,
    const char *lines, size_t len);
void progress_tick(struct progress *p);
/* Something else is about to be said: take the live lines away. */
void progress_clear(struct progress *p);
/* The summary; frees. */
void progress_close(struct progress *p);

#endif
