/*
 * calls: system calls that say EINTR, EAGAIN, or what some file systems say.
 * Here a program has calls of its own, which first give what was asked for
 * and then do the work under another name.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "child.h"
#include "diag.h"
#include "line.h"
#include "manifest.h"
#include "out.h"
#include "save.h"
#include "state.h"
#include "tap.h"

enum { WORKS = -1, TAKES_NOTHING = -2 };

static int reads[9], writes[9], syncs[9], links[9], renames[9];

static bool
is_odd(int *answers)
{
	int answer = answers[0];

	if (answer == 0)
		return false;
	memmove(answers, answers + 1, 8 * sizeof(*answers));
	errno = answer;
	return answer != WORKS;
}

ssize_t
read(int fd, void *to, size_t len)
{
	struct iovec v = { to, len };

	return is_odd(reads) ? -1 : readv(fd, &v, 1);
}

ssize_t
write(int fd, const void *from, size_t len)
{
	struct iovec v = { (void *)from, len };

	if (is_odd(writes))
		return errno == TAKES_NOTHING ? 0 : -1;
	return writev(fd, &v, 1);
}

int
fsync(int fd)
{
	return is_odd(syncs) ? -1 : fdatasync(fd);
}

int
link(const char *from, const char *to)
{
	return is_odd(links) ? -1 : linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int
rename(const char *from, const char *to)
{
	return is_odd(renames) ? -1 : renameat(AT_FDCWD, from, AT_FDCWD, to);
}

static const char *
text_of(const char *path)
{
	static char text[200];
	FILE *f = fopen(path, "r");

	text[0] = '\0';
	if (f) {
		text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
		fclose(f);
	}
	return text;
}

/* --- line and out --------------------------------------------------------- */

static void
reading(void)
{
	static char *files[] = { "in", NULL };
	struct line_reader in = LINE_INIT;
	struct line l;

	memcpy(reads, (int[]){ EINTR, EAGAIN, EINTR }, 3 * sizeof(int));
	line_files(&in, files);
	is_number(line_next(&in, &l), 1, "a read(2) that is interrupted");
	ok(l.len == 3 && memcmp(l.text, "one", 3) == 0, "is made again");
	is_number(reads[0], 0, "as often as it takes");
	line_release(&in);

	reads[0] = EIO;
	line_files(&in, files);
	is_number(line_next(&in, &l), -1, "one that fails");
	is_text(in.why, "in: Input/output error", "is said");
	line_release(&in);
}

static void
writing(void)
{
	struct out o = OUT_INIT;

	memcpy(writes, (int[]){ EINTR, EAGAIN, EINTR }, 3 * sizeof(int));
	out_fd(&o, open("out", O_WRONLY | O_CREAT, 0666), "out");
	out_text(&o, "one\n");
	is_number(out_close(&o), 0, "a write(2) that is interrupted");
	is_number(writes[0], 0, "is made again");
	is_text(text_of("out"), "one\n", "and not twice");

	o = (struct out)OUT_INIT;
	writes[0] = TAKES_NOTHING;
	out_fd(&o, open("out", O_WRONLY | O_TRUNC), "out");
	out_text(&o, "two\n");
	is_number(out_close(&o), -1, "one that takes nothing");
	is_text(o.why, "out: No space left on device", "has no room");
}

static void
warn_child(void *answers)
{
	memcpy(writes, answers, 4 * sizeof(int));
	diag_name("t");
	warn("one");
	warn("two");
}

static void
messages(void)
{
	is_text(child_run(warn_child,
	    (int[]){ EINTR, EAGAIN, EINTR, 0 }).err, "t: one\nt: two\n",
	    "a message that is interrupted is written whole, once");
	is_text(child_run(warn_child, (int[]){ EIO, 0, 0, 0 }).err,
	    "t: two\n", "one that cannot be written stops nothing");
}

/* --- save and manifest ---------------------------------------------------- */

static int
save_text(struct save *s, const char *text)
{
	s->keep = true;
	if (save_begin(s, "state"))
		return -1;
	out_text(&s->out, text);
	return save_commit(s);
}

static void
saving(void)
{
	static const int none[] = { EPERM, ENOTSUP, EOPNOTSUPP, EMLINK,
	    ENOSYS };
	struct save s = SAVE_INIT;
	size_t i;

	is_number(save_text(&s, "0\n"), 0, "a first file");
	for (i = 0; i < sizeof(none) / sizeof(*none); i++) {
		links[0] = none[i];
		is_number(save_text(&s, "1\n"), 0,
		    "a file system without links keeps no previous");
		is_text(text_of("state"), "1\n", "and the new one");
		is_text(text_of("state.prev"), "", "is there alone");
	}
	links[0] = EIO;
	is_number(save_text(&s, "2\n"), -1, "one whose links fail");
	is_text(s.why, "state: Input/output error", "says so");
	is_text(text_of("state"), "1\n", "and the old file stays");

	syncs[0] = EIO;
	is_number(save_text(&s, "2\n"), -1, "a file that is not durable");
	is_text(s.why, "state.new: Input/output error", "is said");
	is_text(text_of("state"), "1\n", "and the old one stays");

	/* The folder is the second to be made durable. */
	memcpy(syncs, (int[]){ WORKS, EIO }, 2 * sizeof(int));
	is_number(save_text(&s, "2\n"), -1, "a folder that is not durable");
	is_text(s.why, "state: Input/output error", "is said");
	is_text(text_of("state"), "1\n", "and the old file is back");
	memcpy(syncs, (int[]){ WORKS, EINVAL }, 2 * sizeof(int));
	is_number(save_text(&s, "1\n"), 0, "folders that cannot be synced");
	syncs[0] = EINVAL;
	is_number(save_text(&s, "2\n"), -1, "and files that cannot");
	renames[0] = EACCES;
	is_number(save_text(&s, "2\n"), -1, "a rename that fails");
	is_text(text_of("state"), "1\n", "leaves the old one");
	is_text(text_of("state.new"), "", "and nothing else");
}

static void
measuring(void)
{
	struct manifest m = MANIFEST_INIT;

	reads[0] = EINTR;
	is_number(manifest_write(&m, "in", "s", 2), 0,
	    "a digest that is interrupted");
	is_number((long long)m.bytes, 8, "has all bytes");
	reads[0] = EIO;
	is_number(manifest_write(&m, "in", "s", 2), -1, "one that fails");
	is_text(m.why, "in: Input/output error", "is said");
	is_number(m.status, STATUS_IO, "with 74");
	syncs[0] = EIO;
	is_number(manifest_write(&m, "in", "s", 2), -1,
	    "a manifest that is not durable");
	is_text(m.why, "in.manifest.json.part: Input/output error", "is said");
	is_number(manifest_write(&m, "none", "s", 2), -1, "no file");
	is_text(m.why, "none: No such file or directory", "no manifest");
}

static void
loading(void)
{
	struct state s = STATE_INIT;
	FILE *f = fopen("s.state", "w");

	if (!f || fputs("{\"_mark\":\"state\",\"version\":1}\n", f) < 0 ||
	    fclose(f))
		exit(99);
	memcpy(reads, (int[]){ EINTR, WORKS, EINTR }, 3 * sizeof(int));
	is_number(state_load(&s, "s.state"), 0,
	    "a state whose reading is interrupted");
	is_number(reads[0], 0, "is read on");
	state_release(&s);
	s = (struct state)STATE_INIT;
	memcpy(reads, (int[]){ WORKS, EIO }, 2 * sizeof(int));
	is_number(state_load(&s, "s.state"), -1, "one that cannot be read");
	is_text(s.why, "s.state: Input/output error", "is said");
	is_number(s.status, STATUS_IO, "with 74");
	state_release(&s);
}

/* --- locks ---------------------------------------------------------------- */

static void
on_signal(int number)
{
	(void)number;
}

/* Hold the lock, disturb who waits for it, and end. */
static pid_t
disturber(const char *path)
{
	int ready[2];
	pid_t pid;
	char c = 0;

	if (pipe(ready))
		exit(99);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		save_lock(path, SAVE_WRITER, false, NULL);
		(void)!write(ready[1], &c, 1);
		for (int i = 0; i < 10; i++) {
			poll(NULL, 0, 10);
			kill(getppid(), SIGUSR1);
		}
		_exit(0);
	}
	(void)!read(ready[0], &c, 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void
locking(void)
{
	struct sigaction on = { .sa_handler = on_signal };
	int holder = 0;
	pid_t pid;

	sigaction(SIGUSR1, &on, NULL);
	pid = disturber("a");
	is_number(save_lock("a", SAVE_WRITER, false, NULL), 1,
	    "whose it is need not be asked");
	is_number(save_lock("a", SAVE_WRITER, false, &holder), 1, "held");
	is_number(holder, pid, "by that one");
	is_number(save_lock("a", SAVE_WRITER, true, NULL), 0,
	    "signals do not end the waiting");
	waitpid(pid, NULL, 0);

	is_number(save_lock("b", SAVE_WRITER, false, NULL), 0, "another file");
	is_number(save_lock("c", SAVE_WRITER, false, NULL), 0, "a third");
	save_unlock("a", SAVE_WRITER);
	save_unlock("c", SAVE_WRITER);
	save_unlock("b", SAVE_WRITER);
	is_number(save_lock("b", SAVE_WRITER, false, NULL), 0,
	    "given back in any order");
	save_unlock("b", SAVE_WRITER);
	save_unlock("never", SAVE_WRITER);
}

int
main(void)
{
	FILE *f;

	scratch_begin();
	f = fopen("in", "w");
	if (!f || fputs("one\ntwo\n", f) < 0 || fclose(f))
		return 99;
	reading();
	writing();
	messages();
	saving();
	measuring();
	loading();
	locking();
	scratch_end();
	return done();
}
