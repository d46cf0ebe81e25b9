/*
 * talk: ask the service for a job's next page, and deal with what it says.
 *
 * A whole page goes to take and leads to the next; a fault is asked again at a
 * time that retry names, mended where the answer says how (page size,
 * retention, a window that is too much), or fails the window.
 */
#ifndef TALK_H
#define TALK_H

#include "run.h"

void talk_start(struct job *j);

#endif
