#include "budget.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hash.h"
#include "mem.h"
#include "when.h"

#define MEMBERS 32		/* more are on their own */
#define TOTAL_MAX 100000
#define MEMBER_AT 64		/* the first one's byte, to be locked */

/* What the file holds; whoever writes it has a lock on its first byte. */
struct shared {
	uint32_t total;		/* what all their roofs come to */
	uint32_t changes;
};

struct budget {
	char path[300];
	int fd;			/* -1: not a member */
	int seat, members, before;	/* before: those on lower seats */
	int part;		/* of the total, as the file has it */
	uint32_t changes;	/* that are known here */
	int64_t looked;
};

/* A folder that nobody else can reach.  false: there is none. */
static bool
folder(char *path, size_t size)
{
	const char *run = getenv("XDG_RUNTIME_DIR");
	struct stat s;

	if (run && *run == '/')
		snprintf(path, size, "%.200s/tw", run);
	else
		snprintf(path, size, "/tmp/tw-%lu", (unsigned long)geteuid());
	mkdir(path, 0700);
	return lstat(path, &s) == 0 && S_ISDIR(s.st_mode) &&
	    s.st_uid == geteuid() && (s.st_mode & 077) == 0;
}

static bool
lock(int fd, int command, int type, off_t at)
{
	struct flock f = { .l_type = (short)type, .l_whence = SEEK_SET,
	    .l_start = at, .l_len = 1 };

	return fcntl(fd, command, &f) == 0 &&
	    (command != F_GETLK || f.l_type == F_UNLCK);
}

/* Who sits where.  Our own locks do not show. */
static void
count(struct budget *b)
{
	int i;

	b->members = b->seat >= 0;
	b->before = 0;
	for (i = 0; i < MEMBERS; i++)
		if (i != b->seat &&
		    !lock(b->fd, F_GETLK, F_WRLCK, MEMBER_AT + i)) {
			b->members++;
			b->before += i < b->seat;
		}
}

/* Become a member of what is there already, or (anew) may have to be made. */
static bool
join(struct budget *b, bool anew)
{
	b->fd = open(b->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW |
	    (anew ? O_CREAT : 0), 0600);
	if (b->fd < 0)
		return false;
	b->seat = -1;
	count(b);
	if (anew || b->members > 0)
		for (b->seat = 0; b->seat < MEMBERS; b->seat++)
			if (lock(b->fd, F_SETLK, F_WRLCK, MEMBER_AT + b->seat))
				return true;
	close(b->fd);
	b->fd = -1;
	return false;
}

/* What is new with us goes into the file, what is new there comes to us. */
static void
exchange(struct budget *b, struct pace *p)
{
	struct shared s;
	int members = b->members;
	bool moved = p->patience > 0 && p->roof != b->part;

	if (!lock(b->fd, F_SETLK, F_WRLCK, 0))
		return;		/* somebody is at it: next time */
	count(b);
	if (pread(b->fd, &s, sizeof s, 0) != (ssize_t)sizeof s ||
	    s.total > TOTAL_MAX || (b->part == 0 && b->members == 1))
		s.total = s.changes = 0;
	if (moved) {
		int64_t total = (int64_t)s.total + p->roof - b->part;

		s.total = total > 1 ? (uint32_t)total : 1;
		s.changes++;
		moved = pwrite(b->fd, &s, sizeof s, 0) == (ssize_t)sizeof s;
	}
	lock(b->fd, F_SETLK, F_UNLCK, 0);
	if (s.total == 0 || (!moved && s.changes == b->changes &&
	    b->members == members))
		return;
	/* What is left over by the division goes to the first seats. */
	pace_share(p, ((int)s.total + b->members - 1 - b->before) /
	    b->members);
	b->part = p->roof;
	b->changes = s.changes;
}

struct budget *
budget_open(const char *what, struct pace *p)
{
	struct budget *b = mem_new(sizeof *b);
	unsigned char digest[HASH_SIZE];
	char place[256], name[HASH_HEX + 1];
	struct hash h;

	if (!folder(place, sizeof place)) {
		free(b);
		return NULL;
	}
	hash_begin(&h);
	hash_add(&h, what, strlen(what));
	hash_end(&h, digest);
	hash_hex(digest, name);
	snprintf(b->path, sizeof b->path, "%s/%.32s", place, name);
	if (join(b, false))
		exchange(b, p);
	return b;
}

void
budget_look(struct budget *b, struct pace *p)
{
	int64_t now = when_ticks_ms();

	if (!b || now - b->looked < BUDGET_LOOK_MS)
		return;
	b->looked = now;
	if (b->fd >= 0 || (p->patience > 0 && join(b, true)))
		exchange(b, p);
}

void
budget_close(struct budget *b)
{
	if (!b)
		return;
	if (b->fd >= 0)
		close(b->fd);
	free(b);
}
