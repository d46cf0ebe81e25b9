/* cell: the value of a row that has one, as clients of databases print it. */
#include "cell.h"
#include "tap.h"

static struct buf b = BUF_INIT(0);

/* The value, or "-" if it is none: kept until the next. */
static const char *
value(const char *text)
{
	static char got[100];
	size_t len = strlen(text);

	if (!cell_value(&text, &len, &b))
		return "-";
	snprintf(got, sizeof(got), "%.*s", (int)len, text);
	return got;
}

int
main(void)
{
	is_text(value("\"\""), "", "an empty one, the first of all");
	is_text(value("| {\"a\":1} |"), "{\"a\":1}", "a table");
	is_text(value("\xe2\x94\x82 x \xe2\x94\x82"), "x", "a drawn one");
	is_text(value("\xe2\x95\x91 x \xe2\x94\x83\r"), "x", "drawn otherwise");
	is_text(value("  x"), "x", "columns apart by blanks");
	is_text(value("\"{\"\"a\"\":\"\"b\"\"}\""), "{\"a\":\"b\"}", "CSV");
	is_text(value("\"a\"\r"), "a", "CSV with its line end");
	is_text(value("\"\""), "", "an empty one");
	is_text(value("\"\"\"\""), "\"", "a quote");
	is_text(value("\"\"\""), "-", "half a quote");
	is_text(value("\"a\",\"b\""), "-", "two values");
	is_text(value("\"a\"b\""), "-", "a quote inside");
	is_text(value("| \"a |"), "\"a", "a quote at the front alone");
	is_text(value("| a | b |"), "a | b", "cells are not told apart");
	is_text(value("x"), "-", "nothing around it");
	is_text(value("{\"a\":\"b\"}"), "-", "nor around this");
	is_text(value(""), "-", "nothing");
	is_text(value("||"), "", "borders alone");
	is_text(value("\""), "-", "a quote alone");
	is_text(value("\xe2\x94"), "-", "half a border");
	buf_release(&b);
	return done();
}
