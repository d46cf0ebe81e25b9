#include "http.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "budget.h"
#include "gunzip.h"
#include "mem.h"
#include "pace.h"
#include "when.h"

#define CONNECT_S 10L
#define STALL_S 60L		/* less than a byte a second for so long */
#define TOTAL_S 300L
#define TRY_MS 1000

struct slot {
	CURL *easy;		/* kept from request to request */
	struct curl_slist *headers;
	struct http_request request;
	struct http_answer answer;
	size_t header_bytes;
	int crowd;		/* how many ran when it began, itself too */
	bool busy, tries;
	unsigned long arrived;	/* when, as a number; 0: it is under way */
	char encoding[32];
	char error[CURL_ERROR_SIZE];
};

/* Twice as many slots as may run: an answer keeps its own until it is looked
 * at, and the next request does not wait for that. */
struct http {
	CURLM *multi;
	struct slot *slots;
	int count, busy, running;
	int fine;		/* of the answers that arrive together */
	unsigned long arrivals;
	struct buf plain;	/* the body in hand, unpacked */
	struct pace pace;
	struct budget *budget;	/* NULL: not shared */
	int64_t shut_until;	/* ticks */
	int64_t try_until;	/* nothing else begins before its answer */
	const char *ca_file;
};

static size_t
on_body(char *bytes, size_t size, size_t count, void *context)
{
	struct slot *s = context;
	size_t len = size * count;

	/* Content-Length may be absent, or a lie. */
	buf_add(&s->answer.body, bytes, len);
	return s->answer.body.full ? 0 : len;
}

/* The value of a header of that name, trimmed, cut to size; or false. */
static bool
header(const char *line, size_t len, const char *name, char *to, size_t size)
{
	size_t n = strlen(name);

	if (len <= n || line[n] != ':' || strncasecmp(line, name, n))
		return false;
	line += n + 1;
	len -= n + 1;
	while (len > 0 && (*line == ' ' || *line == '\t'))
		line++, len--;
	while (len > 0 && (unsigned char)line[len - 1] <= ' ')
		len--;
	if (len >= size)
		len = size - 1;
	memcpy(to, line, len);
	to[len] = '\0';
	return true;
}

static size_t
on_header(char *bytes, size_t size, size_t count, void *context)
{
	struct slot *s = context;
	struct http_answer *a = &s->answer;
	size_t len = size * count;
	char number[16];

	s->header_bytes += len;
	if (s->header_bytes > HTTP_HEADER_MAX)
		return 0;
	if (header(bytes, len, "Twilio-Concurrent-Requests", number,
	    sizeof number))
		a->concurrent = (int)strtol(number, NULL, 10);
	else if (!header(bytes, len, "Retry-After", a->retry_after,
	    sizeof a->retry_after) &&
	    !header(bytes, len, "Date", a->date, sizeof a->date) &&
	    !header(bytes, len, "Content-Encoding", s->encoding,
	    sizeof s->encoding) &&
	    !header(bytes, len, "Content-Type", a->type, sizeof a->type))
		header(bytes, len, "Twilio-Request-Id", a->request_id,
		    sizeof a->request_id);
	return len;
}

struct http *
http_open(const struct http_options *options, const char **why)
{
	struct http *h;

	if (curl_global_init(CURL_GLOBAL_DEFAULT)) {
		*why = "libcurl does not start";
		return NULL;
	}
	h = mem_new(sizeof *h);
	h->multi = curl_multi_init();
	if (!h->multi)
		mem_exhausted();
	h->count = 2 * options->jobs;
	h->pace = (struct pace)PACE_INIT(options->jobs);
	if (options->share)
		h->budget = budget_open(options->share, &h->pace);
	if (h->pace.patience > 0)	/* the others have to learn of us */
		h->try_until = when_ticks_ms() + 2 * BUDGET_LOOK_MS;
	h->ca_file = options->ca_file;
	h->slots = mem_new(sizeof *h->slots * (size_t)h->count);
	h->plain.max = HTTP_BODY_MAX;
	curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS,
	    (long)options->jobs + 4);
	curl_multi_setopt(h->multi, CURLMOPT_PIPELINING,
	    (long)CURLPIPE_MULTIPLEX);
	return h;
}

void
http_stop(struct http *h)
{
	int i;

	for (i = 0; i < h->count; i++) {
		if (h->slots[i].busy && !h->slots[i].arrived)
			curl_multi_remove_handle(h->multi, h->slots[i].easy);
		h->slots[i].busy = false;
	}
	h->busy = h->running = 0;
}

void
http_close(struct http *h)
{
	int i;

	if (!h)
		return;
	http_stop(h);
	for (i = 0; i < h->count; i++) {
		if (h->slots[i].easy)
			curl_easy_cleanup(h->slots[i].easy);
		curl_slist_free_all(h->slots[i].headers);
		buf_release(&h->slots[i].answer.body);
	}
	buf_release(&h->plain);
	curl_multi_cleanup(h->multi);
	curl_global_cleanup();
	budget_close(h->budget);
	free(h->slots);
	free(h);
}

int
http_free_slots(const struct http *h)
{
	int allowed = h->pace.limit - h->running;

	if (h->pace.shut)
		allowed = h->busy == 0 && when_ticks_ms() >= h->shut_until;
	else if (h->try_until && when_ticks_ms() < h->try_until)
		allowed = 0;
	return allowed < h->count - h->busy ? allowed : h->count - h->busy;
}

int
http_running(const struct http *h)
{
	return h->busy;
}

int
http_limit(const struct http *h)
{
	return h->pace.limit;
}

void
http_again(struct http *h, int64_t wait_ms)
{
	int64_t until = when_ticks_ms() + wait_ms;

	if (until > h->shut_until)
		h->shut_until = until;
}

/* libcurl 7.88 may wait for ever for a connection that it could not finish
 * for want of memory, and a request without its Host or its credentials is
 * another one: to be out of memory is never a fault of the network. */
static void
has_memory(bool has)
{
	if (!has)
		mem_exhausted();
}

static void
set_text(struct slot *s, CURLoption option, const char *text)
{
	has_memory(curl_easy_setopt(s->easy, option, text) !=
	    CURLE_OUT_OF_MEMORY);
}

static void
add_header(struct slot *s, const char *line)
{
	struct curl_slist *more = curl_slist_append(s->headers, line);

	has_memory(more != NULL);
	s->headers = more;
}

/* What never changes from request to request. */
static void
prepare(struct http *h, struct slot *s)
{
	s->easy = curl_easy_init();
	has_memory(s->easy != NULL);
	s->answer.body.max = HTTP_BODY_MAX;
#if LIBCURL_VERSION_NUM >= 0x075500
	set_text(s, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(s->easy, CURLOPT_PROTOCOLS,
	    (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	curl_easy_setopt(s->easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(s->easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(s->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	curl_easy_setopt(s->easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(s->easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(s->easy, CURLOPT_SSLVERSION,
	    (long)CURL_SSLVERSION_TLSv1_2);
	if (h->ca_file)
		set_text(s, CURLOPT_CAINFO, h->ca_file);
	set_text(s, CURLOPT_USERAGENT, "tw-fetch/" TW_VERSION);
	curl_easy_setopt(s->easy, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
	curl_easy_setopt(s->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(s->easy, CURLOPT_LOW_SPEED_TIME, STALL_S);
	curl_easy_setopt(s->easy, CURLOPT_TIMEOUT, TOTAL_S);
	curl_easy_setopt(s->easy, CURLOPT_PATH_AS_IS, 1L);
	/* No PIPEWAIT: libcurl 7.88 keeps a connection on which the first send
	 * failed, and who waits to share it waits for ever. */
	curl_easy_setopt(s->easy, CURLOPT_BUFFERSIZE, 131072L);
	curl_easy_setopt(s->easy, CURLOPT_ERRORBUFFER, s->error);
	curl_easy_setopt(s->easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(s->easy, CURLOPT_WRITEDATA, s);
	curl_easy_setopt(s->easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(s->easy, CURLOPT_HEADERDATA, s);
	curl_easy_setopt(s->easy, CURLOPT_PRIVATE, s);
}

void
http_start(struct http *h, const struct http_request *request)
{
	struct slot *s = h->slots;
	struct http_answer *a;
	char line[300];

	while (s->busy)
		s++;
	if (!s->easy)
		prepare(h, s);
	s->busy = true;
	s->arrived = 0;
	s->request = *request;
	s->header_bytes = 0;
	s->error[0] = '\0';
	a = &s->answer;
	buf_clear(&a->body);
	a->status = 0;
	a->concurrent = -1;
	a->why[0] = a->retry_after[0] = a->date[0] = '\0';
	a->request_id[0] = a->type[0] = s->encoding[0] = '\0';
	curl_slist_free_all(s->headers);
	s->headers = NULL;
	add_header(s, "Accept: application/json");
	/* Unpacked by us: libcurl would do it for all that came, before it
	 * sends what is next. */
	add_header(s, "Accept-Encoding: gzip");
	if (request->host) {
		snprintf(line, sizeof line, "Host: %s", request->host);
		add_header(s, line);
	}
	curl_easy_setopt(s->easy, CURLOPT_HTTPHEADER, s->headers);
	set_text(s, CURLOPT_URL, request->url);
	set_text(s, CURLOPT_USERNAME, request->user);
	set_text(s, CURLOPT_PASSWORD, request->secret);
	has_memory(curl_multi_add_handle(h->multi, s->easy) == CURLM_OK);
	h->busy++;
	s->crowd = ++h->running;
	/* While it is not known whether that is one too many, one more in the
	 * place of each that ends would be refused as well. */
	s->tries = s->crowd > h->pace.roof;
	if (s->tries)
		h->try_until = when_ticks_ms() + TRY_MS;
}

/* What a failed transfer means for those who may ask again. */
static enum retry_fault
fault_of(CURLcode code)
{
	switch (code) {
	case CURLE_OK:
		return FAULT_NONE;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
		return FAULT_TLS;
	case CURLE_SSL_CONNECT_ERROR:
		return FAULT_NETWORK;
	case CURLE_WRITE_ERROR:		/* on_body or on_header said no */
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return FAULT_LOCAL;
	default:
		return FAULT_NETWORK;
	}
}

static void
too_large(struct http_answer *a)
{
	a->fault = FAULT_LOCAL;
	snprintf(a->why, sizeof a->why, "the body is larger than %zu MB",
	    HTTP_BODY_MAX >> 20);
}

/* The transfer is over; its answer waits to be looked at. */
static void
arrive(struct http *h, struct slot *s, CURLcode code)
{
	struct http_answer *a = &s->answer;
	curl_off_t us = 0;
	long status = 0;

	curl_easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(s->easy, CURLINFO_TOTAL_TIME_T, &us);
	curl_multi_remove_handle(h->multi, s->easy);
	has_memory(code != CURLE_OUT_OF_MEMORY);
	a->status = (int)status;
	a->ms = (long)(us / 1000);
	a->fault = fault_of(code);
	if (a->body.full)
		too_large(a);
	else if (s->header_bytes > HTTP_HEADER_MAX)
		snprintf(a->why, sizeof a->why, "the headers are larger than "
		    "%zu KB", HTTP_HEADER_MAX >> 10);
	else if (code)
		snprintf(a->why, sizeof a->why, "%.200s", s->error[0] ?
		    s->error : curl_easy_strerror(code));
	if (s->tries)
		h->try_until = 0;
	s->arrived = ++h->arrivals;
	h->running--;
	if (a->fault != FAULT_NONE)
		return;
	if (status < 400) {
		pace_good(&h->pace);
		h->fine++;
	} else if (status == 429)
		pace_refused(&h->pace, s->crowd, h->running + h->fine);
}

/* Send and hear what can be; how many answers came to their end. */
static int
receive(struct http *h)
{
	CURLMsg *message;
	int still, left, count = 0;

	h->fine = 0;
	has_memory(curl_multi_perform(h->multi, &still) == CURLM_OK);
	while ((message = curl_multi_info_read(h->multi, &left))) {
		struct slot *s;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &s);
		arrive(h, s, message->data.result);
		count++;
	}
	return count;
}

/* An encoding that breaks off is a cut body, not a hostile one. */
static void
decode(struct http *h, const struct slot *s, struct http_answer *a)
{
	struct buf packed = a->body;

	if (!s->encoding[0] || strcasecmp(s->encoding, "identity") == 0)
		return;
	if (strcasecmp(s->encoding, "gzip")) {
		a->fault = FAULT_CUT;
		snprintf(a->why, sizeof a->why, "the body is in an encoding "
		    "nobody asked for: %s", s->encoding);
		return;
	}
	buf_clear(&h->plain);
	if (gunzip(&h->plain, packed.text, packed.len)) {
		a->fault = FAULT_CUT;
		snprintf(a->why, sizeof a->why, "the packed body is cut or "
		    "broken");
	}
	if (h->plain.full)
		too_large(a);
	a->body = h->plain;
}

/* One enormous answer must not be held for ever. */
static void
shrink(struct buf *body)
{
	if (body->room > (4u << 20)) {
		buf_release(body);
		body->max = HTTP_BODY_MAX;
	}
}

/* Hand over the answer that came first, if there is one. */
static bool
take_one(struct http *h)
{
	struct slot *first = NULL;
	struct http_answer answer;	/* with the body unpacked */
	int i;

	for (i = 0; i < h->count; i++) {
		struct slot *s = &h->slots[i];

		if (s->busy && s->arrived && (!first ||
		    s->arrived < first->arrived))
			first = s;
	}
	if (!first)
		return false;
	answer = first->answer;
	if (answer.fault == FAULT_NONE)
		decode(h, first, &answer);
	first->request.done(first->request.context, &answer);
	first->busy = false;
	h->busy--;
	shrink(&first->answer.body);
	shrink(&h->plain);
	return true;
}

void
http_wait(struct http *h, int ms)
{
	int64_t shut = h->shut_until - when_ticks_ms();

	if (h->pace.shut && shut > 0 && shut < ms)
		ms = (int)shut;
	budget_look(h->budget, &h->pace);
	if (receive(h) > 0 || take_one(h))
		return;
	has_memory(curl_multi_poll(h->multi, NULL, 0, ms, NULL) == CURLM_OK);
	receive(h);
}
