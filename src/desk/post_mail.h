/* post_mail.h - a filed post as the mail that goes out (LST-01 to LST-12).  Floor: desk. */
#pragma once
#include "guildpost/desk/desk.h"
#include "guildpost/mail/reading.h"
#include "guildpost/store/outbox.h"

GP_MUST_CHECK enum gp_rc gp_post_compose(struct gp_desk *desk, const struct gp_space *space,
    const struct gp_buf *octets, const struct gp_reading *reading, int64_t received_at, struct gp_composed *ret,
    struct gp_err *err);
