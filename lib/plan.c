#include "plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "cut.h"
#include "diag.h"
#include "emit.h"
#include "interval.h"
#include "mem.h"
#include "page.h"
#include "retry.h"
#include "seen.h"
#include "tree.h"
#include "when.h"

#define HOLD_PAGES 4		/* of one list, before it is cut after all */
#define HELD_MAX ((size_t)16 << 20)	/* bytes ahead of the output */
#define EMPTY_MAX 50		/* empty pages in a row */
#define OLDEST 1204329600	/* 2008-03-01: no record is older */
#define SLACK (2 * (int64_t)WHEN_DAY)	/* a day-wise server may be so far off */
#define RETENTION_DAYS 400	/* when the service says "too old", not how */

enum { NODE_PLACE, NODE_OWN, NODE_JOB, NODE_MARK };

struct account {
	char *sid, *token;	/* token NULL: not known */
	int64_t created;	/* WHEN_ALWAYS: not known */
	bool main;
};

/* Does a list that is promised to compare days compare moments? */
enum instants { INSTANTS_UNKNOWN, INSTANTS_YES, INSTANTS_NO };

/* A stream of an account: what fails for one of its windows may for all. */
struct scope {
	bool ailing;		/* gave errors only, of late: ask one by one */
	bool dead;		/* the rest is not asked */
	int running;
	unsigned long walk;	/* the last walk that met it */
	int status, http;	/* of the last failure that was said */
	long code;
	char message[256];
	unsigned more;		/* failures like it since */
};

/* A stream of this run with its children, as far as they are wanted. */
struct family {
	const struct stream *stream;
	bool emits;		/* asked for, not only a parent */
	struct family *down, *next;
	struct plan_count *count;
	struct scope *scopes;	/* one an account */
};

enum window_state {
	WINDOW_NEW,		/* its first pages are awaited */
	WINDOW_PROBED,		/* and whether moments are compared */
	WINDOW_HELD,		/* followed for a while, could yet be cut */
	WINDOW_SETTLED		/* printed as it comes */
};

struct window {
	struct plan *plan;
	struct family *family;
	struct account *account;
	int64_t since, until;
	bool full, filtered;
	struct scope *scope;
	enum window_state state;
	enum instants instants;	/* what is known here depends on this window */
	bool whole_days;	/* and those it was cut from, so that cuts do */
				/* not depend on who was answered first */
	bool sweeps;		/* its jobs include the sweep */
	bool failed;
	struct node *place, *own;
	struct job *jobs;
	unsigned open;		/* jobs, and the parent, still to finish */
	struct window **downs;	/* of the family's children, in order */
	size_t down_count;
	unsigned long long records;
	double requests;	/* of a plan: how many it will take */
	int64_t low;
	struct seen seen;
	/* of a failure */
	int http, status;
	long code;
	char message[256];
};

/* A parent's record that has children: whose, and their path parameters. */
struct branch {
	size_t down;
	struct pair *context;
	size_t context_count;
};

enum job_kind { JOB_LIST, JOB_SWEEP, JOB_PROBE, JOB_ACCOUNTS };

struct job {
	struct plan *plan;
	struct window *window;	/* NULL: nobody wants the answer any more */
	struct job *next;	/* of the window */
	struct scope *scope;	/* outlives the window */
	struct node *leaf;
	enum job_kind kind;
	struct pair *context;
	size_t context_count;
	struct pair extra[2];	/* query: "each" */
	size_t extra_count;
	struct buf url;
	int64_t start_at;	/* ticks; 0 now */
	int64_t began;
	int attempt;
	bool running, done, no_size, clamped;
	long pages;
	int empty;
	struct seen links;
	struct branch *branches;
	size_t branch_count, branch_room;
	struct cut_sample sample;
	int64_t *times;		/* of the first page, for a probe */
	size_t time_count;
	int64_t probe_low, probe_high;
	size_t probe_want;
};

struct plan {
	const struct plan_options *o;
	const struct login *login;
	struct http *http;
	const volatile int *stop;
	struct plan_result *result;
	struct tree tree;
	struct account *accounts;
	size_t account_count;
	struct family *families;	/* the topmost */
	int64_t until;		/* the run's now, by the server's clock */
	bool has_date, answered, halted, listed;
	int worst;		/* status of a failure, for a run of nothing else */
	struct item item;
	uint32_t random;
	struct buf skipped;	/* lines about accounts, for the end */
};

static void say(struct plan *p, enum plan_word word, const char *format, ...)
    DIAG_FORMAT(3, 4);

static void
say(struct plan *p, enum plan_word word, const char *format, ...)
{
	char text[1024];
	va_list values;

	va_start(values, format);
	vsnprintf(text, sizeof text, format, values);
	va_end(values);
	p->o->say(p->o->context, word, text);
}

static uint32_t
dice(struct plan *p)
{
	p->random ^= p->random << 13;
	p->random ^= p->random >> 17;
	p->random ^= p->random << 5;
	return p->random;
}

/* --- jobs ------------------------------------------------------------------ */

static void finish_window(struct window *w);

static struct pair *
copy_pairs(const struct pair *from, size_t count)
{
	struct pair *to = mem_array(NULL, count + 1, sizeof *to);
	size_t i;

	for (i = 0; i < count; i++) {
		to[i].name = from[i].name;	/* the catalogue's */
		to[i].value = mem_text(from[i].value);
	}
	return to;
}

static void
free_pairs(struct pair *all, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free((char *)(size_t)all[i].value);
	free(all);
}

static void
free_branches(struct job *j)
{
	size_t i;

	for (i = 0; i < j->branch_count; i++)
		free_pairs(j->branches[i].context,
		    j->branches[i].context_count);
	free(j->branches);
	j->branches = NULL;
	j->branch_count = j->branch_room = 0;
}

static void
free_job(struct job *j)
{
	free_pairs(j->context, j->context_count);
	free_branches(j);
	buf_release(&j->url);
	seen_release(&j->links);
	free(j->times);
	free(j);
}

/* Nobody waits for it any more; an answer that is under way is thrown away. */
static void
drop_job(struct job *j)
{
	j->window = NULL;
	j->leaf = NULL;
	if (!j->running)
		free_job(j);
}

static bool
has_filter(const struct stream *s, const char *name)
{
	char place[130];
	size_t i;

	for (i = 0; i < s->parameter_count; i++)
		if (strcmp(s->parameters[i].name, name) == 0)
			return true;
	snprintf(place, sizeof place, "{%.120s}", name);
	return strstr(s->path, place) != NULL;
}

static int64_t start_of(const struct window *w);

static const char *
window_value(char text[WHEN_SIZE], int64_t at, bool instants)
{
	return instants ? when_text(text, at) : when_day_text(text, at);
}

/* The parameters that ask for [since, until): at least that, by the stream's
 * own grain; the client cuts exactly. */
static void
window_values(const struct window *w, char low[WHEN_SIZE],
    char high[WHEN_SIZE])
{
	const struct stream *s = w->family->stream;
	bool instants = s->window == WINDOW_INSTANT ||
	    (s->window == WINDOW_TRY && w->instants == INSTANTS_YES);
	const struct column *field = s->window_field ? stream_column(s,
	    s->window_field, strlen(s->window_field)) : NULL;
	int64_t from = w->since, to = w->until;

	low[0] = high[0] = '\0';
	if (!w->filtered)
		return;
	if (from == WHEN_ALWAYS && s->window_bounded)
		from = start_of(w);
	if (instants) {
		if (from != WHEN_ALWAYS && !s->low_inclusive)
			from -= 1;
	} else {
		/* A list of whole days dates its records by days; elsewhere
		 * "until this day" may mean its first or its last moment: the
		 * first is assumed, so the day after is named. */
		to = when_day_floor(to - 1);
		if ((!field || field->type != COLUMN_DATE) &&
		    !w->whole_days)
			to += WHEN_DAY;
		else if (!s->high_inclusive)
			to += WHEN_DAY;
		if (from != WHEN_ALWAYS) {
			from = when_day_floor(from);
			if (!s->low_inclusive)
				from -= WHEN_DAY;
		}
	}
	if (from != WHEN_ALWAYS)
		window_value(low, from, instants);
	window_value(high, to, instants);
}

static struct pair *
query_of(struct job *j, struct pair *to, size_t *count)
{
	const struct plan_options *o = j->plan->o;
	const struct stream *s = j->window->family->stream;
	size_t i, k;

	*count = 0;
	for (i = 0; i < j->extra_count; i++)
		to[(*count)++] = j->extra[i];
	for (i = 0; i < o->filter_count; i++) {
		if (!has_filter(s, o->filters[i].name))
			continue;
		for (k = 0; k < *count; k++)
			if (strcmp(to[k].name, o->filters[i].name) == 0)
				break;
		to[k] = o->filters[i];
		if (k == *count)
			++*count;
	}
	return to;
}

static void fail_window(struct window *w, int status, int http, long code,
    const char *message);

static void
plan_url(const struct plan *p, const struct stream *s, char *base, size_t size)
{
	char host[256];

	if (p->login->base)
		snprintf(base, size, "%s", p->login->base);
	else
		snprintf(base, size, "https://%s",
		    login_host(p->login, s->host, host, sizeof host));
}

/* The URL of the first page. */
static bool
first_url(struct job *j)
{
	struct window *w = j->window;
	const struct plan_options *o = j->plan->o;
	char low[WHEN_SIZE], high[WHEN_SIZE], base[512];
	struct pair *extra = mem_array(NULL, o->filter_count + 3,
	    sizeof *extra);
	struct pair *path = mem_array(NULL, j->context_count + o->filter_count +
	    2, sizeof *path);
	struct ask a = { w->family->stream, base, path, 0, NULL, 0, 0, NULL,
	    NULL };
	const char *missing;
	char message[160];
	bool good;
	size_t i;

	plan_url(j->plan, a.stream, base, sizeof base);
	for (i = 0; i < j->context_count; i++)
		path[a.path_count++] = j->context[i];
	path[a.path_count].name = "AccountSid";
	path[a.path_count++].value = w->account->sid;
	for (i = 0; i < o->filter_count; i++)
		path[a.path_count++] = o->filters[i];
	a.extra = query_of(j, extra, &a.extra_count);
	if (a.stream->page_size > 0 && !j->no_size)
		a.page_size = o->page_size && o->page_size <
		    a.stream->page_size ? o->page_size : a.stream->page_size;
	if (j->kind == JOB_PROBE) {
		when_text(low, j->probe_low);
		when_text(high, j->probe_high);
	} else if (j->kind == JOB_SWEEP)
		low[0] = high[0] = '\0';
	else
		window_values(w, low, high);
	a.low = low[0] ? low : NULL;
	a.high = high[0] ? high : NULL;
	buf_clear(&j->url);
	good = ask_url(&j->url, &a, &missing);
	if (!good) {
		snprintf(message, sizeof message, "nothing gives {%.*s} of its "
		    "path; use --filter %.*s=VALUE", (int)strcspn(missing, "}"),
		    missing, (int)strcspn(missing, "}"), missing);
		fail_window(w, STATUS_USAGE, 0, 0, message);
	}
	free(extra);
	free(path);
	return good;
}

/* Is nothing of it printed, so that it may yet be cut? */
static bool
held(const struct window *w)
{
	return w->state != WINDOW_SETTLED;
}

static struct job *
new_job(struct window *w, enum job_kind kind, const struct pair *context,
    size_t count)
{
	struct job *j = mem_new(sizeof *j);
	struct job **at = &w->jobs;

	while (*at)
		at = &(*at)->next;
	*at = j;
	j->plan = w->plan;
	j->window = w;
	j->scope = w->scope;
	j->kind = kind;
	j->context = copy_pairs(context, count);
	j->context_count = count;
	j->leaf = tree_leaf(w->own, j, NODE_JOB);
	j->leaf->held = held(w) && kind != JOB_PROBE;
	tree_live(j->leaf, true);
	w->open++;
	return j;
}

/* One list for each value of "values" (path) and "each" (query). */
static void
add_jobs(struct window *w, const struct pair *context, size_t count)
{
	const struct stream *s = w->family->stream;
	struct pair *path = mem_array(NULL, count + 2, sizeof *path);
	const char *value = s->value_count ? s->values[0].value : NULL;
	size_t i;

	for (i = 0; i < count; i++)
		path[i] = context[i];
	do {
		const char *each = s->each_count ? s->each[0].value : NULL;
		size_t path_count = count;
		char one[256];

		if (value) {
			snprintf(one, sizeof one, "%.*s",
			    (int)strcspn(value, ","), value);
			path[count].name = s->values[0].name;
			path[count].value = one;
			path_count++;
			value += strcspn(value, ",");
			value = *value ? value + 1 : NULL;
		}
		do {
			struct job *j = new_job(w, JOB_LIST, path, path_count);

			if (each) {
				j->extra[0].name = s->each[0].name;
				j->extra[0].value = mem_copy(each,
				    strcspn(each, ","));
				j->extra_count = 1;
				each += strcspn(each, ",");
				each = *each ? each + 1 : NULL;
			}
		} while (each);
	} while (value);
	free(path);
}

/* --- windows --------------------------------------------------------------- */

/* Can it be cut, and at what? 0: not at all. */
static int64_t
unit_of(const struct window *w)
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

static int64_t
start_of(const struct window *w)
{
	const struct stream *s = w->family->stream;

	int64_t oldest = OLDEST;

	if (w->since != WHEN_ALWAYS)
		return w->since;
	if (s->retention)
		oldest = w->plan->until - s->retention;
	if (w->account->created > oldest)
		oldest = when_day_floor(w->account->created);
	return oldest < w->until ? oldest : OLDEST;
}

static void want_gaps(struct plan *p, struct family *f,
    const struct stream *top, struct account *a, int64_t since,
    struct interval_set *to);

/* A child follows its parent's window; where the parent is read whole, a
 * child that has a window of its own is asked for what it lacks. */
static void
child_span(struct plan *p, struct family *f, struct account *a,
    struct window *w)
{
	const struct stream *s = f->stream;
	struct interval_set gaps = INTERVAL_SET_INIT;
	struct family alone = *f;

	if (!w->full || s->window == WINDOW_NONE || s->window_whole ||
	    !s->window_field)
		return;
	w->full = false;
	w->since = p->o->since;
	w->until = p->o->until < p->until ? p->o->until : p->until;
	alone.next = NULL;
	if (p->o->state) {
		want_gaps(p, &alone, s, a, p->o->since, &gaps);
		interval_clip(&gaps, WHEN_ALWAYS, w->until);
		if (gaps.count)
			w->since = gaps.all[0].since;
		interval_release(&gaps);
	}
	if (s->retention && w->since != WHEN_ALWAYS &&
	    w->since < p->until - s->retention)
		w->since = p->until - s->retention;
	w->filtered = w->since != WHEN_ALWAYS || s->window_bounded ||
	    p->o->until != WHEN_NEVER;
}

static struct window *
new_window(struct plan *p, struct family *f, struct account *a,
    struct node *place, int64_t since, int64_t until, bool full)
{
	struct window *w = mem_new(sizeof *w);
	struct family *child;

	w->plan = p;
	w->family = f;
	w->account = a;
	w->since = since;
	w->until = until;
	w->full = full;
	w->low = WHEN_NEVER;
	w->state = WINDOW_SETTLED;
	if (!f->scopes)
		f->scopes = mem_new(p->account_count * sizeof *f->scopes);
	w->scope = &f->scopes[a - p->accounts];
	if (f->stream->parent)
		child_span(p, f, a, w);
	w->place = tree_group(place, w, NODE_PLACE);
	w->own = tree_group(w->place, w, NODE_OWN);
	for (child = f->down; child; child = child->next) {
		w->downs = mem_array(w->downs, w->down_count + 1,
		    sizeof *w->downs);
		w->downs[w->down_count] = new_window(p, child, a, w->place,
		    w->since, w->until, w->full);
		w->downs[w->down_count++]->open = 1;	/* the parent */
	}
	tree_close(w->place);
	return w;
}

static void
release_window(struct window *w)
{
	struct job *j, *next;

	for (j = w->jobs; j; j = next) {
		next = j->next;
		drop_job(j);
	}
	seen_release(&w->seen);
	free(w->downs);
	free(w);
}

static void
release_downs(struct window *w)
{
	size_t i;

	for (i = 0; i < w->down_count; i++) {
		release_downs(w->downs[i]);
		release_window(w->downs[i]);
	}
	w->down_count = 0;
}

static void
add_sweep(struct window *w)
{
	struct pair none = { NULL, NULL };

	if (w->plan->o->dry)
		return;
	w->sweeps = true;
	new_job(w, JOB_SWEEP, &none, 0);
}

/* A window at the top: its own lists, to be asked. */
static void
ask_window(struct window *w)
{
	struct pair none = { NULL, NULL };

	if (unit_of(w) > 0)
		w->state = WINDOW_NEW;
	add_jobs(w, &none, 0);
}

/* The window's place is taken by its pieces, newest first. */
static void
replace(struct window *w, const struct interval *pieces, size_t n)
{
	struct plan *p = w->plan;
	const struct stream *s = w->family->stream;
	bool sweep = w->sweeps;
	size_t i;

	/* What an unfiltered list would have brought along is swept up. */
	if (!w->filtered && s->unwindowed)
		sweep = true;
	release_downs(w);
	tree_empty(&p->tree, w->place);
	for (i = 0; i < n; i++) {
		struct window *piece;
		int64_t since = pieces[i].since;

		if (i == n - 1)
			since = w->since;	/* may be "always" */
		piece = new_window(p, w->family, w->account, w->place, since,
		    pieces[i].until, false);
		piece->filtered = true;
		piece->instants = w->instants;
		piece->whole_days = w->whole_days;
		ask_window(piece);
		if (i == n - 1 && sweep)
			add_sweep(piece);
	}
	release_window(w);
}

/* The children of the records seen so far are asked for. */
static void
grow_branches(struct job *j)
{
	struct window *w = j->window;
	size_t i;

	double pages = 1 + cut_expect(&j->sample, start_of(w));
	bool dry = w->plan->o->dry;

	for (i = 0; i < j->branch_count; i++) {
		struct branch *b = &j->branches[i];

		/* Of a plan: every page of ours brings as many of theirs. */
		if (dry)
			w->downs[b->down]->requests += pages;
		else
			add_jobs(w->downs[b->down], b->context,
			    b->context_count);
	}
	free_branches(j);
}

static void
close_job(struct job *j)
{
	tree_live(j->leaf, false);
	tree_close(j->leaf);
	j->leaf = NULL;
}

/* It is whole and will not be cut: what was held goes out. */
static void
settle(struct window *w)
{
	struct job *j;

	w->state = WINDOW_SETTLED;
	for (j = w->jobs; j; j = j->next) {
		if (!j->leaf)
			continue;
		j->leaf->held = false;
		grow_branches(j);
		if (j->done)
			close_job(j);
	}
}

static bool consider(struct window *w);

/* The last page of a list came. */
static void
job_done(struct job *j)
{
	struct window *w = j->window;

	j->done = true;
	tree_live(j->leaf, false);
	if (w->state == WINDOW_SETTLED)
		close_job(j);
	w->open--;
	if (consider(w) && w->open == 0)
		finish_window(w);
}

static void
put_mark(struct window *w)
{
	struct node *leaf = tree_leaf(w->own, w, NODE_MARK);

	tree_close(leaf);
}

static void
finish_window(struct window *w)
{
	struct plan *p = w->plan;
	struct plan_count *count = w->family->count;
	struct job *j;
	size_t i;

	if (held(w))
		settle(w);
	for (j = w->jobs; j; j = j->next)
		w->requests += (double)j->pages + cut_expect(&j->sample,
		    start_of(w));
	if (w->family->emits) {
		if (w->failed) {
			p->result->failed++;
			count->failed++;
		} else {
			p->result->windows++;
			count->windows++;
		}
		put_mark(w);
	}
	while ((j = w->jobs)) {
		w->jobs = j->next;
		drop_job(j);
	}
	seen_release(&w->seen);
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
			finish_window(d);
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
	say(w->plan, PLAN_FAIL, "%s %s: %s", w->family->stream->name,
	    w->account->sid, w->message);
}

static void
say_more(struct plan *p, const struct family *f)
{
	size_t i;

	for (; f; f = f->next) {
		for (i = 0; f->scopes && i < p->account_count; i++)
			if (f->scopes[i].more)
				say(p, PLAN_WARN, "%s %s: %u more window%s "
				    "failed like that", f->stream->name,
				    p->accounts[i].sid, f->scopes[i].more,
				    f->scopes[i].more == 1 ? "" : "s");
		say_more(p, f->down);
	}
}

static void
fail_window(struct window *w, int status, int http, long code,
    const char *message)
{
	struct plan *p = w->plan;
	struct job *j;
	bool nothing = held(w);	/* of it was printed, or will be */

	w->failed = true;
	w->status = status;
	w->http = http;
	w->code = code;
	snprintf(w->message, sizeof w->message, "%s", message);
	say_failure(w);
	if (p->worst == 0 || status > STATUS_PARTIAL)
		p->worst = status;
	w->state = WINDOW_SETTLED;
	if (nothing)
		w->records = 0;
	/* What runs is not waited for. */
	while ((j = w->jobs)) {
		w->jobs = j->next;
		w->open -= !j->done;
		if (nothing) {
			free_branches(j);
			tree_retract(&p->tree, j->leaf);
			j->leaf->held = false;
		}
		if (j->leaf)
			close_job(j);
		drop_job(j);
	}
	if (w->open == 0)
		finish_window(w);
}

/* --- cutting --------------------------------------------------------------- */

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
	probe = new_job(w, JOB_PROBE, j->context, j->context_count);
	if (j->extra_count) {
		probe->extra[0] = j->extra[0];
		probe->extra_count = 1;
	}
	probe->probe_low = low;
	probe->probe_high = high;
	probe->probe_want = want;
	w->state = WINDOW_PROBED;
	return true;
}

static bool
cut_into(struct window *w, size_t n)
{
	struct interval pieces[CUT_MOST];
	int64_t unit = unit_of(w), since = start_of(w);

	if (unit == 0 || since >= w->until)
		return false;
	n = cut_window(pieces, since, w->until, n, unit);
	if (n < 2)
		return false;
	replace(w, pieces, n);
	return true;
}

/* All first pages are there: is it whole, worth following, or to be cut?
 * The answer must not depend on what else happens to be known by now. */
static bool
consider_new(struct window *w)
{
	int64_t since = start_of(w);
	double expect = 0;
	size_t lists = 0, n;
	struct job *j;

	for (j = w->jobs; j; j = j->next) {
		if (j->kind != JOB_LIST)
			continue;
		if (j->pages == 0)
			return true;
		expect += cut_expect(&j->sample, since);
		lists++;
	}
	w->state = WINDOW_HELD;
	if (expect <= 2.5)
		return true;
	expect = (expect + (double)lists) / 0.75;
	n = expect > CUT_MOST ? CUT_MOST : (size_t)expect + 1;
	if (w->family->stream->window == WINDOW_TRY &&
	    w->instants == INSTANTS_UNKNOWN && start_probe(w))
		return true;
	if (cut_into(w, n))
		return false;
	settle(w);
	return true;
}

/* Something of a held window came.  false: it was cut, and is no more. */
static bool
consider(struct window *w)
{
	struct job *j;

	if (w->state == WINDOW_NEW)
		return consider_new(w);
	if (w->state != WINDOW_HELD)
		return true;
	for (j = w->jobs; j; j = j->next)
		if (j->kind == JOB_LIST && j->pages >= HOLD_PAGES && !j->done)
			break;
	if (!j)
		return true;
	/* Empty pages are not a dense window. */
	if (j->sample.a_page > 0 && cut_into(w, 8))
		return false;
	settle(w);
	return true;
}

/* --- records --------------------------------------------------------------- */

static bool
date_of(const struct item *i, const char *field, int64_t *at)
{
	char text[64];

	return item_text(i, field, text, sizeof text) &&
	    when_parse(text, strlen(text), at, NULL, NULL);
}

/* Path parameters of the children that this record has. */
static void
add_branches(struct job *j, const struct item *i)
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
			free_pairs(context, count);
			continue;
		}
		if (j->branch_count == j->branch_room) {
			j->branch_room = j->branch_room ? j->branch_room * 2 :
			    16;
			j->branches = mem_array(j->branches, j->branch_room,
			    sizeof *j->branches);
		}
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
	if (date_of(i, s->window_field, &at)) {
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
	if (j->kind == JOB_LIST && w->filtered)
		return s->unwindowed ? LEFT_OUT : TAKEN;
	if (s->unwindowed && date_of(i, s->unwindowed, &at))
		return at >= w->plan->until ||
		    (j->kind == JOB_SWEEP && w->plan->o->since != WHEN_ALWAYS &&
		    at < w->plan->o->since) ? LEFT_OUT : TAKEN;
	return TAKEN;
}

static void
note_low(struct window *w, const struct item *i)
{
	const struct stream *s = w->family->stream;
	int64_t at;

	if (s->final_count == 0 || w->full || !s->window_field ||
	    item_meets(i, s->final, s->final_count))
		return;
	if (!date_of(i, s->window_field, &at) &&
	    (!s->unwindowed || !date_of(i, s->unwindowed, &at)))
		return;
	if (s->final_age && w->plan->until - at > s->final_age)
		return;
	/* A record swept up is older than its window may be. */
	if (w->since != WHEN_ALWAYS && at < w->since)
		at = w->since;
	if (at < w->low)
		w->low = at;
}

/* What one page brings: lines, children, samples.  false: it failed. */
static bool
take_records(struct job *j, const struct page *page)
{
	struct plan *p = j->plan;
	struct window *w = j->window;
	const struct stream *s = w->family->stream;
	struct emit e = { s, BUF_INIT(0), p->o->raw, p->o->secrets };
	struct json_walk walk;
	struct json name, value;
	struct buf lines = BUF_INIT(0);
	char fetched[WHEN_SIZE], key[4096], message[256];
	const char *why = NULL;
	size_t on_page = 0, new_keys = 0;
	bool single = page->records.kind == JSON_OBJECT, good = true;
	int64_t oldest = WHEN_NEVER, at;

	emit_begin(&e, s, w->account->sid, when_text(fetched, p->until),
	    j->context, j->context_count);
	if (!single)
		json_walk(&walk, page->records.text, page->records.len);
	while (single ? on_page == 0 : json_next(&walk, &name, &value) > 0) {
		size_t len;

		if (single)
			value = page->records;
		on_page++;
		if (s->bare) {
			item_wrap(&p->item, s->bare, &value);
		} else if (!item_read(&p->item, &value, &why)) {
			fail_window(w, STATUS_DATA, 200, 0, why);
			good = false;
			break;
		}
		if (j->kind == JOB_SWEEP && date_of(&p->item, s->unwindowed,
		    &at) && at < oldest)
			oldest = at;
		switch (belongs(j, &p->item, message, sizeof message)) {
		case WRONG:
			fail_window(w, STATUS_DATA, 200, 0, message);
			good = false;
			break;
		case LEFT_OUT:
			continue;
		case TAKEN:
			if (j->pages == 0 && s->window == WINDOW_TRY &&
			    held(w) && date_of(&p->item, s->window_field, &at)) {
				j->times = mem_array(j->times, j->time_count +
				    1, sizeof *j->times);
				j->times[j->time_count++] = at;
			}
			break;
		}
		if (!good)
			break;
		len = key_of(j, &p->item, key, sizeof key);
		if (len && seen_before(&w->seen, key, len))
			continue;
		new_keys++;
		if (w->down_count)
			add_branches(j, &p->item);
		note_low(w, &p->item);
		if (w->family->emits && !p->o->dry) {
			emit_line(&e, &p->item, &lines);
			w->records++;
		}
	}
	emit_release(&e);
	if (!good) {
		buf_release(&lines);
		return false;
	}
	(void)new_keys;
	if (on_page > j->sample.a_page)
		j->sample.a_page = on_page;
	j->empty = on_page ? 0 : j->empty + 1;
	tree_put(&p->tree, j->leaf, &lines);
	if (!held(w))
		grow_branches(j);
	buf_release(&lines);
	if (j->kind == JOB_SWEEP) {
		/* Newest first: once a whole page is older than what is
		 * wanted, so is the rest. */
		int64_t floor = p->o->since != WHEN_ALWAYS ? p->o->since :
		    w->since;

		if (on_page && oldest != WHEN_NEVER && floor != WHEN_ALWAYS) {
			bool all_older = true;

			json_walk(&walk, page->records.text,
			    page->records.len);
			while (json_next(&walk, &name, &value) > 0)
				if (item_read(&p->item, &value, &why) &&
				    date_of(&p->item, s->unwindowed, &at) &&
				    at >= floor)
					all_older = false;
			if (all_older)
				buf_clear((struct buf *)(size_t)&page->next);
		}
	}
	return true;
}

static void
take_probe(struct job *j, const struct page *page)
{
	struct plan *p = j->plan;
	struct window *w = j->window;
	const char *field = w->family->stream->window_field;
	struct json_walk walk;
	struct json name, value;
	const char *why;
	size_t inside = 0, outside = 0;
	int64_t at;
	struct job **link;

	json_walk(&walk, page->records.text, page->records.len);
	while (json_next(&walk, &name, &value) > 0) {
		if (!item_read(&p->item, &value, &why) ||
		    !date_of(&p->item, field, &at) ||
		    at < j->probe_low || at > j->probe_high)
			outside++;
		else
			inside++;
	}
	/* It has served: the window goes on without it. */
	for (link = &w->jobs; *link != j; link = &(*link)->next)
		;
	*link = j->next;
	close_job(j);
	w->open--;
	j->window = NULL;
	w->state = WINDOW_NEW;
	/* More may come back than the first page held: lists are ordered by
	 * creation, not by this date. */
	w->instants = outside == 0 && inside >= j->probe_want ? INSTANTS_YES :
	    INSTANTS_NO;
	if (consider(w) && w->open == 0)
		finish_window(w);
}

/* --- answers --------------------------------------------------------------- */

static void
take_account(struct plan *p, const struct item *i)
{
	struct account *a;
	char sid[64], status[32] = "", token[128];
	size_t n;

	if (!item_text(i, "sid", sid, sizeof sid) || strncmp(sid, "AC", 2))
		return;
	item_text(i, "status", status, sizeof status);
	for (n = 0; n < p->account_count; n++)
		if (strcmp(p->accounts[n].sid, sid) == 0)
			break;
	if (n > 0 && n == p->account_count && status[0] &&
	    strcmp(status, "active")) {
		buf_printf(&p->skipped, "%saccount %s is %s; skipped",
		    p->skipped.len ? "\n" : "", sid, status);
		return;
	}
	if (n == p->account_count) {
		p->accounts = mem_array(p->accounts, n + 1,
		    sizeof *p->accounts);
		memset(&p->accounts[n], 0, sizeof *p->accounts);
		p->accounts[n].sid = mem_text(sid);
		p->accounts[n].created = WHEN_ALWAYS;
		p->account_count++;
	}
	a = &p->accounts[n];
	date_of(i, "date_created", &a->created);
	if (!a->token && item_text(i, "auth_token", token, sizeof token) &&
	    *token)
		a->token = mem_text(token);
}

static void
next_page(struct job *j, const struct page *page)
{
	struct window *w = j->window;

	if (j->pages++ == 0)	/* it may lead back to itself */
		seen_before(&j->links, j->url.text, j->url.len);
	j->attempt = 0;
	j->sample.more = page->next.len > 0;
	if (page->next.len == 0) {
		job_done(j);
		return;
	}
	if (seen_before(&j->links, page->next.text, page->next.len)) {
		char message[100];

		snprintf(message, sizeof message, "paging loop: page %ld names "
		    "a page it had named before", j->pages);
		fail_window(w, STATUS_DATA, 200, 0, message);
		return;
	}
	if (j->empty > EMPTY_MAX) {
		fail_window(w, STATUS_DATA, 200, 0, "paging loop: more than "
		    "50 empty pages in a row");
		return;
	}
	buf_clear(&j->url);
	buf_add(&j->url, page->next.text, page->next.len);
	j->start_at = 0;
	consider(w);
}

static const char *
host_of(struct job *j, char *host, size_t size)
{
	return login_host(j->plan->login, j->window ?
	    j->window->family->stream->host : "api", host, size);
}

static bool
is_empty_list(const struct window *w, int http)
{
	const char **e;
	char text[16];

	/* A child's parent may be gone by now. */
	if (http == 404 && w->family->stream->parent)
		return true;
	snprintf(text, sizeof text, "%d", http);
	for (e = w->family->stream->empty; e && *e; e++)
		if (strcmp(*e, text) == 0)
			return true;
	return false;
}

/* An answer that was no success; false: it is dealt with as a fault. */
static bool
special_answer(struct job *j, int http, long code, const char *message)
{
	struct window *w = j->window;
	struct page none = PAGE_INIT;
	const struct stream *s = w->family->stream;

	if (is_empty_list(w, http)) {
		next_page(j, &none);
		return true;
	}
	if (http == 400 && code == 20004 && s->window != WINDOW_NONE &&
	    !j->clamped && held(w)) {
		int64_t keep = s->retention ? s->retention :
		    RETENTION_DAYS * (int64_t)WHEN_DAY;

		say(w->plan, PLAN_WARN, "%s: the service keeps %lld days only; "
		    "starting there", s->name, (long long)(keep / WHEN_DAY));
		if (w->since < w->plan->until - keep)
			w->since = when_day_ceil(w->plan->until - keep);
		w->filtered = true;
		j->clamped = true;
		if (w->since >= w->until)
			next_page(j, &none);
		else if (!first_url(j))
			return true;
		return true;
	}
	if (http == 400 && !j->no_size && j->pages == 0 && (code == 20007 ||
	    code == 60373 || strstr(message, "PageSize") ||
	    strstr(message, "age size"))) {
		j->no_size = true;
		first_url(j);
		return true;
	}
	if (http == 400 && strstr(message, "data is limited to 10,000")) {
		if (!cut_into(w, 2))
			fail_window(w, STATUS_DATA, http, code, message);
		return true;
	}
	return false;
}

static void
explain(char *to, size_t size, const struct job *j, int status, int http,
    long code, const char *message)
{
	const struct login *l = j->plan->login;

	if (http == 401 && !j->plan->answered)
		snprintf(to, size, "the service refused the credentials (%s); "
		    "check TWILIO_ACCOUNT_SID and %s", message,
		    l->key ? "TWILIO_API_KEY, TWILIO_API_SECRET" :
		    "TWILIO_AUTH_TOKEN");
	else if (http >= 300 && http < 400)
		snprintf(to, size, "HTTP %d: redirects are not followed", http);
	else if (http && http != 200 && code)
		snprintf(to, size, "HTTP %d, code %ld: %s", http, code,
		    message);
	else if (http && http != 200)
		snprintf(to, size, "HTTP %d%s%s", http, *message ? ": " : "",
		    message);
	else
		snprintf(to, size, "%s", message);
	(void)status;
}

/* After all that was tried.  A window that is too much for the service is
 * halved; and while the service gives nothing but errors, the rest of the
 * scope is tried one by one, and not at all when that fails too. */
static void
give_up(struct job *j, const struct retry_verdict *v, int http, long code,
    const char *message)
{
	struct window *w = j->window;
	struct scope *sc = w->scope;
	bool ailing = sc->ailing;

	if (v->status == STATUS_UNAVAILABLE || v->status == STATUS_LATER) {
		sc->ailing = true;
		if (http >= 500 && held(w) &&
		    w->until - start_of(w) > WHEN_DAY && cut_into(w, 2))
			return;
		sc->dead = ailing;
	} else if (v->status == STATUS_DENIED)
		sc->dead = true;
	fail_window(w, v->status, http, code, message);
}

/* Ask again later, or give up. */
static void
fault(struct job *j, struct http_answer *a, enum retry_fault kind, long code,
    const char *message)
{
	struct plan *p = j->plan;
	struct window *w = j->window;
	struct retry_case c = { kind, a->status, a->retry_after, j->attempt,
	    when_ticks_ms() - j->began, p->o->retry_ms, p->until, dice(p),
	    j->scope && j->scope->ailing ? RETRY_BRIEF : p->answered ?
	    RETRY_PATIENT : RETRY_USUAL };
	struct retry_verdict v;
	struct buf whole = BUF_INIT(0);
	char text[700], request[100] = "";

	if (p->has_date && a->date[0])
		when_parse(a->date, strlen(a->date), &c.now, NULL, NULL);
	v = retry_judge(&c);
	if (v.crowded)
		http_crowded(p->http);
	explain(text, sizeof text, j, v.status, kind == FAULT_CUT ? 0 :
	    a->status, code, message);
	if (a->request_id[0] && a->status != 200)
		snprintf(request, sizeof request, " (request %s)",
		    a->request_id);
	if (v.again) {
		j->start_at = when_ticks_ms() + v.wait_ms;
		p->result->retries++;
		if (w && w->family->count)
			w->family->count->retries++;
		/* The second 401 says it all. */
		if (a->status != 401)
			say(p, PLAN_NOTE, "%s: %s%s, waiting %.1f s, try %d",
			    w ? w->family->stream->name : "accounts", text,
			    request, (double)v.wait_ms / 1000, j->attempt + 1);
		return;
	}
	if (j->kind == JOB_PROBE) {
		struct page none = PAGE_INIT;

		none.records.kind = JSON_ARRAY;
		none.records.text = "[]";
		none.records.len = 2;
		take_probe(j, &none);
		free_job(j);
		return;
	}
	if (a->status == 401 && !p->answered) {
		/* Nothing has ever worked: nothing will. */
		p->halted = true;
		p->worst = STATUS_DENIED;
		say(p, PLAN_FAIL, "%s", text);
		return;
	}
	buf_text(&whole, text);
	buf_text(&whole, request);
	if (!w) {
		say(p, PLAN_FAIL, "accounts: %s", whole.text);
		p->halted = true;
		p->worst = v.status;
	} else if (kind == FAULT_TLS && !p->answered) {
		say(p, PLAN_FAIL, "%s", whole.text);
		p->halted = true;
		p->worst = v.status;
	} else
		give_up(j, &v, a->status, code, whole.text);
	buf_release(&whole);
}

static void
on_accounts(struct job *j, struct http_answer *a)
{
	struct plan *p = j->plan;
	const struct stream *s = catalog_find("accounts");
	struct page page = PAGE_INIT;
	struct page_place place;
	char host[256], base[512], message[256];
	struct json_walk walk;
	struct json name, value;
	const char *why;
	long code = 0;

	plan_url(p, s, base, sizeof base);
	place.base = base;
	place.host = host_of(j, host, sizeof host);
	place.url = j->url.text;
	if (a->fault != FAULT_NONE) {
		fault(j, a, a->fault, 0, a->why);
		return;
	}
	if (a->status != 200) {
		code = page_error(a->body.text ? a->body.text : "", a->body.len,
		    message, sizeof message);
		/* A standard key may not list accounts; it may read its own.
		 * Whether it is any good the first list will show. */
		if (p->login->key && (a->status == 401 || a->status == 403)) {
			if (!p->o->no_subaccounts && !p->o->account_count)
				say(p, PLAN_NOTE, "this key may not list "
				    "accounts (HTTP %d): only %s is read",
				    a->status, p->login->account);
			p->listed = true;
			return;
		}
		fault(j, a, FAULT_NONE, code, message);
		return;
	}
	if (page_read(&page, s, &place, a->body.text, a->body.len)) {
		fault(j, a, page.cut ? FAULT_CUT : FAULT_LOCAL, 0, page.why);
		page_release(&page);
		return;
	}
	p->answered = true;
	json_walk(&walk, page.records.text, page.records.len);
	while (json_next(&walk, &name, &value) > 0)
		if (item_read(&p->item, &value, &why))
			take_account(p, &p->item);
	j->attempt = 0;
	if (page.next.len == 0 || p->o->no_subaccounts ||
	    seen_before(&j->links, page.next.text, page.next.len))
		p->listed = true;
	else {
		buf_clear(&j->url);
		buf_add(&j->url, page.next.text, page.next.len);
	}
	page_release(&page);
}

static void
tell(struct plan *p, const struct job *j, const struct http_answer *a)
{
	const char *path = strstr(j->url.text, "//");

	path = path ? strchr(path + 2, '/') : NULL;
	say(p, PLAN_TRACE, "%s: %d in %ld ms, %zu bytes%s%s: %s",
	    j->window ? j->window->family->stream->name : "accounts",
	    a->status, a->ms, a->body.len, a->request_id[0] ? ", " : "",
	    a->request_id, path ? path : "");
}

static void
on_done(void *context, struct http_answer *a)
{
	struct job *j = context;
	struct plan *p = j->plan;
	struct window *w = j->window;
	struct page page = PAGE_INIT;
	struct page_place place;
	char host[256], base[512], message[256];
	long code;

	j->running = false;
	if (j->scope)
		j->scope->running--;
	p->result->requests++;
	if (p->o->verbose)
		tell(p, j, a);
	if (a->fault == FAULT_NONE && a->date[0] && !p->has_date) {
		int64_t now;

		if (when_parse(a->date, strlen(a->date), &now, NULL, NULL)) {
			p->until = now;
			p->has_date = true;
		}
	}
	if (j->kind == JOB_ACCOUNTS) {
		on_accounts(j, a);
		return;
	}
	if (!w) {
		free_job(j);
		return;
	}
	w->family->count->requests++;
	if (a->fault != FAULT_NONE) {
		fault(j, a, a->fault, 0, a->why);
		return;
	}
	if (a->status != 200) {
		code = page_error(a->body.text ? a->body.text : "", a->body.len,
		    message, sizeof message);
		if (a->status < 500 && a->status != 401)
			p->answered = true;
		if (j->kind != JOB_PROBE && special_answer(j, a->status, code,
		    message))
			return;
		fault(j, a, FAULT_NONE, code, message);
		return;
	}
	plan_url(p, w->family->stream, base, sizeof base);
	place.base = base;
	place.host = host_of(j, host, sizeof host);
	place.url = j->url.text;
	if (page_read(&page, w->family->stream, &place, a->body.text ?
	    a->body.text : "", a->body.len)) {
		fault(j, a, page.cut ? FAULT_CUT : FAULT_LOCAL, 0, page.why);
		page_release(&page);
		return;
	}
	p->answered = true;
	j->scope->ailing = false;
	if (j->kind == JOB_PROBE) {
		take_probe(j, &page);
		free_job(j);
	} else if (take_records(j, &page))
		next_page(j, &page);
	page_release(&page);
}

/* --- starting -------------------------------------------------------------- */

static void
start_job(struct job *j)
{
	struct plan *p = j->plan;
	struct window *w = j->window;
	const struct stream *s = w ? w->family->stream :
	    catalog_find("accounts");
	struct http_request r = { 0 };
	char host[256];

	if (w && p->o->dry && j->kind == JOB_LIST && j->pages > 0) {
		job_done(j);
		return;
	}
	if (w && w->scope->dead) {
		fail_window(w, w->scope->status, w->scope->http,
		    w->scope->code, w->scope->message);
		return;
	}
	if (j->url.len == 0 && w && !first_url(j))
		return;
	r.url = j->url.text;
	if (p->login->base)
		r.host = login_host(p->login, s->host, host, sizeof host);
	r.user = p->login->user;
	r.secret = p->login->secret;
	/* The hosts of products know the credential's own account only, and
	 * an API key is of one account. */
	if (w && !w->account->main && w->account->token &&
	    (strcmp(s->host, "api") || p->login->key)) {
		r.user = w->account->sid;
		r.secret = w->account->token;
	}
	r.done = on_done;
	r.context = j;
	if (j->attempt++ == 0)
		j->began = when_ticks_ms();
	j->running = true;
	if (j->scope)
		j->scope->running++;
	http_start(p->http, &r);
}

struct readiness {
	int64_t now, soonest;
	unsigned long walk;	/* a number of its own */
};

static bool
is_ready(struct node *leaf, void *context)
{
	struct job *j = leaf->owner;
	struct readiness *r = context;
	struct scope *sc = j->scope;

	if (j->running)
		return false;
	/* What follows a first page depends on all first pages. */
	if (j->kind == JOB_LIST && j->pages > 0 &&
	    (j->window->state == WINDOW_NEW ||
	    j->window->state == WINDOW_PROBED))
		return false;
	if (sc->ailing && !sc->dead) {
		if (sc->running > 0 || sc->walk == r->walk)
			return false;
		sc->walk = r->walk;
	}
	if (j->start_at <= r->now)
		return true;
	if (j->start_at < r->soonest)
		r->soonest = j->start_at;
	return false;
}

/* --- planting -------------------------------------------------------------- */

static struct plan_count *
count_of(struct plan *p, const struct stream *s)
{
	struct plan_result *r = p->result;
	size_t i;

	for (i = 0; i < r->count; i++)
		if (r->counts[i].stream == s)
			return &r->counts[i];
	return NULL;
}

static bool
wanted(const struct plan *p, const struct stream *s)
{
	size_t i;

	for (i = 0; i < p->o->stream_count; i++)
		if (p->o->streams[i] == s)
			return true;
	return false;
}

static struct family *
find_family(struct family *f, const struct stream *s)
{
	struct family *found;

	for (; f; f = f->next)
		if (f->stream == s)
			return f;
		else if ((found = find_family(f->down, s)))
			return found;
	return NULL;
}

/* The stream's place among its ancestors, made if it is not there. */
static struct family *
add_family(struct plan *p, const struct stream *s)
{
	struct family *f = find_family(p->families, s), **at;

	if (f)
		return f;
	at = s->parent ? &add_family(p, catalog_find(s->parent))->down :
	    &p->families;
	while (*at)
		at = &(*at)->next;
	f = *at = mem_new(sizeof *f);
	f->stream = s;
	f->emits = wanted(p, s);
	f->count = count_of(p, s);
	return f;
}

static void
want_gaps(struct plan *p, struct family *f, const struct stream *top,
    struct account *a, int64_t since, struct interval_set *to)
{
	struct interval_set gaps = INTERVAL_SET_INIT;

	for (; f; f = f->next) {
		if (f->emits) {
			const struct stream *s = state_windows(f->stream);

			state_gaps(state_find(p->o->state, f->stream->name,
			    a->sid), s ? s : top, since, p->until,
			    p->o->lookback, &gaps);
			interval_union(to, &gaps);
			interval_release(&gaps);
			memset(&gaps, 0, sizeof gaps);
		}
		want_gaps(p, f->down, top, a, since, to);
	}
}

static bool
fresh_enough(struct plan *p, const struct family *f, struct account *a)
{
	const struct state_scope *scope;

	if (!p->o->state || p->o->max_age < 0)
		return false;
	for (; f; f = f->next) {
		scope = f->emits ? state_find(p->o->state, f->stream->name,
		    a->sid) : NULL;
		if (f->emits && (!scope || scope->complete_at == WHEN_ALWAYS ||
		    scope->complete_at < p->until - p->o->max_age))
			return false;
		if (f->down && !fresh_enough(p, f->down, a))
			return false;
	}
	return true;
}

static void
plant_window(struct plan *p, struct family *f, struct account *a,
    int64_t since, int64_t until, bool last)
{
	const struct stream *s = f->stream;
	bool bounded = p->o->since != WHEN_ALWAYS ||
	    p->o->until != WHEN_NEVER || p->o->windows;
	bool full = s->window == WINDOW_NONE ||
	    (s->window_whole && !bounded && !p->o->state);
	struct window *w;

	if (s->window_whole && p->o->state && !bounded)
		full = true;
	if (full) {
		since = WHEN_ALWAYS;
		until = p->until;
	}
	w = new_window(p, f, a, &p->tree.root, since, until, full);
	w->filtered = !full && (since != WHEN_ALWAYS || bounded ||
	    s->window_bounded);
	ask_window(w);
	if (last && !full && w->filtered && s->unwindowed &&
	    (p->o->state || p->o->windows || !bounded))
		add_sweep(w);
}

static void
plant_scope(struct plan *p, struct family *f, struct account *a)
{
	const struct stream *s = f->stream;
	struct interval_set gaps = INTERVAL_SET_INIT;
	struct family alone = *f;
	int64_t since = p->o->since, until = p->o->until;
	size_t i;

	alone.next = NULL;
	if (p->o->windows) {
		for (i = 0; i < p->o->window_count; i++) {
			const struct mark *m = &p->o->windows[i];

			if (find_family(&alone, catalog_find(m->stream)) &&
			    strcmp(m->account, a->sid) == 0)
				plant_window(p, f, a, m->since, m->until,
				    m->since == WHEN_ALWAYS);
		}
		return;
	}
	if (until > p->until)
		until = p->until;
	if (s->retention && since != WHEN_ALWAYS &&
	    since < p->until - s->retention) {
		say(p, PLAN_NOTE, "%s: the service keeps %lld days only; "
		    "starting there", s->name,
		    (long long)(s->retention / WHEN_DAY));
		since = p->until - s->retention;
	}
	if (s->window == WINDOW_NONE) {
		if (!fresh_enough(p, &alone, a))
			plant_window(p, f, a, WHEN_ALWAYS, p->until, false);
		return;
	}
	if (p->o->state) {
		want_gaps(p, &alone, s, a, since, &gaps);
		if (until != WHEN_NEVER)
			interval_clip(&gaps, WHEN_ALWAYS, until);
	} else
		interval_add(&gaps, since, until);
	for (i = gaps.count; i-- > 0;)
		plant_window(p, f, a, gaps.all[i].since, gaps.all[i].until,
		    i == 0);
	interval_release(&gaps);
}

static bool
account_wanted(const struct plan *p, const struct account *a)
{
	size_t i;

	if (p->o->account_count == 0)
		return !p->o->no_subaccounts || a->main;
	for (i = 0; i < p->o->account_count; i++)
		if (strcmp(p->o->accounts[i], a->sid) == 0)
			return true;
	return false;
}

static void
plant(struct plan *p)
{
	struct family *f;
	size_t i;
	bool told = false;

	for (f = p->families; f; f = f->next) {
		bool own_only = strcmp(f->stream->host, "api") == 0 &&
		    !f->stream->per_account;

		for (i = 0; i < p->account_count; i++) {
			struct account *a = &p->accounts[i];

			if (!account_wanted(p, a) || (own_only && !a->main))
				continue;
			if (!a->main && !a->token &&
			    strcmp(f->stream->host, "api")) {
				if (!told)
					say(p, PLAN_NOTE, "no token of the "
					    "subaccounts is known: on other "
					    "hosts than api only %s is read",
					    p->login->account);
				told = true;
				continue;
			}
			plant_scope(p, f, a);
		}
	}
	tree_close(&p->tree.root);
}

/* --- printing -------------------------------------------------------------- */

static void
describe_window(const struct window *w, struct mark *m)
{
	const struct plan *p = w->plan;

	memset(m, 0, sizeof *m);
	m->kind = w->failed ? MARK_FAIL : p->o->dry ? MARK_PLAN : MARK_WINDOW;
	snprintf(m->run, sizeof m->run, "%s", p->o->run);
	snprintf(m->stream, sizeof m->stream, "%s", w->family->stream->name);
	snprintf(m->account, sizeof m->account, "%s", w->account->sid);
	m->since = w->since;
	m->until = w->until;
	m->low = w->low;
	m->full = w->full;
	m->records = w->records;
	m->windows = m->failed = m->requests = MARK_NONE;
	if (p->o->dry) {
		m->records = MARK_NONE;
		m->requests = (unsigned long long)(w->requests + 0.5);
	}
	m->status = w->http;
	m->code = w->code;
	snprintf(m->message, sizeof m->message, "%s", w->message);
}

static bool
print_node(struct node *n, void *context)
{
	struct plan *p = context;
	struct window *w;
	struct mark m;
	bool good = true;

	switch (n->kind) {
	case NODE_JOB:
		if (n->text.len == 0)
			return true;
		/* The job may be gone; its window is the group's owner. */
		w = n->up->owner;
		describe_window(w, &m);
		return p->o->put(p->o->context, &m, n->text.text, n->text.len,
		    false);
	case NODE_MARK:
		w = n->owner;
		describe_window(w, &m);
		w->family->count->records += w->records;
		p->result->records += w->records;
		good = p->o->put(p->o->context, &m, NULL, 0, true);
		break;
	case NODE_OWN:
		/* The last that is said of this window. */
		release_window(n->owner);
		break;
	case NODE_PLACE:
		/* Everything of it went, its children's too. */
		break;
	}
	return good;
}

/* --- a run ----------------------------------------------------------------- */

static void
list_accounts(struct plan *p)
{
	const struct stream *s = catalog_find("accounts");
	struct job j = { 0 };
	struct ask a = { 0 };
	char base[512];
	const char *missing;

	p->accounts = mem_new(sizeof *p->accounts);
	p->accounts[0].sid = mem_text(p->login->account);
	p->accounts[0].created = WHEN_ALWAYS;
	p->accounts[0].main = true;
	p->account_count = 1;
	j.plan = p;
	j.kind = JOB_ACCOUNTS;
	plan_url(p, s, base, sizeof base);
	a.stream = s;
	a.base = base;
	a.page_size = s->page_size;
	ask_url(&j.url, &a, &missing);
	while (!p->listed && !p->halted && !*p->stop) {
		int64_t now = when_ticks_ms();

		if (!j.running && j.start_at <= now)
			start_job(&j);
		http_wait(p->http, j.running ? 1000 :
		    (int)(j.start_at > now ? j.start_at - now : 0));
	}
	if (j.running)
		http_stop(p->http);
	seen_release(&j.links);
	buf_release(&j.url);
}

static void
run_jobs(struct plan *p)
{
	struct readiness r = { 0 };

	for (;;) {
		bool stopped = false;

		r.now = when_ticks_ms();
		r.soonest = r.now + 1000;
		while (http_free_slots(p->http) > 0 && !p->halted) {
			struct node *leaf;

			r.walk++;
			leaf = tree_first(&p->tree, p->tree.held > HELD_MAX,
			    is_ready, &r);
			if (!leaf)
				break;
			start_job(leaf->owner);
		}
		tree_print(&p->tree, print_node, p);
		if (out_standard.error || *p->stop || p->halted)
			stopped = true;
		if (p->o->tick)
			p->o->tick(p->o->context);
		if (stopped || p->tree.root.down == NULL)
			break;
		if (http_running(p->http) == 0 && p->tree.root.live == 0)
			bug("the plan waits for nothing");
		http_wait(p->http, r.soonest > r.now ?
		    (int)(r.soonest - r.now) : 0);
	}
}

void
plan_run(struct plan_result *result, const struct plan_options *options,
    const struct login *login, struct http *http, const volatile int *stop)
{
	struct plan p = { 0 };
	size_t i;

	memset(result, 0, sizeof *result);
	p.o = options;
	p.login = login;
	p.http = http;
	p.stop = stop;
	p.result = result;
	p.until = when_now();
	p.random = (uint32_t)when_ticks_ms() * 2654435761u + 1;
	if (options->run[0])
		for (i = 0; options->run[i]; i++)
			p.random = p.random * 31 + (unsigned char)options->run[i];
	if (p.random == 0)
		p.random = 1;
	for (i = 0; i < options->stream_count; i++) {
		result->counts = mem_array(result->counts, result->count + 1,
		    sizeof *result->counts);
		memset(&result->counts[result->count], 0,
		    sizeof *result->counts);
		result->counts[result->count++].stream = options->streams[i];
	}
	for (i = 0; i < options->stream_count; i++) {
		const struct stream *s = options->streams[i];

		/* Ancestors are counted too, behind those that were asked. */
		for (; s; s = s->parent ? catalog_find(s->parent) : NULL)
			if (!count_of(&p, s)) {
				result->counts = mem_array(result->counts,
				    result->count + 1, sizeof *result->counts);
				memset(&result->counts[result->count], 0,
				    sizeof *result->counts);
				result->counts[result->count++].stream = s;
			}
	}
	list_accounts(&p);
	if (!p.halted && !*stop) {
		for (i = 0; i < options->stream_count; i++)
			add_family(&p, options->streams[i]);
		plant(&p);
		run_jobs(&p);
	}
	http_stop(http);
	if (p.halted)
		result->status = p.worst;
	else if (result->failed)
		result->status = result->windows ? STATUS_PARTIAL : p.worst;
	item_release(&p.item);
	if (!p.halted && !*stop && p.skipped.len) {
		char *line = p.skipped.text, *end;

		for (; line; line = end ? end + 1 : NULL) {
			if ((end = strchr(line, '\n')))
				*end = '\0';
			say(&p, PLAN_NOTE, "%s", line);
		}
	}
	say_more(&p, p.families);
	buf_release(&p.skipped);
	for (i = 0; i < p.account_count; i++)
		if (p.accounts[i].token)
			memset(p.accounts[i].token, 0,
			    strlen(p.accounts[i].token));
}
