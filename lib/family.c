#include "family.h"

#include <string.h>

#include "mem.h"
#include "when.h"

struct fetch_count *
family_count(struct run *run, const struct stream *s)
{
	struct fetch_result *r = run->result;
	size_t i;

	for (i = 0; i < r->count; i++)
		if (r->counts[i].stream == s)
			return &r->counts[i];
	return NULL;
}

void
family_count_add(struct run *run, const struct stream *s)
{
	struct fetch_result *r = run->result;

	if (family_count(run, s))
		return;
	r->counts = mem_array(r->counts, r->count + 1, sizeof *r->counts);
	memset(&r->counts[r->count], 0, sizeof *r->counts);
	r->counts[r->count++].stream = s;
}

static bool
wanted(const struct run *run, const struct stream *s)
{
	size_t i;

	for (i = 0; i < run->o->stream_count; i++)
		if (run->o->streams[i] == s)
			return true;
	return false;
}

struct family *
family_find(struct family *f, const struct stream *s)
{
	struct family *found;

	for (; f; f = f->next)
		if (f->stream == s)
			return f;
		else if ((found = family_find(f->down, s)))
			return found;
	return NULL;
}

/* The stream's place among its ancestors, made if it is not there. */
struct family *
family_add(struct run *run, const struct stream *s)
{
	struct family *f = family_find(run->families, s), **at;

	if (f)
		return f;
	at = s->parent ? &family_add(run, catalog_find(s->parent))->down :
	    &run->families;
	while (*at)
		at = &(*at)->next;
	f = *at = mem_new(sizeof *f);
	f->stream = s;
	f->emits = wanted(run, s);
	f->count = family_count(run, s);
	return f;
}

void
family_gaps(struct run *run, struct family *f, const struct stream *top,
    struct account *a, int64_t since, struct interval_set *to)
{
	struct interval_set gaps = INTERVAL_SET_INIT;

	for (; f; f = f->next) {
		if (f->emits) {
			const struct stream *s = state_windows(f->stream);

			state_gaps(state_find(run->o->state, f->stream->name,
			    a->sid), s ? s : top, since, run->until,
			    run->o->lookback, &gaps);
			interval_union(to, &gaps);
			interval_release(&gaps);
			memset(&gaps, 0, sizeof gaps);
		}
		family_gaps(run, f->down, top, a, since, to);
	}
}

bool
family_sated(const struct family *f)
{
	const struct family *child;

	if (f->emits && !f->count->enough)
		return false;
	for (child = f->down; child; child = child->next)
		if (!family_sated(child))
			return false;
	return true;
}

bool
family_fresh(struct run *run, const struct family *f, struct account *a)
{
	const struct state_scope *scope;

	if (!run->o->state || run->o->max_age < 0)
		return false;
	for (; f; f = f->next) {
		scope = f->emits ? state_find(run->o->state, f->stream->name,
		    a->sid) : NULL;
		/* What never was complete is older than anything. */
		if (f->emits && (!scope ||
		    scope->complete_at < run->until - run->o->max_age))
			return false;
		if (f->down && !family_fresh(run, f->down, a))
			return false;
	}
	return true;
}
