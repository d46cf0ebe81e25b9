/* page: every shape there is, and every way to be led astray. */
#include "page.h"
#include "tap.h"

#include <stdlib.h>

#define HERE "https://api.twilio.com"
#define ASKED HERE "/2010-04-01/Accounts/AC1/Messages.json?PageSize=2"

static const struct {
	const char *what, *stream, *body;
	const char *next;	/* "" the last page; NULL: refused */
	const char *why;	/* then in the sentence; "cut": and cut */
} rows[] = {
	{ "the last page", "messages",
	    "{\"messages\":[],\"next_page_uri\":null}", "", NULL },
	{ "an empty link", "messages",
	    "{\"messages\":[],\"next_page_uri\":\"\"}", "", NULL },
	{ "a relative link", "messages",
	    "{\"next_page_uri\":\"\\/x?a=%2B&b>=c\",\"messages\":[{}]}",
	    HERE "/x?a=%2B&b>=c", NULL },
	{ "an absolute link", "alerts",
	    "{\"meta\":{\"next_page_url\":\"https://api.twilio.com/v1/A?Page=1\","
	    "\"key\":\"alerts\"},\"alerts\":[]}", HERE "/v1/A?Page=1", NULL },
	{ "with the usual port", "alerts",
	    "{\"meta\":{\"next_page_url\":\"https://api.twilio.com:443/v1/A\","
	    "\"key\":\"alerts\"},\"alerts\":[]}", HERE "/v1/A", NULL },
	{ "a list under another name", "alerts",
	    "{\"meta\":{\"next_page_url\":null,\"key\":\"warnings\"},"
	    "\"warnings\":[],\"other\":[]}", "", NULL },
	{ "its only array", "messages",
	    "{\"records\":[],\"next_page_uri\":null}", "", NULL },
	{ "a token", "messages",
	    "{\"meta\":{\"nextToken\":\"a+b/c\"},\"messages\":[]}",
	    ASKED "&pageToken=a%2Bb%2Fc", NULL },
	{ "a token in pagination", "messages",
	    "{\"meta\":{\"pagination\":{\"nextToken\":\"t\"}},\"messages\":[]}",
	    ASKED "&pageToken=t", NULL },
	{ "no more tokens", "messages",
	    "{\"meta\":{\"nextToken\":null},\"messages\":[]}", "", NULL },
	{ "nothing about a next page", "messages", "{\"messages\":[]}",
	    NULL, "unknown paging shape" },
	{ "a meta without one", "alerts",
	    "{\"meta\":{\"key\":\"alerts\"},\"alerts\":[]}",
	    NULL, "unknown paging shape" },
	{ "no list", "messages", "{\"next_page_uri\":null}", NULL, "messages" },
	{ "two lists, neither ours", "messages",
	    "{\"a\":[],\"b\":[],\"next_page_uri\":null}", NULL, "messages" },
	{ "a list that is none", "messages",
	    "{\"messages\":{},\"next_page_uri\":null}", NULL, "not an array" },
	{ "null", "messages", "null", NULL, "page shape" },
	{ "an array", "messages", "[1]", NULL, "page shape" },
	{ "an empty array where the body is the record", "account_balance",
	    "[]", NULL, "page shape" },
	{ "HTML", "messages", "<html>", NULL, "page shape" },
	{ "nothing", "messages", "", NULL, "page shape" },
	{ "half a document", "messages",
	    "{\"messages\":[{\"sid\":\"SM", NULL, "cut" },
	{ "a document and more", "messages",
	    "{\"messages\":[],\"next_page_uri\":null}x", NULL, "page shape" },
	{ "a link that is a number", "messages",
	    "{\"messages\":[],\"next_page_uri\":7}", NULL, "next link" },
#define LED(what, to) { what, "messages", \
	"{\"messages\":[],\"next_page_uri\":\"" to "\"}", NULL, "another place" }
	LED("another host", "https://evil.example/"),
	LED("a host that begins like ours", "https://api.twilio.com.evil/"),
	LED("ours as a user", "https://api.twilio.com@evil.example/"),
	LED("a user of ours", "https://u:p@api.twilio.com/"),
	LED("another port", "https://api.twilio.com:8443/"),
	LED("no TLS", "http://api.twilio.com/"),
	LED("another product", "https://monitor.twilio.com/"),
	LED("a host without a scheme", "//evil.example/"),
	LED("the same with a backslash", "/\\\\evil.example/"),
	LED("a path without a slash", "x.json"),
	LED("a script", "javascript:alert(1)"),
	LED("a line end", "/x\\r\\nHost: evil"),
	LED("a blank", "/x y"),
	LED("a NUL", "/x\\u0000y"),
	LED("letters beyond ASCII", "/\\u00e9"),
};

static const struct {
	const char *body, *message;
	long code;
} errors[] = {
	{ "{\"code\":20003,\"message\":\"Authenticate\",\"status\":401}",
	    "Authenticate", 20003 },
	{ "{\"code\":\"20404\",\"detail\":\"gone\"}", "gone", 20404 },
	{ "{\"title\":\"Bad\",\"status\":400}", "Bad", 0 },
	{ "{\"errors\":[{\"code\":1,\"message\":\"first\"},{\"code\":2}]}",
	    "first", 1 },
	{ "{\"message\":\"\\u001b[31mred\"}", "\\x1b[31mred", 0 },
	{ "<html>", "<html>", 0 },
	{ "", "", 0 },
	{ "{}", "", 0 },
};

int
main(void)
{
	struct page_place place = { HERE, "api.twilio.com", ASKED };
	struct page p = PAGE_INIT;
	char message[256];
	size_t i;

	if (catalog_open(NULL))
		return 1;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		/* Exactly its bytes, so that a reader beyond them is caught. */
		size_t len = strlen(rows[i].body);
		char *body = malloc(len + 1);
		bool good, cut = rows[i].why && strcmp(rows[i].why, "cut") == 0;

		memcpy(body, rows[i].body, len);
		good = page_read(&p, catalog_find(rows[i].stream), &place,
		    body, len) == 0;
		if (rows[i].next) {
			if (good)
				is_text(p.next.len ? p.next.text : "",
				    rows[i].next, rows[i].what);
			else
				ok(0, rows[i].what);
		} else
			ok(!good && p.cut == cut && (cut ||
			    strstr(p.why, rows[i].why)), rows[i].what);
		if (good != (rows[i].next != NULL))
			printf("# %s\n", p.why);
		free(body);
	}
	for (i = 0; i < sizeof errors / sizeof *errors; i++) {
		is_number(page_error(errors[i].body, strlen(errors[i].body),
		    message, sizeof message), errors[i].code, errors[i].body);
		is_text(message, errors[i].message, "and what it says");
	}
	page_release(&p);
	return done();
}
