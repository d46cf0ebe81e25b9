/*
 * mem: memory that is there, or the process ends.
 *
 * Out of memory is the one failure no caller can do anything about, so it is
 * handled here: one line on stderr, exit status 70.  Everything returned is
 * the caller's, to be given to free().
 */
#ifndef MEM_H
#define MEM_H

#include <stddef.h>

#include "diag.h"

void *mem_new(size_t size);			/* zeroed */
void *mem_resize(void *old, size_t size);
void *mem_array(void *old, size_t count, size_t size);	/* overflow checked */
char *mem_copy(const void *bytes, size_t len);	/* NUL appended */
char *mem_text(const char *text);
/* The end, for a room whose library says that it got none. */
void mem_exhausted(void) DIAG_NORETURN;

#endif
