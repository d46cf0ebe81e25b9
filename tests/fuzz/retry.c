/*
 * retry: a wait is within its bounds whatever the header says, numbers and
 * HTTP dates mean what they mean to libcurl, and who is patient with a
 * longer budget is never told to give up sooner.  The header is behind the
 * first 16 bytes.
 */
#include <curl/curl.h>
#include <math.h>
#include <time.h>

#include "fuzz.h"
#include "retry.h"
#include "when.h"

static bool
is_number(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits > 0 && text[digits + (text[digits] == '.') +
	    (text[digits] == '.' ? strspn(text + digits + 1, "0123456789") :
	    0)] == '\0';
}

/* As RFC 9110 has it, in its one form and to the letter. */
static bool
is_http_date(const char *text, int64_t *at)
{
	time_t t = curl_getdate(text, NULL);
	struct tm tm;
	char again[64];

	*at = t;
	return strlen(text) == 29 && t != -1 && gmtime_r(&t, &tm) &&
	    strftime(again, sizeof(again), "%a, %d %b %Y %H:%M:%S GMT", &tm) &&
	    strcmp(again, text) == 0;
}

static void
check_header(const char *header, int64_t now)
{
	int64_t ms = retry_after_ms(header, now), at;

	must(ms >= -1 && ms <= RETRY_AFTER_MAX);
	if (!*header)
		must(ms == -1);
	if (is_number(header)) {
		double meant = strtod(header, NULL) * 1000;

		/* Not before that, and not a second later. */
		must(ms >= (meant > RETRY_AFTER_MAX ? RETRY_AFTER_MAX : meant));
		must((double)ms <= meant + 1000);
	}
	if (is_http_date(header, &at)) {
		double meant = ((double)at - (double)now) * 1000;

		must((double)ms == fmin(fmax(meant, 0), RETRY_AFTER_MAX));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct retry_case c = { 0 };
	struct retry_verdict v, patient;
	char *header;
	int64_t asked;

	if (len < 16 || memchr(data + 16, 0, len - 16))
		return 0;
	header = fuzz_copy(data + 16, len - 16, 1);
	c.fault = (enum retry_fault)(data[0] % (FAULT_LOCAL + 1));
	c.mood = (enum retry_mood)(data[1] % (RETRY_BRIEF + 1));
	c.http = (data[2] << 8 | data[3]) % 1000;
	c.attempt = 1 + data[4];
	c.spent_ms = data[5] << 12 | data[6] << 4;
	c.budget_ms = data[7] << 12 | data[8] << 4;
	c.random = (uint32_t)data[9] << 24 | (uint32_t)data[10] << 16 |
	    (uint32_t)data[11] << 8 | data[12];
	c.now = (int64_t)data[13] << 24 | data[14] << 16 | data[15];
	c.retry_after = header;
	check_header(header, c.now);

	v = retry_judge(&c);
	asked = retry_after_ms(header, c.now);
	if (v.again) {
		must(v.wait_ms >= 0 && v.wait_ms < RETRY_AFTER_MAX + 100);
		must(c.spent_ms + v.wait_ms <= c.budget_ms);
		must(asked < 0 || v.wait_ms >= asked);
		must(c.fault != FAULT_TLS && c.fault != FAULT_LOCAL);
		must(c.fault != FAULT_NONE || c.http == 401 || c.http == 408 ||
		    c.http == 429 || c.http >= 500);
		must(c.fault != FAULT_NONE || c.http != 401 || c.attempt == 1);
	}
	must(v.status != STATUS_DONE);
	must(!v.crowded || (c.fault == FAULT_NONE && c.http == 429));
	/* More time, or fewer attempts so far, never ends it. */
	c.budget_ms += 1000;
	patient = retry_judge(&c);
	must(!v.again || (patient.again && patient.wait_ms == v.wait_ms));
	c.budget_ms = INT64_MAX / 2;
	patient = retry_judge(&c);
	c.attempt++;
	must(patient.again || !retry_judge(&c).again);
	free(header);
	return 0;
}
