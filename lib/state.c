#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "diag.h"
#include "mem.h"
#include "save.h"
#include "when.h"

#define LARGEST ((off_t)256 << 20)	/* over a million lines: no state */

/* --- scopes ------------------------------------------------------------ */

static int
compare(const struct state_scope *scope, const char *stream,
    const char *account)
{
	int order = strcmp(scope->stream, stream);

	return order ? order : strcmp(scope->account, account);
}

/* Where the scope is, or would be. */
static size_t
place(const struct state *s, const char *stream, const char *account)
{
	size_t low = 0, high = s->count;

	/* Files and runs are mostly in order: the last one, or behind it. */
	if (high > 0 && compare(&s->scopes[high - 1], stream, account) <= 0)
		low = high - 1;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&s->scopes[middle], stream, account) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct state_scope *
state_find(const struct state *s, const char *stream, const char *account)
{
	size_t at = place(s, stream, account);

	if (at == s->count || compare(&s->scopes[at], stream, account) != 0)
		return NULL;
	return &s->scopes[at];
}

struct state_scope *
state_scope(struct state *s, const char *stream, const char *account)
{
	size_t at = place(s, stream, account);
	struct state_scope *scope;

	if (at < s->count && compare(&s->scopes[at], stream, account) == 0)
		return &s->scopes[at];
	if (s->count == s->room) {
		s->room = s->room ? s->room * 2 : 16;
		s->scopes = mem_array(s->scopes, s->room, sizeof(*s->scopes));
	}
	scope = &s->scopes[at];
	memmove(scope + 1, scope, (s->count - at) * sizeof(*scope));
	s->count++;
	memset(scope, 0, sizeof(*scope));
	scope->stream = mem_text(stream);
	scope->account = mem_text(account);
	scope->complete_at = WHEN_ALWAYS;
	return scope;
}

static void
release_scope(struct state_scope *scope)
{
	free(scope->stream);
	free(scope->account);
	interval_release(&scope->covered);
	interval_release(&scope->pending);
}

void
state_release(struct state *s)
{
	for (size_t i = 0; i < s->count; i++)
		release_scope(&s->scopes[i]);
	free(s->scopes);
	*s = (struct state)STATE_INIT;
}

/* Join neighbours less than a day apart, where what lies between is covered:
 * reading a little more is cheaper than asking twice, and it keeps the file
 * as short as its oldest pending record is old in days. */
static void
smooth(struct interval_set *again, const struct interval_set *covered)
{
	for (size_t i = 1; i < again->count; i++) {
		int64_t from = again->all[i - 1].until;
		int64_t to = again->all[i].since;

		if (to - from < WHEN_DAY &&
		    interval_covers(covered, from, to)) {
			interval_add(again, from, to);
			i--;
		}
	}
}

static void
take_up(struct state *s, const struct mark *m, bool newer)
{
	struct interval_set before = INTERVAL_SET_INIT, *pending;
	struct state_scope *scope;

	if (!m->full && m->since >= m->until)
		return;		/* an empty window says nothing of its scope */
	scope = state_scope(s, m->stream, m->account);
	pending = &scope->pending;
	if (m->full) {
		if (m->until > scope->complete_at) {
			scope->complete_at = m->until;
			s->changed = true;
		}
		return;
	}
	if (!interval_covers(&scope->covered, m->since, m->until)) {
		interval_add(&scope->covered, m->since, m->until);
		s->changed = true;
	}
	interval_copy(&before, pending);
	if (newer)
		interval_subtract(pending, m->since, m->until);
	interval_add(pending, m->low > m->since ? m->low : m->since,
	    m->until);
	smooth(pending, &scope->covered);
	if (!interval_same(&before, pending))
		s->changed = true;
	interval_release(&before);
}

/*
 * A run begins with its newest window.  Once that is taken up the covered end
 * lies there, so what had to be read again before the old end is noted down
 * as pending, in case the run does not get that far.
 */
static void
note_lookback(struct state *s, const struct mark *m, int64_t lookback,
    struct state *noted)
{
	struct state_scope *scope = state_find(s, m->stream, m->account);
	struct interval_set *notes;
	const struct interval *last;
	int64_t since;

	if (!scope || scope->covered.count == 0)
		return;
	last = &scope->covered.all[scope->covered.count - 1];
	since = last->until - lookback;
	if (m->until <= last->until || since >= last->until)
		return;
	if (since < last->since)
		since = last->since;
	notes = &state_scope(noted, m->stream, m->account)->covered;
	interval_add(notes, since, last->until);
	interval_difference(notes, &scope->pending);
	interval_add(&scope->pending, since, last->until);
}

void
state_add(struct state *s, const struct mark *window, int64_t lookback,
    struct state *noted)
{
	struct state_scope *notes;

	if (!window->full) {
		note_lookback(s, window, lookback, noted);
		notes = state_find(noted, window->stream, window->account);
		if (notes)
			interval_subtract(&notes->covered, window->since,
			    window->until);
	}
	take_up(s, window, true);
}

void
state_settle(struct state *s, const struct state *noted)
{
	for (size_t i = 0; i < noted->count; i++) {
		struct state_scope *scope = state_find(s,
		    noted->scopes[i].stream, noted->scopes[i].account);

		if (!scope || noted->scopes[i].covered.count == 0)
			continue;
		interval_difference(&scope->pending,
		    &noted->scopes[i].covered);
		s->changed = true;
	}
}

void
state_join(struct state *s, const struct mark *window)
{
	take_up(s, window, false);
}

/* Add, and tell whether that changed anything. */
static bool
united(struct interval_set *to, const struct interval_set *from)
{
	struct interval_set before = INTERVAL_SET_INIT;
	bool changed;

	interval_copy(&before, to);
	interval_union(to, from);
	changed = !interval_same(&before, to);
	interval_release(&before);
	return changed;
}

void
state_merge(struct state *s, const struct state *other)
{
	for (size_t i = 0; i < other->count; i++) {
		const struct state_scope *from = &other->scopes[i];
		struct state_scope *to =
		    state_scope(s, from->stream, from->account);

		s->changed |= united(&to->covered, &from->covered);
		s->changed |= united(&to->pending, &from->pending);
		smooth(&to->pending, &to->covered);
		if (from->complete_at > to->complete_at) {
			to->complete_at = from->complete_at;
			s->changed = true;
		}
	}
}

void
state_forget(struct state *s, struct state_scope *scope, int64_t since,
    int64_t until)
{
	size_t at = (size_t)(scope - s->scopes);

	interval_subtract(&scope->covered, since, until);
	interval_subtract(&scope->pending, since, until);
	scope->complete_at = WHEN_ALWAYS;
	s->changed = true;
	if (scope->covered.count > 0)
		return;
	release_scope(scope);
	s->count--;
	memmove(scope, scope + 1, (s->count - at) * sizeof(*scope));
}

/* --- the file ---------------------------------------------------------- */

static int failed(struct state *s, int status, const char *format, ...)
    DIAG_FORMAT(3, 4);

static int
failed(struct state *s, int status, const char *format, ...)
{
	char raw[sizeof(s->why)];
	va_list values;

	s->status = status;
	va_start(values, format);
	vsnprintf(raw, sizeof(raw), format, values);
	va_end(values);
	diag_clean(s->why, sizeof(s->why), raw, strlen(raw));
	return -1;
}

/* A long path is shown by its end. */
static const char *
shown(const char *path)
{
	size_t len = strlen(path);

	return len > 100 ? path + len - 100 : path;
}

/* What to do about a file that cannot be believed. */
static void
add_way_out(struct state *s, const char *path)
{
	size_t len = strlen(s->why);
	char *previous = mem_resize(NULL, strlen(path) + sizeof(".prev"));
	struct stat st;

	memcpy(previous, path, strlen(path));
	memcpy(previous + strlen(path), ".prev", sizeof(".prev"));
	path = shown(path);
	if (stat(previous, &st) == 0)
		snprintf(s->why + len, sizeof(s->why) - len,
		    "; the one before it is kept: 'mv %s.prev %s'", path, path);
	else
		snprintf(s->why + len, sizeof(s->why) - len, "; restore it, "
		    "or move it away and start anew: 'tw-state init -f %s'",
		    path);
	free(previous);
}

/* A state line, or a run's mark, which a plain file of marks also holds. */
static int
parse_line(struct state *s, const char *text, size_t len, int64_t latest,
    bool *believed, char *why, size_t size)
{
	char date[WHEN_SIZE];
	const char *reason;
	struct mark m;

	if (mark_read(&m, text, len, &reason)) {
		snprintf(why, size, "%s", memchr(text, 0, len) ?
		    "holds NUL bytes" : reason);
		return -1;
	}
	switch (m.kind) {
	case MARK_STATE:
		if (m.version != STATE_VERSION) {
			snprintf(why, size, "format version %d, "
			    "and this tw-state knows %d", m.version,
			    STATE_VERSION);
			return -1;
		}
		*believed = true;
		return 0;
	case MARK_WINDOW:
		if (m.until > latest) {
			snprintf(why, size, "%s is loaded until %s, which is "
			    "in the future; if a clock was wrong, 'tw-state "
			    "reset --force' forgets it", m.stream,
			    when_text(date, m.until));
			return -1;
		}
		state_join(s, &m);
		*believed = true;
		return 0;
	case MARK_OTHER:
		snprintf(why, size, "a mark this tw-state does not know");
		return -1;
	default:
		return 0;
	}
}

int
state_parse(struct state *s, const char *name, const char *text, size_t len)
{
	int64_t latest = s->force ? WHEN_NEVER : when_now() + STATE_FUTURE;
	const char *end = text + len;
	unsigned long number = 0;
	bool believed = false, changed = s->changed;
	char why[300];

	if (len == 0)
		return failed(s, STATUS_CONFIG, "%s: the file is empty, which "
		    "no state is", shown(name));
	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));

		number++;
		if (!stop)
			return failed(s, STATUS_CONFIG, "%s:%lu: the last line "
			    "is cut", shown(name), number);
		if (stop > text && parse_line(s, text, (size_t)(stop - text),
		    latest, &believed, why, sizeof(why)))
			return failed(s, STATUS_CONFIG, "%s:%lu: %s",
			    shown(name), number, why);
		text = stop + 1;
	}
	if (!believed)
		return failed(s, STATUS_CONFIG, "%s: holds no window, and does "
		    "not say that it is a state", shown(name));
	/* What is in memory is what is in the file. */
	s->changed = changed;
	return 0;
}

/* The file must be a plain one: through a link or a pipe a state could not be
 * replaced, and what is not ours to replace we do not believe either. */
static int
open_plain(struct state *s, const char *path, off_t *size)
{
	struct stat st;
	int fd;

	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
		return failed(s, STATUS_CONFIG, "%s: is a symbolic link; name "
		    "the file it points to", shown(path));
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return failed(s, STATUS_CONFIG, "%s: there is no state; create "
		    "it with 'tw-state init -f %s'", shown(path), shown(path));
	if (fd < 0)
		return failed(s, errno == EIO ? STATUS_IO : STATUS_CONFIG,
		    "%s: %s", shown(path), strerror(errno));
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size <= LARGEST) {
		*size = st.st_size;
		return fd;
	}
	close(fd);
	return failed(s, STATUS_CONFIG, "%s: is %s; name a state file",
	    shown(path), S_ISDIR(st.st_mode) ? "a directory" :
	    S_ISREG(st.st_mode) ? "larger than any state" :
	    "not a regular file");
}

static int
read_all(int fd, struct buf *text, off_t size)
{
	for (;;) {
		/* One byte more than there is, to see the end. */
		size_t room = text->len < (size_t)size + 1 ?
		    (size_t)size + 1 - text->len : 65536;
		char *at = buf_reserve(text, room);
		ssize_t got;

		if (!at) {
			errno = EFBIG;
			return -1;
		}
		got = read(fd, at, room);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return (int)got;
		text->len += (size_t)got;
	}
}

int
state_load(struct state *s, const char *path)
{
	struct buf text = BUF_INIT((size_t)LARGEST + 65536);
	off_t size = 0;
	int fd = open_plain(s, path, &size);
	int got;

	if (fd < 0)
		return -1;
	got = read_all(fd, &text, size);
	if (got)
		failed(s, STATUS_IO, "%s: %s", shown(path), strerror(errno));
	close(fd);
	if (got == 0) {
		got = state_parse(s, path, text.text ? text.text : "",
		    text.len);
		if (got)
			add_way_out(s, path);
	}
	buf_release(&text);
	s->loaded = got == 0;
	return got;
}

/* One covered interval, as few lines as say what of it is pending: a line
 * ends where a pending part does, and its low is where that part begins. */
static void
write_covered(struct out *o, struct mark *m, const struct interval *covered,
    const struct interval_set *pending, size_t *next)
{
	int64_t since = covered->since;

	while (*next < pending->count &&
	    pending->all[*next].until <= covered->until) {
		m->since = since;
		m->low = pending->all[*next].since;
		m->until = since = pending->all[*next].until;
		mark_write(o, m);
		++*next;
	}
	if (since < covered->until) {
		m->since = since;
		m->low = WHEN_NEVER;
		m->until = covered->until;
		mark_write(o, m);
	}
}

static void
write_scope(struct out *o, const struct state_scope *scope)
{
	struct mark m;
	size_t next = 0;

	memset(&m, 0, sizeof(m));
	m.kind = MARK_WINDOW;
	m.records = MARK_NONE;
	snprintf(m.stream, sizeof(m.stream), "%s", scope->stream);
	snprintf(m.account, sizeof(m.account), "%s", scope->account);
	if (scope->complete_at != WHEN_ALWAYS) {
		m.since = WHEN_ALWAYS;
		m.until = scope->complete_at;
		m.low = WHEN_NEVER;
		m.full = true;
		mark_write(o, &m);
		m.full = false;
	}
	for (size_t i = 0; i < scope->covered.count; i++)
		write_covered(o, &m, &scope->covered.all[i], &scope->pending,
		    &next);
}

void
state_write(struct out *o, const struct state *s)
{
	struct mark head;

	memset(&head, 0, sizeof(head));
	head.kind = MARK_STATE;
	head.version = STATE_VERSION;
	mark_write(o, &head);
	for (size_t i = 0; i < s->count; i++)
		write_scope(o, &s->scopes[i]);
}

int
state_save(struct state *s, const char *path)
{
	struct save file = SAVE_INIT;

	if (!s->changed && s->loaded)
		return 0;
	file.keep = s->loaded;
	if (save_begin(&file, path) == 0) {
		state_write(&file.out, s);
		if (save_commit(&file) == 0) {
			s->changed = false;
			s->loaded = true;
			return 0;
		}
	}
	return failed(s, STATUS_IO, "%s; the state is as it was", file.why);
}

/* --- what to fetch ----------------------------------------------------- */

/* A record is pending no longer than the final-age says, by its age when it
 * was read.  It must be read once after that, and the run that does so may
 * come late, or be killed and come again. */
#define LATE_RUN (31 * WHEN_DAY)

const struct stream *
state_windows(const struct stream *stream)
{
	const struct stream *found = NULL, *s;

	for (s = stream; s; s = s->parent ? catalog_find(s->parent) : NULL)
		if (s->window != WINDOW_NONE &&
		    (!s->window_whole || s == stream))
			found = s;
	return found;
}

void
state_gaps(const struct state_scope *scope, const struct stream *stream,
    int64_t since, int64_t until, int64_t lookback, struct interval_set *gaps)
{
	struct interval_set again = INTERVAL_SET_INIT;
	const struct interval_set *covered = scope ? &scope->covered : NULL;
	int64_t end;

	gaps->count = 0;
	if (stream->retention > 0 && since < until - stream->retention)
		since = until - stream->retention;
	interval_add(gaps, since, until);
	if (!covered || covered->count == 0)
		return;
	interval_difference(gaps, covered);

	end = covered->all[covered->count - 1].until;
	interval_copy(&again, &scope->pending);
	if (stream->final_age > 0)
		interval_clip(&again, end - stream->final_age - LATE_RUN,
		    WHEN_NEVER);
	if (lookback < 0)
		lookback = stream->lookback;
	interval_add(&again, end - lookback, end);
	smooth(&again, covered);
	interval_clip(&again, since, until);
	interval_union(gaps, &again);
	interval_release(&again);
}

/* --- one run at a time ------------------------------------------------- */

static void
wait_a_little(void)
{
	const struct timespec pause = { 0, 20 * 1000 * 1000 };

	nanosleep(&pause, NULL);
}

#define TRIES 25		/* half a second */

static bool
another_pipeline(const char *path, int commit)
{
	if (commit <= 0 || getsid(commit) != getsid(0))
		return true;
	return getpgid(commit) != getpgrp() &&
	    save_holder(path, SAVE_BEGUN) != 0;
}

/* A pipeline that is refused here goes away at once, but its commit may have
 * come first: it is given the time. */
int
state_claim_fetch(const char *path, int *holder)
{
	int got = save_lock(path, SAVE_FETCH, false, holder);

	if (got)
		return got;
	for (int i = 0; i < TRIES; i++) {
		*holder = save_holder(path, SAVE_COMMIT);
		if (*holder == 0 || !another_pipeline(path, *holder))
			return 0;
		wait_a_little();
	}
	save_unlock(path, SAVE_FETCH);
	return 1;
}

int
state_claim_commit(const char *path, bool wait, int *holder)
{
	int got;

	for (int i = 0;; i++) {
		got = save_lock(path, SAVE_COMMIT, false, holder);
		if (got != 1 || !wait || i == TRIES)
			return got;
		wait_a_little();
	}
}

void
state_begun(const char *path)
{
	int holder;

	save_lock(path, SAVE_BEGUN, false, &holder);
}
