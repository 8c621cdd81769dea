"""Configuration, store and clock gone wrong: a clear word, the right exit status, and nothing lost."""
import os
import sqlite3
import subprocess

from house import PROGRAM, House, done, ok

CONF_CASES = [
    ("an unknown key names the line and the nearest key", "smarthots = smtp://127.0.0.1:25\n", ["line", "smarthost"]),
    ("a value out of bounds is named", "max-connections = 0\n", ["max-connections"]),
    ("a size that is none is named", "max-message-size = big\n", ["max-message-size"]),
    ("a line without = is named", "domain lists.example.org\n", ["key = value"]),
]

COMMAND_CASES = [
    ("an unknown command", ["frobnicate"], 64, "guildpost help"),
    ("an unknown option", ["outbox", "list", "--frob"], 64, "--frob"),
    ("a missing word", ["archive", "search", "weavers"], 64, "usage"),
    ("an unknown space", ["archive", "list", "potters"], 67, "potters"),
    ("an unknown community", ["member", "list", "potters"], 67, "potters"),
    ("an address that is none", ["member", "add", "weavers", "not-an-address"], 64, "not-an-address"),
    ("an unknown zone, with the nearest", ["community", "create", "dyers", "--timezone", "Europe/Berln"], 64, "Europe/Berlin"),
    ("a rhythm that cannot be read, with an example", ["community", "set", "weavers", "rhythm", "now and then"], 64,
     "weekly on"),
    ("a delivery mode that is none", ["member", "add", "weavers", "x@example.org", "--delivery", "hourly"], 64, "hourly"),
    ("a name that would clash", ["space", "create", "weavers", "weavers-join"], 64, "weavers-join"),
    ("a key that is none", ["space", "set", "weavers", "colour", "blue"], 64, "colour"),
    ("a held post that is not there", ["held", "show", "99"], 67, "99"),
]

with House() as house:
    house.community("weavers", ann="each")
    conf = house.conf.read_text()
    for says, line, words in CONF_CASES:
        house.conf.write_text(conf + line)
        house.run("member", "list", "weavers", status=78)
        ok(all(word in house.error for word in words), says, house.error)
    house.conf.write_text(conf)

    for says, command, status, word in COMMAND_CASES:
        house.run(*command, status=None)
        ok(house.status == status and word in house.error, f"{says}: exit {status}", f"{house.status}: {house.error}")
    house.run("outbox", "list", now="yesterday", status=64)
    ok("yesterday" in house.error, "a time that is none: exit 64", house.error)

    house.run("-c", "/nowhere/guildpost.conf", "outbox", "list", conf=False, status=78)
    ok("guildpost init" in house.error, "a missing configuration says how to make one", house.error)
    house.run("init", house.dir, conf=False, status=73)
    ok("overwrites nothing" in house.error, "init overwrites nothing", house.error)
    ok(house.conf.read_text() == conf, "and has not")

    database = house.dir / "guildpost.db"
    for says, replacement, word in [
            ("a database that is missing", house.dir / "missing.db", "guildpost init"),
            ("a database that is none", house.conf, "damaged"),
            ("a database in a folder that is missing", "/nowhere/guildpost.db", "no database")]:
        house.conf.write_text(conf.replace(str(database), str(replacement)))
        house.run("desk", "--once", status=None)
        ok(house.status in (74, 78) and word in house.error, says, f"{house.status}: {house.error}")
    house.conf.write_text(conf)

    with sqlite3.connect(database) as store:
        number = store.execute("PRAGMA user_version").fetchone()[0]
        store.execute(f"PRAGMA user_version = {number + 1}")
    house.run("desk", "--once", status=78)
    ok("newer guildpost" in house.error, "a schema from the future is refused with what to do", house.error)
    house.run("upgrade", status=78)
    ok("newer guildpost" in house.error, "also by upgrade", house.error)
    with sqlite3.connect(database) as store:
        store.execute(f"PRAGMA user_version = {number}")
    ok("already" in house.run("upgrade"), "upgrade on the newest schema says so")

    house.conf.write_text("\n".join(line for line in conf.splitlines() if not line.startswith("templates"))
                          + "\ntemplates = /nowhere/templates\n")
    message = "From: eve@example.net\nTo: weavers+help@lists.example.org\nMessage-ID: <h1@example.net>\nSubject: help\n\nhelp\n"
    house.accept("eve@example.net", "weavers+help@lists.example.org", message)
    house.run("desk", "--once", status=None)
    ok("/nowhere/templates" in house.error, "a missing templates folder is named", house.error)
    house.conf.write_text(conf)
    house.settle()
    ok(len(house.mailbox("eve@example.net")) == 1, "and nothing was lost: the answer goes out when it is back")

    writer = sqlite3.connect(database, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    house.accept("ann@example.org", "weavers@lists.example.org",
                 "From: ann@example.org\nTo: weavers@lists.example.org\nMessage-ID: <l1@example.org>\n\nlocked?\n", status=75)
    ok("try again" in house.error, "a locked database is a matter for later: exit 75", house.error)
    writer.execute("ROLLBACK")
    writer.close()

with House(play=False) as house:
    run = subprocess.run([PROGRAM, "-c", house.conf, "--now", "2030-01-01T00:00:00Z", "desk", "--once"], capture_output=True)
    ok(run.returncode == 64 and b"--play" in run.stderr, "a real store is not told a wrong time", run.stderr.decode())
    (house.folder / "clock").write_bytes(bytes(8))
    run = subprocess.run([PROGRAM, "-c", house.conf, "desk", "--once"], capture_output=True,
                         env=dict(os.environ, GUILDPOST_TEST_CLOCK=str(house.folder / "clock")))
    ok(run.returncode == 64 and b"--play" in run.stderr, "nor follows the clock of a test", run.stderr.decode())
done()
