#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "desk/importing.h"
#include "guildpost/base/mem.h"

#define OID_MAX	   65 /* hexadecimal digits of SHA-256, and NUL */
#define EPOCHS_MAX 10000

/* --- git, asked ----------------------------------------------------------------------------- */

struct git {
	pid_t pid;
	FILE *to, *from; /* its standard input and output */
};

static void
end_git(struct git *git)
{
	if (git->to != NULL)
		(void)fclose(git->to);
	if (git->from != NULL)
		(void)fclose(git->from);
	while (git->pid > 0 && waitpid(git->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* Between fork and exec: only what is safe there. */
static void
become_git(const char *const argv[], int in, int out)
{
	char *words[16];
	size_t n = 0;

	for (; n < GP_COUNT(words) - 1 && argv[n] != NULL; n++)
		words[n] = (char *)(uintptr_t)argv[n];
	words[n] = NULL;
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0)
		_exit(127);
	(void)execvp("git", words);
	_exit(127);
}

static void
close_pair(int pair[2])
{
	for (int i = 0; i < 2; i++)
		if (pair[i] >= 0)
			(void)close(pair[i]);
}

static enum gp_rc
start_git(const char *const argv[], struct git *git, struct gp_err *err)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 };

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0 || (git->pid = fork()) < 0) {
		close_pair(in);
		close_pair(out);
		return gp_fail_as(err, 71, "4.3.0", "cannot start git: %s", strerror(errno));
	}
	if (git->pid == 0)
		become_git(argv, in[0], out[1]);
	(void)close(in[0]);
	(void)close(out[1]);
	git->to = fdopen(in[1], "w");
	git->from = fdopen(out[0], "r");
	if (git->to == NULL || git->from == NULL)
		abort();
	return GP_OK;
}

/* --- what the history says ------------------------------------------------------------------ */

/* A repository has one line a change: what a commit did to which file. In version 1 each message is a file of its own; in
 * version 2 a commit holds one file, "m" for a message that comes and "d" for one that goes. */
struct change {
	char oid[OID_MAX]; /* of the message */
	int64_t at; /* of the commit, seconds UTC */
	bool gone;
};
struct history {
	struct gp_strs gone; /* oids */
	int64_t count; /* of messages that came */
};

static void
release_history(struct history *history)
{
	gp_strs_release(&history->gone);
}

/* ":000000 100644 0000.. <oid> A\tm", or "@<instant>" of the commit, which is kept in change->at. */
static bool
read_change(const char *line, struct change *change)
{
	char before[OID_MAX], after[OID_MAX], what, path[512];

	if (line[0] == '@')
		change->at = strtoll(line + 1, NULL, 10);
	if (sscanf(line, ":%*s %*s %64s %64s %c%*[^\t]\t%511[^\n]", before, after, &what, path) != 4 &&
	    sscanf(line, ":%*s %*s %64s %64s %c\t%511[^\n]", before, after, &what, path) != 4)
		return false;
	if (what == 'D' && strchr(path, '/') == NULL)
		return false; /* of version 2: the next commit's file takes its place */
	change->gone = what == 'D' || strcmp(path, "d") == 0;
	(void)snprintf(change->oid, sizeof(change->oid), "%s", what == 'D' ? before : after);
	return change->gone || strcmp(path, "m") == 0 || strchr(path, '/') != NULL;
}

static enum gp_rc
start_log(const char *repository, struct git *git, struct gp_err *err)
{
	/* A stranger's repository: nothing that its configuration names is run. */
	const char *const argv[] = { "git", "--git-dir", repository, "-c", "log.showSignature=false", "log",
		"--reverse", "--format=@%at", "--raw", "--no-abbrev", "--no-renames", "--root", "--no-ext-diff",
		"--no-textconv", NULL };

	return start_git(argv, git, err);
}

static void
free_line(char **line)
{
	free(*line);
}

static enum gp_rc
read_history(const char *repository, struct history *history, struct gp_err *err)
{
	SCOPED(end_git) struct git git = { 0 };
	SCOPED(free_line) char *line = NULL;
	struct change change = { .at = 0 };
	size_t cap = 0;

	GP_TRY(start_log(repository, &git, err));
	while (getline(&line, &cap, git.from) > 0) {
		if (!read_change(line, &change))
			continue;
		if (change.gone)
			gp_strs_add(&history->gone, change.oid);
		history->count += !change.gone;
	}
	return GP_OK;
}

static bool
is_gone(const struct history *history, const char *oid)
{
	for (size_t i = 0; i < history->gone.count; i++)
		if (strcmp(history->gone.v[i], oid) == 0)
			return true;
	return false;
}

/* --- messages ------------------------------------------------------------------------------- */

struct hand {
	struct gp_source *source;
	struct git blobs; /* git cat-file --batch */
	struct gp_buf octets;
	struct gp_mbox_message message;
};

static void
release_hand(struct hand *hand)
{
	end_git(&hand->blobs);
	gp_buf_release(&hand->octets);
}

static enum gp_rc
hand_piece(struct hand *hand, bool last, struct gp_err *err)
{
	hand->message.octets = hand->octets.data;
	hand->message.n = hand->octets.len;
	hand->message.last = last;
	return hand->source->each(hand->source->context, &hand->message, err);
}

/* What is too large for one piece comes in several, as out of an mbox. */
static enum gp_rc
add_piece(struct hand *hand, const char *piece, size_t n, struct gp_err *err)
{
	if (hand->octets.len + n > GP_IMPORT_MESSAGE_MAX) {
		hand->message.too_large = true;
		GP_TRY(hand_piece(hand, false, err));
		gp_buf_clear(&hand->octets);
	}
	gp_buf_add(&hand->octets, piece, n);
	return GP_OK;
}

static enum gp_rc
fetch(struct hand *hand, const char *oid, struct gp_err *err)
{
	char head[256], piece[65536];
	size_t size, n;

	gp_buf_clear(&hand->octets);
	if (fprintf(hand->blobs.to, "%s\n", oid) < 0 || fflush(hand->blobs.to) != 0 ||
	    fgets(head, sizeof(head), hand->blobs.from) == NULL || sscanf(head, "%*s blob %zu", &size) != 1)
		return gp_fail_as(err, 65, "5.6.0", "%s is damaged: git has no message %s", hand->source->path, oid);
	for (size_t left = size + 1; left > 0; left -= n) { /* a line end follows */
		n = fread(piece, 1, left < sizeof(piece) ? left : sizeof(piece), hand->blobs.from);
		if (n == 0)
			return gp_fail_as(
			    err, 65, "5.6.0", "%s is damaged: git broke off at message %s", hand->source->path, oid);
		GP_TRY(add_piece(hand, piece, n == left ? n - 1 : n, err));
	}
	return GP_OK;
}

static enum gp_rc
hand_out(struct hand *hand, const struct change *change, struct gp_err *err)
{
	int64_t number = hand->message.number + 1;

	hand->message = (struct gp_mbox_message){ .number = number, .envelope_date = change->at };
	GP_TRY(fetch(hand, change->oid, err));
	return hand_piece(hand, true, err);
}

static enum gp_rc
read_repository(struct gp_source *source, const char *repository, double share, struct gp_err *err)
{
	const char *const argv[] = { "git", "--git-dir", repository, "cat-file", "--batch", NULL };
	SCOPED(release_history) struct history history = { .count = 0 };
	SCOPED(release_hand)
	struct hand hand = { .source = source, .octets = GP_BUF_INIT(GP_IMPORT_MESSAGE_MAX) };
	SCOPED(end_git) struct git log = { 0 };
	SCOPED(free_line) char *line = NULL;
	struct change change = { .at = 0 };
	double before = *source->done;
	size_t cap = 0;

	source->path = repository;
	source->file_time = source->now;
	GP_TRY(read_history(repository, &history, err));
	if (history.count == 0)
		return gp_fail_as(err, 66, "5.3.5", "git finds no message in %s (is git installed?)", repository);
	GP_TRY(start_git(argv, &hand.blobs, err));
	GP_TRY(start_log(repository, &log, err));
	while (getline(&line, &cap, log.from) > 0) {
		if (!read_change(line, &change) || change.gone || is_gone(&history, change.oid))
			continue;
		GP_TRY(hand_out(&hand, &change, err));
		*source->done = before + share * (double)hand.message.number / (double)(history.count + 1);
	}
	*source->done = before + share;
	return GP_OK;
}

/* --- version 1, or the epochs of version 2 -------------------------------------------------- */

static bool
is_repository(const char *path)
{
	SCOPED(gp_free_str) char *head = gp_printf("%s/HEAD", path);
	SCOPED(gp_free_str) char *objects = gp_printf("%s/objects", path);

	return access(head, F_OK) == 0 && access(objects, F_OK) == 0;
}

static char *
epoch_path(const char *path, int i)
{
	return gp_printf("%s/git/%d.git", path, i);
}

static int
count_epochs(const char *path)
{
	for (int i = 0; i < EPOCHS_MAX; i++) {
		SCOPED(gp_free_str) char *epoch = epoch_path(path, i);

		if (!is_repository(epoch))
			return i;
	}
	return EPOCHS_MAX;
}

bool
gp_git_is_inbox(const char *path)
{
	SCOPED(gp_free_str) char *inner = gp_printf("%s/.git", path);

	return is_repository(path) || is_repository(inner) || count_epochs(path) > 0;
}

enum gp_rc
gp_git_read(struct gp_source *source, const char *path, struct gp_err *err)
{
	SCOPED(gp_free_str) char *inner = gp_printf("%s/.git", path);
	int epochs = count_epochs(path);

	if (is_repository(path))
		return read_repository(source, path, 1, err);
	if (is_repository(inner))
		return read_repository(source, inner, 1, err);
	for (int i = 0; i < epochs; i++) {
		SCOPED(gp_free_str) char *epoch = epoch_path(path, i);

		GP_TRY(read_repository(source, epoch, 1.0 / epochs, err));
	}
	return GP_OK;
}
