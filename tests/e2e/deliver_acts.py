#!/usr/bin/env python3
"""outbox list, show, retry, hold, release, drop; and the row whose content is refused by all is held (DESIGN.md rule 10)."""
import time

import outbox
from house import House, done, ok, wait_for
from sink import Sink


def states(house):
    return {row["id"]: row["state"] for row in house.rows("outbox", "list")}


with Sink() as sink, House(smarthost=sink.url) as house:
    house.community("weavers", ann="each", bob="each")
    db = outbox.connect(house)
    kept, gone, free = (outbox.post(db)[0] for _ in range(3))
    ok(list(house.rows("outbox", "list", "weavers")[0]) == ["id", "kind", "space", "state", "recipients", "delivered", "deferred",
                                                            "refused", "next_attempt", "last_reply"], "the keys are those promised")
    ok(house.rows("outbox", "list")[0]["recipients"] is None, "recipients are null until they are found")
    house.run("outbox", "hold", kept)
    house.run("outbox", "drop", gone)
    house.run("deliver", "--once")
    ok(sink.stats()["copies"] == 2, "what is held or dropped is not sent", sink.copies())
    ok(states(house) == {kept: "held"}, "the held one is in the list, the others have gone", states(house))
    house.run("outbox", "retry", kept, status=69)
    ok("outbox release" in house.error, "retry on a held row names the act that would do", house.error)
    house.run("outbox", "release", kept)
    house.run("deliver", "--once")
    ok(sink.stats()["copies"] == 4 and states(house) == {}, "released, it goes out", sink.copies())
    for act in ("hold", "release", "drop", "retry"):
        house.run("outbox", act, free, status=69)
        house.run("outbox", act, 999, status=67)
        house.run("outbox", act, "x1", status=64)
    ledger = [row["act"] for row in db.execute("SELECT act FROM ledger WHERE act LIKE 'outbox.%' ORDER BY ledger_id")]
    ok(ledger == ["outbox.hold", "outbox.drop", "outbox.release"], "each act that was done has a ledger row, and none that was not", ledger)
    ok(house.run("outbox", "show", kept).startswith("post "), "show is for people too")
    house.run("outbox", "list", "potters", status=67)

with Sink("dot * 30 554 5.7.1 looks like spam") as sink, House(smarthost=sink.url, extra="smarthost-connections = 1\n") as house:
    house.community("weavers")
    db = outbox.connect(house)
    outbox.members(db, 150)
    number, _, _ = outbox.post(db)
    house.run("deliver", "--once")
    row = house.rows("outbox", "show", number)[0]
    ok(row["state"] == "held" and row["refused"] == 20, "after 20 content refusals in a row the mail is held", row)
    ok("20 times" in row["reason"] and "looks like spam" in row["reason"], "and says why", row["reason"])
    ok(sink.stats()["refused"] == 20, "nobody else was tried", sink.stats())
    house.run("outbox", "release", number)
    house.run("deliver", "--once")
    ok(house.rows("outbox", "show", number)[0]["state"] == "sent", "released, when the smarthost has come to its senses,", house.error)
    stats = sink.stats()
    ok(stats["copies"] >= 140 and stats["twice"] == 0, "it goes to those too whom it was refused for", stats)

with Sink("dot m000001 0 554 5.7.1 not to this one") as sink, House(smarthost=sink.url, extra="smarthost-connections = 1\n") as house:
    house.community("weavers")
    db = outbox.connect(house)
    outbox.members(db, 60)
    number, _, _ = outbox.post(db)
    house.run("deliver", "--once")
    row = house.rows("outbox", "show", number)[0]
    ok((row["state"], row["delivered"], row["refused"]) == ("sent", 50, 10), "ten refusals among successes hold nothing", row)

# --- while it goes out ----------------------------------------------------------------------------------------------------
for act in ("hold", "drop"):
    with Sink("dot * 0 delay 1", log=False) as sink, House(smarthost=sink.url) as house:
        house.community("weavers")
        db = outbox.connect(house)
        outbox.members(db, 2400)
        number, _, _ = outbox.post(db)
        house.start("deliver", wait="deliver.ready")
        sink.wait(1650)  # by then a worker claims more than it may have in hand
        house.run("outbox", act, number)
        then = sink.stats()["copies"]
        wait_for(lambda: not db.execute("SELECT 1 FROM slice WHERE state = 'sending'").fetchone())
        time.sleep(0.5)
        last = sink.stats()["copies"]
        ok(last - then <= 100 and last < 2400, f"{act}: no more than what was in hand goes out after it", (then, last))
        if act == "drop":
            continue
        ok(house.rows("outbox", "show", number)[0]["delivered"] == last, "each that went is counted", house.rows("outbox", "show", number)[0])
        house.run("outbox", "release", number)
        house.run("deliver", "--once", now="2026-06-01T08:10:00Z")
        sink.wait(2400)
        ok((sink.stats()["copies"], sink.stats()["twice"]) == (2400, 0), "released, the others have it too, none twice", sink.stats())
done()
