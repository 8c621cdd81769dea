/* maildir.h - the embedded default for trying it out: copies become files in folders.  Floor: wire. */
#pragma once
#include "guildpost/desk/copy.h"

/* Writes folder/RECIPIENT/new/NAME ("/" and a leading "." of the recipient percent-encoded), durably, with a Return-Path
 * line on top. NAME comes from row and recipient: the same copy once more takes the place of the first.
 * TEMP 4.3.0 when the folder cannot be written, 4.3.1 when the disk is full. */
GP_MUST_CHECK enum gp_rc gp_maildir_put(
    const char *folder, const struct gp_copy *copy, const char *recipient, struct gp_err *err);
/* "ann@example.org" -> its folder's name. Caller frees. */
char *gp_maildir_name(const char *recipient);
