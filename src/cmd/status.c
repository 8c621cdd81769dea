#include "guildpost/cmd/commands.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/mem.h"
#include "guildpost/base/tally.h"
#include "guildpost/store/status.h"

/* --- who runs: the processes that hold the store's run lock, and their children ------------------ */

struct process {
	long pid;
	char name[24];
	int64_t pss_kib, rss_kib;
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

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		(void)sscanf(line, "Pss: %lld kB", (long long *)&process->pss_kib);
		(void)sscanf(line, "Rss: %lld kB", (long long *)&process->rss_kib);
	}
}

static bool
is_listed(const struct process *processes, size_t count, long pid)
{
	for (size_t i = 0; i < count; i++)
		if (processes[i].pid == pid)
			return true;
	return false;
}

/* Who holds no lock, since it has no store: the reader, a child of the desk. */
static size_t
add_children(struct process *ret, size_t count, size_t most)
{
	for (size_t i = 0; i < count; i++) {
		SCOPED(gp_free_str) char *what = gp_printf("task/%ld/children", ret[i].pid);
		SCOPED(close_file) FILE *file = open_of(ret[i].pid, what);
		long pid;

		while (file != NULL && count < most && fscanf(file, "%ld", &pid) == 1)
			if (pid != (long)getpid() && !is_listed(ret, count, pid)) {
				ret[count] = (struct process){ .pid = pid };
				read_name(&ret[count]);
				read_memory(&ret[count++]);
			}
	}
	return count;
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
	return add_children(ret, count, most);
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
		gp_buf_addf(&json, ",\"pid\":%ld,\"pss_kib\":%lld,\"rss_kib\":%lld}", processes[i].pid,
		    (long long)processes[i].pss_kib, (long long)processes[i].rss_kib);
	}
	gp_buf_addc(&json, ']');
	gp_out_raw(app, "processes", json.data, "");
}

/* "accepted", "accepted_minute", "accepted_hour" and so on. */
static void
add_tallies(struct gp_app *app, const struct gp_tally_sums *sums)
{
	for (int what = 0; what < GP_TALLIES; what++) {
		const char *name = gp_tally_name((enum gp_tally)what);
		SCOPED(gp_free_str) char *total = gp_printf("%s_total", name);
		SCOPED(gp_free_str) char *minute = gp_printf("%s_minute", name);
		SCOPED(gp_free_str) char *hour = gp_printf("%s_hour", name);

		gp_out_int(app, total, sums->total[what]);
		gp_out_int(app, minute, sums->minute[what]);
		gp_out_int(app, hour, sums->hour[what]);
	}
}

static void
print_json(struct gp_app *app, const struct gp_store_status *s, const struct gp_tally_sums *sums,
    const struct process *processes, size_t count)
{
	gp_out_begin(app);
	gp_out_int(app, "inbox", s->inbox);
	gp_out_time(app, "inbox_since", s->inbox_since);
	gp_out_int(app, "poisoned", s->poisoned);
	gp_out_int(app, "outbox", s->outbox);
	gp_out_int(app, "deferred", s->deferred);
	gp_out_int(app, "waiting", s->waiting);
	gp_out_time(app, "outbox_since", s->outbox_since);
	gp_out_int(app, "outbox_held", s->outbox_held);
	gp_out_int(app, "outbox_failed", s->outbox_failed);
	gp_out_int(app, "held", s->held);
	gp_out_int(app, "communities", s->communities);
	gp_out_int(app, "spaces", s->spaces);
	gp_out_int(app, "members", s->members);
	gp_out_int(app, "posts", s->posts);
	gp_out_int(app, "event", s->event);
	gp_out_time(app, "filed", s->filed_at);
	add_tallies(app, sums);
	add_processes(app, processes, count);
	gp_out_row(app);
	gp_out_end(app);
}

#define SINCE_SIZE (GP_RFC3339_SIZE + 8)

/* ", since 2026-06-01T08:00:00Z", "" where nothing waits. */
static void
format_since(int64_t t, char out[SINCE_SIZE])
{
	char at[GP_RFC3339_SIZE];

	out[0] = '\0';
	if (t == 0)
		return;
	gp_clock_format(t, at);
	(void)snprintf(out, SINCE_SIZE, ", since %s", at);
}

static void
print_text(
    const struct gp_store_status *s, const struct gp_tally_sums *sums, const struct process *processes, size_t count)
{
	char filed[GP_RFC3339_SIZE] = "never", since[SINCE_SIZE], going_since[SINCE_SIZE];

	if (s->filed_at != 0)
		gp_clock_format(s->filed_at, filed);
	format_since(s->inbox_since, since);
	format_since(s->outbox_since, going_since);
	(void)printf(
	    "Inbox    %lld to be sorted%s; %lld set aside\n", (long long)s->inbox, since, (long long)s->poisoned);
	(void)printf("Held     %lld for a steward\n", (long long)s->held);
	(void)printf("Outbox   %lld on their way%s, %lld parts deferred; %lld held, %lld failed\n",
	    (long long)s->outbox, going_since, (long long)s->deferred, (long long)s->outbox_held,
	    (long long)s->outbox_failed);
	(void)printf(
	    "Archive  %lld posts; event %lld, the last filed %s\n", (long long)s->posts, (long long)s->event, filed);
	(void)printf("Here     %lld communities, %lld spaces, %lld members\n", (long long)s->communities,
	    (long long)s->spaces, (long long)s->members);
	(void)printf("Rates   ");
	for (int what = 0; what < GP_TALLIES; what++)
		(void)printf("%s %s %lld", what > 0 ? "," : "", gp_tally_name((enum gp_tally)what),
		    (long long)sums->minute[what]);
	(void)printf(" in the last minute\n        ");
	for (int what = 0; what < GP_TALLIES; what++)
		(void)printf(
		    "%s %s %lld", what > 0 ? "," : "", gp_tally_name((enum gp_tally)what), (long long)sums->hour[what]);
	(void)printf(" in the last hour\n");
	if (count == 0)
		(void)printf("Running  nothing; start it with: guildpost serve\n");
	for (size_t i = 0; i < count; i++)
		(void)printf("%s  %-8s pid %ld, %.1f MiB\n", i == 0 ? "Running" : "       ", processes[i].name,
		    processes[i].pid, (double)processes[i].pss_kib / 1024);
}

/* --- for Prometheus ------------------------------------------------------------------------------- */

static void
add_gauges(struct gp_buf *out, const struct gp_store_status *s, int64_t now)
{
	const struct {
		const char *name, *help;
		int64_t value;
	} gauges[] = {
		{ "inbox_messages", "Messages that wait to be sorted.", s->inbox },
		{ "inbox_poisoned_messages", "Messages set aside.", s->poisoned },
		{ "inbox_oldest_seconds", "Age of the oldest that waits to be sorted.",
		    s->inbox_since != 0 ? now - s->inbox_since : 0 },
		{ "outbox_mails", "Mails on their way.", s->outbox },
		{ "outbox_held_mails", "Mails held.", s->outbox_held },
		{ "outbox_failed_mails", "Mails that reached nobody.", s->outbox_failed },
		{ "outbox_deferred_slices", "Parts of mails that wait for their next attempt.", s->deferred },
		{ "outbox_waiting_recipients", "Recipients in hand or put off.", s->waiting },
		{ "outbox_oldest_seconds", "Age of the oldest mail on its way.",
		    s->outbox_since != 0 ? now - s->outbox_since : 0 },
		{ "held_posts", "Posts that wait for a steward.", s->held },
		{ "members", "Members of all communities.", s->members },
		{ "posts", "Posts in all archives.", s->posts },
	};

	for (size_t i = 0; i < GP_COUNT(gauges); i++)
		gp_buf_addf(out, "# HELP guildpost_%s %s\n# TYPE guildpost_%s gauge\nguildpost_%s %lld\n",
		    gauges[i].name, gauges[i].help, gauges[i].name, gauges[i].name, (long long)gauges[i].value);
}

static void
add_counters(struct gp_buf *out, const struct gp_tally_sums *sums, const struct process *processes, size_t count)
{
	for (int what = 0; what < GP_TALLIES; what++) {
		const char *name = gp_tally_name((enum gp_tally)what);

		gp_buf_addf(out, "# TYPE guildpost_%s_total counter\nguildpost_%s_total %lld\n", name, name,
		    (long long)sums->total[what]);
	}
	gp_buf_adds(out, "# HELP guildpost_process_resident_bytes Memory of each process.\n"
			 "# TYPE guildpost_process_resident_bytes gauge\n");
	for (size_t i = 0; i < count; i++)
		gp_buf_addf(out, "guildpost_process_resident_bytes{process=\"%s\",pid=\"%ld\"} %lld\n",
		    processes[i].name, processes[i].pid, (long long)processes[i].rss_kib * 1024);
}

/* Whole or not at all: the collector may read at any time. */
static enum gp_rc
write_metrics(const char *path, const struct gp_buf *text, struct gp_err *err)
{
	SCOPED(gp_free_str) char *part = gp_printf("%s.part", path);
	FILE *file = fopen(part, "we");
	bool good = file != NULL && fwrite(text->data, 1, text->len, file) == text->len;

	if (file != NULL)
		good = fclose(file) == 0 && good;
	if (!good || rename(part, path) < 0)
		return gp_fail_as(err, 74, "4.3.0", "cannot write %s: %s", path, strerror(errno));
	return GP_OK;
}

enum gp_rc
gp_cmd_status(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	const char *metrics = gp_option(&argc, argv, "--prometheus");
	SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(1 << 20);
	struct gp_store_status status = { 0 };
	struct gp_tally_sums sums;
	struct process processes[64];
	size_t count;

	GP_TRY(gp_option_end(argc, argv, 0, 0, "status [--prometheus FILE]", err));
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	GP_TRY(gp_store_status(app->db, &status, err));
	(void)gp_tally_read(app->config.database, gp_clock_now(), &sums);
	count = find_processes(app->config.database, processes, GP_COUNT(processes));
	if (metrics != NULL) {
		add_gauges(&text, &status, gp_clock_now());
		add_counters(&text, &sums, processes, count);
		return write_metrics(metrics, &text, err);
	}
	if (app->json)
		print_json(app, &status, &sums, processes, count);
	else
		print_text(&status, &sums, processes, count);
	return GP_OK;
}
