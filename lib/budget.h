/*
 * budget: what an account may do at once, shared by the processes of one
 * machine that ask for it.
 *
 *	struct budget *b = budget_open("AC... https://api.twilio.com", &pace);
 *	budget_look(b, &pace);			-- now and then
 *	budget_close(b);
 *
 * Who was refused a request, or finds others who were, joins: it locks a byte
 * of a file that is called after what is shared.  The file holds how many
 * requests at a time all of them found possible; each takes an equal part, as
 * its pace's roof, and tells of it when that moves.  A lock ends with its
 * process, however it dies, and the others' parts grow.  Nothing ever waits for
 * a lock; without a folder of one's own to keep the file in, each process is on
 * its own.
 */
#ifndef BUDGET_H
#define BUDGET_H

#include "pace.h"

#define BUDGET_LOOK_MS 100	/* how often it is looked at */

struct budget;

/* NULL: there is no place for it, which is no fault; the others take NULL. */
struct budget *budget_open(const char *what, struct pace *p);
void budget_look(struct budget *b, struct pace *p);
void budget_close(struct budget *b);

#endif
