#include <fnmatch.h>

#include "buf.h"
#include "catalog.h"
#include "describe.h"
#include "json.h"
#include "mem.h"
#include "when.h"

#define TEXT_MAX ((size_t)1 << 20)	/* of one attribute */

/* JSON, a value after another; the commas are counted here. */

static void
json_string(struct out *o, const char *text)
{
	size_t len = strlen(text);
	char *place = mem_new(6 * len + 1);

	out_byte(o, '"');
	out_put(o, place, json_encode(text, len, place));
	out_byte(o, '"');
	free(place);
}

static void
json_name(struct out *o, bool *first, const char *name)
{
	if (!*first)
		out_byte(o, ',');
	*first = false;
	json_string(o, name);
	out_byte(o, ':');
}

static void
json_text(struct out *o, bool *first, const char *name, const char *value)
{
	if (value == NULL)
		return;
	json_name(o, first, name);
	json_string(o, value);
}

static void
json_flag(struct out *o, bool *first, const char *name, bool value)
{
	json_name(o, first, name);
	out_text(o, value ? "true" : "false");
}

static void
json_list(struct out *o, bool *first, const char *name, const char **values)
{
	bool one = true;

	json_name(o, first, name);
	out_byte(o, '[');
	for (; values && *values; values++, one = false) {
		if (!one)
			out_byte(o, ',');
		json_string(o, *values);
	}
	out_byte(o, ']');
}

static void
json_pairs(struct out *o, bool *first, const char *name,
    const struct pair *pairs, size_t count)
{
	bool one = true;
	size_t i;

	if (count == 0)
		return;
	json_name(o, first, name);
	out_byte(o, '{');
	for (i = 0; i < count; i++)
		json_text(o, &one, pairs[i].name, pairs[i].value);
	out_byte(o, '}');
}

/* Attributes as the text of tw-catalog(5) has them. */

static void
add_values(struct buf *b, const char **values)
{
	for (; *values; values++) {
		buf_text(b, *values);
		if (values[1])
			buf_byte(b, ',');
	}
}

static void
add_conditions(struct buf *b, const struct condition *all, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		buf_printf(b, "%s%s %s ", i ? " and " : "", all[i].field,
		    all[i].negated ? "!=" : "=");
		add_values(b, all[i].values);
	}
}

static void
add_pairs(struct buf *b, const struct pair *all, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		buf_printf(b, "%s%s=%s", i ? " " : "", all[i].name,
		    all[i].value);
}

static void
add_words(struct buf *b, const char **words)
{
	for (; words && *words; words++)
		buf_printf(b, "%s%s", *words, words[1] ? " " : "");
}

static void
add_duration(struct buf *b, int64_t seconds)
{
	char text[WHEN_SIZE];

	if (seconds > 0)
		buf_text(b, when_duration_text(text, seconds));
}

static void
add_window(struct buf *b, const struct stream *s)
{
	if (s->window == WINDOW_NONE)
		return;
	buf_printf(b, "%s %s %s %s %c%c%s%s",
	    s->window_field ? s->window_field : "-", s->window_low,
	    s->window_high, granularity_name(s->window),
	    s->low_inclusive ? '[' : '(', s->high_inclusive ? ']' : ')',
	    s->window_whole ? " whole" : "",
	    s->window_bounded ? " bounded" : "");
}

/* "conferences ConferenceSid=sid, of ..." up to the list that needs none. */
static void
add_parents(struct buf *b, const struct stream *s)
{
	for (; s->parent != NULL; s = catalog_find(s->parent)) {
		buf_printf(b, "%s%s ", b->len ? ", of " : "", s->parent);
		add_pairs(b, s->feeds, s->feed_count);
	}
}

/*
 * The lines of --describe before the columns, in order; an attribute that has
 * nothing to say is left out.
 */
struct text_row {
	const char *name;
	void (*add)(struct buf *b, const struct stream *s);
};

#define ADD(name, call)                                                       \
	static void                                                           \
	add_##name(struct buf *b, const struct stream *s)                     \
	{                                                                     \
		call;                                                         \
	}
ADD(url, buf_printf(b, "https://%s.twilio.com%s", s->host, s->path))
ADD(source, buf_text(b, s->source ? s->source : ""))
ADD(records, buf_printf(b, "%s%s%s", s->records, s->bare ? " " : "",
    s->bare ? s->bare : ""))
ADD(paging, buf_text(b, paging_name(s->paging)))
ADD(size, if (s->page_size) buf_printf(b, "%ld", s->page_size))
ADD(only, add_conditions(b, s->only, s->only_count))
ADD(fixed, add_pairs(b, s->values, s->value_count))
ADD(key, add_words(b, s->key))
ADD(list, add_words(b, s->list))
ADD(unwindowed, buf_text(b, s->unwindowed ? s->unwindowed : ""))
ADD(version, buf_text(b, s->version ? s->version : ""))
ADD(retention, add_duration(b, s->retention))
ADD(lookback, add_duration(b, s->lookback))
ADD(final, add_conditions(b, s->final, s->final_count))
ADD(final_age, add_duration(b, s->final_age))
ADD(query, add_pairs(b, s->query, s->query_count))
ADD(each, add_pairs(b, s->each, s->each_count))
ADD(empty, add_words(b, s->empty))
ADD(groups, add_words(b, s->groups))
ADD(needs, buf_text(b, s->needs ? s->needs : ""))
ADD(note, buf_text(b, s->note ? s->note : ""))

static const struct text_row text_rows[] = {
	{ "url", add_url },
	{ "source", add_source },
	{ "records", add_records },
	{ "paging", add_paging },
	{ "size", add_size },
	{ "parent", add_parents },
	{ "only", add_only },
	{ "values", add_fixed },
	{ "needs", add_needs },
	{ "key", add_key },
	{ "list", add_list },
	{ "window", add_window },
	{ "unwindowed", add_unwindowed },
	{ "version", add_version },
	{ "retention", add_retention },
	{ "lookback", add_lookback },
	{ "final", add_final },
	{ "final-age", add_final_age },
	{ "query", add_query },
	{ "each", add_each },
	{ "empty", add_empty },
	{ "groups", add_groups },
	{ "note", add_note },
};
#define ROWS (sizeof(text_rows) / sizeof(text_rows[0]))

static void
out_padded(struct out *o, const char *text, size_t width)
{
	size_t len = strlen(text);

	out_text(o, text);
	for (; len < width; len++)
		out_byte(o, ' ');
}

static void
describe_text(struct out *o, const struct stream *s)
{
	struct buf b = BUF_INIT(TEXT_MAX);
	size_t i, width = 0;

	out_text(o, s->name);
	out_byte(o, '\n');
	for (i = 0; i < ROWS; i++) {
		buf_clear(&b);
		text_rows[i].add(&b, s);
		if (b.len == 0)
			continue;
		out_text(o, "    ");
		out_padded(o, text_rows[i].name, 12);
		out_put(o, b.text, b.len);
		out_byte(o, '\n');
	}
	for (i = 0; i < s->parameter_count; i++) {
		const struct parameter *p = &s->parameters[i];

		buf_clear(&b);
		if (p->choices)
			add_values(&b, p->choices);
		out_text(o, "    ");
		out_padded(o, i ? "" : "filters", 12);
		out_text(o, p->name);
		out_text(o, b.len ? " " : "");
		out_put(o, b.text, b.len);
		out_text(o, p->required ? " required\n" : "\n");
	}
	for (i = 0; i < s->column_count; i++)
		if (strlen(s->columns[i].name) > width)
			width = strlen(s->columns[i].name);
	for (i = 0; i < s->column_count; i++) {
		const struct column *c = &s->columns[i];

		out_text(o, "    ");
		out_padded(o, i ? "" : "columns", 12);
		out_padded(o, c->name, width + 2);
		out_text(o, column_type_name(c->type));
		out_text(o, c->personal ? " personal" : "");
		out_text(o, c->secret ? " secret" : "");
		out_text(o, c->required ? " required" : "");
		out_text(o, stream_is_key(s, c->name, strlen(c->name)) ?
		    " key\n" : "\n");
	}
	buf_release(&b);
}

static void
json_parents(struct out *o, bool *first, const struct stream *s)
{
	bool one = true;

	json_name(o, first, "parents");
	out_byte(o, '[');
	for (; s->parent != NULL; s = catalog_find(s->parent)) {
		bool member = true;

		out_text(o, one ? "{" : ",{");
		one = false;
		json_text(o, &member, "stream", s->parent);
		json_pairs(o, &member, "feeds", s->feeds, s->feed_count);
		out_byte(o, '}');
	}
	out_byte(o, ']');
}

static void
json_window(struct out *o, bool *first, const struct stream *s)
{
	char bounds[3] = { s->low_inclusive ? '[' : '(',
	    s->high_inclusive ? ']' : ')', '\0' };
	bool one = true;

	if (s->window == WINDOW_NONE)
		return;
	json_name(o, first, "window");
	out_byte(o, '{');
	json_text(o, &one, "member", s->window_field);
	json_text(o, &one, "low", s->window_low);
	json_text(o, &one, "high", s->window_high);
	json_text(o, &one, "granularity", granularity_name(s->window));
	json_text(o, &one, "bounds", bounds);
	json_flag(o, &one, "whole", s->window_whole);
	json_flag(o, &one, "bounded", s->window_bounded);
	out_byte(o, '}');
}

static void
json_columns(struct out *o, bool *first, const struct stream *s)
{
	size_t i;

	json_name(o, first, "columns");
	out_byte(o, '[');
	for (i = 0; i < s->column_count; i++) {
		const struct column *c = &s->columns[i];
		bool one = true;

		out_text(o, i ? ",{" : "{");
		json_text(o, &one, "name", c->name);
		json_text(o, &one, "path", c->path);
		json_text(o, &one, "type", column_type_name(c->type));
		json_flag(o, &one, "personal", c->personal);
		json_flag(o, &one, "secret", c->secret);
		json_flag(o, &one, "required", c->required);
		out_byte(o, '}');
	}
	out_byte(o, ']');
}

static void
json_parameters(struct out *o, bool *first, const struct stream *s)
{
	size_t i;

	json_name(o, first, "filters");
	out_byte(o, '[');
	for (i = 0; i < s->parameter_count; i++) {
		const struct parameter *p = &s->parameters[i];
		bool one = true;

		out_text(o, i ? ",{" : "{");
		json_text(o, &one, "name", p->name);
		json_flag(o, &one, "required", p->required);
		if (p->choices)
			json_list(o, &one, "choices", p->choices);
		out_byte(o, '}');
	}
	out_byte(o, ']');
}

/* The attributes that are one text in JSON too. */
static void
json_rows(struct out *o, bool *first, const struct stream *s,
    const char *const *names)
{
	struct buf b = BUF_INIT(TEXT_MAX);
	size_t i;

	for (; *names; names++) {
		for (i = 0; strcmp(text_rows[i].name, *names); i++)
			;
		buf_clear(&b);
		text_rows[i].add(&b, s);
		if (b.len)
			json_text(o, first, *names, b.text);
	}
	buf_release(&b);
}

static void
describe_json(struct out *o, const struct stream *s)
{
	static const char *const before[] = { "source", "url", NULL };
	static const char *const after[] = { "only", "unwindowed", "version",
	    "retention", "lookback", "final", "final-age", "needs", "note",
	    NULL };
	char size[32];
	bool first = true;

	out_byte(o, '{');
	json_text(o, &first, "stream", s->name);
	json_text(o, &first, "product", s->host);
	json_text(o, &first, "path", s->path);
	json_rows(o, &first, s, before);
	json_text(o, &first, "paging", paging_name(s->paging));
	json_text(o, &first, "records", s->records);
	json_name(o, &first, "size");
	snprintf(size, sizeof(size), "%ld", s->page_size);
	out_text(o, size);
	json_flag(o, &first, "per_account", s->per_account);
	json_parents(o, &first, s);
	json_pairs(o, &first, "values", s->values, s->value_count);
	json_list(o, &first, "key", s->key);
	json_list(o, &first, "list", s->list);
	json_window(o, &first, s);
	json_rows(o, &first, s, after);
	json_pairs(o, &first, "query", s->query, s->query_count);
	json_pairs(o, &first, "each", s->each, s->each_count);
	json_list(o, &first, "groups", s->groups);
	json_parameters(o, &first, s);
	json_columns(o, &first, s);
	out_text(o, "}\n");
}

int
describe_stream(struct out *o, const char *name, bool json)
{
	const struct stream *s = catalog_find(name);

	if (s == NULL)
		return -1;
	if (json)
		describe_json(o, s);
	else
		describe_text(o, s);
	return 0;
}

/* --list: a stream's line. */

enum { CELLS = 5 };
static const char *const headings[CELLS] = {
	"STREAM", "PRODUCT", "WINDOW", "PARENT", "KEY"
};

struct list_row {
	const struct stream *stream;
	const char *cells[CELLS];
	char *key;
};

static bool
means(const char *word, const struct stream *s)
{
	if (word[0] == '@')
		return stream_in_group(s, word + 1);
	/* A stream may be called like a product. */
	if (catalog_find(word))
		return strcmp(word, s->name) == 0;
	return fnmatch(word, s->name, 0) == 0 || strcmp(word, s->host) == 0;
}

static bool
wanted(const char *const *words, const struct stream *s)
{
	if (*words == NULL)
		return true;
	for (; *words; words++)
		if (means(*words, s))
			return true;
	return false;
}

/* A word that means nothing is a mistake, whatever the others mean. */
static bool
all_mean(const char *const *words)
{
	size_t i;

	for (; *words; words++) {
		for (i = 0; i < catalog_count(); i++)
			if (means(*words, catalog_find(catalog_name(i))))
				break;
		if (i == catalog_count())
			return false;
	}
	return true;
}

static void
fill_row(struct list_row *row, const struct stream *s)
{
	struct buf key = BUF_INIT(TEXT_MAX);
	size_t i;

	add_words(&key, s->key);
	for (i = 0; i < key.len; i++)
		if (key.text[i] == ' ')
			key.text[i] = ',';
	row->stream = s;
	row->key = key.len ? buf_take(&key) : mem_text("-");
	row->cells[0] = s->name;
	row->cells[1] = s->host;
	row->cells[2] = s->window == WINDOW_NONE ? "-" :
	    s->window_field ? s->window_field : s->window_low;
	row->cells[3] = s->parent ? s->parent : "-";
	row->cells[4] = row->key;
	buf_release(&key);
}

static void
list_json(struct out *o, const struct stream *s)
{
	bool first = true;

	out_byte(o, '{');
	json_text(o, &first, "stream", s->name);
	json_text(o, &first, "product", s->host);
	json_text(o, &first, "path", s->path);
	json_text(o, &first, "paging", paging_name(s->paging));
	json_text(o, &first, "parent", s->parent);
	json_window(o, &first, s);
	json_list(o, &first, "key", s->key);
	json_list(o, &first, "groups", s->groups);
	json_text(o, &first, "needs", s->needs);
	json_text(o, &first, "note", s->note);
	out_text(o, "}\n");
}

static void
list_cells(struct out *o, const char *const *cells, const size_t *width)
{
	int c;

	for (c = 0; c < CELLS; c++) {
		if (width && c < CELLS - 1)
			out_padded(o, cells[c], width[c] + 2);
		else
			out_text(o, cells[c]);
		if (c == CELLS - 1)
			out_byte(o, '\n');
		else if (!width)
			out_byte(o, '\t');
	}
}

int
describe_list(struct out *o, const char *const *words, bool json,
    bool terminal)
{
	struct list_row *rows = mem_array(NULL, catalog_count() + 1,
	    sizeof(*rows));
	size_t width[CELLS], i, count = 0;
	int c, result = all_mean(words) ? 0 : -1;

	/* All can be read: catalog_open looked at what users wrote. */
	for (i = 0; i < catalog_count() && result == 0; i++) {
		const struct stream *s = catalog_find(catalog_name(i));

		if (wanted(words, s))
			fill_row(&rows[count++], s);
	}
	for (c = 0; c < CELLS; c++) {
		width[c] = strlen(headings[c]);
		for (i = 0; i < count; i++)
			if (strlen(rows[i].cells[c]) > width[c])
				width[c] = strlen(rows[i].cells[c]);
	}
	if (result == 0 && !json && terminal)
		list_cells(o, headings, width);
	for (i = 0; i < count; i++) {
		if (json)
			list_json(o, rows[i].stream);
		else
			list_cells(o, rows[i].cells, terminal ? width : NULL);
		free(rows[i].key);
	}
	free(rows);
	return result;
}
