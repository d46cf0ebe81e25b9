#include "tree.h"

#include <stdlib.h>

#include "mem.h"

static struct node *
add(struct node *up, void *owner, int kind, bool leaf)
{
	struct node *n = mem_new(sizeof *n);

	n->leaf = leaf;
	n->owner = owner;
	n->kind = kind;
	n->up = up;
	if (up->last)
		up->last->next = n;
	else
		up->down = n;
	up->last = n;
	return n;
}

struct node *
tree_leaf(struct node *up, void *owner, int kind)
{
	return add(up, owner, kind, true);
}

struct node *
tree_group(struct node *up, void *owner, int kind)
{
	return add(up, owner, kind, false);
}

static void
count(struct node *n, unsigned live, bool more)
{
	for (; n && live; n = n->up)
		n->live = more ? n->live + live : n->live - live;
}

void
tree_put(struct tree *t, struct node *leaf, struct buf *from)
{
	if (from->len == 0)
		return;
	t->held += from->len;
	if (leaf->text.len > 0) {
		buf_add(&leaf->text, from->text, from->len);
		buf_clear(from);
		return;
	}
	/* It may wait for long: what it had room for is given back. */
	buf_release(&leaf->text);
	leaf->text = *from;
	leaf->text.room = from->len + 1;
	leaf->text.text = mem_resize(from->text, leaf->text.room);
	*from = (struct buf)BUF_INIT(0);
}

void
tree_retract(struct tree *t, struct node *leaf)
{
	t->held -= leaf->text.len;
	buf_release(&leaf->text);
}

void
tree_live(struct node *leaf, bool live)
{
	if ((leaf->live > 0) != live)
		count(leaf, 1, live);
}

void
tree_close(struct node *n)
{
	n->closed = true;
}

static void
release(struct tree *t, struct node *n)
{
	while (n->down) {
		struct node *first = n->down;

		n->down = first->next;
		release(t, first);
	}
	t->held -= n->text.len;
	buf_release(&n->text);
	free(n);
}

void
tree_empty(struct tree *t, struct node *group)
{
	count(group, group->live, false);
	while (group->down) {
		struct node *first = group->down;

		group->down = first->next;
		release(t, first);
	}
	group->last = NULL;
}

struct node *
tree_first(struct tree *t, bool front, bool (*ready)(struct node *, void *),
    void *context)
{
	struct node *n = &t->root;

	for (;;) {
		if (n->leaf && n->live) {
			if (ready(n, context))
				return n;
			if (front)
				return NULL;
		}
		if (n->down && n->live) {
			n = n->down;
			continue;
		}
		while (n && !n->next)
			n = n->up;
		if (!n)
			return NULL;
		n = n->next;
	}
}

/* false: something in it is still to come. */
static bool
print_node(struct tree *t, struct node *n,
    bool (*print)(struct node *, void *), void *context)
{
	if (n->leaf) {
		if (n->held)
			return false;
		if (n->text.len > 0 || n->closed) {
			t->held -= n->text.len;
			if (!print(n, context))
				return false;
			buf_clear(&n->text);
			if (n->text.room > (1u << 16))
				buf_release(&n->text);
		}
		return n->closed;
	}
	while (n->down) {
		struct node *first = n->down;

		if (!print_node(t, first, print, context))
			return false;
		n->down = first->next;
		if (!n->down)
			n->last = NULL;
		buf_release(&first->text);
		free(first);
	}
	if (!n->closed)
		return false;
	return n->up ? print(n, context) : true;
}

void
tree_print(struct tree *t, bool (*print)(struct node *, void *), void *context)
{
	print_node(t, &t->root, print, context);
}
