#!/usr/bin/env python3
"""A post to thousands keeps no small space waiting, and two posts of one space go out in the order of filing."""
import outbox
from house import House, done, ok
from sink import Sink

with Sink() as sink, House(smarthost=sink.url, extra="smarthost-connections = 1\n") as house:
    house.community("crowd")
    house.community("few", ann="each", bob="each")
    db = outbox.connect(house)
    outbox.members(db, 4000, space="crowd")
    _, _, first = outbox.post(db, space="crowd")
    _, _, second = outbox.post(db, space="crowd")
    _, _, small = outbox.post(db, space="few")
    house.run("deliver", "--once")
    order = [copy["msgid"] for copy in sink.copies()]
    ok(len(order) == 8002 and sink.stats()["twice"] == 0, "each has each once", len(order))
    at = max(i for i, msgid in enumerate(order) if msgid == small)
    ok(at < 2100, "the small space has its post when hardly a quarter of the large one's has gone", at)
    ok(max(i for i, m in enumerate(order) if m == first) < min(i for i, m in enumerate(order) if m == second), "the first post goes before the second")
done()
