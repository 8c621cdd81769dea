#include "guildpost/desk/copy.h"

#define LEAVE_DAYS 400 /* LST-04: a copy kept for a year still leads out */
#define VALUES_MAX (256 * 1024)

struct making {
	const struct gp_desk *desk;
	const struct gp_space *space;
	const struct gp_claim *claim;
	const struct gp_recipient *to; /* NULL: many share the copy */
};

static void
add_to(const struct making *making, const char *name, struct gp_buf *out)
{
	(void)name;
	if (making->to == NULL)
		return;
	gp_header_mailbox(out, "To", making->to->name, making->to->address);
}

/* The token stands in the address, for clients that send an empty mail there (LST-04). Whoever has no subscription gets
 * the plain word, which asks back. */
static void
add_unsubscribe(const struct making *making, const char *name, struct gp_buf *out)
{
	char ext[GP_TOKEN_SIZE] = "leave", address[GP_ADDRESS_MAX];

	(void)name;
	if (making->space == NULL)
		return;
	if (making->to != NULL && making->to->subscription_id != 0)
		gp_token_make(&making->desk->keys, 'x', making->space->name, (uint64_t)making->to->subscription_id,
		    making->claim->created_at + (int64_t)LEAVE_DAYS * 86400, ext);
	gp_space_address(making->space, ext, address);
	gp_buf_addf(out, "List-Unsubscribe: <mailto:%s>\r\n", address);
}

static void
add_stored(const struct making *making, const char *name, struct gp_buf *out)
{
	const struct gp_strs *values = making->to != NULL ? &making->to->values : NULL;

	if (values == NULL)
		return;
	for (size_t i = 0; i + 1 < values->count; i += 2)
		if (strcmp(values->v[i], name) == 0)
			gp_buf_adds(out, values->v[i + 1]);
}

static const struct {
	const char *name;
	void (*add)(const struct making *making, const char *name, struct gp_buf *out);
} slot_kinds[] = {
	{ "to", add_to },
	{ "unsubscribe", add_unsubscribe },
};

static void
add_value(const struct making *making, const char *name, struct gp_buf *out)
{
	for (size_t i = 0; i < GP_COUNT(slot_kinds); i++)
		if (strcmp(slot_kinds[i].name, name) == 0) {
			slot_kinds[i].add(making, name, out);
			return;
		}
	add_stored(making, name, out);
}

static void
make_sender(const struct making *making, char *out)
{
	char token[GP_TOKEN_SIZE];

	out[0] = '\0';
	if (making->space == NULL)
		return; /* of the house itself: nobody's bounces to count */
	gp_token_make_bounce(&making->desk->keys, making->space->name,
	    making->to != NULL ? (uint64_t)making->to->key : 0, (uint64_t)making->claim->outbox_id, token);
	gp_space_address(making->space, token, out);
}

static enum gp_rc
make(const struct making *making, const struct gp_composed *mail, struct gp_copy *ret_copy, struct gp_err *err)
{
	bool eight;

	if (ret_copy->values.data == NULL)
		ret_copy->values = (struct gp_buf)GP_BUF_INIT(VALUES_MAX);
	gp_buf_clear(&ret_copy->values);
	ret_copy->outbox_id = making->claim->outbox_id;
	ret_copy->mail = mail;
	make_sender(making, ret_copy->sender);
	for (size_t slot = 0; slot < mail->slot_count; slot++) {
		ret_copy->value_at[slot] = ret_copy->values.len;
		add_value(making, mail->slots[slot].name, &ret_copy->values);
	}
	ret_copy->value_at[mail->slot_count] = ret_copy->values.len;
	if (ret_copy->values.full || !gp_octets_travel(ret_copy->values.data, ret_copy->values.len, &eight))
		return gp_fail(err, "5.6.0", "what differs in this member's copy is not made of whole mail lines");
	return GP_OK;
}

enum gp_rc
gp_copy_make(const struct gp_desk *desk, const struct gp_space *space, const struct gp_claim *claim, size_t i,
    const struct gp_composed *mail, struct gp_copy *ret_copy, struct gp_err *err)
{
	const struct making making = { desk, space, claim, &claim->to[i] };

	if (!gp_address_ok(making.to->address))
		return gp_fail(err, "5.1.3", "the recipient is no address that may stand in an envelope");
	ret_copy->key = making.to->key;
	ret_copy->to[0] = making.to->address;
	ret_copy->to_count = 1;
	return make(&making, mail, ret_copy, err);
}

enum gp_rc
gp_copy_make_shared(const struct gp_desk *desk, const struct gp_space *space, const struct gp_claim *claim,
    const size_t *which, size_t count, const struct gp_composed *mail, struct gp_copy *ret_copy, struct gp_err *err)
{
	const struct making making = { desk, space, claim, NULL };

	ret_copy->key = claim->to[which[0]].key;
	ret_copy->to_count = count;
	for (size_t i = 0; i < count; i++)
		ret_copy->to[i] = claim->to[which[i]].address;
	return make(&making, mail, ret_copy, err);
}

void
gp_copy_release(struct gp_copy *copy)
{
	if (copy->values.data != NULL)
		gp_buf_release(&copy->values);
	*copy = (struct gp_copy){ 0 };
}

/* Pieces alternate: octets up to slot 0, value 0, octets up to slot 1, value 1, ..., the rest. */
const char *
gp_copy_piece(const struct gp_copy *copy, size_t n, size_t *ret_size)
{
	const struct gp_composed *mail = copy->mail;
	size_t slot = n / 2, from, to;

	if (n > 2 * mail->slot_count)
		return NULL;
	if (n % 2 == 1) {
		*ret_size = copy->value_at[slot + 1] - copy->value_at[slot];
		return copy->values.data + copy->value_at[slot];
	}
	from = slot > 0 ? mail->slots[slot - 1].offset : 0;
	to = slot < mail->slot_count ? mail->slots[slot].offset : mail->octets.len;
	*ret_size = to - from;
	return mail->octets.data + from;
}

size_t
gp_copy_size(const struct gp_copy *copy)
{
	return copy->mail->octets.len + copy->values.len;
}
