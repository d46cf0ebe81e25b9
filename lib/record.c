#include "record.h"

#include <stdio.h>
#include <string.h>

#include "diag.h"
#include "json.h"
#include "mem.h"
#include "when.h"

static size_t
skip_space(const char *text, size_t at, size_t len)
{
	while (at < len && (text[at] == ' ' || text[at] == '\t' ||
	    text[at] == '\r' || text[at] == '\n'))
		at++;
	return at;
}

bool
record_is_mark(const char *line, size_t len)
{
	static const char name[] = "\"_mark\"";
	size_t at = 0;

	/* Nearly every line ends here: a record, compact. */
	if (len > 2 && line[0] == '{' && line[1] == '"' && line[2] != '_')
		return false;
	at = skip_space(line, at, len);
	if (at == len || line[at] != '{')
		return false;
	at = skip_space(line, at + 1, len);
	if (len - at < sizeof(name) - 1 ||
	    memcmp(line + at, name, sizeof(name) - 1) != 0)
		return false;
	at = skip_space(line, at + sizeof(name) - 1, len);
	return at < len && line[at] == ':';
}

/*
 * The members of all kinds in one table, in the order in which they are
 * written: what a kind has, and what it cannot do without.
 */
enum field_type { NAME, MESSAGE, START, END, PENDING, COUNT, NUMBER, CODE, FLAG };

#define KIND(kind) (1U << (kind))
#define OPEN KIND(MARK_OPEN)
#define WINDOW KIND(MARK_WINDOW)
#define FAIL KIND(MARK_FAIL)
#define CLOSE KIND(MARK_CLOSE)
#define PLAN KIND(MARK_PLAN)
#define STATE KIND(MARK_STATE)

static const struct field {
	const char *name;
	enum field_type type;
	size_t offset;
	unsigned has, needs;
} fields[] = {
#define AT(member) offsetof(struct mark, member)
	{ "run", NAME, AT(run), OPEN | WINDOW | FAIL | CLOSE, OPEN | CLOSE },
	{ "tool", NAME, AT(tool), OPEN, 0 },
	{ "at", END, AT(at), OPEN, 0 },
	{ "stream", NAME, AT(stream), WINDOW | FAIL | PLAN, WINDOW | PLAN },
	{ "account", NAME, AT(account), WINDOW | FAIL | PLAN, WINDOW | PLAN },
	{ "since", START, AT(since), WINDOW | FAIL | PLAN, 0 },
	{ "until", END, AT(until), WINDOW | FAIL | PLAN, WINDOW },
	{ "requests", COUNT, AT(requests), PLAN, 0 },
	{ "windows", COUNT, AT(windows), CLOSE, CLOSE },
	{ "failed", COUNT, AT(failed), CLOSE, 0 },
	{ "records", COUNT, AT(records), WINDOW | CLOSE, 0 },
	{ "low", PENDING, AT(low), WINDOW, 0 },
	{ "full", FLAG, AT(full), WINDOW | PLAN, 0 },
	{ "status", NUMBER, AT(status), FAIL | CLOSE, CLOSE },
	{ "code", CODE, AT(code), FAIL, 0 },
	{ "message", MESSAGE, AT(message), FAIL, 0 },
	{ "version", NUMBER, AT(version), STATE, STATE },
};
#define FIELDS (sizeof(fields) / sizeof(*fields))

static const char *const kinds[] = {
	[MARK_OPEN] = "open", [MARK_WINDOW] = "window", [MARK_FAIL] = "fail",
	[MARK_CLOSE] = "close", [MARK_PLAN] = "plan", [MARK_STATE] = "state",
};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

static bool
read_count(const struct json *value, unsigned long long *count)
{
	unsigned long long n = 0;

	if (value->kind != JSON_NUMBER)
		return false;
	for (size_t i = 0; i < value->len; i++) {
		unsigned digit = (unsigned char)value->text[i] - '0';

		if (digit > 9 || n > (MARK_NONE - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*count = n;
	return n != MARK_NONE;
}

static bool
read_date(const struct json *value, int64_t *at)
{
	return value->kind == JSON_STRING &&
	    when_parse(value->text, value->len, at, NULL, NULL);
}

/* A name is one we made or a SID: a NUL or a length like this is damage. */
static bool
read_name(const struct json *value, char name[MARK_NAME])
{
	char text[6 * MARK_NAME];
	size_t len;

	if (value->kind != JSON_STRING || value->len >= sizeof(text))
		return false;
	len = json_decode(value, text);
	if (len >= MARK_NAME || memchr(text, 0, len))
		return false;
	memcpy(name, text, len);
	name[len] = '\0';
	return true;
}

/* Cut where it must be, between characters; UTF-8, so one begins the text. */
static bool
read_message(const struct json *value, char *message, size_t size)
{
	char *text;
	size_t len;

	if (value->kind != JSON_STRING)
		return false;
	text = mem_new(value->len + 1);
	len = json_decode(value, text);
	if (len >= size) {
		len = size - 1;
		while ((text[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(message, text, len);
	message[len] = '\0';
	free(text);
	return true;
}

/* NULL, or what is wrong. */
static const char *
read_field(struct mark *m, const struct field *f, const struct json *value)
{
	char *at = (char *)m + f->offset;
	unsigned long long n;
	bool negative;
	struct json digits = *value;

	/* null says what absence says. */
	if (value->kind == JSON_NULL)
		return NULL;
	switch (f->type) {
	case NAME:
		return read_name(value, at) ? NULL :
		    "a run, tool, stream or account is not a name";
	case MESSAGE:
		return read_message(value, at, sizeof(m->message)) ? NULL :
		    "the message is not text";
	case START:
	case END:
	case PENDING:
		return read_date(value, (int64_t *)(void *)at) ? NULL :
		    "a date is not a date";
	case COUNT:
		return read_count(value, (unsigned long long *)(void *)at) ?
		    NULL : "a count is not a whole number";
	case NUMBER:
	case CODE:
		negative = digits.len > 1 && *digits.text == '-';
		digits.text += negative;
		digits.len -= negative;
		if (!read_count(&digits, &n) || n > INT_MAX)
			return "a status, code or version is not a number";
		if (f->type == CODE)
			*(long *)(void *)at = negative ? -(long)n : (long)n;
		else
			*(int *)(void *)at = negative ? -(int)n : (int)n;
		return NULL;
	case FLAG:
		if (value->kind != JSON_TRUE && value->kind != JSON_FALSE)
			return "'full' is neither true nor false";
		*(bool *)at = value->kind == JSON_TRUE;
		return NULL;
	}
	return NULL;
}

static const char *
check_mark(const struct mark *m, const bool *have)
{
	for (size_t i = 0; i < FIELDS; i++)
		if ((fields[i].needs & KIND(m->kind)) && !have[i])
			return "a member it needs is missing";
	if (m->kind != MARK_WINDOW && m->kind != MARK_PLAN)
		return NULL;
	if (!*m->stream)
		return "the stream has no name";
	if (m->since > m->until)
		return "since is behind until";
	return NULL;
}

int
mark_read(struct mark *m, const char *line, size_t len, const char **why)
{
	struct json_walk w;
	struct json name, value;
	bool have[FIELDS] = { false };
	bool first = true;
	int got;

	memset(m, 0, sizeof(*m));
	m->kind = MARK_OTHER;
	m->since = WHEN_ALWAYS;
	m->until = m->low = WHEN_NEVER;
	m->records = m->windows = m->failed = m->requests = MARK_NONE;

	json_walk(&w, line, len);
	while ((got = json_next(&w, &name, &value)) > 0) {
		size_t i;

		if (first) {
			if (!w.object || !json_is(&name, "_mark") ||
			    value.kind != JSON_STRING) {
				*why = "not a mark";
				return -1;
			}
			for (i = 0; i < KINDS; i++)
				if (json_is(&value, kinds[i]))
					m->kind = (enum mark_kind)i;
			first = false;
			continue;
		}
		for (i = 0; i < FIELDS; i++)
			if ((fields[i].has & KIND(m->kind)) &&
			    json_is(&name, fields[i].name))
				break;
		if (i == FIELDS)
			continue;
		if ((*why = read_field(m, &fields[i], &value)))
			return -1;
		have[i] = value.kind != JSON_NULL;
	}
	if (got < 0) {
		*why = w.why;
		return -1;
	}
	*why = first ? "not a mark" : check_mark(m, have);
	return *why ? -1 : 0;
}

void
record_text(struct out *o, const char *text)
{
	size_t len = strlen(text);
	char *at;

	out_byte(o, '"');
	at = out_reserve(o, 6 * len);
	o->len += json_encode(text, len, at);
	out_byte(o, '"');
}

static void
write_date(struct out *o, int64_t at, int64_t open)
{
	char text[WHEN_SIZE];

	if (at == open)
		out_text(o, "null");
	else
		record_text(o, when_text(text, at));
}

/*
 * A run's mark states everything its kind has.  What could only be said as
 * "not stated" is left out, and so is, in a state file (no run), what most
 * lines would repeat.
 */
static bool
is_written(const struct mark *m, const struct field *f)
{
	const char *at = (const char *)m + f->offset;
	bool spare = m->kind == MARK_WINDOW && !*m->run;

	switch (f->type) {
	case NAME:
	case MESSAGE:
		return *at || (f->needs & KIND(m->kind));
	case COUNT:
		return *(const unsigned long long *)(const void *)at !=
		    MARK_NONE;
	case PENDING:
		return !spare || m->low != WHEN_NEVER;
	case FLAG:
		return m->full || (!spare && m->kind != MARK_PLAN);
	case CODE:
		return m->code != 0;
	default:
		return true;
	}
}

static void
write_field(struct out *o, const struct mark *m, const struct field *f)
{
	const char *at = (const char *)m + f->offset;
	char digits[32];

	switch (f->type) {
	case NAME:
	case MESSAGE:
		record_text(o, at);
		return;
	case START:
		write_date(o, m->since, WHEN_ALWAYS);
		return;
	case END:
	case PENDING:
		write_date(o, *(const int64_t *)(const void *)at, WHEN_NEVER);
		return;
	case COUNT:
		snprintf(digits, sizeof(digits), "%llu",
		    *(const unsigned long long *)(const void *)at);
		break;
	case NUMBER:
		snprintf(digits, sizeof(digits), "%d",
		    *(const int *)(const void *)at);
		break;
	case CODE:
		snprintf(digits, sizeof(digits), "%ld", m->code);
		break;
	case FLAG:
		snprintf(digits, sizeof(digits), "%s",
		    m->full ? "true" : "false");
		break;
	}
	out_text(o, digits);
}

void
mark_write(struct out *o, const struct mark *m)
{
	if (m->kind >= KINDS)
		bug("a mark of a kind nobody knows is to be written");
	out_text(o, "{\"_mark\":\"");
	out_text(o, kinds[m->kind]);
	out_byte(o, '"');
	for (size_t i = 0; i < FIELDS; i++) {
		const struct field *f = &fields[i];

		if (!(f->has & KIND(m->kind)) || !is_written(m, f))
			continue;
		out_text(o, ",\"");
		out_text(o, f->name);
		out_text(o, "\":");
		write_field(o, m, f);
	}
	out_text(o, "}\n");
}

static const char no_close[] =
    "the input ends without its close mark: it was cut short";
static const char no_window[] =
    "window marks are missing: a filter dropped them, or the input was cut";

void
mark_watch(struct mark_watch *seen, const struct mark *m)
{
	switch (m->kind) {
	case MARK_OPEN:
		if (seen->open && !seen->close)
			seen->why = no_close;
		seen->open = true;
		seen->close = false;
		seen->windows = seen->failed = seen->records = 0;
		seen->in_window = 0;
		break;
	case MARK_WINDOW:
		seen->windows++;
		seen->in_window = 0;
		break;
	case MARK_FAIL:
		seen->failed++;
		break;
	case MARK_CLOSE:
		seen->status = m->status;
		if (seen->open && seen->windows < m->windows)
			seen->why = no_window;
		seen->close = true;
		break;
	default:
		break;
	}
}

void
mark_watch_record(struct mark_watch *seen)
{
	seen->records++;
	seen->in_window++;
}

int
mark_watch_end(const struct mark_watch *seen, const char **why)
{
	*why = seen->why ? seen->why :
	    seen->open && !seen->close ? no_close : NULL;
	return *why ? -1 : 0;
}
