/*
 * stage: a folder where files wait for the script that loads them.
 *
 *	struct stage s = STAGE_INIT;
 *	stage_open(&s, "stage")			-> s.status, s.why
 *	stage_begin(&s, &f, "messages")		-> f.status, f.why
 *	out_text(&f.out, ..); save_commit(&f): it is durable, under f.path
 *	stage_close(&s)
 *
 * The folder is empty at first, so that no file is of another run and none is
 * replaced: a script may name them as long as nobody removes the folder.
 * Paths are absolute, for the script may be run elsewhere, and have no
 * character that means something to those who read it.
 */
#ifndef STAGE_H
#define STAGE_H

#include "save.h"

struct stage {
	int status;		/* after -1: as of diag */
	char why[512];

	/* private */
	char *folder;
	unsigned count;		/* of files begun */
};

#define STAGE_INIT { 0, "", 0, 0 }

/* The folder is made if it is not there; only this user may look into it. */
int stage_open(struct stage *s, const char *folder);
int stage_begin(struct stage *s, struct save *f, const char *name);
void stage_close(struct stage *s);

#endif
