/*
 * state: what is durably loaded, per scope, in a file people can read.
 *
 * A scope is (stream, account).  Its state is a set of intervals, and with
 * each the oldest date of a record in it that is not final yet (low).  The
 * file is NDJSON, one window-shaped line a scope-interval, sorted; see
 * tw-state(5).  Loaded whole, changed in memory, saved with save.
 */
#ifndef STATE_H
#define STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "catalog.h"
#include "interval.h"
#include "record.h"

struct state_scope {
	char *stream, *account;
	struct interval_set covered;	/* windows durably loaded */
	int64_t complete_at;	/* of a full list; WHEN_ALWAYS never */
	int64_t low;		/* oldest unfinished record; WHEN_NEVER none */
};

struct state {
	struct state_scope *scopes;	/* sorted by stream, account */
	size_t count, room;
	int status;		/* STATUS_CONFIG or STATUS_IO after -1 */
	char why[512];		/* one sentence that names the way out */
};

#define STATE_INIT { 0, 0, 0, 0, "" }

/* 0, or -1 with status and why.  A missing file is an error (STATUS_CONFIG):
 * only 'tw-state init' makes the first one. */
int state_load(struct state *s, const char *path);
/* Replace the file; the caller holds SAVE_WRITER.  Unchanged is unwritten. */
int state_save(struct state *s, const char *path);
void state_release(struct state *s);

/* Found or NULL; state_scope makes it. */
struct state_scope *state_find(const struct state *s, const char *stream,
    const char *account);
struct state_scope *state_scope(struct state *s, const char *stream,
    const char *account);
/* Take up what a window mark proves: coverage grows, low is replaced where
 * the window reaches, complete_at moves forward only. */
void state_add(struct state *s, const struct mark *window);

/*
 * What a run has to fetch for a scope of an incremental stream: wanted
 * [since, until) minus what is covered, plus the lookback before the covered
 * end, plus from low (bounded by the stream's age limit).  lookback -1: the
 * stream's own.  scope may be NULL: nothing is covered.  The caller releases
 * the set.
 */
void state_gaps(const struct state_scope *scope, const struct stream *stream,
    int64_t since, int64_t until, int64_t lookback, struct interval_set *gaps);

/*
 * One run at a time.  tw-fetch claims the fetch part for its lifetime;
 * tw-state commit claims the commit part.  A fetch is refused while another
 * fetch runs, or while the commit of another pipeline (another process group)
 * does.  0 claimed, 1 busy (*holder), -1 failed (errno).
 */
int state_claim_fetch(const char *path, int *holder);
int state_claim_commit(const char *path, int *holder);

#endif
