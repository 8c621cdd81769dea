#!/usr/bin/env python3
"""status: what waits, the rates, the memory of each process; the same for Prometheus."""
import re

from house import House, done, ok, wait_for
from sink import Sink

with Sink("rcpt cat@ 0 450 4.2.1 not now", "rcpt bob@ 0 550 5.1.1 unknown") as sink, House(play=False, smarthost=sink.url) as house:
    house.community("weavers", ann="each", bob="each", cat="each")
    serve = house.start("serve", wait="serve.ready")
    with house.lmtp() as lmtp:
        lmtp.ehlo("mx")
        for number in range(3):
            lmtp.sendmail("ann@example.org", ["weavers@lists.example.org"], f"From: ann@example.org\r\nSubject: {number}\r\nMessage-ID: <{number}@example.org>\r\n"
                          "To: weavers@lists.example.org\r\nDate: Mon, 01 Jun 2026 08:00:00 +0000\r\n\r\nhello\r\n")
    row = wait_for(lambda: [r for r in house.rows("status") if r["delivered_hour"] >= 3 and r["refused_hour"] >= 3 and r["deferred_hour"] >= 3], 30)
    row = (row or house.rows("status"))[0]
    ok((row["accepted_total"], row["sorted_total"]) == (3, 3), "three were accepted and sorted", row)
    ok(row["delivered_total"] >= 3 and row["refused_total"] == 3 and row["deferred_total"] >= 3, "each outcome is counted", row)
    ok(row["accepted_hour"] == 3 and row["inbox"] == 0, "the rate is that of the last hour, and nothing waits to be sorted", row)
    ok(row["deferred"] == 3 and row["waiting"] >= 3 and row["outbox_since"] is not None, "what was put off waits, and since when", row)
    ok({p["name"] for p in row["processes"]} >= {"serve", "receive", "desk", "reader", "deliver"} and all(0 < p["pss_kib"] <= p["rss_kib"] for p in row["processes"]),
       "each process has its memory", row["processes"])
    page = house.run("status")
    ok("in the last minute" in page and re.search(r"(?m)^Outbox   3 on their way, since 20\S+Z, 3 parts deferred", page), "there is a page for people, with the oldest that waits", page)
    target = house.folder / "guildpost.prom"
    house.run("status", "--prometheus", target)
    text = target.read_text()
    ok(all(re.fullmatch(r"# (HELP|TYPE) \S+ .+|[a-z_]+(\{[^}]*\})? -?\d+", line) for line in text.splitlines()), "the text is Prometheus's", text)
    ok("\nguildpost_accepted_total 3\n" in text and "guildpost_outbox_deferred_slices 3\n" in text and 'guildpost_process_resident_bytes{process="receive"' in text,
       "with the same numbers", text)
    house.run("status", "--prometheus", house.folder / "no" / "where", status=74)
    ok(not list(house.folder.glob("*.part")), "nothing half written is left")
done()
