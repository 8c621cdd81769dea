"""One person, several addresses: proved by each, known in posts; and copies that somebody chose not to have (SUB-07)."""
from house import House, done, ok
from letters import address, field, reply, text

LIST = "weavers@lists.example.org"
PROOF = ("Authentication-Results: mx.example.org; dmarc=pass header.from=example.org\n"
         "Received: from client.example by mx.example.org with ESMTP; Mon, 1 Jun 2026 08:00:00 +0000\n")

with House("addresses", extra="trusted-authserv-id = mx.example.org\n") as house:
    house.community("weavers", steward="ruth@example.org", ann="each", ben="each", cleo="each")

    def settle(now=None):
        for step in ("desk", "deliver"):
            house.run(step, "--once", now=now)

    def wish(words, now=None):
        house.post("ann@example.org", "weavers-request@lists.example.org", f"{PROOF}From: ann@example.org\nSubject: {words}\n\n\n", now=now)
        settle(now)

    def subjects(who):
        return [field(mail, "subject") for mail in house.mailbox(who)]

    wish("address Ann@work.example")
    ours, work = house.mailbox("ann@example.org"), house.mailbox("Ann@work.example")
    ok(len(ours) == len(work) == 1 and "address Ann@work.example" in text(work[0]), "each address is asked, and nothing else is sent", (subjects("ann@example.org"), subjects("Ann@work.example")))
    ok("ann@example.org" not in work[0].as_string(), "and neither is told the other one beyond what was asked", work[0].as_string())
    house.post("ann@work.example", LIST, "From: ann@work.example\nSubject: Too early\n\nHello from work.\n")
    reply(house, work[0], "Ann@work.example", "")
    settle()
    ok(len(house.rows("held", "list")) == 1 and len(house.mailbox("ann@example.org")) == 1, "the yes of one side alone does nothing (SUB-07)", house.rows("held", "list"))
    reply(house, ours[0], "ann@example.org", "ok")
    settle()
    ok("one of your addresses" in text(house.mailbox("ann@example.org")[-1]), "with both it is done, and said", text(house.mailbox("ann@example.org")[-1]))
    house.post("ann@work.example", LIST, "From: Ann at work <ann@work.example>\nSubject: From work\n\nHello from work again.\n")
    settle()
    ok("From work" in subjects("ben@example.org") and len(house.rows("held", "list")) == 1, "a post from there is a member's", subjects("ben@example.org"))
    house.post("ann@work.example", "weavers+settings@lists.example.org", "From: ann@work.example\nSubject:\n\n\n")
    settle()
    ok("ann@example.org" in text(house.mailbox("ann@work.example")[-1]) and "Ann@work.example" in text(house.mailbox("ann@work.example")[-1]), "settings knows both",
       text(house.mailbox("ann@work.example")[-1]))

    later = "2026-06-03T08:00:00Z"
    wish("main ann@work.example", now=later)
    for who in ("ann@example.org", "ann@work.example"):
        reply(house, house.mailbox(who)[-1], who, "yes", now=later)
    settle(later)
    house.post("ben@example.org", LIST, "Subject: Where to?\n\nWhere does it go now?\n", now=later)
    settle(later)
    ok("Where to?" in subjects("ann@work.example") and "Where to?" not in subjects("ann@example.org"), "our mail goes where both said", subjects("ann@work.example"))
    evil = "2026-06-05T08:00:00Z"
    wish("address ben@example.org", now=evil)
    asked = [mail for mail in house.mailbox("ben@example.org") if "confirm" in field(mail, "subject")]
    reply(house, asked[-1], "ben@example.org", "No! Who is that?", now=evil)
    for mail in (house.mailbox("ann@work.example")[-1],):
        reply(house, mail, "ann@work.example", "yes", now=evil)
    settle(evil)
    ok({row["address"] for row in house.rows("member", "list", "weavers")} >= {"ben@example.org", "ann@work.example"}, "a no of one keeps it from being done",
       house.rows("member", "list", "weavers"))

    # copies
    now = "2026-06-06T08:00:00Z"
    for who, word in (("cleo", "copies off"), ("ben", "own off")):
        house.post(f"{who}@example.org", "weavers-request@lists.example.org", f"{PROOF}From: {who}@example.org\nSubject: {word}\n\n\n", now=now)
    settle(now)
    house.post("ben@example.org", LIST, f"To: {LIST}, Cleo <CLEO@example.org>\nCc: Ann <ann@work.example>\nSubject: To you two\n\nWhat do you think?\n", now=now)
    settle(now)
    ok("To you two" not in subjects("cleo@example.org"), "who is named and chose so gets no second copy")
    ok("To you two" in subjects("ann@work.example"), "who is named and did not gets one all the same")
    ok("To you two" not in subjects("ben@example.org") and "Where to?" in subjects("ben@example.org"), "own posts stay away from who said so", subjects("ben@example.org"))

    # replies where new threads are not
    house.run("space", "set", "weavers", "posting", "stewards")
    house.run("space", "set", "weavers", "replies", "members")
    house.post("ben@example.org", LIST, "Subject: A thread of mine\n\nMay I begin?\n", now=now)
    house.post("ruth@example.org", LIST, f"{PROOF}From: ruth@example.org\nSubject: News\nMessage-ID: <news@example.org>\n\nThe fair is in May.\n", now=now)
    settle(now)
    house.post("ben@example.org", LIST, "Subject: Re: News\nIn-Reply-To: <news@example.org>\n\nI shall be there.\n", now=now)
    settle(now)
    threads = {row["subject"]: row["posts"] for row in house.rows("archive", "threads", "weavers")}
    ok(threads.get("News") == 2 and "A thread of mine" not in threads, "members answer where only stewards begin", threads)
    thread = [row["thread"] for row in house.rows("archive", "list", "weavers") if row["subject"] == "News"][0]
    mail = f"From: ruth@example.org\nTo: {LIST}\nCc: weavers+{thread}@lists.example.org\nSubject: Both\nDate: Sat, 6 Jun 2026 08:00:00 +0000\nMessage-ID: <both@example.org>\nIn-Reply-To: <news@example.org>\n\nTo both addresses.\n"
    house.accept("ruth@example.org", LIST, PROOF + mail, now=now)
    house.accept("ruth@example.org", f"weavers+{thread}@lists.example.org", PROOF + mail, now=now)
    settle(now)
    ok([row["subject"] for row in house.rows("archive", "list", "weavers")].count("Both") == 1 and subjects("ann@work.example").count("Both") == 1,
       "a post to the space and to a thread at once is one post")
done()
