#include "desk/brief_mail.h"
#include "desk/handlers.h"
#include "desk/minutes.h"
#include "guildpost/base/mem.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/brief.h"
#include "guildpost/store/ledger.h"
#include "guildpost/store/member.h"

#define DAY	   86400
#define ACTS_SHOWN 40

/* --- the ledger ------------------------------------------------------------------------------ */

struct telling {
	struct gp_desk *desk;
	const struct gp_space *space;
	const struct gp_member *steward;
	struct gp_buf text;
};

/* {"held":"3","why":"off topic"} as people read it: held 3, why off topic. */
static void
add_details(const char *json, struct gp_buf *out)
{
	bool quoted = false;

	for (; *json != '\0'; json++)
		if (*json == '"')
			quoted = !quoted;
		else if (*json == '\\' && json[1] != '\0')
			gp_buf_addc(out, *++json);
		else if (quoted || (*json != '{' && *json != '}' && *json != ':' && *json != ','))
			gp_buf_addc(out, *json);
		else if (*json == ':' || *json == ',')
			gp_buf_adds(out, *json == ':' ? " " : ", ");
}

static enum gp_rc
tell_act(void *context, const struct gp_ledger_row *row, struct gp_err *err)
{
	struct telling *t = context;
	SCOPED(gp_buf_release) struct gp_buf details = GP_BUF_INIT(64 * 1024);
	SCOPED(gp_free_str) char *day = NULL;

	GP_TRY(brief_day(t->desk, t->space, t->steward, row->at, &day, err));
	if (row->payload != NULL)
		add_details(row->payload, &details);
	gp_buf_addf(&t->text, "  %lld  %s  %s  %s\n", (long long)row->id, day, row->act,
	    row->who != NULL ? row->who : row->actor);
	if (details.len > 0)
		gp_text_wrap(&t->text, details.data, 72, "      ");
	return GP_OK;
}

static void
telling_release(struct telling *t)
{
	gp_buf_release(&t->text);
}

static enum gp_rc
tell_ledger(struct gp_desk *desk, const struct gp_arrival *arrival, struct gp_err *err)
{
	const struct gp_space *space = arrival->to->space;
	SCOPED(telling_release)
	struct telling telling = { desk, space, arrival->author, GP_BUF_INIT(256 * 1024) };
	SCOPED(gp_community_free) struct gp_community *community = NULL;
	struct gp_err broken = { .text = "" };
	bool main_one;

	GP_TRY(gp_community_load(desk->db, space->community_id, &community, err));
	main_one = community != NULL && strcmp(community->name, space->name) == 0;
	GP_TRY(gp_ledger_list(desk->db, space->id, main_one ? community->id : 0, ACTS_SHOWN, tell_act, &telling, err));
	if (gp_ledger_verify(desk->db, &broken) == GP_TEMP) {
		*err = broken;
		return GP_TEMP;
	}
	const struct gp_var vars[] = { { "acts", telling.text.data }, { "broken", broken.text } };
	return gp_answer(desk, arrival,
	    &(struct gp_answer){ .template_name = "ledger",
		.kind = "receipt",
		.limit_kind = "ledger",
		.vars = vars,
		.var_count = GP_COUNT(vars) },
	    err);
}

/* --- the brief, now -------------------------------------------------------------------------- */

/* Since the last one, and a week at least. It is one more brief with its own numbers; the weekly one comes all the same,
 * since this one is noted as of a moment that was promised already. */
static enum gp_rc
tell_brief(struct gp_desk *desk, const struct gp_arrival *arrival, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	struct brief brief = { .kind = "brief", .now = arrival->now };
	int64_t last;
	bool sent;

	GP_TRY(brief_space(desk, arrival->to->space->community_id, &space, err));
	if (space == NULL)
		return GP_OK;
	GP_TRY(gp_brief_last(desk->db, space->community_id, "brief", &last, err));
	brief.space = space;
	brief.since = last < arrival->now - 7 * DAY ? last : arrival->now - 7 * DAY;
	GP_TRY(minutes_gather(desk, space->community_id, arrival->now, err));
	GP_TRY(gp_brief_insert(desk->db, space->community_id, "brief", last, &brief.id, err));
	GP_TRY(brief_send(desk, &brief, arrival->author, &sent, err));
	if (sent)
		return GP_OK;
	return gp_answer(desk, arrival,
	    &(struct gp_answer){ .template_name = "brief-empty", .kind = "receipt", .limit_kind = "brief" }, err);
}

/* To strangers the words are none that we know (SEC-04). What a steward asks for goes to the steward's own address, so a
 * forged From gains nothing but that mail. */
enum gp_rc
gp_steward_word_take(struct gp_desk *desk, const struct gp_arrival *arrival, bool *ret_taken, struct gp_err *err)
{
	static const struct {
		const char *word;
		enum gp_rc (*tell)(struct gp_desk *desk, const struct gp_arrival *arrival, struct gp_err *err);
	} words[] = { { "ledger", tell_ledger }, { "brief", tell_brief } };
	bool steward = false;

	*ret_taken = false;
	for (size_t i = 0; i < GP_COUNT(words); i++) {
		if (strcmp(words[i].word, arrival->to->route.word) != 0)
			continue;
		if (arrival->author != NULL)
			GP_TRY(gp_role_has(desk->db, arrival->author->id, "steward", &steward, err));
		*ret_taken = steward && gp_answerable(arrival);
		return *ret_taken ? words[i].tell(desk, arrival, err) : GP_OK;
	}
	return GP_OK;
}
