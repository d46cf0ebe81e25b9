/*
 * views: what people ask their Twilio data on the first day, as SQL views.
 *
 *	for (i = 0; i < views_stream_count; i++)
 *		sql_create(s, views_streams[i]);	-- tables they read
 *	views_write(&out_standard, dialect, schema);
 *
 * Spend and usage a day, delivery and errors, call minutes, numbers nobody
 * uses.  A view is one text for all dialects; what differs between them, the
 * day of an instant for example, is a table of words.
 */
#ifndef VIEWS_H
#define VIEWS_H

#include "out.h"
#include "sql.h"

/* The streams whose tables the views read; ends with NULL. */
extern const char *const views_streams[];

/* Statements that make the views, or make them anew.  schema and prefix may
 * be NULL. */
void views_write(struct out *o, const struct sql_dialect *d,
    const char *schema, const char *prefix);

#endif
