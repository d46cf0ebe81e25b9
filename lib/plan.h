/*
 * plan: which windows of which lists to ask, in what order to say them.
 *
 * A run is a tree (tree.h).  For each account and each requested stream there
 * is a place; in it stand the windows to fetch, newest first; in a window the
 * pages of its list, then its mark, then the windows of its children.  Every
 * list is a job: a chain of pages.  Jobs run side by side, as many as http
 * allows, the front of the output first; what they bring is put at its place.
 *
 * A window whose first page shows that it is dense is cut (cut.h) and its
 * pieces take its place.  Until a window is known to be whole nothing of it is
 * printed, so a cut never has to take anything back; a list that cannot be
 * cut is printed page by page.
 */
#ifndef PLAN_H
#define PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "catalog.h"
#include "http.h"
#include "login.h"
#include "record.h"
#include "state.h"

enum plan_word { PLAN_TRACE, PLAN_NOTE, PLAN_WARN, PLAN_FAIL };

struct plan_options {
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
	long limit;		/* records a stream; 0 none */
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
	void (*say)(void *context, enum plan_word word, const char *text);
	/* Called between answers. */
	void (*tick)(void *context);
	void *context;
};

struct plan_count {		/* of one stream */
	const struct stream *stream;
	unsigned long long records, requests, retries;
	unsigned windows, failed;
};

struct plan_result {
	unsigned long long windows, failed, records, requests, retries;
	int status;		/* exit status */
	struct plan_count *counts;
	size_t count;
};

/* Fetch it all.  *stop becomes true (by a signal handler) to end early. */
void plan_run(struct plan_result *result, const struct plan_options *options,
    const struct login *login, struct http *http,
    const volatile int *stop);

#endif
