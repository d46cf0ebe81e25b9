#include "manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "diag.h"
#include "json.h"
#include "line.h"
#include "mem.h"
#include "out.h"
#include "save.h"

#define STATED_MAX 65536	/* bytes of a manifest worth reading */

static int failed(struct manifest *m, int status, const char *format, ...)
    DIAG_FORMAT(3, 4);

static int
failed(struct manifest *m, int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(m->why, sizeof(m->why), format, args);
	va_end(args);
	m->status = status;
	return -1;
}

/* Bytes and digest of the file as it lies there. */
static int
measure(struct manifest *m, const char *path)
{
	unsigned char digest[HASH_SIZE], *piece;
	const size_t room = (size_t)256 << 10;
	struct hash h;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return failed(m, STATUS_IO, "%s: %s", path, strerror(errno));
	hash_begin(&h);
	m->bytes = 0;
	piece = mem_resize(NULL, room);
	while ((n = read(fd, piece, room)) > 0 || (n < 0 && errno == EINTR)) {
		if (n < 0)
			continue;
		hash_add(&h, piece, (size_t)n);
		m->bytes += (unsigned long long)n;
	}
	free(piece);
	close(fd);
	if (n < 0)
		return failed(m, STATUS_IO, "%s: %s", path, strerror(errno));
	hash_end(&h, digest);
	hash_hex(digest, m->sha256);
	return 0;
}

/*
 * Writing.
 */

static void
put_string(struct out *o, const char *text)
{
	size_t len = strlen(text);
	char *p;

	out_byte(o, '"');
	p = out_reserve(o, 6 * len);
	o->len += json_encode(text, len, p);
	out_byte(o, '"');
}

static int
begin(struct manifest *m, struct save *s, const char *path, const char *suffix)
{
	static const struct save fresh = SAVE_INIT;
	struct buf name = BUF_INIT(0);
	int got;

	*s = fresh;
	s->exact = true;
	buf_printf(&name, "%s%s", path, suffix);
	got = save_begin(s, name.text);
	buf_release(&name);
	return got ? failed(m, s->status, "%s", s->why) : 0;
}

static int
commit(struct manifest *m, struct save *s)
{
	return save_commit(s) ? failed(m, s->status, "%s", s->why) : 0;
}

static const char *
last_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int
manifest_write(struct manifest *m, const char *path, const char *stream,
    unsigned long long rows)
{
	struct save s;
	char text[200];

	if (measure(m, path) || begin(m, &s, path, ".manifest.json"))
		return -1;
	m->rows = rows;
	out_text(&s.out, "{\"file\":");
	put_string(&s.out, last_name(path));
	out_text(&s.out, ",\"stream\":");
	put_string(&s.out, stream);
	snprintf(text, sizeof(text),
	    ",\"rows\":%llu,\"bytes\":%llu,\"sha256\":\"%s\"}\n", rows,
	    m->bytes, m->sha256);
	out_text(&s.out, text);
	return commit(m, &s);
}

/* The words of specs.frictionlessdata.io/table-schema. */
static const char *const types[COLUMN_JSON + 1] = {
	[COLUMN_TEXT] = "string", [COLUMN_INTEGER] = "integer",
	[COLUMN_DECIMAL] = "number", [COLUMN_BOOLEAN] = "boolean",
	[COLUMN_TIME] = "datetime", [COLUMN_DATE] = "date",
	[COLUMN_JSON] = "any"
};

int
manifest_schema(struct manifest *m, const char *path,
    const char *const *names, struct table_column *const *columns,
    size_t count, const char *null)
{
	const char *comma = "";
	struct save s;
	size_t i;

	if (begin(m, &s, path, ".schema.json"))
		return -1;
	out_text(&s.out, "{\"fields\":[");
	for (i = 0; i < count; i++) {
		const struct table_column *c = columns[i];

		out_text(&s.out, i > 0 ? ",\n\t{\"name\":" : "\n\t{\"name\":");
		put_string(&s.out, names[i]);
		out_text(&s.out, ",\"type\":");
		put_string(&s.out, c && c->described ? types[c->type] :
		    "string");
		if (c && c->described && c->type == COLUMN_TIME)
			out_text(&s.out, ",\"format\":\"any\"");
		if (c && c->key)
			out_text(&s.out, ",\"constraints\":{\"required\":true}");
		out_byte(&s.out, '}');
	}
	out_text(&s.out, "],\n\"missingValues\":[");
	put_string(&s.out, null);
	out_byte(&s.out, ']');
	for (i = 0; i < count; i++) {
		if (!columns[i] || !columns[i]->key)
			continue;
		out_text(&s.out, *comma ? comma : ",\n\"primaryKey\":[");
		put_string(&s.out, names[i]);
		comma = ",";
	}
	out_text(&s.out, *comma ? "]}\n" : "}\n");
	return commit(m, &s);
}

/*
 * Checking.
 */

static bool
number_of(const struct json *object, const char *name,
    unsigned long long *number)
{
	struct json value;
	char text[24], *end;

	if (!json_member(object, name, &value) || value.kind != JSON_NUMBER ||
	    value.len >= sizeof(text) || *value.text == '-')
		return false;
	memcpy(text, value.text, value.len);
	text[value.len] = '\0';
	errno = 0;
	*number = strtoull(text, &end, 10);
	return errno == 0 && *end == '\0';
}

/* What the manifest says: 1, 0 there is none, -1 it cannot be read. */
static int
read_stated(struct manifest *m, const char *path, struct manifest *stated)
{
	struct buf name = BUF_INIT(0);
	char text[STATED_MAX];
	struct json object, value;
	size_t len = 0;
	int got = -1;
	FILE *f;

	buf_printf(&name, "%s.manifest.json", path);
	f = fopen(name.text, "re");
	if (f) {
		len = fread(text, 1, sizeof(text), f);
		fclose(f);
	}
	if (!f && errno == ENOENT) {
		got = 0;
	} else if (!f) {
		failed(m, STATUS_IO, "%s: %s", name.text, strerror(errno));
	} else if (!json_value(text, len, &object) ||
	    object.kind != JSON_OBJECT ||
	    !number_of(&object, "rows", &stated->rows) ||
	    !number_of(&object, "bytes", &stated->bytes) ||
	    !json_member(&object, "sha256", &value) ||
	    value.kind != JSON_STRING || value.len != HASH_HEX) {
		failed(m, STATUS_DATA, "%s: not a manifest", name.text);
	} else {
		memcpy(stated->sha256, value.text, HASH_HEX);
		stated->sha256[HASH_HEX] = '\0';
		got = 1;
	}
	buf_release(&name);
	return got;
}

/* Where a reader of CSV is, from line to line. */
struct place {
	bool quoted;
	unsigned long row_line;		/* where the row began */
	size_t values, first;		/* in this row, in the first */
};

static void
pass_line(struct place *at, const struct line *l, char delimiter)
{
	const char *p = l->text, *end = p + l->len;

	if (!at->quoted) {
		at->row_line = l->number;
		at->values = 1;
	}
	for (; p < end; p++) {
		if (*p == '"')
			at->quoted = !at->quoted;
		else if (*p == delimiter && !at->quoted)
			at->values++;
	}
}

static int
check_rows(struct manifest *m, const char *path, char delimiter)
{
	struct line_reader in = LINE_INIT;
	struct place at = { false, 0, 0, 0 };
	char *operands[2];
	struct line l;
	bool ended = true;
	int got, answer = 0;

	operands[0] = mem_text(path);
	operands[1] = NULL;
	line_files(&in, operands);
	m->rows = 0;
	while (answer == 0 && (got = line_next(&in, &l)) > 0) {
		pass_line(&at, &l, delimiter);
		ended = l.ended;
		if (at.quoted)
			continue;
		if (m->rows++ == 0)
			at.first = at.values;
		else if (at.values != at.first)
			answer = failed(m, STATUS_DATA, "%s:%lu: %zu values, "
			    "and the first row has %zu", path, at.row_line,
			    at.values, at.first);
	}
	if (answer == 0 && got < 0)
		answer = failed(m, STATUS_DATA, "%s", in.why);
	if (answer == 0 && at.quoted)
		answer = failed(m, STATUS_DATA, "%s:%lu: cut: a quote is open "
		    "at the end of the file", path, at.row_line);
	if (answer == 0 && !ended)
		answer = failed(m, STATUS_DATA, "%s: cut: the last line has "
		    "no end", path);
	line_release(&in);
	free(operands[0]);
	return answer;
}

int
manifest_check(struct manifest *m, const char *path, char delimiter,
    bool header)
{
	struct manifest stated = MANIFEST_INIT;
	int got = read_stated(m, path, &stated);

	m->stated = got > 0;
	if (got < 0 || measure(m, path))
		return -1;
	if (m->stated && m->bytes != stated.bytes)
		return failed(m, STATUS_DATA, "%s: it has %llu bytes, and its "
		    "manifest says %llu", path, m->bytes, stated.bytes);
	if (m->stated && strcmp(m->sha256, stated.sha256) != 0)
		return failed(m, STATUS_DATA, "%s: its bytes are not those of "
		    "its manifest", path);
	if (check_rows(m, path, delimiter))
		return -1;
	if (header && m->rows > 0)
		m->rows--;
	if (m->stated && m->rows != stated.rows)
		return failed(m, STATUS_DATA, "%s: it has %llu rows, and its "
		    "manifest says %llu", path, m->rows, stated.rows);
	return 0;
}
