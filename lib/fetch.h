/*
 * fetch: what a run is told and what it tells, without how it does it.
 */
#ifndef FETCH_H
#define FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "catalog.h"
#include "record.h"
#include "state.h"

enum fetch_word { FETCH_TRACE, FETCH_NOTE, FETCH_WARN, FETCH_FAIL };

struct fetch_options {
	const struct stream **streams;
	size_t stream_count;
	const struct pair *filters;
	size_t filter_count;
	const char *const *accounts;	/* --account; none: all */
	size_t account_count;
	bool no_subaccounts;
	int64_t since, until;	/* WHEN_ALWAYS, WHEN_NEVER: not said */
	int64_t lookback;	/* -1: the stream's own */
	int64_t max_age;	/* full lists younger than that: skip; -1 */
	const struct state *state;	/* or NULL */
	const struct mark *windows;	/* exactly these, or NULL */
	size_t window_count;
	long page_size;		/* 0: the stream's own */
	int64_t retry_ms;	/* budget of one page */
	bool raw, secrets;
	bool dry;		/* look at first pages only; the marks are of
				 * kind MARK_PLAN and say how many requests */
	bool verbose;		/* say every answer */
	const char *run;
	/* Where lines go.  put: bytes of whole lines, of a window or (mark)
	 * its mark, before which everything put must be durable.  false stops
	 * the run. */
	bool (*put)(void *context, const struct mark *window,
	    const char *lines, size_t len, bool mark);
	/* What people should know; one line. */
	void (*say)(void *context, enum fetch_word word, const char *text);
	/* Called between answers. */
	void (*tick)(void *context);
	void *context;
};

struct fetch_count {		/* of one stream */
	const struct stream *stream;
	unsigned long long records, requests, retries;
	unsigned windows, failed;	/* printed */
	unsigned open, over;		/* to be fetched, fetched */
	bool enough;		/* set by put: no more of it is wanted */
};

struct fetch_result {
	unsigned long long windows, failed, records, requests, retries;
	unsigned long long open, over;	/* windows to be fetched, fetched */
	int status;		/* exit status */
	struct fetch_count *counts;
	size_t count;
};

#endif
