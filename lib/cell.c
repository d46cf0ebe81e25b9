#include "cell.h"

#include <string.h>

/* What stands around a cell: blanks, and borders in ASCII or box drawing. */
static const char *const around[] = {
	" ", "\t", "\r", "|", "\xe2\x94\x82", "\xe2\x94\x83", "\xe2\x95\x91"
};
#define AROUND (sizeof(around) / sizeof(*around))

/* How many bytes of that the text begins, or ends, with. */
static size_t
border(const char *text, size_t len, bool end)
{
	size_t i, n;

	for (i = 0; i < AROUND; i++) {
		n = strlen(around[i]);
		if (n <= len && memcmp(end ? text + len - n : text, around[i],
		    n) == 0)
			return n;
	}
	return 0;
}

/* The inside of a CSV field's quotes; false: they are not around all of it. */
static bool
unquote(const char *text, size_t len, struct buf *b)
{
	size_t i;

	buf_clear(b);
	for (i = 1; i + 1 < len; i++) {
		if (text[i] == '"' && (i + 2 >= len || text[++i] != '"'))
			return false;
		buf_byte(b, text[i]);
	}
	return true;
}

bool
cell_value(const char **text, size_t *len, struct buf *b)
{
	const char *p = *text;
	size_t n = *len, cut;

	while ((cut = border(p, n, false)) > 0)
		p += cut, n -= cut;
	while ((cut = border(p, n, true)) > 0)
		n -= cut;
	if (n >= 2 && p[0] == '"' && p[n - 1] == '"') {
		if (!unquote(p, n, b))
			return false;
		p = b->text ? b->text : "";
		n = b->len;
	} else if (n == *len) {
		return false;
	}
	*text = p;
	*len = n;
	return true;
}
