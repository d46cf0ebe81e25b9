/*
 * lasting: memory that is kept until the process ends.
 *
 * What the catalogue holds is read once and pointed at from everywhere, so
 * nothing of it is ever given back: not even what a later layer replaced.
 */
#ifndef LASTING_H
#define LASTING_H

#include <stddef.h>

/* size bytes, not cleared, aligned for anything. */
void *lasting(size_t size);
/* A copy of len bytes and a NUL. */
char *lasting_text(const char *text, size_t len);
/* A list of count items of size bytes with room for one more behind them;
 * all is NULL or what this returned for one item less. */
void *lasting_grow(void *all, size_t count, size_t size);

#endif
