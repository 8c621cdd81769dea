"""The smarthost resets the connection at each octet of the dialogue, coming or going, and the next one at the same place: nobody is
without a copy, and of each connection no more comes twice than the one transaction whose final dot had been sent (SND-02). CRASH_ROUNDS octets are tried, spread evenly over
the dialogue; from 1000 on each of them is, one after the other (three thousand, ten minutes)."""
import os
from collections import Counter
from datetime import datetime, timedelta

import outbox
from house import House, done, ok
from server import Server

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "24"))
MEMBERS = 3
WAYS = {"own": "own copies", "shared": "copies that many share", "lmtp": "LMTP, shared"}
SIDES = {"cut": "from us", "cut_out": "to us"}


def later(minutes):
    return (datetime(2026, 6, 1) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def octets_of(whole):
    return range(1, whole, 1 if ROUNDS >= 1000 else max(1, len(SIDES) * len(WAYS) * whole // (2 * ROUNDS)))


def one_reset(house, db, server, side, at, minute):
    """Who had the post how often; and how many connections were reset."""
    server.mails.clear()
    resets = server.resets
    setattr(server, side, at)
    _, _, msgid = outbox.post(db, at=1780272000 + minute * 60)
    house.run("deliver", "--once", now=later(minute))
    setattr(server, side, None)
    # The road rests a minute after a failure; the one unknown is tried again after as long.
    house.run("deliver", "--once", now=later(minute + 4))
    return Counter(who for mail in server.mails for who in mail.recipients if msgid.encode() in mail.octets), server.resets - resets


def rounds(way):
    with Server(lmtp=way == "lmtp") as server, House(smarthost=server.url, extra="smarthost-connections = 1\n") as house:
        house.community("weavers")
        db = outbox.connect(house)
        outbox.members(db, MEMBERS)
        if way != "own":
            house.run("space", "set", "weavers", "delivery", "shared")
        outbox.post(db)
        house.run("deliver", "--once", now=later(500))
        # Who has said QUIT listens no longer.
        whole = {"cut": server.taken, "cut_out": server.given - len("221 2.0.0 bye\r\n")}
        members = [f"m{n:07d}@example.org" for n in range(1, MEMBERS + 1)]
        lost, unbroken, more, twice, minute = [], [], [], Counter(), 510
        for side in SIDES:
            for at in octets_of(whole[side]):
                had, resets = one_reset(house, db, server, side, at, minute)
                lost += [(side, at, who) for who in members if had[who] == 0]
                unbroken += [] if resets else [(side, at)]
                extra = sum(had.values()) - len(had)
                more += [(side, at, extra, resets)] if extra > resets * (1 if way == "own" else MEMBERS) else []
                twice[side, extra] += 1
                minute += 5
        tried = sum(twice.values())
        ok(not unbroken, f"{WAYS[way]}: {tried} octets, and the connection is reset at each", unbroken[:10])
        ok(not lost, "nobody is without a copy", lost[:10])
        ok(not more, "of a connection at most the one transaction whose dot was out comes twice", more[:10])
        ok(not house.rows("outbox", "list", now=later(minute)), "nothing waits in the end", house.rows("outbox", "list", now=later(minute))[:3])
        for side, says in SIDES.items():
            print(f"# {WAYS[way]}: {whole[side]} octets {says}, lost {sum(s == side for s, _, _ in lost)}, resets by how many copies came twice: "
                  + ", ".join(f"{extra}: {count}" for (s, extra), count in sorted(twice.items()) if s == side), flush=True)


for each in WAYS:
    rounds(each)
done()
