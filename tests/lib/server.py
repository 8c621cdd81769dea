"""A smarthost that says what a test wants, word for word, and remembers what it heard.

    server = Server(offers=["PIPELINING"], on=lambda verb, line, peer: "451 4.7.1 later" if verb == "MAIL" else None)
    server.url, server.heard ["EHLO lists.example.org", ...], server.mails [Mail(sender, recipients, octets, line of MAIL, at)]
    on: None answers as usual; "" closes without a word; a reply that begins with 421 closes behind it; bytes are sent as
    they are. verbs: CONNECT, EHLO, MAIL, RCPT, DATA, DOT, RSET, QUIT and whatever else comes.
    cut=N: the connection is reset once N octets have come from the client; cut_out=N: once N have gone to it, and a mail whose
    reply is cut short so was taken. taken, given: octets that have come and gone. drip=S: what it says comes an octet at a
    time, S seconds apart.
"""
import contextlib
import shutil
import socket
import struct
import tempfile
import threading
import time
from collections import namedtuple
from pathlib import Path

Mail = namedtuple("Mail", "sender recipients octets line at")


class Server:
    def __init__(self, offers=("PIPELINING", "8BITMIME", "DSN"), on=None, host="127.0.0.1", lmtp=False, cut=None, cut_out=None, drip=0):
        self.offers, self.on, self.lmtp, self.cut, self.cut_out, self.drip = offers, on, lmtp, cut, cut_out, drip
        self.heard, self.mails, self.connections, self.resets = [], [], 0, 0
        self.taken = self.given = 0
        self.lock = threading.Lock()
        if lmtp:
            self.folder = tempfile.mkdtemp(prefix="server-")
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(self.folder + "/sock")
            self.url = f"lmtp+unix:{self.folder}/sock"
        else:
            self.listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
            self.listener.bind((host, 0))
            self.port = self.listener.getsockname()[1]
            self.url = f"smtp://[{host}]:{self.port}" if ":" in host else f"smtp://{host}:{self.port}"
        self.listener.listen(50)
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        with contextlib.suppress(OSError):  # else the thread waits on, and takes what comes to whoever has the number next
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        if self.lmtp:
            shutil.rmtree(self.folder, ignore_errors=True)

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
            threading.Thread(target=Peer(self, connection).run, daemon=True).start()

    def commands(self, verb):
        return [line for line in self.heard if line.upper().startswith(verb)]


class Gone(Exception):
    pass


class Peer:
    def __init__(self, server, connection):
        self.server, self.socket = server, connection
        if not server.lmtp:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer, self.taken, self.given = b"", 0, 0
        self.forget()

    def forget(self):
        self.sender, self.line, self.recipients, self.refused = None, "", [], 0

    def run(self):
        try:
            self.answer("CONNECT", "", "220 server ESMTP")
            while self.command(self.read_line()):
                pass
            self.socket.close()
        except (Gone, OSError):
            self.socket.close()

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.server.resets += 1
        raise Gone

    # --- octets -----------------------------------------------------------------------------
    def more(self):
        want = 65536
        if self.server.cut is not None:
            want = min(want, self.server.cut - self.taken)
            if want <= 0:
                self.reset()
        octets = self.socket.recv(want)
        if not octets:
            raise Gone
        self.taken += len(octets)
        self.server.taken += len(octets)
        self.buffer += octets

    def read_line(self):
        while b"\n" not in self.buffer:
            self.more()
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.rstrip(b"\r").decode("utf-8", "surrogateescape")

    def read_message(self):
        while not (self.buffer.startswith(b".\r\n") or b"\r\n.\r\n" in self.buffer):
            self.more()
        if self.buffer.startswith(b".\r\n"):
            self.buffer = self.buffer[3:]
            return b""
        octets, self.buffer = self.buffer.split(b"\r\n.\r\n", 1)
        return (b"\r\n" + octets + b"\r\n").replace(b"\r\n.", b"\r\n")[2:]

    def say(self, text):
        octets = text if isinstance(text, bytes) else text.encode() + b"\r\n"
        if self.server.cut_out is not None and self.given + len(octets) > self.server.cut_out:
            self.socket.sendall(octets[:self.server.cut_out - self.given])
            self.reset()
        self.given += len(octets)
        self.server.given += len(octets)
        if not self.server.drip:
            self.socket.sendall(octets)
            return
        for octet in octets:
            self.socket.sendall(bytes([octet]))
            time.sleep(self.server.drip)

    # --- dialogue ---------------------------------------------------------------------------
    def answer(self, verb, line, usual, taken=None):
        """True when it was the usual. taken: called before that is said, as a server does that keeps what it takes."""
        said = self.server.on(verb, line, self) if self.server.on else None
        if said == "":
            raise Gone
        if taken and (said is None or said[:1] in ("2", b"2")):
            taken()
        self.say(usual if said is None else said)
        if (said or usual)[:3] in ("421", b"421"):
            raise Gone
        return said is None or said[:1] in ("2", b"2")

    def command(self, line):
        verb = line.split(" ")[0].split(":")[0].upper()
        with self.server.lock:
            self.server.heard.append(line)
        if verb in ("EHLO", "LHLO"):
            lines = ["server", *self.server.offers]
            self.answer("EHLO", line, "\r\n".join(f"250{'-' if i < len(lines) - 1 else ' '}{word}" for i, word in enumerate(lines)))
        elif verb == "MAIL":
            self.forget()
            if self.answer("MAIL", line, "250 2.1.0 ok"):
                self.sender, self.line = line.split("<")[1].split(">")[0], line
        elif verb == "RCPT":
            if self.sender is None:
                self.say("503 5.5.1 MAIL first")
            elif self.answer("RCPT", line, "250 2.1.5 ok"):
                self.recipients.append(line.split("<")[1].split(">")[0])
        elif verb == "DATA":
            self.data(line)
        elif verb == "RSET":
            self.forget()
            self.answer("RSET", line, "250 2.0.0 ok")
        elif verb == "QUIT":
            self.answer("QUIT", line, "221 2.0.0 bye")
            return False
        else:
            self.answer(verb, line, "502 5.5.1 not here")
        return True

    def data(self, line):
        said = self.server.on("DATA", line, self) if self.server.on else None
        if said is None:
            said = "354 go on" if self.recipients else "554 5.5.1 no valid recipients"
        if said == "":
            raise Gone
        self.say(said)
        if not said.startswith("354"):
            if said.startswith("421"):
                raise Gone
            return
        octets = self.read_message()
        each = [[who] for who in self.recipients] if self.server.lmtp else [self.recipients]
        for recipients in each:
            self.answer("DOT", " ".join(recipients), "250 2.0.0 taken" if recipients else "554 5.5.1 nobody to take it",
                        lambda recipients=recipients: recipients and self.take(recipients, octets))
        self.forget()

    def take(self, recipients, octets):
        with self.server.lock:
            self.server.mails.append(Mail(self.sender, recipients, octets, self.line, time.monotonic()))
