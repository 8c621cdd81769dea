#!/usr/bin/env python3
"""`why ADDRESS`: what was sent to a member, when, with what result; a destination that has had enough rests; the operator
hears of what is held or has failed; and rows that are done are kept for 90 days."""
import os
import signal
from pathlib import Path

import outbox
from house import House, done, ok, wait_for
from server import Server
from sink import Sink


def why(house, address, **options):
    return house.rows("why", address, **options)


def on(verb, line, peer):
    if verb == "RCPT" and "bob@" in line:
        return "550 5.1.1 no such user"
    if verb == "RCPT" and "cat@" in line and not any("cat@" in who for mail in peer.server.mails for who in mail.recipients) and len(peer.server.commands("RCPT")) < 5:
        return "450 4.2.1 not now"
    return None


with Server(on=on) as server, House(smarthost=server.url, extra="smarthost-connections = 1\n") as house:
    house.community("weavers", ann="each", bob="each", cat="each", wil="weekly", eve="each")
    db = outbox.connect(house)
    number, _, msgid = outbox.post(db)
    ok(why(house, "ann@example.org")[0]["result"] == "waiting", "before it goes out it waits", why(house, "ann@example.org"))
    house.run("deliver", "--once")
    ann = why(house, "Ann@Example.org")
    ok([(r["id"], r["kind"], r["space"], r["result"], r["attempts"], r["message_id"], r["history"]) for r in ann] == [(number, "post", "weavers", "delivered", 1, msgid, [])],
       "what was taken is delivered, whatever the case of the address", ann)
    ok(house.now[:14] == ann[0]["at"][:14], "and when is said", ann)
    ok((ann[0]["code"], ann[0]["status"], ann[0]["reply"]) == (250, "2.0.0", "taken"), "and with what words the smarthost took it", ann)
    bob = why(house, "bob@example.org")[0]
    ok((bob["result"], bob["code"], bob["status"], bob["reply"]) == ("refused", 550, "5.1.1", "no such user"), "what was refused says with what words", bob)
    cat = why(house, "cat@example.org")[0]
    ok((cat["result"], cat["attempts"], cat["status"]) == ("deferred", 1, "4.2.1") and cat["next_attempt"] > house.now, "what was put off says until when", cat)
    house.run("deliver", "--once", now="2026-06-01T08:03:00Z")
    cat = why(house, "cat@example.org", now="2026-06-01T08:03:00Z")[0]
    ok(cat["result"] == "delivered" and [h["result"] for h in cat["history"]] == ["deferred", "delivered"] and cat["at"] >= "2026-06-01T08:03:00Z",
       "once it is there, both attempts are shown", cat)
    ok(why(house, "wil@example.org") == [] and why(house, "nobody@example.org") == [], "who is sent nothing is shown nothing")
    house.run("why", "nonsense", status=64)
    ok("delivered" in house.run("why", "ann@example.org"), "there is a table for people")
    house.run("desk", "--once", now="2026-09-15T08:00:00Z")
    left = db.execute("SELECT (SELECT count(*) FROM outbox WHERE outbox_id = ?), (SELECT count(*) FROM outcome), (SELECT count(*) FROM attempt WHERE outbox_id = ?)", (number, number)).fetchone()
    ok(tuple(left) == (0, 0, 0), "after 90 days what is done is forgotten", tuple(left))

# --- destinations that have had enough ----------------------------------------------------------------------------------
full = {"on": True}
with Server(on=lambda verb, line, peer: "450 4.7.28 too much from you" if full["on"] and verb == "RCPT" and "@full.example" in line else None) as server, \
        House(smarthost=server.url, extra="smarthost-connections = 1\n") as house:
    house.community("weavers")
    db = outbox.connect(house)
    outbox.members(db, 20, domain="full.example", prefix="f")
    outbox.members(db, 20)
    number, _, _ = outbox.post(db)
    house.run("deliver", "--once")
    asked = [line for line in server.commands("RCPT") if "@full.example" in line]
    ok(len(asked) == 1 and len(server.mails) == 20, "4.7.28: nobody else there is tried, everybody else is", asked)
    house.run("deliver", "--once", now="2026-06-01T08:03:00Z")
    asked = [line for line in server.commands("RCPT") if "@full.example" in line]
    ok(len(asked) <= 2, "nor while it rests, but for the one whose turn it was", asked)
    full["on"] = False
    house.run("deliver", "--once", now="2026-06-01T08:25:00Z")
    row = house.rows("outbox", "show", number, now="2026-06-01T08:25:00Z")[0]
    ok((row["delivered"], row["state"]) == (40, "sent"), "then all of them have it", row)
    ok(all(len(why(house, f"f{n:07d}@full.example")[0]["history"]) == 1 for n in (5, 12)), "waiting for the destination is no attempt of their own",
       why(house, "f0000005@full.example"))

# Said by a server that hangs up with it, it is still one destination's.
full = {"on": True}
with Server(on=lambda verb, line, peer: "421 4.7.28 too much from you" if full["on"] and verb == "RCPT" and "@full.example" in line else None) as server, \
        House(smarthost=server.url, extra="smarthost-connections = 1\n") as house:
    house.community("weavers")
    db = outbox.connect(house)
    outbox.members(db, 5, domain="full.example", prefix="f")
    outbox.members(db, 20)
    number, _, _ = outbox.post(db)
    house.run("deliver", "--once")
    asked = [line for line in server.commands("RCPT") if "@full.example" in line]
    ok(len(asked) == 1 and len(server.mails) == 20, "421 4.7.28 at RCPT: nobody else there is tried, everybody else has it at once", asked)
    full["on"] = False
    house.run("deliver", "--once", now="2026-06-01T08:25:00Z")
    ok(house.rows("outbox", "show", number)[0]["delivered"] == 25, "later they have it, too", house.error)

# --- the operator is told -----------------------------------------------------------------------------------------------
with Sink("dot m00 40 554 5.7.1 looks like spam", keep=True) as sink, House(smarthost=sink.url, extra="smarthost-connections = 1\noperator = op@example.net\n") as house:
    house.community("weavers")
    db = outbox.connect(house)
    outbox.members(db, 30)
    number, _, _ = outbox.post(db)
    for _ in range(2):
        house.run("deliver", "--once")
        house.run("desk", "--once")
    house.run("deliver", "--once")
    told = [octets.decode() for octets in sink.messages()]
    held = [text for text in told if f"Subject: Mail {number} is held" in text]
    ok(len(held) == 1 and f"guildpost outbox release {number}" in held[0] and "looks like spam" in held[0], "a held mail is told to the operator, once, with what to do", told)
# --- a worker that was killed -------------------------------------------------------------------------------------------------
with Sink("dot * 0 delay 4") as sink, House(smarthost=sink.url) as house:
    house.community("weavers")
    db = outbox.connect(house)
    outbox.members(db, 1500)
    number, _, _ = outbox.post(db)
    process = house.start("deliver", wait="deliver.ready")
    # In the midst of a claim of a hundred, of which a step of 25 is written down.
    wait_for(lambda: db.execute("SELECT 1 FROM slice WHERE state = 'sending' AND delivered > 0 AND recipients > 0").fetchone(), 60, every=0.002)
    process.send_signal(signal.SIGSTOP)
    for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
        os.kill(int(pid), signal.SIGKILL)
    process.kill()
    process.wait()
    after, through, delivered = db.execute("SELECT after_key, through_key, delivered FROM slice WHERE state = 'sending' ORDER BY delivered DESC").fetchone()
    key = {"known": db.execute("SELECT max(member_id) FROM member WHERE member_id < ?", (after,)).fetchone()[0],
           "unknown": db.execute("SELECT min(member_id) FROM member WHERE member_id > ?", (after,)).fetchone()[0]}
    address = {what: db.execute("SELECT address FROM member WHERE member_id = ?", (who,)).fetchone()[0] for what, who in key.items()}
    known = why(house, address["known"])[0]
    ok(delivered > 0 and known["result"] == "delivered" and known["reply"].startswith("(taken;"), "a copy of a claim that was not ended was taken, with no words yet", known)
    house.run("outbox", "hold", number)
    house.run("deliver", "--once")
    known, unknown = (why(house, address[what])[0] for what in ("known", "unknown"))
    ok(known["result"] == "delivered" and "lost with its worker" in known["reply"], "when the worker was killed it says that the words are lost", known)
    ok(unknown["result"] == "held" and "is not known" in unknown["reply"], "and of what it had in hand, that nobody knows", unknown)
    house.run("outbox", "release", number)
    house.run("deliver", "--once", now="2026-06-01T08:10:00Z")
    unknown = why(house, address["unknown"])[0]
    ok((unknown["result"], unknown["reply"]) == ("delivered", "taken") and sink.stats()["twice"] <= 100, "sent again, it has its words", (unknown, sink.stats()))
done()
