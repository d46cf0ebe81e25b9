/*
 * stage: a folder where files wait for the script that loads them.
 *
 *	struct stage s = STAGE_INIT;
 *	stage_open(&s, "stage", NULL)			-> s.status, s.why
 *	stage_begin(&s, &f, "messages", "csv")		-> f.status, f.why
 *	out_text(&f.out, ..); save_commit(&f): it is durable, under f.path
 *	stage_close(&s)
 *
 * A file's name is of its run alone: a script finds what was written for it or
 * nothing.  So the files that a run left, done or killed, are removed by the
 * next one that has the folder.  Paths are absolute, for the script may be run
 * elsewhere, and have no character that means something to those who read it.
 */
#ifndef STAGE_H
#define STAGE_H

#include "save.h"

#define STAGE_RUN 24		/* characters of a run's name */

struct stage {
	int status;		/* after -1: as of diag */
	char why[512];

	/* private */
	char *folder, *at;
	char run[STAGE_RUN + 1];
	unsigned count;		/* of files begun */
};

#define STAGE_INIT { 0, "", 0, 0, "", 0 }

/* The folder is made if it is not there: only this user may look into it.
 * What is there has to be of earlier runs.  at: the path or URL by which
 * scripts find it; NULL: its own path. */
int stage_open(struct stage *s, const char *folder, const char *at);
/* A file of these rows; end, as "csv", says what they are. */
int stage_begin(struct stage *s, struct save *f, const char *name,
    const char *end);
/* Where a script finds a file that was begun: to be freed. */
char *stage_path(const struct stage *s, const struct save *f);
void stage_close(struct stage *s);

#endif
