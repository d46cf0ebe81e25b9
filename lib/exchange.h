/*
 * exchange: the states of other tools, there and back.
 *
 *	struct exchange x = EXCHANGE_INIT;
 *	exchange_line(&x, text, len);		-- all of the file
 *	if (exchange_import(&x, &state))  -> x.why
 *	exchange_export(&out_standard, "airbyte", &state);
 *
 * Read are, told apart by their shape: Airbyte's per-stream states (an array
 * of them, the messages of its protocol a line each, or the API's), Airbyte's
 * older { stream: { cursor } }, and Singer's bookmarks (bare, as STATE
 * messages, or as Meltano keeps them).  Of several messages the last counts.
 *
 * Their cursor says "all before this is loaded", so it becomes a window that
 * ends there.  Ours may have gaps: what is written ends at the first gap or
 * the first pending record, so nothing is skipped, and a little comes twice.
 */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "out.h"
#include "state.h"

struct exchange {
	const char *account;	/* of cursors that name none; or NULL */
	int64_t since;		/* where their windows begin */
	struct buf text;
	struct exchange_cursor *cursors;
	size_t count, room;
	unsigned long message;	/* how many were read */
	char **skipped;		/* a sentence each */
	size_t skip_count;
	char why[300];
};

#define EXCHANGE_MAX ((size_t)64 << 20)
#define EXCHANGE_INIT                                                         \
	{ NULL, INT64_MIN, BUF_INIT(EXCHANGE_MAX), 0, 0, 0, 0, 0, 0, "" }

void exchange_line(struct exchange *x, const char *text, size_t len);
/* Join what the cursors say to a state.  0, or -1 with why. */
int exchange_import(struct exchange *x, struct state *s);
/* format: "airbyte" or "singer". */
void exchange_export(struct out *o, const char *format, const struct state *s);
void exchange_release(struct exchange *x);

#endif
