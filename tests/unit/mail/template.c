#include "unit/says.h"

#include <stdlib.h>
#include <unistd.h>

#include "guildpost/base/mem.h"
#include "guildpost/mail/template.h"

static char folder[64];

static void
write_template(const char *language, const char *name, const char *text)
{
	SCOPED(gp_free_str) char *path = gp_printf("%s/%s", folder, language);
	SCOPED(gp_free_str) char *make = gp_printf("mkdir -p %s", path);
	SCOPED(gp_free_str) char *file_name = gp_printf("%s/%s", path, name);
	FILE *file;

	SAYS("a folder for the language", system(make) == 0);
	file = fopen(file_name, "w");
	SAYS("a template is written", file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static int
make_templates(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/guildpost-template-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	write_template("en", "hello.txt",
	    "Subject: Hello {{name}}\n\nDear {{name}},\n{{#why}}\nBecause {{why}}.\n{{/why}}\n"
	    "{{^why}}\nFor no reason.\n{{/why}}\nBye\n");
	write_template("de", "hello.txt", "Subject: Hallo {{name}}\n\nHallo {{name}}{{#why}}, {{why}}{{/why}}\n");
	write_template("de", "phrases.txt", "it is late = es ist spät\nit is late again = schon wieder\n");
	write_template("en", "page.html", "<p>{{name}}</p>{{{why}}}");
	write_template("en", "whole.html", "{{>page}}|{{>page}}");
	write_template("en", "set-in.txt", "Subject: x\n\n  {{name}}\n");
	write_template("en", "broken.txt", "no subject here");
	return 0;
}

static int
remove_templates(void **state)
{
	SCOPED(gp_free_str) char *remove = gp_printf("rm -rf %s", folder);

	(void)state;
	return system(remove);
}

static void
values_go_where_they_are_named(void **state)
{
	static const struct {
		const char *says, *language, *name, *why, *subject, *body;
	} cases[] = {
		{ "a section with a value stays", "en", "Ann", "it rains", "Hello Ann",
		    "Dear Ann,\nBecause it rains.\nBye\n" },
		{ "one without falls, its opposite stays", "en", "Ann", "", "Hello Ann",
		    "Dear Ann,\nFor no reason.\nBye\n" },
		{ "another language", "de", "Ann", "es regnet", "Hallo Ann", "Hallo Ann, es regnet\n" },
		{ "a tag falls back to its language", "de-at", "Ann", "es regnet", "Hallo Ann",
		    "Hallo Ann, es regnet\n" },
		{ "a language that is not there falls back to English", "xx", "Ann", "", "Hello Ann",
		    "Dear Ann,\nFor no reason.\nBye\n" },
		{ "a language that climbs out of the folder does too", "../../etc", "Ann", "", "Hello Ann",
		    "Dear Ann,\nFor no reason.\nBye\n" },
		{ "a value is never a template itself", "de", "{{why}}", "", "Hallo {{why}}", "Hallo {{why}}\n" },
		{ "controls and bidi controls of a value fall", "de",
		    "A\x01\xe2\x80\xae"
		    "B",
		    "", "Hallo AB", "Hallo AB\n" },
		{ "a line end cannot enter the subject", "de", "A\nB", "", "Hallo A B", "Hallo A\nB\n" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		const struct gp_var vars[] = { { "name", cases[i].name }, { "why", cases[i].why } };
		SCOPED(gp_buf_release) struct gp_buf body = GP_BUF_INIT(65536);
		SCOPED(gp_free_str) char *subject = NULL;
		struct gp_err err;

		SAYS(cases[i].says, gp_template_render(folder, cases[i].language, "hello", vars, GP_COUNT(vars),
					&subject, &body, &err) == GP_OK);
		SAYS_TEXT(cases[i].says, subject, cases[i].subject);
		SAYS_TEXT(cases[i].says, body.data, cases[i].body);
	}
}

static void
phrases_and_tags_have_a_language(void **state)
{
	static const struct {
		const char *says, *language, *english, *phrase, *tag;
	} cases[] = {
		{ "a phrase is said in its language", "de", "it is late", "es ist spät", "de" },
		{ "by a tag too, and not by the beginning of another", "de-at", "it is late again", "schon wieder",
		    "de" },
		{ "one that is not there stays as it was", "de", "it is", "it is", "de" },
		{ "and in a language that is not there", "xx", "it is late", "it is late", "en" },
		{ "or that climbs out of the folder", "../de", "it is late", "it is late", "en" },
		{ "or is none", "", "it is late", "it is late", "en" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		SCOPED(gp_free_str) char *phrase = gp_template_phrase(folder, cases[i].language, cases[i].english);
		char tag[GP_LANGUAGE_SIZE];

		gp_template_language(folder, cases[i].language, "hello", tag);
		SAYS_TEXT(cases[i].says, phrase, cases[i].phrase);
		SAYS_TEXT(cases[i].says, tag, cases[i].tag);
	}
}

static void
html_is_escaped(void **state)
{
	const struct gp_var vars[] = { { "name", "<script>\"&" }, { "why", "<b>ours</b>" } };
	SCOPED(gp_buf_release) struct gp_buf body = GP_BUF_INIT(65536);
	struct gp_err err;

	(void)state;
	SAYS("a page is rendered",
	    gp_template_render_html(folder, "en", "page", vars, GP_COUNT(vars), &body, &err) == GP_OK);
	SAYS_TEXT("a stranger's value is text, what is HTML already stays", body.data,
	    "<p>&lt;script&gt;&quot;&amp;</p><b>ours</b>");
}

static void
a_piece_is_taken_in(void **state)
{
	const struct gp_var vars[] = { { "name", "{{>page}}" }, { "why", "" } };
	SCOPED(gp_buf_release) struct gp_buf body = GP_BUF_INIT(65536);
	struct gp_err err;

	(void)state;
	SAYS("a page of pieces is rendered",
	    gp_template_render_html(folder, "en", "whole", vars, GP_COUNT(vars), &body, &err) == GP_OK);
	SAYS_TEXT("each stands where it is named, and a value names none", body.data,
	    "<p>{{&gt;page}}</p>|<p>{{&gt;page}}</p>");
}

static void
what_is_set_in_stays_unless_a_value_makes_it_long(void **state)
{
	static const char word[] = "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789";
	SCOPED(gp_free_str) char *longer = gp_printf("%s %s", word, word);
	SCOPED(gp_free_str) char *want = gp_printf("  %s\n  %s\n", word, word);
	const struct gp_var shown = { "name", word }, wide = { "name", longer };
	SCOPED(gp_buf_release) struct gp_buf short_body = GP_BUF_INIT(65536);
	SCOPED(gp_buf_release) struct gp_buf body = GP_BUF_INIT(65536);
	SCOPED(gp_free_str) char *subject = NULL;
	SCOPED(gp_free_str) char *again = NULL;
	struct gp_err err;

	(void)state;
	SAYS("rendered", gp_template_render(folder, "en", "set-in", &shown, 1, &subject, &short_body, &err) == GP_OK &&
			     gp_template_render(folder, "en", "set-in", &wide, 1, &again, &body, &err) == GP_OK);
	SAYS("a line that is set in stays one line", strchr(short_body.data, '\n')[1] == '\0');
	SAYS_TEXT("a long one goes on below, as far in", body.data, want);
}

static void
what_is_missing_is_named(void **state)
{
	SCOPED(gp_buf_release) struct gp_buf body = GP_BUF_INIT(65536);
	SCOPED(gp_free_str) char *subject = NULL;
	struct gp_err err;

	(void)state;
	SAYS("a missing folder is 78",
	    gp_template_render("/nowhere", "en", "hello", NULL, 0, NULL, &body, &err) != GP_OK && err.sysexit == 78);
	SAYS("the text names the file and the key",
	    strstr(err.text, "/nowhere/en/hello.txt") != NULL && strstr(err.text, "`templates`") != NULL);
	SAYS("a template without a subject is named too",
	    gp_template_render(folder, "en", "broken", NULL, 0, &subject, &body, &err) != GP_OK &&
		strstr(err.text, "broken.txt") != NULL);
}

static void
text_is_wrapped_by_width(void **state)
{
	static const struct {
		const char *says, *text, *want;
	} cases[] = {
		{ "words move to the next line", "aaa bbb ccc ddd", "aaa bbb\nccc ddd\n" },
		{ "a word that is too long stays whole", "abcdefghijkl m", "abcdefghijkl\nm\n" },
		{ "CJK breaks between characters, two columns each",
		    "\xe7\xbb\x87\xe5\xb8\x83\xe7\xbb\x87\xe5\xb8\x83\xe7\xbb\x87",
		    "\xe7\xbb\x87\xe5\xb8\x83\xe7\xbb\x87\xe5\xb8\x83\n\xe7\xbb\x87\n" },
		{ "a blank line stays", "a\n\nb", "a\n\nb\n" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(4096);

		gp_text_wrap(&out, cases[i].text, 8, "");
		SAYS_TEXT(cases[i].says, out.data, cases[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_go_where_they_are_named),
		cmocka_unit_test(phrases_and_tags_have_a_language),
		cmocka_unit_test(html_is_escaped),
		cmocka_unit_test(a_piece_is_taken_in),
		cmocka_unit_test(what_is_set_in_stays_unless_a_value_makes_it_long),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(text_is_wrapped_by_width),
	};

	return cmocka_run_group_tests_name("mail/template", tests, make_templates, remove_templates);
}
