/* table: the columns of streams that are odd, and rows that are. */
#include "table.h"

#include <stdio.h>
#include <stdlib.h>

#include "catalog.h"
#include "child.h"
#include "tap.h"

static const char own[] =
	"stream things\n"
	"\thost api\n"
	"\tpath /v1/Things\n"
	"\tpaging none\n"
	"\trecords things\n"
	"\tkey sid\n"
	"\twindow made A B instant []\n"
	"\tunwindowed nowhere\n"
	"\tversion nowhere\n"
	"\tcolumn sid text\n"
	"\tcolumn made integer\n"
	"\tcolumn on boolean\n"
	"\tcolumn at time\n"
	"\tcolumn amount decimal\n"
	"\tcolumn h\xc3\xb6""henanga\xc3\xbc""ber_allem text\n";

/* The row as "name=value ..." of the columns it has. */
static const char *
row(struct table *t, const char *text)
{
	static char shown[1000];
	size_t len = 0, i;

	if (table_row(t, text, strlen(text)))
		return t->why;
	shown[0] = '\0';
	for (i = 0; i < t->count; i++) {
		const struct table_column *c = t->columns[i];

		if (c->seen == t->row)
			len += (size_t)snprintf(shown + len,
			    sizeof shown - len, "%s%s=%.*s", len ? " " : "",
			    c->name, (int)c->value.len, c->value.text);
	}
	return shown;
}

static void
described(void)
{
	static const struct table_limits any = { .name_max = 20,
	    .decimal_before = 3, .decimal_after = 4 };
	struct table *t = table_new("things", 6, &any);
	char text[200];

	ok(!t->version && !t->date && !t->date_else,
	    "what is no column, or no date, is not gone by");
	is_number(t->columns[7]->name_len, 19, "a long name is cut");
	ok(strncmp(t->columns[7]->name, "h\xc3\xb6" "henanga_", 11) == 0,
	    "between characters");
	is_text(row(t, "{\"on\":\"true\",\"sid\":\"a\"}"), "sid=a on=true",
	    "a boolean as text");
	is_text(row(t, "{\"on\":\"\\n\"}"), "_extra={\"on\":\"\\n\"}",
	    "an escape is none");
	is_text(row(t, "{\"amount\":\"1.5\",\"at\":\"2026-01-31\"}"),
	    "at=2026-01-31T00:00:00Z amount=1.5", "a decimal, a day");
	is_text(row(t, "{\"amount\":1.5E1}"), "_extra={\"amount\":1.5E1}",
	    "an exponent behind the point has no room");
	is_text(row(t, "{\"amount\":1.5e1}"), "_extra={\"amount\":1.5e1}",
	    "nor has a small one");
	is_text(row(t, "{\"amount\":1.5e-100}"),
	    "_extra={\"amount\":\"1.5e-100\"}", "what nobody can read is text");
	snprintf(text, sizeof text, "{\"at\":\"2026-01-31T00:00:00.%035dZ\"}",
	    1);
	is_text(row(t, text), "_extra={\"at\":\"2026-01-31T00:00:00."
	    "00000000000000000000000000000000001Z\"}",
	    "an instant finer than any");
	is_number(t->misfits, 5, "all of them are counted");
	is_text(t->first_misfit->name, "on", "and the first is kept");
	table_free(t);
}

static void
unknown(void)
{
	static const char *also[] = { "b" };
	static const struct table_limits fixed = { .fixed = true };
	static const struct table_limits asked = { .fixed = true,
	    .also = also, .also_count = 1 };
	static const struct table_limits few = { .columns_max = 3 };
	struct table *t = table_new("x", 1, &fixed);

	is_text(row(t, "{\"a\\u0000c\":1,\"b\":2}"), "a?c=1 b=2",
	    "a NUL in a name is shown");
	is_text(row(t, "{\"a\\u0000c\":null,\"b\":3}"), "b=3", "null is none");
	is_text(row(t, "{\"new\":1}"),
	    "it has a member the first record did not have", "a late member");
	is_text(row(t, "{\"_extra\":\"{}\"}"),
	    "it has a member the first record did not have",
	    "so is a late _extra");
	is_text(row(t, "[1]"), "not an object", "an array");
	is_text(row(t, "[]"), "not an object", "an empty one");
	table_free(t);

	t = table_new("x", 1, &fixed);
	is_text(row(t, "{\"\x7f\":1,\"\":2,\"a\\u0001\":3,\"_extrb\":4}"),
	    "_extrb=4 _extra={\"\x7f\":1,\"\":2,\"a\\u0001\":3}",
	    "names that cannot be are in the first record's _extra");
	is_text(row(t, "{\"\":5,\"_extra\":{\"q\":6}}"),
	    "_extra={\"q\":6,\"\":5}", "and in the next one's");
	table_free(t);

	t = table_new("x", 1, &asked);
	is_text(row(t, "{\"a\":1,\"b\":2}"), "a=1 b=2", "the first record's");
	is_text(row(t, "{\"c\":1,\"b\":3}"), "b=3",
	    "what was not asked for is not missed");
	table_free(t);

	t = table_new("x", 1, &few);
	is_text(row(t, "{\"a\":1,\"b\":2,\"c\":3,\"d\":4}"),
	    "a=1 b=2 c=3 _extra={\"d\":4}", "no more columns than there may be");
	table_free(t);

	t = table_new("x", 1, &fixed);
	ok(!table_add(t, "_deleted", COLUMN_TIME)->key,
	    "a column added to a stream nobody knows is no key");
	is_text(row(t, "{\"a\":1}"), "a=1", "and null");
	table_set(t, t->columns[0], "now");
	ok(t->columns[0]->seen == t->row &&
	    json_is(&t->columns[0]->value, "now"), "until it is set");
	table_free(t);
}

static void
streams(void)
{
	static const char *const none[] = { "{\"_stream\":\"\"}",
		"{\"_stream\":7}", "{\"_stream\":\"a\\u0000\"}" };
	struct table_set set = TABLE_SET_INIT;
	size_t i;

	for (i = 0; i < sizeof none / sizeof none[0]; i++) {
		ok(!table_of(&set, none[i], strlen(none[i])), none[i]);
		is_text(set.why, "its _stream is not a name", "is no name");
	}
	ok(!table_of(&set, "[]", 2), "an array has no stream");
	table_set_release(&set);
}

int
main(void)
{
	FILE *f;

	scratch_begin();
	f = fopen("own.tw", "w");
	if (!f || fputs(own, f) < 0 || fclose(f) || catalog_open("own.tw"))
		exit(99);
	described();
	unknown();
	streams();
	scratch_end();
	return done();
}
