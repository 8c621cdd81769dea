/* command_line.h - a line in words: folded, without accents and marks; and what may follow a word.  Floor: guild. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "guildpost/guild/command.h"

#define LINE_WORDS 16
#define WORD_SIZE  48
struct command_line {
	const char *at[LINE_WORDS]; /* where each word begins in the line, marks before it taken off */
	size_t length[LINE_WORDS]; /* octets, marks behind it taken off */
	char fold[LINE_WORDS][WORD_SIZE]; /* lower case, accents off; "" for a word that is too long */
	size_t from, count; /* words [from, count) are left to read */
};
/* False when there are more words than any command has. */
bool command_line_split(struct command_line *line, const char *text);
bool command_line_is_in(const char *word, const char *const *list);
/* Takes words off the front while they are in the list. */
void command_line_skip(struct command_line *line, const char *const *list);
/* The words from `from` on as written. */
void command_line_rest(const struct command_line *line, char *out, size_t size);

/* Each reads all that is left; false when it makes no sense. */
bool command_read_pause(struct command_line *line, const struct gp_command_context *today, char *out);
bool command_read_language(struct command_line *line, char *out);
bool command_read_on_off(struct command_line *line, char *out);
bool command_read_address(struct command_line *line, char *out);
