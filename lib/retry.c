#include "retry.h"

#include <string.h>

#include "diag.h"
#include "when.h"

/* What an HTTP status means, the most particular row first. */
static const struct rule {
	int from, to;
	int attempts;		/* in all */
	int patient;		/* the same, in that mood */
	int base_ms;		/* first ceiling of the random wait */
	enum diag_status status;	/* when given up */
} rules[] = {
	{ 401, 401, 2, 2, 100, STATUS_DENIED },
	{ 403, 403, 1, 1, 0, STATUS_DENIED },
	{ 404, 404, 1, 1, 0, STATUS_DATA },
	{ 408, 408, 6, 6, 500, STATUS_UNAVAILABLE },
	{ 429, 429, 1000, 1000, 500, STATUS_LATER },
	{ 451, 451, 1, 1, 0, STATUS_DENIED },
	{ 500, 599, 6, 6, 500, STATUS_UNAVAILABLE },
	{ 0, 999, 1, 1, 0, STATUS_DATA },
};
static const struct rule network = { 0, 0, 6, 1000, 500, STATUS_UNAVAILABLE };
static const struct rule cut = { 0, 0, 5, 5, 200, STATUS_DATA };
static const struct rule tls = { 0, 0, 1, 1, 0, STATUS_UNAVAILABLE };
static const struct rule local = { 0, 0, 1, 1, 0, STATUS_DATA };

#define CEILING_MS 30000	/* of the doubling */

int64_t
retry_after_ms(const char *header, int64_t now)
{
	int64_t ms = 0, at;
	const char *p = header;

	if (!*header)
		return -1;
	if (*p == '-')
		return 0;
	if (*p >= '0' && *p <= '9') {
		for (; *p >= '0' && *p <= '9'; p++)
			if (ms <= RETRY_AFTER_MAX)
				ms = ms * 10 + (*p - '0') * 1000;
		if (*p != '\0' && *p != '.')
			return -1;
		if (*p == '.' && ms <= RETRY_AFTER_MAX)
			ms += 1000;	/* 5.5 is not over after 5 */
	} else if (when_parse(header, strlen(header), &at, NULL, NULL)) {
		ms = at <= now ? 0 : at - now > RETRY_AFTER_MAX / 1000 ?
		    RETRY_AFTER_MAX : (at - now) * 1000;
	} else {
		return -1;
	}
	return ms > RETRY_AFTER_MAX ? RETRY_AFTER_MAX : ms;
}

static const struct rule *
rule_for(const struct retry_case *c)
{
	const struct rule *r = rules;

	switch (c->fault) {
	case FAULT_NETWORK:
		return &network;
	case FAULT_CUT:
		return &cut;
	case FAULT_TLS:
		return &tls;
	case FAULT_LOCAL:
		return &local;
	case FAULT_NONE:
		break;
	}
	while (c->http < r->from || c->http > r->to)
		r++;
	return r;
}

struct retry_verdict
retry_judge(const struct retry_case *c)
{
	const struct rule *r = rule_for(c);
	struct retry_verdict v = { false, false, 0, r->status };
	int64_t ceiling = r->base_ms, asked;
	int i, most = c->mood == RETRY_PATIENT ? r->patient :
	    c->mood == RETRY_BRIEF && r->attempts > 2 && c->http != 429 ? 2 :
	    r->attempts;

	v.crowded = c->fault == FAULT_NONE && c->http == 429;
	if (c->attempt >= most)
		return v;
	for (i = 1; i < c->attempt && ceiling < CEILING_MS; i++)
		ceiling *= 2;
	if (ceiling > CEILING_MS)
		ceiling = CEILING_MS;
	v.wait_ms = (int64_t)(c->random % (uint32_t)(ceiling + 1));
	asked = retry_after_ms(c->retry_after, c->now);
	/* A little more than asked, so that those who wait do not all return
	 * in the same instant. */
	if (asked >= 0)
		v.wait_ms = asked + (int64_t)(c->random % 100);
	v.again = c->spent_ms + v.wait_ms <= c->budget_ms;
	return v;
}
