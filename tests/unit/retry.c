/* retry: every fault takes its path, and no wait passes its bounds. */
#include "retry.h"
#include "diag.h"
#include "tap.h"
#include "when.h"

#define NOW 1795000000

static struct retry_verdict
judge(enum retry_fault fault, int http, const char *after, int attempt)
{
	struct retry_case c = { fault, http, after, attempt, 0, 600000, NOW,
	    123456789, RETRY_USUAL };

	return retry_judge(&c);
}

/* How many attempts in all, as the caller would count them. */
static int
attempts(enum retry_fault fault, int http, enum retry_mood mood)
{
	struct retry_case c = { fault, http, "", 1, 0, 600000, NOW, 7, mood };

	while (c.attempt < 50 && retry_judge(&c).again)
		c.attempt++;
	return c.attempt;
}

static const struct {
	enum retry_fault fault;
	int http, usual, patient, brief, status;
	const char *what;
} rows[] = {
	{ FAULT_NONE, 429, 50, 50, 50, STATUS_LATER, "429" },
	{ FAULT_NONE, 408, 6, 6, 2, STATUS_UNAVAILABLE, "408" },
	{ FAULT_NONE, 500, 6, 6, 2, STATUS_UNAVAILABLE, "500" },
	{ FAULT_NONE, 504, 6, 6, 2, STATUS_UNAVAILABLE, "504" },
	{ FAULT_NONE, 599, 6, 6, 2, STATUS_UNAVAILABLE, "599" },
	{ FAULT_NONE, 401, 2, 2, 2, STATUS_DENIED, "401, once more" },
	{ FAULT_NONE, 403, 1, 1, 1, STATUS_DENIED, "403" },
	{ FAULT_NONE, 451, 1, 1, 1, STATUS_DENIED, "451" },
	{ FAULT_NONE, 404, 1, 1, 1, STATUS_DATA, "404" },
	{ FAULT_NONE, 400, 1, 1, 1, STATUS_DATA, "400" },
	{ FAULT_NONE, 302, 1, 1, 1, STATUS_DATA, "a redirect" },
	{ FAULT_NETWORK, 0, 6, 50, 2, STATUS_UNAVAILABLE, "no network" },
	{ FAULT_CUT, 200, 5, 5, 2, STATUS_DATA, "a cut body" },
	{ FAULT_TLS, 0, 1, 1, 1, STATUS_UNAVAILABLE, "a wrong certificate" },
	{ FAULT_LOCAL, 200, 1, 1, 1, STATUS_DATA, "a bomb" },
};

static const struct {
	const char *header;
	long long ms;
} headers[] = {
	{ "", -1 }, { "garbage", -1 }, { "12 s", -1 }, { "0", 0 }, { "2", 2000 },
	{ "1.5", 2000 }, { "301.5", 300000 }, { "*", -1 },
	{ "Wed, 18 Nov 2026 11:06:49 GMT", 9000 }, { "-5", 0 }, { "300", 300000 }, { "301", 300000 },
	{ "999999", 300000 }, { "99999999999999999999999999", 300000 },
	{ "Wed, 01 Jan 2020 00:00:00 GMT", 0 },
	{ "Fri, 01 Jan 2100 00:00:00 GMT", 300000 },
};

int
main(void)
{
	struct retry_case late = { FAULT_NONE, 503, "", 1, 599900, 600000, NOW,
	    499, RETRY_USUAL };
	int64_t most = 0;
	char what[100];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(what, sizeof what, "%s: attempts", rows[i].what);
		is_number(attempts(rows[i].fault, rows[i].http, RETRY_USUAL),
		    rows[i].usual, what);
		is_number(attempts(rows[i].fault, rows[i].http, RETRY_PATIENT),
		    rows[i].patient, what);
		is_number(attempts(rows[i].fault, rows[i].http, RETRY_BRIEF),
		    rows[i].brief, what);
		snprintf(what, sizeof what, "%s: exit status", rows[i].what);
		is_number(judge(rows[i].fault, rows[i].http, "", 1).status,
		    rows[i].status, what);
	}
	for (i = 0; i < sizeof headers / sizeof *headers; i++) {
		snprintf(what, sizeof what, "Retry-After: %s",
		    headers[i].header);
		is_number(retry_after_ms(headers[i].header, NOW),
		    headers[i].ms, what);
	}
	ok(judge(FAULT_NONE, 429, "", 1).crowded, "429 is crowded");
	ok(!judge(FAULT_NONE, 503, "", 1).crowded, "503 is not");
	ok(judge(FAULT_NONE, 429, "2", 1).wait_ms >= 2000,
	    "Retry-After is waited for");
	ok(judge(FAULT_NONE, 503, "2", 1).wait_ms >= 2000, "on 503, too");
	for (i = 0; i < 5000; i++) {
		struct retry_case c = { FAULT_NONE, 429, "", 1 + (int)i % 60,
		    0, 600000, NOW, (uint32_t)(i * 2654435761u), RETRY_USUAL };
		int64_t wait = retry_judge(&c).wait_ms;

		if (wait > most || wait < 0)
			most = wait;
	}
	ok(most > 15000 && most <= 30000, "the doubling ends at 30 s");
	ok(!retry_judge(&late).again, "a wait beyond the budget is not begun");
	late.random = 50;
	ok(retry_judge(&late).again, "one within it is");
	return done();
}
