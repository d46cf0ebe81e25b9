/*
 * record: the two kinds of line on the pipe, tw-records(5).
 *
 * A record is a JSON object a line; a mark is an object whose first member is
 * "_mark".  Marks prove completeness; records are data.  Every tool passes
 * marks through in place.
 */
#ifndef RECORD_H
#define RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "out.h"

/* Is this line a mark?  White space as jq or python print it is allowed. */
bool record_is_mark(const char *line, size_t len);

enum mark_kind {
	MARK_OPEN, MARK_WINDOW, MARK_FAIL, MARK_CLOSE, MARK_PLAN, MARK_OTHER
};

#define MARK_NAME 128		/* longest run, stream or account */

/*
 * One mark.  Members a kind lacks are empty, or WHEN_ALWAYS for since and low.
 * A window is half-open [since, until); since WHEN_ALWAYS (null on the wire)
 * reaches back to the beginning.  full: the whole list as it was at until.
 * low: the oldest date of a record in it that is not final, or WHEN_NEVER.
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
};

/* 0, or -1 with *why a constant sentence. */
int mark_read(struct mark *m, const char *line, size_t len, const char **why);
/* One line with its '\n', in the member order of tw-records(5). */
void mark_write(struct out *o, const struct mark *m);

/*
 * What every consumer must know of the marks it passed: is the input whole?
 *
 *	struct mark_watch seen = MARK_WATCH_INIT;
 *	mark_watch(&seen, &m);  mark_watch_record(&seen);
 *	if (mark_watch_end(&seen, &why)) -> STATUS_DATA
 */
struct mark_watch {
	bool open, close;
	int status;		/* of the last close */
	unsigned long long windows, failed, records;	/* seen in this run */
	unsigned long long in_window;	/* records since the last window mark */
};
#define MARK_WATCH_INIT { false, false, 0, 0, 0, 0, 0 }
void mark_watch(struct mark_watch *seen, const struct mark *m);
void mark_watch_record(struct mark_watch *seen);
/* 0 whole (or no marks at all), -1 truncated: *why says what is missing. */
int mark_watch_end(const struct mark_watch *seen, const char **why);

#endif
