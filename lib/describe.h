/*
 * describe: the catalogue as people read it: tw-fetch --list, --describe.
 *
 *	if (describe_stream(&out_standard, "messages", false))
 *		die(STATUS_USAGE, "no stream is called messages");
 */
#ifndef DESCRIBE_H
#define DESCRIBE_H

#include <stdbool.h>

#include "out.h"

/* The streams that any of the words means (a name, else a glob or a product,
 * or an @group; NULL-terminated; none: every stream), one a line: name,
 * product, window, parent, key.  An aligned table with a heading on a terminal,
 * tab-separated with "-" for nothing elsewhere, or JSON objects.  0, or -1 and
 * nothing written: a word means no stream (or catalog_why() says what is
 * wrong). */
int describe_list(struct out *o, const char *const *words, bool json,
    bool terminal);
/* All that is known of one stream, for people or as one JSON object.  0, or
 * -1: there is no such stream (or catalog_why() says what is wrong with it). */
int describe_stream(struct out *o, const char *name, bool json);

#endif
