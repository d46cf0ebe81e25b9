/*
 * fail.so: make the n-th allocation or system call of a program fail.
 *
 * Preloaded by tests/torture/run.  TORTURE_OP is "memory" or "system",
 * TORTURE_AT the number of the operation to fail, from 1; TORTURE_ON=1 fails
 * all that follow, too.  When the operation is reached one byte is written to
 * descriptor 9, so that the runner knows when it has swept past the last.
 *
 * glibc only: __libc_malloc and friends are the allocator under the symbols
 * replaced here, so that no dlsym (which allocates) is needed for them.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

static long at = -1, count;
static int memory, on;

/* Not before the loader is done: the program's own operations are meant. */
__attribute__((constructor)) static void
start(void)
{
	const char *op = getenv("TORTURE_OP"), *n = getenv("TORTURE_AT");

	if (!op || !n)
		return;
	memory = strcmp(op, "memory") == 0;
	on = getenv("TORTURE_ON") != NULL;
	at = strtol(n, NULL, 10);
}

static int
fails(int is_memory)
{
	if (at < 0 || is_memory != memory)
		return 0;
	count++;
	if (count < at || (count > at && !on))
		return 0;
	if (count == at)
		syscall(SYS_write, 9, "x", 1);
	return 1;
}

#define MEMORY_FAILS                                                          \
	if (fails(1)) {                                                       \
		errno = ENOMEM;                                               \
		return NULL;                                                  \
	}

void *
malloc(size_t size)
{
	MEMORY_FAILS
	return __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	MEMORY_FAILS
	return __libc_calloc(n, size);
}

void *
realloc(void *old, size_t size)
{
	MEMORY_FAILS
	return __libc_realloc(old, size);
}

/* The call that would have run, found once. */
#define REAL(name)                                                            \
	static __typeof__(&name) real;                                        \
	if (!real)                                                            \
		real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define SYSTEM(result, name, error, parameters, arguments)                    \
	result name parameters                                                \
	{                                                                     \
		REAL(name);                                                   \
		if (fails(0)) {                                               \
			errno = error;                                        \
			return -1;                                            \
		}                                                             \
		return real arguments;                                        \
	}

SYSTEM(ssize_t, read, EIO, (int fd, void *to, size_t n), (fd, to, n))
SYSTEM(ssize_t, write, ENOSPC, (int fd, const void *from, size_t n),
    (fd, from, n))
SYSTEM(int, fsync, EIO, (int fd), (fd))
SYSTEM(int, fdatasync, EIO, (int fd), (fd))
SYSTEM(int, rename, EACCES, (const char *a, const char *b), (a, b))
SYSTEM(int, link, EACCES, (const char *a, const char *b), (a, b))
SYSTEM(int, mkdir, EACCES, (const char *path, mode_t mode), (path, mode))
SYSTEM(int, fstat, EIO, (int fd, struct stat *st), (fd, st))
SYSTEM(int, pipe, EMFILE, (int fd[2]), (fd))

/* close(2) that fails has closed all the same. */
int
close(int fd)
{
	REAL(close);
	int got = real(fd);

	if (fails(0)) {
		errno = EIO;
		return -1;
	}
	return got;
}

int
open(const char *path, int flags, ...)
{
	REAL(open);
	va_list rest;
	mode_t mode;

	va_start(rest, flags);
	mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
	va_end(rest);
	if (fails(0)) {
		errno = EMFILE;
		return -1;
	}
	return real(path, flags, mode);
}
