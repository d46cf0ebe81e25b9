/*
 * out: buffered output, plain or gzip, with one sticky error.
 *
 *	struct out o = OUT_INIT;
 *	out_fd(&o, STDOUT_FILENO, "stdout");
 *	out_text(&o, "sid,body\r\n");
 *	if (out_close(&o))
 *		die(STATUS_IO, "%s", o.why);
 *
 * After the first failure every put is a no-op and out_close says what
 * happened, so callers check once.  Nothing is written by a put but when the
 * buffer is full.  EPIPE is left to SIGPIPE, as a filter should.
 */
#ifndef OUT_H
#define OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct out_gzip;

struct out {
	char *text;		/* the buffer */
	size_t len, room;
	int fd;
	int error;		/* errno of the first failure; sticky */
	unsigned long long total;	/* bytes handed over, before gzip; what
				 * is put and still here comes on top */
	const char *name;	/* kept: what messages call this output */
	char why[512];
	struct out_gzip *gzip;
};

#define OUT_INIT { 0, 0, 0, -1, 0, 0, "output", "", 0 }

void out_fd(struct out *o, int fd, const char *name);
/* From here on what is put is compressed (level 1 to 9). */
void out_gzip(struct out *o, int level);

void out_spill(struct out *o, const void *bytes, size_t len);	/* the slow way */
/* A place for len bytes in the buffer; add what you wrote to o->len.  Never
 * NULL: after a failure the bytes go nowhere. */
char *out_reserve(struct out *o, size_t len);
int out_flush(struct out *o);	/* hand over all: 0, or -1 with o->why */
/* All is put: as out_flush, and end the gzip stream.  For a caller that has
 * to fsync(2) before it closes. */
int out_end(struct out *o);
/* Flush, end the gzip stream, close(2) (not of 0..2, which are only flushed),
 * free.  0, or -1 with o->why: the output is not complete. */
int out_close(struct out *o);

static inline void
out_put(struct out *o, const void *bytes, size_t len)
{
	if (len > o->room - o->len) {
		out_spill(o, bytes, len);
		return;
	}
	memcpy(o->text + o->len, bytes, len);
	o->len += len;
}

static inline void
out_text(struct out *o, const char *text)
{
	out_put(o, text, strlen(text));
}

/* In decimal. */
void out_number(struct out *o, unsigned long long number);

static inline void
out_byte(struct out *o, char c)
{
	out_put(o, &c, 1);
}

static inline unsigned long long
out_total(const struct out *o)
{
	return o->total + o->len;
}

/* The tools' standard output: opened once by out_start (a closed descriptor
 * 1 ends the process with 74), flushed whenever input runs dry and at exit,
 * and proved written by out_finish, the last call of every main: it closes
 * standard output and returns the exit status (74 if it could not be written,
 * else the status so far). */
extern struct out out_standard;
void out_start(void);
int out_finish(void);

#endif
