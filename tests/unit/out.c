#include "out.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <zlib.h>

#include "child.h"
#include "diag.h"
#include "line.h"
#include "tap.h"

static char big[1 << 20];

static size_t
slurp(const char *path, char *to, size_t size)
{
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(to, 1, size, f) : 0;

	if (f)
		fclose(f);
	return n;
}

static int
fresh(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
}

static void
plain(void)
{
	struct out o = OUT_INIT;
	static char back[4 << 20];
	size_t len, i;

	out_fd(&o, fresh("plain"), "plain");
	out_text(&o, "sid,");
	out_byte(&o, 'b');
	is_number(slurp("plain", back, sizeof back), 0,
	    "a put alone writes nothing");
	is_number(out_total(&o), 5, "the total counts it all the same");
	is_number(out_flush(&o), 0, "flush");
	is_number(slurp("plain", back, sizeof back), 5, "flush writes it");
	out_put(&o, big, sizeof big);	/* beyond the buffer */
	memcpy(out_reserve(&o, 3), "end", 3);
	o.len += 3;
	memset(out_reserve(&o, 600000), 'r', 600000);
	o.len += 600000;
	for (i = 0; i < 100000; i++)
		out_put(&o, "0123456", 7);
	is_number(out_total(&o), 5 + sizeof big + 3 + 600000 + 700000, "total");
	is_number(out_close(&o), 0, "close");
	len = slurp("plain", back, sizeof back);
	is_number(len, 5 + sizeof big + 3 + 600000 + 700000, "all there");
	ok(memcmp(back, "sid,b", 5) == 0 &&
	    memcmp(back + 5, big, sizeof big) == 0 &&
	    memcmp(back + 5 + sizeof big, "endrrr", 6) == 0 &&
	    memcmp(back + len - 7, "0123456", 7) == 0, "in order");
	is_number(out_close(&o), 0, "a second close does nothing");
}

static void
compressed(void)
{
	struct out o = OUT_INIT, again = OUT_INIT;
	static char packed[4 << 20], once[4 << 20], back[4 << 20];
	static const size_t pieces[] = { 1000, 300 << 10, 1 << 20 };
	z_stream z;
	size_t len, synced, at;
	int i;

	out_fd(&o, fresh("z.gz"), "z.gz");
	out_gzip(&o, 6);
	for (i = 0; i < 50000; i++)
		out_text(&o, "{\"sid\":\"SM0123456789\"}\n");
	out_flush(&o);
	synced = slurp("z.gz", packed, sizeof packed);
	memset(&z, 0, sizeof z);
	inflateInit2(&z, 31);
	z.next_in = (Bytef *)packed;
	z.avail_in = (unsigned)synced;
	z.next_out = (Bytef *)back;
	z.avail_out = sizeof back;
	inflate(&z, Z_SYNC_FLUSH);
	is_number(z.total_out, 50000 * 23, "gzip: flush hands over all");
	out_flush(&o);
	is_number(slurp("z.gz", packed, sizeof packed), synced,
	    "gzip: nothing new, nothing written");
	out_put(&o, big, sizeof big);
	is_number(out_close(&o), 0, "gzip: close");
	len = slurp("z.gz", packed, sizeof packed);
	z.next_in = (Bytef *)packed + synced;
	z.avail_in = (unsigned)(len - synced);
	is_number(inflate(&z, Z_FINISH), Z_STREAM_END, "gzip: has its trailer");
	is_number(z.avail_in, 0, "gzip: and nothing after it");
	is_number(z.total_out, 50000 * 23 + sizeof big, "gzip: whole");
	ok(memcmp(back + 50000 * 23, big, sizeof big) == 0, "gzip: same bytes");
	inflateEnd(&z);

	/* Half of it is worth compressing. */
	memset(big + sizeof big / 2, 'x', sizeof big / 2);
	for (i = 0; i < 3; i++) {
		out_fd(&again, fresh("again.gz"), "again.gz");
		out_gzip(&again, 6);
		for (at = 0; at < sizeof big; at += len) {
			len = sizeof big - at < pieces[i] ? sizeof big - at :
			    pieces[i];
			out_put(&again, big + at, len);
		}
		out_close(&again);
		len = slurp("again.gz", i ? packed : once, sizeof once);
		ok(i == 0 || (len == synced && memcmp(packed, once, len) == 0),
		    "gzip: same input, same file, in pieces or whole");
		synced = len;
	}

	out_fd(&again, fresh("empty.gz"), "empty.gz");
	out_gzip(&again, 6);
	is_number(out_close(&again), 0, "gzip: of nothing");
	ok(slurp("empty.gz", packed, 100) >= 18, "gzip: is still a member");
}

static void
full_disk(int gzip)
{
	struct out o = OUT_INIT;
	int i;

	out_fd(&o, open("/dev/full", O_WRONLY), "full");
	if (gzip)
		out_gzip(&o, 1);
	out_text(&o, "x");
	ok(o.error == 0, "full disk: not known before a write");
	is_number(out_flush(&o), -1, "full disk: flush says it");
	is_number(o.error, ENOSPC, "full disk: errno");
	is_text(o.why, "full: No space left on device", "full disk: why");
	for (i = 0; i < 10; i++)
		out_put(&o, big, 100000);
	memcpy(out_reserve(&o, 400000), big, 400000);
	o.len += 400000;
	out_put(&o, big, sizeof big);
	is_number(out_close(&o), -1, "full disk: close says it again");
	is_text(o.why, "full: No space left on device",
	    "full disk: the first failure is kept");
}

/* What does not fit comes out of deflate(3) in one go, or nothing was put. */
static void
full_at_once(void)
{
	struct out o = OUT_INIT;

	out_fd(&o, open("/dev/full", O_WRONLY), "full");
	out_gzip(&o, 0);
	out_put(&o, big, sizeof big);
	is_number(o.error, ENOSPC, "full disk, much at once: errno");
	is_number(out_close(&o), -1, "full disk, much at once: close");
}

static void
never_opened(void)
{
	struct out o = OUT_INIT;

	out_text(&o, "into nothing");
	*out_reserve(&o, 1) = 'x';
	is_number(out_close(&o), -1, "never opened: an error");
	is_number(o.error, EBADF, "never opened: which");
}

static void
slow_reader(void)
{
	struct out o = OUT_INIT;
	int p[2], status = 0;
	pid_t pid;

	if (pipe(p))
		return;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		static char back[70000];
		size_t total = 0;
		ssize_t n;

		close(p[1]);
		poll(NULL, 0, 50);	/* let the pipe fill up */
		while ((n = read(p[0], back, sizeof back)) > 0)
			total += (size_t)n;
		_exit(total == 3 * sizeof big ? 0 : 1);
	}
	close(p[0]);
	fcntl(p[1], F_SETFL, O_NONBLOCK);
	out_fd(&o, p[1], "pipe");
	out_put(&o, big, sizeof big);
	out_put(&o, big, sizeof big);
	out_put(&o, big, sizeof big);
	is_number(out_close(&o), 0, "a non-blocking pipe is waited for");
	waitpid(pid, &status, 0);
	is_number(status, 0, "and gets it all");
}

/* --- standard output, in children --------------------------------------- */

static void
print(void *unused)
{
	(void)unused;
	diag_name("t");
	out_start();
	out_text(&out_standard, "hello\n");
	diag_raise(STATUS_PARTIAL);
	exit(out_finish());
}

static void
print_to_full(void *unused)
{
	(void)unused;
	diag_name("t");
	dup2(open("/dev/full", O_WRONLY), 1);
	out_start();
	out_text(&out_standard, "hello\n");
	diag_raise(STATUS_PARTIAL);
	exit(out_finish());
}

static void
print_nothing_closed(void *unused)
{
	(void)unused;
	diag_name("t");
	close(1);
	out_start();
	exit(out_finish());
}

static void
all_closed(void *unused)
{
	int fd, err = dup(2);
	char c;

	(void)unused;
	fcntl(err, F_SETFD, FD_CLOEXEC);
	close(0);
	close(2);
	out_start();
	fd = open("/dev/zero", O_RDWR);
	/* Nothing opened now takes the place of stdin or stderr, and using
	 * those still fails. */
	dprintf(err, "%d %d %d", fd > 2, (int)read(0, &c, 1),
	    (int)write(2, "x", 1));
}

static struct rlimit all;

static void
give_back(void)
{
	setrlimit(RLIMIT_NOFILE, &all);
}

/* Not even /dev/null can be opened in the place of stdin. */
static void
no_descriptors(void *unused)
{
	struct rlimit none;

	(void)unused;
	close(0);
	getrlimit(RLIMIT_NOFILE, &all);
	none = all;
	none.rlim_cur = 0;
	atexit(give_back);
	setrlimit(RLIMIT_NOFILE, &none);
	out_start();
	exit(99);
}

static void
into_closed_pipe(void *unused)
{
	int p[2];
	sigset_t set;

	(void)unused;
	signal(SIGPIPE, SIG_IGN);	/* as some parents leave it */
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (pipe(p) == 0)
		dup2(p[1], 1);
	close(p[0]);
	out_start();
	out_put(&out_standard, big, sizeof big);
	exit(out_finish());
}

static void
die_later(void *unused)
{
	(void)unused;
	diag_name("t");
	out_start();
	out_text(&out_standard, "good line\n");
	die(STATUS_DATA, "bad line");
}

static void
wait_for_input(void *unused)
{
	struct line_reader in = LINE_INIT;
	struct line l;
	int p[2], back[2];
	char seen[4] = "";

	(void)unused;
	if (pipe(p) || pipe(back))
		return;
	dup2(p[0], 0);
	dup2(back[1], 1);
	out_start();
	out_text(&out_standard, "one");
	if (fork() == 0) {
		/* Answers only when "one" is out. */
		close(back[1]);
		close(1);
		if (read(back[0], seen, 3) == 3 && strcmp(seen, "one") == 0)
			_exit(write(p[1], "two\n", 4) != 4);
		_exit(1);
	}
	close(p[1]);
	if (line_next(&in, &l) == 1 && l.len == 3)
		fprintf(stderr, "answered");
	line_release(&in);
	exit(out_finish());
}

int
main(void)
{
	struct child c;
	size_t i;
	unsigned x = 1;

	scratch_begin();
	for (i = 0; i < sizeof big; i++)
		big[i] = (char)((x = x * 1103515245 + 12345) >> 24);
	plain();
	compressed();
	full_disk(0);
	full_disk(1);
	full_at_once();
	never_opened();
	slow_reader();

	c = child_run(print, NULL);
	is_text(c.out, "hello\n", "stdout: written at the end");
	is_number(c.status, 1, "stdout: finish returns the status so far");
	c = child_run(print_to_full, NULL);
	is_number(c.status, 74, "stdout full: 74, whatever the status so far");
	is_text(c.err, "t: stdout: No space left on device\n",
	    "stdout full: said once");
	c = child_run(print_nothing_closed, NULL);
	is_number(c.status, 74, "stdout closed: 74 even with nothing to write");
	is_text(c.err, "t: stdout: Bad file descriptor\n", "stdout closed: said");
	c = child_run(no_descriptors, NULL);
	is_number(c.status, 74, "no descriptor for a hole: 74");
	is_text(child_run(all_closed, NULL).err, "1 -1 -1",
	    "stdin, stderr closed: their places stay taken, and broken");
	c = child_run(into_closed_pipe, NULL);
	is_number(c.status, -SIGPIPE, "a reader that left: death by SIGPIPE");
	is_text(c.err, "", "quietly");
	c = child_run(die_later, NULL);
	is_text(c.out, "good line\n", "what was put before die comes out");
	is_number(c.status, 65, "with the status of die");
	is_text(child_run(wait_for_input, NULL).err, "answered",
	    "stdout is flushed before input is waited for");
	scratch_end();
	return done();
}
