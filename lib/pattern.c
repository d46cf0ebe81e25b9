#include "pattern.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "buf.h"
#include "when.h"

static int
failed(struct pattern *p, const char *why)
{
	snprintf(p->why, sizeof(p->why), "%s", why);
	return -1;
}

static bool
ends_in(const char *text, const char *end)
{
	size_t a = strlen(text), b = strlen(end);

	return a >= b && strcmp(text + a - b, end) == 0;
}

int
pattern_read(struct pattern *p, const char *text)
{
	const char *at;

	p->text = text;
	if (!*text || ends_in(text, "/"))
		return failed(p, "name files, as in -o 'csv/%s.csv'");
	for (at = text; (at = strchr(at, '%')); at++)
		switch (*++at) {
		case 'a': p->by_account = true; break;
		case 'w': p->by_window = true; break;
		case 's': p->by_stream = true; break;
		case '%': break;
		default: return failed(p, "after % comes s, a, w or %");
		}
	return 0;
}

static int
add_name(struct pattern *p, struct buf *path, const char *name,
    const char *member)
{
	const unsigned char *c = (const unsigned char *)name;

	if (!*c) {
		snprintf(p->why, sizeof(p->why), "a record without %s, and "
		    "'%.180s' needs it", member, p->text);
		return -1;
	}
	if (*c == '.')
		return failed(p, "a name begins with a dot, and would be a "
		    "file's");
	for (; *c; c++)
		if (*c < ' ' || *c == '/' || *c == '\\' || *c == 0x7f)
			return failed(p, "a name with a slash or a control "
			    "character would be a file's");
	buf_text(path, name);
	return 0;
}

/* "20260101T000000Z": no colons, which some systems do not take. */
static void
add_instant(struct buf *b, int64_t at)
{
	char text[WHEN_SIZE], *p;

	for (p = when_text(text, at); *p; p++)
		if (*p != '-' && *p != ':')
			buf_byte(b, *p);
}

static int
add_window(struct pattern *p, struct buf *path, const struct mark *m)
{
	/* The windows of two accounts must not be one file. */
	if (!p->by_account) {
		if (add_name(p, path, *m->account ? m->account : "-",
		    "_account"))
			return -1;
		buf_byte(path, '-');
	}
	if (m->full)
		buf_text(path, "full");
	else if (m->since == WHEN_ALWAYS)
		buf_text(path, "start");
	else
		add_instant(path, m->since);
	buf_byte(path, '-');
	if (m->until == WHEN_NEVER)
		buf_text(path, "end");
	else
		add_instant(path, m->until);
	return 0;
}

char *
pattern_path(struct pattern *p, const struct pattern_of *of,
    const struct mark *window)
{
	struct buf path = BUF_INIT(0);
	const char *at;
	int got = 0;

	for (at = p->text; *at && got == 0; at++) {
		if (*at != '%') {
			buf_byte(&path, *at);
			continue;
		}
		switch (*++at) {
		case 's':
			got = add_name(p, &path, of->stream, "_stream");
			break;
		case 'a':
			got = add_name(p, &path, of->account, "_account");
			break;
		case 'w':
			if (window)
				got = add_window(p, &path, window);
			else
				buf_text(&path, "window");
			break;
		default:
			buf_byte(&path, '%');
		}
	}
	if (got == 0)
		return buf_take(&path);
	buf_release(&path);
	return NULL;
}

int
pattern_folders(char *path)
{
	char *slash = path;

	while ((slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		if (mkdir(path, 0777) && errno != EEXIST)
			return -1;
		*slash = '/';
	}
	return 0;
}

bool
pattern_packed(const char *path)
{
	return ends_in(path, ".gz");
}
