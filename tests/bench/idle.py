"""The whole house at rest and woken: how soon after its 250 a single post is at the sink, what all processes together
hold in memory (PSS), and what they burn in 60 idle seconds."""
import json
import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))
from house import House, wait_for  # noqa: E402
from sink import Sink  # noqa: E402

WANTED = {"first_copy_ms": 100, "pss_kib": 24 * 1024, "idle_cpu_s": 0.1}
IDLE_S = int(os.environ.get("IDLE_S", "60"))


def tree(pid):
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid] + [each for child in children for each in tree(int(child))]


def field(path, name):
    return int(next(line for line in Path(path).read_text().splitlines() if line.startswith(name)).split()[1])


def burnt(pids):
    ticks = [sum(map(int, Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:15])) for pid in pids]
    return sum(ticks) / os.sysconf("SC_CLK_TCK")


with Sink() as sink, House(smarthost=sink.url) as house:
    house.community("weavers", ann="each")
    serve = house.start("serve", wait="serve.ready")
    waits = []
    with house.lmtp() as lmtp:
        lmtp.ehlo("mx")
        for number in range(9):
            text = (f"From: ann@example.org\r\nTo: weavers@lists.example.org\r\nSubject: Post {number}\r\nMessage-ID: <{number}@example.org>\r\n"
                    "Date: Mon, 01 Jun 2026 08:00:00 +0000\r\n\r\n" + "one thread after the other\r\n" * 100)
            lmtp.sendmail("ann@example.org", ["weavers@lists.example.org"], text)
            begun = time.monotonic()
            wait_for(lambda: len(sink.copies()) > number, 10, every=0.001)
            waits.append((time.monotonic() - begun) * 1000)
            time.sleep(3 if number == 4 else 0.3)  # once so long that deliver's workers have ended
    time.sleep(40)  # the reader rests after 30 s
    pids = tree(serve.pid)
    before = burnt(pids)
    time.sleep(IDLE_S)
    pss = sum(field(f"/proc/{pid}/smaps_rollup", "Pss:") for pid in pids)
    row = {"bench": "idle", "first_copy_ms": round(statistics.median(waits), 1), "first_copy_worst_ms": round(max(waits), 1),
           "processes": len(pids), "pss_kib": pss, "idle_cpu_s": round(burnt(pids) - before, 3), "idle_s": IDLE_S, "wanted": WANTED}
    print(json.dumps(row), flush=True)
    sys.exit(any(row[key] > limit for key, limit in WANTED.items()))
