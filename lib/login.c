#include "login.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "diag.h"
#include "json.h"
#include "mem.h"

/* The edge that serves a region alone (Twilio, "regions and edges"). */
static const char *const edges[][2] = {
	{ "us1", "ashburn" }, { "us2", "umatilla" }, { "ie1", "dublin" },
	{ "au1", "sydney" }, { "jp1", "tokyo" }, { "jp2", "osaka" },
	{ "de1", "frankfurt" }, { "br1", "sao-paulo" }, { "sg1", "singapore" },
};

static int fail(struct login *l, int status, const char *format, ...)
    DIAG_FORMAT(3, 4);

static int
fail(struct login *l, int status, const char *format, ...)
{
	va_list values;

	l->status = status;
	va_start(values, format);
	vsnprintf(l->why, sizeof l->why, format, values);
	va_end(values);
	return -1;
}

static char *
environment(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? mem_text(value) : NULL;
}

/* One word that can stand in a URL, a header and a message. */
static bool
is_word(const char *text, size_t most)
{
	size_t len = text ? strlen(text) : 0, i;

	for (i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '-' &&
		    text[i] != '_')
			return false;
	return len > 0 && len <= most;
}

static bool
is_loopback(const char *host)
{
	return strncasecmp(host, "127.", 4) == 0 ||
	    strncmp(host, "[::1]", 5) == 0 ||
	    (strncasecmp(host, "localhost", 9) == 0 &&
	    (host[9] == '\0' || host[9] == ':' || host[9] == '/'));
}

static int
read_base(struct login *l)
{
	size_t len;

	l->base = environment("TW_API_BASE");
	if (!l->base)
		return 0;
	len = strlen(l->base);
	while (len > 0 && l->base[len - 1] == '/')
		l->base[--len] = '\0';
	if (strncmp(l->base, "http://", 7) == 0 && !is_loopback(l->base + 7))
		return fail(l, STATUS_CONFIG, "TW_API_BASE: plain http is for "
		    "this machine only (http://127.0.0.1:PORT); use https");
	if ((strncmp(l->base, "https://", 8) && strncmp(l->base, "http://", 7))
	    || strpbrk(l->base, "@?# \t\r\n\\") ||
	    strchr(strstr(l->base, "//") + 2, '/'))
		return fail(l, STATUS_CONFIG, "TW_API_BASE: not an origin; "
		    "write https://HOST[:PORT] or http://127.0.0.1:PORT");
	return 0;
}

static char *
string_of(const struct json *object, const char *name)
{
	struct json value;
	char *text;

	if (!json_member(object, name, &value) || value.kind != JSON_STRING ||
	    value.len == 0)
		return NULL;
	text = mem_new(value.len + 1);
	text[json_decode(&value, text)] = '\0';
	return text;
}

static char *
read_file(const char *path, size_t *len, mode_t *mode)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct buf b = BUF_INIT(1 << 20);
	struct stat st;
	char piece[4096];
	ssize_t n;

	if (fd < 0)
		return NULL;
	*mode = fstat(fd, &st) ? 0 : st.st_mode;
	while ((n = read(fd, piece, sizeof piece)) > 0)
		buf_add(&b, piece, (size_t)n);
	close(fd);
	buf_byte(&b, '\0');
	*len = b.len ? b.len - 1 : 0;
	if (n < 0 || b.full) {
		buf_release(&b);
		return NULL;
	}
	return buf_take(&b);
}

/* {"activeProfile": .., "profiles": {NAME: {accountSid, apiKey, ..}}} */
static int
read_profile(struct login *l, const char *profile)
{
	const char *home = getenv("HOME");
	struct json all, profiles, one;
	char path[4096], *text;
	mode_t mode;
	size_t len;
	int got = 0;

	snprintf(path, sizeof path, "%s/.twilio-cli/config.json",
	    home ? home : "");
	text = read_file(path, &len, &mode);
	if (!text)
		return fail(l, STATUS_DENIED, "--profile: %s cannot be read; "
		    "'twilio profiles:create' makes it", path);
	if (!json_value(text, len, &all) || all.kind != JSON_OBJECT)
		got = fail(l, STATUS_CONFIG, "%s: not JSON", path);
	else if (!json_member(&all, "profiles", &profiles) ||
	    profiles.kind != JSON_OBJECT ||
	    !json_member(&profiles, profile, &one) || one.kind != JSON_OBJECT)
		got = fail(l, STATUS_DENIED, "%s: no profile '%s' in it", path,
		    profile);
	else {
		l->account = string_of(&one, "accountSid");
		l->user = string_of(&one, "apiKey");
		l->secret = string_of(&one, "apiSecret");
		l->region = string_of(&one, "region");
		l->edge = string_of(&one, "edge");
		l->key = true;
		if (!l->account || !l->user || !l->secret)
			got = fail(l, STATUS_DENIED, "%s: profile '%s' lacks "
			    "accountSid, apiKey or apiSecret", path, profile);
	}
	if (mode & 077)
		snprintf(l->warning, sizeof l->warning, "~/.twilio-cli/"
		    "config.json can be read by others here: chmod 600 it");
	memset(text, 0, len);
	free(text);
	return got;
}

static int
read_environment(struct login *l)
{
	l->account = environment("TWILIO_ACCOUNT_SID");
	l->user = environment("TWILIO_API_KEY");
	l->secret = environment("TWILIO_API_SECRET");
	l->key = l->user && l->secret;
	if (!l->account)
		return fail(l, STATUS_DENIED, "no credentials: set "
		    "TWILIO_ACCOUNT_SID, and TWILIO_API_KEY with "
		    "TWILIO_API_SECRET or TWILIO_AUTH_TOKEN");
	if (l->user && !l->secret)
		return fail(l, STATUS_DENIED,
		    "TWILIO_API_KEY is set, TWILIO_API_SECRET is not");
	if (!l->key) {
		free(l->user);
		free(l->secret);
		l->user = mem_text(l->account);
		l->secret = environment("TWILIO_AUTH_TOKEN");
		if (!l->secret)
			return fail(l, STATUS_DENIED, "no credentials: set "
			    "TWILIO_AUTH_TOKEN, or TWILIO_API_KEY with "
			    "TWILIO_API_SECRET");
	}
	return 0;
}

int
login_read(struct login *l, const char *profile)
{
	size_t i;

	if (read_base(l) ||
	    (profile ? read_profile(l, profile) : read_environment(l)))
		return -1;
	if (!l->region)
		l->region = environment("TWILIO_REGION");
	if (!l->edge)
		l->edge = environment("TWILIO_EDGE");
	if (!is_word(l->account, 64) || strncmp(l->account, "AC", 2))
		return fail(l, STATUS_DENIED, "TWILIO_ACCOUNT_SID is not an "
		    "account SID: it begins with AC");
	if ((l->region && !is_word(l->region, 32)) ||
	    (l->edge && !is_word(l->edge, 32)))
		return fail(l, STATUS_CONFIG, "TWILIO_REGION and TWILIO_EDGE "
		    "are single words such as ie1 and dublin");
	for (i = 0; l->region && !l->edge &&
	    i < sizeof edges / sizeof edges[0]; i++)
		if (strcmp(edges[i][0], l->region) == 0)
			l->edge = mem_text(edges[i][1]);
	if (l->region && !l->edge)
		return fail(l, STATUS_CONFIG, "TWILIO_REGION %s needs "
		    "TWILIO_EDGE beside it", l->region);
	/* An edge alone serves the default region. */
	if (l->edge && !l->region)
		l->region = mem_text("us1");
	return 0;
}

void
login_wipe(char *secret)
{
	volatile char *p = secret;	/* or the compiler leaves it out */

	while (p && *p)
		*p++ = '\0';
	free(secret);
}

void
login_release(struct login *l)
{
	free(l->account);
	free(l->user);
	login_wipe(l->secret);
	free(l->region);
	free(l->edge);
	free(l->base);
	l->account = l->user = l->secret = NULL;
	l->region = l->edge = l->base = NULL;
}

char *
login_host(const struct login *l, const char *product, char *name, size_t size)
{
	if (l->region)
		snprintf(name, size, "%s.%s.%s.twilio.com", product, l->edge,
		    l->region);
	else
		snprintf(name, size, "%s.twilio.com", product);
	return name;
}
