/* pattern: where the rows of a stream, an account, a window go. */
#include <stdlib.h>
#include <string.h>

#include "pattern.h"
#include "tap.h"
#include "when.h"

/* The path, or why there is none, which is kept until the next. */
static const char *
path(const char *text, const char *stream, const char *account,
    const struct mark *window)
{
	static struct pattern p;
	static char *last;
	struct pattern_of of = { stream, account };

	p = (struct pattern)PATTERN_INIT;
	if (pattern_read(&p, text))
		return p.why;
	free(last);
	last = pattern_path(&p, &of, window);
	return last ? last : p.why;
}

int
main(void)
{
	struct mark m, full, all;
	char folders[] = "/dev/null/x/y.csv";
	struct pattern p = PATTERN_INIT;

	memset(&m, 0, sizeof(m));
	m.kind = MARK_WINDOW;
	memcpy(m.account, "AC1", sizeof("AC1"));
	ok(when_option("2026-01-02T03:04:05Z", 0, &m.since), "a date");
	m.until = WHEN_NEVER;
	full = all = m;
	full.full = true;
	all.since = WHEN_ALWAYS;
	all.until = m.since;

	is_text(path("a/%s/100%%.csv", "calls", "", NULL),
	    "a/calls/100%.csv",
	    "the stream, and a percent sign");
	is_text(path("%a-%s.csv", "calls", "AC2", NULL),
	    "AC2-calls.csv",
	    "the account");
	is_text(path("%s/%w.csv", "calls", "", NULL),
	    "calls/window.csv",
	    "a window not known yet");
	is_text(path("%s/%w.csv", "calls", "", &m),
	    "calls/AC1-20260102T030405Z-end.csv",
	    "a window from an instant");
	is_text(path("%s/%w.csv", "calls", "", &full),
	    "calls/AC1-full-end.csv",
	    "a full list");
	is_text(path("%a/%w.csv", "calls", "AC1", &all),
	    "AC1/start-20260102T030405Z.csv",
	    "from the beginning");
	m.account[0] = '\0';
	is_text(path("%w", "calls", "", &m),
	    "--20260102T030405Z-end",
	    "no account");

	is_text(path("", "calls", "", NULL),
	    "name files, as in -o 'csv/%s.csv'",
	    "a pattern that is nothing");
	is_text(path("csv/", "calls", "", NULL),
	    "name files, as in -o 'csv/%s.csv'",
	    "a folder");
	is_text(path("%", "calls", "", NULL),
	    "after % comes s, a, w or %",
	    "no letter");
	is_text(path("%d", "calls", "", NULL),
	    "after % comes s, a, w or %",
	    "another letter");

	is_text(path("%s/%a.csv", "calls", "", NULL),
	    "a record without _account, and '%s/%a.csv' needs it",
	    "no account where one is needed");
	is_text(path("%s", "../x", "", NULL),
	    "a name begins with a dot, and would be a file's",
	    "a name that leads up");
	is_text(path("%s", "a/b", "", NULL),
	    "a name with a slash or a control character would be a file's",
	    "with a slash");
	is_text(path("%a", "s", "a\\b", NULL),
	    "a name with a slash or a control character would be a file's",
	    "with a backslash");
	is_text(path("%s", "a\nb", "", NULL),
	    "a name with a slash or a control character would be a file's",
	    "with a line end");
	is_text(path("%s", "a\x7f", "", NULL),
	    "a name with a slash or a control character would be a file's",
	    "with a DEL");
	memcpy(m.account, ".x", sizeof(".x"));
	is_text(path("%w", "calls", "", &m),
	    "a name begins with a dot, and would be a file's",
	    "a window's account that is hidden");

	ok(pattern_read(&p, "%a/%s.csv") == 0 && p.by_account && !p.by_window,
	    "what is in it");
	ok(pattern_folders(folders) == -1, "a folder under a file");
	is_text(folders, "/dev/null/x", "and where it ends");
	ok(pattern_packed("x.csv.gz") && !pattern_packed("gz"), "packed");
	return done();
}
