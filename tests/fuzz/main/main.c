/* main of a target without an engine: every file named is an input. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "../fuzz.h"

#define LARGEST 65536

int
main(int argc, char *argv[])
{
	static uint8_t bytes[LARGEST];
	unsigned inputs = 0;

	while (*++argv) {
		int fd = open(*argv, O_RDONLY);
		ssize_t len = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes));

		if (len < 0)
			die(STATUS_DATA, "%s: cannot be read", *argv);
		close(fd);
		LLVMFuzzerTestOneInput(bytes, (size_t)len);
		inputs++;
	}
	printf("%u inputs\n", inputs);
	return argc < 2;
}
