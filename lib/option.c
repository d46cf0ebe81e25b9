#include "option.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "diag.h"
#include "mem.h"
#include "out.h"
#include "when.h"

#ifndef TW_VERSION
#define TW_VERSION "0"
#endif

#define WIDTH 80		/* of --help */
#define HELP_MOST 30		/* widest the option column gets */

/* Rows every tool has.  They come after its own in all listings. */
static bool help_asked, version_asked, list_asked;
static const struct option_row own_rows[] = {
	{ 0, "help", NULL, "say this and stop", OPTION_FLAG, &help_asked,
	    0, 0, NULL },
	{ 0, "version", NULL, "say the version and stop", OPTION_FLAG,
	    &version_asked, 0, 0, NULL },
	OPTION_END
};
/* For scripts that make completions or compare the manual: not in --help. */
static const struct option_row hidden_rows[] = {
	{ 0, "list-options", NULL, "", OPTION_FLAG, &list_asked, 0, 0, NULL },
	OPTION_END
};

static void wrong(const struct option_page *page, const char *format, ...)
    DIAG_FORMAT(2, 3) DIAG_NORETURN;

static void
wrong(const struct option_page *page, const char *format, ...)
{
	struct buf what = BUF_INIT(0);
	char text[300];
	va_list values;

	va_start(values, format);
	vsnprintf(text, sizeof text, format, values);
	va_end(values);
	buf_printf(&what, "%s; try '%s --help'", text, page->tool);
	die(STATUS_USAGE, "%s", what.text);
}

/* --- what a page prints ------------------------------------------------ */

/* What stands behind the name: the argument's name, or what it may be. */
static const char *
argument_of(const struct option_row *row)
{
	return row->argument ? row->argument : row->choices;
}

/* "  -d, --dialect NAME" */
static void
put_left(struct buf *line, const struct option_row *row)
{
	const char *argument = argument_of(row);

	buf_clear(line);
	if (row->letter)
		buf_printf(line, "  -%c, --%s", row->letter, row->name);
	else
		buf_printf(line, "      --%s", row->name);
	if (argument)
		buf_printf(line, " %s", argument);
}

/* Characters, not bytes: a line is wrapped by what is seen. */
static size_t
columns(const char *text, size_t len)
{
	size_t n = 0;

	while (len-- > 0)
		n += (*text++ & 0xc0) != 0x80;
	return n;
}

/* Words of text between column and WIDTH; at is the column now. */
static void
put_wrapped(struct out *o, size_t column, size_t at, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, " ");
		size_t wide = columns(text, len);
		bool first = at <= column;

		if (!first && at + 1 + wide > WIDTH - 1) {
			out_byte(o, '\n');
			at = 0;
			first = true;
		} else if (!first) {
			out_byte(o, ' ');
			at++;
		}
		for (; first && at < column; at++)
			out_byte(o, ' ');
		out_put(o, text, len);
		at += wide;
		text += len;
		text += strspn(text, " ");
	}
	out_byte(o, '\n');
}

static void
put_rows(struct out *o, const struct option_row *row, size_t column)
{
	struct buf left = BUF_INIT(0);

	for (; row->name; row++) {
		put_left(&left, row);
		out_put(o, left.text, left.len);
		if (left.len + 2 > column) {
			out_byte(o, '\n');
			left.len = 0;
		}
		put_wrapped(o, column, left.len, row->help);
	}
	buf_release(&left);
}

static void
widest(const struct option_row *row, size_t *column)
{
	struct buf left = BUF_INIT(0);

	for (; row->name; row++) {
		put_left(&left, row);
		if (left.len + 2 > *column && left.len + 2 <= HELP_MOST)
			*column = left.len + 2;
	}
	buf_release(&left);
}

static void
put_help(struct out *o, const struct option_page *page)
{
	size_t column = 0;

	out_text(o, "usage: ");
	out_text(o, page->tool);
	out_byte(o, ' ');
	put_wrapped(o, 7 + strlen(page->tool) + 1,
	    7 + strlen(page->tool) + 1, page->operands);
	put_wrapped(o, 0, 0, page->summary);
	out_byte(o, '\n');
	widest(page->rows, &column);
	widest(own_rows, &column);
	put_rows(o, page->rows, column);
	put_rows(o, own_rows, column);
	if (page->more) {
		out_byte(o, '\n');
		out_text(o, page->more);
	}
}

/* One option a line: letter, name, argument, help, between tabs. */
static void
put_list(struct out *o, const struct option_row *row)
{
	for (; row->name; row++) {
		const char *argument = argument_of(row);

		if (row->letter)
			out_byte(o, row->letter);
		out_byte(o, '\t');
		out_text(o, row->name);
		out_byte(o, '\t');
		out_text(o, argument ? argument : "");
		out_byte(o, '\t');
		out_text(o, row->help);
		out_byte(o, '\n');
	}
}

/* A table out of order or with a letter used twice is our own mistake; the
 * tests find it because they ask every tool for its list. */
static void
check_rows(const struct option_row *rows)
{
	const struct option_row *row, *other;

	for (row = rows; row->name; row++)
		for (other = rows; other != row; other++)
			if (strcmp(other->name, row->name) >= 0 ||
			    (row->letter && other->letter == row->letter))
				bug("options --%s and --%s: out of order, or "
				    "one letter for both", other->name,
				    row->name);
}

static void
answer(const struct option_page *page)
{
	struct out *o = &out_standard;

	out_start();
	if (help_asked)
		put_help(o, page);
	else if (version_asked) {
		out_text(o, page->tool);
		out_text(o, " " TW_VERSION "\n");
	} else {
		check_rows(page->rows);
		put_list(o, page->rows);
		put_list(o, own_rows);
	}
	exit(out_finish());
}

/* --- finding a row ----------------------------------------------------- */

static const struct option_row *
row_of(const struct option_row *row, char letter, const char *name, size_t len)
{
	for (; row->name; row++)
		if (name ? strlen(row->name) == len &&
		    memcmp(row->name, name, len) == 0 :
		    row->letter && row->letter == letter)
			return row;
	return NULL;
}

static const struct option_row *
find(const struct option_page *page, char letter, const char *name, size_t len)
{
	const struct option_row *row = row_of(page->rows, letter, name, len);

	if (!row)
		row = row_of(own_rows, letter, name, len);
	if (!row)
		row = row_of(hidden_rows, letter, name, len);
	return row;
}

/*
 * How many letters differ, counting one left out, one too many, one wrong or
 * two swapped as one each.  The three last rows of the usual table are enough.
 */
#define NEAR_LONGEST 64

static size_t
distance(const char *a, const char *b)
{
	size_t rows[3][NEAR_LONGEST + 1];
	size_t *older = rows[0], *old = rows[1], *now = rows[2];
	size_t la = strlen(a), lb = strlen(b), i, j;

	if (la > NEAR_LONGEST || lb > NEAR_LONGEST)
		return NEAR_LONGEST;
	for (j = 0; j <= lb; j++)
		old[j] = j;
	for (i = 1; i <= la; i++) {
		size_t *spare = older;

		now[0] = i;
		for (j = 1; j <= lb; j++) {
			size_t least = old[j - 1] + (a[i - 1] != b[j - 1]);

			if (old[j] + 1 < least)
				least = old[j] + 1;
			if (now[j - 1] + 1 < least)
				least = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && older[j - 2] + 1 < least)
				least = older[j - 2] + 1;
			now[j] = least;
		}
		older = old;
		old = now;
		now = spare;
	}
	return old[lb];
}

const char *
option_nearest(const char *word, const char *(*name)(size_t i), size_t count)
{
	const char *best = NULL;
	size_t len = strlen(word), least = len / 3 + 1, i;

	/* A third of the letters may be wrong; a name that was only begun
	 * beats all but the slips of one letter. */
	for (i = 0; i < count; i++) {
		const char *candidate = name(i);
		size_t d = distance(word, candidate);

		if (len >= 3 && strncmp(word, candidate, len) == 0)
			d = 1;
		if (d < strlen(candidate) && (d < least ||
		    (d == least && !best))) {
			least = d;
			best = candidate;
		}
	}
	return best;
}

/* option_nearest asks by number alone, so the page is kept here. */
static const struct option_page *near_page;

static const char *
near_name(size_t i)
{
	const struct option_row *row = near_page->rows;

	for (; row->name; row++)
		if (i-- == 0)
			return row->name;
	return own_rows[i].name;
}

static void unknown(const struct option_page *page, const char *name,
    size_t len) DIAG_NORETURN;

static void
unknown(const struct option_page *page, const char *name, size_t len)
{
	char *word = mem_copy(name, len);
	const char *near;
	size_t count = sizeof own_rows / sizeof own_rows[0] - 1;
	const struct option_row *row;

	for (row = page->rows; row->name; row++)
		count++;
	near_page = page;
	near = option_nearest(word, near_name, count);
	if (near)
		wrong(page, "unknown option --%.60s (did you mean --%s?)",
		    word, near);
	wrong(page, "unknown option --%.60s", word);
}

/* --- taking a value ---------------------------------------------------- */

static bool
is_choice(const char *choices, const char *value)
{
	size_t len = strlen(value);

	for (;;) {
		size_t n = strcspn(choices, "|");

		if (n == len && memcmp(choices, value, n) == 0)
			return true;
		if (!choices[n])
			return false;
		choices += n + 1;
	}
}

static void
take_number(const struct option_page *page, const struct option_row *row,
    const char *value)
{
	bool bounded = row->min || row->max;
	long min = row->min, max = bounded ? row->max : 0x7fffffffL, n;
	char *end;

	errno = 0;
	n = strtol(value, &end, 10);
	/* strtol takes blanks and a plus sign, which nobody means; both are
	 * below the digits. */
	if (end == value || *end || (*value != '-' && *value < '0'))
		wrong(page, "--%s: '%.40s' is not a number: write one from "
		    "%ld to %ld", row->name, value, min, max);
	if (errno || n < min || n > max)
		wrong(page, "--%s: %.40s is out of range: write a number "
		    "from %ld to %ld", row->name, value, min, max);
	*(long *)row->where = n;
}

static void
take(const struct option_page *page, const struct option_row *row,
    const char *value)
{
	struct option_list *list;

	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)row->where = true;
		break;
	case OPTION_TEXT:
		*(const char **)row->where = value;
		break;
	case OPTION_LIST:
		list = row->where;
		list->items = mem_array(list->items, list->count + 1,
		    sizeof *list->items);
		list->items[list->count++] = value;
		break;
	case OPTION_NUMBER:
		take_number(page, row, value);
		break;
	case OPTION_DURATION:
		if (!when_duration(value, row->where))
			wrong(page, "--%s: '%.40s' is not a duration: write "
			    "3d or 90m", row->name, value);
		break;
	case OPTION_CHOICE:
		if (!is_choice(row->choices, value))
			wrong(page, "--%s: '%.40s' is not one of %s",
			    row->name, value, row->choices);
		*(const char **)row->where = value;
		break;
	}
}

/* "--name", "--name=value" or "--name" and the next word, which next points
 * at.  Returns how many words were used. */
static int
take_long(const struct option_page *page, const char *name, const char *next)
{
	size_t len = strcspn(name, "=");
	const struct option_row *row = find(page, 0, name, len);
	bool joined = name[len] == '=';

	if (!row)
		unknown(page, name, len);
	if (row->kind == OPTION_FLAG) {
		if (joined)
			wrong(page, "--%s takes no value", row->name);
		take(page, row, NULL);
		return 1;
	}
	if (!joined && !next)
		wrong(page, "--%s needs a value: --%s %s", row->name,
		    row->name, argument_of(row));
	take(page, row, joined ? name + len + 1 : next);
	return joined ? 1 : 2;
}

/* "-qv", "-dsqlite" or "-d" and the next word. */
static int
take_letters(const struct option_page *page, const char *letters,
    const char *next)
{
	for (; *letters; letters++) {
		const struct option_row *row = find(page, *letters, NULL, 0);

		if (!row)
			wrong(page, "unknown option -%c", *letters);
		if (row->kind == OPTION_FLAG) {
			take(page, row, NULL);
			continue;
		}
		if (letters[1]) {
			take(page, row, letters + 1);
			return 1;
		}
		if (!next)
			wrong(page, "-%c needs a value: -%c %s", *letters,
			    *letters, argument_of(row));
		take(page, row, next);
		return 2;
	}
	return 1;
}

char **
option_parse(const struct option_page *page, int argc, char **argv)
{
	int i = 1, operands = 1;

	diag_name(page->tool);
	if (argc < 1)
		return argv;
	while (i < argc) {
		char *word = argv[i];
		const char *next = argv[i + 1];

		if (strcmp(word, "--") == 0) {
			for (i++; i < argc; i++)
				argv[operands++] = argv[i];
		} else if (word[0] != '-' || word[1] == '\0') {
			argv[operands++] = word;
			i++;
		} else if (word[1] == '-')
			i += take_long(page, word + 2, next);
		else
			i += take_letters(page, word + 1, next);
		if (help_asked || version_asked || list_asked)
			answer(page);
	}
	argv[operands] = NULL;
	return argv + 1;
}
