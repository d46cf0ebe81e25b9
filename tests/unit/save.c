#include "save.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "child.h"
#include "diag.h"
#include "tap.h"

static void
is_file(const char *path, const char *want, const char *what)
{
	char text[200] = "";
	FILE *f = fopen(path, "r");

	if (!f) {
		ok(want == NULL, what);
		return;
	}
	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	fclose(f);
	is_text(text, want ? want : "no file", what);
}

static void
put_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		exit(99);
}

static int
save_text(struct save *s, const char *path, const char *text)
{
	if (save_begin(s, path))
		return -1;
	out_text(&s->out, text);
	return save_commit(s);
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_mode & 07777;
}

static void
replacing(void)
{
	struct save s = SAVE_INIT;

	umask(027);
	is_number(save_text(&s, "state", "one\n"), 0, "a new file");
	is_file("state", "one\n", "holds the text");
	is_number(mode_of("state"), 0640, "mode 0666 less umask");
	is_file("state.new", NULL, "no temporary file is left");
	is_file("state.prev", NULL, "nor a previous one");

	chmod("state", 0604);
	put_file("state.new", "left by a killed run, longer than the new one");
	is_number(save_begin(&s, "state"), 0, "what a killed run left");
	out_text(&s.out, "two\n");
	out_flush(&s.out);
	is_file("state", "one\n", "until the commit the old file is there");
	is_file("state.new", "two\n", "beside the new one");
	is_number(save_commit(&s), 0, "commit");
	is_file("state", "two\n", "replaces it");
	is_number(mode_of("state"), 0604, "with the old file's mode");
	is_file("state.new", NULL, "no temporary file is left");

	s.keep = true;
	is_number(save_text(&s, "state", "three\n"), 0, "keep: commit");
	is_file("state.prev", "two\n", "keep: the previous one");
	is_number(save_text(&s, "state", "four\n"), 0, "keep: once more");
	is_file("state.prev", "three\n", "keep: the last before");
	is_file("state", "four\n", "keep: and the new one");

	is_number(save_begin(&s, "state"), 0, "cancel: begin");
	out_text(&s.out, "five\n");
	save_cancel(&s);
	save_cancel(&s);
	is_file("state", "four\n", "cancel: the old file is untouched");
	is_file("state.new", NULL, "cancel: no temporary file");

	s.exact = true;
	s.keep = false;
	mkdir("sub", 0777);
	is_number(save_begin(&s, "sub/x.csv"), 0, "exact: begin");
	is_text(s.temp, "sub/x.csv.part", "exact: .part");
	out_gzip(&s.out, 6);
	out_text(&s.out, "text");
	is_number(save_commit(&s), 0, "exact: commit, gzip");
	ok(mode_of("sub/x.csv") && !mode_of("sub/x.csv.part"), "exact: there");
}

static void
refused(void)
{
	struct save s = SAVE_INIT;
	FILE *f;

	put_file("target", "target\n");
	ok(symlink("target", "link") == 0, "symlink");
	is_number(save_begin(&s, "link"), -1, "a symbolic link is refused");
	is_number(s.status, STATUS_CREATE, "with 73");
	ok(strncmp(s.why, "link: is a symbolic link", 24) == 0, "and said");
	is_number(save_begin(&s, "sub"), -1, "so is a folder");
	is_text(s.why, "sub: is not a regular file", "and said");
	is_number(save_begin(&s, "none/x"), -1, "no such folder");
	is_text(s.why, "none/x.new: No such file or directory", "is said");
	is_number(s.status, STATUS_CREATE, "with 73");

	ok(symlink("target", "state.new") == 0, "symlink");
	is_number(save_text(&s, "state", "six\n"), 0,
	    "a link in the temporary file's place");
	is_file("target", "target\n", "is not followed");
	is_file("state", "six\n", "and replaced");

	mkdir("state.new", 0777);
	is_number(save_begin(&s, "state"), -1, "a folder in its place");
	ok(strncmp(s.why, "state.new: ", 11) == 0, "is said");
	rmdir("state.new");

	/* A disk that fills up: nothing but the old file stays. */
	f = fopen("/dev/full", "w");
	if (f) {
		is_number(save_begin(&s, "state"), 0, "full disk: begin");
		dup2(fileno(f), s.out.fd);
		fclose(f);
		out_text(&s.out, "seven\n");
		is_number(save_commit(&s), -1, "full disk: commit fails");
		is_number(s.status, STATUS_IO, "full disk: with 74");
		is_text(s.why, "state.new: No space left on device",
		    "full disk: said");
		is_file("state", "six\n", "full disk: old file untouched");
		is_file("state.new", NULL, "full disk: no temporary file");
	}

	/* The folder goes away in between. */
	mkdir("gone", 0777);
	is_number(save_begin(&s, "gone/x"), 0, "vanished folder: begin");
	unlink("gone/x.new");
	rmdir("gone");
	is_number(save_commit(&s), -1, "vanished folder: commit fails");
	is_number(s.status, STATUS_IO, "vanished folder: with 74");
	is_text(s.why, "gone/x: No such file or directory",
	    "vanished folder: said");
}

/* Begin, then take the descriptors away: the folder cannot be made durable. */
static void
no_folder(void *keep)
{
	struct save s = SAVE_INIT;
	struct rlimit all, none;
	int got;

	s.keep = *(bool *)keep;
	if (save_begin(&s, "state"))
		exit(99);
	out_text(&s.out, "lost\n");
	getrlimit(RLIMIT_NOFILE, &all);
	none = all;
	none.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &none);
	got = save_commit(&s);
	setrlimit(RLIMIT_NOFILE, &all);
	exit(got == -1 && s.status == STATUS_IO &&
	    strcmp(s.why, "state: Too many open files") == 0 ? 0 : 1);
}

static void
odd(void)
{
	struct save s = SAVE_INIT;
	char name[260], path[600];
	int i;

	is_number(save_name(&s, "link"), -1, "nor is a link taken as a name");
	ok(strncmp(s.why, "link: is a symbolic link", 24) == 0, "and said");

	/* The reason stays, however long the path. */
	for (i = 0; i < 100; i++)
		memcpy(path + 5 * i, "none/", 5);
	memcpy(path + 500, "x", 2);
	is_number(save_begin(&s, path), -1, "a long path");
	ok(strstr(s.why, "none/x.new: No such file or directory") != NULL &&
	    strlen(s.why) < 240, "loses its head, not the reason");

	/* "NAME.new" can be, "NAME.prev" cannot: nothing is replaced unkept. */
	memset(name, 'n', 251);
	name[251] = '\0';
	put_file(name, "old\n");
	s.keep = true;
	is_number(save_text(&s, name, "new\n"), -1,
	    "what cannot be kept is not replaced");
	is_file(name, "old\n", "it is still there");
	ok(strstr(s.why, "File name too long") != NULL, "and said");

	put_file("state", "before\n");
	is_number(child_run(no_folder, &(bool){ true }).status, 0,
	    "a folder that cannot be made durable: the commit fails");
	is_file("state", "before\n", "and what was kept is there again");
	is_number(child_run(no_folder, &(bool){ false }).status, 0,
	    "without keep, too");
	is_file("state.new", NULL, "no temporary file is left");
}

/* --- locks -------------------------------------------------------------- */

static int ready[2], go[2];

/* Hold a part until told. */
static pid_t
holder_process(enum save_part part)
{
	pid_t pid;
	char c;

	if (pipe(ready) || pipe(go))
		exit(99);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		close(go[1]);
		c = (char)save_lock("locked", part, false, NULL);
		(void)!write(ready[1], &c, 1);
		(void)!read(go[0], &c, 1);
		_exit(0);
	}
	(void)!read(ready[0], &c, 1);
	return pid;
}

static void
release_process(pid_t pid)
{
	close(go[1]);
	close(go[0]);
	close(ready[0]);
	close(ready[1]);
	waitpid(pid, NULL, 0);
}

static void
try_writer(void *unused)
{
	int holder = 0;

	(void)unused;
	exit(save_lock("locked", SAVE_WRITER, false, &holder) == 1 &&
	    holder == getppid() ? 0 : 1);
}

static void
wait_writer(void *unused)
{
	(void)unused;
	alarm(10);
	exit(save_lock("locked", SAVE_WRITER, true, NULL));
}

/* Hold the writer's part and wait for the commit's, which the parent holds. */
static void
cross(void *told)
{
	int got = save_lock("locked", SAVE_WRITER, false, NULL);

	(void)!write(*(int *)told, &got, sizeof got);
	alarm(20);
	got = save_lock("locked", SAVE_COMMIT, true, NULL);
	exit(got == 0 ? 0 : errno == EDEADLK ? 1 : 2);
}

/* Two that wait for each other: the kernel tells one of them, and a lock that
 * was not had is not said to be. */
static void
deadlock(void)
{
	int told[2], got, mine, status = -1;
	pid_t pid;

	is_number(save_lock("locked", SAVE_COMMIT, false, NULL), 0, "mine");
	if (pipe(told))
		exit(99);
	fflush(stdout);
	if ((pid = fork()) == 0)
		cross(&told[1]);
	(void)!read(told[0], &got, sizeof got);
	is_number(got, 0, "and theirs");
	alarm(20);
	mine = save_lock("locked", SAVE_WRITER, true, NULL);
	got = errno;
	save_unlock("locked", SAVE_COMMIT);
	waitpid(pid, &status, 0);
	alarm(0);
	status = WEXITSTATUS(status);
	ok((mine == -1 && got == EDEADLK && status == 0) ||
	    (mine == 0 && status == 1), "one of two that wait for each other "
	    "is told");
	save_unlock("locked", SAVE_WRITER);
	close(told[0]);
	close(told[1]);
}

static void
locks(void)
{
	char path[64], lock[80];
	int holder = 0;
	pid_t pid;

	is_number(save_holder("locked", SAVE_FETCH), 0, "nobody holds it");
	ok(access("locked.lock", F_OK), "asking makes no file");
	pid = holder_process(SAVE_FETCH);
	is_number(save_holder("locked", SAVE_FETCH), pid, "the holder");
	is_number(save_holder("locked", SAVE_COMMIT), 0, "of that part only");
	is_number(save_lock("locked", SAVE_FETCH, false, &holder), 1, "busy");
	is_number(holder, pid, "by whom");
	is_number(save_lock("locked", SAVE_FETCH, false, NULL), 1,
	    "busy, whoever it is");
	is_number(save_lock("./locked", SAVE_WRITER, false, NULL), 0,
	    "another part is free");
	kill(pid, SIGKILL);
	release_process(pid);
	is_number(save_lock("locked", SAVE_FETCH, false, &holder), 0,
	    "a killed holder holds nothing");

	/* Two parts and two spellings are held here; nothing that is done
	 * with the others may lose the writer's. */
	save_holder("locked", SAVE_COMMIT);
	is_number(save_lock("locked", SAVE_COMMIT, false, NULL), 0, "a third");
	save_unlock("./locked", SAVE_COMMIT);
	save_unlock("locked", SAVE_FETCH);
	is_number(child_run(try_writer, NULL).status, 0,
	    "the writer's lock survives what is done with the others");
	save_unlock("locked", SAVE_WRITER);
	is_number(child_run(wait_writer, NULL).status, 0, "free at last");

	/* Files are told apart by their device, too. */
	if (access("/dev/shm", W_OK) == 0) {
		snprintf(path, sizeof path, "/dev/shm/tw-unit.%ld",
		    (long)getpid());
		is_number(save_lock(path, SAVE_FETCH, false, NULL), 0,
		    "a lock elsewhere");
		is_number(save_lock("locked", SAVE_FETCH, false, NULL), 0,
		    "and one here");
		save_unlock("locked", SAVE_FETCH);
		save_unlock(path, SAVE_FETCH);
		snprintf(lock, sizeof lock, "%s.lock", path);
		unlink(lock);
	}

	pid = holder_process(SAVE_WRITER);
	close(go[1]);	/* it ends: whoever waits gets the lock */
	is_number(save_lock("locked", SAVE_WRITER, true, NULL), 0, "waiting");
	go[1] = -1;
	release_process(pid);
	save_unlock("locked", SAVE_WRITER);
	save_unlock("locked", SAVE_WRITER);
	is_number(save_lock("none/locked", SAVE_WRITER, false, NULL), -1,
	    "a lock that cannot be made");
	is_number(errno, ENOENT, "says why");
}

int
main(void)
{
	scratch_begin();
	replacing();
	refused();
	odd();
	locks();
	deadlock();
	scratch_end();
	return done();
}
