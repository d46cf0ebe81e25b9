/* state: what is taken up, what is fetched next, what a file may hold. */
#include "state.h"
#include "save.h"
#include "tap.h"
#include "when.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define DAY WHEN_DAY
#define HOUR 3600

static struct mark
window(const char *stream, int64_t since, int64_t until, int64_t low)
{
	struct mark m;

	memset(&m, 0, sizeof(m));
	m.kind = MARK_WINDOW;
	memcpy(m.stream, stream, strlen(stream));
	memcpy(m.account, "AC1", 4);
	m.since = since;
	m.until = until;
	m.low = low;
	return m;
}

static struct state noted = STATE_INIT;

static void
add(struct state *s, int64_t since, int64_t until, int64_t low,
    int64_t lookback)
{
	struct mark m = window("messages", since, until, low);

	state_add(s, &m, lookback, &noted);
}

/* "0-5 7-9": in days; "*" is the open beginning. */
static const char *
days(const struct interval_set *set)
{
	static char text[512];
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < set->count && len < sizeof(text) - 64; i++) {
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    i ? " " : "");
		len += (size_t)(set->all[i].since == WHEN_ALWAYS ?
		    snprintf(text + len, sizeof(text) - len, "*") :
		    snprintf(text + len, sizeof(text) - len, "%g",
		    (double)set->all[i].since / DAY));
		len += (size_t)snprintf(text + len, sizeof(text) - len, "-%g",
		    (double)set->all[i].until / DAY);
	}
	return text;
}

static const char *
gaps_of(struct state *s, const struct stream *stream, int64_t since,
    int64_t until, int64_t lookback)
{
	struct interval_set gaps = INTERVAL_SET_INIT;
	const char *text;

	state_gaps(state_find(s, "messages", "AC1"), stream, since, until,
	    lookback, &gaps);
	text = days(&gaps);
	interval_release(&gaps);
	return text;
}

static void
what_to_fetch(void)
{
	struct stream stream = { .name = "messages", .lookback = 3 * DAY,
	    .final_age = 14 * DAY };
	struct state s = STATE_INIT;

	is_text(gaps_of(&s, &stream, WHEN_ALWAYS, 100 * DAY, -1), "*-100",
	    "nothing is loaded: everything");
	is_text(gaps_of(&s, &stream, 10 * DAY, 100 * DAY, -1), "10-100",
	    "from --since");
	stream.retention = 50 * DAY;
	is_text(gaps_of(&s, &stream, WHEN_ALWAYS, 100 * DAY, -1), "50-100",
	    "no older than the service keeps");

	add(&s, 50 * DAY, 99 * DAY, WHEN_NEVER, 3 * DAY);
	is_text(gaps_of(&s, &stream, WHEN_ALWAYS, 100 * DAY, -1), "96-100",
	    "the daily run: one window, lookback and what is new");
	is_text(gaps_of(&s, &stream, WHEN_ALWAYS, 100 * DAY, 0), "99-100",
	    "no lookback: what is new");
	is_text(gaps_of(&s, &stream, WHEN_ALWAYS, 100 * DAY, DAY), "98-100",
	    "another lookback");
	is_text(gaps_of(&s, &stream, 98 * DAY, 100 * DAY, -1), "98-100",
	    "not before --since");
	is_text(gaps_of(&s, &stream, 60 * DAY, 70 * DAY, -1), "",
	    "what is loaded and old enough is not read again");
	is_text(gaps_of(&s, &stream, WHEN_ALWAYS, 200 * DAY, -1), "150-200",
	    "after a long time, what is left");

	add(&s, 94 * DAY, 95 * DAY, 94 * DAY, 3 * DAY);
	is_text(gaps_of(&s, &stream, WHEN_ALWAYS, 100 * DAY, -1),
	    "94-95 96-100", "pending: its window, and not what came after");
	add(&s, 95 * DAY, 96 * DAY, 95 * DAY + 1, 3 * DAY);
	is_text(gaps_of(&s, &stream, WHEN_ALWAYS, 100 * DAY, -1), "94-100",
	    "less than a day apart is one window");
	add(&s, 94 * DAY, 96 * DAY, WHEN_NEVER, 3 * DAY);
	is_text(gaps_of(&s, &stream, WHEN_ALWAYS, 100 * DAY, -1), "96-100",
	    "read again, and all final: no more pending");
	stream.retention = 0;
	add(&s, 50 * DAY, 51 * DAY, 50 * DAY, 3 * DAY);
	is_text(gaps_of(&s, &stream, 50 * DAY, 100 * DAY, -1), "96-100",
	    "pending for longer than any record is: given up");
	is_text(gaps_of(&s, &stream, WHEN_ALWAYS, 100 * DAY, -1),
	    "*-50 96-100", "a gap before what is loaded");
	state_release(&s);

	add(&s, 0, 10 * DAY, WHEN_NEVER, 0);
	add(&s, 20 * DAY, 30 * DAY, WHEN_NEVER, 0);
	is_text(gaps_of(&s, &stream, 0, 31 * DAY, -1), "10-20 27-31",
	    "a gap between, and the lookback");
	state_release(&s);
}

static void
newest_first(void)
{
	struct stream stream = { .name = "messages", .lookback = 3 * DAY,
	    .final_age = 14 * DAY };
	struct state s = STATE_INIT;

	/* A run of day 17 over 7-17, killed after its first window. */
	add(&s, WHEN_ALWAYS, 10 * DAY, WHEN_NEVER, 3 * DAY);
	add(&s, 16 * DAY, 17 * DAY, 16 * DAY, 3 * DAY);
	is_text(gaps_of(&s, &stream, WHEN_ALWAYS, 18 * DAY, -1), "7-18",
	    "killed after the newest window: the old lookback is not lost");
	/* And after all but the last. */
	add(&s, 8 * DAY, 16 * DAY, WHEN_NEVER, 3 * DAY);
	is_text(gaps_of(&s, &stream, WHEN_ALWAYS, 18 * DAY, -1),
	    "7-8 14-18", "killed before the last window: what it missed");
	add(&s, 7 * DAY, 8 * DAY, WHEN_NEVER, 3 * DAY);
	is_text(gaps_of(&s, &stream, WHEN_ALWAYS, 18 * DAY, -1), "14-18",
	    "done");
	/* Two windows of one run are pending, the older one is not the only. */
	add(&s, 12 * DAY, 13 * DAY, 12 * DAY, 3 * DAY);
	add(&s, 9 * DAY, 10 * DAY, 9 * DAY, 3 * DAY);
	add(&s, 9 * DAY, 10 * DAY, WHEN_NEVER, 3 * DAY);
	is_text(gaps_of(&s, &stream, WHEN_ALWAYS, 18 * DAY, -1),
	    "12-13 14-18", "one is final now, the other still pending");
	state_release(&s);
	state_release(&noted);

	/* A run that was told not to look back, and ended. */
	add(&s, WHEN_ALWAYS, 10 * DAY, 9 * DAY, 3 * DAY);
	add(&s, 16 * DAY, 17 * DAY, WHEN_NEVER, 3 * DAY);
	add(&s, 10 * DAY, 16 * DAY, WHEN_NEVER, 3 * DAY);
	state_settle(&s, &noted);
	is_text(gaps_of(&s, &stream, WHEN_ALWAYS, 18 * DAY, 0), "9-10 17-18",
	    "a run that ended leaves pending only what it must");
	state_release(&noted);
	state_release(&s);
}

static unsigned long long seed = 7;

static int64_t
pick(int64_t below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (int64_t)((seed >> 33) % (unsigned long long)below);
}

/*
 * Runs at random times, cut in random windows, newest first, and killed at
 * random.  After one that ends, every hour has been read, and was read when it
 * was older than the lookback, or just now.
 */
#define HOURS 4000

static void
nothing_is_missed(void)
{
	static int64_t read_at[HOURS];
	struct stream stream = { .name = "messages", .lookback = 72 * HOUR };
	struct interval_set gaps = INTERVAL_SET_INIT;
	struct state s = STATE_INIT;
	int unread = 0, early = 0, finished = 0, killed = 0;
	int64_t now = 100;

	memset(read_at, 0, sizeof(read_at));
	while ((now += 1 + pick(120)) < HOURS) {
		bool dead = false;

		state_gaps(state_find(&s, "messages", "AC1"), &stream, 0,
		    now * HOUR, -1, &gaps);
		for (size_t i = gaps.count; i-- > 0 && !dead;) {
			int64_t low = gaps.all[i].since / HOUR;
			int64_t high = gaps.all[i].until / HOUR;

			while (high > low && !(dead = pick(16) == 0)) {
				int64_t at = high - 1 - pick(high - low < 30 ?
				    high - low : 30);

				add(&s, at * HOUR, high * HOUR, WHEN_NEVER,
				    stream.lookback);
				for (int64_t t = at; t < high; t++)
					read_at[t] = now;
				high = at;
			}
		}
		killed += dead;
		if (!dead)
			state_settle(&s, &noted);
		state_release(&noted);
		if (dead)
			continue;
		finished++;
		for (int64_t t = 0; t < now; t++) {
			unread += read_at[t] == 0;
			early += read_at[t] < now && read_at[t] < t + 72;
		}
	}
	ok(finished > 9 && killed > 9, "runs ended and were killed");
	is_number(unread, 0, "nothing was missed");
	is_number(early, 0, "all was read again when it was old enough");
	interval_release(&gaps);
	state_release(&s);
}

/* What a state is as a file, to be freed. */
static char *
written(const struct state *s)
{
	struct out o = OUT_INIT;
	FILE *file = tmpfile();
	char *text = malloc(1 << 16);
	size_t len;

	out_fd(&o, dup(fileno(file)), "test");
	state_write(&o, s);
	if (out_close(&o))
		abort();
	rewind(file);
	len = fread(text, 1, (1 << 16) - 1, file);
	text[len] = '\0';
	fclose(file);
	return text;
}

static void
random_state(struct state *s)
{
	static const char *const streams[] = { "alerts", "calls", "messages" };
	int64_t n = 1 + pick(12);

	while (n-- > 0) {
		int64_t since = pick(60), until = since + 1 + pick(10);
		struct mark m = window(streams[pick(3)], since * DAY,
		    until * DAY, pick(3) ? WHEN_NEVER :
		    since * DAY + pick((until - since) * DAY));

		if (pick(9) == 0)
			m.since = WHEN_ALWAYS;
		m.full = pick(9) == 0;
		state_add(s, &m, 0, &noted);
	}
}

/* Files say what was in memory; states add up in any order. */
static void
files_and_merging(void)
{
	int bad_parse = 0, bad_bytes = 0, bad_order = 0, bad_cat = 0,
	    bad_changed = 0;

	for (int i = 0; i < 300; i++) {
		struct state a = STATE_INIT, b = STATE_INIT, back = STATE_INIT,
		    both = STATE_INIT, cat = STATE_INIT;
		char *text[5], *joined;

		random_state(&a);
		random_state(&b);
		text[0] = written(&a);
		text[1] = written(&b);
		bad_parse += state_parse(&back, "a", text[0],
		    strlen(text[0])) != 0;
		text[2] = written(&back);
		bad_bytes += strcmp(text[0], text[2]) != 0;

		/* a + b is b + a is cat. */
		state_merge(&back, &b);
		state_merge(&both, &b);
		state_merge(&both, &a);
		back.changed = false;
		state_merge(&back, &a);
		bad_changed += back.changed;
		text[3] = written(&back);
		text[4] = written(&both);
		bad_order += strcmp(text[3], text[4]) != 0;
		joined = malloc(1 << 17);
		snprintf(joined, 1 << 17, "%s%s%s", text[1], text[0], text[1]);
		bad_parse += state_parse(&cat, "cat", joined,
		    strlen(joined)) != 0;
		free(joined);
		joined = written(&cat);
		bad_cat += strcmp(joined, text[4]) != 0;
		free(joined);
		for (int j = 0; j < 5; j++)
			free(text[j]);
		state_release(&a);
		state_release(&b);
		state_release(&back);
		state_release(&both);
		state_release(&cat);
	}
	is_number(bad_parse, 0, "what is written can be read");
	is_number(bad_bytes, 0, "and is written again byte for byte");
	is_number(bad_order, 0, "merging: the order does not matter");
	is_number(bad_changed, 0, "merging twice changes nothing");
	is_number(bad_cat, 0, "merging is what cat does");
}

static void
changes(void)
{
	struct state s = STATE_INIT;

	add(&s, 0, DAY, WHEN_NEVER, 0);
	ok(s.changed, "a new window is a change");
	s.changed = false;
	add(&s, 0, DAY, WHEN_NEVER, 0);
	ok(!s.changed, "the same again is none");
	add(&s, 0, DAY, 10, 0);
	ok(s.changed, "that it is pending is one");
	state_forget(&s, state_find(&s, "messages", "AC1"), 0, DAY / 2);
	ok(state_find(&s, "messages", "AC1"), "half of it is forgotten");
	state_forget(&s, state_find(&s, "messages", "AC1"), 0, DAY);
	ok(!state_find(&s, "messages", "AC1"), "all of it, and the scope");
	state_release(&s);
}

/*
 * A process that claims and stays: group and session say whose pipeline it
 * is in.  Returns it once it has claimed.
 */
enum where { SAME_GROUP, OTHER_GROUP, OTHER_SESSION };

static pid_t
holder(bool fetch, bool begun, enum where where)
{
	int ready[2], who;
	char c = 0;
	pid_t child;

	if (pipe(ready) || (child = fork()) < 0)
		abort();
	if (child > 0) {
		close(ready[1]);
		if (read(ready[0], &c, 1) != 1)
			abort();
		close(ready[0]);
		return child;
	}
	if (where == OTHER_GROUP)
		setpgid(0, 0);
	if (where == OTHER_SESSION)
		setsid();
	if (fetch ? state_claim_fetch("claimed", &who) :
	    state_claim_commit("claimed", false, &who))
		_exit(1);
	if (begun)
		state_begun("claimed");
	if (write(ready[1], &c, 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static void
claims(void)
{
	static const struct {
		bool fetch, begun;
		enum where where;
		int fetch_got, commit_got;
		const char *what;
	} cases[] = {
		{ true, false, SAME_GROUP, 1, 0, "a fetch of this pipeline" },
		{ true, false, OTHER_SESSION, 1, 0, "another fetch" },
		{ false, false, SAME_GROUP, 0, 1, "its own commit" },
		{ false, true, SAME_GROUP, 0, 1, "its own, at work" },
		{ false, false, OTHER_GROUP, 0, 1, "its own, guarded" },
		{ false, true, OTHER_GROUP, 1, 1, "another's, at work" },
		{ false, false, OTHER_SESSION, 1, 1, "another's, waiting" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int who = 0, got;
		pid_t child = holder(cases[i].fetch, cases[i].begun,
		    cases[i].where);

		got = state_claim_fetch("claimed", &who);
		is_number(got, cases[i].fetch_got, cases[i].what);
		ok(got == 0 || who == child, "and who it is");
		if (got == 0)
			save_unlock("claimed", SAVE_FETCH);
		got = state_claim_commit("claimed", false, &who);
		is_number(got, cases[i].commit_got, "a commit meets it");
		if (got == 0)
			save_unlock("claimed", SAVE_COMMIT);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	ok(state_claim_fetch("claimed", &(int){ 0 }) == 0 &&
	    state_claim_commit("claimed", false, &(int){ 0 }) == 0,
	    "a killed holder holds nothing");
	unlink("claimed.lock");
}

int
main(void)
{
	claims();
	what_to_fetch();
	newest_first();
	nothing_is_missed();
	files_and_merging();
	changes();
	state_release(&noted);
	return done();
}
