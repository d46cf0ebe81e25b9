#include "gunzip.h"

#include <string.h>
#include <zlib.h>

#include "mem.h"

#define STEP ((size_t)64 << 10)

/* What the stream holds, up to the end of its last member. */
static int
unpack(struct buf *to, z_stream *z)
{
	int got = Z_OK;

	while (z->avail_in > 0 || got == Z_OK) {
		char *room = buf_reserve(to, STEP);

		if (!room)
			return -1;
		if (got == Z_STREAM_END && inflateReset(z) != Z_OK)
			return -1;
		z->next_out = (Bytef *)room;
		z->avail_out = (uInt)STEP;
		got = inflate(z, Z_NO_FLUSH);
		if (got == Z_MEM_ERROR)
			mem_exhausted();
		to->len += STEP - z->avail_out;
		if (got != Z_OK && got != Z_STREAM_END)
			return -1;	/* more is wanted, or it is broken */
	}
	return 0;
}

int
gunzip(struct buf *to, const char *bytes, size_t len)
{
	z_stream z;
	int status;

	if (len == 0)
		return 0;
	memset(&z, 0, sizeof z);
	if (inflateInit2(&z, 15 + 16) != Z_OK)
		mem_exhausted();
	z.next_in = (z_const Bytef *)bytes;
	z.avail_in = (uInt)len;		/* below HTTP_BODY_MAX */
	status = unpack(to, &z);
	inflateEnd(&z);
	if (to->text)
		to->text[to->len] = '\0';
	return status;
}
