/*
 * run: what a run of tw-fetch is made of.
 *
 * A run has families: a stream and, below it, those of its children that are
 * wanted.  For each account a family has windows to fetch, newest first; a
 * window has jobs, each a list read page by page; and a place in the output
 * (tree.h), where first its own records stand, then its mark, then the windows
 * of its children.
 *
 *	plan	which windows are wanted; starts jobs, prints what is ready
 *	talk	asks for a job's next page and hears the answer
 *	take	makes records of a page into lines, and children of them
 *	window	is born, is finished or fails; divide: or is cut
 *	job	the question: URL, parameters
 *	account, family		what there is
 *
 * All these rooms share the structures here; each of the later ones calls only
 * those below it.
 */
#ifndef RUN_H
#define RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cut.h"
#include "diag.h"
#include "emit.h"
#include "fetch.h"
#include "http.h"
#include "login.h"
#include "seen.h"
#include "tree.h"

/* Kinds of nodes in the tree. */
enum {
	NODE_PLACE,		/* all of a window; its owner may be gone */
	NODE_OWN,		/* its own records and mark */
	NODE_JOB,		/* lines of one list */
	NODE_MARK
};

struct account {
	char *sid, *token;	/* token NULL: not known */
	int64_t created;	/* WHEN_ALWAYS: not known */
	bool main;		/* that of the credentials */
};

/* A stream of an account: what fails for one of its windows may for all. */
struct scope {
	bool ailing;		/* gave errors only, of late: ask one by one */
	bool circles;		/* a window's pages had no end */
	bool dead;		/* the rest is not asked */
	int running;
	unsigned long walk;	/* the last walk that met it */
	int status, http;	/* of the last failure that was said */
	long code;
	char message[256];
	unsigned more;		/* failures like it since */
};

/* A stream of this run with its children, as far as they are wanted. */
struct family {
	const struct stream *stream;
	bool emits;		/* asked for, not only a parent */
	struct family *down, *next;
	struct fetch_count *count;
	struct scope *scopes;	/* one an account */
};

/* Does a list that is promised to compare days compare moments? */
enum instants { INSTANTS_UNKNOWN, INSTANTS_YES, INSTANTS_NO };

enum window_state {
	WINDOW_NEW,		/* its first pages are awaited */
	WINDOW_PROBED,		/* and whether moments are compared */
	WINDOW_HELD,		/* followed for a while, could yet be cut */
	WINDOW_SETTLED		/* printed as it comes */
};

struct window {
	struct run *run;
	struct family *family;
	struct account *account;
	struct scope *scope;
	int64_t since, until;
	bool full;		/* the list as it is, whatever its dates */
	bool filtered;		/* the service is told since and until */
	enum window_state state;
	/* What is found out about the list is kept by the window and those
	 * that are cut from it, so that nothing depends on who was answered
	 * first. */
	enum instants instants;
	bool whole_days;	/* an upper day is included to its end */
	bool sweeps;		/* a job looks for records without a date */
	struct window *behind;	/* the next that is looked at early */
	struct node *trial;	/* pieces that stay if moments are compared */
	struct window *doubt;	/* of whose trial it is */
	bool failed, over;
	bool untold;		/* it failed, if it stays */
	struct node *place, *own;
	struct job *jobs;
	unsigned open;		/* jobs, and the parent, still to finish */
	struct window **downs;	/* of the family's children, in order */
	size_t down_count;
	unsigned long long records;
	double requests;	/* of a plan: how many it will take */
	int64_t low;		/* oldest record that is not final */
	struct seen seen;	/* keys of its records */
	/* of a failure */
	int http, status;
	long code;
	char message[256];
};

/* A parent's record that has children: whose, and their path parameters. */
struct branch {
	size_t down;
	struct pair *context;
	size_t context_count;
};

enum job_kind {
	JOB_LIST,
	JOB_SWEEP,		/* the unfiltered list, for undated records */
	JOB_PROBE,		/* are moments compared? */
	JOB_ACCOUNTS
};

struct job {
	struct run *run;
	struct window *window;	/* NULL: nobody wants the answer any more */
	struct scope *scope;	/* outlives the window */
	struct job *next;	/* of the window */
	struct node *leaf;
	enum job_kind kind;
	struct pair *context;	/* path parameters, from the parent */
	size_t context_count;
	struct pair each;	/* in the query; value NULL: none */
	struct buf url;		/* of the next page */
	int64_t start_at;	/* ticks; 0 now */
	int64_t began;		/* the first attempt at this page */
	int attempt;
	bool running, done;
	bool no_size, clamped;	/* mended once */
	long pages;
	int empty;		/* pages in a row that brought nothing new */
	struct seen links;	/* and the first record of each page */
	struct branch *branches;	/* until the window is settled */
	size_t branch_count, branch_room;
	struct cut_sample sample;
	int64_t *times;		/* of the first page, for a probe */
	size_t time_count;
	int64_t probe_low, probe_high;
	size_t probe_want;
};

struct run {
	const struct fetch_options *o;
	const struct login *login;
	struct http *http;
	const volatile int *stop;
	struct fetch_result *result;
	struct tree tree;
	struct window *ahead;	/* wide ones, whose first pages are asked
				 * for before there is nothing else to ask */
	struct account *accounts;
	size_t account_count;
	struct family *families;	/* the topmost */
	int64_t until;		/* the run's now, by the service's clock */
	bool has_date;		/* it is the service's */
	bool answered;		/* something was, well */
	bool listed;		/* the accounts are */
	bool halted;		/* nothing more can be had */
	bool broken;		/* nothing more can be written */
	int worst;		/* status of a failure, if all failed */
	struct item item;	/* in hand */
	uint32_t random;
	unsigned long refused;	/* requests, for being too many */
	int64_t refused_said;
	struct buf skipped;	/* lines about accounts, for the end */
};

void run_say(struct run *run, enum fetch_word word, const char *format, ...)
    DIAG_FORMAT(3, 4);
uint32_t run_dice(struct run *run);

/* Is nothing of it printed, so that it may yet be cut? */
static inline bool
window_held(const struct window *w)
{
	return w->state != WINDOW_SETTLED;
}

/* Its since, or the oldest moment that a record of it can have. */
int64_t window_start(const struct window *w);

#endif
