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
		bool soft;
	} rows[] = {
		{ "an unknown mailbox", "5.1.1", "", "permanent", false },
		{ "Exchange's unknown mailbox", "5.1.10", "", "permanent", false },
		{ "a bad address", "5.1.3", "", "permanent", false },
		{ "a mailbox that moved", "5.1.6", "", "permanent", false },
		{ "a disabled mailbox", "5.2.1", "", "permanent", false },
		{ "a full mailbox is soft", "5.2.2", "", "temporary", true },
		{ "a host unknown today is soft", "5.1.2", "", "permanent", true },
		{ "no route today is soft", "5.4.4", "", "permanent", true },
		{ "an unknown user of Exchange Online is not", "5.4.1", "Recipient address rejected: Access denied",
		    "permanent", false },
		{ "too long in the queue is soft", "5.4.7", "", "temporary", true },
		{ "and by Exchange Online's number", "5.4.316", "Message expired, connection refused", "temporary",
		    true },
		{ "too long in the queue, in words", "", "Could not deliver for the last 432000 seconds. Giving up.",
		    "temporary", true },
		{ "too long, though refused in between", "5.0.0", "550 5.0.0 no; in the queue too long", "permanent",
		    false },
		{ "greylisting", "4.7.1", "try again", "temporary", true },
		{ "DMARC blames the message", "5.7.26", "", "policy", false },
		{ "a refusal by policy", "5.7.1", "", "policy", false },
		{ "content", "5.6.0", "", "policy", false },
		{ "size", "5.3.4", "", "policy", false },
		{ "size of this list", "5.2.3", "", "policy", false },
		{ "a loop", "5.4.6", "", "policy", false },
		{ "words of policy without a status", "5.0.0", "Message refused by DMARC policy", "policy", false },
		{ "words of a blocklist", "", "listed at dnsbl.example", "policy", false },
		{ "an unknown user stays one beside such words", "5.1.1", "spam or not", "permanent", false },
		{ "DMARC under the wrong number", "5.1.1", "rejected by the DMARC policy of b.example", "policy",
		    false },
		{ "words of a full mailbox", "", "mailbox is full", "permanent", true },
		{ "words of a full mailbox in German", "5.0.0", "552 Postfach voll", "permanent", true },
		{ "words of a lost domain", "", "Name service error for name=b.example", "permanent", true },
		{ "nothing known", "", "", "permanent", false },
	};

	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		bool soft;

		SAYS_TEXT(rows[i].says, gp_dsn_verdict(rows[i].status, rows[i].said, &soft), rows[i].verdict);
		SAYS(rows[i].says, soft == rows[i].soft);
	}
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
		SAYS(rows[i].says, reading.bounce_count >= 1);
		SAYS_TEXT(rows[i].says, reading.bounces[0].recipient, rows[i].recipient);
		SAYS_TEXT(rows[i].says, reading.bounces[0].verdict, rows[i].verdict);
		SAYS(rows[i].says, reading.bounce_count == 1 || strstr(rows[i].octets, "from") != NULL);
		if (*rows[i].status != '\0')
			SAYS_TEXT(rows[i].says, reading.bounces[0].status, rows[i].status);
	}
}

/* From "F", subject "S", and the body as the systems of the world write it. */
#define MAIL(from, subject, body)                                                                                      \
	"From: " from "\nSubject: " subject "\nContent-Type: text/plain; charset=utf-8\n\n" body

static const struct {
	const char *says, *octets, *verdict;
} systems[] = {
	/* the recipient is ann@a.example in each */
	{ "Exchange 5.5",
	    MAIL("System Administrator <postmaster@b.example>", "Undeliverable: Sett",
		"Your message\n\n  To:      weavers@lists.example.org\n  Subject: Sett\n  Sent:    Mon, 1 Jun "
		"2026\n\n"
		"did not reach the following recipient(s):\n\nann@a.example on Mon, 1 Jun 2026 10:00:00 +0200\n"
		"    The recipient name is not recognized\n    MSEXCH:IMS:ORG:SITE:SERVER 0 (000C05A6) Unknown "
		"Recipient\n"),
	    "permanent" },
	{ "Exchange's X.400 form",
	    MAIL("System Administrator <postmaster@b.example>", "Undeliverable: Sett",
		"did not reach the following recipient(s):\n\nc=US;a= ;p=ORG;o=SITE;dda:SMTP=ann@a.example; on "
		"Mon, 1 Jun\n"
		"    The recipient name is not recognized\n"),
	    "permanent" },
	{ "Exchange of today in German",
	    MAIL("Microsoft Outlook <postmaster@a.example>", "Unzustellbar: Sett",
		"Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:\n\n"
		"ann@a.example<mailto:ann@a.example>\nDie eingegebene E-Mail-Adresse konnte nicht gefunden "
		"werden.\n\n"
		"Diagnoseinformationen für Administratoren:\nGenerierender Server: mx.a.example\n"
		"#550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found ##\n"),
	    "permanent" },
	{ "Domino",
	    MAIL("Postmaster@a.example", "DELIVERY FAILURE: User ann (ann@a.example) not listed in Domino Directory",
		"Your message\n\n  Subject: Sett\n\nwas not delivered to:\n\n  ann@a.example\n\nbecause:\n\n"
		"  User ann (ann@a.example) not listed in Domino Directory\n"),
	    "permanent" },
	{ "GroupWise",
	    MAIL("Mailer-Daemon@a.example", "Message status - undeliverable",
		"The message that you sent was undeliverable to the following:\n\tann@a.example (user not "
		"found)\n\n"
		"Possibly truncated original message follows:\n\nTo: weavers@lists.example.org\n"),
	    "permanent" },
	{ "old sendmail",
	    MAIL("Mail Delivery Subsystem <MAILER-DAEMON@a.example>", "Returned mail: User unknown",
		"   ----- The following addresses have delivery notifications -----\nann@a.example  "
		"(unrecoverable error)\n\n"
		"   ----- Transcript of session follows -----\n... while talking to mx.a.example.:\n"
		">>> RCPT To:<ann@a.example>\n<<< 550 <ann@a.example>... User unknown\n550 ann@a.example... "
		"User unknown\n"),
	    "permanent" },
	{ "Postfix without a DSN",
	    MAIL("MAILER-DAEMON@mx.example (Mail Delivery System)", "Undelivered Mail Returned to Sender",
		"This is the Postfix program at host mx.example.\n\nI'm sorry to have to inform you that the "
		"message returned\n"
		"below could not be delivered to one or more destinations.\n\nFor further assistance, please "
		"send mail to "
		"<postmaster>\n\n<ann@a.example>: host mx.a.example[192.0.2.1] said: 550 unknown user (in "
		"reply to RCPT TO "
		"command)\n"),
	    "permanent" },
	{ "Yahoo",
	    MAIL("MAILER-DAEMON@yahoo.example", "Failure Notice",
		"Sorry, we were unable to deliver your message to the following address.\n\n<ann@a.example>:\n"
		"554: delivery error: dd This user doesn't have an account (ann@a.example) [0] - "
		"mta1.example\n\n"
		"--- Below this line is a copy of the message.\n"),
	    "permanent" },
	{ "AOL, which names its users alone",
	    MAIL("\"Mail Delivery Subsystem\" <MAILER-DAEMON@a.example>", "Mail Delivery Problem",
		"Your mail to the following recipients could not be delivered because they are not accepting "
		"mail from "
		"x@lists.example.org:\n\tann\n"),
	    "permanent" },
	{ "Google, in words alone",
	    MAIL("Mail Delivery Subsystem <mailer-daemon@googlemail.example>", "Delivery Status Notification (Failure)",
		"** Address not found **\n\nYour message wasn't delivered to ann@a.example because the address "
		"couldn't be "
		"found, or is unable to receive mail.\n\nThe response was:\n\n550 5.1.1 The email account that "
		"you tried to "
		"reach does not exist.\n"),
	    "permanent" },
	{ "Google, which blames the message",
	    MAIL("Mail Delivery Subsystem <mailer-daemon@googlemail.example>", "Delivery Status Notification (Failure)",
		"** Message blocked **\n\nYour message to ann@a.example has been blocked. See technical "
		"details below.\n\n"
		"The response was:\n550 5.7.26 Unauthenticated email from b.example is not accepted due to "
		"domain's DMARC "
		"policy.\n"),
	    "policy" },
	{ "a gateway against viruses that goes on trying",
	    MAIL("Symantec_AntiVirus_for_SMTP_Gateways@b.example", "Delivery failure notification",
		"Your message with Subject: Sett\ncould not be delivered to the following "
		"recipients:\n\nann@a.example\n\n"
		"Please do not resend your original message.\n\nDelivery attempts will continue to be made for "
		"5 day(s).\n"),
	    "temporary" },
	{ "IMail",
	    MAIL("\"Postmaster\" <postmaster@b.example>", "Undeliverable Mail",
		"Unknown user: ann@a.example\n\n\nOriginal message follows.\n\nTo: "
		"weavers@lists.example.org\n"),
	    "permanent" },
	{ "MDaemon",
	    MAIL("<MDaemon@b.example>", "Permanent Delivery Failure",
		"The attached message had PERMANENT fatal delivery errors!\n\nAfter one or more unsuccessful "
		"delivery attempts "
		"the attached message has\nbeen removed from the mail queue on this server.\n\n"
		"YOUR MESSAGE WAS NOT DELIVERED TO ONE OR MORE RECIPIENTS!\n\nFailed address: ann@a.example\n\n"
		"--- Session Transcript ---\n RCPT To:<ann@a.example>\n 550 no such user\n"),
	    "permanent" },
	{ "Courier",
	    MAIL("\"Courier mail server at b.example\" <postmaster@b.example>", "NOTICE: mail delivery status.",
		"This is a delivery status notification from b.example,\nrunning the Courier mail server.\n\n"
		"UNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be "
		"delivered:\n\n<ann@a.example>:\n"
		"    mx.a.example [192.0.2.1]:\n>>> RCPT TO:<ann@a.example>\n<<< 550 User unknown.\n"),
	    "permanent" },
	{ "X-Notes of a loop",
	    MAIL("Postmaster@b.example", "DELIVERY FAILURE: Maximum hop count exceeded",
		"was not delivered to:\n\n  ann@a.example\n\nbecause:\n\n  Maximum hop count exceeded.  "
		"Message probably in a "
		"routing loop.\n"),
	    "policy" },
	{ "QQ",
	    MAIL("PostMaster@qq.example", "系统退信/Systems bounce",
		"很抱歉您的邮件被退回，原因如下：\n无法发送到 ann@a.example\n退信原因：收件人邮件地址不存在\n"
		"host mx.a.example said: 550 Mailbox not found\n"),
	    "permanent" },
	{ "163",
	    MAIL("Postmaster@163.example", "系统退信",
		"抱歉，您的邮件被退回来了……\n退信原因：\n收件人：<ann@a.example>\n550 User not found: "
		"ann@a.example\n"),
	    "permanent" },
	{ "a Japanese provider",
	    MAIL("Mail Administrator <Postmaster@ezweb.example>", "Mail System Error - Returned Mail",
		"次のあて先へのメッセージはエラーのため送信できませんでした。\n送信先メールアドレスをご確認の上"
		"、再送信してください。\n\n"
		"Each of the following recipients was rejected by a remote mail server.\n\n    Recipient: "
		"<ann@a.example>\n"
		"    >>> RCPT TO:<ann@a.example>\n    <<< 550 <ann@a.example>: User unknown\n"),
	    "permanent" },
	{ "a Russian provider",
	    MAIL("mailer-daemon@ru.example", "Ваше сообщение не доставлено. Mail failure.",
		"Это письмо создано автоматически.\n\nК сожалению, Ваше письмо не может быть доставлено одному "
		"получателю:\n\n"
		"  ann@a.example\n    SMTP error from remote mail server after RCPT TO:<ann@a.example>:\n    "
		"550 User not found\n"),
	    "permanent" },
	{ "a French provider, of a full mailbox",
	    MAIL("Administrateur <postmaster@fr.example>", "Échec de la remise",
		"Votre message n'a pas pu être remis au destinataire suivant :\n\nann@a.example\n\nBoîte aux "
		"lettres pleine\n"),
	    "permanent" },
	{ "a Spanish provider",
	    MAIL("Administrador del sistema <postmaster@es.example>", "No se puede entregar: Sett",
		"No se pudo entregar el mensaje a los siguientes destinatarios:\n\n<ann@a.example>\n\nLa "
		"cuenta no existe.\n"),
	    "permanent" },
	{ "a Polish provider",
	    MAIL("MAILER-DAEMON@pl.example", "Zwrot wiadomości",
		"Nie można dostarczyć wiadomości do odbiorcy:\n\n<ann@a.example>\n\n550 5.1.1 Nieznany "
		"użytkownik\n"),
	    "permanent" },
	{ "Amazon's notice in JSON",
	    MAIL("no-reply@sns.example", "Notification Message",
		"{\"Type\":\"Notification\",\"Message\":\"{\\\"notificationType\\\":\\\"Bounce\\\","
		"\\\"bounce\\\":{"
		"\\\"bouncedRecipients\\\":[{\\\"emailAddress\\\":\\\"ann@a.example\\\",\\\"status\\\":\\\"5.1."
		"1\\\"}]}}\"}\n"),
	    "permanent" },
	{ "a report that lost its MIME",
	    MAIL("MAILER-DAEMON@b.example", "Undelivered Mail Returned to Sender",
		"--x\nThis is the mail system.\n\n--x\nContent-Type: message/delivery-status\n\nReporting-MTA: "
		"dns; b.example\n\n"
		"Final-Recipient: rfc822; ann@a.example\nAction: failed\nStatus: 5.1.1\n\n--x--\n"),
	    "permanent" },
	{ "a local part in quotes",
	    REPORT "Final-Recipient: rfc822; ann@a.example\nOriginal-Recipient: rfc822;broken..name@a.example\n"
		   "Action: failed\nStatus: 5.1.1\n" RETURNED,
	    "permanent" },
	{ "a report without the text of it",
	    "From: MAILER-DAEMON@b.example\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; "
	    "b.example\n\n"
	    "Final-Recipient: rfc822;ann@a.example\nAction: Failed (mailbox unknown)\nStatus: 5.1.1 (bad "
	    "mailbox)\n",
	    "permanent" },
	{ "another system's report inside",
	    "From: MAILER-DAEMON@b.example\nSubject: Returned mail: User unknown\nContent-Type: "
	    "multipart/mixed; boundary=o\n\n"
	    "--o\n\n--- The following addresses had permanent delivery errors ---\n\n--o\nContent-Type: "
	    "message/rfc822\n\n"
	    "To: shared@b.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=i\n\n"
	    "--i\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; c.example\n\n"
	    "Final-Recipient: rfc822; ann@a.example\nAction: failed\nStatus: 5.1.1\n\n--i--\n--o--\n",
	    "permanent" },
};

static void
the_systems_of_the_world_are_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(systems); i++) {
		SCOPED(gp_reading_release) struct gp_reading reading;

		gp_message_read(systems[i].octets, strlen(systems[i].octets), 0, &reading);
		SAYS(systems[i].says, reading.bounce_count == 1);
		SAYS_TEXT(systems[i].says, reading.bounces[0].recipient, "ann@a.example");
		SAYS_TEXT(systems[i].says, reading.bounces[0].verdict, systems[i].verdict);
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
an_alias_stands_before_what_it_became(void **state)
{
	static const char text[] = REPORT
	    "Original-Recipient: rfc822;ann@a.example\nFinal-Recipient: rfc822; box17@b.example\n"
	    "Action: failed\nStatus: 5.2.1\n" RETURNED;
	SCOPED(gp_reading_release) struct gp_reading reading;

	(void)state;
	gp_message_read(text, sizeof(text) - 1, 0, &reading);
	assert_int_equal(reading.bounce_count, 2);
	assert_string_equal(reading.bounces[0].recipient, "ann@a.example");
	assert_string_equal(reading.bounces[1].recipient, "box17@b.example");
}

static void
a_list_is_not_the_one_who_failed(void **state)
{
	static const char text[] = DAEMON
	    "Content-Type: multipart/mixed; boundary=x\n\n--x\n\nIt could not be delivered.\n--x\n"
	    "Content-Type: message/rfc822\n\nTo: weavers@lists.example.org\n"
	    "List-Id: <weavers.lists.example.org>\n\nHi\n--x--\n";
	SCOPED(gp_reading_release) struct gp_reading reading;

	(void)state;
	gp_message_read(text, sizeof(text) - 1, 0, &reading);
	assert_int_equal(reading.bounce_count, 0);
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
		cmocka_unit_test(the_systems_of_the_world_are_understood),
		cmocka_unit_test(each_recipient_has_its_own_verdict),
		cmocka_unit_test(an_alias_stands_before_what_it_became),
		cmocka_unit_test(a_list_is_not_the_one_who_failed),
		cmocka_unit_test(people_who_write_about_bounces_report_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
