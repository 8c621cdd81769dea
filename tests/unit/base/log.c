/* What a log may say: one line, nobody's secret (SEC-02). */
#include "unit/says.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guildpost/base/err.h"
#include "guildpost/base/log.h"

static void
logged(const char *value, char *out, size_t size)
{
	char path[] = "/tmp/guildpost-log-XXXXXX";
	int file = mkstemp(path), kept = dup(STDERR_FILENO);
	ssize_t n;

	SAYS("a file stands for the journal", file >= 0 && kept >= 0 && dup2(file, STDERR_FILENO) >= 0);
	gp_log(GP_LOG_INFO, "test", "rcpt", value, NULL);
	SAYS("and back", dup2(kept, STDERR_FILENO) >= 0);
	n = pread(file, out, size - 1, 0);
	out[n > 0 ? n : 0] = '\0';
	(void)close(file);
	(void)close(kept);
	(void)unlink(path);
}

static void
a_log_gives_no_right_away(void **state)
{
	static const struct {
		const char *says, *value, *want;
	} cases[] = {
		{ "an address", "weavers@lists.example.org", "test rcpt=weavers@lists.example.org\n" },
		{ "a secret is cut", "weavers+c029f00000001tsvmqz9av7ht31bj@lists.example.org",
		    "test rcpt=weavers+c029f0...@lists.example.org\n" },
		{ "behind the other delimiter, in upper case",
		    "weavers-H029F00000001TSVMQZ9AV7HT31BJ@lists.example.org",
		    "test rcpt=weavers-H029F0...@lists.example.org\n" },
		{ "behind a word", "weavers+confirm-c029f00000001tsvmqz9av7ht31bj@lists.example.org",
		    "test rcpt=weavers+confirm-c029f0...@lists.example.org\n" },
		{ "an envelope sender", "<weavers+b029f00000001tsvmqz9av7ht31bj12@lists.example.org>",
		    "test rcpt=<weavers+b029f0...@lists.example.org>\n" },
		{ "a thread's address gives no right, and stays", "weavers+t9k2h@lists.example.org",
		    "test rcpt=weavers+t9k2h@lists.example.org\n" },
		{ "a long word stays", "weavers+abcdefghijklmnopqrstuvwxyzabc@lists.example.org",
		    "test rcpt=weavers+abcdefghijklmnopqrstuvwxyzabc@lists.example.org\n" },
		{ "a line stays one line, a key one key", "a\nb=\"c\"", "test rcpt=\"a\\x0ab=\\\"c\\\"\"\n" },
	};
	char got[1000];

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		logged(cases[i].value, got, sizeof(got));
		SAYS_TEXT(cases[i].says, got, cases[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_log_gives_no_right_away) };

	return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}
