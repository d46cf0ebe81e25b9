/*
 * record: the two kinds of line on the pipe, tw-records(5).
 *
 * A record is a JSON object a line; a mark is an object whose first member is
 * "_mark".  Marks prove completeness; records are data.  Every tool passes
 * marks through in place.
 */
#ifndef RECORD_H
#define RECORD_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "out.h"

/* Is this line a mark?  White space as jq or python print it is allowed. */
bool record_is_mark(const char *line, size_t len);

enum mark_kind {
	MARK_OPEN, MARK_WINDOW, MARK_FAIL, MARK_CLOSE, MARK_PLAN,
	MARK_STATE,		/* the first line of a state file */
	MARK_OTHER		/* one we do not know: pass it on */
};

#define MARK_NAME 128		/* longest run, stream or account, with NUL */
#define MARK_NONE ULLONG_MAX	/* a count that is not stated */

/*
 * One mark.  Members a kind lacks are empty or 0, and counts MARK_NONE.
 * A window is half-open [since, until); since WHEN_ALWAYS (null on the wire)
 * reaches back to the beginning.  full: the whole list as it was at until.
 * low: the oldest date of a record in it that is not final; WHEN_NEVER (null
 * or absent on the wire) says that all are.
 */
struct mark {
	enum mark_kind kind;
	char run[MARK_NAME], stream[MARK_NAME], account[MARK_NAME];
	int64_t since, until, low, at;
	unsigned long long records, windows, failed, requests;
	bool full;
	int status;		/* close: exit status; fail: HTTP status */
	long code;		/* fail: Twilio's code, 0 none */
	char tool[MARK_NAME];
	char message[256];
	int version;		/* state: of the file's format */
};

/* 0, or -1 with *why a constant sentence.  What a window, fail, plan or close
 * needs is checked to be there; members nobody knows are passed over. */
int mark_read(struct mark *m, const char *line, size_t len, const char **why);
/* One line with its '\n', in the member order of tw-records(5).  A window
 * without a run is a line of a state file: it holds only what is not usual. */
void mark_write(struct out *o, const struct mark *m);
/* A JSON string, with its quotes. */
void record_text(struct out *o, const char *text);

/*
 * What every consumer must know of the marks it passed: is the input whole?
 *
 *	struct mark_watch seen = MARK_WATCH_INIT;
 *	mark_watch(&seen, &m);  mark_watch_record(&seen);
 *	if (mark_watch_end(&seen, &why)) -> STATUS_DATA
 *
 * Several runs may follow each other (zcat of many archives): the counts are
 * those of the latest, and an earlier one that was cut is not forgotten.
 */
struct mark_watch {
	bool open, close;	/* of the latest run */
	int status;		/* of the last close */
	unsigned long long windows, failed, records;	/* seen in this run */
	unsigned long long in_window;	/* records since the last window mark */
	const char *why;	/* what was found missing so far, or NULL */
};
#define MARK_WATCH_INIT { false, false, 0, 0, 0, 0, 0, NULL }
void mark_watch(struct mark_watch *seen, const struct mark *m);
void mark_watch_record(struct mark_watch *seen);
/* 0 whole (or no marks at all), -1 truncated: *why says what is missing. */
int mark_watch_end(const struct mark_watch *seen, const char **why);

#endif
