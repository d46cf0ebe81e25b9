#include "hash.h"

#include <string.h>

#define BLOCK 64

static const uint32_t constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};

static inline uint32_t
turn(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

static void
compress(uint32_t state[8], const unsigned char *p)
{
	uint32_t w[64], s[8], one, two;
	int i;

	for (i = 0; i < 16; i++, p += 4)
		w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
		    (uint32_t)p[2] << 8 | p[3];
	for (; i < 64; i++) {
		one = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3;
		two = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10;
		w[i] = w[i - 16] + one + w[i - 7] + two;
	}
	memcpy(s, state, sizeof(s));
	for (i = 0; i < 64; i++) {
		one = s[7] + constants[i] + w[i] +
		    (turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25)) +
		    ((s[4] & s[5]) ^ (~s[4] & s[6]));
		two = (turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22)) +
		    ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
		s[7] = s[6];
		s[6] = s[5];
		s[5] = s[4];
		s[4] = s[3] + one;
		s[3] = s[2];
		s[2] = s[1];
		s[1] = s[0];
		s[0] = one + two;
	}
	for (i = 0; i < 8; i++)
		state[i] += s[i];
}

void
hash_begin(struct hash *h)
{
	static const uint32_t start[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
	};

	memcpy(h->state, start, sizeof(start));
	h->len = 0;
}

void
hash_add(struct hash *h, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	size_t held = h->len % BLOCK, part;

	h->len += len;
	if (held > 0) {
		part = len < BLOCK - held ? len : BLOCK - held;
		memcpy(h->block + held, p, part);
		if (held + part < BLOCK)
			return;
		compress(h->state, h->block);
		p += part;
		len -= part;
	}
	for (; len >= BLOCK; p += BLOCK, len -= BLOCK)
		compress(h->state, p);
	if (len > 0)
		memcpy(h->block, p, len);
}

void
hash_end(struct hash *h, unsigned char digest[HASH_SIZE])
{
	static const unsigned char padding[BLOCK] = { 0x80 };
	uint64_t bits = h->len * 8;
	size_t held = h->len % BLOCK;
	unsigned char tail[8];
	int i;

	hash_add(h, padding, (held < 56 ? 56 : 120) - held);
	for (i = 0; i < 8; i++)
		tail[i] = (unsigned char)(bits >> (56 - 8 * i));
	hash_add(h, tail, sizeof(tail));
	for (i = 0; i < HASH_SIZE; i++)
		digest[i] = (unsigned char)(h->state[i / 4] >> (24 - i % 4 * 8));
}

void
hash_key(struct hash_key *k, const void *key, size_t len)
{
	unsigned char pad[BLOCK] = { 0 };
	int i;

	if (len > BLOCK) {
		hash_begin(&k->inner);
		hash_add(&k->inner, key, len);
		hash_end(&k->inner, pad);
	} else {
		memcpy(pad, key, len);
	}
	for (i = 0; i < BLOCK; i++)
		pad[i] ^= 0x36;
	hash_begin(&k->inner);
	hash_add(&k->inner, pad, BLOCK);
	for (i = 0; i < BLOCK; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	hash_begin(&k->outer);
	hash_add(&k->outer, pad, BLOCK);
}

void
hash_keyed(const struct hash_key *k, const void *bytes, size_t len,
    unsigned char digest[HASH_SIZE])
{
	struct hash h = k->inner;

	hash_add(&h, bytes, len);
	hash_end(&h, digest);
	h = k->outer;
	hash_add(&h, digest, HASH_SIZE);
	hash_end(&h, digest);
}

void
hash_hex(const unsigned char digest[HASH_SIZE], char hex[HASH_HEX + 1])
{
	static const char digits[] = "0123456789abcdef";
	int i;

	for (i = 0; i < HASH_SIZE; i++) {
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 15];
	}
	hex[HASH_HEX] = '\0';
}
