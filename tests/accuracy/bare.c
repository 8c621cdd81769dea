/* How fast libetpan alone parses and decodes the messages of an mbox: what `explain` is measured against.
 * Prints the messages and the processor seconds of parsing and decoding; reading the file is not counted. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <libetpan/libetpan.h>

static size_t decoded; /* octets: so that no compiler leaves the work out */

static void
decode(const struct mailmime *leaf)
{
	const struct mailmime_data *data = leaf->mm_data.mm_single;
	size_t at = 0, n = 0;
	char *out = NULL;

	if (data == NULL || data->dt_type != MAILMIME_DATA_TEXT)
		return;
	if (mailmime_part_parse(data->dt_data.dt_text.dt_data, data->dt_data.dt_text.dt_length, &at, data->dt_encoding,
		&out, &n) != MAILIMF_NO_ERROR)
		return;
	decoded += n;
	(void)mmap_string_unref(out);
}

static void
walk(const struct mailmime *node)
{
	if (node->mm_type == MAILMIME_SINGLE)
		decode(node);
	else if (node->mm_type == MAILMIME_MESSAGE && node->mm_data.mm_message.mm_msg_mime != NULL)
		walk(node->mm_data.mm_message.mm_msg_mime);
	else if (node->mm_type == MAILMIME_MULTIPLE)
		for (clistiter *at = clist_begin(node->mm_data.mm_multipart.mm_mp_list); at != NULL;
		     at = clist_next(at))
			walk(clist_content(at));
}

static void
one(const char *octets, size_t n)
{
	struct mailmime *message = NULL;
	size_t at = 0;

	if (mailmime_parse(octets, n, &at, &message) != MAILIMF_NO_ERROR)
		return;
	walk(message);
	mailmime_free(message);
}

static double
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The next line that begins a message, from `at` on; n at the end. */
static size_t
next_from(const char *octets, size_t n, size_t at)
{
	static const char mark[] = "\nFrom ";
	const char *found = at < n ? memmem(octets + at, n - at, mark, strlen(mark)) : NULL;

	return found != NULL ? (size_t)(found - octets) + 1 : n;
}

int
main(int argc, char **argv)
{
	int fd = argc > 1 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	struct stat about;
	const char *octets, *line;
	size_t n, count = 0;
	double begun, spent = 0;

	if (fd < 0 || fstat(fd, &about) < 0 || about.st_size == 0)
		return 66;
	n = (size_t)about.st_size;
	octets = mmap(NULL, n, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (octets == MAP_FAILED)
		return 74;
	begun = seconds();
	for (size_t at = 0, end; at < n; at = end) {
		end = next_from(octets, n, at);
		line = memchr(octets + at, '\n', end - at);
		if (line == NULL)
			continue;
		one(line + 1, (size_t)(octets + end - (line + 1)));
		count++;
	}
	spent = seconds() - begun;
	(void)printf("%zu %.6f %zu\n", count, spent, decoded);
	(void)close(fd);
	return 0;
}
