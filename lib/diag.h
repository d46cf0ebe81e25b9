/*
 * diag: say what went wrong, once, and remember what it means for the status.
 *
 *	diag_name("tw-flatten");
 *	warn("%s:%lu: not JSON", in.name, line.number);
 *	return diag_finish(&out);
 *
 * A message is one line, "tool: what", written with one write(2), cut at a
 * few hundred bytes; control bytes, DEL, C1 and bidi controls in it (they may
 * come from outside) are shown as \xNN or \u{..}, so a message body can never
 * drive a terminal.  Never pass a payload, a token or a phone number.
 *
 * Four verbs, and the name says what the process does next:
 *	note	goes on; nothing is wrong (silent under -q)
 *	warn	goes on; the status stays
 *	reject	goes on; the exit status becomes at least STATUS_PARTIAL
 *	die	ends with the status given
 * Rooms of lib/ call none of these: they return -1 and keep a sentence.  bug()
 * is for broken promises in our own code.
 */
#ifndef DIAG_H
#define DIAG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* The exit statuses of all tools: the table in tw(7). */
enum diag_status {
	STATUS_DONE = 0,
	STATUS_PARTIAL = 1,	/* some scopes or records failed */
	STATUS_USAGE = 64,
	STATUS_DATA = 65,	/* input damaged or truncated */
	STATUS_UNAVAILABLE = 69,	/* service, after retries */
	STATUS_BUG = 70,	/* a bug, or out of memory */
	STATUS_CREATE = 73,	/* cannot create an output file */
	STATUS_IO = 74,		/* cannot write */
	STATUS_LATER = 75,	/* lock held, rate limit */
	STATUS_DENIED = 77,	/* credentials or permission */
	STATUS_CONFIG = 78	/* state or configuration is bad */
};

#if defined(__GNUC__)
#define DIAG_FORMAT(a, b) __attribute__((format(printf, a, b)))
#define DIAG_NORETURN __attribute__((noreturn))
#else
#define DIAG_FORMAT(a, b)
#define DIAG_NORETURN
#endif

void diag_name(const char *tool);	/* kept, not copied */
const char *diag_tool(void);
void diag_quiet(bool quiet);		/* -q: note() says nothing */

void note(const char *format, ...) DIAG_FORMAT(1, 2);
void warn(const char *format, ...) DIAG_FORMAT(1, 2);
void reject(const char *format, ...) DIAG_FORMAT(1, 2);
void die(enum diag_status status, const char *format, ...)
    DIAG_FORMAT(2, 3) DIAG_NORETURN;
void bug(const char *format, ...) DIAG_FORMAT(1, 2) DIAG_NORETURN;

/* The status so far; raising keeps the worse: any other beats DONE, and a
 * number above PARTIAL beats PARTIAL; the first such number is kept. */
void diag_raise(enum diag_status status);
enum diag_status diag_so_far(void);

/* Write bytes into text[size], made harmless for a terminal as above;
 * returns text.  For callers that compose a line themselves (progress). */
char *diag_clean(char *text, size_t size, const char *bytes, size_t len);

#endif
