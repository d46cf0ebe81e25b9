/*
 * account: the accounts a run reads, as Accounts.json lists them.
 */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include "run.h"

/* One item of the list.  Those that are not active are noted and left out.
 * false: it has no SID. */
bool account_take(struct run *run, const struct item *i);
bool account_wanted(const struct run *run, const struct account *a);
/* The first of --account that is not among them, or NULL. */
const char *account_missing(const struct run *run);
/* Name those that were left out. */
void account_say_skipped(struct run *run);
/* Forget them and their tokens. */
void account_wipe(struct run *run);

#endif
