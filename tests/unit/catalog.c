/*
 * The catalogue's reader, on a file of its own.  "catalog dump [FILE]" prints
 * what every stream is, for tests/catalog*.t.
 */
#include <sys/wait.h>

#include <stdlib.h>
#include <unistd.h>

#include "catalog.h"
#include "tap.h"

/* A user's file; the path is the same for all, as catalog_open reads it whole. */
static const char *
file_of(const char *text)
{
	static char path[] = "catalog-unit.tw";
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(text, f) < 0 || fclose(f))
		return "/nonexistent/cannot-write";
	return path;
}

/* What catalog_open says of a file with this text, "" if it is content.  In a
 * process of its own, because a catalogue is opened once. */
static const char *
says(const char *text)
{
	static char answer[1024];
	int ends[2], status;
	ssize_t got;
	pid_t child;

	fflush(stdout);
	if (pipe(ends) || (child = fork()) < 0)
		return "no fork";
	if (child == 0) {
		const char *said = catalog_open(file_of(text)) ? catalog_why() :
		    "";

		if (write(ends[1], said, strlen(said)) < 0)
			exit(1);
		exit(0);	/* not _exit: branches are counted at the end */
	}
	close(ends[1]);
	got = read(ends[0], answer, sizeof(answer) - 1);
	close(ends[0]);
	answer[got > 0 ? got : 0] = '\0';
	if (waitpid(child, &status, 0) < 0 || !WIFEXITED(status) ||
	    WEXITSTATUS(status))
		return "died";
	return answer;
}

#define STANZA "stream mine\n\thost x\n\tpath /v1/{A}\n\tpaging none\n\trecords r\n"

/* What is refused, behind STANZA if it begins with a tab. */
static const struct {
	const char *text, *why;
} refused[] = {
	{ "stream a-b", "a stream's name is" },
	{ "stream _a", "a stream's name is" },
	{ "stream a~", "a stream's name is" },
	{ "stream aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a stream's name is" },
	{ "amend #", "name is missing" },
	{ "amend", "name is missing" },
	{ "strean x", "a stanza begins" },
	{ "amens x", "a stanza begins" },
	{ "  \t x", "before the first" },
	{ "stream m\n\tpath /x", "has no host" },
	{ "stream m\n\thost x\n\tpath x", "no path that begins" },
	{ "stream m\n\thost x\n\tpath /x", "has no records" },
	{ "stream m\n\thost x\n\tpath /x\n\trecords r\n\tparent bad\n"
	    "stream bad\n\thost x", "stream bad has no path" },
	{ "stream m\n\thost x\n\tpath /x\n\trecords r\n\tparent m",
	    "is its own parent" },
	{ "\tdrop note\tdrop", "no note drop to drop" },
	{ "\tdrop colour", "no attribute" },
	{ "\tdrop", "no attribute" },
	{ "\tdrop group x", "no group x to drop" },
	{ "\tgroup y\n\tdrop group x", "no group x to drop" },
	{ "\tdrop group x y", "no group x" },
	{ "\tdrop host x", "no host x to drop" },
	{ "\tdrop query X", "no query X to drop" },
	{ "\tdrop values X", "no values X to drop" },
	{ "\tdrop only x", "no only x to drop" },
	{ "\tnote", "use: note" },
	{ "\tnote #", "use: note" },
	{ "\thost", "use: host" },
	{ "\thost a b", "use: host" },
	{ "\tpaging odd", "use: paging" },
	{ "\tpaging meta x", "use: paging" },
	{ "\tsize 3x", "use: size" },
	{ "\tsize 100001", "use: size" },
	{ "\tsize 99999999999999999999", "use: size" },
	{ "\tparent calls =b", "is not NAME=VALUE" },
	{ "\tparent calls A", "is not NAME=VALUE" },
	{ "\tvalues B x,y", "has no {B} for the values" },
	{ "\twindow a B C day [", "use: window" },
	{ "\twindow a B C day []x", "use: window" },
	{ "\twindow a B C day x]", "use: window" },
	{ "\twindow a B C day [x", "use: window" },
	{ "\twindow a B C none []", "use: window" },
	{ "\twindow a B C day [] half", "use: window" },
	{ "\tparameter P x,y z", "use: parameter" },
	{ "\tparameter P x z required", "use: parameter" },
	{ "\tfinal a ~ b", "is neither = nor !=" },
	{ "\tquery A=1\n\tquery", "use: query" },
	{ "\tcolumn a text personal secret required personal required", "use:" },
};

/* And what is not. */
static const char *const fine[] = {
	"\tdrop note", "\tdrop size", "\tdrop lookback", "\tdrop key",
	"\tdrop window", "\tdrop parent", "\tdrop values", "\tdrop group",
	"\tgroup a\n\tgroup a", "\tgroup a b\n\tdrop group a",
	"\tquery A=1\n\tquery A=2\n\tquery B=\n\tdrop query A",
	"\tonly a = 1\n\tonly a = 2\n\tonly b != 1\n\tdrop only a",
	"\tfinal a = 1\n\tdrop final a",
	"\tvalues A 1,2\n\tvalues A 3\n\tdrop values A",
	"\teach E=1,2\n\teach E=3\n\tdrop each E",
	"\tparameter P\n\tparameter P x,y\n\tdrop parameter P",
	"\tparameter Q required",
	"\twindow - B C instant () whole bounded",
	"\twindow a B C day (]\n\tdrop window",
	"\tcolumn a text personal secret required\n\tcolumn a json",
	"\tparent calls A=sid\n\tdrop parent",
	"\tparent calls A=^B", "\tempty 404 410\n\tdrop empty 404",
	"\thost y#z # and so on", "\tpaging token T",
	"\tretention 30d\n\tdrop retention", "\tversion v\n\tdrop version",
	"\tunwindowed u", "\tfinal-age 3d", "\tquery X={AccountSid}",
	"\trecords a b", "\tkey _a _account", "amend mine calls # both\n\tsize 3",
};

static const char *
one_line(const char *text)
{
	static char line[400];
	char *at = line;

	for (; *text && at < line + sizeof line - 1; text++)
		*at++ = *text == '\n' || *text == '\t' ? ' ' : *text;
	*at = '\0';
	return line;
}

static void
test_errors(void)
{
	static char text[4096];
	size_t i;

	is_text(says(STANZA), "", "a stanza of four lines");
	is_text(says(""), "", "an empty file");
	is_text(says("# only\n\n   \n\t# comments\n"), "", "comments");
	is_text(says(STANZA "\tcolumn a text # here\r\n"), "",
	    "a comment behind words, a carriage return");
	is_text(says("stream mine\n\thost x"),
	    "catalog-unit.tw:1: stream mine has no path that begins with '/'",
	    "a last line without its end");
	is_text(says("\thost x\n"), "catalog-unit.tw:1: an indented line "
	    "before the first 'stream NAME'", "no heading");
	is_text(says("streams mine\n"), "catalog-unit.tw:1: a stanza begins "
	    "with 'stream NAME' or 'amend NAME...'", "a bad heading");
	is_text(says("stream Mine\n"), "catalog-unit.tw:1: a stream's name is "
	    "one word of small letters, digits and _, at most 100",
	    "a bad name");
	is_text(says("stream ../x\n"), "catalog-unit.tw:1: a stream's name is "
	    "one word of small letters, digits and _, at most 100",
	    "a name that is a path");
	is_text(says("stream\n"),
	    "catalog-unit.tw:1: a stream's name is missing", "no name");
	is_text(says("stream a b\n"),
	    "catalog-unit.tw:1: 'stream' defines one name", "two names");
	is_text(says("\n\namend nosuch\n\tsize 3\n"),
	    "catalog-unit.tw:3: no stream nosuch to amend", "nothing to amend");
	is_text(says(STANZA "\tcolour red\n"), "catalog-unit.tw:6: 'colour' is "
	    "no attribute; see tw-catalog(5)", "an unknown attribute");
	is_text(says("amend calls\n\tsize many\n"), "catalog-unit.tw:2: use: "
	    "size NUMBER [PARAMETER]", "no number");
	is_text(says("amend calls\n\tsize 0\n"), "catalog-unit.tw:2: use: "
	    "size NUMBER [PARAMETER]", "a page of nothing");
	is_text(says("amend calls\n\tlookback 3\n"), "catalog-unit.tw:2: use: "
	    "lookback DURATION", "a duration without its unit");
	is_text(says("amend calls\n\tcolumn x float\n"), "catalog-unit.tw:2: "
	    "'float' is no type; types are text integer decimal boolean time "
	    "date json", "an unknown type");
	is_text(says("amend calls\n\tcolumn x text shy\n"), "catalog-unit.tw:2: "
	    "'shy' is neither personal, secret nor required", "a flag");
	is_text(says("amend calls\n\tcolumn a.b text\n\tcolumn a_b text\n"),
	    "catalog-unit.tw:3: columns a.b and a_b would both be called a_b",
	    "two columns of one name");
	is_text(says("amend calls\n\tquery Status\n"), "catalog-unit.tw:2: "
	    "'Status' is not NAME=VALUE", "no value");
	is_text(says("amend calls\n\tfinal status > x\n"), "catalog-unit.tw:2: "
	    "'>' is neither = nor !=", "a strange comparison");
	is_text(says("amend calls\n\twindow a B C hour []\n"),
	    "catalog-unit.tw:2: use: window MEMBER LOW HIGH day|try|instant "
	    "BOUNDS [whole] [bounded], where BOUNDS is one of [] [) (] ()",
	    "an unknown granularity");
	is_text(says("amend calls\n\tdrop column nosuch\n"),
	    "catalog-unit.tw:2: no column nosuch to drop", "nothing to drop");
	is_text(says("amend calls\n\tkey nosuch\n"), "catalog-unit.tw:1: "
	    "stream calls: key nosuch is neither a column nor a parameter of "
	    "its path", "a key that is no column");
	is_text(says(STANZA "\tkey _b\n"), "catalog-unit.tw:1: stream mine: "
	    "key _b is neither a column nor a parameter of its path",
	    "a key that is no parameter");
	is_text(says(STANZA "\tkey _a\n"), "", "a key that is a parameter");
	is_text(says(STANZA "\tparent nosuch A=b\n"), "catalog-unit.tw:1: "
	    "stream mine: there is no parent nosuch", "no such parent");
	is_text(says(STANZA "\tparent calls B=b\n"), "catalog-unit.tw:1: "
	    "stream mine: its path has no {B} for the parent to feed",
	    "a parameter that is not there");
	is_text(says(STANZA "\tparent yours A=b\n"
	    "stream yours\n\thost x\n\tpath /{A}\n\tpaging none\n\trecords r\n"
	    "\tparent mine A=c\n"), "catalog-unit.tw:1: stream mine is its own "
	    "parent", "a circle");
	for (i = 0; i < sizeof refused / sizeof *refused; i++) {
		snprintf(text, sizeof text, "%s%s\n", refused[i].text[0] == '\t' ?
		    STANZA : "", refused[i].text);
		if (!ok(strstr(says(text), refused[i].why) != NULL,
		    one_line(refused[i].text)))
			printf("# %s\n", says(text));
	}
	for (i = 0; i < sizeof fine / sizeof *fine; i++) {
		snprintf(text, sizeof text, STANZA "%s\n", fine[i]);
		is_text(says(text), "", one_line(fine[i]));
	}
	is_text(says("amend calls\n\tdrop paging\n"),
	    "catalog-unit.tw:2: no paging to drop", "what must stay");
}

static const char own_file[] =
    "stream mine\n"
    "\thost x\n\tpath /v1/{A}/{B}\n\tpaging token Next\n\trecords r id\n"
    "\tsize 20 Limit\n\tvalues A one,two\n\tkey id\n"
    "\tcolumn id text required\n\tcolumn a.b integer\n"
    "\tparameter P x,y required\n\tparameter Q\n\tparameter Since\n"
    "\twindow when Since Until try [) whole\n"
    "\tonly n != 0,null\n\tnote two words # and no more\n"
    "stream whole\n\thost x\n\tpath /v1/whole\n\tpaging none\n\trecords .\n"
    "amend calls messages\n\tlookback 9d\n\tgroup own\n"
    "amend calls\n\tdrop window\n\tdrop column uri\n\tdrop group own\n"
    "\tcolumn status json\n\tcolumn extra.member decimal\n"
    "\tdrop parameter To\n\tdrop final\n\tsize 7\n"
    "stream queues\n\thost mine\n\tpath /q\n\tpaging meta\n\trecords q\n";

static void
test_own(void)
{
	const struct stream *s;
	const struct column *c;
	struct catalog_selection all = { 0 };
	size_t i, count;
	char name[CATALOG_CONTEXT];

	if (!ok(catalog_open(file_of(own_file)) == 0, "a file of one's own"))
		printf("# %s\n", catalog_why());
	s = catalog_find("mine");
	if (!ok(s != NULL, "its stream"))
		return;
	ok(s->paging == PAGING_TOKEN, "paging");
	is_text(s->token_name, "Next", "the token's parameter");
	is_text(s->bare, "id", "bare items");
	is_number(s->page_size, 20, "size");
	is_text(s->size_name, "Limit", "the size's parameter");
	is_text(s->needs, "B", "what only a filter can give");
	is_number(s->parameter_count, 2, "a window's bound is no filter");
	ok(s->parameters[0].required, "required");
	is_text(s->parameters[0].choices[1], "y", "choices");
	ok(s->window == WINDOW_TRY && s->low_inclusive && !s->high_inclusive &&
	    s->window_whole && !s->window_bounded, "window");
	ok(s->only[0].negated && s->only[0].values[2] == NULL, "only");
	is_text(s->only[0].values[1], "null", "only, its values");
	is_text(s->note, "two words", "note");
	is_text(s->columns[1].name, "a_b", "a flat name");
	is_text(s->columns[1].path, "a.b", "its path");
	c = stream_column(s, "a_bc", 3);
	ok(c != NULL && c->type == COLUMN_INTEGER, "a column by its name");
	ok(stream_column(s, "a_", 2) == NULL, "not by a part of it");
	ok(stream_is_key(s, "id", 2) && !stream_is_key(s, "i", 1), "key");

	s = catalog_find("calls");
	ok(s->window == WINDOW_NONE && s->window_field == NULL, "drop window");
	is_number(s->lookback, 9 * 86400, "amend two streams at once");
	is_number(catalog_find("messages")->lookback, 9 * 86400, "the other");
	is_text(s->groups[0], "airbyte", "drop one of a list");
	ok(s->groups[1] == NULL, "and only it");
	ok(stream_column(s, "uri", 3) == NULL, "drop a column");
	ok(stream_column(s, "status", 6)->type == COLUMN_JSON, "change one");
	is_text(s->columns[s->column_count - 1].name, "extra_member", "add one");
	is_number(s->final_count, 0, "drop a whole list");
	is_number(s->page_size, 7, "replace a value");
	for (count = 0, i = 0; i < s->parameter_count; i++)
		count += strcmp(s->parameters[i].name, "To") == 0;
	is_number(count, 0, "drop a parameter");
	s = catalog_find("queues");
	is_text(s->host, "mine", "replace a stream");
	is_number(s->column_count, 0, "and all it was");

	ok(catalog_find("nosuch") == NULL && !catalog_why()[0], "no stream");
	ok(catalog_select(&all, "@own") && all.count == 1, "a group");
	ok(catalog_select(&all, "messages") && all.count == 1, "each once");
	ok(!catalog_select(&all, "@nosuch"), "no group");
	ok(catalog_select(&all, "who*") && all.count == 2, "a glob");
	ok(!catalog_select(&all, "min*"),
	    "a glob leaves out what needs a filter");
	ok(catalog_select(&all, "mine") && all.count == 3, "a name does not");
	ok(catalog_select(&all, "@all") && all.count > 380, "all");
	free(all.streams);
	for (i = 1; i < catalog_count(); i++)
		if (strcmp(catalog_name(i - 1), catalog_name(i)) >= 0)
			break;
	is_number(i, catalog_count(), "names are sorted");
	is_text(stream_context(name, sizeof(name), "MessageSid}", 10),
	    "_message_sid", "a parameter as a member");
	is_text(stream_context(name, sizeof(name), "reportId", 8),
	    "_report_id", "and in the newer style");
}

/* One line a stream, the fields in the order of tests/catalog/facts. */
static int
dump(const char *file)
{
	static const char *const styles[] = {
		"2010", "meta", "token", "scim", "pageno", "unpaged"
	};
	size_t i, j;

	if (catalog_open(file))
		return puts(catalog_why()), 1;
	for (i = 0; i < catalog_count(); i++) {
		const struct stream *s = catalog_find(catalog_name(i));
		const char **key;

		if (s == NULL)
			return puts(catalog_why()), 1;
		printf("%s\t%s\t%s\t%s\t",
		    s->source ? s->source : s->name, s->path,
		    styles[s->paging], s->records);
		for (key = s->key; key && *key; key++)
			printf("%s%s", key == s->key ? "" : "+", *key);
		printf("\t%s\t", s->parent ? catalog_find(s->parent)->source :
		    "");
		for (j = 0; j < s->feed_count; j++)
			printf("%s%s=%s", j ? "," : "", s->feeds[j].name,
			    s->feeds[j].value);
		if (s->window == WINDOW_NONE)
			printf("\t\n");
		else
			printf("\t%s %s %s %s %c%c\n", s->window_field ?
			    s->window_field : "-", s->window_low,
			    s->window_high, granularity_name(s->window),
			    s->low_inclusive ? '[' : '(',
			    s->high_inclusive ? ']' : ')');
	}
	return 0;
}

int
main(int argc, char *argv[])
{
	size_t i;

	unsetenv("XDG_CONFIG_HOME");
	unsetenv("HOME");
	if (argc > 1 && strcmp(argv[1], "dump") == 0)
		return dump(argv[2]);
	test_errors();
	test_own();
	for (i = 0; i < catalog_count(); i++)
		if (catalog_find(catalog_name(i)) == NULL)
			printf("# %s\n", catalog_why());
	remove("catalog-unit.tw");
	return done();
}
