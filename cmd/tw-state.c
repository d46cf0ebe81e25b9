/*
 * tw-state: the file of what is durably loaded, and the judge of a run.
 *
 * Reads receipts (commit), marks (verify) or others' states (import); writes
 * the state file, complete or not at all.  It never asks Twilio and never
 * believes a record: only what a sink has passed on.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "catalog.h"
#include "diag.h"
#include "exchange.h"
#include "json.h"
#include "judge.h"
#include "line.h"
#include "mem.h"
#include "option.h"
#include "out.h"
#include "record.h"
#include "save.h"
#include "show.h"
#include "state.h"
#include "when.h"

static struct {
	const char *account, *catalog, *file, *format, *since, *until;
	int64_t lookback;
	bool all, force, json, quiet, verbose;
} set = { .file = "twilio.state", .lookback = -1 };

static const struct option_row rows[] = {
	{ 'a', "account", "SID", "import: the account of cursors that name "
	    "none", OPTION_TEXT, &set.account, 0, 0, NULL },
	{ 0, "all", NULL, "reset: everything", OPTION_FLAG, &set.all, 0, 0,
	    NULL },
	{ 'C', "catalog", "FILE", "streams of your own, tw-catalog(5)",
	    OPTION_TEXT, &set.catalog, 0, 0, NULL },
	{ 'f', "file", "FILE", "the state (twilio.state)", OPTION_TEXT,
	    &set.file, 0, 0, NULL },
	{ 0, "force", NULL, "believe dates that lie in the future",
	    OPTION_FLAG, &set.force, 0, 0, NULL },
	{ 0, "format", NULL, "export: whose state (import sees it)", OPTION_CHOICE,
	    &set.format, 0, 0, "airbyte|singer" },
	{ 'j', "json", NULL, "list, get: one JSON object a scope",
	    OPTION_FLAG, &set.json, 0, 0, NULL },
	{ 'l', "lookback", "DUR", "commit, get, gaps: instead of the stream's "
	    "own", OPTION_DURATION, &set.lookback, 0, 0, NULL },
	{ 'q', "quiet", NULL, "say less", OPTION_FLAG, &set.quiet, 0, 0,
	    NULL },
	{ 's', "since", "TIME", "set, reset, gaps, import: from here",
	    OPTION_TEXT, &set.since, 0, 0, NULL },
	{ 'u', "until", "TIME", "set, reset, gaps: to here", OPTION_TEXT,
	    &set.until, 0, 0, NULL },
	{ 'v', "verbose", NULL, "commit, verify: say what was proved",
	    OPTION_FLAG, &set.verbose, 0, 0, NULL },
	OPTION_END
};

static const struct option_page page = {
	"tw-state", "commit|export|gaps|get|import|init|list|merge|reset|set|"
	    "verify [options] [OPERAND...]",
	"keep what is durably loaded, and judge the run", rows,
	"  commit [FILE...]              take up the receipts on standard input\n"
	"  export --format F             print the state as others keep it\n"
	"  gaps STREAM [ACCOUNT]         print what a run would fetch\n"
	"  get STREAM [ACCOUNT]          what is loaded, where the next run starts\n"
	"  import [FILE]                 take over the state of another tool\n"
	"  init                          make the first, empty state\n"
	"  list [STREAM [ACCOUNT]]       a line a scope\n"
	"  merge FILE...                 add other states, or files of marks\n"
	"  reset [STREAM [ACCOUNT]]      forget, so that it is fetched again\n"
	"  set STREAM ACCOUNT            say what is loaded (--since, --until)\n"
	"  verify [FILE...]              compare the counts of marks and records\n"
};

/* --- opening and replacing the state ----------------------------------- */

static void
load(struct state *s)
{
	s->force = set.force;
	if (state_load(s, set.file))
		die(s->status, "%s", s->why);
}

static void
lock_file(void)
{
	if (save_lock(set.file, SAVE_WRITER, true, NULL))
		die(STATUS_IO, "%s.lock: cannot be locked; is its folder "
		    "writable?", set.file);
}

/* From here to save() nobody else changes the file. */
static void
load_to_change(struct state *s)
{
	load(s);		/* before a lock file lies beside no state */
	lock_file();
	state_release(s);
	load(s);
}

static void
save(struct state *s)
{
	if (state_save(s, set.file))
		die(s->status, "%s", s->why);
	save_unlock(set.file, SAVE_WRITER);
	state_release(s);
}

static int64_t
instant(const char *text, const char *option, int64_t absent)
{
	int64_t at;

	if (!text)
		return absent;
	if (!when_option(text, when_now(), &at))
		die(STATUS_USAGE, "--%s %s: not a time; say 2026-01-31, "
		    "2026-01-31T12:00:00Z, -30d or now", option, text);
	return at;
}

static const struct stream *
known_stream(const char *name)
{
	const struct stream *stream = catalog_find(name);
	const char *near;

	if (stream)
		return stream;
	if (*catalog_why())
		die(STATUS_CONFIG, "%s", catalog_why());
	near = option_nearest(name, catalog_name, catalog_count());
	if (near)
		die(STATUS_USAGE, "%s: no such stream; did you mean %s?", name,
		    near);
	die(STATUS_USAGE, "%s: no such stream; 'tw-fetch --list' shows all",
	    name);
}

static void
open_catalog(void)
{
	if (catalog_open(set.catalog))
		die(STATUS_CONFIG, "%s", catalog_why());
}

static bool
wanted(const struct state_scope *scope, char **operands)
{
	return !operands[0] || (strcmp(scope->stream, operands[0]) == 0 &&
	    (!operands[1] || strcmp(scope->account, operands[1]) == 0));
}

/* --- commit ------------------------------------------------------------ */

/*
 * Receipts gather while input is there to read, for a second at most, and are
 * saved before every wait.  Signals that end us are held back while anything
 * is gathered, so what was proved is saved even then.
 */
#define GATHER_MOST 4096
#define GATHER_MS 1000

static struct {
	struct {
		struct mark mark;
		bool begun;	/* its run's open was seen */
	} *all;
	size_t count, room;
	int64_t since_ms;
	unsigned long long saves;
	struct state noted;	/* see state_add */
	bool done;		/* the run is; nothing noted is left to read */
} gathered = { .noted = STATE_INIT };

static void
hold_signals(bool hold)
{
	sigset_t ending;

	sigemptyset(&ending);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGHUP);
	sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &ending, NULL);
}

static void
save_gathered(void)
{
	struct state s = STATE_INIT;

	if (gathered.count == 0 && !gathered.done)
		return;
	lock_file();
	load(&s);
	for (size_t i = 0; i < gathered.count; i++) {
		const struct mark *m = &gathered.all[i].mark;
		const struct stream *stream =
		    state_windows(catalog_find(m->stream));

		if (gathered.all[i].begun)
			state_add(&s, m, set.lookback >= 0 ? set.lookback :
			    stream ? stream->lookback : 0, &gathered.noted);
		else
			state_join(&s, m);
	}
	if (gathered.done) {
		state_settle(&s, &gathered.noted);
		state_release(&gathered.noted);
		gathered.done = false;
	}
	save(&s);
	gathered.count = 0;
	gathered.saves++;
	hold_signals(false);
}

static void
gather(const struct mark *m, bool begun)
{
	if (gathered.count == gathered.room) {
		gathered.room = gathered.room ? gathered.room * 2 : 16;
		gathered.all = mem_array(gathered.all, gathered.room,
		    sizeof(*gathered.all));
	}
	if (gathered.count == 0) {
		gathered.since_ms = when_ticks_ms();
		hold_signals(true);
	}
	gathered.all[gathered.count].mark = *m;
	gathered.all[gathered.count++].begun = begun;
	if (gathered.count == GATHER_MOST ||
	    when_ticks_ms() - gathered.since_ms > GATHER_MS)
		save_gathered();
}

/* The commit part is wanted at once, so that others see us, but needed only
 * when there is something to save. */
static void
claim(bool needed)
{
	static bool claimed;
	int holder = 0, got;

	if (claimed)
		return;
	got = state_claim_commit(set.file, needed, &holder);
	if (got < 0)
		die(STATUS_IO, "%s.lock: cannot be locked; is its folder "
		    "writable?", set.file);
	claimed = got == 0;
	if (got > 0 && needed && holder > 0)
		die(STATUS_LATER, "%s: another tw-state commit (process %d) is "
		    "at work; nothing was changed, try later", set.file,
		    holder);
	if (got > 0 && needed)
		die(STATUS_LATER, "%s: another tw-state commit is at work; "
		    "nothing was changed, try later", set.file);
}

static void
receive(struct judge *j, const struct mark *m, const struct line *l)
{
	char date[WHEN_SIZE];

	if (m->until > when_now() + STATE_FUTURE && !set.force) {
		save_gathered();
		die(STATUS_DATA, "line %lu: a window of %s ends at %s, which "
		    "is in the future: a clock is wrong; it was not taken up",
		    l->number, m->stream, when_text(date, m->until));
	}
	claim(true);
	gather(m, judge_begun(j, m));
}

static void
commit(char **operands)
{
	struct line_reader in = LINE_INIT;
	struct judge j = JUDGE_INIT;
	struct state s = STATE_INIT;
	struct line l;
	struct mark m;
	int got, status;

	open_catalog();
	load(&s);
	state_release(&s);
	claim(false);
	line_before_wait = save_gathered;
	line_files(&in, operands);
	while ((got = line_next(&in, &l)) > 0) {
		switch (judge_line(&j, l.text, l.len, l.number, &m)) {
		case JUDGE_OPEN:
			state_begun(set.file);
			break;
		case JUDGE_RECEIPT:
			receive(&j, &m, &l);
			break;
		case JUDGE_DONE:
			gathered.done = gathered.noted.count > 0 ||
			    gathered.count > 0;
			break;
		case JUDGE_RECORD:
			save_gathered();
			judge_end(&j);
			die(STATUS_DATA, "%s", j.why);
		default:
			break;
		}
	}
	save_gathered();
	if (got < 0)
		die(STATUS_DATA, "%s", in.why);
	status = judge_end(&j);
	if (j.noise > 0 && j.count > 0 && !j.dressed)
		warn("%llu lines are neither marks nor records; the first "
		    "begins with: %s", j.noise, j.noise_text);
	if (status)
		die((enum diag_status)status, "%s", j.why);
	if (set.verbose)
		note("%llu receipts, %llu saves of %s", j.receipts,
		    gathered.saves, set.file);
	judge_release(&j);
	line_release(&in);
	free(gathered.all);
}

/* --- verify ------------------------------------------------------------ */

static void
verify(char **operands)
{
	struct line_reader in = LINE_INIT;
	struct mark_watch seen = MARK_WATCH_INIT;
	unsigned long long windows = 0, records = 0;
	char since[WHEN_SIZE] = "the beginning", until[WHEN_SIZE];
	struct line l;
	struct mark m;
	const char *why;
	size_t offset;
	int got;

	line_files(&in, operands);
	while ((got = line_next(&in, &l)) > 0) {
		if (!record_is_mark(l.text, l.len)) {
			why = json_check(l.text, l.len, &offset);
			if (why)
				die(STATUS_DATA, "%s:%lu: %s", in.name,
				    l.number, why);
			mark_watch_record(&seen);
			records++;
			continue;
		}
		if (mark_read(&m, l.text, l.len, &why))
			die(STATUS_DATA, "%s:%lu: %s", in.name, l.number, why);
		if (m.kind == MARK_WINDOW) {
			windows++;
			if (m.since != WHEN_ALWAYS)
				when_text(since, m.since);
			if (m.records != MARK_NONE &&
			    m.records != seen.in_window) {
				warn("%s:%lu: %s %s, %s to %s: %llu records "
				    "passed, and its mark says %llu", in.name,
				    l.number, m.stream, m.account, since,
				    when_text(until, m.until), seen.in_window,
				    m.records);
				diag_raise(STATUS_DATA);
			}
		}
		mark_watch(&seen, &m);
	}
	if (got < 0)
		die(STATUS_DATA, "%s", in.why);
	if (mark_watch_end(&seen, &why))
		die(STATUS_DATA, "%s", why);
	if (windows == 0 && !seen.close)
		die(STATUS_DATA, "no mark came: fetch with --marks or --state");
	if (seen.in_window > 0)
		die(STATUS_DATA, "%llu records follow the last window's mark: "
		    "their window is not complete", seen.in_window);
	if (set.verbose)
		note("%llu windows, %llu records", windows, records);
	line_release(&in);
}

/* --- list and get ------------------------------------------------------ */

/* What the next run asks for first.  false: nothing a stream's rules tell. */
static bool
next_start(const struct state_scope *scope, int64_t *at)
{
	struct interval_set gaps = INTERVAL_SET_INIT;
	const struct stream *stream =
	    state_windows(catalog_find(scope->stream));
	bool any = false;

	if (stream) {
		state_gaps(scope, stream, WHEN_ALWAYS, when_now(),
		    set.lookback, &gaps);
		any = gaps.count > 0;
		if (any)
			*at = gaps.all[0].since;
	}
	interval_release(&gaps);
	return any;
}

static void
none_such(char **operands)
{
	reject("%s: nothing is loaded for %s%s%s", set.file, operands[0],
	    operands[1] ? " " : "", operands[1] ? operands[1] : "");
}

static void
list(char **operands)
{
	const struct state_scope **all;
	struct state s = STATE_INIT;
	size_t found = 0;

	load(&s);
	all = mem_array(NULL, s.count + 1, sizeof(*all));
	for (size_t i = 0; i < s.count; i++)
		if (wanted(&s.scopes[i], operands))
			all[found++] = &s.scopes[i];
	for (size_t i = 0; set.json && i < found; i++)
		show_json(&out_standard, all[i], NULL);
	if (!set.json)
		show_table(&out_standard, all, found);
	if (found == 0 && operands[0])
		none_such(operands);
	free(all);
	state_release(&s);
}

static void
get(char **operands)
{
	struct state s = STATE_INIT;
	size_t found = 0;
	int64_t next;
	bool any;

	open_catalog();
	load(&s);
	for (size_t i = 0; i < s.count; i++) {
		if (!wanted(&s.scopes[i], operands))
			continue;
		found++;
		next = WHEN_ALWAYS;
		any = next_start(&s.scopes[i], &next);
		if (set.json)
			show_json(&out_standard, &s.scopes[i], &next);
		else
			show_scope(&out_standard, &s.scopes[i],
			    any ? &next : NULL);
	}
	if (found == 0) {
		known_stream(operands[0]);
		none_such(operands);
	}
	state_release(&s);
}

/* --- gaps -------------------------------------------------------------- */

static void
put_gaps(const struct state_scope *scope, const struct stream *stream,
    const char *account)
{
	int64_t since = instant(set.since, "since", WHEN_ALWAYS);
	int64_t until = instant(set.until, "until", when_now());
	struct interval_set gaps = INTERVAL_SET_INIT;
	struct mark m;

	memset(&m, 0, sizeof(m));
	m.kind = MARK_PLAN;
	m.requests = MARK_NONE;
	snprintf(m.stream, sizeof(m.stream), "%s", stream->name);
	snprintf(m.account, sizeof(m.account), "%s", account);
	stream = state_windows(stream);
	if (!stream) {
		m.since = WHEN_ALWAYS;
		m.until = until;
		m.full = true;
		mark_write(&out_standard, &m);
		return;
	}
	state_gaps(scope, stream, since, until, set.lookback, &gaps);
	for (size_t i = 0; i < gaps.count; i++) {
		m.since = gaps.all[i].since;
		m.until = gaps.all[i].until;
		mark_write(&out_standard, &m);
	}
	interval_release(&gaps);
}

static void
gaps(char **operands)
{
	struct state s = STATE_INIT;
	const struct stream *stream;
	size_t found = 0;

	open_catalog();
	stream = known_stream(operands[0]);
	load(&s);
	if (operands[1]) {
		put_gaps(state_find(&s, operands[0], operands[1]), stream,
		    operands[1]);
	} else {
		for (size_t i = 0; i < s.count; i++)
			if (wanted(&s.scopes[i], operands)) {
				put_gaps(&s.scopes[i], stream,
				    s.scopes[i].account);
				found++;
			}
		if (found == 0)
			none_such(operands);
	}
	state_release(&s);
}

/* --- changing by hand -------------------------------------------------- */

static void
init(char **operands)
{
	struct state s = STATE_INIT;

	(void)operands;
	lock_file();
	if (access(set.file, F_OK) == 0)
		die(STATUS_CREATE, "%s: is there already; 'tw-state list -f %s'"
		    " shows it, 'tw-state reset --all -f %s' empties it",
		    set.file, set.file, set.file);
	save(&s);
}

static void
set_scope(char **operands)
{
	const struct stream *stream;
	int64_t since = instant(set.since, "since", WHEN_ALWAYS);
	int64_t until = instant(set.until, "until", WHEN_ALWAYS);
	struct state s = STATE_INIT;
	struct state_scope *scope;
	struct mark m;

	open_catalog();
	stream = known_stream(operands[0]);
	if (!set.until)
		die(STATUS_USAGE, "set: until when is it loaded? say --until "
		    "TIME");
	if (until > when_now() + STATE_FUTURE && !set.force)
		die(STATUS_USAGE, "--until %s: lies in the future", set.until);
	if (since >= until)
		die(STATUS_USAGE, "--since %s: is not before --until %s",
		    set.since, set.until);
	if (strlen(operands[1]) >= MARK_NAME)
		die(STATUS_USAGE, "the account is too long a name");
	memset(&m, 0, sizeof(m));
	m.kind = MARK_WINDOW;
	snprintf(m.stream, sizeof(m.stream), "%s", stream->name);
	snprintf(m.account, sizeof(m.account), "%s", operands[1]);
	m.since = since;
	m.until = until;
	m.low = WHEN_NEVER;
	m.full = !state_windows(stream);
	load_to_change(&s);
	scope = state_find(&s, m.stream, m.account);
	if (scope)
		state_forget(&s, scope, WHEN_ALWAYS, WHEN_NEVER);
	state_join(&s, &m);
	save(&s);
}

static void
reset(char **operands)
{
	int64_t since = instant(set.since, "since", WHEN_ALWAYS);
	int64_t until = instant(set.until, "until", WHEN_NEVER);
	struct state s = STATE_INIT;
	size_t found = 0;

	if (!operands[0] && !set.all)
		die(STATUS_USAGE, "reset: name a STREAM, or say --all to "
		    "forget everything");
	if (since >= until)
		die(STATUS_USAGE, "--since %s: is not before --until %s",
		    set.since ? set.since : "", set.until ? set.until : "");
	load_to_change(&s);
	for (size_t i = s.count; i-- > 0;)
		if (wanted(&s.scopes[i], operands)) {
			state_forget(&s, &s.scopes[i], since, until);
			found++;
		}
	if (found == 0 && operands[0])
		none_such(operands);
	save(&s);
}

static void
merge(char **operands)
{
	struct state s = STATE_INIT;

	load_to_change(&s);
	for (; *operands; operands++) {
		struct state other = STATE_INIT;

		other.force = set.force;
		if (state_load(&other, *operands))
			die(other.status, "%s", other.why);
		state_merge(&s, &other);
		state_release(&other);
	}
	save(&s);
}

/* --- other tools' states ----------------------------------------------- */

static void
import(char **operands)
{
	struct line_reader in = LINE_INIT;
	struct exchange x = EXCHANGE_INIT;
	struct state s = STATE_INIT;
	struct line l;
	int got;

	open_catalog();
	x.account = set.account;
	x.since = instant(set.since, "since", WHEN_ALWAYS);
	line_files(&in, operands);
	while ((got = line_next(&in, &l)) > 0)
		exchange_line(&x, l.text, l.len);
	if (got < 0)
		die(STATUS_DATA, "%s", in.why);
	load_to_change(&s);
	if (exchange_import(&x, &s))
		die(STATUS_DATA, "%s: %s", in.name, x.why);
	for (size_t i = 0; i < x.skip_count; i++)
		note("%s", x.skipped[i]);
	save(&s);
	exchange_release(&x);
	line_release(&in);
}

static void
export(char **operands)
{
	struct state s = STATE_INIT;

	(void)operands;
	open_catalog();
	load(&s);
	exchange_export(&out_standard, set.format, &s);
	state_release(&s);
}

/* --- the verbs --------------------------------------------------------- */

static const struct verb {
	const char *name;
	void (*run)(char **operands);
	int least, most;	/* operands */
	const char *operands;	/* to say when there are too few or many */
} verbs[] = {
	{ "commit", commit, 0, -1, "[FILE...]" },
	{ "export", export, 0, 0, "--format airbyte|singer" },
	{ "gaps", gaps, 1, 2, "STREAM [ACCOUNT]" },
	{ "get", get, 1, 2, "STREAM [ACCOUNT]" },
	{ "import", import, 0, -1, "[FILE]" },
	{ "init", init, 0, 0, "" },
	{ "list", list, 0, 2, "[STREAM [ACCOUNT]]" },
	{ "merge", merge, 1, -1, "FILE..." },
	{ "reset", reset, 0, 2, "[STREAM [ACCOUNT]]" },
	{ "set", set_scope, 2, 2, "STREAM ACCOUNT --until TIME" },
	{ "verify", verify, 0, -1, "[FILE...]" },
};
#define VERBS (sizeof(verbs) / sizeof(*verbs))

static const char *
verb_name(size_t i)
{
	return verbs[i].name;
}

static const struct verb *
find_verb(const char *word)
{
	const char *near;

	if (!word)
		die(STATUS_USAGE, "say what to do: commit, list, get ...; try "
		    "'tw-state --help'");
	for (size_t i = 0; i < VERBS; i++)
		if (strcmp(verbs[i].name, word) == 0)
			return &verbs[i];
	near = option_nearest(word, verb_name, VERBS);
	if (near)
		die(STATUS_USAGE, "%s: no such command; did you mean %s?",
		    word, near);
	die(STATUS_USAGE, "%s: no such command; try 'tw-state --help'", word);
}

int
main(int argc, char *argv[])
{
	const struct verb *verb;
	char **operands;
	int count = 0;

	diag_name("tw-state");
	operands = option_parse(&page, argc, argv);
	diag_quiet(set.quiet);
	verb = find_verb(operands[0]);
	operands++;
	while (operands[count])
		count++;
	if (count < verb->least || (verb->most >= 0 && count > verb->most))
		die(STATUS_USAGE, "use: tw-state %s%s%s [options]", verb->name,
		    *verb->operands ? " " : "", verb->operands);
	if (verb->run == export && !set.format)
		die(STATUS_USAGE, "export: for whom? say --format airbyte or "
		    "--format singer");
	out_start();
	verb->run(operands);
	return out_finish();
}
