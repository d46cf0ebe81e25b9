#include "judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cell.h"
#include "diag.h"
#include "json.h"
#include "mem.h"

static struct judge_run *
run_named(struct judge *j, const char *name)
{
	struct judge_run *run;

	if (j->last < j->count && strcmp(j->runs[j->last].name, name) == 0)
		return &j->runs[j->last];
	for (size_t i = j->count; i-- > 0;)
		if (strcmp(j->runs[i].name, name) == 0) {
			j->last = i;
			return &j->runs[i];
		}
	if (j->count == j->room) {
		j->room = j->room ? j->room * 2 : 4;
		j->runs = mem_array(j->runs, j->room, sizeof(*j->runs));
	}
	j->last = j->count++;
	run = &j->runs[j->last];
	memset(run, 0, sizeof(*run));
	memcpy(run->name, name, sizeof(run->name));
	return run;
}

/* FNV-1a over what makes a receipt that receipt and no other. */
static uint64_t
hash_bytes(uint64_t hash, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	while (len-- > 0)
		hash = (hash ^ *at++) * UINT64_C(1099511628211);
	return hash;
}

static uint64_t
hash_receipt(const struct mark *m)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	hash = hash_bytes(hash, m->run, strlen(m->run) + 1);
	hash = hash_bytes(hash, m->stream, strlen(m->stream) + 1);
	hash = hash_bytes(hash, m->account, strlen(m->account) + 1);
	hash = hash_bytes(hash, &m->since, sizeof(m->since));
	hash = hash_bytes(hash, &m->until, sizeof(m->until));
	hash = hash_bytes(hash, &m->low, sizeof(m->low));
	hash = hash_bytes(hash, &m->records, sizeof(m->records));
	hash = hash_bytes(hash, &m->full, sizeof(m->full));
	return hash ? hash : 1;
}

static size_t
slot(const uint64_t *seen, size_t room, uint64_t hash)
{
	size_t at = (size_t)(hash ^ hash >> 32) & (room - 1);

	while (seen[at] && seen[at] != hash)
		at = (at + 1) & (room - 1);
	return at;
}

/* true: for the first time.  A receipt printed twice must not stand in for
 * one that is missing. */
static bool
first_time(struct judge *j, uint64_t hash)
{
	size_t at;

	if (j->seen_count * 2 >= j->seen_room) {
		size_t room = j->seen_room ? j->seen_room * 2 : 1024;
		uint64_t *grown = mem_new(room * sizeof(*grown));

		for (size_t i = 0; i < j->seen_room; i++)
			if (j->seen[i])
				grown[slot(grown, room, j->seen[i])] =
				    j->seen[i];
		free(j->seen);
		j->seen = grown;
		j->seen_room = room;
	}
	at = slot(j->seen, j->seen_room, hash);
	if (j->seen[at])
		return false;
	j->seen[at] = hash;
	j->seen_count++;
	return true;
}

static enum judge_word
damaged(struct judge *j, unsigned long number, const char *what)
{
	if (!j->damage_line) {
		j->damage_line = number;
		j->damage = what;
	}
	return JUDGE_NOTHING;
}

/* What is no mark: a record, half a line of one, or what a client says. */
static enum judge_word
other_line(struct judge *j, const char *text, size_t len,
    unsigned long number)
{
	const char *why;
	size_t at = 0, offset;

	while (at < len && (text[at] == ' ' || text[at] == '\t' ||
	    text[at] == '\r'))
		at++;
	if (at == len)
		return JUDGE_NOTHING;
	if (text[at] == '{') {
		why = json_check(text, len, &offset);
		if (why)
			return damaged(j, number, why);
		if (!j->record_line)
			j->record_line = number;
		return JUDGE_RECORD;
	}
	if (j->noise++ == 0)
		snprintf(j->noise_text, sizeof(j->noise_text), "%.*s",
		    (int)(len - at < 70 ? len - at : 70), text + at);
	return JUDGE_NOTHING;
}

/* A mark in the dress of a client: not the echo of a statement with one. */
static bool
dressed_mark(struct judge *j, const char *text, size_t len, struct mark *m)
{
	const char *why;

	return cell_value(&text, &len, &j->cell) &&
	    record_is_mark(text, len) && mark_read(m, text, len, &why) == 0;
}

enum judge_word
judge_line(struct judge *j, const char *text, size_t len,
    unsigned long number, struct mark *m)
{
	struct judge_run *run;
	const char *why;

	if (!record_is_mark(text, len)) {
		if (!dressed_mark(j, text, len, m))
			return other_line(j, text, len, number);
		j->dressed = true;
	} else if (mark_read(m, text, len, &why))
		return damaged(j, number, why);
	switch (m->kind) {
	case MARK_OPEN:
		run_named(j, m->run)->open = true;
		return JUDGE_OPEN;
	case MARK_WINDOW:
		j->receipts++;
		if (first_time(j, hash_receipt(m)))
			run_named(j, m->run)->receipts++;
		return JUDGE_RECEIPT;
	case MARK_CLOSE:
		run = run_named(j, m->run);
		run->close = true;
		run->status = m->status;
		run->windows = m->windows;
		run->failed = m->failed == MARK_NONE ? 0 : m->failed;
		return run->open && run->status == STATUS_DONE &&
		    run->receipts == run->windows ? JUDGE_DONE : JUDGE_NOTHING;
	default:
		return JUDGE_NOTHING;
	}
}

bool
judge_begun(struct judge *j, const struct mark *receipt)
{
	return run_named(j, receipt->run)->open;
}

static int verdict(struct judge *j, int status, const char *format, ...)
    DIAG_FORMAT(3, 4);

static int
verdict(struct judge *j, int status, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	vsnprintf(j->why, sizeof(j->why), format, values);
	va_end(values);
	return status;
}

static int
judge_run(struct judge *j, const struct judge_run *run)
{
	if (!run->close && run->open)
		return verdict(j, STATUS_DATA, "the input ended before the "
		    "run was over: it was cut, or a stage failed; the %llu "
		    "windows that arrived are kept, run it again",
		    run->receipts);
	if (!run->close)
		return STATUS_DONE;
	if (run->receipts < run->windows)
		return verdict(j, STATUS_DATA, "%llu of %llu windows are "
		    "missing: no receipt came for them; run it again",
		    run->windows - run->receipts, run->windows);
	if (run->receipts > run->windows)
		return verdict(j, STATUS_DATA, "%llu receipts came for a run "
		    "of %llu windows", run->receipts, run->windows);
	switch (run->status) {
	case STATUS_DONE:
		return STATUS_DONE;
	case STATUS_PARTIAL:
		return verdict(j, STATUS_PARTIAL, "done in part: %llu windows "
		    "loaded, %llu failed", run->windows, run->failed);
	case STATUS_LATER:
		return verdict(j, STATUS_LATER, "try later: the fetch was "
		    "refused, or stopped at a limit (status 75)");
	case STATUS_DENIED:
		return verdict(j, STATUS_DENIED, "the fetch had no permission "
		    "(status 77)");
	default:
		if (run->status < 0 || run->status > 125)
			return verdict(j, STATUS_DATA, "a close mark has "
			    "status %d, which no tool ends with", run->status);
		return verdict(j, run->status, "the fetch ended with status "
		    "%d", run->status);
	}
}

int
judge_end(struct judge *j)
{
	char why[sizeof(j->why)] = "";
	int status = STATUS_DONE;

	if (j->record_line)
		return verdict(j, STATUS_DATA, "line %lu is a record: no sink "
		    "has made it durable; put tw-load-sql and its database, "
		    "or tw-load-csv, before this", j->record_line);
	if (j->damage_line)
		return verdict(j, STATUS_DATA, "line %lu: %s", j->damage_line,
		    j->damage);
	if (j->count == 0 && j->noise > 0)
		return verdict(j, STATUS_DATA, "no receipt came, so nothing is "
		    "proved; what came begins with: %s", j->noise_text);
	if (j->count == 0)
		return verdict(j, STATUS_DATA, "no receipt came, so nothing is "
		    "proved: a stage before this failed, or ate the marks");
	/* As diag_raise does: any other beats DONE, the first above PARTIAL
	 * stays. */
	for (size_t i = 0; i < j->count; i++) {
		int one = judge_run(j, &j->runs[i]);

		if (status == STATUS_DONE ||
		    (status == STATUS_PARTIAL && one > STATUS_PARTIAL)) {
			status = one;
			memcpy(why, j->why, sizeof(why));
		}
	}
	memcpy(j->why, why, sizeof(why));
	return status;
}

void
judge_release(struct judge *j)
{
	free(j->runs);
	free(j->seen);
	buf_release(&j->cell);
	*j = (struct judge)JUDGE_INIT;
}
