"""The smarthost resets the connection at each octet of the dialogue, coming or going: nobody is without a copy, and nobody has
more than one twice, which is the one whose final dot had been sent (SND-02). CRASH_ROUNDS octets are tried, spread evenly."""
import os
from collections import Counter

import outbox
from house import House, done, ok
from server import Server

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "24"))
MEMBERS = 3


def later(minutes):
    return f"2026-06-{1 + minutes // 1440:02d}T{minutes % 1440 // 60:02d}:{minutes % 60:02d}:00Z"


def rounds(shared):
    server = Server()
    with server, House(smarthost=server.url, extra="smarthost-connections = 1\n") as house:
        house.community("weavers")
        db = outbox.connect(house)
        outbox.members(db, MEMBERS)
        if shared:
            house.run("space", "set", "weavers", "delivery", "shared")
        outbox.post(db)
        whole = {}
        house.run("deliver", "--once", now=later(500))
        whole["cut"] = sum(len(line) + 2 for line in server.heard) + sum(len(mail.octets) + 3 for mail in server.mails)
        whole["cut_out"] = 60 * len(server.heard)
        lost, twice, worst, tried, minute = [], 0, 0, 0, 510
        for side in ("cut", "cut_out"):
            step = max(1, 2 * whole[side] // ROUNDS)
            for at in range(1, whole[side], step):
                server.mails.clear()
                setattr(server, side, at)
                _, _, msgid = outbox.post(db, at=1780300800 + minute * 60)
                house.run("deliver", "--once", now=later(minute))
                setattr(server, side, None)
                minute += 4  # the road rests a minute after a failure, the one unknown is tried again after as long
                house.run("deliver", "--once", now=later(minute))
                had = Counter(who for mail in server.mails for who in mail.recipients if msgid.encode() in mail.octets)
                lost += [(side, at, who) for who in (f"m{n:07d}@example.org" for n in range(1, MEMBERS + 1)) if had[who] == 0]
                extra = sum(had.values()) - len(had)
                twice, worst, tried, minute = twice + extra, max(worst, extra), tried + 1, minute + 1
        ways = "shared" if shared else "own"
        ok(not lost, f"{ways} copies: {tried} resets, nobody is without a copy", lost[:10])
        ok(worst <= (MEMBERS if shared else 1), f"{ways} copies: at most the one transaction whose dot was out comes twice", worst)
        ok(not house.rows("outbox", "list", now=later(minute)), f"{ways} copies: nothing waits in the end", house.rows("outbox", "list", now=later(minute))[:3])
        print(f"# {ways}: {tried} resets, {twice} copies twice", flush=True)


rounds(shared=False)
rounds(shared=True)
done()
