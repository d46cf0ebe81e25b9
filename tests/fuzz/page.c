/*
 * page: whatever a body says, the next request goes to the origin that was
 * asked, as libcurl understands the URL; a page that is taken is valid JSON;
 * an error's message can be shown.  The first byte chooses the list.
 */
#include <curl/curl.h>

#include "fuzz.h"
#include "page.h"

static const struct stream streams[] = {
	{ .paging = PAGING_2010, .records = "messages" },
	{ .paging = PAGING_META, .records = "rooms" },
	{ .paging = PAGING_TOKEN, .records = "items",
	    .token_name = "pageToken" },
	{ .paging = PAGING_SCIM, .records = "Resources" },
	{ .paging = PAGING_NUMBER, .records = "data" },
	{ .paging = PAGING_NONE, .records = "." },
};
static const struct page_place places[] = {
	{ "https://api.twilio.com", "api.twilio.com", "https://api.twilio.com"
	    "/2010-04-01/Accounts/AC1/Messages.json?PageSize=1000&Page=2" },
	{ "http://127.0.0.1:8080", "video.twilio.com",
	    "http://127.0.0.1:8080/v1/Rooms?startIndex=1&pageToken=x" },
	{ "https://api.ie1.twilio.com:8443", "api.ie1.twilio.com",
	    "https://api.ie1.twilio.com:8443/v1/List" },
};
#define COUNT(list) (sizeof(list) / sizeof(*list))

/* A part of a URL, or "" if it has none. */
static char *
part(CURLU *url, CURLUPart which)
{
	char *text = NULL, *copy;

	curl_url_get(url, which, &text, which == CURLUPART_PORT ?
	    CURLU_DEFAULT_PORT : 0);
	copy = mem_text(text ? text : "");
	curl_free(text);
	return copy;
}

static void
same_origin(const char *one, const char *two)
{
	static const CURLUPart parts[] = { CURLUPART_SCHEME, CURLUPART_USER,
	    CURLUPART_PASSWORD, CURLUPART_HOST, CURLUPART_PORT };
	CURLU *a = curl_url(), *b = curl_url();
	size_t i;

	must(curl_url_set(a, CURLUPART_URL, one, 0) == CURLUE_OK);
	must(curl_url_set(b, CURLUPART_URL, two, 0) == CURLUE_OK);
	for (i = 0; i < COUNT(parts); i++) {
		char *x = part(a, parts[i]), *y = part(b, parts[i]);

		must(strcmp(x, y) == 0);
		free(x);
		free(y);
	}
	curl_url_cleanup(a);
	curl_url_cleanup(b);
}

static void
check_next(const struct page *p, const struct page_place *place)
{
	const char *at;

	must(strlen(p->next.text) == p->next.len);
	must(p->next.len <= PAGE_NEXT_MAX);
	/* Nothing that could end a line of the request, or be mended. */
	for (at = p->next.text; *at; at++)
		must((unsigned char)*at > ' ' && (unsigned char)*at < 0x7f &&
		    *at != '\\');
	must(strncmp(p->next.text, place->base, strlen(place->base)) == 0);
	must(p->next.text[strlen(place->base)] == '/');
	same_origin(p->next.text, place->base);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct page p = PAGE_INIT;
	const struct stream *stream;
	const struct page_place *place;
	struct json whole;
	char *body, message[200];
	size_t offset = 0;

	if (len < 1 || len > 8192)
		return 0;
	stream = &streams[data[0] % COUNT(streams)];
	place = &places[data[0] / COUNT(streams) % COUNT(places)];
	body = fuzz_copy(data + 1, --len, 0);
	if (page_read(&p, stream, place, body, len)) {
		must(fuzz_sentence(p.why));
		/* Cut: no more than half a word is left, "fals". */
		must(!p.cut || (json_check(body, len, &offset) &&
		    offset + 4 >= len));
	} else {
		must(json_value(body, len, &whole) &&
		    whole.kind == JSON_OBJECT);
		must(p.records.text >= body &&
		    p.records.text + p.records.len <= body + len);
		must(json_value(p.records.text, p.records.len, &whole));
		must(whole.kind == JSON_ARRAY || (whole.kind == JSON_OBJECT &&
		    p.records.len == len));
		if (p.next.len > 0)
			check_next(&p, place);
	}
	page_error(body, len, message, sizeof(message));
	must(memchr(message, 0, sizeof(message)));
	for (offset = 0; message[offset]; offset++)
		must((unsigned char)message[offset] >= ' ' &&
		    message[offset] != 0x7f);
	page_release(&p);
	free(body);
	return 0;
}
