/*
 * plan: fetch what the options want.
 *
 * Finds the accounts, plants the windows that are wanted and not covered, in
 * the order of the output, and runs them: as many jobs side by side as http
 * allows, the front of the output first.  The output depends on the data
 * alone, never on who was answered first.
 */
#ifndef PLAN_H
#define PLAN_H

#include "fetch.h"
#include "http.h"
#include "login.h"

/* *stop becomes true (by a signal handler) to end early. */
void plan_run(struct fetch_result *result,
    const struct fetch_options *options, const struct login *login,
    struct http *http, const volatile int *stop);

#endif
