"""Somebody joins by mail, is welcomed, leaves, and changes their mind (SUB-01 to SUB-05, SEC-04)."""
from house import done, ok
from letters import address, field, reply, text
from living import Living


def state(house, who):
    return {row["address"]: row["state"] for row in house.rows("member", "list", "weavers", "--all")}.get(who)


def mode(house, who):
    return {row["address"]: row["subscriptions"] for row in house.rows("member", "list", "weavers", "--all")}.get(who)


with Living("join") as house:
    house.community("weavers", steward="ruth@example.org", ann="each")

    house.post("Nia.New@else.example", "weavers+join@lists.example.org", "From: Nia New <Nia.New@else.example>\nSubject: \n\n\n")
    house.settle()
    box = house.mailbox("Nia.New@else.example")
    ok(len(box) == 1 and "confirm" in field(box[0], "subject"), "a request to join is answered with a question", house.error)
    ok(address(box[0]).startswith("weavers+c"), "its Reply-To carries a confirm token")
    ok(field(box[0], "auto-submitted") == "auto-replied", "it says that a robot wrote it")
    ok(state(house, "Nia.New@else.example") is None, "nobody is a member by a request alone (SUB-01)")
    ok("within seven days" in text(box[0]) and "somebody, most likely you" in text(box[0]), "it says what to do, and why it came", text(box[0]))
    ok(all(len(line) <= 72 for line in text(box[0]).splitlines()), "and reads well at 72 columns", text(box[0]))

    house.post("nia.new@else.example", "weavers-subscribe@lists.example.org", "Subject: again\n\n\n")
    house.post("nia.new+tag@else.example", "weavers-request@lists.example.org", "Subject: subscribe\n\n\n")
    house.settle()
    ok(len(house.mailbox("nia.new@else.example")) == 0 and len(house.mailbox("nia.new+tag@else.example")) == 0,
       "the same mailbox is asked once a day, however it is spelt (SUB-02)")

    house.post("ann@example.org", "weavers+join@lists.example.org", "Subject: \n\n\n")
    house.settle()
    asked = house.mailbox("ann@example.org")[-1]
    strip = lambda mail, who: text(mail).replace(who, "WHO").replace(address(mail), "TOKEN").split()
    ok(strip(asked, "ann@example.org") == strip(box[0], "Nia.New@else.example"), "a member who asks gets the very same mail (SEC-04)",
       text(asked))

    reply(house, box[0], "vacation@else.example", "I am away until June.", fields="Auto-Submitted: auto-replied\n")
    house.settle()
    ok(state(house, "Nia.New@else.example") is None, "an auto-reply to the question confirms nothing (RCV-14)")

    reply(house, box[0], "other@elsewhere.example", "yes please")
    house.settle()
    ok(state(house, "Nia.New@else.example") == "active", "a reply from wherever confirms the address that was asked (SUB-03)",
       house.rows("member", "list", "weavers", "--all"))
    ok(state(house, "other@elsewhere.example") is None, "and not the one that it came from")
    ok(mode(house, "Nia.New@else.example") == [{"space": "weavers", "delivery": "weekly"}], "joining gives weekly")
    box = house.mailbox("Nia.New@else.example")
    ok(len(box) == 2 and "Welcome" in field(box[1], "subject"), "one mail welcomes")
    ok("one letter a week" in text(box[1]) and "(weekly on Thursday at 08:00)" in " ".join(text(box[1]).split()),
       "and says what will come when", text(box[1]))
    ok("each post" not in text(box[1]) and "letter a month" not in text(box[1]), "and nothing of other modes")
    ok("weavers+leave@lists.example.org" in text(box[1]), "and how to get out")

    reply(house, box[0], "Nia.New@else.example", "yes please, once more")
    house.settle()
    ok(len(house.mailbox("Nia.New@else.example")) == 2, "confirming twice is confirming once")

    unsubscribe = field(box[1], "list-unsubscribe").strip("<>").removeprefix("mailto:")
    ok(unsubscribe.startswith("weavers+x"), "List-Unsubscribe carries the leave token (LST-04)", unsubscribe)
    house.post("Nia.New@else.example", unsubscribe.upper(), "Subject: \n\nSent by Apple Mail to unsubscribe.\n")
    house.settle()
    box = house.mailbox("Nia.New@else.example")
    ok(state(house, "Nia.New@else.example") == "left", "it acts at once, with an empty subject, upper-cased (ADR-02)", house.error)
    ok(len(box) == 3 and "seven days" in text(box[2]), "one good-bye, with an undo", text(box[-1]))
    house.post("Nia.New@else.example", unsubscribe, "Subject: \n\nagain\n")
    house.settle()
    ok(len(house.mailbox("Nia.New@else.example")) == 3, "leaving twice is leaving once")

    reply(house, box[2], "Nia.New@else.example", "oh no")
    house.settle()
    ok(state(house, "Nia.New@else.example") == "active" and mode(house, "Nia.New@else.example")[0]["delivery"] == "weekly",
       "a reply to it undoes it (SUB-04)")
    ok("still a member" in field(house.mailbox("Nia.New@else.example")[-1], "subject"), "and says so")

    house.post("ann@example.org", "weavers+leave@lists.example.org", "Subject: \n\n\n")
    house.post("noel@else.example", "weavers+leave@lists.example.org", "Subject: \n\n\n")
    house.settle()
    ok(state(house, "ann@example.org") == "active", "a From alone makes nobody leave")
    ann, nobody = house.mailbox("ann@example.org")[-1], house.mailbox("noel@else.example")[-1]
    ok(strip(ann, "ann@example.org") == strip(nobody, "noel@else.example"), "a member and a stranger are asked alike (SEC-04)", text(nobody))
    reply(house, nobody, "noel@else.example", "yes")
    reply(house, ann, "ann@example.org", "yes")
    house.settle()
    ok(state(house, "ann@example.org") == "left", "the confirmation does it")
    ok(len(house.mailbox("noel@else.example")) == 1, "a stranger's confirmation has nothing to do")

    charter = house.folder / "charter.txt"
    charter.write_text("We help each other, and nobody has to know anything to ask. Whoever has found out how it works tells the others how.\n\nNo advertising.\n")
    house.run("community", "set", "weavers", "charter", f"@{charter}")
    house.post("ruth@example.org", "weavers@lists.example.org", "Subject: Linen sett\n\nWhich reed do you take for linen of that weight, and does it stick?\n")
    house.settle()
    house.post("kim@else.example", "weavers+join@lists.example.org", "Subject: \n\n\n")
    house.settle()
    reply(house, house.mailbox("kim@else.example")[0], "kim@else.example", "yes")
    house.settle()
    said = text(house.mailbox("kim@else.example")[-1])
    ok("Linen sett" in said and "Which reed do you take" in said and "weavers+t" in said, "the welcome tells what was said lately, with the address of each conversation", said)
    ok("No advertising." in said and "nobody has to know anything to ask" in " ".join(said.split()), "and what the community has agreed on", said)
    ok(all(len(line) <= 72 for line in said.splitlines()) and "@@" not in said and "reply to this letter" not in said, "and nothing of the letter's own foot", said)
    house.post("may@else.example", "weavers+charter@lists.example.org", "Subject: \n\n\n")
    house.settle()
    ok("No advertising." in text(house.mailbox("may@else.example")[0]), "which anybody can ask for", house.error)

    late = "2026-06-20T08:00:00Z"
    house.post("lee@else.example", "weavers+join@lists.example.org", "Subject: \n\n\n")
    house.settle()
    (question,) = house.mailbox("lee@else.example")
    reply(house, question, "lee@else.example", "yes", now=late)
    house.settle(now=late)
    ok(state(house, "lee@else.example") is None and "too old" in field(house.mailbox("lee@else.example")[-1], "subject"),
       "after seven days the token is explained, and does nothing (ADR-08)")

    house.run("community", "set", "weavers", "join", "closed")
    house.post("max@else.example", "weavers+join@lists.example.org", "Subject: \n\n\n")
    house.settle()
    ok("invitation only" in text(house.mailbox("max@else.example")[0]), "a closed space says so")
    house.run("community", "set", "weavers", "join", "approved")
    house.post("eve@else.example", "weavers+join@lists.example.org", "From: Eve <eve@else.example>\nSubject: \n\n\n")
    house.settle()
    reply(house, house.mailbox("eve@else.example")[0], "eve@else.example", "yes")
    house.settle()
    ok(state(house, "eve@else.example") is None, "where stewards approve, a confirmation is not enough")
    asked = house.mailbox("ruth@example.org")[-1]
    ok("eve@else.example" in field(asked, "subject"), "the steward is asked", text(asked))
    reply(house, asked, "ruth@example.org", "yes")
    house.settle()
    ok(state(house, "eve@else.example") == "active" and "Welcome" in field(house.mailbox("eve@else.example")[-1], "subject"),
       "and with the steward's yes the newcomer is in")

    for spelling in ("weavers-leave", "weavers-unsubscribe", '"weavers leave"', "WEAVERS+Leave", "weavers-signoff"):
        who = f"u{abs(hash(spelling)) % 9999}@else.example"
        house.post(who, f"{spelling}@lists.example.org", "Subject: \n\n\n")
        house.settle()
        box = house.mailbox(who)
        ok(len(box) == 1 and "leave Weavers" in field(box[0], "subject"), f"{spelling}@ reaches the same command (ADR-05)", house.error)

    house.post("hal@else.example", "weavers+help@lists.example.org", "Subject: \n\n\n")
    house.post("hal@else.example", "weavers+help@lists.example.org", "Subject: again\n\n\n")
    house.settle()
    box = house.mailbox("hal@else.example")
    ok(len(box) == 1 and all(f"weavers+{word}@lists.example.org" in text(box[0]) for word in ("join", "leave", "settings", "find")), "help names the words that work, once a day (RCV-16)")

    house.post("pat@else.example", "weavers-request@lists.example.org", "Subject: please send coffee\n\n\n")
    house.post("pat@else.example", "weavers-request@lists.example.org", "Subject: \n\nplease send tea\n")
    house.settle()
    box = house.mailbox("pat@else.example")
    ok(len(box) == 1 and "what would you like" in field(box[0], "subject"), "what is not understood is answered politely, once",
       [field(mail, "subject") for mail in box])

    house.post("wil@example.org", "weavers@lists.example.org", "Subject: Re: Sett\n\nUnsubscribe\n")
    house.settle()
    ok(house.rows("held", "list") == [] and "leave" in field(house.mailbox("wil@example.org")[0], "subject"),
       "a post that only says unsubscribe goes to the leave flow, not to the list (RCV-23)")
done()
