"""The desk is killed while it makes letters: each member still has exactly one (promise 2)."""
import os
import random
import signal
import sqlite3
import subprocess
import time

from house import House, done, ok
from outbox import connect, members

WHOLE = 0.08  # seconds: about what one run takes
KILLS = int(os.environ.get("KILLS", "40"))
seed = int(os.environ.get("SEED", random.randrange(1 << 30)))
random.seed(seed)
print(f"# SEED={seed}")
with House("digest-kill", now="2026-06-01T08:00:00Z") as house:
    house.community("weavers", ann="none")
    house.unlimited("weavers")
    with connect(house) as db:
        members(db, 6000, mode="weekly")
    for number in range(40):
        house.post("ann@example.org", "weavers@lists.example.org", f"Subject: Thread {number}\n\nIn this post I say at some length what I think of thread {number}.\n", now="2026-06-02T08:00:00Z")
    house.run("desk", "--once", now="2026-06-02T08:00:01Z")

    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    killed = 0
    for week in range(1, 5):
        due = f"2026-06-{4 + 7 * (week - 1):02d}T06:00:00Z"
        for _ in range(KILLS // 4):
            process = subprocess.Popen(house.command("desk", "--once", now=due), **quiet)
            time.sleep(random.random() * WHOLE)
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                killed += 1
            process.wait()
        house.run("desk", "--once", now=due)
        house.post("ann@example.org", "weavers@lists.example.org", f"Subject: Week {week}\n\nIn this post I say at some length what happened in week {week}.\n", now=due.replace("06:00", "09:00"))
        house.run("desk", "--once", now=due.replace("06:00", "09:01"))
    with sqlite3.connect(house.dir / "guildpost.db") as db:
        rows = db.execute("SELECT r.member_id, o.msgid, count(*) FROM outbox o JOIN outbox_recipient r USING (outbox_id) WHERE o.kind = 'digest' GROUP BY 1, 2").fetchall()
        issues = db.execute("SELECT count(*) FROM issue").fetchone()[0]
    ok(killed >= KILLS // 4, f"the desk was killed {killed} times on its way")
    ok(all(count == 1 for _, _, count in rows), "nobody has an issue twice", [row for row in rows if row[2] != 1][:5])
    ok(len(rows) == 4 * 6000 and issues == 4, "everybody has each of the four", (len(rows), issues))

done()
