"""When nobody wants a mail any more it is not tried further: an invitation ends with the meeting's beginning, a digest when the
next but one is due, all else after five days (SND-07)."""
from house import House, done, free_port, ok
from sink import Sink


def rows(house, kind, now):
    return [row for row in house.rows("outbox", "list", now=now) if row["kind"] == kind]


def asked(sink):
    return sink.stats()["refused"]


for says, rules in (("each recipient is put off", ["rcpt * 0 450 4.2.1 later"]), ("the smarthost is down", None)):
    with Sink(*(rules or [])) as sink, House(smarthost=sink.url if rules else f"smtp://127.0.0.1:{free_port()}") as house:
        house.community("weavers", ann="meetings")
        house.run("meeting", "create", "weavers", "--title", "Call", "--start", "2026-06-01T12:00", "--timezone", "Europe/Berlin")
        house.settle()
        waiting = rows(house, "invite", house.now)
        ok(len(waiting) == 1 and waiting[0]["state"] == "deferred", f"{says}: an invitation waits", waiting)
        for minute in (5, 20, 59):
            house.run("deliver", "--once", now=f"2026-06-01T09:{minute:02d}:00Z")
        ok(len(rows(house, "invite", "2026-06-01T09:59:10Z")) == 1 and rows(house, "invite", "2026-06-01T09:59:10Z")[0]["state"] == "deferred", "it is tried until the meeting begins")
        house.run("deliver", "--once", now="2026-06-01T10:06:00Z")
        row = rows(house, "invite", "2026-06-01T10:06:10Z")
        ok([r["state"] for r in row] == ["failed"], "then it is given up, and shown to the operator", row)
        before = asked(sink)
        house.run("deliver", "--once", now="2026-06-03T10:00:00Z")
        ok(asked(sink) == before, "and tried no more", asked(sink))

port = free_port()
with House(smarthost=f"smtp://127.0.0.1:{port}") as house:
    house.community("weavers", ann="meetings", bob="each")
    house.run("meeting", "create", "weavers", "--title", "Call", "--start", "2026-06-01T12:00", "--timezone", "Europe/Berlin")
    house.post("bob@example.org", "weavers@lists.example.org", "Subject: Sett\n\nWhich reed?\n")
    house.settle()
    with Sink(port=port, keep=True) as sink:
        house.run("deliver", "--once", now="2026-06-01T12:00:00Z")
        mails = [octets.split(b"\r\n\r\n")[1] for octets in sink.messages()]
        ok([b"Which reed?" in mail for mail in mails] == [True], "a smarthost that comes back when the meeting is over gets the post, and not the invitations", mails)
        row = rows(house, "invite", "2026-06-01T12:00:30Z")
        ok([r["state"] for r in row] == ["failed"] * len(row) and "time was over" in row[0]["last_reply"], "they are given up, and it says why", row)

with Sink("rcpt wil@ 0 450 4.2.1 later") as sink, House(smarthost=sink.url) as house:
    house.community("weavers", rhythm="weekly on thursday at 08:00", wil="weekly", ann="none")
    for number in range(3):
        house.post("ann@example.org", "weavers@lists.example.org", f"Subject: Sett {number}\n\nWhich reed is it that you take for linen of this weight?\n")
    house.run("desk", "--once")
    house.run("desk", "--once", now="2026-06-04T06:01:00Z")
    house.run("deliver", "--once", now="2026-06-04T06:02:00Z")
    ok([r["state"] for r in rows(house, "digest", "2026-06-04T06:02:30Z")] == ["deferred"], "a digest that is put off waits")
    house.run("deliver", "--once", now="2026-06-17T12:00:00Z")
    ok([r["state"] for r in rows(house, "digest", "2026-06-17T12:00:30Z")] == ["deferred"], "it waits beyond the next one")
    house.run("deliver", "--once", now="2026-06-18T06:00:30Z")
    row = rows(house, "digest", "2026-06-18T06:00:40Z")
    ok([r["state"] for r in row] == ["failed"], "when the next but one is due it is given up", row)
done()
