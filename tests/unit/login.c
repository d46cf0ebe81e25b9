/* login: what is taken from the environment and from profiles, and refused. */
#include <sys/stat.h>

#include <stdlib.h>
#include <unistd.h>

#include "diag.h"
#include "login.h"
#include "tap.h"

#define SID "AC00000000000000000000000000000001"

static const char *const names[] = {
	"TWILIO_ACCOUNT_SID", "TWILIO_API_KEY", "TWILIO_API_SECRET",
	"TWILIO_AUTH_TOKEN", "TWILIO_REGION", "TWILIO_EDGE", "TW_API_BASE"
};
#define NAMES (sizeof names / sizeof *names)

/* Values in the order of names; NULL: not set. */
static const struct {
	const char *values[NAMES];
	const char *what;
	int status;
	const char *say;	/* in the sentence, or the host's name */
} rows[] = {
#define USUAL SID, NULL, NULL, "token"
	{ { USUAL }, "a token", 0, "api.twilio.com" },
	{ { SID, "SK1", "secret" }, "a key", 0, "api.twilio.com" },
	{ { SID, "SK1", "secret", "token" }, "a key goes first", 0,
	    "api.twilio.com" },
	{ { SID, NULL, "secret", "token" }, "a secret without its key", 0,
	    "api.twilio.com" },
	{ { NULL }, "nothing", STATUS_DENIED, "TWILIO_ACCOUNT_SID" },
	{ { "", NULL, NULL, "token" }, "an empty one", STATUS_DENIED,
	    "TWILIO_ACCOUNT_SID" },
	{ { SID }, "no token", STATUS_DENIED, "TWILIO_AUTH_TOKEN" },
	{ { SID, "SK1" }, "a key without its secret", STATUS_DENIED,
	    "TWILIO_API_SECRET is not" },
	{ { "SK1", NULL, NULL, "t" }, "no account's SID", STATUS_DENIED,
	    "begins with AC" },
	{ { SID "/../x", NULL, NULL, "t" }, "a SID that is a path",
	    STATUS_DENIED, "begins with AC" },
	{ { SID SID SID, NULL, NULL, "t" }, "a SID that is too long",
	    STATUS_DENIED, "begins with AC" },
	{ { USUAL, "ie1", "dublin" }, "a region and an edge", 0,
	    "api.dublin.ie1.twilio.com" },
	{ { USUAL, "au1" }, "a region that we know", 0,
	    "api.sydney.au1.twilio.com" },
	{ { USUAL, "xx9" }, "one that we do not", STATUS_CONFIG,
	    "needs TWILIO_EDGE" },
	{ { USUAL, NULL, "sao-paulo" }, "an edge alone", 0,
	    "api.sao-paulo.us1.twilio.com" },
	{ { USUAL, "ie1.evil", "dublin" }, "a region of two words",
	    STATUS_CONFIG, "single words" },
	{ { USUAL, "ie1", "dublin/x" }, "an edge with a path", STATUS_CONFIG,
	    "single words" },
	{ { USUAL, NULL, "under_score" }, "an edge with an underscore", 0,
	    "api.under_score.us1.twilio.com" },
#define BASE(base) { USUAL, NULL, NULL, base }, "base " base
	{ BASE("https://proxy.example"), 0, "api" },
	{ BASE("https://proxy.example:8443///"), 0, "api" },
	{ BASE("http://127.0.0.1:8080"), 0, "api" },
	{ BASE("http://[::1]:8080"), 0, "api" },
	{ BASE("http://LOCALHOST"), 0, "api" },
	{ BASE("http://localhost:80/"), 0, "api" },
	{ BASE("http://localhost.evil:80"), STATUS_CONFIG, "this machine" },
	{ BASE("http://[::2]:80"), STATUS_CONFIG, "this machine" },
	{ BASE("http://proxy.example"), STATUS_CONFIG, "this machine" },
	{ BASE("http://localhost/x"), STATUS_CONFIG, "not an origin" },
	{ BASE("https://proxy.example/x"), STATUS_CONFIG, "not an origin" },
	{ BASE("https://u:p@proxy.example"), STATUS_CONFIG, "not an origin" },
	{ BASE("https://proxy.example?x"), STATUS_CONFIG, "not an origin" },
	{ BASE("ftp://proxy.example"), STATUS_CONFIG, "not an origin" },
	{ BASE("proxy.example"), STATUS_CONFIG, "not an origin" },
	{ BASE("///"), STATUS_CONFIG, "not an origin" },
};

#define FULL "\"accountSid\":\"" SID "\",\"apiKey\":\"SK1\",\"apiSecret\":\"s\""

static const struct {
	const char *what, *text;	/* NULL: there is no file */
	int status;
	const char *say;
} profiles[] = {
	{ "a profile", "{\"profiles\":{\"p\":{" FULL "}}}", 0,
	    "api.twilio.com" },
	{ "with a region", "{\"profiles\":{\"p\":{" FULL ",\"region\":\"jp1\"}}}",
	    0, "api.tokyo.jp1.twilio.com" },
	{ "with both", "{\"profiles\":{\"p\":{" FULL ",\"region\":\"x\","
	    "\"edge\":\"y\"}}}", 0, "api.y.x.twilio.com" },
	{ "an empty region", "{\"profiles\":{\"p\":{" FULL ",\"region\":\"\"}}}",
	    0, "api.twilio.com" },
	{ "no file", NULL, STATUS_DENIED, "cannot be read" },
	{ "an empty file", "", STATUS_CONFIG, "not JSON" },
	{ "no JSON", "profile: p\n", STATUS_CONFIG, "not JSON" },
	{ "an array", "[]", STATUS_CONFIG, "not JSON" },
	{ "no profiles", "{}", STATUS_DENIED, "no profile 'p'" },
	{ "profiles that are a list", "{\"profiles\":[]}", STATUS_DENIED,
	    "no profile 'p'" },
	{ "none of that name", "{\"profiles\":{\"q\":{}}}", STATUS_DENIED,
	    "no profile 'p'" },
	{ "one that is a text", "{\"profiles\":{\"p\":\"q\"}}", STATUS_DENIED,
	    "no profile 'p'" },
	{ "no account", "{\"profiles\":{\"p\":{\"apiKey\":\"SK1\"}}}",
	    STATUS_DENIED, "lacks" },
	{ "no key", "{\"profiles\":{\"p\":{\"accountSid\":\"" SID "\"}}}",
	    STATUS_DENIED, "lacks" },
	{ "no secret", "{\"profiles\":{\"p\":{\"accountSid\":\"" SID "\","
	    "\"apiKey\":\"SK1\",\"apiSecret\":7}}}", STATUS_DENIED, "lacks" },
};

static void
look(const char *profile, const char *what, int status, const char *say)
{
	struct login l = LOGIN_INIT;
	char host[100] = "api";
	int got = login_read(&l, profile);

	if (!ok((got != 0) == (status != 0) && l.status == status, what))
		printf("# %d %s\n", l.status, l.why);
	if (got)
		ok(strstr(l.why, say) != NULL, l.why);
	else if (!l.base)
		is_text(login_host(&l, "api", host, sizeof host), say, "host");
	else
		ok(l.base[strlen(l.base) - 1] != '/', l.base);
	login_release(&l);
}

static void
put_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		exit(99);
}

int
main(void)
{
	static const char path[] = ".twilio-cli/config.json";
	struct login l = LOGIN_INIT;
	size_t i, k;
	FILE *f;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (k = 0; k < NAMES; k++)
			if (rows[i].values[k])
				setenv(names[k], rows[i].values[k], 1);
			else
				unsetenv(names[k]);
		look(NULL, rows[i].what, rows[i].status, rows[i].say);
	}
	for (k = 0; k < NAMES; k++)
		unsetenv(names[k]);

	setenv("HOME", ".", 1);
	mkdir(".twilio-cli", 0700);
	umask(077);
	for (i = 0; i < sizeof profiles / sizeof *profiles; i++) {
		remove(path);
		if (profiles[i].text)
			put_file(path, profiles[i].text);
		look("p", profiles[i].what, profiles[i].status,
		    profiles[i].say);
	}
	put_file(path, profiles[0].text);
	ok(login_read(&l, "p") == 0 && !l.warning[0] && l.key &&
	    strcmp(l.secret, "s") == 0, "a file of one's own");
	login_release(&l);
	chmod(path, 0644);
	ok(login_read(&l, "p") == 0 && strstr(l.warning, "chmod 600"),
	    "a file that others can read");
	login_release(&l);

	/* A megabyte is no configuration. */
	f = fopen(path, "w");
	for (i = 0; f && i < (2 << 20); i++)
		putc(' ', f);
	if (f)
		fclose(f);
	look("p", "an enormous file", STATUS_DENIED, "cannot be read");
	remove(path);
	mkdir(path, 0700);
	look("p", "a folder", STATUS_DENIED, "cannot be read");
	rmdir(path);
	rmdir(".twilio-cli");
	unsetenv("HOME");
	look("p", "no HOME", STATUS_DENIED, "/.twilio-cli");
	login_wipe(NULL);
	return done();
}
