"""A file system that is really full: a tmpfs with room for so and so many pages, from none upwards, so that each write of each
process is once the first that does not fit. What was accepted is not lost, what could not be stored was not accepted, and with
room again everything goes on by itself. CRASH_ROUNDS fillings; only root may mount one."""
import contextlib
import itertools
import os
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import outbox
from house import House, done, ok, skip, wait_for
from lmtp import Lmtp
from sink import Sink

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "20"))
PAGE, MEMBERS = 4096, 8
W = "weavers@lists.example.org"
WRITERS = 2000
authors = itertools.cycle(range(1, WRITERS + 1))


def letter(name):
    """By another author each time: who writes more than ten posts an hour waits for a steward."""
    return (f"From: w{next(authors):07d}@example.org\r\nTo: {W}\r\nSubject: {name}\r\nMessage-ID: <{name}@example.org>\r\n"
            "Date: Mon, 01 Jun 2026 08:00:00 +0000\r\n\r\n" + "over, under\r\n" * 1500).encode()


class Disk:
    """A small file system, and what fills it."""

    def __init__(self, folder):
        self.folder, self.stones = folder, folder / "stones"

    def fill(self, pages):
        """Leaves so many pages, or fewer where there are no more."""
        self.empty()
        free = os.statvfs(self.folder).f_bavail * os.statvfs(self.folder).f_frsize
        try:
            self.stones.write_bytes(b"\0" * max(free - pages * PAGE, 0))
        except OSError:  # somebody who still runs was quicker: full it is
            pass

    def empty(self):
        self.stones.unlink(missing_ok=True)


def run_full(house, disk, pages, words, octets):
    """Its status, and whether it kept a result until there was room again (DESIGN.md rule 7)."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as given:
        given.write(octets)
        given.seek(0)
        disk.fill(pages)
        process = subprocess.Popen(house.command(*words), stdin=given, stdout=said, stderr=said)

        def kept():
            return b"deliver.unwritten" in os.pread(said.fileno(), 1 << 20, 0)

        wait_for(lambda: process.poll() is not None or kept(), 120)
        waited = process.poll() is None
        disk.empty()
        process.wait(120)
        if process.returncode not in (0, 74, 75):
            print(f"# {words[0]} with {pages} pages: {process.returncode}: {os.pread(said.fileno(), 2000, 0)}", flush=True)
        return process.returncode, waited


def by_hand(house, disk):
    """Each command in turn with ever more room, until twice it had enough."""
    accepted, refused, kept, statuses, fillings = [], 0, 0, Counter(), 0
    for words in (("accept", "--sender", "w@example.org", W), ("desk", "--once"), ("deliver", "--once")):
        enough, pages = 0, 0
        while enough < 2 and pages < 400:
            name = f"{words[0]}-{pages}"
            if words[0] != "accept":
                house.accept("w@example.org", W, letter(name))
                accepted.append(name)
            if words[0] == "deliver":
                house.run("desk", "--once")
            with contextlib.closing(outbox.connect(house)) as db:
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # a log that has grown would have room of its own
            status, waited = run_full(house, disk, pages, words, letter(name))
            statuses[(words[0], status)] += 1
            if words[0] == "desk" and status != 0:
                house.run("desk", "--once")
            if words[0] == "accept" and status == 0:
                accepted.append(name)
            refused, kept = refused + (words[0] == "accept" and status != 0), kept + waited
            enough = enough + 1 if status == 0 and not waited else 0
            fillings, pages = fillings + 1, pages + max(1, 120 // ROUNDS)
    return accepted, refused, kept, statuses, fillings


def while_it_serves(house, disk):
    """The whole house runs on while its disk is full and has room again."""
    accepted, refused = [], 0
    serve = house.start("serve", wait="serve.ready")
    for turn in range(max(4, ROUNDS // 4)):
        disk.fill(turn * 3)
        with Lmtp(house.port) as peer:
            for number in range(3):
                name = f"serve-{turn}-{number}"
                answer = (peer.message(letter(name), W) or [""])[0]
                accepted += [name] if answer.startswith("250") else []
                refused += answer[:1] == "4"
                if answer[:1] not in ("2", "4"):
                    ok(False, "a full disk is never the sender's fault", answer)
        disk.empty()
        with Lmtp(house.port) as peer:
            name = f"serve-{turn}-room"
            answers = []
            wait_for(lambda: answers.append((peer.message(letter(name), W) or [""])[0]) or answers[-1].startswith("250"), 30, 0.2)
            accepted += [name] if answers[-1].startswith("250") else []
            if not answers[-1].startswith("250"):
                ok(False, "with room again it is taken", answers)
    ok(serve.poll() is None, f"serve lives on: {len(accepted)} taken, {refused} told to come again", serve.log.read_text()[-2000:])
    ok(wait_for(lambda: not house.rows("inbox", "list") and not house.rows("outbox", "list"), 150, 0.5), "and works off what it has, without a hand",
       house.rows("inbox", "list")[:3] + house.rows("outbox", "list")[:3])
    serve.terminate()
    ok(serve.wait(60) == 0, "it ends in good order", serve.returncode)
    return accepted


def settled(house, sink, accepted):
    for minute in (10, 20, 30):
        house.settle(now=f"2026-06-01T09:{minute:02d}:00Z")
    filed = Counter(row["message_id"] for row in house.rows("archive", "list", "weavers"))
    lost = [name for name in accepted if filed[f"<{name}@example.org>"] != 1]
    ok(not lost, "what was accepted is in the archive, once", lost[:5])
    copies = Counter((copy["msgid"], copy["recipient"]) for copy in sink.copies())
    missing = [(name, n) for name in accepted for n in range(MEMBERS) if copies[(f"<{name}@example.org>", f"m{n:02d}@example.org")] == 0]
    ok(not missing, "and each member has it", missing[:5])
    twice = sum(copies.values()) - len(copies)
    ok(twice == 0, "once: a result that cannot be written is kept until it can", twice)
    house.run("archive", "check", status=None)
    ok(house.status == 0, "the whole store verifies", house.error)
    return twice


def rounds(folder):
    disk = Disk(folder)
    conf = "smarthost-connections = 1\nmin-free-disk = 0\n"
    with Sink() as sink, House(smarthost=sink.url, extra=conf, folder=folder) as house:
        house.community("weavers", **{f"m{n:02d}": "each" for n in range(MEMBERS)})
        outbox.members(outbox.connect(house), WRITERS, mode="none", prefix="w")
        accepted, refused, kept, statuses, fillings = by_hand(house, disk)
        ok(all(status in (0, 74, 75) for _, status in statuses), "each process ends by its word: done, an error of the disk, or try again", statuses)
        ok(all(any(word == each and status != 0 for each, status in statuses) for word in ("accept", "desk")) and (kept > 0 or any(word == "deliver" and status for word, status in statuses)),
           "each met the full disk", (statuses, kept))
        twice = settled(house, sink, accepted)
        print(f"# {fillings} fillings, {len(accepted)} posts accepted, {refused} told to come again, {kept} results kept until there was room, {twice} copies twice; {dict(statuses)}", flush=True)
    for path in folder.glob("*"):
        subprocess.run(["rm", "-rf", str(path)], check=True)
    with Sink() as sink, House(smarthost=sink.url, extra=conf, folder=folder) as house:
        house.community("weavers", **{f"m{n:02d}": "each" for n in range(MEMBERS)})
        outbox.members(outbox.connect(house), WRITERS, mode="none", prefix="w")
        settled(house, sink, while_it_serves(house, disk))


with tempfile.TemporaryDirectory(prefix="guildpost-full-") as place:
    if os.getuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "guildpost-full", place], stderr=subprocess.DEVNULL).returncode != 0:
        skip("a file system that is full", "no tmpfs may be mounted here")
    else:
        try:
            rounds(Path(place))
        finally:
            subprocess.run(["umount", "-l", place], check=False)
done()
