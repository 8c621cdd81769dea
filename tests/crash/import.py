"""kill -9 at random moments of an import: the archive stays whole, and the next run goes on where it was."""
import os
import random
import time
from collections import Counter

from house import House, done, ok

KILLS = int(os.environ.get("IMPORT_KILLS", "20"))
SEED = int(os.environ.get("CRASH_SEED") or random.randrange(1 << 30))
COUNT = 400


def letter(n):
    dice = random.Random(n)
    cites = f"References: <k{dice.randrange(n)}@example.org>\n" if n and dice.random() < 0.7 else ""
    words = " ".join(dice.choice(("warp", "weft", "reed", "heddle", "sett", "shuttle")) + str(dice.randrange(999)) for _ in range(150))
    return (f"Message-ID: <k{n}@example.org>\nFrom: a{n % 9}@example.org\nSubject: Reed {n // 7}\n{cites}"
            f"Date: Mon, {1 + n // 60 % 28:02} Jun 2026 {n % 24:02}:00:00 +0000\n\n{words}\n").encode()


with House("killed-import") as house:
    dice = random.Random(SEED)
    letters = [letter(n) for n in range(COUNT)]
    mbox = house.folder / "a.mbox"
    mbox.write_bytes(b"".join(b"From a@example.org Mon Jun  1 08:00:00 2026\n" + each + b"\n" for each in letters))
    house.community("whole")
    begun = time.monotonic()
    house.run("archive", "import", "whole", mbox)
    whole_s = time.monotonic() - begun
    wanted = [dict(row, id=0, thread="") for row in house.rows("archive", "list", "whole")]

    # A space takes several kills, until an import of it gets through.
    hits = spaces = partial = broken = 0
    finished = True
    for _ in range(KILLS * 5):
        if hits == KILLS:
            break
        if finished:
            spaces += 1
            house.community(f"killed{spaces}")
        process = house.start("archive", "import", f"killed{spaces}", str(mbox))
        time.sleep(dice.uniform(0, whole_s))
        finished = process.poll() is not None
        process.kill()
        process.wait()
        hits += not finished
        there = len(house.rows("archive", "list", f"killed{spaces}"))
        partial += 0 < there < COUNT
        house.run("archive", "check", status=None)
        broken += house.status != 0
    ok(hits == KILLS and broken == 0, f"after each of {KILLS} kills (seed {SEED}) archive check passes", f"{hits} hits, {broken} broken")
    ok(partial > 0 or KILLS < 10, "some were killed in the midst of it", partial)
    for number in range(1, spaces + 1):
        space = f"killed{number}"
        before = len(house.rows("archive", "list", space))
        (row,) = house.rows("archive", "import", space, mbox)
        same = [dict(each, id=0, thread="") for each in house.rows("archive", "list", space)] == wanted
        ok(same and row["imported"] == COUNT - before, f"{space}: the next run goes on where it was ({before} of {COUNT})", row)
    folder = house.folder / "out"
    house.run("archive", "export", "killed1", "--format", "eml", "-o", folder)
    ok(Counter(path.read_bytes() for path in folder.iterdir()) == Counter(letters), "and every octet is there")
    house.run("archive", "check", status=None)
    ok(house.status == 0, "archive check passes", house.error)
done()
