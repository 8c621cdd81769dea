"""The test sink (tests/tools/sink.c) for one test.

    with Sink("rcpt bob@ 1 450 4.2.1 not now") as sink:
        house = House(smarthost=sink.url) ...
        sink.copies()       # what it took: [{"recipient", "sender", "msgid", "size", "connection", "at"}]
        sink.stats()        # {"copies", "twice", "connections", ...}
"""
import json
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from house import BUILD, wait_for


class Sink:
    def __init__(self, *rules, unix=False, offer=None, log=True, keep=False, port=0, quick=False):
        self.folder = Path(tempfile.mkdtemp(prefix="sink-"))
        self.log, self.told = self.folder / "log", 0
        self.script = self.folder / "script"
        self.script.write_text("".join(rule + "\n" for rule in rules))
        self.mail = self.folder / "mail"
        line = [str(BUILD / "tools" / "sink"), "-s", str(self.script)]
        line += ["-u", str(self.folder / "sock")] if unix else ["-p", str(port)]
        line += ["-l", str(self.log)] if log else []
        line += ["-m", str(self.mail)] if keep else []
        line += ["-o", offer] if offer is not None else []
        line += ["-q"] if quick else []
        self.start(line)
        self.line = [str(self.port) if at and line[at - 1] == "-p" else word for at, word in enumerate(line)]
        self.url = f"lmtp+unix:{self.folder / 'sock'}" if unix else f"smtp://127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, line):
        self.process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().split()[1])

    def again(self):
        """A sink that died, at the same address; its log goes on, its counts do not."""
        self.process.wait()
        self.start(self.line)

    def stats(self):
        self.process.send_signal(signal.SIGUSR1)
        return json.loads(self.process.stdout.readline())

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)

    def copies(self, recipient=None):
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        rows = [json.loads(line) for line in lines]
        return [row for row in rows if recipient is None or row["recipient"] == recipient]

    def fresh(self):
        """The copies since the last call, of a log that has grown long."""
        with open(self.log) as log:
            log.seek(self.told)
            lines = log.readlines()
            self.told = log.tell()
        return [json.loads(line) for line in lines]

    def messages(self):
        """Octets of each copy in order; with keep=True."""
        return [self.octets(row) for row in self.copies()]

    def octets(self, row):
        """Of one copy."""
        with open(self.mail, "rb") as mail:
            mail.seek(row["from"])
            return mail.read(row["to"] - row["from"])

    def wait(self, count, seconds=20):
        """True once it has taken so many copies."""
        return wait_for(lambda: self.stats()["copies"] >= count, seconds)
