#include "judge.h"

#include <stdarg.h>

#include "diag.h"
#include "tap.h"

static struct judge j;
static struct mark m;
static unsigned long number;

static enum judge_word say(const char *format, ...) DIAG_FORMAT(1, 2);

static enum judge_word
say(const char *format, ...)
{
	char line[400];
	va_list values;

	va_start(values, format);
	vsnprintf(line, sizeof(line), format, values);
	va_end(values);
	return judge_line(&j, line, strlen(line), ++number, &m);
}

static enum judge_word
opens(const char *run)
{
	return say("{\"_mark\":\"open\",\"run\":\"%s\"}", run);
}

static enum judge_word
receipt(const char *run, int n)
{
	return say("{\"_mark\":\"window\",\"run\":\"%s\",\"stream\":\"s\","
	    "\"account\":\"AC1\",\"since\":null,\"until\":"
	    "\"2026-01-01T00:00:00Z\",\"records\":%d}", run, n);
}

static enum judge_word
closes(const char *run, int windows, int failed, int status)
{
	return say("{\"_mark\":\"close\",\"run\":\"%s\",\"windows\":%d,"
	    "\"failed\":%d,\"records\":0,\"status\":%d}", run, windows,
	    failed, status);
}

/* The verdict, and the judge is new again. */
static void
ends(int status, const char *part, const char *what)
{
	is_number(judge_end(&j), status, what);
	if (!ok(strstr(j.why, part) != NULL, "and says why"))
		printf("# %s\n", j.why);
	judge_release(&j);
	number = 0;
}

static void
one_run(void)
{
	opens("a");
	is_number(receipt("a", 1), JUDGE_RECEIPT, "a receipt");
	is_number(closes("a", 1, 0, 0), JUDGE_DONE, "a run that is whole");
	ends(STATUS_DONE, "", "is done");

	opens("a");
	is_number(closes("a", 1, 0, 0), JUDGE_NOTHING, "one that lacks some");
	ends(STATUS_DATA, "1 of 1 windows are missing", "is not");

	is_number(receipt("a", 1), JUDGE_RECEIPT, "a receipt by itself");
	is_number(judge_begun(&j, &m), false, "belongs to no run that began");
	ends(STATUS_DONE, "", "proves itself");

	opens("a");
	receipt("a", 1);
	is_number(judge_begun(&j, &m), true, "a run that began");
	ends(STATUS_DATA, "before the run was over", "and did not end");

	opens("a");
	receipt("a", 1);
	receipt("a", 1);
	is_number(closes("a", 2, 0, 0), JUDGE_NOTHING,
	    "a receipt that came twice");
	ends(STATUS_DATA, "1 of 2 windows", "stands for no other");

	receipt("a", 1);
	receipt("a", 2);
	closes("a", 1, 0, 0);
	ends(STATUS_DATA, "2 receipts came for a run of 1", "one too many");

	is_number(say("{\"_mark\":\"close\",\"run\":\"a\",\"windows\":0,"
	    "\"status\":2}"), JUDGE_NOTHING, "a close without counts");
	ends(2, "ended with status 2", "has a status");
}

static void
statuses(void)
{
	static const struct {
		int status, verdict;
		const char *part;
	} cases[] = {
		{ STATUS_PARTIAL, STATUS_PARTIAL, "1 windows loaded, 2 failed" },
		{ STATUS_LATER, STATUS_LATER, "try later" },
		{ STATUS_DENIED, STATUS_DENIED, "no permission" },
		{ STATUS_IO, STATUS_IO, "ended with status 74" },
		{ 125, 125, "ended with status 125" },
		{ 126, STATUS_DATA, "status 126, which no tool" },
		{ -1, STATUS_DATA, "status -1, which no tool" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		opens("a");
		receipt("a", 1);
		closes("a", 1, 2, cases[i].status);
		ends(cases[i].verdict, cases[i].part, "a close with a status");
	}
}

/* The first that is worse than "in part" is the verdict. */
static void
many_runs(void)
{
	static const struct {
		int first, second, third, verdict;
	} cases[] = {
		{ 0, 0, 0, 0 },
		{ 0, 1, 0, 1 },
		{ 1, 77, 0, 77 },
		{ 1, 1, 75, 75 },
		{ 77, 1, 75, 77 },
		{ 75, 77, 0, 75 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		opens("a");
		opens("b");
		opens("c");
		closes("c", 0, 0, cases[i].third);
		closes("a", 0, 0, cases[i].first);
		closes("b", 0, 0, cases[i].second);
		ends(cases[i].verdict, "", "three runs, side by side");
	}
	for (int run = 0; run < 20; run++) {
		char name[16];

		snprintf(name, sizeof(name), "r%d", run);
		opens(name);
		for (int n = 0; n < 100; n++)
			receipt(name, n);
		closes(name, 100, 0, 0);
	}
	is_number((long long)j.receipts, 2000, "thousands of receipts");
	ends(STATUS_DONE, "", "of twenty runs, one after another");
}

static void
other_lines(void)
{
	is_number(say(" \t\r"), JUDGE_NOTHING, "a blank line");
	ends(STATUS_DATA, "no receipt came", "proves nothing");

	say("%s", "");
	say(" \t\r SET, and what else a client may say of itself and its "
	    "many settings, line by line");
	say("more");
	ends(STATUS_DATA, "what came begins with: SET, and what else a client "
	    "may say", "noise proves nothing");

	say("psql");
	say("COPY 1");
	receipt("a", 1);
	ends(STATUS_DONE, "", "noise beside a receipt");

	is_number(say(" {\"a\":1}"), JUDGE_RECORD, "a record");
	say("{\"a\":2}");
	receipt("a", 1);
	ends(STATUS_DATA, "line 1 is a record", "is not durable");

	receipt("a", 1);
	is_number(say("{\"a\":"), JUDGE_NOTHING, "half a line");
	say("{\"b\":");
	ends(STATUS_DATA, "line 2: ", "the first that is damaged is named");

	is_number(say("{\"_mark\":\"window\",\"run\":\"a\"}"), JUDGE_NOTHING,
	    "a mark that lacks members");
	ends(STATUS_DATA, "line 1: ", "is damaged, too");

	is_number(say("{\"_mark\":\"never\",\"run\":\"a\"}"), JUDGE_NOTHING,
	    "a mark nobody knows");
	ends(STATUS_DATA, "no receipt", "proves nothing either");
}

int
main(void)
{
	j = (struct judge)JUDGE_INIT;
	one_run();
	statuses();
	many_runs();
	other_lines();
	return done();
}
