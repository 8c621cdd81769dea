"""More than five posts that wait within a day come in one mail, whose lines act, whose second call is one mail again (issue 6, item 5)."""
from house import done, ok
from letters import address, field, reply, text
from living import Living

DAYS = [f"2026-06-{day:02}T09:00:00Z" for day in range(1, 12)]


def strangers(house, numbers, now, body="Good day,\nI sell looms of oak and of ash, and I would like to know who needs one."):
    for number in numbers:
        house.post(f"sam{number}@else.example", "weavers@lists.example.org", f"From: Sam the {number}th <sam{number}@else.example>\nSubject: Looms {number}\n\n{body}\n", now=now)


def box(house, who, word):
    return [mail for mail in house.mailbox(f"{who}@example.org") if word in field(mail, "subject")]


def waiting(house):
    return [row["subject"] for row in house.rows("held", "list")]


with Living("many", now=DAYS[0]) as house:
    house.community("weavers", steward="ruth@example.org", ann="each")
    house.run("member", "set", "weavers", "ruth@example.org", "name", "Ruth Weber")
    for who, language in (("otto", "de"), ("fleur", "fr"), ("sol", "es")):
        house.run("member", "add", "weavers", f"{who}@example.org", "--name", who.capitalize(), "--role", "steward", "--language", language, "--delivery", "none")
    strangers(house, range(12), DAYS[0])
    house.settle()
    own = box(house, "ruth", "waits:")
    (many,) = box(house, "ruth", "posts wait for you")
    ok([field(mail, "subject").split("] ")[1] for mail in own] == [f"waits: Looms {number}" for number in range(5)], "the first five have a mail each", [field(mail, "subject") for mail in own])
    body = text(many)
    ok("posts wait for you: 7" in field(many, "subject") and all(f"{line} Looms {line + 4}" in body for line in range(1, 8)), "the other seven stand in one mail, numbered", body)
    ok("I sell looms of oak" in body and "Sam the 5th, sam5@else.example" in body and "1 free  |  1 refuse WHY" in body and "rest refuse" in body, "which shows each of them, and the words", body)
    ok(all(len(line) <= 72 for line in body.splitlines()), "in lines that a phone shows", [line for line in body.splitlines() if len(line) > 72])
    for who, words in (("otto", ("auf dich warten", "wartet seit")), ("fleur", ("t'attendent", "attend depuis")), ("sol", ("te esperan", "espera desde"))):
        (mail,) = box(house, who, words[0])
        ok(words[1] in text(mail) and "7 Looms 11" in text(mail), f"each steward has it in {who}'s language, with the same numbers", text(mail))
    strangers(house, (12, 13), "2026-06-01T15:00:00Z")
    house.settle(now="2026-06-01T15:00:00Z")
    ok(len(box(house, "ruth", "waits:")) == 5 and len(box(house, "ruth", "posts wait for you")) == 1, "what comes later that day waits for the next such mail")

    # its lines act
    reply(house, many, "ruth@example.org", "Hello,\n\n1 free\n2 ask which of them is for linen?\n3 show\n9 free\n", now=DAYS[0])
    house.settle(now="2026-06-01T15:10:00Z")
    ok("9 free" in text(house.mailbox("ruth@example.org")[-1]) and len(waiting(house)) == 14, "a line that means nothing: none is done", text(house.mailbox("ruth@example.org")[-1]))
    reply(house, many, "ruth@example.org", "Hello,\n\n1 free\n2 ask which of them is for linen?\n3 show\n4 rejeter hors sujet\nrest refuse we do not sell here\n\nRuth\n-- \n5 free\n", now="2026-06-01T15:20:00Z")
    house.settle(now="2026-06-01T15:20:00Z")
    (answer,) = box(house, "ruth", "] done")
    ok([line.strip().split(":")[0] for line in text(answer).splitlines() if line.startswith("  ")] == ["1 free", "2 ask", "3 show", "4 refuse", "5 refuse", "6 refuse", "7 refuse"], "one answer says what became of each line", text(answer))
    ok(waiting(house) == [f"Looms {number}" for number in (0, 1, 2, 3, 4, 6, 7, 12, 13)], "what was freed and refused waits no longer; what has an own mail is untouched", waiting(house))
    ok([row["subject"] for row in house.rows("archive", "list", "weavers")] == ["Looms 5"], "the freed one is out")
    ok("hors sujet" in text(house.mailbox("sam8@else.example")[-1]) and "we do not sell here" in text(house.mailbox("sam11@else.example")[-1]), "the reasons go to the authors")
    ok("which of them is for linen?" in text(house.mailbox("sam6@else.example")[-1]), "and the question")
    shown = box(house, "ruth", "waits: Looms 7")
    ok(len(shown) == 1 and address(shown[0]).startswith("weavers+h"), "show brings the whole post, to whoever asked", [field(mail, "subject") for mail in house.mailbox("ruth@example.org")][-4:])
    ok(box(house, "otto", "Looms 7") == [], "and to nobody else")
    (told,) = box(house, "otto", "erledigt")
    ok("durchgelassen von Ruth Weber" in text(told) and text(told).count("abgelehnt von Ruth Weber") == 4, "the others are told in one mail who decided what", text(told))
    ok(box(house, "ruth", "settled") == [], "who did it is not")
    by = {row["details"]["held"]: (row["act"], row["who"]) for row in house.rows("ledger", "weavers") if row["act"].startswith("held.")}
    ok(by["6"] == ("held.freed", "ruth@example.org") and by["12"] == ("held.refused", "ruth@example.org") and by["7"][0] == "held.asked", "and the ledger says so, too", by)
    (otto,) = box(house, "otto", "auf dich warten")
    reply(house, otto, "otto@example.org", "1 ablehnen", now="2026-06-01T15:30:00Z")
    house.settle(now="2026-06-01T15:30:00Z")
    ok("schon erledigt" in text(house.mailbox("otto@example.org")[-1]), "the first answer wins")

    # a day later
    house.settle(now="2026-06-02T08:30:00Z")
    ok(len(box(house, "ruth", "posts wait for you")) == 1, "not before a day has gone by")
    house.settle(now="2026-06-02T09:30:00Z")
    (_, second) = box(house, "ruth", "posts wait for you")
    ok(all(f"Looms {number}" in text(second) for number in (7, 12, 13)), "then one more mail: what came meanwhile, and what still waits", text(second))
    ok(len(box(house, "ruth", "still waits")) == 5, "the five with a mail of their own are called for by one each")
    house.settle(now="2026-06-04T09:30:00Z")
    ok("Looms 7" not in waiting(house) and {"Looms 12", "Looms 13"} <= set(waiting(house)), "72 hours after it was shown it goes back, and what was shown later waits on", waiting(house))
    ok("Sorry" in field(house.mailbox("sam7@else.example")[-1], "subject"), "with an apology")
    ok("since nobody answered" in text(box(house, "ruth", "settled: posts that waited")[-1]), "and the stewards are told")
    strangers(house, range(20, 23), "2026-06-04T10:00:00Z")
    house.settle(now="2026-06-04T10:00:00Z")
    ok(len(box(house, "ruth", "] waits: Looms 2")) == 4, "and on a quiet day each has a mail of its own again", [field(mail, "subject") for mail in house.mailbox("ruth@example.org")][-6:])

with Living("nobody", now=DAYS[0]) as house:
    house.community("weavers", ann="each")
    strangers(house, range(8), DAYS[0])
    house.settle()
    operator = [field(mail, "subject") for mail in house.mailbox("postmaster@example.org")]
    ok(len(operator) == 6 and "posts that wait, with nobody to look after them: 3" in operator[-1], "where nobody looks after a community the operator is told, and what to do", operator)
    ok("guildpost held list" in text(house.mailbox("postmaster@example.org")[-1]), "at the machine")
done()
