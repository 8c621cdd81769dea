"""kill -9 of each process at random instants under load: nothing lost, at most a slice twice (DESIGN.md rules 2 and 7).

CRASH_ROUNDS is how often somebody is killed (make crash: 350), CRASH_SEED repeats a run.
"""
import contextlib
import os
import random
import signal
import smtplib
import sqlite3
import threading
import time
from collections import Counter
from pathlib import Path

from house import House, done, ok, wait_for
from sink import Sink

TARGETS = ("receive", "desk", "reader", "deliver", "worker", "all", "sink")  # all at once; the sink is stopped, not killed
KILLS = max(1, int(os.environ.get("CRASH_ROUNDS", "56")) // len(TARGETS))
SEED = int(os.environ.get("CRASH_SEED", str(random.randrange(1 << 30))))
MEMBERS = [f"m{i:02d}" for i in range(40)]
IN_HAND = 100
# So many posts between two kills that there is work for all, and not more than they get done.
tickets, stop = threading.Semaphore(10), threading.Event()
print(f"# seed {SEED}, {KILLS} kills of each process", flush=True)
chance = random.Random(SEED)


def children(pid):
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


class Load(threading.Thread):
    """Posts, as many as `tickets` allow; what got its 250 is in `accepted`, what got no answer is sent again, as an MTA does."""

    def __init__(self, house, name):
        super().__init__()
        self.house, self.prefix, self.accepted = house, name, []

    def run(self):
        number, lmtp, ticket = 0, None, True
        while not stop.is_set():
            if ticket and not tickets.acquire(timeout=0.1):
                continue
            ticket = False
            name = f"<{self.prefix}-{number}@example.org>"
            text = (f"From: m00@example.org\r\nTo: weavers@lists.example.org\r\nSubject: {self.prefix} {number}\r\n"
                    f"Message-ID: {name}\r\nDate: Mon, 01 Jun 2026 08:00:00 +0000\r\n\r\n" + "over, under, over, under\r\n" * 60)
            try:
                if lmtp is None:
                    lmtp = smtplib.LMTP("127.0.0.1", self.house.port, timeout=10)
                    lmtp.ehlo("load")
                lmtp.sendmail("m00@example.org", ["weavers@lists.example.org"], text)
                self.accepted.append(name)
                number, ticket = number + 1, True
                time.sleep(0.02)
            except (OSError, smtplib.SMTPException):
                lmtp = None
                time.sleep(0.02)


class Processes:
    """receive, desk and deliver, each started again at once when it has been killed."""

    def __init__(self, house):
        self.house = house
        self.running = {}
        for name in ("receive", "desk", "deliver"):
            self.start(name)

    def start(self, name):
        self.running[name] = self.house.start(name)

    def kill(self, target):
        """True when somebody died: a child may not be there just now."""
        if target == "sink":
            sink.process.send_signal(signal.SIGSTOP)
            time.sleep(chance.uniform(0.05, 0.5))
            sink.process.send_signal(signal.SIGCONT)
            return True
        if target == "all":
            victims = [pid for process in self.running.values() for pid in [process.pid, *children(process.pid)]]
            for pid in victims:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            for name, process in list(self.running.items()):
                process.wait()
                self.start(name)
            return True
        parent = {"reader": "desk", "worker": "deliver"}.get(target)
        if parent is None:
            process = self.running[target]
            process.kill()
            process.wait()
            self.start(target)
            return True
        victims = children(self.running[parent].pid)
        if not victims:
            return False
        try:
            os.kill(chance.choice(victims), signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True


def backlog(house):
    with contextlib.closing(sqlite3.connect(house.dir / "guildpost.db", timeout=30)) as db:
        return db.execute("SELECT (SELECT count(*) FROM inbox) + count(*) FROM outbox WHERE state NOT IN ('sent', 'failed', 'dropped')").fetchone()[0]


def kill_them_all(processes):
    left = {target: KILLS for target in TARGETS}
    end = time.monotonic() + 60 + 60 * KILLS  # whoever is killed must come back before the next is: a busy machine takes its time
    while any(left.values()) and time.monotonic() < end:
        time.sleep(chance.uniform(0.02, 0.2))
        target = chance.choice([name for name, count in left.items() if count > 0])
        left[target] -= processes.kill(target)
        if backlog(processes.house) < 30:  # always something in hand, and never more than can be worked off
            tickets.release(4)
    return left


def quiet(house):
    return not house.rows("inbox", "list") and not [row for row in house.rows("outbox", "list")
                                                    if row["state"] in ("due", "sending", "deferred", "asking")]


with Sink() as sink, House(smarthost=sink.url) as house:
    house.community("weavers", **{name: "each" for name in MEMBERS})
    house.unlimited("weavers")
    processes = Processes(house)
    wait_for(lambda: "ready" in processes.running["receive"].log.read_text())
    loads = [Load(house, f"load{i}") for i in range(3)]
    for load in loads:
        load.start()
    left = kill_them_all(processes)
    stop.set()
    for load in loads:
        load.join()
    ok(not any(left.values()), "every process was killed as often as planned", left)
    accepted = [name for load in loads for name in load.accepted]
    ok(len(accepted) >= KILLS, "there was a load", f"{len(accepted)} posts accepted")
    # The clock of retries: what a dead connection put off is due when the clock says so.
    settled = wait_for(lambda: quiet(house), 60 + 5 * KILLS, 0.5)
    for process in processes.running.values():
        process.terminate()
    ends = [process.wait(40) for process in processes.running.values()]
    ok(ends == [0, 0, 0], "each ends cleanly when it is asked to", ends)
    if not settled:
        house.run("deliver", "--once", now="2026-06-02T08:00:00Z")
    ok(quiet(house), "nothing waits in the end", house.rows("inbox", "list") + house.rows("outbox", "list"))

    filed = Counter(row["message_id"] for row in house.rows("archive", "list", "weavers"))
    lost = [name for name in accepted if name not in filed]
    ok(not lost, "what got its 250 is in the archive", f"{len(lost)} of {len(accepted)} lost: {lost[:5]}")
    ok(max(filed.values()) == 1, "and there once", filed.most_common(3))
    copies = Counter((copy["msgid"], copy["recipient"]) for copy in sink.copies())
    missing = [(name, who) for name in filed for who in MEMBERS if (name, f"{who}@example.org") not in copies]
    ok(not missing, "every member got every post", f"{len(missing)} missing: {missing[:5]}")
    twice = sum(copies.values()) - len(copies)
    ok(twice <= IN_HAND * 3 * KILLS, "at most a slice in hand came twice for each kill of deliver", f"{twice} copies came twice")
    house.run("archive", "check", status=None)
    ok(house.status == 0, "the whole store verifies", house.error)
    print(f"# {len(accepted)} posts accepted, {sum(copies.values())} copies, {twice} of them twice, after {6 * KILLS} kills and {KILLS} stops of the sink; {twice / (3 * KILLS):.1f} for each kill of deliver, a worker or all", flush=True)
done()
