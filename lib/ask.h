/*
 * ask: the URL of a list's first page.
 *
 * Path parameters are filled in, query parameters added and everything
 * percent-encoded; the operator of a window is part of the parameter's name
 * (DateSent%3E=...), as Twilio wants it.
 */
#ifndef ASK_H
#define ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "catalog.h"

struct ask {
	const struct stream *stream;
	const char *base;
	const struct pair *path;	/* path parameters */
	size_t path_count;
	const struct pair *extra;	/* query: each, filters */
	size_t extra_count;
	long page_size;			/* 0: do not say */
	const char *low, *high;		/* window values, or NULL */
};

/* false: *missing is a path parameter that nobody gave. */
bool ask_url(struct buf *to, const struct ask *a, const char **missing);

#endif
