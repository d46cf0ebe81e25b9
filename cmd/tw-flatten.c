/*
 * tw-flatten: nested records in, flat and typed ones out.
 *
 * Reads NDJSON, plain or gzip; writes flat NDJSON.  Marks pass through in
 * place, byte for byte.  A line that is not a record is counted, named and
 * left out; a value that does not fit its column goes to _extra.  It never
 * drops a record or a value in silence and never changes digits.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "catalog.h"
#include "compare.h"
#include "diag.h"
#include "flat.h"
#include "json.h"
#include "line.h"
#include "mask.h"
#include "option.h"
#include "out.h"
#include "program.h"
#include "record.h"
#include "shape.h"

#define PIECE ((size_t)32 << 10)
#define REJECTS_NAMED 10	/* lines told on stderr; the rest is counted */

static const char *catalog_file, *jq_text, *key_file, *rejects_file,
    *separator = "_", *stream, *unknown = "column", *where_text;
static struct option_list select_list, drop_list, hash_list, redact_list,
    parse_list, explode_list;
static bool no_pii, quiet, strict, zip;

static const struct option_row rows[] = {
	{ 'C', "catalog", "FILE", "know the streams of FILE too",
	    OPTION_TEXT, &catalog_file, 0, 0, NULL },
	{ 'd', "drop", "COLS", "leave these columns out",
	    OPTION_LIST, &drop_list, 0, 0, NULL },
	{ 'e', "explode", "COL", "one row an element of this array",
	    OPTION_LIST, &explode_list, 0, 0, NULL },
	{ 'z', "gzip", NULL, "compress the output",
	    OPTION_FLAG, &zip, 0, 0, NULL },
	{ 'H', "hash", "COLS", "replace values by keyed hashes",
	    OPTION_LIST, &hash_list, 0, 0, NULL },
	{ 'j', "jq", "PROGRAM", "run a jq program over each record first",
	    OPTION_TEXT, &jq_text, 0, 0, NULL },
	{ 'k', "key-file", "FILE", "key of the hashes",
	    OPTION_TEXT, &key_file, 0, 0, NULL },
	{ 'n', "no-pii", NULL, "hash or redact what is personal or not known",
	    OPTION_FLAG, &no_pii, 0, 0, NULL },
	{ 'p', "parse-json", "COLS", "open JSON text in these columns",
	    OPTION_LIST, &parse_list, 0, 0, NULL },
	{ 'q', "quiet", NULL, "say less", OPTION_FLAG, &quiet, 0, 0, NULL },
	{ 'r', "redact", "COLS", "replace values by null",
	    OPTION_LIST, &redact_list, 0, 0, NULL },
	{ 0, "rejects", "FILE", "write lines that are no records to FILE",
	    OPTION_TEXT, &rejects_file, 0, 0, NULL },
	{ 's', "select", "COLS", "keep only these columns and metadata",
	    OPTION_LIST, &select_list, 0, 0, NULL },
	{ 0, "sep", "TEXT", "between the names of nested members (_)",
	    OPTION_TEXT, &separator, 0, 0, NULL },
	{ 'S', "stream", "NAME", "stream of records that do not say theirs",
	    OPTION_TEXT, &stream, 0, 0, NULL },
	{ 0, "strict", NULL, "stop at the first thing that is wrong",
	    OPTION_FLAG, &strict, 0, 0, NULL },
	{ 'u', "unknown", "WHERE", "what the catalogue does not know becomes "
	    "column, extra, or drop", OPTION_CHOICE, &unknown, 0, 0,
	    "column|extra|drop" },
	{ 'w', "where", "EXPR", "keep records for which this jq expression "
	    "is true", OPTION_TEXT, &where_text, 0, 0, NULL },
	OPTION_END
};

static const struct option_page page = {
	"tw-flatten", "[options] [FILE...]",
	"make records flat, typed, clean and, if asked, anonymous", rows, NULL
};

/* What one run needs beside its options. */
struct run {
	struct line_reader in;
	struct flat *flat;
	struct program *jq, *where;
	struct compare *simple;		/* --where, if it needs no libjq */
	struct mask_key key;
	struct mark_watch seen;
	struct out rejects;
	struct line line;		/* in hand */
	unsigned long long rejected;
	bool masked, failed;
};

static void
names(struct shape_names *to, const struct option_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		shape_names_add(to, list->items[i]);
}

/* A piece at a time: escaped it may be six times as long. */
static void
put_encoded(struct out *o, const char *text, size_t len)
{
	size_t n;

	for (; len > 0; text += n, len -= n) {
		n = len < PIECE ? len : PIECE;
		while (n < len && n < PIECE + 4 && (text[n] & 0xc0) == 0x80)
			n++;		/* not within a sequence of UTF-8 */
		o->len += json_encode(text, n, out_reserve(o, 6 * n));
	}
}

/* This line goes to --rejects with its reason, and is told. */
static void
refuse(struct run *run, const char *why, size_t offset)
{
	struct out *o = &run->rejects;
	const struct line *l = &run->line;
	char number[40];

	if (++run->rejected <= REJECTS_NAMED || strict) {
		if (offset > 0)
			reject("%s:%lu: byte %zu: %s", run->in.name, l->number,
			    offset + 1, why);
		else
			reject("%s:%lu: %s", run->in.name, l->number, why);
	}
	diag_raise(STATUS_PARTIAL);
	if (rejects_file) {
		out_text(o, "{\"file\":\"");
		put_encoded(o, run->in.name, strlen(run->in.name));
		snprintf(number, sizeof(number), "\",\"line\":%lu", l->number);
		out_text(o, number);
		out_text(o, ",\"why\":\"");
		put_encoded(o, why, strlen(why));
		/* Nothing of a line may show when something had to be hidden:
		 * where in it that is, nobody knows. */
		out_text(o, run->masked ? "\",\"text\":null}\n" :
		    "\",\"text\":\"");
		if (!run->masked) {
			put_encoded(o, l->text, l->len);
			out_text(o, "\"}\n");
		}
	}
	if (strict) {
		diag_raise(STATUS_DATA);
		run->failed = true;
	}
}

static void
flatten(void *to, const char *text, size_t len)
{
	struct run *run = to;

	if (run->failed)
		return;
	if (flat_record(run->flat, &out_standard, text, len)) {
		/* Offsets in what a program made would mislead. */
		refuse(run, run->flat->why,
		    text == run->line.text ? run->flat->offset : 0);
	} else if (strict && run->flat->misfits > 0) {
		warn("%s:%lu: %s does not fit its column", run->in.name,
		    run->line.number, run->flat->first_misfit);
		diag_raise(STATUS_DATA);
		run->failed = true;
	}
}

/* What jq says has values in it. */
static void
refuse_failed(struct run *run, const struct program *p)
{
	refuse(run, run->masked ? "the program fails on it" :
	    program_why(p), 0);
}

static void
one_mark(struct run *run)
{
	const struct line *l = &run->line;
	const char *why;
	struct mark m;

	out_put(&out_standard, l->text, l->len);
	out_byte(&out_standard, '\n');
	if (mark_read(&m, l->text, l->len, &why))
		refuse(run, why, 0);
	else
		mark_watch(&run->seen, &m);
}

static void
one_line(struct run *run)
{
	const struct line *l = &run->line;
	const char *why;
	size_t offset;
	int wanted;

	if (record_is_mark(l->text, l->len)) {
		one_mark(run);
		return;
	}
	mark_watch_record(&run->seen);
	if (!run->where && !run->jq) {
		if (!line_blank(l))
			flatten(run, l->text, l->len);
		return;
	}
	if (line_blank(l))
		return;
	if ((why = json_check(l->text, l->len, &offset))) {
		refuse(run, why, offset);
		return;
	}
	if (run->where) {
		wanted = run->simple && *l->text == '{' ?
		    compare_true(run->simple, l->text, l->len) :
		    program_true(run->where, l->text, l->len);
		if (wanted < 0)
			refuse_failed(run, run->where);
		if (wanted <= 0)
			return;
	}
	if (!run->jq)
		flatten(run, l->text, l->len);
	else if (program_run(run->jq, l->text, l->len, flatten, run))
		refuse_failed(run, run->jq);
}

static struct program *
program(const char *option, const char *text)
{
	struct program *p;
	char why[512];

	if (!text)
		return NULL;
	p = program_open(text, why, sizeof(why));
	if (!p)
		die(STATUS_USAGE, "%s: %s", option, why);
	return p;
}

/* A slip in the name would cost all types in silence. */
static void
check_stream(void)
{
	const char *near;

	if (!stream || catalog_find(stream))
		return;
	if (*catalog_why())
		die(STATUS_CONFIG, "%s", catalog_why());
	near = option_nearest(stream, catalog_name, catalog_count());
	warn("--stream: the catalogue has no '%s'%s%s%s: columns follow the "
	    "data", stream, near ? "; did you mean '" : "", near ? near : "",
	    near ? "'?" : "");
}

static void
read_key(struct run *run)
{
	char why[512];

	if (!key_file) {
		if (hash_list.count > 0)
			die(STATUS_USAGE, "--hash needs --key-file FILE; make "
			    "one with 'openssl rand -hex 32 >FILE'");
		return;
	}
	if (mask_key_file(&run->key, key_file, why, sizeof(why)))
		die(STATUS_CONFIG, "--key-file: %s", why);
	if (run->key.len < 16)
		warn("%s: a key this short can be guessed; "
		    "'openssl rand -hex 32' makes a good one", key_file);
}

static void
open_rejects(struct run *run)
{
	int fd;

	if (!rejects_file)
		return;
	fd = open(rejects_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		die(STATUS_CREATE, "%s: %s", rejects_file, strerror(errno));
	out_fd(&run->rejects, fd, rejects_file);
}

/* A column nobody has is likely a slip of the pen; and to hide the wrong one
 * is to show the right one. */
static void
tell_unseen(const char *option, const struct shape_names *n)
{
	size_t i;

	for (i = 0; i < n->count; i++)
		if (!n->seen[i])
			warn("%s: no record has a column '%s'", option,
			    n->names[i]);
}

static void
conclude(struct run *run, const struct shape_rules *rules, int got)
{
	const char *why;

	if (run->rejected > REJECTS_NAMED && !strict)
		reject("%llu lines were left out; the first %d are named "
		    "above%s", run->rejected, REJECTS_NAMED, rejects_file ?
		    "" : ", --rejects FILE keeps them all");
	if (run->flat->misfits > 0 && !strict)
		warn("%llu value%s did not fit, kept in _extra (the first: %s)",
		    run->flat->misfits, run->flat->misfits == 1 ? "" : "s",
		    run->flat->first_misfit);
	if (got < 0) {
		warn("%s", run->in.why);
		diag_raise(STATUS_DATA);
	} else if (!run->failed && mark_watch_end(&run->seen, &why)) {
		warn("%s", why);
		diag_raise(STATUS_DATA);
	}
	if (run->failed || got < 0)
		return;
	tell_unseen("--select", &rules->select);
	tell_unseen("--drop", &rules->drop);
	tell_unseen("--hash", &rules->hash);
	tell_unseen("--redact", &rules->redact);
	tell_unseen("--parse-json", &rules->parse);
	tell_unseen("--explode", &rules->explode);
}

int
main(int argc, char *argv[])
{
	static struct run run = { .in = LINE_INIT, .seen = MARK_WATCH_INIT,
	    .rejects = OUT_INIT };
	static struct shape_rules rules;
	int got = 0;

	diag_name("tw-flatten");
	argv = option_parse(&page, argc, argv);
	diag_quiet(quiet);
	out_start();
	if (zip)
		out_gzip(&out_standard, 6);
	if (catalog_open(catalog_file))
		die(STATUS_CONFIG, "%s", catalog_why());
	check_stream();
	read_key(&run);
	rules.separator = separator;
	rules.unknown = *unknown == 'e' ? UNKNOWN_EXTRA :
	    *unknown == 'd' ? UNKNOWN_DROP : UNKNOWN_COLUMN;
	rules.no_pii = no_pii;
	rules.pii_mask = key_file ? MASK_HASH : MASK_REDACT;
	names(&rules.select, &select_list);
	names(&rules.drop, &drop_list);
	names(&rules.hash, &hash_list);
	names(&rules.redact, &redact_list);
	names(&rules.parse, &parse_list);
	names(&rules.explode, &explode_list);
	run.masked = no_pii || hash_list.count > 0 || redact_list.count > 0;
	run.where = program("--where", where_text);
	run.simple = where_text ? compare_open(where_text) : NULL;
	run.jq = program("--jq", jq_text);
	open_rejects(&run);
	run.flat = flat_new(&rules, &run.key, stream);
	line_files(&run.in, argv);
	while (!run.failed && (got = line_next(&run.in, &run.line)) > 0) {
		unsigned long long before = run.rejected;

		one_line(&run);
		/* A cut is not a slip in one line: something is missing. */
		if (!run.line.ended && run.rejected > before)
			diag_raise(STATUS_DATA);
	}
	conclude(&run, &rules, got);
	if (rejects_file && out_close(&run.rejects)) {
		warn("%s", run.rejects.why);
		diag_raise(STATUS_IO);
	}
	flat_free(run.flat);
	program_free(run.jq);
	program_free(run.where);
	compare_free(run.simple);
	line_release(&run.in);
	return out_finish();
}
