/*
 * csv: rows of a table as RFC 4180 has them.
 *
 *	struct csv_style style = CSV_STYLE_INIT;
 *	csv_header(&out, &style, names, count);
 *	csv_row(&out, &style, t, t->columns, count);
 *
 * A value is quoted when it holds the delimiter, a quote or a line end, and
 * when it is text that would be read as null: null is nothing between two
 * delimiters (or style.null), empty text is "".  Digits keep their bytes.
 */
#ifndef CSV_H
#define CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "out.h"
#include "table.h"

struct csv_style {
	char delimiter;
	bool crlf;		/* lines end in \r\n */
	bool spreadsheet;	/* text that is a formula to a spreadsheet
				 * gets a ' in front */
	const char *null;
	size_t null_len;
};

#define CSV_STYLE_INIT { ',', false, false, "", 0 }

/* Can lines be told apart with it? */
bool csv_may_delimit(char c);

/* Names as one line. */
void csv_header(struct out *o, const struct csv_style *style,
    const char *const *names, size_t count);
/* The row in hand of t: these columns; a NULL is one that no row has.  Its text
 * is a line's: LINE_SLACK bytes behind it can be read. */
void csv_row(struct out *o, const struct csv_style *style,
    const struct table *t, struct table_column *const *columns, size_t count);

#endif
