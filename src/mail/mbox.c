#include "guildpost/mail/mbox.h"

#include <stdlib.h>
#include <strings.h>

#include "guildpost/base/clock.h"
#include "guildpost/base/mem.h"

#define TAIL	    3 /* octets that may turn out to be the blank line at the end of a message: "\n\r\n" */
#define DOUBTED_MAX (4u << 20) /* octets of a body whose length is looked at: each wrong one costs as much again */

struct gp_mbox {
	gp_mbox_each *each;
	void *context;
	size_t max; /* octets of a piece */
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
	bool within; /* what comes next goes on with a line that is too long to be held */
};

struct gp_mbox *
gp_mbox_new(size_t max, gp_mbox_each *each, void *context)
{
	struct gp_mbox *mbox = gp_new(sizeof(*mbox));

	mbox->each = each;
	mbox->context = context;
	mbox->max = max - TAIL;
	mbox->message = (struct gp_buf)GP_BUF_INIT(max + TAIL);
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

	if (strcmp(message->data, "\n") == 0 || strcmp(message->data, "\r\n") == 0) /* and nothing else */
		gp_buf_clear(message);
	else if (n >= 2 && message->data[n - 1] == '\n' && message->data[n - 2] == '\n')
		gp_buf_cut(message, n - 1);
	else if (n >= 3 && memcmp(message->data + n - 3, "\n\r\n", 3) == 0)
		gp_buf_cut(message, n - 2);
}

static enum gp_rc
hand_out(struct gp_mbox *mbox, size_t n, struct gp_err *err)
{
	mbox->facts.octets = mbox->message.data;
	mbox->facts.n = n;
	return mbox->each(mbox->context, &mbox->facts, err);
}

static enum gp_rc
finish(struct gp_mbox *mbox, struct gp_err *err)
{
	enum gp_rc rc;

	if (!mbox->open)
		return GP_OK;
	if (!mbox->bare)
		drop_last_blank(&mbox->message);
	mbox->facts.last = true;
	rc = hand_out(mbox, mbox->message.len, err);
	gp_buf_clear(&mbox->message);
	mbox->open = false;
	return rc;
}

/* Of a message that is too large what is in hand goes first. */
static enum gp_rc
add_octets(struct gp_mbox *mbox, const char *octets, size_t n, struct gp_err *err)
{
	size_t tail = mbox->message.len < TAIL ? mbox->message.len : TAIL, rest = mbox->message.len - tail;

	if (mbox->message.len + n > mbox->max) {
		char kept[TAIL];

		mbox->facts.too_large = true;
		if (rest > 0)
			GP_TRY(hand_out(mbox, rest, err));
		memcpy(kept, mbox->message.data + rest, tail);
		gp_buf_clear(&mbox->message);
		gp_buf_add(&mbox->message, kept, tail);
	}
	gp_buf_add(&mbox->message, octets, n);
	return GP_OK;
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
	mbox->facts = (struct gp_mbox_message){ .number = mbox->facts.number + 1, .envelope_date = date };
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
	if (!mbox->open) {
		begin(mbox, 0);
		mbox->bare = true;
	}
	note_length(mbox, line, n, blank);
	mbox->after_blank = blank;
	if (!mbox->bare && is_quoted_from(line, n)) {
		line++;
		n--;
	}
	return add_octets(mbox, line, n, err);
}

/* The length was right: all that was put by is of this body, as it stands. */
static enum gp_rc
believe(struct gp_mbox *mbox, struct gp_err *err)
{
	GP_TRY(add_octets(mbox, mbox->doubt.data, mbox->doubt.len, err));
	if (mbox->over)
		GP_TRY(add_octets(mbox, "\n", 1, err)); /* which finish() takes for the file's */
	gp_buf_clear(&mbox->doubt);
	mbox->doubted = mbox->over = false;
	mbox->length = 0;
	mbox->after_blank = true;
	return GP_OK;
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
		GP_TRY(believe(mbox, err));
	else
		GP_TRY(disbelieve(mbox, err));
	return next_line(mbox, line, n, err);
}

static enum gp_rc
next_line(struct gp_mbox *mbox, const char *line, size_t n, struct gp_err *err)
{
	return mbox->doubted ? doubt_line(mbox, line, n, err) : take_line(mbox, line, n, err);
}

/* A line, or a piece of one that is too long to be held. */
static enum gp_rc
take_piece(struct gp_mbox *mbox, const char *piece, size_t n, bool ends, struct gp_err *err)
{
	bool within = mbox->within;

	mbox->within = !ends;
	if (!within)
		return next_line(mbox, piece, n, err);
	while (mbox->doubted)
		GP_TRY(disbelieve(mbox, err)); /* no length that is believed reaches so far */
	mbox->body += n;
	return add_octets(mbox, piece, n, err);
}

enum gp_rc
gp_mbox_feed(struct gp_mbox *mbox, const char *octets, size_t n, struct gp_err *err)
{
	size_t piece;

	for (const char *at = octets, *end = octets + n; at < end; at += piece) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));

		piece = (size_t)((lf != NULL ? lf + 1 : end) - at);
		if (mbox->line.len > 0 && mbox->line.len + piece > mbox->max) {
			GP_TRY(take_piece(mbox, mbox->line.data, mbox->line.len, false, err));
			gp_buf_clear(&mbox->line);
		}
		if (lf != NULL && mbox->line.len == 0) {
			GP_TRY(take_piece(mbox, at, piece, true, err));
			continue;
		}
		gp_buf_add(&mbox->line, at, piece);
		if (lf == NULL)
			continue;
		GP_TRY(take_piece(mbox, mbox->line.data, mbox->line.len, true, err));
		gp_buf_clear(&mbox->line);
	}
	return GP_OK;
}

enum gp_rc
gp_mbox_end(struct gp_mbox *mbox, bool cut, struct gp_err *err)
{
	bool unended = mbox->line.len > 0;

	if (unended)
		GP_TRY(take_piece(mbox, mbox->line.data, mbox->line.len, true, err));
	gp_buf_clear(&mbox->line);
	while (mbox->doubted)
		if (mbox->body + mbox->doubt.len == mbox->length)
			GP_TRY(believe(mbox, err));
		else
			GP_TRY(disbelieve(mbox, err));
	mbox->facts.cut = cut;
	mbox->facts.unended = unended;
	GP_TRY(finish(mbox, err));
	mbox->bare = mbox->within = false;
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
