#include "desk/errand_step.h"
#include "guildpost/base/json.h"
#include "guildpost/base/mem.h"
#include "guildpost/desk/note.h"
#include "guildpost/desk/notice.h"
#include "guildpost/mail/mbox.h"
#include "guildpost/store/mine.h"
#include "guildpost/store/raw.h"

#define MBOX_MAX   (4u << 20) /* octets of posts in one mail: less than any provider refuses */
#define OCTETS_MAX (160u << 20)
#define JSON_MAX   (32u << 20)
#define AT_ONCE	   500
#define HOUR	   3600

/* --- what is known, as JSON ----------------------------------------------------------------- */

struct facts {
	struct gp_buf json;
	char section[24];
};

static enum gp_rc
add_row(void *context, const char *section, const char *json, struct gp_err *err)
{
	struct facts *facts = context;

	(void)err;
	if (strcmp(facts->section, section) != 0) {
		gp_buf_addf(&facts->json, "%s,\n \"%s\": [\n  ", facts->section[0] != '\0' ? "\n ]" : "", section);
		(void)snprintf(facts->section, sizeof(facts->section), "%s", section);
	} else {
		gp_buf_adds(&facts->json, ",\n  ");
	}
	gp_buf_adds(&facts->json, json);
	return GP_OK;
}

static enum gp_rc
write_facts(struct gp_desk *desk, const struct gp_member *member, struct gp_buf *out, struct gp_err *err)
{
	struct facts facts = { .json = GP_BUF_INIT(JSON_MAX) };
	enum gp_rc rc;

	gp_buf_adds(&facts.json, "{\n \"about\": ");
	gp_json_string(&facts.json, member->address);
	rc = gp_mine_list(desk->db, member->id, add_row, &facts, err);
	gp_buf_adds(&facts.json, facts.section[0] != '\0' ? "\n ]\n}\n" : "\n}\n");
	if (rc == GP_OK && facts.json.full)
		rc = gp_fail(err, "5.3.4", "what is known of a member is too much for one mail");
	gp_buf_release(out);
	*out = facts.json;
	return rc;
}

/* --- what they wrote, as an mbox ------------------------------------------------------------ */

struct posts {
	struct {
		int64_t id, raw_id, received_at, size;
		char *from;
	} v[AT_ONCE];
	size_t count;
};

static void
free_posts(struct posts **posts)
{
	for (size_t i = 0; i < (*posts)->count; i++)
		free((*posts)->v[i].from);
	free(*posts);
	*posts = NULL;
}

static enum gp_rc
take_post(void *context, const struct gp_mine_post *post, struct gp_err *err)
{
	struct posts *posts = context;
	size_t n = posts->count++;

	(void)err;
	posts->v[n].id = post->id;
	posts->v[n].raw_id = post->raw_id;
	posts->v[n].received_at = post->received_at;
	posts->v[n].size = post->size;
	posts->v[n].from = gp_strdup(post->from_address);
	return GP_OK;
}

/* From the post behind *cursor on as many as one mail takes, one at least. */
static enum gp_rc
write_posts(
    struct gp_desk *desk, int64_t member_id, int64_t *cursor, struct gp_buf *mbox, bool *ret_more, struct gp_err *err)
{
	SCOPED(free_posts) struct posts *posts = gp_new(sizeof(*posts));

	GP_TRY(gp_mine_posts(desk->db, member_id, *cursor, AT_ONCE, take_post, posts, err));
	*ret_more = posts->count == AT_ONCE;
	for (size_t i = 0; i < posts->count; i++) {
		SCOPED(gp_buf_release) struct gp_buf octets = GP_BUF_INIT(OCTETS_MAX);

		if (mbox->len > 0 && mbox->len + (size_t)posts->v[i].size > MBOX_MAX) {
			*ret_more = true;
			break;
		}
		GP_TRY(gp_raw_load(desk->db, posts->v[i].raw_id, &octets, err));
		gp_mbox_write(mbox, posts->v[i].from, posts->v[i].received_at, octets.data, octets.len);
		*cursor = posts->v[i].id;
	}
	return GP_OK;
}

/* --- the mail ------------------------------------------------------------------------------- */

static enum gp_rc
send_letter(struct gp_desk *desk, const struct gp_errand *errand, const struct gp_member *member,
    const struct gp_file *files, size_t count, bool more, int64_t now, bool *ret_sent, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	char part[12], actor[GP_ACTOR_SIZE];

	GP_TRY(gp_space_load(desk->db, errand->space_id, &space, err));
	(void)snprintf(part, sizeof(part), "%d", (int)(errand->stage % 100000) + 1);
	const struct gp_var vars[] = { { "part", errand->stage > 0 || more ? part : "" }, { "more", more ? "1" : "" },
		{ "facts", errand->stage == 0 ? "1" : "" },
		{ "posts", strstr(files[count - 1].name, ".mbox") != NULL ? files[count - 1].name : "" } };
	GP_TRY(gp_notice_send(desk,
	    &(struct gp_notice){ .kind = "receipt",
		.template_name = "export",
		.language = member->language,
		.space = space,
		.to_name = member->name,
		.to_address = *errand->about != '\0' ? errand->about : member->address,
		.member_id = member->id,
		.vars = vars,
		.var_count = GP_COUNT(vars),
		.files = files,
		.file_count = count,
		.now = now },
	    ret_sent, err));
	if (!*ret_sent || errand->stage > 0)
		return GP_OK;
	gp_actor(member->id, actor);
	return gp_note(desk, &(struct gp_note){ now, member->community_id, 0, actor, "member.export" }, err, NULL);
}

static enum gp_rc
send_and_move(struct gp_desk *desk, const struct gp_errand *errand, int64_t through, const struct gp_member *member,
    const struct gp_file *files, size_t count, bool more, int64_t now, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	struct gp_errand later = *errand;
	bool sent = false;

	GP_TRY(gp_tx_begin(desk->db, &tx, err));
	if (count > 0)
		GP_TRY(send_letter(desk, errand, member, files, count, more, now, &sent, err));
	later.stage += sent;
	later.cursor = sent ? through : errand->cursor;
	/* More than the limits let through in an hour comes in the next one. */
	later.next_at = sent ? now : now + HOUR;
	GP_TRY(count == 0 || (sent && !more) ? gp_errand_end(desk->db, errand->id, err)
					     : gp_errand_move(desk->db, &later, err));
	GP_TRY(gp_tx_commit(&tx, err));
	gp_bell_ring(desk->db, "deliver");
	return GP_OK;
}

enum gp_rc
export_step(struct gp_desk *desk, const struct gp_errand *errand, const struct gp_member *member, int64_t now,
    struct gp_err *err)
{
	SCOPED(gp_buf_release) struct gp_buf json = GP_BUF_INIT(JSON_MAX), mbox = GP_BUF_INIT(OCTETS_MAX);
	SCOPED(gp_free_str) char *mbox_name = gp_printf("posts-%d.mbox", (int)errand->stage + 1);
	struct gp_file files[2];
	int64_t through = errand->cursor;
	size_t count = 0;
	bool more = false;

	GP_TRY(write_posts(desk, member->id, &through, &mbox, &more, err));
	if (errand->stage == 0) {
		GP_TRY(write_facts(desk, member, &json, err));
		files[count++] = (struct gp_file){ "application/json", "about-me.json", json.data, json.len };
	}
	if (through != errand->cursor)
		files[count++] = (struct gp_file){ "application/mbox", mbox_name, mbox.data, mbox.len };
	return send_and_move(desk, errand, through, member, files, count, more, now, err);
}
