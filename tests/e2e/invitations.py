"""Many who were put in at once are invited by and by, and nobody gets anything else before they have said yes (SUB-08). GP_IMPORT: how many."""
import os

from house import House, done, ok
from letters import address, field, reply, text

MANY = int(os.environ.get("GP_IMPORT", "230"))


def settle(house, now):
    house.run("desk", "--once", now=now)
    house.run("deliver", "--once", now=now)


def boxes(house):
    folder = house.dir / "mail"
    return {box.name: house.mailbox(box.name) for box in folder.iterdir()} if folder.is_dir() else {}


def at(hour):
    return f"2026-06-{1 + hour // 24:02}T{hour % 24:02}:10:00Z"


with House("invitations") as house:
    house.community("weavers", ann="none")
    rows = "".join(f"p{n}@p{n}.example,Person {n},{'daily' if n == 0 else ''}\n" for n in range(MANY))
    house.run("member", "import", "weavers", "-", input="address,name,delivery\n" + rows, now=at(8))
    ok("a hundred an hour" in house.error, "whoever imports is told that it takes its time", house.error)
    soon = "2026-06-01T08:30:00Z"
    settle(house, soon)
    settle(house, soon)
    first = boxes(house)
    ok(len(first) == 100 and all(len(box) == 1 for box in first.values()), "a hundred are invited in the first hour", len(first))
    mail = first["p0@p0.example"][0]
    ok("invitation" in field(mail, "subject") and "you will not be added" in text(mail), "each by one mail that says what happens if they do nothing", text(mail))
    house.post("ann@example.org", "weavers@lists.example.org", "Subject: Sett\n\nWhich reed do you take for linen of that weight, and why?\n", now=soon)
    for hour in range(9, 9 + MANY // 100 + 1):
        settle(house, at(hour))
    ok(len(boxes(house)) == MANY, f"the {MANY} of them have theirs some hours later", len(boxes(house)))
    ok({row["state"] for row in house.rows("member", "list", "weavers")} == {"active", "unconfirmed"}, "and wait to be asked for nothing more")
    reply(house, mail, "p0@p0.example", "yes, gladly", now=at(33))
    settle(house, at(33))
    now = "2026-06-11T10:00:00Z"
    settle(house, now)
    after = boxes(house)
    ok(len(after["p0@p0.example"]) >= 2 and [row for row in house.rows("member", "list", "weavers") if row["address"] == "p0@p0.example"][0]["subscriptions"][0]["delivery"] == "daily",
       "who says yes is a member, in the mode that the list named", [field(one, "subject") for one in after["p0@p0.example"]])
    ok(all(len(box) == 1 for name, box in after.items() if name != "p0@p0.example"), "all others have had no digest, no second question, nothing",
       [name for name, box in after.items() if len(box) != 1])
done()
