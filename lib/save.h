/*
 * save: replace a file completely, or leave it alone; hold its lock.
 *
 *	struct save s = SAVE_INIT;
 *	if (save_begin(&s, "twilio.state"))  -> s.why
 *	out_text(&s.out, "...");
 *	if (save_commit(&s))  -> s.why; the old file is untouched
 *
 * begin creates PATH.new (mode 0666 less umask, or the old file's mode);
 * commit flushes, fsyncs, closes, renames over PATH and fsyncs the directory.
 * Before the rename the old file is kept as PATH.prev (a hard link, so there
 * is always one of the two under the name PATH) when keep is set.
 * A symlink at PATH is refused: renaming would silently replace it.
 */
#ifndef SAVE_H
#define SAVE_H

#include <stdbool.h>

#include "out.h"

struct save {
	struct out out;
	char *path, *temp;
	bool keep;		/* keep the previous file as PATH.prev */
	bool exact;		/* temp name is PATH.part instead of PATH.new */
	int status;		/* STATUS_CREATE or STATUS_IO after a failure */
	char why[512];
};

#define SAVE_INIT { OUT_INIT, 0, 0, false, false, 0, "" }

int save_begin(struct save *s, const char *path);
int save_commit(struct save *s);
void save_cancel(struct save *s);	/* remove the temporary file */
/* Commit to this path, in the same folder, and not to the one begun with: for
 * a name that is known only when the content is.  0, or -1 with s->why. */
int save_name(struct save *s, const char *path);

/*
 * Locks are byte ranges (fcntl) of PATH.lock, so that the kernel frees them
 * when a holder is killed.  save_lock: 0 got it, 1 somebody else has it
 * (*holder is its process, if it could be told), -1 failed (errno).  The
 * descriptor stays open (close-on-exec) until save_unlock or the process ends.
 */
enum save_part { SAVE_WRITER, SAVE_FETCH, SAVE_COMMIT, SAVE_BEGUN };
int save_lock(const char *path, enum save_part part, bool wait, int *holder);
void save_unlock(const char *path, enum save_part part);
/* Who holds a part, without taking it: 0 nobody (or this process), else a
 * process id; -1 somebody the kernel cannot name.  The same for *holder. */
int save_holder(const char *path, enum save_part part);

#endif
