#!/usr/bin/env python3
"""Fan-out of one post, against Postfix's smtp-source with as many connections to the same sink in the same run: a copy each to
1,000, 10,000 and 100,000 members over 4 connections and over 1, and copies that 100 share. One JSON line a row; the ratio is
what counts, since the machine is shared. Behind them, what filing costs at 100,000 members against 100.

BENCH_MEMBERS=1000,10000 chooses the sizes, BENCH_ROUNDS how often each is run (3; one alone at 100,000)."""
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))
import outbox  # noqa: E402
from house import BUILD, House  # noqa: E402
from sink import Sink  # noqa: E402

SIZES = [int(size) for size in os.environ.get("BENCH_MEMBERS", "1000,10000,100000").split(",")]
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SIZE = 4096
SOURCE = shutil.which("smtp-source") or "/usr/sbin/smtp-source"
BODY = ("abcdefghij " * 6 + "abc\r\n") * (SIZE // 71)
# Of smtp-source's speed; it does not pipeline, so one connection of ours must beat one of its.
WANTED = {"own 4": 0.8, "own 1": 1.3, "shared 4": 0.9}
WRITTEN_MAX = 64 << 20  # octets, for 100,000 members
PSS_MAX = 32 * 1024  # KiB, of a worker


def worker_pss():
    """The largest PSS in KiB among running processes of ours."""
    most = 0
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(path / "exe") == str(BUILD / "guildpost"):
                most = max(most, int(next(line for line in (path / "smaps_rollup").read_text().splitlines() if line.startswith("Pss:")).split()[1]))
        except (OSError, StopIteration):
            continue
    return most


class Watch(threading.Thread):
    def __init__(self):
        super().__init__(daemon=True)
        self.pss, self.stop = 0, threading.Event()

    def run(self):
        while not self.stop.wait(0.25):
            self.pss = max(self.pss, worker_pss())


def written():
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_oublock * 512


def fan_out(house, sink, db, members):
    outbox.post(db, body=BODY)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()  # what the test itself wrote is not deliver's
    before, wrote = sink.stats()["copies"], written()
    begun = time.monotonic()
    house.run("deliver", "--once")
    taken = time.monotonic() - begun
    assert sink.stats()["copies"] == before + members, "not every member had a copy"
    return members / taken, written() - wrote


def source(sink, members, connections, recipients):
    begun = time.monotonic()
    subprocess.run([SOURCE, "-d", "-r", str(recipients), "-s", str(connections), "-m", str(members // recipients), "-l", str(SIZE), "-f", "a@example.org",
                    "-t", "b@example.org", f"127.0.0.1:{sink.port}"], check=True, stdout=subprocess.DEVNULL)
    return members / (time.monotonic() - begun)


def row(way, members, connections):
    conf = f"smarthost-connections = {connections}\n"
    with Sink(log=False) as sink, House(smarthost=sink.url, extra=conf) as house:
        house.community("weavers")
        if way == "shared":
            house.run("space", "set", "weavers", "delivery", "shared")
        db = outbox.connect(house)
        outbox.members(db, members)
        watch = Watch()
        watch.start()
        pairs = []
        for _ in range(ROUNDS if members < 100000 else 1):
            ours, wrote = fan_out(house, sink, db, members)
            pairs.append((ours, source(sink, members, connections, 100 if way == "shared" else 1), wrote))
        watch.stop.set()
    ratio = statistics.median(ours / theirs for ours, theirs, _ in pairs)
    wrote = int(statistics.median(w for _, _, w in pairs))
    good = ratio >= WANTED[f"{way} {connections}"] and watch.pss < PSS_MAX and (members != 100000 or wrote < WRITTEN_MAX)
    print(json.dumps({"bench": "fanout", "way": way, "members": members, "connections": connections, "octets": SIZE,
                      "copies_a_second": round(statistics.median(p[0] for p in pairs)), "smtp_source_a_second": round(statistics.median(p[1] for p in pairs)),
                      "ratio": round(ratio, 2), "wanted": WANTED[f"{way} {connections}"], "written_mib": round(wrote / (1 << 20), 1),
                      "written_mib_wanted": 64 if members == 100000 else None, "pss_kib": watch.pss, "pss_kib_wanted": PSS_MAX}), flush=True)
    return good


def filing():
    (statements, pages), (many_statements, many_pages) = outbox.filing(100), outbox.filing(max(SIZES))
    ratio = max(many_statements / statements, many_pages / pages)
    print(json.dumps({"bench": "filing", "members": max(SIZES), "statements_at_100": statements, "statements": many_statements, "pages_at_100": pages,
                      "pages": many_pages, "ratio": round(ratio, 3), "wanted": 1.05}), flush=True)
    return ratio <= 1.05


def main():
    good = [row("own", members, connections) for members in SIZES for connections in (4, 1)]
    good += [row("shared", max(size for size in SIZES if size <= 10000), 4), filing()]
    return 0 if all(good) else 1


sys.exit(main())
