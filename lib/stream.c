#include <string.h>

#include "stream.h"

static const char *const paging_names[] = {
	"2010", "meta", "token", "scim", "number", "none"
};
static const char *const type_names[] = {
	"text", "integer", "decimal", "boolean", "time", "date", "json"
};
static const char *const granularity_names[] = {
	"none", "day", "try", "instant"
};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int
name_index(const char *const *names, size_t count, const char *word)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(names[i], word) == 0)
			return (int)i;
	return -1;
}

const char *
column_type_name(enum column_type type)
{
	return type_names[type];
}

const char *
paging_name(enum paging paging)
{
	return paging_names[paging];
}

const char *
granularity_name(enum granularity granularity)
{
	return granularity_names[granularity];
}

int
column_type_of(const char *name)
{
	return name_index(type_names, COUNT(type_names), name);
}

int
paging_of(const char *name)
{
	return name_index(paging_names, COUNT(paging_names), name);
}

int
granularity_of(const char *name)
{
	return name_index(granularity_names, COUNT(granularity_names), name);
}

const struct column *
stream_column(const struct stream *s, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < s->column_count; i++)
		if (strncmp(s->columns[i].name, name, len) == 0 &&
		    s->columns[i].name[len] == '\0')
			return &s->columns[i];
	return NULL;
}

/* {MessageSid} and {storeId} are _message_sid and _store_id. */
char *
stream_context(char *name, size_t size, const char *parameter, size_t len)
{
	size_t i, n = 0;

	if (n + 1 < size)
		name[n++] = '_';
	for (i = 0; i < len && n + 2 < size; i++) {
		char c = parameter[i];
		bool capital = c >= 'A' && c <= 'Z';

		if (capital && i > 0 && !(parameter[i - 1] >= 'A' &&
		    parameter[i - 1] <= 'Z'))
			name[n++] = '_';
		name[n++] = capital ? (char)(c - 'A' + 'a') : c;
	}
	name[n] = '\0';
	return name;
}

static bool
is_among(const char **all, const char *name, size_t len)
{
	for (; all && *all; all++)
		if (strncmp(*all, name, len) == 0 && (*all)[len] == '\0')
			return true;
	return false;
}

bool
stream_is_key(const struct stream *s, const char *name, size_t len)
{
	return is_among(s->key, name, len);
}

bool
stream_is_place(const struct stream *s, const char *name, size_t len)
{
	return is_among(s->key, name, len) || is_among(s->list, name, len);
}

bool
stream_in_group(const struct stream *s, const char *group)
{
	const char **name;

	if (strcmp(group, "all") == 0 || strcmp(group, s->host) == 0)
		return true;
	for (name = s->groups; name && *name; name++)
		if (strcmp(*name, group) == 0)
			return true;
	return false;
}
