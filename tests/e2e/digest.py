"""The letter that most members read: once, at the promised minute, nothing twice and nothing lost (PRODUCT.md section 6)."""
import re
import shutil
import sqlite3
from datetime import datetime, timedelta

from house import House, done, ok
from letters import field, reply, text
from living import Living

LIST = "weavers@lists.example.org"


def digests(house, who):
    return [mail for mail in house.mailbox(who) if field(mail, "subject").startswith("[weavers]") and field(mail, "precedence") == "bulk"]


def say(house, who, subject, body, now, **more):
    house.post(f"{who}@example.org", more.get("to", LIST), f"From: {who.capitalize()} <{who}@example.org>\nSubject: {subject}\n\n{body}\n", now=now)


def held(mails, title):
    return sum(title in text(mail) for mail in mails)


with Living("digest", now="2026-06-01T08:00:00Z") as house:
    house.community("weavers", steward="ruth@example.org", ann="each", wil="weekly", dora="daily", mona="monthly")
    house.run("member", "add", "weavers", "yoko@example.org", "--delivery", "weekly", "--timezone", "Asia/Tokyo")
    say(house, "ann", "Warp tension slips", "Hello all,\n\nafter an hour the left side of the warp is slack and the selvedge draws in.\n\nAnn", "2026-06-01T09:00:00Z")
    house.settle(now="2026-06-01T09:00:01Z")
    say(house, "wil", "Re: Warp tension slips", "Wet the knots before you wind on, that keeps them where they are.", "2026-06-01T10:00:00Z")
    say(house, "mona", "Two heddles on one loom?", "Has anyone threaded a plain rigid heddle loom with two heddles?", "2026-06-02T10:00:00Z")
    house.settle(now="2026-06-02T10:00:01Z")

    house.settle(now="2026-06-04T05:57:00Z")
    ok(digests(house, "wil@example.org") == [], "nothing comes before the promised minute")
    ok(len(digests(house, "yoko@example.org")) == 1, "who lives in Tokyo has had it at eight in Tokyo")
    house.settle(now="2026-06-04T06:00:00Z")
    (letter,) = digests(house, "wil@example.org")
    ok(True, "at 08:00 in Berlin the weekly member has one")
    house.settle(now="2026-06-04T06:00:30Z")
    house.settle(now="2026-06-04T09:00:00Z")
    ok(len(digests(house, "wil@example.org")) == 1, "and no second one that day")
    ok(digests(house, "ann@example.org") == [], "who gets each post gets no letter")
    ok(digests(house, "mona@example.org")[0:1] != [] and "2026-06-04" in house.rows("digest", "list", "weavers")[-1]["sent"], "4 June is the first Thursday: the monthly one comes too")

    body = text(letter)
    ok(field(letter, "subject") == "[weavers] Warp tension slips; 1 question waits (4 June)", "the subject is built from what is in it", field(letter, "subject"))
    ok("WAITING FOR AN ANSWER" in body and body.index("Two heddles") < body.index("THREADS"), "the question without an answer stands first", body)
    ok("first post here" in body, "a newcomer is marked as one")
    ok("left side of the warp is slack" in body and "Hello all" not in body, "an excerpt passes over the greeting", body)
    ok('Wil: "Wet the knots' in body, "and the newest answer is quoted with its name")
    ok("For you: a reply" not in body, "his own post is no answer to him")
    page = letter.get_body(("html",)).get_content()
    addresses = set(re.findall(r"weavers\+t[0-9a-z]+@lists\.example\.org", body))
    ok(len(addresses) == 2 and addresses == set(re.findall(r"weavers\+t[0-9a-z]+@lists\.example\.org", page)), "each item shows its address, the same in both forms (DIG-01, DIG-04)", addresses)
    links = re.findall(r'href="([^"]+)"', page)
    ok(all(link.startswith("mailto:") and "+" not in link and len(link) <= 1500 for link in links) and any("in-reply-to=%3C" in link for link in links), "links are mailto, with %2B and the bonus (DIG-06, DIG-07)", links)
    ok("<img" not in page and "http" not in page.replace("https", "http").split("</style>")[1], "nothing is loaded from anywhere (DIG-01)")
    ok(not re.search(r"(ann|mona|dora)@example\.org", letter.as_string()), "no other member's address is in it (DIG-14)")
    ok(all(field(letter, name) for name in ("list-id", "list-unsubscribe", "list-post", "auto-submitted", "content-language")), "it carries the List-* set (DIG-13)")
    ok(max(map(len, body.splitlines())) <= 78, "no line of text is too long (DIG-12)")

    # the thread address
    tension = re.search(r"Warp tension slips.*?(weavers\+t[0-9a-z]+@lists\.example\.org)", body, re.S).group(1)
    say(house, "wil", "Re: whatever", "They held. Thank you.", "2026-06-04T10:00:00Z", to=tension)
    house.settle(now="2026-06-04T10:00:01Z")
    threads = {row["subject"]: row["posts"] for row in house.rows("archive", "threads", "weavers")}
    ok(threads["Warp tension slips"] == 3, "a mail to a thread address lands in the thread, with the hfields removed (DIG-04)", threads)

    # silence, and an outage
    house.settle(now="2026-06-11T06:00:00Z")
    ok(len(digests(house, "wil@example.org")) == 2 and held(digests(house, "wil@example.org"), "Two heddles") == 1, "the next one holds what is new alone")
    count = len(house.rows("digest", "list", "weavers"))
    house.settle(now="2026-06-18T06:00:00Z")
    ok(len(house.rows("digest", "list", "weavers")) == count, "a week without a word has no letter (promise 4)")
    say(house, "ann", "Indigo vat", "The vat turned brown over night and smells of yeast, which is odd.", "2026-06-19T06:00:00Z")
    house.settle(now="2026-06-19T06:00:01Z")
    house.settle(now="2026-07-15T12:00:00Z")
    ok(held(digests(house, "wil@example.org"), "Indigo vat") == 1 and len(digests(house, "wil@example.org")) == 3, "after an outage of weeks it comes once, at once")
    ok("15 Jul 2026" in field(digests(house, "wil@example.org")[-1], "date"), "and says when it was really made")
    house.settle(now="2026-07-16T06:00:00Z")
    ok(len(digests(house, "wil@example.org")) == 3, "the regular one next day has nothing to say")
    daily = digests(house, "dora@example.org")
    ok([held(daily, title) for title in ("Warp tension", "Two heddles", "Indigo vat")] == [2, 1, 1], "the daily member has had everything too", [field(mail, "subject") for mail in daily])
    for row in house.rows("outbox", "list"):
        ok(row["kind"] != "digest" or row["state"] != "failed", "no digest is left lying")

with Living("modes", now="2026-06-01T08:00:00Z") as house:
    house.community("weavers", wil="each", ann="none")
    day = lambda n, hour=9: f"2026-06-{n:02d}T{hour:02d}:00:00Z"

    def post(name, now):
        say(house, "ann", name, f"{name} is a post that has more than eight words in it.", now)
        house.settle(now=now.replace(":00Z", ":01Z"))

    def got(name):
        """How often: as a copy, in letters."""
        mails = house.mailbox("wil@example.org")
        letters = digests(house, "wil@example.org")
        return len([mail for mail in mails if field(mail, "subject") == name]), held(letters, name)

    post("Monday post", day(1))
    house.run("member", "set", "weavers", "wil@example.org", "delivery", "weekly", now=day(2))
    post("Tuesday post", day(2, 10))
    house.settle(now=day(4, 6))
    ok((got("Monday post"), got("Tuesday post")) == ((1, 0), (0, 1)), "each to weekly: neither a gap nor a double", (got("Monday post"), got("Tuesday post")))
    post("Friday post", day(5))
    house.run("member", "set", "weavers", "wil@example.org", "delivery", "each", now=day(6))
    post("Sunday post", day(7))
    ok((got("Friday post"), got("Sunday post")) == ((0, 0), (1, 0)), "weekly to each: copies from then on")
    house.settle(now=day(11, 6))
    ok((got("Friday post"), got("Sunday post")) == ((0, 1), (1, 0)), "and one last letter over what came before", (got("Friday post"), got("Sunday post")))
    post("Later post", day(12))
    house.settle(now=day(18, 6))
    ok(got("Later post") == (1, 0) and len(digests(house, "wil@example.org")) == 2, "which is the last")
    house.run("member", "set", "weavers", "wil@example.org", "delivery", "weekly", now=day(18, 7))
    post("First half", day(18, 8))
    house.run("member", "set", "weavers", "wil@example.org", "delivery", "each", now=day(19))
    post("Middle", day(20))
    house.run("member", "set", "weavers", "wil@example.org", "delivery", "weekly", now=day(21))
    post("Second half", day(22))
    house.settle(now=day(25, 6))
    ok([got(name) for name in ("First half", "Middle", "Second half")] == [(0, 1), (1, 0), (0, 1)], "to and fro within a week: each post once in all",
       [got(name) for name in ("First half", "Middle", "Second half")])
    ok(len(digests(house, "wil@example.org")) == 3, "in one letter")
    house.run("member", "set", "weavers", "wil@example.org", "pause", "2026-07-10", now=day(26))
    post("While away", day(27))
    house.settle(now="2026-07-02T06:00:00Z")
    house.settle(now="2026-07-09T06:00:00Z")
    ok(got("While away") == (0, 0), "a pause is quiet")
    house.settle(now="2026-07-16T06:00:00Z")
    ok(got("While away") == (0, 1), "and ends with one letter over the whole time")

    house.run("member", "add", "weavers", "neo@example.org", "--delivery", "weekly", now="2026-07-17T09:00:00Z")
    post("After Neo came", "2026-07-18T09:00:00Z")
    house.settle(now="2026-07-23T06:00:00Z")
    neo = digests(house, "neo@example.org")
    ok(len(neo) == 1 and held(neo, "After Neo came") == 1 and held(neo, "While away") == 0, "a newcomer's first letter begins where he came")

    # what was held over a Thursday is in the next one; imports are in none
    house.accept("sam@else.example", LIST, "From: Sam <sam@else.example>\nSubject: Held for long\nMessage-ID: <held@else.example>\n\nMay somebody tell me what the best reed for linen is?\n", now="2026-07-29T09:00:00Z")
    house.settle(now="2026-07-29T09:00:01Z")
    house.settle(now="2026-07-30T06:00:00Z")
    (waiting,) = house.rows("held", "list", now="2026-07-31T06:00:00Z")
    house.run("held", "free", waiting["id"], now="2026-07-31T06:00:00Z")
    (house.folder / "old.mbox").write_text("From a@b Wed Jul 29 10:00:00 2026\nFrom: Old <old@b.example>\nDate: Wed, 29 Jul 2026 10:00:00 +0000\nMessage-ID: <old@b.example>\nSubject: Out of an old archive\n\nThis was said elsewhere long ago, to other people.\n\n")
    house.run("archive", "import", "weavers", house.folder / "old.mbox", now="2026-07-31T07:00:00Z")
    house.settle(now="2026-08-06T06:00:00Z")
    neo = digests(house, "neo@example.org")
    ok(held(neo, "Held for long") == 1, "a post let free late is in the next letter")
    ok(held(neo, "Out of an old archive") == 0, "an imported one is in no live letter")
    preview = house.run("digest", "preview", "weavers", "--until", "2026-07-30T00:00:00Z", now="2026-08-06T07:00:00Z")
    ok("Out of an old archive" in preview, "but in a preview, by its own date")

for zone, label, start, sunday in (("Europe/Berlin", "spring", "2026-03-16T08:00:00Z", ["2026-03-22T01:30:00Z", "2026-03-29T01:30:00Z", "2026-04-05T00:30:00Z"]),
                                   ("Europe/Berlin", "autumn", "2026-10-12T08:00:00Z", ["2026-10-18T00:30:00Z", "2026-10-25T00:30:00Z", "2026-11-01T01:30:00Z"])):
    with Living(label, now=start) as house:
        house.community("weavers", rhythm="weekly on sunday at 02:30", timezone=zone, ann="none", wil="weekly")
        wrong = []
        for week, due in enumerate(sunday):
            before = due.replace(":30:00Z", ":27:00Z")
            house.now = (datetime.fromisoformat(due[:-1]) - timedelta(hours=14)).isoformat() + "Z"
            say(house, "ann", f"Week {week}", f"What was said in week {week} is this and nothing more.", house.now)
            house.settle()
            house.settle(now=before)
            wrong += [before] if len(digests(house, "wil@example.org")) != week else []
            house.settle(now=due)
            wrong += [due] if len(digests(house, "wil@example.org")) != week + 1 else []
            house.settle(now=due[:11] + "04:30:00Z")
            wrong += ["later " + due] if len(digests(house, "wil@example.org")) != week + 1 else []
        ok(wrong == [], f"over the Sunday of the {label} clock change each letter comes once, at its minute (DIG-13)", wrong)
        subjects = [field(mail, "subject") for mail in digests(house, "wil@example.org")]
        ok(len(set(subjects)) == len(subjects), "no two have the same subject (DIG-09)", subjects)

with House("same", now="2026-06-01T08:00:00Z") as house:
    house.community("weavers", ann="none", wil="weekly", uma="weekly")
    house.unlimited("weavers")
    receive = house.start("receive", now="2026-06-02T08:00:00Z", wait="ready")
    with house.lmtp() as lmtp:
        lmtp.ehlo("mx")
        for number in range(500):
            who = ("ann", "uma", "wil")[number % 7 % 3]
            subject = f"Thread {number % 60} of a busy week" if number % 4 else f"Re: Thread {number % 60} of a busy week"
            body = f"In post {number} I say at some length what I think of \"thread & needle\" <{number}>, and why. " * 4
            lmtp.sendmail(f"{who}@example.org", [LIST], f"From: {who.capitalize()} <{who}@example.org>\r\nTo: {LIST}\r\n"
                          f"Subject: {subject}\r\nMessage-ID: <busy{number}@example.org>\r\nDate: Tue, 02 Jun 2026 08:00:00 +0000\r\n\r\n{body}\r\n")
    receive.terminate()
    receive.wait(30)
    house.run("desk", "--once", now="2026-06-02T08:00:01Z")
    database = house.dir / "guildpost.db"

    def compose():
        house.run("desk", "--once", now="2026-06-04T06:00:00Z")
        with sqlite3.connect(database) as db:
            return db.execute("SELECT m.octets, o.slots, r.recipient_key, r.slot_values FROM outbox o"
                              " JOIN outbox_mail m USING (outbox_id) JOIN outbox_recipient r USING (outbox_id)"
                              " WHERE o.kind = 'digest' ORDER BY 3").fetchall()

    with sqlite3.connect(database) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(database, house.folder / "before.db")
    first = compose()
    for ending in ("-wal", "-shm"):
        (house.dir / ("guildpost.db" + ending)).unlink(missing_ok=True)
    shutil.copy(house.folder / "before.db", database)
    second = compose()
    ok(len(first) == 2 and first == second, "composing twice gives the same octets", (len(first), len(second)))
    house.run("deliver", "--once", now="2026-06-04T06:00:01Z")
    (letter,) = digests(house, "wil@example.org")
    body, page = text(letter), letter.get_body(("html",)).get_content()
    ok(len(body.encode()) < 30000 and len(body.split()) <= 600, "500 posts: under 30 KB and 600 words of text", (len(body), len(body.split())))
    ok(len(page.encode()) < 90 * 1024, "and under 90 KiB of HTML (DIG-08)", len(page.encode()))
    more = int(re.search(r"and (\d+) more: reply `all`", body).group(1))
    numbered = len(re.findall(r"^ *\d+ Thread", body, re.M))
    total = len(house.rows("archive", "threads", "weavers"))
    ok(total > 60 and numbered + more == total, "every thread is shown or counted", (numbered, more, total))
    ok("For you: " in body and len(re.findall("^For you: ", body, re.M)) <= 3, "the personal lines are three at most", body[:400])
    other = text(digests(house, "uma@example.org")[0])
    ok(other != body and [line for line in other.splitlines() if not line.startswith("For you") and line] == [line for line in body.splitlines() if not line.startswith("For you") and line],
       "they are all that differs between two members")
    reply(house, letter, "wil@example.org", "all", now="2026-06-04T07:00:00Z", to=LIST)
    house.settle(now="2026-06-04T07:00:01Z")
    answer = house.mailbox("wil@example.org")[-1]
    ok(len(re.findall(r"weavers\+t[0-9a-z]+@", text(answer))) == total, "`all` brings them all", text(answer)[:300])
    ok(len(house.rows("archive", "list", "weavers")) == 500, "and is no post")

done()
