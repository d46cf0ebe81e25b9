#include "exchange.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog.h"
#include "diag.h"
#include "json.h"
#include "mem.h"
#include "record.h"
#include "when.h"

/*
 * The streams whose progress others keep: Airbyte's name for the cursor and
 * how it is spelled (source-twilio), and whether it is kept per account.
 */
enum spelling { DAY, SPACED, ISO };

static const struct exchange_stream {
	const char *name;
	const char *cursor;
	enum spelling spelling;
	bool per_account;
} streams[] = {
	{ "alerts", "date_generated", ISO, false },
	{ "calls", "end_time", DAY, true },
	{ "conferences", "date_created", DAY, true },
	{ "messages", "date_sent", SPACED, true },
	{ "recordings", "date_created", SPACED, true },
	{ "usage_records", "start_date", DAY, true },
};
#define STREAMS (sizeof(streams) / sizeof(*streams))

struct exchange_cursor {
	char stream[MARK_NAME], account[MARK_NAME];
	int64_t at;
	unsigned long message;
};

void
exchange_line(struct exchange *x, const char *text, size_t len)
{
	buf_add(&x->text, text, len);
	buf_byte(&x->text, '\n');
}

/* --- reading ----------------------------------------------------------- */

static void skip_stream(struct exchange *x, const char *format, ...)
    DIAG_FORMAT(2, 3);

/* Say each thing once, however many partitions it is true of. */
static void
skip_stream(struct exchange *x, const char *format, ...)
{
	char text[300];
	va_list values;

	va_start(values, format);
	vsnprintf(text, sizeof(text), format, values);
	va_end(values);
	for (size_t i = 0; i < x->skip_count; i++)
		if (strcmp(x->skipped[i], text) == 0)
			return;
	x->skipped = mem_array(x->skipped, x->skip_count + 1,
	    sizeof(*x->skipped));
	x->skipped[x->skip_count++] = mem_text(text);
}

static bool
member(const struct json *object, const char *name, enum json_kind kind,
    struct json *value)
{
	return object->kind == JSON_OBJECT &&
	    json_member(object, name, value) && value->kind == kind;
}

/* Under either of its names: the protocol's or the API's. */
static bool
either(const struct json *object, const char *one, const char *two,
    enum json_kind kind, struct json *value)
{
	return member(object, one, kind, value) ||
	    member(object, two, kind, value);
}

static bool
copy_name(const struct json *name, char text[MARK_NAME])
{
	char decoded[6 * MARK_NAME];
	size_t len;

	if (name->len >= sizeof(decoded))
		return false;
	len = json_decode(name, decoded);
	if (len == 0 || len >= MARK_NAME || memchr(decoded, 0, len))
		return false;
	memcpy(text, decoded, len);
	text[len] = '\0';
	return true;
}

/* The account a partition is about: ".../Accounts/AC123/Messages.json", or a
 * member that is a SID.  NULL: none. */
static bool
find_account(const struct json *partition, char account[MARK_NAME])
{
	const char *at = partition->text, *end = at + partition->len;

	for (; at + 3 < end; at++) {
		size_t len = 1;

		if ((*at != '/' && *at != '"') || at[1] != 'A' || at[2] != 'C')
			continue;
		/* The object's '}' ends it at last. */
		while (isalnum((unsigned char)at[len]))
			len++;
		if (len < 4 || len > MARK_NAME)
			continue;
		memcpy(account, at + 1, len - 1);
		account[len - 1] = '\0';
		return true;
	}
	return false;
}

/* A date, or the only date in an object: {"date_sent": "..."}. */
static bool
find_date(const struct json *value, int64_t *at)
{
	struct json_walk w;
	struct json name, inner;
	bool found = false;

	if (value->kind == JSON_STRING)
		return when_parse(value->text, value->len, at, NULL, NULL);
	if (value->kind != JSON_OBJECT)
		return false;
	json_walk(&w, value->text, value->len);
	while (json_next(&w, &name, &inner) > 0)
		if (inner.kind == JSON_STRING && when_parse(inner.text,
		    inner.len, at, NULL, NULL))
			found = true;
	return found;
}

/* Of several partitions of one account the earliest counts, of several
 * messages the last. */
static void
keep_cursor(struct exchange *x, const char *stream, const char *account,
    int64_t at)
{
	struct exchange_cursor *c;

	for (size_t i = 0; i < x->count; i++) {
		c = &x->cursors[i];
		if (strcmp(c->stream, stream) || strcmp(c->account, account))
			continue;
		if (c->message != x->message || at < c->at)
			c->at = at;
		c->message = x->message;
		return;
	}
	if (x->count == x->room) {
		x->room = x->room ? x->room * 2 : 16;
		x->cursors = mem_array(x->cursors, x->room,
		    sizeof(*x->cursors));
	}
	c = &x->cursors[x->count++];
	snprintf(c->stream, sizeof(c->stream), "%s", stream);
	snprintf(c->account, sizeof(c->account), "%s", account);
	c->at = at;
	c->message = x->message;
}

/* Can a cursor of theirs speak for this stream of ours? */
static bool
is_taken_over(struct exchange *x, const char *name)
{
	const struct stream *stream = catalog_find(name);

	if (!stream)
		skip_stream(x, "%s: no such stream here; not taken over", name);
	else if (!state_windows(stream))
		skip_stream(x, "%s: is read as a whole; not taken over", name);
	else if (stream->parent && strcmp(stream->parent, "accounts") != 0)
		skip_stream(x, "%s: its cursors are those of single %s; not "
		    "taken over, it will be fetched anew", name,
		    stream->parent);
	else
		return true;
	return false;
}

static void
take_cursor(struct exchange *x, const char *stream, const char *account,
    const struct json *cursor)
{
	int64_t at;

	if (!find_date(cursor, &at))
		return;
	if (!account)
		skip_stream(x, "%s: its cursor names no account; not taken "
		    "over, say --account AC...", stream);
	else
		keep_cursor(x, stream, account, at);
}

static void
take_stream(struct exchange *x, const char *name, const struct json *state)
{
	struct json partitions, one, empty, partition, cursor;
	struct json_walk w;
	char account[MARK_NAME];

	if (!is_taken_over(x, name))
		return;
	if (!member(state, "states", JSON_ARRAY, &partitions)) {
		if (member(state, "state", JSON_OBJECT, &one))
			state = &one;
		take_cursor(x, name, x->account, state);
		return;
	}
	json_walk(&w, partitions.text, partitions.len);
	while (json_next(&w, &empty, &one) > 0)
		if (member(&one, "cursor", JSON_OBJECT, &cursor))
			take_cursor(x, name, member(&one, "partition",
			    JSON_OBJECT, &partition) &&
			    find_account(&partition, account) ? account :
			    x->account, &cursor);
}

/* {"messages": ..., "calls": ...}: Singer's bookmarks, Airbyte's of old. */
static void
take_map(struct exchange *x, const struct json *map)
{
	struct json_walk w;
	struct json name, value;
	char stream[MARK_NAME];

	json_walk(&w, map->text, map->len);
	while (json_next(&w, &name, &value) > 0)
		if (copy_name(&name, stream) &&
		    (value.kind == JSON_OBJECT || value.kind == JSON_STRING))
			take_stream(x, stream, &value);
}

/* Find the states in whatever is wrapped around them.  false: there is none. */
static bool
take(struct exchange *x, const struct json *value, int depth)
{
	static const struct {
		const char *name;
		enum json_kind kind;
	} wrappers[] = {
		{ "state", JSON_OBJECT },		/* Airbyte's message */
		{ "state", JSON_ARRAY },
		{ "value", JSON_OBJECT },		/* Singer's message */
		{ "singer_state", JSON_OBJECT },	/* Meltano */
		{ "completed", JSON_OBJECT },
		{ "global", JSON_OBJECT },
		{ "globalState", JSON_OBJECT },
		{ "stream_states", JSON_ARRAY },
		{ "streamStates", JSON_ARRAY },
		{ "streamState", JSON_ARRAY },		/* Airbyte's API */
		{ "stream", JSON_OBJECT },
	};
	struct json inner, state, name, empty;
	struct json_walk w;
	char stream[MARK_NAME];
	bool found = false;

	if (depth > 8)
		return false;
	if (value->kind == JSON_ARRAY) {
		json_walk(&w, value->text, value->len);
		while (json_next(&w, &empty, &inner) > 0)
			found |= take(x, &inner, depth + 1);
		return found;
	}
	if (value->kind != JSON_OBJECT)
		return false;
	if (either(value, "stream_descriptor", "streamDescriptor",
	    JSON_OBJECT, &inner)) {
		if (member(&inner, "name", JSON_STRING, &name) &&
		    either(value, "stream_state", "streamState", JSON_OBJECT,
		    &state) && copy_name(&name, stream))
			take_stream(x, stream, &state);
		return true;
	}
	if (member(value, "bookmarks", JSON_OBJECT, &inner)) {
		take_map(x, &inner);
		return true;
	}
	for (size_t i = 0; i < sizeof(wrappers) / sizeof(*wrappers); i++)
		if (member(value, wrappers[i].name, wrappers[i].kind, &inner))
			return take(x, &inner, depth + 1);
	/* Other messages of the protocols have a type; a bare map has none. */
	if (json_member(value, "type", &inner))
		return false;
	take_map(x, value);
	return true;
}

/* One JSON text, or else one a line; lines of others' logs are passed over. */
static bool
take_text(struct exchange *x)
{
	const char *at = x->text.text, *end = at + x->text.len;
	struct json value;
	bool found = false;

	if (json_value(at, x->text.len, &value)) {
		x->message++;
		return take(x, &value, 0);
	}
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		x->message++;
		if (json_value(at, (size_t)(stop - at), &value))
			found |= take(x, &value, 0);
		at = stop + 1;
	}
	return found;
}

int
exchange_import(struct exchange *x, struct state *s)
{
	struct mark m;

	if (x->text.full || x->text.len == 0 || !take_text(x)) {
		snprintf(x->why, sizeof(x->why), x->text.full ?
		    "is larger than any state" :
		    "holds no state of Airbyte or Singer");
		return -1;
	}
	if (x->count == 0) {
		snprintf(x->why, sizeof(x->why), "no cursor could be taken "
		    "over%s%s", x->skip_count ? ": " : "",
		    x->skip_count ? x->skipped[0] : "");
		return -1;
	}
	memset(&m, 0, sizeof(m));
	m.kind = MARK_WINDOW;
	m.low = WHEN_NEVER;
	m.since = x->since;
	for (size_t i = 0; i < x->count; i++) {
		const struct exchange_cursor *c = &x->cursors[i];

		memcpy(m.stream, c->stream, sizeof(m.stream));
		memcpy(m.account, c->account, sizeof(m.account));
		m.until = c->at;
		if (c->at > when_now() + STATE_FUTURE) {
			snprintf(x->why, sizeof(x->why), "the cursor of %s lies"
			    " in the future", c->stream);
			return -1;
		}
		if (m.since < m.until)
			state_join(s, &m);
	}
	return 0;
}

void
exchange_release(struct exchange *x)
{
	for (size_t i = 0; i < x->skip_count; i++)
		free(x->skipped[i]);
	free(x->skipped);
	free(x->cursors);
	buf_release(&x->text);
	*x = (struct exchange)EXCHANGE_INIT;
}

/* --- writing ----------------------------------------------------------- */

/* Before this everything is loaded and final.  false: there is no such. */
static bool
settled(const struct state_scope *scope, int64_t *at)
{
	if (scope->covered.count == 0)
		return false;
	*at = scope->covered.all[0].until;
	if (scope->pending.count > 0 && scope->pending.all[0].since < *at)
		*at = scope->pending.all[0].since;
	return *at != WHEN_ALWAYS;
}

static void
put_cursor(struct out *o, const struct exchange_stream *x, int64_t at)
{
	char text[WHEN_SIZE];

	if (x->spelling == DAY)
		when_day_text(text, at);
	else
		when_text(text, at);
	if (x->spelling == SPACED)
		text[strcspn(text, "T")] = ' ';
	out_text(o, "{\"");
	out_text(o, x->cursor);
	out_text(o, "\":");
	record_text(o, text);
	out_byte(o, '}');
}

static void
put_partition(struct out *o, const struct exchange_stream *x,
    const struct state_scope *scope, int64_t at)
{
	static const char place[] = "{AccountSid}";
	const char *path = catalog_find(x->name)->path;
	const char *account = strstr(path, place);
	struct buf uri = BUF_INIT(0);

	if (account)
		buf_printf(&uri, "%.*s%s%s", (int)(account - path), path,
		    scope->account, account + sizeof(place) - 1);
	else
		buf_text(&uri, path);
	out_text(o, "{\"partition\":{\"subresource_uri\":");
	record_text(o, uri.text);
	out_text(o, ",\"parent_slice\":{}},\"cursor\":");
	put_cursor(o, x, at);
	out_byte(o, '}');
	buf_release(&uri);
}

/* The earliest of all accounts.  false: none has one. */
static bool
earliest(const struct state *s, const char *stream, int64_t *at)
{
	bool found = false;
	int64_t one;

	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->scopes[i].stream, stream) == 0 &&
		    settled(&s->scopes[i], &one) && (!found || one < *at)) {
			*at = one;
			found = true;
		}
	return found;
}

static void
put_airbyte(struct out *o, const struct exchange_stream *x,
    const struct state *s, int64_t least)
{
	const char *comma = "";
	int64_t at;

	out_text(o, "{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":"
	    "{\"name\":");
	record_text(o, x->name);
	out_text(o, "},\"stream_state\":");
	if (!x->per_account) {
		put_cursor(o, x, least);
		out_text(o, "}}");
		return;
	}
	out_text(o, "{\"use_global_cursor\":false,\"states\":[");
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->scopes[i].stream, x->name) == 0 &&
		    settled(&s->scopes[i], &at)) {
			out_text(o, comma);
			put_partition(o, x, &s->scopes[i], at);
			comma = ",";
		}
	out_text(o, "],\"state\":");
	put_cursor(o, x, least);
	out_text(o, "}}}");
}

static void
put_singer(struct out *o, const struct exchange_stream *x, int64_t least)
{
	char text[WHEN_SIZE];

	record_text(o, x->name);
	out_byte(o, ':');
	record_text(o, when_text(text, least));
}

void
exchange_export(struct out *o, const char *format, const struct state *s)
{
	bool singer = strcmp(format, "singer") == 0;
	const char *comma = "";
	int64_t least = 0;

	out_text(o, singer ? "{\"bookmarks\":{" : "[");
	for (size_t i = 0; i < STREAMS; i++) {
		if (!earliest(s, streams[i].name, &least))
			continue;
		out_text(o, comma);
		if (singer)
			put_singer(o, &streams[i], least);
		else
			put_airbyte(o, &streams[i], s, least);
		comma = ",";
	}
	out_text(o, singer ? "}}\n" : "]\n");
}
