#include "guildpost/cmd/commands.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "guildpost/base/clock.h"
#include "guildpost/store/status.h"

/* --- who runs: the processes that hold the store's run lock ------------------------------------- */

struct process {
	long pid;
	char name[24];
	int64_t pss_kib;
};

static void
close_file(FILE **file)
{
	if (*file != NULL)
		(void)fclose(*file);
}

static FILE *
open_of(long pid, const char *what)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%ld/%s", pid, what);
	return fopen(path, "re");
}

/* The last word of its command line that is no option: "receive", or "desk" of "desk --once". */
static void
read_name(struct process *process)
{
	SCOPED(close_file) FILE *file = open_of(process->pid, "cmdline");
	char line[4096];
	size_t n;

	(void)snprintf(process->name, sizeof(process->name), "?");
	if (file == NULL || (n = fread(line, 1, sizeof(line) - 1, file)) == 0)
		return;
	line[n] = '\0';
	for (const char *word = line; word < line + n; word += strlen(word) + 1)
		if (*word != '-')
			(void)snprintf(process->name, sizeof(process->name), "%.23s", word);
}

static void
read_memory(struct process *process)
{
	SCOPED(close_file) FILE *file = open_of(process->pid, "smaps_rollup");
	char line[256];

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "Pss: %lld kB", (long long *)&process->pss_kib) == 1)
			return;
}

static size_t
find_processes(const char *database, struct process *ret, size_t most)
{
	SCOPED(close_file) FILE *locks = fopen("/proc/locks", "re");
	SCOPED(gp_free_str) char *lock = gp_printf("%s.run", database);
	char line[256], kind[16];
	struct stat facts;
	unsigned major_n, minor_n;
	unsigned long inode;
	size_t count = 0;
	long pid;

	if (locks == NULL || stat(lock, &facts) < 0)
		return 0;
	while (count < most && fgets(line, sizeof(line), locks) != NULL)
		if (sscanf(line, "%*s %15s %*s %*s %ld %x:%x:%lu", kind, &pid, &major_n, &minor_n, &inode) == 5 &&
		    strcmp(kind, "FLOCK") == 0 && inode == facts.st_ino && major_n == major(facts.st_dev) &&
		    minor_n == minor(facts.st_dev)) {
			ret[count] = (struct process){ .pid = pid };
			read_name(&ret[count]);
			read_memory(&ret[count]);
			count += pid != (long)getpid();
		}
	return count;
}

/* --- output ------------------------------------------------------------------------------------- */

static void
add_processes(struct gp_app *app, const struct process *processes, size_t count)
{
	SCOPED(gp_buf_release) struct gp_buf json = GP_BUF_INIT(16384);

	gp_buf_addc(&json, '[');
	for (size_t i = 0; i < count; i++) {
		gp_buf_addf(&json, "%s{\"name\":", i > 0 ? "," : "");
		gp_json_string(&json, processes[i].name);
		gp_buf_addf(&json, ",\"pid\":%ld,\"pss_kib\":%lld}", processes[i].pid, (long long)processes[i].pss_kib);
	}
	gp_buf_addc(&json, ']');
	gp_out_raw(app, "processes", json.data, "");
}

static void
print_json(struct gp_app *app, const struct gp_store_status *s, const struct process *processes, size_t count)
{
	gp_out_begin(app);
	gp_out_int(app, "inbox", s->inbox);
	gp_out_time(app, "inbox_since", s->inbox_since);
	gp_out_int(app, "poisoned", s->poisoned);
	gp_out_int(app, "outbox", s->outbox);
	gp_out_int(app, "deferred", s->deferred);
	gp_out_int(app, "outbox_held", s->outbox_held);
	gp_out_int(app, "outbox_failed", s->outbox_failed);
	gp_out_int(app, "held", s->held);
	gp_out_int(app, "communities", s->communities);
	gp_out_int(app, "spaces", s->spaces);
	gp_out_int(app, "members", s->members);
	gp_out_int(app, "posts", s->posts);
	gp_out_int(app, "event", s->event);
	gp_out_time(app, "filed", s->filed_at);
	add_processes(app, processes, count);
	gp_out_row(app);
	gp_out_end(app);
}

static void
print_text(const struct gp_store_status *s, const struct process *processes, size_t count)
{
	char filed[GP_RFC3339_SIZE] = "never", since[GP_RFC3339_SIZE + 8] = "";

	if (s->filed_at != 0)
		gp_clock_format(s->filed_at, filed);
	if (s->inbox_since != 0) {
		memcpy(since, ", since ", 8);
		gp_clock_format(s->inbox_since, since + 8);
	}
	(void)printf(
	    "Inbox    %lld to be sorted%s; %lld set aside\n", (long long)s->inbox, since, (long long)s->poisoned);
	(void)printf("Held     %lld for a steward\n", (long long)s->held);
	(void)printf("Outbox   %lld on their way, %lld parts deferred; %lld held, %lld failed\n", (long long)s->outbox,
	    (long long)s->deferred, (long long)s->outbox_held, (long long)s->outbox_failed);
	(void)printf(
	    "Archive  %lld posts; event %lld, the last filed %s\n", (long long)s->posts, (long long)s->event, filed);
	(void)printf("Here     %lld communities, %lld spaces, %lld members\n", (long long)s->communities,
	    (long long)s->spaces, (long long)s->members);
	if (count == 0)
		(void)printf("Running  nothing; start it with: guildpost serve\n");
	for (size_t i = 0; i < count; i++)
		(void)printf("%s  %-8s pid %ld, %.1f MiB\n", i == 0 ? "Running" : "       ", processes[i].name,
		    processes[i].pid, (double)processes[i].pss_kib / 1024);
}

enum gp_rc
gp_cmd_status(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	struct gp_store_status status = { 0 };
	struct process processes[32];
	size_t count;

	GP_TRY(gp_option_end(argc, argv, 0, 0, "status", err));
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	GP_TRY(gp_store_status(app->db, &status, err));
	count = find_processes(app->config.database, processes, GP_COUNT(processes));
	if (app->json)
		print_json(app, &status, processes, count);
	else
		print_text(&status, processes, count);
	return GP_OK;
}
