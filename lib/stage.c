#include "stage.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "diag.h"
#include "mem.h"

/* A file is RUN-NUMBER-NAME.END, and .part behind it until it is complete. */
static const char hex[] = "0123456789abcdef";
static const char digits[] = "0123456789";
static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

static int
failed(struct stage *s, int status, const char *folder, const char *why)
{
	s->status = status;
	snprintf(s->why, sizeof(s->why), "%s: %s", folder, why);
	return -1;
}

/* Loaders know patterns and variables, and scripts have quotes. */
static bool
is_plain(const char *path)
{
	for (; *path; path++)
		if ((unsigned char)*path < ' ' || *path == 0x7f ||
		    strchr("*?[]{}\\\"'`;&<>%$", *path))
			return false;
	return true;
}

/* The name is one that stage_begin gives, in whatever run. */
static bool
is_ours(const char *name)
{
	size_t n;

	if ((n = strspn(name, hex)) != STAGE_RUN || name[n] != '-')
		return false;
	name += n + 1;
	if ((n = strspn(name, digits)) == 0 || name[n] != '-')
		return false;
	name += n + 1;
	n = strspn(name, plain);
	if (name[n] != '.')
		return false;
	name += n + 1;
	n = strspn(name, letters);
	return n > 0 && (!name[n] || strcmp(name + n, ".part") == 0);
}

/* Remove what earlier runs left.  1: something else is in it. */
static int
clear(const char *folder)
{
	DIR *d = opendir(folder);
	const struct dirent *e;
	int got = 0;

	if (!d)
		return -1;
	while (got == 0 && (e = readdir(d))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (!is_ours(e->d_name))
			got = 1;
		else if (unlinkat(dirfd(d), e->d_name, 0) && errno != ENOENT)
			got = -1;
	}
	closedir(d);
	return got;
}

/* No two runs have the same. */
static void
name_run(struct stage *s)
{
	struct timespec now = { 0, 0 };

	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(s->run, sizeof(s->run), "%010llx%08lx%06lx",
	    (unsigned long long)now.tv_sec & 0xffffffffff,
	    (unsigned long)now.tv_nsec & 0xffffffff,
	    (unsigned long)getpid() & 0xffffff);
}

int
stage_open(struct stage *s, const char *folder, const char *at)
{
	struct buf path = BUF_INIT(0);
	char here[4096] = "";
	int got;

	if (*folder != '/' && !getcwd(here, sizeof(here)))
		return failed(s, STATUS_CREATE, folder, strerror(errno));
	buf_printf(&path, "%s%s%s", here, *here ? "/" : "", folder);
	s->folder = buf_take(&path);
	s->at = mem_text(at ? at : s->folder);
	if (!is_plain(s->folder) || !is_plain(s->at))
		return failed(s, STATUS_USAGE, is_plain(s->at) ? folder : s->at,
		    "has a character that means something to loaders");
	if (*s->at != '/' && !strstr(s->at, "://"))
		return failed(s, STATUS_USAGE, s->at, "is no absolute path and "
		    "no URL");
	if ((mkdir(folder, 0700) && errno != EEXIST) ||
	    (got = clear(folder)) < 0 || access(folder, W_OK | X_OK))
		return failed(s, STATUS_CREATE, folder, strerror(errno));
	if (got > 0)
		return failed(s, STATUS_CREATE, folder, "has other files than "
		    "those of a stage: name another folder");
	name_run(s);
	return 0;
}

int
stage_begin(struct stage *s, struct save *f, const char *name, const char *end)
{
	struct buf path = BUF_INIT(0);
	size_t i;
	int got;

	buf_printf(&path, "%s/%s-%u-", s->folder, s->run, ++s->count);
	for (i = 0; name[i] && i < 60; i++)
		buf_byte(&path, strchr(plain, name[i]) ? name[i] : '_');
	buf_byte(&path, '.');
	buf_text(&path, end);
	f->exact = true;
	got = save_begin(f, path.text);
	buf_release(&path);
	return got;
}

char *
stage_path(const struct stage *s, const struct save *f)
{
	struct buf path = BUF_INIT(0);
	size_t len = strlen(s->at);

	buf_text(&path, s->at);
	if (s->at[len - 1] != '/')
		buf_byte(&path, '/');
	buf_text(&path, strrchr(f->path, '/') + 1);
	return buf_take(&path);
}

void
stage_close(struct stage *s)
{
	free(s->folder);
	free(s->at);
	s->folder = s->at = NULL;
}
