#include "program.h"

#include <jq.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "json.h"
#include "mem.h"

#define SLACK 64

struct program {
	jq_state *jq;
	struct buf out;
	char why[512];
};

/*
 * What goes before a program, on a line of its own.  It binds what must not
 * be reached; and as import and include are allowed at the beginning only, no
 * module can be named any more.
 */
static const char before[] =
	"def input: error(\"input is off: a program sees one record\"); "
	"def inputs: input; "
	"def env: error(\"env is off\"); "
	"def modulemeta: error(\"modules are off\"); "
	"def debug: .; def stderr: .; "
	"{} as $ENV |\n";

static void
keep_first(void *data, jv message)
{
	char *why = data;
	jv text = jq_format_error(message);
	const char *from = jv_string_value(text);

	if (!*why) {
		if (strncmp(from, "jq: error: ", 11) == 0)
			from += 11;
		snprintf(why, 256, "%s", from);
	}
	jv_free(text);
}

static void
no_memory(void *context)
{
	(void)context;
	mem_exhausted();
}

/* Compile len bytes of a program behind what goes before it; the first error
 * is in why[256], or it is empty. */
static jq_state *
compile(const char *text, size_t len, char *why)
{
	jq_state *jq;
	struct buf whole = BUF_INIT(0);
	char *home = getenv("HOME");
	int good;

	/* libjq would abort(3) without memory. */
	jv_nomem_handler(no_memory, NULL);
	jq = jq_init();
	if (!jq)
		mem_exhausted();
	jq_set_nomem_handler(jq, no_memory, NULL);
	why[0] = '\0';
	buf_text(&whole, before);
	buf_add(&whole, text, len);
	jq_set_error_cb(jq, keep_first, why);
	/* libjq reads $HOME/.jq: what a program means must not hang on it. */
	if (home)
		home = mem_text(home);
	unsetenv("HOME");
	good = jq_compile(jq, whole.text);
	if (home)
		setenv("HOME", home, 1);
	free(home);
	buf_release(&whole);
	if (!good) {
		if (!*why)
			snprintf(why, 256, "it does not compile");
		jq_teardown(&jq);
	}
	return jq;
}

static bool
in_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_';
}

/* Where in the program the name is that an error begins with ("foo/1 is not
 * defined", "$x is not defined"); its length if it is nowhere. */
static size_t
place_of_name(const char *text, const char *why)
{
	const char *p;
	size_t len;

	if (strncmp(why, "error: ", 7) == 0)
		why += 7;
	len = *why == '$';
	while (in_name(why[len]) || (why[len] == ':' && why[len + 1] == ':'))
		len++;
	for (p = text; len > 0 && *p; p++)
		if (strncmp(p, why, len) == 0 && !in_name(p[len]) &&
		    (p == text || (!in_name(p[-1]) && p[-1] != '.' &&
		    p[-1] != '$' && p[-1] != '@')))
			return (size_t)(p - text);
	return strlen(text);
}

/*
 * libjq tells the line of an error, never the column.  A syntax error is at
 * the first byte with which the program can no longer be completed: the end
 * is then not what was unexpected.
 */
static size_t
place_of_syntax(const char *text)
{
	size_t len = strlen(text), n;
	char why[256];
	jq_state *jq;
	bool open;

	for (n = 1; n <= len; n++) {
		jq = compile(text, n, why);
		open = jq || !strstr(why, "syntax error") ||
		    strstr(why, "unexpected $end");
		if (jq)
			jq_teardown(&jq);
		if (!open) {
			/* A keyword is known by its last letter. */
			for (n--; n > 0 && in_name(text[n]) &&
			    in_name(text[n - 1]); n--)
				;
			return n;
		}
	}
	return len;
}

/* "line 1, column 5: syntax error, unexpected '|'" */
static void
explain(const char *text, const char *error, char *why, size_t why_size)
{
	size_t at, i, line = 1, column = 1, len;
	const char *end;

	at = strstr(error, "syntax error") ? place_of_syntax(text) :
	    place_of_name(text, error);
	for (i = 0; i < at; i++) {
		column++;
		if (text[i] == '\n') {
			line++;
			column = 1;
		}
	}
	if (strncmp(error, "error: ", 7) == 0)
		error += 7;
	len = strcspn(error, "\n");
	if ((end = strstr(error, " (Unix shell")) ||
	    (end = strstr(error, " at <top-level>")))
		len = (size_t)(end - error);
	snprintf(why, why_size, "line %zu, column %zu: %.*s", line, column,
	    (int)len, error);
}

/* A failure while running becomes the reason of program_run. */
static void
ignore(void *data, jv message)
{
	(void)data;
	jv_free(message);
}

struct program *
program_open(const char *text, char *why, size_t why_size)
{
	struct program *p;
	char error[256];
	jq_state *jq;

	if (text[strspn(text, " \t\r\n")] == '\0')
		text = ".";
	jq = compile(text, strlen(text), error);
	if (!jq) {
		explain(text, error, why, why_size);
		return NULL;
	}
	jq_set_error_cb(jq, ignore, NULL);
	p = mem_new(sizeof(*p));
	p->jq = jq;
	p->out.max = PROGRAM_BYTES_MAX;
	return p;
}

void
program_free(struct program *p)
{
	if (!p)
		return;
	jq_teardown(&p->jq);
	buf_release(&p->out);
	free(p);
}

const char *
program_why(const struct program *p)
{
	return p->why;
}

static bool
is_half(const char *p, const char *end, char low, char high)
{
	return end - p >= 6 && p[0] == '\\' && p[1] == 'u' &&
	    (p[2] | 0x20) == 'd' && (p[3] | 0x20) >= low &&
	    (p[3] | 0x20) <= high;
}

/* libjq refuses a surrogate without its other half, which RFC 8259 allows:
 * to it such an escape becomes what it means, U+FFFD. */
static jv
parse_leniently(const char *json, size_t len)
{
	char *copy = mem_copy(json, len), *p = copy, *end = copy + len;
	jv value;

	while ((p = memchr(p, '\\', (size_t)(end - p)))) {
		if (is_half(p, end, '8', 'b') &&
		    is_half(p + 6, end, 'c', 'f')) {
			p += 12;
		} else if (is_half(p, end, '8', 'f')) {
			memcpy(p, "\\ufffd", 6);
			p += 6;
		} else {
			p += 2;
		}
	}
	value = jv_parse_sized(copy, (int)len);
	free(copy);
	return value;
}

static int
begin(struct program *p, const char *json, size_t len)
{
	jv value = len > INT_MAX ? jv_invalid() :
	    jv_parse_sized(json, (int)len);

	if (!jv_is_valid(value) && len <= INT_MAX) {
		jv_free(value);
		value = parse_leniently(json, len);
	}
	if (!jv_is_valid(value)) {
		jv_free(value);
		snprintf(p->why, sizeof(p->why), "libjq cannot read it");
		return -1;
	}
	jq_start(p->jq, value, 0);
	return 0;
}

static void
put_string(struct buf *b, jv string)
{
	size_t len = (size_t)jv_string_length_bytes(jv_copy(string));
	char *out = buf_reserve(b, 6 * len + 2);

	if (out) {
		out[0] = '"';
		len = 1 + json_encode(jv_string_value(string), len, out + 1);
		out[len] = '"';
		b->len += len + 1;
	}
	jv_free(string);
}

/* The value as compact JSON; takes it.  libjq's own dump takes longer than its
 * parser, so only numbers are left to it.  -1: nested too deeply. */
static int
put_value(struct buf *b, jv value, int levels)
{
	jv text;
	int i, n, bad = 0;

	switch (jv_get_kind(value)) {
	case JV_KIND_STRING:
		put_string(b, value);
		return 0;
	case JV_KIND_ARRAY:
		n = jv_array_length(jv_copy(value));
		buf_byte(b, '[');
		for (i = 0; i < n && !bad && levels > 0; i++) {
			if (i > 0)
				buf_byte(b, ',');
			bad = put_value(b, jv_array_get(jv_copy(value), i),
			    levels - 1);
		}
		buf_byte(b, ']');
		break;
	case JV_KIND_OBJECT:
		buf_byte(b, '{');
		n = 0;
		for (i = jv_object_iter(value);
		    jv_object_iter_valid(value, i) && !bad && levels > 0;
		    i = jv_object_iter_next(value, i)) {
			if (n++ > 0)
				buf_byte(b, ',');
			put_string(b, jv_object_iter_key(value, i));
			buf_byte(b, ':');
			bad = put_value(b, jv_object_iter_value(value, i),
			    levels - 1);
		}
		buf_byte(b, '}');
		break;
	default:
		text = jv_dump_string(value, 0);
		buf_text(b, jv_string_value(text));
		jv_free(text);
		return 0;
	}
	jv_free(value);
	return bad || levels == 0 ? -1 : 0;
}

/* The next value; false at the end, or, with p->why not empty, failed. */
static bool
next(struct program *p, jv *value)
{
	jv error;

	p->why[0] = '\0';
	*value = jq_next(p->jq);
	if (jv_is_valid(*value))
		return true;
	error = jv_invalid_get_msg(*value);
	if (jq_halted(p->jq))
		snprintf(p->why, sizeof(p->why), "it halts");
	else if (jv_get_kind(error) == JV_KIND_STRING)
		snprintf(p->why, sizeof(p->why), "%s", jv_string_value(error));
	else if (jv_get_kind(error) != JV_KIND_NULL)
		snprintf(p->why, sizeof(p->why), "it ends with an error");
	jv_free(error);
	return false;
}

int
program_run(struct program *p, const char *json, size_t len,
    void (*each)(void *to, const char *json, size_t len), void *to)
{
	size_t count = 0, start, at, size = 0;
	jv value;
	int bad;

	if (begin(p, json, len))
		return -1;
	buf_clear(&p->out);
	/* A row of (length, text): nothing goes out before all went well. */
	while (next(p, &value)) {
		start = p->out.len;
		buf_add(&p->out, &size, sizeof(size));
		bad = put_value(&p->out, value, JSON_DEPTH);
		if (++count > PROGRAM_VALUES_MAX || bad ||
		    !buf_reserve(&p->out, SLACK)) {
			snprintf(p->why, sizeof(p->why), bad ?
			    "it gives a value nested too deeply" :
			    "it gives too much for one record");
			return -1;
		}
		size = p->out.len - start - sizeof(size);
		memcpy(p->out.text + start, &size, sizeof(size));
	}
	if (p->why[0])
		return -1;
	for (at = 0; at < p->out.len; at += size) {
		memcpy(&size, p->out.text + at, sizeof(size));
		at += sizeof(size);
		each(to, p->out.text + at, size);
	}
	return 0;
}

int
program_true(struct program *p, const char *json, size_t len)
{
	jv value;
	int truth;

	if (begin(p, json, len))
		return -1;
	if (!next(p, &value))
		return p->why[0] ? -1 : 0;
	truth = jv_get_kind(value) != JV_KIND_NULL &&
	    jv_get_kind(value) != JV_KIND_FALSE;
	jv_free(value);
	return truth;
}
