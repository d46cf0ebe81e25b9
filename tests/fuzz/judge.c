/*
 * judge: marks read are the same once written and read again; and a run is
 * called done only when a slow reader, who keeps every line, finds all it says
 * it brought, each once.
 */
#include "cell.h"
#include "fuzz.h"
#include "judge.h"
#include "json.h"

#define LINES 256

struct seen {
	struct mark mark[LINES];
	size_t count;
	bool record, damage;
};

static bool
same(const struct mark *a, const struct mark *b)
{
	return a->kind == b->kind && strcmp(a->run, b->run) == 0 &&
	    strcmp(a->stream, b->stream) == 0 &&
	    strcmp(a->account, b->account) == 0 && a->since == b->since &&
	    a->until == b->until && a->low == b->low && a->at == b->at &&
	    a->records == b->records && a->windows == b->windows &&
	    a->failed == b->failed && a->requests == b->requests &&
	    a->full == b->full && a->status == b->status &&
	    a->code == b->code && strcmp(a->tool, b->tool) == 0 &&
	    strcmp(a->message, b->message) == 0 && a->version == b->version;
}

static void
check_mark(const struct mark *m)
{
	struct mark again;
	struct out o;
	const char *why = NULL;

	if (m->kind == MARK_OTHER)
		return;
	fuzz_out(&o);
	mark_write(&o, m);
	must(o.len > 0 && memchr(o.text, '\n', o.len) == o.text + o.len - 1);
	must(record_is_mark(o.text, o.len - 1));
	must(mark_read(&again, o.text, o.len - 1, &why) == 0);
	must(same(m, &again));
	free(o.text);
}

static bool
same_receipt(const struct mark *a, const struct mark *b)
{
	struct mark x = *a, y = *b;

	return a->kind == MARK_WINDOW && b->kind == MARK_WINDOW && same(&x, &y);
}

/* What this run brought, and what its last close says. */
static int
run_status(const struct seen *s, const char *run, bool *whole)
{
	const struct mark *open = NULL, *close = NULL;
	unsigned long long receipts = 0;
	size_t i, n;

	for (i = 0; i < s->count; i++) {
		const struct mark *m = &s->mark[i];

		if (strcmp(m->run, run))
			continue;
		open = m->kind == MARK_OPEN ? m : open;
		close = m->kind == MARK_CLOSE ? m : close;
		for (n = 0; n < i && !same_receipt(&s->mark[n], m); n++)
			;
		receipts += m->kind == MARK_WINDOW && n == i;
	}
	*whole = close ? receipts == close->windows : !open;
	return close ? close->status : STATUS_DONE;
}

static void
check_verdict(const struct seen *s, int status)
{
	bool proof = false, whole, all = true, done = true;
	size_t i;

	for (i = 0; i < s->count; i++) {
		const struct mark *m = &s->mark[i];

		if (m->kind != MARK_OPEN && m->kind != MARK_CLOSE &&
		    m->kind != MARK_WINDOW)
			continue;
		proof = true;
		done &= run_status(s, m->run, &whole) == STATUS_DONE;
		all &= whole;
	}
	must((status == STATUS_DONE) == (proof && all && done && !s->record &&
	    !s->damage));
	if (!proof || s->record || s->damage)
		must(status == STATUS_DATA);
}

static void
one_mark(struct seen *s, const struct mark *m, enum judge_word word)
{
	check_mark(m);
	must((word == JUDGE_RECEIPT) == (m->kind == MARK_WINDOW));
	must((word == JUDGE_OPEN) == (m->kind == MARK_OPEN));
	s->mark[s->count++] = *m;
}

/* A mark that a client printed as the only cell of a row. */
static bool
dressed(const char *line, size_t len, struct mark *m)
{
	struct buf b = BUF_INIT(0);
	const char *why;
	bool is;

	is = cell_value(&line, &len, &b) && record_is_mark(line, len) &&
	    mark_read(m, line, len, &why) == 0;
	buf_release(&b);
	return is;
}

static void
one_line(struct judge *j, struct seen *s, const char *line, size_t len,
    unsigned long number)
{
	struct mark m;
	const char *why = NULL;
	struct json value;
	enum judge_word word = judge_line(j, line, len, number, &m);
	size_t blank = 0;

	if (record_is_mark(line, len)) {
		must(word != JUDGE_RECORD);
		if (mark_read(&m, line, len, &why)) {
			must(fuzz_sentence(why));
			s->damage = true;
			return;
		}
		must(json_value(line, len, &value) &&
		    value.kind == JSON_OBJECT);
		one_mark(s, &m, word);
		return;
	}
	if (dressed(line, len, &m)) {
		one_mark(s, &m, word);
		return;
	}
	while (blank < len && strchr(" \t\r", line[blank]) && line[blank])
		blank++;
	if (blank == len || line[blank] != '{') {
		must(word == JUDGE_NOTHING);
		return;
	}
	if (json_value(line, len, &value)) {
		must(word == JUDGE_RECORD);
		s->record = true;
	} else {
		s->damage = true;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct seen s;
	struct judge j = JUDGE_INIT;
	const char *p = (const char *)data, *end = p + len, *stop;
	unsigned long number = 0;
	int status;

	if (len > 8192)
		return 0;
	s.count = 0;
	s.record = s.damage = false;
	for (; p < end && number < LINES; p = stop + 1) {
		char *line;

		stop = memchr(p, '\n', (size_t)(end - p));
		if (!stop)
			stop = end;
		line = fuzz_copy(p, (size_t)(stop - p), 0);
		one_line(&j, &s, line, (size_t)(stop - p), ++number);
		free(line);
	}
	status = judge_end(&j);
	must(status == STATUS_DONE || *j.why);
	must(status >= 0 && status <= 125);
	check_verdict(&s, status);
	judge_release(&j);
	return 0;
}
