#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "json.h"
#include "mem.h"
#include "show.h"
#include "when.h"

#define COLUMNS 7

static const char *const heads[COLUMNS] = {
	"STREAM", "ACCOUNT", "FROM", "UNTIL", "GAPS", "PENDING", "COMPLETE"
};

struct cells {
	char text[COLUMNS][MARK_NAME];
};

static void
cell_date(char *cell, int64_t at, const char *otherwise)
{
	if (at == WHEN_ALWAYS)
		snprintf(cell, MARK_NAME, "%s", otherwise);
	else
		when_text(cell, at);
}

static void
fill_cells(struct cells *c, const struct state_scope *scope)
{
	const struct interval_set *covered = &scope->covered;

	memset(c, 0, sizeof(*c));
	snprintf(c->text[0], MARK_NAME, "%s", scope->stream);
	snprintf(c->text[1], MARK_NAME, "%s", *scope->account ?
	    scope->account : "-");
	for (int i = 2; i < COLUMNS; i++)
		memcpy(c->text[i], "-", 2);
	if (covered->count > 0) {
		cell_date(c->text[2], covered->all[0].since, "beginning");
		cell_date(c->text[3], covered->all[covered->count - 1].until,
		    "-");
		snprintf(c->text[4], MARK_NAME, "%zu", covered->count - 1);
	}
	if (scope->pending.count > 0)
		cell_date(c->text[5], scope->pending.all[0].since,
		    "beginning");
	cell_date(c->text[6], scope->complete_at, "-");
}

static void
put_row(struct out *out, const char *const *text, const size_t *width)
{
	for (int i = 0; i < COLUMNS; i++) {
		char shown[4 * MARK_NAME];
		/* No blanks at the end of a line. */
		size_t len, wide = i + 1 < COLUMNS ? width[i] + 2 : 0;

		diag_clean(shown, sizeof(shown), text[i], strlen(text[i]));
		out_text(out, shown);
		for (len = strlen(shown); len < wide; len++)
			out_byte(out, ' ');
	}
	out_byte(out, '\n');
}

static void
put_text(struct out *out, const char *text)
{
	size_t len = strlen(text);
	char *at;

	out_byte(out, '"');
	at = out_reserve(out, 6 * len);
	out->len += json_encode(text, len, at);
	out_byte(out, '"');
}

static void
put_date(struct out *out, int64_t at)
{
	char text[WHEN_SIZE];

	if (at == WHEN_ALWAYS)
		out_text(out, "null");
	else
		put_text(out, when_text(text, at));
}

static void
put_intervals(struct out *out, const struct interval_set *all)
{
	out_byte(out, '[');
	for (size_t i = 0; i < all->count; i++) {
		out_text(out, i ? ",[" : "[");
		put_date(out, all->all[i].since);
		out_byte(out, ',');
		put_date(out, all->all[i].until);
		out_byte(out, ']');
	}
	out_byte(out, ']');
}

void
show_json(struct out *out, const struct state_scope *scope,
    const int64_t *next)
{
	out_text(out, "{\"stream\":");
	put_text(out, scope->stream);
	out_text(out, ",\"account\":");
	put_text(out, scope->account);
	out_text(out, ",\"covered\":");
	put_intervals(out, &scope->covered);
	out_text(out, ",\"pending\":");
	put_intervals(out, &scope->pending);
	out_text(out, ",\"complete_at\":");
	put_date(out, scope->complete_at);
	if (next) {
		out_text(out, ",\"next\":");
		put_date(out, *next);
	}
	out_text(out, "}\n");
}

void
show_table(struct out *out, const struct state_scope **scopes, size_t count)
{
	size_t width[COLUMNS] = { 0 };
	struct cells *rows = mem_new((count + 1) * sizeof(*rows));
	const char *text[COLUMNS];

	for (int c = 0; c < COLUMNS; c++)
		width[c] = strlen(heads[c]);
	for (size_t i = 0; i < count; i++) {
		fill_cells(&rows[i], scopes[i]);
		for (int c = 0; c < COLUMNS; c++)
			if (strlen(rows[i].text[c]) > width[c])
				width[c] = strlen(rows[i].text[c]);
	}
	put_row(out, heads, width);
	for (size_t i = 0; i < count; i++) {
		for (int c = 0; c < COLUMNS; c++)
			text[c] = rows[i].text[c];
		put_row(out, text, width);
	}
	free(rows);
}

void
show_scope(struct out *out, const struct state_scope *scope,
    const int64_t *next)
{
	char date[2][MARK_NAME];

	out_text(out, scope->stream);
	out_byte(out, ' ');
	out_text(out, scope->account);
	out_byte(out, '\n');
	for (size_t i = 0; i < scope->covered.count; i++) {
		cell_date(date[0], scope->covered.all[i].since, "beginning");
		cell_date(date[1], scope->covered.all[i].until, "-");
		out_text(out, "  covered   ");
		out_text(out, date[0]);
		out_text(out, " to ");
		out_text(out, date[1]);
		out_byte(out, '\n');
	}
	for (size_t i = 0; i < scope->pending.count; i++) {
		cell_date(date[0], scope->pending.all[i].since, "beginning");
		cell_date(date[1], scope->pending.all[i].until, "-");
		out_text(out, "  pending   ");
		out_text(out, date[0]);
		out_text(out, " to ");
		out_text(out, date[1]);
		out_byte(out, '\n');
	}
	if (scope->complete_at != WHEN_ALWAYS) {
		out_text(out, "  complete  ");
		out_text(out, when_text(date[0], scope->complete_at));
		out_byte(out, '\n');
	}
	if (next) {
		cell_date(date[0], *next, "beginning");
		out_text(out, "  next run  ");
		out_text(out, date[0]);
		out_byte(out, '\n');
	}
}
