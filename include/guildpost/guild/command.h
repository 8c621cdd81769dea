/* command.h - what people ask the robot for: one table of words, for addresses and for lines (PRODUCT.md section 3,
 * STANDARDS.md section 9).  Floor: guild.  Pure.
 * Words are English, German, French and Spanish, with or without accents, and those of other list servers (LISTSERV,
 * Majordomo, Mailman, Sympa, ezmlm, mlmmj). A line is a command when all of it is one: "daily" and "daily, please" are,
 * "daily is fine with me" is not. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum gp_verb {
	GP_VERB_NONE, /* no command at all */
	GP_VERB_UNCLEAR, /* begins as one, and what follows makes no sense */
	GP_VERB_END, /* what follows is not for the robot */
	GP_VERB_SKIP, /* asks for nothing: "quiet" */
	GP_VERB_NEEDLESS, /* of other servers, and nothing that we have: passwords, hiding */
	GP_VERB_JOIN, /* value: "" or a mode */
	GP_VERB_LEAVE,
	GP_VERB_HELP,
	GP_VERB_MODE, /* value: each daily weekly monthly meetings none */
	GP_VERB_PAUSE, /* value: "28d" or "2026-08-03", the day of coming back */
	GP_VERB_BACK,
	GP_VERB_LANGUAGE, /* value: a tag */
	GP_VERB_TIMEZONE, /* value: as written */
	GP_VERB_OWN, /* value: on or off: own posts back */
	GP_VERB_NAMED, /* value: on or off: a copy of what names me in To or Cc */
	GP_VERB_SETTINGS,
	GP_VERB_WHO,
	GP_VERB_WHY,
	GP_VERB_CHARTER,
	GP_VERB_ALL,
	GP_VERB_EXPORT,
	GP_VERB_FORGET, /* value: "" or "and my posts" */
	GP_VERB_ADDRESS, /* value: a further address */
	GP_VERB_MAIN, /* value: one of my addresses, to send to */
	GP_VERB_DROP, /* value: one of my addresses, no longer mine */
	GP_VERB_OTHER, /* value: ask, find, get; for those who own them */
};

#define GP_COMMAND_VALUE 128
struct gp_command {
	enum gp_verb verb;
	char value[GP_COMMAND_VALUE];
	bool plain; /* nobody writes this to people: caught in a post too (RCV-23) */
};

struct gp_command_context {
	const char *space; /* its local name: "signoff weavers" is "signoff" */
	int year, month, day; /* today, where the author lives: "until 3 August" has no year */
};

/* One line, valid UTF-8. */
void gp_command_read(const char *line, const struct gp_command_context *context, struct gp_command *ret);
/* What stands behind the delimiter of an address. Words of other languages than English count behind "+" alone: a space
 * may be called frauen-hilfe. False: no command. */
bool gp_command_read_address(const char *ext, bool plus, struct gp_command *ret);
/* The line that gp_command_read() reads as this: "daily", "pause 28d", "language de". */
#define GP_COMMAND_LINE (GP_COMMAND_VALUE + 16)
void gp_command_format(const struct gp_command *command, char out[GP_COMMAND_LINE]);

/* The number of a choice, as the mails offer them (1 to 9); VERB_NONE for another. */
void gp_command_choice(int number, struct gp_command *ret);

/* What a first line means for the question "shall this be done?": 1 yes, -1 no, 0 neither. Only a whole line is a no. */
int gp_command_yes_no(const char *line);
