/*
 * option: one table a tool makes the parser, --help, the usage line, the
 * completions and the test against the man page.
 *
 *	static const struct option_row rows[] = {
 *		{ 'd', "dialect", "NAME", "sqlite or postgres", OPTION_TEXT, &dialect },
 *		{ 'q', "quiet",   NULL,   "say less",           OPTION_FLAG, &quiet },
 *		OPTION_END
 *	};
 *	static const struct option_page page = {
 *		"tw-load-sql", "[options] [FILE...]", "one line of what it is", rows,
 *		"text after the options, or NULL"
 *	};
 *	argv = option_parse(&page, argc, argv);		-> the operands
 *
 * Rows are in alphabetical order of the long name.  --help and --version are
 * added by the room, and --list-options, which no help shows: letter, name,
 * argument and help of every option, a line each, for completions and for the
 * test against the manual.  All three answer on stdout with status 0.  A wrong use ends the process with
 * status 64, one line, and "try 'tool --help'"; an unknown long option names
 * the nearest.  Options and operands may be mixed until "--".
 */
#ifndef OPTION_H
#define OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_kind {
	OPTION_FLAG,		/* bool */
	OPTION_TEXT,		/* const char *; lent from argv */
	OPTION_LIST,		/* struct option_list; repeatable */
	OPTION_NUMBER,		/* long; min..max */
	OPTION_DURATION,	/* int64_t seconds; see when_duration */
	OPTION_CHOICE		/* const char *, one of choices "a|b|c" */
};

struct option_list {
	const char **items;
	size_t count;
};

struct option_row {
	char letter;		/* 0: long only */
	const char *name;
	const char *argument;	/* shown in help; NULL for flags, and for
				 * choices, which show themselves */
	const char *help;
	enum option_kind kind;
	void *where;
	long min, max;		/* OPTION_NUMBER; both 0: from 0 on */
	const char *choices;	/* OPTION_CHOICE */
};

#define OPTION_END { 0, NULL, NULL, NULL, OPTION_FLAG, NULL, 0, 0, NULL }

struct option_page {
	const char *tool;
	const char *operands;	/* for the usage line */
	const char *summary;
	const struct option_row *rows;
	const char *more;	/* whole lines after the options; or NULL */
};

/* Returns the operands, NULL-terminated (a permuted tail of argv). */
char **option_parse(const struct option_page *page, int argc, char **argv);

/* The nearest of count names, for "did you mean"; NULL if none is near.
 * name(i) is asked for each. */
const char *option_nearest(const char *word, const char *(*name)(size_t i),
    size_t count);

#endif
