#include "job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "mem.h"
#include "when.h"

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

void
job_free_pairs(struct pair *all, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free((char *)(size_t)all[i].value);
	free(all);
}

void
job_prune(struct job *j)
{
	size_t i;

	for (i = 0; i < j->branch_count; i++)
		job_free_pairs(j->branches[i].context,
		    j->branches[i].context_count);
	free(j->branches);
	j->branches = NULL;
	j->branch_count = j->branch_room = 0;
}

void
job_free(struct job *j)
{
	job_free_pairs(j->context, j->context_count);
	job_prune(j);
	buf_release(&j->url);
	seen_release(&j->links);
	free(j->times);
	free((char *)(size_t)j->each.value);
	free(j);
}

/* Nobody waits for it any more; an answer that is under way is thrown away. */
void
job_drop(struct job *j)
{
	j->window = NULL;
	j->leaf = NULL;
	if (!j->running)
		job_free(j);
}

const char *
job_filter(const struct run *run, const char *name)
{
	size_t i;

	for (i = 0; i < run->o->filter_count; i++)
		if (strcmp(run->o->filters[i].name, name) == 0)
			return run->o->filters[i].value;
	return NULL;
}

static bool
is_parameter(const struct stream *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->parameter_count; i++)
		if (strcmp(s->parameters[i].name, name) == 0)
			return true;
	return false;
}

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
		from = window_start(w);
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

/* What is asked besides size and window: the pass, and the user's filters; one
 * given twice is sent twice, as Twilio takes lists. */
static struct pair *
query_of(struct job *j, struct pair *to, size_t *count)
{
	const struct fetch_options *o = j->run->o;
	size_t i;

	*count = 0;
	if (j->each.value)
		to[(*count)++] = j->each;
	for (i = 0; i < o->filter_count; i++)
		if (is_parameter(j->window->family->stream,
		    o->filters[i].name))
			to[(*count)++] = o->filters[i];
	return to;
}

void
job_base(const struct run *run, const struct stream *s, char *base, size_t size)
{
	char host[256];

	if (run->login->base)
		snprintf(base, size, "%s", run->login->base);
	else
		snprintf(base, size, "https://%s",
		    login_host(run->login, s->host, host, sizeof host));
}

/* The URL of the first page. */
bool
job_url(struct job *j, char *message, size_t size)
{
	struct window *w = j->window;
	const struct fetch_options *o = j->run->o;
	char low[WHEN_SIZE], high[WHEN_SIZE], base[512];
	struct pair *extra = mem_array(NULL, o->filter_count + 3,
	    sizeof *extra);
	struct pair *path = mem_array(NULL, j->context_count + o->filter_count +
	    2, sizeof *path);
	struct ask a = { w->family->stream, base, path, 0, NULL, 0, 0, NULL,
	    NULL };
	const char *missing;
	bool good;
	size_t i;

	job_base(j->run, a.stream, base, sizeof base);
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
		snprintf(message, size, "nothing gives {%.*s} of its "
		    "path; use --filter %.*s=VALUE", (int)strcspn(missing, "}"),
		    missing, (int)strcspn(missing, "}"), missing);
	}
	free(extra);
	free(path);
	return good;
}

struct job *
job_new(struct window *w, enum job_kind kind, const struct pair *context,
    size_t count)
{
	struct job *j = mem_new(sizeof *j);
	struct job **at = &w->jobs;

	while (*at)
		at = &(*at)->next;
	*at = j;
	j->run = w->run;
	j->window = w;
	j->scope = w->scope;
	j->kind = kind;
	j->context = copy_pairs(context, count);
	j->context_count = count;
	j->leaf = tree_leaf(w->own, j, NODE_JOB);
	j->leaf->held = window_held(w) && kind != JOB_PROBE;
	tree_live(j->leaf, true);
	w->open++;
	return j;
}

void
job_close(struct job *j)
{
	tree_live(j->leaf, false);
	tree_close(j->leaf);
	j->leaf = NULL;
}
