#include "line.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "diag.h"
#include "mem.h"

#define ROOM ((size_t)256 << 10)	/* what a read asks for: fits a cache */
#define PACKED ((size_t)64 << 10)	/* compressed bytes a read */

void (*line_before_wait)(void);

/* How the bytes of the current file become text. */
enum form {
	FORM_UNKNOWN,		/* fewer bytes than tell */
	FORM_PLAIN,
	FORM_GZIP
};

struct line_source {
	char *const *operands;	/* not yet opened */
	int fd;			/* -1: none is open */
	bool waits;		/* a read may wait: not a regular file */
	bool dry;		/* the file has no more bytes */
	bool failed;
	unsigned long number;	/* lines lent from the current file */

	/* Text: lent | start .. end not lent yet, up to scanned known to
	 * hold no '\n' | free .. room | LINE_SLACK. */
	char *text;
	size_t start, scanned, end, room;

	enum form form;
	z_stream z;
	bool within;		/* a gzip member has begun and not ended */
	bool pending;		/* inflate may hold text that found no room */
	bool inflating;		/* z is to be freed */
	unsigned char *packed;	/* z.next_in points into it */
};

static char *const standard_input[] = { "-", NULL };

void
line_files(struct line_reader *in, char *const *operands)
{
	struct line_source *s = mem_new(sizeof *s);

	line_release(in);
	s->operands = operands && *operands ? operands : standard_input;
	s->fd = -1;
	s->room = ROOM;
	s->text = mem_resize(NULL, s->room + LINE_SLACK);
	in->source = s;
	in->why[0] = '\0';
}

static void
close_file(struct line_source *s)
{
	if (s->fd > STDERR_FILENO)
		close(s->fd);
	s->fd = -1;
	if (s->inflating)
		inflateEnd(&s->z);
	s->inflating = false;
}

void
line_release(struct line_reader *in)
{
	struct line_source *s = in->source;

	if (!s)
		return;
	close_file(s);
	free(s->packed);
	free(s->text);
	free(s);
	in->source = NULL;
}

#define NAME_SHOWN 200		/* bytes of a path in a message */

static int failed(struct line_reader *in, const char *format, ...)
    DIAG_FORMAT(2, 3);

/* Keep "name: what", or "name:line: what" once its bytes were understood. */
static int
failed(struct line_reader *in, const char *format, ...)
{
	struct line_source *s = in->source;
	size_t len = strlen(in->name);
	va_list values;
	int n;

	/* A long path loses its head, never the reason behind it. */
	n = snprintf(in->why, sizeof in->why, "%s", in->name +
	    (len > NAME_SHOWN ? len - NAME_SHOWN : 0));
	if (s->form != FORM_UNKNOWN)
		n += snprintf(in->why + n, 32, ":%lu", s->number + 1);
	n += snprintf(in->why + n, 3, ": ");
	va_start(values, format);
	vsnprintf(in->why + n, sizeof in->why - (size_t)n, format, values);
	va_end(values);
	s->failed = true;
	return -1;
}

static int
open_file(struct line_reader *in)
{
	struct line_source *s = in->source;
	const char *path = *s->operands++;
	struct stat st;

	s->number = 0;
	s->dry = s->within = s->pending = false;
	s->form = FORM_UNKNOWN;
	if (strcmp(path, "-") == 0) {
		in->name = "stdin";
		s->fd = STDIN_FILENO;
	} else {
		in->name = path;
		s->fd = open(path, O_RDONLY | O_CLOEXEC);
		if (s->fd < 0)
			return failed(in, "%s", strerror(errno));
	}
	if (fstat(s->fd, &st))
		return failed(in, "%s", strerror(errno));
	if (S_ISDIR(st.st_mode))
		return failed(in, "%s", strerror(EISDIR));
	s->waits = !S_ISREG(st.st_mode);
	return 0;
}

/* read(2) some bytes: how many, 0 at the end, -1 failed. */
static ssize_t
read_some(struct line_reader *in, void *to, size_t room)
{
	struct line_source *s = in->source;
	struct pollfd ready = { s->fd, POLLIN, 0 };
	ssize_t n;

	/* Nothing there yet: let what we made of the rest go out first. */
	if (s->waits && line_before_wait && poll(&ready, 1, 0) < 1)
		line_before_wait();
	for (;;) {
		n = read(s->fd, to, room);
		if (n >= 0)
			break;
		if (errno == EAGAIN)
			poll(&ready, 1, -1);
		else if (errno != EINTR)
			return failed(in, "%s", strerror(errno));
	}
	if (n == 0)
		s->dry = true;
	return n;
}

/* The bytes that told the form are the first compressed ones. */
static int
begin_gzip(struct line_reader *in)
{
	struct line_source *s = in->source;
	size_t len = s->end - s->start;

	if (!s->packed)
		s->packed = mem_resize(NULL, PACKED);
	memset(&s->z, 0, sizeof s->z);
	if (inflateInit2(&s->z, 15 + 16) != Z_OK)
		return failed(in, "zlib does not start");
	s->inflating = true;
	memcpy(s->packed, s->text + s->start, len);
	s->z.next_in = s->packed;
	s->z.avail_in = (unsigned)len;
	s->scanned = s->end = s->start;
	return 0;
}

/* Add inflated bytes to the text: 0, or -1 failed.  May add none. */
static int
fill_gzip(struct line_reader *in)
{
	struct line_source *s = in->source;
	size_t room = s->room - s->end;
	unsigned piece = room > (1u << 30) ? 1u << 30 : (unsigned)room;
	int got;

	if (s->z.avail_in == 0 && !s->pending) {
		ssize_t n = read_some(in, s->packed, PACKED);

		if (n < 0)
			return -1;
		if (n == 0)
			return s->within ? failed(in, "gzip data is cut short")
			    : 0;
		s->z.next_in = s->packed;
		s->z.avail_in = (unsigned)n;
	}
	if (!s->within && *s->z.next_in != 0x1f)
		return failed(in, "junk behind the gzip data");
	s->within = true;
	s->z.next_out = (Bytef *)s->text + s->end;
	s->z.avail_out = piece;
	got = inflate(&s->z, Z_NO_FLUSH);
	s->end += piece - s->z.avail_out;
	s->pending = s->z.avail_out == 0;
	if (got == Z_STREAM_END) {
		s->within = s->pending = false;
		inflateReset(&s->z);	/* another member may follow */
	} else if (got == Z_MEM_ERROR) {
		mem_exhausted();
	} else if (got != Z_OK && got != Z_BUF_ERROR) {
		/* Lend what came before the damage; zlib says it again. */
		s->pending = s->z.avail_out < piece;
		if (s->pending)
			return 0;
		return failed(in, "gzip data is damaged (%s)", s->z.msg);
	}
	return 0;
}

static int
fill_plain(struct line_reader *in)
{
	struct line_source *s = in->source;
	ssize_t n;

	/* The first read of a file asks for less than a compressed buffer,
	 * to which the bytes may have to move. */
	n = read_some(in, s->text + s->end, s->form == FORM_UNKNOWN ?
	    PACKED - 1 : s->room - s->end);
	if (n < 0)
		return -1;
	s->end += (size_t)n;
	if (s->form == FORM_UNKNOWN) {
		const unsigned char *p =
		    (const unsigned char *)s->text + s->start;
		size_t len = s->end - s->start;

		/* Bytes may come one at a time: wait for the second only
		 * behind one that no text begins with. */
		if (len >= 2 && p[0] == 0x1f && p[1] == 0x8b) {
			s->form = FORM_GZIP;
			return begin_gzip(in);
		}
		if (len >= 2 || s->dry || p[0] != 0x1f)
			s->form = FORM_PLAIN;
	}
	return 0;
}

/* More text behind end: 0 (dry says whether there was any), -1 failed. */
static int
fill(struct line_reader *in)
{
	struct line_source *s = in->source;
	size_t tail = s->end - s->start;
	int got;

	/* The one copy: the unfinished line, to the front.  That is once a
	 * line, and doubling what is full keeps long lines linear. */
	if (s->start > 0) {
		memmove(s->text, s->text + s->start, tail);
		s->scanned -= s->start;
		s->end = tail;
		s->start = 0;
	}
	if (s->room - s->end < PACKED) {
		s->room *= 2;
		s->text = mem_resize(s->text, s->room + LINE_SLACK);
	}
	got = s->form == FORM_GZIP ? fill_gzip(in) : fill_plain(in);
	memset(s->text + s->end, 0, LINE_SLACK);
	return got;
}

static int
lend(struct line_reader *in, struct line *l, size_t len, bool ended)
{
	struct line_source *s = in->source;

	l->text = s->text + s->start;
	l->len = len;
	l->ended = ended;
	l->number = ++s->number;
	s->start += len + ended;
	s->scanned = s->start;
	return 1;
}

int
line_next(struct line_reader *in, struct line *l)
{
	struct line_source *s;
	size_t max = in->max ? in->max : LINE_MAX_DEFAULT;

	if (!in->source)
		line_files(in, NULL);
	s = in->source;
	if (s->failed)
		return -1;
	for (;;) {
		char *newline = s->end == s->scanned ? NULL :
		    memchr(s->text + s->scanned, '\n', s->end - s->scanned);
		size_t len;

		if (newline) {
			len = (size_t)(newline - s->text) - s->start;
			if (len > max)
				break;
			return lend(in, l, len, true);
		}
		s->scanned = s->end;
		len = s->end - s->start;
		if (len > max)
			break;
		if (s->fd >= 0 && !s->dry) {
			if (fill(in))
				return -1;
			continue;
		}
		if (len > 0)
			return lend(in, l, len, false);
		close_file(s);
		if (!*s->operands)
			return 0;
		if (open_file(in))
			return -1;
	}
	return failed(in, "a line longer than %zu bytes", max);
}

bool
line_blank(const struct line *l)
{
	size_t i = 0;

	while (i < l->len && (l->text[i] == ' ' || l->text[i] == '\t' ||
	    l->text[i] == '\r'))
		i++;
	return i == l->len;
}
