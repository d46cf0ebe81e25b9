/*
 * tree: output in a fixed order, made in any order.
 *
 * A leaf holds text that is to come out at its place; a group holds leaves and
 * groups, one after the other.  Answers arrive as they like and fill leaves
 * anywhere; tree_print takes out of the front what is ready and forgets it.
 * So the output is the same however many requests run at a time, and what is
 * held back is only what ran ahead.
 *
 * live counts, in every group, the leaves below that still wait for requests;
 * tree_first walks them in the order of the output, so that whoever starts
 * requests serves the front first.
 */
#ifndef TREE_H
#define TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

struct node {
	struct node *up, *next, *down, *last;
	struct buf text;
	bool leaf;
	bool held;		/* a leaf's text must not go out yet */
	bool closed;		/* nothing more will be added */
	unsigned live;		/* leaves at or below with work to do */
	void *owner;		/* the caller's */
	int kind;		/* the caller's */
};

struct tree {
	struct node root;
	size_t held;		/* bytes of text in it */
};

/* A new last child of up. */
struct node *tree_leaf(struct node *up, void *owner, int kind);
struct node *tree_group(struct node *up, void *owner, int kind);
/* Add bytes to a leaf; they are taken out of from. */
void tree_put(struct tree *t, struct node *leaf, struct buf *from);
/* Take a leaf's text back, if nothing of it went out. */
void tree_retract(struct tree *t, struct node *leaf);
/* A leaf has work, or has none any more. */
void tree_live(struct node *leaf, bool live);
void tree_close(struct node *n);
/* Everything below a group goes away, unprinted. */
void tree_empty(struct tree *t, struct node *group);

/* The first live leaf, in output order, for which ready says yes; NULL none.
 * front: look at the first live leaf only. */
struct node *tree_first(struct tree *t, bool front,
    bool (*ready)(struct node *leaf, void *context), void *context);

/* Hand every node that can go to print: a leaf's text as far as it is there
 * (closed tells that it was the last of it).  Groups are given when all in
 * them went.  print returns false to stop. */
void tree_print(struct tree *t,
    bool (*print)(struct node *n, void *context), void *context);

#endif
