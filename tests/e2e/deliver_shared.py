#!/usr/bin/env python3
"""`delivery shared`: one copy for many recipients a transaction, each of whom fares alone all the same."""
import email

import outbox
from house import House, done, ok
from server import Server

LATER = "2026-06-01T08:02:00Z"


def house_of(server, members, conf="smarthost-connections = 1\n", **space):
    house = House(smarthost=server.url, extra=conf)
    house.community("weavers")
    house.run("space", "set", "weavers", "delivery", "shared")
    db = outbox.connect(house)
    outbox.members(db, members)
    return house, db


def show(house, number, now=None):
    return house.rows("outbox", "show", number, now=now)[0]


def times(server):
    """How often each recipient had it."""
    had = [who for mail in server.mails for who in mail.recipients]
    return {who: had.count(who) for who in had}


with Server() as server:
    house, db = house_of(server, 250)
    with house:
        number, _, _ = outbox.post(db)
        house.run("deliver", "--once")
        row = show(house, number)
        ok([len(mail.recipients) for mail in server.mails] == [100, 100, 50], "250 members: three transactions", [len(m.recipients) for m in server.mails])
        ok(row["delivered"] == 250 and set(times(server).values()) == {1}, "each has it once", row)
        ok(len({mail.octets for mail in server.mails}) == 1, "all have the same octets")
        mail = email.message_from_bytes(server.mails[0].octets)
        ok(mail["List-Unsubscribe"] == "<mailto:weavers+leave@lists.example.org>", "the way out asks back: it names nobody", mail["List-Unsubscribe"])
        ok(len({m.sender for m in server.mails}) == 1 and server.mails[0].sender.startswith("weavers+b"), "one envelope sender, of the row", server.mails[0].sender)
        ok(len(server.commands("RCPT")) == 250 and "ORCPT=rfc822;m0000001@example.org" in server.commands("RCPT")[0], "each recipient is named to DSN")
        failed = "m0000007@example.org"
        house.accept("", server.mails[0].sender, f"""From: MAILER-DAEMON@mx.example.org
To: {server.mails[0].sender}
Subject: failed
Message-ID: <1@mx.example.org>
Date: Mon, 01 Jun 2026 08:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="xx"

--xx
Content-Type: text/plain

no
--xx
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; {failed}
Action: failed
Status: 5.1.1

--xx--
""")
        house.run("desk", "--once")
        row = db.execute("SELECT m.address, b.status, b.verdict FROM bounce b JOIN member m USING (member_id)").fetchone()
        ok(row and tuple(row) == (failed, "5.1.1", "temporary"),
           "a report finds the member by the address, and counts less than one whose token proves it", row and tuple(row))

with Server() as server:
    house, db = house_of(server, 25, conf="smarthost-connections = 1\nsmarthost-recipients = 10\n")
    with house:
        outbox.post(db)
        house.run("deliver", "--once")
        ok([len(mail.recipients) for mail in server.mails] == [10, 10, 5], "smarthost-recipients is the most", [len(m.recipients) for m in server.mails])


def mixed(verb, line, peer):
    if verb == "RCPT" and "m0000003" in line:
        return "550 5.1.1 no such user"
    if verb == "RCPT" and "m0000005" in line and not peer.server.mails:
        return "450 4.2.1 not now"
    return None


with Server(on=mixed) as server:
    house, db = house_of(server, 9)
    with house:
        number, _, _ = outbox.post(db)
        house.run("deliver", "--once")
        row = show(house, number)
        ok((row["delivered"], row["deferred"], row["refused"]) == (7, 1, 1), "refused, put off and taken in one transaction", row)
        house.run("deliver", "--once", now=LATER)
        row = show(house, number, now=LATER)
        ok((row["delivered"], row["deferred"], row["refused"]) == (8, 0, 1) and row["state"] == "sent" and max(times(server).values()) == 1,
           "who was put off comes later, and nobody twice", f"{row}\n{times(server)}")

for says, offers in (("pipelined", ["PIPELINING"]), ("one by one", [])):
    for verb, reply in (("RCPT", "421 4.7.0 too many errors"), ("RCPT", ""), ("DATA", "421 4.3.2 bye"), ("DATA", ""), ("DOT", "421 4.3.2 bye")):
        state = {"n": 0}

        def leaves(seen, line, peer, verb=verb, reply=reply, state=state):
            if seen == "RCPT" and "m0000002" in line:
                return "550 5.1.1 unknown"
            if seen == verb and (seen != "RCPT" or "m0000004" in line) and state["n"] == 0:
                state["n"] = 1
                return reply
            return None

        with Server(offers=offers, on=leaves) as server:
            house, db = house_of(server, 6)
            with house:
                number, _, _ = outbox.post(db)
                house.run("deliver", "--once")
                house.run("deliver", "--once", now=LATER)
                row = show(house, number, now=LATER)
                ok((row["delivered"], row["refused"], row["state"]) == (5, 1, "sent") and set(times(server).values()) == {1} and "died" not in house.error,
                   f"{says}: the server leaves at {verb} with `{reply[:3]}`; each has one copy, nobody dies of it", f"{row}\n{times(server)}\n{house.error}")

with Server(on=lambda verb, line, peer: "452 4.5.3 too many recipients" if verb == "RCPT" and len(peer.recipients) >= 4 else None) as server:
    house, db = house_of(server, 10)
    with house:
        number, _, _ = outbox.post(db)
        house.run("deliver", "--once")
        ok(show(house, number)["delivered"] == 10 and [len(m.recipients) for m in server.mails] == [4, 4, 2],
           "a server that takes four at once gets four at once (RFC 5321 section 4.5.3.1.10)", [len(m.recipients) for m in server.mails])

with Server(lmtp=True, on=lambda verb, line, peer: "552 5.2.2 over quota" if verb == "DOT" and "m0000002" in line else None) as server:
    house, db = house_of(server, 5)
    with house:
        number, _, _ = outbox.post(db)
        house.run("deliver", "--once")
        row = show(house, number)
        ok((row["delivered"], row["refused"]) == (4, 1) and len(server.commands("DATA")) == 1, "LMTP: one transaction, a reply behind the dot for each", row)
        ok([e["address"] for e in row["exceptions"]] == ["m0000002@example.org"], "and each reply is for its own", row["exceptions"])

with Server() as server:
    house, db = house_of(server, 150, conf="smarthost-connections = 4\n")
    with house:
        outbox.post(db)
        house.run("space", "set", "weavers", "delivery", "own")
        outbox.post(db)
        house.run("deliver", "--once")
        ok(sum(len(m.recipients) for m in server.mails) == 300, "with four workers each way gets through", house.error)
done()
