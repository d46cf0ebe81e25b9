/*
 * http: many requests at a time, each answered whole.  The only room that
 * knows libcurl.
 *
 *	struct http *h = http_open(&options);
 *	if (http_free_slots(h) > 0)
 *		http_start(h, &request);	-> later: request.done(...)
 *	http_wait(h, milliseconds);
 *
 * One multi handle, connections kept and shared, gzip accepted and nothing
 * else.  A body is kept in memory up to HTTP_BODY_MAX decoded bytes; what is
 * larger, and headers beyond HTTP_HEADER_MAX, are faults.  No redirect is
 * followed, no netrc is read, no proxy gets credentials of ours, TLS is 1.2 or
 * newer and verified.  How many run at a time is pace's affair (pace.h), which is
 * told of every answer.
 */
#ifndef HTTP_H
#define HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "retry.h"

#define HTTP_BODY_MAX ((size_t)64 << 20)
#define HTTP_HEADER_MAX ((size_t)256 << 10)

struct http;

struct http_options {
	int jobs;		/* most requests at a time */
	const char *ca_file;	/* or NULL: the system's */
	const char *share;	/* who asks where: what is allowed is shared
				 * with others who do so (budget.h); or NULL */
};

/* Lent until done returns. */
struct http_answer {
	enum retry_fault fault;
	char why[256];		/* of a fault, in words */
	int status;
	struct buf body;
	char retry_after[64], date[64], request_id[64], type[80];
	int concurrent;		/* Twilio-Concurrent-Requests, -1 not said */
	long ms;		/* how long it took */
};

struct http_request {
	const char *url;	/* copied */
	const char *host;	/* the Host header, or NULL: the URL's own */
	const char *user, *secret;	/* copied by libcurl */
	/* May not start another: its answer is still in use. */
	void (*done)(void *context, struct http_answer *answer);
	void *context;
};

/* NULL: *why is a constant sentence. */
struct http *http_open(const struct http_options *options, const char **why);
void http_close(struct http *h);

int http_free_slots(const struct http *h);
int http_running(const struct http *h);	/* or not looked at yet */
int http_limit(const struct http *h);	/* how many it allows itself now */
void http_start(struct http *h, const struct http_request *request);
/* Wait for answers, at most so long, or call done of one that came.  Call it
 * again and again, with free slots filled before each call: the wire does not
 * wait for the work.  A signal ends it. */
void http_wait(struct http *h, int ms);
/* The refusal in hand (429) will be asked again after a wait; and so is all
 * else, if nothing but refusals comes. */
void http_again(struct http *h, int64_t wait_ms);
/* Forget all that runs; done is not called. */
void http_stop(struct http *h);

#endif
