#include "mask.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem.h"

int
mask_key_file(struct mask_key *k, const char *path, char *why,
    size_t why_size)
{
	unsigned char key[MASK_KEY_MAX + 2];	/* its newline, and one more */
	ssize_t got = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	k->len = 0;
	if (fd >= 0) {
		while (k->len < sizeof(key) && (got = read(fd, key + k->len,
		    sizeof(key) - k->len)) > 0)
			k->len += (size_t)got;
	}
	if (fd < 0 || got < 0) {
		snprintf(why, why_size, "%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	close(fd);
	if (k->len > 0 && key[k->len - 1] == '\n')
		k->len--;
	if (k->len == 0 || k->len > MASK_KEY_MAX) {
		snprintf(why, why_size, k->len == 0 ? "%s: no key in it" :
		    "%s: a key is at most %d bytes", path, MASK_KEY_MAX);
		return -1;
	}
	hash_key(&k->key, key, k->len);
	return 0;
}

size_t
mask_value(enum mask how, const struct mask_key *k, const struct json *value,
    char *out)
{
	unsigned char digest[HASH_SIZE];
	const char *text = value->text;
	size_t len = value->len;
	char *meant = NULL;

	if (how == MASK_REDACT || value->kind == JSON_NULL) {
		memcpy(out, "null", 4);
		return 4;
	}
	if (value->kind >= JSON_ARRAY ||
	    (value->kind == JSON_STRING && value->escaped)) {
		text = meant = mem_resize(NULL, len + 1);
		len = value->kind == JSON_STRING ? json_decode(value, meant) :
		    json_compact(value->text, len, meant);
	}
	hash_keyed(&k->key, text, len, digest);
	free(meant);
	out[0] = '"';
	hash_hex(digest, out + 1);
	out[HASH_HEX + 1] = '"';
	return HASH_HEX + 2;
}
