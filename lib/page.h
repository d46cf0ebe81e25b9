/*
 * page: one answer of a list endpoint -> its records and where the next is.
 *
 *	struct page p = PAGE_INIT;
 *	if (page_read(&p, stream, &where, body, len))  -> p.cut, p.why
 *	... json_walk over p.records; p.next, if not empty, is the next URL
 *	page_release(&p);
 *
 * The body must be one valid JSON object with the records where the catalogue
 * says (else where meta.key says, else in its only array), and it must say
 * whether there is a next page: a list whose way of paging is not recognized
 * is an error, never the end.
 *
 * A next link is followed byte for byte, and only to the origin that was
 * asked: host-relative, or absolute to the product's own host (which page
 * rewrites to the base the requests really go to).
 */
#ifndef PAGE_H
#define PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "catalog.h"
#include "json.h"

struct page_place {
	const char *base;	/* "https://api.twilio.com": requests go there */
	const char *host;	/* "api.twilio.com": the product's own name */
	const char *url;	/* what was asked */
};

struct page {
	struct json records;	/* an array, or the one object */
	struct buf next;	/* URL, or empty: this was the last */
	bool cut;		/* after -1: it ended in the middle */
	char why[256];
};

#define PAGE_NEXT_MAX 16384
#define PAGE_INIT { { JSON_NULL, false, 0, 0 }, BUF_INIT(PAGE_NEXT_MAX), \
	false, "" }

/* The body must outlive the use of records.  0, or -1. */
int page_read(struct page *p, const struct stream *stream,
    const struct page_place *place, const char *body, size_t len);
void page_release(struct page *p);

/* What an error answer says of itself, in any of Twilio's shapes: the code
 * (0: none) and its message, or the first bytes of what is no JSON. */
long page_error(const char *body, size_t len, char *message, size_t size);

#endif
