#include "out.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#define ZLIB_CONST	/* next_in is only read */
#include <zlib.h>

#include "diag.h"
#include "line.h"
#include "mem.h"

#if defined __linux__ && !defined F_SETPIPE_SZ
#define F_SETPIPE_SZ 1031	/* linux/fcntl.h; no POSIX name */
#endif

#define ROOM ((size_t)256 << 10)
#define PACKED ((size_t)64 << 10)	/* compressed bytes a write */

struct out_gzip {
	z_stream z;
	bool pending;		/* put since the last flush of the stream */
	unsigned char packed[PACKED];
};

static void
failed(struct out *o, int error)
{
	if (!o->error) {
		o->error = error;
		snprintf(o->why, sizeof o->why, "%s: %s", o->name,
		    strerror(o->error));
	}
}

static void
write_all(struct out *o, const void *bytes, size_t len)
{
	const char *p = bytes;

	while (len && !o->error) {
		ssize_t n = write(o->fd, p, len);

		if (n > 0) {
			p += n;
			len -= (size_t)n;
		} else if (n < 0 && errno == EAGAIN) {
			/* Whoever started us left the pipe non-blocking. */
			struct pollfd wait = { o->fd, POLLOUT, 0 };
			poll(&wait, 1, -1);
		} else if (n == 0 || errno != EINTR)
			failed(o, n ? errno : ENOSPC);
	}
}

/* Run bytes through deflate(3); how is Z_NO_FLUSH, Z_SYNC_FLUSH, Z_FINISH. */
static void
pack(struct out *o, const char *bytes, size_t len, int how)
{
	struct out_gzip *g = o->gzip;

	do {
		/* avail_in is an unsigned int, len need not fit one. */
		unsigned piece = len > (1u << 30) ? 1u << 30 : (unsigned)len;
		int now = piece == len ? how : Z_NO_FLUSH;

		g->z.next_in = (const Bytef *)bytes;
		g->z.avail_in = piece;
		do {
			g->z.next_out = g->packed;
			g->z.avail_out = PACKED;
			if (deflate(&g->z, now) == Z_STREAM_ERROR)
				bug("deflate: stream error");
			write_all(o, g->packed, PACKED - g->z.avail_out);
		} while (g->z.avail_out == 0 && !o->error);
		bytes += piece;
		len -= piece;
	} while (len && !o->error);
}

/* Pass bytes on, compressed or not. */
static void
hand_over(struct out *o, const char *bytes, size_t len)
{
	if (o->error || len == 0)
		return;
	o->total += len;
	if (o->gzip) {
		o->gzip->pending = true;
		pack(o, bytes, len, Z_NO_FLUSH);
	} else
		write_all(o, bytes, len);
}

static void
empty(struct out *o)
{
	hand_over(o, o->text, o->len);
	o->len = 0;
}

void
out_fd(struct out *o, int fd, const char *name)
{
	o->fd = fd;
	o->name = name;
	if (!o->text) {
		o->text = mem_resize(NULL, ROOM);
		o->room = ROOM;
	}
}

void
out_gzip(struct out *o, int level)
{
	empty(o);
	o->gzip = mem_new(sizeof *o->gzip);
	/* 15 + 16: the largest window, and a gzip header (no name, no time:
	 * the same input makes the same file). */
	if (deflateInit2(&o->gzip->z, level, Z_DEFLATED, 15 + 16, 8,
	    Z_DEFAULT_STRATEGY) != Z_OK)
		mem_exhausted();
}

void
out_spill(struct out *o, const void *bytes, size_t len)
{
	/* deflate(3) gets whole buffers: what comes out depends on what was
	 * put, not on the pieces it was put in. */
	while (o->gzip && len > o->room - o->len) {
		size_t piece = o->room - o->len;

		memcpy(o->text + o->len, bytes, piece);
		o->len += piece;
		bytes = (const char *)bytes + piece;
		len -= piece;
		empty(o);
	}
	if (!o->gzip)
		empty(o);
	if (len >= o->room)
		hand_over(o, bytes, len);
	else
		out_put(o, bytes, len);
}

void
out_number(struct out *o, unsigned long long number)
{
	char text[24], *end = text + sizeof(text), *p = end;

	do
		*--p = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	out_put(o, p, (size_t)(end - p));
}

char *
out_reserve(struct out *o, size_t len)
{
	if (len > o->room - o->len) {
		empty(o);
		if (len > o->room) {
			o->text = mem_resize(o->text, len);
			o->room = len;
		}
	}
	return o->text + o->len;
}

int
out_flush(struct out *o)
{
	empty(o);
	if (o->gzip && o->gzip->pending && !o->error) {
		pack(o, NULL, 0, Z_SYNC_FLUSH);
		o->gzip->pending = false;
	}
	return o->error ? -1 : 0;
}

int
out_end(struct out *o)
{
	empty(o);
	if (o->gzip) {
		if (!o->error)
			pack(o, NULL, 0, Z_FINISH);
		deflateEnd(&o->gzip->z);
		free(o->gzip);
		o->gzip = NULL;
	}
	return o->error ? -1 : 0;
}

int
out_close(struct out *o)
{
	out_end(o);
	/* After EINTR the descriptor is gone, on Linux and by POSIX 2024. */
	if (o->fd > STDERR_FILENO && close(o->fd) && errno != EINTR)
		failed(o, errno);
	o->fd = -1;
	free(o->text);
	o->text = NULL;
	o->room = 0;
	return o->error ? -1 : 0;
}

struct out out_standard = OUT_INIT;

static void
flush_standard(void)
{
	out_flush(&out_standard);
}

static pthread_t starter;

/* What was put before die() still comes out: the good lines before a bad.  Not
 * from another thread: who started may be in the midst of a write. */
static void
at_exit(void)
{
	if (out_standard.fd >= 0 && pthread_equal(pthread_self(), starter))
		flush_standard();
}

/*
 * A file opened later must not become descriptor 0 or 2, where messages or
 * "-" would meet it.  Each is opened the wrong way round, so that its use
 * still fails.
 */
static void
fill_hole(int fd, int mode)
{
	if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", mode) != fd)
		exit(STATUS_IO);
}

void
out_start(void)
{
	sigset_t pipe_signal;
	bool closed = fcntl(STDOUT_FILENO, F_GETFD) < 0;

	fill_hole(STDIN_FILENO, O_WRONLY);
	if (closed)
		die(STATUS_IO, "stdout: %s", strerror(EBADF));
	fill_hole(STDERR_FILENO, O_RDONLY);

	/* A parent may have us ignore it; a filter then runs on for nobody. */
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&pipe_signal);
	sigaddset(&pipe_signal, SIGPIPE);
	sigprocmask(SIG_UNBLOCK, &pipe_signal, NULL);

#ifdef F_SETPIPE_SZ
	/* Best effort: a pipe that holds some writes lets both ends run. */
	(void)fcntl(STDOUT_FILENO, F_SETPIPE_SZ, 4 * (int)ROOM);
#endif
	out_fd(&out_standard, STDOUT_FILENO, "stdout");
	line_before_wait = flush_standard;
	starter = pthread_self();
	atexit(at_exit);
}

int
out_finish(void)
{
	struct out *o = &out_standard;

	line_before_wait = NULL;
	out_close(o);
	/* Some file systems tell only now that the bytes did not fit. */
	if (close(STDOUT_FILENO) && errno != EINTR)
		failed(o, errno);
	if (o->error) {
		warn("%s", o->why);
		return STATUS_IO;
	}
	return diag_so_far();
}
