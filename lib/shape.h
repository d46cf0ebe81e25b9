/*
 * shape: which columns the records of one stream have, and where in a record
 * each comes from.
 *
 * A shape is a tree of the members records may have, first those of the
 * catalogue, then what the data shows, with a slot at each leaf: a column of
 * the flat record.  What options say of a column (--select, --hash ...) is
 * settled when its member is made, so a record costs no look at them.  Every
 * member remembers which one came behind it last time.
 *
 *	struct shape *s = shape_new("messages", &rules, "", MASK_NONE);
 *	struct member *m = shape_member(s, &s->root, &name);
 *
 * Names given in rules match a column's path ("capabilities.voice") or its
 * flat name ("capabilities_voice"), and an object's means all that is in it.
 */
#ifndef SHAPE_H
#define SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "catalog.h"
#include "json.h"
#include "mask.h"

/* A flat name longer than this is not made: the value goes to _extra. */
#define SHAPE_NAME_MAX 1024
#define SHAPE_SLACK 64

/* Column names of an option, and whether any record or column had them. */
struct shape_names {
	char **names;
	bool *seen;
	size_t count;
};
/* Add the names in a comma separated list. */
void shape_names_add(struct shape_names *n, const char *list);
/* Is the path, or what it is in, among the names? */
bool shape_names_hold(const struct shape_names *n, const char *path);

enum shape_unknown { UNKNOWN_COLUMN, UNKNOWN_EXTRA, UNKNOWN_DROP };

struct shape_rules {
	const char *separator;	/* joins the names of nested members */
	enum shape_unknown unknown;
	bool no_pii;		/* mask what is personal or not known */
	enum mask pii_mask;	/* how */
	struct shape_names select, drop, hash, redact, parse, explode;
};

/* One column of the flat record.  seen .. value are of the record in hand. */
struct slot {
	struct slot *next;		/* in the table of names */
	char *name;			/* decoded */
	size_t name_len;
	char *label;			/* "\"name\":", escaped; SHAPE_SLACK
					 * readable bytes follow */
	size_t label_len;
	enum column_type type;
	bool typed;			/* false: any value fits */
	bool meta;			/* goes to the front */
	bool hidden;			/* gathered, not written */
	bool placed;			/* has its place in shape.slots */
	enum mask mask;			/* of the catalogue's column */

	uint64_t seen;			/* number of the record it is set in */
	uint64_t listed;		/* number of the record it is listed in */
	struct member *from;
	struct json value;
};

enum member_use {
	MEMBER_COLUMN,		/* the value belongs in the slot */
	MEMBER_OPEN,		/* an object whose members are columns */
	MEMBER_FREE,		/* not known: columns follow the data */
	MEMBER_EXTRA,		/* goes to _extra */
	MEMBER_SKIP		/* nobody wants it */
};

struct member {
	struct member *next;	/* in the table of members */
	struct member *parent;
	struct member *inside, *beside;	/* first member in it; next sibling */
	struct member *first, *behind;	/* foretold: in it, and after it */
	struct slot *slot;	/* NULL while a MEMBER_FREE held no scalar */

	char *quoted;		/* the name as in the text, with its quotes */
	size_t quoted_len;
	char *path;		/* "capabilities.voice", decoded */
	char *flat;		/* "capabilities_voice", decoded */

	enum member_use use;
	bool selected, parse, explode;
	enum mask mask;

	uint64_t seen;		/* number of the record it is set in */
	uint64_t filled;	/* the same, for anything in it */
	size_t extra;		/* its entry in that record's extras, from 1 */
};

/* The slots every shape has (NULL in one for exploded rows). */
enum { SHAPE_EXTRA, SHAPE_STREAM, SHAPE_ACCOUNT, SHAPE_FETCHED, SHAPE_FIXED };

struct shape {
	struct shape *next;
	char *name;		/* of the stream; "" if it has none */
	size_t name_len;	/* what comes from outside may hold NULs */
	char *base;		/* path of the exploded field, or "" */
	const struct stream *stream;	/* NULL: not in the catalogue */
	struct shape_rules *rules;

	struct member root;
	struct slot **slots;	/* SHAPE_EXTRA .., then the catalogue's */
	size_t slot_count;

	struct member **members;	/* tables, by hash */
	struct slot **columns;
	size_t member_count, member_room, column_count, column_room;
	size_t counted;			/* the user's: members told of */
};

/* For records of that stream; base and mask are of the field exploded, else
 * "" and MASK_NONE.  The rules are kept, not copied. */
struct shape *shape_new(const char *name, size_t len,
    struct shape_rules *rules, const char *base, enum mask mask);
void shape_free(struct shape *s);

/* The member of that name in parent; made if it is new. */
struct member *shape_member(struct shape *s, struct member *parent,
    const struct json *name);
/* The slot of a MEMBER_FREE that turns out to hold a value. */
struct slot *shape_slot(struct shape *s, struct member *m);
/* The slot of a flat name; NULL if none. */
struct slot *shape_column(const struct shape *s, const char *name);

#endif
