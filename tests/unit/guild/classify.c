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
	{ "an absence notice in English, thanking first",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Re: Reed\n\nThank you for your "
		 "e-mail. I am away until 5 June with limited access to e-mail. In urgent cases please contact Bob.\n",
	    "ann@a.example", "", "auto-reply" },
	{ "one to a stranger's question",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Reed\n\nI will be out of the "
		 "office from 08/15/2026 to\n08/25/2026.\n\nIf this is urgent please contact bob@a.example.\n",
	    "ann@a.example", "", "auto-reply" },
	{ "in German",
	    FROM
	    "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Re: Blatt\n\nVielen Dank für Ihre "
	    "Nachricht. Ich bin bis zum 5. Juni nicht im Büro. In dringenden Fällen wenden Sie sich an Bob.\n",
	    "ann@a.example", "", "auto-reply" },
	{ "in French",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Re: Peigne\n\nBonjour,\n\nJe "
		 "suis absent du bureau jusqu'au 5 juin. En cas d'urgence, contactez Bob.\n",
	    "ann@a.example", "", "auto-reply" },
	{ "in Spanish",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Re: Peine\n\nHola,\n\nEstaré "
		 "fuera de la oficina hasta el 5 de junio. Para asuntos urgentes, contactar con Bob.\n",
	    "ann@a.example", "", "auto-reply" },
	{ "in Portuguese",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Re: Pente\n\nOlá,\n\nEstou de "
		 "férias até 5 de junho. Em caso de urgência, contacte o Bob.\n",
	    "ann@a.example", "", "auto-reply" },
	{ "in Italian",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Re: "
		 "Pettine\n\nBuongiorno,\n\nsono in ferie fino al 5 giugno. Per urgenze contattare Bob.\n",
	    "ann@a.example", "", "auto-reply" },
	{ "in Dutch",
	    FROM
	    "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Re: Riet\n\nBedankt voor uw bericht. "
	    "Ik ben op vakantie tot en met 5 juni. Voor dringende zaken kunt u contact opnemen met Bob.\n",
	    "ann@a.example", "", "auto-reply" },
	{ "in Polish",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Re: Płocha\n\nDzień "
		 "dobry,\n\njestem na urlopie do dnia 5 czerwca. W pilnych sprawach proszę o kontakt z Bobem.\n",
	    "ann@a.example", "", "auto-reply" },
	{ "in Russian",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Re: Бердо\n\nЗдравствуйте!\n\nЯ "
		 "в отпуске до 5 июня. По срочным вопросам обращайтесь к Бобу.\n",
	    "ann@a.example", "", "auto-reply" },
	{ "in Japanese",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Re: "
		 "筬\n\nお世話になっております。\n\n6月5日まで休暇中です。お急ぎの方はボブまでご連絡ください。\n",
	    "ann@a.example", "", "auto-reply" },
	{ "in Chinese",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Re: "
		 "筘\n\n您好，我目前不在办公室，6月5日回来。紧急事情请联系鲍勃。\n",
	    "ann@a.example", "", "auto-reply" },
	{ "an absence notice of one line",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Re: Reed\n\nI am on vacation.\n",
	    "ann@a.example", "", "auto-reply" },
	{ "a machine that says what it is",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Re: Reed\n\nDies ist eine "
		 "automatische Antwort auf Ihre E-Mail. Wir melden uns.\n",
	    "ann@a.example", "", "auto-reply" },
	{ "a vacation that everybody is told of",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: vacation next week\n\nJust fyi, "
		 "I'll be on vacation next week and won't be checking my email. I'll catch up when I get back.\n",
	    "ann@a.example", "", "post" },
	{ "an announcement to all",
	    FROM
	    "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Loom course\n\nHi all,\n\nI will be "
	    "out of the office until Monday; please contact Bob for the keys. The course goes on as planned.\n",
	    "ann@a.example", "", "post" },
	{ "an absence that is mentioned late",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Broken loom\n\nI pushed the "
		 "wrong lever this afternoon, which has broken the big loom. The small ones work, but nothing else "
		 "will, so if you need a working one you may want to wait for a while before you come over to the "
		 "workshop.\n\nI will be out of the office tomorrow.\n",
	    "ann@a.example", "", "post" },
	{ "a subject that begins like a receipt",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Read: a good book on "
		 "looms\n\nIt is by Smith, and I liked it.\n",
	    "ann@a.example", "", "post" },
	{ "a subject that begins like an absence",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Absence of tension in the "
		 "warp\n\nHow do you keep it even?\n",
	    "ann@a.example", "", "post" },
	{ "a word that holds the name of a service",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Re: listbox\n\nThe procedure "
		 "ListboxBeginSelect fails.\n",
	    "ann@a.example", "", "post" },
	{ "a read receipt in words",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Read: Reed\n\nYour message\n\n  "
		 " To: Ann\n   Subject: Reed\n\nwas read on 1 June 2026 9:00.\n",
	    "ann@a.example", "", "notification" },
	{ "a read receipt in German",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Gelesen: Blatt\n\nIhre "
		 "Nachricht\n\n   An: Ann\n\nwurde am 1. Juni 2026 gelesen.\n",
	    "ann@a.example", "", "notification" },
	{ "a receipt of delivery in Spanish",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Acuse de recibo: Peine\n\n-\n",
	    "ann@a.example", "", "notification" },
	{ "Outlook's reaction in words",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Re: Reed\n\n👍 Ann Lee reacted "
		 "to your message:\n\nOn Monday Bob wrote:\n> Which?\n",
	    "ann@a.example", "", "reaction" },
	{ "Apple's",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Re: Reed\n\nLiked “Which reed "
		 "do you use?”\n",
	    "ann@a.example", "", "reaction" },
	{ "Gmail's, where only its text came through",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Re: Reed\n\n👍 Ann Lee reacted "
		 "via Gmail\n",
	    "ann@a.example", "", "reaction" },
	{ "Gmail's in German",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: Re: Reed\n\nAnn Lee hat über "
		 "Gmail reagiert\n",
	    "ann@a.example", "", "reaction" },
	{ "a person who is away today and answers",
	    FROM "Subject: Re: Reed\n\nHi Bob,\n\nI am out of the office today, and will look later.\n\n> Which?\n",
	    "ann@a.example", "", "post" },
	{ "a machine's author", "From: no-reply@shop.example\nSubject: Order\n\nThanks.\n", "no-reply@shop.example", "",
	    "notification" },
	{ "a challenge that asks for a real live human",
	    FROM "Subject: Your note\n\nThe message you sent requires that you verify that you are a real live human "
		 "being.\n",
	    "x@a.example", "", "auto-reply" },
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
	{ "a wish to leave, with many words that say no more",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: hi\n\nPlease remove me from "
		 "your mailing list. Thanks!\n\nAnn Lee\n",
	    "ann@a.example", "", "command" },
	{ "a wish to leave, in German",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: hi\n\nBitte mich aus dem "
		 "Verteiler löschen, danke.\n",
	    "ann@a.example", "", "command" },
	{ "a wish to leave, in French",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: hi\n\nVeuillez me désinscrire "
		 "de cette liste, merci\n",
	    "ann@a.example", "", "command" },
	{ "a wish to leave, in Spanish",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: hi\n\nPor favor, quiero darme "
		 "de baja de esta lista\n",
	    "ann@a.example", "", "command" },
	{ "a wish to leave, in Dutch",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: hi\n\nGraag uitschrijven van "
		 "deze lijst\n",
	    "ann@a.example", "", "command" },
	{ "a wish to leave, in Polish",
	    FROM
	    "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: hi\n\nProszę o usunięcie z listy\n",
	    "ann@a.example", "", "command" },
	{ "a wish to leave, in Russian",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: hi\n\nПожалуйста, удалите меня "
		 "из рассылки\n",
	    "ann@a.example", "", "command" },
	{ "a thing to remove",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: hi\n\nPlease remove the reed "
		 "from the loom.\n",
	    "ann@a.example", "", "post" },
	{ "a word to stop for",
	    FROM "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nSubject: hi\n\nStop\n\nthe loom when the "
		 "yarn breaks or it will cost you.\n",
	    "ann@a.example", "", "post" },
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
