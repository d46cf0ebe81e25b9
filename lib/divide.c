#include "divide.h"

#include "cut.h"
#include "job.h"
#include "mem.h"
#include "window.h"

#define HOLD_PAGES 4		/* of one list, before it is cut after all */
#define FEW_PAGES 2.5		/* are followed link by link */

static bool
is_wide(const struct interval *pieces, size_t i)
{
	const struct interval *narrow = &pieces[CUT_NARROW - 1];

	return i >= CUT_NARROW && pieces[i].until - pieces[i].since >
	    4 * (narrow->until - narrow->since);
}

static void
set_doubt(struct window *w, struct window *doubt)
{
	size_t i;

	w->doubt = doubt;
	for (i = 0; i < w->down_count; i++)
		set_doubt(w->downs[i], doubt);
}

/* Windows like w for its pieces, newest first. */
static void
add_pieces(struct window *w, struct node *place, const struct interval *pieces,
    size_t n, struct window *doubt)
{
	struct run *run = w->run;
	struct window **ahead = &run->ahead;
	size_t i;

	for (i = 0; i < n; i++) {
		struct window *piece;
		int64_t since = pieces[i].since;

		if (i == n - 1)
			since = w->since;	/* may be "always" */
		piece = window_new(run, w->family, w->account, place, since,
		    pieces[i].until, false);
		piece->filtered = true;
		piece->instants = w->instants;
		piece->whole_days = w->whole_days;
		set_doubt(piece, doubt);
		window_ask(piece);
		if (is_wide(pieces, i)) {
			piece->behind = *ahead;
			*ahead = piece;
			ahead = &piece->behind;
		}
		/* What an unfiltered list would have brought along is swept
		 * up. */
		if (i == n - 1 && (w->sweeps || (!w->filtered &&
		    w->family->stream->unwindowed)))
			window_sweep(piece);
	}
}

/* The window's place is taken by its pieces. */
static void
replace(struct window *w, const struct interval *pieces, size_t n)
{
	window_release_downs(w);
	tree_empty(&w->run->tree, w->place);
	add_pieces(w, w->place, pieces, n, w->doubt);
	window_free(w);
}

/* Moments may be compared though the documents speak of days.  Ask for a range
 * strictly inside the first page: they are if exactly the records of that
 * range come back. */
static bool
start_probe(struct window *w)
{
	struct job *j, *probe;
	int64_t low, high;
	size_t i, want = 0;

	for (j = w->jobs; j && j->time_count < 16; j = j->next)
		;
	if (!j)
		return false;
	high = j->times[j->time_count / 4];
	low = j->times[j->time_count / 4 * 3];
	if (low > high) {
		int64_t swap = low;

		low = high;
		high = swap;
	}
	if (low == high || j->sample.newest == high || j->sample.oldest == low)
		return false;
	for (i = 0; i < j->time_count; i++)
		want += j->times[i] >= low && j->times[i] <= high;
	probe = job_new(w, JOB_PROBE, j->context, j->context_count);
	if (j->each.value) {
		probe->each.name = j->each.name;
		probe->each.value = mem_text(j->each.value);
	}
	probe->probe_low = low;
	probe->probe_high = high;
	probe->probe_want = want;
	w->state = WINDOW_PROBED;
	return true;
}

static size_t
pieces_of(const struct window *w, double wanted,
    struct interval pieces[CUT_MOST])
{
	int64_t unit = window_unit(w), since = window_start(w), newest = since;
	const struct job *j;

	if (unit == 0 || since >= w->until)
		return 0;
	for (j = w->jobs; j; j = j->next)
		if (j->sample.dated > 0 && j->sample.newest > newest)
			newest = j->sample.newest;
	if (newest == since)	/* nothing is known of it */
		newest = w->until - 1;
	return cut_window(pieces, since, newest, w->until, wanted, unit);
}

bool
divide_cut(struct window *w, double wanted)
{
	struct interval pieces[CUT_MOST];
	size_t n = pieces_of(w, wanted, pieces);

	if (n < 2)
		return false;
	replace(w, pieces, n);
	return true;
}

/*
 * The wire need not wait for the probe: most often moments are compared, so
 * the pieces are asked as if they were.  They stand behind the probe in the
 * output, so none of them is printed before it is answered.
 */
static void
start_trial(struct window *w, double wanted)
{
	struct interval pieces[CUT_MOST];
	size_t n;

	if (w->run->o->dry)
		return;
	w->instants = INSTANTS_YES;
	n = pieces_of(w, wanted, pieces);
	if (n > 1) {
		w->trial = tree_group(w->place, w, NODE_PLACE);
		add_pieces(w, w->trial, pieces, n, w);
		tree_close(w->trial);
	}
	w->instants = INSTANTS_UNKNOWN;
}

/* The pieces stay; nothing is left of the window but its place. */
static void
accept_trial(struct window *w)
{
	struct job *j;
	size_t i;

	window_each(w->trial, window_believe);
	while ((j = w->jobs)) {
		w->jobs = j->next;
		job_drop(j);
	}
	for (i = 0; i < w->down_count; i++)
		tree_empty(&w->run->tree, w->downs[i]->place);
	window_release_downs(w);
	tree_empty(&w->run->tree, w->own);
	tree_close(w->own);
}

void
divide_judge(struct window *w, bool compared)
{
	struct job **at = &w->jobs, *probe;

	while ((*at)->kind != JOB_PROBE)
		at = &(*at)->next;
	probe = *at;
	*at = probe->next;
	job_close(probe);
	job_drop(probe);
	w->open--;
	/* A piece that failed said no before. */
	if (w->instants == INSTANTS_UNKNOWN)
		w->instants = compared ? INSTANTS_YES : INSTANTS_NO;
	if (w->trial && w->instants == INSTANTS_YES) {
		accept_trial(w);
		return;
	}
	window_forget(w);
	w->state = WINDOW_NEW;
	divide_heard(w);
}

/* All first pages are there: is it whole, worth following, or to be cut?
 * The answer must not depend on what else happens to be known by now. */
static bool
consider_new(struct window *w)
{
	int64_t since = window_start(w);
	double expect = 0, most = 0;
	struct job *j;

	for (j = w->jobs; j; j = j->next) {
		if (j->kind != JOB_LIST)
			continue;
		if (j->pages == 0)
			return true;
		expect += cut_expect(&j->sample, since);
		if (cut_expect(&j->sample, since) > most)
			most = cut_expect(&j->sample, since);
	}
	w->state = WINDOW_HELD;
	if (expect <= FEW_PAGES)
		return true;
	if (w->family->stream->window == WINDOW_TRY &&
	    w->instants == INSTANTS_UNKNOWN && start_probe(w)) {
		start_trial(w, most / CUT_FULL);
		return true;
	}
	/* A piece asks each list: the longest counts. */
	if (divide_cut(w, most / CUT_FULL))
		return false;
	window_settle(w);
	return true;
}

static bool
consider(struct window *w)
{
	struct job *j;
	bool open = false;

	if (w->state == WINDOW_NEW)
		return consider_new(w);
	if (w->state != WINDOW_HELD)
		return true;
	for (j = w->jobs; j; j = j->next) {
		if (j->kind == JOB_LIST && j->pages >= HOLD_PAGES && !j->done)
			break;
		open |= j->kind == JOB_LIST && !j->done;
	}
	if (!j && open)
		return true;
	if (!j) {	/* a sweep is left, which is long and not to be held */
		window_settle(w);
		return true;
	}
	/* Empty pages are not a dense window. */
	if (j->sample.a_page > 0 && divide_cut(w, 8))
		return false;
	window_settle(w);
	return true;
}

void
divide_heard(struct window *w)
{
	if (consider(w) && w->open == 0)
		window_finish(w);
}
