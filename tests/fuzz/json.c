/* json: what json_check, json_value and json_walk say agrees; what is valid
 * stays the same value, for libjq too, after json_compact and json_nest; what
 * json_encode writes is what json_decode reads. */
#include <jv.h>
#include <stdint.h>
#include <stdlib.h>

#include "diag.h"
#include "json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define must(what) ((what) ? (void)0 : bug("not true: %s", #what))

static bool
walks(const char *text, size_t len)
{
	struct json_walk w, again;
	struct json name, value, foretold;
	char quoted[64];
	int got;

	json_walk(&w, text, len);
	json_walk(&again, text, len);
	while ((got = json_next(&w, &name, &value)) > 0) {
		must(value.kind < JSON_ARRAY || walks(value.text, value.len));
		if (!w.object || name.len > 60 || name.escaped) {
			must(json_next(&again, &name, &foretold) == 1);
		} else {
			memcpy(quoted, name.text - 1, name.len + 2);
			must(json_expect(&again, quoted, name.len + 2,
			    &foretold));
		}
		must(foretold.kind == value.kind &&
		    foretold.text == value.text && foretold.len == value.len &&
		    foretold.escaped == value.escaped);
	}
	must(got == 0 || w.offset <= len);
	return got == 0;
}

static bool
has_surrogate(const char *text, size_t len)
{
	for (; len >= 6; text++, len--)
		if (text[0] == '\\' && text[1] == 'u' &&
		    (text[2] | 0x20) == 'd' && text[3] >= '8')
			return true;
	return false;
}

static void
valid(const char *text, size_t len)
{
	char *small = malloc(len + 1), *inside = malloc(2 * len + 2);
	size_t small_len = json_compact(text, len, small), n;
	jv one = jv_parse_sized(text, (int)len);
	jv two = jv_parse_sized(small, (int)small_len);
	struct json value;

	must(!json_check(small, small_len, NULL));
	/* The one thing libjq refuses and we take. */
	must(jv_is_valid(one) || has_surrogate(text, len));
	must(jv_is_valid(one) == jv_is_valid(two));
	if (jv_is_valid(one)) {
		must(jv_equal(one, two));
	} else {
		jv_free(one);
		jv_free(two);
	}
	n = json_nest(text, len, inside);
	must(json_value(inside, n, &value) && value.kind == JSON_STRING);
	n = json_decode(&value, inside);
	must(n == small_len && memcmp(inside, small, n) == 0);
	free(small);
	free(inside);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = memcpy(malloc(len + 1), data, len);
	char *code = malloc(6 * len + 2);
	struct json value;
	size_t offset = 0, n;
	bool good;

	text = realloc(text, len ? len : 1);
	good = !json_check(text, len, &offset);
	must(offset <= len);
	must(good == json_value(text, len, &value));
	must(walks(text, len) == (good && value.kind >= JSON_ARRAY));
	/* libjq ends a text at a NUL, and numbers are doubles there: both only
	 * make it take more. */
	if (good)
		valid(text, len);
	code[0] = '"';
	n = 1 + json_encode(text, len, code + 1);
	code[n++] = '"';
	must(json_value(code, n, &value));
	n = json_decode(&value, code);
	for (offset = 0; offset < len && data[offset] < 0x80; offset++)
		;
	must(offset < len || (n == len && memcmp(code, text, n) == 0));
	free(text);
	free(code);
	return 0;
}
