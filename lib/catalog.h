/*
 * catalog: every stream as data, tw-catalog(5).
 *
 * The text is compiled in (lib/catalog/, in layers: what the generator wrote,
 * then what people corrected); a user's file is one more layer on top.  A
 * stanza is parsed when its stream is asked for, so start-up costs one pass
 * over the text for the names.
 *
 *	if (catalog_open(extra_file_or_null)) die(STATUS_CONFIG, "%s", catalog_why());
 *	const struct stream *s = catalog_find("messages");
 *
 * Streams and all they point at live until the process ends.
 */
#ifndef CATALOG_H
#define CATALOG_H

#include <stdbool.h>
#include <stddef.h>

#include "stream.h"

struct catalog_layer {
	const char *name;
	const char *text;
	size_t len;
};
extern const struct catalog_layer catalog_layers[];	/* ends with name 0 */

/* Compiled layers, then the user's own file, then file (NULL: none).
 * 0, or -1: catalog_why() says "file:line: what". */
int catalog_open(const char *file);
const char *catalog_why(void);

/* NULL: no such stream (or, with catalog_why() not empty, a bad stanza). */
const struct stream *catalog_find(const char *name);
const struct stream *catalog_find_len(const char *name, size_t len);
size_t catalog_count(void);
const char *catalog_name(size_t i);	/* sorted */

/* Every stream a word means: a name, a glob, "@airbyte", "@all", a product
 * ("@video").  Adds streams, each once, in order.  Globs and groups leave out
 * what cannot be fetched without a --filter (needs).  false: it means
 * none (or, with catalog_why() not empty, a bad stanza). */
struct catalog_selection {
	const struct stream **streams;
	size_t count, room;
};
bool catalog_select(struct catalog_selection *to, const char *word);

#endif
