#!/usr/bin/env python3
"""A smarthost that is slow, down, greylisting, or refuses everything: no memory, no lost mail, no busy loop, and nobody waits
for it who need not."""
import os
import subprocess
import time
from pathlib import Path

import outbox
from house import BUILD, House, done, free_port, ok, wait_for
from server import Server
from sink import Sink

SANITIZED = "asan" in str(BUILD)
MEMBERS = 300


def tree(pid):
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid] + [each for child in children for each in tree(int(child))]


def burnt(pid):
    """Seconds of the processor, of a process with its children, those who have ended included."""
    ticks = 0
    for each in tree(pid):
        try:
            ticks += sum(map(int, Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()[11:15]))
        except OSError:
            continue
    return ticks / os.sysconf("SC_CLK_TCK")


def peak(house):
    """KiB that the largest process of one `deliver --once` came to."""
    process = subprocess.Popen(house.command("deliver", "--once"), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, status
    return usage.ru_maxrss


def fill(house, count=MEMBERS, **options):
    house.community("weavers")
    db = outbox.connect(house)
    outbox.members(db, count, **options)
    return db, outbox.post(db)[0]


def show(house, number, now=None):
    return house.rows("outbox", "show", number, now=now)[0]


# --- slow -----------------------------------------------------------------------------------------------------------------
with Server(drip=0.01) as server, House(smarthost=server.url, extra="smarthost-connections = 2\n") as house:
    db, number = fill(house, 8)
    process = house.start("deliver", wait="deliver.ready")
    before, begun = burnt(process.pid), time.monotonic()
    ok(wait_for(lambda: show(house, number)["state"] == "sent", 60, every=0.5), "a smarthost that says an octet at a time has it all in the end", show(house, number))
    ok(len(server.mails) == 8, "each once", len(server.mails))
    spent = burnt(process.pid) - before
    ok(spent < 0.1 * (time.monotonic() - begun) + 0.5, "and waiting for it burns nothing", f"{spent:.2f} s")

with Server(on=lambda verb, line, peer: time.sleep(0.05) if verb == "DOT" and "crowd" in line else None) as server, \
        House(smarthost=server.url) as house:
    house.community("crowd")
    house.community("few", ann="each", bob="each")
    db = outbox.connect(house)
    outbox.members(db, 600, space="crowd", prefix="crowd")
    outbox.post(db, space="crowd")
    process = house.start("deliver", wait="deliver.ready")
    wait_for(lambda: len(server.mails) > 20)
    small, _, _ = outbox.post(db, space="few")
    outbox.ring(house)
    early = wait_for(lambda: show(house, small)["state"] == "sent", 90, every=0.5)
    ok(early and len(server.mails) < 400, "on a slow road a small space comes between a large one's copies", len(server.mails))

# --- down -----------------------------------------------------------------------------------------------------------------
port = free_port()
with House(smarthost=f"smtp://127.0.0.1:{port}") as house:
    db, number = fill(house)
    process = house.start("deliver", wait="deliver.ready")
    wait_for(lambda: "deliver.closed" in process.log.read_text())
    before = burnt(process.pid)
    time.sleep(2)
    spent, tries = burnt(process.pid) - before, process.log.read_text().count("deliver.closed")
    ok(spent < 0.3 and tries <= 4, "a smarthost that is down is asked once by each worker, then left alone", f"{spent:.2f} s, {tries} tries")
    process.terminate()
    process.wait(20)
    ok(show(house, number)["refused"] == 0, "and nobody is blamed for it", show(house, number))
    with Sink(port=port) as sink:
        house.run("deliver", "--once", now="2026-06-01T08:10:00Z")
        stats = sink.stats()
        ok(stats["copies"] == MEMBERS and stats["twice"] == 0, "when it is up again all of it goes out, once", stats)

# --- greylisting ----------------------------------------------------------------------------------------------------------
met = set()


def grey(verb, line, peer):
    if verb != "RCPT" or line in met:
        return None
    met.add(line)
    return "450 4.7.1 greylisted, come again"


with Server(on=grey) as server, House(smarthost=server.url) as house:
    db, number = fill(house)
    house.run("deliver", "--once")
    row = show(house, number)
    ok((row["delivered"], row["deferred"], row["refused"]) == (0, MEMBERS, 0) and not server.mails, "greylisting puts each off", row)
    asked = len(server.commands("RCPT"))
    house.run("deliver", "--once")
    ok(len(server.commands("RCPT")) == asked, "nobody is asked again at once")
    house.run("deliver", "--once", now="2026-06-01T08:04:00Z")
    row = show(house, number, now="2026-06-01T08:04:00Z")
    ok((row["delivered"], row["state"]) == (MEMBERS, "sent") and len(server.mails) == MEMBERS, "then each has it, once", row)

# --- refusing everything --------------------------------------------------------------------------------------------------
for says, on, state in (("each recipient for policy", lambda verb, line, peer: "550 5.7.1 not from you" if verb == "RCPT" else None, "held"),
                        ("every sender", lambda verb, line, peer: "550 5.7.1 not you" if verb == "MAIL" else None, "deferred"),
                        ("every message", lambda verb, line, peer: "554 5.7.1 spam" if verb == "DOT" else None, "held"),
                        ("every connection", lambda verb, line, peer: "554 5.3.2 go away" if verb == "CONNECT" else None, "deferred")):
    with Server(on=on) as server, House(smarthost=server.url, extra="smarthost-connections = 2\n") as house:
        db, number = fill(house)
        process = house.start("deliver", wait="deliver.ready")
        wait_for(lambda: show(house, number)["state"] == state and not db.execute("SELECT 1 FROM slice WHERE state = 'sending'").fetchone(), 20)
        before = burnt(process.pid)
        heard = len(server.heard) + server.connections
        time.sleep(1)
        spent, more = burnt(process.pid) - before, len(server.heard) + server.connections - heard
        row = show(house, number)
        ok(row["state"] == state and spent < 0.3 and more <= 20, f"a smarthost that refuses {says} is left alone: {state}", f"{row}\n{spent:.2f} s, {more} commands")
        ok(row["refused"] <= 60 and row["delivered"] == 0 and not server.mails, "and the mail is kept for whom it has not been tried", row)

# --- memory does not grow with the members --------------------------------------------------------------------------------
with Sink("rcpt 7@ 0 450 4.2.1 later", log=False) as sink, House(smarthost=sink.url) as house:
    db, number = fill(house, 500)
    small = peak(house)
    outbox.members(db, 8000, prefix="n")
    outbox.post(db)
    large = peak(house)
    ok(SANITIZED or large < small + 6 * 1024, "eight thousand members, thousands of them put off, take no more memory than five hundred", f"{small} and {large} KiB")
done()
