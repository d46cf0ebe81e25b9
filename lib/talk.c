#include "talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "diag.h"
#include "divide.h"
#include "family.h"
#include "job.h"
#include "mem.h"
#include "retry.h"
#include "take.h"
#include "when.h"
#include "window.h"

#define EMPTY_MAX 50		/* pages in a row with nothing new */
#define REFUSED_MS 60000	/* say it again after so long */
#define RETENTION_DAYS 400	/* when the service says "too old", not how */

/* The list never ends.  Once may be this window; a list that does it again
 * does it in each piece that it might be cut into, down to the second. */
static void
going_round(struct window *w, const char *message)
{
	w->scope->dead = w->scope->circles;
	w->scope->circles = true;
	window_fail(w, STATUS_DATA, 200, 0, message);
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
		window_list_done(j);
		divide_heard(w);
		return;
	}
	if (seen_before(&j->links, page->next.text, page->next.len)) {
		char message[100];

		snprintf(message, sizeof message, "paging loop: page %ld names "
		    "a page it had named before", j->pages);
		going_round(w, message);
		return;
	}
	if (j->empty > EMPTY_MAX) {
		going_round(w, "paging loop: more than 50 pages in a row "
		    "without anything new");
		return;
	}
	buf_clear(&j->url);
	buf_add(&j->url, page->next.text, page->next.len);
	j->start_at = 0;
	divide_heard(w);
}

static const char *
host_of(struct job *j, char *host, size_t size)
{
	return login_host(j->run->login, j->window ?
	    j->window->family->stream->host : "api", host, size);
}

/* Its URL, or its window cannot be asked. */
static bool
first_page(struct job *j)
{
	char message[200];

	if (job_url(j, message, sizeof message))
		return true;
	window_fail(j->window, STATUS_USAGE, 0, 0, message);
	return false;
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
	    !j->clamped && window_held(w)) {
		int64_t keep = s->retention ? s->retention :
		    RETENTION_DAYS * (int64_t)WHEN_DAY;

		run_say(w->run, FETCH_WARN, "%s: the service keeps %lld days "
		    "only; starting there", s->name, (long long)(keep / WHEN_DAY));
		if (w->since < w->run->until - keep)
			w->since = when_day_ceil(w->run->until - keep);
		w->filtered = true;
		j->clamped = true;
		if (w->since >= w->until)
			next_page(j, &none);
		else
			first_page(j);
		return true;
	}
	if (http == 400 && !j->no_size && j->pages == 0 && (code == 20007 ||
	    code == 60373 || strstr(message, "PageSize") ||
	    strstr(message, "age size"))) {
		j->no_size = true;
		first_page(j);
		return true;
	}
	if (http == 400 && strstr(message, "data is limited to 10,000")) {
		if (!window_held(w) || !divide_cut(w, 2))
			window_fail(w, STATUS_DATA, http, code, message);
		return true;
	}
	return false;
}

static void
explain(char *to, size_t size, const struct job *j, int http, long code,
    const char *message)
{
	const struct login *l = j->run->login;

	if (http == 401 && !j->run->answered)
		snprintf(to, size, "the service refused the credentials (%s); "
		    "check TWILIO_ACCOUNT_SID and %s", message,
		    l->key ? "TWILIO_API_KEY, TWILIO_API_SECRET" :
		    "TWILIO_AUTH_TOKEN");
	else if (http >= 300 && http < 400)
		snprintf(to, size, "HTTP %d: redirects are not followed", http);
	else if (http && code)
		snprintf(to, size, "HTTP %d, code %ld: %s", http, code,
		    message);
	else if (http && http != 200)
		snprintf(to, size, "HTTP %d%s%s", http, *message ? ": " : "",
		    message);
	else
		snprintf(to, size, "%s", message);
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
		if (http >= 500 && window_held(w) &&
		    w->until - window_start(w) > WHEN_DAY && divide_cut(w, 2))
			return;
		sc->dead = ailing;
	} else if (v->status == STATUS_DENIED)
		sc->dead = true;
	window_fail(w, v->status, http, code, message);
}

/* One more request was refused, as too many were asked.  Said of the first, and
 * then once a minute, with what there is to know. */
static bool
refusal(struct run *run, char *so_far, size_t size)
{
	int64_t now = when_ticks_ms();

	if (run->refused++ > 0 && now < run->refused_said + REFUSED_MS)
		return false;
	run->refused_said = now;
	if (run->refused > 1)
		snprintf(so_far, size, "; %lu were refused so far, at most %d "
		    "are asked at a time", run->refused,
		    http_limit(run->http));
	return true;
}

/* What stands between may put Twilio's refusal under a status of its own. */
static int
meant(int http, long code)
{
	return code == 20429 || code == 20500 || code == 20503 ?
	    (int)code - 20000 : http;
}

/* Ask again later, or give up. */
static void
fault(struct job *j, struct http_answer *a, enum retry_fault kind, long code,
    const char *message)
{
	struct run *run = j->run;
	struct window *w = j->window;
	struct retry_case c = { kind, meant(a->status, code), a->retry_after,
	    j->attempt,
	    when_ticks_ms() - j->began, run->o->retry_ms, run->until,
	    run_dice(run),
	    j->scope && j->scope->ailing ? RETRY_BRIEF : run->answered ?
	    RETRY_PATIENT : RETRY_USUAL };
	struct retry_verdict v;
	struct buf whole = BUF_INIT(0);
	char text[700], request[100] = "", so_far[100] = "";

	if (run->has_date && a->date[0])
		when_parse(a->date, strlen(a->date), &c.now, NULL, NULL);
	v = retry_judge(&c);
	if (v.crowded)
		http_again(run->http, v.wait_ms);
	explain(text, sizeof text, j, kind == FAULT_CUT ? 0 :
	    a->status, code, message);
	if (a->request_id[0] && a->status != 200)
		snprintf(request, sizeof request, " (request %s)",
		    a->request_id);
	if (v.again) {
		j->start_at = when_ticks_ms() + v.wait_ms;
		run->result->retries++;
		if (w && w->family->count)
			w->family->count->retries++;
		/* The second 401 says it all, so nothing else is asked before
		 * it. */
		if (a->status == 401) {
			if (j->scope)
				j->scope->ailing = true;
		} else if (!v.crowded || refusal(run, so_far, sizeof so_far))
			run_say(run, FETCH_NOTE, "%s: %s%s, waiting %.1f s, "
			    "try %d%s",
			    w ? w->family->stream->name : "accounts", text,
			    request, (double)v.wait_ms / 1000, j->attempt + 1,
			    so_far);
		return;
	}
	if (j->kind == JOB_PROBE) {
		struct page none = PAGE_INIT;

		none.records.kind = JSON_ARRAY;
		none.records.text = "[]";
		none.records.len = 2;
		take_probe(j, &none);
		return;
	}
	if (a->status == 401 && !run->answered) {
		/* Nothing has ever worked: nothing will. */
		run->halted = true;
		run->worst = STATUS_DENIED;
		run_say(run, FETCH_FAIL, "%s", text);
		return;
	}
	buf_text(&whole, text);
	buf_text(&whole, request);
	if (!w) {
		run_say(run, FETCH_FAIL, "accounts: %s", whole.text);
		run->halted = true;
		run->worst = v.status;
	} else if (kind == FAULT_TLS && !run->answered) {
		run_say(run, FETCH_FAIL, "%s", whole.text);
		run->halted = true;
		run->worst = v.status;
	} else
		give_up(j, &v, a->status, code, whole.text);
	buf_release(&whole);
}

static void
on_accounts(struct job *j, struct http_answer *a)
{
	struct run *run = j->run;
	const struct stream *s = catalog_find("accounts");
	struct page page = PAGE_INIT;
	struct page_place place;
	char host[256], base[512], message[256];
	struct json_walk walk;
	struct json name, value;
	const char *why;
	long code = 0;

	job_base(run, s, base, sizeof base);
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
		/* Not all that may read may list accounts: a standard key may
		 * not.  Whether it is any good the first list will show. */
		if ((run->login->key && a->status == 401) ||
		    a->status == 403 || a->status == 404) {
			if (!run->o->no_subaccounts && !run->o->account_count)
				run_say(run, FETCH_NOTE, "accounts cannot be "
				    "listed (HTTP %d): only %s is read",
				    a->status, run->login->account);
			run->listed = true;
			return;
		}
		fault(j, a, FAULT_NONE, code, message);
		return;
	}
	if (page_read(&page, s, &place, a->body.text, a->body.len)) {
		code = page_error(a->body.text ? a->body.text : "", a->body.len,
		    message, sizeof message);
		if (meant(200, code) != 200)
			fault(j, a, FAULT_NONE, code, message);
		else
			fault(j, a, page.cut ? FAULT_CUT : FAULT_LOCAL, 0,
			    page.why);
		page_release(&page);
		return;
	}
	run->answered = true;
	json_walk(&walk, page.records.text, page.records.len);
	while (json_next(&walk, &name, &value) > 0) {
		/* One passed over would be missing, and nobody told. */
		if (!item_read(&run->item, &value, &why) ||
		    !account_take(run, &run->item)) {
			fault(j, a, FAULT_LOCAL, 0, why ? why :
			    "an account without a SID");
			page_release(&page);
			return;
		}
	}
	if (page.next.len == 0 || run->o->no_subaccounts) {
		run->listed = true;
	} else if (seen_before(&j->links, page.next.text, page.next.len)) {
		fault(j, a, FAULT_LOCAL, 0, "paging loop: a page names one "
		    "that had been named before");
	} else {
		j->attempt = 0;
		buf_clear(&j->url);
		buf_add(&j->url, page.next.text, page.next.len);
	}
	page_release(&page);
}

static void
tell(struct run *run, const struct job *j, const struct http_answer *a)
{
	const char *path = strstr(j->url.text, "//");

	path = path ? strchr(path + 2, '/') : NULL;
	run_say(run, FETCH_TRACE, "%s: %d in %ld ms, %zu bytes%s%s: %s",
	    j->window ? j->window->family->stream->name : "accounts",
	    a->status, a->ms, a->body.len, a->request_id[0] ? ", " : "",
	    a->request_id, path ? path : "");
}

static void
on_done(void *context, struct http_answer *a)
{
	struct job *j = context;
	struct run *run = j->run;
	struct window *w = j->window;
	struct page page = PAGE_INIT;
	struct page_place place;
	char host[256], base[512], message[256];
	bool last;
	long code;

	j->running = false;
	if (j->scope)
		j->scope->running--;
	run->result->requests++;
	if (run->o->verbose)
		tell(run, j, a);
	if (a->fault == FAULT_NONE && a->date[0] && !run->has_date) {
		int64_t now;

		if (when_parse(a->date, strlen(a->date), &now, NULL, NULL)) {
			run->until = now;
			run->has_date = true;
		}
	}
	if (j->kind == JOB_ACCOUNTS) {
		on_accounts(j, a);
		return;
	}
	if (!w) {
		job_free(j);
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
			run->answered = true;
		if (j->kind != JOB_PROBE && special_answer(j, a->status, code,
		    message))
			return;
		fault(j, a, FAULT_NONE, code, message);
		return;
	}
	job_base(run, w->family->stream, base, sizeof base);
	place.base = base;
	place.host = host_of(j, host, sizeof host);
	place.url = j->url.text;
	if (page_read(&page, w->family->stream, &place, a->body.text ?
	    a->body.text : "", a->body.len)) {
		code = page_error(a->body.text ? a->body.text : "", a->body.len,
		    message, sizeof message);
		if (meant(200, code) != 200)
			fault(j, a, FAULT_NONE, code, message);
		else
			fault(j, a, page.cut ? FAULT_CUT : FAULT_LOCAL, 0,
			    page.why);
		page_release(&page);
		return;
	}
	run->answered = true;
	j->scope->ailing = false;
	if (j->kind == JOB_PROBE) {
		take_probe(j, &page);
	} else if (take_page(j, &page, &last)) {
		if (last)
			buf_clear(&page.next);
		next_page(j, &page);
	}
	page_release(&page);
}

void
talk_start(struct job *j)
{
	struct run *run = j->run;
	struct window *w = j->window;
	const struct stream *s = w ? w->family->stream :
	    catalog_find("accounts");
	struct http_request r = { 0 };
	char host[256];

	if (w && run->o->dry && j->kind == JOB_LIST && j->pages > 0) {
		window_list_done(j);
		divide_heard(w);
		return;
	}
	if (w && family_sated(w->family)) {
		window_stop(w);
		return;
	}
	if (w && w->scope->dead) {
		window_fail(w, w->scope->status, w->scope->http,
		    w->scope->code, w->scope->message);
		return;
	}
	if (j->url.len == 0 && w && !first_page(j))
		return;
	r.url = j->url.text;
	if (run->login->base)
		r.host = login_host(run->login, s->host, host, sizeof host);
	r.user = run->login->user;
	r.secret = run->login->secret;
	/* The hosts of products know the credential's own account only, and
	 * an API key is of one account. */
	if (w && !w->account->main && w->account->token &&
	    (strcmp(s->host, "api") || run->login->key)) {
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
	http_start(run->http, &r);
}
