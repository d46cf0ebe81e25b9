/*
 * stream: what is known of one list of Twilio's: where it is, how it is paged,
 * what its records hold.  The catalogue makes them (catalog.h); everybody else
 * only reads them.
 */
#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum column_type {
	COLUMN_TEXT, COLUMN_INTEGER, COLUMN_DECIMAL, COLUMN_BOOLEAN,
	COLUMN_TIME, COLUMN_DATE, COLUMN_JSON
};

struct column {
	const char *path;	/* as in the record: "capabilities.voice" */
	const char *name;	/* flat: "capabilities_voice" */
	enum column_type type;
	bool personal, secret, required;
};

enum paging {
	PAGING_2010,		/* next_page_uri, host-relative */
	PAGING_META,		/* meta.next_page_url, absolute */
	PAGING_TOKEN,		/* meta.nextToken (or next_token), sent back in
				 * token_name */
	PAGING_SCIM,		/* startIndex and count */
	PAGING_NUMBER,		/* Page=N */
	PAGING_NONE		/* one answer is all */
};

struct pair {
	const char *name, *value;
};

/* Whether a condition on a record's member holds: "status = a,b" or
 * "price != null". */
struct condition {
	const char *field;
	bool negated;
	const char **values;	/* NULL-terminated; "null" is JSON's null */
};

struct parameter {
	const char *name;
	bool required;
	const char **choices;	/* NULL-terminated, or NULL: any text */
};

enum granularity { WINDOW_NONE, WINDOW_DAY, WINDOW_TRY, WINDOW_INSTANT };

struct stream {
	const char *name;
	const char *host;	/* product: "api" is api.twilio.com */
	const char *path;	/* "/2010-04-01/Accounts/{AccountSid}/Calls.json" */
	enum paging paging;
	const char *token_name;	/* PAGING_TOKEN: the parameter, "pageToken" */
	const char *records;	/* member with the records; "." the whole body */
	const char *bare;	/* the records are bare values: each becomes an
				 * object with this one member; or NULL */
	long page_size;		/* to ask for; 0: send none */
	const char *size_name;	/* parameter it is sent in: "PageSize" */
	bool per_account;	/* the path (or a query) holds {AccountSid} */

	const char *parent;	/* stream, or NULL */
	struct pair *feeds;	/* path parameter <- parent's member; "^X": the
				 * parent's own path parameter X */
	size_t feed_count;
	struct condition *only;	/* parents that have children; all must hold */
	size_t only_count;
	struct pair *values;	/* path parameter with a fixed set: "A,B,C" */
	size_t value_count;

	const char **key;	/* flat column names, NULL-terminated */
	const char **list;	/* without a key: members of our own that tell
				 * whose list an item is of, _call_sid; or
				 * NULL */
	struct column *columns;
	size_t column_count;

	enum granularity window;
	const char *window_field;	/* member compared; NULL: not in item */
	const char *window_low, *window_high;	/* parameters */
	bool low_inclusive, high_inclusive;
	bool window_whole;	/* asked in one piece and only when --since or
				 * --until say so; else the list is read whole */
	bool window_bounded;	/* without bounds the service answers for a
				 * recent while only: always send both */
	const char *unwindowed;	/* member that dates a record whose window
				 * field is null; NULL: none */
	const char *version;	/* member that tells newer from older */
	int64_t retention;	/* seconds the service keeps; 0 no limit */
	int64_t lookback;	/* seconds; default re-read */
	struct condition *final;	/* a record is final when all hold */
	size_t final_count;
	int64_t final_age;	/* seconds after which it is final anyway */

	struct pair *query;	/* always sent */
	size_t query_count;
	struct pair *each;	/* one pass a value: "Status=a,b,c" */
	size_t each_count;
	struct parameter *parameters;	/* what --filter may send */
	size_t parameter_count;
	const char **empty;	/* HTTP statuses that mean an empty list */
	const char **groups;	/* "airbyte", ... */
	const char *needs;	/* a parameter of its path or a required one, or
				 * of a parent's, that nothing here supplies:
				 * only --filter can; or NULL */
	const char *note;	/* what a user should know, or NULL */
	const char *source;	/* operation it was made from, or NULL */
};

/* Is it in "airbyte", "all", or of the product "video"? */
bool stream_in_group(const struct stream *s, const char *group);
const struct column *stream_column(const struct stream *s, const char *name,
    size_t len);	/* by flat name; NULL if unknown */
/* A path parameter as a member of our own: "MessageSid" is "_message_sid".
 * Returns name, of at least CATALOG_CONTEXT bytes. */
#define CATALOG_CONTEXT 72
char *stream_context(char *name, size_t size, const char *parameter,
    size_t len);
bool stream_is_key(const struct stream *s, const char *name, size_t len);
/* ... or, if it has no key, of list. */
bool stream_is_place(const struct stream *s, const char *name, size_t len);
/* The words of the catalogue; -1: it is none. */
const char *column_type_name(enum column_type type);
const char *paging_name(enum paging paging);
const char *granularity_name(enum granularity granularity);
int column_type_of(const char *name);
int paging_of(const char *name);
int granularity_of(const char *name);

#endif
