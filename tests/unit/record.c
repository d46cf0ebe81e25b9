/* record: which line is a mark, and marks there and back. */
#include "record.h"
#include "tap.h"
#include "when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
is_mark(const char *text)
{
	return record_is_mark(text, strlen(text));
}

static void
kinds_of_line(void)
{
	ok(is_mark("{\"_mark\":\"open\"}"), "a mark");
	ok(is_mark("{\"_mark\": \"open\"}"), "as python prints it");
	ok(is_mark("  { \"_mark\" : \"open\" }"), "with white space anywhere");
	ok(is_mark("{\r\n\t\"_mark\"\n:\"open\"}"), "of every kind");
	ok(!is_mark("{\"_mark\" \"open\"}"), "a name without a value is none");
	ok(!is_mark("{\"_marked\":1}"), "another name is a record");
	ok(!is_mark("{\"sid\":\"{\\\"_mark\\\":\\\"open\\\"}\"}"),
	    "a mark inside a message is not one");
	ok(!is_mark("{\"_stream\":\"calls\",\"_mark\":\"open\"}"),
	    "only the first member makes a mark");
	ok(!is_mark("[\"_mark\":1]"), "an array is none");
	ok(!is_mark(""), "nothing is none");
	ok(!is_mark("{"), "a brace is none");
	ok(!is_mark("{\"_mark\""), "a cut one is none");
	ok(!record_is_mark("{\"_mark\":1", 8), "the length is respected");
}

/* What mark_write made of it, to be freed. */
static char *
written(const struct mark *m)
{
	struct out o = OUT_INIT;
	FILE *file = tmpfile();
	char text[4096];
	size_t len;

	out_fd(&o, dup(fileno(file)), "test");
	mark_write(&o, m);
	if (out_close(&o))
		abort();
	rewind(file);
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = '\0';
	fclose(file);
	return strdup(text);
}

/* Each is read and must come out byte for byte. */
static const char *const faithful[] = {
	"{\"_mark\":\"open\",\"run\":\"r1\",\"tool\":\"tw-fetch 1.0\","
	    "\"at\":\"2026-11-22T12:00:00Z\"}\n",
	"{\"_mark\":\"window\",\"run\":\"r1\",\"stream\":\"messages\","
	    "\"account\":\"AC1\",\"since\":\"2026-11-01T00:00:00Z\","
	    "\"until\":\"2026-11-02T00:00:00Z\",\"records\":1234,"
	    "\"low\":\"2026-11-01T10:00:00Z\",\"full\":false}\n",
	"{\"_mark\":\"window\",\"run\":\"r1\",\"stream\":\"keys\","
	    "\"account\":\"AC1\",\"since\":null,"
	    "\"until\":\"2026-11-02T00:00:00Z\",\"records\":0,"
	    "\"low\":null,\"full\":true}\n",
	"{\"_mark\":\"window\",\"stream\":\"messages\",\"account\":\"AC1\","
	    "\"since\":null,\"until\":\"2026-11-02T00:00:00Z\"}\n",
	"{\"_mark\":\"window\",\"stream\":\"messages\",\"account\":\"AC1\","
	    "\"since\":null,\"until\":\"2026-11-02T00:00:00Z\","
	    "\"low\":\"2026-11-01T00:00:00Z\"}\n",
	"{\"_mark\":\"window\",\"stream\":\"keys\",\"account\":\"AC1\","
	    "\"since\":null,\"until\":\"2026-11-02T00:00:00Z\","
	    "\"full\":true}\n",
	"{\"_mark\":\"fail\",\"run\":\"r1\",\"stream\":\"calls\","
	    "\"account\":\"AC1\",\"since\":\"2026-11-01T00:00:00Z\","
	    "\"until\":\"2026-11-02T00:00:00Z\",\"status\":403,"
	    "\"code\":20403,\"message\":\"no \\\"way\\\"\"}\n",
	"{\"_mark\":\"close\",\"run\":\"r1\",\"windows\":12,\"failed\":0,"
	    "\"records\":45678,\"status\":0}\n",
	"{\"_mark\":\"plan\",\"stream\":\"calls\",\"account\":\"AC1\","
	    "\"since\":null,\"until\":\"2026-11-02T00:00:00Z\","
	    "\"requests\":7}\n",
	"{\"_mark\":\"state\",\"version\":1}\n",
	"{\"_mark\":\"plan\",\"stream\":\"calls\",\"account\":\"\","
	    "\"since\":null,\"until\":\"2026-11-02T00:00:00Z\"}\n",
};

#define W "{\"_mark\":\"window\","
#define SCOPE "\"stream\":\"calls\",\"account\":\"AC1\","
#define DAYS "\"since\":\"2026-11-01\",\"until\":\"2026-11-02\""

#define FAIL "{\"_mark\":\"fail\",\"run\":\"r1\"," SCOPE DAYS

static const struct {
	const char *text, *what;
} refused[] = {
	{ "{\"sid\":\"SM1\"}", "a record" },
	{ "{}", "an empty object" },
	{ "{\"_mark\":1}", "a mark without a kind" },
	{ "[\"_mark\"]", "an array" },
	{ W SCOPE DAYS, "a cut line" },
	{ W SCOPE DAYS "}}", "junk behind it" },
	{ W "\"account\":\"AC1\"," DAYS "}", "no stream" },
	{ W "\"stream\":\"\",\"account\":\"AC1\"," DAYS "}", "no name" },
	{ W "\"stream\":\"calls\"," DAYS "}", "no account" },
	{ W SCOPE "\"since\":null}", "no until" },
	{ W SCOPE "\"until\":null}", "until null" },
	{ W SCOPE "\"since\":\"2026-11-02\",\"until\":\"2026-11-01\"}",
	    "backwards" },
	{ W SCOPE "\"since\":\"2026-02-31\",\"until\":\"2026-11-01\"}",
	    "a date that is none" },
	{ W SCOPE "\"since\":5,\"until\":\"2026-11-01\"}", "a number as date" },
	{ W SCOPE DAYS ",\"records\":-1}", "less than no records" },
	{ W SCOPE DAYS ",\"records\":1.5}", "half a record" },
	{ W SCOPE DAYS ",\"records\":99999999999999999999999}",
	    "more records than can be counted" },
	{ W SCOPE DAYS ",\"full\":\"yes\"}", "full as text" },
	{ W "\"stream\":\"a\\u0000b\",\"account\":\"AC1\"," DAYS "}",
	    "a NUL in a name" },
	{ "{\"_mark\":\"close\",\"run\":\"r1\",\"windows\":1}",
	    "a close without its status" },
	{ "{\"_mark\":\"close\",\"run\":\"r1\",\"status\":0}",
	    "a close without its count" },
	{ "{\"_mark\":\"open\"}", "an open without a run" },
	{ W "\"stream\":7,\"account\":\"AC1\"," DAYS "}", "a number as name" },
	{ W SCOPE DAYS ",\"records\":\"1\"}", "a count as text" },
	{ FAIL ",\"message\":7}", "a message that is no text" },
	{ FAIL ",\"status\":\"-5\"}", "a status as text" },
	{ FAIL ",\"status\":2147483648}", "a status beyond any" },
	{ FAIL ",\"code\":1.5}", "half a code" },
	{ "{\"_mark\":\"state\"}", "a state without a version" },
};

static void
there_and_back(void)
{
	struct mark m;
	const char *why;
	char *text;

	for (size_t i = 0; i < sizeof(faithful) / sizeof(*faithful); i++) {
		if (!ok(mark_read(&m, faithful[i], strlen(faithful[i]),
		    &why) == 0, "read"))
			printf("# %s: %s", why, faithful[i]);
		text = written(&m);
		is_text(text, faithful[i], "written as it was read");
		free(text);
	}
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		why = NULL;
		ok(mark_read(&m, refused[i].text, strlen(refused[i].text),
		    &why) == -1 && why, refused[i].what);
	}
}

static void
members(void)
{
	static const char line[] = W SCOPE DAYS ",\"new\":{\"a\":[1]}}";
	static const char other[] = "{\"_mark\":\"note\",\"since\":7}";
	char text[2048], *at;
	struct mark m;
	const char *why;

	ok(mark_read(&m, line, sizeof(line) - 1, &why) == 0,
	    "members nobody knows are passed over");
	is_text(m.stream, "calls", "stream");
	is_text(m.account, "AC1", "account");
	ok(m.since < m.until && m.until - m.since == WHEN_DAY, "dates");
	ok(m.low == WHEN_NEVER, "low absent: all final");
	ok(m.records == MARK_NONE, "records absent: not stated");
	ok(mark_read(&m, other, sizeof(other) - 1, &why) == 0 &&
	    m.kind == MARK_OTHER, "a kind nobody knows is read");

	/* A message is cut between characters, a name never. */
	at = text + snprintf(text, sizeof(text), "{\"_mark\":\"fail\","
	    "\"message\":\"");
	for (int i = 0; i < 400; i++) {
		memcpy(at, "\xe2\x82\xac", 3);
		at += 3;
	}
	memcpy(at, "\"}", 2);
	ok(mark_read(&m, text, (size_t)(at + 2 - text), &why) == 0,
	    "a long message is read");
	is_number(strlen(m.message), 255, "and cut between characters");
	memmove(text + 27, text + 26, (size_t)(at + 2 - (text + 26)));
	text[26] = '"';
	text[27] = 'x';
	ok(mark_read(&m, text, (size_t)(at + 3 - text), &why) == 0,
	    "so is one where a character would be cut");
	is_number(strlen(m.message), 253, "and that is left out");
	snprintf(text, sizeof(text), W "\"stream\":\"%0800d\","
	    "\"account\":\"\"," DAYS "}", 1);
	ok(mark_read(&m, text, strlen(text), &why) == -1,
	    "a name longer than any is refused unread");
	snprintf(text, sizeof(text), FAIL ",\"status\":-2,\"code\":-3}");
	ok(mark_read(&m, text, strlen(text), &why) == 0 && m.status == -2 &&
	    m.code == -3, "numbers below 0 are read");
	snprintf(text, sizeof(text), W "\"stream\":\"%0200d\","
	    "\"account\":\"\"," DAYS "}", 1);
	ok(mark_read(&m, text, strlen(text), &why) == -1,
	    "a long name is refused");
}

static void
watch_lines(struct mark_watch *seen, const char *const *lines)
{
	struct mark m;
	const char *why;

	*seen = (struct mark_watch)MARK_WATCH_INIT;
	for (; *lines; lines++)
		if (**lines != '{')
			mark_watch_record(seen);
		else if (mark_read(&m, *lines, strlen(*lines), &why) == 0)
			mark_watch(seen, &m);
}

#define O "{\"_mark\":\"open\",\"run\":\"r\"}"
#define WIN W SCOPE DAYS "}"
#define C1 "{\"_mark\":\"close\",\"run\":\"r\",\"windows\":1,\"status\":1}"

static void
watching(void)
{
	static const struct {
		const char *what;
		int whole;
		const char *lines[8];
	} cases[] = {
		{ "nothing is whole", 1, { NULL } },
		{ "records alone are whole", 1, { "r", "r", NULL } },
		{ "a run is whole", 1, { O, "r", WIN, C1, NULL } },
		{ "two are", 1, { O, WIN, C1, O, WIN, C1, NULL } },
		{ "without close it is cut", 0, { O, "r", WIN, NULL } },
		{ "an earlier cut is kept", 0, { O, WIN, O, WIN, C1, NULL } },
		{ "a window is missing", 0, { O, "r", C1, NULL } },
		{ "a tail of marks is whole", 1, { WIN, C1, NULL } },
		{ "other marks are nothing", 1,
		    { O, "{\"_mark\":\"note\"}", WIN, C1, NULL } },
	};
	struct mark_watch seen;
	const char *why;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		watch_lines(&seen, cases[i].lines);
		is_number(mark_watch_end(&seen, &why) == 0, cases[i].whole,
		    cases[i].what);
		ok(cases[i].whole == !why, "and says why");
	}
	watch_lines(&seen, cases[2].lines);
	ok(seen.status == 1 && seen.windows == 1 && seen.records == 1 &&
	    seen.in_window == 0, "status and counts");
}

int
main(void)
{
	kinds_of_line();
	there_and_back();
	members();
	watching();
	return done();
}
