#include "archive.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "diag.h"
#include "when.h"

#define LEVEL 4			/* half the time of 6 for a tenth more bytes */

static int
failed(struct archive *a, int status, const char *why)
{
	a->status = status;
	snprintf(a->why, sizeof a->why, "%.500s", why);
	return -1;
}

/* "20260131T235959Z": no colons, for those who carry files elsewhere. */
static void
put_time(char *to, size_t size, int64_t at)
{
	char text[WHEN_SIZE], *from, *end = to + size - 1;

	if (at == WHEN_ALWAYS) {
		snprintf(to, size, "start");
		return;
	}
	for (from = when_text(text, at); *from && to < end; from++)
		if (*from != '-' && *from != ':')
			*to++ = *from;
	*to = '\0';
}

static int
begin(struct archive *a, const struct mark *w)
{
	char since[WHEN_SIZE], until[WHEN_SIZE], why[600];

	put_time(since, sizeof since, w->since);
	put_time(until, sizeof until, w->until);
	snprintf(a->path, sizeof a->path, "%s/%s", a->dir, w->stream);
	if ((mkdir(a->dir, 0777) && errno != EEXIST) ||
	    (mkdir(a->path, 0777) && errno != EEXIST)) {
		snprintf(why, sizeof why, "%.300s: %s", a->path,
		    strerror(errno));
		return failed(a, STATUS_CREATE, why);
	}
	snprintf(a->path, sizeof a->path, "%s/%s/%s_%s_%s.ndjson.gz", a->dir,
	    w->stream, w->account, since, until);
	memset(&a->file, 0, sizeof a->file);
	a->file = (struct save)SAVE_INIT;
	a->file.exact = true;
	if (save_begin(&a->file, a->path))
		return failed(a, a->file.status, a->file.why);
	out_gzip(&a->file.out, LEVEL);
	a->open = true;
	return 0;
}

int
archive_put(struct archive *a, const struct mark *window, const char *lines,
    size_t len)
{
	if (!a->open && begin(a, window))
		return -1;
	out_put(&a->file.out, lines, len);
	if (a->file.out.error)
		return failed(a, STATUS_IO, a->file.out.why);
	return 0;
}

int
archive_seal(struct archive *a, const struct mark *window)
{
	if (!a->open)
		return 0;
	a->open = false;
	if (window->kind != MARK_WINDOW) {
		save_cancel(&a->file);
		return 0;
	}
	mark_write(&a->file.out, window);
	if (save_commit(&a->file))
		return failed(a, a->file.status, a->file.why);
	return 0;
}

void
archive_release(struct archive *a)
{
	if (a->open)
		save_cancel(&a->file);
	a->open = false;
}
