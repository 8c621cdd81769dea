"""The same house as it really runs: receive, desk and deliver stay up, and the one clock that they all read is moved.

    with Living("a week") as house:
        house.community("weavers", ann="each", wil="weekly")
        house.post("ann@example.org", "weavers@lists.example.org", "Subject: Sett\\n\\nWhich reed?\\n", now="2026-06-01T09:00:00Z")
        house.settle(now="2026-06-04T06:00:00Z")

Far cheaper than a process for each mail. The clock stands still in between; every `now` moves it, and so does each settle.
The servers start with the first mail, so whatever they are to read in a file or in the environment stands there before.
"""
import ctypes
import mmap
import os
import socket
import sqlite3
from datetime import datetime, timezone

from house import House, wait_for
from lmtp import Lmtp

# What deliver still has to do at this instant.
OWED = """SELECT EXISTS (SELECT 1 FROM outbox WHERE state = 'due' AND exhausted = 0)
    OR EXISTS (SELECT 1 FROM slice s JOIN outbox o USING (outbox_id)
               WHERE s.state = 'sending' OR s.state = 'deferred' AND s.next_attempt <= ? AND o.state = 'due')"""


def seconds(stamp):
    return int(datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp())


def stamp(seconds_):
    return datetime.fromtimestamp(seconds_, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Clock:
    """One number in a file, which the servers map (GUILDPOST_TEST_CLOCK)."""

    def __init__(self, path, now):
        self.path = path
        path.write_bytes(bytes(8))
        with open(path, "r+b") as file:
            self.number = ctypes.c_int64.from_buffer(mmap.mmap(file.fileno(), 8))  # stored in one go
        self.number.value = now

    def move(self, now):
        self.number.value = now

    @property
    def now(self):
        return self.number.value


class Living(House):
    def __init__(self, *arguments, **options):
        self.clock = self.mail = None
        self.unsorted = False
        super().__init__(*arguments, **options)
        self.clock = Clock(self.folder / "clock", seconds(self.now))
        with open(self.conf, "a") as conf:  # by this socket comes mail that is trusted as that of the MTA
            conf.write(f"listen = unix:{self.folder / 'lmtp'}\n")

    def __exit__(self, *exception):
        for process in self.processes:
            process.terminate()
        ends = [process.wait(60) for process in self.processes]
        logs = self.logs()
        if self.mail is not None:
            self.mail.close()
            self.told.close()
            self.db.close()
        super().__exit__(*exception)
        if any(ends) and exception[0] is None:
            raise AssertionError(f"the servers ended with {ends}: {logs}")

    def logs(self):
        return "\n".join(process.log.read_text("utf-8", "replace")[-2000:] for process in self.processes)

    def wake(self):
        """The servers, where they are not there yet."""
        if self.mail is not None:
            return
        self.told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.told.bind(str(self.folder / "told"))
        self.told.settimeout(1)
        os.environ["GUILDPOST_TEST_CLOCK"] = str(self.clock.path)
        self.start("receive", wait="receive.ready")
        self.start("deliver", wait="deliver.ready")
        os.environ["NOTIFY_SOCKET"] = str(self.folder / "told")
        self.start("desk", wait="desk.ready")
        del os.environ["NOTIFY_SOCKET"], os.environ["GUILDPOST_TEST_CLOCK"]
        self.db = sqlite3.connect(self.dir / "guildpost.db", isolation_level=None, timeout=60)
        self.mail = Lmtp(self.folder / "lmtp")
        self.mail.say("LHLO test")

    @property
    def now(self):
        return stamp(self.clock.now) if self.clock else self.first

    @now.setter
    def now(self, now):
        """What came before is sorted at its own time, as it would be."""
        if self.clock is None:
            self.first = now
            return
        if self.unsorted and seconds(now) != self.clock.now:
            self.sort()
        self.clock.move(seconds(now))

    def command(self, *arguments, conf=True, now=None):
        """What is run beside the servers has their time."""
        self.now = now or self.now
        return super().command(*arguments, conf=conf)

    def accept(self, sender, recipient, message, now=None, status=0):
        """To receive, as an MTA gives it."""
        if status != 0:
            return super().accept(sender, recipient, message, now=now, status=status)
        self.wake()
        self.now = now or self.now
        octets = message.encode() if isinstance(message, str) else message
        octets = octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        octets += b"" if octets.endswith(b"\n") else b"\r\n"
        self.mail.send(f"MAIL FROM:<{sender}>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n")
        answers = self.mail.replies(3)
        if not answers[2].startswith("354"):
            raise AssertionError(f"mail for {recipient}: {answers}")
        self.mail.send(octets.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        answer = self.mail.reply()
        if not answer.startswith("250"):
            raise AssertionError(f"mail for {recipient}: {answer}")
        self.unsorted = True
        return ""

    # --- until everything is done ------------------------------------------------------------
    def settle(self, now=None):
        """Everything that is due now: sorted, composed, delivered, and what follows of that."""
        self.wake()
        self.now = now or self.now
        for _ in range(50):
            self.sort()
            if not self.owes():
                return
            self.ring("deliver")
            if not wait_for(lambda: not self.owes(), 120, 0.002):
                raise AssertionError(f"deliver does not come to an end: {self.logs()}")
        raise AssertionError(f"the desk finds something to do for ever: {self.logs()}")

    def sort(self):
        """The desk tells up to which instant it is settled, whenever it is rung; so that this is said of what came before,
        the clock moves by a second."""
        self.clock.move(self.clock.now + 1)
        if not wait_for(self.desk_is_settled, 120, 0):
            raise AssertionError(f"the desk does not come to an end: {self.logs()}")
        self.unsorted = False

    def desk_is_settled(self):
        """Rung anew where a second brought no word: what it had to put off it does not call settled."""
        self.ring("desk")
        try:
            while seconds(self.told.recv(200).decode().split("settled at ")[1][:20]) < self.clock.now:
                pass
            return True
        except TimeoutError:
            return False

    def ring(self, who):
        if any(process.poll() is not None for process in self.processes):
            raise AssertionError(f"a server has ended: {self.logs()}")
        bell = os.open(self.dir / f"guildpost.db.bell-{who}", os.O_WRONLY | os.O_NONBLOCK)
        os.write(bell, b"!")
        os.close(bell)

    def owes(self):
        return self.db.execute(OWED, (self.clock.now,)).fetchone()[0]
