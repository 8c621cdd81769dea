#include "unit/says.h"

#include "guildpost/base/buf.h"
#include "guildpost/base/mem.h"

static void
a_buffer_grows_to_its_ceiling_and_no_further(void **state)
{
	SCOPED(gp_buf_release) struct gp_buf buf = GP_BUF_INIT(10);

	(void)state;
	gp_buf_adds(&buf, "0123456789");
	SAYS("it takes what fits exactly", buf.len == 10 && !buf.full);
	gp_buf_addc(&buf, 'x');
	SAYS("one octet more fills it, and what was there stays", buf.full && buf.len == 10);
	gp_buf_clear(&buf);
	SAYS("cleared it takes more", !buf.full && buf.len == 0);
	gp_buf_addf(&buf, "%d-%s", 42, "abc");
	SAYS_TEXT("formatted text arrives", buf.data, "42-abc");
	gp_buf_addf(&buf, "%s", "far too long");
	SAYS("formatted text that does not fit leaves it as it was", buf.full && strcmp(buf.data, "42-abc") == 0);
}

static void
octets_may_hold_nul(void **state)
{
	SCOPED(gp_buf_release) struct gp_buf buf = GP_BUF_INIT(100);

	(void)state;
	gp_buf_add(&buf, "a\0b", 3);
	SAYS("the length counts a NUL", buf.len == 3 && buf.data[2] == 'b' && buf.data[3] == '\0');
	gp_buf_cut(&buf, 1);
	SAYS_TEXT("cutting shortens", buf.data, "a");
	gp_buf_cut(&buf, 50);
	SAYS("cutting never lengthens", buf.len == 1);
}

static void
taking_hands_over(void **state)
{
	struct gp_buf buf = GP_BUF_INIT(100);
	SCOPED(gp_free_str) char *empty = NULL;
	SCOPED(gp_free_str) char *text = NULL;

	(void)state;
	empty = gp_buf_take(&buf);
	SAYS_TEXT("an empty buffer gives an empty string that can be freed", empty, "");
	gp_buf_adds(&buf, "mine");
	text = gp_buf_take(&buf);
	SAYS_TEXT("the text is the caller's", text, "mine");
	SAYS("and the buffer is empty again", buf.len == 0 && *buf.data == '\0');
}

static void
a_list_of_strings_owns_copies(void **state)
{
	struct gp_strs list = { 0 };
	char word[] = "one";

	(void)state;
	for (int i = 0; i < 20; i++)
		gp_strs_add(&list, word);
	word[0] = 'X';
	SAYS("twenty are there", list.count == 20);
	SAYS_TEXT("a later change of the source does not show", list.v[19], "one");
	gp_strs_release(&list);
	SAYS("released it is empty", list.count == 0 && list.v == NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_buffer_grows_to_its_ceiling_and_no_further),
		cmocka_unit_test(octets_may_hold_nul),
		cmocka_unit_test(taking_hands_over),
		cmocka_unit_test(a_list_of_strings_owns_copies),
	};

	return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
