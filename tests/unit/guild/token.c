/* SEC-02, ADR-01 to ADR-03, ADR-08: the secrets in our addresses. */
#include "unit/says.h"

#include "guildpost/base/err.h"
#include "guildpost/guild/token.h"

static struct gp_token_keys
two_keys(void)
{
	struct gp_token_keys keys = { .count = 2, .signing = 1 };

	keys.key[0].kid = '0';
	keys.key[1].kid = '1';
	memset(keys.key[0].secret, 7, 32);
	memset(keys.key[1].secret, 9, 32);
	return keys;
}

#define NOW 1780300800 /* 2026-06-01T08:00:00Z */

static void
a_secret_is_read_again(void **state)
{
	struct gp_token_keys keys = two_keys();
	char token[GP_TOKEN_SIZE], purpose;
	uint64_t id;

	(void)state;
	gp_token_make(&keys, 'c', "weavers", 1234567, NOW + 7 * 86400, token);
	SAYS("it has 29 octets, so an address has at most 22 + 1 + 29 (ADR-01)", strlen(token) == 29);
	SAYS("it is genuine", gp_token_read(&keys, token, "weavers", NOW, &purpose, &id) == GP_TOKEN_GOOD);
	SAYS("its id and purpose come back", id == 1234567 && purpose == 'c');
	SAYS("of another space it is worth nothing",
	    gp_token_read(&keys, token, "potters", NOW, &purpose, &id) == GP_TOKEN_BAD);
	SAYS("it is good to the end of its day (ADR-08)",
	    gp_token_read(&keys, token, "weavers", NOW + 7 * 86400, &purpose, &id) == GP_TOKEN_GOOD);
	SAYS("and expired a day later",
	    gp_token_read(&keys, token, "weavers", NOW + 9 * 86400, &purpose, &id) == GP_TOKEN_EXPIRED);
}

static void
each_flipped_character_spoils_it(void **state)
{
	struct gp_token_keys keys = two_keys();
	char token[GP_TOKEN_SIZE], purpose;
	uint64_t id;

	(void)state;
	gp_token_make(&keys, 'x', "weavers", 99, NOW + 86400, token);
	for (size_t i = 0; token[i] != '\0'; i++) {
		char was = token[i];

		token[i] = was == 'h' ? 'r' : 'h';
		SAYS("a changed character spoils the token",
		    gp_token_read(&keys, token, "weavers", NOW, &purpose, &id) == GP_TOKEN_BAD);
		token[i] = was;
	}
	SAYS("unchanged it is good", gp_token_read(&keys, token, "weavers", NOW, &purpose, &id) == GP_TOKEN_GOOD);
}

static void
an_old_key_verifies_after_rotation(void **state)
{
	struct gp_token_keys keys = two_keys();
	char old[GP_TOKEN_SIZE], purpose;
	uint64_t id;

	(void)state;
	keys.signing = 0;
	gp_token_make(&keys, 'h', "weavers", 5, NOW + 86400, old);
	keys.signing = 1;
	SAYS("the old key's token is still good",
	    gp_token_read(&keys, old, "weavers", NOW, &purpose, &id) == GP_TOKEN_GOOD);
	keys.count = 1;
	keys.key[0] = keys.key[1];
	SAYS(
	    "when the key is gone it is not", gp_token_read(&keys, old, "weavers", NOW, &purpose, &id) == GP_TOKEN_BAD);
}

static void
a_bounce_token_names_copy_and_mail(void **state)
{
	struct gp_token_keys keys = two_keys();
	char token[GP_TOKEN_SIZE];
	uint64_t recipient, mail;

	(void)state;
	gp_token_make_bounce(&keys, "weavers", 77, 123456789, token);
	SAYS("it has 31 octets", strlen(token) == 31);
	SAYS("it is read again", gp_token_read_bounce(&keys, token, "weavers", &recipient, &mail));
	SAYS("with both numbers", recipient == 77 && mail == 123456789);
	token[30] = token[30] == '0' ? '1' : '0';
	SAYS("forged it is worth nothing (SEC-05)", !gp_token_read_bounce(&keys, token, "weavers", &recipient, &mail));
}

static void
thread_tokens_are_short_and_no_word(void **state)
{
	struct gp_token_keys keys = two_keys();
	char token[GP_TOKEN_SIZE], again[GP_TOKEN_SIZE];

	(void)state;
	for (uint64_t n = 1; n < 20000; n++) {
		gp_token_make_thread(&keys, n, 0, token);
		SAYS("a thread token is one, with a digit", gp_token_is_thread(token) && strlen(token) == 5);
	}
	gp_token_make_thread(&keys, 19999, 0, again);
	SAYS_TEXT("the same number gives the same token", again, token);
	gp_token_make_thread(&keys, 19999, 1, again);
	SAYS("another attempt gives another, longer one", strcmp(again, token) != 0 && strlen(again) == 6);
	SAYS("a word is no thread token", !gp_token_is_thread("thanks") && !gp_token_is_thread("t"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_is_read_again),
		cmocka_unit_test(each_flipped_character_spoils_it),
		cmocka_unit_test(an_old_key_verifies_after_rotation),
		cmocka_unit_test(a_bounce_token_names_copy_and_mail),
		cmocka_unit_test(thread_tokens_are_short_and_no_word),
	};

	return cmocka_run_group_tests_name("guild/token", tests, NULL, NULL);
}
