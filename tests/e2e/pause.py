"""A rest for who gets each post: quiet while it lasts, over by itself, and nothing said meanwhile is lost (PRODUCT.md promise 2)."""
from house import House, done, ok
from letters import field, text

LIST = "weavers@lists.example.org"


def day(n, hour=9):
    return f"2026-06-{n:02d}T{hour:02d}:00:00Z"


def post(house, name, now, deliver=True):
    house.post("ann@example.org", LIST, f"From: Ann <ann@example.org>\nSubject: {name}\n\n{name} is a post that has more than eight words in it.\n", now=now)
    house.run("desk", "--once", now=now)
    if deliver:
        house.run("deliver", "--once", now=now)


def got(house, who, name):
    """How often: as a copy, in letters."""
    mails = house.mailbox(f"{who}@example.org")
    letters = [mail for mail in mails if field(mail, "subject").startswith("[weavers]")]
    return sum(field(mail, "subject") == name for mail in mails), sum(name in text(letter) for letter in letters)


def state(house, who):
    (row,) = [row for row in house.rows("member", "list", "weavers", now=day(30)) if row["address"] == f"{who}@example.org"]
    return row["state"]


with House("pause", now="2026-06-01T08:00:00Z") as house:
    house.community("weavers", ann="none", wil="each", eve="each")
    post(house, "Just before", day(2), deliver=False)
    house.run("member", "set", "weavers", "wil@example.org", "pause", "2026-06-10", now=day(2, 10))
    house.run("member", "set", "weavers", "eve@example.org", "pause", "2026-08-10", now=day(2, 10))
    house.settle(now=day(2, 11))
    ok(got(house, "wil", "Just before") == (1, 0), "what was filed before the pause still comes as a copy", got(house, "wil", "Just before"))
    post(house, "While away", day(5))
    house.settle(now=day(9))
    ok(len(house.mailbox("wil@example.org")) == 1, "the pause is quiet")
    post(house, "Back again", day(10))
    ok(state(house, "wil") == "active", "it ends by itself", state(house, "wil"))
    house.settle(now=day(11, 6))
    ok(got(house, "wil", "While away") == (0, 1), "one letter catches up with what was said meanwhile", got(house, "wil", "While away"))
    post(house, "Later on", day(12))
    house.settle(now=day(18, 6))
    house.settle(now=day(25, 6))
    ok(got(house, "wil", "Later on") == (1, 0), "from then on copies come again, and no letter", got(house, "wil", "Later on"))
    ok(sum(got(house, "wil", "Back again")) == 1, "nothing falls between the two", got(house, "wil", "Back again"))
    ok(len(house.mailbox("eve@example.org")) == 1, "who rests longer has had nothing so far")
    house.run("member", "set", "weavers", "eve@example.org", "pause", "no", now=day(26))
    post(house, "Called back", day(27))
    house.settle(now="2026-07-02T06:00:00Z")
    ok([got(house, "eve", name) for name in ("While away", "Later on", "Called back")] == [(0, 1), (0, 1), (1, 0)],
       "a pause that is ended by hand is made up for as well", [got(house, "eve", name) for name in ("While away", "Later on", "Called back")])
done()
