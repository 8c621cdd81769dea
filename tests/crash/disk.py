"""The disk is full, breaks or is locked at the n-th call, in each process: what was accepted is not lost, what could not be
stored was not accepted, and nobody has a copy twice but for a result that could not be written. CRASH_ROUNDS as ever."""
import errno
import os
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import outbox
from house import House, done, ok, preloaded
from sink import Sink

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "40"))
FAULTS = (("write", errno.ENOSPC, 1), ("write", errno.EIO, 1), ("write", errno.ENOSPC, 1000), ("sync", errno.EIO, 1), ("lock", errno.EAGAIN, 3))
AT = "2026-06-01T08:00:00Z"


def letter(name):
    return (f"From: ann@example.org\r\nTo: weavers@lists.example.org\r\nSubject: {name}\r\nMessage-ID: <{name}@example.org>\r\n"
            "Date: Mon, 01 Jun 2026 08:00:00 +0000\r\n\r\nover, under\r\n").encode()


def failing(house, words, call, number, at, times, input=b"", count=None, now=AT):
    environment = preloaded(FAIL_CALL=call, FAIL_AT=str(at), FAIL_TIMES=str(times), FAIL_ERRNO=str(number), **({"FAIL_COUNT": str(count)} if count else {}))
    return subprocess.run(house.command(*words, now=now), input=input, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)


def calls_of(house, words, call, input=b""):
    with tempfile.NamedTemporaryFile() as count:
        failing(house, words, call, errno.EIO, 0, 1, input, count.name)
        return int(Path(count.name).read_text() or 0)


ACCEPT = ("accept", "--sender", "ann@example.org", "weavers@lists.example.org")
with Sink() as sink, House(smarthost=sink.url, extra="smarthost-connections = 1\n") as house:
    house.community("weavers", **{f"m{n:02d}": "each" for n in range(8)}, ann="each")
    house.unlimited("weavers")
    db = outbox.connect(house)
    accepted, refused, faults, statuses, minute = [], [], 0, Counter(), 0
    for call, number, times in FAULTS:
        house.accept("ann@example.org", "weavers@lists.example.org", letter(f"measure-{call}-{number}-{times}"))
        accepted.append(f"measure-{call}-{number}-{times}")
        steps = ((ACCEPT, calls_of(house, ACCEPT, call, letter(f"count-{call}-{number}-{times}"))), (("desk", "--once"), calls_of(house, ("desk", "--once"), call)),
                 (("deliver", "--once"), calls_of(house, ("deliver", "--once"), call)))
        accepted.append(f"count-{call}-{number}-{times}")
        for words, most in steps:
            for at in range(1, most + 1, max(1, most * len(FAULTS) * 3 // ROUNDS)):
                name = f"{call}-{number}-{times}-{words[0]}-{at}"
                if words is not ACCEPT:
                    house.accept("ann@example.org", "weavers@lists.example.org", letter(name))
                    accepted.append(name)
                if words[0] == "deliver":
                    house.run("desk", "--once")
                ended = failing(house, words, call, number, at, times, letter(name))
                faults += 1
                statuses[(words[0], ended.returncode)] += 1
                if words is ACCEPT:
                    (accepted if ended.returncode == 0 else refused).append(name)
                if ended.returncode not in (0, 74, 75):
                    print(f"# {name}: {ended.returncode}: {ended.stderr.decode()[-300:]}", flush=True)
    ok(faults >= 10, f"{faults} faults came", faults)
    ok(all(status in (0, 74, 75) for _, status in statuses), "each process ends by its word: done, an error of the disk, or try again", statuses)
    for _ in range(3):
        minute += 10
        house.settle(now=f"2026-06-01T08:{minute:02d}:00Z")
    filed = Counter(row["message_id"] for row in house.rows("archive", "list", "weavers"))
    lost = [name for name in accepted if filed[f"<{name}@example.org>"] == 0]
    ok(not lost and max(filed.values()) == 1, "what was accepted is in the archive, once", lost[:5])
    copies = Counter((copy["msgid"], copy["recipient"]) for copy in sink.copies())
    missing = [(name, n) for name in accepted for n in range(8) if copies[(f"<{name}@example.org>", f"m{n:02d}@example.org")] == 0]
    ok(not missing, "and each member has it", missing[:5])
    twice = sum(copies.values()) - len(copies)
    ok(twice <= 100 * statuses[("deliver", 75)] + 9 * faults, "copies come twice only where a result could not be written", twice)
    house.run("archive", "check", status=None)
    ok(house.status == 0, "the whole store verifies", house.error)
    print(f"# {faults} faults, {len(accepted)} posts accepted, {len(refused)} told to come again, {twice} copies twice; {dict(statuses)}", flush=True)
done()
