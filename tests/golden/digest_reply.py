"""A plain reply to the letter as a whole is the commonest error: it is never posted (DIG-05); the words of the foot act."""
import re

from house import done, ok
from letters import field, reply, text
from living import Living

LIST = "weavers@lists.example.org"


def letter_of(house, who):
    return [mail for mail in house.mailbox(who) if field(mail, "subject").startswith("[weavers]")][-1]


def say(house, who, subject, body, now):
    house.post(f"{who}@example.org", LIST, f"From: {who.capitalize()} <{who}@example.org>\nSubject: {subject}\n\n{body}\n", now=now)


def posts(house):
    return house.rows("archive", "list", "weavers")


proof = ("Authentication-Results: mx.example.org; dmarc=pass header.from=example.org\n"
         "Received: from client.example by mx.example.org with ESMTP; Fri, 5 Jun 2026 09:00:00 +0000\n")
with Living("reply", extra="trusted-authserv-id = mx.example.org\n") as house:
    house.community("weavers", ann="each", wil="weekly", uma="weekly")
    say(house, "ann", "Warp tension slips", "After an hour the left side of the warp is slack.", "2026-06-02T08:00:00Z")
    say(house, "ann", "Indigo vat", "The vat turned brown over night and smells of yeast.", "2026-06-02T08:00:01Z")
    house.settle(now="2026-06-04T06:00:00Z")
    letter = letter_of(house, "wil@example.org")

    wet = "Wet the knots before you wind on, that has always helped me."
    for said, how in ((wet, "top-posted"), ("\n\n" + wet, "below"), (wet + "\n\nWil", "signed")):
        reply(house, letter, "wil@example.org", said, now="2026-06-04T07:00:00Z", to=LIST)
    house.settle(now="2026-06-04T07:00:01Z")
    ok(len(posts(house)) == 2, "a reply to the letter is no post, however it is written", posts(house))
    answers = [mail for mail in house.mailbox("wil@example.org") if "Which item" in field(mail, "subject")]
    ok(len(answers) == 1, "one answer asks which item it was for, not three", [field(mail, "subject") for mail in answers])
    body = text(answers[0])
    ok("Warp tension slips" in body and len(re.findall(r"weavers\+t[0-9a-z]+@", body)) == 2, "with the address of each", body)
    ok("Wet the knots" not in body, "an author without proof gets nothing of the text back (RCV-16)")
    address = re.search(r"Warp tension slips\s+(weavers\+t\S+)", body).group(1)
    reply(house, letter, "wil@example.org", wet, now="2026-06-04T07:10:00Z", to=address)
    house.settle(now="2026-06-04T07:10:01Z")
    ok({row["thread"]: 0 for row in posts(house)} and len(posts(house)) == 3, "sent to the item's address it is a post")
    mail = house.run("archive", "search", "weavers", "knots", "--json")
    ok("Wet the knots" in mail or "knots" in mail, "in that thread", mail)

    renamed = field(letter, "subject")
    house.accept("uma@example.org", LIST, f"From: uma@example.org\nSubject: Re: {renamed}\nMessage-ID: <lost@example.org>\nIn-Reply-To: <0100abc@amazonses.example>\n\n"
                 "The relay of my provider changed the message-id of what I answer.\n", now="2026-06-04T08:00:00Z")
    house.settle(now="2026-06-04T08:00:01Z")
    ok(len(posts(house)) == 3 and "Which item" in field(house.mailbox("uma@example.org")[-1], "subject"), "a relay that replaced our message-id does not make it one")

    def wish(who, word, now, fields="", to=LIST):
        reply(house, letter_of(house, f"{who}@example.org"), f"{who}@example.org", word, now=now, to=to, fields=fields)
        house.settle(now=now.replace(":00Z", ":01Z"))
        return house.mailbox(f"{who}@example.org")[-1]

    def delivery(who):
        (row,) = [row for row in house.rows("member", "list", "weavers") if row["address"].startswith(who)]
        return row["subscriptions"][0]["delivery"], row["state"]

    told = wish("wil", "daily", "2026-06-05T09:00:00Z", proof)
    ok(delivery("wil") == ("daily", "active") and "one letter a day" in text(told), "`daily` from a proved author acts at once and is told", text(told))
    asked = wish("uma", "Monthly.", "2026-06-05T09:00:00Z")
    ok(delivery("uma") == ("weekly", "active") and "Please confirm" in field(asked, "subject"), "without proof it is asked about first", asked.as_string())
    reply(house, asked, "uma@example.org", "", now="2026-06-05T10:00:00Z")
    house.settle(now="2026-06-05T10:00:01Z")
    ok(delivery("uma") == ("monthly", "active"), "and a reply is enough", delivery("uma"))
    told = wish("wil", "pause 2w", "2026-06-05T11:00:00Z", proof)
    ok(delivery("wil") == ("daily", "paused") and "until Friday 19 June 2026" in " ".join(text(told).split()), "`pause 2w` rests for two weeks", text(told))
    house.accept("wil@example.org", "weavers+weekly@lists.example.org", proof + "From: wil@example.org\nDate: Fri, 5 Jun 2026 12:00:00 +0000\nSubject:\nMessage-ID: <w@example.org>\n\n\n", now="2026-06-05T12:00:00Z")
    house.settle(now="2026-06-05T12:00:01Z")
    ok(delivery("wil") == ("weekly", "active"), "an address alone is a word too, and ends a pause", delivery("wil"))
    ok("Why you get the letter" in field(wish("wil", "why", "2026-06-05T13:00:00Z", proof), "subject"), "`why` says why")
    say(house, "ann", "A third thread", "One more thread with enough words for an excerpt.", "2026-06-06T08:00:00Z")
    gone = wish("uma", "leave", "2026-06-06T09:00:00Z")
    ok("leave" in field(gone, "subject").lower(), "`leave` is seen out by the usual way", gone.as_string())
    ok(len(posts(house)) == 4, "and none of these words was ever posted", [row["subject"] for row in posts(house)])

    house.settle(now="2026-06-11T06:00:00Z")
    letter = letter_of(house, "wil@example.org")
    ok("ALSO" not in text(letter) and len(set(re.findall(r"weavers\+t\w+@", text(letter)))) == 2, "a letter", text(letter))
    say(house, "ann", "Alone", "The only thing that was said in all of this week is this.", "2026-06-12T08:00:00Z")
    house.settle(now="2026-06-12T08:01:00Z")
    house.settle(now="2026-06-18T06:00:00Z")
    before = len(posts(house))
    reply(house, letter_of(house, "wil@example.org"), "wil@example.org", "I have the same trouble with mine, every single time.", now="2026-06-18T07:00:00Z", to=LIST)
    house.settle(now="2026-06-18T07:00:01Z")
    threads = {row["subject"]: row["posts"] for row in house.rows("archive", "threads", "weavers")}
    ok(len(posts(house)) == before + 1 and threads["Alone"] == 2, "where the letter held one thread, a plain reply goes there", threads)

done()
