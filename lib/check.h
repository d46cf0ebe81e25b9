/*
 * check: what may these credentials read?  One record of one list of every
 * product that the streams need is asked for, and a line says what came.
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "catalog.h"
#include "http.h"
#include "login.h"
#include "out.h"

/* A table (tab-separated in a pipe, objects with json); the exit status is
 * raised: 1 if some refuse, 77 if all do, 69 if nobody answers. */
void check_run(struct out *o, const struct stream **streams, size_t count,
    const struct login *login, struct http *http, bool json, bool terminal,
    const volatile int *stop);

#endif
