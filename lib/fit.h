/*
 * fit: one value made honest for its column.
 *
 *	n = fit_column(COLUMN_DECIMAL, &value, out);
 *	if (n == FIT_NOT)
 *		... it does not fit
 *
 * Both write the value as it stands in a flat record: null, a bare number or
 * literal, or a string with its quotes.  They change the spelling of dates and
 * nothing else: digits and escapes keep their bytes.
 *
 *	text		strings; the digits of a number, a boolean's name
 *	integer		numbers without fraction or exponent, also in a string
 *	decimal		every number, also in a string
 *	boolean		true and false, also in a string
 *	time, date	what when_parse reads: 2026-01-31T23:59:59Z, with its
 *			fraction if it has one; 2026-01-31 if no time of day
 *			would be lost
 *	json		a container or a scalar as JSON text in a string; a
 *			string that holds JSON text stays as it is
 *
 * Null fits everywhere, and an empty string is null where it is not text.
 * A value nothing is known about (fit_any) stays; containers become JSON text.
 */
#ifndef FIT_H
#define FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "catalog.h"
#include "json.h"

#define FIT_NOT SIZE_MAX

/* Room needed in out for a value of len bytes. */
#define FIT_ROOM(len) (2 * (len) + 64)

size_t fit_column(enum column_type type, const struct json *value, char *out);
size_t fit_any(const struct json *value, char *out);

/* Is it a time as fit_column writes it, 2026-01-31T23:59:59Z? */
bool fit_is_time(const char *text, size_t len);

#endif
