"""A series of meetings: real invitations out, answers in by calendar and by word, a date moved, all called off."""
import email.utils
import re

from house import done, ok
from living import Living

CAL = "weavers+cal@lists.example.org"
MEMBERS = ("ann", "raj", "yuki")


def invitations(house, who, word=""):
    return [mail for mail in house.mailbox(f"{who}@example.org")
            if mail.get_content_type() == "multipart/mixed" and word in str(mail["Subject"])]


def calendar(mail):
    """The text/calendar part, unfolded."""
    part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    return re.sub(r"\r?\n[ \t]", "", part.get_content())


def value(text, name):
    return re.search(rf"^{name}[^:\r\n]*:(.*?)\r?$", text, re.M).group(1)


def reply_ics(uid, attendee, answer, stamp, sequence=0, more=""):
    return "\r\n".join(filter(None, [
        "BEGIN:VCALENDAR", "PRODID:-//Example//Calendar//EN", "VERSION:2.0", "METHOD:REPLY", "BEGIN:VEVENT", f"UID:{uid}",
        f"SEQUENCE:{sequence}", f"DTSTAMP:{stamp}", more, f"ATTENDEE;PARTSTAT={answer}:mailto:{attendee}", "END:VEVENT",
        "END:VCALENDAR", ""]))


def send_ics(house, sender, ics, now, to=CAL, head=""):
    house.accept(sender, to, f"From: {sender}\nTo: {to}\nSubject: Accepted: Monthly call\nDate: {email.utils.formatdate(1780400000)}\n"
                 f"Message-ID: <{abs(hash((sender, ics, now)))}@example.org>\n{head}MIME-Version: 1.0\n"
                 f"Content-Type: text/calendar; method=REPLY; charset=utf-8\n\n" + ics.replace("\r\n", "\n"), now=now)
    house.settle(now=now)


def send_word(house, sender, word, now, answers=None, to=CAL):
    head = f"In-Reply-To: {answers['Message-ID']}\n" if answers is not None else ""
    house.accept(sender, to, f"From: {sender}\nTo: {to}\nSubject: Re: Monthly call\nDate: {now}\n"
                 f"Message-ID: <w{abs(hash((sender, word, now)))}@example.org>\n{head}\n{word}\n\n"
                 "On Tuesday Weavers wrote:\n> Will you come? Answer with yes, no or maybe.\n", now=now)
    house.settle(now=now)


def counts(house, now):
    (row,) = house.rows("meeting", "list", "weavers", now=now)
    return row["yes"], row["no"], row["maybe"], row["silent"]


with Living("meeting") as house:
    house.community("weavers", steward="sue@example.org", ann="weekly", raj="meetings", nora="none")
    house.run("member", "set", "weavers", "sue@example.org", "delivery", "none", status=None)
    house.run("member", "add", "weavers", "yuki@example.org", "--name", "Yuki", "--timezone", "Asia/Tokyo")
    said = house.run("meeting", "create", "weavers", "--title", "Monthly call", "--start", "2026-06-11T19:00", "--timezone",
                     "Europe/Berlin", "--duration", "90m", "--repeat", "second thursday of the month", "--location",
                     "https://meet.example.org/w", "--agenda", "Our worst mistakes")
    ok(said.count("19:00 Europe/Berlin") == 3 and "M1" in said, "the next three dates are said at once", said)
    house.settle()

    # --- the invitation ---------------------------------------------------------------------
    (mail,) = invitations(house, "ann")
    (tokyo,) = invitations(house, "yuki")
    ok(len(invitations(house, "raj")) == 1 and not invitations(house, "nora"),
       "who reads posts or only meetings is invited, who chose none is not")
    ok(mail["From"].addresses[0].addr_spec == CAL and mail["Reply-To"].addresses[0].addr_spec == CAL, "From is the organiser (CAL-04)")
    alternative, attached = mail.iter_parts()
    types = [part.get_content_type() for part in alternative.iter_parts()]
    ok(types == ["text/plain", "text/html", "text/calendar"], "the calendar stands last in the alternative (CAL-01)", types)
    part = list(alternative.iter_parts())[2]
    ok(part.get_param("method") == "REQUEST" and part["Content-Transfer-Encoding"] == "base64" and "Content-Disposition" not in part,
       "with its method, in base64, and with no disposition (CAL-02)", part.items())
    ok(attached.get_content_type() == "application/ics" and attached.get_payload(decode=True) == part.get_payload(decode=True),
       "the attachment has the same octets")
    ics = calendar(mail)
    ok(value(ics, "METHOD") == "REQUEST" and value(ics, "SEQUENCE") == "0" and "\nRRULE:FREQ=MONTHLY;BYDAY=2TH" in ics, "a series", ics)
    ok(re.findall(r"^ATTENDEE.*?mailto:(.*?)\r?$", ics, re.M) == ["ann@example.org"], "its reader is the only attendee (CAL-05)", ics)
    ok("DTSTART;TZID=Europe/Berlin:20260611T190000" in ics and "BEGIN:VTIMEZONE" in ics, "local time with its zone (CAL-13)", ics)
    ok(value(ics, "UID") == value(calendar(tokyo), "UID"), "one UID for all")
    others = [who for who in ("raj", "yuki", "nora", "sue") if f"{who}@example.org" in mail.as_string() + ics]
    ok(not others, "no other member's address is in it", others)
    text, abroad = (letter.get_body(("plain",)).get_content() for letter in (mail, tokyo))
    ok("Thursday 11 June 2026, 19:00 to 20:30, Berlin time" in text, "the text says it in the member's zone", text)
    ok("Friday 12 June 2026, 02:00 to 03:30, Tokyo time" in abroad and "Thu 11 June 19:00 (Berlin)" in abroad,
       "and abroad in that one, with the hour at home", abroad)
    ok(text.splitlines()[0] == "Will you come? Answer this mail with one word: yes, no or maybe.", "the first line says how to answer (CAL-24)", text)

    # --- answers ----------------------------------------------------------------------------
    uid, day = value(ics, "UID"), "2026-06-02T0{}:00:00Z"
    ok(counts(house, day.format(1)) == (0, 0, 0, 3), "at first everybody is silent", counts(house, day.format(1)))
    send_ics(house, "ann@example.org", reply_ics(uid, "ANN@example.org", "ACCEPTED", "20260602T020000Z"), day.format(2))
    ok(counts(house, day.format(2)) == (1, 0, 0, 2), "a calendar says yes", counts(house, day.format(2)))
    send_ics(house, "ann@example.org", reply_ics(uid, "ann@example.org", "DECLINED", "20260602T010000Z"), day.format(3))
    ok(counts(house, day.format(3)) == (1, 0, 0, 2), "an older answer that comes late changes nothing (CAL-20)")
    send_ics(house, "ann@example.org", reply_ics(uid, "ann@example.org", "ACCEPTED", "20260602T020000Z"), day.format(3))
    ok(counts(house, day.format(3)) == (1, 0, 0, 2), "the same one twice counts once")
    send_word(house, "raj@example.org", "Yes, gladly!", day.format(4), invitations(house, "raj")[0])
    ok(counts(house, day.format(4)) == (2, 0, 0, 1), "a word does it too", counts(house, day.format(4)))
    token = re.search(r"weavers\+r[0-9a-z]{28}@lists\.example\.org", abroad).group(0)
    send_word(house, "yuki.phone@example.net", "maybe", day.format(5), to=token)
    ok(counts(house, day.format(5)) == (2, 0, 1, 0), "the address in the mail takes the word from any other address of hers")
    before = len(house.mailbox("raj@example.org"))
    send_word(house, "raj@example.org", "I have not made up my mind about the yarn", day.format(6), invitations(house, "raj")[0])
    told = house.mailbox("raj@example.org")[before:]
    ok(counts(house, day.format(6)) == (2, 0, 1, 0) and len(told) == 1 and "1  yes" in told[0].get_content(),
       "what is no answer does nothing, and is asked back with numbered choices", [mail.as_string() for mail in told])
    rows = house.rows("meeting", "show", "weavers", "M1", now=day.format(6))[0]["answers"]
    ok({row["address"]: row["answer"] for row in rows} ==
       {"ann@example.org": "ACCEPTED", "raj@example.org": "ACCEPTED", "yuki@example.org": "TENTATIVE"}, "who said what is shown", rows)

    # --- strangers and machines -------------------------------------------------------------
    send_ics(house, "eve@elsewhere.example", reply_ics(uid, "eve@elsewhere.example", "ACCEPTED", "20260602T060000Z"), day.format(7))
    ok(counts(house, day.format(7)) == (2, 0, 1, 0), "a stranger's answer is not counted (CAL-21)")
    ok(any("needs you" in mail["Subject"] for mail in house.mailbox("sue@example.org")), "the steward is told",
       [str(mail["Subject"]) for mail in house.mailbox("sue@example.org")])
    ok(not house.mailbox("eve@elsewhere.example"), "and the stranger is not answered")
    send_ics(house, "raj@example.org", reply_ics(uid, "raj@example.org", "DECLINED", "20260602T080000Z"), day.format(8),
             head="Auto-Submitted: auto-replied\n")
    ok(counts(house, day.format(8)) == (1, 1, 1, 0), "an answer that a calendar server sends by itself counts (RCV-14)")
    ok(not house.rows("archive", "list", "weavers"), "no answer has become a post")

    # --- changes ----------------------------------------------------------------------------
    july = "RECURRENCE-ID;TZID=Europe/Berlin:20260709T190000"
    send_ics(house, "ann@example.org", reply_ics(uid, "ann@example.org", "DECLINED", "20260602T090000Z", more=july), day.format(9))
    ok(counts(house, day.format(9)) == (1, 1, 1, 0), "a no to July leaves June as it was")
    ok(counts(house, "2026-06-20T09:00:00Z") == (0, 2, 1, 0), "and in July it outranks the yes to the series", counts(house, "2026-06-20T09:00:00Z"))
    house.run("meeting", "move", "weavers", "M1", "--date", "2026-06-11", "--start", "2026-06-12T18:00", now="2026-06-03T08:00:00Z")
    house.settle(now="2026-06-03T08:00:00Z")
    (moved,) = invitations(house, "ann", "Updated")
    ics = calendar(moved)
    ok(value(ics, "SEQUENCE") == "1" and "RECURRENCE-ID;TZID=Europe/Berlin:20260611T190000" in ics and value(ics, "UID") == uid,
       "one date moves: same UID, one more SEQUENCE, its RECURRENCE-ID (CAL-07, CAL-11)", ics)
    house.run("meeting", "cancel", "weavers", "M1", now="2026-06-04T08:00:00Z")
    house.settle(now="2026-06-04T08:00:00Z")
    (off,) = invitations(house, "ann", "Called off")
    ics = calendar(off)
    ok(value(ics, "METHOD") == "CANCEL" and value(ics, "SEQUENCE") == "2" and value(ics, "STATUS") == "CANCELLED" and "VALARM" not in ics,
       "called off: METHOD and STATUS say so, one more SEQUENCE (CAL-09)", ics)
    ok(house.rows("meeting", "list", "weavers", now="2026-06-04T08:00:00Z")[0]["state"] == "cancelled", "the list shows it")
    house.run("meeting", "cancel", "weavers", "M1", now="2026-06-04T08:00:00Z", status=69)
    ok("already" in house.error, "twice is said, not done", house.error)

    # --- bad input --------------------------------------------------------------------------
    for says, arguments, word in [
            ("a zone that is none, with the nearest", ["--timezone", "Europe/Berln"], "Europe/Berlin"),
            ("a start in the past", ["--start", "2020-01-01T10:00"], "past"),
            ("a start that is no time", ["--start", "soon"], "2026-12-10T19:00"),
            ("a start in the gap of a clock change", ["--start", "2027-03-28T02:30"], "no 02:30"),
            ("a repeat that cannot be read", ["--repeat", "whenever it suits"], "every monday"),
            ("a repeat that its start does not fit", ["--repeat", "first monday of the month"], "first"),
            ("a duration that is none", ["--duration", "long"], "--duration 1h"),
            ("an end without a series", ["--count", "3"], "--repeat")]:
        options = {"--start": "2026-07-01T10:00", "--timezone": "Europe/Berlin"}
        options.update(zip(arguments[::2], arguments[1::2]))
        house.run("meeting", "create", "weavers", "--title", "X", *[word for pair in options.items() for word in pair],
                  now="2026-06-04T08:00:00Z", status=64)
        ok(word in house.error, says, house.error)
    house.run("meeting", "show", "weavers", "M9", status=67)
    ok("M9" in house.error, "a meeting that is not there is named", house.error)
done()
