#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lasting.h"
#include "stanza.h"
#include "when.h"

#define WORDS_MAX 64		/* on one line */

char stanza_why[512];

int
stanza_fail(const char *file, unsigned long line, const char *format, ...)
{
	va_list ap;
	size_t room = sizeof(stanza_why);
	int n = snprintf(stanza_why, room, "%s:%lu: ", file, line);

	if ((size_t)n >= room)
		return -1;
	va_start(ap, format);
	vsnprintf(stanza_why + n, room - (size_t)n, format, ap);
	va_end(ap);
	return -1;
}

/*
 * The attributes a stanza may have.  A row says what the line's words are and
 * where in struct stream they go, so that reading and dropping are one switch
 * each.
 */
enum kind {
	TEXT,			/* one word */
	REST,			/* words as they stand, to the end of the line */
	DURATION,
	NAMES,			/* words; they replace what was there */
	WORDS,			/* words; each is added once */
	PAIRS,			/* NAME=VALUE */
	VALUES,			/* NAME VALUE */
	CONDITIONS,		/* FIELD = VALUES, FIELD != VALUES */
	PAGING, RECORDS, SIZE, PARENT, WINDOW, PARAMETER, COLUMN
};

struct attribute {
	const char *name;
	enum kind kind;
	size_t where, count;	/* offsets in struct stream */
	size_t least, most;	/* words after the name */
	const char *usage;
};

#define AT(member) offsetof(struct stream, member)
#define LIST(member, number) AT(member), AT(number)

static const struct attribute attributes[] = {
	{ "column", COLUMN, LIST(columns, column_count), 2, 5,
	    "PATH TYPE [personal] [secret] [required]" },
	{ "each", PAIRS, LIST(each, each_count), 1, 1, "NAME=VALUE,VALUE..." },
	{ "empty", WORDS, AT(empty), 0, 1, WORDS_MAX, "STATUS..." },
	{ "final", CONDITIONS, LIST(final, final_count), 3, 3,
	    "FIELD = VALUE,... or FIELD != VALUE,..." },
	{ "final-age", DURATION, AT(final_age), 0, 1, 1, "DURATION" },
	{ "group", WORDS, AT(groups), 0, 1, WORDS_MAX, "NAME..." },
	{ "host", TEXT, AT(host), 0, 1, 1, "PRODUCT" },
	{ "key", NAMES, AT(key), 0, 1, WORDS_MAX, "COLUMN..." },
	{ "lookback", DURATION, AT(lookback), 0, 1, 1, "DURATION" },
	{ "note", REST, AT(note), 0, 1, 1, "TEXT" },
	{ "only", CONDITIONS, LIST(only, only_count), 3, 3,
	    "FIELD = VALUE,... or FIELD != VALUE,..." },
	{ "paging", PAGING, AT(paging), 0, 1, 2,
	    "2010, meta, token [PARAMETER], scim, number or none" },
	{ "parameter", PARAMETER, LIST(parameters, parameter_count), 1, 3,
	    "NAME [VALUE,VALUE...] [required]" },
	{ "parent", PARENT, LIST(feeds, feed_count), 1, WORDS_MAX,
	    "STREAM PARAMETER=MEMBER..." },
	{ "path", TEXT, AT(path), 0, 1, 1, "/PATH/{Parameter}" },
	{ "query", PAIRS, LIST(query, query_count), 1, 1, "NAME=VALUE" },
	{ "records", RECORDS, AT(records), 0, 1, 2, "MEMBER [NAME] or ." },
	{ "retention", DURATION, AT(retention), 0, 1, 1, "DURATION" },
	{ "size", SIZE, AT(page_size), 0, 1, 2, "NUMBER [PARAMETER]" },
	{ "source", REST, AT(source), 0, 1, 1, "TEXT" },
	{ "unwindowed", TEXT, AT(unwindowed), 0, 1, 1, "MEMBER" },
	{ "values", VALUES, LIST(values, value_count), 2, 2,
	    "PARAMETER VALUE,VALUE..." },
	{ "version", TEXT, AT(version), 0, 1, 1, "MEMBER" },
	{ "window", WINDOW, AT(window), 0, 5, 7,
	    "MEMBER LOW HIGH day|try|instant BOUNDS [whole] [bounded], where "
	    "BOUNDS is one of [] [) (] ()" },
};
#define ATTRIBUTES (sizeof(attributes) / sizeof(attributes[0]))

bool
stanza_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

const char *
stanza_phrase(char c)
{
	return c & 0x80 ? catalog_phrases[c & 0x7f] : NULL;
}

/* Reading one stream: where we are, for messages. */
struct reader {
	struct stream *stream;
	const char *file;
	unsigned long line;
};

#define FAIL(r, ...) stanza_fail((r)->file, (r)->line, __VA_ARGS__)

static void *
member(struct stream *s, size_t offset)
{
	return (char *)s + offset;
}

/* "a,b,c" cut in place into a NULL-terminated list. */
static const char **
cut_list(char *text)
{
	const char **list = NULL;
	size_t count = 0;
	char *comma;

	for (;;) {
		if ((comma = strchr(text, ',')) != NULL)
			*comma = '\0';
		list = lasting_grow(list, count, sizeof(*list));
		list[count++] = text;
		if (comma == NULL)
			break;
		text = comma + 1;
	}
	list = lasting_grow(list, count, sizeof(*list));
	list[count] = NULL;
	return list;
}

static void
add_word(const char ***list, const char *word)
{
	size_t count = 0;

	if (*list != NULL)
		for (; (*list)[count] != NULL; count++)
			if (strcmp((*list)[count], word) == 0)
				return;
	*list = lasting_grow(*list, count, sizeof(**list));
	(*list)[count++] = word;
	*list = lasting_grow(*list, count, sizeof(**list));
	(*list)[count] = NULL;
}

static void
put_pair(struct pair **all, size_t *count, const char *name, const char *value)
{
	size_t i;

	for (i = 0; i < *count && strcmp((*all)[i].name, name); i++)
		;
	if (i == *count) {
		*all = lasting_grow(*all, *count, sizeof(**all));
		++*count;
	}
	(*all)[i].name = name;
	(*all)[i].value = value;
}

static int
put_equation(struct reader *r, struct pair **all, size_t *count, char *word)
{
	char *equals = strchr(word, '=');

	if (equals == NULL || equals == word)
		return FAIL(r, "'%s' is not NAME=VALUE", word);
	*equals = '\0';
	put_pair(all, count, word, equals + 1);
	return 0;
}

static int
put_condition(struct reader *r, struct condition **all, size_t *count,
    char **words)
{
	bool negated = strcmp(words[1], "!=") == 0;
	size_t i;

	if (!negated && strcmp(words[1], "="))
		return FAIL(r, "'%s' is neither = nor !=", words[1]);
	for (i = 0; i < *count && strcmp((*all)[i].field, words[0]); i++)
		;
	if (i == *count) {
		*all = lasting_grow(*all, *count, sizeof(**all));
		++*count;
	}
	(*all)[i].field = words[0];
	(*all)[i].negated = negated;
	(*all)[i].values = cut_list(words[2]);
	return 0;
}

static int
put_parameter(struct stream *s, char **words, size_t n)
{
	struct parameter p = { words[0], false, NULL };
	size_t i;

	if (n > 1 && strcmp(words[n - 1], "required") == 0) {
		p.required = true;
		n--;
	}
	if (n > 2)
		return -1;
	if (n == 2)
		p.choices = cut_list(words[1]);
	for (i = 0; i < s->parameter_count; i++)
		if (strcmp(s->parameters[i].name, p.name) == 0)
			break;
	if (i == s->parameter_count) {
		s->parameters = lasting_grow(s->parameters, i, sizeof(p));
		s->parameter_count++;
	}
	s->parameters[i] = p;
	return 0;
}

/* "capabilities.voice" is the column capabilities_voice. */
static const char *
flat_name(const char *path)
{
	char *name, *at;

	if (strchr(path, '.') == NULL)
		return path;
	name = lasting_text(path, strlen(path));
	for (at = name; (at = strchr(at, '.')) != NULL;)
		*at = '_';
	return name;
}

static int
put_column(struct reader *r, char **words, size_t n)
{
	struct stream *s = r->stream;
	struct column c = { words[0], NULL, COLUMN_TEXT, false, false, false };
	int type = column_type_of(words[1]);
	size_t i, at = s->column_count;

	if (type < 0)
		return FAIL(r, "'%s' is no type; types are text integer decimal "
		    "boolean time date json", words[1]);
	c.type = (enum column_type)type;
	for (i = 2; i < n; i++) {
		if (strcmp(words[i], "personal") == 0)
			c.personal = true;
		else if (strcmp(words[i], "secret") == 0)
			c.secret = true;
		else if (strcmp(words[i], "required") == 0)
			c.required = true;
		else
			return FAIL(r, "'%s' is neither personal, secret nor "
			    "required", words[i]);
	}
	c.name = flat_name(c.path);
	for (i = 0; i < s->column_count; i++) {
		if (strcmp(s->columns[i].name, c.name))
			continue;
		if (strcmp(s->columns[i].path, c.path))
			return FAIL(r, "columns %s and %s would both be called %s",
			    s->columns[i].path, c.path, c.name);
		at = i;
	}
	if (at == s->column_count) {
		s->columns = lasting_grow(s->columns, at, sizeof(c));
		s->column_count++;
	}
	s->columns[at] = c;
	return 0;
}

static int
put_window(struct stream *s, char **words, size_t n)
{
	int grain = granularity_of(words[3]);
	const char *bounds = words[4];
	size_t i;

	s->window_whole = s->window_bounded = false;
	for (i = 5; i < n; i++) {
		if (strcmp(words[i], "whole") == 0)
			s->window_whole = true;
		else if (strcmp(words[i], "bounded") == 0)
			s->window_bounded = true;
		else
			return -1;
	}
	if (grain <= WINDOW_NONE || strlen(bounds) != 2 ||
	    strchr("[(", bounds[0]) == NULL || strchr("])", bounds[1]) == NULL)
		return -1;
	s->window = (enum granularity)grain;
	s->window_field = strcmp(words[0], "-") ? words[0] : NULL;
	s->window_low = words[1];
	s->window_high = words[2];
	s->low_inclusive = bounds[0] == '[';
	s->high_inclusive = bounds[1] == ']';
	return 0;
}

static int
put_size(struct stream *s, char **words, size_t n)
{
	char *end;

	errno = 0;
	s->page_size = strtol(words[0], &end, 10);
	s->size_name = n > 1 ? words[1] : "PageSize";
	return errno || *end || s->page_size < 1 || s->page_size > 100000 ?
	    -1 : 0;
}

/* -1 with why empty: the words do not fit the attribute's usage. */
static int
put_attribute(struct reader *r, const struct attribute *a, char **words,
    size_t n)
{
	struct stream *s = r->stream;
	void *where = member(s, a->where);
	size_t *count = member(s, a->count);
	const char **names = NULL;
	size_t i;
	int found;

	switch (a->kind) {
	case TEXT:
	case REST:
		*(const char **)where = words[0];
		return 0;
	case DURATION:
		return when_duration(words[0], where) ? 0 : -1;
	case NAMES:
		for (i = 0; i < n; i++)
			add_word(&names, words[i]);
		*(const char ***)where = names;
		return 0;
	case WORDS:
		for (i = 0; i < n; i++)
			add_word(where, words[i]);
		return 0;
	case PAIRS:
		return put_equation(r, where, count, words[0]);
	case VALUES:
		put_pair(where, count, words[0], words[1]);
		return 0;
	case CONDITIONS:
		return put_condition(r, where, count, words);
	case PAGING:
		found = paging_of(words[0]);
		if (found < 0)
			return -1;
		s->paging = (enum paging)found;
		s->token_name = n > 1 ? words[1] : "pageToken";
		return n > 1 && s->paging != PAGING_TOKEN ? -1 : 0;
	case RECORDS:
		s->records = words[0];
		s->bare = n > 1 ? words[1] : NULL;
		return 0;
	case SIZE:
		return put_size(s, words, n);
	case PARENT:
		s->parent = words[0];
		s->feeds = NULL;
		s->feed_count = 0;
		for (i = 1; i < n; i++)
			if (put_equation(r, where, count, words[i]))
				return -1;
		return 0;
	case WINDOW:
		return put_window(s, words, n);
	case PARAMETER:
		return put_parameter(s, words, n);
	case COLUMN:
		return put_column(r, words, n);
	}
	return -1;
}

/* One item of a list, by its first word; the items are size bytes and begin
 * with the pointer to it. */
static int
drop_item(char *all, size_t *count, size_t size, const char *word)
{
	size_t i;

	for (i = 0; i < *count; i++)
		if (strcmp(*(const char **)(void *)(all + i * size), word) == 0)
			break;
	if (i == *count)
		return -1;
	memmove(all + i * size, all + (i + 1) * size, (*count - i - 1) * size);
	--*count;
	return 0;
}

static int
drop_word(const char **list, const char *word)
{
	if (list == NULL)
		return -1;
	while (*list != NULL && strcmp(*list, word))
		list++;
	if (*list == NULL)
		return -1;
	for (; *list != NULL; list++)
		list[0] = list[1];
	return 0;
}

static size_t
item_size(enum kind kind)
{
	switch (kind) {
	case PAIRS:
	case VALUES:
		return sizeof(struct pair);
	case CONDITIONS:
		return sizeof(struct condition);
	case PARAMETER:
		return sizeof(struct parameter);
	case COLUMN:
		return sizeof(struct column);
	default:
		return 0;
	}
}

static int
drop_attribute(struct stream *s, const struct attribute *a, const char *item)
{
	void *where = member(s, a->where);
	size_t *count = member(s, a->count);

	if (item != NULL && item_size(a->kind))
		return drop_item(*(char **)where, count, item_size(a->kind),
		    item);
	if (item != NULL)
		return a->kind == WORDS ? drop_word(*(const char ***)where, item) :
		    -1;
	switch (a->kind) {
	case DURATION:
		*(int64_t *)where = 0;
		break;
	case SIZE:
		s->page_size = 0;
		break;
	case WINDOW:
		s->window = WINDOW_NONE;
		s->window_field = s->window_low = s->window_high = NULL;
		break;
	case PAGING:
		return -1;	/* there is no paging without a style */
	case PARENT:
		s->parent = NULL;
		*count = 0;
		break;
	default:
		*(void **)where = NULL;
		if (a->count)
			*count = 0;
	}
	return 0;
}

static const struct attribute *
find_attribute(const char *word)
{
	size_t i;

	for (i = 0; i < ATTRIBUTES; i++)
		if (strcmp(attributes[i].name, word) == 0)
			return &attributes[i];
	return NULL;
}

/* Cut the comment and the blanks at both ends; returns the first word. */
static char *
trim(char *line)
{
	size_t len, i;

	while (stanza_blank(*line))
		line++;
	len = strlen(line);
	for (i = 0; i < len; i++)
		if (line[i] == '#' && (i == 0 || stanza_blank(line[i - 1])))
			len = i;
	while (len > 0 && stanza_blank(line[len - 1]))
		len--;
	line[len] = '\0';
	return line;
}

/* Cut the first word off; returns what follows it. */
static char *
next_word(char *text)
{
	while (*text != '\0' && !stanza_blank(*text))
		text++;
	if (*text == '\0')
		return text;
	*text++ = '\0';
	while (stanza_blank(*text))
		text++;
	return text;
}

static size_t
split(char *text, char **words)
{
	size_t n;

	for (n = 0; *text != '\0' && n < WORDS_MAX; n++) {
		words[n] = text;
		text = next_word(text);
	}
	return *text == '\0' ? n : WORDS_MAX + 1;
}

/* One indented line of a stanza; the stream keeps pointers into it. */
static int
read_line(struct reader *r, char *line)
{
	const struct attribute *a;
	char *words[WORDS_MAX] = { NULL }, *rest, *name = trim(line);
	bool drops;
	size_t n;

	if (*name == '\0')
		return 0;
	rest = next_word(name);
	drops = strcmp(name, "drop") == 0;
	if (drops) {
		name = rest;
		rest = next_word(name);
	}
	if ((a = find_attribute(name)) == NULL)
		return FAIL(r, "'%s' is no attribute; see tw-catalog(5)", name);
	words[0] = rest;
	n = a->kind == REST && *rest != '\0' ? 1 : split(rest, words);
	if (drops) {
		if (n > 1 || drop_attribute(r->stream, a, n ? rest : NULL))
			return FAIL(r, "no %s%s%s to drop", name,
			    n ? " " : "", n ? rest : "");
		return 0;
	}
	stanza_why[0] = '\0';
	if (n >= a->least && n <= a->most &&
	    put_attribute(r, a, words, n) == 0)
		return 0;
	return stanza_why[0] ? -1 : FAIL(r, "use: %s %s", name, a->usage);
}

/* The lines of a packed stanza as somebody wrote them. */
static char *
unpack(const char *text, const char *end)
{
	const char *at, *phrase;
	char *lines, *to;
	size_t len = 0;

	for (at = text; at < end; at++)
		len += (phrase = stanza_phrase(*at)) ? strlen(phrase) : 1;
	to = lines = lasting(len + 1);
	for (at = text; at < end; at++) {
		phrase = stanza_phrase(*at);
		len = phrase ? strlen(phrase) : 1;
		memcpy(to, phrase ? phrase : at, len);
		to += len;
	}
	*to = '\0';
	return lines;
}

int
stanza_read(struct stream *s, const struct stanza *z)
{
	struct reader r = { s, z->file, z->line };
	char *line = z->packed ? unpack(z->text, z->end) :
	    lasting_text(z->text, (size_t)(z->end - z->text));
	char *end;

	for (; *line != '\0'; line = end + 1) {
		r.line++;
		if ((end = strchr(line, '\n')) != NULL)
			*end = '\0';
		if (read_line(&r, line))
			return -1;
		if (end == NULL)
			break;
	}
	return 0;
}

/* Does text hold "{name}"? */
static bool
has_place(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (; (text = strchr(text, '{')) != NULL; text++)
		if (strncmp(text + 1, name, len) == 0 && text[len + 1] == '}')
			return true;
	return false;
}

static bool
has_pair(const struct pair *all, size_t count, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strncmp(all[i].name, name, len) == 0 &&
		    all[i].name[len] == '\0')
			return true;
	return false;
}

/* Is "_message_sid" {MessageSid} of the path (or "_account")? */
static bool
is_context(const struct stream *s, const char *key)
{
	const char *at;
	char name[CATALOG_CONTEXT];

	if (strcmp(key, "_account") == 0)
		return true;
	for (at = s->path; (at = strchr(at, '{')) != NULL;) {
		at++;
		stream_context(name, sizeof(name), at, strcspn(at, "}"));
		if (strcmp(name, key) == 0)
			return true;
	}
	return false;
}

/* Without a key, an item is known by the place it came from. */
static const char **
find_list(const struct stream *s)
{
	const char *at, **list = NULL;
	char name[CATALOG_CONTEXT];
	size_t count = 0, len;

	if (s->key)
		return NULL;
	for (at = s->path; (at = strchr(at, '{')) != NULL; at += len) {
		at++;
		len = strcspn(at, "}");
		if (!strncmp(at, "AccountSid}", 11))
			continue;
		stream_context(name, sizeof(name), at, len);
		list = lasting_grow(list, count, sizeof(*list));
		list[count++] = lasting_text(name, strlen(name));
		list[count] = NULL;
	}
	return list;
}

/* The first parameter that nothing in the catalogue supplies, or NULL. */
static const char *
find_needs(const struct stream *s)
{
	const char *at;
	size_t i, len;

	for (at = s->path; (at = strchr(at, '{')) != NULL; at += len) {
		at++;
		len = strcspn(at, "}");
		if (!has_pair(s->feeds, s->feed_count, at, len) &&
		    !has_pair(s->values, s->value_count, at, len) &&
		    strncmp(at, "AccountSid}", 11))
			return lasting_text(at, len);
	}
	for (i = 0; i < s->parameter_count; i++) {
		const struct parameter *p = &s->parameters[i];

		len = strlen(p->name);
		if (p->required &&
		    !has_pair(s->query, s->query_count, p->name, len) &&
		    !has_pair(s->each, s->each_count, p->name, len))
			return p->name;
	}
	return NULL;
}

int
stanza_check(struct stream *s, const struct stanza *z)
{
	const char **key;
	size_t i;

#define MUST(good, ...)                                                       \
	do {                                                                  \
		if (!(good))                                                  \
			return stanza_fail(z->file, z->line, __VA_ARGS__);           \
	} while (0)
	MUST(s->host, "stream %s has no host", s->name);
	MUST(s->path && s->path[0] == '/', "stream %s has no path that "
	    "begins with '/'", s->name);
	MUST(s->records, "stream %s has no records", s->name);
	for (i = 0; i < s->feed_count; i++)
		MUST(has_place(s->path, s->feeds[i].name),
		    "stream %s: its path has no {%s} for the parent to feed",
		    s->name, s->feeds[i].name);
	for (i = 0; i < s->value_count; i++)
		MUST(has_place(s->path, s->values[i].name),
		    "stream %s: its path has no {%s} for the values", s->name,
		    s->values[i].name);
	for (key = s->key; key && *key; key++)
		MUST(**key == '_' ? is_context(s, *key) :
		    stream_column(s, *key, strlen(*key)) != NULL,
		    "stream %s: key %s is neither a column nor a parameter of "
		    "its path", s->name, *key);
	/* --since and --until ask for these; a --filter would defeat them. */
	if (s->window != WINDOW_NONE) {
		drop_item((char *)s->parameters, &s->parameter_count,
		    sizeof(*s->parameters), s->window_low);
		drop_item((char *)s->parameters, &s->parameter_count,
		    sizeof(*s->parameters), s->window_high);
	}
	s->needs = find_needs(s);
	s->list = find_list(s);
#undef MUST
	s->per_account = has_place(s->path, "AccountSid");
	for (i = 0; i < s->query_count; i++)
		s->per_account |= has_place(s->query[i].value, "AccountSid");
	return 0;
}
