"""A post to many, of whom 1 % are refused and 2 % put off, half of these for ever: each ends in its right state, with one
copy or none. GP_MEMBERS is how many they are (1,000; the promise is for 100,000)."""
import os
import time
from collections import Counter

import outbox
from house import House, done, ok
from sink import Sink

MEMBERS = int(os.environ.get("GP_MEMBERS", "1000"))
FATES = {7: "refused", 33: "late", 66: "never"}  # by the last two digits of the number; everybody else takes it at once
EXPIRES = "2026-06-06T08:01:00Z"


def fate(number):
    return FATES.get(number % 100, "well")


def address(number):
    return f"{fate(number)}{number:07d}@example.org"


ends = Counter(fate(number) for number in range(1, MEMBERS + 1))
with Sink("rcpt refused 0 550 5.1.1 no such user", f"rcpt late {ends['late']} 450 4.2.1 not now", "rcpt never 0 450 4.2.1 not now") as sink, \
        House(smarthost=sink.url) as house:
    house.community("weavers")
    db = outbox.connect(house)
    outbox.members(db, MEMBERS, name=address)
    number, _, _ = outbox.post(db)
    begun = time.monotonic()
    house.run("deliver", "--once")
    first_s = time.monotonic() - begun
    row = house.rows("outbox", "show", number)[0]
    ok((row["delivered"], row["refused"], row["deferred"]) == (ends["well"], ends["refused"], ends["late"] + ends["never"]),
       "after the first round those who took it have it, the rest are refused or put off", {k: row[k] for k in ("recipients", "delivered", "refused", "deferred")})
    house.run("deliver", "--once", now="2026-06-01T08:10:00Z")
    row = house.rows("outbox", "show", number, now="2026-06-01T08:10:00Z")[0]
    ok((row["delivered"], row["deferred"], row["state"]) == (ends["well"] + ends["late"], ends["never"], "deferred"), "then those who were put off once have it, too",
       {k: row[k] for k in ("recipients", "delivered", "refused", "deferred", "state")})
    house.run("deliver", "--once", now="2026-06-06T07:30:00Z")
    house.run("deliver", "--once", now=EXPIRES)
    row = house.rows("outbox", "show", number, now=EXPIRES)[0]
    want = {(address(n), {"refused": "refused", "never": "expired"}[fate(n)]) for n in range(1, MEMBERS + 1) if fate(n) in ("refused", "never")}
    got = {(each["address"], each["result"]) for each in row["exceptions"]}
    ok(got == want, "in the end the refused are refused, and who was put off for five days is given up", sorted(got ^ want)[:5])
    ok((row["delivered"], row["deferred"], row["state"]) == (ends["well"] + ends["late"], 0, "sent"), "everybody else is delivered, and nothing waits",
       {k: row[k] for k in ("recipients", "delivered", "refused", "deferred", "state")})
    copies = Counter(copy["recipient"] for copy in sink.copies())
    ok(copies == Counter(address(n) for n in range(1, MEMBERS + 1) if fate(n) in ("well", "late")), "each of them has one copy, and nobody else any",
       (len(copies), [who for who, count in copies.items() if count > 1][:5]))
    for n, result, attempts in ((1, "delivered", 1), (7, "refused", 1), (33, "delivered", 2), (66, "expired", 3)):
        said = house.rows("why", address(n), now=EXPIRES)[0]
        ok((said["result"], said["attempts"] >= attempts) == (result, True), f"`why` says so: {address(n)} {result}", said)
    house.run("desk", "--once", now=EXPIRES)
    states = {each["address"]: each["state"] for each in house.rows("member", "list", "weavers", now=EXPIRES)}
    seen = Counter((fate(n), states[address(n)]) for n in range(1, MEMBERS + 1))
    ok(seen == Counter({(kind, "active"): count for kind, count in ends.items()}), "one refusal takes nobody out", dict(seen))
    print(f"# {MEMBERS} members: {dict(ends)}; the first round took {first_s:.1f} s, {sum(copies.values()) / first_s:.0f} copies a second", flush=True)
done()
