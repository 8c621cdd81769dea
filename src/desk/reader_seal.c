/* Two layers. seccomp(2) leaves the calls that reading, memory and dying decently need. Where the kernel has landlock(7),
 * it leaves the folders of the system's libraries and time zones, so that what few messages need (a parser of HTML, a
 * charset of Asia, a zone) is loaded when one comes; elsewhere no file may be opened, and all of it is loaded before. */
#include "desk/reader_seal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "guildpost/base/lazy.h"
#include "guildpost/base/mem.h"
#include "guildpost/base/zone.h"
#include "guildpost/mail/charset.h"

#define CPU_LIMIT    30 /* seconds, so that the last message before a recycling has 15 of its own */
#define MEMORY_LIMIT (768u << 20) /* octets of address space; a 25 MiB part decodes through seven copies */
#define EVERY_RIGHT  ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1) /* over files, as Linux 5.13 has them */

/* The hard limit of processor time stands above the soft one: at the hard one comes SIGKILL, which would not be told
 * from an operator's. */
void
gp_reader_limit(int what, rlim_t value)
{
	const struct rlimit pair = { value, what == RLIMIT_CPU ? value + 5 : value };

	if (setrlimit(what, &pair) < 0)
		_exit(EX_OSERR);
}

static void
load_all(void)
{
	static const char *const libraries[] = { "etpan", "ical", "idn2", "nettle", "uchardet", "xml2" };

	for (size_t i = 0; i < GP_COUNT(libraries); i++)
		gp_lazy_ready(libraries[i]);
	gp_charset_keep_all();
	gp_zone_keep_all(); /* calendars name their zones (CAL-14) */
}

static bool
open_up(int rules, const char *path)
{
	struct landlock_path_beneath_attr beneath = { .allowed_access = LANDLOCK_ACCESS_FS_READ_FILE |
									LANDLOCK_ACCESS_FS_EXECUTE,
		.parent_fd = open(path, O_PATH | O_CLOEXEC) };
	bool done;

	if (beneath.parent_fd < 0)
		return true; /* a system without this folder */
	done = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0;
	(void)close(beneath.parent_fd);
	return done;
}

/* False when this kernel has no landlock. */
static bool
fence_files(void)
{
	const char *const open_to_us[] = { "/etc/ld.so.cache", "/lib", "/lib64", "/usr/lib", "/usr/lib64",
		"/usr/local/lib", gp_zone_folder() };
	const struct landlock_ruleset_attr every = { .handled_access_fs = EVERY_RIGHT };
	int rules;
	bool fenced;

	if (getenv("GUILDPOST_TEST_NO_LANDLOCK") != NULL)
		return false;
	rules = (int)syscall(SYS_landlock_create_ruleset, &every, sizeof(every), 0);
	fenced = rules >= 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
	for (size_t i = 0; fenced && i < GP_COUNT(open_to_us); i++)
		fenced = open_up(rules, open_to_us[i]);
	fenced = fenced && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
	if (rules >= 0)
		(void)close(rules);
	return fenced;
}

static bool
allow(scmp_filter_ctx filter, const int *calls, size_t n, uint32_t action)
{
	for (size_t i = 0; i < n; i++)
		if (seccomp_rule_add(filter, action, calls[i], 0) != 0)
			return false;
	return true;
}

/* What reading, memory, and dying decently need; all else fails with EPERM, what no parser does kills. */
static bool
fence_calls(bool files_are_fenced)
{
	static const int needed[] = { SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev),
		SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(lseek), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap),
		SCMP_SYS(mprotect), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(futex), SCMP_SYS(clock_gettime),
		SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom), SCMP_SYS(getpid), SCMP_SYS(gettid),
		SCMP_SYS(tgkill), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigreturn),
		SCMP_SYS(restart_syscall), SCMP_SYS(sysinfo), SCMP_SYS(pause), SCMP_SYS(exit), SCMP_SYS(exit_group) };
	static const int loading[] = { SCMP_SYS(newfstatat), SCMP_SYS(pread64), SCMP_SYS(readlink), SCMP_SYS(access) };
	static const int deadly[] = { SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(execve), SCMP_SYS(execveat),
		SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(ptrace), SCMP_SYS(unlink), SCMP_SYS(rename) };
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	bool shut = filter != NULL && allow(filter, needed, GP_COUNT(needed), SCMP_ACT_ALLOW) &&
		    allow(filter, deadly, GP_COUNT(deadly), SCMP_ACT_KILL_PROCESS);

	if (files_are_fenced)
		shut = shut && allow(filter, loading, GP_COUNT(loading), SCMP_ACT_ALLOW) &&
		       seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
			   SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY)) == 0;
	shut = shut && seccomp_load(filter) == 0;
	if (filter != NULL)
		seccomp_release(filter);
	return shut;
}

/* Address space and seccomp would stop a sanitizer's own work, so that build goes without. */
bool
gp_reader_seal(void)
{
	bool files_are_fenced = true;

	tzset();
	gp_reader_limit(RLIMIT_CPU, CPU_LIMIT);
	gp_reader_limit(RLIMIT_STACK, 8u << 20);
	gp_reader_limit(RLIMIT_NOFILE, 16);
#ifdef GP_SANITIZED
	(void)fence_calls;
	(void)fence_files;
	(void)load_all;
	return files_are_fenced;
#else
	files_are_fenced = fence_files();
	if (!files_are_fenced)
		load_all();
	gp_reader_limit(RLIMIT_AS, MEMORY_LIMIT);
	return fence_calls(files_are_fenced);
#endif
}
