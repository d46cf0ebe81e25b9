#include "buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"

#define LEAST 64

/* Make room for len bytes and the NUL behind them.  Doubling keeps many
 * small puts linear. */
static void
grow(struct buf *b, size_t len)
{
	size_t need, room = b->room;

	if (len >= SIZE_MAX - b->len)
		mem_exhausted();
	need = b->len + len + 1;
	if (need <= room)
		return;
	if (room < LEAST)
		room = LEAST;
	while (room < need)
		room = room > SIZE_MAX / 2 ? need : room * 2;
	/* Half of a large buffer with a maximum could never be used. */
	if (b->max && room - 1 > b->max)
		room = b->max + 1;
	b->text = mem_resize(b->text, room);
	b->room = room;
	b->text[b->len] = '\0';
}

char *
buf_reserve(struct buf *b, size_t len)
{
	if (b->full || (b->max && len > b->max - b->len)) {
		b->full = true;
		grow(b, 0);	/* text is never NULL */
		return NULL;
	}
	grow(b, len);
	return b->text + b->len;
}

void
buf_add(struct buf *b, const void *bytes, size_t len)
{
	char *to = buf_reserve(b, len);

	if (!to)
		return;
	if (len)
		memcpy(to, bytes, len);
	b->len += len;
	b->text[b->len] = '\0';
}

void
buf_text(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void
buf_byte(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_printf(struct buf *b, const char *format, ...)
{
	va_list values;
	char *to;
	int len;

	va_start(values, format);
	len = vsnprintf(NULL, 0, format, values);
	va_end(values);
	if (len < 0)
		bug("buf_printf: format '%s'", format);
	to = buf_reserve(b, (size_t)len);
	if (!to)
		return;
	va_start(values, format);
	vsnprintf(to, (size_t)len + 1, format, values);
	va_end(values);
	b->len += (size_t)len;
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->full = false;
	grow(b, 0);
	b->text[0] = '\0';
}

void
buf_release(struct buf *b)
{
	free(b->text);
	b->text = NULL;
	b->len = b->room = 0;
	b->full = false;
}

char *
buf_take(struct buf *b)
{
	char *text;

	grow(b, 0);
	text = b->text;
	b->text = NULL;
	b->len = b->room = 0;
	b->full = false;
	return text;
}
