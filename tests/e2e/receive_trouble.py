"""What goes wrong with the store is never the sender's fault: 4xx, nothing lost (RCV-08, PRODUCT.md promise 1)."""
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from house import START, House, done, ok, skip, wait_for
from lmtp import MESSAGE, Lmtp

W = "weavers@lists.example.org"


def house_of(**options):
    house = House(play=False, **options)
    house.run("community", "create", "weavers", "--timezone", "Europe/Berlin", "--rhythm", "weekly on thursday at 08:00")
    return house


def stored(house):
    return len(house.rows("inbox", "list"))


def locked():
    with house_of() as house:
        house.start("receive", wait="ready")
        lock = sqlite3.connect(house.dir / "guildpost.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        with Lmtp(house.port) as c, Lmtp(house.port) as brief:
            begun = time.monotonic()
            c.begin(W)
            c.send(MESSAGE % (b"locked", b"locked") + b".\r\n")
            ok(Lmtp(house.port).say("NOOP").startswith("250"), "while the store is locked others are served")
            ok(brief.begin(W)[0].startswith("250"), "and recipients known")
            answer = c.reply()
            waited = time.monotonic() - begun
            ok(answer.startswith("451 4.3.0"), "a store that stays locked: 451 4.3.0", answer)
            ok(25 < waited < 60, "after 30 s", waited)
            brief.send(MESSAGE % (b"brief", b"brief") + b".\r\n")
            time.sleep(1)
            lock.execute("ROLLBACK")
            ok(brief.reply().startswith("250"), "a store that is locked for a moment: 250, a little later")
            ok(wait_for(lambda: stored(house) >= 1) and c.message(MESSAGE % (b"locked", b"locked"), W)[0].startswith("250"),
               "who heard 451 sends again, and is heard")
        lock.close()
        subjects = [house.run("inbox", "show", row["id"], "--raw") for row in house.rows("inbox", "list")]
        ok(any("brief" in text for text in subjects) and any("locked" in text for text in subjects), "both are stored", subjects)


def stopped_while_locked():
    with house_of() as house:
        receive = house.start("receive", wait="ready")
        lock = sqlite3.connect(house.dir / "guildpost.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        with Lmtp(house.port) as c:
            c.begin(W)
            c.send(MESSAGE % (b"late", b"late") + b".\r\n")
            time.sleep(0.3)
            receive.terminate()
            answer = c.reply()
            ok(answer.startswith("451 4.3.0"), "told to stop with the store locked it answers 451", answer)
        ok(receive.wait(30) in (0, 75), "and ends, with 75 if it could not wait for the lock", receive.returncode)
        lock.close()


def full_disk():
    with house_of() as house:
        receive = house.start("receive", wait="ready")
        wal = house.dir / "guildpost.db-wal"
        # No file of this process may grow beyond what the journal has now and a little: for it, the disk is full.
        resource.prlimit(receive.pid, resource.RLIMIT_FSIZE, (max(wal.stat().st_size, 65536) + 300_000, resource.RLIM_INFINITY))
        with Lmtp(house.port) as c:
            ok(c.message(b"Subject: small\r\n\r\nx\r\n", W)[0].startswith("250"), "a small message still fits")
            for size, what in ((200_000, "one that fits memory and not the journal"), (8_000_000, "one that does not fit the spool")):
                answers = [c.message(b"Subject: big\r\n\r\n" + b"x" * size + b"\r\n", W)[0] for _ in range(3)]
                ok(answers[-1][:9] in ("452 4.3.1", "451 4.3.0"), what + ": 4xx", answers)
            before = stored(house)
            ok(c.say("NOOP").startswith("250"), "receive lives on")
        resource.prlimit(receive.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        with Lmtp(house.port) as c:
            ok(c.message(b"Subject: big\r\n\r\n" + b"x" * 8_000_000 + b"\r\n", W)[0].startswith("250"), "with room again it is taken")
        ok(stored(house) == before + 1, "and stored once")


def little_disk():
    with house_of(extra="min-free-disk = 900000GiB\n") as house:
        house.start("receive", wait="ready")
        with Lmtp(house.port) as c:
            c.say("LHLO me")
            answer = c.say("MAIL FROM:<ann@example.org>")
            ok(answer.startswith("452 4.3.1"), "less than min-free-disk: 452 4.3.1 before a message is read", answer)
        house.accept("ann@example.org", W, "Subject: x\n\nx\n", status=75)
        ok("disk" in house.error, "accept says so and ends with 75", house.error)


def taken_away():
    with house_of() as house:
        house.start("receive", wait="ready")
        with Lmtp(house.port) as c:
            c.begin(W)
            c.send(b"Subject: gone\r\n\r\n")
            os.rename(house.dir / "guildpost.db", house.dir / "elsewhere.db")
            c.send(b"x\r\n.\r\n")
            answer = c.reply()
            ok(answer.startswith("451 4.3.0"), "a store that was moved away under it takes no 250", answer)


def refused_at_the_start():
    def refused(house, sentence, *words, command="receive", status=78):
        house.run(command, status=None)
        ok(house.status == status and all(word in house.error for word in words), sentence, (house.status, house.error))

    with house_of() as house:
        database = house.dir / "guildpost.db"
        house.run("backup", house.dir / "copy.db")
        shutil.copy(database, house.dir / "aside.db")
        os.remove(database)
        refused(house, "no database: 78, and how to make one", "guildpost init")
        house.accept("ann@example.org", W, "Subject: x\n\nx\n", status=75)
        ok("guildpost init" in house.error, "accept: 75, so that the MTA keeps the mail", house.error)
        shutil.copy(house.dir / "copy.db", database)
        refused(house, "a marked copy: 78, and restore is named", "guildpost restore")
        refused(house, "serve refuses it likewise", "guildpost restore", command="serve")
        house.accept("ann@example.org", W, "Subject: x\n\nx\n", status=75)
        shutil.copy(house.dir / "aside.db", database)
        with sqlite3.connect(database) as db:
            db.execute("PRAGMA user_version=999")
        db.close()
        refused(house, "a newer schema: 78, and what to do", "999", "newer")
        refused(house, "serve does not climb down", "999", command="serve")
        with sqlite3.connect(database) as db:
            db.execute("PRAGMA user_version=1")
        db.close()
        refused(house, "an older schema: 78, and upgrade is named", "guildpost upgrade")
        database.write_bytes(b"this is no database at all" * 1000)
        house.run("receive", status=None)
        ok(house.status in (74, 78), "a file that is no database", (house.status, house.error))

    for listen, word in (("127.0.0.1:25", "port 25"), ("nonsense", "unix:"), ("unix:/no/such/folder/sock", "/no/such/folder"),
                         ("no.such.host.invalid:2424", "no such host"), ("unix:/" + "x" * 120, "too long")):
        with house_of() as house:
            conf = house.conf.read_text().replace(f"127.0.0.1:{house.port}", listen)
            house.conf.write_text(conf)
            refused(house, f"listen = {listen[:30]} is refused with a reason", word)
    with house_of() as house:
        house.conf.write_text(house.conf.read_text().replace(f"127.0.0.1:{house.port}", f"unix:{house.dir}/s.sock") + "listen-group = nosuchgroup\n")
        refused(house, "an unknown listen-group is named", "nosuchgroup")


def sockets_of_others():
    with house_of() as house:
        path = house.dir / "s.sock"
        house.conf.write_text(house.conf.read_text().replace(f"127.0.0.1:{house.port}", f"unix:{path}"))
        first = house.start("receive", wait="ready")
        house.run("receive", status=75)
        ok("already" in house.error and Lmtp(path).greeting.startswith("220"), "a socket that somebody answers is left alone", house.error)
        first.send_signal(signal.SIGKILL)
        first.wait()
        ok(path.exists(), "a killed receive leaves its socket behind")
        house.start("receive", wait="ready")
        ok(Lmtp(path).greeting.startswith("220"), "the next one takes its place")
    with house_of() as house:
        path = house.dir / "s.sock"
        path.write_text("precious")
        house.conf.write_text(house.conf.read_text().replace(f"127.0.0.1:{house.port}", f"unix:{path}"))
        house.run("receive", status=None)
        ok(house.status != 0 and path.read_text() == "precious", "a file in the socket's place is not taken away", house.error)


# Each has a house of its own; two wait half a minute for a lock, and the rest need not wait for them.
with ThreadPoolExecutor() as pool:
    waiting = [pool.submit(test) for test in (locked, stopped_while_locked)]
    for test in (refused_at_the_start, sockets_of_others, little_disk, taken_away, full_disk):
        test()
    for each in waiting:
        each.result()
done()
