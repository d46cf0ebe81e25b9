/* csv: delimiters, names, and text a spreadsheet would run. */
#include "csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "line.h"
#include "tap.h"

/* What was put since, without the last line end. */
static const char *
put_since(struct out *o, FILE *file)
{
	static char text[1000];
	size_t len;

	out_flush(o);
	rewind(file);
	len = fread(text, 1, sizeof text - 1, file);
	text[len > 0 ? len - 1 : 0] = '\0';
	rewind(file);
	if (ftruncate(fileno(file), 0))
		exit(99);
	return text;
}

static const struct {
	const char *json;
	const char *shown;
} cells[] = {
	{ "\"+15550001111\"", "+15550001111" },
	{ "\"-1.50\"", "-1.50" },
	{ "\"+.5\"", "'+.5" },
	{ "\"+5:\"", "'+5:" },
	{ "\"-5/2\"", "'-5/2" },
	{ "\"+\"", "'+" },
	{ "\"=1\"", "'=1" },
	{ "\"@a,b\"", "\"'@a,b\"" },
	{ "\"\xef\xbc\x9d" "1\"", "'\xef\xbc\x9d" "1" },
	{ "\"\xef\xbc\xa0" "1\"", "'\xef\xbc\xa0" "1" },
	{ "\"\xef\xbc\x8b" "1\"", "'\xef\xbc\x8b" "1" },
	{ "\"\xef\xbc\x8d" "1\"", "'\xef\xbc\x8d" "1" },
	{ "\"\xef\xbc\x8e" "1\"", "\xef\xbc\x8e" "1" },
	{ "\"ab\"", "ab" },
	{ "-1.50", "-1.50" },
};

int
main(void)
{
	static const char *const names[] = { "a", "", "b\"c", "d,e" };
	static const struct table_limits any;
	struct csv_style style = CSV_STYLE_INIT;
	struct out o = OUT_INIT;
	FILE *file = tmpfile();
	struct table *t = table_new("x", 1, &any);
	char text[200], may[257] = "";
	size_t n = 0;
	int c, len;

	for (c = -128; c < 128; c++)
		if (csv_may_delimit((char)c))
			may[n++] = (char)c;
	is_text(may, "\t !#$%&()*,/:;<=>?@[\\]^`{|}~",
	    "what lines can be told apart with");

	if (!file)
		return 99;
	out_fd(&o, dup(fileno(file)), "test");
	csv_header(&o, &style, names, 4);
	is_text(put_since(&o, file), "a,\"\",\"b\"\"c\",\"d,e\"", "names");

	style.spreadsheet = true;
	for (n = 0; n < sizeof cells / sizeof cells[0]; n++) {
		memset(text, ' ', sizeof text);
		len = snprintf(text, sizeof text, "{\"a\":%s}", cells[n].json);
		table_row(t, text, (size_t)len);
		csv_row(&o, &style, t, t->columns, 1);
		is_text(put_since(&o, file), cells[n].shown, cells[n].json);
	}
	out_close(&o);
	fclose(file);
	table_free(t);
	return done();
}
