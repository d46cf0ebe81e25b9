/*
 * server: Twilio's list of messages, fast enough never to be what is measured.
 *
 *	server [-l MILLISECONDS] [-c MOST] [-r RATE] [-x TIMES] MESSAGES.ndjson
 *
 * Serves one account and its messages (newest first in the file, as `data
 * messages N --bare` writes them) on a free port of 127.0.0.1, and prints the
 * address when ready.  DateSent> and DateSent< take a day or an instant, both
 * inclusive; PageSize is 1 to 1000, else 50.  Every answer comes the asked
 * latency after its request.  Above MOST requests for messages at a time, or
 * RATE of them in a second of the clock, the answer is 429 with Retry-After.
 * GET /refused says which part of the requests for messages got that; GET
 * /requests how many did not, and starts anew.
 *
 * -x makes a list that is so many times as long without being held: each message
 * comes so often, with a sid of its own, and nothing is compressed.
 *
 * What tests/sandbox is for the tests, with all of Twilio's ways in it, this is
 * for the clock: the records are compressed once, at the start, eight at a
 * time in deflate blocks that stand alone, so that a page is put together by
 * copying.
 */
#define _GNU_SOURCE	/* strptime, timegm, strcasestr */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#define PER_BLOCK 8
#define CLIENTS 256
#define REQUEST_MAX 8192
#define ACCOUNT "AC000000000000000000000000000000be"

struct text {
	char *data;
	size_t len, room;
};

/* One record, and the date the list is sorted and filtered by. */
struct record {
	const char *data;
	size_t len;
	int64_t date;
	size_t sid;		/* where eight digits of it are */
};

/* Records [n * PER_BLOCK, + PER_BLOCK), each with a comma after it. */
struct block {
	char *packed;
	size_t packed_len, plain_len;
	uLong crc;
};

/* The messages, or those of them that have a date_sent. */
struct list {
	struct record *records;
	size_t count;
	struct block *blocks;
};

struct client {
	char request[REQUEST_MAX];
	size_t len;
	struct text answer;
	size_t sent;
	int64_t due;		/* 0: still reading */
	bool listing;		/* counts for the limit */
};

static struct list all, dated;
static z_stream deflater;
static int64_t latency;
static unsigned long asked, refused;
static int most, rate;		/* 0: no limit */
static int listing;		/* answers under way */
static size_t times = 1;	/* each record is there */

static void
fail(const char *what)
{
	fprintf(stderr, "server: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void *
grow(void *old, size_t size)
{
	void *p = realloc(old, size);

	if (!p)
		fail("memory");
	return p;
}

static void
add(struct text *t, const void *data, size_t len)
{
	if (t->len + len > t->room)
		t->data = grow(t->data, t->room = (t->len + len) * 2);
	memcpy(t->data + t->len, data, len);
	t->len += len;
}

static void
addf(struct text *t, const char *format, ...)
{
	char line[2048];
	va_list args;

	va_start(args, format);
	add(t, line, (size_t)vsnprintf(line, sizeof(line), format, args));
	va_end(args);
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* Compressed bytes that depend on nothing before them and end on a byte. */
static void
pack(struct text *to, const char *data, size_t len, int flush)
{
	char part[65536];

	deflateReset(&deflater);
	deflater.next_in = (Bytef *)data;
	deflater.avail_in = (uInt)len;
	do {
		deflater.next_out = (Bytef *)part;
		deflater.avail_out = sizeof(part);
		deflate(&deflater, flush);
		add(to, part, sizeof(part) - deflater.avail_out);
	} while (deflater.avail_out == 0);
}

static void
pack_list(struct list *l)
{
	size_t b, i, blocks = l->count / PER_BLOCK;
	struct text plain = { 0 };

	l->blocks = grow(NULL, (blocks + 1) * sizeof(*l->blocks));
	for (b = 0; b < blocks; b++) {
		struct text packed = { 0 };

		plain.len = 0;
		for (i = b * PER_BLOCK; i < (b + 1) * PER_BLOCK; i++) {
			add(&plain, l->records[i].data, l->records[i].len);
			add(&plain, ",", 1);
		}
		pack(&packed, plain.data, plain.len, Z_FULL_FLUSH);
		l->blocks[b] = (struct block){ packed.data, packed.len,
		    plain.len, crc32(0, (Bytef *)plain.data, (uInt)plain.len) };
	}
	free(plain.data);
}

/* The date in member, or INT64_MIN for null. */
static int64_t
date_of(const char *record, const char *member)
{
	const char *p = strstr(record, member);
	struct tm t = { 0 };

	if (!p || !strptime(p + strlen(member), "\"%a, %d %b %Y %H:%M:%S", &t))
		return INT64_MIN;
	return timegm(&t);
}

static void
append(struct list *l, struct record r)
{
	if ((l->count & (l->count - 1)) == 0)
		l->records = grow(l->records,
		    (l->count ? l->count * 2 : 1) * sizeof(r));
	l->records[l->count++] = r;
}

static void
load(const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	if (!f)
		fail(path);
	while ((len = getline(&line, &room, f)) > 0) {
		struct record r = { line, (size_t)len - 1, 0, 0 };
		const char *sid;

		line[len - 1] = '\0';
		if ((sid = strstr(line, "\"sid\":\"")))
			r.sid = (size_t)(sid - line) + 9;
		r.date = date_of(line, "\"date_created\":");
		append(&all, r);
		r.date = date_of(line, "\"date_sent\":");
		if (r.date != INT64_MIN)
			append(&dated, r);
		line = NULL;	/* the lists hold it now */
		room = 0;
	}
	fclose(f);
	pack_list(&all);
	pack_list(&dated);
}

/* How many records of the list, newest first, are younger than date. */
static size_t
younger(const struct list *l, int64_t date)
{
	size_t low = 0, high = l->count;	/* of each once */

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (l->records[middle].date > date)
			low = middle + 1;
		else
			high = middle;
	}
	return low * times;
}

/* The nth of its kind. */
static void
put_record(struct text *to, const struct record *r, size_t nth)
{
	char digits[24];

	add(to, r->data, r->len);
	if (nth == 0 || r->sid == 0)
		return;
	snprintf(digits, sizeof(digits), "%08zx", nth);
	memcpy(to->data + to->len - r->len + r->sid, digits, 8);
}

/*
 * One page's body: head, records [from, to) with commas between, foot.  Packed,
 * whole blocks are copied as they are, and the checksum is put together too.
 */
static void
page(struct text *body, bool packed, const struct list *l, size_t from,
    size_t to, const char *head, const char *foot)
{
	struct text plain = { 0 };
	size_t i = from, total = 0;
	uLong crc = 0;
	unsigned char tail[8];
	int k;

	if (packed)
		add(body, "\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);
	add(&plain, head, strlen(head));
	while (i < to) {
		/* the last block is not copied: no comma after the last record */
		if (packed && i % PER_BLOCK == 0 && i + PER_BLOCK < to) {
			const struct block *b = &l->blocks[i / PER_BLOCK];

			if (plain.len) {
				pack(body, plain.data, plain.len, Z_FULL_FLUSH);
				crc = crc32(crc, (Bytef *)plain.data, (uInt)plain.len);
				total += plain.len;
				plain.len = 0;
			}
			add(body, b->packed, b->packed_len);
			crc = crc32_combine(crc, b->crc, (z_off_t)b->plain_len);
			total += b->plain_len;
			i += PER_BLOCK;
			continue;
		}
		put_record(&plain, &l->records[i / times], i % times);
		if (++i < to)
			add(&plain, ",", 1);
	}
	add(&plain, foot, strlen(foot));
	if (packed) {
		pack(body, plain.data, plain.len, Z_FINISH);
		crc = crc32(crc, (Bytef *)plain.data, (uInt)plain.len);
		total += plain.len;
		for (k = 0; k < 4; k++) {
			tail[k] = (unsigned char)(crc >> 8 * k);
			tail[4 + k] = (unsigned char)(total >> 8 * k);
		}
		add(body, tail, 8);
	} else
		add(body, plain.data, plain.len);
	free(plain.data);
}

/* Where a query parameter's value starts, or NULL; decoded into value too. */
static const char *
parameter(const char *query, const char *name, char *value, size_t room)
{
	size_t len = strlen(name), n = 0;
	const char *p = query, *raw;

	while (p && strncmp(p, name, len) != 0)
		p = (p = strchr(p, '&')) ? p + 1 : NULL;
	if (!p)
		return NULL;
	for (raw = p += len; *p && *p != '&' && n + 1 < room; n++) {
		unsigned hex;

		if (*p == '%' && sscanf(p + 1, "%2x", &hex) == 1) {
			value[n] = (char)hex;
			p += 3;
		} else
			value[n] = *p == '+' ? (p++, ' ') : *p++;
	}
	value[n] = '\0';
	return raw;
}

/* A day or an instant; a day as an upper bound reaches to its end. */
static int64_t
bound(const char *text, bool upper)
{
	struct tm t = { 0 };
	const char *rest = strptime(text, "%Y-%m-%d", &t);
	bool day = rest && !*rest;

	if (rest && !day)
		strptime(rest + 1, "%H:%M:%S", &t);
	return timegm(&t) + (day && upper ? 86399 : 0);
}

static void
messages(struct text *body, bool packed, const char *query)
{
	char since[64], until[64], number[32], head[512], foot[1024], next[768];
	const char *low = parameter(query, "DateSent%3E=", since, sizeof(since));
	const char *high = parameter(query, "DateSent%3C=", until, sizeof(until));
	const struct list *l = low || high ? &dated : &all;
	size_t from = high ? younger(l, bound(until, true)) : 0;
	size_t end = low ? younger(l, bound(since, false) - 1) : l->count * times;
	size_t size = 50, at = 0, to;

	if (parameter(query, "PageSize=", number, sizeof(number)))
		size = strtoul(number, NULL, 10);
	if (size < 1 || size > 1000)
		size = 50;
	if (parameter(query, "Page=", number, sizeof(number)))
		at = strtoul(number, NULL, 10);
	from += at * size;
	if (from > end)
		from = end;
	to = end - from > size ? from + size : end;
	snprintf(next, sizeof(next), "null");
	if (to < end)
		snprintf(next, sizeof(next), "\"/2010-04-01/Accounts/" ACCOUNT
		    "/Messages.json?%s%.*s%s%s%.*s%sPageSize=%zu&Page=%zu&PageToken=PA\"",
		    low ? "DateSent%3E=" : "", low ? (int)strcspn(low, "&") : 0,
		    low ? low : "", low ? "&" : "",
		    high ? "DateSent%3C=" : "", high ? (int)strcspn(high, "&") : 0,
		    high ? high : "", high ? "&" : "", size, at + 1);
	snprintf(head, sizeof(head), "{\"first_page_uri\":\"/2010-04-01/Accounts/"
	    ACCOUNT "/Messages.json?PageSize=%zu&Page=0\",\"end\":%zu,"
	    "\"previous_page_uri\":null,\"messages\":[", size, to);
	snprintf(foot, sizeof(foot), "],\"uri\":\"/2010-04-01/Accounts/" ACCOUNT
	    "/Messages.json\",\"page_size\":%zu,\"start\":%zu,"
	    "\"next_page_uri\":%s,\"page\":%zu}", size, at * size, next, at);
	page(body, packed, l, from, to, head, foot);
}

static const char accounts[] =
    "{\"first_page_uri\":\"/2010-04-01/Accounts.json?PageSize=50&Page=0\","
    "\"end\":0,\"previous_page_uri\":null,\"accounts\":[{\"sid\":\"" ACCOUNT "\","
    "\"friendly_name\":\"bench\",\"status\":\"active\",\"type\":\"Full\","
    "\"auth_token\":\"0123456789abcdef0123456789abcdef\","
    "\"owner_account_sid\":\"" ACCOUNT "\","
    "\"date_created\":\"Tue, 01 Jan 2019 00:00:00 +0000\","
    "\"date_updated\":\"Tue, 01 Jan 2019 00:00:00 +0000\","
    "\"uri\":\"/2010-04-01/Accounts/" ACCOUNT ".json\",\"subresource_uris\":{"
    "\"messages\":\"/2010-04-01/Accounts/" ACCOUNT "/Messages.json\"}}],"
    "\"uri\":\"/2010-04-01/Accounts.json\",\"page_size\":50,\"start\":0,"
    "\"next_page_uri\":null,\"page\":0}";

/* One request more for messages: within the limits? */
static bool
admit(void)
{
	static int64_t second;
	static int in_second;
	int64_t now = now_ms() / 1000;

	if (now != second) {
		second = now;
		in_second = 0;
	}
	if ((most && listing >= most) || (rate && in_second >= rate)) {
		refused++;
		return false;
	}
	in_second++;
	asked++;
	return true;
}

static void
answer(struct client *c)
{
	static const char list[] = "/2010-04-01/Accounts/" ACCOUNT "/Messages.json";
	char target[4096] = "", date[64];
	char *query;
	bool packed = times == 1 && strstr(c->request, "gzip") &&
	    strcasestr(c->request, "\r\nAccept-Encoding:");
	struct text body = { 0 };
	const char *status = "200 OK", *more = "";
	time_t now = time(NULL);
	bool at_once = false;
	struct tm utc;

	sscanf(c->request, "GET %4095s", target);
	if ((query = strchr(target, '?')))
		*query++ = '\0';
	if (strcmp(target, list) == 0 && !admit()) {
		status = "429 Too Many Requests";
		more = "Retry-After: 1\r\n";
		addf(&body, "{\"code\":20429,\"message\":\"Too Many Requests\","
		    "\"status\":429}");
	} else if (strcmp(target, list) == 0) {
		messages(&body, packed, query ? query : "");
		listing += c->listing = true;
	} else if (strcmp(target, "/2010-04-01/Accounts.json") == 0)
		add(&body, accounts, sizeof(accounts) - 1);
	else if (strcmp(target, "/requests") == 0) {
		addf(&body, "%lu\n", asked);
		asked = refused = 0;
		at_once = true;
	} else if (strcmp(target, "/refused") == 0) {
		addf(&body, "%.4f\n", refused ? (double)refused /
		    (double)(asked + refused) : 0);
		at_once = true;
	} else {
		status = "404 Not Found";
		addf(&body, "{\"code\":20404,\"message\":\"The requested resource "
		    "was not found\",\"status\":404}");
	}
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT",
	    gmtime_r(&now, &utc));
	c->answer.len = c->sent = 0;
	addf(&c->answer, "HTTP/1.1 %s\r\nContent-Type: application/json; "
	    "charset=utf-8\r\nDate: %s\r\nTwilio-Request-Id: RQ%032lx\r\n"
	    "%s%sContent-Length: %zu\r\n\r\n", status, date, asked + refused,
	    more,
	    packed && body.len && body.data[0] == '\x1f' ?
	    "Content-Encoding: gzip\r\n" : "", body.len);
	add(&c->answer, body.data, body.len);
	free(body.data);
	c->due = now_ms() + (at_once ? 0 : latency);
	c->len = 0;
}

/* One step with one client; false: it is gone. */
static bool
step(int fd, struct client *c, short ready)
{
	ssize_t n;

	if (!c->due) {
		if (!(ready & (POLLIN | POLLHUP)))
			return !(ready & POLLERR);
		n = read(fd, c->request + c->len, REQUEST_MAX - 1 - c->len);
		if (n <= 0)
			return n < 0 && (errno == EAGAIN || errno == EINTR);
		c->len += (size_t)n;
		c->request[c->len] = '\0';
		if (strstr(c->request, "\r\n\r\n"))
			answer(c);
		else if (c->len == REQUEST_MAX - 1)
			return false;
	}
	if (!c->due || now_ms() < c->due)
		return true;
	n = send(fd, c->answer.data + c->sent, c->answer.len - c->sent,
	    MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	c->sent += (size_t)n;
	if (c->sent == c->answer.len) {
		c->due = 0;
		listing -= c->listing;
		c->listing = false;
	}
	return true;
}

int
main(int argc, char *argv[])
{
	static struct client *clients[CLIENTS];
	static struct pollfd fds[CLIENTS];
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t at_len = sizeof(at);
	int opt, one = 1, n = 1, i;

	while ((opt = getopt(argc, argv, "l:c:r:x:")) != -1)
		if (opt == 'l')
			latency = atol(optarg);
		else if (opt == 'c')
			most = atoi(optarg);
		else if (opt == 'r')
			rate = atoi(optarg);
		else if (opt == 'x')
			times = strtoul(optarg, NULL, 10);
	if (optind + 1 != argc || times == 0) {
		fprintf(stderr, "usage: server [-l MILLISECONDS] [-c MOST] "
		    "[-r RATE] [-x TIMES] MESSAGES.ndjson\n");
		return 64;
	}
	/* Raw deflate; zlib's default level, as web servers have it. */
	if (deflateInit2(&deflater, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY))
		fail("zlib");
	load(argv[optind]);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fds[0] = (struct pollfd){ socket(AF_INET, SOCK_STREAM, 0), POLLIN, 0 };
	if (fds[0].fd < 0 || bind(fds[0].fd, (struct sockaddr *)&at, at_len) ||
	    listen(fds[0].fd, 64) ||
	    getsockname(fds[0].fd, (struct sockaddr *)&at, &at_len))
		fail("socket");
	printf("http://127.0.0.1:%d\n", ntohs(at.sin_port));
	fflush(stdout);

	for (;;) {
		int64_t now = now_ms(), wait = 60000;

		for (i = 1; i < n; i++) {
			fds[i].events = clients[i]->due ? 0 : POLLIN;
			if (clients[i]->due && clients[i]->due <= now)
				fds[i].events = POLLOUT;
			else if (clients[i]->due && clients[i]->due - now < wait)
				wait = clients[i]->due - now;
		}
		if (poll(fds, (nfds_t)n, (int)wait) < 0 && errno != EINTR)
			fail("poll");
		for (i = 1; i < n; i++) {
			if (step(fds[i].fd, clients[i], fds[i].revents))
				continue;
			close(fds[i].fd);
			listing -= clients[i]->listing;
			free(clients[i]->answer.data);
			free(clients[i]);
			n--;
			fds[i] = fds[n];
			clients[i] = clients[n];
			i--;
		}
		if ((fds[0].revents & POLLIN) && n < CLIENTS) {
			int fd = accept(fds[0].fd, NULL, NULL);

			if (fd < 0)
				continue;
			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
			fds[n] = (struct pollfd){ fd, POLLIN, 0 };
			clients[n] = grow(NULL, sizeof(**clients));
			memset(clients[n], 0, sizeof(**clients));
			n++;
		}
	}
}
