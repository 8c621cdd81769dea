/* What the author wrote this time, and the few lines of it that a digest shows. */
#include "unit/says.h"

#include "guildpost/base/buf.h"
#include "guildpost/base/mem.h"
#include "guildpost/mail/excerpt.h"
#include "guildpost/mail/html.h"
#include "guildpost/mail/own_text.h"

#define QUOTE "\n> Which reed do you use?\n> Ann\n"

static void
attribution_lines_fall_in_every_language(void **state)
{
	static const char *const lines[] = {
		"On Mon, Jun 1, 2026 at 9:00 AM Ann Lee <ann@a.example> wrote:",
		"On Mon, Jun 1, 2026 at 9:00 AM Ann Lee via Weavers <\nweavers@lists.example.org> wrote:",
		"On 01.06.26 09:00, Ann Lee wrote:",
		"Ann Lee <ann@a.example> writes:",
		"Ann Lee wrote:",
		"Am 01.06.26 um 09:00 schrieb Ann Lee:",
		"Am Mo., 1. Juni 2026 um 09:00 Uhr schrieb Ann Lee <ann@a.example>:",
		"Ann Lee <ann@a.example> schrieb am Mo., 1. Juni\n2026 um 09:00 Uhr:",
		"Le lun. 1 juin 2026 à 09:00, Ann Lee <ann@a.example> a écrit :",
		"El lun, 1 jun 2026 a las 9:00, Ann Lee (<ann@a.example>) escribió:",
		"Em seg., 1 de jun. de 2026 às 09:00, Ann Lee <ann@a.example>\nescreveu:",
		"Il giorno lun 1 giu 2026 alle ore 09:00 Ann Lee <ann@a.example>\nha scritto:",
		"Op ma 1 jun. 2026 om 09:00 schreef Ann Lee <ann@a.example>:",
		"W dniu 1.06.2026 o 09:00, Ann Lee pisze:",
		"pon., 1 cze 2026 o 09:00 Ann Lee <ann@a.example> napisał(a):",
		"пн, 1 июн. 2026 г. в 09:00, Ann Lee <ann@a.example>:",
		"1 июня 2026 г., в 9:00, Ann Lee <ann@a.example> написал(а):",
		"Den mån 1 juni 2026 kl 09:00 skrev Ann Lee <ann@a.example>:",
		"2026年6月1日(月) 9:00 Ann Lee <ann@a.example>:",
		"Ann Lee <ann@a.example> 于2026年6月1日周一 09:00写道：",
		"2026년 6월 1일 (월) 오전 9:00, Ann Lee <ann@a.example>님이 작성:",
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(lines); i++) {
		SCOPED(gp_free_str) char *text = gp_printf("A twelve.\n\n%s\n%s", lines[i], QUOTE);
		SCOPED(gp_free_str) char *own = gp_own_text(text);

		SAYS_TEXT(lines[i], own, "A twelve.\n");
	}
}

static void
only_own_words_are_left(void **state)
{
	static const struct {
		const char *says, *text, *own;
	} rows[] = {
		{ "a top-poster", "A twelve.\n\nOn Monday, 1 June 2026, Ann wrote:\n> Which?\n", "A twelve.\n" },
		{ "a bottom-poster", "On Monday, 1 June 2026, Ann wrote:\n> Which?\n\nA twelve.\n", "A twelve.\n" },
		{ "answers in between", "Ann wrote:\n> Which?\n\nA twelve.\n\n> And why?\n\nIt is fine.\n",
		    "A twelve.\n\nIt is fine.\n" },
		{ "Outlook's header",
		    "A twelve.\n\n________________________________\nFrom: Ann <a@a.example>\nSent: Monday\nTo: "
		    "Weavers\nSubject: Reed\n\nWhich?\n",
		    "A twelve.\n" },
		{ "in German, bold",
		    "Ein Zwölfer.\n\n*Von:* Ann\n*Gesendet:* Montag\n*An:* Weber\n*Betreff:* Blatt\n\nWelches?\n",
		    "Ein Zwölfer.\n" },
		{ "in Russian", "Да.\n\nОт: Анна\nОтправлено: 1 июня\nКому: Ткачи\nТема: Бердо\n\nКакое?\n", "Да.\n" },
		{ "in Japanese", "はい。\n\n差出人: Ann\n送信日時: 2026年6月1日\n宛先: Weavers\n件名: Reed\n\n質問\n",
		    "はい。\n" },
		{ "the original message", "A twelve.\n\n-----Original Message-----\nFrom: Ann\nWhich?\n",
		    "A twelve.\n" },
		{ "in French", "Un douze.\n\n-------- Message d'origine --------\nDe : Ann\n", "Un douze.\n" },
		{ "a forward with words",
		    "Look at this.\n\n---------- Forwarded message ---------\nFrom: Ann\nSubject: x\n\nWhich?\n",
		    "Look at this.\n" },
		{ "a forward without",
		    "---------- Forwarded message ---------\nFrom: Ann <a@a.example>\nDate: Mon\nSubject: x\nTo: "
		    "b@b.example\n\nWhich?\n",
		    "Which?\n" },
		{ "a signature", "A twelve.\n\n-- \nBob\nWeaver of rugs\n", "A twelve.\n" },
		{ "one without its blank", "A twelve.\n\n--\nBob\n", "A twelve.\n" },
		{ "a telephone's", "A twelve.\n\nSent from my iPhone\n", "A twelve.\n" },
		{ "in Spanish", "Un doce.\n\nEnviado desde mi iPad\n", "Un doce.\n" },
		{ "a person who works at a desk", "Sent from my desk, where it is quiet, is what I meant to say.\n",
		    "Sent from my desk, where it is quiet, is what I meant to say.\n" },
		{ "a list's footer",
		    "A twelve.\n_______________________________________________\nWeavers mailing "
		    "list\nhttps://lists.example.org/\n",
		    "A twelve.\n" },
		{ "a legal notice", "A twelve.\n\nThis e-mail and any attachments are confidential.\nDelete it.\n",
		    "A twelve.\n" },
		{ "a notice that is all there is stays", "Disclaimer: I am no weaver.\n",
		    "Disclaimer: I am no weaver.\n" },
		{ "initials before quotes", "AL> Which?\n\nA twelve.\n", "A twelve.\n" },
		{ "the end of a line that was wrapped in a quote",
		    "> this is a long line of text that some client has wrapped at the\nvery end\n> and more\n\nYes.\n",
		    "Yes.\n" },
		{ "code with comments stays", "Try:\n\n# one\nfoo();\n", "Try:\n\n# one\nfoo();\n" },
		{ "quotes alone leave nothing", "> a\n> b\n", "" },
		{ "nothing", "", "" },
		{ "a smile", ":-)\n", ":-)\n" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_free_str) char *own = gp_own_text(rows[i].text);

		SAYS_TEXT(rows[i].says, own, rows[i].own);
	}
}

static void
the_first_line_is_the_command(void **state)
{
	static const struct {
		const char *says, *own, *line;
	} rows[] = {
		{ "alone", "yes\n", "yes" },
		{ "behind a greeting", "Hi all,\n\nfree 3\n", "free 3" },
		{ "behind a German one", "Liebe Leute,\nabmelden\n", "abmelden" },
		{ "trimmed", "\n\n   leave  \n", "leave" },
		{ "a line that begins like a greeting", "Hire me\n", "Hire me" },
		{ "nothing", "\n\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_free_str) char *line = gp_first_line(rows[i].own);

		SAYS_TEXT(rows[i].says, line, rows[i].line);
	}
}

static void
excerpts_are_worth_their_line(void **state)
{
	static const struct {
		const char *says, *own, *excerpt;
		bool question;
	} rows[] = {
		{ "the first paragraph of eight words",
		    "Hi all,\n\nThanks again.\n\nAfter an hour the left side is slack and curls.\n\nBob\n",
		    "After an hour the left side is slack and curls.", false },
		{ "a greeting in the paragraph is passed over",
		    "Hello Ann,\nafter an hour the left side is slack and curls.\n",
		    "after an hour the left side is slack and curls.", false },
		{ "lines are joined", "After an hour\nthe left side is slack\nand the selvedge curls.\n",
		    "After an hour the left side is slack and the selvedge curls.", false },
		{ "of a question the sentence that asks",
		    "My loom is old. It was my aunt's. How do I keep the warp even?\n", "How do I keep the warp even?",
		    true },
		{ "a question mark in a link asks nothing",
		    "See https://a.example/?q=1 for all the details of this pattern here.\n",
		    "See https://a.example/?q=1 for all the details of this pattern here.", false },
		{ "code over three lines is counted",
		    "It fails with this error when I start it, see:\n    a\n    b\n    c\n    d\nand then it stops.\n",
		    "It fails with this error when I start it, see: [4 lines of log] and then it stops.", false },
		{ "a short answer is a line as well", "Works. Thanks!\n", "Works. Thanks!", false },
		{ "Japanese words are counted too",
		    "はじめまして。\n\n織機の経糸がゆるんで困っています。何か良い方法はありますか。\n",
		    "織機の経糸がゆるんで困っています。何か良い方法はありますか。", false },
		{ "nothing", "", "", false },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_free_str) char *excerpt = gp_excerpt(rows[i].own, rows[i].question);

		SAYS_TEXT(rows[i].says, excerpt, rows[i].excerpt);
		SAYS(rows[i].says, gp_asks(rows[i].own) == rows[i].question);
	}
}

static void
long_paragraphs_are_cut_at_a_sentence(void **state)
{
	struct gp_buf own = GP_BUF_INIT(1 << 20), word = GP_BUF_INIT(1 << 20);
	SCOPED(gp_free_str) char *excerpt = NULL, *cut = NULL;

	(void)state;
	for (int i = 0; i < 30; i++)
		gp_buf_adds(&own, "The left side of the warp is slack again. ");
	excerpt = gp_excerpt(own.data, false);
	assert_true(strlen(excerpt) <= GP_EXCERPT_MAX);
	assert_string_equal(excerpt + strlen(excerpt) - 6, "again.");
	for (int i = 0; i < 100; i++)
		gp_buf_adds(&word, "slack warp ");
	cut = gp_excerpt(word.data, false);
	assert_true(strlen(cut) <= GP_EXCERPT_MAX + 2); /* the ellipsis is one character of three octets */
	assert_string_equal(cut + strlen(cut) - 3, "\xe2\x80\xa6");
	gp_buf_release(&own);
	gp_buf_release(&word);
}

static void
html_reads_like_text(void **state)
{
	static const struct {
		const char *says, *html, *text;
	} rows[] = {
		{ "paragraphs are apart", "<p>One</p><p>Two</p>", "One\n\nTwo\n" },
		{ "white space folds", "One\n  two <b>three</b>", "One two three\n" },
		{ "breaks", "a<br>b<br><br>c", "a\nb\n\nc\n" },
		{ "lists", "<ul><li>a<li>b</ul><ol><li>c<li>d</ol>", "* a\n* b\n\n1. c\n2. d\n" },
		{ "tables", "<table><tr><td>a<td>b<tr><td>c<td>d</table>", "a  b\nc  d\n" },
		{ "preformatted", "<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc\n" },
		{ "quotes", "Yes.<blockquote type=cite>Which?<br>When?</blockquote>", "Yes.\n\n> Which?\n> When?\n" },
		{ "Gmail's indent is no quote", "<blockquote style=\"margin:0 0 0 40px;border:none\">a</blockquote>",
		    "a\n" },
		{ "scripts, styles and titles are dropped", "<title>t</title><style>p{}</style><script>x()</script>a",
		    "a\n" },
		{ "what is hidden is dropped",
		    "<div style='display: none'>spam</div>a<span hidden>b</span><p style='font-size:0px'>c</p>",
		    "a\n" },
		{ "entities", "1 &lt; 2 &amp; &#8364; &nbsp;x", "1 < 2 & €  x\n" },
		{ "bidi controls by entity are dropped", "a&#8238;b", "ab\n" },
		{ "links become notes", "See <a href='https://a.example/x'>here</a>.",
		    "See here [1].\n\n[1] https://a.example/x\n" },
		{ "an address that is shown needs none", "<a href='https://a.example/x'>https://a.example/x</a>",
		    "https://a.example/x\n" },
		{ "a script link is none", "<a href='javascript:x()'>a</a>", "a\n" },
		{ "an image has words", "<img alt='Sett table' src=x><img alt=. width=1 src=y>", "[Sett table]\n" },
		{ "broken tags", "<p>a<b>b<i>c</p>d</b><", "abc\n\nd<\n" },
		{ "nothing", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(1 << 20);

		gp_html_text(&out, rows[i].html, strlen(rows[i].html), true);
		SAYS_TEXT(rows[i].says, out.data, rows[i].text);
	}
}

static void
own_text_is_found_in_html(void **state)
{
	static const char html[] =
	    "<div>A twelve.</div><div class=\"gmail_signature\">Bob</div><br>"
	    "<div class=\"gmail_quote\"><div class=\"gmail_attr\">On Mon, Jun 1, 2026 at 9:00 AM Ann &lt;<a "
	    "href=\"mailto:a@a.example\">a@a.example</a>&gt; wrote:<br></div>"
	    "<blockquote class=\"gmail_quote\">Which?</blockquote></div>";
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(1 << 20);
	SCOPED(gp_free_str) char *own = NULL;

	(void)state;
	gp_html_text(&out, html, sizeof(html) - 1, false);
	own = gp_own_text(out.data);
	assert_string_equal(own, "A twelve.\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attribution_lines_fall_in_every_language),
		cmocka_unit_test(only_own_words_are_left),
		cmocka_unit_test(the_first_line_is_the_command),
		cmocka_unit_test(excerpts_are_worth_their_line),
		cmocka_unit_test(long_paragraphs_are_cut_at_a_sentence),
		cmocka_unit_test(html_reads_like_text),
		cmocka_unit_test(own_text_is_found_in_html),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
