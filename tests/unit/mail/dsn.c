/* Reports of delivery: who did not get it, and whose fault that is. */
#include "unit/says.h"

#include "guildpost/base/mem.h"
#include "guildpost/mail/dsn.h"
#include "guildpost/mail/message.h"

#define DAEMON "From: Mail Delivery System <MAILER-DAEMON@mx.a.example>\nSubject: Undelivered Mail Returned to Sender\n"
#define REPORT                                                                                                         \
	DAEMON "Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n"                           \
	       "--x\n\nIt could not be delivered.\n--x\nContent-Type: message/delivery-status\n\n"                     \
	       "Reporting-MTA: dns; mx.a.example\n\n"
#define RETURNED "\n--x\nContent-Type: message/rfc822\n\nFrom: us@lists.example.org\nTo: other@b.example\n\nHi\n--x--\n"

static void
verdicts_blame_the_right_one(void **state)
{
	static const struct {
		const char *says, *status, *said, *verdict;
	} rows[] = {
		{ "an unknown mailbox", "5.1.1", "", "permanent" },
		{ "Exchange's unknown mailbox", "5.1.10", "", "permanent" },
		{ "a bad address", "5.1.3", "", "permanent" },
		{ "a mailbox that moved", "5.1.6", "", "permanent" },
		{ "a disabled mailbox", "5.2.1", "", "permanent" },
		{ "a full mailbox is soft", "5.2.2", "", "temporary" },
		{ "a host unknown today is soft", "5.1.2", "", "temporary" },
		{ "no route today is soft", "5.4.4", "", "temporary" },
		{ "too long in the queue is soft", "5.4.7", "", "temporary" },
		{ "greylisting", "4.7.1", "try again", "temporary" },
		{ "DMARC blames the message", "5.7.26", "", "policy" },
		{ "a refusal by policy", "5.7.1", "", "policy" },
		{ "content", "5.6.0", "", "policy" },
		{ "size", "5.3.4", "", "policy" },
		{ "size of this list", "5.2.3", "", "policy" },
		{ "a loop", "5.4.6", "", "policy" },
		{ "words of policy without a status", "5.0.0", "Message refused by DMARC policy", "policy" },
		{ "words of a blocklist", "", "listed at dnsbl.example", "policy" },
		{ "an unknown user stays one beside such words", "5.1.1", "spam or not", "permanent" },
		{ "words of a full mailbox", "", "mailbox is full", "temporary" },
		{ "nothing known", "", "", "permanent" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++)
		SAYS_TEXT(rows[i].says, gp_dsn_verdict(rows[i].status, rows[i].said), rows[i].verdict);
}

static void
reports_name_who_failed(void **state)
{
	static const struct {
		const char *says, *octets, *recipient, *status, *verdict;
	} rows[] = {
		{ "RFC 3464",
		    REPORT "Final-Recipient: rfc822; ann@a.example\nAction: failed\nStatus: 5.1.1\n"
			   "Diagnostic-Code: smtp; 550 5.1.1 no such user\n" RETURNED,
		    "ann@a.example", "5.1.1", "permanent" },
		{ "a status of zeros and a better one in the answer",
		    REPORT "Final-Recipient: rfc822;ann@a.example\nAction: failed\nStatus: 5.0.0\n"
			   "Diagnostic-Code: smtp;550 5.7.1 spam\n" RETURNED,
		    "ann@a.example", "5.7.1", "policy" },
		{ "a delay", REPORT "Final-Recipient: rfc822; ann@a.example\nAction: delayed\nStatus: 4.4.1\n" RETURNED,
		    "ann@a.example", "4.4.1", "temporary" },
		{ "a receipt",
		    REPORT "Final-Recipient: rfc822; ann@a.example\nAction: delivered\nStatus: 2.0.0\n" RETURNED,
		    "ann@a.example", "", "ignore" },
		{ "a relay", REPORT "Final-Recipient: rfc822; ann@a.example\nAction: relayed\nStatus: 2.0.0\n" RETURNED,
		    "ann@a.example", "", "ignore" },
		{ "qmail",
		    DAEMON "\nHi. This is the qmail-send program.\n\n<ann@a.example>:\nSorry, no mailbox here by that "
			   "name. (#5.1.1)\n\n"
			   "--- Below this line is a copy of the message.\n\nTo: other@b.example\n",
		    "ann@a.example", "5.1.1", "permanent" },
		{ "Exim",
		    DAEMON
		    "\nThis is a permanent error. The following address(es) failed:\n\n  ann@a.example\n    host "
		    "mx.a.example [192.0.2.1]\n"
		    "    SMTP error from remote mail server after RCPT TO:<ann@a.example>:\n    550 unknown user\n\n"
		    "------ This is a copy of the message ------\n\nTo: other@b.example\n",
		    "ann@a.example", "5.0.0", "permanent" },
		{ "the address that we wrote to, not what it became",
		    DAEMON "\nThe following address failed:\n\n  box17@inner.example\n    (generated from "
			   "ann@a.example)\n    550 unknown user\n",
		    "ann@a.example", "5.0.0", "permanent" },
		{ "X-Failed-Recipients",
		    DAEMON "X-Failed-Recipients: ann@a.example\n\nEs gibt dieses Konto nicht: 550 5.1.1\n",
		    "ann@a.example", "5.1.1", "permanent" },
		{ "a warning",
		    "From: MAILER-DAEMON@a.example\nSubject: Warning: message delayed\n\nYour message to:\n\n  "
		    "ann@a.example\n\n"
		    "has not yet been delivered. You do not need to resend.\n",
		    "ann@a.example", "", "temporary" },
		{ "an IP address is no status", DAEMON "\n<ann@a.example>: host 5.1.1.9 said: 550 no\n",
		    "ann@a.example", "5.0.0", "permanent" },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		SCOPED(gp_reading_release) struct gp_reading reading;

		gp_message_read(rows[i].octets, strlen(rows[i].octets), 0, &reading);
		SAYS(rows[i].says, reading.bounce_count == 1);
		SAYS_TEXT(rows[i].says, reading.bounces[0].recipient, rows[i].recipient);
		SAYS_TEXT(rows[i].says, reading.bounces[0].verdict, rows[i].verdict);
		if (*rows[i].status != '\0')
			SAYS_TEXT(rows[i].says, reading.bounces[0].status, rows[i].status);
	}
}

static void
each_recipient_has_its_own_verdict(void **state)
{
	static const char two[] = REPORT
	    "Final-Recipient: rfc822; ann@a.example\nAction: failed\nStatus: 5.1.1\n\n"
	    "Final-Recipient: rfc822; bob@b.example\nAction: delayed\nStatus: 4.2.0\n" RETURNED;
	SCOPED(gp_reading_release) struct gp_reading reading;

	(void)state;
	gp_message_read(two, sizeof(two) - 1, 0, &reading);
	assert_int_equal(reading.bounce_count, 2);
	assert_string_equal(reading.bounces[0].verdict, "permanent");
	assert_string_equal(reading.bounces[1].recipient, "bob@b.example");
	assert_string_equal(reading.bounces[1].verdict, "temporary");
}

static void
people_who_write_about_bounces_report_none(void **state)
{
	static const char post[] = "From: Ann <ann@a.example>\nSubject: Re: my mail server\n\nI get this all day:\n\n"
				   "  bob@b.example\n    550 5.1.1 user unknown\n\nAny idea?\n";
	SCOPED(gp_reading_release) struct gp_reading reading;

	(void)state;
	gp_message_read(post, sizeof(post) - 1, 0, &reading);
	assert_int_equal(reading.bounce_count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts_blame_the_right_one),
		cmocka_unit_test(reports_name_who_failed),
		cmocka_unit_test(each_recipient_has_its_own_verdict),
		cmocka_unit_test(people_who_write_about_bounces_report_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
