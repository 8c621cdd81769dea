"""Five minutes on a Monday: what wants a steward's hand, in numbered lines that act (PRODUCT.md sections 4 and 8)."""
from datetime import datetime, timedelta, timezone

from house import done, ok
from letters import address, bounce, field, reply, text, verp
from living import Living

START = datetime(2026, 3, 2, 8, 0, tzinfo=timezone.utc)  # a Monday


def at(days, hours=0):
    return (START + timedelta(days=days, hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def levels(house):
    return {row["address"].split("@")[0]: row["level"] for row in house.rows("member", "list", "weavers")}


def year(house):
    """Ten weeks: core writes in each, quiet in the first five, rare once; then four more without quiet."""
    for week in range(10):
        for who, weeks in (("core", range(10)), ("quiet", range(5)), ("rare", (3,))):
            if week in weeks:
                house.post(f"{who}@example.org", "weavers@lists.example.org", f"Subject: {who} {week}\n\nA line from {who} in week {week}.\n", now=at(7 * week + 1))
        if week == 5:
            house.post("quiet@example.org", "weavers@lists.example.org", "Subject: the last\n\nI am off.\n", now=at(40))
        house.settle(now=at(7 * week + 1, 1) if week != 5 else at(40))


def briefs(house, who="ruth@example.org"):
    return [mail for mail in house.mailbox(who) if "brief" in field(mail, "subject") or "Wochenzettel" in field(mail, "subject")]


with Living("brief", now=at(0)) as house:
    house.community("weavers", steward="ruth@example.org", core="weekly", quiet="weekly", rare="weekly", dead="each")
    house.run("member", "set", "weavers", "ruth@example.org", "name", "Ruth Weber")
    house.run("member", "add", "weavers", "otto@example.org", "--name", "Otto", "--role", "steward", "--language", "de")
    house.settle(now=at(0, 1))
    year(house)
    ok(levels(house) == {"core": "core", "quiet": "active", "rare": "peripheral", "dead": "peripheral", "ruth": "peripheral", "otto": "peripheral"},
       "levels follow the weeks with posts, of thirteen", levels(house))
    offers = {who: [mail for mail in house.mailbox(f"{who}@example.org") if "each post as it comes" in field(mail, "subject") or "einzeln" in field(mail, "subject")]
              for who in ("core", "quiet", "rare", "ruth", "otto")}
    ok([len(offers[who]) for who in ("core", "quiet", "rare", "ruth", "otto")] == [1, 1, 0, 1, 1], "who writes in four weeks of eight, and stewards, are asked once",
       {who: len(box) for who, box in offers.items()})
    ok("each" in text(offers["core"][0]) and "never again" in text(offers["core"][0]), "how, and that it is once", text(offers["core"][0]))
    asked = len(briefs(house))

    # the week before the Monday of day 70
    house.accept("mia@example.net", "weavers+join@lists.example.org", "From: Mia Berg <mia@example.net>\nMessage-ID: <mia1@example.net>\nSubject: join\n\n\n", now=at(66))
    house.settle(now=at(66))
    reply(house, house.mailbox("mia@example.net")[0], "mia@example.net", "yes", now=at(66))
    copies = house.mailbox("dead@example.org")
    for number in (0, 1):
        bounce(house, verp(copies[number]), "dead@example.org", now=at(67 + number))
        house.settle(now=at(67 + number))
    bounce(house, verp(house.mailbox("core@example.org")[-1]), "core@example.org", status="5.7.1", now=at(68))
    for number, subject in enumerate(("Looms for sale", "Cheap watches")):
        house.post(f"sam{number}@else.example", "weavers@lists.example.org", f"From: Sam <sam{number}@else.example>\nSubject: {subject}\n\nGood day.\n", now=at(69, 12))
    house.settle(now=at(69, 12))
    ok(len(briefs(house)) == asked, "none before Monday")
    house.settle(now=at(70))
    brief = briefs(house)[-1]
    body = text(brief)
    ok(len(briefs(house)) == asked + 1 and "2 waiting, 1 new" in field(brief, "subject"), "on Monday one comes; its subject says how much", field(brief, "subject"))
    ok(all(piece in body for piece in ("1 Looms for sale", "1 free  |  1 refuse WHY", "2 Cheap watches", "3 Mia Berg, mia@example.net", "3 greet", "4 Quiet, quiet@example.org", "4 write",
                                       "5 Dead, dead@example.org", "5 back", "example.org: 1", "Why you got this")), "held, new, quiet, bounced, refused by provider; each with its word", body)
    ok(all(len(line) <= 60 for line in body.split("REFUSED")[0].splitlines() if line.startswith("  ")), "its lines are short enough for a phone", body)
    other = briefs(house, "otto@example.org")[-1]
    ok("WARTET AUF DICH" in text(other) and "3 greet" in text(other), "each steward has it in his own language, with the same numbers", text(other))

    reply(house, brief, "ruth@example.org", "Good morning,\n\n1 free\n9 greet\n", now=at(70, 1))
    house.settle(now=at(70, 1))
    unclear = house.mailbox("ruth@example.org")[-1]
    ok("9 greet" in text(unclear) and len(house.rows("held", "list")) == 2, "one line that means nothing: none is done (all or nothing)", text(unclear))
    reply(house, brief, "ruth@example.org", "Good morning,\n\n1 free\n2 refuse we sell nothing here\n3 greet\n4 write\n5 back\n\nRuth", now=at(70, 2))
    house.settle(now=at(70, 2))
    (answer,) = [mail for mail in house.mailbox("ruth@example.org") if field(mail, "subject") == "[weavers] done"]
    ok([f"{number} {word}:" in text(answer) for number, word in ((1, "free"), (2, "refuse"), (3, "greet"), (4, "write"), (5, "back"))] == [True] * 5, "one answer, a result for each line", text(answer))
    ok(house.rows("held", "list") == [] and [row["subject"] for row in house.rows("archive", "list", "weavers")][-1] == "Looms for sale", "the posts are settled")
    ok("we sell nothing here" in text(house.mailbox("sam1@else.example")[-1]), "with the reason for the author")
    draft = [mail for mail in house.mailbox("ruth@example.org") if "draft for Mia" in field(mail, "subject")][0]
    ok(address(draft) == "mia@example.net" and "Hello Mia," in text(draft) and "Ruth Weber" in text(draft) and "mailto:mia" in text(draft), "a draft that goes out in her own name", text(draft))
    ok({row["address"]: row["state"] for row in house.rows("member", "list", "weavers")}["dead@example.org"] == "active", "who was bounced is back")
    by = {row["act"]: row["who"] for row in house.rows("ledger", "weavers") if row["act"] in ("held.freed", "held.refused", "member.back")}
    ok(by == {"held.freed": "ruth@example.org", "held.refused": "ruth@example.org", "member.back": "ruth@example.org"}, "the ledger says who", by)
    told = [mail for mail in house.mailbox("otto@example.org") if "erledigt" in field(mail, "subject")]
    ok(len(told) == 2 and "Ruth Weber" in text(told[0]), "and Otto is told")
    reply(house, other, "otto@example.org", "1 free", now=at(70, 3))
    house.settle(now=at(70, 3))
    ok("schon erledigt" in text(house.mailbox("otto@example.org")[-1]), "who comes later hears that it is settled", text(house.mailbox("otto@example.org")[-1]))

    before = len(briefs(house))
    reply(house, other, "otto@example.org", "3 begrüßen", now=at(70, 4))
    house.settle(now=at(70, 4))
    ok(any("Entwurf für Mia" in field(mail, "subject") for mail in house.mailbox("otto@example.org")), "the words are known in each steward's language, too", field(house.mailbox("otto@example.org")[-1], "subject"))
    house.settle(now=at(77))
    ok(len(briefs(house)) == before, "a week with nothing brings none (promise 4)", text(briefs(house)[-1]))
    house.post("ruth@example.org", "weavers+ledger@lists.example.org", "Subject: x\n\n\n", now=at(78))
    house.post("ruth@example.org", "weavers+brief@lists.example.org", "Subject: x\n\n\n", now=at(78))
    house.post("core@example.org", "weavers+ledger@lists.example.org", "Subject: x\n\n\n", now=at(78))
    house.settle(now=at(78))
    shown = [mail for mail in house.mailbox("ruth@example.org") if "who did what" in field(mail, "subject")]
    ok(len(shown) == 1 and "held.freed  ruth@example.org" in text(shown[0]) and "Nothing in the ledger has been changed" in text(shown[0]), "a steward gets the ledger by mail", text(shown[0]) if shown else "")
    ok(any("did what" in field(mail, "subject") for mail in house.mailbox("core@example.org")) is False, "a member does not")
    ok("nothing waits for you" in field(house.mailbox("ruth@example.org")[-1], "subject") or len(briefs(house)) == before + 1, "and the brief when she asks")
done()
