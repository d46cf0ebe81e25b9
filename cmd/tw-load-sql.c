/*
 * tw-load-sql: rows as a script for a database's own client.
 *
 * Reads flat records; writes SQL to standard output that makes rows and the
 * marks of their windows durable together, and has the client print the marks
 * once they are: they are receipts.  It never commits what it has not seen
 * whole, and lets nothing in the data be read as a command.
 */
#include <stdlib.h>
#include <string.h>

#include "catalog.h"
#include "diag.h"
#include "line.h"
#include "option.h"
#include "out.h"
#include "record.h"
#include "sql.h"
#include "stage.h"
#include "table.h"
#include "views.h"

/* Rows a transaction, if nobody says: a loader of files wants more. */
#define BATCH 20000
#define BATCH_STAGED 200000

static const char *catalog_file, *dialect, *mode = "auto", *folder, *place;
static struct sql_rules rules;
static long batch;
static bool create_only, quiet, views;

static const struct option_row rows[] = {
	{ 'b', "batch", "ROWS", "commit on the first window behind so many "
	    "(20000; staged 200000)", OPTION_NUMBER, &batch, 1, 1000000000, NULL },
	{ 'C', "catalog", "FILE", "know the streams of FILE too",
	    OPTION_TEXT, &catalog_file, 0, 0, NULL },
	{ 0, "create-only", NULL, "make the tables of these streams; read nothing",
	    OPTION_FLAG, &create_only, 0, 0, NULL },
	{ 'd', "dialect", NULL, "for whose client the script is",
	    OPTION_CHOICE, &dialect, 0, 0, sql_dialects },
	{ 'k', "key", "COLS", "key of streams the catalogue does not know",
	    OPTION_TEXT, &rules.key, 0, 0, NULL },
	{ 0, "meta", NULL, "also columns _stream and _run",
	    OPTION_FLAG, &rules.meta, 0, 0, NULL },
	{ 'm', "mode", NULL, "what becomes of rows that are there (auto)",
	    OPTION_CHOICE, &mode, 0, 0, "auto|append|merge|replace|mirror" },
	{ 'q', "quiet", NULL, "say less", OPTION_FLAG, &quiet, 0, 0, NULL },
	{ 's', "schema", "NAME", "the schema of the tables",
	    OPTION_TEXT, &rules.schema, 0, 0, NULL },
	{ 0, "stage", "DIR", "rows go into files there, which the script loads",
	    OPTION_TEXT, &folder, 0, 0, NULL },
	{ 0, "stage-at", "PLACE", "and this is its path or URL for the client",
	    OPTION_TEXT, &place, 0, 0, NULL },
	{ 'S', "stream", "NAME", "stream of records that do not say theirs",
	    OPTION_TEXT, &rules.stream, 0, 0, NULL },
	{ 'p', "table-prefix", "TEXT", "begin the names of all tables so",
	    OPTION_TEXT, &rules.prefix, 0, 0, NULL },
	{ 0, "views", NULL, "make views of spend, delivery, minutes; read "
	    "nothing", OPTION_FLAG, &views, 0, 0, NULL },
	OPTION_END
};

static const struct option_page page = {
	"tw-load-sql", "-d DIALECT [options] [FILE...]",
	"write flat records as a script that loads them", rows,
	"Whose client; in brackets, what --stage needs too:\n"
	"  sqlite     sqlite3 FILE\n"
	"  postgres   psql -X -d DATABASE\n"
	"  duckdb     duckdb -batch FILE\n"
	"  mysql      mysql -N -r [--local-infile=1] DATABASE\n"
	"  snowflake  snowsql -o exit_on_error=true -o output_format=plain\n"
	"             -o header=false -o timing=false -o friendly=false\n"
	"  bigquery   [gcloud storage cp DIR/* gs://BUCKET/FOLDER/ &&]\n"
	"             bq query --use_legacy_sql=false\n"
	"sqlite and postgres have no --stage.\n"
};

static enum sql_mode
mode_of(const char *word)
{
	static const char *const words[] = {
		[SQL_AUTO] = "auto", [SQL_APPEND] = "append",
		[SQL_MERGE] = "merge", [SQL_REPLACE] = "replace",
		[SQL_MIRROR] = "mirror"
	};
	size_t i;

	for (i = 0; strcmp(words[i], word) != 0; i++)
		;
	return (enum sql_mode)i;
}

/* What may be a part of any name, in any database. */
static bool
is_plain(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	return text[len] == '\0' && len <= 32;
}

/* 0, or -1 with a sentence. */
static int
one_line(struct sql *s, struct mark_watch *seen, const struct line *l,
    const char **why)
{
	struct mark m;

	if (!record_is_mark(l->text, l->len)) {
		if (line_blank(l))
			return 0;
		mark_watch_record(seen);
		*why = s->why;
		return sql_record(s, l->text, l->len);
	}
	if (mark_read(&m, l->text, l->len, why))
		return -1;
	mark_watch(seen, &m);
	/* A close that misses windows must not commit the others' rows. */
	if (m.kind == MARK_CLOSE && mark_watch_end(seen, why))
		return -1;
	*why = s->why;
	if (sql_mark(s, &m, l->text, l->len))
		return -1;
	return m.kind == MARK_CLOSE ? sql_end(s) : 0;
}

static void
say_misfits(const struct table *t)
{
	if (t->misfits > 0)
		warn("%s: %llu value%s did not fit, kept in _extra (the first: "
		    "%s)", t->name, t->misfits, t->misfits == 1 ? "" : "s",
		    t->first_misfit->name);
}

/* --create-only and --views: the script has no rows. */
static int
define(struct sql *s, char **words)
{
	struct catalog_selection chosen = { 0 };
	size_t i;

	if (views && *words)
		die(STATUS_USAGE, "--views takes no operands");
	if (!views && !*words)
		die(STATUS_USAGE, "--create-only: name streams; @all is all");
	for (; *words; words++)
		if (!catalog_select(&chosen, *words))
			die(*catalog_why() ? STATUS_CONFIG : STATUS_USAGE,
			    "%s: %s", *words, *catalog_why() ? catalog_why() :
			    "no such stream; 'tw-fetch --list' shows all");
	for (i = 0; i < chosen.count; i++)
		if (sql_create(s, chosen.streams[i]->name))
			die(STATUS_DATA, "%s", s->why);
	for (i = 0; views && views_streams[i]; i++)
		if (sql_create(s, views_streams[i]))
			die(STATUS_DATA, "%s", s->why);
	sql_end(s);
	if (!views)
		sql_grow(s);
	else
		views_write(&out_standard, sql_dialect(dialect), rules.schema,
		    rules.prefix);
	free(chosen.streams);
	sql_free(s);
	return out_finish();
}

int
main(int argc, char *argv[])
{
	struct line_reader in = LINE_INIT;
	struct stage stage = STAGE_INIT;
	struct mark_watch seen = MARK_WATCH_INIT;
	struct line line;
	const struct table *t;
	struct sql *s;
	const char *why = "", *from;
	int got;

	diag_name("tw-load-sql");
	argv = option_parse(&page, argc, argv);
	diag_quiet(quiet);
	out_start();
	if (!dialect)
		die(STATUS_USAGE, "which dialect? -d %s", sql_dialects);
	if (rules.schema && (!*rules.schema || strlen(rules.schema) > 60))
		die(STATUS_USAGE, "--schema: that is no name");
	if (rules.prefix && !is_plain(rules.prefix))
		die(STATUS_USAGE, "--table-prefix: letters, digits and '_', "
		    "32 at most");
	if (catalog_open(catalog_file))
		die(STATUS_CONFIG, "%s", catalog_why());
	rules.mode = mode_of(mode);
	if (batch == 0)
		batch = folder ? BATCH_STAGED : BATCH;
	rules.batch = (unsigned long long)batch;
	if (folder && !sql_may_stage(sql_dialect(dialect)))
		die(STATUS_USAGE, "--stage: %s takes rows in the script only",
		    dialect);
	if (place && !folder)
		die(STATUS_USAGE, "--stage-at: of which folder? --stage DIR");
	if (folder && (from = sql_stage_from(sql_dialect(dialect))) &&
	    (!place || strncmp(place, from, strlen(from)) != 0))
		die(STATUS_USAGE, "--stage: %s takes no file of this machine: "
		    "copy them, and say --stage-at %sBUCKET/FOLDER", dialect,
		    from);
	if (folder && !create_only && !views) {
		if (stage_open(&stage, folder, place))
			die(stage.status, "--stage: %s", stage.why);
		rules.stage = &stage;
	}
	s = sql_new(sql_dialect(dialect), &out_standard, &rules);
	if (create_only || views)
		return define(s, argv);
	line_files(&in, argv);
	while ((got = line_next(&in, &line)) > 0) {
		if (one_line(s, &seen, &line, &why)) {
			if (s->status == STATUS_DATA)
				warn("%s:%lu: %s", in.name, line.number, why);
			else
				warn("%s", why);
			break;
		}
		if (*catalog_why()) {
			warn("%s", catalog_why());
			diag_raise(STATUS_CONFIG);
			break;
		}
	}
	if (got < 0)
		warn("%s", in.why);
	else if (got == 0 && mark_watch_end(&seen, &why)) {
		warn("%s", why);
		got = -1;
	}
	if (got == 0 && sql_end(s)) {
		warn("%s", s->why);
		got = -1;
	}
	if (got != 0) {
		sql_abandon(s);
		diag_raise(s->status);
	}
	for (t = s->tables.tables; t; t = t->next)
		say_misfits(t);
	sql_free(s);
	stage_close(&stage);
	line_release(&in);
	return out_finish();
}
