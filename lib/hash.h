/*
 * hash: SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104).
 *
 *	struct hash h;
 *	hash_begin(&h);
 *	hash_add(&h, bytes, len);
 *	hash_end(&h, digest);
 *	hash_hex(digest, text);
 *
 * For pseudonyms and manifests.  Small on purpose; nothing here is secret but
 * an HMAC's key, and nothing compares digests in constant time.
 */
#ifndef HASH_H
#define HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_SIZE 32			/* bytes of a digest */
#define HASH_HEX (2 * HASH_SIZE)	/* its hex digits, no NUL counted */

struct hash {
	uint32_t state[8];
	uint64_t len;
	unsigned char block[64];
};

void hash_begin(struct hash *h);
void hash_add(struct hash *h, const void *bytes, size_t len);
void hash_end(struct hash *h, unsigned char digest[HASH_SIZE]);

/* A key made ready once, for any number of messages. */
struct hash_key {
	struct hash inner, outer;
};
void hash_key(struct hash_key *k, const void *key, size_t len);
void hash_keyed(const struct hash_key *k, const void *bytes, size_t len,
    unsigned char digest[HASH_SIZE]);

/* Lower-case hex, NUL-terminated. */
void hash_hex(const unsigned char digest[HASH_SIZE], char hex[HASH_HEX + 1]);

#endif
