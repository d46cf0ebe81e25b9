/* mask: what is hashed, and what is not. */
#include "mask.h"

#include <stdbool.h>

#include "child.h"
#include "tap.h"

static struct mask_key key;

static const char *
masked(enum mask how, const char *text)
{
	static char out[MASK_ROOM + 1];
	struct json value;

	if (!json_value(text, strlen(text), &value))
		return "not JSON";
	out[mask_value(how, &key, &value, out)] = '\0';
	return out;
}

static bool
same(const char *a, const char *b)
{
	char first[MASK_ROOM + 1];

	snprintf(first, sizeof first, "%s", masked(MASK_HASH, a));
	return strlen(first) == HASH_HEX + 2 &&
	    strcmp(first, masked(MASK_HASH, b)) == 0;
}

static void
put_key(const char *bytes, size_t len)
{
	FILE *f = fopen("key", "wb");

	if (!f || fwrite(bytes, 1, len, f) != len || fclose(f))
		exit(99);
}

int
main(void)
{
	static char large[MASK_KEY_MAX + 2];
	char why[200];

	scratch_begin();
	put_key("Jefe\n", 5);
	is_number(mask_key_file(&key, "key", why, sizeof why), 0, "a key");
	is_number(key.len, 4, "less its newline");
	is_text(masked(MASK_HASH, "\"what do ya want for nothing?\""),
	    "\"5bdcc146bf60754e6a042426089575c7"
	    "5a003f089d2739839dec58b964ec3843\"", "RFC 4231, case 2");
	ok(same("\"caf\xc3\xa9\"", "\"caf\\u00e9\""), "escapes are decoded");
	ok(same("15", "\"15\"") && !same("15", "15.0"), "digits are text");
	ok(same("[1, {\"a\" : 2}]", "[1,{\"a\":2}]"), "white space is none");
	is_text(masked(MASK_HASH, "null"), "null", "null stays null");
	is_text(masked(MASK_REDACT, "\"x\""), "null", "redacted is null");

	memset(large, 'k', sizeof large);
	put_key(large, MASK_KEY_MAX);
	is_number(mask_key_file(&key, "key", why, sizeof why), 0,
	    "the longest key");
	put_key(large, MASK_KEY_MAX + 1);
	is_number(mask_key_file(&key, "key", why, sizeof why), -1,
	    "one byte more");
	is_text(why, "key: a key is at most 4096 bytes", "is said");
	put_key("\n", 1);
	is_number(mask_key_file(&key, "key", why, sizeof why), -1, "no key");
	is_text(why, "key: no key in it", "is said");
	is_number(mask_key_file(&key, "none", why, sizeof why), -1, "no file");
	is_text(why, "none: No such file or directory", "is said");
	is_number(mask_key_file(&key, ".", why, sizeof why), -1, "a folder");
	is_text(why, ".: Is a directory", "is said");
	scratch_end();
	return done();
}
