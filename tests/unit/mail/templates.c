/* The mail texts that we ship, all of them, in every language (I18-08). */
#include "unit/says.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "guildpost/base/buf.h"
#include "guildpost/base/mem.h"
#include "guildpost/guild/admit.h"
#include "guildpost/mail/template.h"

#define FOLDER	   "templates"
#define COLUMNS	   72
#define SLOTS	   80
#define NAME_MAX_N 64

static const char *const languages[] = { "en", "de", "fr", "es" };

/* --- what stands in a file ------------------------------------------------------------------------------------ */

static bool
read_file(const char *language, const char *file_name, struct gp_buf *out)
{
	SCOPED(gp_free_str) char *path = gp_printf("%s/%s/%s", FOLDER, language, file_name);
	FILE *file = fopen(path, "re");
	char octets[4096];
	size_t n;

	if (file == NULL)
		return false;
	while ((n = fread(octets, 1, sizeof(octets), file)) > 0)
		gp_buf_add(out, octets, n);
	return fclose(file) == 0;
}

/* The names in {{...}} with their marks but for the closing ones, each once, in the order of the alphabet. */
struct slots {
	char name[SLOTS][NAME_MAX_N]; /* a name that opens a section has "#" before it in a second entry */
	size_t count;
};

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
slot_add(struct slots *slots, const char *tag, size_t n)
{
	char name[NAME_MAX_N];

	assert_true(n > 0 && n < sizeof(name) && slots->count < SLOTS);
	(void)snprintf(name, sizeof(name), "%.*s", (int)n, tag);
	for (size_t i = 0; i < slots->count; i++)
		if (strcmp(slots->name[i], name) == 0)
			return;
	memcpy(slots->name[slots->count++], name, sizeof(name));
}

static void
slot_add_section(struct slots *slots, const char *tag, size_t n)
{
	SCOPED(gp_free_str) char *marked = gp_printf("#%.*s", (int)n, tag);

	slot_add(slots, marked, n + 1);
}

static bool
opens_section(const struct slots *slots, const char *name)
{
	for (size_t i = 0; i < slots->count; i++)
		if (slots->name[i][0] == '#' && strcmp(slots->name[i] + 1, name) == 0)
			return true;
	return false;
}

/* Also sees that each section is closed by its own name. */
static void
slots_read(const char *where, const char *text, struct slots *slots)
{
	SCOPED(gp_free_str) char *sentence = gp_printf("%s: each section is closed, by its own name", where);
	char open[8][NAME_MAX_N];
	size_t depth = 0;

	for (const char *tag; (tag = strstr(text, "{{")) != NULL;) {
		size_t n = strcspn(tag + 2, "}");

		tag += 2;
		text = tag + n;
		if (*tag == '#' || *tag == '^') {
			SAYS(sentence, depth < 8);
			(void)snprintf(open[depth++], NAME_MAX_N, "%.*s", (int)n - 1, tag + 1);
		}
		if (*tag == '/') {
			SAYS(sentence, depth > 0 && strlen(open[depth - 1]) == n - 1 &&
					   strncmp(open[depth - 1], tag + 1, n - 1) == 0);
			depth--;
			continue;
		}
		if (*tag == '#' || *tag == '^')
			slot_add_section(slots, tag + 1, n - 1);
		slot_add(slots, *tag == '#' || *tag == '^' ? tag + 1 : tag, *tag == '#' || *tag == '^' ? n - 1 : n);
	}
	SAYS(sentence, depth == 0);
	qsort(slots->name, slots->count, sizeof(slots->name[0]), by_name);
}

/* --- every file ------------------------------------------------------------------------------------------------- */

typedef void file_check(const char *language, const char *file_name);

static int
ends_with(const char *text, const char *ending)
{
	size_t n = strlen(text), m = strlen(ending);

	return n >= m && strcmp(text + n - m, ending) == 0;
}

/* Every file of the English folder, in each language. */
static void
for_each_file(const char *ending, file_check *check)
{
	struct dirent **entries;
	int count = scandir(FOLDER "/en", &entries, NULL, alphasort);

	assert_true(count > 20);
	for (int i = 0; i < count; i++) {
		for (size_t l = 0; l < GP_COUNT(languages); l++)
			if (ends_with(entries[i]->d_name, ending))
				check(languages[l], entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

static void
check_slots(const char *language, const char *file_name)
{
	SCOPED(gp_buf_release) struct gp_buf own = GP_BUF_INIT(1 << 20);
	SCOPED(gp_buf_release) struct gp_buf english = GP_BUF_INIT(1 << 20);
	SCOPED(gp_free_str) char *where = gp_printf("%s/%s", language, file_name);
	static struct slots got, want;
	size_t most;

	/* A frame without words is the same for all, and stands in English alone. */
	assert_true(read_file("en", file_name, &english));
	if (!read_file(language, file_name, &own)) {
		SCOPED(gp_free_str) char *is_there = gp_printf("%s is there", where);

		SAYS(is_there, strncmp(file_name, "page-", 5) == 0 || strncmp(file_name, "digest-name.", 12) == 0 ||
				   strncmp(file_name, "digest-strip.", 13) == 0);
		return;
	}
	memset(&got, 0, sizeof(got));
	memset(&want, 0, sizeof(want));
	slots_read(where, own.data, &got);
	slots_read(where, english.data, &want);
	most = got.count > want.count ? got.count : want.count;
	for (size_t i = 0; i < most; i++)
		SAYS_TEXT(where, got.name[i], want.name[i]);
}

static void
each_language_has_every_text_with_the_same_slots(void **state)
{
	(void)state;
	for_each_file(".txt", check_slots);
	for_each_file(".html", check_slots);
}

/* --- rendered --------------------------------------------------------------------------------------------------- */

/* What a slot is filled with: the longest that is usual. */
static const char *
sample(const char *name)
{
	static const struct {
		const char *ending, *value;
	} samples[] = {
		{ "reply_address", "weavers+c1abc23defgh456jkmnpqrstvwxyz@lists.example.org" },
		{ "answer_address", "weavers+r1abc23defgh456jkmnpqrstvwxyz@lists.example.org" },
		{ "from_address", "ann.of.the.long.name@mail.example.org" },
		{ "_address", "weavers+unsubscribe@lists.example.org" },
		{ "address", "weavers+t9k2h4m@lists.example.org" },
		{ "_link", "mailto:weavers%2Bdaily@lists.example.org?subject=daily" },
		{ "link", "mailto:weavers%2Bt9k2h4m@lists.example.org" },
		{ "date", "Thursday 24 September 2026" },
		{ "when", "Thu 24 September 17:00" },
		{ "zone", "Europe/Berlin" },
		{ "number", "12" },
		{ "id", "1234" },
		{ "clock", "17:00" },
		{ "from", "17:00" },
		{ "until", "19:00" },
		{ "day", "24" },
		{ "year", "2026" },
		{ "status", "5.7.26" },
		{ "ref", "M12" },
		{ "answer", "yes" },
		{ "items", "  1 Warp tension\n    weavers+t9k2h@lists.example.org\n" },
		{ "text", "  May I say something?" },
		{ "lines", "For you: 2 replies in \"Linen sett\"" },
		{ "space_name", "weavers" },
		{ "space", "Weavers and spinners of the north" },
		{ "name", "Ann Lee" },
	};

	for (size_t i = 0; i < GP_COUNT(samples); i++)
		if (ends_with(name, samples[i].ending))
			return samples[i].value;
	return "Warp tension slips";
}

static void
check_lines(const char *where, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");
		SCOPED(gp_free_str) char *line = gp_strndup(text, n);
		SCOPED(gp_free_str)
		char *sentence = gp_printf("%s: %d columns are enough for: %s", where, COLUMNS, line);

		/* An address that stands alone is not broken, nor is a command line. */
		SAYS(sentence, gp_text_width(line) <= COLUMNS || strchr(line + strspn(line, " "), ' ') == NULL ||
				   strncmp(line, "  guildpost ", 12) == 0);
		text += n;
		text += *text == '\n';
	}
}

static void
render(const char *language, const char *file_name, bool filled)
{
	SCOPED(gp_free_str)
	char *where = gp_printf("%s/%s, %s", language, file_name, filled ? "all of it" : "the least of it");
	SCOPED(gp_free_str) char *name = gp_strndup(file_name, strcspn(file_name, "."));
	SCOPED(gp_buf_release) struct gp_buf english = GP_BUF_INIT(1 << 20);
	SCOPED(gp_buf_release) struct gp_buf body = GP_BUF_INIT(1 << 20);
	SCOPED(gp_free_str) char *subject = NULL;
	static struct slots slots;
	struct gp_var vars[SLOTS];
	struct gp_err err = { .text = "" };
	bool html = ends_with(file_name, ".html"), whole;
	enum gp_rc rc;

	memset(&slots, 0, sizeof(slots));
	assert_true(read_file("en", file_name, &english));
	slots_read(where, english.data, &slots);
	for (size_t i = 0; i < slots.count; i++) {
		const char *slot = slots.name[i] + strspn(slots.name[i], "{");

		vars[i] = (struct gp_var){ slot, filled || !opens_section(&slots, slot) ? sample(slot) : "" };
	}
	whole = strncmp(english.data, "Subject: ", 9) == 0;
	rc = html ? gp_template_render_html(FOLDER, language, name, vars, slots.count, &body, &err)
		  : gp_template_render(FOLDER, language, name, vars, slots.count, whole ? &subject : NULL, &body, &err);
	SAYS_TEXT(where, rc == GP_OK ? "" : err.text, "");
	SAYS(where, strstr(body.data, "{{") == NULL && strstr(body.data, "}}") == NULL);
	if (whole) {
		SAYS(where, *subject != '\0' && strstr(subject, "{{") == NULL);
		check_lines(where, body.data);
	}
	if (html && strstr(body.data, "<html") != NULL) {
		SCOPED(gp_free_str) char *tagged = gp_printf("<html lang=\"%s\"", language);

		SAYS(where, strstr(body.data, tagged) != NULL);
	}
}

static void
check_rendered(const char *language, const char *file_name)
{
	/* Words that stand in a text one by one are no mail. */
	if (strcmp(file_name, "phrases.txt") == 0)
		return;
	render(language, file_name, true);
	render(language, file_name, false);
}

static void
each_renders_whole_and_at_its_least(void **state)
{
	(void)state;
	for_each_file(".txt", check_rendered);
	for_each_file(".html", check_rendered);
}

static void
check_own_words(const char *language, const char *file_name)
{
	SCOPED(gp_buf_release) struct gp_buf own = GP_BUF_INIT(1 << 20);
	SCOPED(gp_buf_release) struct gp_buf english = GP_BUF_INIT(1 << 20);
	SCOPED(gp_free_str) char *where = gp_printf("%s/%s is not the English text", language, file_name);

	assert_true(read_file("en", file_name, &english));
	if (strcmp(language, "en") == 0 || strncmp(english.data, "Subject: ", 9) != 0)
		return;
	SAYS(where, read_file(language, file_name, &own) && strcmp(own.data, english.data) != 0);
	SAYS(where, strstr(own.data, "Why you got") == NULL);
}

static void
each_language_has_words_of_its_own(void **state)
{
	(void)state;
	for_each_file(".txt", check_own_words);
}

/* --- what rules say in a few words ------------------------------------------------------------------------------ */

static void
every_reason_of_a_rule_is_said_in_each_language(void **state)
{
	static const struct {
		const char *says;
		struct gp_admit facts;
	} cases[] = {
		{ "closed", { .posting = "anyone", .closed = true } },
		{ "too large", { .posting = "anyone", .max_size = 1, .size = 2 } },
		{ "no author", { .posting = "anyone" } },
		{ "several authors", { .posting = "anyone", .from_count = 2 } },
		{ "a field twice", { .posting = "anyone", .from_count = 1, .duplicates = true } },
		{ "too odd", { .posting = "anyone", .from_count = 1, .unread = true } },
		{ "of a list", { .posting = "anyone", .from_count = 1, .from_list = true } },
		{ "an invitation", { .posting = "anyone", .from_count = 1, .invitation = true } },
		{ "forged", { .posting = "anyone", .from_count = 1, .proof = GP_PROOF_FAIL } },
		{ "stewards only", { .posting = "stewards", .from_count = 1 } },
		{ "a steward unproved",
		    { .posting = "stewards", .from_count = 1, .steward = true, .can_prove = true } },
		{ "moderated", { .posting = "moderated", .from_count = 1 } },
		{ "a stranger", { .posting = "members", .from_count = 1 } },
		{ "a first post", { .posting = "anyone", .from_count = 1, .hold_first_posts = true } },
		{ "one author's haste",
		    { .posting = "anyone", .from_count = 1, .author_limit = 1, .author_lately = 1 } },
		{ "a flood", { .posting = "anyone", .from_count = 1, .space_limit = 1, .space_lately = 1 } },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++)
		for (size_t l = 1; l < GP_COUNT(languages); l++) {
			SCOPED(gp_free_str) char *said = NULL;
			SCOPED(gp_free_str) char *sentence = gp_printf("%s is said in %s", cases[i].says, languages[l]);
			const char *reason;

			assert_true(gp_admit(&cases[i].facts, &reason) != GP_ADMIT_ACCEPT);
			said = gp_template_phrase(FOLDER, languages[l], reason);
			SAYS(sentence, strcmp(said, reason) != 0);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_language_has_every_text_with_the_same_slots),
		cmocka_unit_test(each_renders_whole_and_at_its_least),
		cmocka_unit_test(each_language_has_words_of_its_own),
		cmocka_unit_test(every_reason_of_a_rule_is_said_in_each_language),
	};

	return cmocka_run_group_tests_name("mail/templates", tests, NULL, NULL);
}
