#include "archive.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "diag.h"
#include "mem.h"
#include "save.h"
#include "when.h"

#define LEVEL 4			/* half the time of 6 for a tenth more bytes */

/* Lines, or a mark.  In the queue until it was both kept and passed on. */
struct piece {
	struct piece *next;
	struct mark window;
	bool mark, kept;
	size_t len;
	char lines[];
};

struct archive {
	const char *dir;
	void (*pass)(void *, const struct mark *, const char *, size_t, bool);
	void *context;
	pthread_t thread;

	/* Shared; the lock is held to touch them. */
	pthread_mutex_t lock;
	pthread_cond_t more, less;	/* for the thread, for who puts */
	struct piece *first, *last;
	struct piece *to_keep, *to_pass;	/* the next; NULL: none */
	size_t held;
	bool stop;
	int status;
	char why[512];

	/* The thread's. */
	struct save file;
	bool open;
	char path[4096];
};

/* --- the thread --------------------------------------------------------- */

static void
failed(struct archive *a, int status, const char *why)
{
	pthread_mutex_lock(&a->lock);
	a->status = status;
	snprintf(a->why, sizeof a->why, "%.500s", why);
	pthread_mutex_unlock(&a->lock);
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

static void
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
		failed(a, STATUS_CREATE, why);
		return;
	}
	snprintf(a->path, sizeof a->path, "%s/%s/%s_%s_%s.ndjson.gz", a->dir,
	    w->stream, w->account, since, until);
	a->file = (struct save)SAVE_INIT;
	a->file.exact = true;
	if (save_begin(&a->file, a->path)) {
		failed(a, a->file.status, a->file.why);
		return;
	}
	out_gzip(&a->file.out, LEVEL);
	a->open = true;
}

static void
keep(struct archive *a, const struct piece *p)
{
	if (!p->mark) {
		if (!a->open)
			begin(a, &p->window);
		if (!a->open)
			return;
		out_put(&a->file.out, p->lines, p->len);
		if (a->file.out.error)
			failed(a, STATUS_IO, a->file.out.why);
		return;
	}
	if (!a->open)
		return;		/* it has no records, and no file */
	a->open = false;
	if (p->window.kind != MARK_WINDOW) {
		save_cancel(&a->file);
		return;
	}
	mark_write(&a->file.out, &p->window);
	if (save_commit(&a->file))
		failed(a, a->file.status, a->file.why);
}

static void *
work(void *context)
{
	struct archive *a = context;
	struct piece *p;

	pthread_mutex_lock(&a->lock);
	for (;;) {
		while (!a->stop && (!a->to_keep || a->status))
			pthread_cond_wait(&a->more, &a->lock);
		if (a->stop)
			break;
		p = a->to_keep;
		pthread_mutex_unlock(&a->lock);
		keep(a, p);
		pthread_mutex_lock(&a->lock);
		if (!a->status) {
			p->kept = true;
			a->to_keep = p->next;
		}
		pthread_cond_signal(&a->less);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

/* --- who puts ------------------------------------------------------------ */

struct archive *
archive_open(const char *dir, void (*pass)(void *context,
    const struct mark *window, const char *lines, size_t len, bool mark),
    void *context)
{
	struct archive *a = mem_new(sizeof *a);
	sigset_t all, old;
	int error;

	a->dir = dir;
	a->pass = pass;
	a->context = context;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->more, NULL);
	pthread_cond_init(&a->less, NULL);
	/* Signals are for the thread that can act on them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&a->thread, NULL, work, a);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (error) {
		free(a);
		errno = error;
		return NULL;
	}
	return a;
}

/* Pass on, in order, up to the first mark that is not sealed; forget what is
 * done with.  The lock is held, but not while others write. */
static void
pass_on(struct archive *a)
{
	struct piece *p;

	while ((p = a->to_pass) && (p->kept || !p->mark)) {
		pthread_mutex_unlock(&a->lock);
		a->pass(a->context, &p->window, p->lines, p->len, p->mark);
		pthread_mutex_lock(&a->lock);
		a->to_pass = p->next;
	}
	while ((p = a->first) && p->kept && p != a->to_pass) {
		a->first = p->next;
		a->held -= sizeof *p + p->len;
		free(p);
	}
	if (!a->first)
		a->last = NULL;
}

int
archive_put(struct archive *a, const struct mark *window, const char *lines,
    size_t len, bool mark)
{
	struct piece *p = mem_resize(NULL, sizeof *p + len);
	int status;

	p->next = NULL;
	p->window = *window;
	p->mark = mark;
	p->kept = false;
	p->len = len;
	if (len > 0)
		memcpy(p->lines, lines, len);
	pthread_mutex_lock(&a->lock);
	pass_on(a);
	while (a->held > 0 && a->held + len > ARCHIVE_AHEAD && !a->status) {
		pthread_cond_wait(&a->less, &a->lock);
		pass_on(a);
	}
	*(a->last ? &a->last->next : &a->first) = p;
	a->last = p;
	a->held += sizeof *p + len;
	if (!a->to_keep)
		a->to_keep = p;
	if (!a->to_pass)
		a->to_pass = p;
	pthread_cond_signal(&a->more);
	pass_on(a);
	status = a->status;
	pthread_mutex_unlock(&a->lock);
	return status ? -1 : 0;
}

int
archive_pass(struct archive *a)
{
	int status;

	pthread_mutex_lock(&a->lock);
	pass_on(a);
	status = a->status;
	pthread_mutex_unlock(&a->lock);
	return status ? -1 : 0;
}

int
archive_finish(struct archive *a)
{
	int status;

	pthread_mutex_lock(&a->lock);
	for (pass_on(a); a->first && !a->status; pass_on(a))
		pthread_cond_wait(&a->less, &a->lock);
	status = a->status;
	pthread_mutex_unlock(&a->lock);
	return status ? -1 : 0;
}

int
archive_status(const struct archive *a)
{
	return a->status;
}

const char *
archive_why(const struct archive *a)
{
	return a->why;
}

void
archive_close(struct archive *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	a->stop = true;
	pthread_cond_signal(&a->more);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->thread, NULL);
	if (a->open)
		save_cancel(&a->file);
	while (a->first) {
		struct piece *p = a->first;

		a->first = p->next;
		free(p);
	}
	pthread_mutex_destroy(&a->lock);
	pthread_cond_destroy(&a->more);
	pthread_cond_destroy(&a->less);
	free(a);
}
