/*
 * cell: the value of a row that has one, as clients of databases print it.
 *
 *	struct buf b = BUF_INIT(0);
 *	if (cell_value(&text, &len, &b))
 *		... text is what was between the borders of a table
 *		    ("| x |", also drawn), or the quotes of CSV ("a ""b""")
 */
#ifndef CELL_H
#define CELL_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/* false: there is nothing around it, or more than one value.  The text is then
 * as it was, else part of it or of b. */
bool cell_value(const char **text, size_t *len, struct buf *b);

#endif
