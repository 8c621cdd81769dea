#include "desk/budget.h"

#include "guildpost/base/log.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/answered.h"

#define HOUR	      3600
#define DAY	      86400
#define KIND_LIMIT    1 /* answers of one kind to an unproved address a day (RCV-16) ... */
#define WEEKLY_LIMIT  20 /* ... and of all kinds a week */
#define HOUSE_LIMIT   1000 /* answers to unproved addresses an hour, by the whole house */
#define PROVED_LIMIT  60 /* answers to one who has proved the address, an hour */
#define UNASKED_LIMIT 1 /* mails that nobody asked for, to one address in seven days (promise 3) */

/* Each row must allow it. */
struct limit {
	const char *kind; /* as store/answered.h counts them; NULL: all kinds of answers */
	bool whole_house;
	int64_t window, most; /* seconds; mails */
};

static enum gp_rc
within(struct gp_desk *desk, const char *key, const struct limit *limits, size_t count, int64_t now, bool *ret,
    struct gp_err *err)
{
	int64_t sent;

	*ret = true;
	for (size_t i = 0; i < count && *ret; i++) {
		GP_TRY(gp_answered_count(
		    desk->db, limits[i].whole_house ? NULL : key, limits[i].kind, now - limits[i].window, &sent, err));
		*ret = sent < limits[i].most;
	}
	return GP_OK;
}

/* An answer to who has not proved the address: small, rare, and the house as a whole no loud-speaker (RCV-16). */
static enum gp_rc
ask_unproved(struct gp_desk *desk, const struct gp_notice *notice, const char *key, bool *ret, struct gp_err *err)
{
	const struct limit limits[] = { { notice->limit_kind, false, DAY, KIND_LIMIT },
		{ NULL, false, 7 * DAY, WEEKLY_LIMIT }, { NULL, true, HOUR, HOUSE_LIMIT } };

	GP_TRY(within(desk, key, limits, GP_COUNT(limits), notice->now, ret, err));
	return *ret ? gp_answered_note(desk->db, key, notice->limit_kind, notice->now, err) : GP_OK;
}

static enum gp_rc
ask_apart(struct gp_desk *desk, const struct gp_notice *notice, const char *key, const char *kind, int64_t window,
    int64_t most, bool *ret, struct gp_err *err)
{
	const struct limit limit = { kind, false, window, most };

	GP_TRY(within(desk, key, &limit, 1, notice->now, ret, err));
	return *ret ? gp_answered_note(desk->db, key, kind, notice->now, err) : GP_OK;
}

/* What somebody asked for by a mail of their own. */
static enum gp_rc
ask_answer(struct gp_desk *desk, const struct gp_notice *notice, const char *key, bool *ret, struct gp_err *err)
{
	if (notice->limit_kind != NULL)
		return ask_unproved(desk, notice, key, ret, err);
	return ask_apart(desk, notice, key, "=proved", HOUR, PROVED_LIMIT, ret, err);
}

/* What those who look after things must see; a limit_kind says that once a day is enough. */
static enum gp_rc
ask_queue(struct gp_desk *desk, const struct gp_notice *notice, const char *key, bool *ret, struct gp_err *err)
{
	SCOPED(gp_free_str) char *kind = NULL;

	*ret = true;
	if (notice->limit_kind == NULL)
		return GP_OK;
	kind = gp_printf("=%s", notice->limit_kind);
	return ask_apart(desk, notice, key, kind, DAY, 1, ret, err);
}

/* The question whether an address wants something: its own limits came before (SUB-02), or it is an answer. */
static enum gp_rc
ask_confirm(struct gp_desk *desk, const struct gp_notice *notice, const char *key, bool *ret, struct gp_err *err)
{
	*ret = true;
	return notice->limit_kind != NULL ? ask_unproved(desk, notice, key, ret, err) : GP_OK;
}

static enum gp_rc
ask_unasked(struct gp_desk *desk, const struct gp_notice *notice, const char *key, bool *ret, struct gp_err *err)
{
	return ask_apart(desk, notice, key, "=unasked", 7 * DAY, UNASKED_LIMIT, ret, err);
}

enum gp_rc
gp_budget_ask(struct gp_desk *desk, const struct gp_notice *notice, bool *ret_may, struct gp_err *err)
{
	static const struct {
		const char *kind; /* of the outbox row */
		enum gp_rc (*ask)(struct gp_desk *desk, const struct gp_notice *notice, const char *key, bool *ret,
		    struct gp_err *err);
	} rules[] = { { "receipt", ask_answer }, { "confirm", ask_confirm }, { "held", ask_queue },
		{ "report", ask_queue }, { "forward", ask_queue } };
	char key[GP_ADDRESS_MAX];
	struct gp_err ignored;
	size_t i = 0;

	*ret_may = gp_address_ok(notice->to_address) && gp_address_key(notice->to_address, key, &ignored) == GP_OK;
	if (!*ret_may)
		return GP_OK;
	while (i < GP_COUNT(rules) && strcmp(rules[i].kind, notice->kind) != 0)
		i++;
	/* What has no rule of its own is within the budget. */
	GP_TRY((i < GP_COUNT(rules) ? rules[i].ask : ask_unasked)(desk, notice, key, ret_may, err));
	if (!*ret_may)
		gp_log(GP_LOG_INFO, "notice.limited", "kind", notice->kind, "template", notice->template_name, "rcpt",
		    notice->to_address, NULL);
	return GP_OK;
}
