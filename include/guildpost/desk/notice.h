/* notice.h - one robot mail to one person, out of a template, into the outbox.  Floor: desk.
 * Every robot mail but digests, invitations and posts goes through here: the one gate (List-*, Auto-Submitted, loop mark,
 * RCV-15). Here the mail budget holds (promise 3): a "notice" is what nobody asked for, one to an address in seven days;
 * what does not fit rides in the next letter (`ride`), or is not sent (ret_sent false) and its sender asks for it
 * again. Answers have the limits of RCV-16. */
#pragma once
#include "guildpost/desk/desk.h"
#include "guildpost/mail/template.h"

struct gp_notice {
	/* Of the outbox row, and which limits hold: "receipt" (of what the reader did), "confirm"; "held", "report", "forward"
	 * (for those who look after things); "notice", which nobody asked for. */
	const char *kind;
	const char *template_name; /* "join-confirm" */
	const char *subject, *text; /* of gp_notice_render() before, which are sent as they are; or NULL */
	const char *language; /* "" or NULL: that of member_id, else the space's */
	const struct gp_space *space; /* NULL: from the operator's side of the house */
	const char *to_name, *to_address;
	int64_t member_id, subscription_id; /* 0: none */
	const char *reply_ext; /* Reply-To is space+EXT@; "" : the space's steward address */
	const char *reply_to; /* a whole address, wins over reply_ext: the author of what is forwarded; or NULL */
	const char *msgid; /* with brackets; NULL: one is made */
	const char *in_reply_to; /* message-id of what it answers, or NULL; makes it auto-replied */
	const struct gp_var *vars;
	size_t var_count;
	const void *attached_message; /* carried whole as message/rfc822, or NULL */
	size_t attached_n;
	const struct gp_file *files; /* attached */
	size_t file_count;
	const char
	    *limit_kind; /* not NULL: at most one of this kind to this address in 24 h, and of a receipt or confirm 20
			  * of all kinds a week (RCV-16). NULL for a receipt: the address is proved, 60 an hour. */
	/* Of a "notice": without room in the budget this personal line of the member's next letter says it instead
	 * ("digest-personal-each", text and HTML); NULL: then it is not sent. */
	const char *ride;
	int64_t now;
};
/* The text alone, with the variables that each notice has: for those who put several into one mail. */
GP_MUST_CHECK enum gp_rc gp_notice_render(struct gp_desk *desk, const struct gp_notice *notice, char **ret_subject,
    struct gp_buf *ret_body, struct gp_err *err);
/* Inside a write transaction. ret_sent may be NULL. */
GP_MUST_CHECK enum gp_rc gp_notice_send(
    struct gp_desk *desk, const struct gp_notice *notice, bool *ret_sent, struct gp_err *err);

/* The same mail to each steward of notice->space but one (except: member_id or 0), to the operator when there is none:
 * to_name, to_address and member_id are filled in. */
GP_MUST_CHECK enum gp_rc gp_notice_stewards(
    struct gp_desk *desk, const struct gp_notice *notice, int64_t except, struct gp_err *err);
/* To the operator; the space of the notice only gives its variables. */
GP_MUST_CHECK enum gp_rc gp_notice_operator(struct gp_desk *desk, const struct gp_notice *notice, struct gp_err *err);
