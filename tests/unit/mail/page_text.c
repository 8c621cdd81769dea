/* HTML out of the text of strangers: ours alone (SEC-09). */
#include "unit/says.h"

#include <string.h>
#include <unistd.h>

#include "guildpost/base/mem.h"
#include "guildpost/mail/page_text.h"

#define P  "<p dir=\"auto\">"
#define PL "<p class=\"lines\" dir=\"auto\">"
#define A  "<a rel=\"nofollow noopener ugc\" href=\""

static const struct {
	const char *says, *text, *want;
} texts[] = {
	{ "a line is a paragraph", "Twelve ends.\n", P "Twelve ends.</p>\n" },
	{ "a blank line parts them", "One.\n\n\nTwo.\n", P "One.</p>\n" P "Two.</p>\n" },
	{ "lines that a client broke flow again",
	    "After an hour the left side of my warp is slack\nand the selvedge curls.\n",
	    P "After an hour the left side of my warp is slack and the selvedge curls.</p>\n" },
	{ "without a blank where a script has none",
	    "\u7e54\u6a5f\u306e\u5de6\u5074\u3060\u3051\u304c\u7de9\u3080\u3068\u304d\u306f\u5343\u5dfb\u306e\u7d19"
	    "\u304c\u305a\u308c\u3066\u3044\u308b\u3002\n\u5dfb\u304d\u76f4\u3059\n",
	    P "\u7e54\u6a5f\u306e\u5de6\u5074\u3060\u3051\u304c\u7de9\u3080\u3068\u304d\u306f\u5343\u5dfb\u306e\u7d19"
	      "\u304c\u305a\u308c\u3066\u3044\u308b\u3002\u5dfb\u304d\u76f4\u3059</p>\n" },
	{ "those that their writer broke stay", "Thank you,\nAnn\n", PL "Thank you,\nAnn</p>\n" },
	{ "so does a list", "- new apron cord of the kind that everybody uses\n- sticks\n",
	    PL "- new apron cord of the kind that everybody uses\n- sticks</p>\n" },
	{ "and a table, in columns", "  12.5   14.0\n  11.0   14.1\n",
	    "<pre dir=\"auto\">  12.5   14.0\n  11.0   14.1</pre>\n" },
	{ "a quote is set off", "> So?\nYes.\n", "<blockquote>\n" P "So?</p>\n</blockquote>\n" P "Yes.</p>\n" },
	{ "a quote in a quote too", "> > So?\n> Yes.\n",
	    "<blockquote>\n<blockquote>\n" P "So?</p>\n</blockquote>\n" P "Yes.</p>\n</blockquote>\n" },
	{ "a long one folds away behind its first line", "> 1\n> 2\n> 3\n> 4\n> 5\n> 6\n",
	    "<details>\n<summary><bdi>1</bdi></summary>\n<blockquote>\n" PL
	    "1\n2\n3\n4\n5\n6</p>\n</blockquote>\n</details>\n" },
	{ "a signature is a signature", "Yes.\n-- \nAnn\n",
	    P "Yes.</p>\n<p class=\"lines sign\" dir=\"auto\">Ann</p>\n" },
	{ "a link is one", "see https://example.org/a?b=1&c=2.\n",
	    P "see " A "https://example.org/a?b=1&amp;c=2\">https://example.org/a?b=1&amp;c=2</a>.</p>\n" },
	{ "without the bracket around it", "(http://example.org/a)\n",
	    P "(" A "http://example.org/a\">http://example.org/a</a>)</p>\n" },
	{ "with one that belongs to it", "http://example.org/a_(b)\n",
	    P A "http://example.org/a_(b)\">http://example.org/a_(b)</a></p>\n" },
	{ "other schemes are words", "javascript:alert(1) data:text/html,x ftp://a.example\n",
	    P "javascript:alert(1) data:text/html,x ftp://a.example</p>\n" },
	{ "an address of mail is no link", "mailto:ann@example.org\n", P "mailto:ann@example.org</p>\n" },
	{ "nothing is nothing", "\n\n", "" },
};

static void
text_becomes_a_page(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(texts); i++) {
		SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(10000);

		gp_page_text(&out, texts[i].text);
		SAYS_TEXT(texts[i].says, out.data, texts[i].want);
	}
}

/* Walks what came out: elements that we know, with attributes that we write, and none left open. */
static const char *
fault_of(const char *html)
{
	static const char *const tags[] = { P, PL, "<p class=\"lines sign\" dir=\"auto\">", "</p>",
		"<pre dir=\"auto\">", "</pre>", "<blockquote>", "</blockquote>", "<details>", "</details>", "<summary>",
		"</summary>", "<bdi>", "</bdi>", "</a>" };
	int open = 0;

	for (const char *c = html; *c != '\0'; c++) {
		size_t i = 0, n;

		if (*c == '"' || *c == '>')
			return c;
		if (*c != '<')
			continue;
		while (i < GP_COUNT(tags) && strncmp(c, tags[i], strlen(tags[i])) != 0)
			i++;
		open += c[1] == '/' ? -1 : 1;
		if (i < GP_COUNT(tags)) {
			c += strlen(tags[i]) - 1;
			continue;
		}
		if (strncmp(c, A "http", strlen(A) + 4) != 0)
			return c;
		c += strlen(A);
		n = strcspn(c, "\"<>' \n");
		if (strncmp(c + n, "\">", 2) != 0)
			return c;
		c += n + 1;
	}
	return open == 0 ? NULL : "something is left open";
}

static void
no_text_makes_an_element_of_its_own(void **state)
{
	static const char *const bits[] = { "<script>", "\"", "'", ">", "> ", "http://a.example/", "https://",
		"javascript:", "onload=", " ", "\n", "\n\n", "<", "&", "&lt;", "-- \n", "- ", "\u00e9", "\u7e54", "a",
		"   ", "]", ")", "(", "\t" };
	unsigned long long random = (unsigned)getpid();

	(void)state;
	(void)printf("# seed %llu\n", random);
	for (int i = 0; i < 20000; i++) {
		SCOPED(gp_buf_release) struct gp_buf text = GP_BUF_INIT(10000);
		SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(100000);
		const char *fault;

		for (int k = 0; k < 24; k++) {
			random = random * 6364136223846793005ULL + 1442695040888963407ULL;
			gp_buf_adds(&text, bits[(random >> 33) % GP_COUNT(bits)]);
		}
		gp_page_text(&out, text.data);
		fault = fault_of(out.data);
		if (fault != NULL)
			fail_msg(
			    "no longer true: no text makes an element of its own: %s\n  at %.60s", text.data, fault);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_becomes_a_page),
		cmocka_unit_test(no_text_makes_an_element_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
