#!/usr/bin/env python3
"""Each recipient fares alone (SND-02): what the smarthost says to one is written down for that one, and tried again by SND-07."""
import outbox
from house import START, House, done, ok
from sink import Sink

AT = 1780300800  # START


def clock(seconds):
    import datetime
    return (datetime.datetime.fromisoformat(START.replace("Z", "+00:00")) + datetime.timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def row(house, number, now=None):
    return house.rows("outbox", "show", number, now=now)[0]


with Sink("rcpt bob@ 0 452 4.2.2 mailbox full", "rcpt cat@ 0 550 5.1.1 no such user",
          "dot dan@ 1 451 4.3.0 later please", "rcpt eve@ 0 550 relaying denied") as sink, House(smarthost=sink.url) as house:
    house.community("weavers", ann="each", bob="each", cat="each", dan="each", zoe="each")
    db = outbox.connect(house)
    number, _, msgid = outbox.post(db)
    house.run("deliver", "--once")
    seen = row(house, number)
    ok(sorted(copy["recipient"] for copy in sink.copies()) == ["ann@example.org", "zoe@example.org"],
       "those whom the smarthost takes have their copy, whatever it said to the others", sink.copies())
    ok((seen["recipients"], seen["delivered"], seen["deferred"], seen["refused"]) == (5, 2, 2, 1), "the counts say so", seen)
    ok(seen["state"] == "deferred", "the row waits for the two that were put off", seen["state"])
    ok([(e["address"], e["result"], e["code"], e["status"], e["reply"]) for e in seen["exceptions"]]
       == [("cat@example.org", "refused", 550, "5.1.1", "no such user")], "the refused one is an exception with code, status and text", seen)
    ok(clock(54) <= seen["next_attempt"] <= clock(60), "the next attempt is within the minute (SND-07)", seen["next_attempt"])
    house.run("deliver", "--once", now=clock(30))
    ok(len(sink.copies()) == 2, "before that nobody is tried")
    house.run("deliver", "--once", now=clock(60))
    ok(len(sink.copies("dan@example.org")) == 1, "then the one whose message was put off has it")
    ok(sink.copies("dan@example.org")[0]["msgid"] == msgid, "with the author's Message-ID")
    at, times = 60, []
    for _ in range(6):
        soon = row(house, number, now=clock(at))["next_attempt"]
        house.run("deliver", "--once", now=soon)
        import datetime
        now = int((datetime.datetime.fromisoformat(soon.replace("Z", "+00:00"))
                   - datetime.datetime.fromisoformat(START.replace("Z", "+00:00"))).total_seconds())
        times.append(now - at)
        at = now
    ok(all(0.9 * want - 61 <= got <= want + 1 for got, want in zip(times, (300, 900, 1800, 3600, 3600, 3600))),
       "a full mailbox is tried after 5, 15, 30 minutes, then hourly", times)
    house.run("deliver", "--once", now=clock(5 * 86400 - 1))
    house.run("deliver", "--once", now=clock(5 * 86400 + 1))
    seen = row(house, number, now=clock(5 * 86400 + 2))
    ok(("bob@example.org", "expired", "4.2.2") in [(e["address"], e["result"], e["status"]) for e in seen["exceptions"]],
       "after five days it is given up, with the last reply as the reason", seen)
    ok(seen["state"] == "sent" and not house.rows("outbox", "list", now=clock(5 * 86400 + 2)), "and the row waits no longer", seen)
    ok(sink.stats()["twice"] == 0, "nobody has had it twice")

with Sink("rcpt cat@ 0 550 5.1.1 no such user") as sink, House(smarthost=sink.url) as house:
    house.community("weavers", cat="each")
    db = outbox.connect(house)
    number, _, _ = outbox.post(db)
    house.run("deliver", "--once")
    ok(house.rows("outbox", "list")[0]["state"] == "failed", "a mail that nobody takes is failed and stays in the list")
    house.run("outbox", "retry", number)
    ok(house.rows("outbox", "list", now=clock(300))[0]["state"] == "due", "it can be tried again by hand")
    sink.end()
done()
