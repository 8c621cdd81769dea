#include "guildpost/mail/mbox.h"

#include <stdlib.h>
#include <strings.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/mem.h"

#define DOUBTED_MAX (4u << 20) /* octets of a body whose length is looked at: each wrong one costs as much again */

struct gp_mbox {
	gp_mbox_each *each;
	void *context;
	struct gp_buf message, line; /* line: the beginning of one that is not whole yet */
	/* mboxcl: a header field tells the body's length, and "From " lines within it are not always quoted. The field is
	 * often wrong, so such a line is only doubted: what follows is put by until the length is reached, and what
	 * stands there tells. */
	struct gp_buf doubt;
	size_t length, body; /* as the field tells, 0: no such field; octets of the body so far, as they stand */
	bool in_header, doubted, over; /* over: the length is reached, and a blank line has followed */
	struct gp_mbox_message facts;
	bool open, bare; /* inside a message; the file is one message, no mbox */
	bool after_blank; /* the line before was blank, or there was none */
};

struct gp_mbox *
gp_mbox_new(size_t max, gp_mbox_each *each, void *context)
{
	struct gp_mbox *mbox = gp_new(sizeof(*mbox));

	mbox->each = each;
	mbox->context = context;
	mbox->message = (struct gp_buf)GP_BUF_INIT(max);
	mbox->line = (struct gp_buf)GP_BUF_INIT(max);
	mbox->doubt = (struct gp_buf)GP_BUF_INIT(max);
	mbox->after_blank = true;
	return mbox;
}

void
gp_mbox_free(struct gp_mbox **mbox)
{
	if (*mbox == NULL)
		return;
	gp_buf_release(&(*mbox)->message);
	gp_buf_release(&(*mbox)->line);
	gp_buf_release(&(*mbox)->doubt);
	free(*mbox);
	*mbox = NULL;
}

static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
	"Dec" };
static const char weekdays[7][4] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

static int
month_number(const char *name)
{
	for (int i = 0; i < 12; i++)
		if (strncasecmp(name, months[i], 3) == 0)
			return i + 1;
	return 0;
}

/* "From ann@a.example  Tue Nov 24 16:06:03 2026": asctime(3), in UTC. Some write the zone behind the time or the year;
 * it is passed over, for this date only stands in for a missing one. */
static int64_t
envelope_date(const char *line)
{
	char month[4], zone[8];
	int day, hour, minute, second, year = 0;
	const char *at;

	for (at = strchr(line + 5, ' '); at != NULL; at = strchr(at + 1, ' ')) {
		if (sscanf(at, " %*3s %3s %d %d:%d:%d %d", month, &day, &hour, &minute, &second, &year) != 6 &&
		    sscanf(at, " %*3s %3s %d %d:%d:%d %7s %d", month, &day, &hour, &minute, &second, zone, &year) != 7)
			continue;
		if (month_number(month) == 0 || day < 1 || day > 31 || year < 1970 || year > 9999 || hour > 23 ||
		    minute > 59 || second > 60)
			continue;
		return gp_days_from_civil(year, month_number(month), day) * 86400 + hour * 3600 + minute * 60 + second;
	}
	return 0;
}

/* The blank line at the end belongs to the mbox. */
static void
drop_last_blank(struct gp_buf *message)
{
	size_t n = message->len;

	if (n >= 2 && message->data[n - 1] == '\n' && message->data[n - 2] == '\n')
		gp_buf_cut(message, n - 1);
	else if (n >= 3 && memcmp(message->data + n - 3, "\n\r\n", 3) == 0)
		gp_buf_cut(message, n - 2);
}

static enum gp_rc
finish(struct gp_mbox *mbox, struct gp_err *err)
{
	enum gp_rc rc;

	if (!mbox->open)
		return GP_OK;
	if (!mbox->bare)
		drop_last_blank(&mbox->message);
	mbox->facts.number++;
	mbox->facts.octets = mbox->message.data;
	mbox->facts.n = mbox->message.len;
	mbox->facts.too_large = mbox->message.full;
	rc = mbox->each(mbox->context, &mbox->facts, err);
	gp_buf_clear(&mbox->message);
	mbox->open = false;
	return rc;
}

static bool
is_quoted_from(const char *line, size_t n)
{
	size_t marks = 0;

	while (marks < n && line[marks] == '>')
		marks++;
	return marks > 0 && n - marks >= 5 && memcmp(line + marks, "From ", 5) == 0;
}

/* Not every writer quotes: within a file, a line that has neither a date nor a single word behind "From " is somebody's
 * sentence. */
static bool
is_from_line(const char *line, size_t n, bool first, int64_t *ret_date)
{
	SCOPED(gp_free_str) char *copy = NULL;

	if (n < 5 || memcmp(line, "From ", 5) != 0)
		return false;
	copy = gp_strndup(line, n < 500 ? n : 500);
	*ret_date = envelope_date(copy);
	return first || *ret_date != 0 || strchr(copy + 5, ' ') == NULL;
}

static void
begin(struct gp_mbox *mbox, int64_t date)
{
	mbox->open = mbox->in_header = true;
	mbox->facts.envelope_date = date;
	mbox->after_blank = false;
	mbox->length = mbox->body = 0;
}

static void
note_length(struct gp_mbox *mbox, const char *line, size_t n, bool blank)
{
	static const char name[] = "Content-Length:";

	if (!mbox->in_header)
		mbox->body += n;
	else if (blank)
		mbox->in_header = false;
	else if (n > sizeof(name) && n < 60 && strncasecmp(line, name, sizeof(name) - 1) == 0)
		mbox->length = (size_t)strtoull(line + sizeof(name) - 1, NULL, 10);
}

static enum gp_rc
take_line(struct gp_mbox *mbox, const char *line, size_t n, struct gp_err *err)
{
	bool blank = n == 1 || (n == 2 && line[0] == '\r');
	int64_t date;

	if (!mbox->bare && mbox->after_blank && is_from_line(line, n, !mbox->open, &date)) {
		if (mbox->open && !mbox->in_header && mbox->body + n <= mbox->length && mbox->length <= DOUBTED_MAX) {
			mbox->doubted = true;
			gp_buf_add(&mbox->doubt, line, n);
			return GP_OK;
		}
		GP_TRY(finish(mbox, err));
		begin(mbox, date);
		return GP_OK;
	}
	if (!mbox->open && blank)
		return GP_OK; /* before the first message */
	if (!mbox->open)
		mbox->open = mbox->bare = true;
	note_length(mbox, line, n, blank);
	mbox->after_blank = blank;
	if (!mbox->bare && is_quoted_from(line, n)) {
		line++;
		n--;
	}
	gp_buf_add(&mbox->message, line, n);
	return GP_OK;
}

/* The length was right: all that was put by is of this body, as it stands. */
static void
believe(struct gp_mbox *mbox)
{
	gp_buf_add(&mbox->message, mbox->doubt.data, mbox->doubt.len);
	if (mbox->over)
		gp_buf_addc(&mbox->message, '\n'); /* which finish() takes for the file's */
	gp_buf_clear(&mbox->doubt);
	mbox->doubted = mbox->over = false;
	mbox->length = 0;
	mbox->after_blank = true;
}

static enum gp_rc next_line(struct gp_mbox *mbox, const char *line, size_t n, struct gp_err *err);

/* It was wrong: what was put by is taken as if it had not told any. */
static enum gp_rc
disbelieve(struct gp_mbox *mbox, struct gp_err *err)
{
	size_t n = mbox->doubt.len;
	SCOPED(gp_free_str) char *octets = gp_buf_take(&mbox->doubt);
	bool over = mbox->over;

	mbox->doubted = mbox->over = false;
	mbox->length = 0;
	for (const char *at = octets, *end = octets + n, *lf; at < end; at = lf + 1) {
		lf = memchr(at, '\n', (size_t)(end - at));
		if (lf == NULL)
			lf = end - 1;
		GP_TRY(next_line(mbox, at, (size_t)(lf + 1 - at), err));
	}
	return over ? next_line(mbox, "\n", 1, err) : GP_OK;
}

/* A line of which nobody knows yet whether it is of the body or of the next message. */
static enum gp_rc
doubt_line(struct gp_mbox *mbox, const char *line, size_t n, struct gp_err *err)
{
	size_t reached = mbox->body + mbox->doubt.len;
	bool blank = n == 1 || (n == 2 && line[0] == '\r');
	int64_t date;

	if (reached + n <= mbox->length && !mbox->doubt.full) {
		gp_buf_add(&mbox->doubt, line, n);
		return GP_OK;
	}
	if (reached == mbox->length && blank && !mbox->over) {
		mbox->over = true;
		return GP_OK;
	}
	if (reached == mbox->length && is_from_line(line, n, false, &date))
		believe(mbox);
	else
		GP_TRY(disbelieve(mbox, err));
	return next_line(mbox, line, n, err);
}

static enum gp_rc
next_line(struct gp_mbox *mbox, const char *line, size_t n, struct gp_err *err)
{
	return mbox->doubted ? doubt_line(mbox, line, n, err) : take_line(mbox, line, n, err);
}

enum gp_rc
gp_mbox_feed(struct gp_mbox *mbox, const char *octets, size_t n, struct gp_err *err)
{
	const char *end = octets + n, *at = octets, *lf;

	while (at < end) {
		lf = memchr(at, '\n', (size_t)(end - at));
		if (lf == NULL) {
			gp_buf_add(&mbox->line, at, (size_t)(end - at));
			return GP_OK;
		}
		if (mbox->line.len > 0) {
			gp_buf_add(&mbox->line, at, (size_t)(lf + 1 - at));
			GP_TRY(next_line(mbox, mbox->line.data, mbox->line.len, err));
			gp_buf_clear(&mbox->line);
		} else {
			GP_TRY(next_line(mbox, at, (size_t)(lf + 1 - at), err));
		}
		at = lf + 1;
	}
	return GP_OK;
}

enum gp_rc
gp_mbox_end(struct gp_mbox *mbox, struct gp_err *err)
{
	if (mbox->line.len > 0)
		GP_TRY(next_line(mbox, mbox->line.data, mbox->line.len, err));
	gp_buf_clear(&mbox->line);
	while (mbox->doubted)
		if (mbox->body + mbox->doubt.len == mbox->length)
			believe(mbox);
		else
			GP_TRY(disbelieve(mbox, err));
	GP_TRY(finish(mbox, err));
	mbox->bare = false;
	mbox->after_blank = true;
	mbox->facts = (struct gp_mbox_message){ 0 };
	return GP_OK;
}

static void
add_from_line(struct gp_buf *out, const char *sender, int64_t date)
{
	int64_t year, days = date / 86400 - (date % 86400 < 0), rest = date - days * 86400;
	int month, day;

	gp_civil_from_days(days, &year, &month, &day);
	gp_buf_adds(out, "From ");
	for (const char *c = *sender != '\0' ? sender : "MAILER-DAEMON"; *c != '\0'; c++)
		gp_buf_addc(out, (unsigned char)*c <= ' ' || *c == 0x7f ? '-' : *c); /* it is one word */
	gp_buf_addf(out, " %s %s %2d %02d:%02d:%02d %04lld\n", weekdays[((days + 3) % 7 + 7) % 7], months[month - 1],
	    day, (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60), (long long)year);
}

void
gp_mbox_write(struct gp_buf *out, const char *sender, int64_t date, const char *octets, size_t n)
{
	const char *at = octets, *end = octets + n, *lf;
	size_t line;

	add_from_line(out, sender, date);
	for (; at < end; at += line) {
		lf = memchr(at, '\n', (size_t)(end - at));
		line = lf != NULL ? (size_t)(lf + 1 - at) : (size_t)(end - at);
		if ((line >= 5 && memcmp(at, "From ", 5) == 0) || is_quoted_from(at, line))
			gp_buf_addc(out, '>');
		gp_buf_add(out, at, line);
	}
	gp_buf_adds(out, n > 0 && octets[n - 1] != '\n' ? "\n\n" : "\n");
}

const char *
gp_line_end(const char *octets, size_t n)
{
	size_t crlf = 0, lf = 0;

	for (const char *at = octets, *end = octets + n; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
		if (at > octets && at[-1] == '\r')
			crlf++;
		else
			lf++;
	return crlf > 0 && lf > 0 ? "mixed" : crlf > 0 ? "crlf" : "lf";
}
