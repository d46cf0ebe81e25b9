#include "window.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "family.h"
#include "job.h"
#include "mem.h"
#include "when.h"

/* The next of a list of words, into word; false when there is none left. */
static bool
next_word(const char **list, char *word, size_t size)
{
	size_t len;

	if (!*list || !**list)
		return false;
	len = strcspn(*list, ",");
	snprintf(word, size, "%.*s", (int)len, *list);
	*list += len + ((*list)[len] == ',');
	return true;
}

/* One list for each value of "values" (path) and "each" (query), unless a
 * --filter gives it. */
static void
add_lists(struct window *w, const struct pair *context, size_t count)
{
	const struct stream *s = w->family->stream;
	struct pair *path = mem_array(NULL, count + 1, sizeof *path);
	const struct pair *pass = s->each_count ? &s->each[0] : NULL;
	const char *values = NULL, *words;
	char value[256], word[256];
	struct job *j;

	if (count > 0)
		memcpy(path, context, count * sizeof *path);
	if (s->value_count > 0 && !job_filter(w->run, s->values[0].name)) {
		values = s->values[0].value;
		path[count].name = s->values[0].name;
		path[count++].value = value;
	}
	if (pass && job_filter(w->run, pass->name))
		pass = NULL;
	while (!values || next_word(&values, value, sizeof value)) {
		words = pass ? pass->value : NULL;
		while (!pass || next_word(&words, word, sizeof word)) {
			j = job_new(w, JOB_LIST, path, count);
			if (!pass)
				break;
			j->each.name = pass->name;
			j->each.value = mem_text(word);
		}
		if (!values)
			break;
	}
	free(path);
}

int64_t
window_unit(const struct window *w)
{
	const struct stream *s = w->family->stream;

	if (s->window == WINDOW_NONE || s->window_whole || !s->window_field ||
	    w->full || w->until == WHEN_NEVER)
		return 0;
	if (s->window == WINDOW_INSTANT || (s->window == WINDOW_TRY &&
	    w->instants == INSTANTS_YES))
		return 1;
	return WHEN_DAY;
}

/* A child follows its parent's window; where the parent is read whole, a
 * child that has a window of its own is asked for what it lacks. */
static void
child_span(struct run *run, struct family *f, struct account *a,
    struct window *w)
{
	const struct stream *s = f->stream;
	struct interval_set gaps = INTERVAL_SET_INIT;
	struct family alone = *f;

	if (!w->full || s->window == WINDOW_NONE || s->window_whole ||
	    !s->window_field)
		return;
	w->full = false;
	w->since = run->o->since;
	w->until = run->o->until < run->until ? run->o->until : run->until;
	alone.next = NULL;
	if (run->o->state) {
		family_gaps(run, &alone, s, a, run->o->since, &gaps);
		interval_clip(&gaps, WHEN_ALWAYS, w->until);
		if (gaps.count)
			w->since = gaps.all[0].since;
		interval_release(&gaps);
	}
	if (s->retention && w->since != WHEN_ALWAYS &&
	    w->since < run->until - s->retention)
		w->since = run->until - s->retention;
	w->filtered = w->since != WHEN_ALWAYS || s->window_bounded ||
	    run->o->until != WHEN_NEVER;
}

/* For those who watch. */
static void
window_count(struct window *w, int open, int over)
{
	w->family->count->open += (unsigned)open;
	w->family->count->over += (unsigned)over;
	w->run->result->open += (unsigned long long)open;
	w->run->result->over += (unsigned long long)over;
}

struct window *
window_new(struct run *run, struct family *f, struct account *a,
    struct node *place, int64_t since, int64_t until, bool full)
{
	struct window *w = mem_new(sizeof *w);
	struct family *child;

	w->run = run;
	w->family = f;
	w->account = a;
	w->since = since;
	w->until = until;
	w->full = full;
	w->low = WHEN_NEVER;
	w->state = WINDOW_SETTLED;
	if (!f->scopes)
		f->scopes = mem_new(run->account_count * sizeof *f->scopes);
	w->scope = &f->scopes[a - run->accounts];
	if (f->stream->parent)
		child_span(run, f, a, w);
	w->place = tree_group(place, w, NODE_PLACE);
	w->own = tree_group(w->place, w, NODE_OWN);
	for (child = f->down; child; child = child->next) {
		w->downs = mem_array(w->downs, w->down_count + 1,
		    sizeof *w->downs);
		w->downs[w->down_count] = window_new(run, child, a, w->place,
		    w->since, w->until, w->full);
		w->downs[w->down_count++]->open = 1;	/* the parent */
	}
	tree_close(w->place);
	window_count(w, 1, 0);
	return w;
}

void
window_free(struct window *w)
{
	struct window **at = &w->run->ahead;
	struct job *j, *next;

	while (*at && *at != w)
		at = &(*at)->behind;
	if (*at)
		*at = w->behind;
	for (j = w->jobs; j; j = next) {
		next = j->next;
		job_drop(j);
	}
	if (!w->over)
		window_count(w, -1, 0);
	seen_release(&w->seen);
	free(w->downs);
	free(w);
}

void
window_release_downs(struct window *w)
{
	size_t i;

	for (i = 0; i < w->down_count; i++) {
		window_release_downs(w->downs[i]);
		window_free(w->downs[i]);
	}
	w->down_count = 0;
}

void
window_each(struct node *n, void (*act)(struct window *))
{
	struct node *next;

	for (n = n->down; n; n = next) {
		next = n->next;
		if (n->kind == NODE_OWN)
			act(n->owner);
		else if (!n->leaf)
			window_each(n, act);
	}
}

void
window_forget(struct window *w)
{
	if (!w->trial)
		return;
	window_each(w->trial, window_free);
	tree_empty(&w->run->tree, w->trial);
	w->trial = NULL;
}

void
window_sweep(struct window *w)
{
	struct pair none = { NULL, NULL };

	if (w->run->o->dry)
		return;
	w->sweeps = true;
	job_new(w, JOB_SWEEP, &none, 0);
}

/* A window at the top: its own lists, to be asked. */
void
window_ask(struct window *w)
{
	struct pair none = { NULL, NULL };

	if (window_unit(w) > 0)
		w->state = WINDOW_NEW;
	add_lists(w, &none, 0);
}

/* The children of the records seen so far are asked for. */
void
window_grow(struct job *j)
{
	struct window *w = j->window;
	size_t i;

	double pages = 1 + cut_expect(&j->sample, window_start(w));
	bool dry = w->run->o->dry;

	for (i = 0; i < j->branch_count; i++) {
		struct branch *b = &j->branches[i];

		/* Of a plan: every page of ours brings as many of theirs. */
		if (dry)
			w->downs[b->down]->requests += pages;
		else
			add_lists(w->downs[b->down], b->context,
			    b->context_count);
	}
	job_prune(j);
}

void
window_settle(struct window *w)
{
	struct job *j;

	w->state = WINDOW_SETTLED;
	for (j = w->jobs; j; j = j->next) {
		if (!j->leaf)
			continue;
		j->leaf->held = false;
		window_grow(j);
		if (j->done)
			job_close(j);
	}
}

/* The last page of a list came. */
void
window_list_done(struct job *j)
{
	struct window *w = j->window;

	j->done = true;
	tree_live(j->leaf, false);
	if (w->state == WINDOW_SETTLED)
		job_close(j);
	w->open--;
}

static void
put_mark(struct window *w)
{
	struct node *leaf = tree_leaf(w->own, w, NODE_MARK);

	tree_close(leaf);
}

void
window_finish(struct window *w)
{
	struct job *j;
	size_t i;

	if (window_held(w))
		window_settle(w);
	for (j = w->jobs; j; j = j->next)
		w->requests += (double)j->pages + cut_expect(&j->sample,
		    window_start(w));
	if (w->family->emits)
		put_mark(w);
	while ((j = w->jobs)) {
		w->jobs = j->next;
		job_drop(j);
	}
	seen_release(&w->seen);
	w->over = true;
	window_count(w, -1, 1);
	tree_close(w->own);
	for (i = 0; i < w->down_count; i++) {
		struct window *d = w->downs[i];

		if (w->failed && !d->failed) {
			d->failed = true;
			d->http = w->http;
			d->code = w->code;
			d->status = w->status;
			snprintf(d->message, sizeof d->message,
			    "its parent %.60s failed: %.160s",
			    w->family->stream->name, w->message);
		}
		if (--d->open == 0)
			window_finish(d);
	}
}

/* A failure is said once; those like it that follow in the scope are counted,
 * for an outage is one event and not a thousand. */
static void
say_failure(struct window *w)
{
	struct scope *sc = w->scope;

	if (sc->status == w->status && sc->http == w->http &&
	    sc->code == w->code) {
		sc->more += !sc->dead;
		return;
	}
	sc->status = w->status;
	sc->http = w->http;
	sc->code = w->code;
	snprintf(sc->message, sizeof sc->message, "%s", w->message);
	run_say(w->run, FETCH_FAIL, "%s %s: %s", w->family->stream->name,
	    w->account->sid, w->message);
}

void
window_say_more(struct run *run, const struct family *f)
{
	const struct scope *sc;
	size_t i;

	for (; f; f = f->next) {
		for (i = 0; f->scopes && i < run->account_count; i++) {
			sc = &f->scopes[i];
			if (sc->more > 0)
				run_say(run, FETCH_WARN, "%s %s: %u more "
				    "window%s failed like that",
				    f->stream->name, run->accounts[i].sid,
				    sc->more, sc->more == 1 ? "" : "s");
		}
		window_say_more(run, f->down);
	}
}

/* Nothing more of it is asked for; what was held back is dropped. */
void
window_stop(struct window *w)
{
	struct job *j;
	bool nothing = window_held(w);	/* of it was printed, or will be */

	window_forget(w);
	w->state = WINDOW_SETTLED;
	if (nothing)
		w->records = 0;
	/* What runs is not waited for. */
	while ((j = w->jobs)) {
		w->jobs = j->next;
		w->open -= !j->done;
		if (nothing) {
			job_prune(j);
			tree_retract(&w->run->tree, j->leaf);
			j->leaf->held = false;
		}
		if (j->leaf)
			job_close(j);
		job_drop(j);
	}
	if (w->open == 0)
		window_finish(w);
}

static void
tell_failure(struct window *w)
{
	struct run *run = w->run;

	w->untold = false;
	say_failure(w);
	if (run->worst == 0 || w->status > STATUS_PARTIAL)
		run->worst = w->status;
}

void
window_believe(struct window *w)
{
	w->doubt = NULL;
	if (w->untold)
		tell_failure(w);
}

void
window_fail(struct window *w, int status, int http, long code,
    const char *message)
{
	w->failed = true;
	/* It may be the moments that were refused, or misunderstood. */
	if (w->doubt && w->doubt->family == w->family) {
		w->doubt->instants = INSTANTS_NO;
		window_stop(w);
		return;
	}
	w->status = status;
	w->http = http;
	w->code = code;
	snprintf(w->message, sizeof w->message, "%s", message);
	if (w->doubt)
		w->untold = true;
	else
		tell_failure(w);
	window_stop(w);
}
