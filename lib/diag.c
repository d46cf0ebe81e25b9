#include "diag.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MESSAGE 400		/* bytes shown of one message */
#define RAW 2048		/* and looked at, before cleaning */

static const char *tool = "tw";
static bool quiet_now;
static enum diag_status so_far = STATUS_DONE;

void
diag_name(const char *name)
{
	tool = name;
}

const char *
diag_tool(void)
{
	return tool;
}

void
diag_quiet(bool quiet)
{
	quiet_now = quiet;
}

/* The character at p: its length, or 0 if the bytes are not UTF-8 (cut,
 * overlong, a surrogate, beyond U+10FFFF). */
static size_t
utf8(const unsigned char *p, size_t len, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n, i;

	if (p[0] < 0x80) {
		*c = p[0];
		return 1;
	}
	n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n > len)
		return 0;
	*c = p[0] & (0xff >> (n + 1));
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (p[i] & 0x3f);
	}
	if (*c < least[n] || (*c >= 0xd800 && *c < 0xe000) || *c > 0x10ffff)
		return 0;
	return n;
}

/* Characters that move the cursor, reorder what is read or cannot be seen. */
static bool
drives_terminal(uint32_t c)
{
	static const struct { uint32_t first, last; } range[] = {
		{ 0x0000, 0x001f },	/* C0 */
		{ 0x007f, 0x009f },	/* DEL, C1 */
		{ 0x061c, 0x061c },	/* Arabic letter mark */
		{ 0x200e, 0x200f },	/* left-to-right and back */
		{ 0x2028, 0x202e },	/* separators, embeddings, overrides */
		{ 0x2066, 0x2069 },	/* isolates */
		{ 0xfeff, 0xfeff },	/* byte order mark */
		{ 0xfff9, 0xfffb },	/* interlinear annotation */
		{ 0xe0000, 0xe007f },	/* tags */
	};
	size_t i;

	for (i = 0; i < sizeof range / sizeof range[0]; i++)
		if (c >= range[i].first && c <= range[i].last)
			return true;
	return false;
}

char *
diag_clean(char *text, size_t size, const char *bytes, size_t len)
{
	const unsigned char *p = (const unsigned char *)bytes;
	const unsigned char *end = p + len;
	size_t at = 0, fits = 0;	/* fits: where "..." still has room */
	char shown[16];

	if (size == 0)
		return text;
	while (p < end) {
		uint32_t c = 0;
		size_t n = utf8(p, (size_t)(end - p), &c);
		int width;

		if (n == 0 || (n == 1 && drives_terminal(c)))
			width = snprintf(shown, sizeof shown, "\\x%02x", *p);
		else if (drives_terminal(c))
			width = snprintf(shown, sizeof shown, "\\u{%x}",
			    (unsigned)c);
		else {
			memcpy(shown, p, n);
			width = (int)n;
		}
		if (at + (size_t)width >= size) {
			if (size > 4) {
				memcpy(text + fits, "...", 3);
				at = fits + 3;
			}
			break;
		}
		memcpy(text + at, shown, (size_t)width);
		at += (size_t)width;
		if (at + 3 < size)
			fits = at;
		p += n ? n : 1;
	}
	text[at] = '\0';
	return text;
}

static void say(const char *format, va_list values)
    __attribute__((format(printf, 1, 0)));

static void
say(const char *format, va_list values)
{
	char raw[RAW], line[MESSAGE + 2];
	size_t len, done = 0;
	int kept = errno, head;

	head = snprintf(raw, sizeof raw, "%.40s: ", tool);
	vsnprintf(raw + head, sizeof raw - (size_t)head, format, values);
	diag_clean(line, sizeof line - 1, raw, strlen(raw));
	len = strlen(line);
	line[len++] = '\n';

	/* One write; more only for a terminal or pipe that takes a part. */
	while (done < len) {
		ssize_t n = write(STDERR_FILENO, line + done, len - done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno == EAGAIN) {
			struct pollfd wait = { STDERR_FILENO, POLLOUT, 0 };
			if (poll(&wait, 1, 1000) <= 0)
				break;
		} else if (errno != EINTR)
			break;
	}
	errno = kept;
}

void
note(const char *format, ...)
{
	va_list values;

	if (quiet_now)
		return;
	va_start(values, format);
	say(format, values);
	va_end(values);
}

void
warn(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	say(format, values);
	va_end(values);
}

void
reject(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	say(format, values);
	va_end(values);
	diag_raise(STATUS_PARTIAL);
}

void
die(enum diag_status status, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	say(format, values);
	va_end(values);
	exit(status);
}

void
bug(const char *format, ...)
{
	char what[RAW];
	va_list values;

	va_start(values, format);
	vsnprintf(what, sizeof what, format, values);
	va_end(values);
	die(STATUS_BUG, "bug: %s", what);
}

void
diag_raise(enum diag_status status)
{
	if (so_far <= STATUS_PARTIAL && status > so_far)
		so_far = status;
}

enum diag_status
diag_so_far(void)
{
	return so_far;
}
