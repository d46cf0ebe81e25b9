#include "json.h"

#include <stdint.h>

#include "step.h"

/* What went wrong and where; filled once, by whoever returns NULL. */
struct fault {
	const char *why, *where;
};

static const char *
wrong(struct fault *f, const char *why, const char *where)
{
	f->why = why;
	f->where = where;
	return NULL;
}

static const char cut[] = "it ends in the middle of a value";

static inline const char *
space(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' ||
	    *p == '\r'))
		p++;
	return p;
}

/*
 * Which bytes of the inside of a string cannot just be passed: a quote, a
 * backslash, a control or what is not ASCII.  Read as signed, the last two are
 * the bytes below 0x20: one comparison.
 */
static inline bool
is_special(char c)
{
	return c == '"' || c == '\\' || (signed char)c < 0x20;
}

#if STEP
/* Which of STEP bytes are special. */
static inline uint64_t
special_in(const char *p)
{
	step v = step_at(p);

	return step_bits(step_or(step_or(step_is(v, '"'),
	    step_is(v, '\\')), step_below(v, 0x20)));
}
#endif

static inline const char *
run_bytewise(const char *p, const char *end)
{
	while (p < end && !is_special(*p))
		p++;
	return p;
}

#if STEP && defined(__x86_64__)
__attribute__((target("avx2"))) static const char *
run_avx2(const char *p, const char *end)
{
	const __m256i quote = _mm256_set1_epi8('"');
	const __m256i slash = _mm256_set1_epi8('\\');
	const __m256i blank = _mm256_set1_epi8(0x20);

	for (; end - p >= 32; p += 32) {
		__m256i v = _mm256_loadu_si256(
		    (const __m256i *)(const void *)p);
		__m256i hit = _mm256_or_si256(_mm256_or_si256(
		    _mm256_cmpeq_epi8(v, quote), _mm256_cmpeq_epi8(v, slash)),
		    _mm256_cmpgt_epi8(blank, v));
		unsigned mask = (unsigned)_mm256_movemask_epi8(hit);

		if (mask)
			return p + __builtin_ctz(mask);
	}
	return run_bytewise(p, end);
}
#endif

#if STEP
static const char *
run_steps(const char *p, const char *end)
{
	uint64_t bits;

	for (; end - p >= STEP; p += STEP)
		if ((bits = special_in(p)))
			return p + step_place(bits);
	return run_bytewise(p, end);
}

/* What this machine does best, found out by the first to ask. */
static const char *run_choose(const char *p, const char *end);
static const char *(*run)(const char *p, const char *end) = run_choose;

static const char *
run_choose(const char *p, const char *end)
{
	run = run_steps;
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2"))
		run = run_avx2;
#endif
	return run(p, end);
}
#endif

/* The first special byte at or after p.  Most runs end within two steps, which
 * are taken here; the long ones are worth a call. */
static inline const char *
plain_run(const char *p, const char *end)
{
#if STEP
	uint64_t bits;
	int i;

	for (i = 0; end - p >= STEP; i++, p += STEP) {
		if (i == 2)
			return run(p, end);
		if ((bits = special_in(p)))
			return p + step_place(bits);
	}
#endif
	return run_bytewise(p, end);
}

/* Length of the UTF-8 sequence at p (RFC 3629: no overlong form, no
 * surrogate, nothing above U+10FFFF), or 0. */
static size_t
utf8_length(const char *text, const char *end)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t left = (size_t)(end - text);
	unsigned low = 0x80, high = 0xbf;	/* of the second byte */
	size_t len, i;

	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (left < len)
		return 0;
	switch (p[0]) {
	case 0xe0: low = 0xa0; break;
	case 0xed: high = 0x9f; break;
	case 0xf0: low = 0x90; break;
	case 0xf4: high = 0x8f; break;
	}
	if (p[1] < low || p[1] > high)
		return 0;
	for (i = 2; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Pass the escape at p: the place behind it. */
static inline const char *
pass_escape(const char *p, const char *end, struct fault *f)
{
	int i;

	if (++p == end)
		return wrong(f, "a string that does not end", end);
	switch (*p++) {
	case '"': case '\\': case '/': case 'b': case 'f':
	case 'n': case 'r': case 't':
		return p;
	case 'u':
		for (i = 0; i < 4; i++, p++)
			if (p == end || hex_digit(*p) < 0)
				return wrong(f, "\\u without four hex digits",
				    p);
		return p;
	}
	return wrong(f, "an escape JSON does not have", p - 1);
}

/*
 * JSON inside a string has an escaped quote every few bytes.  From p, where no
 * escape is under way, to the first special byte that is not half of one.
 */
static inline const char *
pass_quotes(const char *p, const char *end)
{
#if STEP
	if (end - p <= STEP || *p == '"')
		return p;
	for (; end - p > STEP; p += STEP) {
		step v = step_at(p);
		step slash = step_is(v, '\\'), quote = step_is(v, '"');
		unsigned n = step_first(step_or(step_below(v, 0x20), step_or(
		    step_but(quote, step_is(step_at(p - 1), '\\')),
		    step_but(slash, step_is(step_at(p + 1), '"')))));

		if (n < STEP)
			return p + n;
	}
	/* The last step may have ended between the halves. */
	return p[-1] == '\\' ? p - 1 : p;
#else
	(void)end;
	return p;
#endif
}

/* From inside a string, where no escape is under way, to its closing quote;
 * was there an escape behind p? */
static const char *
pass_string(const char *p, const char *end, bool *escaped, struct fault *f)
{
	size_t n;

	*escaped = false;
	for (;;) {
		p = plain_run(p, end);
		if (p == end)
			return wrong(f, "a string that does not end", end);
		if (*p == '"')
			return p;
		if (*p == '\\') {
			*escaped = true;
			p = pass_escape(p, end, f);
			if (!p)
				return NULL;
			p = pass_quotes(p, end);
			continue;
		}
		if ((unsigned char)*p < 0x20)
			return wrong(f, "a control byte in a string", p);
		do {
			if ((n = utf8_length(p, end)) == 0)
				return wrong(f, "not valid UTF-8", p);
			p += n;
		} while (p < end && (signed char)*p < 0);
	}
}

static inline bool
is_digit(const char *p, const char *end)
{
	return p < end && *p >= '0' && *p <= '9';
}

static inline const char *
pass_number(const char *p, const char *end, struct fault *f)
{
	if (*p == '-')
		p++;
	if (!is_digit(p, end))
		return wrong(f, "a number without digits", p);
	if (*p++ == '0' && is_digit(p, end))
		return wrong(f, "a number that starts with 0", p);
	while (is_digit(p, end))
		p++;
	if (p < end && *p == '.') {
		if (!is_digit(++p, end))
			return wrong(f, "a number without digits", p);
		while (is_digit(p, end))
			p++;
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		if (++p < end && (*p == '+' || *p == '-'))
			p++;
		if (!is_digit(p, end))
			return wrong(f, "a number without digits", p);
		while (is_digit(p, end))
			p++;
	}
	return p;
}

static const char *pass_container(const char *p, const char *end, int levels,
    struct fault *f);

/* One value, of which p is the first byte; containers may be levels deep.
 * Returns the place behind it. */
static inline const char *
pass_value(const char *p, const char *end, int levels, struct json *value,
    struct fault *f)
{
	const char *start = p;

	if (p == end)
		return wrong(f, cut, end);
	value->escaped = false;
	switch (*p) {
	case '"':
		value->kind = JSON_STRING;
		value->text = start + 1;
		p = pass_string(start + 1, end, &value->escaped, f);
		if (!p)
			return NULL;
		value->len = (size_t)(p - value->text);
		return p + 1;
	case '{':
	case '[':
		value->kind = *p == '{' ? JSON_OBJECT : JSON_ARRAY;
		p = pass_container(p, end, levels, f);
		break;
	case 'n':
		value->kind = JSON_NULL;
		p = end - p >= 4 && memcmp(p, "null", 4) == 0 ? p + 4 : NULL;
		goto literal;
	case 't':
		value->kind = JSON_TRUE;
		p = end - p >= 4 && memcmp(p, "true", 4) == 0 ? p + 4 : NULL;
		goto literal;
	case 'f':
		value->kind = JSON_FALSE;
		p = end - p >= 5 && memcmp(p, "false", 5) == 0 ? p + 5 : NULL;
	literal:
		if (!p)
			return wrong(f, "not a value JSON knows", start);
		break;
	default:
		if (*p != '-' && !is_digit(p, end))
			return wrong(f, "not a value JSON knows", p);
		value->kind = JSON_NUMBER;
		p = pass_number(p, end, f);
	}
	if (!p)
		return NULL;
	value->text = start;
	value->len = (size_t)(p - start);
	return p;
}

/* From a name's opening quote to the first byte of its value. */
static inline const char *
pass_name(const char *p, const char *end, struct json *name, struct fault *f)
{
	if (p == end)
		return wrong(f, cut, end);
	if (*p != '"')
		return wrong(f, "a name must be a string", p);
	name->kind = JSON_STRING;
	name->text = ++p;
	if (!(p = pass_string(p, end, &name->escaped, f)))
		return NULL;
	name->len = (size_t)(p - name->text);
	p = space(p + 1, end);
	if (p == end)
		return wrong(f, cut, end);
	if (*p != ':')
		return wrong(f, "no ':' behind a name", p);
	return space(p + 1, end);
}

/*
 * A container that nobody looks into yet: validated without recursion, with
 * one bit a level for whether it is an object.
 */
static const char *
pass_container(const char *p, const char *end, int levels, struct fault *f)
{
	uint64_t objects[(JSON_DEPTH + 63) / 64] = { 0 };
	struct json skipped;
	int depth = 0;
	bool object;

open:
	if (depth == levels)
		return wrong(f, "nested too deeply", p);
	object = *p == '{';
	objects[depth / 64] &= ~((uint64_t)1 << depth % 64);
	objects[depth / 64] |= (uint64_t)object << depth % 64;
	depth++;
	p = space(p + 1, end);
	if (p < end && *p == (object ? '}' : ']'))
		goto closed;
	for (;;) {
		if (object && !(p = pass_name(p, end, &skipped, f)))
			return NULL;
		if (p < end && (*p == '{' || *p == '['))
			goto open;
		if (!(p = pass_value(p, end, 0, &skipped, f)))
			return NULL;
	next:
		p = space(p, end);
		if (p == end)
			return wrong(f, cut, end);
		if (*p == ',') {
			p = space(p + 1, end);
			continue;
		}
		if (*p != (object ? '}' : ']'))
			return wrong(f, object ? "no ',' or '}' behind a member"
			    : "no ',' or ']' behind an element", p);
	closed:
		p++;
		if (--depth == 0)
			return p;
		object = objects[(depth - 1) / 64] >> (depth - 1) % 64 & 1;
		goto next;
	}
}

enum { FIRST, MORE, ENDED, FAILED };

static int
walk_failed(struct json_walk *w, const char *why, const char *where)
{
	w->why = why;
	w->offset = (size_t)(where - w->start);
	w->state = FAILED;
	return -1;
}

/* What is wrong with a text whose first byte starts no value. */
static const char *
bad_start(const char *p, const char *end)
{
	if (end - p >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		return "a byte order mark";
	return p == end ? "it is empty" : "not a value JSON knows";
}

void
json_walk(struct json_walk *w, const char *text, size_t len)
{
	const char *p, *end = text + len;

	w->start = text;
	w->end = end;
	w->why = NULL;
	w->offset = 0;
	w->object = false;
	p = space(text, end);
	if (p == end || (*p != '{' && *p != '[')) {
		struct json value;
		struct fault f;

		if (p < end && pass_value(p, end, 0, &value, &f))
			walk_failed(w, "not an object or an array", p);
		else
			walk_failed(w, bad_start(p, end), p);
		return;
	}
	w->object = *p == '{';
	w->state = FIRST;
	w->at = p + 1;
}

int
json_next(struct json_walk *w, struct json *name, struct json *value)
{
	const char *p = w->at, *end = w->end;
	struct fault f;

	if (w->state >= ENDED)
		return w->state == ENDED ? 0 : -1;
	p = space(p, end);
	if (p == end)
		return walk_failed(w, cut, end);
	if (*p == (w->object ? '}' : ']')) {
		p = space(p + 1, end);
		if (p < end)
			return walk_failed(w, "something behind the value", p);
		w->state = ENDED;
		w->at = p;
		return 0;
	}
	if (w->state == MORE) {
		if (*p != ',')
			return walk_failed(w, w->object ?
			    "no ',' or '}' behind a member" :
			    "no ',' or ']' behind an element", p);
		p = space(p + 1, end);
	}
	if (w->object) {
		if (!(p = pass_name(p, end, name, &f)))
			return walk_failed(w, f.why, f.where);
	} else {
		name->kind = JSON_STRING;
		name->escaped = false;
		name->text = p;
		name->len = 0;
	}
	if (!(p = pass_value(p, end, JSON_DEPTH - 1, value, &f)))
		return walk_failed(w, f.why, f.where);
	w->at = p;
	w->state = MORE;
	return 1;
}

/* The value at p, a string so far as plain: no special byte before at. */
static bool
expect_value(struct json_walk *w, const char *p, const char *plain,
    struct json *value)
{
	const char *end = w->end;
	struct fault f;

	if (p < end && *p == '"' && plain > p) {
		value->kind = JSON_STRING;
		value->text = p + 1;
		if ((p = pass_string(plain, end, &value->escaped, &f)))
			value->len = (size_t)(p++ - value->text);
	} else {
		p = pass_value(p, end, JSON_DEPTH - 1, value, &f);
	}
	if (!p) {
		walk_failed(w, f.why, f.where);
		return false;
	}
	w->at = p;
	w->state = MORE;
	return true;
}

/* The first, near the end, or with white space. */
static bool
expect_anywhere(struct json_walk *w, const char *quoted, size_t len,
    struct json *value)
{
	const char *p = w->at, *end = w->end;

	if (w->state >= ENDED || !w->object)
		return false;
	if (w->state == MORE) {
		p = space(p, end);
		if (p == end || *p != ',')
			return false;
		p++;
	}
	p = space(p, end);
	if ((size_t)(end - p) <= len || memcmp(p, quoted, len) != 0)
		return false;
	p = space(p + len, end);
	if (p == end || *p != ':')
		return false;
	p = space(p + 1, end);
	return expect_value(w, p, p, value);
}

/* A name is a few bytes: a call would cost more than to look. */
static inline bool
same_name(const char *a, const char *b, size_t len)
{
	uint64_t a8[2], b8[2];
	uint32_t a4[2], b4[2];

	if (len >= 8 && len <= 16) {
		memcpy(&a8[0], a, 8);
		memcpy(&b8[0], b, 8);
		memcpy(&a8[1], a + len - 8, 8);
		memcpy(&b8[1], b + len - 8, 8);
		return ((a8[0] ^ b8[0]) | (a8[1] ^ b8[1])) == 0;
	}
	if (len >= 4 && len < 8) {
		memcpy(&a4[0], a, 4);
		memcpy(&b4[0], b, 4);
		memcpy(&a4[1], a + len - 4, 4);
		memcpy(&b4[1], b + len - 4, 4);
		return ((a4[0] ^ b4[0]) | (a4[1] ^ b4[1])) == 0;
	}
	return memcmp(a, b, len) == 0;
}

bool
json_expect(struct json_walk *w, const char *quoted, size_t len,
    struct json *value)
{
	const char *p = w->at, *end = w->end, *at;

	/* Nearly always: compact, and a string without specials. */
	if (w->state != MORE || !w->object || (size_t)(end - p) < len + 3 ||
	    *p != ',' || !same_name(p + 1, quoted, len) || p[len + 1] != ':')
		return expect_anywhere(w, quoted, len, value);
	p += len + 2;
	if ((unsigned char)*p <= ' ')
		return expect_anywhere(w, quoted, len, value);
	at = p;
#if STEP
	if (*p == '"') {
		uint64_t bits;

		for (at++; end - at > STEP; at += STEP) {
			if (!(bits = special_in(at)))
				continue;
			at += step_place(bits);
			if (*at != '"')
				break;
			value->kind = JSON_STRING;
			value->escaped = false;
			value->text = p + 1;
			value->len = (size_t)(at - value->text);
			w->at = at + 1;
			return true;
		}
	}
#endif
	return expect_value(w, p, at, value);
}

static const char *
whole_value(const char *text, size_t len, struct json *value, struct fault *f)
{
	const char *end = text + len;
	const char *p = space(text, end);

	if (p == end || (signed char)*p < 0)
		return wrong(f, bad_start(p, end), p);
	if (!(p = pass_value(p, end, JSON_DEPTH, value, f)))
		return NULL;
	p = space(p, end);
	if (p < end)
		return wrong(f, "something behind the value", p);
	return p;
}

bool
json_value(const char *text, size_t len, struct json *value)
{
	struct fault f;

	return whole_value(text, len, value, &f) != NULL;
}

const char *
json_check(const char *text, size_t len, size_t *offset)
{
	struct json value;
	struct fault f;

	if (whole_value(text, len, &value, &f))
		return NULL;
	if (offset)
		*offset = (size_t)(f.where - text);
	return f.why;
}

bool
json_member(const struct json *object, const char *name, struct json *value)
{
	struct json_walk w;
	struct json n, v;
	bool found = false;

	if (object->kind != JSON_OBJECT)
		return false;
	json_walk(&w, object->text, object->len);
	while (json_next(&w, &n, &v) > 0)
		if (json_is(&n, name)) {
			*value = v;
			found = true;
		}
	return found;
}

static unsigned
hex4(const char *p)
{
	return (unsigned)hex_digit(p[0]) << 12 | (unsigned)hex_digit(p[1]) << 8
	    | (unsigned)hex_digit(p[2]) << 4 | (unsigned)hex_digit(p[3]);
}

static size_t
utf8_put(unsigned code, char *out)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

size_t
json_escape(const char **at, const char *end, char out[4])
{
	const char *p = *at + 2;
	unsigned code, low;

	*at = p;
	switch (p[-1]) {
	case 'b': *out = '\b'; return 1;
	case 'f': *out = '\f'; return 1;
	case 'n': *out = '\n'; return 1;
	case 'r': *out = '\r'; return 1;
	case 't': *out = '\t'; return 1;
	case 'u': break;
	default: *out = p[-1]; return 1;
	}
	code = hex4(p);
	p += 4;
	if (code >= 0xd800 && code < 0xdc00 && end - p >= 6 &&
	    p[0] == '\\' && p[1] == 'u' &&
	    (low = hex4(p + 2)) >= 0xdc00 && low < 0xe000) {
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
		p += 6;
	}
	if (code >= 0xd800 && code < 0xe000)
		code = 0xfffd;
	*at = p;
	return utf8_put(code, out);
}

size_t
json_decode(const struct json *string, char *out)
{
	const char *p = string->text, *end = p + string->len, *slash;
	char *o = out;

	while (p < end) {
		slash = memchr(p, '\\', (size_t)(end - p));
		if (!slash)
			slash = end;
		memmove(o, p, (size_t)(slash - p));
		o += slash - p;
		p = slash;
		if (p < end)
			o += json_escape(&p, end, o);
	}
	return (size_t)(o - out);
}

bool
json_is(const struct json *string, const char *text)
{
	const char *p = string->text, *end = p + string->len;
	size_t left = strlen(text), n;
	char decoded[4];

	if (!string->escaped)
		return json_same(string, text, left);
	for (; p < end; text += n, left -= n) {
		n = 1;
		decoded[0] = *p;
		if (*p == '\\')
			n = json_escape(&p, end, decoded);
		else
			p++;
		if (n > left || memcmp(text, decoded, n) != 0)
			return false;
	}
	return left == 0;
}

size_t
json_encode(const char *bytes, size_t len, char *out)
{
	static const char hex[] = "0123456789abcdef";
	const char *p = bytes, *end = bytes + len, *stop;
	char *o = out;
	size_t n;

	while (p < end) {
		stop = plain_run(p, end);
		memcpy(o, p, (size_t)(stop - p));
		o += stop - p;
		if ((p = stop) == end)
			break;
		if ((signed char)*p < 0) {
			if ((n = utf8_length(p, end)) > 0) {
				memcpy(o, p, n);
				o += n;
				p += n;
			} else {
				memcpy(o, "\xef\xbf\xbd", 3);
				o += 3;
				p++;
			}
			continue;
		}
		*o++ = '\\';
		switch (*p) {
		case '\b': *o++ = 'b'; break;
		case '\f': *o++ = 'f'; break;
		case '\n': *o++ = 'n'; break;
		case '\r': *o++ = 'r'; break;
		case '\t': *o++ = 't'; break;
		case '"': case '\\': *o++ = *p; break;
		default:
			memcpy(o, "u00", 3);
			o[3] = hex[*p >> 4 & 15];
			o[4] = hex[*p & 15];
			o += 5;
		}
		p++;
	}
	return (size_t)(o - out);
}

size_t
json_compact(const char *text, size_t len, char *out)
{
	const char *p = text, *end = text + len, *from;
	char *o = out;

	while (p < end) {
		from = p;
		if (*p == '"') {
			for (p = plain_run(p + 1, end); p < end && *p != '"';
			    p = plain_run(p, end))
				p += *p == '\\' && end - p > 1 ? 2 : 1;
			p += p < end;
		} else if ((p = space(p, end)) > from) {
			continue;
		} else {
			while (p < end && *p != '"' && space(p, p + 1) == p)
				p++;
		}
		memmove(o, from, (size_t)(p - from));
		o += p - from;
	}
	return (size_t)(o - out);
}

size_t
json_nest(const char *text, size_t len, char *out)
{
	const char *p = text, *end = text + len, *stop;
	bool inside = false;
	char *o = out;

	*o++ = '"';
	while (p < end) {
		if (inside) {
			/* Controls cannot be; what is not ASCII just passes. */
			stop = plain_run(p, end);
			memcpy(o, p, (size_t)(stop - p));
			o += stop - p;
			if ((p = stop) == end)
				break;
			if (*p == '\\') {
				memcpy(o, "\\\\", 2);
				o += 2;
				if (++p == end)
					break;
				if (*p == '\\' || *p == '"')
					*o++ = '\\';
			} else if (*p == '"') {
				*o++ = '\\';
				inside = false;
			}
			*o++ = *p++;
		} else if (*p == '"') {
			memcpy(o, "\\\"", 2);
			o += 2;
			p++;
			inside = true;
		} else {
			if (space(p, end) == p)
				*o++ = *p;
			p++;
		}
	}
	*o++ = '"';
	return (size_t)(o - out);
}
