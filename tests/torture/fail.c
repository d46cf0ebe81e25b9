/*
 * fail.so: make the n-th allocation or system call of a program fail.
 *
 * Preloaded by tests/torture/run.  TORTURE_OP is "memory" or "system",
 * TORTURE_AT the number of the operation to fail, from 1; TORTURE_ON=1 fails
 * all that follow, too.  When the operation is reached its name is written to
 * descriptor TORTURE_FD, so that the runner knows when it has swept past the
 * last.
 * TORTURE_NOT=LIBRARY,LIBRARY leaves out what those libraries do: the beginning
 * of a file's name is enough; TORTURE_ONLY=CALL,CALL all calls but these.  At the end of the program a line with
 * the number of blocks and descriptors that it still has follows there.
 *
 * glibc only: __libc_malloc and friends are the allocator under the symbols
 * replaced here, so that no dlsym (which allocates) is needed for them.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void __libc_free(void *);

static long at = -1, count, blocks;
static int memory, on, report, ended;
static const char *only;

static int (*program)(int, char **, char **);

static void
disarm(void)
{
	ended = 1;
}

static int
before_program(int argc, char **argv, char **environment)
{
	atexit(disarm);
	return program(argc, argv, environment);
}

/*
 * Handlers run in reverse: disarm() after all of the program's own, before the
 * loader ends the libraries.  Nothing is left to fail then, but a build that
 * counts branches (gcov) has yet to write its counts.
 */
int
__libc_start_main(int (*start)(int, char **, char **), int argc, char **argv,
    void (*init)(void), void (*fini)(void), void (*loader)(void), void *stack)
{
	__typeof__(&__libc_start_main) real =
	    (__typeof__(&__libc_start_main))dlsym(RTLD_NEXT,
	    "__libc_start_main");

	program = start;
	return real(before_program, argc, argv, init, fini, loader, stack);
}

/* Does name begin with one of names? */
static int
named(const char *name, const char *names)
{
	size_t len;

	for (; *names; names += len + (names[len] == ',')) {
		len = strcspn(names, ",");
		if (strncmp(name, names, len) == 0)
			return 1;
	}
	return 0;
}

/* Where the code of libraries lies that are left alone. */
static struct { const char *from, *to; } alone[32];
static int alone_count;

static void
leave_alone(const char *names)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[600], path[500];
	unsigned long from, to;

	while (maps && fgets(line, sizeof line, maps))
		if (sscanf(line, "%lx-%lx r-xp %*s %*s %*s %499s", &from, &to,
		    path) == 3 && strrchr(path, '/') &&
		    named(strrchr(path, '/') + 1, names) && alone_count < 32) {
			alone[alone_count].from = (const char *)from;
			alone[alone_count++].to = (const char *)to;
		}
	if (maps)
		fclose(maps);
}

/* Not before the loader is done: the program's own operations are meant. */
__attribute__((constructor)) static void
start(void)
{
	const char *op = getenv("TORTURE_OP"), *n = getenv("TORTURE_AT");
	const char *fd = getenv("TORTURE_FD");

	if (!op || !n || !fd)
		return;
	if (getenv("TORTURE_NOT"))
		leave_alone(getenv("TORTURE_NOT"));
	memory = strcmp(op, "memory") == 0;
	on = getenv("TORTURE_ON") != NULL;
	only = getenv("TORTURE_ONLY");
	report = atoi(fd);
	at = strtol(n, NULL, 10);
}

__attribute__((destructor)) static void
end(void)
{
	char text[64];
	int fd, held = 0, len;

	if (at < 0)
		return;
	at = -1;
	for (fd = 0; fd < 256; fd++)
		held += fd != report && syscall(SYS_fcntl, fd, F_GETFD) >= 0;
	len = snprintf(text, sizeof text, "\n%ld %d", blocks, held);
	syscall(SYS_write, report, text, len);
}

static int
fails(int is_memory, const char *name, const char *caller)
{
	int i;

	if (at < 0 || ended || is_memory != memory ||
	    (only && !named(name, only)))
		return 0;
	for (i = 0; i < alone_count; i++)
		if (caller >= alone[i].from && caller < alone[i].to)
			return 0;
	count++;
	if (count < at || (count > at && !on))
		return 0;
	if (count == at)
		syscall(SYS_write, report, name, strlen(name));
	return 1;
}

#define FAILS(is_memory, name) fails(is_memory, name, __builtin_return_address(0))

#define MEMORY(name, new, parameters, arguments)                              \
	void *name parameters                                                 \
	{                                                                     \
		void *got;                                                    \
									      \
		if (FAILS(1, #name)) {                                        \
			errno = ENOMEM;                                       \
			return NULL;                                          \
		}                                                             \
		got = __libc_##name arguments;                                \
		blocks += got && (new);                                       \
		return got;                                                   \
	}

MEMORY(malloc, 1, (size_t size), (size))
MEMORY(calloc, 1, (size_t n, size_t size), (n, size))
MEMORY(realloc, old == NULL, (void *old, size_t size), (old, size))

void
free(void *block)
{
	blocks -= block != NULL;
	__libc_free(block);
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
		if (FAILS(0, #name)) {                                        \
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
SYSTEM(int, unlink, EACCES, (const char *path), (path))
SYSTEM(int, mkdir, EACCES, (const char *path, mode_t mode), (path, mode))
SYSTEM(int, stat, EACCES, (const char *path, struct stat *st), (path, st))
SYSTEM(int, lstat, EACCES, (const char *path, struct stat *st), (path, st))
SYSTEM(int, fstat, EIO, (int fd, struct stat *st), (fd, st))
SYSTEM(int, fchmod, EPERM, (int fd, mode_t mode), (fd, mode))
SYSTEM(int, pipe, EMFILE, (int fd[2]), (fd))
SYSTEM(int, setrlimit, EPERM, (__rlimit_resource_t what,
    const struct rlimit *most), (what, most))
SYSTEM(int, poll, ENOMEM, (struct pollfd *fds, nfds_t n, int ms),
    (fds, n, ms))
SYSTEM(int, socket, EMFILE, (int family, int type, int protocol),
    (family, type, protocol))
SYSTEM(int, socketpair, EMFILE, (int family, int type, int protocol,
    int fd[2]), (family, type, protocol, fd))
SYSTEM(int, connect, ECONNREFUSED, (int fd, const struct sockaddr *to,
    socklen_t len), (fd, to, len))
SYSTEM(int, setsockopt, ENOBUFS, (int fd, int level, int name,
    const void *value, socklen_t len), (fd, level, name, value, len))
SYSTEM(int, getsockopt, ENOBUFS, (int fd, int level, int name, void *value,
    socklen_t *len), (fd, level, name, value, len))
SYSTEM(int, getsockname, ENOBUFS, (int fd, struct sockaddr *name,
    socklen_t *len), (fd, name, len))
SYSTEM(int, getpeername, ENOBUFS, (int fd, struct sockaddr *name,
    socklen_t *len), (fd, name, len))
SYSTEM(ssize_t, send, EPIPE, (int fd, const void *from, size_t n, int how),
    (fd, from, n, how))
SYSTEM(ssize_t, recv, ECONNRESET, (int fd, void *to, size_t n, int how),
    (fd, to, n, how))

/* close(2) that fails has closed all the same. */
int
close(int fd)
{
	REAL(close);
	int got = real(fd);

	if (FAILS(0, "close")) {
		errno = EIO;
		return -1;
	}
	return got;
}

/* The third argument, there or not, is passed on as the ABI allows. */
int
open(const char *path, int flags, ...)
{
	REAL(open);
	va_list rest;
	mode_t mode;

	va_start(rest, flags);
	mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
	va_end(rest);
	if (FAILS(0, "open")) {
		errno = EMFILE;
		return -1;
	}
	return real(path, flags, mode);
}

int
fcntl(int fd, int what, ...)
{
	REAL(fcntl);
	va_list rest;
	void *value;

	va_start(rest, what);
	value = va_arg(rest, void *);
	va_end(rest);
	if (FAILS(0, "fcntl")) {
		errno = ENOLCK;
		return -1;
	}
	return real(fd, what, value);
}
