#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <unistd.h>

#include "catalog.h"
#include "diag.h"
#include "mem.h"
#include "when.h"

#define FILE_BYTES (16 << 20)	/* the largest user's file */
#define NAME_BYTES 100	/* of a stream: it names files and tables */
#define WORDS_MAX 64		/* on one line */

/* One heading of the text and the lines under it. */
struct stanza {
	const char *name;	/* not NUL-terminated */
	size_t name_len;
	const char *text, *end;	/* the lines after the heading */
	const char *file;
	unsigned long line;	/* of the heading */
	bool amends;
	bool packed;		/* compiled in: see catalog_phrases */
};

enum entry_state { UNREAD, READING, READ, BAD };

/* A stream: its stanzas in the order of the layers, read when asked for. */
struct entry {
	const char *name;
	struct stanza *const *stanzas;
	size_t count;
	enum entry_state state;
	struct stream *stream;
	char *why;		/* BAD: what was wrong */
};

static struct stanza *stanzas;		/* in the order of the text */
static size_t stanza_count;
static struct stanza **by_name;		/* the same, sorted */
static struct entry *entries;		/* sorted by name */
static size_t entry_count;
static char why[512];

static int
fail(const char *file, unsigned long line, const char *format, ...)
    DIAG_FORMAT(3, 4);

static int
fail(const char *file, unsigned long line, const char *format, ...)
{
	va_list ap;
	int n = snprintf(why, sizeof(why), "%s:%lu: ", file, line);

	if (n < 0 || (size_t)n >= sizeof(why))
		return -1;
	va_start(ap, format);
	vsnprintf(why + n, sizeof(why) - (size_t)n, format, ap);
	va_end(ap);
	return -1;
}

/*
 * Streams live until the process ends, and so does all they point at: memory
 * is cut from blocks that are kept, and what a later layer replaced is not
 * given back.
 */
#define BLOCK_BYTES ((size_t)64 << 10)

union block {
	struct {
		union block *older;
		size_t used, room;
	} head;
	max_align_t align;
};
static union block *blocks;

static void *
lasting(size_t size)
{
	union block *b = blocks;
	void *place;

	size = (size + sizeof(*b) - 1) / sizeof(*b);
	if (b == NULL || b->head.room - b->head.used < size) {
		size_t room = BLOCK_BYTES / sizeof(*b);

		room = size > room ? size : room;
		b = mem_array(NULL, room + 1, sizeof(*b));
		b->head.older = blocks;
		b->head.used = 0;
		b->head.room = room;
		blocks = b;
	}
	place = b + 1 + b->head.used;
	b->head.used += size;
	return place;
}

static char *
lasting_copy(const char *text, size_t len)
{
	char *copy = lasting(len + 1);

	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

/* Room for one more behind count items; doubles at powers of two. */
static void *
grow(void *all, size_t count, size_t size)
{
	void *more;

	if (count & (count - 1))
		return all;
	more = lasting((count ? count * 2 : 1) * size);
	if (count)
		memcpy(more, all, count * size);
	return more;
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

static const char *const paging_names[] = {
	"2010", "meta", "token", "scim", "number", "none"
};
static const char *const type_names[] = {
	"text", "integer", "decimal", "boolean", "time", "date", "json"
};
static const char *const granularity_names[] = {
	"none", "day", "try", "instant"
};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int
name_index(const char *const *names, size_t count, const char *word)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(names[i], word) == 0)
			return (int)i;
	return -1;
}

const char *
column_type_name(enum column_type type)
{
	return type_names[type];
}

const char *
paging_name(enum paging paging)
{
	return paging_names[paging];
}

const char *
granularity_name(enum granularity granularity)
{
	return granularity_names[granularity];
}

/* Reading one stream: where we are, for messages. */
struct reader {
	struct stream *stream;
	const char *file;
	unsigned long line;
};

#define FAIL(r, ...) fail((r)->file, (r)->line, __VA_ARGS__)

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
		list = grow(list, count, sizeof(*list));
		list[count++] = text;
		if (comma == NULL)
			break;
		text = comma + 1;
	}
	list = grow(list, count, sizeof(*list));
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
	*list = grow(*list, count, sizeof(**list));
	(*list)[count++] = word;
	*list = grow(*list, count, sizeof(**list));
	(*list)[count] = NULL;
}

static void
put_pair(struct pair **all, size_t *count, const char *name, const char *value)
{
	size_t i;

	for (i = 0; i < *count && strcmp((*all)[i].name, name); i++)
		;
	if (i == *count) {
		*all = grow(*all, *count, sizeof(**all));
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
		*all = grow(*all, *count, sizeof(**all));
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
		s->parameters = grow(s->parameters, i, sizeof(p));
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
	name = lasting_copy(path, strlen(path));
	for (at = name; (at = strchr(at, '.')) != NULL;)
		*at = '_';
	return name;
}

static int
put_column(struct reader *r, char **words, size_t n)
{
	struct stream *s = r->stream;
	struct column c = { words[0], NULL, COLUMN_TEXT, false, false, false };
	int type = name_index(type_names, COUNT(type_names), words[1]);
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
		s->columns = grow(s->columns, at, sizeof(c));
		s->column_count++;
	}
	s->columns[at] = c;
	return 0;
}

static int
put_window(struct stream *s, char **words, size_t n)
{
	int grain = name_index(granularity_names, COUNT(granularity_names),
	    words[3]);
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
		found = name_index(paging_names, COUNT(paging_names), words[0]);
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

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Cut the comment and the blanks at both ends; returns the first word. */
static char *
trim(char *line)
{
	size_t len, i;

	while (blank(*line))
		line++;
	len = strlen(line);
	for (i = 0; i < len; i++)
		if (line[i] == '#' && (i == 0 || blank(line[i - 1])))
			len = i;
	while (len > 0 && blank(line[len - 1]))
		len--;
	line[len] = '\0';
	return line;
}

/* Cut the first word off; returns what follows it. */
static char *
next_word(char *text)
{
	while (*text != '\0' && !blank(*text))
		text++;
	if (*text == '\0')
		return text;
	*text++ = '\0';
	while (blank(*text))
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
	char *words[WORDS_MAX], *rest, *name = trim(line);
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
	why[0] = '\0';
	if (n >= a->least && n <= a->most &&
	    put_attribute(r, a, words, n) == 0)
		return 0;
	return why[0] ? -1 : FAIL(r, "use: %s %s", name, a->usage);
}

static const char *
phrase_of(char c)
{
	return c & 0x80 ? catalog_phrases[c & 0x7f] : NULL;
}

/* The lines of a packed stanza as somebody wrote them. */
static char *
unpack(const char *text, const char *end)
{
	const char *at, *phrase;
	char *lines, *to;
	size_t len = 0;

	for (at = text; at < end; at++)
		len += (phrase = phrase_of(*at)) ? strlen(phrase) : 1;
	to = lines = lasting(len + 1);
	for (at = text; at < end; at++) {
		phrase = phrase_of(*at);
		len = phrase ? strlen(phrase) : 1;
		memcpy(to, phrase ? phrase : at, len);
		to += len;
	}
	*to = '\0';
	return lines;
}

static int
read_stanza(struct stream *s, const struct stanza *z)
{
	struct reader r = { s, z->file, z->line };
	char *line = z->packed ? unpack(z->text, z->end) :
	    lasting_copy(z->text, (size_t)(z->end - z->text));
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
			return lasting_copy(at, len);
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

/* What only a whole stream can show, once all its stanzas are read. */
static int
check_stream(struct stream *s, const struct stanza *z)
{
	const char **key;
	size_t i;

#define MUST(good, ...)                                                       \
	do {                                                                  \
		if (!(good))                                                  \
			return fail(z->file, z->line, __VA_ARGS__);           \
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
	if (s->parent != NULL) {
		const struct stream *parent = catalog_find(s->parent);

		if (parent == NULL && why[0])
			return -1;	/* it says what is wrong with that one */
		MUST(parent, "stream %s: there is no parent %s", s->name,
		    s->parent);
		if (s->needs == NULL)
			s->needs = parent->needs;
	}
#undef MUST
	s->per_account = has_place(s->path, "AccountSid");
	for (i = 0; i < s->query_count; i++)
		s->per_account |= has_place(s->query[i].value, "AccountSid");
	return 0;
}

static int
read_entry(struct entry *e)
{
	struct stream *s = lasting(sizeof(*s));
	size_t i;

	memset(s, 0, sizeof(*s));
	s->name = e->name;
	for (i = 0; i < e->count; i++)
		if (read_stanza(s, e->stanzas[i]))
			return -1;
	e->stream = s;
	/* What is wrong now was most likely made so by the last to touch it. */
	return check_stream(s, e->stanzas[e->count - 1]);
}

static const struct stream *
entry_stream(struct entry *e)
{
	if (e->state == UNREAD) {
		e->state = READING;
		why[0] = '\0';
		e->state = read_entry(e) ? BAD : READ;
		if (e->state == BAD)
			e->why = lasting_copy(why, strlen(why));
	} else if (e->state == READING) {
		const struct stanza *z = e->stanzas[e->count - 1];

		fail(z->file, z->line, "stream %s is its own parent", e->name);
		return NULL;
	}
	snprintf(why, sizeof(why), "%s", e->state == BAD ? e->why : "");
	return e->state == READ ? e->stream : NULL;
}

static int
compare_names(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order ? order : (a_len > b_len) - (a_len < b_len);
}

static struct entry *
find_entry(const char *name, size_t len)
{
	size_t low = 0, high = entry_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct entry *e = &entries[middle];
		int order = compare_names(name, len, e->name, strlen(e->name));

		if (order == 0)
			return e;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static int
compare_stanzas(const void *a, const void *b)
{
	const struct stanza *x = *(struct stanza *const *)a;
	const struct stanza *y = *(struct stanza *const *)b;
	int order = compare_names(x->name, x->name_len, y->name, y->name_len);

	return order ? order : (x > y) - (x < y);	/* in layer order */
}

static bool
good_name(const char *name, size_t len)
{
	size_t i;

	if (len == 0 || len > NAME_BYTES || name[0] == '_')
		return false;
	for (i = 0; i < len; i++)
		if (!(name[i] >= 'a' && name[i] <= 'z') &&
		    !(name[i] >= '0' && name[i] <= '9') && name[i] != '_')
			return false;
	return true;
}

struct layer {
	const char *name, *text;
	size_t len;
	bool packed;
};

/* "stream NAME" or "amend NAME..." in column 1.  Amended names share the
 * lines that follow: each becomes a stanza of its own. */
static int
add_heading(const struct layer *layer, unsigned long line, const char *text,
    const char *end)
{
	struct stanza z = { NULL, 0, end + 1, end + 1, layer->name, line, false,
	    layer->packed };
	const char *file = layer->name;
	const char *at = text;
	size_t names = 0;

	while (at < end && !blank(*at))
		at++;
	z.amends = at - text == 5 && memcmp(text, "amend", 5) == 0;
	if (!z.amends && !(at - text == 6 && memcmp(text, "stream", 6) == 0))
		return fail(file, line,
		    "a stanza begins with 'stream NAME' or 'amend NAME...'");
	for (;; names++) {
		while (at < end && blank(*at))
			at++;
		if (at == end || *at == '#')
			break;
		z.name = at;
		while (at < end && !blank(*at))
			at++;
		z.name_len = (size_t)(at - z.name);
		if (!good_name(z.name, z.name_len))
			return fail(file, line, "a stream's name is one word "
			    "of small letters, digits and _, at most %d",
			    NAME_BYTES);
		stanzas = grow(stanzas, stanza_count, sizeof(z));
		stanzas[stanza_count++] = z;
	}
	if (names == 0 || (names > 1 && !z.amends))
		return fail(file, line, names ? "'stream' defines one name" :
		    "a stream's name is missing");
	return 0;
}

static int
add_layer(const struct layer *layer)
{
	const char *text = layer->text, *end = text + layer->len, *next;
	size_t open = stanza_count, first = open;	/* stanzas being read */
	unsigned long line = 1;

	for (; text < end; text = next + 1, line++) {
		if ((next = memchr(text, '\n', (size_t)(end - text))) == NULL)
			next = end;
		if (text < next && !blank(*text) && *text != '#' &&
		    !(layer->packed && phrase_of(*text))) {
			open = stanza_count;
			if (add_heading(layer, line, text, next))
				return -1;
		} else if (stanza_count > first) {
			size_t i;

			for (i = open; i < stanza_count; i++)
				stanzas[i].end = next;
		} else if (strchr("#\r\n", text[strspn(text, " \t")]) == NULL) {
			return fail(layer->name, line, "an indented line "
			    "before the first 'stream NAME'");
		}
		if (next == end)
			break;
	}
	return 0;
}

/* Sort the stanzas by name and give each stream those that make it: from its
 * last definition on. */
static int
index_stanzas(void)
{
	size_t i, next, first;

	by_name = mem_array(by_name, stanza_count + 1, sizeof(*by_name));
	for (i = 0; i < stanza_count; i++)
		by_name[i] = &stanzas[i];
	qsort(by_name, stanza_count, sizeof(*by_name), compare_stanzas);
	entries = mem_array(entries, stanza_count + 1, sizeof(*entries));
	entry_count = 0;
	for (i = 0; i < stanza_count; i = next) {
		const struct stanza *z = by_name[i];
		struct entry e = { 0 };

		if (z->amends)
			return fail(z->file, z->line, "no stream %.*s to amend",
			    (int)z->name_len, z->name);
		for (next = first = i; next < stanza_count && compare_names(
		    z->name, z->name_len, by_name[next]->name,
		    by_name[next]->name_len) == 0; next++)
			if (!by_name[next]->amends)
				first = next;
		e.name = lasting_copy(z->name, z->name_len);
		e.stanzas = &by_name[first];
		e.count = next - first;
		entries[entry_count++] = e;
	}
	return 0;
}

/* A user's file, whole, as a layer.  0 also if it may be absent and is. */
static int
add_file(const char *file, bool may_lack)
{
	struct layer layer = { lasting_copy(file, strlen(file)), NULL, 0, false };
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t got = 0;
	size_t len = 0;
	char *text;
	int result = -1;

	if (fd < 0 && may_lack && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0 || fstat(fd, &st)) {
		snprintf(why, sizeof(why), "%s: %s", file, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	text = mem_new(FILE_BYTES + 1);
	while (len <= FILE_BYTES && (got = read(fd, text + len,
	    FILE_BYTES + 1 - len)) > 0)
		len += (size_t)got;
	layer.text = text;
	layer.len = len;
	if (got < 0)
		snprintf(why, sizeof(why), "%s: %s", file, strerror(errno));
	else if (len > FILE_BYTES)
		snprintf(why, sizeof(why), "%s: larger than %d bytes", file,
		    FILE_BYTES);
	else if (memchr(text, '\0', len) != NULL)
		snprintf(why, sizeof(why), "%s: not a text", file);
	else
		result = add_layer(&layer);
	close(fd);
	if (result)
		free(text);
	return result;
}

/* What a user wrote is checked at once, not when a stream happens to be
 * asked for. */
static int
check_from(size_t first)
{
	size_t i;

	for (i = first; i < stanza_count; i++)
		if (catalog_find_len(stanzas[i].name, stanzas[i].name_len) ==
		    NULL)
			return -1;
	return 0;
}

/* $XDG_CONFIG_HOME/tw/catalog; the specification says a relative path is to
 * be ignored. */
static int
add_own_file(void)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char path[4096];
	int n = -1;

	if (config != NULL && config[0] == '/')
		n = snprintf(path, sizeof(path), "%s/tw/catalog", config);
	else if (home != NULL && home[0] == '/')
		n = snprintf(path, sizeof(path), "%s/.config/tw/catalog", home);
	return n < 0 || (size_t)n >= sizeof(path) ? 0 : add_file(path, true);
}

int
catalog_open(const char *file)
{
	const struct catalog_layer *compiled;
	size_t own;

	if (entries != NULL)
		bug("catalog_open called twice");
	for (compiled = catalog_layers; compiled->name; compiled++) {
		struct layer layer = { compiled->name, compiled->text,
		    compiled->len, true };

		if (add_layer(&layer))
			return -1;
	}
	own = stanza_count;
	if (add_own_file() || (file != NULL && add_file(file, false)))
		return -1;
	return index_stanzas() || check_from(own) ? -1 : 0;
}

const char *
catalog_why(void)
{
	return why;
}

const struct stream *
catalog_find_len(const char *name, size_t len)
{
	struct entry *e = find_entry(name, len);

	if (e == NULL) {
		why[0] = '\0';
		return NULL;
	}
	return entry_stream(e);
}

const struct stream *
catalog_find(const char *name)
{
	return catalog_find_len(name, strlen(name));
}

size_t
catalog_count(void)
{
	return entry_count;
}

const char *
catalog_name(size_t i)
{
	return entries[i].name;
}

const struct column *
stream_column(const struct stream *s, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < s->column_count; i++)
		if (strncmp(s->columns[i].name, name, len) == 0 &&
		    s->columns[i].name[len] == '\0')
			return &s->columns[i];
	return NULL;
}

/* {MessageSid} and {storeId} are _message_sid and _store_id. */
char *
stream_context(char *name, size_t size, const char *parameter, size_t len)
{
	size_t i, n = 0;

	if (n + 1 < size)
		name[n++] = '_';
	for (i = 0; i < len && n + 2 < size; i++) {
		char c = parameter[i];
		bool capital = c >= 'A' && c <= 'Z';

		if (capital && i > 0 && !(parameter[i - 1] >= 'A' &&
		    parameter[i - 1] <= 'Z'))
			name[n++] = '_';
		name[n++] = capital ? (char)(c - 'A' + 'a') : c;
	}
	name[n] = '\0';
	return name;
}

bool
stream_is_key(const struct stream *s, const char *name, size_t len)
{
	const char **key;

	for (key = s->key; key && *key; key++)
		if (strncmp(*key, name, len) == 0 && (*key)[len] == '\0')
			return true;
	return false;
}

static void
selection_add(struct catalog_selection *to, const struct stream *s)
{
	size_t i;

	for (i = 0; i < to->count; i++)
		if (to->streams[i] == s)
			return;
	if (to->count == to->room) {
		to->room = to->room ? to->room * 2 : 16;
		to->streams = mem_array(to->streams, to->room,
		    sizeof(*to->streams));
	}
	to->streams[to->count++] = s;
}

bool
stream_in_group(const struct stream *s, const char *group)
{
	const char **name;

	if (strcmp(group, "all") == 0 || strcmp(group, s->host) == 0)
		return true;
	for (name = s->groups; name && *name; name++)
		if (strcmp(*name, group) == 0)
			return true;
	return false;
}

bool
catalog_select(struct catalog_selection *to, const char *word)
{
	bool group = word[0] == '@', found = false;
	size_t i;

	if (!group && strpbrk(word, "*?[") == NULL) {
		const struct stream *s = catalog_find(word);

		if (s != NULL)
			selection_add(to, s);
		return s != NULL;
	}
	for (i = 0; i < entry_count; i++) {
		const struct stream *s;

		if (!group && fnmatch(word, entries[i].name, 0))
			continue;
		if ((s = entry_stream(&entries[i])) == NULL)
			return false;
		if ((group && !stream_in_group(s, word + 1)) || s->needs)
			continue;
		selection_add(to, s);
		found = true;
	}
	why[0] = '\0';
	return found;
}
