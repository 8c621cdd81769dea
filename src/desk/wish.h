/* wish.h - one wish of a person whose right to it is settled: done, and what is said of it.  Floor: desk. */
#pragma once
#include "guildpost/desk/notice.h"
#include "guildpost/desk/sort.h"
#include "guildpost/guild/command.h"

/* Who wishes, and the answer as it grows: one mail for one mail, with the result of each line. */
struct wisher {
	struct gp_desk *desk;
	const struct gp_arrival *arrival;
	struct gp_member *member; /* NULL: nobody of this address is a member; owned */
	const char *address; /* their own: proved by From, or by a token that was mailed there */
	bool alone; /* the only wish of the mail: then its own template is the answer */
	const char *line; /* what is answered to, as understood */
	struct gp_buf text; /* results so far */
	char *subject; /* of the first result */
	const char *template_name; /* of the last one */
	bool confirmed; /* this very wish was confirmed from their address just now */
	bool asked; /* something waits for a yes, which was asked for by mail: an answer of its own */
	char reply_ext[GP_TOKEN_SIZE]; /* where a reply to the answer goes; "" the stewards */
};
void wisher_release(struct wisher *wisher);
const char *wisher_language(const struct wisher *wisher); /* "" : the space's */

/* Three files, each of which asks only those below it: wish.c does what one member may wish alone, wish_agree.c what every
 * address of theirs must agree to, wisher.c says what became of it. */

/* Inside the write transaction. JOIN is none: that always asks first. */
GP_MUST_CHECK enum gp_rc wish_do(struct wisher *wisher, const struct gp_command *command, struct gp_err *err);
/* What needs a yes from each address that it concerns (STANDARDS.md section 8): one of them came. */
struct gp_request;
GP_MUST_CHECK enum gp_rc wish_agreed(
    struct gp_desk *desk, const struct gp_arrival *arrival, const struct gp_request *request, struct gp_err *err);
/* Asks them; *ret_done: the only one had said yes already, and it is done and said. */
GP_MUST_CHECK enum gp_rc wish_ask_all(
    struct wisher *wisher, const struct gp_command *command, bool *ret_done, struct gp_err *err);
/* Sends what was said, which was one thing. limit: of who is not proved (RCV-16), or NULL. */
GP_MUST_CHECK enum gp_rc wish_send(struct wisher *wisher, const char *limit, struct gp_err *err);
/* What has changed: one template, whose sections are the results. */
GP_MUST_CHECK enum gp_rc wish_say_changed(
    struct wisher *wisher, const char *what, const char *value, struct gp_err *err);
/* Adds what a template says; its variables get `alone`, by which it leaves out what a letter has once. */
GP_MUST_CHECK enum gp_rc wish_say(
    struct wisher *wisher, const char *template_name, const struct gp_var *vars, size_t count, struct gp_err *err);
/* Can this ever be done? False: the value is none that we know, such as a zone that does not exist. */
bool wish_makes_sense(const struct gp_command *command);
/* A token that proves this address for a week: an answer to it needs no other proof. */
GP_MUST_CHECK enum gp_rc wish_token(struct wisher *wisher, struct gp_err *err);
struct gp_zone;
GP_MUST_CHECK enum gp_rc wish_zone(
    const struct gp_space *space, const struct gp_member *member, struct gp_zone **ret, struct gp_err *err);
/* Today where the author lives, for "until 3 August". */
void wish_context(const struct gp_space *space, const struct gp_member *member, int64_t now,
    struct gp_command_context *ret, char *name);
