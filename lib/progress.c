#include "progress.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "mem.h"
#include "when.h"

enum how { NEVER, LIVE, LOG, JSON };

struct progress {
	enum how how;
	const struct fetch_result *result;
	const struct http *http;
	int64_t began, last;
	bool shown;		/* a live line stands on the terminal */
};

struct progress *
progress_open(const char *how, const struct fetch_result *result,
    const struct http *http)
{
	struct progress *p = mem_new(sizeof *p);
	bool terminal = isatty(STDERR_FILENO);

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

void
progress_clear(struct progress *p)
{
	struct buf b = BUF_INIT(0);

	if (!p || !p->shown)
		return;
	buf_text(&b, "\r\033[K");
	send(&b);
	buf_release(&b);
	p->shown = false;
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
records_so_far(const struct fetch_result *r)
{
	return r->records;
}

static void
put_line(struct progress *p, struct buf *b, int64_t now)
{
	const struct fetch_result *r = p->result;
	double seconds = (double)(now - p->began) / 1000;
	unsigned long long records = records_so_far(r);

	put_count(b, records);
	buf_text(b, " records");
	if (seconds > 0.5)
		buf_printf(b, ", %.0f/s", (double)records / seconds);
	buf_printf(b, ", %llu windows, %llu requests, %d in flight",
	    r->windows, r->requests, http_running(p->http));
	if (r->retries)
		buf_printf(b, ", %llu retries", r->retries);
	if (r->failed)
		buf_printf(b, ", %llu failed", r->failed);
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

		buf_printf(&b, "{\"progress\":{\"seconds\":%.1f,\"records\":"
		    "%llu,\"windows\":%llu,\"failed\":%llu,\"requests\":%llu,"
		    "\"retries\":%llu,\"in_flight\":%d}}\n",
		    (double)(now - p->began) / 1000, r->records, r->windows,
		    r->failed, r->requests, r->retries,
		    http_running(p->http));
	} else {
		if (p->how == LIVE)
			buf_text(&b, "\r");
		else
			buf_text(&b, "tw-fetch: ");
		put_line(p, &b, now);
		buf_text(&b, p->how == LIVE ? "\033[K" : "\n");
		p->shown = p->how == LIVE;
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
	free(p);
}
