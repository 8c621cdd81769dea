"""The brief on the day that a community chose: what nobody has answered for two days, and meetings without minutes (PRODUCT.md section 8)."""
from house import done, ok
from letters import address, field, reply, text
from living import Living

LIST = "weavers@lists.example.org"


def ask(house, who, subject, body, now, to=LIST, fields=""):
    house.post(f"{who}@example.org", to, f"From: {who.capitalize()} <{who}@example.org>\nSubject: {subject}\n{fields}\n{body}\n", now=now)


def box(house, who, word):
    return [mail for mail in house.mailbox(f"{who}@example.org") if word in field(mail, "subject")]


with Living("due", now="2026-06-01T08:00:00Z") as house:  # a Monday
    house.community("weavers", steward="ruth@example.org", ann="none", ben="none")
    house.run("member", "set", "weavers", "ruth@example.org", "delivery", "none")
    for who, language in (("otto", "de"), ("fleur", "fr"), ("sol", "es")):
        house.run("member", "add", "weavers", f"{who}@example.org", "--role", "steward", "--language", language, "--delivery", "none")
    house.run("space", "create", "weavers", "dyers")
    house.run("community", "set", "weavers", "brief", "payday", status=64)
    house.run("community", "set", "weavers", "brief", "friday")
    house.run("meeting", "create", "weavers", "--title", "Weekly call", "--start", "2026-06-03T17:00", "--timezone", "Europe/Berlin", "--repeat", "weekly on wednesday")
    house.settle()
    ask(house, "ann", "Heddle", "Has anyone threaded a plain rigid heddle loom with two heddles?", "2026-06-02T09:00:00Z")
    ask(house, "ann", "Answered", "Has anyone wound a warp of forty metres on this mill?", "2026-06-02T09:00:00Z", fields="Message-ID: <answered@example.org>\n")
    ask(house, "ben", "Re: Answered", "I have, and it went well.", "2026-06-02T10:00:00Z", fields="In-Reply-To: <answered@example.org>\n")
    ask(house, "ann", "Herself", "Has anyone seen my shuttle at the fair?", "2026-06-02T09:00:00Z", fields="Message-ID: <self@example.org>\n")
    ask(house, "ann", "Re: Herself", "I mean the red one.", "2026-06-02T10:00:00Z", fields="In-Reply-To: <self@example.org>\n")
    ask(house, "ann", "No question", "I have a new loom, and it is red.", "2026-06-02T09:00:00Z")
    ask(house, "ben", "Too young", "Does anyone know how long indigo keeps in a jar?", "2026-06-04T09:00:00Z")
    house.settle(now="2026-06-04T09:00:00Z")
    ok(box(house, "ruth", "brief") == [], "none before its day")
    house.settle(now="2026-06-05T05:30:00Z")
    (brief,) = box(house, "ruth", "brief")
    body = text(brief)
    ok("1 Heddle" in body and "2 Herself" in body and "Has anyone threaded" in body and "1 show  |  1 done" in body, "on Friday: what nobody else has answered for two days", body)
    ok(not any(word in body for word in ("Answered", "No question", "Too young")), "and nothing else", body)
    ok("3 Weekly call" in body and "was on 3 June" in body and "3 write  |  3 none" in body, "and the minutes that are due", body)
    ok("each Friday" in " ".join(body.split()) and all(len(line) <= 72 for line in body.splitlines()), "and why it came on a Friday", body)
    for who, word, lines in (("otto", "Wochenzettel", ("OHNE ANTWORT", "PROTOKOLL", "Freitag")), ("fleur", "point de la semaine", ("SANS RÉPONSE", "COMPTE RENDU", "vendredi")), ("sol", "repaso semanal", ("SIN RESPUESTA", "ACTAS", "viernes"))):
        (mail,) = box(house, who, word)
        ok(all(line in text(mail) for line in lines) and "1 show  |  1 done" in text(mail), f"in {who}'s language, too", text(mail))

    reply(house, brief, "ruth@example.org", "1 show\n2 done\n3 write", now="2026-06-05T06:00:00Z")
    house.settle(now="2026-06-05T06:00:00Z")
    (shown,) = box(house, "ruth", "unanswered: Heddle")
    ok(address(shown).startswith("weavers+t") and any(part.get_content_type() == "message/rfc822" for part in shown.walk()), "show brings the question, with the address of its thread", text(shown))
    reply(house, shown, "ruth@example.org", "I have done that, with a reed of ten.", now="2026-06-05T06:10:00Z")
    house.settle(now="2026-06-05T06:10:00Z")
    ok({row["subject"]: row["posts"] for row in house.rows("archive", "threads", "weavers")}["Heddle"] == 2, "a reply to it is an answer to everybody")
    (draft,) = box(house, "ruth", "draft for")
    ok(address(draft) == LIST and "mailto:weavers@lists.example.org?subject=%23minutes%20Weekly%20call" in text(draft).replace("\n", ""), "write brings a draft that goes to the space", text(draft))
    ask(house, "ruth", "#minutes Weekly call, 3 June", "We spoke of the fair. Ann brings the looms.", "2026-06-05T07:00:00Z")
    house.settle(now="2026-06-05T07:00:00Z")
    ask(house, "ben", "Re: Weekly call", "#minutes\n\nWe counted the reeds once more.", "2026-06-10T17:00:00Z")
    house.settle(now="2026-06-12T05:30:00Z")
    (_, brief) = box(house, "ruth", "brief")
    ok("Herself" not in text(brief) and "Heddle" not in text(brief) and "1 Too young" in text(brief), "what was answered or settled is not shown again", text(brief))
    ok("Weekly call" not in text(brief), "and minutes that came, by their subject or their first line, are not asked for", text(brief))
    house.settle(now="2026-06-19T05:30:00Z")
    brief = box(house, "ruth", "brief")[-1]
    ok("Weekly call" in text(brief) and "was on 17 June" in text(brief), "the next meeting's are", text(brief))
    number = next(line.split()[0] for line in text(brief).splitlines() if line.endswith("Weekly call"))
    reply(house, brief, "ruth@example.org", f"{number} none", now="2026-06-19T06:00:00Z")
    house.settle(now="2026-06-19T06:00:00Z")
    ok("not shown again" in text(box(house, "ruth", "] done")[-1]), "unless a steward says that there are none")

    # another day; none at all
    house.run("community", "set", "weavers", "brief", "sunday", now="2026-06-19T06:10:00Z")
    before = len(box(house, "ruth", "brief"))
    ask(house, "ben", "A new one", "Does anyone lend a warping mill for a week?", "2026-06-19T06:10:00Z", to="dyers@lists.example.org")
    house.settle(now="2026-06-20T10:00:00Z")
    ok(len(box(house, "ruth", "brief")) == before, "when the day is changed the old one brings none")
    house.settle(now="2026-06-21T10:00:00Z")
    brief = box(house, "ruth", "brief")[-1]
    ok(len(box(house, "ruth", "brief")) == before + 1 and "(dyers)" in text(brief), "but the new one does; what is of a further space says so", text(brief))
    house.run("community", "set", "weavers", "brief", "never", now="2026-06-21T10:10:00Z")
    ask(house, "ben", "And another", "Does anyone lend a loom for a month?", "2026-06-22T06:10:00Z")
    house.settle(now="2026-06-28T10:00:00Z")
    ok(len(box(house, "ruth", "brief")) == before + 1, "never is never")
    house.post("ruth@example.org", "weavers+brief@lists.example.org", "Subject: brief\n\n\n", now="2026-06-28T10:00:00Z")
    house.settle(now="2026-06-28T10:00:00Z")
    ok("And another" in text(box(house, "ruth", "brief")[-1]) and "The brief comes" not in " ".join(text(box(house, "ruth", "brief")[-1]).split()), "but for who asks for it", text(box(house, "ruth", "brief")[-1]))
done()
