#include "stage.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "diag.h"

static int
failed(struct stage *s, int status, const char *folder, const char *why)
{
	s->status = status;
	snprintf(s->why, sizeof(s->why), "%s: %s", folder, why);
	return -1;
}

/* Loaders know patterns, and scripts have quotes. */
static bool
is_plain(const char *path)
{
	for (; *path; path++)
		if ((unsigned char)*path < ' ' || *path == 0x7f ||
		    strchr("*?[]{}\\\"'`;", *path))
			return false;
	return true;
}

/* 1: nothing is in it. */
static int
is_empty(const char *folder)
{
	DIR *d = opendir(folder);
	const struct dirent *e;
	int empty = 1;

	if (!d)
		return -1;
	while (empty && (e = readdir(d)))
		empty = strcmp(e->d_name, ".") == 0 ||
		    strcmp(e->d_name, "..") == 0;
	closedir(d);
	return empty;
}

int
stage_open(struct stage *s, const char *folder)
{
	struct buf path = BUF_INIT(0);
	char here[4096] = "";
	int empty;

	if (mkdir(folder, 0700) && errno != EEXIST)
		return failed(s, STATUS_CREATE, folder, strerror(errno));
	if ((empty = is_empty(folder)) < 0)
		return failed(s, STATUS_CREATE, folder, strerror(errno));
	if (!empty)
		return failed(s, STATUS_CREATE, folder, "is not empty: name "
		    "another folder, or remove it if no script needs it");
	if (*folder != '/' && !getcwd(here, sizeof(here)))
		return failed(s, STATUS_CREATE, folder, strerror(errno));
	buf_printf(&path, "%s%s%s", here, *here ? "/" : "", folder);
	s->folder = buf_take(&path);
	if (!is_plain(s->folder))
		return failed(s, STATUS_USAGE, folder, "its path has a "
		    "character that means something to loaders");
	return 0;
}

int
stage_begin(struct stage *s, struct save *f, const char *name)
{
	struct buf path = BUF_INIT(0);
	size_t i;
	int got;

	buf_printf(&path, "%s/%u-", s->folder, ++s->count);
	for (i = 0; name[i] && i < 60; i++)
		buf_byte(&path, strchr("abcdefghijklmnopqrstuvwxyz"
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", name[i]) ?
		    name[i] : '_');
	buf_text(&path, ".csv");
	f->exact = true;
	got = save_begin(f, path.text);
	buf_release(&path);
	return got;
}

void
stage_close(struct stage *s)
{
	free(s->folder);
	s->folder = NULL;
}
