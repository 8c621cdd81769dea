/* A member is forgotten (SUB-09): at once for everybody else, then piece by piece out of all that is kept. Posts stay in
 * their threads under a pseudonym, unless the member wished them away; what quotes them loses the address and the name. */
#include "desk/errand_step.h"
#include "desk/forget.h"
#include "guildpost/base/mem.h"
#include "guildpost/desk/enrol.h"
#include "guildpost/desk/note.h"
#include "guildpost/desk/reader.h"
#include "guildpost/desk/upkeep.h"
#include "guildpost/mail/address.h"
#include "guildpost/mail/scrub.h"
#include "guildpost/mail/template.h"
#include "guildpost/store/forget.h"
#include "guildpost/store/former.h"
#include "guildpost/store/message.h"
#include "guildpost/store/raw.h"

#define OCTETS_MAX (160u << 20)
#define AT_ONCE	   200 /* rows of octets looked through in a step that finds nothing */
#define HOUR	   3600

enum stage { OCTETS, DICTIONARIES, ROWS, WAITING };

/* --- asked ---------------------------------------------------------------------------------- */

static void
split_about(const char *about, char **ret_name, struct gp_strs *addresses)
{
	size_t n = strcspn(about, "\n");

	*ret_name = gp_strndup(about, n);
	for (about += n; *about == '\n'; about += n) {
		SCOPED(gp_free_str) char *address = NULL;

		about++;
		n = strcspn(about, "\n");
		address = gp_strndup(about, n);
		gp_strs_add(addresses, address);
	}
}

enum gp_rc
forget_begin(struct gp_desk *desk, const struct gp_member *member, int64_t space_id, bool posts, const char *by,
    int64_t now, struct gp_err *err)
{
	SCOPED(gp_strs_release) struct gp_strs addresses = { 0 };
	SCOPED(gp_free_str) char *about = NULL, *name = NULL;

	GP_TRY(gp_enrol_part(desk, member->id, by, now, err));
	GP_TRY(gp_forget_member(desk->db, member, &about, err));
	split_about(about, &name, &addresses);
	GP_TRY(gp_former_unlink(desk->db, member->id, err));
	for (size_t i = 0; i < addresses.count; i++)
		GP_TRY(gp_former_put(desk->db, member->community_id, addresses.v[i],
		    &(struct gp_former){ .why = "forgotten", .at = now }, err));
	GP_TRY(gp_note(desk, &(struct gp_note){ now, member->community_id, 0, by, "member.forget" }, err, NULL));
	struct gp_errand errand = { .member_id = member->id, .space_id = space_id, .about = about, .next_at = now };
	(void)snprintf(errand.what, sizeof(errand.what), "%s", posts ? "forget-posts" : "forget");
	return gp_errand_add(desk->db, &errand, err);
}

/* --- octets --------------------------------------------------------------------------------- */

struct forgetting {
	struct gp_desk *desk;
	const struct gp_errand *errand;
	const struct gp_member *member;
	int64_t now;
	char *name, *pseudonym;
	char instead[GP_PSEUDONYM_SIZE];
	struct gp_strs addresses;
	struct gp_scrub scrub;
};

static void
forgetting_release(struct forgetting *f)
{
	free(f->name);
	free(f->pseudonym);
	gp_strs_release(&f->addresses);
}

static enum gp_rc
forgetting_init(struct forgetting *f, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;

	GP_TRY(gp_space_load(f->desk->db, f->errand->space_id, &space, err));
	split_about(f->errand->about, &f->name, &f->addresses);
	f->pseudonym = gp_template_phrase(f->desk->templates, space != NULL ? space->language : "en", "former member");
	gp_pseudonym(f->member->id, f->instead);
	f->scrub = (struct gp_scrub){
		.addresses = &f->addresses, .name = f->name, .instead = f->instead, .instead_name = f->pseudonym
	};
	return GP_OK;
}

struct find { /* the next octets that tell of the member */
	struct gp_forget_raw raw;
	struct gp_buf octets, clean;
	struct gp_reading reading; /* of the clean ones */
	bool unreadable;
};

static void
find_release(struct find *find)
{
	gp_forget_raw_release(&find->raw);
	gp_buf_release(&find->octets);
	gp_buf_release(&find->clean);
	gp_reading_release(&find->reading);
}

static enum gp_rc
move_on(struct forgetting *f, enum stage stage, int64_t cursor, int64_t next_at, struct gp_err *err)
{
	struct gp_errand later = *f->errand;

	later.stage = stage;
	later.cursor = cursor;
	later.next_at = next_at;
	return gp_errand_move(f->desk->db, &later, err);
}

/* Written by them, also before they were a member; not what stands under the pseudonym already. */
static bool
is_own(const struct forgetting *f, const struct gp_forget_raw *raw)
{
	char key[GP_ADDRESS_MAX];
	struct gp_err ignored;

	if (raw->id == 0 || strcmp(raw->from_address, f->instead) == 0)
		return false;
	if (raw->member_id == f->member->id)
		return true;
	for (size_t i = 0; i < f->addresses.count; i++)
		if (gp_address_key(raw->from_address, key, &ignored) == GP_OK && strcmp(key, f->addresses.v[i]) == 0)
			return true;
	return false;
}

/* Theirs, or one that names them. Posts of other communities are none of our business, and what waits in the inbox or for
 * a steward goes its way first. */
static enum gp_rc
concerns(struct forgetting *f, struct find *find, bool *ret, struct gp_err *err)
{
	const struct gp_forget_raw *raw = &find->raw;

	*ret = false;
	if (raw->needed || (raw->id != 0 && raw->community_id != f->member->community_id))
		return GP_OK;
	GP_TRY(gp_raw_load(f->desk->db, raw->raw_id, &find->octets, err));
	f->scrub.own = is_own(f, raw);
	*ret = gp_scrub_message(find->octets.data, find->octets.len, &f->scrub, &find->clean);
	return GP_OK;
}

static enum gp_rc
look(struct forgetting *f, int64_t *cursor, struct find *find, bool *ret_found, bool *ret_end, struct gp_err *err)
{
	*ret_found = *ret_end = false;
	for (int i = 0; i < AT_ONCE && !*ret_found; i++) {
		bool row;

		gp_forget_raw_release(&find->raw);
		gp_buf_clear(&find->octets);
		gp_buf_clear(&find->clean);
		GP_TRY(gp_forget_raw_next(f->desk->db, *cursor, &find->raw, &row, err));
		*ret_end = !row;
		if (!row)
			return GP_OK;
		*cursor = find->raw.raw_id;
		GP_TRY(concerns(f, find, ret_found, err));
	}
	return GP_OK;
}

/* Outside the transaction, by the child. What it cannot read goes as a whole. */
static enum gp_rc
read_clean(struct forgetting *f, struct find *find, struct gp_err *err)
{
	enum gp_rc rc = gp_reader_read(
	    gp_desk_reader(f->desk), find->clean.data, find->clean.len, find->raw.received_at, &find->reading, err);

	if (rc == GP_TEMP)
		return rc;
	find->unreadable = rc != GP_OK;
	if (find->unreadable || strcmp(find->reading.message_id, find->raw.msgid) == 0)
		return GP_OK;
	if (!find->reading.message_id_made) {
		gp_reading_stand_beside(&find->reading, find->raw.msgid);
		return GP_OK;
	}
	free(find->reading.message_id);
	find->reading.message_id = gp_strdup(find->raw.msgid);
	return GP_OK;
}

static enum gp_rc
write_clean(struct forgetting *f, struct find *find, struct gp_err *err)
{
	struct gp_filing filing = { .space_id = find->raw.space_id,
		.octets = find->clean.data,
		.size = find->clean.len,
		.reading = &find->reading,
		.thread_token = "",
		.now = f->now,
		.received_at = find->raw.received_at,
		.imported = find->raw.imported,
		.line_end = find->raw.line_end,
		.keys = &f->desk->keys };

	GP_TRY(gp_raw_insert(f->desk->db, find->clean.data, find->clean.len, f->now, &filing.raw_id, err));
	GP_TRY(gp_message_refresh(f->desk->db, find->raw.id, &filing, err));
	return gp_forget_replace(f->desk->db, &find->raw, filing.raw_id, find->clean.len, err);
}

static enum gp_rc
take_out(struct forgetting *f, struct find *find, struct gp_err *err)
{
	bool gone = f->scrub.own && strcmp(f->errand->what, "forget-posts") == 0;

	if (find->raw.id == 0)
		return gp_forget_raw_drop(f->desk->db, find->raw.raw_id, err);
	if (gone || find->unreadable)
		return gp_message_remove(f->desk->db, find->raw.id, err);
	return write_clean(f, find, err);
}

static enum gp_rc
octets_step(struct forgetting *f, struct gp_err *err)
{
	SCOPED(find_release)
	struct find find = { .octets = GP_BUF_INIT(OCTETS_MAX), .clean = GP_BUF_INIT(OCTETS_MAX) };
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	int64_t cursor = f->errand->cursor;
	bool found, end;

	GP_TRY(look(f, &cursor, &find, &found, &end, err));
	if (found && find.raw.id != 0)
		GP_TRY(read_clean(f, &find, err));
	GP_TRY(gp_tx_begin(f->desk->db, &tx, err));
	if (found)
		GP_TRY(take_out(f, &find, err));
	GP_TRY(move_on(f, end ? DICTIONARIES : OCTETS, cursor, f->errand->next_at, err));
	return gp_tx_commit(&tx, err);
}

/* --- the rest ------------------------------------------------------------------------------- */

static void
is_in(void *context, const char *octets, size_t n, bool *ret_gone)
{
	*ret_gone = gp_scrub_finds(octets, n, context);
}

/* A dictionary holds what many posts have in common, and their sender is that. */
static enum gp_rc
dictionaries_step(struct forgetting *f, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };

	GP_TRY(gp_pack_weed(f->desk->db, is_in, &f->scrub, err));
	GP_TRY(gp_tx_begin(f->desk->db, &tx, err));
	GP_TRY(move_on(f, ROWS, 0, f->errand->next_at, err));
	return gp_tx_commit(&tx, err);
}

/* Again each hour until the last mail to them, and the last that names them, is out. */
static enum gp_rc
rows_step(struct forgetting *f, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	bool waits;

	GP_TRY(gp_tx_begin(f->desk->db, &tx, err));
	GP_TRY(gp_forget_rows(f->desk->db, f->member->id, &f->addresses, f->errand->at, err));
	GP_TRY(gp_forget_waits(f->desk->db, &f->addresses, f->errand->at, &waits, err));
	GP_TRY(waits ? move_on(f, WAITING, 0, f->now + HOUR, err) : gp_errand_end(f->desk->db, f->errand->id, err));
	GP_TRY(gp_leaving_begin(f->desk, err));
	return gp_tx_commit(&tx, err);
}

enum gp_rc
forget_step(struct gp_desk *desk, const struct gp_errand *errand, const struct gp_member *member, int64_t now,
    struct gp_err *err)
{
	SCOPED(forgetting_release)
	struct forgetting f = { .desk = desk, .errand = errand, .member = member, .now = now };

	GP_TRY(forgetting_init(&f, err));
	switch ((enum stage)errand->stage) {
	case OCTETS:
		return octets_step(&f, err);
	case DICTIONARIES:
		return dictionaries_step(&f, err);
	case ROWS:
	case WAITING:
		break;
	}
	return rows_step(&f, err);
}
