#include "save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diag.h"
#include "mem.h"

static char *
joined(const char *path, const char *suffix)
{
	size_t a = strlen(path), b = strlen(suffix);
	char *text = mem_resize(NULL, a + b + 1);

	memcpy(text, path, a);
	memcpy(text + a, suffix, b + 1);
	return text;
}

/* Keep the first reason, undo what was begun. */
static int
failed(struct save *s, enum diag_status status, const char *path,
    const char *what)
{
	/* A long path loses its head, never the reason behind it. */
	size_t len = strlen(path), most = 200;

	s->status = status;
	snprintf(s->why, sizeof s->why, "%s: %s",
	    len > most ? path + len - most : path, what);
	save_cancel(s);
	return -1;
}

/* What is at path may be replaced: 0, 1 if nothing is there, -1 it may not. */
static int
look_at(struct save *s, const char *path, struct stat *st)
{
	if (lstat(path, st))
		return 1;
	if (S_ISLNK(st->st_mode))
		return failed(s, STATUS_CREATE, path, "is a symbolic link, "
		    "which would be replaced: name the file it points to");
	if (!S_ISREG(st->st_mode))
		return failed(s, STATUS_CREATE, path, "is not a regular file");
	return 0;
}

int
save_name(struct save *s, const char *path)
{
	struct stat st;

	if (look_at(s, path, &st) < 0)
		return -1;
	free(s->path);
	s->path = mem_text(path);
	return 0;
}

int
save_begin(struct save *s, const char *path)
{
	struct stat st;
	bool replaces;
	int fd, there;

	s->status = 0;
	s->why[0] = '\0';
	s->path = mem_text(path);
	if ((there = look_at(s, path, &st)) < 0)
		return -1;
	replaces = there == 0;

	/* What a killed run left is removed rather than written to: it may
	 * have other names, or be a link somebody put there. */
	s->temp = joined(path, s->exact ? ".part" : ".new");
	unlink(s->temp);
	fd = open(s->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0) {
		int error = errno;
		char *temp = s->temp;

		s->temp = NULL;		/* not ours to remove */
		failed(s, STATUS_CREATE, temp, strerror(error));
		free(temp);
		return -1;
	}
	out_fd(&s->out, fd, s->temp);
	if (replaces && fchmod(fd, st.st_mode & 07777))
		return failed(s, STATUS_CREATE, s->temp, strerror(errno));
	return 0;
}

/* The folder of a path, made durable: its entries are what rename changed. */
static int
sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = !slash ? mem_text(".") :
	    mem_copy(path, slash == path ? 1 : (size_t)(slash - path));
	int fd = open(folder, O_RDONLY | O_CLOEXEC), got;

	free(folder);
	if (fd < 0)
		return -1;
	got = fsync(fd);
	/* Some file systems cannot, and say so with EINVAL. */
	if (got && errno == EINVAL)
		got = 0;
	close(fd);
	return got;
}

/* A link, so that path itself never goes away. */
static int
keep_previous(const char *path)
{
	char *previous = joined(path, ".prev");
	int got, error;

	unlink(previous);
	got = link(path, previous);
	error = errno;
	free(previous);
	/* Nothing to keep, or a file system without links: go without. */
	if (got && (error == ENOENT || error == EPERM || error == ENOTSUP ||
	    error == EOPNOTSUPP || error == EMLINK || error == ENOSYS))
		got = 0;
	errno = error;
	return got;
}

static void
restore_previous(const char *path)
{
	char *previous = joined(path, ".prev");

	rename(previous, path);
	free(previous);
}

int
save_commit(struct save *s)
{
	if (out_end(&s->out))
		return failed(s, STATUS_IO, s->temp, strerror(s->out.error));
	if (fsync(s->out.fd))
		return failed(s, STATUS_IO, s->temp, strerror(errno));
	if (out_close(&s->out))
		return failed(s, STATUS_IO, s->temp, strerror(s->out.error));
	if (s->keep && keep_previous(s->path))
		return failed(s, STATUS_IO, s->path, strerror(errno));
	if (rename(s->temp, s->path))
		return failed(s, STATUS_IO, s->path, strerror(errno));
	free(s->temp);
	s->temp = NULL;
	if (sync_folder(s->path)) {
		int error = errno;

		/* The new file may not outlive a power cut.  The caller hears
		 * that nothing was saved, and so it shall be. */
		if (s->keep)
			restore_previous(s->path);
		return failed(s, STATUS_IO, s->path, strerror(error));
	}
	save_cancel(s);
	return 0;
}

void
save_cancel(struct save *s)
{
	static const struct out fresh = OUT_INIT;

	/* Without it out_close would write what is still in the buffer. */
	s->out.error = s->out.error ? s->out.error : ECANCELED;
	out_close(&s->out);
	s->out = fresh;
	if (s->temp)
		unlink(s->temp);
	free(s->temp);
	free(s->path);
	s->temp = s->path = NULL;
}

/*
 * POSIX drops every lock a process has on a file when it closes any
 * descriptor of it.  So a file is opened once, found again by what it is and
 * not by how it was spelled, and closed when its last part is given back.
 */
struct lock_file {
	struct lock_file *next;
	dev_t device;
	ino_t inode;
	int fd;
	unsigned parts;		/* held, a bit each */
};

static struct lock_file *lock_files;

static struct lock_file *
find_open(const char *path)
{
	struct lock_file *f;
	struct stat st;

	if (stat(path, &st))
		return NULL;
	for (f = lock_files; f; f = f->next)
		if (f->device == st.st_dev && f->inode == st.st_ino)
			return f;
	return NULL;
}

static struct lock_file *
open_lock(const char *path, int flags)
{
	struct lock_file *f = find_open(path);
	struct stat st;
	int fd;

	if (f)
		return f;
	fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0666);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st)) {
		close(fd);
		return NULL;
	}
	f = mem_new(sizeof *f);
	f->device = st.st_dev;
	f->inode = st.st_ino;
	f->fd = fd;
	f->next = lock_files;
	lock_files = f;
	return f;
}

static void
close_lock_unless_held(struct lock_file *f)
{
	struct lock_file **at = &lock_files;

	if (f->parts)
		return;
	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	close(f->fd);
	free(f);
}

static struct flock
range(enum save_part part, short type)
{
	struct flock r;

	memset(&r, 0, sizeof r);
	r.l_type = type;
	r.l_whence = SEEK_SET;
	r.l_start = part;
	r.l_len = 1;
	return r;
}

/* 0 nobody, else a process; -1 if the kernel cannot name it (another host,
 * another container). */
static int
holder_of(const struct lock_file *f, enum save_part part)
{
	struct flock r = range(part, F_WRLCK);

	if (fcntl(f->fd, F_GETLK, &r) || r.l_type == F_UNLCK)
		return 0;
	return r.l_pid > 0 ? (int)r.l_pid : -1;
}

int
save_lock(const char *path, enum save_part part, bool wait, int *holder)
{
	char *name = joined(path, ".lock");
	struct lock_file *f = open_lock(name, O_CREAT);
	struct flock r = range(part, F_WRLCK);
	int got, error;

	free(name);
	if (!f)
		return -1;
	do
		got = fcntl(f->fd, wait ? F_SETLKW : F_SETLK, &r);
	while (got && errno == EINTR);
	if (got == 0) {
		f->parts |= 1u << part;
		return 0;
	}
	error = errno;
	got = error == EACCES || error == EAGAIN ? 1 : -1;
	if (got == 1 && holder)
		*holder = holder_of(f, part);
	close_lock_unless_held(f);
	errno = error;
	return got;
}

void
save_unlock(const char *path, enum save_part part)
{
	char *name = joined(path, ".lock");
	struct lock_file *f = find_open(name);
	struct flock r = range(part, F_UNLCK);

	free(name);
	if (!f)
		return;
	fcntl(f->fd, F_SETLK, &r);
	f->parts &= ~(1u << part);
	close_lock_unless_held(f);
}

int
save_holder(const char *path, enum save_part part)
{
	char *name = joined(path, ".lock");
	struct lock_file *f = open_lock(name, 0);
	int pid;

	free(name);
	if (!f)
		return 0;
	pid = holder_of(f, part);
	close_lock_unless_held(f);
	return pid;
}
