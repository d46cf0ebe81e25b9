/*
 * catalog: any text is refused with one line that says where, or is a
 * catalogue: each of its streams is found and described, as valid JSON too; and
 * comments, the line ends of another system or the same text once more as a
 * layer of its own change nothing.
 *
 * The rooms are read for one process to keep what they read, so they are here,
 * to be emptied between runs.
 */
#include "../../lib/lasting.c"
#include "../../lib/catalog.c"

#include "describe.h"
#include "fuzz.h"
#include "json.h"

static void
forget(void)
{
	union block *older;

	for (; blocks; blocks = older) {
		older = blocks->head.older;
		free(blocks);
	}
	free(by_name);
	free(entries);
	stanzas = NULL;
	by_name = NULL;
	entries = NULL;
	stanza_count = entry_count = 0;
}

/* The text as user's layers, so many times. */
static int
read_text(const char *text, size_t len, int times)
{
	struct layer layer = { "fuzz", text, len, false };

	forget();
	while (times-- > 0)
		if (add_layer(&layer))
			return -1;
	return index_stanzas() || check_from(0) ? -1 : 0;
}

static void
check_why(const char *text, size_t len)
{
	unsigned long line, lines = 1;
	size_t i;
	char *end;

	for (i = 0; i < len; i++)
		lines += text[i] == '\n';
	must(fuzz_sentence(catalog_why()));
	must(strncmp(catalog_why(), "fuzz:", 5) == 0);
	line = strtoul(catalog_why() + 5, &end, 10);
	must(line >= 1 && line <= lines && strncmp(end, ": ", 2) == 0);
}

static void
check_stream(const struct stream *s)
{
	const struct stream *up = s;
	size_t i, n;

	must(s->path && s->path[0] == '/' && s->host && s->records);
	must(s->page_size >= 0 && s->retention >= 0 && s->lookback >= 0);
	for (i = 0; i < s->column_count; i++) {
		must(s->columns[i].type <= COLUMN_JSON);
		must(*s->columns[i].name);
		for (n = 0; n < i; n++)
			must(strcmp(s->columns[n].path, s->columns[i].path));
	}
	for (n = 0; up->parent; n++) {
		must(n <= catalog_count());
		up = catalog_find(up->parent);
		must(up);
	}
}

static char *
described(size_t *len)
{
	struct json value;
	struct out o;
	size_t i, start;

	fuzz_out(&o);
	for (i = 0; i < catalog_count(); i++) {
		const char *name = catalog_name(i);

		must(i == 0 || strcmp(catalog_name(i - 1), name) < 0);
		must(catalog_find(name) && good_name(name, strlen(name)));
		check_stream(catalog_find(name));
		start = o.len;
		must(describe_stream(&o, name, true) == 0);
		must(o.total == 0);
		must(json_value(o.text + start, o.len - start, &value) &&
		    value.kind == JSON_OBJECT);
		must(describe_stream(&o, name, false) == 0);
	}
	must(o.total == 0);
	*len = o.len;
	return o.text;
}

static void
same_again(const char *text, size_t len, int times, const char *once,
    size_t once_len)
{
	size_t n;
	char *again;

	must(read_text(text, len, times) == 0);
	again = described(&n);
	must(n == once_len && memcmp(once, again, n) == 0);
	free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text, *other, *once;
	size_t n, i, other_len = 0;

	if (len > 4096 || memchr(data, 0, len))
		return 0;
	text = fuzz_copy(data, len, 1);
	if (read_text(text, len, 1)) {
		check_why(text, len);
		free(text);
		return 0;
	}
	once = described(&n);
	same_again(text, len, 2, once, n);
	other = mem_resize(NULL, 4 * len + 16);
	memcpy(other, "# above\n", 8);
	for (i = 0, other_len = 8; i < len; i++) {
		if (text[i] == '\n') {
			memcpy(other + other_len, "\r\n#", 3);
			other_len += 3;
		}
		other[other_len++] = text[i];
	}
	other[other_len] = '\0';
	same_again(other, other_len, 1, once, n);
	free(other);
	free(once);
	free(text);
	forget();
	return 0;
}
