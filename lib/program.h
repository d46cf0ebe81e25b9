/*
 * program: jq programs over records.  The only user of libjq.
 *
 *	struct program *p = program_open(".from |= ascii_downcase", why, sizeof why);
 *	if (!p)
 *		die(STATUS_USAGE, "--jq: %s", why);
 *	program_run(p, line.text, line.len, use, NULL);
 *	program_free(p);
 *
 * A program sees one record and nothing else: input, inputs, env, $ENV,
 * modules, debug and stderr are off, and ~/.jq is not read.  libjq keeps
 * numbers as doubles, so 12345678901234567890 and 1.10 come out changed.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stddef.h>

/* What a record may become: more is an error. */
#define PROGRAM_VALUES_MAX 100000
#define PROGRAM_BYTES_MAX ((size_t)256 << 20)

struct program;

/* NULL: it does not compile; why has line, column and reason. */
struct program *program_open(const char *text, char *why, size_t why_size);
void program_free(struct program *p);

/* Run it on one valid JSON text and call each with every value it gives, as
 * compact JSON (followed by at least 64 readable bytes), lent.  0; or -1: it
 * failed or gave too much, each was not called, program_why says why. */
int program_run(struct program *p, const char *json, size_t len,
    void (*each)(void *to, const char *json, size_t len), void *to);

/* 1 if the first value it gives is neither false nor null, 0 if it is or
 * there is none, -1 failed. */
int program_true(struct program *p, const char *json, size_t len);

const char *program_why(const struct program *p);

#endif
