/*
 * judge: did the runs whose receipts came by finish, and how?
 *
 *	struct judge j = JUDGE_INIT;
 *	while (a line came)
 *		if (judge_line(&j, text, len, number, &m) == JUDGE_RECEIPT)
 *			... m is durable
 *	status = judge_end(&j);		-> j.why, one sentence, unless it is 0
 *
 * A run is proved by its marks: the close that says how many windows there
 * are, and that many different receipts.  Receipts of a run whose open and
 * close never came by (a ledger, a grep through archives) prove themselves.
 * Clients that draw tables or write CSV print a mark as a row of one cell.
 */
#ifndef JUDGE_H
#define JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "record.h"

struct judge_run {
	char name[MARK_NAME];
	bool open, close;
	int status;
	unsigned long long receipts;	/* different ones */
	unsigned long long windows, failed;	/* as its close says */
};

struct judge {
	struct judge_run *runs;
	size_t count, room, last;	/* last: the run seen last */
	uint64_t *seen;			/* receipts, hashed; 0 is free */
	size_t seen_count, seen_room;
	unsigned long long receipts, noise;
	struct buf cell;
	bool dressed;			/* marks came in rows of the client's */
	unsigned long record_line;	/* of the first record, or 0 */
	unsigned long damage_line;	/* of the first damaged line, or 0 */
	const char *damage;
	char noise_text[80];		/* the first line that is neither */
	char why[400];
};

#define JUDGE_INIT { 0, 0, 0, 0, 0, 0, 0, 0, 0, BUF_INIT(0), false, 0, 0, \
    NULL, "", "" }

enum judge_word {
	JUDGE_NOTHING,		/* known, or passed over */
	JUDGE_OPEN,		/* a run begins */
	JUDGE_RECEIPT,		/* take up what it proves */
	JUDGE_DONE,		/* a run closes, whole and without failure */
	JUDGE_RECORD		/* no sink made it durable: stop */
};

enum judge_word judge_line(struct judge *j, const char *text, size_t len,
    unsigned long number, struct mark *m);
/* Was the open of this receipt's run seen? */
bool judge_begun(struct judge *j, const struct mark *receipt);
int judge_end(struct judge *j);		/* a status of tw(7)'s table */
void judge_release(struct judge *j);

#endif
