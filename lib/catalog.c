#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "catalog.h"
#include "lasting.h"
#include "mem.h"
#include "stanza.h"

#define FILE_BYTES (16 << 20)	/* the largest user's file */
#define NAME_BYTES 100	/* of a stream: it names files and tables */

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

/* A child needs what its parent needs. */
static int
find_parent(struct stream *s, const struct stanza *z)
{
	const struct stream *parent;

	if (s->parent == NULL)
		return 0;
	parent = catalog_find(s->parent);
	if (parent == NULL)
		/* The parent's own fault, if it has one, is said already. */
		return stanza_why[0] ? -1 : stanza_fail(z->file, z->line,
		    "stream %s: there is no parent %s", s->name, s->parent);
	if (s->needs == NULL)
		s->needs = parent->needs;
	return 0;
}

static int
read_entry(struct entry *e)
{
	struct stream *s = lasting(sizeof(*s));
	const struct stanza *z;
	size_t i;

	memset(s, 0, sizeof(*s));
	s->name = e->name;
	for (i = 0; i < e->count; i++)
		if (stanza_read(s, e->stanzas[i]))
			return -1;
	e->stream = s;
	/* What is wrong now was most likely made so by the last to touch it. */
	z = e->stanzas[e->count - 1];
	return stanza_check(s, z) ? -1 : find_parent(s, z);
}

static const struct stream *
entry_stream(struct entry *e)
{
	if (e->state == UNREAD) {
		e->state = READING;
		stanza_why[0] = '\0';
		e->state = read_entry(e) ? BAD : READ;
		if (e->state == BAD)
			e->why = lasting_text(stanza_why, strlen(stanza_why));
	} else if (e->state == READING) {
		const struct stanza *z = e->stanzas[e->count - 1];

		stanza_fail(z->file, z->line, "stream %s is its own parent",
		    e->name);
		return NULL;
	}
	snprintf(stanza_why, sizeof(stanza_why), "%s",
	    e->state == BAD ? e->why : "");
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

	if (len > NAME_BYTES || name[0] == '_')
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

	while (at < end && !stanza_blank(*at))
		at++;
	z.amends = at - text == 5 && memcmp(text, "amend", 5) == 0;
	if (!z.amends && !(at - text == 6 && memcmp(text, "stream", 6) == 0))
		return stanza_fail(file, line,
		    "a stanza begins with 'stream NAME' or 'amend NAME...'");
	for (;; names++) {
		while (at < end && stanza_blank(*at))
			at++;
		if (at == end || *at == '#')
			break;
		z.name = at;
		while (at < end && !stanza_blank(*at))
			at++;
		z.name_len = (size_t)(at - z.name);
		if (!good_name(z.name, z.name_len))
			return stanza_fail(file, line, "a stream's name is one word "
			    "of small letters, digits and _, at most %d",
			    NAME_BYTES);
		stanzas = lasting_grow(stanzas, stanza_count, sizeof(z));
		stanzas[stanza_count++] = z;
	}
	if (names == 0 || (names > 1 && !z.amends))
		return stanza_fail(file, line, names ? "'stream' defines one name" :
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
		if (text < next && !stanza_blank(*text) && *text != '#' &&
		    !(layer->packed && stanza_phrase(*text))) {
			open = stanza_count;
			if (add_heading(layer, line, text, next))
				return -1;
		} else if (stanza_count > first) {
			size_t i;

			for (i = open; i < stanza_count; i++)
				stanzas[i].end = next;
		} else if (strchr("#\r\n", text[strspn(text, " \t")]) == NULL) {
			return stanza_fail(layer->name, line, "an indented line "
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
			return stanza_fail(z->file, z->line, "no stream %.*s to amend",
			    (int)z->name_len, z->name);
		for (next = first = i; next < stanza_count && compare_names(
		    z->name, z->name_len, by_name[next]->name,
		    by_name[next]->name_len) == 0; next++)
			if (!by_name[next]->amends)
				first = next;
		e.name = lasting_text(z->name, z->name_len);
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
	struct layer layer = { lasting_text(file, strlen(file)), NULL, 0, false };
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t got = 0;
	size_t len = 0, before = stanza_count;
	char *text;
	int result = -1;

	if (fd < 0 && may_lack && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0 || fstat(fd, &st)) {
		snprintf(stanza_why, sizeof(stanza_why), "%s: %s", file,
		    strerror(errno));
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
		snprintf(stanza_why, sizeof(stanza_why), "%s: %s", file,
		    strerror(errno));
	else if (len > FILE_BYTES)
		snprintf(stanza_why, sizeof(stanza_why),
		    "%s: larger than %d bytes", file, FILE_BYTES);
	else if (memchr(text, '\0', len) != NULL)
		snprintf(stanza_why, sizeof(stanza_why), "%s: not a text",
		    file);
	else
		result = add_layer(&layer);
	close(fd);
	if (result || stanza_count == before)	/* nothing is of this text */
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
	return stanza_why;
}

const struct stream *
catalog_find_len(const char *name, size_t len)
{
	struct entry *e = find_entry(name, len);

	if (e == NULL) {
		stanza_why[0] = '\0';
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
	stanza_why[0] = '\0';
	return found;
}
