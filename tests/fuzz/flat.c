/* flat: each row is an object of scalars, and flattening it again changes
 * nothing.  The first byte chooses the rules. */

#include "catalog.h"
#include "flat.h"
#include "fuzz.h"

#define SLACK 64

static const struct {
	const char *select, *drop, *hash, *parse, *explode, *stream;
	enum shape_unknown unknown;
	bool no_pii;
} choices[] = {
	{ "", "", "", "", "", NULL, UNKNOWN_COLUMN, false },
	{ "", "", "", "", "", "messages", UNKNOWN_COLUMN, false },
	{ "", "", "", "", "", "incoming_phone_numbers", UNKNOWN_EXTRA, false },
	{ "a,b.c,sid", "d", "", "", "", "messages", UNKNOWN_DROP, false },
	{ "", "", "a,body", "", "", "messages", UNKNOWN_COLUMN, true },
	{ "", "", "", "a,body", "", "messages", UNKNOWN_COLUMN, false },
	{ "", "", "", "a,b", "a,b,a.b,a.b.c,a.value", "messages",
	    UNKNOWN_COLUMN, false },
};
#define CHOICES (sizeof(choices) / sizeof(*choices))

static char *
flattened(struct flat *f, const char *text, size_t len, size_t *out_len)
{
	char *copy = fuzz_copy(text, len, SLACK), *rows;
	struct out o;

	fuzz_out(&o);
	*out_len = 0;
	if (flat_record(f, &o, copy, len)) {
		free(copy);
		must(o.len == 0);
		free(o.text);
		return NULL;
	}
	free(copy);
	must(o.total == 0);
	rows = fuzz_copy(o.text, o.len, 0);
	*out_len = o.len;
	free(o.text);
	return rows;
}

static void
check_rows(const char *rows, size_t len)
{
	const char *end = rows + len, *line;
	struct json_walk w;
	struct json name, value;
	int got;

	must(len > 0 && rows[len - 1] == '\n');
	for (line = rows; line < end; rows = line) {
		line = memchr(rows, '\n', (size_t)(end - rows));
		json_walk(&w, rows, (size_t)(line++ - rows));
		must(w.object);
		while ((got = json_next(&w, &name, &value)) > 0)
			must(value.kind < JSON_ARRAY);
		must(got == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct mask_key key;
	static struct flat *flats[CHOICES];
	static struct shape_rules rules[CHOICES];
	struct json value;
	char *once, *twice;
	size_t n, m, i;

	if (len < 1 || len > 8192)
		return 0;
	i = data[0] % CHOICES;
	if (!flats[i]) {
		struct shape_rules *r = &rules[i];

		if (catalog_count() == 0)
			must(catalog_open(NULL) == 0);
		hash_key(&key.key, "key", 3);
		r->separator = "_";
		r->unknown = choices[i].unknown;
		r->no_pii = choices[i].no_pii;
		r->pii_mask = MASK_REDACT;
		shape_names_add(&r->select, choices[i].select);
		shape_names_add(&r->drop, choices[i].drop);
		shape_names_add(&r->hash, choices[i].hash);
		shape_names_add(&r->parse, choices[i].parse);
		shape_names_add(&r->explode, choices[i].explode);
		flats[i] = flat_new(r, &key, choices[i].stream);
	}
	once = flattened(flats[i], (const char *)data + 1, len - 1, &n);
	must(!once == !(json_value((const char *)data + 1, len - 1, &value) &&
	    value.kind == JSON_OBJECT));
	if (!once)
		return 0;
	check_rows(once, n);
	if (i < 2) {
		twice = flattened(flats[i], once, n, &m);
		must(twice && m == n && memcmp(once, twice, n) == 0);
		free(twice);
	}
	free(once);
	return 0;
}
