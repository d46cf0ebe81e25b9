/*
 * buf: growable bytes with a stated maximum.
 *
 *	struct buf b = BUF_INIT(64 << 20);
 *	buf_add(&b, bytes, n);
 *	if (b.full) ...			-- sticky: more than the maximum came
 *	buf_release(&b);
 *
 * Invariants: text is never NULL after the first call and text[len] is NUL,
 * but the bytes may hold NULs.  A put beyond max changes nothing, sets
 * full and makes later puts do nothing, so a caller may check once, at the end.
 */
#ifndef BUF_H
#define BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "diag.h"

struct buf {
	char *text;
	size_t len;
	size_t room;		/* bytes allocated */
	size_t max;		/* 0: no limit but memory */
	bool full;
};

#define BUF_INIT(maximum) { 0, 0, 0, (maximum), false }

void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_text(struct buf *b, const char *text);
void buf_byte(struct buf *b, char c);
void buf_printf(struct buf *b, const char *format, ...) DIAG_FORMAT(2, 3);
void buf_clear(struct buf *b);		/* empty, not full; keeps its memory */
void buf_release(struct buf *b);
char *buf_take(struct buf *b);		/* yours to free; b is empty again */

/* A place for at least len more bytes and a NUL; after writing, move b->len
 * yourself (and put the NUL, if somebody reads the buffer as text).
 * NULL (and full) if that would pass the maximum. */
char *buf_reserve(struct buf *b, size_t len);

#endif
