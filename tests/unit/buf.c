#include "buf.h"

#include <stdlib.h>

#include "tap.h"

int
main(void)
{
	struct buf b = BUF_INIT(0), small = BUF_INIT(10);
	char *taken;
	int i, good = 1;

	buf_add(&b, "", 0);
	is_text(b.text, "", "text is there after a put of nothing");
	buf_text(&b, "abc");
	buf_byte(&b, '\0');
	buf_printf(&b, "%d-%s", 42, "x");
	is_number(b.len, 8, "puts add up");
	ok(memcmp(b.text, "abc\0" "42-x", 9) == 0, "NULs are bytes");

	taken = buf_take(&b);
	ok(memcmp(taken, "abc\0" "42-x", 9) == 0, "taken");
	free(taken);
	is_number(b.len, 0, "and empty again");
	taken = buf_take(&b);
	is_text(taken, "", "taking from an empty one gives text");
	free(taken);

	for (i = 0; i < 100000; i++)
		buf_byte(&b, (char)('a' + i % 26));
	for (i = 0; i < 100000; i++)
		good &= b.text[i] == 'a' + i % 26;
	ok(good && b.len == 100000 && b.text[b.len] == '\0', "it grows");
	buf_clear(&b);
	ok(b.len == 0 && b.room > 100000 && !*b.text, "clear keeps memory");
	buf_release(&b);
	buf_release(&b);
	ok(!b.text && !b.room, "release, and once more");

	buf_text(&small, "12345");
	buf_text(&small, "67890");
	ok(!small.full, "the maximum itself fits");
	buf_byte(&small, '!');
	ok(small.full, "one more does not");
	is_text(small.text, "1234567890", "and changes nothing");
	ok(small.room <= 11, "no room beyond the maximum is held");
	buf_clear(&small);
	ok(!small.full, "clear forgets full");
	buf_text(&small, "123456789012");
	buf_text(&small, "1");
	ok(small.full && small.len == 0, "after a lost put no other is made");
	is_text(small.text, "", "text is not NULL");
	buf_release(&small);
	ok(!buf_reserve(&small, 11) && small.full, "reserve: too much");
	is_text(small.text, "", "reserve: text is not NULL");
	buf_clear(&small);
	memcpy(buf_reserve(&small, 10), "abcdefghij", 10);
	small.len += 10;
	is_number(small.text[9], 'j', "reserve: a place to write");
	buf_release(&small);
	buf_printf(&small, "%s", "12345678901");
	ok(small.full, "printf respects the maximum");
	buf_release(&small);
	return done();
}
