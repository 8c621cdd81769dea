"""serve: runs the three, runs again what dies, ends after what is in hand, climbs the schema, hands on what it was given."""
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time

from house import PROGRAM, House, done, ok, skip, wait_for
from lmtp import MESSAGE, Lmtp

W = "weavers@lists.example.org"
ASAN = "asan" in os.environ.get("BUILD", "")


def a_house(**options):
    house = House(**options)
    house.community("weavers", ann="each", bob="weekly")
    return house


def log_of(process):
    return process.log.read_text("utf-8", "replace")


def pids(process):
    return {name: int(pid) for name, pid in re.findall(r"serve.started child=(\w+) pid=(\d+)", log_of(process))}


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def a_post_goes_through(house, word):
    with Lmtp(house.port) as c:
        reply = c.message(b"From: Ann <ann@example.org>\r\nTo: " + W.encode() + b"\r\n" + (MESSAGE % (word, word)).split(b"\r\n", 1)[1], W)[0]
    return reply.startswith("250") and wait_for(lambda: any(m["Subject"] == word.decode() for m in house.mailbox("ann@example.org")))


def restarts():
    with a_house(play=False) as house:
        serve = house.start("serve", wait="serve.ready")
        ok(a_post_goes_through(house, b"first"), "a post reaches a member's mailbox", log_of(serve))
        first = pids(serve)
        ok(set(first) == {"receive", "desk", "deliver"}, "three children", first)
        rows = house.rows("status")[0]["processes"]
        ok({"serve", "receive", "desk", "deliver"} <= {row["name"] for row in rows}, "status names them", rows)
        total = sum(row["pss_kib"] for row in rows)
        if ASAN:
            skip("together they stay below 24 MiB", "a sanitizer has memory of its own")
        else:
            ok(0 < total < 24 * 1024, "together they stay below 24 MiB", f"{total} KiB")
        for name in ("receive", "desk", "deliver"):
            os.kill(first[name], signal.SIGKILL)
        ok(wait_for(lambda: all(pids(serve)[name] != first[name] for name in first), 15), "each that is killed is run again", log_of(serve))
        ok(wait_for(lambda: log_of(serve).count("receive.ready") == 2), "receive is ready again")
        ok(a_post_goes_through(house, b"second"), "and a post goes through", log_of(serve))
        second = pids(serve)
        for _ in range(2):
            known = pids(serve)["desk"]
            os.kill(known, signal.SIGKILL)
            wait_for(lambda: pids(serve)["desk"] != known, 15)
        waits = [int(s) for s in re.findall(r"child=desk signal=9 again_s=(\d+)", log_of(serve))]
        ok(waits == [1, 2, 4], "one that dies again and again is run again later and later", waits)
        serve.terminate()
        ok(serve.wait(35) == 0, "SIGTERM ends it with 0", log_of(serve)[-500:])
        ok(not any(alive(pid) for pid in (*second.values(), *pids(serve).values())), "and its children")

    with a_house(play=False) as house:
        serve = house.start("serve", wait="serve.ready")
        children = pids(serve)
        serve.kill()
        serve.wait()
        ok(wait_for(lambda: not any(alive(pid) for pid in children.values()), 30), "who kills serve itself leaves no orphans", children)


def finishes():
    with a_house(play=False) as house:
        serve = house.start("serve", wait="serve.ready")
        c = Lmtp(house.port)
        c.begin(W)
        c.send(b"Subject: half\r\n\r\nhal")
        serve.terminate()
        time.sleep(0.5)
        ok(serve.poll() is None, "SIGTERM: it waits for who is sending")
        c.send(b"f\r\n.\r\n")
        ok(c.reply().startswith("250") and serve.wait(30) == 0, "the message is taken, then it ends")


def climbs():
    with House(play=False) as house:
        database = house.dir / "guildpost.db"
        newest = sqlite3.connect(database).execute("PRAGMA user_version").fetchone()[0]
        database.unlink()
        first = next((path for path in sorted((os.path.join("src/store/schema", f) for f in os.listdir("src/store/schema"))) if path.endswith(".sql")), None)
        with sqlite3.connect(database) as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute(f"PRAGMA application_id={0x67706f73}")
            db.executescript(open(first).read())
            db.execute("INSERT INTO token_key (kid, secret, created_at, signs) VALUES ('1', zeroblob(32), 0, 1)")
            db.execute("PRAGMA user_version=1")
        db.close()
        serve = house.start("serve", wait="serve.ready")
        ok(f"serve.upgraded from=1 to={newest}" in log_of(serve), "serve climbs from the first step of the schema", log_of(serve))
        house.run("upgrade", status=75)
        ok("stop it first" in house.error, "while it runs nobody else migrates", house.error)


def refuses():
    with a_house(play=False) as house:
        house.conf.write_text(house.conf.read_text().replace(f"127.0.0.1:{house.port}", "127.0.0.1:25"))
        house.run("serve", status=78)
        ok("port 25" in house.error and "receive" in house.error, "a child that cannot run as configured ends it with 78 and its reason", house.error)
    with a_house(play=False) as house:
        house.run("--now", "2026-06-01T08:00:00Z", "serve", status=64)
        ok("--play" in house.error, "a real store takes no moved clock", house.error)
    with a_house() as house:
        serve = house.start("serve", wait="serve.ready")
        environment = open(f"/proc/{pids(serve)['desk']}/environ").read()
        ok("GUILDPOST_NOW=2026-06-01T08:0" in environment, "the clock of a play is handed on", environment[:200])


def handed_over():
    """systemd's way: a listening socket as descriptor 3, a word on a datagram socket when mail is accepted."""
    with a_house(play=False) as house:
        listening = socket.socket(socket.AF_UNIX)
        path = house.folder / "systemd.sock"
        listening.bind(str(path))
        listening.listen(10)
        notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        notified.bind(str(house.folder / "notify.sock"))
        notified.settimeout(20)
        script = 'import os,sys; os.dup2(int(sys.argv[1]),3); os.environ.update(LISTEN_PID=str(os.getpid()),LISTEN_FDS="1"); os.execv(sys.argv[2],sys.argv[2:])'
        serve = subprocess.Popen([sys.executable, "-c", script, str(listening.fileno()), PROGRAM, "-c", str(house.conf), "serve"],
                                 pass_fds=(listening.fileno(), 3) if listening.fileno() != 3 else (3,), stderr=subprocess.DEVNULL,
                                 env={**os.environ, "NOTIFY_SOCKET": str(house.folder / "notify.sock"), "WATCHDOG_USEC": "1000000"})
        house.processes.append(serve)

        def said(fed):
            """The next word: the watchdog's, or the next that is not."""
            while True:
                word = notified.recv(100)
                if (word == b"WATCHDOG=1") == fed:
                    return word

        ok(said(False) == b"READY=1", "systemd is told when mail is accepted")
        with Lmtp(path) as c:
            ok(c.message(MESSAGE % (b"handed", b"handed"), W)[0].startswith("250"), "a socket that systemd hands over is served")
        try:
            Lmtp(house.port)
            ok(False, "and wins over `listen`")
        except ConnectionRefusedError:
            ok(True, "and wins over `listen`")
        ok(said(True) and said(True), "its watchdog is fed, again and again")
        serve.terminate()
        ok(said(False) == b"STOPPING=1" and serve.wait(35) == 0, "and told when it stops")


restarts()
finishes()
climbs()
refuses()
handed_over()
done()
