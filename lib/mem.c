#include "mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void
mem_exhausted(void)
{
	die(STATUS_BUG, "out of memory");
}

/* malloc(0) may return NULL, which is not a failure: ask for a byte. */
static size_t
some(size_t size)
{
	return size ? size : 1;
}

static void *
checked(void *memory)
{
	if (!memory)
		mem_exhausted();
	return memory;
}

void *
mem_new(size_t size)
{
	return checked(calloc(1, some(size)));
}

void *
mem_resize(void *old, size_t size)
{
	return checked(realloc(old, some(size)));
}

void *
mem_array(void *old, size_t count, size_t size)
{
	if (size && count > PTRDIFF_MAX / size)
		mem_exhausted();
	return mem_resize(old, count * size);
}

char *
mem_copy(const void *bytes, size_t len)
{
	char *copy;

	if (len >= PTRDIFF_MAX)
		mem_exhausted();
	copy = mem_resize(NULL, len + 1);
	if (len)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}

char *
mem_text(const char *text)
{
	return mem_copy(text, strlen(text));
}
