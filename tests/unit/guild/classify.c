/* What kind of mail is this? The fixtures are short mails in the manner of the programs that send them. */
#include "unit/says.h"

#include "guildpost/base/mem.h"
#include "guildpost/guild/classify.h"
#include "guildpost/mail/message.h"

#define FROM "From: Ann Lee <ann@a.example>\nMessage-ID: <k1@a.example>\n"
#define BODY "\nWhich reed do you use for this yarn?\n"

static const struct {
	const char *says, *octets, *sender, *ext, *kind;
} rows[] = {
	{ "a post", FROM "Subject: Reed\n" BODY, "ann@a.example", "", "post" },
	{ "a post is one where the envelope is not known", FROM "Subject: Reed\n" BODY, NULL, "", "post" },
	{ "our own list id comes back (RCV-11)", FROM "List-Id: Weavers <weavers.lists.example.org>\n" BODY,
	    "ann@a.example", "", "loop" },
	{ "our own mark comes back without the list fields",
	    FROM "X-Guildpost-Loop: weavers.lists.example.org abcd\n" BODY, "ann@a.example", "", "loop" },
	{ "the mark of another list does not", FROM "X-Guildpost-Loop: potters.lists.example.org abcd\n" BODY,
	    "ann@a.example", "", "post" },
	{ "Delivered-To alone is no proof", FROM "Delivered-To: weavers@lists.example.org\n" BODY, "ann@a.example", "",
	    "post" },
	{ "foreign list mail (RCV-13)", FROM "List-Id: <potters.b.example>\n" BODY, "potters-bounces@b.example", "",
	    "list" },
	{ "Precedence list is foreign list mail too", FROM "Precedence: list\n" BODY, "x-bounces@b.example", "",
	    "list" },
	{ "an empty envelope sender", FROM "Subject: Reed\n" BODY, "", "", "auto-reply" },
	{ "Auto-Submitted", FROM "Auto-Submitted: auto-replied (vacation)\n" BODY, "ann@a.example", "", "auto-reply" },
	{ "Auto-Submitted no says nothing", FROM "Auto-Submitted: no\n" BODY, "ann@a.example", "", "post" },
	{ "Precedence junk", FROM "Precedence: junk\n" BODY, "ann@a.example", "", "auto-reply" },
	{ "Precedence auto_reply", FROM "Precedence: auto_reply\n" BODY, "ann@a.example", "", "auto-reply" },
	{ "X-Autoreply", FROM "X-Autoreply: yes\n" BODY, "ann@a.example", "", "auto-reply" },
	{ "X-Autorespond", FROM "X-Autorespond: x\n" BODY, "ann@a.example", "", "auto-reply" },
	{ "Outlook's wish for silence is no autoresponder", FROM "X-Auto-Response-Suppress: OOF\n" BODY,
	    "ann@a.example", "", "post" },
	{ "vacation by subject, English", FROM "Subject: Out of Office: Reed\n\nI am away.\n", "ann@a.example", "",
	    "auto-reply" },
	{ "German", FROM "Subject: Automatische Antwort: Blatt\n\nIch bin weg.\n", "ann@a.example", "", "auto-reply" },
	{ "French", FROM "Subject: =?utf-8?Q?R=C3=A9ponse_automatique_?=: x\n\nJe suis absent.\n", "ann@a.example", "",
	    "auto-reply" },
	{ "Spanish", FROM "Subject: Respuesta =?utf-8?Q?autom=C3=A1tica?=: x\n\nAdios.\n", "ann@a.example", "",
	    "auto-reply" },
	{ "Polish", FROM "Subject: =?utf-8?Q?Automatyczna_odpowied=C5=BA?=: x\n\nNie ma mnie.\n", "ann@a.example", "",
	    "auto-reply" },
	{ "Russian", FROM "Subject: =?utf-8?B?0JDQstGC0L7QvtGC0LLQtdGC?=: x\n\n-\n", "ann@a.example", "",
	    "auto-reply" },
	{ "Japanese", FROM "Subject: =?utf-8?B?6Ieq5YuV5b+c562U?=: x\n\n-\n", "ann@a.example", "", "auto-reply" },
	{ "vacation by text", FROM "Subject: Re: Reed\n\nI will be out of the office until Monday.\n", "ann@a.example",
	    "", "auto-reply" },
	{ "a person who is away today and answers",
	    FROM "Subject: Re: Reed\n\nHi Bob,\n\nI am out of the office today, and will look later.\n\n> Which?\n",
	    "ann@a.example", "", "post" },
	{ "a machine's author", "From: no-reply@shop.example\nSubject: Order\n\nThanks.\n", "no-reply@shop.example", "",
	    "notification" },
	{ "a challenge", FROM "Subject: Re: Reed\n\nThis account is protected by Bluebottle. Click.\n", "x@a.example",
	    "", "auto-reply" },
	{ "a read receipt",
	    FROM
	    "Content-Type: multipart/report; report-type=disposition-notification; boundary=x\n\n--x\n\nread\n--x--\n",
	    "ann@a.example", "", "notification" },
	{ "a receipt by subject", FROM "Subject: Read: Reed\n\nYour message was read.\n", "ann@a.example", "",
	    "notification" },
	{ "a complaint",
	    FROM "Content-Type: multipart/report; report-type=feedback-report; boundary=x\n\n--x\n\nspam\n--x--\n",
	    "fbl@b.example", "", "complaint" },
	{ "a bounce",
	    "From: MAILER-DAEMON@a.example\nContent-Type: multipart/report; report-type=delivery-status; "
	    "boundary=x\n\n--x\n\nno\n"
	    "--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; a\n\nFinal-Recipient: rfc822; "
	    "b@b.example\nAction: failed\n"
	    "Status: 5.1.1\n--x--\n",
	    "", "", "bounce" },
	{ "a bounce without RFC 3464",
	    "From: MAILER-DAEMON@a.example\nSubject: failure notice\n\n<b@b.example>:\nno mailbox (#5.1.1)\n", "", "",
	    "bounce" },
	{ "a reaction (RCV-22)",
	    FROM "Content-Type: multipart/alternative; boundary=x\n\n--x\n\n+1\n--x\nContent-Type: "
		 "text/vnd.google.email-reaction+json\n\n"
		 "{\"version\":1,\"emoji\":\"x\"}\n--x--\n",
	    "ann@a.example", "", "reaction" },
	{ "only a wish to leave (RCV-23)", FROM "Subject: hi\n\nPlease unsubscribe me.\n", "ann@a.example", "",
	    "command" },
	{ "a wish to leave in the subject alone", FROM "Subject: unsubscribe\n\n\n", "ann@a.example", "", "command" },
	{ "the same in Japanese", FROM "Content-Type: text/plain; charset=utf-8\n\n退会\n", "ann@a.example", "",
	    "command" },
	{ "a post that holds the word",
	    FROM "Subject: x\n\nHow do people unsubscribe from the old list, does anybody know that?\n",
	    "ann@a.example", "", "post" },
	{ "an address that is a word", FROM BODY, "ann@a.example", "join", "command" },
	{ "an address that is a token", FROM BODY, "ann@a.example", "t9k2h", "reply" },
	{ "an automatic answer to a token is still automatic", FROM "Auto-Submitted: auto-replied\n" BODY, "", "t9k2h",
	    "auto-reply" },
};

static void
every_mail_is_of_its_kind(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(rows); i++) {
		const struct gp_envelope envelope = { rows[i].sender, "weavers@lists.example.org", rows[i].ext,
			"weavers.lists.example.org" };
		SCOPED(gp_reading_release) struct gp_reading reading;
		const char *why = NULL;

		gp_message_read(rows[i].octets, strlen(rows[i].octets), 0, &reading);
		SAYS_TEXT(rows[i].says, gp_kind_name(gp_classify(&reading, &envelope, &why)), rows[i].kind);
		SAYS(rows[i].says, why != NULL && *why != '\0');
	}
}

static void
a_calendar_reply_counts_also_from_a_machine(void **state)
{
	struct gp_calendar calendar = { .method = (char[]){ "REPLY" } };
	SCOPED(gp_reading_release) struct gp_reading reading;
	const struct gp_envelope envelope = { "", "weavers+cal@lists.example.org", "cal", "weavers.lists.example.org" };
	const char *why;

	(void)state;
	gp_reading_init(&reading);
	reading.calendars = &calendar;
	reading.calendar_count = 1;
	assert_int_equal(gp_classify(&reading, &envelope, &why), GP_KIND_RSVP);
	calendar.method = (char[]){ "REQUEST" };
	reading.calendars = &calendar;
	assert_int_equal(gp_classify(&reading, &(struct gp_envelope){ "a@b", "x", "", "y" }, &why), GP_KIND_INVITE);
	reading.calendars = NULL;
	reading.calendar_count = 0;
}

static void
no_machine_is_answered(void **state)
{
	static const enum gp_kind automatic[] = { GP_KIND_BOUNCE, GP_KIND_COMPLAINT, GP_KIND_AUTO_REPLY,
		GP_KIND_NOTIFICATION, GP_KIND_LOOP };

	(void)state;
	for (size_t i = 0; i < GP_COUNT(automatic); i++)
		SAYS(gp_kind_name(automatic[i]), gp_kind_is_automatic(automatic[i]));
	assert_false(gp_kind_is_automatic(GP_KIND_POST));
	assert_false(gp_kind_is_automatic(GP_KIND_LIST)); /* RCV-13: not counted as automatic */
	assert_false(gp_kind_is_automatic(GP_KIND_RSVP));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mail_is_of_its_kind),
		cmocka_unit_test(a_calendar_reply_counts_also_from_a_machine),
		cmocka_unit_test(no_machine_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
