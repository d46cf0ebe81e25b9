/*
 * fuzz: what every target has.
 *
 * A target is a file here with LLVMFuzzerTestOneInput; its seeds are the files
 * of corpus/NAME, its words dict/NAME, if there are any.  What does not hold
 * ends the process with the status of a bug, which both engines take for a
 * find.  Targets look at copies that end where their memory does.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "mem.h"
#include "out.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define must(what) ((what) ? (void)0 : bug("not true: %s", #what))

/* A copy with so many zeros behind it and nothing behind those. */
static inline char *
fuzz_copy(const void *bytes, size_t len, size_t slack)
{
	char *copy = mem_resize(NULL, len + slack + (len + slack == 0));

	memcpy(copy, bytes, len);
	memset(copy + len, 0, slack);
	return copy;
}

/* Output that stays in its buffer: what a target of a few KiB puts. */
static inline void
fuzz_out(struct out *o)
{
	static const struct out fresh = OUT_INIT;

	*o = fresh;
	out_fd(o, -1, "memory");
}

/* Is it one line that may be shown: not empty, and what is in it was said? */
static inline bool
fuzz_sentence(const char *why)
{
	return *why && !strpbrk(why, "\n");
}

#endif
