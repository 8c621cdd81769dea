#!/usr/bin/env python3
"""SND-13: AUTH only inside TLS, TLS only with a certificate that holds; else no mail is sent, and none is lost."""
import base64
import hashlib
import hmac
import socketserver
import ssl
import subprocess
import tempfile
import threading
from pathlib import Path

import outbox
from house import House, done, ok

folder = Path(tempfile.mkdtemp(prefix="tls-"))


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def certificate(name, subject):
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", "/CN=guildpost test")
    (folder / f"{name}.ext").write_text(f"subjectAltName={subject}\n")
    openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30",
            "-extfile", f"{name}.ext", "-out", f"{name}.crt")


openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-days", "30", "-subj", "/CN=test authority")
certificate("good", "DNS:localhost,IP:127.0.0.1,IP:::1")
certificate("other", "DNS:elsewhere.example")
(folder / "password").write_text("s3cret\n")


class Server:
    """One way to behave; `mails` is what it took, `heard` every line in clear or inside TLS."""
    def __init__(self, cert="good", offer_tls=True, implicit=False, auth="PLAIN LOGIN", refuse_auth=False, inject=False, knows=True, one_each=False, version=None):
        outer = self
        self.mails, self.heard = [], []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = version or context.maximum_version
        context.load_cert_chain(folder / f"{cert}.crt", folder / f"{cert}.key")

        class Handler(socketserver.BaseRequestHandler):
            def say(self, text):
                self.request.sendall((text + "\r\n").encode())

            def line(self):
                octets = b""
                while not octets.endswith(b"\n"):
                    one = self.request.recv(1)
                    if not one:
                        raise ConnectionError
                    octets += one
                line = octets.decode().rstrip("\r\n")
                outer.heard.append(("tls " if self.tls else "clear ") + line)
                return line

            def handle(self):
                self.tls = False
                try:
                    if implicit:
                        self.request, self.tls = context.wrap_socket(self.request, server_side=True), True
                    self.say("220 tls sink")
                    while self.command(self.line()):
                        pass
                except (ConnectionError, ssl.SSLError, OSError):
                    pass

            def scram(self, first):
                """RFC 7677, from the server's side."""
                bare = first.split(",", 2)[2]
                nonce, salt = bare.split("r=")[1] + "servers", b"some salt"
                challenge = f"r={nonce},s={base64.b64encode(salt).decode()},i=4096"
                self.say("334 " + base64.b64encode(challenge.encode()).decode())
                final = base64.b64decode(self.line()).decode()
                without, proof = final.rsplit(",p=", 1)
                salted = hashlib.pbkdf2_hmac("sha256", b"s3cret" if knows else b"guess", salt, 4096)
                mac = lambda key, text: hmac.digest(key, text, "sha256")  # noqa: E731
                client = mac(salted, b"Client Key")
                message = f"{bare},{challenge},{without}".encode()
                signature = mac(hashlib.sha256(client).digest(), message)
                good = bytes(a ^ b for a, b in zip(client, signature)) == base64.b64decode(proof)
                if good or not knows:
                    self.say("334 " + base64.b64encode(b"v=" + base64.b64encode(mac(mac(salted, b"Server Key"), message))).decode())
                    return self.line() == ""
                return False

            def command(self, line):
                verb = line.split()[0].upper()
                if verb == "EHLO":
                    offers = ["8BITMIME", "PIPELINING"]
                    offers += ["STARTTLS"] if offer_tls and not self.tls else []
                    offers += [f"AUTH {auth}"] if auth and self.tls else []
                    self.say("\r\n".join(["250-sink"] + [f"250-{o}" for o in offers[:-1]] + [f"250 {offers[-1]}"]))
                elif verb == "STARTTLS":
                    self.say("220 go on" + ("\r\n250 injected" if inject else ""))
                    self.request, self.tls = context.wrap_socket(self.request, server_side=True), True
                elif verb == "AUTH":
                    given = line.split()[2:] or None
                    if line.split()[1].upper() == "SCRAM-SHA-256":
                        good = self.scram(base64.b64decode(given[0]).decode())
                    elif line.split()[1].upper() == "LOGIN":
                        self.say("334 VXNlcm5hbWU6")
                        user = base64.b64decode(self.line()).decode()
                        self.say("334 UGFzc3dvcmQ6")
                        good = (user, base64.b64decode(self.line()).decode()) == ("poster", "s3cret")
                    else:
                        good = base64.b64decode(given[0]) == b"\0poster\0s3cret"
                    self.say("535 5.7.8 no" if refuse_auth or not good else "235 2.7.0 welcome")
                elif verb == "DATA":
                    self.say("354 go on")
                    octets = b""
                    while not octets.endswith(b"\r\n.\r\n"):
                        octets += self.request.recv(65536)
                    outer.mails.append(octets)
                    self.say("250 2.0.0 taken")
                    return not one_each
                elif verb == "QUIT":
                    self.say("221 bye")
                    return False
                else:
                    self.say("250 2.0.0 ok")
                return True

        socketserver.ThreadingTCPServer.allow_reuse_address = True
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def attempt(server, url, ca="ca.crt"):
    extra = f"smarthost-password-file = {folder / 'password'}\n" + (f"smarthost-ca-file = {folder / ca}\n" if ca else "")
    with House(smarthost=url.format(port=server.port), extra=extra) as house:
        house.community("weavers", ann="each", bob="each")
        number, _, _ = outbox.post(outbox.connect(house))
        house.run("deliver", "--once")
        server.server.shutdown()
        row = house.rows("outbox", "show", number)[0]
        row["log"] = house.error
        return row


def waits(server, row):
    return server.mails == [] and row["state"] == "deferred" and row["refused"] == 0


USER = "smtp://poster@localhost:{port}"
for says, server, url in (("STARTTLS and AUTH PLAIN", Server(), USER), ("STARTTLS and AUTH LOGIN", Server(auth="LOGIN"), USER),
                          ("STARTTLS and AUTH SCRAM-SHA-256", Server(auth="LOGIN SCRAM-SHA-256-PLUS SCRAM-SHA-256"), USER),
                          ("a TLS connection for each mail", Server(one_each=True), USER),
                          ("STARTTLS with TLS 1.2", Server(version=ssl.TLSVersion.TLSv1_2), USER),
                          ("implicit TLS", Server(implicit=True), "smtps://poster@localhost:{port}"),
                          ("a literal address that the certificate names", Server(implicit=True), "smtps://poster@127.0.0.1:{port}")):
    row = attempt(server, url)
    ok(len(server.mails) == 2 and row["state"] == "sent", f"mail goes out by {says}", f"{row}\n{server.heard}")
    ok(not any(line.startswith("clear AUTH") or line.startswith("clear MAIL") for line in server.heard),
       f"with {says}, AUTH and mail are inside TLS only", server.heard)

server = Server(offer_tls=False)
row = attempt(server, USER)
ok(waits(server, row) and "STARTTLS" in row["last_reply"], "STARTTLS stripped: no mail, it waits and says why", row)
ok(not any("AUTH" in line or "MAIL" in line for line in server.heard), "nor a password in clear", server.heard)

server = Server(cert="other")
row = attempt(server, USER)
ok(waits(server, row) and "certificate" in row["last_reply"], "a certificate for another name: no mail", row)
ok(not any("AUTH" in line for line in server.heard), "nor a password", server.heard)

server = Server()
row = attempt(server, USER, ca=None)
ok(waits(server, row) and "certificate" in row["last_reply"], "an unknown authority: no mail", row)

server = Server(refuse_auth=True)
row = attempt(server, USER)
ok(waits(server, row) and "535" in row["last_reply"], "AUTH refused: no mail goes without it, nobody bounces", row)

server = Server(auth="")
row = attempt(server, USER)
ok(waits(server, row), "AUTH not offered: likewise", row)

server = Server(auth="PLAIN SCRAM-SHA-256", knows=False)
row = attempt(server, USER)
ok(waits(server, row) and "password" in row["last_reply"], "a server that does not know the password itself gets no mail", row)
ok(not any("AUTH PLAIN" in line for line in server.heard), "nor the password by another way", server.heard)

server = Server(inject=True)
row = attempt(server, USER)
ok(waits(server, row) and "clear" in row["last_reply"], "octets slipped in behind STARTTLS are not taken for the server's", row)
done()
