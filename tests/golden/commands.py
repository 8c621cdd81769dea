"""Words to the server: in lines, in subjects, in addresses, by numbers, in four languages; and sent to everybody by mistake."""
from house import done, ok
from letters import address, field, reply, text
from living import Living

LIST, REQUEST = "weavers@lists.example.org", "weavers-request@lists.example.org"
PROOF = ("Authentication-Results: mx.example.org; dmarc=pass header.from=example.org\n"
         "Received: from client.example by mx.example.org with ESMTP; Mon, 1 Jun 2026 08:00:00 +0000\n")
flat = lambda mail: " ".join(text(mail).split())

with Living("commands", extra="trusted-authserv-id = mx.example.org\n") as house:
    house.community("weavers", ann="each", ben="weekly", cleo="weekly", dora="weekly", emil="weekly")

    def member(who):
        return next(row for row in house.rows("member", "list", "weavers") if row["address"] == f"{who}@example.org")

    def mode(who):
        return member(who)["subscriptions"][0]["delivery"]

    def say(who, to, subject, body, proof=True, fields="", now=None):
        before = len(house.mailbox(f"{who}@example.org"))
        house.post(f"{who}@example.org", to, f"{PROOF if proof else ''}From: {who.capitalize()} <{who}@example.org>\n"
                   f"Subject: {subject}\n{fields}\n{body}\n", now=now)
        house.settle(now=now)
        return house.mailbox(f"{who}@example.org")[before:]

    # several lines, one answer
    (told,) = say("ann", REQUEST, "hello", "Hi robot,\n\ndaily\nlanguage german\nown off\ntimezone Europe/Paris\n\nmonthly\n")
    ok(mode("ann") == "daily" and member("ann")["language"] == "de" and member("ann")["timezone"] == "Europe/Paris",
       "several lines are done, up to the blank one", member("ann"))
    ok(all(f"> {word}" in text(told) for word in ("daily", "language de", "own off", "timezone Europe/Paris")) and "monthly" not in text(told),
       "and one answer has the result of each", text(told))
    ok(told["content-language"] == "de" and "was aus deiner Mail wurde" in field(told, "subject"), "in the language that was just chosen", told.as_string())
    ok(all(len(line) <= 72 for line in text(told).splitlines()), "at 72 columns", text(told))

    (told,) = say("ann", REQUEST, "", "weekly\nbring me tea\nlanguage english\n")
    ok(mode("ann") == "daily" and member("ann")["language"] == "de", "one line that is not understood, and none is run")
    ok("  3  each" in text(told) and "bring me tea" in text(told) and address(told).startswith("weavers+s"),
       "one answer has the choices, and the text", text(told))
    reply(house, told, "ann@example.org", "language en\n3\nThanks, Ann")
    house.settle()
    ok(mode("ann") == "each" and member("ann")["language"] == "en", "a reply with a number and a word does both, and the closing is none", member("ann"))
    reply(house, told, "someone@else.example", "1. weekly")
    house.settle()
    ok(mode("ann") == "weekly", "the token proves the address, from wherever it is used", member("ann"))
    reply(house, told, "ann@example.org", "12")
    house.settle()
    ok("what would you like" in field(house.mailbox("ann@example.org")[-1], "subject") and mode("ann") == "weekly", "a number that was not offered is none")

    # the subject, and the address
    say("ben", REQUEST, "set weavers digest daily", "")
    ok(mode("ben") == "daily", "Mailman's words with LISTSERV's name of the list", member("ben"))
    say("ben", REQUEST, "SET weavers NOMAIL", "Some text that is not looked at.")
    ok(mode("ben") == "none", "the words of other servers, in the subject", member("ben"))
    (told,) = say("ben", "weavers+pause@lists.example.org", "until 3 August", "")
    ok(member("ben")["paused_until"] == "2026-08-02T22:00:00Z" and "Monday 3 August 2026" in flat(told), "+pause takes its day from the subject, on the member's clock", (member("ben"), flat(told)))
    (told,) = say("ben", "weavers+back@lists.example.org", "", "")
    ok(member("ben")["state"] == "active" and mode("ben") == "weekly" and "you are back" in flat(told), "back ends a pause, and no mail at all", member("ben"))
    (told,) = say("ben", "weavers+sprache@lists.example.org", "", "Deutsch")
    ok(member("ben")["language"] == "de" and "auf Deutsch" in flat(told), "+sprache takes its language from the text", flat(told))
    (told,) = say("ben", "weavers+pause@lists.example.org", "bis 3. August", "")
    ok("Montag, 3. August 2026" in flat(told), "days are said, and understood, in the member's language", flat(told))
    say("ben", "weavers+monatlich@lists.example.org", "", "")
    ok(mode("ben") == "monthly" and member("ben")["state"] == "active", "a German word behind +, which also ends the pause")
    (told,) = say("ben", REQUEST, "who", "")
    ok("ann@" not in told.as_string() and "Wer zu Weavers" in field(told, "subject"), "who is here is told to nobody (SEC-04)", flat(told))

    # without proof
    (asked,) = say("cleo", REQUEST, "", "daily\nlanguage fr\n", proof=False)
    ok(mode("cleo") == "weekly" and "daily language fr" in flat(asked), "without proof one question covers all lines", text(asked))
    reply(house, asked, "cleo@example.org", "No, that was not me!")
    house.settle()
    ok(mode("cleo") == "weekly", "a no is a no")
    reply(house, asked, "cleo@example.org", "yes")
    house.settle()
    ok(mode("cleo") == "weekly", "and was the answer")
    (asked,) = say("cleo", REQUEST, "", "daily\nlanguage fr\n", proof=False, now="2026-06-03T09:00:00Z")
    reply(house, asked, "cleo@example.org", "", now="2026-06-03T09:10:00Z")
    house.settle(now="2026-06-03T09:10:00Z")
    told = house.mailbox("cleo@example.org")[-1]
    ok(mode("cleo") == "daily" and "> language fr" in text(told) and told["content-language"] == "fr", "an empty reply does them all", told.as_string())
    (told,) = say("cleo", "weavers+settings@lists.example.org", "", "", proof=False, now="2026-06-03T10:00:00Z")
    ok("weavers daily" in text(told) and "Europe/Berlin" in text(told) and address(told).startswith("weavers+s"), "settings shows all of it in one mail", text(told))
    reply(house, told, "cleo@example.org", "quotidien\nfuseau Europe/Lisbon\ncopies off", now="2026-06-03T10:10:00Z")
    house.settle(now="2026-06-03T10:10:00Z")
    ok(member("cleo")["timezone"] == "Europe/Lisbon", "and a reply to it needs no other proof")
    old = say("cleo", "weavers+monthly@lists.example.org", "", "", fields="Date: Mon, 1 Jun 2026 08:00:00 +0000\n", now="2026-06-10T08:00:00Z")
    ok(mode("cleo") == "daily" and "confirmer" in field(old[-1], "subject"), "signed mail of nine days ago is asked about (SEC-03)", field(old[-1], "subject"))

    # to everybody by mistake
    for number, (subject, body, caught) in enumerate((
            ("", "subscribe", True), ("unsubscribe", "", True), ("set weavers nomail", "", True), ("SIGNOFF weavers", "\n", True),
            ("digest", "daily\n\n-- \nDora\nweekly meetings of the guild", True), ("Abmelden", "Bitte abmelden", True),
            ("Re: How often do you oil the loom?", "weekly", False), ("Loom noise", "Help!", False),
            ("Unsubscribe?", "I cannot find how to unsubscribe from the other list, who knows?", False),
            ("Join us", "Join us on Thursday for tea, cake and a new warp.", False))):
        now = f"2026-06-{11 + 2 * number}T08:00:00Z"
        before = len(house.rows("archive", "list", "weavers"))
        answers = say("dora", LIST, subject, body, now=now)
        posted = len(house.rows("archive", "list", "weavers")) > before
        ok(posted != caught and (not caught or "confirm" in field(answers[0], "subject")),
           f"{subject!r} {body!r} is {'caught, and answered privately (RCV-23)' if caught else 'a post'}", [field(mail, 'subject') for mail in answers])
    ok(mode("dora") == "weekly" and member("dora")["state"] == "active", "none of them was believed")

    # strangers
    now = "2026-07-10T08:00:00Z"
    house.post("sam@else.example", REQUEST, "Subject: monthly\n\n\n", now=now)
    house.settle(now=now)
    (asked,) = house.mailbox("sam@else.example")
    reply(house, asked, "sam@else.example", "yes", now=now)
    house.settle(now=now)
    ok("not a member" in field(house.mailbox("sam@else.example")[-1], "subject"), "who is no member is told so, at their own address", field(house.mailbox("sam@else.example")[-1], "subject"))
    house.post("nia@else.example", REQUEST, "Subject: \n\nsubscribe weavers Nia New\ndaily\nlanguage es\n", now=now)
    house.settle(now=now)
    (asked,) = house.mailbox("nia@else.example")
    reply(house, asked, "nia@else.example", "si", now=now)
    house.settle(now=now)
    (row,) = [row for row in house.rows("member", "list", "weavers") if row["address"] == "nia@else.example"]
    ok(row["subscriptions"][0]["delivery"] == "daily" and row["language"] == "es", "joining takes its other lines along", row)
    box = house.mailbox("nia@else.example")
    ok(len(box) == 2 and box[1]["content-language"] == "es", "and welcomes in that language", [field(mail, "subject") for mail in box])
done()
