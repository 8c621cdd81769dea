"""The power fails: of each file only what was synced is left. What was accepted is not lost; what went out may come again, a
slice for each worker at most and what was not synced (DESIGN.md rule 7). CRASH_ROUNDS cuts; the clock jumps at each."""
import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

from house import House, done, ok, preloaded, wait_for
from sink import Sink

ROUNDS = max(4, int(os.environ.get("CRASH_ROUNDS", "40")) // 8)
SEED = int(os.environ.get("CRASH_SEED", str(random.randrange(1 << 30))))
chance = random.Random(SEED)
print(f"# seed {SEED}", flush=True)
MEMBERS = [f"m{n:02d}" for n in range(20)]


def cut(house, power):
    """What is left of the files: as they were at their last sync; what never was synced is gone."""
    for path in house.dir.glob("guildpost.db*"):
        if path.name in ("guildpost.db", "guildpost.db-wal", "guildpost.db-journal"):
            kept = power / path.name
            if kept.exists():
                shutil.copyfile(kept, path)
            elif path.name != "guildpost.db":
                path.unlink()
        elif path.name == "guildpost.db-shm":
            path.unlink()


def gone(group):
    """Whether nobody of it runs any more; who is dead may still be waited for."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its = path.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue  # gone meanwhile
        if int(its) == group and state not in "ZX":
            return False
    return True


with Sink() as sink, House(smarthost=sink.url, extra="smarthost-connections = 2\n") as house:
    house.community("weavers", **{name: "each" for name in MEMBERS})
    house.unlimited("weavers")
    power = house.folder / "power"
    power.mkdir()
    shutil.copyfile(house.dir / "guildpost.db", power / "guildpost.db")
    house.run("archive", "check", status=None)
    shutil.copyfile(house.dir / "guildpost.db", power / "guildpost.db")
    environment = preloaded(POWER=str(power))
    accepted, number, clock = [], 0, 8 * 60
    for turn in range(ROUNDS):
        clock += chance.choice((7, 90, -45))  # the clock jumps, back as well
        now = f"2026-06-01T{clock // 60:02d}:{clock % 60:02d}:00Z" if clock < 1440 else f"2026-06-02T{clock % 1440 // 60:02d}:{clock % 60:02d}:00Z"
        processes = [subprocess.Popen(house.command(word, now=now), env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                      start_new_session=True) for word in ("desk", "deliver")]
        end = time.monotonic() + chance.uniform(0.3, 1.2)
        while time.monotonic() < end:
            name = f"<power-{number}@example.org>"
            ended = subprocess.run(house.command("accept", "--sender", "m00@example.org", "weavers@lists.example.org", now=now), env=environment,
                                   input=f"From: m00@example.org\r\nTo: weavers@lists.example.org\r\nSubject: {number}\r\nMessage-ID: {name}\r\n\r\nover, under\r\n".encode(),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
            number += 1
            if ended.returncode == 0:
                accepted.append(name)
        for process in processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            wait_for(lambda: gone(process.pid), 10, 0.01)  # with its workers, one of which may be within a write still
        cut(house, power)
    for day in (3, 4):
        house.settle(now=f"2026-06-{day:02d}T12:00:00Z")
    ok(len(accepted) >= ROUNDS, f"{len(accepted)} posts were accepted over {ROUNDS} power cuts", len(accepted))
    filed = Counter(row["message_id"] for row in house.rows("archive", "list", "weavers"))
    lost = [name for name in accepted if filed[name] != 1]
    ok(not lost, "each is in the archive, once", lost[:5])
    copies = Counter((copy["msgid"], copy["recipient"]) for copy in sink.copies())
    missing = [(name, who) for name in accepted for who in MEMBERS if copies[(name, f"{who}@example.org")] == 0]
    ok(not missing, "and each member has it", f"{len(missing)} missing: {missing[:5]}")
    house.run("archive", "check", status=None)
    ok(house.status == 0, "the whole store verifies", house.error)
    twice = sum(copies.values()) - len(copies)
    print(f"# {len(accepted)} posts, {sum(copies.values())} copies, {twice} of them twice, after {ROUNDS} power cuts", flush=True)
    ok(not house.rows("outbox", "list", now="2026-06-04T12:00:00Z"), "nothing waits in the end")
done()
