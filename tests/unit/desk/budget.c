/* How many robot mails an address may get (PRODUCT.md, promise 3; RCV-16). */
#include "unit/store/scratch.h"

#include "desk/budget.h"
#include "guildpost/store/answered.h"

#define NOW  1780300800
#define HOUR 3600
#define DAY  86400

static void
each_kind_has_its_limit(void **state)
{
	static const struct {
		const char *says, *kind, *limit_kind;
		int asked; /* times, a minute apart */
		int sent;
		int64_t later; /* seconds after the last: asked once more */
		bool sent_later;
	} cases[] = {
		{ "a stranger's questions of one kind: one answer a day", "receipt", "help", 1000, 1, DAY, true },
		{ "and not before", "receipt", "help", 20, 1, DAY - 30 * 60, false },
		{ "who has proved the address: sixty an hour", "receipt", NULL, 60, 60, HOUR, true },
		{ "what nobody asked for: one in seven days", "notice", NULL, 30, 1, 6 * DAY, false },
		{ "and then one more", "notice", NULL, 30, 1, 7 * DAY, true },
		{ "a kind without a rule is within the budget, too", "greeting", NULL, 30, 1, 6 * DAY, false },
		{ "stewards see every post that waits", "held", NULL, 90, 90, 60, true },
		{ "and what is said once a day, once a day", "report", "policy", 90, 1, DAY, true },
	};
	struct gp_err err = { .text = "" };

	(void)state;
	for (size_t i = 0; i < GP_COUNT(cases); i++) {
		struct scratch s;
		struct gp_desk desk = { .db = NULL };
		struct gp_notice notice = { .kind = cases[i].kind,
			.limit_kind = cases[i].limit_kind,
			.template_name = "help",
			.to_address = "Ann@example.org" };
		struct gp_tx tx = { NULL };
		int sent = 0;
		bool may;

		scratch_open(&s);
		desk.db = s.db;
		SAYS("a transaction", gp_tx_begin(s.db, &tx, &err) == GP_OK);
		for (int n = 0; n < cases[i].asked; n++) {
			notice.now = NOW + n * (cases[i].asked > 60 ? 1 : 30);
			SAYS(cases[i].says, gp_budget_ask(&desk, &notice, &may, &err) == GP_OK);
			sent += may;
		}
		if (sent != cases[i].sent)
			fail_msg("no longer true: %s (%d sent)", cases[i].says, sent);
		notice.now += cases[i].later;
		SAYS(cases[i].says, gp_budget_ask(&desk, &notice, &may, &err) == GP_OK && may == cases[i].sent_later);
		gp_tx_end(&tx);
		scratch_close(&s);
	}
}

static void
limits_of_many(void **state)
{
	struct scratch s;
	struct gp_desk desk = { .db = NULL };
	struct gp_notice notice = { .kind = "receipt", .template_name = "help", .now = NOW };
	struct gp_err err = { .text = "" };
	int sent = 0;
	struct gp_tx tx = { NULL };
	int64_t left;
	bool may;

	(void)state;
	scratch_open(&s);
	desk.db = s.db;
	SAYS("a transaction", gp_tx_begin(s.db, &tx, &err) == GP_OK);
	for (int n = 0; n < 30; n++) {
		SCOPED(gp_free_str) char *kind = gp_printf("kind-%d", n);

		notice.to_address = "eve@example.org";
		notice.limit_kind = kind;
		SAYS("asked", gp_budget_ask(&desk, &notice, &may, &err) == GP_OK);
		sent += may;
	}
	SAYS("thirty kinds of questions by one address: twenty answers a week", sent == 20);
	notice.limit_kind = "help";
	for (int n = 0; n < 1200; n++) {
		SCOPED(gp_free_str) char *address = gp_printf("ann%d@example.org", n);

		notice.to_address = address;
		SAYS("asked", gp_budget_ask(&desk, &notice, &may, &err) == GP_OK);
		sent += may;
	}
	SAYS("twelve hundred strangers within the hour: the house gives a thousand answers", sent == 1000);
	notice.to_address = "raj@example.org";
	notice.limit_kind = NULL;
	SAYS("who has proved the address is answered all the same",
	    gp_budget_ask(&desk, &notice, &may, &err) == GP_OK && may);
	notice.to_address = "not an address";
	SAYS("what is no address gets nothing", gp_budget_ask(&desk, &notice, &may, &err) == GP_OK && !may);
	SAYS("strangers' addresses are forgotten", gp_answered_forget(s.db, NOW + 1, &err) == GP_OK &&
						       gp_answered_count(s.db, NULL, NULL, 0, &left, &err) == GP_OK &&
						       left == 0);
	gp_tx_end(&tx);
	scratch_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_has_its_limit),
		cmocka_unit_test(limits_of_many),
	};

	return cmocka_run_group_tests_name("desk/budget", tests, NULL, NULL);
}
