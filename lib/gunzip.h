/*
 * gunzip: a body that came packed, whole and in memory.
 *
 * What is unpacked is bounded by the buffer's maximum, so a small body that
 * would be an enormous one ends as full.  Several members after each other are
 * one text (RFC 1952, 2.2).
 */
#ifndef GUNZIP_H
#define GUNZIP_H

#include <stddef.h>

#include "buf.h"

/* 0, or -1: it is cut or broken, or to is full.  No bytes at all are none. */
int gunzip(struct buf *to, const char *bytes, size_t len);

#endif
