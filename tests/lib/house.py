"""A guildpost of its own for one test: a play store in a scratch folder, the real binary, mail in, mail out.

    with House("a post reaches each-members") as house:
        house.community("weavers", ann="each", wil="weekly")
        house.post("ann@example.org", "weavers@lists.example.org", "Subject: Sett\\n\\nWhich reed?\\n")
        house.settle()
        ok(len(house.mailbox("ann@example.org")) == 1, "ann gets a copy")
"""
import email
import email.policy
import json
import os
import shutil
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ.get("BUILD") or ROOT / "build")
BUILD = BUILD if BUILD.is_absolute() else ROOT / BUILD
PROGRAM = str(BUILD / "guildpost")
START = "2026-06-01T08:00:00Z"
failures = 0


def ok(truth, sentence, detail=""):
    """One TAP line; a failure shows what was seen."""
    global failures
    print(("ok - " if truth else "not ok - ") + sentence, flush=True)
    if not truth:
        failures += 1
        for line in str(detail).splitlines()[:60]:
            print("#   " + line, flush=True)
    return bool(truth)


def skip(sentence, why):
    print(f"ok - {sentence} # SKIP {why}", flush=True)


def done():
    sys.exit(1 if failures else 0)


def preloaded(**variables):
    """The environment of a program beside which tests/tools/fail.c is loaded; the variables say what it does."""
    return dict(os.environ, LD_PRELOAD=str(BUILD / "tools" / "fail.so"),
                ASAN_OPTIONS=f"verify_asan_link_order=0:detect_leaks=0:{os.environ.get('ASAN_OPTIONS', '')}", **variables)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, seconds=20, every=0.05):
    """The condition's first true value, or its last one when time is up."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(every)


class House:
    def __init__(self, name="house", now=START, play=True, smarthost=None, extra="", folder=None):
        """folder: an empty one, which stays; else a scratch one that goes."""
        self.stays = folder is not None or bool(os.environ.get("KEEP"))
        self.folder = Path(folder or tempfile.mkdtemp(prefix="guildpost-", dir=os.environ.get("TMPDIR")))
        self.dir = self.folder / "house"
        self.now = now if play else None
        self.port = free_port()
        self.processes = []
        arguments = ["init", str(self.dir), "--domain", "lists.example.org", "--listen", f"127.0.0.1:{self.port}"]
        if smarthost:
            arguments += ["--smarthost", smarthost]
        if play:
            arguments.append("--play")
        self.conf = self.dir / "guildpost.conf"
        self.run(*arguments, conf=False)
        if extra:
            with open(self.conf, "a") as conf:
                conf.write(extra)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        if not self.stays:
            shutil.rmtree(self.folder, ignore_errors=True)

    # --- commands ---------------------------------------------------------------------------
    def command(self, *arguments, conf=True, now=None):
        line = [PROGRAM]
        if conf:
            line += ["-c", str(self.conf)]
        now = now or self.now
        if now and conf:
            line += ["--now", now]
        return line + [str(argument) for argument in arguments]

    def run(self, *arguments, conf=True, now=None, input=None, status=0, text=True):
        """Runs a command; its standard output. status None: whatever it is (see self.status, self.error)."""
        if isinstance(input, str):
            input = input.encode()
        finished = subprocess.run(self.command(*arguments, conf=conf, now=now), input=input if input is not None else b"",
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
        self.status, self.error = finished.returncode, finished.stderr.decode("utf-8", "replace")
        if status is not None and finished.returncode != status:
            raise AssertionError(f"{' '.join(map(str, arguments))}: status {finished.returncode}: {self.error}")
        return finished.stdout.decode("utf-8", "replace") if text else finished.stdout

    def rows(self, *arguments, **options):
        return [json.loads(line) for line in self.run(*arguments, "--json", **options).splitlines()]

    def community(self, name, rhythm="weekly on thursday at 08:00", timezone="Europe/Berlin", steward=None, **members):
        """members: name="mode"; each has the address name@example.org."""
        more = ["--steward", steward] if steward else []
        self.run("community", "create", name, "--title", name.capitalize(), "--timezone", timezone, "--rhythm", rhythm, *more)
        for who, mode in members.items():
            self.run("member", "add", name, f"{who}@example.org", "--name", who.capitalize(), "--delivery", mode)

    def unlimited(self, *spaces):
        """However much one author writes there within the hour, it goes out: for tests of haste."""
        for space in spaces:
            for limit in ("author-limit", "space-limit"):
                self.run("space", "set", space, limit, 0)

    # --- mail in ----------------------------------------------------------------------------
    def accept(self, sender, recipient, message, now=None, status=0):
        """A message through the pipe; line ends become CRLF."""
        if isinstance(message, str):
            message = message.encode()
        return self.run("accept", "--sender", sender, recipient, input=message.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
                        now=now, status=status)

    def post(self, sender, recipient, text, now=None):
        """A post with the usual fields; text: header lines of your own, a blank line, the body."""
        head, _, body = text.partition("\n\n")
        names = {line.split(":")[0].lower() for line in head.splitlines() if line[:1] not in " \t"}
        usual = {"from": sender, "to": recipient, "message-id": f"<{time.monotonic_ns()}@example.org>",
                 "date": email.utils.format_datetime(email.utils.datetime.datetime.fromisoformat((now or self.now or START).replace("Z", "+00:00")))}
        fields = "".join(f"{name.title()}: {value}\n" for name, value in usual.items() if name not in names)
        return self.accept(sender, recipient, fields + head + "\n\n" + body, now=now)

    def lmtp(self):
        """A connection to the running receive."""
        return smtplib.LMTP("127.0.0.1", self.port)

    # --- processes --------------------------------------------------------------------------
    def start(self, *arguments, now=None, wait=None):
        """A process that runs on: start("serve", wait="ready"). wait: a word in its log that says it is there."""
        log = open(self.folder / f"{arguments[0]}-{len(self.processes)}.log", "w+b")
        process = subprocess.Popen(self.command(*arguments, now=now), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        process.log = Path(log.name)
        self.processes.append(process)
        if wait and not wait_for(lambda: wait in process.log.read_text("utf-8", "replace") or process.poll() is not None):
            raise AssertionError(f"{arguments}: no `{wait}` in its log: {process.log.read_text()}")
        if process.poll() is not None:
            raise AssertionError(f"{arguments}: ended with {process.returncode}: {process.log.read_text()}")
        return process

    def settle(self, now=None):
        """Everything that is due now: sorted, composed, delivered."""
        for _ in range(3):
            self.run("desk", "--once", now=now)
            self.run("deliver", "--once", now=now)

    # --- mail out ---------------------------------------------------------------------------
    def mailbox(self, address):
        """The messages of an address, oldest first (the smarthost is maildir: by default)."""
        folder = self.dir / "mail" / address.replace("/", "%2F") / "new"
        files = sorted(folder.iterdir(), key=lambda path: (path.stat().st_mtime_ns, path.name)) if folder.is_dir() else []
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]

    def mailbox_raw(self, address):
        folder = self.dir / "mail" / address.replace("/", "%2F") / "new"
        files = sorted(folder.iterdir(), key=lambda path: (path.stat().st_mtime_ns, path.name)) if folder.is_dir() else []
        return [path.read_bytes() for path in files]
