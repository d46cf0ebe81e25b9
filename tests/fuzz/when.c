/* when and fit: a date that is read reads the same once written; values that
 * fit a column still fit it afterwards, and do not change again. */

#include "fit.h"
#include "fuzz.h"
#include "when.h"


static void
fits(enum column_type type, const struct json *value)
{
	char *once = mem_resize(NULL, FIT_ROOM(value->len)), *twice;
	size_t n = fit_column(type, value, once), m;
	struct json first;

	if (n != FIT_NOT) {
		must(n <= FIT_ROOM(value->len));
		must(json_value(once, n, &first));
		must(first.kind < JSON_ARRAY);
		twice = mem_resize(NULL, FIT_ROOM(first.len));
		m = fit_column(type, &first, twice);
		must(m == n && memcmp(once, twice, n) == 0);
		free(twice);
	}
	free(once);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = fuzz_copy(data, len, 0), again[WHEN_SIZE];
	char *quoted = mem_resize(NULL, 6 * len + 2);
	const char *fraction;
	struct json value;
	size_t fraction_len, n;
	int64_t at, back;
	int type;

	if (when_parse(text, len, &at, &fraction, &fraction_len)) {
		must(fraction >= text && fraction + fraction_len <= text + len);
		when_text(again, at);
		must(when_parse(again, strlen(again), &back, NULL, NULL));
		must(at == back);
	}
	quoted[0] = '"';
	n = 1 + json_encode(text, len, quoted + 1);
	quoted[n++] = '"';
	must(json_value(quoted, n, &value));
	for (type = COLUMN_TEXT; type <= COLUMN_JSON; type++)
		fits((enum column_type)type, &value);
	if (json_value(text, len, &value))
		for (type = COLUMN_TEXT; type <= COLUMN_JSON; type++)
			fits((enum column_type)type, &value);
	free(text);
	free(quoted);
	return 0;
}
