/* json: values, walks, the choices RFC 8259 leaves open, text in and out. */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>

#include "json.h"
#include "tap.h"

/* A copy that ends where its memory does, so that a sanitizer or valgrind
 * sees a scanner that looks further. */
static char *
exact(const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1);

	return memcpy(copy, text, len);
}

/* Valid by json_check, and by walking everything? */
static bool
walked(const char *text, size_t len, int *got)
{
	struct json_walk w;
	struct json name, value;

	json_walk(&w, text, len);
	while ((*got = json_next(&w, &name, &value)) > 0) {
		int inner;

		if (value.kind >= JSON_ARRAY && !walked(value.text, value.len,
		    &inner))
			return false;
	}
	return *got == 0;
}

static bool
valid(const char *text, size_t len)
{
	char *copy = exact(text, len);
	size_t offset = len + 1;
	const char *why = json_check(copy, len, &offset);
	struct json value;
	bool good = json_value(copy, len, &value);
	int got;

	if (good != !why || (why && offset > len))
		ok(0, "json_check and json_value agree");
	if (!good || value.kind >= JSON_ARRAY)
		if (walked(copy, len, &got) != good)
			ok(0, "json_walk and json_value agree");
	free(copy);
	return good;
}

static void
values(void)
{
	static const char *const good[] = {
		"null", " true ", "false", "0", "-0", "1.50", "1e400", "-1E-5",
		"12345678901234567890.0123456789012345678901234567890",
		"\"\"", "\"a\\u0000b\"", "\"\\ud800\"", "\"\\uDd1e\\ud834\"",
		"[]", "{}", "[ ]", "{ }\r\n", "[1,2 , 3]", "{\"a\":1,\"a\":2}",
		"\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"", "\"\x7f\"",
		"\"0123456789abcdef0123456789abcdef\xc3\xa9 0123456789abcdef\"",
	};
	static const char *const bad[] = {
		"", " ", "nul", "nullx", "True", "+1", "01", "-", "1.", ".5",
		"1e", "1e+", "0x10", "NaN", "Infinity", "\"", "\"\\", "\"\\x\"",
		"\"\\u12g4\"", "\"\\u123", "\"\t\"", "[", "[1", "[1,", "[1,]",
		"[,1]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,",
		"{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\" 1}", "[1}", "{\"a\":1]",
		"1 2", "[] []", "\xef\xbb\xbf{}", "\"\xc3\"", "\"\xc0\x80\"",
		"\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xf0\x80\x80\x80\"",
		"\"\xe0\x9f\xbf\"", "\"\x80\"", "\"\xf8\x88\x80\x80\x80\"", "'a'", "\"\xc3\xa9",
		"\"0123456789abcdef0123456789abcde\x1f\"", "[1,2]//", "\xff",
	};
	char text[80];
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		snprintf(text, sizeof(text), "valid: %s", good[i]);
		ok(valid(good[i], strlen(good[i])), text);
	}
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		snprintf(text, sizeof(text), "not valid: %s", bad[i]);
		ok(!valid(bad[i], strlen(bad[i])), text);
	}
	ok(!valid("{}\0", 3), "not valid: a NUL behind the value");
	ok(!valid("\"a\0b\"", 5), "not valid: a NUL in a string");
	is_text(json_check("{]", 2, NULL), "a name must be a string",
	    "where it is need not be asked");
}

/* Every place a special byte may stand relative to a vector's edge. */
static void
edges(void)
{
	static const char *const inside[] = {
		"\\\"", "\\\\", "\xc3\xa9", "\xf0\x9f\x98\x80", "\\u00e9" };
	static const char *const fatal[] = { "\x01", "\xff", "\"", "\\q" };
	char text[400];
	size_t at, i, n;
	bool good = true, caught = true;

	for (at = 0; at < 140; at++)
		for (i = 0; i < 5; i++) {
			memset(text, 'x', sizeof(text));
			text[0] = '"';
			memcpy(text + 1 + at, inside[i], strlen(inside[i]));
			for (n = at + 12; n < at + 80; n += 7) {
				text[n] = '"';
				good &= valid(text, n + 1);
				caught &= !valid(text, n);
				text[n] = 'x';
			}
			if (i < 4) {
				memset(text + 1, 'x', sizeof(text) - 1);
				text[at + 50] = '"';
				memcpy(text + 1 + at, fatal[i],
				    strlen(fatal[i]));
				caught &= !valid(text, at + 51);
			}
		}
	memcpy(text, "{\"\":\"", 5);
	for (n = 0; n < 100; n++)
		caught &= !valid(text, n);
	ok(good, "specials are seen at every offset");
	ok(caught, "faults are seen at every offset");
}

static void
depth(void)
{
	char text[4 * JSON_DEPTH + 8];
	int i;

	memset(text, '[', JSON_DEPTH);
	memset(text + JSON_DEPTH, ']', JSON_DEPTH);
	ok(valid(text, 2 * JSON_DEPTH), "JSON_DEPTH levels");
	memset(text, '[', JSON_DEPTH + 1);
	memset(text + JSON_DEPTH + 1, ']', JSON_DEPTH + 1);
	ok(!valid(text, 2 * JSON_DEPTH + 2), "one level more");
	for (i = 0; i < JSON_DEPTH; i++)	/* [{"":[{"": ... */
		memcpy(text + i / 2 * 5 + i % 2, i % 2 ? "{\"\":" : "[", i % 2 ? 4 : 1);
	i = i / 2 * 5;
	memcpy(text + i, "0", 1);
	ok(!valid(text, (size_t)i + 1), "mixed levels, not closed");
	for (int k = 0; k < JSON_DEPTH; k++)
		text[i + 1 + k] = k % 2 ? ']' : '}';
	ok(valid(text, (size_t)(i + 1 + JSON_DEPTH)), "mixed levels");
	text[i + 1 + 70] = ']';
	ok(!valid(text, (size_t)(i + 1 + JSON_DEPTH)), "mixed up levels");
}

static void
walks(void)
{
	static const char text[] = " { \"sid\" : \"SM\\u0031\" , \"n\":-0.00750,"
	    "\"o\":{\"a\":[1, 2]},\"z\":null , \"t\":true,\"n\":7 } ";
	static const char *const blank[] = {
		"{\"a\":1,\"bc\" :\"x\"}", "{\"a\":1,\"bc\": \"x\"}",
		"{\"a\":1, \"bc\":\"x\"}", "{\"a\":1 ,\"bc\":\"x\"}",
		"{\"a\":1,\"bc\":\"x\",\"long\":\"0123456789012345678901234\"}",
	};
	static const char *const cut[] = { "{\"b\"", "{\"b\" ", "{\"b\" 1}",
		"{\"b\"}", "{\"a\":1", "{\"a\":1 ", "{\"a\":1]" };
	struct json_walk w;
	struct json name, value, object;
	size_t i;

	json_walk(&w, text, strlen(text));
	ok(w.object, "an object");
	is_number(json_next(&w, &name, &value), 1, "a first member");
	ok(json_is(&name, "sid") && json_same(&name, "sid", 3), "its name");
	ok(value.kind == JSON_STRING && value.escaped, "an escaped string");
	ok(json_same(&value, "SM\\u0031", 8), "escapes as they stand");
	ok(json_is(&value, "SM1") && !json_is(&value, "SM") &&
	    !json_is(&value, "SM12"), "compared as what they mean");
	is_number(json_next(&w, &name, &value), 1, "a second");
	ok(value.kind == JSON_NUMBER && json_same(&value, "-0.00750", 8),
	    "a number with its digits");
	is_number(json_next(&w, &name, &value), 1, "a third");
	ok(value.kind == JSON_OBJECT && json_same(&value, "{\"a\":[1, 2]}", 12),
	    "an object is a slice");
	is_number(json_next(&w, &name, &value), 1, "a fourth");
	ok(value.kind == JSON_NULL && json_same(&value, "null", 4), "null");
	is_number(json_next(&w, &name, &value), 1, "a fifth");
	ok(value.kind == JSON_TRUE, "true");
	is_number(json_next(&w, &name, &value), 1, "a name twice is passed on");
	is_number(json_next(&w, &name, &value), 0, "the end");
	is_number(json_next(&w, &name, &value), 0, "the end stays");
	ok(!json_expect(&w, "\"n\"", 3, &value), "for any foretold member");

	ok(json_value(text, strlen(text), &object), "whole");
	ok(json_member(&object, "n", &value) && json_same(&value, "7", 1),
	    "json_member gives the last");
	ok(!json_member(&object, "q", &value), "and nothing else");

	json_walk(&w, text, strlen(text));
	ok(!json_expect(&w, "\"n\"", 3, &value), "not the member foretold");
	ok(json_expect(&w, "\"sid\"", 5, &value) && json_is(&value, "SM1"),
	    "the member foretold");
	ok(!json_expect(&w, "\"sid\"", 5, &value), "once");
	ok(json_expect(&w, "\"n\"", 3, &value), "the next");
	is_number(json_next(&w, &name, &value), 1, "mixed with json_next");
	ok(json_is(&name, "o"), "which goes on from there");
	json_walk(&w, "{\"a\":x}", 7);
	ok(!json_expect(&w, "\"a\"", 3, &value), "a bad value");
	is_number(json_next(&w, &name, &value), -1, "json_next tells");
	is_number(w.offset, 5, "where");

	for (i = 0; i < sizeof(cut) / sizeof(*cut); i++) {
		char *copy = exact(cut[i], strlen(cut[i]));

		json_walk(&w, copy, strlen(cut[i]));
		if (strncmp(cut[i], "{\"a\":1", 6) == 0)
			json_expect(&w, "\"a\"", 3, &value);
		ok(!json_expect(&w, "\"b\"", 3, &value), cut[i]);
		free(copy);
	}
	for (i = 0; i < sizeof(blank) / sizeof(*blank); i++) {
		json_walk(&w, blank[i], strlen(blank[i]));
		ok(json_expect(&w, "\"a\"", 3, &value) &&
		    json_expect(&w, "\"bc\"", 4, &value) &&
		    json_is(&value, "x"), blank[i]);
	}
	json_walk(&w, "[1,\"b\":2]", 9);
	is_number(json_next(&w, &name, &value), 1, "an element");
	ok(!json_expect(&w, "\"b\"", 3, &value), "no member is behind it");
	json_walk(&w, "[1]", 3);
	ok(!json_expect(&w, "1", 1, &value), "an array foretells nothing");
	is_number(json_next(&w, &name, &value), 1, "and is walked all the same");
	ok(json_value("[{\"n\":1}]", 9, &object) &&
	    !json_member(&object, "n", &value), "nor has it a member");

	json_walk(&w, "[1,x]", 5);
	ok(!w.object, "an array");
	is_number(json_next(&w, &name, &value), 1, "an element");
	is_number(name.len, 0, "has no name");
	is_number(json_next(&w, &name, &value), -1, "a fault");
	is_number(json_next(&w, &name, &value), -1, "stays a fault");
	is_number(w.offset, 3, "with its place");
	is_text(w.why, "not a value JSON knows", "and its reason");
	json_walk(&w, "12", 2);
	is_number(json_next(&w, &name, &value), -1, "a scalar");
	is_text(w.why, "not an object or an array", "is nothing to walk");
	json_walk(&w, "\xef\xbb\xbf{}", 5);
	is_number(json_next(&w, &name, &value), -1, "a byte order mark");
	is_text(w.why, "a byte order mark", "has its own name");
}

static void
texts(void)
{
	static const struct { const char *in, *out; } decoded[] = {
		{ "plain", "plain" },
		{ "\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t" },
		{ "a\\u00e9\\u20ACz", "a\xc3\xa9\xe2\x82\xacz" },
		{ "\\ud83d\\ude00", "\xf0\x9f\x98\x80" },
		{ "\\ud83dx", "\xef\xbf\xbdx" },
		{ "\\ude00\\ud83d", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\\ud83d\\u0041", "\xef\xbf\xbd" "A" },
		{ "\\ud83d\\ud83d\\ude00", "\xef\xbf\xbd\xf0\x9f\x98\x80" },
	};
	static const struct { const char *in, *out; } cut[] = {
		{ "[\"a", "\"[\\\"a\"" },
		{ "[\"a\xc3\xa9", "\"[\\\"a\xc3\xa9\"" },
		{ "[\"a\\", "\"[\\\"a\\\\\"" },
		{ "[\"a\\\"", "\"[\\\"a\\\\\\\"\"" },
	};
	struct json s = { JSON_STRING, true, NULL, 0 };
	char out[200];
	size_t i;

	for (i = 0; i < sizeof(decoded) / sizeof(*decoded); i++) {
		s.text = decoded[i].in;
		s.len = strlen(s.text);
		out[json_decode(&s, out)] = '\0';
		is_text(out, decoded[i].out, s.text);
		ok(json_is(&s, decoded[i].out), "json_is of the same");
	}
	s.text = "a\\u0000b";
	s.len = 8;
	ok(json_decode(&s, out) == 3 && memcmp(out, "a\0b", 3) == 0,
	    "a NUL is decoded");
	ok(!json_is(&s, "a"), "and ends no comparison");

	out[json_encode("\x01\"\\\b\f\n\r\t\x1f\x7f/\xc3\xa9", 13, out)] = '\0';
	is_text(out, "\\u0001\\\"\\\\\\b\\f\\n\\r\\t\\u001f\x7f/\xc3\xa9",
	    "encode");
	out[json_encode("a\xc3" "b\xed\xa0\x80", 6, out)] = '\0';
	is_text(out, "a\xef\xbf\xbd" "b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
	    "encode what is not UTF-8");

	s.text = " { \"a b\" : [ 1 , \"\\\" x\" ] ,\t\"\" :\r\n{ } } ";
	out[json_compact(s.text, strlen(s.text), out)] = '\0';
	is_text(out, "{\"a b\":[1,\"\\\" x\"],\"\":{}}", "compact");
	out[json_nest(s.text, strlen(s.text), out)] = '\0';
	is_text(out, "\"{\\\"a b\\\":[1,\\\"\\\\\\\" x\\\"],\\\"\\\":{}}\"",
	    "compact, inside a string");
	/* Both end where the text does, though it be cut. */
	for (i = 0; i < sizeof(cut) / sizeof(*cut); i++) {
		char *copy = exact(cut[i].in, strlen(cut[i].in));

		out[json_compact(copy, strlen(cut[i].in), out)] = '\0';
		is_text(out, cut[i].in, "compact what is cut");
		out[json_nest(copy, strlen(cut[i].in), out)] = '\0';
		is_text(out, cut[i].out, "and inside a string");
		free(copy);
	}
}

/* JSONTestSuite, if it is there: whole files, by all three ways to check. */
static void
suite(void)
{
	const char *data = getenv("TW_TEST_DATA");
	static char text[1 << 20], path[4096];
	struct dirent *entry;
	int files = 0;
	size_t len;
	FILE *file;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/JSONTestSuite/test_parsing",
	    data ? data : "");
	if (!data || !(dir = opendir(path))) {
		ok(1, "JSONTestSuite # SKIP it is not there");
		return;
	}
	while ((entry = readdir(dir))) {
		if (!strchr("yni", entry->d_name[0]) || entry->d_name[1] != '_')
			continue;
		snprintf(path, sizeof(path), "%s/JSONTestSuite/test_parsing/%s",
		    data, entry->d_name);
		if (!(file = fopen(path, "rb")))
			continue;
		len = fread(text, 1, sizeof(text), file);
		fclose(file);
		files++;
		if (entry->d_name[0] == 'i')
			valid(text, len);
		else if (valid(text, len) != (entry->d_name[0] == 'y'))
			ok(0, entry->d_name);
	}
	closedir(dir);
	is_number(files, 318, "files of JSONTestSuite");
}

int
main(void)
{
	suite();
	values();
	edges();
	depth();
	walks();
	texts();
	return done();
}
