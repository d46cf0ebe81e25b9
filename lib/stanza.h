/*
 * stanza: one "stream NAME" or "amend NAME" of a catalogue, tw-catalog(5), and
 * the lines under it, read into a struct stream.
 */
#ifndef STANZA_H
#define STANZA_H

#include <stdbool.h>
#include <stddef.h>

#include "diag.h"
#include "stream.h"

/* In the lines of a packed stanza a byte of 128 + n is phrase n. */
extern const char *const catalog_phrases[128];

/* One heading of the text and the lines under it. */
struct stanza {
	const char *name;	/* not NUL-terminated */
	size_t name_len;
	const char *text, *end;	/* the lines after the heading */
	const char *file;
	unsigned long line;	/* of the heading */
	bool amends;
	bool packed;		/* compiled in: holds phrases */
};

/* Read its lines into the stream, over what other stanzas left there.
 * 0, or -1: stanza_why says "file:line: what". */
int stanza_read(struct stream *s, const struct stanza *z);
/* What only a whole stream can show, once all its stanzas are read; z is the
 * one to blame.  Sets needs and per_account.  0 or -1, as above. */
int stanza_check(struct stream *s, const struct stanza *z);

/* What was wrong last; empty: nothing.  stanza_fail returns -1. */
extern char stanza_why[512];
int stanza_fail(const char *file, unsigned long line, const char *format, ...)
    DIAG_FORMAT(3, 4);

/* The phrase a byte of a packed stanza stands for, or NULL. */
const char *stanza_phrase(char c);
bool stanza_blank(char c);

#endif
