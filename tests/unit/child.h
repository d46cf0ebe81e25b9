/*
 * child: run a function in a process of its own, for what ends the process.
 *
 *	struct child c = child_run(function, argument);
 *	is_number(c.status, 74, "..."); is_text(c.err, "tool: ...\n", "...");
 *
 * status is the exit status, or minus the signal.  A function that returns
 * exits with 0.
 *
 *	scratch_begin(); ... scratch_end();
 *
 * puts the test into a fresh folder, and takes that away.
 */
#ifndef CHILD_H
#define CHILD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

struct child {
	int status;
	char out[8192], err[8192];	/* as text; the rest is dropped */
};

static inline void
child_drain(FILE *f, char *text, size_t size)
{
	size_t len;

	rewind(f);
	len = fread(text, 1, size - 1, f);
	text[len] = '\0';
	fclose(f);
}

static inline struct child
child_run(void (*function)(void *), void *argument)
{
	struct child c;
	FILE *out = tmpfile(), *err = tmpfile();
	pid_t pid;
	int got;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(fileno(out), STDOUT_FILENO);
		dup2(fileno(err), STDERR_FILENO);
		function(argument);
		exit(0);
	}
	waitpid(pid, &got, 0);
	c.status = WIFEXITED(got) ? WEXITSTATUS(got) : -WTERMSIG(got);
	child_drain(out, c.out, sizeof c.out);
	child_drain(err, c.err, sizeof c.err);
	return c;
}

static char scratch[] = "/tmp/tw-unit.XXXXXX";

static inline void
scratch_begin(void)
{
	if (!mkdtemp(scratch) || chdir(scratch))
		exit(99);
}

static inline void
scratch_end(void)
{
	pid_t pid;

	if (chdir("/"))
		exit(99);
	pid = fork();
	if (pid == 0) {
		execlp("rm", "rm", "-rf", scratch, (char *)NULL);
		_exit(99);
	}
	waitpid(pid, NULL, 0);
}

#endif
