/*
 * take: the records of a page, checked, become lines at their place.
 *
 * Each record is of the account and the window asked for, or it is left out
 * or the page is refused; a repeated key is dropped; the parents of wanted
 * children are remembered.
 */
#ifndef TAKE_H
#define TAKE_H

#include "page.h"
#include "run.h"

/* false: the window failed, the job is gone.  *last: no page behind this one
 * can matter. */
bool take_page(struct job *j, const struct page *page, bool *last);
/* The answer to whether moments are compared.  The job is gone after it. */
void take_probe(struct job *j, const struct page *page);

#endif
