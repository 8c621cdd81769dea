#!/usr/bin/env python3
"""Fan-out of one post to 10,000 each-members, a copy each, against Postfix's smtp-source with as many connections to the
same sink. One JSON line; the ratio is what counts, since the machine is shared. Wanted: at least 0.5."""
import json
import os
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

MEMBERS = int(os.environ.get("BENCH_MEMBERS", "10000"))
CONNECTIONS = 4
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SIZE = 4096
SOURCE = shutil.which("smtp-source") or "/usr/sbin/smtp-source"


def guildpost_processes():
    """Pid and largest resident size in KiB of each running process of ours."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/status"):
        try:
            if os.readlink(path.parent / "exe") == str(BUILD / "guildpost"):
                fields = dict(line.split(":", 1) for line in path.read_text().splitlines() if ":" in line)
                found[int(path.parent.name)] = int(fields["VmHWM"].split()[0])
        except (OSError, KeyError):
            continue
    return found


class Watch(threading.Thread):
    def __init__(self):
        super().__init__(daemon=True)
        self.peak, self.stop = {}, threading.Event()

    def run(self):
        while not self.stop.wait(0.1):
            for pid, size in guildpost_processes().items():
                self.peak[pid] = max(size, self.peak.get(pid, 0))


def fan_out(house, sink, db):
    body = ("abcdefghij " * 6 + "abc\r\n") * (SIZE // 71)
    before = sink.stats()["copies"]
    outbox.post(db, body=body)
    begun = time.monotonic()
    house.run("deliver", "--once")
    taken = time.monotonic() - begun
    assert sink.stats()["copies"] == before + MEMBERS, "not every member had a copy"
    return MEMBERS / taken


def source(sink):
    begun = time.monotonic()
    subprocess.run([SOURCE, "-d", "-r", "1", "-s", str(CONNECTIONS), "-m", str(MEMBERS), "-l", str(SIZE), "-f", "a@example.org",
                    "-t", "b@example.org", f"127.0.0.1:{sink.port}"], check=True, stdout=subprocess.DEVNULL)
    return MEMBERS / (time.monotonic() - begun)


def main():
    with Sink(log=False) as sink, House(smarthost=sink.url) as house:
        house.community("weavers")
        db = outbox.connect(house)
        outbox.members(db, MEMBERS)
        watch = Watch()
        watch.start()
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(fan_out(house, sink, db))
            theirs.append(source(sink))
        watch.stop.set()
        twice = sink.stats()["twice"]
    ratio = statistics.median(a / b for a, b in zip(ours, theirs))
    print(json.dumps({"bench": "fanout", "members": MEMBERS, "connections": CONNECTIONS, "octets": SIZE,
                      "copies_a_second": round(statistics.median(ours)), "smtp_source_a_second": round(statistics.median(theirs)),
                      "ratio": round(ratio, 2), "wanted": 0.5, "peak_rss_kib": max(watch.peak.values(), default=0)}))
    return 0 if ratio >= 0.5 else 1


sys.exit(main())
