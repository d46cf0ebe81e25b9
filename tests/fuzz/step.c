/*
 * step: the scanner and CSV say the same with this machine's vectors as byte
 * by byte: the rooms are here once more, in plain C and under other names.
 */
#define STEP_PLAIN
#define json_walk(...) plain_walk(__VA_ARGS__)
#define json_next(...) plain_next(__VA_ARGS__)
#define json_expect(...) plain_expect(__VA_ARGS__)
#define json_value(...) plain_value(__VA_ARGS__)
#define json_check(...) plain_check(__VA_ARGS__)
#define json_member(...) plain_member(__VA_ARGS__)
#define json_is(...) plain_is(__VA_ARGS__)
#define json_decode(...) plain_decode(__VA_ARGS__)
#define json_escape(...) plain_escape(__VA_ARGS__)
#define json_encode(...) plain_encode(__VA_ARGS__)
#define json_compact(...) plain_compact(__VA_ARGS__)
#define json_nest(...) plain_nest(__VA_ARGS__)
#define csv_may_delimit(...) plain_may_delimit(__VA_ARGS__)
#define csv_header(...) plain_header(__VA_ARGS__)
#define csv_row(...) plain_row(__VA_ARGS__)
#include "../../lib/json.c"
#define is_special is_special_to_csv
#include "../../lib/csv.c"
#undef json_walk
#undef json_next
#undef json_expect
#undef json_value
#undef json_check
#undef json_member
#undef json_is
#undef json_decode
#undef json_escape
#undef json_encode
#undef json_compact
#undef json_nest
#undef csv_may_delimit
#undef csv_header
#undef csv_row

#include "fuzz.h"
#include "line.h"

/* The library's own, which its headers have under the other names now. */
void json_walk(struct json_walk *w, const char *text, size_t len);
int json_next(struct json_walk *w, struct json *name, struct json *value);
bool json_value(const char *text, size_t len, struct json *value);
const char *json_check(const char *text, size_t len, size_t *offset);
size_t json_encode(const char *bytes, size_t len, char *out);
size_t json_compact(const char *text, size_t len, char *out);
size_t json_nest(const char *text, size_t len, char *out);
bool csv_may_delimit(char c);
void csv_row(struct out *o, const struct csv_style *style,
    const struct table *t, struct table_column *const *columns, size_t count);

static bool
same(const struct json *a, const struct json *b)
{
	return a->kind == b->kind && a->text == b->text && a->len == b->len &&
	    a->escaped == b->escaped;
}

static void
walks(const char *text, size_t len)
{
	struct json_walk a, b;
	struct json name[2], value[2];
	int got;

	json_walk(&a, text, len);
	plain_walk(&b, text, len);
	while ((got = json_next(&a, &name[0], &value[0])) > 0) {
		must(plain_next(&b, &name[1], &value[1]) == got);
		must(same(&name[0], &name[1]) && same(&value[0], &value[1]));
		if (value[0].kind >= JSON_ARRAY)
			walks(value[0].text, value[0].len);
	}
	must(plain_next(&b, &name[1], &value[1]) == got);
	must(a.offset == b.offset && !a.why == !b.why &&
	    (!a.why || strcmp(a.why, b.why) == 0));
}

static void
writes(const char *text, size_t len, size_t most, bool valid,
    size_t (*one)(const char *text, size_t len, char *out),
    size_t (*other)(const char *text, size_t len, char *out))
{
	char *a = mem_resize(NULL, most), *b = mem_resize(NULL, most);
	size_t n;

	if (valid) {
		n = one(text, len, a);
		must(n <= most && other(text, len, b) == n &&
		    memcmp(a, b, n) == 0);
	}
	free(a);
	free(b);
}

static void
rows(const char *text, size_t len)
{
	static const struct table_limits any;
	static const char delimiters[] = ",;\t| :\\{";
	struct csv_style s = CSV_STYLE_INIT;
	struct table *t = table_new("t", 1, &any);
	char *line = fuzz_copy(text, len, LINE_SLACK);
	struct out a, b;
	size_t i;

	fuzz_out(&a);
	fuzz_out(&b);
	if (table_row(t, line, len) == 0)
		for (i = 0; delimiters[i]; i++) {
			s.delimiter = delimiters[i];
			csv_row(&a, &s, t, t->columns, t->count);
			plain_row(&b, &s, t, t->columns, t->count);
			must(a.len == b.len &&
			    memcmp(a.text, b.text, a.len) == 0);
			a.len = b.len = 0;
		}
	free(a.text);
	free(b.text);
	free(line);
	table_free(t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct json value[2];
	size_t offset[2] = { 0, 0 };
	const char *why[2];
	char *text;

	if (len > 8192)
		return 0;
	text = fuzz_copy(data, len, 0);
	why[0] = json_check(text, len, &offset[0]);
	why[1] = plain_check(text, len, &offset[1]);
	must(offset[0] == offset[1] && !why[0] == !why[1]);
	must(!why[0] || strcmp(why[0], why[1]) == 0);
	must(json_value(text, len, &value[0]) == !why[0]);
	must(plain_value(text, len, &value[1]) == !why[0]);
	must(why[0] || same(&value[0], &value[1]));
	walks(text, len);
	writes(text, len, 6 * len + 1, true, json_encode, plain_encode);
	writes(text, len, len + 1, !why[0], json_compact, plain_compact);
	writes(text, len, 2 * len + 2, !why[0], json_nest, plain_nest);
	if (!why[0] && value[0].kind == JSON_OBJECT)
		rows(text, len);
	free(text);
	return 0;
}
