"""Mail that comes back: only what names the copy counts, and only against an address that is dead (SND-04 to SND-06, SEC-05)."""
from house import done, ok
from letters import bounce, field, text, verp
from living import Living


def state(house, who):
    return {row["address"]: row["state"] for row in house.rows("member", "list", "weavers")}[who]


with Living("bounces") as house:
    house.community("weavers", steward="ruth@example.org", ann="each", bob="each", cyd="each", dan="each")
    house.run("member", "set", "weavers", "ann@example.org", "delivery", "each")
    days = [f"2026-06-{day:02}T08:00:00Z" for day in range(1, 12)]
    for number, day in enumerate(days):
        house.post("ann@example.org", "weavers@lists.example.org", f"Subject: Day {number}\n\nHello.\n", now=day)
        house.settle(now=day)
    copies = {who: house.mailbox(f"{who}@example.org") for who in ("bob", "cyd", "dan")}
    ok(len(set(verp(mail) for box in copies.values() for mail in box)) == 33, "every copy has its own envelope sender (SND-01)")

    bounce(house, verp(copies["bob"][0]), "bob@example.org", now=days[0])
    bounce(house, verp(copies["bob"][1]), "bob@example.org", now=days[0])
    house.settle(now=days[0])
    ok(state(house, "bob@example.org") == "active", "two hard bounces on one day are one (SND-06)", house.error)
    forged = verp(copies["bob"][2]).replace("+b", "+b1")
    house.accept("", forged, "From: MAILER-DAEMON@x\nSubject: Undelivered\n\nx\n", now=days[1], status=67)
    bounce(house, verp(copies["bob"][2]), "bob@example.org", to="weavers-bounces@lists.example.org", now=days[1])
    bounce(house, verp(copies["bob"][2]), "bob@example.org", to="weavers@lists.example.org", now=days[1])
    house.settle(now=days[1])
    ok(state(house, "bob@example.org") == "active", "a report without its token changes nothing (SEC-05)")
    bounce(house, verp(copies["bob"][2]), "bob@example.org", action="delayed", status="4.4.1", now=days[1])
    house.settle(now=days[1])
    ok(state(house, "bob@example.org") == "active", "a delay is no failure (SND-04)")
    bounce(house, verp(copies["bob"][3]).upper(), "bob@example.org", now=days[1])
    house.settle(now=days[1])
    ok(state(house, "bob@example.org") == "bouncing", "a hard one on a second day suspends", house.error)
    told = house.mailbox("ruth@example.org")[-1]
    ok("cannot be reached" in field(told, "subject") and "bob@example.org" in text(told) and "5.1.1" in text(told), "and the steward is told", text(told))

    for number, day in enumerate(days[:6]):
        bounce(house, verp(copies["cyd"][number]), "cyd@example.org", status="5.7.1", now=day)
        house.settle(now=day)
    ok(state(house, "cyd@example.org") == "active", "a refusal for policy is never held against the member (SND-05)")
    mails = [field(mail, "subject") for mail in house.mailbox("postmaster@example.org")]
    ok(mails and all("refused" in subject for subject in mails) and len(mails) <= 6, "the operator hears of it, once a day at most", mails)

    for number, day in enumerate(days[:5]):
        ok(state(house, "dan@example.org") == "active", f"after {number} bad days dan is still there") if number in (0, 4) else None
        bounce(house, verp(copies["dan"][number]), "dan@example.org", status="4.2.2", now=day)
        house.settle(now=day)
    ok(state(house, "dan@example.org") == "bouncing", "five bad days in fourteen suspend (SND-06)")

    before = len(house.mailbox("bob@example.org"))
    house.post("ann@example.org", "weavers@lists.example.org", "Subject: Later\n\nHello.\n", now=days[-1])
    house.settle(now=days[-1])
    ok(len(house.mailbox("bob@example.org")) == before and len(house.mailbox("cyd@example.org")) == 12, "who is suspended gets no copies; the others do")
    house.run("member", "set", "weavers", "bob@example.org", "state", "active")
    ok(state(house, "bob@example.org") == "active", "the operator can bring them back")
    ok(house.rows("inbox", "list") == [], "nothing waits")
done()
