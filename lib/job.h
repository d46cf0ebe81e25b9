/*
 * job: one list to read, as a question: its URL and what goes into it.
 */
#ifndef JOB_H
#define JOB_H

#include "run.h"

/* A list of a window with a place in the output; context is copied. */
struct job *job_new(struct window *w, enum job_kind kind,
    const struct pair *context, size_t count);
void job_free(struct job *j);
/* Nobody waits for it any more; an answer that is under way is thrown away. */
void job_drop(struct job *j);
/* Its place is complete. */
void job_close(struct job *j);
/* Forget the children that were found. */
void job_prune(struct job *j);
void job_free_pairs(struct pair *all, size_t count);

/* What --filter says of a parameter, or NULL. */
const char *job_filter(const struct run *run, const char *name);

/* The URL of its first page, into j->url.  false: nothing gives a parameter of
 * its path; message says which. */
bool job_url(struct job *j, char *message, size_t size);
/* "https://api.twilio.com", or where TW_API_BASE sends it. */
void job_base(const struct run *run, const struct stream *s, char *base,
    size_t size);

#endif
