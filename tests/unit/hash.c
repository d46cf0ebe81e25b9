/* hash: the vectors of FIPS 180-4 and RFC 4231. */
#include "hash.h"
#include "tap.h"

static const char *
sha(const char *text, size_t times)
{
	static char hex[HASH_HEX + 1];
	unsigned char digest[HASH_SIZE];
	struct hash h;

	hash_begin(&h);
	while (times-- > 0)
		hash_add(&h, text, strlen(text));
	hash_end(&h, digest);
	hash_hex(digest, hex);
	return hex;
}

static const char *
keyed(const void *key, size_t key_len, const void *text, size_t len)
{
	static char hex[HASH_HEX + 1];
	unsigned char digest[HASH_SIZE];
	struct hash_key k;

	hash_key(&k, key, key_len);
	hash_keyed(&k, text, len, digest);
	hash_hex(digest, hex);
	return hex;
}

int
main(void)
{
	unsigned char key[131], text[152];
	const char *long_text;
	int i;

	is_text(sha("", 1), "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855", "empty");
	is_text(sha("abc", 1), "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad", "abc");
	is_text(sha("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    1), "248d6a61d20638b8e5c026930c3e6039"
	    "a33ce45964ff2167f6ecedd419db06c1", "two blocks");
	is_text(sha("aaaaaaaaaa", 100000), "cdc76e5c9914fb9281a1c7e284d73e67"
	    "f1809a48a497200e046d39ccc7112cd0", "a million a, ten at a time");

	is_text(keyed("", 0, "", 0), "b613679a0814d9ec772f95d778c35fc5"
	    "ff1697c493715653c6c712144292c5ad", "an empty key, an empty text");
	memset(key, 0x0b, 20);
	is_text(keyed(key, 20, "Hi There", 8),
	    "b0344c61d8db38535ca8afceaf0bf12b"
	    "881dc200c9833da726e9376c2e32cff7", "RFC 4231, case 1");
	is_text(keyed("Jefe", 4, "what do ya want for nothing?", 28),
	    "5bdcc146bf60754e6a042426089575c7"
	    "5a003f089d2739839dec58b964ec3843", "case 2");
	memset(key, 0xaa, sizeof(key));
	memset(text, 0xdd, 50);
	is_text(keyed(key, 20, text, 50), "773ea91e36800e46854db8ebd09181a7"
	    "2959098b3ef8c122d9635514ced565fe", "case 3");
	is_text(keyed(key, 131, "Test Using Larger Than Block-Size Key - "
	    "Hash Key First", 54), "60e431591ee0b67f0d8a26aacbf5b77f"
	    "8e0bc6213728c5140546040f0ee37f54", "case 6");
	long_text = "This is a test using a larger than block-size key and a "
	    "larger than block-size data. The key needs to be hashed before "
	    "being used by the HMAC algorithm.";
	is_text(keyed(key, 131, long_text, strlen(long_text)),
	    "9b09ffa71b942fcb27635fbcd5b0e944"
	    "bfdc63644f0713938a7f51535c3a35e2", "case 7");
	for (i = 0; i < 25; i++)
		key[i] = (unsigned char)(i + 1);
	memset(text, 0xcd, 50);
	is_text(keyed(key, 25, text, 50), "82558a389a443c0ea4cc819899f2083a"
	    "85f0faa3e578f8077a2e3ff46729665b", "case 4");
	return done();
}
