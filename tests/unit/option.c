#include "option.h"

#include "child.h"
#include "tap.h"

static bool quiet, verbose;
static const char *dialect, *mode;
static struct option_list filters;
static long jobs, limit, retries;
static int64_t lookback;

static const struct option_row rows[] = {
	{ 'd', "dialect", "NAME", "which database", OPTION_TEXT, &dialect,
	    0, 0, NULL },
	{ 'f', "filter", "NAME=VALUE", "a parameter the server filters by; "
	    "may be given more than once, and this help is long enough to be "
	    "wrapped at the right margin", OPTION_LIST, &filters, 0, 0, NULL },
	{ 'j', "jobs", "N", "requests at a time", OPTION_NUMBER, &jobs, 1, 64,
	    NULL },
	{ 0, "limit", "N", "stop there", OPTION_NUMBER, &limit, 0, 0, NULL },
	{ 'l', "lookback", "DUR", "read again", OPTION_DURATION, &lookback,
	    0, 0, NULL },
	{ 'm', "mode", NULL, "how", OPTION_CHOICE, &mode, 0, 0,
	    "auto|append|replace" },
	{ 'q', "quiet", NULL, "say less", OPTION_FLAG, &quiet, 0, 0, NULL },
	{ 0, "retries", "N", "again", OPTION_NUMBER, &retries, 0, 5, NULL },
	{ 'v', "verbose", NULL, "say more", OPTION_FLAG, &verbose, 0, 0, NULL },
	{ 0, "very-long-name-indeed", "SOMETHING-LONG", "on its own line",
	    OPTION_TEXT, &dialect, 0, 0, NULL },
	OPTION_END
};
static const struct option_page page = {
	"tw-test", "[options] [FILE...]", "Try the options.", rows,
	"Text at the end.\n"
};

static const struct option_row unsorted[] = {
	{ 'b', "b", NULL, "", OPTION_FLAG, &quiet, 0, 0, NULL },
	{ 'a', "a", NULL, "", OPTION_FLAG, &quiet, 0, 0, NULL },
	OPTION_END
};
static const struct option_page bad_page = {
	"tw-test", "", "", unsorted, NULL
};

/* Parse words ended by NULL; the operands. */
static char **
parse(char **words)
{
	int argc = 0;

	quiet = verbose = false;
	dialect = mode = NULL;
	jobs = limit = lookback = -1;
	filters.count = 0;
	while (words[argc])
		argc++;
	return option_parse(&page, argc, words);
}

static void
parse_words(void *words)
{
	parse(words);
	printf("parsed");
	fflush(stdout);
}

static void
parse_bad_page(void *unused)
{
	static char *words[] = { "x", "--list-options", NULL };

	(void)unused;
	option_parse(&bad_page, 2, words);
}

#define WORDS(...) (char *[]){ "tw-test", __VA_ARGS__, NULL }

static const struct {
	const char *words[4];
	const char *said;	/* before "; try 'tw-test --help'" */
} wrong[] = {
	{ { "--dialct", "x" },
	    "unknown option --dialct (did you mean --dialect?)" },
	{ { "--quite" }, "unknown option --quite (did you mean --quiet?)" },
	{ { "--verb" }, "unknown option --verb (did you mean --verbose?)" },
	{ { "--hepl" }, "unknown option --hepl (did you mean --help?)" },
	{ { "--zzzzz" }, "unknown option --zzzzz" },
	{ { "--quie=1" }, "unknown option --quie (did you mean --quiet?)" },
	{ { "--=x" }, "unknown option --" },
	{ { "-x" }, "unknown option -x" },
	{ { "-qx" }, "unknown option -x" },
	{ { "-h" }, "unknown option -h" },
	{ { "--quiet=1" }, "--quiet takes no value" },
	{ { "--dialect" }, "--dialect needs a value: --dialect NAME" },
	{ { "-qd" }, "-d needs a value: -d NAME" },
	{ { "-m" }, "-m needs a value: -m auto|append|replace" },
	{ { "--jobs", "0" },
	    "--jobs: 0 is out of range: write a number from 1 to 64" },
	{ { "-j65" },
	    "--jobs: 65 is out of range: write a number from 1 to 64" },
	{ { "-j", "99999999999999999999" }, "--jobs: 99999999999999999999 is "
	    "out of range: write a number from 1 to 64" },
	{ { "-j", "4x" },
	    "--jobs: '4x' is not a number: write one from 1 to 64" },
	{ { "-j", "" }, "--jobs: '' is not a number: write one from 1 to 64" },
	{ { "-j", " 4" },
	    "--jobs: ' 4' is not a number: write one from 1 to 64" },
	{ { "-j", "+4" },
	    "--jobs: '+4' is not a number: write one from 1 to 64" },
	{ { "--limit", "-1" }, "--limit: -1 is out of range: write a number "
	    "from 0 to 2147483647" },
	{ { "--retries", "6" },
	    "--retries: 6 is out of range: write a number from 0 to 5" },
	{ { "--lookback", "3" },
	    "--lookback: '3' is not a duration: write 3d or 90m" },
	{ { "--mode", "apend" },
	    "--mode: 'apend' is not one of auto|append|replace" },
	{ { "--mode=" }, "--mode: '' is not one of auto|append|replace" },
	{ { "--mode=auto|append" },
	    "--mode: 'auto|append' is not one of auto|append|replace" },
};

static const char *const streams[] = { "accounts", "addresses", "calls",
	"conferences", "messages", "message_media", "recordings" };

static const char *
stream_name(size_t i)
{
	return streams[i];
}

static const char *
odd_name(size_t i)
{
	static const char long_name[] = "a name longer than any that an "
	    "option or a stream will ever have";
	static const char *const odd[] = { long_name, "abcxyz", "defxyz" };

	return odd[i];
}

static void
is_nearest(const char *word, const char *want)
{
	const char *got = option_nearest(word, stream_name, 7);

	is_text(got ? got : "none", want ? want : "none", word);
}

static const char *const help =
	"usage: tw-test [options] [FILE...]\n"
	"Try the options.\n"
	"\n"
	"  -d, --dialect NAME       which database\n"
	"  -f, --filter NAME=VALUE  a parameter the server filters by; may be "
	"given more\n"
	"                           than once,";

int
main(void)
{
	struct child c;
	char **operands, *line, *next, want[300];
	size_t i, longest = 0;

	operands = parse(WORDS("a", "-q", "b", "-dpostgres", "--jobs=4", "c"));
	ok(quiet && !verbose && jobs == 4, "flags and numbers");
	is_text(dialect, "postgres", "a value joined to its letter");
	ok(!strcmp(operands[0], "a") && !strcmp(operands[1], "b") &&
	    !strcmp(operands[2], "c") && !operands[3],
	    "operands may stand between options");

	operands = parse(WORDS("-qvd", "x", "-l", "90m", "--mode", "append"));
	ok(quiet && verbose && lookback == 5400, "letters together");
	is_text(dialect, "x", "the last of them takes the next word");
	is_text(mode, "append", "a choice");
	ok(!operands[0], "no operands");

	operands = parse(WORDS("--", "-q", "--", "-"));
	ok(!quiet && !strcmp(operands[0], "-q") && !strcmp(operands[1], "--")
	    && !strcmp(operands[2], "-") && !operands[3],
	    "behind -- all are operands");
	operands = parse(WORDS("-", "-q"));
	ok(quiet && !strcmp(operands[0], "-"), "- is an operand");

	parse(WORDS("-f", "To=+1", "--filter", "From=", "--filter=A=B=C"));
	ok(filters.count == 3 && !strcmp(filters.items[0], "To=+1") &&
	    !strcmp(filters.items[1], "From=") &&
	    !strcmp(filters.items[2], "A=B=C"), "a list, in order");
	parse(WORDS("-d", "-30d", "--dialect=", "--limit", "2147483647"));
	ok(!strcmp(dialect, "") && limit == 2147483647,
	    "the last wins, a value may be empty");
	parse(WORDS("-d", "-q"));
	ok(!quiet && !strcmp(dialect, "-q"), "a value may look like an option");
	operands = parse((char *[]){ NULL });
	ok(!operands[0], "not even a name");

	for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		const char *words[6] = { "tw-test" };

		memcpy(words + 1, wrong[i].words, sizeof wrong[i].words);
		c = child_run(parse_words, words);
		snprintf(want, sizeof want, "tw-test: %s; try 'tw-test "
		    "--help'\n", wrong[i].said);
		is_text(c.err, want, wrong[i].said);
		is_number(c.status, 64, "and status 64");
		is_text(c.out, "", "and nothing on stdout");
	}

	c = child_run(parse_words, WORDS("--help"));
	is_number(c.status, 0, "help: status 0");
	is_text(c.err, "", "help: not on stderr");
	ok(strncmp(c.out, help, strlen(help)) == 0, "help: how it begins");
	ok(strstr(c.out, "\n      --very-long-name-indeed SOMETHING-LONG\n"
	    "                           on its own line\n") != NULL,
	    "help: a long option has its own line");
	ok(strstr(c.out, "  -m, --mode auto|append|replace\n") ||
	    strstr(c.out, "  -m, --mode auto|append|replace "),
	    "help: a choice shows its values");
	ok(strstr(c.out, "      --version            say the version and stop\n"
	    "\nText at the end.\n") != NULL, "help: how it ends");
	for (line = c.out; (next = strchr(line, '\n')); line = next + 1)
		if ((size_t)(next - line) > longest)
			longest = (size_t)(next - line);
	ok(longest < 80, "help: fits a terminal");

	c = child_run(parse_words, WORDS("file", "--version", "--junk"));
	is_text(c.out, "tw-test 1.0\n", "version");
	is_number(c.status, 0, "version: status 0");

	c = child_run(parse_words, WORDS("--list-options"));
	ok(strncmp(c.out, "d\tdialect\tNAME\twhich database\nf\tfilter\t", 39)
	    == 0, "list: letter, name, argument, help");
	ok(strstr(c.out, "\nm\tmode\tauto|append|replace\thow\n"
	    "q\tquiet\t\tsay less\n") != NULL, "list: choices, flags");
	ok(strstr(c.out, "\n\thelp\t\t") && strstr(c.out, "\n\tversion\t\t") &&
	    !strstr(c.out, "list-options"), "list: help and version, not itself");
	c = child_run(parse_bad_page, NULL);
	is_number(c.status, 70, "a table out of order is a bug");

	is_nearest("mesages", "messages");
	is_nearest("messagse", "messages");
	is_nearest("message", "messages");
	is_nearest("call", "calls");
	is_nearest("conf", "conferences");
	is_nearest("adresses", "addresses");
	is_nearest("x", NULL);
	is_nearest("", NULL);
	is_nearest("taskrouter_workspaces", NULL);
	is_nearest("a name longer than any that an option or a stream will "
	    "ever have", NULL);
	is_text(option_nearest("uvwxyz", odd_name, 3), "abcxyz",
	    "of two as near as can be the first");
	return done();
}
