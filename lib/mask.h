/*
 * mask: values nobody downstream may see, hashed or redacted.
 *
 * A hashed value is the HMAC-SHA-256 of its text, 64 hex digits: the same
 * value gives the same digits in every run, stream and column with the same
 * key, so pseudonyms still join.  The text is what the JSON means: escapes
 * decoded, numbers by their digits, containers without white space; nothing
 * else is normalised.  The key comes from a file, never from argv.
 */
#ifndef MASK_H
#define MASK_H

#include <stddef.h>

#include "hash.h"
#include "json.h"

enum mask { MASK_NONE, MASK_HASH, MASK_REDACT };

#define MASK_KEY_MAX 4096	/* bytes of a key */
#define MASK_ROOM (HASH_HEX + 3)

struct mask_key {
	struct hash_key key;
	size_t len;		/* of the secret */
};

/* The whole file but one newline at its end.  0, or -1 with why. */
int mask_key_file(struct mask_key *k, const char *path, char *why,
    size_t why_size);

/* The value as JSON, masked: null, or a string with its quotes.  null stays
 * null.  out has room for MASK_ROOM bytes; returns the length. */
size_t mask_value(enum mask how, const struct mask_key *k,
    const struct json *value, char *out);

#endif
