#include "run.h"

#include <stdio.h>

#include "when.h"

#define OLDEST 1204329600	/* 2008-03-01: no record is older */

void
run_say(struct run *run, enum fetch_word word, const char *format, ...)
{
	char text[1024];
	va_list values;

	va_start(values, format);
	vsnprintf(text, sizeof text, format, values);
	va_end(values);
	run->o->say(run->o->context, word, text);
}

uint32_t
run_dice(struct run *run)
{
	run->random ^= run->random << 13;
	run->random ^= run->random >> 17;
	run->random ^= run->random << 5;
	return run->random;
}

int64_t
window_start(const struct window *w)
{
	const struct stream *s = w->family->stream;
	int64_t oldest = OLDEST;

	if (w->since != WHEN_ALWAYS)
		return w->since;
	if (s->retention)
		oldest = w->run->until - s->retention;
	if (w->account->created > oldest)
		oldest = when_day_floor(w->account->created);
	return oldest < w->until ? oldest : OLDEST;
}
