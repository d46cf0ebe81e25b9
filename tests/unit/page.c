/* page: every shape there is, and every way to be led astray. */
#include "page.h"
#include "tap.h"

#include <stdlib.h>

#define HERE "https://api.twilio.com"
#define ASKED HERE "/2010-04-01/Accounts/AC1/Messages.json?PageSize=2"

#define AT_BASE "{\"messages\":[],\"next_page_uri\":\"http://127.0.0.1:1/x\"}"
#define TEN "0123456789"
#define FIFTY TEN TEN TEN TEN TEN
#define THOUSAND FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY \
	FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY
#define LONG_TOKEN "{\"next_token\":\"" THOUSAND THOUSAND THOUSAND THOUSAND \
	THOUSAND "\",\"messages\":[]}"
#define LONG_LINK "{\"next_page_uri\":\"/" THOUSAND THOUSAND THOUSAND THOUSAND \
	THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND \
	THOUSAND THOUSAND THOUSAND THOUSAND "\",\"messages\":[]}"

/* Ways of paging that few streams have. */
static const char streams[] =
    "stream tokens\n\thost x\n\tpath /t\n\trecords r\n\tpaging token Next\n"
    "stream one\n\thost x\n\tpath /o\n\trecords r\n\tpaging none\n"
    "stream whole\n\thost x\n\tpath /w\n\trecords .\n\tpaging none\n"
    "stream numbers\n\thost x\n\tpath /n\n\trecords r\n\tpaging number\n"
    "stream scim\n\thost x\n\tpath /s\n\trecords r\n\tpaging scim\n";

/* Something of every kind: cut after any byte, it is cut. */
static const char every[] = " {\"messages\" : [{\"a\":null,\"b\":[true,false],"
    "\"c\":-12.5e+07,\"d\\n\":\"\\\"\\u00e9\\\\\",\"e\":{}},[ ],\"\xc3\xa9\xe2"
    "\x82\xac\xf0\x9f\x98\x80\",0],\"next_page_uri\":\"/x\"}";

/* What was asked, and where the next page of it is. */
static const struct {
	const char *stream, *url, *body, *next;
} places[] = {
	{ "scim", HERE "/s?startIndex=3&count=2", "{\"r\":[1,2]}",
	    HERE "/s?count=2&startIndex=5" },
	{ "scim", HERE "/s?a=b&startIndex=3", "{\"r\":[1,2]}",
	    HERE "/s?a=b&startIndex=5" },
	{ "scim", HERE "/s?a=b&startIndex=3&c=d", "{\"r\":[1,2]}",
	    HERE "/s?a=b&c=d&startIndex=5" },
	{ "scim", HERE "/s?startIndex=3&count=2",
	    "{\"totalResults\":4,\"r\":[1,2]}", "" },
	{ "numbers", HERE "/n", "{\"r\":[1]}", HERE "/n?Page=1" },
	{ "numbers", HERE "/n?Page=7", "{\"r\":[1]}", HERE "/n?Page=8" },
	{ "numbers", HERE "/n?Pages=7", "{\"r\":[1]}",
	    HERE "/n?Pages=7&Page=1" },
};

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
	{ "nothing", "messages", "", NULL, "cut" },
	{ "blanks", "messages", " \n", NULL, "cut" },
	{ "half a document", "messages",
	    "{\"messages\":[{\"sid\":\"SM", NULL, "cut" },
	{ "a word JSON does not know", "messages", "{\"messages\":[{\"a\":nul}",
	    NULL, "page shape" },
	{ "half of none", "messages", "{\"messages\":[{\"a\":nx", NULL,
	    "page shape" },
	{ "a byte of no letter", "messages", "{\"messages\":[\"\xff\"],", NULL,
	    "page shape" },
	{ "a letter that goes wrong", "messages", "{\"messages\":[\"\xe2x", NULL,
	    "page shape" },
	{ "a document and more", "messages",
	    "{\"messages\":[],\"next_page_uri\":null}x", NULL, "page shape" },
	{ "a link that is a number", "messages",
	    "{\"messages\":[],\"next_page_uri\":7}", NULL, "next link" },
#define LED(what, to) { what, "messages", \
	"{\"messages\":[],\"next_page_uri\":\"" to "\"}", NULL, "another place" }
	{ "a link that is too long", "messages", LONG_LINK, NULL, "next link" },
	{ "no more tokens in pagination", "messages",
	    "{\"meta\":{\"pagination\":{\"next_token\":\"\"}},\"messages\":[]}",
	    "", NULL },
	{ "pagination that is none", "messages",
	    "{\"meta\":{\"pagination\":7,\"nextToken\":\"t\"},\"messages\":[]}",
	    ASKED "&pageToken=t", NULL },
	{ "the newer names", "messages",
	    "{\"meta\":{\"nextPageUrl\":null},\"messages\":[]}", "", NULL },
	{ "and the older one's", "messages",
	    "{\"nextPageUri\":\"/y\",\"messages\":[]}", HERE "/y", NULL },
	{ "a token beside the list", "messages",
	    "{\"nextToken\":\"a.b-c_d~E9{\",\"messages\":[]}",
	    ASKED "&pageToken=a.b-c_d~E9%7B", NULL },
	{ "the same in snake case", "messages",
	    "{\"next_token\":null,\"messages\":[]}", "", NULL },
	{ "a token that is a number", "messages",
	    "{\"next_token\":7,\"messages\":[]}", NULL, "next token" },
	{ "a token that is too long", "messages", LONG_TOKEN, NULL,
	    "next token" },
	{ "a meta that is none", "messages",
	    "{\"meta\":7,\"messages\":[],\"next_page_uri\":null}", "", NULL },
	{ "a key that is none", "alerts",
	    "{\"meta\":{\"next_page_url\":null,\"key\":7},\"list\":[]}", "", NULL },
	{ "a key that is too long", "alerts",
	    "{\"meta\":{\"next_page_url\":null,\"key\":\"" TEN TEN TEN TEN TEN TEN
	    TEN TEN TEN TEN TEN TEN TEN "\"},\"list\":[]}", "", NULL },
	{ "a key that names nothing", "alerts",
	    "{\"meta\":{\"next_page_url\":null,\"key\":\"x\"},\"list\":[]}",
	    NULL, "which meta.key names" },
	{ "no token in a list of tokens", "tokens", "{\"meta\":{},\"r\":[]}",
	    "", NULL },
	{ "a token of another name", "tokens",
	    "{\"meta\":{\"next_token\":\"x\"},\"r\":[]}", ASKED "&Next=x", NULL },
	{ "a list in one piece", "one", "{\"r\":[1]}", "", NULL },
	{ "the whole body", "whole", "{\"r\":[1]}", "", NULL },
	{ "numbered pages", "numbers", "{\"r\":[1]}", ASKED "&Page=1", NULL },
	{ "the last of them", "numbers", "{\"r\":[]}", "", NULL },
	{ "SCIM", "scim", "{\"totalResults\":9,\"startIndex\":1,\"r\":[1,2]}",
	    ASKED "&startIndex=3", NULL },
	{ "SCIM without a total", "scim", "{\"r\":[1,2]}",
	    ASKED "&startIndex=3", NULL },
	{ "the last of SCIM", "scim", "{\"totalResults\":2,\"r\":[1,2]}", "",
	    NULL },
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
	{ "[]", "[]", 0 },
	{ "{\"errors\":7,\"code\":\"\"}", "", 0 },
	{ "{\"errors\":[],\"code\":null}", "", 0 },
	{ "{\"errors\":[7],\"message\":8}", "", 0 },
	{ "{\"message\":\"" THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND "\"}", "",
	    0 },
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

	FILE *f = fopen("page-unit.tw", "w");

	if (!f || fputs(streams, f) < 0 || fclose(f) ||
	    catalog_open("page-unit.tw"))
		return 1;
	remove("page-unit.tw");
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
	for (i = 0; i < sizeof every; i++) {
		char *body = malloc(i + 1);
		bool whole = i == sizeof every - 1;

		memcpy(body, every, i);
		if (page_read(&p, catalog_find("messages"), &place, body, i) !=
		    (whole ? 0 : -1) || p.cut == whole) {
			printf("# cut after %zu bytes: %s\n", i, p.why);
			break;
		}
		free(body);
	}
	ok(i == sizeof every, "a page cut after any byte is cut");
	for (i = 0; i < sizeof places / sizeof *places; i++) {
		place.url = places[i].url;
		ok(page_read(&p, catalog_find(places[i].stream), &place,
		    places[i].body, strlen(places[i].body)) == 0, place.url);
		is_text(p.next.len ? p.next.text : "", places[i].next,
		    "and what is next");
	}
	place.base = "http://127.0.0.1:1";
	ok(page_read(&p, catalog_find("messages"), &place, AT_BASE,
	    sizeof AT_BASE - 1) == 0, "a link to where we really ask");
	is_text(p.next.text, "http://127.0.0.1:1/x", "is followed");
	for (i = 0; i < sizeof errors / sizeof *errors; i++) {
		is_number(page_error(errors[i].body, strlen(errors[i].body),
		    message, sizeof message), errors[i].code, "an error");
		is_text(message, errors[i].message, "and what it says");
	}
	page_release(&p);
	return done();
}
