/* gunzip: whole bodies only, and never more than was allowed. */
#include <stdbool.h>
#include <string.h>
#include <zlib.h>

#include "gunzip.h"
#include "mem.h"
#include "tap.h"

#define PLAIN 300000

static char plain[PLAIN], packed[2 * PLAIN];

static size_t
pack(char *to, const char *from, size_t len)
{
	z_stream z;
	size_t made;

	memset(&z, 0, sizeof z);
	deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	z.next_in = (z_const Bytef *)from;
	z.avail_in = (uInt)len;
	z.next_out = (Bytef *)to;
	z.avail_out = PLAIN;
	deflate(&z, Z_FINISH);
	made = PLAIN - z.avail_out;
	deflateEnd(&z);
	return made;
}

static bool
gives(const char *bytes, size_t len, size_t times)
{
	struct buf b = BUF_INIT(4 * PLAIN);
	bool good = gunzip(&b, bytes, len) == 0 && b.len == times * PLAIN;

	for (; good && times > 0; times--)
		good = memcmp(b.text + (times - 1) * PLAIN, plain, PLAIN) == 0;
	good = good && b.text[b.len] == '\0';
	buf_release(&b);
	return good;
}

static bool
refused(const char *bytes, size_t len, size_t most)
{
	struct buf b = BUF_INIT(most);
	bool good = gunzip(&b, bytes, len) == -1 && b.len <= most;

	buf_release(&b);
	return good;
}

int
main(void)
{
	size_t len, more, i;
	struct buf none = BUF_INIT(10);
	bool all = true;

	for (i = 0; i < PLAIN; i++)
		plain[i] = (char)('a' + i * i % 23 + i / 7 % 3);
	len = pack(packed, plain, PLAIN);
	ok(gives(packed, len, 1), "what was packed comes out");
	for (i = 1; i < len; i++)
		all &= refused(packed, i, 4 * PLAIN);
	ok(all, "cut anywhere: refused");
	ok(refused(packed, len, PLAIN - 1), "more than was allowed: refused");
	more = pack(packed + len, plain, PLAIN);
	ok(gives(packed, len + more, 2), "two members are one text");
	packed[len] = 'x';
	ok(refused(packed, len + more, 4 * PLAIN), "what follows is no member");
	packed[len - 6] ^= 1;
	ok(refused(packed, len, 4 * PLAIN), "a wrong check sum");
	ok(gunzip(&none, "", 0) == 0 && none.len == 0, "nothing is nothing");
	ok(refused("no gzip", 7, 100), "something else");
	buf_release(&none);
	return done();
}
