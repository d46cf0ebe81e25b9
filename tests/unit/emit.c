#include "emit.h"

#include "ask.h"
#include "mem.h"
#include "tap.h"

static struct item item = ITEM_INIT;

static bool
reads(const char *text, const char **why)
{
	struct json value;

	return json_value(text, strlen(text), &value) &&
	    item_read(&item, &value, why);
}

static void
items(void)
{
	static const char *red[] = { "red", "7", NULL };
	static const char *null[] = { "null", NULL };
	const struct condition is_red = { .field = "a", .values = red };
	const struct condition no_red = { .field = "a", .values = red,
	    .negated = true };
	const struct condition is_null = { .field = "a", .values = null };
	const char *why = NULL;
	struct buf many = BUF_INIT(0);
	char text[20];
	int64_t when;

	ok(!reads("[]", &why), "an array is no item");
	is_text(why, "a record is not an object", "and says so");
	ok(!reads("7", &why), "nor is a number");

	ok(reads("{\"a\":\"r\\u0065d\",\"b\":-1.50,\"c\":null,\"d\":[1],"
	    "\"e\":true,\"f\":\"0123456789012345678\",\"g\":"
	    "\"01234567890123456789\",\"a\\u0062\":1,\"h\":\"\"}", &why),
	    "an object is");
	ok(item_text(&item, "a", text, sizeof text), "a string");
	is_text(text, "red", "is decoded");
	ok(item_text(&item, "b", text, sizeof text), "a number");
	is_text(text, "-1.50", "has its digits");
	ok(item_text(&item, "ab", text, sizeof text), "an escaped name");
	ok(item_text(&item, "f", text, sizeof text), "what just fits");
	ok(!item_text(&item, "g", text, sizeof text), "what does not");
	ok(!item_text(&item, "c", text, sizeof text), "null has no text");
	ok(!item_text(&item, "d", text, sizeof text), "nor an array");
	ok(!item_text(&item, "e", text, sizeof text), "nor a boolean");
	ok(!item_text(&item, "x", text, sizeof text), "nor what is not there");
	ok(!item_date(&item, "a", &when), "red is no date");
	ok(!item_date(&item, "c", &when), "nor is null");
	ok(item_meets(&item, &is_red, 1), "red is red");
	ok(!item_meets(&item, &no_red, 1), "and not otherwise");
	ok(!item_meets(&item, &is_null, 1), "nor null");
	ok(item_meets(&item, NULL, 0), "no condition holds");

	ok(reads("{\"a\":\"blue\",\"a\":7}", &why), "a name twice");
	ok(item_meets(&item, &is_red, 1), "the last counts, as number too");
	ok(reads("{\"a\":\"2026-01-01\",\"a\":null}", &why), "at last null");
	ok(item_meets(&item, &is_null, 1), "is null");
	ok(reads("{}", &why) && item_meets(&item, &is_null, 1), "as nothing");

	for (int i = 0; i < 200; i++)
		buf_printf(&many, "%s\"m%d\":%d", i ? "," : "{", i, i);
	buf_byte(&many, '}');
	buf_text(&many, "");
	ok(reads(many.text, &why), "two hundred members");
	ok(item_text(&item, "m199", text, sizeof text), "are all there");
	is_text(text, "199", "to the last");
	buf_release(&many);
	item_release(&item);
}

static void
is_line(struct emit *e, const char *text, const char *want, const char *what)
{
	struct buf b = BUF_INIT(0);
	const char *why;

	ok(reads(text, &why), "an item");
	emit_line(e, &item, &b);
	buf_text(&b, "");	/* ends it */
	is_text(b.text, want, what);
	buf_release(&b);
}

static void
lines(void)
{
	struct column columns[] = {
		{ .path = "sid", .name = "sid" },
		{ .path = "auth_token", .name = "auth_token", .secret = true },
		{ .path = "a.b.key", .name = "a_b_key", .secret = true },
	};
	struct stream plain = { .name = "s", .columns = columns,
	    .column_count = 1 };
	struct stream secret = { .name = "s", .columns = columns,
	    .column_count = 3 };
	struct emit e = { 0 };
	struct buf small = BUF_INIT(8);
	char name[300], long_name[400], want[500];
	struct json value;
	const char *why;

	emit_begin(&e, &plain, "AC1", "now", NULL, 0);
#define HEAD "{\"_stream\":\"s\",\"_account\":\"AC1\",\"_fetched\":\"now\""
	is_line(&e, " { \"sid\" : \"a b\" , \"n\":[ 1 ] } ",
	    HEAD ",\"sid\":\"a b\",\"n\":[1]}\n", "ours, and then theirs");
	is_line(&e, "{ }", HEAD "}\n", "ours alone");
	reads("{\"sid\":1}", &why);
	emit_line(&e, &item, &small);
	ok(small.full, "a line that has no room");
	buf_release(&small);
	plain.bare = "value";
	json_value("12", 2, &value);
	item_wrap(&item, "value", &value);
	small.max = strlen(HEAD) + 7;
	emit_line(&e, &item, &small);
	ok(small.full, "nor for the name of a bare value");
	buf_release(&small);
	plain.bare = NULL;

	emit_begin(&e, &secret, "AC1", "now", NULL, 0);
	is_line(&e, "{\"auth_token\":\"x\",\"sid\":\"a\",\"a\":{\"b\":{\"key\":"
	    "1,\"c\":[2]},\"key\":3},\"auth\\u005ftoken\":\"y\"}",
	    HEAD ",\"sid\":\"a\",\"a\":{\"b\":{\"c\":[2]},\"key\":3}}\n",
	    "without what is secret, however it is spelt");
	is_line(&e, "{\"auth_token\":\"x\"}", HEAD "}\n", "nothing left");
	is_line(&e, "{\"a\":{\"b\":{\"key\":1}}}", HEAD
	    ",\"a\":{\"b\":{}}}\n", "an object with nothing left");
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	snprintf(long_name, sizeof long_name, "{\"%s\":{\"key\" : 1}}", name);
	snprintf(want, sizeof want, HEAD ",\"%s\":{\"key\":1}}\n", name);
	is_line(&e, long_name, want, "a name longer than any that is secret");
	e.secrets = true;
	is_line(&e, "{\"auth_token\":\"x\"}", HEAD ",\"auth_token\":\"x\"}\n",
	    "secrets, if asked for");

	e.raw = true;
	emit_begin(&e, &plain, "AC1", "now", NULL, 0);
	is_line(&e, "{\"sid\": 1}", "{\"sid\":1}\n", "nothing of ours");
	is_line(&e, "{}", "{}\n", "nothing at all");
	e.secrets = false;
	emit_begin(&e, &secret, "AC1", "now", NULL, 0);
	is_line(&e, "{\"auth_token\":1}", "{}\n", "and nothing secret");

	plain.bare = "value";
	for (e.raw = false;; e.raw = true) {
		struct buf b = BUF_INIT(0);

		emit_begin(&e, &plain, "AC1", "now", NULL, 0);
		json_value("\"x\"", 3, &value);
		item_wrap(&item, "value", &value);
		emit_line(&e, &item, &b);
		buf_text(&b, "");
		is_text(b.text, e.raw ? "{\"value\":\"x\"}\n" :
		    HEAD ",\"value\":\"x\"}\n", "a bare value");
		buf_release(&b);
		if (e.raw)
			break;
	}
	emit_release(&e);
	item_release(&item);
}

static void
urls(void)
{
	struct pair query[] = { { "Fixed", "a" }, { "Account", "{AccountSid}" },
	    { "Lacking", "{Nothing}" } };
	struct pair path[] = { { "Account", "no" }, { "AccountSid", "AC1" },
	    { "Odd", "\x1f /?#[]@!$&'()*+,;=%~:._-09azAZ\x7f\xc3\xa9`{" } };
	struct pair extra[] = { { "Fixed", "b" } };
	struct stream s = { .name = "s", .path = "/v1/{AccountSid}/{Odd}.json",
	    .query = query, .query_count = 3, .window_low = "Date>",
	    .window_high = "Date<" };
	struct ask a = { &s, "https://x", path, 3, NULL, 0, 50, "1", "2" };
	struct buf b = BUF_INIT(0);
	const char *missing = NULL;

#define URL "https://x/v1/AC1/%1F%20%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A" \
    "%2B%2C%3B%3D%25~:._-09azAZ%7F%C3%A9%60%7B.json"
	ok(ask_url(&b, &a, &missing), "a URL");
	is_text(b.text, URL "?PageSize=50&Fixed=a&Account=AC1&Date%3E=1&"
	    "Date%3C=2", "what must be encoded is");
	buf_clear(&b);
	s.size_name = "limit";
	a.extra = extra;
	a.extra_count = 1;
	a.low = a.high = NULL;
	ask_url(&b, &a, &missing);
	is_text(b.text, URL "?limit=50&Account=AC1&Fixed=b",
	    "what is asked for stands for what is fixed");
	buf_clear(&b);
	a.page_size = 0;
	s.query_count = a.extra_count = 0;
	ask_url(&b, &a, &missing);
	is_text(b.text, URL, "nothing to ask");
	buf_clear(&b);
	a.path_count = 1;
	ok(!ask_url(&b, &a, &missing), "a place that nobody fills");
	ok(strncmp(missing, "AccountSid}", 11) == 0, "is named");
	buf_release(&b);
}

int
main(void)
{
	items();
	lines();
	urls();
	return done();
}
