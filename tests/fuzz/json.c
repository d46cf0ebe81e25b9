/*
 * json: what json_check, json_value and json_walk say agrees, and with what
 * libjq says, but for the things that one is known to take or refuse; what is
 * valid stays the same value, for libjq too, after json_compact and json_nest;
 * what json_encode writes is what json_decode reads.
 */
#include <jv.h>

#include "fuzz.h"
#include "json.h"


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

/* What libjq takes all the same: it ends a text at a NUL or a record separator,
 * mends bytes that are no UTF-8, passes a byte order mark and controls in
 * strings, and reads numbers as strtod(3) does, nan included. */
static bool
is_lenient(const char *why, const char *text, size_t len)
{
	static const char *const whys[] = { "not valid UTF-8",
	    "a byte order mark", "a control byte in a string",
	    "a number without digits", "a number that starts with 0",
	    "not a value JSON knows", "nested too deeply" };
	size_t i;

	for (i = 0; i < sizeof(whys) / sizeof(*whys); i++)
		if (strcmp(why, whys[i]) == 0)
			return true;
	return memchr(text, 0, len) || memchr(text, 0x1e, len);
}

/* libjq 1.6 keeps what it has of a text that it refuses. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:libjq";
}

static void
invalid(const char *why, const char *text, size_t len)
{
	jv one;

	if (is_lenient(why, text, len))
		return;
	one = jv_parse_sized(text, (int)len);
	must(!jv_is_valid(one));
	jv_free(one);
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
	char *small = mem_resize(NULL, len + 1);
	char *inside = mem_resize(NULL, 2 * len + 2);
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
	char *text = fuzz_copy(data, len, 0);
	char *code = mem_resize(NULL, 6 * len + 2);
	struct json value;
	size_t offset = 0, n;
	const char *why = json_check(text, len, &offset);
	bool good = !why;

	must(offset <= len);
	must(good == json_value(text, len, &value));
	must(walks(text, len) == (good && value.kind >= JSON_ARRAY));
	if (good)
		valid(text, len);
	else
		invalid(why, text, len);
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
