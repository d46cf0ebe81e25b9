#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "diag.h"
#include "mem.h"
#include "page.h"

struct probe {
	const struct stream *stream;
	bool done, good;
	int status;
	char result[400];
};

static void
on_answer(void *context, struct http_answer *a)
{
	struct probe *p = context;
	char message[256];
	long code;

	p->done = true;
	p->status = a->status;
	if (a->fault != FAULT_NONE) {
		snprintf(p->result, sizeof p->result, "no answer: %s", a->why);
		return;
	}
	if (a->status == 200) {
		p->good = true;
		snprintf(p->result, sizeof p->result, "ok");
		return;
	}
	code = page_error(a->body.text ? a->body.text : "", a->body.len,
	    message, sizeof message);
	/* A list that answers "nothing there" has let us in. */
	p->good = a->status == 404 && code == 20404;
	snprintf(p->result, sizeof p->result, "HTTP %d, code %ld: %s%s",
	    a->status, code, message, a->status == 401 || a->status == 403 ?
	    " (wrong credentials, a key without this permission, or a product "
	    "that is not enabled)" : "");
}

static void
ask_one(struct probe *p, const struct login *login, struct http *http)
{
	const struct stream *s = p->stream;
	struct pair account = { "AccountSid", login->account };
	struct http_request r = { 0 };
	struct buf url = BUF_INIT(0);
	char host[256], base[512];
	struct ask a = { s, base, &account, 1, NULL, 0, 1, NULL, NULL };
	const char *missing;

	login_host(login, s->host, host, sizeof host);
	if (login->base)
		snprintf(base, sizeof base, "%s", login->base);
	else
		snprintf(base, sizeof base, "https://%s", host);
	if (s->page_size == 0)
		a.page_size = 0;
	ask_url(&url, &a, &missing);
	r.url = url.text;
	r.host = login->base ? host : NULL;
	r.user = login->user;
	r.secret = login->secret;
	r.done = on_answer;
	r.context = p;
	http_start(http, &r);
	buf_release(&url);
}

/* The list that stands for a product: the topmost parent of one asked for,
 * with nothing but the account in its path. */
static const struct stream *
example(const struct stream *s)
{
	while (s && s->parent)
		s = catalog_find(s->parent);
	return s && !s->needs && !s->value_count ? s : NULL;
}

void
check_run(struct out *o, const struct stream **streams, size_t count,
    const struct login *login, struct http *http, bool json, bool terminal,
    const volatile int *stop)
{
	struct probe *all = mem_new(sizeof *all * (count + 1));
	size_t n = 0, i, k, next = 0, good = 0, answered = 0, width = 7;

	for (i = 0; i < count; i++) {
		const struct stream *s = example(streams[i]);

		for (k = 0; s && k < n; k++)
			if (strcmp(all[k].stream->host, s->host) == 0 &&
			    (strcmp(s->host, "api") ||
			    all[k].stream->per_account == s->per_account))
				break;
		if (s && k == n)
			all[n++].stream = s;
	}
	do {
		while (next < n && http_free_slots(http) > 0)
			ask_one(&all[next++], login, http);
		http_wait(http, 1000);
	} while (!*stop && (next < n || http_running(http) > 0));
	for (i = 0; i < n; i++) {
		good += all[i].good;
		answered += all[i].status != 0;
		if (strlen(all[i].stream->host) > width)
			width = strlen(all[i].stream->host);
	}
	if (terminal && !json) {
		char line[300];

		snprintf(line, sizeof line, "%-*s  %-28s  RESULT\n",
		    (int)width, "PRODUCT", "TRIED");
		out_text(o, line);
	}
	for (i = 0; i < n; i++) {
		struct buf b = BUF_INIT(0);
		char *at;

		if (json) {
			buf_printf(&b, "{\"product\":\"%s\",\"stream\":\"%s\","
			    "\"ok\":%s,\"status\":%d,\"result\":\"",
			    all[i].stream->host, all[i].stream->name,
			    all[i].good ? "true" : "false", all[i].status);
			at = buf_reserve(&b, 6 * strlen(all[i].result));
			b.len += json_encode(all[i].result,
			    strlen(all[i].result), at);
			buf_text(&b, "\"}\n");
		} else
			buf_printf(&b, terminal ? "%-*s  %-28s  %s\n" :
			    "%.*s\t%s\t%s\n", terminal ? (int)width : 100,
			    all[i].stream->host, all[i].stream->name,
			    all[i].result);
		out_put(o, b.text, b.len);
		buf_release(&b);
	}
	if (good < n)
		diag_raise(good ? STATUS_PARTIAL : answered ? STATUS_DENIED :
		    STATUS_UNAVAILABLE);
	free(all);
}
