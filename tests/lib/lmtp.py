"""An LMTP client that says what it is told, octet by octet if wanted, and reads one reply at a time.

smtplib.LMTP reads one reply after the dot, whatever the number of recipients; so the tests of receive have their own.
"""
import socket

MESSAGE = b"From: ann@example.org\r\nSubject: %s\r\nMessage-ID: <%s@example.org>\r\n\r\nhello\r\n"


class Lmtp:
    def __init__(self, where, timeout=60, greet=True):
        """where: a port of 127.0.0.1, or the path of a unix socket."""
        if isinstance(where, int):
            self.socket = socket.create_connection(("127.0.0.1", where), timeout)
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(timeout)
            self.socket.connect(str(where))
        self.file = self.socket.makefile("rb")
        self.greeting = self.reply() if greet else None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        self.file.close()
        self.socket.close()

    def send(self, octets, piece=None):
        if isinstance(octets, str):
            octets = octets.encode()
        for at in range(0, len(octets), piece or len(octets)):
            self.socket.sendall(octets[at:at + (piece or len(octets))])

    def reply(self):
        """The last line of the next reply, without its line end; "" when the peer has gone."""
        while True:
            try:
                line = self.file.readline().decode("utf-8", "replace").rstrip("\r\n")
            except ConnectionResetError:
                return ""
            if line == "" or line[3:4] != "-":
                return line

    def replies(self, count):
        return [self.reply() for _ in range(count)]

    def say(self, line):
        self.send(line + "\r\n")
        return self.reply()

    def begin(self, *recipients, sender="ann@example.org", size=None):
        """Up to and with DATA; the replies to RCPT."""
        self.say("LHLO test")
        self.say(f"MAIL FROM:<{sender}>" + (f" SIZE={size}" if size else ""))
        answers = [self.say(f"RCPT TO:<{recipient}>") for recipient in recipients]
        self.data = self.say("DATA")
        return answers

    def message(self, octets, *recipients, sender="ann@example.org"):
        """One message; the replies after the dot, one for each recipient that was taken."""
        taken = sum(answer.startswith("250") for answer in self.begin(*recipients, sender=sender))
        self.send(octets.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        return self.replies(taken)
