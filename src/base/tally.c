#include "guildpost/base/tally.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guildpost/base/err.h"
#include "guildpost/base/mem.h"

#define MINUTES 64 /* a ring: the last hour and a little more */

struct tallies {
	int64_t total[GP_TALLIES];
	struct {
		int64_t number; /* minutes since 1970 */
		int64_t n[GP_TALLIES];
	} minute[MINUTES];
};

const char *
gp_tally_name(enum gp_tally what)
{
	static const char *const names[] = { "accepted", "sorted", "delivered", "deferred", "refused" };

	return names[what];
}

static void
close_fd(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static struct tallies *
map(const char *path, bool write)
{
	SCOPED(gp_free_str) char *file = gp_printf("%s.tally", path);
	SCOPED(close_fd) int fd = open(file, (write ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct stat facts;
	void *mapped;

	if (fd < 0 || fstat(fd, &facts) < 0)
		return NULL;
	/* Blocks that are there: a hole that a full disk cannot fill would kill who writes into it. */
	if (facts.st_size < (off_t)sizeof(struct tallies) &&
	    (!write || posix_fallocate(fd, 0, (off_t)sizeof(struct tallies)) != 0))
		return NULL;
	mapped = mmap(NULL, sizeof(struct tallies), write ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, 0);
	return mapped != MAP_FAILED ? mapped : NULL;
}

/* Two processes may both empty a minute as it begins: one count may fall then, as in any newspaper. */
static void
add_minute(struct tallies *all, enum gp_tally what, int64_t n, int64_t number)
{
	int64_t before = __atomic_load_n(&all->minute[number % MINUTES].number, __ATOMIC_RELAXED);

	if (before != number && __atomic_compare_exchange_n(&all->minute[number % MINUTES].number, &before, number,
				    false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		for (int i = 0; i < GP_TALLIES; i++)
			__atomic_store_n(&all->minute[number % MINUTES].n[i], 0, __ATOMIC_RELAXED);
	__atomic_add_fetch(&all->minute[number % MINUTES].n[what], n, __ATOMIC_RELAXED);
}

void
gp_tally_add(const char *path, enum gp_tally what, int64_t n, int64_t now)
{
	static struct tallies *all; /* a process serves one house, and never stops counting */
	static bool failed;

	if (n <= 0 || now < 0 || failed)
		return;
	if (all == NULL)
		all = map(path, true);
	failed = all == NULL;
	if (failed)
		return;
	__atomic_add_fetch(&all->total[what], n, __ATOMIC_RELAXED);
	add_minute(all, what, n, now / 60);
}

bool
gp_tally_read(const char *path, int64_t now, struct gp_tally_sums *ret)
{
	struct tallies *all = map(path, false);

	*ret = (struct gp_tally_sums){ { 0 }, { 0 }, { 0 } };
	if (all == NULL)
		return false;
	for (int what = 0; what < GP_TALLIES; what++)
		ret->total[what] = __atomic_load_n(&all->total[what], __ATOMIC_RELAXED);
	for (int i = 0; i < MINUTES; i++)
		for (int what = 0; what < GP_TALLIES; what++) {
			int64_t age = now / 60 - __atomic_load_n(&all->minute[i].number, __ATOMIC_RELAXED);
			int64_t n = __atomic_load_n(&all->minute[i].n[what], __ATOMIC_RELAXED);

			ret->minute[what] += age == 1 ? n : 0;
			ret->hour[what] += age >= 0 && age < 60 ? n : 0;
		}
	(void)munmap(all, sizeof(*all));
	return true;
}
