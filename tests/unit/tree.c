/* tree: any order in, one order out. */
#include "tree.h"
#include "tap.h"

#define GROUPS 40
#define LEAVES 25
#define PIECES 3

static struct buf printed;
static int refuse_after = -1;

static bool
print(struct node *n, void *context)
{
	(void)context;
	if (refuse_after == 0)
		return false;
	if (n->leaf)
		buf_add(&printed, n->text.text, n->text.len);
	if (refuse_after > 0)
		refuse_after--;
	return true;
}

static bool
yes(struct node *leaf, void *context)
{
	return !context || leaf->owner != context;
}

static void
put(struct tree *t, struct node *leaf, const char *text)
{
	struct buf b = BUF_INIT(0);

	buf_text(&b, text);
	tree_put(t, leaf, &b);
	buf_release(&b);
}

/* Fill all leaves, each with "a", "b", "c", in random order, printing now and
 * then. */
static void
shuffle(unsigned seed)
{
	static struct node *leaves[GROUPS * LEAVES * PIECES];
	static const char *const pieces[PIECES] = { "a", "b", "c" };
	struct tree t = { 0 };
	size_t n = 0, i;
	int g, l, k;

	for (g = 0; g < GROUPS; g++) {
		struct node *group = tree_group(&t.root, NULL, 1);

		for (l = 0; l < LEAVES; l++) {
			struct node *leaf = tree_leaf(group, NULL, 0);

			for (k = 0; k < PIECES; k++)
				leaves[n++] = leaf;
		}
		tree_close(group);
	}
	tree_close(&t.root);
	while (n > 0) {
		struct node *leaf;

		seed = seed * 1103515245 + 12345;
		i = (seed >> 8) % n;
		leaf = leaves[i];
		leaves[i] = leaves[--n];
		put(&t, leaf, pieces[leaf->kind++]);
		if (leaf->kind == PIECES)
			tree_close(leaf);
		if ((seed >> 8) % 16 == 0)
			tree_print(&t, print, NULL);
	}
	tree_print(&t, print, NULL);
	is_number(t.held, 0, "all went out");
	ok(t.root.down == NULL, "nothing is left in it");
}

int
main(void)
{
	struct tree t = { 0 };
	struct node *g, *a, *b, *c;
	size_t i;
	int right = 1;

	shuffle(1);
	is_number(printed.len, GROUPS * LEAVES * PIECES, "every piece is there");
	for (i = 0; i < printed.len; i++)
		right &= printed.text[i] == "abc"[i % 3];
	ok(right, "in the order of the leaves");

	buf_clear(&printed);
	g = tree_group(&t.root, NULL, 1);
	a = tree_leaf(g, NULL, 0);
	b = tree_leaf(g, NULL, 0);
	c = tree_leaf(&t.root, NULL, 0);
	b->owner = b;
	tree_live(a, true);
	tree_live(b, true);
	tree_live(c, true);
	is_number(t.root.live, 3, "three wait for something");
	ok(tree_first(&t, false, yes, NULL) == a, "the front is first");
	tree_live(a, false);
	ok(tree_first(&t, false, yes, b) == c, "or the first that is ready");
	ok(tree_first(&t, true, yes, b) == NULL, "unless only the front may");
	put(&t, c, "3");
	put(&t, b, "2");
	tree_print(&t, print, NULL);
	is_number(printed.len, 0, "what is behind waits");
	is_number(t.held, 2, "and is counted");
	a->held = true;
	put(&t, a, "x");
	tree_print(&t, print, NULL);
	is_number(printed.len, 0, "and so does what is held");
	tree_retract(&t, a);
	is_number(t.held, 2, "or taken back");
	a->held = false;
	tree_close(a);
	tree_print(&t, print, NULL);
	is_text(printed.text, "2", "an open leaf gives what it has");
	put(&t, b, "2");
	tree_live(b, false);
	tree_close(b);
	tree_close(g);
	refuse_after = 1;
	tree_print(&t, print, NULL);
	is_text(printed.text, "22", "a refusal stops it");
	refuse_after = -1;
	g = tree_group(&t.root, NULL, 1);
	a = tree_leaf(g, NULL, 0);
	put(&t, a, "4");
	tree_close(a);
	b = tree_leaf(&t.root, NULL, 0);
	put(&t, b, "5");
	tree_live(c, false);
	tree_close(c);
	tree_print(&t, print, NULL);
	is_text(printed.text, "2234", "an open group holds what is behind it");
	tree_close(b);
	tree_close(g);
	tree_print(&t, print, NULL);
	is_text(printed.text, "22345", "until it is closed");
	g = tree_group(&t.root, NULL, 1);
	put(&t, tree_leaf(g, NULL, 0), "never");
	tree_live(g->down, true);
	tree_empty(&t, g);
	is_number(t.root.live, 0, "what is emptied waits for nothing");
	tree_close(g);
	tree_close(&t.root);
	tree_print(&t, print, NULL);
	is_number(t.held, 0, "and is not counted");
	ok(strstr(printed.text, "never") == NULL, "nor printed");
	buf_release(&printed);
	return done();
}
