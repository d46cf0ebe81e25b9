#include "progress.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "mem.h"
#include "when.h"

enum how { NEVER, LIVE, LOG, JSON };

#define LINES 12		/* of streams on a terminal, at most */

struct progress {
	enum how how;
	const struct fetch_result *result;
	const struct http *http;
	int64_t began, last;
	unsigned long long *written;	/* records, of each count */
	int shown;		/* live lines that stand on the terminal */
};

struct progress *
progress_open(const char *how, const struct fetch_result *result,
    const struct http *http)
{
	struct progress *p = mem_new(sizeof *p);
	/* Lines that are rewritten and records do not go together. */
	bool terminal = isatty(STDERR_FILENO) &&
	    (strcmp(how, "always") == 0 || !isatty(STDOUT_FILENO));

	p->how = strcmp(how, "never") == 0 ? NEVER :
	    strcmp(how, "json") == 0 ? JSON : terminal ? LIVE : LOG;
	p->result = result;
	p->http = http;
	p->began = p->last = when_ticks_ms();
	return p;
}

static void
send(const struct buf *b)
{
	const char *at = b->text;
	size_t left = b->len;

	while (left > 0) {
		ssize_t n = write(STDERR_FILENO, at, left);

		if (n <= 0)
			return;
		at += n;
		left -= (size_t)n;
	}
}

/* To the beginning of the first live line, and nothing below it. */
static void
put_back(struct progress *p, struct buf *b)
{
	if (p->shown > 1)
		buf_printf(b, "\033[%dA", p->shown - 1);
	if (p->shown > 0)
		buf_text(b, "\r\033[J");
	p->shown = 0;
}

void
progress_clear(struct progress *p)
{
	struct buf b = BUF_INIT(0);

	if (!p || !p->shown)
		return;
	put_back(p, &b);
	send(&b);
	buf_release(&b);
}

void
progress_written(struct progress *p, const char *stream, const char *lines,
    size_t len)
{
	const struct fetch_result *r = p->result;
	const char *end = lines + len;
	size_t i;

	if (p->how == NEVER)
		return;
	if (!p->written)	/* the streams are known by now */
		p->written = mem_new((r->count + 1) * sizeof *p->written);
	for (i = 0; i < r->count; i++)
		if (strcmp(r->counts[i].stream->name, stream) == 0)
			break;
	while (i < r->count && lines < end) {
		lines = (const char *)memchr(lines, '\n',
		    (size_t)(end - lines)) + 1;
		p->written[i]++;
	}
}

/* "1,234,567" */
static void
put_count(struct buf *b, unsigned long long n)
{
	if (n >= 1000) {
		put_count(b, n / 1000);
		buf_printf(b, ",%03llu", n % 1000);
	} else
		buf_printf(b, "%llu", n);
}

static unsigned long long
written(const struct progress *p)
{
	unsigned long long all = 0;
	size_t i;

	for (i = 0; p->written && i < p->result->count; i++)
		all += p->written[i];
	return all;
}

/* Seconds to go: what is done took so long.  -1: nothing to judge by. */
static double
left(double seconds, unsigned long long done, unsigned long long open)
{
	return done == 0 || open == 0 ? -1 :
	    seconds * (double)open / (double)done;
}

/* "212 of 400 windows, 1m20s left" */
static void
put_windows(struct buf *b, double seconds, unsigned long long done,
    unsigned long long open)
{
	long more = (long)(left(seconds, done, open) + 0.5);

	if (open > 0)
		buf_printf(b, "%llu of %llu windows", done, done + open);
	else
		buf_printf(b, "%llu windows", done);
	if (open == 0 || done == 0)
		return;
	if (more >= 3600)
		buf_printf(b, ", %ldh%02ldm left", more / 3600,
		    more % 3600 / 60);
	else if (more >= 60)
		buf_printf(b, ", %ldm%02lds left", more / 60, more % 60);
	else
		buf_printf(b, ", %lds left", more);
}

static void
put_line(struct progress *p, struct buf *b, int64_t now)
{
	const struct fetch_result *r = p->result;
	double seconds = (double)(now - p->began) / 1000;
	unsigned long long records = written(p);

	put_count(b, records);
	buf_text(b, " records, ");
	if (seconds > 0.5)
		buf_printf(b, "%.0f/s, ", (double)records / seconds);
	put_windows(b, seconds, r->over, r->open);
	buf_printf(b, ", %llu requests, %d in flight", r->requests,
	    http_running(p->http));
	if (r->retries)
		buf_printf(b, ", %llu retries", r->retries);
	if (r->failed)
		buf_printf(b, ", %llu failed", r->failed);
}

/* A line for each stream that is under way, if there are several. */
static void
put_streams(struct progress *p, struct buf *b, int64_t now)
{
	const struct fetch_result *r = p->result;
	double seconds = (double)(now - p->began) / 1000;
	size_t i, streams = 0;
	int width = 0, n = 0;

	for (i = 0; i < r->count; i++)
		if (r->counts[i].requests > 0) {
			int len = (int)strlen(r->counts[i].stream->name);

			streams++;
			width = len > width ? len : width;
		}
	for (i = 0; i < r->count && streams > 1; i++) {
		const struct fetch_count *c = &r->counts[i];

		if (c->requests == 0 || c->open == 0 || n == LINES)
			continue;
		buf_printf(b, "%-*s %10llu records, ", width, c->stream->name,
		    p->written ? p->written[i] : 0);
		put_windows(b, seconds, c->over, c->open);
		buf_printf(b, ", %llu requests\n", c->requests);
		n++;
	}
	p->shown = n + 1;
}

void
progress_tick(struct progress *p)
{
	static const int every[] = { 0, 200, 60000, 1000 };
	int64_t now = when_ticks_ms();
	struct buf b = BUF_INIT(0);

	if (p->how == NEVER || now - p->last < every[p->how])
		return;
	p->last = now;
	if (p->how == JSON) {
		const struct fetch_result *r = p->result;

		double seconds = (double)(now - p->began) / 1000;
		double more = left(seconds, r->over, r->open);

		buf_printf(&b, "{\"progress\":{\"seconds\":%.1f,\"records\":"
		    "%llu,\"windows\":%llu,\"open\":%llu,\"failed\":%llu,"
		    "\"requests\":%llu,\"retries\":%llu,\"in_flight\":%d,"
		    "\"left\":", seconds, written(p), r->windows, r->open,
		    r->failed, r->requests, r->retries, http_running(p->http));
		if (more < 0)
			buf_text(&b, "null}}\n");
		else
			buf_printf(&b, "%.0f}}\n", more);
	} else if (p->how == LOG) {
		buf_text(&b, "tw-fetch: ");
		put_line(p, &b, now);
		buf_byte(&b, '\n');
	} else {
		/* What is longer than the terminal is wide is cut by it, or
		 * nobody knew how many lines there are. */
		put_back(p, &b);
		buf_text(&b, "\033[?7l");
		put_streams(p, &b, now);
		put_line(p, &b, now);
		buf_text(&b, "\033[?7h");
	}
	send(&b);
	buf_release(&b);
}

/* One aligned line a stream, and one for all. */
static void
summary(struct progress *p)
{
	const struct fetch_result *r = p->result;
	struct buf b = BUF_INIT(0);
	size_t i, width = 0;

	for (i = 0; i < r->count; i++)
		if (r->counts[i].requests &&
		    strlen(r->counts[i].stream->name) > width)
			width = strlen(r->counts[i].stream->name);
	for (i = 0; i < r->count; i++) {
		const struct fetch_count *c = &r->counts[i];

		if (c->requests == 0)
			continue;
		buf_printf(&b, "tw-fetch: %-*s %10llu records %6llu requests",
		    (int)width, c->stream->name, c->records, c->requests);
		if (c->retries)
			buf_printf(&b, " %llu retries", c->retries);
		if (c->failed)
			buf_printf(&b, " %u windows failed", c->failed);
		buf_byte(&b, '\n');
	}
	buf_text(&b, "tw-fetch: ");
	put_count(&b, r->records);
	buf_printf(&b, " records in %.1f s, ",
	    (double)(when_ticks_ms() - p->began) / 1000);
	put_count(&b, r->requests);
	buf_text(&b, " requests\n");
	send(&b);
	buf_release(&b);
}

void
progress_close(struct progress *p)
{
	progress_clear(p);
	if ((p->how == LIVE || p->how == LOG) && p->result->records +
	    p->result->windows > 0)
		summary(p);
	free(p->written);
	free(p);
}
