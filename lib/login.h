/*
 * login: who asks, and where.
 *
 * From the environment, or from the configuration file of Twilio's own
 * command line (--profile).  The secret is held here and nowhere else; it is
 * wiped by login_release.
 */
#ifndef LOGIN_H
#define LOGIN_H

#include <stdbool.h>
#include <stddef.h>

struct login {
	char *account;		/* AC... whose data is asked for */
	char *user, *secret;	/* the account and its token, or a key (SK...) */
	bool key;		/* an API key: it may not list accounts */
	char *region, *edge;	/* or NULL */
	char *base;		/* TW_API_BASE without a '/' at its end, or NULL */
	char why[512];		/* after -1: one sentence with the way out */
	char warning[512];	/* or "": what the user should mend */
	int status;
};

#define LOGIN_INIT { 0, 0, 0, false, 0, 0, 0, "", "", 0 }

/* profile NULL: from the environment.  0, or -1 with status and why. */
int login_read(struct login *l, const char *profile);
void login_release(struct login *l);
/* Overwrite a secret and free it; NULL is fine. */
void login_wipe(char *secret);

/* "api.twilio.com", "api.dublin.ie1.twilio.com": into name, returned. */
char *login_host(const struct login *l, const char *product, char *name,
    size_t size);

#endif
