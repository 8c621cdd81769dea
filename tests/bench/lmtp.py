#!/usr/bin/env python3
"""How fast posts of 4 KiB are taken in durably over 8 connections, against Dovecot's LMTP to a Maildir with
mail_fsync=always, in turns on the same disk with the same injector: receive alone, and with the desk filing meanwhile. A JSON
line each."""
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))
from house import BUILD, House, free_port, wait_for  # noqa: E402
from lmtp import Lmtp  # noqa: E402

POSTS = int(os.environ.get("BENCH_POSTS", "4000"))
CONNECTIONS, SIZE = 8, 4096
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
W = "weavers@lists.example.org"
WANTED = {"alone": 8, "filing": 3}  # times Dovecot
PEAK_MAX = 64 * 1024  # KiB, of receive
DOVECOT = """base_dir = {d}/run
state_dir = {d}/state
log_path = {d}/log
protocols = lmtp
ssl = no
mail_fsync = always
mail_location = maildir:{d}/mail/%u
first_valid_uid = 1
mail_max_userip_connections = 100
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={d}/mail/%u allow_all_users=yes
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {port}
  }}
}}
service stats {{
  client_limit = 200
}}
"""


def inject(port, recipient, posts):
    done = subprocess.run([str(BUILD / "tools" / "inject"), str(port), recipient, str(posts), str(CONNECTIONS), str(SIZE)],
                          stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


class Dovecot:
    """Only root may start it, since it becomes the user `mail`."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="guildpost-dovecot-", dir=os.environ.get("TMPDIR")))
        self.port = free_port()
        self.folder.chmod(0o755)
        for name in ("mail", "run", "state"):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "mail", "mail", "mail")
        conf = self.folder / "dovecot.conf"
        conf.write_text(DOVECOT.format(d=self.folder, port=self.port))
        self.process = subprocess.Popen(["dovecot", "-F", "-c", str(conf)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def there(self):
        try:
            with Lmtp(self.port, timeout=2) as c:
                return c.greeting.startswith("220")
        except OSError:
            return False

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)


def filed(house):
    return house.rows("status")[0]["sorted_total"]


def rate(house, way):
    """Posts a second; the desk files what came in so far, and what comes, all the while."""
    if way == "alone":
        return inject(house.port, W, POSTS)
    desk = house.start("desk", wait="desk.ready")
    before = filed(house)
    figures = inject(house.port, W, POSTS)
    figures["filed"] = filed(house) - before
    desk.terminate()
    desk.wait(60)
    return figures


def measure(house, dovecot):
    """Figures of each round by way, and Dovecot's rates."""
    rounds, theirs = {"alone": [], "filing": []}, []
    inject(house.port, W, 200)
    if dovecot:
        inject(dovecot.port, "box@lists.test", 200)
    for _ in range(ROUNDS):
        for way, figures in rounds.items():
            figures.append(rate(house, way))
            if dovecot:
                theirs.append(inject(dovecot.port, "box@lists.test", max(POSTS // 8, 200))["per_second"])
    return rounds, theirs


def show(way, rounds, theirs, peak):
    ours = statistics.median(figures["per_second"] for figures in rounds)
    ratio = ours / statistics.median(theirs) if theirs else None
    print(json.dumps({"bench": "lmtp", "way": way, "posts": POSTS, "connections": CONNECTIONS, "octets": SIZE, "per_second": round(ours),
                      "median_ms": statistics.median(figures["median_ms"] for figures in rounds), "p99_ms": statistics.median(figures["p99_ms"] for figures in rounds),
                      "filed_meanwhile": sum(figures.get("filed", 0) for figures in rounds), "dovecot_per_second": round(statistics.median(theirs)) if theirs else None,
                      "ratio": round(ratio, 2) if ratio else None, "wanted": WANTED[way], "receive_peak_kib": peak}), flush=True)
    return (ratio is None or ratio >= WANTED[way]) and peak < PEAK_MAX


def main():
    dovecot = Dovecot() if shutil.which("dovecot") and os.getuid() == 0 else None
    with House(play=False) as house:
        house.community("weavers", ann="weekly")
        house.unlimited("weavers")
        receive = house.start("receive", wait="ready")
        if dovecot and not wait_for(dovecot.there):
            dovecot.close()
            dovecot = None
        rounds, theirs = measure(house, dovecot)
        peak = [int(line.split()[1]) for line in open(f"/proc/{receive.pid}/status") if line.startswith("VmHWM")][0]
        status = house.rows("status")[0]
        assert status["accepted_total"] == 200 + 2 * ROUNDS * POSTS, f"stored {status}"
    if dovecot:
        dovecot.close()
    good = [show(way, figures, theirs, peak) for way, figures in rounds.items()]
    return 0 if all(good) else 1


sys.exit(main())
