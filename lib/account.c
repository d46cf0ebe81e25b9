#include "account.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "when.h"

bool
account_take(struct run *run, const struct item *i)
{
	struct account *a;
	char sid[64], status[32] = "", token[128];
	size_t n;

	if (!item_text(i, "sid", sid, sizeof sid) || strncmp(sid, "AC", 2))
		return false;
	item_text(i, "status", status, sizeof status);
	for (n = 0; n < run->account_count; n++)
		if (strcmp(run->accounts[n].sid, sid) == 0)
			break;
	if (n == run->account_count && status[0] && strcmp(status, "active")) {
		buf_printf(&run->skipped, "account %s is %s; skipped\n", sid,
		    status);
		return true;
	}
	if (n == run->account_count) {
		run->accounts = mem_array(run->accounts, n + 1,
		    sizeof *run->accounts);
		memset(&run->accounts[n], 0, sizeof *run->accounts);
		run->accounts[n].sid = mem_text(sid);
		run->accounts[n].created = WHEN_ALWAYS;
		run->account_count++;
	}
	a = &run->accounts[n];
	item_date(i, "date_created", &a->created);
	if (!a->token && item_text(i, "auth_token", token, sizeof token) &&
	    *token)
		a->token = mem_text(token);
	return true;
}

bool
account_wanted(const struct run *run, const struct account *a)
{
	size_t i;

	if (run->o->account_count == 0)
		return !run->o->no_subaccounts || a->main;
	for (i = 0; i < run->o->account_count; i++)
		if (strcmp(run->o->accounts[i], a->sid) == 0)
			return true;
	return false;
}

const char *
account_missing(const struct run *run)
{
	size_t i, n;

	for (i = 0; i < run->o->account_count; i++) {
		for (n = 0; n < run->account_count; n++)
			if (strcmp(run->o->accounts[i],
			    run->accounts[n].sid) == 0)
				break;
		if (n == run->account_count)
			return run->o->accounts[i];
	}
	return NULL;
}

void
account_say_skipped(struct run *run)
{
	char *line = run->skipped.text, *end;

	for (; line && *line; line = end + 1) {
		end = strchr(line, '\n');
		*end = '\0';
		run_say(run, FETCH_NOTE, "%s", line);
	}
}

void
account_wipe(struct run *run)
{
	size_t i;

	for (i = 0; i < run->account_count; i++) {
		struct account *a = &run->accounts[i];

		login_wipe(a->token);
		free(a->sid);
	}
	free(run->accounts);
	run->accounts = NULL;
	run->account_count = 0;
	buf_release(&run->skipped);
}
