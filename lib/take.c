#include "take.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "divide.h"
#include "job.h"
#include "mem.h"
#include "when.h"
#include "window.h"

#define SLACK (2 * (int64_t)WHEN_DAY)	/* a list of days may be so far off */

/* From when on a record's window is to be read again, because the record may
 * yet change; WHEN_NEVER: it is final. */
static int64_t
pending_from(const struct window *w, const struct item *i)
{
	const struct stream *s = w->family->stream;
	int64_t at;

	if (s->final_count == 0 || w->full || !s->window_field ||
	    item_meets(i, s->final, s->final_count))
		return WHEN_NEVER;
	if (!item_date(i, s->window_field, &at) &&
	    (!s->unwindowed || !item_date(i, s->unwindowed, &at)))
		return WHEN_NEVER;
	if (s->final_age && w->run->until - at > s->final_age)
		return WHEN_NEVER;
	/* A record swept up is older than its window may be. */
	return w->since != WHEN_ALWAYS && at < w->since ? w->since : at;
}

/* What is below a record that is not final may yet grow, too. */
static void
note_low(struct window *w, int64_t low)
{
	size_t i;

	if (low < w->low)
		w->low = low;
	for (i = 0; low != WHEN_NEVER && i < w->down_count; i++)
		note_low(w->downs[i], low);
}

/* Path parameters of the children that this record has, and from when on they
 * are pending. */
static void
add_branches(struct job *j, const struct item *i, int64_t low)
{
	struct window *w = j->window;
	struct family *f;
	size_t down = 0, k, c;

	for (f = w->family->down; f; f = f->next, down++) {
		const struct stream *s = f->stream;
		struct pair *context;
		char value[512];
		size_t count = 0;

		if (!item_meets(i, s->only, s->only_count))
			continue;
		context = mem_array(NULL, s->feed_count + 1, sizeof *context);
		for (k = 0; k < s->feed_count; k++) {
			const char *from = s->feeds[k].value, *found = NULL;

			if (*from == '^') {
				for (c = 0; c < j->context_count; c++)
					if (strcmp(j->context[c].name,
					    from + 1) == 0)
						found = j->context[c].value;
				if (!found && strcmp(from, "^AccountSid") == 0)
					found = w->account->sid;
			} else if (item_text(i, from, value, sizeof value))
				found = value;
			if (!found || !*found)
				break;
			context[count].name = s->feeds[k].name;
			context[count++].value = mem_text(found);
		}
		if (k < s->feed_count) {
			job_free_pairs(context, count);
			continue;
		}
		if (j->branch_count == j->branch_room) {
			j->branch_room = j->branch_room ? j->branch_room * 2 :
			    16;
			j->branches = mem_array(j->branches, j->branch_room,
			    sizeof *j->branches);
		}
		note_low(w->downs[down], low);
		j->branches[j->branch_count].down = down;
		j->branches[j->branch_count].context = context;
		j->branches[j->branch_count++].context_count = count;
	}
}

/* A key a window may hold once.  0: this record has no whole key. */
static size_t
key_of(const struct job *j, const struct item *i, char *to, size_t size)
{
	const struct stream *s = j->window->family->stream;
	const char **k;
	size_t len = 0, c;

	for (c = 0; c < j->context_count; c++)
		len += (size_t)snprintf(to + len, size - len, "%.200s|",
		    j->context[c].value);
	if (!s->key)
		return 0;
	for (k = s->key; *k; k++) {
		char value[300];

		if (**k == '_')
			continue;	/* context; it is in front */
		if (!item_text(i, *k, value, sizeof value) ||
		    len + sizeof value >= size)
			return 0;
		len += (size_t)snprintf(to + len, size - len, "%s|", value);
	}
	return len;
}

/* Does a page that begins with this record bring nothing new?  One before it
 * did: the service goes in circles, whatever it calls its pages.  Without a
 * key the record's bytes tell. */
static bool
begins_again(struct job *j, const struct item *i, const struct json *value)
{
	char key[4096] = " ";	/* no link begins so */
	size_t len = key_of(j, i, key + 1, sizeof key - 1);

	if (len)
		return seen_before(&j->links, key, len + 1);
	return seen_before(&j->links, value->text, value->len);
}

static bool
has_value(const struct item *i, const char *name)
{
	const struct json *value = item_get(i, name);

	return value && value->kind != JSON_NULL &&
	    (value->kind != JSON_STRING || value->len > 0);
}

enum taken { TAKEN, LEFT_OUT, WRONG };

/* Is this record of the window?  WRONG: message says why it cannot be. */
static enum taken
belongs(struct job *j, const struct item *i, char *message, size_t size)
{
	struct window *w = j->window;
	const struct stream *s = w->family->stream;
	char sid[64];
	int64_t at;

	if (w->family->stream->per_account && item_text(i, "account_sid", sid,
	    sizeof sid) && strncmp(sid, "AC", 2) == 0 &&
	    strcmp(sid, w->account->sid)) {
		snprintf(message, size, "a record of another account (%.40s) "
		    "came back; nothing of this page is used", sid);
		return WRONG;
	}
	/* Children belong to their parent's window, whatever their own dates;
	 * and so does all of a full list. */
	if (w->full || !s->window_field || s->window == WINDOW_NONE ||
	    (s->parent && !w->filtered))
		return TAKEN;
	if (item_date(i, s->window_field, &at)) {
		if (j->kind == JOB_SWEEP)
			return LEFT_OUT;
		j->sample.dated += at >= w->since && at < w->until;
		if (at >= w->since && at < w->until) {
			if (j->sample.newest == 0 || at > j->sample.newest)
				j->sample.newest = at;
			if (j->sample.oldest == 0 || at < j->sample.oldest)
				j->sample.oldest = at;
			return TAKEN;
		}
		if (w->filtered && ((w->since != WHEN_ALWAYS &&
		    at < w->since - SLACK) || at > w->until + SLACK)) {
			snprintf(message, size, "a record far outside the "
			    "window asked for: the service ignored %s",
			    s->window_low);
			return WRONG;
		}
		/* Of the day after: it is included to its end, so from now on
		 * a day less is asked. */
		if (w->filtered && s->window != WINDOW_INSTANT &&
		    at >= when_day_ceil(w->until) &&
		    w->instants != INSTANTS_YES)
			w->whole_days = true;
		return LEFT_OUT;
	}
	/* A date that nobody can read is of the list that brought it. */
	if (has_value(i, s->window_field))
		return j->kind == JOB_SWEEP ? LEFT_OUT : TAKEN;
	if (j->kind == JOB_LIST && w->filtered)
		return s->unwindowed ? LEFT_OUT : TAKEN;
	if (s->unwindowed && item_date(i, s->unwindowed, &at))
		return at >= w->run->until ||
		    (j->kind == JOB_SWEEP && w->run->o->since != WHEN_ALWAYS &&
		    at < w->run->o->since) ? LEFT_OUT : TAKEN;
	return TAKEN;
}


/* What one page brings: lines, children, samples.  false: it failed. */
bool
take_page(struct job *j, const struct page *page, bool *last)
{
	struct run *run = j->run;
	struct window *w = j->window;
	const struct stream *s = w->family->stream;
	struct emit e = { s, BUF_INIT(0), run->o->raw, run->o->secrets };
	struct json_walk walk;
	struct json name, value;
	struct buf lines = BUF_INIT(0);
	char fetched[WHEN_SIZE], key[4096], message[256];
	const char *why = NULL;
	size_t on_page = 0;
	bool single = page->records.kind == JSON_OBJECT, good = true;
	bool again = false;
	int64_t newest = WHEN_ALWAYS, floor, low, at;

	emit_begin(&e, s, w->account->sid, when_text(fetched, run->until),
	    j->context, j->context_count);
	if (!single)
		json_walk(&walk, page->records.text, page->records.len);
	while (single ? on_page == 0 : json_next(&walk, &name, &value) > 0) {
		size_t len;

		if (single)
			value = page->records;
		on_page++;
		if (s->bare) {
			item_wrap(&run->item, s->bare, &value);
		} else if (!item_read(&run->item, &value, &why)) {
			window_fail(w, STATUS_DATA, 200, 0, why);
			good = false;
			break;
		}
		if (on_page == 1)
			again = begins_again(j, &run->item, &value);
		if (j->kind == JOB_SWEEP && item_date(&run->item, s->unwindowed,
		    &at) && at > newest)
			newest = at;
		switch (belongs(j, &run->item, message, sizeof message)) {
		case WRONG:
			window_fail(w, STATUS_DATA, 200, 0, message);
			good = false;
			break;
		case LEFT_OUT:
			continue;
		case TAKEN:
			if (j->pages == 0 && s->window == WINDOW_TRY &&
			    window_held(w) && item_date(&run->item,
			    s->window_field, &at)) {
				j->times = mem_array(j->times, j->time_count +
				    1, sizeof *j->times);
				j->times[j->time_count++] = at;
			}
			break;
		}
		if (!good)
			break;
		len = key_of(j, &run->item, key, sizeof key);
		if (len && seen_before(&w->seen, key, len))
			continue;
		low = pending_from(w, &run->item);
		if (low < w->low)
			w->low = low;
		if (w->down_count)
			add_branches(j, &run->item, low);
		if (w->family->emits && !run->o->dry) {
			emit_line(&e, &run->item, &lines);
			w->records++;
		}
	}
	emit_release(&e);
	if (!good) {
		buf_release(&lines);
		return false;
	}
	if (on_page > j->sample.a_page)
		j->sample.a_page = on_page;
	j->empty = on_page && !again ? 0 : j->empty + 1;
	tree_put(&run->tree, j->leaf, &lines);
	if (!window_held(w))
		window_grow(j);
	buf_release(&lines);
	/* Newest first: once all of a page is older than what is wanted, so is
	 * the rest. */
	floor = run->o->since != WHEN_ALWAYS ? run->o->since : w->since;
	*last = j->kind == JOB_SWEEP && floor != WHEN_ALWAYS &&
	    newest != WHEN_ALWAYS && newest < floor;
	return true;
}

void
take_probe(struct job *j, const struct page *page)
{
	struct run *run = j->run;
	struct window *w = j->window;
	const char *field = w->family->stream->window_field;
	struct json_walk walk;
	struct json name, value;
	const char *why;
	size_t inside = 0, outside = 0;
	int64_t at;

	json_walk(&walk, page->records.text, page->records.len);
	while (json_next(&walk, &name, &value) > 0) {
		if (!item_read(&run->item, &value, &why) ||
		    !item_date(&run->item, field, &at) ||
		    at < j->probe_low || at > j->probe_high)
			outside++;
		else
			inside++;
	}
	/* More may come back than the first page held: lists are ordered by
	 * creation, not by this date. */
	divide_judge(w, outside == 0 && inside >= j->probe_want);
}
