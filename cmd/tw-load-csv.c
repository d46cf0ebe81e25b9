/*
 * tw-load-csv: rows as CSV, to files that are there whole or not at all.
 *
 * Reads flat records; writes one stream to standard output, or a file for
 * every stream, account or window.  A file is written as NAME.part, made
 * durable, renamed, and only then the marks of its windows are passed on:
 * they are receipts.  It never leaves half a file under its final name, and
 * never lets a part of a table replace the whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "catalog.h"
#include "csv.h"
#include "diag.h"
#include "line.h"
#include "manifest.h"
#include "mem.h"
#include "option.h"
#include "out.h"
#include "pattern.h"
#include "record.h"
#include "save.h"
#include "table.h"
#include "when.h"

#define OPEN_MAX_FILES 500	/* written at the same time */

static const char *catalog_file, *delimiter, *null_text = "", *pattern = "-",
    *stream;
static struct option_list column_list;
static long marks_fd = -1;
static bool check, crlf, manifest, no_header, quiet, replace, schema, spreadsheet,
    tsv;

static const struct option_row rows[] = {
	{ 'C', "catalog", "FILE", "know the streams of FILE too",
	    OPTION_TEXT, &catalog_file, 0, 0, NULL },
	{ 0, "check", NULL, "are these CSV files whole, and as their manifests "
	    "say?", OPTION_FLAG, &check, 0, 0, NULL },
	{ 'c', "columns", "COLS", "write these columns, in this order",
	    OPTION_LIST, &column_list, 0, 0, NULL },
	{ 0, "crlf", NULL, "end lines in CR LF", OPTION_FLAG, &crlf, 0, 0,
	    NULL },
	{ 't', "delimiter", "CHAR", "between values (a comma)",
	    OPTION_TEXT, &delimiter, 0, 0, NULL },
	{ 0, "manifest", NULL, "write rows, bytes and SHA-256 beside each file",
	    OPTION_FLAG, &manifest, 0, 0, NULL },
	{ 0, "marks-fd", "N", "pass marks on to this descriptor",
	    OPTION_NUMBER, &marks_fd, 1, 1023, NULL },
	{ 0, "no-header", NULL, "do not begin with the columns' names",
	    OPTION_FLAG, &no_header, 0, 0, NULL },
	{ 0, "null", "TEXT", "write null as TEXT (nothing)",
	    OPTION_TEXT, &null_text, 0, 0, NULL },
	{ 'o', "output", "PATTERN", "write files: %s stream, %a account, "
	    "%w window; .gz compresses", OPTION_TEXT, &pattern, 0, 0, NULL },
	{ 'q', "quiet", NULL, "say less", OPTION_FLAG, &quiet, 0, 0, NULL },
	{ 0, "replace", NULL, "let a part of a table replace a file",
	    OPTION_FLAG, &replace, 0, 0, NULL },
	{ 0, "schema", NULL, "write names and types beside each file",
	    OPTION_FLAG, &schema, 0, 0, NULL },
	{ 0, "spreadsheet", NULL, "guard text that a spreadsheet would run",
	    OPTION_FLAG, &spreadsheet, 0, 0, NULL },
	{ 'S', "stream", "NAME", "stream of records that do not say theirs",
	    OPTION_TEXT, &stream, 0, 0, NULL },
	{ 0, "tsv", NULL, "a tab between values", OPTION_FLAG, &tsv, 0, 0,
	    NULL },
	OPTION_END
};

static const struct option_page page = {
	"tw-load-csv", "[options] [FILE...]",
	"write flat records as CSV", rows, NULL
};

/* One output: a file, or standard output. */
struct sheet {
	struct sheet *next;
	struct table *table;
	char account[MARK_NAME];
	char *path;			/* NULL: standard output */
	struct save save;
	struct out *out;
	bool existed;			/* there is a file of that name */
	/* The columns, settled with the first row. */
	struct table_column **columns;
	size_t count, known;		/* known: columns of table then */
	bool begun;
	unsigned long long rows;
};

struct run {
	struct line_reader in;
	struct line line;
	struct csv_style style;
	struct table_set tables;
	struct mark_watch seen;
	struct sheet *sheets;		/* the last used first */
	size_t sheet_count;
	const struct table *only;	/* its name is not in the path */
	const char **asked;		/* --columns */
	size_t asked_count;
	bool files;
	struct pattern pattern;		/* of their names */
	struct buf marks;		/* not yet passed on */
	struct out marks_out, *to;	/* to: where marks go, or NULL */
	bool part;	/* a window came that begins somewhere */
};

static void stop(enum diag_status status, const struct run *run,
    const char *what) DIAG_NORETURN;

static void
stop(enum diag_status status, const struct run *run, const char *what)
{
	die(status, "%s:%lu: %s", run->in.name, run->line.number, what);
}

/* Where the sheet's rows go; window NULL: what its last mark says is not known. */
static char *
path_of(struct run *run, const struct sheet *s, const struct mark *window)
{
	struct pattern_of of = { s->table->name, s->account };
	char *path = pattern_path(&run->pattern, &of, window);

	if (!path)
		stop(STATUS_DATA, run, run->pattern.why);
	return path;
}

static void
make_folders(char *path)
{
	if (pattern_folders(path))
		die(STATUS_CREATE, "%s: %s", path, strerror(errno));
}

/*
 * Sheets.
 */

static void
open_file(struct run *run, struct sheet *s)
{
	static const struct save fresh = SAVE_INIT;
	struct stat st;

	if (run->sheet_count >= OPEN_MAX_FILES)
		die(STATUS_CREATE, "more than %d files would be written at "
		    "the same time: with %%w they are finished window by "
		    "window", OPEN_MAX_FILES);
	s->path = path_of(run, s, NULL);
	make_folders(s->path);
	s->existed = lstat(s->path, &st) == 0;
	s->save = fresh;
	s->save.exact = true;
	if (save_begin(&s->save, s->path))
		die((enum diag_status)s->save.status, "%s", s->save.why);
	s->out = &s->save.out;
	if (pattern_packed(s->path))
		out_gzip(s->out, 6);
}

static struct sheet *
sheet_of(struct run *run, struct table *t)
{
	const struct table_column *a = t->account;
	char account[MARK_NAME] = "";
	struct sheet **at, *s;

	if (run->pattern.by_account && a && a->seen == t->row) {
		if (a->value.len >= sizeof(account))
			stop(STATUS_DATA, run, "_account is no account's SID");
		account[table_text(&a->value, account)] = '\0';
	}
	for (at = &run->sheets; (s = *at); at = &s->next)
		if (s->table == t && strcmp(s->account, account) == 0)
			break;
	if (s) {
		*at = s->next;
	} else {
		if (run->only && run->only != t)
			stop(STATUS_DATA, run, run->files ? "records of a "
			    "second stream, and no %s in --output" : "records "
			    "of a second stream: standard output takes one; "
			    "try -o '%s.csv'");
		if (!run->pattern.by_stream)
			run->only = t;
		s = mem_new(sizeof(*s));
		s->table = t;
		memcpy(s->account, account, sizeof(account));
		s->out = &out_standard;
		if (run->files)
			open_file(run, s);
		run->sheet_count++;
	}
	s->next = run->sheets;
	run->sheets = s;
	return s;
}

/* Columns asked for, in one argument or in many; each the caller's to free. */
static const char **
asked_columns(size_t *count)
{
	const char **names = NULL, *p;
	size_t i, n, room = 0;

	for (i = *count = 0; i < column_list.count; i++)
		for (p = column_list.items[i]; *p; p += n + (p[n] == ',')) {
			n = strcspn(p, ",");
			if (n == 0)
				continue;
			if (*count == room) {
				room = room ? 2 * room : 16;
				names = mem_array(names, room,
				    sizeof(const char *));
			}
			names[(*count)++] = mem_copy(p, n);
		}
	return names;
}

/* Where those columns are in this table, as far as it has them by now. */
static void
find_columns(const struct run *run, struct sheet *s)
{
	size_t i;

	s->known = s->table->count;
	for (i = 0; i < s->count; i++)
		if (!s->columns[i])
			s->columns[i] = table_column(s->table, run->asked[i],
			    strlen(run->asked[i]));
}

static void
begin(struct run *run, struct sheet *s)
{
	struct table *t = s->table;
	const char **names = run->asked;
	size_t i;

	s->begun = true;
	s->count = names ? run->asked_count : t->count;
	s->columns = mem_new((s->count + 1) * sizeof(*s->columns));
	if (names) {
		find_columns(run, s);
	} else {
		names = mem_array(NULL, t->count + 1, sizeof(*names));
		for (i = 0; i < s->count; i++) {
			s->columns[i] = t->columns[i];
			names[i] = t->columns[i]->name;
		}
	}
	if (!no_header)
		csv_header(s->out, &run->style, names, s->count);
	if (names != run->asked)
		free(names);
}

static void
sheet_free(struct sheet *s)
{
	free(s->columns);
	free(s->path);
	free(s);
}

static void
say_misfits(const struct table *t)
{
	if (t->misfits > 0)
		warn("%s: %llu value%s did not fit, kept in _extra (the first: "
		    "%s)", t->name, t->misfits, t->misfits == 1 ? "" : "s",
		    t->first_misfit->name);
}

/* What lies beside a file is there before the marks that vouch for it. */
static void
write_beside(const struct run *run, const struct sheet *s, const char *path)
{
	struct manifest m = MANIFEST_INIT;
	const char **names = run->asked;
	size_t i;

	if (schema) {
		if (!names)
			names = mem_array(NULL, s->count + 1, sizeof(*names));
		for (i = 0; !run->asked && i < s->count; i++)
			names[i] = s->columns[i]->name;
		if (manifest_schema(&m, path, names, s->columns, s->count,
		    null_text))
			die((enum diag_status)m.status, "%s", m.why);
		if (!run->asked)
			free(names);
	}
	if (manifest && manifest_write(&m, path, s->table->name, s->rows))
		die((enum diag_status)m.status, "%s", m.why);
}

/* Everything written so far is final: give files their names. */
static void
finish(struct run *run, const struct mark *m)
{
	struct sheet *s;
	char *path;

	if (!run->files)
		return;
	while ((s = run->sheets)) {
		path = path_of(run, s, m);
		if (run->pattern.by_window) {
			if (strcmp(path, s->path) != 0)
				make_folders(path);
			if (save_name(&s->save, path))
				die((enum diag_status)s->save.status, "%s",
				    s->save.why);
		} else if (run->part && s->existed && !replace) {
			save_cancel(&s->save);
			die(STATUS_CREATE, "%s: would be replaced by a part of "
			    "the table: put %%w into the pattern, or say "
			    "--replace", s->path);
		}
		if (save_commit(&s->save))
			die((enum diag_status)s->save.status, "%s",
			    s->save.why);
		write_beside(run, s, path);
		free(path);
		run->sheets = s->next;
		run->sheet_count--;
		sheet_free(s);
	}
}

/*
 * Lines.
 */

static void
pass_marks(struct run *run)
{
	if (run->to && run->marks.len > 0) {
		/* Rows first: a receipt must not overtake them. */
		if (!run->files && out_flush(&out_standard))
			die(STATUS_IO, "%s", out_standard.why);
		out_put(run->to, run->marks.text, run->marks.len);
		if (out_flush(run->to))
			die(STATUS_IO, "%s", run->to->why);
	}
	buf_clear(&run->marks);
}

static void
one_mark(struct run *run)
{
	const struct line *l = &run->line;
	const char *why;
	struct mark m;

	if (mark_read(&m, l->text, l->len, &why))
		stop(STATUS_DATA, run, why);
	mark_watch(&run->seen, &m);
	buf_add(&run->marks, l->text, l->len);
	buf_byte(&run->marks, '\n');
	if (m.kind == MARK_WINDOW) {
		run->part |= !m.full && m.since != WHEN_ALWAYS;
		if (run->pattern.by_window)
			finish(run, &m);
	} else if (m.kind == MARK_CLOSE) {
		if (mark_watch_end(&run->seen, &why))
			stop(STATUS_DATA, run, why);
		if (run->sheets && run->pattern.by_window && run->files)
			stop(STATUS_DATA, run, "records without the mark of "
			    "their window");
	}
	/* What is proved by files that are not final yet has to wait. */
	if (!run->files || !run->sheets)
		pass_marks(run);
}

static void
one_line(struct run *run)
{
	const struct line *l = &run->line;
	struct table *t;
	struct sheet *s;

	if (record_is_mark(l->text, l->len)) {
		one_mark(run);
		return;
	}
	if (line_blank(l))
		return;
	mark_watch_record(&run->seen);
	if (!(t = table_of(&run->tables, l->text, l->len)))
		stop(STATUS_DATA, run, run->tables.why);
	if (*catalog_why())
		die(STATUS_CONFIG, "%s", catalog_why());
	if (table_row(t, l->text, l->len))
		die(STATUS_DATA, "%s:%lu: %s%s", run->in.name, l->number,
		    t->why, t->late_count > 0 ?
		    ": name the columns with --columns" : "");
	s = sheet_of(run, t);
	if (!s->begun)
		begin(run, s);
	else if (run->asked && s->known < t->count)
		find_columns(run, s);
	csv_row(s->out, &run->style, t, s->columns, s->count);
	s->rows++;
	if (s->out->error)
		die(STATUS_IO, "%s", s->out->why);
}

static void
check_pattern(struct run *run)
{
	run->files = strcmp(pattern, "-") != 0;
	if (run->files && pattern_read(&run->pattern, pattern))
		die(STATUS_USAGE, "-o %s: %s", pattern, run->pattern.why);
}

static void
check_style(struct csv_style *style)
{
	style->delimiter = tsv ? '\t' : ',';
	if (delimiter && (strcmp(delimiter, "tab") == 0 ||
	    strcmp(delimiter, "\\t") == 0))
		style->delimiter = '\t';
	else if (delimiter) {
		if (strlen(delimiter) != 1 || !csv_may_delimit(*delimiter))
			die(STATUS_USAGE, "--delimiter takes one character "
			    "that no number, name or date has in it, or 'tab'");
		style->delimiter = *delimiter;
	}
	style->crlf = crlf;
	style->spreadsheet = spreadsheet;
	style->null = null_text;
	style->null_len = strlen(null_text);
	if (strpbrk(null_text, "\"\r\n") ||
	    strchr(null_text, style->delimiter) != NULL)
		die(STATUS_USAGE, "--null takes a text without quotes, "
		    "delimiters and line ends");
}

static void
open_marks(struct run *run)
{
	static const struct out fresh = OUT_INIT;

	run->marks_out = fresh;
	if (marks_fd > 0 && fcntl((int)marks_fd, F_GETFD) < 0)
		die(STATUS_USAGE, "--marks-fd %ld: %s", marks_fd,
		    strerror(errno));
	if (marks_fd == 1 && !run->files)
		die(STATUS_USAGE, "--marks-fd 1: the rows are there");
	if (marks_fd > 1) {
		out_fd(&run->marks_out, (int)marks_fd, "--marks-fd");
		run->to = &run->marks_out;
	} else if (run->files) {
		run->to = &out_standard;
	}
}

static void
end_input(struct run *run, int got)
{
	const char *why;

	if (got < 0)
		die(STATUS_DATA, "%s", run->in.why);
	if (mark_watch_end(&run->seen, &why))
		die(STATUS_DATA, "%s", why);
	if (run->files && run->sheets) {
		if (run->pattern.by_window)
			die(STATUS_DATA, "no window's mark came, and '%s' "
			    "needs them: tw-fetch --marks writes them",
			    pattern);
		finish(run, NULL);
	}
	pass_marks(run);
}

/* --check: the operands are CSV files. */
static int
check_files(char **files, char between)
{
	if (!*files)
		die(STATUS_USAGE, "--check: name the CSV files");
	for (; *files; files++) {
		struct manifest m = MANIFEST_INIT;

		if (manifest_check(&m, *files, between, !no_header)) {
			warn("%s", m.why);
			diag_raise((enum diag_status)m.status);
		} else {
			note("%s: whole, %llu rows%s", *files, m.rows,
			    m.stated ? "" : "; it has no manifest");
		}
	}
	return out_finish();
}

int
main(int argc, char *argv[])
{
	static struct run run = { .in = LINE_INIT, .seen = MARK_WATCH_INIT,
	    .pattern = PATTERN_INIT, .style = CSV_STYLE_INIT,
	    .tables = TABLE_SET_INIT };
	struct table *t;
	int got;

	diag_name("tw-load-csv");
	argv = option_parse(&page, argc, argv);
	diag_quiet(quiet);
	out_start();
	check_style(&run.style);
	if (check)
		return check_files(argv, run.style.delimiter);
	check_pattern(&run);
	if ((manifest || schema) && !run.files)
		die(STATUS_USAGE, "--%s lies beside a file: name it with -o",
		    manifest ? "manifest" : "schema");
	open_marks(&run);
	if (catalog_open(catalog_file))
		die(STATUS_CONFIG, "%s", catalog_why());
	run.tables.stream = stream;
	run.asked = asked_columns(&run.asked_count);
	/* A header is written once: what comes later goes to _extra. */
	run.tables.limits.fixed = true;
	run.tables.limits.also = run.asked;
	run.tables.limits.also_count = run.asked_count;
	line_files(&run.in, argv);
	while ((got = line_next(&run.in, &run.line)) > 0)
		one_line(&run);
	end_input(&run, got);
	for (t = run.tables.tables; t; t = t->next)
		say_misfits(t);
	while (run.sheets) {
		struct sheet *next = run.sheets->next;

		sheet_free(run.sheets);
		run.sheets = next;
	}
	table_set_release(&run.tables);
	for (; run.asked && run.asked_count > 0; run.asked_count--)
		free((char *)run.asked[run.asked_count - 1]);
	free(run.asked);
	buf_release(&run.marks);
	line_release(&run.in);
	if (run.to == &run.marks_out && out_close(&run.marks_out))
		die(STATUS_IO, "%s", run.marks_out.why);
	return out_finish();
}
