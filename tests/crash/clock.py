"""The clock of the machine jumps, forward and back, while the house runs and mail comes and goes: nothing is lost, nothing comes
twice, what was filed later is never dated earlier, and nobody spins or waits for an hour that has been. CRASH_ROUNDS / 4 jumps."""
import os
import random
import sqlite3
import time
from collections import Counter
from pathlib import Path

from house import House, done, ok, preloaded, wait_for
from lmtp import Lmtp
from sink import Sink

JUMPS = max(6, int(os.environ.get("CRASH_ROUNDS", "40")) // 4)
SEED = int(os.environ.get("CRASH_SEED", str(random.randrange(1 << 30))))
chance = random.Random(SEED)
print(f"# seed {SEED}", flush=True)
W = "weavers@lists.example.org"
MEMBERS = 8
HOUR, START_S = 3600, 1780300800  # the latter is house.START


class Clock:
    def __init__(self, path):
        self.file = open(path, "w+b", buffering=0)
        self.set(0)

    def set(self, seconds):
        self.wrong = seconds
        self.file.seek(0)
        self.file.write(int(seconds).to_bytes(8, "little", signed=True))


def tree(pid):
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid] + [each for child in children for each in tree(int(child))]


def burnt(pid):
    ticks = 0
    for each in tree(pid):
        try:
            ticks += sum(map(int, Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))
        except OSError:
            continue
    return ticks / os.sysconf("SC_CLK_TCK")


def post(house, name, author):
    with Lmtp(house.port) as peer:
        answers = peer.message(f"From: {author}\r\nTo: {W}\r\nSubject: {name}\r\nMessage-ID: <{name}@example.org>\r\n\r\nover, under\r\n".encode(), W)
    return bool(answers) and answers[0].startswith("250")


def started(house, clock_path):
    """serve, with the clock that we move; its children have it from it."""
    kept = dict(os.environ)
    os.environ.update(preloaded(CLOCK=str(clock_path)))
    try:
        return house.start("serve", wait="serve.ready")
    finally:
        os.environ.clear()
        os.environ.update(kept)


# Each fifth attempt at one member is put off: there are always some who wait for an instant.
with Sink("rcpt m01@ %5 450 4.2.1 not now") as sink, House("clock", smarthost=sink.url) as house:
    house.community("weavers", **{f"m{n:02d}": "each" for n in range(MEMBERS)}, wil="daily")
    clock = Clock(house.folder / "clock")
    serve = started(house, house.folder / "clock")
    accepted, furthest, slow = [], 0, []
    for jump in range(JUMPS):
        # Never five days ahead: then what waits would rightly be given up.
        clock.set(min(clock.wrong + (chance.choice((60, 90 * 60, 26 * HOUR, -45 * 60, -2 * HOUR, -25 * HOUR)) if jump else 26 * HOUR), 96 * HOUR))
        furthest = max(furthest, clock.wrong)
        for number in range(3):
            name = f"clock-{jump}-{number}"
            if post(house, name, f"m{(3 * jump + number) % MEMBERS:02d}@example.org"):  # in turn: more than ten an hour would be held
                accepted.append(name)
        if not wait_for(lambda: not house.rows("inbox", "list"), 60):
            slow.append(f"jump {jump} to {clock.wrong} s")
    ok(len(accepted) == 3 * JUMPS, f"each post is taken over {JUMPS} jumps", len(accepted))
    ok(not slow, "and sorted at once, whatever the clock says", slow)
    clock.set(furthest + HOUR)  # whatever was put off is due at last

    def waiting():
        with sqlite3.connect(house.dir / "guildpost.db", timeout=30) as db:
            return db.execute("SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'failed', 'dropped')").fetchone()[0]

    for _ in range(12):
        if wait_for(lambda: waiting() == 0, 20):
            break
        clock.set(clock.wrong + HOUR)
    ok(waiting() == 0, "nothing waits in the end", house.rows("outbox", "list")[:3])
    before = burnt(serve.pid)
    time.sleep(4)
    spent = burnt(serve.pid) - before
    ok(spent < 1, "and nobody spins", f"{spent} s of the processor in 4 s")
    serve.terminate()
    ok(serve.wait(60) == 0, "serve ends in good order", serve.log.read_text()[-1000:])
    filed = Counter(row["message_id"] for row in house.rows("archive", "list", "weavers"))
    lost = [name for name in accepted if filed[f"<{name}@example.org>"] != 1]
    ok(not lost, "what was accepted is in the archive, once", lost[:5])
    copies = Counter((copy["msgid"], copy["recipient"]) for copy in sink.copies())
    wrong = [(name, n, copies[(f"<{name}@example.org>", f"m{n:02d}@example.org")]) for name in accepted for n in range(MEMBERS)
             if copies[(f"<{name}@example.org>", f"m{n:02d}@example.org")] != 1]
    ok(not wrong, "each member has it, once", wrong[:5])
    twice = [key for key, count in copies.items() if count > 1]
    ok(not twice, "and nobody a letter twice", twice[:5])
    with sqlite3.connect(house.dir / "guildpost.db") as db:
        times = [row[0] for row in db.execute("SELECT filed_at FROM message ORDER BY event")]
        members = [row[0] for row in db.execute("SELECT count(*) FROM outbox o JOIN outbox_recipient r USING (outbox_id) WHERE o.kind = 'digest' GROUP BY o.outbox_id, r.member_id")]
    db.close()
    ok(times[0] > START_S + 25 * HOUR, "the jumps are seen", times)
    ok(times == sorted(times), "what was filed later is not dated earlier", times[:20])
    ok(all(count == 1 for count in members), "nobody is named twice for one letter", members[:5])
    house.run("archive", "check", status=None)
    ok(house.status == 0, "the whole store verifies", house.error)
    print(f"# {JUMPS} jumps, {len(accepted)} posts, {sum(copies.values())} copies, {len(twice)} twice, {len(members)} letters", flush=True)
done()
