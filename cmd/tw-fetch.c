/*
 * tw-fetch: pages Twilio's lists and writes their records, one JSON object a
 * line, on standard output; with marks, what proves that they are complete.
 *
 * Reads the catalogue, the credentials and, if asked, a state file.  Never
 * writes a state file, never prints a credential or a record on standard
 * error, never writes half a record.
 */
#include <sys/resource.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive.h"
#include "catalog.h"
#include "check.h"
#include "describe.h"
#include "diag.h"
#include "http.h"
#include "line.h"
#include "login.h"
#include "mem.h"
#include "option.h"
#include "out.h"
#include "plan.h"
#include "progress.h"
#include "record.h"
#include "state.h"
#include "when.h"

static struct {
	struct option_list accounts, filters;
	const char *archive, *ca_file, *catalog, *since, *until, *state;
	const char *profile, *progress, *windows, *describe;
	bool check, json, secrets, list, marks, no_subaccounts, plan, quiet, raw;
	bool verbose;
	long jobs, limit, page_size;
	int64_t lookback, max_age, retry_time;
} o = {
	.jobs = 8, .lookback = -1, .max_age = -1, .retry_time = 600,
	.progress = "auto"
};

static const struct option_row rows[] = {
	{ 'a', "account", "SID", "only this account; repeatable", OPTION_LIST,
	    &o.accounts, 0, 0, NULL },
	{ 'A', "archive", "DIR", "also keep each window as a sealed gzip file",
	    OPTION_TEXT, &o.archive, 0, 0, NULL },
	{ 0, "cacert", "FILE", "trust these authorities instead of the system's",
	    OPTION_TEXT, &o.ca_file, 0, 0, NULL },
	{ 'C', "catalog", "FILE", "streams of your own, tw-catalog(5)",
	    OPTION_TEXT, &o.catalog, 0, 0, NULL },
	{ 0, "check", NULL, "try the credentials on every product the streams "
	    "need, and stop", OPTION_FLAG, &o.check, 0, 0, NULL },
	{ 0, "describe", "STREAM", "say all that is known of a stream, and stop",
	    OPTION_TEXT, &o.describe, 0, 0, NULL },
	{ 'f', "filter", "NAME=VALUE", "parameter for the service; repeatable",
	    OPTION_LIST, &o.filters, 0, 0, NULL },
	{ 'j', "jobs", "N", "most requests at a time (8)", OPTION_NUMBER,
	    &o.jobs, 1, 256, NULL },
	{ 0, "json", NULL, "list, describe, check: as JSON", OPTION_FLAG,
	    &o.json, 0, 0, NULL },
	{ 0, "keep-secrets", NULL, "do not leave out auth tokens and the like",
	    OPTION_FLAG, &o.secrets, 0, 0, NULL },
	{ 'n', "limit", "N", "at most so many records of a stream",
	    OPTION_NUMBER, &o.limit, 1, 1000000000, NULL },
	{ 0, "list", NULL, "name the streams, and stop", OPTION_FLAG, &o.list,
	    0, 0, NULL },
	{ 'l', "lookback", "DUR", "with -S: read again so far before what is "
	    "covered (each stream's own)", OPTION_DURATION, &o.lookback, 0, 0,
	    NULL },
	{ 'm', "marks", NULL, "write marks: what proves completeness",
	    OPTION_FLAG, &o.marks, 0, 0, NULL },
	{ 0, "max-age", "DUR", "with -S: skip full lists loaded within that "
	    "time", OPTION_DURATION, &o.max_age, 0, 0, NULL },
	{ 0, "no-subaccounts", NULL, "only the account of the credentials",
	    OPTION_FLAG, &o.no_subaccounts, 0, 0, NULL },
	{ 'p', "page-size", "N", "records to ask for at a time (as many as "
	    "each list allows)", OPTION_NUMBER, &o.page_size, 1, 1000, NULL },
	{ 0, "plan", NULL, "print the windows and how many requests they will "
	    "take, and stop", OPTION_FLAG, &o.plan, 0, 0, NULL },
	{ 0, "profile", "NAME", "credentials of the twilio command's profile",
	    OPTION_TEXT, &o.profile, 0, 0, NULL },
	{ 0, "progress", NULL, "on standard error (auto)", OPTION_CHOICE,
	    &o.progress, 0, 0, "auto|always|never|json" },
	{ 'q', "quiet", NULL, "no progress, no summary, no retries",
	    OPTION_FLAG, &o.quiet, 0, 0, NULL },
	{ 'r', "raw", NULL, "records as Twilio sent them, nothing added",
	    OPTION_FLAG, &o.raw, 0, 0, NULL },
	{ 0, "retry-time", "DUR", "give a page up after so long (10m)",
	    OPTION_DURATION, &o.retry_time, 0, 0, NULL },
	{ 's', "since", "TIME", "from then on: 2026-01-31, -30d, now",
	    OPTION_TEXT, &o.since, 0, 0, NULL },
	{ 'S', "state", "FILE", "what FILE does not cover yet; implies --marks",
	    OPTION_TEXT, &o.state, 0, 0, NULL },
	{ 'u', "until", "TIME", "before then", OPTION_TEXT, &o.until, 0, 0,
	    NULL },
	{ 'v', "verbose", NULL, "show every request", OPTION_FLAG, &o.verbose,
	    0, 0, NULL },
	{ 0, "windows", "FILE", "exactly the windows in FILE (- is standard "
	    "input)", OPTION_TEXT, &o.windows, 0, 0, NULL },
	OPTION_END
};

static const struct option_page page = {
	"tw-fetch", "[options] STREAM...",
	"read lists of Twilio's API as lines of JSON", rows,
	"STREAM is a name, a glob ('video_*'), a product (@video) or a group "
	"(@airbyte,\n@all).  Credentials: TWILIO_ACCOUNT_SID and TWILIO_API_KEY"
	" with\nTWILIO_API_SECRET, or TWILIO_AUTH_TOKEN.\n"
};

static volatile sig_atomic_t signalled, writing;
static volatile int stop;
static struct archive *archive;
static struct progress *progress;
static struct fetch_result result;

/* In the midst of a write, which may wait for a reader for ever, there is
 * nothing to come back to. */
static void
on_signal(int number)
{
	signalled = number;
	stop = 1;
	if (writing) {
		signal(number, SIG_DFL);
		raise(number);
	}
}

/* --- marks at both ends ---------------------------------------------------- */

static char run[32];

static void
put_open(void)
{
	struct mark m = { .kind = MARK_OPEN, .records = MARK_NONE,
	    .windows = MARK_NONE, .failed = MARK_NONE, .requests = MARK_NONE };

	if (!o.marks)
		return;
	snprintf(m.run, sizeof m.run, "%s", run);
	snprintf(m.tool, sizeof m.tool, "tw-fetch %s", TW_VERSION);
	m.at = when_now();
	mark_write(&out_standard, &m);
	out_flush(&out_standard);
}

static void
put_close(int status, const struct fetch_result *r)
{
	struct mark m = { .kind = MARK_CLOSE, .requests = MARK_NONE };

	if (!o.marks)
		return;
	snprintf(m.run, sizeof m.run, "%s", run);
	m.status = status;
	if (r) {
		m.windows = r->windows;
		m.failed = r->failed;
		m.records = r->records;
	}
	mark_write(&out_standard, &m);
}

/* The run cannot start: the last stage of the pipe must learn why. */
static void refuse(enum diag_status status, const char *format, ...)
    DIAG_FORMAT(2, 3) DIAG_NORETURN;

static void
refuse(enum diag_status status, const char *format, ...)
{
	char text[1024];
	va_list values;

	va_start(values, format);
	vsnprintf(text, sizeof text, format, values);
	va_end(values);
	put_open();
	put_close(status, NULL);
	die(status, "%s", text);
}

/* What was put can not be kept. */
static void archive_failed(void) DIAG_NORETURN;

static void
archive_failed(void)
{
	enum diag_status status = (enum diag_status)archive_status(archive);
	char why[512];

	snprintf(why, sizeof why, "%s", archive_why(archive));
	progress_clear(progress);
	archive_close(archive);
	put_close(status, &result);
	die(status, "%s", why);
}

/* --- what the plan tells us ---------------------------------------------- */

static long *limited;		/* records printed of each stream */
static struct catalog_selection chosen;

static struct fetch_count *
count_of(const struct stream *s)
{
	size_t i;

	for (i = 0; result.counts[i].stream != s; i++)
		;
	return &result.counts[i];
}

/* What is told of a run under --limit is what came out of it. */
static void
count_limited(void)
{
	size_t i;

	result.records = 0;
	for (i = 0; i < chosen.count && result.counts; i++) {
		count_of(chosen.streams[i])->records =
		    (unsigned long long)limited[i];
		result.records += (unsigned long long)limited[i];
	}
}

/* How much of the lines may still go out under --limit. */
static size_t
within_limit(const struct mark *window, const char *lines, size_t len)
{
	const char *at = lines, *end = lines + len;
	size_t i;

	for (i = 0; strcmp(chosen.streams[i]->name, window->stream); i++)
		;
	while (at < end && limited[i] < o.limit) {
		at = memchr(at, '\n', (size_t)(end - at));
		at++;
		limited[i]++;
	}
	count_of(chosen.streams[i])->enough = limited[i] >= o.limit;
	for (i = 0; i < chosen.count && limited[i] >= o.limit; i++)
		;
	if (i == chosen.count)
		stop = 1;
	return (size_t)(at - lines);
}

/* A window of --plan, for people. */
static void
put_row(const struct mark *w)
{
	char since[WHEN_SIZE] = "beginning", until[WHEN_SIZE], line[400];

	if (w->since != WHEN_ALWAYS)
		when_text(since, w->since);
	snprintf(line, sizeof line, "%-28s %-34s %-20s %-20s %8llu\n",
	    w->stream, w->account, since, when_text(until, w->until),
	    w->requests == MARK_NONE ? 0 : w->requests);
	out_text(&out_standard, line);
}

static void
put_window(const struct mark *window)
{
	if (o.plan && isatty(STDOUT_FILENO)) {
		put_row(window);
	} else if (o.marks || o.plan) {
		mark_write(&out_standard, window);
		out_flush(&out_standard);
	}
}

static void
put_lines(const struct mark *window, const char *lines, size_t len)
{
	if (o.limit)
		len = within_limit(window, lines, len);
	out_put(&out_standard, lines, len);
	progress_written(progress, window->stream, lines, len);
}

/* To standard output, at once or once the archive has it. */
static void
pass(void *context, const struct mark *window, const char *lines, size_t len,
    bool mark)
{
	(void)context;
	if (mark)
		put_window(window);
	else
		put_lines(window, lines, len);
}

static bool
put(void *context, const struct mark *window, const char *lines, size_t len,
    bool mark)
{
	if (signalled)
		return false;
	writing = 1;
	if (!archive)
		pass(context, window, lines, len, mark);
	else if (archive_put(archive, window, lines, len, mark))
		archive_failed();
	writing = 0;
	return out_standard.error == 0;
}

static void
say(void *context, enum fetch_word word, const char *text)
{
	(void)context;
	progress_clear(progress);
	if (word == FETCH_NOTE)
		note("%s", text);
	else
		warn("%s", text);
}

static void
tick(void *context)
{
	(void)context;
	if (!signalled) {
		writing = 1;
		if (archive && archive_pass(archive))
			archive_failed();
		out_flush(&out_standard);
		writing = 0;
	}
	progress_tick(progress);
}

/* --- options to a plan ---------------------------------------------------- */

static const char *
stream_name(size_t i)
{
	return catalog_name(i);
}

static void
choose(char **words)
{
	for (; *words; words++) {
		const char *near;

		if (catalog_select(&chosen, *words))
			continue;
		if (catalog_why()[0])
			refuse(STATUS_CONFIG, "%s", catalog_why());
		near = option_nearest(*words, stream_name, catalog_count());
		refuse(STATUS_USAGE, "no stream is called '%s'%s%s%s; "
		    "'tw-fetch --list' names them all", *words,
		    near ? " (did you mean '" : "", near ? near : "",
		    near ? "'?)" : "");
	}
}

static int64_t
instant(const char *option, const char *text, int64_t otherwise)
{
	int64_t at;

	if (!text)
		return otherwise;
	if (!when_option(text, when_now(), &at))
		refuse(STATUS_USAGE, "%s '%s' is not a time: write 2026-01-31, "
		    "2026-01-31T12:00:00Z, -30d or now", option, text);
	return at;
}

static struct pair *
filters(void)
{
	struct pair *all = mem_array(NULL, o.filters.count + 1, sizeof *all);
	size_t i, s, k;

	for (i = 0; i < o.filters.count; i++) {
		char *name = mem_text(o.filters.items[i]);
		char *value = strchr(name, '='), place[200];
		const char **choice = NULL;
		bool known = false;

		if (!value || value == name)
			refuse(STATUS_USAGE, "--filter '%s' is not NAME=VALUE",
			    name);
		*value++ = '\0';
		snprintf(place, sizeof place, "{%.100s}", name);
		for (s = 0; s < chosen.count; s++) {
			const struct stream *st = chosen.streams[s];

			known |= strstr(st->path, place) != NULL;
			for (k = 0; k < st->parameter_count; k++)
				if (strcmp(st->parameters[k].name, name) == 0) {
					known = true;
					choice = st->parameters[k].choices;
				}
		}
		if (!known)
			refuse(STATUS_USAGE, "--filter %s: none of these "
			    "streams knows that parameter; see tw-fetch "
			    "--describe", name);
		for (; choice && *choice && strcmp(*choice, value); choice++)
			;
		if (choice && !*choice)
			refuse(STATUS_USAGE, "--filter %s: '%s' is not one of "
			    "its values; see tw-fetch --describe", name, value);
		all[i].name = name;
		all[i].value = value;
	}
	return all;
}

/* The windows of a plan or of marks, one a line. */
static struct mark *
read_windows(const char *file, size_t *count)
{
	char *operands[] = { (char *)(size_t)file, NULL };
	struct line_reader in = LINE_INIT;
	struct mark *all = NULL, m;
	struct line l;
	const char *why;
	int got;

	line_files(&in, operands);
	*count = 0;
	while ((got = line_next(&in, &l)) > 0) {
		if (l.len == 0)
			continue;
		if (!record_is_mark(l.text, l.len) ||
		    mark_read(&m, l.text, l.len, &why))
			refuse(STATUS_DATA, "%s:%lu: not a window; give lines "
			    "of tw-state gaps or of marks", in.name, l.number);
		if (m.kind != MARK_PLAN && m.kind != MARK_WINDOW &&
		    m.kind != MARK_FAIL)
			continue;
		if (!catalog_find(m.stream))
			refuse(STATUS_DATA, "%s:%lu: no stream is called '%s'",
			    in.name, l.number, m.stream);
		catalog_select(&chosen, m.stream);
		all = mem_array(all, *count + 1, sizeof *all);
		all[(*count)++] = m;
	}
	if (got < 0)
		refuse(STATUS_DATA, "%s", in.why);
	line_release(&in);
	return all;
}

static void
make_run_id(void)
{
	unsigned char bytes[8] = { 0 };
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	size_t i;

	if (fd < 0 || read(fd, bytes, sizeof bytes) != (ssize_t)sizeof bytes)
		die(STATUS_BUG, "/dev/urandom: %s", strerror(errno));
	close(fd);
	for (i = 0; i < sizeof bytes && 2 * i + 2 < sizeof run; i++)
		snprintf(run + 2 * i, sizeof run - 2 * i, "%02x", bytes[i]);
}

/* --- before the first request ---------------------------------------------- */

static void
claim_state(struct state *s)
{
	int holder = 0;

	switch (state_claim_fetch(o.state, &holder)) {
	case 0:
		break;
	case 1:
		if (holder > 0)
			refuse(STATUS_LATER, "%s: another run is at work "
			    "(process %d); nothing was asked", o.state, holder);
		refuse(STATUS_LATER, "%s: another run is at work; nothing was "
		    "asked", o.state);
	default:
		refuse(STATUS_CREATE, "%s.lock: %s", o.state, strerror(errno));
	}
	if (state_load(s, o.state))
		refuse((enum diag_status)s->status, "%s", s->why);
}

static void
harden(void)
{
	struct rlimit none = { 0, 0 };
	struct sigaction action = { .sa_handler = on_signal };

	setrlimit(RLIMIT_CORE, &none);	/* a core would hold the secret */
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

/* End as the signal would have ended us; what is left of a line goes out if
 * somebody takes it. */
static void
die_of_signal(void)
{
	struct pollfd taken = { STDOUT_FILENO, POLLOUT, 0 };
	int number = signalled;

	writing = 1;
	if (poll(&taken, 1, 0) > 0)
		out_flush(&out_standard);
	archive_close(archive);
	signal(number, SIG_DFL);
	raise(number);
}

static const char *const airbyte[] = { "@airbyte", NULL };

/* --list and --describe: neither credentials nor network. */
static int
say_what_there_is(char **words)
{
	char *one[] = { (char *)(size_t)o.describe, NULL };

	if (o.list && describe_list(&out_standard, (const char *const *)words,
	    o.json, isatty(STDOUT_FILENO)))
		choose(words);		/* which says what is wrong */
	if (o.describe && describe_stream(&out_standard, o.describe, o.json))
		choose(one);
	return out_finish();
}

static void
check_options(char **words)
{
	if (o.raw && (o.marks || o.archive))
		refuse(STATUS_USAGE, "--raw leaves out what marks and archives "
		    "need: use one or the other");
	if (o.limit && (o.marks || o.archive))
		refuse(STATUS_USAGE, "--limit cuts windows short, so nothing "
		    "could be marked complete: use it without marks");
	if (o.windows && (o.state || o.since || o.until))
		refuse(STATUS_USAGE, "--windows says what to fetch, so does "
		    "--%s: use one or the other", o.state ? "state" :
		    o.since ? "since" : "until");
	if (o.windows && words[0])
		refuse(STATUS_USAGE, "--windows says what to fetch: name no "
		    "stream ('%s') beside it", words[0]);
}

/* Everything that can be wrong without asking anybody. */
static void
read_options(struct fetch_options *to, char **words)
{
	choose(words);
	if (o.windows)
		to->windows = read_windows(o.windows, &to->window_count);
	if (chosen.count == 0 && o.check)
		choose((char **)(size_t)airbyte);
	if (chosen.count == 0 && !o.windows)
		refuse(STATUS_USAGE, "which streams? name some ('tw-fetch "
		    "--list' shows them), or @airbyte; try 'tw-fetch --help'");
	limited = mem_new(sizeof *limited * (chosen.count + 1));
	to->streams = chosen.streams;
	to->stream_count = chosen.count;
	to->filters = filters();
	to->filter_count = o.filters.count;
	to->accounts = o.accounts.items;
	to->account_count = o.accounts.count;
	to->no_subaccounts = o.no_subaccounts;
	to->since = instant("--since", o.since, WHEN_ALWAYS);
	to->until = instant("--until", o.until, WHEN_NEVER);
	if (to->since != WHEN_ALWAYS && to->since >= to->until)
		refuse(STATUS_USAGE, "--since is not before --until");
	to->lookback = o.lookback;
	to->max_age = o.max_age;
	to->page_size = o.page_size;
	to->retry_ms = o.retry_time * 1000;
	to->dry = o.plan;
	to->verbose = o.verbose;
	to->raw = o.raw;
	to->secrets = o.secrets;
	to->run = run;
	to->put = put;
	to->say = say;
	to->tick = tick;
}

int
main(int argc, char *argv[])
{
	struct login login = LOGIN_INIT;
	struct state state = STATE_INIT;
	static struct fetch_options plan;
	struct http_options wire = { 0 };
	struct http *http;
	const char *why;
	char host[256], share[512];

	diag_name(page.tool);
	out_start();
	argv = option_parse(&page, argc, argv);
	diag_quiet(o.quiet);
	o.marks |= o.state != NULL;
	make_run_id();
	if (catalog_open(o.catalog))
		refuse(STATUS_CONFIG, "%s", catalog_why());
	if (o.list || o.describe)
		return say_what_there_is(argv);
	check_options(argv);
	read_options(&plan, argv);
	harden();
	if (login_read(&login, o.profile))
		refuse((enum diag_status)login.status, "%s", login.why);
	if (login.warning[0])
		warn("%s", login.warning);
	if (o.state) {
		claim_state(&state);
		plan.state = &state;
	}
	wire.jobs = (int)o.jobs;
	wire.ca_file = o.ca_file;
	login_host(&login, "api", host, sizeof host);
	snprintf(share, sizeof share, "%s %s", login.account, login.base ?
	    login.base : host);
	wire.share = share;
	http = http_open(&wire, &why);
	if (!http)
		refuse(STATUS_UNAVAILABLE, "%s", why);
	if (o.check) {
		check_run(&out_standard, chosen.streams, chosen.count, &login,
		    http, o.json, isatty(STDOUT_FILENO), &stop);
	} else {
		if (o.archive && !o.plan &&
		    !(archive = archive_open(o.archive, pass, NULL)))
			refuse(STATUS_BUG, "no thread for --archive: %s",
			    strerror(errno));
		progress = progress_open(o.quiet ? "never" : o.progress,
		    &result, http);
		put_open();
		if (chosen.count > 0)	/* --windows may hold none */
			plan_run(&result, &plan, &login, http, &stop);
		if (archive && !signalled && archive_finish(archive))
			archive_failed();
		if (o.limit)
			count_limited();
		progress_close(progress);
	}
	http_close(http);
	login_release(&login);
	state_release(&state);
	if (signalled)
		die_of_signal();
	if (!o.check && out_standard.error == 0) {
		put_close(result.status, &result);
		diag_raise((enum diag_status)result.status);
	}
	archive_close(archive);
	return out_finish();
}
