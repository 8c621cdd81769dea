#!/usr/bin/env python3
"""What the road does (connection, MAIL FROM, 421) is no recipient's fault (DESIGN.md rule 10), and nobody has a copy twice by it."""
import outbox
from house import House, done, free_port, ok
from sink import Sink

LATER = "2026-06-01T08:04:00Z"


def show(house, number, now=None):
    return house.rows("outbox", "show", number, now=now)[0]


def fleet(sink, **options):
    house = House(smarthost=sink.url if sink else f"smtp://127.0.0.1:{free_port()}", **options)
    house.community("weavers", ann="each", bob="each", cat="each", dan="each", eve="each")
    return house, outbox.connect(house)


with Sink("dot bob@ 1 drop") as sink:
    house, db = fleet(sink)
    with house:
        number, _, msgid = outbox.post(db)
        house.run("deliver", "--once")
        ok(sorted({c["recipient"][:3] for c in sink.copies()}) == ["ann", "bob", "cat", "dan", "eve"],
           "a connection that drops behind the dot does not keep the others from their copies", sink.copies())
        seen = show(house, number)
        ok((seen["delivered"], seen["deferred"]) == (4, 1), "whether the one has arrived is unknown, so it is put off", seen)
        house.run("deliver", "--once", now=LATER)
        bobs = sink.copies("bob@example.org")
        ok(len(bobs) == 2 and bobs[0]["msgid"] == bobs[1]["msgid"] == msgid and bobs[0]["sender"] == bobs[1]["sender"],
           "and sent again with the same Message-ID and the same envelope (SND-02)", bobs)
        ok(sink.stats()["twice"] == 1, "nobody else has it twice", sink.stats())

with Sink("rcpt bob@ 1 421 4.3.2 shutting down") as sink:
    house, db = fleet(sink)
    with house:
        number, _, _ = outbox.post(db)
        house.run("deliver", "--once")
        stats = sink.stats()
        ok(stats["copies"] == 5 and stats["twice"] == 0, "421 at the second recipient: another connection takes the rest at once", stats)
        ok("died" not in house.error, "and no worker dies of it", house.error)
        ok(show(house, number)["refused"] == 0, "nobody is refused by it")

for where, rule in (("at MAIL", "mail * 1 421 4.3.2 bye"), ("at DATA", "data cat@ 1 421 4.3.2 bye"),
                    ("behind the dot", "dot cat@ 1 421 4.3.2 bye"), ("without a word at RCPT", "rcpt dan@ 1 drop"),
                    ("without a word at DATA", "data dan@ 1 drop")):
    with Sink(rule) as sink:
        house, db = fleet(sink)
        with house:
            number, _, _ = outbox.post(db)
            house.run("deliver", "--once")
            house.run("deliver", "--once", now=LATER)
            stats = sink.stats()
            ok(stats["copies"] == 5 and stats["twice"] == 0 and "died" not in house.error,
               f"the server leaves {where}: each has one copy all the same", f"{stats}\n{house.error}")

with Sink("mail * 3 451 4.7.1 not now", "mail * 0 550 5.7.1 not you") as sink:
    house, db = fleet(sink)
    with house:
        number, _, _ = outbox.post(db)
        house.run("deliver", "--once")
        seen = show(house, number)
        ok((seen["delivered"], seen["deferred"], seen["refused"]) == (0, 5, 0),
           "a refused MAIL FROM puts the slice off and blames no recipient", seen)
        ok(seen["last_reply"] == "451 4.7.1 not now", "the reply is shown", seen["last_reply"])
        for minute in range(1, 10):
            house.run("deliver", "--once", now=f"2026-06-01T08:{minute:02d}:00Z")
        ok(show(house, number)["refused"] == 0, "not even a 550 there", show(house, number))

house, db = fleet(None)
with house:
    number, _, _ = outbox.post(db)
    house.run("deliver", "--once")
    seen = show(house, number)
    ok(seen["state"] == "deferred" and seen["refused"] == 0, "no smarthost: the mail waits", seen)
    ok(seen["last_reply"].startswith("4.4.1 the smarthost 127.0.0.1 port "), "and says why", seen["last_reply"])
    port = int(house.conf.read_text().split("smarthost = smtp://127.0.0.1:")[1].split()[0])
    second, _, _ = outbox.post(db)
    house.run("deliver", "--once")
    ok(show(house, second)["state"] == "due", "while it does not answer, nothing more is tried for a minute", show(house, second))
    with Sink(port=port) as sink:
        house.run("deliver", "--once", now="2026-06-01T08:04:00Z")
        ok(sink.stats()["copies"] == 10 and sink.stats()["twice"] == 0, "once it is back, all of it goes out at once", sink.stats())

with Sink() as sink:
    house = House(smarthost=f"smtp://127.0.0.1:{free_port()}", extra=f"smarthost = {sink.url}\n")
    with house:
        house.community("weavers", ann="each", bob="each")
        outbox.post(outbox.connect(house))
        house.run("deliver", "--once")
        ok(sink.stats()["copies"] == 2, "the second smarthost takes over from the first", house.error)

with Sink(offer="8BITMIME") as sink:
    house, db = fleet(sink)
    with house:
        outbox.post(db)
        house.run("deliver", "--once")
        ok(sink.stats()["copies"] == 5, "a server without PIPELINING is served one command at a time", house.error)

with Sink(offer="") as sink:
    house, db = fleet(sink)
    with house:
        outbox.post(db)
        house.run("deliver", "--once")
        ok(sink.stats()["copies"] == 5, "and one that offers nothing at all", house.error)

with Sink("rcpt cat@ 0 550 5.1.1 unknown", unix=True, keep=True) as sink:
    house, db = fleet(sink)
    with house:
        number, _, _ = outbox.post(db, body="first\r\n.\r\n..dots\r\n" + "x" * 900 + "\r\nlast\r\n")
        house.run("deliver", "--once")
        seen = show(house, number)
        ok((seen["delivered"], seen["refused"]) == (4, 1), "LMTP over a unix socket, with one refused", f"{seen}\n{house.error}")
        ok(all(b"\r\n\r\nfirst\r\n.\r\n..dots\r\n" in m and m.endswith(b"\r\nlast\r\n") for m in sink.messages()),
           "lines that begin with dots arrive as they were", sink.messages()[0])

with Sink(offer="PIPELINING,SIZE 2000") as sink:
    house, db = fleet(sink)
    with house:
        number, _, _ = outbox.post(db, body=("x" * 70 + "\r\n") * 40)
        house.run("deliver", "--once")
        ok(sink.stats()["commands"] <= 2 and show(house, number)["state"] == "failed",
           "a mail larger than the smarthost's SIZE is not sent at all", f"{sink.stats()}\n{show(house, number)}")
done()
