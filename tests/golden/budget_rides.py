"""What finds no room in the mail budget rides in the member's next letter, once (PRODUCT.md promise 3)."""
from house import House, done, ok
from letters import address, field, reply, text

OFFER = "would you like each post"
LINE = "For you: you write here often: reply `each` to get every post as it comes"


def step(house, now):
    house.run("desk", "--once", now=now)
    house.run("deliver", "--once", now=now)


def letters(house, who, space):
    return [mail for mail in house.mailbox(who) if field(mail, "subject").startswith(f"[{space}]")]


with House("rides", extra="trusted-authserv-id = mx.example.org\n") as house:
    for name in ("weavers", "dyers"):
        house.community(name, rhythm="weekly on thursday at 08:00", ben="none")
        house.run("member", "add", name, "ann@example.org", "--delivery", "weekly")
    for day in (4, 11, 18, 25):
        now = f"2026-06-{day:02}T12:00:00Z"
        for name in ("weavers", "dyers"):
            house.post("ann@example.org", f"{name}@lists.example.org", f"Subject: Week {day}\n\nThis week I have found out how the warp wants to be wound.\n", now=now)
        step(house, now)
    asked = [mail for mail in house.mailbox("ann@example.org") if OFFER in field(mail, "subject")]
    ok(len(asked) == 1, "who writes often in two communities is asked by one mail, for that is the budget", [field(mail, "subject") for mail in house.mailbox("ann@example.org")])
    first = field(asked[0], "list-id").split(".")[0].strip("<")
    other = "dyers" if first == "weavers" else "weavers"
    last = letters(house, "ann@example.org", other)[-1]
    ok(LINE in " ".join(text(last).split()), "the other question stands in the next letter", text(last))
    ok("reply <b>each</b>" in last.get_body(("html",)).get_content(), "in both its forms")
    ok(not any(LINE in " ".join(text(mail).split()) for mail in letters(house, "ann@example.org", first)), "and only where it belongs")
    proof = ("Authentication-Results: mx.example.org; dmarc=pass header.from=example.org\n"
             "Received: from client.example by mx.example.org with ESMTP; Thu, 25 Jun 2026 12:20:00 +0000\n")
    reply(house, last, "ann@example.org", "each", now="2026-06-25T12:20:00Z", fields=proof)
    step(house, "2026-06-25T12:21:00Z")
    modes = {name: house.rows("member", "show", name, "ann@example.org")[0]["subscriptions"][0]["delivery"] for name in (first, other)}
    ok(modes[other] == "each" or "confirm" in field(house.mailbox("ann@example.org")[-1], "subject"), "a reply to the letter answers it", (modes, field(house.mailbox("ann@example.org")[-1], "subject")))
    for day in (6, 9, 16):
        now = f"2026-07-{day:02}T12:00:00Z"
        house.post("ben@example.org", f"{other}@lists.example.org", f"Subject: More {day}\n\nWhere else do you buy wool of that kind, and at what price?\n", now=now)
        step(house, now)
    ok(sum(OFFER in field(mail, "subject") for mail in house.mailbox("ann@example.org")) == 1 and sum(LINE in " ".join(text(mail).split()) for mail in letters(house, "ann@example.org", other)) == 1,
       "and it is asked once, by whichever way it came", [field(mail, "subject") for mail in house.mailbox("ann@example.org")])
done()
