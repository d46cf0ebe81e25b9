/*
 * state: any text is refused with one sentence, or is a state that is the same
 * once written and read again, and that joining with itself does not change.
 */
#include "fuzz.h"
#include "state.h"
#include "when.h"

static bool
same(const struct state *a, const struct state *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++) {
		const struct state_scope *x = &a->scopes[i], *y = &b->scopes[i];

		if (strcmp(x->stream, y->stream) ||
		    strcmp(x->account, y->account) ||
		    x->complete_at != y->complete_at ||
		    !interval_same(&x->covered, &y->covered) ||
		    !interval_same(&x->pending, &y->pending))
			return false;
	}
	return true;
}

static void
check_sets(const struct state *s)
{
	size_t i, n;

	for (i = 0; i < s->count; i++) {
		const struct state_scope *scope = &s->scopes[i];
		const struct interval_set *c = &scope->covered,
		    *p = &scope->pending;

		must(*scope->stream);
		must(i == 0 || strcmp(scope[-1].stream, scope->stream) < 0 ||
		    (strcmp(scope[-1].stream, scope->stream) == 0 &&
		    strcmp(scope[-1].account, scope->account) < 0));
		for (n = 0; n < c->count; n++)
			must(c->all[n].since < c->all[n].until && (n == 0 ||
			    c->all[n - 1].until < c->all[n].since));
		/* Only what was read can be read again. */
		for (n = 0; n < p->count; n++)
			must(p->all[n].since < p->all[n].until &&
			    interval_covers(c, p->all[n].since,
			    p->all[n].until));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct state s = STATE_INIT, again = STATE_INIT;
	struct out once, twice;
	char *text;

	if (len > 8192)
		return 0;
	text = fuzz_copy(data, len, 0);
	s.force = again.force = len > 0 && text[len - 1] != '\n';
	if (s.force)
		text[len - 1] = '\n';	/* a second way to end: dates of any time */
	if (state_parse(&s, "fuzz", text, len)) {
		must(s.status == STATUS_CONFIG && fuzz_sentence(s.why));
		goto done;
	}
	check_sets(&s);
	fuzz_out(&once);
	fuzz_out(&twice);
	state_write(&once, &s);
	must(once.total == 0);
	must(state_parse(&again, "again", once.text, once.len) == 0);
	must(same(&s, &again));
	state_write(&twice, &again);
	must(once.len == twice.len &&
	    memcmp(once.text, twice.text, once.len) == 0);
	again.changed = false;
	state_merge(&again, &s);
	must(!again.changed && same(&s, &again));
	free(once.text);
	free(twice.text);
done:
	free(text);
	state_release(&s);
	state_release(&again);
	return 0;
}
