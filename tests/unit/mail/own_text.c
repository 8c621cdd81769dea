/* What the author wrote this time, and the few lines of it that a digest shows. */
#include "unit/says.h"

#include "guildpost/base/buf.h"
#include "guildpost/base/mem.h"
#include "guildpost/mail/excerpt.h"
#include "guildpost/mail/html.h"
#include "guildpost/mail/own_text.h"

static const struct {
	const char *says, *text, *own;
} own_rows[] = {
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
	{ "the original message", "A twelve.\n\n-----Original Message-----\nFrom: Ann\nWhich?\n", "A twelve.\n" },
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
	{ "a notice that is all there is stays", "Disclaimer: I am no weaver.\n", "Disclaimer: I am no weaver.\n" },
	{ "initials before quotes", "AL> Which?\n\nA twelve.\n", "A twelve.\n" },
	{ "the end of a line that was wrapped in a quote",
	    "> this is a long line of text that some client has wrapped at the\nvery end\n> and more\n\nYes.\n",
	    "Yes.\n" },
	{ "a sentence that introduces a citation stays", "In 2015 Smith wrote:\n\nThe loom is an idea.\n\nI agree.\n",
	    "In 2015 Smith wrote:\n\nThe loom is an idea.\n\nI agree.\n" },
	{ "so does one with a day in it", "On Monday the guild wrote:\n\nNo looms today.\n\nSad.\n",
	    "On Monday the guild wrote:\n\nNo looms today.\n\nSad.\n" },
	{ "the sentence above an attribution stays",
	    "On Monday it failed again and then I stopped.\nAnn Lee wrote:\n> Which?\n",
	    "On Monday it failed again and then I stopped.\n" },
	{ "so does one without a blank line",
	    "I shall look when I am\nback at the loom.\nOn Dec 8, 2026 2:10 PM, \"Ann\" <a@a.example> "
	    "wrote:\n\n> Which?\n",
	    "I shall look when I am\nback at the loom.\n" },
	{ "an unmarked quote below an attribution is none of it",
	    "A twelve.\n\nAm 01.06.26 um 09:00 schrieb Ann Lee:\n\nWelches Blatt?\n", "A twelve.\n" },
	{ "a telephone's attribution with an unmarked quote",
	    "A twelve.\n\nAnn Lee <ann@a.example> wrote:\n\nWhich reed?\n", "A twelve.\n" },
	{ "Yahoo's, which goes on in the line",
	    "A twelve.\n\n  On Wed, 3 Jun 2026 at 19:07, Ann<ann@a.example> wrote:   Which?\nIt matters.\n",
	    "A twelve.\n" },
	{ "bars for marks", "Ann wrote:\n| Which?\n| And when?\n\nA twelve.\n\n| Really?\n\nYes.\n",
	    "A twelve.\n\nYes.\n" },
	{ "an indented quote", "Ann writes:\n\n    Which reed do you use?\n    And which yarn?\n\nA twelve.\n",
	    "A twelve.\n" },
	{ "names for marks, as Emacs quotes", "    Ann> Which reed\n    Ann> is it?\n\nA twelve.\n", "A twelve.\n" },
	{ "a prompt is no initials", "R> plot(x)\nR> x\n\nTcl> a\nTcl> b\n\nSQL> select 1\n",
	    "R> plot(x)\nR> x\n\nTcl> a\nTcl> b\n\nSQL> select 1\n" },
	{ "what is said below a rule stays",
	    "A twelve.\n----------\nPS: Should it be in the book?\n\nAnn at a.example\nTel: 1\n",
	    "A twelve.\n----------\nPS: Should it be in the book?\n\nAnn at a.example\nTel: 1\n" },
	{ "a remark put tightly between quotes",
	    "> this is a long line of text that ends a sentence here, or does it not, ever.\nyes\n> and "
	    "more\n",
	    "yes\n" },
	{ "answers between the lines below Outlook Express",
	    "----- Original Message -----\nFrom: \"Ann\" <a@a.example>\n\n> Which?\nA twelve.\n\n> "
	    "When?\n\nNow.\n",
	    "A twelve.\n\nNow.\n" },
	{ "an answer above and more between the lines",
	    "See below.\n\n-----Original Message-----\nFrom: Ann\nSubject: Reed\n\n> Which?\n\nA twelve.\n",
	    "See below.\n\nA twelve.\n" },
	{ "Outlook's header above mail that itself quotes",
	    "A twelve.\n\nFrom: Ann <a@a.example>\nSent: Monday\nTo: Weavers\nSubject: Reed\n\n> old\nBob said "
	    "so.\n",
	    "A twelve.\n" },
	{ "a header of two fields",
	    "A twelve.\n\nFrom: Ann <a@a.example>\nSent: Monday, June 1, 2026 9:00 AM\n\nWhich?\n", "A twelve.\n" },
	{ "in Spanish",
	    "Un doce.\n\nDe: Ann <a@a.example>\nEnviado el: lunes\nPara: Tejedores\nAsunto: Peine\n\n¿Cuál?\n",
	    "Un doce.\n" },
	{ "in Portuguese", "Um doze.\n\nDe: Ann\nEnviada em: segunda\nPara: Tecelões\nAssunto: Pente\n\nQual?\n",
	    "Um doze.\n" },
	{ "in Italian", "Un dodici.\n\nDa: Ann\nInviato: lunedì\nA: Tessitori\nOggetto: Pettine\n\nQuale?\n",
	    "Un dodici.\n" },
	{ "in Dutch", "Een twaalf.\n\nVan: Ann\nVerzonden: maandag\nAan: Wevers\nOnderwerp: Riet\n\nWelk?\n",
	    "Een twaalf.\n" },
	{ "in Polish", "Dwunastka.\n\nOd: Ann\nWysłano: poniedziałek\nDo: Tkacze\nTemat: Płocha\n\nKtóra?\n",
	    "Dwunastka.\n" },
	{ "in French, with its blanks",
	    "Un douze.\n\nDe\xc2\xa0: Ann <a@a.example>\nEnvoyé\xc2\xa0: lundi\nÀ\xc2\xa0: "
	    "Tisserands\nObjet\xc2\xa0: "
	    "Peigne\n\nLequel ?\n",
	    "Un douze.\n" },
	{ "in Chinese",
	    "十二。\n\n------------------ 原始邮件 ------------------\n发件人: \"Ann\" "
	    "<a@a.example>;\n发送时间: "
	    "2026年6月1日\n收件人: \"B\"\n主题: 筘\n\n哪个？\n",
	    "十二。\n" },
	{ "GMX's order",
	    "Ein Zwölfer.\n\nGesendet: Montag, 01. Juni 2026 um 09:00 Uhr\nVon: \"Ann\" <a@a.example>\nAn: "
	    "w@a.example\nBetreff: Blatt\n\nWelches?\n",
	    "Ein Zwölfer.\n" },
	{ "a timetable is no header", "From: 9:00\nTo: 17:00\nDate: Monday\nBring yarn.\n",
	    "From: 9:00\nTo: 17:00\nDate: Monday\nBring yarn.\n" },
	{ "a telephone's mark above a list's footer",
	    "A twelve.\n\nSent from my iPhone\n\n> On 1 Jun 2026, at 09:00, Ann <a@a.example> wrote:\n> "
	    "Which?\n"
	    "_______________________________________________\nWeavers mailing "
	    "list\nw@lists.example.org\nhttps://l/\n",
	    "A twelve.\n" },
	{ "with a link", "A twelve.\n\nSent from Mail<https://go.example.com/?LinkId=55> for Windows\n",
	    "A twelve.\n" },
	{ "in German", "Ein Zwölfer.\n\nVon meinem iPhone gesendet\n", "Ein Zwölfer.\n" },
	{ "in Japanese, its own word order", "はい。\n\niPhoneから送信\n", "はい。\n" },
	{ "in Polish, from a telephone", "Tak.\n\nWysłane z iPhone'a\n", "Tak.\n" },
	{ "in Russian, from a telephone", "Да.\n\nОтправлено с iPhone\n", "Да.\n" },
	{ "in Italian, from a telephone", "Sì.\n\nInviato da iPhone\n", "Sì.\n" },
	{ "in Dutch, from a telephone", "Ja.\n\nVerstuurd vanaf mijn iPhone\n", "Ja.\n" },
	{ "in Portuguese, from a telephone", "Sim.\n\nEnviado do meu iPhone\n", "Sim.\n" },
	{ "in Chinese, from a telephone", "好。\n\n发自我的iPhone\n", "好。\n" },
	{ "a signature above a quote, answers below it",
	    "See below.\n\n-- \nBob\n\nOn Monday Ann wrote:\n> Which?\n\nA twelve.\n", "See below.\n\nA twelve.\n" },
	{ "a quoted signature's mark that lost its own, with an answer below",
	    "> Which?\n-- \nA twelve, since it\nis the one\nthat I have\nand that is\nfine for all\nof "
	    "us\nhere.\n",
	    "A twelve, since it\nis the one\nthat I have\nand that is\nfine for all\nof us\nhere.\n" },
	{ "a line of dashes between chapters", "One.\n\n---\n\na\nb\nc\nd\ne\nf\ng\nh\ni\n",
	    "One.\n\n---\n\na\nb\nc\nd\ne\nf\ng\nh\ni\n" },
	{ "a signature below a rule",
	    "A twelve.\n\nBob\n--------------------\nBob Lee\nWeavers' guild\nTel: +44 1 23456\nhttps://bob.example/\n",
	    "A twelve.\n\nBob\n" },
	{ "a bold quote, flattened", "*>* Which?\n*>>* And when?\n\nA twelve.\n", "A twelve.\n" },
	{ "a name for a mark", "Ann> Which reed\nAnn> is it?\n\nA twelve.\n", "A twelve.\n" },
	{ "what a list says of HTML", "A twelve.\n\n    [[alternative HTML version deleted]]\n", "A twelve.\n" },
	{ "a chapter between dashes and a quote", "One.\n\n---\n\nTwo, that is said here.\n\n> Which?\n\nThree.\n",
	    "One.\n\n---\n\nTwo, that is said here.\n\nThree.\n" },
	{ "letters that an archive lost",
	    "Ein Zw?lfer.\n\n-----Urspr?ngliche Nachricht-----\nVon: Ann\nGesendet: x\n\nWelches?\n",
	    "Ein Zw?lfer.\n" },
	{ "in French as well", "Ann a ?crit :\n> Lequel ?\n\nUn douze.\n", "Un douze.\n" },
	{ "Google's footer",
	    "A twelve.\n\n-- \nYou received this message because you are subscribed to the Google Groups \"W\" "
	    "group.\nTo unsubscribe, mail w+unsubscribe@a.example.\n",
	    "A twelve.\n" },
	{ "groups.io's",
	    "A twelve.\n\n\n-=-=-=-=-=-=-=-=-=-=-=-\nGroups.io Links: You receive all messages.\nMute: x\n",
	    "A twelve.\n" },
	{ "Yahoo's", "A twelve.\n\n------------------------ Yahoo! Groups Sponsor ---------------------~-->\nBuy!\n",
	    "A twelve.\n" },
	{ "a rule and a word of lists in own text stays",
	    "One.\n\n--------------------\nI asked another mailing list about it, and they did not know "
	    "either.\n",
	    "One.\n\n--------------------\nI asked another mailing list about it, and they did not know "
	    "either.\n" },
	{ "what an archive says of attachments",
	    "A twelve.\n-------------- next part --------------\nA non-text attachment was scrubbed...\nName: "
	    "a.png\nURL: <https://l/a.png>\n",
	    "A twelve.\n" },
	{ "a notice known by its words, below a name",
	    "A twelve.\n\nBob\nWeaver Inc., CONFIDENTIALITY NOTICE: This e-mail message, including any "
	    "attachments, "
	    "is for the sole use of the intended recipient(s) and may contain privileged information. Any "
	    "unauthorized disclosure is prohibited.\n",
	    "A twelve.\n\nBob\n" },
	{ "in German, of two paragraphs",
	    "Ein Zwölfer.\n\nDiese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige "
	    "Adressat "
	    "sind, informieren Sie bitte den Absender.\n\nDas unbefugte Weitergeben ist untersagt.\n",
	    "Ein Zwölfer.\n" },
	{ "in French",
	    "Un douze.\n\nCe message et ses pièces jointes sont confidentiels et à l'usage exclusif du "
	    "destinataire. Toute divulgation est interdite.\n",
	    "Un douze.\n" },
	{ "a firm's label", "A twelve.\n\nINTERNAL - CONFIDENTIAL\n", "A twelve.\n" },
	{ "words on secrets in own text stay", "This is confidential: delete the draft.\n\nBob\n",
	    "This is confidential: delete the draft.\n\nBob\n" },
	{ "the frame of signed text",
	    "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nA twelve.\n- -- not mine\n\n-----BEGIN PGP "
	    "SIGNATURE-----\n\niQE=\n-----END PGP SIGNATURE-----\n",
	    "A twelve.\n-- not mine\n" },
	{ "code with comments stays", "Try:\n\n# one\nfoo();\n", "Try:\n\n# one\nfoo();\n" },
	{ "quotes alone leave nothing", "> a\n> b\n", "" },
	{ "nothing", "", "" },
	{ "a smile", ":-)\n", ":-)\n" },
};

static void
only_own_words_are_left(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(own_rows); i++) {
		SCOPED(gp_free_str) char *own = gp_own_text(own_rows[i].text);

		SAYS_TEXT(own_rows[i].says, own, own_rows[i].own);
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
		{ "in the greeting's own line", "Hi Ann, yes please\n", "yes please" },
		{ "behind one that speaks to all", "Hallo zusammen, ja\n", "ja" },
		{ "behind two", "Hello,\nHi again!\n\n2\n", "2" },
		{ "behind thanks", "Thanks, yes\n", "yes" },
		{ "behind a Spanish one", "Buenos días a todos:\n\nbaja\n", "baja" },
		{ "behind a Portuguese one", "Olá pessoal,\n\nsim\n", "sim" },
		{ "behind an Italian one", "Buongiorno a tutti,\n\nsì\n", "sì" },
		{ "behind a Dutch one", "Beste allemaal,\n\nja\n", "ja" },
		{ "behind a Polish one", "Dzień dobry,\n\ntak\n", "tak" },
		{ "behind a Russian one", "Добрый день, коллеги!\n\nда\n", "да" },
		{ "behind a French one", "Bonjour à tous,\n\noui\n", "oui" },
		{ "behind a Japanese one", "田中様\nお世話になっております。\n\nはい\n", "はい" },
		{ "in a Japanese one's line", "こんにちは、退会\n", "退会" },
		{ "behind a Chinese one", "王老师，您好！\n退订\n", "退订" },
		{ "a greeting that is a sentence", "Hey that works\n", "Hey that works" },
		{ "all is no greeting where more is said", "All done\n", "All done" },
		{ "no is no greeting", "No thanks\n", "No thanks" },
		{ "what was cut says nothing", "[...]\n\nyes\n", "yes" },
		{ "a hyphen ends no greeting", "Hi-res images please\n", "Hi-res images please" },
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
		{ "a greeting in the line is passed over", "Hi all, after an hour the left side is slack and curls.\n",
		    "after an hour the left side is slack and curls.", false },
		{ "in Russian",
		    "Здравствуйте, коллеги!\n\nЧерез час левая сторона основы провисает, и кромка сильно загибается "
		    "внутрь.\n",
		    "Через час левая сторона основы провисает, и кромка сильно загибается внутрь.", false },
		{ "in Polish", "Dzień dobry,\n\nPo godzinie lewa strona osnowy jest luźna i brzeg się mocno zawija.\n",
		    "Po godzinie lewa strona osnowy jest luźna i brzeg się mocno zawija.", false },
		{ "thanks in the first paragraph",
		    "Merci beaucoup !\n\nAu bout d'une heure le côté gauche est lâche et il se tord.\n",
		    "Au bout d'une heure le côté gauche est lâche et il se tord.", false },
		{ "in Chinese", "王老师，您好！\n\n织了一个小时以后，左边的经线松了，布边也卷起来了。\n",
		    "织了一个小时以后，左边的经线松了，布边也卷起来了。", false },
		{ "a rule parts paragraphs",
		    "See this.\n--------\nAfter an hour the left side is slack and it curls.\n",
		    "After an hour the left side is slack and it curls.", false },
		{ "a web mailer's marks of breaks",
		    "Hi Ann,\\\n\\\nAfter an hour the left side\\\nis slack and it curls.\\\n",
		    "After an hour the left side is slack and it curls.", false },
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
		{ "a table whose cells hold paragraphs, as Word writes it",
		    "<table><tr><td><p>Day</p></td><td><p>Time</p></td></tr><tr><td><p>Mon</p></td><td><p>9:00</p></"
		    "td></tr>"
		    "</table><p>See you.</p>",
		    "Day  Time\nMon  9:00\n\nSee you.\n" },
		{ "a table for the layout",
		    "<table><tr><td><table><tr><td><div>Head</div></td></tr></table></td></tr><tr><td>a"
		    "<p>b</p></td></tr></table>",
		    "Head\n\na\n\nb\n" },
		{ "a list that begins later, of paragraphs", "<ol start=3><li><p>c</p></li><li>d</li></ol>",
		    "3. c\n\n4. d\n" },
		{ "half of it seen is not hidden",
		    "<p style='opacity:0.5'>a</p><p style='font-size:10px'>b</p><p style='mso-hide:all'>c</p>",
		    "a\n\nb\n\nc\n" },
		{ "letters of no size, and those off the page",
		    "<p style='font-size:1px;color:red'>x</p><p style='FONT-SIZE : 0'>x</p><p style='opacity:0'>x</p>"
		    "<p style='max-height:0;overflow:hidden'>x</p><p style='position:absolute; left:-9999px'>x</p>a",
		    "a\n" },
		{ "white on white",
		    "<body bgcolor='#ffffff'><font color=white>x</font>a<p style='color:#fff;background:#000'>b</p>"
		    "<div style='background-color:#FFF'><i style='color: rgb(255, 255, 255)'>x</i>c</div>",
		    "a\n\nb\n\nc\n" },
		{ "white on nobody knows what stays", "<p style='color:white'>a</p>", "a\n" },
		{ "a preheader by its name", "<div class='x preheader'>x</div>a", "a\n" },
		{ "a block with a line at its left",
		    "Yes.<div style='border:none;border-left:solid blue 1.5pt'>Which?</div>", "Yes.\n\n> Which?\n" },
		{ "what Microsoft shows to others alone", "a<![if !mso]>b<![endif]><!--[if mso]>x<![endif]-->c",
		    "abc\n" },
		{ "a picture in the text itself", "a<img src=\"data:image/png;base64,AAAA+/==\" alt=\"Loom\">b",
		    "a[Loom]b\n" },
		{ "a smile that a client drew", "<img src=x alt='\U0001F600'> yes", "\U0001F600 yes\n" },
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
	static const struct {
		const char *says, *html;
	} rows[] = {
		{ "Gmail",
		    "<div>A twelve.</div><div class=\"gmail_signature\">Bob</div><br><div class=\"gmail_quote\"><div "
		    "class=\"gmail_attr\">On Mon, Jun 1, 2026 at 9:00 AM Ann &lt;<a "
		    "href=\"mailto:a@a.example\">a@a.example"
		    "</a>&gt; wrote:<br></div><blockquote class=\"gmail_quote\" style=\"margin:0px 0px 0px "
		    "0.8ex;border-left:"
		    "1px solid rgb(204,204,204);padding-left:1ex\">Which?</blockquote></div>" },
		{ "Gmail, answered between the lines",
		    "<div class=\"gmail_quote\"><div class=\"gmail_attr\">On Mon, Jun 1, 2026 at 9:00 AM Ann "
		    "&lt;a@a.example&gt; "
		    "wrote:<br></div><blockquote class=\"gmail_quote\">Which?</blockquote><div>A "
		    "twelve.</div><blockquote "
		    "class=\"gmail_quote\">When?</blockquote></div>" },
		{ "Outlook on the web", "<div>A twelve.</div><div id=\"Signature\">Bob</div><div "
					"id=\"appendonsend\"></div><hr><div id=\"divRplyFwdMsg\">"
					"<b>From:</b> Ann<br><b>Sent:</b> Monday<br><b>To:</b> W<br><b>Subject:</b> "
					"x</div><div>Which?</div>" },
		{ "Outlook on a desk, in a language that we do not know",
		    "<p class=MsoNormal>A twelve.</p><div><div style=\"border:none;border-top:solid #E1E1E1 "
		    "1.0pt;padding:3.0pt 0cm "
		    "0cm 0cm\"><p><b>Saatja:</b> Ann<br><b>Saadetud:</b> x</p></div></div><p>Which?</p>" },
		{ "Outlook on a desk, with prefixed lines", "<p>A twelve.</p><div style='border:none;border-left:solid "
							    "blue 1.5pt;padding:0cm 0cm 0cm 4.0pt'><p>Which?</p>"
							    "</div>" },
		{ "Outlook on a telephone",
		    "<div>A twelve.</div><div id=\"ms-outlook-mobile-signature\">Get Outlook for iOS</div><div "
		    "id=\"mail-editor-reference-message-container\"><b>From:</b> Ann<br>Which?</div>" },
		{ "Apple",
		    "<div>A twelve.</div><div><br><blockquote type=\"cite\"><div>On 1 Jun 2026, at 09:00, Ann &lt;"
		    "a@a.example&gt; wrote:</div><br><div>Which?</div></blockquote></div>" },
		{ "an iPhone",
		    "A twelve.<br><br><div dir=\"ltr\">Sent from my iPhone</div><div dir=\"ltr\"><br><blockquote "
		    "type=\"cite\">On 1 Jun 2026, at 09:00, Ann wrote:<br><br>Which?</blockquote></div>" },
		{ "Yahoo", "<div>A twelve.</div><div id=\"ydp1\" class=\"ydp1yahoo_quoted\"><div>On Monday, June 1, "
			   "2026, 9:00 AM, "
			   "Ann &lt;a@a.example&gt; wrote:</div><div>Which?</div></div>" },
		{ "Thunderbird",
		    "<div class=\"moz-cite-prefix\">On 6/1/26 09:00, Ann wrote:<br></div><blockquote type=\"cite\" "
		    "cite=\"mid:x\">Which?</blockquote><p>A twelve.</p><div class=\"moz-signature\">Bob</div>" },
		{ "Proton", "<div>A twelve.</div><div class=\"protonmail_signature_block\">Sent with Proton Mail "
			    "secure email.</div>"
			    "<div class=\"protonmail_quote\">On Monday, June 1st, 2026 at 9:00 AM, Ann "
			    "&lt;a@a.example&gt; wrote:<br>"
			    "<blockquote class=\"protonmail_quote\" type=\"cite\">Which?</blockquote></div>" },
		{ "GMX", "<div>A twelve.</div><div name=\"quote\" style=\"margin:10px 5px 5px 10px; border-left:2px "
			 "solid #C3D9E5;\">"
			 "<div><b>Gesendet:</b> Montag<br><b>Von:</b> Ann</div><div>Welches?</div></div>" },
		{ "Zimbra", "<div>A twelve.</div><hr id=\"zwchr\"><div><b>From: </b>\"Ann\" "
			    "&lt;a@a.example&gt;<br><b>To: </b>w<br><b>"
			    "Sent: </b>Monday</div><div>Which?</div>" },
		{ "163",
		    "<div>A twelve.</div><p>At 2026-06-01 09:00:00, \"Ann\" &lt;a@a.example&gt; wrote:</p><blockquote "
		    "id=\"isReplyContent\" style=\"PADDING-LEFT: 1ex; BORDER-LEFT: #ccc 1px "
		    "solid\">Which?</blockquote>" },
		{ "Yandex", "<div>A twelve.</div><div>01.06.2026, 09:00, \"Ann\" "
			    "&lt;a@a.example&gt;:</div><blockquote><p>Which?</p>"
			    "</blockquote>" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(1 << 20);
		SCOPED(gp_free_str) char *own = NULL;

		gp_html_text(&out, rows[i].html, strlen(rows[i].html), false);
		own = gp_own_text(out.data);
		SAYS_TEXT(rows[i].says, own, "A twelve.\n");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_own_words_are_left),
		cmocka_unit_test(the_first_line_is_the_command),
		cmocka_unit_test(excerpts_are_worth_their_line),
		cmocka_unit_test(long_paragraphs_are_cut_at_a_sentence),
		cmocka_unit_test(html_reads_like_text),
		cmocka_unit_test(own_text_is_found_in_html),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
