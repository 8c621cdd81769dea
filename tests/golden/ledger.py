"""Who did what: every act by mail or command line, and no way to rewrite it unseen (DESIGN.md rule 14)."""
import sqlite3

from house import House, done, ok
from letters import reply, text

with House("ledger") as house:
    house.community("weavers", steward="ruth@example.org", ann="each")
    house.run("space", "create", "weavers", "dyers")
    house.run("space", "set", "dyers", "posting", "moderated")
    house.run("member", "set", "weavers", "ann@example.org", "name", "Ann Lee")
    house.run("subscribe", "dyers", "ann@example.org", "--delivery", "each")
    for number, subject in enumerate(("Looms for sale", "Cheap watches")):
        house.post("sam@else.example", "weavers@lists.example.org", f"Subject: {subject}\n\nMay I say something?\n")
    house.settle()
    looms, watches = house.mailbox("ruth@example.org")
    reply(house, looms, "ruth@example.org", "free")
    house.settle()
    house.run("held", "refuse", "2", "we do not sell here")
    house.run("archive", "remove", "weavers", house.rows("archive", "list", "weavers")[0]["message_id"])
    house.settle()

    rows = house.rows("ledger")
    acts = [row["act"] for row in rows]
    ok({"community.create", "member.add", "space.create", "space.set", "member.set", "member.subscribe", "post.held", "held.freed",
        "held.refused", "post.remove"} <= set(acts), "each act is there, by mail and by command line", acts)
    (freed,) = [row for row in rows if row["act"] == "held.freed"]
    ok(freed["who"] == "ruth@example.org" and freed["actor"].startswith("member:") and freed["details"]["held"] == "1",
       "who did it by mail, and what it was about", freed)
    (refused,) = [row for row in rows if row["act"] == "held.refused"]
    ok(refused["actor"] == "operator" and refused["details"]["why"] == "we do not sell here" and refused["space"] == "weavers", "who did it here, and why", refused)
    ok([row["id"] for row in rows] == list(range(1, len(rows) + 1)), "in order, without a gap")
    dyers = house.rows("ledger", "dyers")
    ok(dyers and {row["space"] for row in dyers} == {"dyers"}, "a further space has its own acts alone", dyers)
    ok("member.add" in [row["act"] for row in house.rows("ledger", "weavers")], "the main space has the community's, too")
    ok(house.rows("ledger", "--limit", "3") == rows[-3:], "--limit shows the last")
    house.run("ledger", "nowhere", status=67)
    house.run("ledger", "--limit", "none", status=64)

    store = sqlite3.connect(house.dir / "guildpost.db")
    try:
        store.execute("UPDATE ledger SET actor = 'operator' WHERE act = 'held.freed'")
        ok(False, "the store itself refuses to rewrite a row")
    except sqlite3.IntegrityError as error:
        ok("not rewritten" in str(error), "the store itself refuses to rewrite a row", error)
    store.execute("DROP TRIGGER ledger_stays")
    store.execute("UPDATE ledger SET actor = 'operator' WHERE act = 'held.freed'")
    store.commit()
    store.close()
    shown = house.run("ledger", status=74)
    ok(f"row {freed['id']} " in house.error + " " and "held.freed" in shown, "who does it behind its back is found: the first row that does not hold", house.error)

for says, cut, where in (("one out of the middle", "ledger_id = 3", "from row 4 on"), ("the last ones", "ledger_id > 4", "behind row 4")):
    with House("cut") as house:
        house.community("weavers", steward="ruth@example.org", ann="each", ben="each")
        with sqlite3.connect(house.dir / "guildpost.db") as store:
            store.execute("DROP TRIGGER ledger_grows")
            store.execute(f"DELETE FROM ledger WHERE {cut}")
        house.run("ledger", status=74)
        ok(where in house.error, f"whoever takes {says} away is found, and where", house.error)
        house.run("community", "set", "weavers", "title", "Weavers and dyers")
        house.run("ledger", status=74)
        ok("does not hold" in house.error, "also when more is written behind it", house.error)
        house.post("ruth@example.org", "weavers+ledger@lists.example.org", "Subject: x\n\n\n")
        house.settle()
        ok("does not hold" in " ".join(text(house.mailbox("ruth@example.org")[-1]).split()) and "Careful" in text(house.mailbox("ruth@example.org")[-1]), "and a steward who asks by mail hears it", text(house.mailbox("ruth@example.org")[-1]))
done()
