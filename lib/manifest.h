/*
 * manifest: what lies beside a CSV file, so that who reads it need not guess
 * or trust.
 *
 *	FILE.manifest.json	{"file":..,"stream":..,"rows":..,"bytes":..,"sha256":..}
 *	FILE.schema.json	its columns: a Frictionless Table Schema
 *
 * Most readers of CSV take a file that was cut for a whole one.  The manifest
 * is made of the bytes as they lie on the disk, read back.
 *
 *	struct manifest m = MANIFEST_INIT;
 *	if (manifest_write(&m, path, "messages", rows))  -> m.status, m.why
 *	if (manifest_check(&m, path, ','))  -> m.why; m.rows and m.bytes
 */
#ifndef MANIFEST_H
#define MANIFEST_H

#include <stdbool.h>
#include <stddef.h>

#include "hash.h"
#include "table.h"

struct manifest {
	unsigned long long rows, bytes;
	char sha256[HASH_HEX + 1];
	bool stated;		/* after a check: there was a manifest */
	int status;		/* after -1, as of diag */
	char why[512];		/* after -1: "file: what" */
};

#define MANIFEST_INIT { 0, 0, "", false, 0, "" }

/* Of a file that is final. */
int manifest_write(struct manifest *m, const char *path, const char *stream,
    unsigned long long rows);
/* Columns by name; a NULL in columns is one nobody knows. */
int manifest_schema(struct manifest *m, const char *path,
    const char *const *names, struct table_column *const *columns,
    size_t count, const char *null);

/*
 * Is the file whole?  It ends with a line, no quote is open, every row has as
 * many values as the first, and, if it has a manifest, that holds.  header:
 * the first row is none.  gzip is read through.
 */
int manifest_check(struct manifest *m, const char *path, char delimiter,
    bool header);

#endif
