/* consent.h - how each member agreed to what we keep and send (SUB-09): when, by which words of ours, by which mail of
 * theirs.  Floor: store.  Writing is done inside a write transaction. */
#pragma once
#include <stdint.h>
#include "guildpost/store/db.h"

struct gp_consent {
	int64_t member_id, space_id, at, withdrawn_at, request_id; /* 0: never, none */
	const char *how; /* "asked", "invited", "undone" : they answered a mail of ours; "operator" : somebody's word */
	const char *msgid; /* of the answer, "" when there was none */
	const char *notice; /* version of the words that they answered to, "" for none */
	const char *space; /* its name; not read by gp_consent_add() */
};
/* The word of an operator adds nothing where the member has agreed already. */
GP_MUST_CHECK enum gp_rc gp_consent_add(struct gp_db *db, const struct gp_consent *consent, struct gp_err *err);
/* What stands open is withdrawn now. space_id 0: in every space. */
GP_MUST_CHECK enum gp_rc gp_consent_withdraw(
    struct gp_db *db, int64_t member_id, int64_t space_id, int64_t now, struct gp_err *err);
typedef enum gp_rc gp_consent_each(void *context, const struct gp_consent *consent, struct gp_err *err);
/* The oldest first; what each is handed is borrowed. */
GP_MUST_CHECK enum gp_rc gp_consent_list(
    struct gp_db *db, int64_t member_id, gp_consent_each *each, void *context, struct gp_err *err);

#define GP_NOTICE_SIZE 64
/* Keeps these words, once, and names their version: "join-confirm-en-1f0c..." */
GP_MUST_CHECK enum gp_rc gp_notice_keep(struct gp_db *db, const char *name, const char *language, const char *words,
    int64_t now, char ret_version[GP_NOTICE_SIZE], struct gp_err *err);
