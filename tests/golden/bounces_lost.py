"""A domain that is lost is gone after a week only (SND-05); who came back is judged anew; whoever has died for good is not asked for ever."""
from house import done, ok
from letters import bounce, field, reply, text, verp
from living import Living

DAYS = [f"2026-06-{day:02}T08:00:00Z" for day in range(1, 31)]


def state(house, who):
    return {row["address"]: row["state"] for row in house.rows("member", "list", "weavers")}[f"{who}@{who}.example"]


with Living("lost", now=DAYS[0]) as house:
    house.community("weavers", steward="ruth@example.org")
    people = ("ann", "bob", "cyd", "dan")
    for who in people:
        house.run("member", "add", "weavers", f"{who}@{who}.example", "--delivery", "each")

    def fails(day, who, status, action="failed"):
        copy = [mail for mail in house.mailbox(f"{who}@{who}.example") if field(mail, "subject") == f"Day {day}"]
        bounce(house, verp(copy[0]), f"{who}@{who}.example", status=status, action=action, now=DAYS[day])

    seen = {who: [] for who in people}
    for day in range(11):
        house.post("ruth@example.org", "weavers@lists.example.org", f"Subject: Day {day}\n\nHello.\n", now=DAYS[day])
        house.settle(now=DAYS[day])
        if day in (0, 1, 8, 9):
            fails(day, "ann", "5.1.2")
        if day in (0, 2, 4, 6):
            fails(day, "bob", "5.4.4")
        if day in (0, 1):
            fails(day, "cyd", "5.1.10")
        if day in (0, 1, 8, 9):
            fails(day, "dan", "5.2.2")
        house.settle(now=DAYS[day])
        for who in people:
            seen[who].append(state(house, who))
    ok(seen["cyd"][0] == "active" and seen["cyd"][1] == "bouncing", "an address that is not there suspends on the second day", seen["cyd"])
    ok(seen["ann"][:9] == ["active"] * 9, "a domain that is not found (5.1.2) is soft at first, and hard a week after: that is the first hard day", seen["ann"])
    ok(seen["ann"][9] == "bouncing", "the day after is the second", seen["ann"])
    ok(seen["bob"] == ["active"] * 11, "one without a road (5.4.4) for less than a week is held against nobody, on four days", seen["bob"])
    ok(seen["dan"] == ["active"] * 11, "a full mailbox stays soft, however long", seen["dan"])

    # a provider where few live
    for number in range(3):
        house.run("member", "add", "weavers", f"m{number}@small.example", "--delivery", "each")
    for day in (11, 12):
        house.post("ruth@example.org", "weavers@lists.example.org", f"Subject: Day {day}\n\nHello.\n", now=DAYS[day])
        house.settle(now=DAYS[day])
        for number in range(3):
            copy = [mail for mail in house.mailbox(f"m{number}@small.example") if field(mail, "subject") == f"Day {day}"]
            bounce(house, verp(copy[0]), f"m{number}@small.example", now=DAYS[day])
        house.settle(now=DAYS[day])
    ok({row["state"] for row in house.rows("member", "list", "weavers") if "small" in row["address"]} == {"active"}, "all three at one provider fail for two days: nobody is suspended (SND-06)")
    ok(any("small.example" in field(mail, "subject") for mail in house.mailbox("ruth@example.org")), "and the stewards are told", [field(mail, "subject") for mail in house.mailbox("ruth@example.org")][-4:])

    # ann comes back, and fails once more: what was before is no reason
    house.settle(now=DAYS[13])
    probe = [mail for mail in house.mailbox("ann@ann.example") if "does this reach you" in field(mail, "subject")]
    ok(len(probe) == 1 and all(len(line) <= 72 for line in text(probe[0]).splitlines()), "she is asked three days later", [field(mail, "subject") for mail in house.mailbox("ann@ann.example")])
    reply(house, probe[0], "ann@ann.example", "", now=DAYS[13])
    house.settle(now=DAYS[13])
    ok(state(house, "ann") == "active", "an empty reply brings her back")
    for day in (14, 15):
        house.post("ruth@example.org", "weavers@lists.example.org", f"Subject: Day {day}\n\nHello.\n", now=DAYS[day])
        house.settle(now=DAYS[day])
        fails(day, "ann", "5.1.2")
        house.settle(now=DAYS[day])
    ok(state(house, "ann") == "active", "and the week begins anew (SND-06)")

    # cyd never answers
    asked = []
    for week in range(3, 60):
        now = f"{2026 + (5 + week // 4) // 12}-{(5 + week // 4) % 12 + 1:02}-{1 + 7 * (week % 4):02}T08:00:00Z"
        house.settle(now=now)
    box = [mail for mail in house.mailbox("cyd@cyd.example") if "does this reach you" in field(mail, "subject")]
    ok(3 <= len(box) <= 10, "who never answers is asked less and less often, and then no more", len(box))
    before = len(box)
    house.settle(now="2028-01-01T08:00:00Z")
    ok(len([mail for mail in house.mailbox("cyd@cyd.example") if "does this reach you" in field(mail, "subject")]) == before and state(house, "cyd") == "bouncing", "and is a member still")
done()
