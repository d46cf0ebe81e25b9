/*
 * state: what is durably loaded, per scope, in a file people can read.
 *
 *	struct state s = STATE_INIT;
 *	if (state_load(&s, "twilio.state"))  -> s.status, s.why
 *	state_add(&s, &window);
 *	if (state_save(&s, "twilio.state"))  -> s.status, s.why
 *	state_release(&s);
 *
 * A scope is (stream, account).  Its state is a set of intervals, and which
 * parts of them hold records that are not final yet.  The file is NDJSON,
 * one window-shaped line a scope-interval, sorted; see tw-state(5).  Loaded
 * whole, changed in memory, saved with save.
 */
#ifndef STATE_H
#define STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "catalog.h"
#include "interval.h"
#include "record.h"

/*
 * pending is the part of covered to read again: from a window's low to its
 * end.  A window that is read again takes its part out, or puts less back, so
 * a late price costs the window it is in and not all that came after.
 */
struct state_scope {
	char *stream, *account;
	struct interval_set covered;	/* windows durably loaded */
	struct interval_set pending;	/* with records not final */
	int64_t complete_at;	/* of a full list; WHEN_ALWAYS never */
};

struct state {
	struct state_scope *scopes;	/* sorted by stream, account */
	size_t count, room;
	int status;		/* STATUS_CONFIG or STATUS_IO after -1 */
	char why[512];		/* one sentence that names the way out */
	bool changed;		/* what is not, state_save does not write */
	bool loaded;		/* there is a file whose previous is kept */
	bool force;		/* load dates that lie in the future, too */
};

#define STATE_INIT { 0, 0, 0, 0, "", false, false, false }
#define STATE_VERSION 1
/* Windows end by the service's clock; it may be this far ahead of ours. */
#define STATE_FUTURE (31 * WHEN_DAY)

/*
 * Add what a file holds.  0, or -1 with status and why.  A missing file is an
 * error (STATUS_CONFIG): only 'tw-state init' makes the first one.  What a
 * run's marks say is taken up too, in any order, so a file of receipts, or
 * several states in one, is a state.  What two lines say of the same time is
 * joined: covered if one covers it, pending if one calls it so.
 */
int state_load(struct state *s, const char *path);
/* The same from text in memory; name is for messages. */
int state_parse(struct state *s, const char *name, const char *text,
    size_t len);
/* Replace the file; the caller holds SAVE_WRITER.  Unchanged is unwritten. */
int state_save(struct state *s, const char *path);
/* The lines of the file. */
void state_write(struct out *o, const struct state *s);
void state_release(struct state *s);

/* Found or NULL; state_scope makes it.  Good until the next is made. */
struct state_scope *state_find(const struct state *s, const char *stream,
    const char *account);
struct state_scope *state_scope(struct state *s, const char *stream,
    const char *account);
/* Take up what a run's window proves: coverage grows, what was pending in it
 * is what is pending now, complete_at moves forward only.  A window that moves
 * the covered end makes the lookback before the old one pending, until the run
 * has read it too; noted (STATE_INIT at the start of a run) remembers that. */
void state_add(struct state *s, const struct mark *window, int64_t lookback,
    struct state *noted);
/* The run is over and did all it meant to: what is still noted, it did not
 * mean to read. */
void state_settle(struct state *s, const struct state *noted);
/* Take up a window without knowing which is newer: pending is only added. */
void state_join(struct state *s, const struct mark *window);
void state_merge(struct state *s, const struct state *other);
/* Forget that [since, until) was loaded; of a full list, that it ever was. */
void state_forget(struct state *s, struct state_scope *scope, int64_t since,
    int64_t until);

/* The stream whose windows a stream's scopes are in: the topmost of its parents
 * that has any (media are in the windows of their messages, participants in
 * those of their conferences), else itself.  NULL: it is read as a whole. */
const struct stream *state_windows(const struct stream *stream);

/*
 * What a run has to fetch for a scope of an incremental stream: wanted
 * [since, until), no older than the service keeps, minus what is covered;
 * plus what may have changed: the lookback before the covered end, and what
 * is pending, within a month of the stream's final-age before that end (who
 * writes low leaves out what is older than the final-age when it is read).
 * What may have changed is joined across less than a day, so that the daily
 * run asks for one window.  lookback -1: the stream's own.  scope may be
 * NULL: nothing is covered.  The caller releases the set.
 */
void state_gaps(const struct state_scope *scope, const struct stream *stream,
    int64_t since, int64_t until, int64_t lookback, struct interval_set *gaps);

/*
 * One run at a time.  tw-fetch claims the fetch part for its lifetime;
 * tw-state commit claims the commit part, and says when its run has begun.
 * A fetch is refused while another fetch runs, or the commit of another
 * pipeline: another process group whose run has begun, or another session.
 * (Not every other group: timeout(1) makes one for each stage it guards.)
 * 0 claimed, 1 busy (*holder, -1 if it cannot be named), -1 failed (errno).
 */
int state_claim_fetch(const char *path, int *holder);
int state_claim_commit(const char *path, bool wait, int *holder);
void state_begun(const char *path);

#endif
