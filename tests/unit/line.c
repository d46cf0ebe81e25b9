#include "line.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <zlib.h>

#include "buf.h"
#include "child.h"
#include "mem.h"
#include "tap.h"

/* All lines of some operands as text: "name:number:len:text$" or "...%" for
 * one that did not end, then "=0" or "=-1 why". */
static char *
lines_of(char *const *operands, size_t max)
{
	struct line_reader in = LINE_INIT;
	struct line l;
	struct buf b = BUF_INIT(0);
	int got, slack = 0, i;

	in.max = max;
	line_files(&in, operands);
	while ((got = line_next(&in, &l)) > 0) {
		buf_printf(&b, "%s:%lu:", in.name, l.number);
		buf_add(&b, l.text, l.len);
		buf_byte(&b, l.ended ? '$' : '%');
		for (i = 0; i < LINE_SLACK; i++)
			slack += l.text[l.len + (size_t)i];
	}
	buf_printf(&b, "=%d %s", got, in.why);
	if (slack == 12345678)
		buf_text(&b, "!");	/* only so that it is read */
	/* What ended stays ended. */
	if (line_next(&in, &l) != got)
		buf_text(&b, "?");
	line_release(&in);
	line_release(&in);
	return buf_take(&b);
}

static void
put_file(const char *path, const void *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(bytes, 1, len, f) != len)
		exit(99);
	fclose(f);
}

static size_t
gzipped(const void *bytes, size_t len, unsigned char *to, size_t room)
{
	z_stream z;

	memset(&z, 0, sizeof z);
	deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
	z.next_in = (Bytef *)(uintptr_t)bytes;
	z.avail_in = (unsigned)len;
	z.next_out = to;
	z.avail_out = (unsigned)room;
	deflate(&z, Z_FINISH);
	deflateEnd(&z);
	return room - z.avail_out;
}

/* Read bytes through standard input, a pipe that gives them in pieces. */
static char *
through_pipe(const void *bytes, size_t len, size_t piece)
{
	int p[2], kept = dup(0), status;
	char *got;
	pid_t pid;

	if (pipe(p))
		exit(99);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		size_t at;

		for (at = 0; at < len; at += piece) {
			size_t n = len - at < piece ? len - at : piece;

			if (write(p[1], (const char *)bytes + at, n) < 0)
				_exit(1);
		}
		_exit(0);
	}
	close(p[1]);
	dup2(p[0], 0);
	close(p[0]);
	got = lines_of(NULL, 0);
	dup2(kept, 0);
	close(kept);
	waitpid(pid, &status, 0);
	return got;
}

static void
is_lines(char *const *operands, const char *want, const char *what)
{
	char *got = lines_of(operands, 0);

	is_text(got, want, what);
	free(got);
}

static void
plain(void)
{
	put_file("a", "one\n\nthree\r\n", 12);
	put_file("b", "x\ny", 3);
	put_file("empty", "", 0);
	put_file("nul", "a\0b\n", 4);
	put_file("newline", "\n", 1);
	put_file("esc", "\x1f", 1);
	put_file("esc2", "\x1f\n\x8b\n", 4);

	is_lines((char *[]){ "a", NULL },
	    "a:1:one$a:2:$a:3:three\r$=0 ", "lines of a file");
	is_lines((char *[]){ "b", NULL }, "b:1:x$b:2:y%=0 ",
	    "the last line did not end");
	is_lines((char *[]){ "b", "empty", "a", "b", NULL },
	    "b:1:x$b:2:y%a:1:one$a:2:$a:3:three\r$b:1:x$b:2:y%=0 ",
	    "files in turn; a line never goes on in the next");
	is_lines((char *[]){ "empty", NULL }, "=0 ", "an empty file");
	is_lines((char *[]){ "newline", NULL }, "newline:1:$=0 ",
	    "an empty line");
	is_lines((char *[]){ "esc", NULL }, "esc:1:\x1f%=0 ",
	    "half of gzip's magic is text");
	is_lines((char *[]){ "esc2", NULL }, "esc2:1:\x1f$esc2:2:\x8b$=0 ",
	    "so is one with another byte behind it");
	is_lines((char *[]){ "nul", NULL }, "nul:1:a", "NULs are bytes");
	is_lines((char *[]){ "b", "missing", "a", NULL },
	    "b:1:x$b:2:y%=-1 missing: No such file or directory",
	    "a missing file");
	is_lines((char *[]){ ".", NULL }, "=-1 .: Is a directory",
	    "a directory");
}

static void
too_long(void)
{
	char *text = mem_resize(NULL, 3000000), *got;

	memset(text, 'x', 3000000);
	text[1] = '\n';
	text[1999999] = '\n';
	put_file("long", text, 3000000);
	got = lines_of((char *[]){ "long", NULL }, 0);
	is_number(strlen(got), 3000000 + 3 * strlen("long:1:") + 1 +
	    strlen("=0 "), "lines longer than the buffer");
	free(got);
	got = lines_of((char *[]){ "long", NULL }, 1000000);
	is_text(got, "long:1:x$=-1 long:2: a line longer than 1000000 bytes",
	    "a line beyond the maximum");
	free(got);
	put_file("ten", "1234567890\n12345678901\n", 23);
	got = lines_of((char *[]){ "ten", NULL }, 10);
	is_text(got, "ten:1:1234567890$=-1 ten:2: a line longer than 10 bytes",
	    "the maximum itself is allowed");
	free(got);
	free(text);
}

static const char letter[] = "one\ntwo\n\n{\"four\":4}\nand five";
static const char letter_lines[] =
	"stdin:1:one$stdin:2:two$stdin:3:$stdin:4:{\"four\":4}$"
	"stdin:5:and five%=0 ";

static void
crumbs(void)
{
	unsigned char z[500];
	size_t len = gzipped(letter, sizeof letter - 1, z, sizeof z), piece;
	int good = 0, good_gzip = 0;

	/* Two members, the second of which ends within a line. */
	len += gzipped(letter, 6, z + len, sizeof z - len);
	for (piece = 1; piece <= 40; piece++) {
		char *got = through_pipe(letter, sizeof letter - 1, piece);

		good += strcmp(got, letter_lines) == 0;
		free(got);
		got = through_pipe(z, len, piece);
		good_gzip += strncmp(got, letter_lines,
		    sizeof letter_lines - 5) == 0 &&
		    strcmp(got + sizeof letter_lines - 5,
		    "one$stdin:6:tw%=0 ") == 0;
		free(got);
	}
	is_number(good, 40, "through a pipe in pieces of 1 to 40 bytes");
	is_number(good_gzip, 40, "two gzip members too, as one input");
}

static void
cut_gzip(void)
{
	unsigned char z[4000];
	char text[3000], *got;
	size_t len, first, cut, i;
	int good = 0, good_piped = 0, total = 0;
	unsigned x = 7;

	/* Text that deflate cannot make tiny, in lines of 50. */
	for (i = 0; i < sizeof text; i++) {
		x = x * 1103515245 + 12345;
		text[i] = i % 50 == 49 ? '\n' : (char)('a' + (x >> 16) % 26);
	}
	first = len = gzipped(text, 1500, z, sizeof z);
	len += gzipped(text + 1500, 1500, z + len, sizeof z - len);
	for (cut = 2; cut < len; cut++) {
		unsigned long number;
		char *fault;

		put_file("cut.gz", z, cut);
		got = lines_of((char *[]){ "cut.gz", NULL }, 0);
		fault = strchr(got, '=');
		if (cut == first) {
			good += fault && strcmp(fault, "=0 ") == 0;
		} else if (fault && sscanf(fault, "=-1 cut.gz:%lu: gzip data "
		    "is cut short", &number) == 1 && number >= 1 &&
		    number <= 61) {
			/* All lines before it came, and no part of one. */
			good += !strchr(got, '%') &&
			    (size_t)(fault - got) >= 58 * (number - 1) &&
			    strstr(fault, "short");
		}
		free(got);
		total++;
		if (cut % 16 == 0) {
			got = through_pipe(z, cut, 100);
			good_piped += strstr(got, "is cut short") != NULL;
			free(got);
		}
	}
	is_number(good, total, "gzip cut at every byte is said, with the line");
	is_number(good_piped, (len - 1) / 16, "through a pipe too");

	put_file("whole.gz", z, len);
	got = lines_of((char *[]){ "whole.gz", NULL }, 0);
	ok(strstr(got, "=0 ") && strstr(got, ":60:"), "uncut, all is there");
	free(got);
	for (i = 0; i < 3; i++) {
		static const char *const junk[] = { "j", "junk", "\x1f" };

		memcpy(z + len, junk[i], strlen(junk[i]));
		put_file("junk.gz", z, len + strlen(junk[i]));
		got = lines_of((char *[]){ "junk.gz", NULL }, 0);
		is_text(strchr(got, '='), i < 2 ?
		    "=-1 junk.gz:61: junk behind the gzip data" :
		    "=-1 junk.gz:61: gzip data is cut short",
		    "what follows the last member is said");
		free(got);
	}

	z[len - 6] ^= 1;	/* the checksum */
	put_file("sum.gz", z, len);
	got = lines_of((char *[]){ "sum.gz", NULL }, 0);
	is_text(strchr(got, '='),
	    "=-1 sum.gz:61: gzip data is damaged (incorrect data check)",
	    "a wrong checksum is said");
	free(got);
	put_file("head.gz", "\x1f\x8b\x07junk, not deflate", 20);
	got = lines_of((char *[]){ "head.gz", NULL }, 0);
	ok(strncmp(got, "=-1 head.gz:1: gzip data is damaged", 35) == 0,
	    "a bad header is said");
	free(got);

	/* Plain behind gzip behind plain, by name. */
	put_file("ok.gz", z, first);
	got = lines_of((char *[]){ "b", "ok.gz", "b", NULL }, 0);
	ok(strncmp(got, "b:1:x$b:2:y%ok.gz:1:", 20) == 0 &&
	    strstr(got, "$b:1:x$b:2:y%=0 "), "plain and gzip mixed");
	free(got);
}

/* A megabyte that packs into a few bytes comes out though no more arrives. */
static void
swollen(void)
{
	static unsigned char z[100000];
	char *text = mem_resize(NULL, 5000000), *got;
	size_t len, i;

	for (i = 0; i < 5000000; i++)
		text[i] = i % 1000 == 999 ? '\n' : 'x';
	len = gzipped(text, 5000000, z, sizeof z);
	got = through_pipe(z, len, 1000);
	ok(strlen(got) > 5000000 && strstr(got, "stdin:5000:xxx") &&
	    strcmp(got + strlen(got) - 5, "x$=0 ") == 0,
	    "a small gzip of much text");
	free(got);
	free(text);
}

/* The same cut anywhere: what was packed is all in, and not all is out. */
static void
swollen_cut(void)
{
	static unsigned char z[10000];
	size_t len, cut, good = 0, total = 0;
	unsigned x = 1;
	char *text = mem_resize(NULL, 600000), *got;

	memset(text, 'x', 600000);
	for (cut = 999; cut < 600000; cut += 1000)
		text[cut] = '\n';
	len = gzipped(text, 600000, z, sizeof z);
	for (cut = len - 8; cut > 20 && total < 400; cut--, total++) {
		put_file("swollen.gz", z, cut);
		got = lines_of((char *[]){ "swollen.gz", NULL }, 0);
		good += !strchr(got, '%') &&
		    strstr(got, ": gzip data is cut short") != NULL;
		free(got);
	}
	is_number(good, total, "a small gzip of much text, cut, is said");
	/* What is out fills a room of 256 kB exactly, and nothing is left. */
	memset(text, 'x', (256 << 10) - 100);
	for (cut = (256 << 10) - 100; cut < (256 << 10) + 100; cut++) {
		x = x * 1103515245 + 12345;
		text[cut] = (char)(x >> 24 | 128);
	}
	len = gzipped(text, (256 << 10) + 100, z, sizeof z);
	good = total = 0;
	for (cut = len - 8; cut > 20 && total < 250; cut--, total++) {
		put_file("full.gz", z, cut);
		got = lines_of((char *[]){ "full.gz", NULL }, 0);
		good += strcmp(got, "=-1 full.gz:1: gzip data is cut short")
		    == 0;
		free(got);
	}
	is_number(good, total, "so is one that fills what there is room for");
	free(text);
}

/* Standard input goes bad in the midst of gzip data. */
static void
spoilt(void)
{
	struct line_reader in = LINE_INIT;
	unsigned char z[500];
	struct line l;
	size_t len = gzipped(letter, sizeof letter - 1, z, sizeof z);
	int p[2], kept = dup(0), folder = open(".", O_RDONLY);

	/* A flush, so that lines come before the end. */
	if (pipe(p) || folder < 0 || write(p[1], z, len - 9) < 0)
		exit(99);
	dup2(p[0], 0);
	in.max = 100;
	line_files(&in, NULL);
	is_number(line_next(&in, &l), 1, "a first line");
	dup2(folder, 0);
	while (line_next(&in, &l) > 0)
		;
	ok(strncmp(in.why, "stdin:", 6) == 0 &&
	    strstr(in.why, ": Is a directory"), "what cannot be read is said");
	line_release(&in);
	dup2(kept, 0);
	close(kept);
	close(folder);
	close(p[0]);
	close(p[1]);
}

static int waits, lent_at_wait, lent;

static void
count_wait(void)
{
	waits++;
	lent_at_wait = lent;
}

static void
waiting(void)
{
	struct line_reader in = LINE_INIT;
	struct line l;
	int p[2], back[2], kept = dup(0), status;
	pid_t pid;

	line_before_wait = count_wait;
	line_files(&in, (char *[]){ "a", NULL });
	while (line_next(&in, &l) > 0)
		;
	line_release(&in);
	is_number(waits, 0, "a regular file is not waited for");

	if (pipe(p) || pipe(back))
		exit(99);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		char c;

		(void)!write(p[1], "one\ntwo\nthr", 11);
		/* No more until two lines are out. */
		_exit(read(back[0], &c, 1) == 1 &&
		    write(p[1], "ee\n", 3) == 3 ? 0 : 1);
	}
	close(p[1]);
	dup2(p[0], 0);
	close(p[0]);
	line_files(&in, NULL);
	while (lent < 2 && line_next(&in, &l) > 0)
		lent++;
	is_number(lent, 2, "lines come as soon as they are there");
	(void)!write(back[1], "x", 1);
	while (line_next(&in, &l) > 0)
		lent++;
	is_number(lent, 3, "and so does the rest");
	ok(lent_at_wait >= 2 || waits <= 2, "waits were announced");
	line_release(&in);
	dup2(kept, 0);
	close(kept);
	waitpid(pid, &status, 0);
	is_number(status, 0, "the writer saw what it waited for");
	line_before_wait = NULL;
}

static void
closed_stdin(void *unused)
{
	char *got;

	(void)unused;
	close(0);
	got = lines_of((char *[]){ "-", NULL }, 0);
	fputs(got, stderr);
	free(got);
}

/* 64 MB of lines cost a few of memory. */
static void
small_memory(void *unused)
{
	struct rusage before, after;
	struct line_reader in = LINE_INIT;
	struct line l;
	char line[1000];
	unsigned long n = 0;
	FILE *f = fopen("large", "wb");
	int i;

	(void)unused;
	memset(line, 'x', sizeof line);
	line[999] = '\n';
	for (i = 0; f && i < 64000; i++)
		fwrite(line, 1, sizeof line, f);
	if (!f || fclose(f))
		exit(99);
	getrusage(RUSAGE_SELF, &before);
	line_files(&in, (char *[]){ "large", NULL });
	while (line_next(&in, &l) > 0)
		n += l.len == 999;
	line_release(&in);
	unlink("large");
	getrusage(RUSAGE_SELF, &after);
	exit(n != 64000 || after.ru_maxrss - before.ru_maxrss > 4096);
}

int
main(void)
{
	scratch_begin();
	plain();
	too_long();
	crumbs();
	cut_gzip();
	swollen();
	swollen_cut();
	spoilt();
	waiting();
	is_text(child_run(closed_stdin, NULL).err,
	    "=-1 stdin: Bad file descriptor", "a closed standard input");
	is_number(child_run(small_memory, NULL).status, 0,
	    "memory does not grow with the input");
	scratch_end();
	return done();
}
