#!/usr/bin/env python3
"""Who gets a post one by one: whoever was subscribed at its event, minus who has left since; and what their copies say."""
import email
import re

import outbox
from house import House, done, ok
from sink import Sink


def got(sink, msgid):
    return sorted(copy["recipient"].split("@")[0] for copy in sink.copies() if copy["msgid"] == msgid)


with Sink(keep=True) as sink, House(smarthost=sink.url) as house:
    house.community("weavers", ann="each", bob="each", wil="weekly", dot="daily", mon="monthly", mee="meetings", non="none")
    db = outbox.connect(house)
    _, thread, first = outbox.post(db, author=outbox.member_id(db, "wil@example.org"))
    house.run("deliver", "--once")
    ok(got(sink, first) == ["ann", "bob"], "a post goes to each-members, not to its weekly author", got(sink, first))
    _, _, second = outbox.post(db, author=outbox.member_id(db, "ann@example.org"), thread=thread)
    house.run("deliver", "--once")
    ok(got(sink, second) == ["ann", "bob", "wil"], "who started the thread gets the answers to it at once, though weekly", got(sink, second))
    _, _, third = outbox.post(db, author=outbox.member_id(db, "dot@example.org"), thread=thread)
    _, _, fourth = outbox.post(db, author=outbox.member_id(db, "mee@example.org"), thread=thread)
    _, _, fifth = outbox.post(db, author=outbox.member_id(db, "mon@example.org"), thread=thread)
    _, _, other = outbox.post(db)
    house.run("deliver", "--once")
    ok(got(sink, third) == ["ann", "bob", "wil"], "who writes in it does not get their own answer", got(sink, third))
    ok(got(sink, fourth) == ["ann", "bob", "dot", "wil"], "but all that follow", got(sink, fourth))
    ok(got(sink, fifth) == ["ann", "bob", "dot", "wil"], "meetings-members get none, even in their own thread", got(sink, fifth))
    ok(got(sink, other) == ["ann", "bob"], "another thread is none of theirs", got(sink, other))

    _, _, leaving = outbox.post(db)
    house.run("member", "remove", "weavers", "bob@example.org")
    house.run("deliver", "--once")
    ok(got(sink, leaving) == ["ann"], "who leaves after a post was filed gets nothing more", got(sink, leaving))
    _, _, before = outbox.post(db)
    house.run("member", "set", "weavers", "ann@example.org", "delivery", "none")
    house.run("member", "set", "weavers", "wil@example.org", "delivery", "each")
    house.run("deliver", "--once")
    ok(got(sink, before) == [], "who chose none since gets nothing, who chose each since gets what comes after", got(sink, before))
    _, _, after = outbox.post(db)
    house.run("deliver", "--once")
    ok(got(sink, after) == ["wil"], "as promised", got(sink, after))
    ok(sink.stats()["twice"] == 0, "nobody has anything twice")

with Sink(keep=True) as sink, House(smarthost=sink.url) as house:
    house.community("weavers", ann="each", bob="each")
    db = outbox.connect(house)
    outbox.post(db)
    house.run("deliver", "--once")
    senders = [copy["sender"] for copy in sink.copies()]
    ok(all(re.fullmatch(r"weavers\+b[0-9a-hjkmnp-tv-z]{30}@lists\.example\.org", s) for s in senders) and len(set(senders)) == 2,
       "each envelope sender is the space's with a bounce token of its own (VERP)", senders)
    mails = [email.message_from_bytes(octets) for octets in sink.messages()]
    leave = [mail["List-Unsubscribe"] for mail in mails]
    ok(all(re.fullmatch(r"<mailto:weavers\+x[0-9a-hjkmnp-tv-z]{28}@lists\.example\.org>", l) for l in leave) and len(set(leave)) == 2,
       "each copy has its own way out in the address (LST-04)", leave)
    ok(all(len(address.split("@")[0].split(":")[-1]) <= 64 for address in senders + leave), "no local part is over 64 octets (ADR-01)")
    bob = mails[1].as_bytes()
    ok(b"ann@example.org" not in bob.replace(b"From: Ann <ann@example.org>", b""), "no other member's address is in a copy")
done()
