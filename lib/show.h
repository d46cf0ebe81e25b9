/*
 * show: a state as people and programs read it.
 */
#ifndef SHOW_H
#define SHOW_H

#include <stddef.h>
#include <stdint.h>

#include "out.h"
#include "state.h"

/* An aligned table with a heading, a line a scope. */
void show_table(struct out *out, const struct state_scope **scopes,
    size_t count);
/* One JSON object and a newline.  next is where the next run starts
 * (WHEN_ALWAYS: unknown), NULL leaves it out. */
void show_json(struct out *out, const struct state_scope *scope,
    const int64_t *next);
/* A scope's intervals, each on a line of its own; next as above. */
void show_scope(struct out *out, const struct state_scope *scope,
    const int64_t *next);

#endif
