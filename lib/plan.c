#include "plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "ask.h"
#include "diag.h"
#include "family.h"
#include "job.h"
#include "mem.h"
#include "run.h"
#include "talk.h"
#include "when.h"
#include "window.h"

#define HELD_MAX ((size_t)20 << 20)	/* bytes ahead of the output */

struct readiness {
	int64_t now, soonest;
	unsigned long walk;	/* a number of its own */
};

/* May this list's next page be asked for now? */
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

/* A wide piece is cut in its turn, once its first page is seen.  One is looked
 * at while the narrow ones in front of it are read: at its place nothing has to
 * wait for that. */
static struct node *
look_ahead(struct run *run, struct readiness *r)
{
	struct window *w;
	struct job *j;

	while ((w = run->ahead) && w->state != WINDOW_NEW)
		run->ahead = w->behind;
	if (!w || run->tree.held > HELD_MAX / 2)
		return NULL;
	for (j = w->jobs; j; j = j->next)
		if (j->pages == 0 && !j->done && is_ready(j->leaf, r))
			return j->leaf;
	return NULL;
}

/* last: it is the oldest that is wanted of its scope. */
static void
plant_window(struct run *run, struct family *f, struct account *a,
    int64_t since, int64_t until, bool last)
{
	const struct stream *s = f->stream;
	bool bounded = run->o->since != WHEN_ALWAYS ||
	    run->o->until != WHEN_NEVER || run->o->windows;
	bool full = s->window == WINDOW_NONE ||
	    (s->window_whole && !bounded);
	struct window *w;

	if (full) {
		since = WHEN_ALWAYS;
		until = run->until;
	}
	w = window_new(run, f, a, &run->tree.root, since, until, full);
	w->filtered = !full && (since != WHEN_ALWAYS || bounded ||
	    s->window_bounded);
	window_ask(w);
	if (last && !full && w->filtered && s->unwindowed &&
	    (run->o->state || run->o->windows || !bounded))
		window_sweep(w);
}

static void
plant_scope(struct run *run, struct family *f, struct account *a)
{
	const struct stream *s = f->stream;
	struct interval_set gaps = INTERVAL_SET_INIT;
	struct family alone = *f;
	int64_t since = run->o->since, until = run->o->until;
	size_t i;

	alone.next = NULL;
	if (run->o->windows) {
		for (i = 0; i < run->o->window_count; i++) {
			const struct mark *m = &run->o->windows[i];

			if (family_find(&alone, catalog_find(m->stream)) &&
			    strcmp(m->account, a->sid) == 0)
				plant_window(run, f, a, m->since, m->until,
				    m->since == WHEN_ALWAYS);
		}
		return;
	}
	if (until > run->until)
		until = run->until;
	if (s->retention && since != WHEN_ALWAYS &&
	    since < run->until - s->retention) {
		run_say(run, FETCH_NOTE, "%s: the service keeps %lld days "
		    "only; starting there", s->name,
		    (long long)(s->retention / WHEN_DAY));
		since = run->until - s->retention;
	}
	if (s->window == WINDOW_NONE) {
		if (!family_fresh(run, &alone, a))
			plant_window(run, f, a, WHEN_ALWAYS, run->until,
			    false);
		return;
	}
	if (run->o->state) {
		family_gaps(run, &alone, s, a, since, &gaps);
		if (until != WHEN_NEVER)
			interval_clip(&gaps, WHEN_ALWAYS, until);
	} else
		interval_add(&gaps, since, until);
	for (i = gaps.count; i-- > 0;)
		plant_window(run, f, a, gaps.all[i].since, gaps.all[i].until,
		    i == 0);
	interval_release(&gaps);
}

static void
plant(struct run *run)
{
	struct family *f;
	size_t i;
	bool told = false;

	for (f = run->families; f; f = f->next) {
		bool own_only = strcmp(f->stream->host, "api") == 0 &&
		    !f->stream->per_account;

		for (i = 0; i < run->account_count; i++) {
			struct account *a = &run->accounts[i];

			if (!account_wanted(run, a) || (own_only && !a->main))
				continue;
			if (a->main || a->token ||
			    strcmp(f->stream->host, "api") == 0) {
				plant_scope(run, f, a);
				continue;
			}
			if (!told)
				run_say(run, FETCH_NOTE, "no token of the "
				    "subaccounts is known: on other hosts "
				    "than api only %s is read",
				    run->login->account);
			told = true;
		}
	}
	tree_close(&run->tree.root);
}

/* A window as its mark. */
static void
describe_window(const struct window *w, struct mark *m)
{
	const struct run *run = w->run;

	memset(m, 0, sizeof *m);
	m->kind = w->failed ? MARK_FAIL : run->o->dry ? MARK_PLAN : MARK_WINDOW;
	snprintf(m->run, sizeof m->run, "%s", run->o->run);
	snprintf(m->stream, sizeof m->stream, "%s", w->family->stream->name);
	snprintf(m->account, sizeof m->account, "%s", w->account->sid);
	m->since = w->since;
	m->until = w->until;
	m->low = w->low;
	m->full = w->full;
	m->records = w->records;
	m->windows = m->failed = m->requests = MARK_NONE;
	if (run->o->dry) {
		m->records = MARK_NONE;
		m->requests = (unsigned long long)(w->requests + 0.5);
	}
	m->status = w->http;
	m->code = w->code;
	snprintf(m->message, sizeof m->message, "%s", w->message);
}

static void
count_window(struct run *run, const struct window *w)
{
	struct fetch_count *count = w->family->count;

	if (w->failed) {
		run->result->failed++;
		count->failed++;
	} else {
		run->result->windows++;
		count->windows++;
	}
	count->records += w->records;
	run->result->records += w->records;
}

static bool
print_node(struct node *n, void *context)
{
	struct run *run = context;
	struct window *w;
	struct mark m;
	bool good = true;

	switch (n->kind) {
	case NODE_JOB:
		if (n->text.len == 0)
			break;
		/* The job may be gone; its window is the group's owner. */
		describe_window(n->up->owner, &m);
		good = run->o->put(run->o->context, &m, n->text.text,
		    n->text.len, false);
		break;
	case NODE_MARK:
		w = n->owner;
		describe_window(w, &m);
		count_window(run, w);
		good = run->o->put(run->o->context, &m, NULL, 0, true);
		break;
	case NODE_OWN:
		/* The last that is said of this window. */
		window_free(n->owner);
		break;
	}
	run->broken |= !good;
	return good;
}

static void
list_accounts(struct run *run)
{
	const struct stream *s = catalog_find("accounts");
	struct job j = { 0 };
	struct ask a = { 0 };
	char base[512];
	const char *missing;

	run->accounts = mem_new(sizeof *run->accounts);
	run->accounts[0].sid = mem_text(run->login->account);
	run->accounts[0].created = WHEN_ALWAYS;
	run->accounts[0].main = true;
	run->account_count = 1;
	j.run = run;
	j.kind = JOB_ACCOUNTS;
	job_base(run, s, base, sizeof base);
	a.stream = s;
	a.base = base;
	a.page_size = s->page_size;
	ask_url(&j.url, &a, &missing);
	while (!run->listed && !run->halted && !*run->stop) {
		int64_t now = when_ticks_ms();

		if (!j.running && j.start_at <= now)
			talk_start(&j);
		http_wait(run->http, j.running ? 1000 :
		    (int)(j.start_at > now ? j.start_at - now : 0));
	}
	if (j.running)
		http_stop(run->http);
	seen_release(&j.links);
	buf_release(&j.url);
}

static void
run_jobs(struct run *run)
{
	struct readiness r = { 0 };
	struct node *leaf;

	for (;;) {
		r.now = when_ticks_ms();
		r.soonest = r.now + 1000;
		while (http_free_slots(run->http) > 0 && !run->halted) {
			r.walk++;
			leaf = look_ahead(run, &r);
			if (!leaf)
				leaf = tree_first(&run->tree, run->tree.held >
				    HELD_MAX, is_ready, &r);
			if (!leaf)
				break;
			talk_start(leaf->owner);
		}
		tree_print(&run->tree, print_node, run);
		if (run->o->tick)
			run->o->tick(run->o->context);
		if (run->broken || run->halted || *run->stop ||
		    run->tree.root.down == NULL)
			return;
		if (http_running(run->http) == 0 && run->tree.root.live == 0)
			bug("the plan waits for nothing");
		http_wait(run->http, (int)(r.soonest - r.now));
	}
}

static void
begin(struct run *run)
{
	const struct fetch_options *o = run->o;
	const char *c;
	size_t i;

	memset(run->result, 0, sizeof *run->result);
	run->until = when_now();	/* until the service says its own */
	/* Two processes must not wait in step; a seed need not be a secret. */
	run->random = (uint32_t)when_ticks_ms() * 2654435761u + 1;
	for (c = o->run; *c; c++)
		run->random = run->random * 31 + (unsigned char)*c;
	if (run->random == 0)
		run->random = 1;
	/* Ancestors are counted too, behind those that were asked for. */
	for (i = 0; i < o->stream_count; i++)
		family_count_add(run, o->streams[i]);
	for (i = 0; i < o->stream_count; i++) {
		const struct stream *s = o->streams[i];

		for (; s; s = s->parent ? catalog_find(s->parent) : NULL)
			family_count_add(run, s);
	}
}

static void
end(struct run *run)
{
	struct fetch_result *result = run->result;

	http_stop(run->http);
	if (run->halted)
		result->status = run->worst;
	else if (result->failed)
		result->status = result->windows ? STATUS_PARTIAL : run->worst;
	/* Nobody who named the accounts asks about others. */
	if (!run->halted && !*run->stop && !run->o->no_subaccounts &&
	    run->o->account_count == 0)
		account_say_skipped(run);
	window_say_more(run, run->families);
	account_wipe(run);
	item_release(&run->item);
}

/* What a state calls loaded is not asked for.  One that goes beyond the
 * service's own now was written when a clock was wrong, and what came since
 * would be passed over in silence.  (A little is no harm: the lookback.) */
#define AHEAD WHEN_DAY

static void
doubt_state(struct run *run)
{
	const struct state *s = run->o->state;
	char loaded[WHEN_SIZE], now[WHEN_SIZE];
	size_t i;

	for (i = 0; s && run->has_date && i < s->count; i++) {
		const struct state_scope *c = &s->scopes[i];
		int64_t end = c->covered.count == 0 ? WHEN_ALWAYS :
		    c->covered.all[c->covered.count - 1].until;

		if (end <= run->until + AHEAD)
			continue;
		run_say(run, FETCH_FAIL, "%.64s %.64s: the state is loaded "
		    "until %s, and the service's clock says %s: one was wrong; "
		    "if the state, 'tw-state reset --since DATE' forgets what "
		    "it has from the last right DATE on", c->stream, c->account,
		    when_text(loaded, end), when_text(now, run->until));
		run->halted = true;
		run->worst = STATUS_CONFIG;
		return;
	}
}

void
plan_run(struct fetch_result *result, const struct fetch_options *options,
    const struct login *login, struct http *http, const volatile int *stop)
{
	/* What an early end leaves lying stays within reach. */
	static struct run run;
	const char *missing;
	size_t i;

	run = (struct run){ .o = options, .login = login, .http = http,
	    .stop = stop, .result = result };
	begin(&run);
	list_accounts(&run);
	if (!run.halted && !*stop && (missing = account_missing(&run))) {
		account_say_skipped(&run);	/* it may be one of them */
		run_say(&run, FETCH_FAIL, "account %.64s is not one that "
		    "these credentials can read", missing);
		run.halted = true;
		run.worst = STATUS_DENIED;
	}
	if (!run.halted && !*stop)
		doubt_state(&run);
	if (!run.halted && !*stop) {
		for (i = 0; i < options->stream_count; i++)
			family_add(&run, options->streams[i]);
		plant(&run);
		run_jobs(&run);
	}
	end(&run);
}
