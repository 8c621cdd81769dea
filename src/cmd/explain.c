/* explain: what guildpost understands of a message, offline and without a database. Strangers' octets are read by the
 * reader child here as everywhere. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/lazy.h"
#include "guildpost/cmd/app.h"
#include "guildpost/cmd/commands.h"
#include "guildpost/desk/reader.h"
#include "guildpost/guild/classify.h"
#include "guildpost/mail/mbox.h"

#define MESSAGE_MAX (128u << 20) /* octets */
#define CHUNK	    65536
#define JSON_MAX    (64u << 20)
#define USAGE	    "explain [--sender ADDR] [--recipient ADDR] [FILE|MBOX]"

#define WAITING_MAX 32 /* messages */

struct explain {
	struct gp_app *app;
	struct gp_reader *reader;
	const char *sender, *recipient; /* NULL: not given */
	bool mbox;
	int64_t count, failed;
	/* Messages that are read together; numbers: which of the mbox each is. */
	struct gp_reader_job waiting[WAITING_MAX];
	int64_t numbers[WAITING_MAX];
	size_t waiting_count, waiting_octets;
};

/* --- in JSON ------------------------------------------------------------------------------------------------------ */

static void
json_pair(struct gp_buf *out, const char *key, const char *value)
{
	gp_buf_addc(out, out->len > 0 && out->data[out->len - 1] != '{' ? ',' : ' ');
	if (out->data[out->len - 1] == ' ')
		gp_buf_cut(out, out->len - 1);
	gp_json_string(out, key);
	gp_buf_addc(out, ':');
	if (value == NULL)
		gp_buf_adds(out, "null");
	else
		gp_json_string(out, value);
}

static void
json_number(struct gp_buf *out, const char *key, int64_t value)
{
	gp_buf_addc(out, ',');
	gp_json_string(out, key);
	gp_buf_addf(out, ":%lld", (long long)value);
}

static void
out_array(struct gp_app *app, const char *key, struct gp_buf *items)
{
	SCOPED(gp_free_str) char *json = gp_printf("[%s]", items->data);

	gp_out_raw(app, key, json, json);
	gp_buf_release(items);
}

static void
out_references(struct gp_app *app, const struct gp_reading *reading)
{
	struct gp_buf items = GP_BUF_INIT(JSON_MAX);

	for (size_t i = 0; i < reading->references.count; i++) {
		if (i > 0)
			gp_buf_addc(&items, ',');
		gp_json_string(&items, reading->references.v[i]);
	}
	out_array(app, "references", &items);
}

static void
out_parts(struct gp_app *app, const struct gp_reading *reading)
{
	struct gp_buf items = GP_BUF_INIT(JSON_MAX);

	for (size_t i = 0; i < reading->part_count; i++) {
		gp_buf_adds(&items, i > 0 ? ",{" : "{");
		json_pair(&items, "type", reading->parts[i].type);
		json_pair(&items, "charset", reading->parts[i].charset);
		json_pair(&items, "filename", reading->parts[i].filename);
		json_number(&items, "size", reading->parts[i].size);
		gp_buf_addc(&items, '}');
	}
	out_array(app, "parts", &items);
}

static void
out_bounces(struct gp_app *app, const struct gp_reading *reading)
{
	struct gp_buf items = GP_BUF_INIT(JSON_MAX);

	for (size_t i = 0; i < reading->bounce_count; i++) {
		gp_buf_adds(&items, i > 0 ? ",{" : "{");
		json_pair(&items, "recipient", reading->bounces[i].recipient);
		json_pair(&items, "status", reading->bounces[i].status);
		json_pair(&items, "verdict", reading->bounces[i].verdict);
		gp_buf_addc(&items, '}');
	}
	out_array(app, "bounce", &items);
}

/* "20261210T180000Z" as RFC 3339, "20261210" as a date, "" as null; a time on some wall, whose zone nobody knows, stays
 * without the Z. */
static void
json_time(struct gp_buf *out, const char *key, const char *value)
{
	char text[GP_RFC3339_SIZE + 8];
	int year, month, day, hour, minute, second;

	if (sscanf(value, "%4d%2d%2dT%2d%2d%2d", &year, &month, &day, &hour, &minute, &second) == 6)
		(void)snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d%s", year, month, day, hour, minute,
		    second, value[strlen(value) - 1] == 'Z' ? "Z" : "");
	else if (sscanf(value, "%4d%2d%2d", &year, &month, &day) == 3)
		(void)snprintf(text, sizeof(text), "%04d-%02d-%02d", year, month, day);
	else
		text[0] = '\0';
	json_pair(out, key, text[0] != '\0' ? text : NULL);
}

static void
json_calendar(struct gp_buf *out, const struct gp_calendar *calendar)
{
	gp_buf_addc(out, '{');
	json_pair(out, "method", calendar->method);
	json_pair(out, "uid", calendar->uid);
	json_number(out, "sequence", calendar->sequence);
	json_time(out, "recurrence_id", calendar->recurrence_id);
	json_pair(out, "organizer", calendar->organizer);
	gp_buf_adds(out, ",\"attendees\":[");
	for (size_t i = 0; i < calendar->attendee_count; i++) {
		gp_buf_adds(out, i > 0 ? ",{" : "{");
		json_pair(out, "address", calendar->attendees[i].address);
		json_pair(out, "partstat", calendar->attendees[i].partstat);
		json_pair(out, "comment", calendar->attendees[i].comment);
		gp_buf_addc(out, '}');
	}
	gp_buf_addc(out, ']');
	json_time(out, "start", calendar->start);
	json_time(out, "end", calendar->end);
	gp_buf_addc(out, '}');
}

static void
out_calendars(struct gp_app *app, const struct gp_reading *reading)
{
	struct gp_buf items = GP_BUF_INIT(JSON_MAX);

	for (size_t i = 0; i < reading->calendar_count; i++) {
		if (i > 0)
			gp_buf_addc(&items, ',');
		json_calendar(&items, &reading->calendars[i]);
	}
	out_array(app, "calendar", &items);
}

static void
out_json(struct gp_app *app, const struct gp_reading *reading, const char *kind, const char *why, const char *sender)
{
	gp_out_text(app, "kind", kind);
	gp_out_text(app, "why", why);
	gp_out_text(app, "envelope_sender", sender);
	gp_out_text(app, "message_id", reading->message_id);
	gp_out_text(app, "from_name", reading->from_name);
	gp_out_text(app, "from_address", reading->from_address);
	gp_out_text(app, "subject", reading->subject);
	gp_out_time(app, "date", reading->date);
	out_references(app, reading);
	gp_out_text(app, "text", reading->text);
	gp_out_text(app, "own_text", reading->own_text);
	gp_out_text(app, "first_line", reading->first_line);
	gp_out_text(app, "excerpt", reading->excerpt);
	out_parts(app, reading);
	out_bounces(app, reading);
	out_calendars(app, reading);
	gp_out_row(app);
}

/* --- for people --------------------------------------------------------------------------------------------------- */

static void
say(const char *name, const char *value)
{
	if (value != NULL && *value != '\0')
		(void)printf("%-12s %s\n", name, value);
}

static void
say_block(const char *name, const char *text)
{
	if (*text == '\0')
		return;
	(void)printf("%s\n", name);
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");

		(void)printf("    %.*s\n", (int)n, text);
		text += n + (text[n] == '\n');
	}
}

static void
say_parts(const struct gp_reading *reading)
{
	for (size_t i = 0; i < reading->part_count; i++) {
		const struct gp_part *part = &reading->parts[i];

		(void)printf("%-12s %s%s%s%s%s, %lld octets\n", i == 0 ? "parts" : "", part->type,
		    *part->charset != '\0' ? " " : "", part->charset, *part->filename != '\0' ? " " : "",
		    part->filename, (long long)part->size);
	}
	for (size_t i = 0; i < reading->bounce_count; i++)
		(void)printf("%-12s %s %s %s%s\n", i == 0 ? "bounce" : "",
		    *reading->bounces[i].recipient != '\0' ? reading->bounces[i].recipient : "somebody",
		    reading->bounces[i].status, reading->bounces[i].verdict,
		    reading->bounces[i].soft && *reading->bounces[i].verdict == 'p' ? " (counts as temporary)" : "");
	for (size_t i = 0; i < reading->calendar_count; i++) {
		const struct gp_calendar *calendar = &reading->calendars[i];

		(void)printf(
		    "%-12s %s %s %s\n", i == 0 ? "calendar" : "", calendar->method, calendar->uid, calendar->start);
		for (size_t j = 0; j < calendar->attendee_count; j++)
			(void)printf(
			    "%-12s %s %s\n", "", calendar->attendees[j].address, calendar->attendees[j].partstat);
	}
}

static void
say_all(const struct gp_reading *reading, const char *kind, const char *why, const char *sender)
{
	char date[GP_RFC3339_SIZE] = "";

	if (reading->date != 0)
		gp_clock_format(reading->date, date);
	(void)printf("%-12s %s: %s\n", "kind", kind, why);
	say("sender", sender);
	say("message-id", reading->message_id);
	(void)printf("%-12s %s%s<%s>\n", "from", reading->from_name, *reading->from_name != '\0' ? " " : "",
	    reading->from_address);
	say("subject", reading->subject);
	say("date", date);
	for (size_t i = 0; i < reading->references.count; i++)
		(void)printf("%-12s %s\n", i == 0 ? "references" : "", reading->references.v[i]);
	say_parts(reading);
	say("refused", reading->refused);
	say("first line", reading->first_line);
	say_block("excerpt", reading->excerpt);
	say_block("own text", reading->own_text);
	say_block("text", reading->text);
}

/* One line a message, written at once: an archive may be long, and a table is as wide as what it holds. */
static void
say_line(const struct gp_reading *reading, const char *kind, const char *why)
{
	char date[GP_RFC3339_SIZE] = "-";

	if (reading->date != 0)
		gp_clock_format(reading->date, date);
	(void)printf("%-12s  %-20s  %-32s  %s  (%s)\n", kind, date,
	    *reading->from_address != '\0' ? reading->from_address : "-",
	    *reading->subject != '\0' ? reading->subject : "-", why);
}

/* --- one message -------------------------------------------------------------------------------------------------- */

static void
show_one(struct explain *ex, const struct gp_reading *reading)
{
	const char *plus = ex->recipient != NULL ? strchr(ex->recipient, '+') : NULL, *why, *kind;
	SCOPED(gp_free_str) char *ext = plus != NULL ? gp_strndup(plus + 1, strcspn(plus + 1, "@")) : gp_strdup("");
	const struct gp_envelope envelope = { ex->sender, ex->recipient != NULL ? ex->recipient : "", ext, "" };

	kind = gp_kind_name(gp_classify(reading, &envelope, &why));
	if (ex->app->json)
		out_json(ex->app, reading, kind, why, ex->sender);
	else if (ex->mbox)
		say_line(reading, kind, why);
	else
		say_all(reading, kind, why, ex->sender);
}

/* In an mbox a message that cannot be read is counted, named, and passed over. */
static enum gp_rc
failed_one(struct explain *ex, int64_t number, enum gp_rc rc, const struct gp_err *err)
{
	if (!ex->mbox)
		return rc;
	ex->failed++;
	(void)fprintf(stderr, "guildpost: message %lld: %s\n", (long long)number, err->text);
	return GP_OK;
}

static enum gp_rc
explain_waiting(struct explain *ex, struct gp_err *err)
{
	enum gp_rc rc = GP_OK;

	gp_reader_read_all(ex->reader, ex->waiting, ex->waiting_count);
	for (size_t i = 0; i < ex->waiting_count; i++) {
		struct gp_reader_job *job = &ex->waiting[i];

		if (job->rc == GP_OK) {
			show_one(ex, &job->reading);
			gp_reading_release(&job->reading);
		} else if (rc == GP_OK) {
			*err = job->err;
			rc = failed_one(ex, ex->numbers[i], job->rc, err);
		}
		free((void *)(uintptr_t)job->octets);
	}
	ex->waiting_count = ex->waiting_octets = 0;
	return rc;
}

/* --- files -------------------------------------------------------------------------------------------------------- */

static enum gp_rc
explain_next(void *context, const struct gp_mbox_message *message, struct gp_err *err)
{
	struct explain *ex = context;

	if (!message->last)
		return GP_OK;
	ex->count++;
	if (message->too_large || ex->waiting_octets + message->n > GP_READER_PARCEL ||
	    ex->waiting_count == WAITING_MAX)
		GP_TRY(explain_waiting(ex, err));
	if (message->too_large)
		return failed_one(ex, message->number,
		    gp_fail_as(err, 65, "5.3.4", "the message is larger than %u octets", MESSAGE_MAX), err);
	ex->numbers[ex->waiting_count] = message->number;
	ex->waiting[ex->waiting_count++] = (struct gp_reader_job){
		.octets = gp_memdup(message->octets, message->n), .n = message->n, .received = gp_clock_now()
	};
	ex->waiting_octets += message->n;
	return GP_OK;
}

static enum gp_rc
explain_stream(struct explain *ex, gzFile file, struct gp_err *err)
{
	SCOPED(gp_mbox_free) struct gp_mbox *mbox = gp_mbox_new(MESSAGE_MAX, explain_next, ex);
	SCOPED(gp_free_ptr) char *chunk = gp_new(CHUNK);
	bool first = true;
	int n;

	while ((n = gzread(file, chunk, CHUNK)) > 0) {
		if (first)
			ex->mbox = n > 5 && memcmp(chunk, "From ", 5) == 0;
		first = false;
		GP_TRY(gp_mbox_feed(mbox, chunk, (size_t)n, err));
	}
	if (n >= 0)
		GP_TRY(gp_mbox_end(mbox, false, err));
	GP_TRY(explain_waiting(ex, err));
	if (n < 0)
		return gp_fail_as(err, 74, "4.3.0", "the file is damaged or ends too early");
	if (ex->count == 0)
		return gp_fail_as(err, 65, "5.6.0", "there is no message: the input is empty");
	if (ex->failed > 0)
		return gp_fail_as(err, 65, "5.6.0", "%lld of %lld messages could not be read", (long long)ex->failed,
		    (long long)ex->count);
	return GP_OK;
}

enum gp_rc
gp_cmd_explain(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	struct explain ex = { .app = app };
	const char *path;
	gzFile file;
	enum gp_rc rc;
	int fd;

	ex.sender = gp_option(&argc, argv, "--sender");
	ex.recipient = gp_option(&argc, argv, "--recipient");
	GP_TRY(gp_option_end(argc, argv, 0, 1, USAGE, err));
	path = argc > 1 && strcmp(argv[1], "-") != 0 ? argv[1] : NULL;
	fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);
	file = fd >= 0 ? gzdopen(fd, "rb") : NULL;
	if (file == NULL)
		return gp_fail_as(
		    err, 66, "5.6.0", "cannot read %s: %s", path != NULL ? path : "standard input", strerror(errno));
	gp_mem_keep();
	ex.reader = gp_reader_new(app->program);
	gp_out_begin(app);
	rc = explain_stream(&ex, file, err);
	gp_out_end(app);
	gp_reader_free(&ex.reader);
	(void)gzclose(file);
	return rc;
}
