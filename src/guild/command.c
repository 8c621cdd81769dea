#include "guildpost/guild/command.h"

#include "guild/command_line.h"
#include "guild/command_words.h"
#include "guildpost/base/err.h"

/* --- one word of the table ------------------------------------------------------------------ */

/* Words of the line that are this text, from line->from on; 0 when it does not begin so. */
static size_t
match(const struct command_line *line, const char *text)
{
	size_t i = line->from;

	for (;; i++) {
		size_t n = strcspn(text, " ");

		if (i == line->count || strlen(line->fold[i]) != n || strncmp(line->fold[i], text, n) != 0)
			return 0;
		text += n;
		if (*text == '\0')
			return i + 1 - line->from;
		text++;
	}
}

static const struct word *
longest(const struct command_line *line, size_t *ret_words)
{
	const struct word *best = NULL;

	*ret_words = 0;
	for (size_t i = 0; i < GP_COUNT(table); i++) {
		size_t words = match(line, table[i].text);

		if (words > *ret_words) {
			*ret_words = words;
			best = &table[i];
		}
	}
	return best;
}

/* --- what follows it ------------------------------------------------------------------------ */

static const char *const fillers[] = { "from", "to", "the", "this", "list", "mailing", "von", "der", "dieser", "aus",
	"liste", "de", "la", "cette", "esta", "lista", NULL };

static bool
take_space(struct command_line *line, const struct gp_command_context *context)
{
	bool named = false;

	command_line_skip(line, fillers);
	if (line->from < line->count && *context->space != '\0' &&
	    strcmp(line->fold[line->from], context->space) == 0) {
		line->from++;
		named = true;
	}
	command_line_skip(line, fillers);
	return named;
}

/* "subscribe weavers Ann Lee", "join digest", "subscribe digest=daily". */
static bool
read_names(struct command_line *line, const struct gp_command_context *context, char *out)
{
	static const struct {
		const char *word, *mode;
	} modes[] = { { "digest", "weekly" }, { "nodigest", "each" }, { "nomail", "none" }, { "digest=daily", "daily" },
		{ "daily", "daily" }, { "weekly", "weekly" }, { "monthly", "monthly" }, { "each", "each" },
		{ "meetings", "meetings" }, { "none", "none" } };
	bool named = take_space(line, context);

	for (size_t i = 0; line->from < line->count && i < GP_COUNT(modes); i++)
		if (strcmp(line->fold[line->from], modes[i].word) == 0) {
			(void)snprintf(out, GP_COMMAND_VALUE, "%s", modes[i].mode);
			line->from++;
			break;
		}
	for (size_t i = line->from; i < line->count; i++)
		if (strpbrk(line->fold[i], "@=") != NULL)
			return false; /* for somebody else: they must ask themselves */
	return line->from == line->count || (named && line->count - line->from <= 5);
}

static bool
read_rest(struct command_line *line, enum rest rest, const struct gp_command_context *context, char *out)
{
	switch (rest) {
	case A_PAUSE:
		return command_read_pause(line, context, out);
	case A_LANGUAGE:
		return command_read_language(line, out);
	case A_ZONE:
		command_line_rest(line, out, GP_COMMAND_VALUE);
		return line->count - line->from == 1;
	case ON_OFF:
		return command_read_on_off(line, out);
	case AN_ADDRESS:
		return command_read_address(line, out);
	case NAMES:
		return read_names(line, context, out);
	case ANYTHING:
		return true;
	case NOTHING:
		(void)take_space(line, context);
		break;
	}
	return line->from == line->count;
}

/* --- a line --------------------------------------------------------------------------------- */

static void
drop_last_politeness(struct command_line *line)
{
	while (line->count > line->from + 1 && command_line_is_in(line->fold[line->count - 1], polite))
		line->count--;
}

/* LISTSERV and Sympa name the list between "set" and the option. */
static void
take_list_of_set(struct command_line *line, const char *space)
{
	if (line->count < line->from + 3 || strcmp(line->fold[line->from], "set") != 0 ||
	    strcmp(line->fold[line->from + 1], space) != 0)
		return;
	line->from++;
	(void)snprintf(line->fold[line->from], WORD_SIZE, "set");
}

static bool
is_end(const struct command_line *line, const char *text)
{
	text += strspn(text, " ");
	if (strncmp(text, "--", 2) == 0 || strncmp(text, "__", 2) == 0)
		return true;
	return line->count > 0 && ((line->count == 1 && command_line_is_in(line->fold[0], ends)) ||
				      command_line_is_in(line->fold[0], closings));
}

static void
read_words(struct command_line line, const struct gp_command_context *context, struct gp_command *ret)
{
	size_t words;
	const struct word *word = longest(&line, &words);

	*ret = (struct gp_command){ .verb = GP_VERB_NONE };
	if (word == NULL)
		return;
	line.from += words;
	ret->verb = word->verb;
	ret->plain = word->place == PLAIN;
	(void)snprintf(ret->value, sizeof(ret->value), "%s", word->value);
	if (!read_rest(&line, word->rest, context, ret->value))
		*ret = (struct gp_command){ .verb = GP_VERB_UNCLEAR };
}

void
gp_command_read(const char *text, const struct gp_command_context *context, struct gp_command *ret)
{
	struct command_line line;

	*ret = (struct gp_command){ .verb = GP_VERB_NONE };
	text += strspn(text, " \t");
	if (strcmp(text, "?") == 0) {
		ret->verb = GP_VERB_HELP;
		return;
	}
	if (!command_line_split(&line, text))
		return;
	command_line_skip(&line, polite);
	take_list_of_set(&line, context->space);
	read_words(line, context, ret);
	if (ret->verb > GP_VERB_UNCLEAR)
		return;
	if (is_end(&line, text)) {
		ret->verb = GP_VERB_END;
		return;
	}
	/* "forget me" is a word of its own, "remove me" is not. */
	drop_last_politeness(&line);
	read_words(line, context, ret);
}

bool
gp_command_read_address(const char *ext, bool plus, struct gp_command *ret)
{
	*ret = (struct gp_command){ .verb = GP_VERB_NONE };
	for (size_t i = 0; i < GP_COUNT(pairs); i++)
		if (strcmp(pairs[i].ext, ext) == 0) {
			ret->verb = pairs[i].verb;
			(void)snprintf(ret->value, sizeof(ret->value), "%s", pairs[i].value);
			return true;
		}
	for (size_t i = 0; i < GP_COUNT(table); i++)
		if ((table[i].place == HERE || (plus && table[i].place == PLUS)) && strcmp(table[i].text, ext) == 0) {
			ret->verb = table[i].verb;
			(void)snprintf(ret->value, sizeof(ret->value), "%s", table[i].value);
			return true;
		}
	return false;
}

static const char *const verb_names[] = { [GP_VERB_NONE] = "",
	[GP_VERB_UNCLEAR] = "",
	[GP_VERB_END] = "end",
	[GP_VERB_SKIP] = "quiet",
	[GP_VERB_NEEDLESS] = "password",
	[GP_VERB_JOIN] = "join",
	[GP_VERB_LEAVE] = "leave",
	[GP_VERB_HELP] = "help",
	[GP_VERB_MODE] = "",
	[GP_VERB_PAUSE] = "pause",
	[GP_VERB_BACK] = "back",
	[GP_VERB_LANGUAGE] = "language",
	[GP_VERB_TIMEZONE] = "timezone",
	[GP_VERB_OWN] = "own",
	[GP_VERB_NAMED] = "copies",
	[GP_VERB_SETTINGS] = "settings",
	[GP_VERB_WHO] = "who",
	[GP_VERB_WHY] = "why",
	[GP_VERB_ALL] = "all",
	[GP_VERB_CHARTER] = "charter",
	[GP_VERB_EXPORT] = "export me",
	[GP_VERB_FORGET] = "forget me",
	[GP_VERB_ADDRESS] = "address",
	[GP_VERB_MAIN] = "main",
	[GP_VERB_DROP] = "drop",
	[GP_VERB_OTHER] = "" };

void
gp_command_format(const struct gp_command *command, char out[GP_COMMAND_LINE])
{
	const char *name = verb_names[command->verb];

	(void)snprintf(
	    out, GP_COMMAND_LINE, "%s%s%s", name, *name != '\0' && *command->value != '\0' ? " " : "", command->value);
}

/* --- numbers, yes and no -------------------------------------------------------------------- */

void
gp_command_choice(int number, struct gp_command *ret)
{
	static const struct gp_command choices[] = { { GP_VERB_MODE, "weekly", false },
		{ GP_VERB_MODE, "daily", false }, { GP_VERB_MODE, "each", false }, { GP_VERB_MODE, "monthly", false },
		{ GP_VERB_MODE, "meetings", false }, { GP_VERB_PAUSE, "28d", false }, { GP_VERB_SETTINGS, "", false },
		{ GP_VERB_LEAVE, "", false }, { GP_VERB_HELP, "", false } };

	*ret = number >= 1 && number <= (int)GP_COUNT(choices) ? choices[number - 1]
							       : (struct gp_command){ .verb = GP_VERB_NONE };
}

int
gp_command_yes_no(const char *text)
{
	static const char *const yes[] = { "yes", "y", "ok", "okay", "yep", "sure", "confirm", "ja", "jawohl", "oui",
		"si", "claro", "gerne", "volontiers", NULL };
	static const char *const no[] = { "no", "n", "nope", "nein", "non", "nee", "refuse", "decline", "never", NULL };
	static const char *const not_me[] = { "not me", "not interested", "wasn't me", "it wasn't me", "it was not me",
		"this was not me", "that was not me", "i did not", "i didn't", "ich war das nicht", "das war ich nicht",
		"das bin ich nicht", "ce n'etait pas moi", "ce n'est pas moi", "pas moi", "yo no fui", "wrong address",
		NULL };
	struct command_line line;

	if (!command_line_split(&line, text) || line.count == 0)
		return 0;
	if (command_line_is_in(line.fold[0], yes))
		return 1;
	if (command_line_is_in(line.fold[0], no))
		return -1;
	for (const char *const *phrase = not_me; *phrase != NULL; phrase++)
		if (match(&line, *phrase) > 0)
			return -1;
	return 0;
}
