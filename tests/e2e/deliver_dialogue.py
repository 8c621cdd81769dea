#!/usr/bin/env python3
"""The dialogue with a smarthost, word for word: extensions only when they are offered (SND-03, SND-09, SND-13), and nothing of
what the library below us is known to do wrong."""
import email
import email.policy
import socket
import threading

import outbox
from house import House, done, ok, wait_for
from server import Server


def deliver(server, count=2, extra="", body=None, smarthost=None, conf="smarthost-connections = 1\n", before=None, now=None, shared=False):
    """One post to `count` members; its row in the end."""
    with House(smarthost=smarthost or server.url, extra=conf) as house:
        house.community("weavers")
        db = outbox.connect(house)
        outbox.members(db, count)
        if shared:
            house.run("space", "set", "weavers", "delivery", "shared")
        if before:
            before(db)
        number, _, _ = outbox.post(db, extra=extra, **({"body": body} if body else {}))
        house.run("deliver", "--once")
        if now:
            house.run("deliver", "--once", now=now)
        row = house.rows("outbox", "show", number, now=now)[0]
        row["log"] = house.error
        return row


def parsed(octets):
    return email.message_from_bytes(octets, policy=email.policy.default)


# --- what is offered, and what is not -----------------------------------------------------------------------------------
with Server(offers=["PIPELINING", "8BITMIME", "DSN", "CHUNKING", "SMTPUTF8", "SIZE 1000000"]) as server:
    row = deliver(server)
    ok(len(server.mails) == 2 and row["state"] == "sent", "a server with every extension takes the mail", row)
    mail = server.mails[0].line
    ok("RET=HDRS" in mail and "ENVID=" in mail, "DSN is offered: headers only, and an envelope id (SND-03)", mail)
    rcpts = server.commands("RCPT")
    ok(all("NOTIFY=FAILURE" in line for line in rcpts) and "ORCPT=rfc822;m0000001@example.org" in rcpts[0],
       "each recipient asks for failures only and names its original recipient", rcpts)
    ok("SMTPUTF8" not in mail and "BODY=" not in mail, "a mail in ASCII asks for neither SMTPUTF8 nor 8BITMIME", mail)
    ok(not server.commands("BDAT"), "CHUNKING is never used (SND-10)", server.heard)
    ok(len({line.split("ENVID=")[1].split()[0] for line in server.commands("MAIL")}) == 2, "envelope ids differ", server.heard)

with Server(offers=["PIPELINING"]) as server:
    deliver(server)
    ok(not any(word in line for line in server.heard for word in ("RET=", "ENVID=", "NOTIFY=", "ORCPT=", "BODY=", "SIZE=")),
       "nothing that was not offered is asked for", server.heard)

KOI = "\u043f\u0440\u0438\u0432\u0435\u0442 " * 40
EIGHT = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
with Server(offers=["PIPELINING", "8BITMIME"]) as server:
    row = deliver(server, extra=EIGHT, body="Gr\u00fc\u00dfe aus K\u00f6ln\r\n")
    ok(len(server.mails) == 2 and "BODY=8BITMIME" in server.mails[0].line, "8 bits go as they are where 8BITMIME is offered", server.heard)
    ok("Grüße".encode() in server.mails[0].octets, "octet for octet", server.mails[0].octets)

for says, body, coding in (("few 8-bit octets become quoted-printable", "Gr\u00fc\u00dfe aus K\u00f6ln, ohne 8 Bit.\r\n.\r\n", "quoted-printable"),
                           ("many become base64", KOI + "\r\n", "base64")):
    with Server(offers=["PIPELINING", "DSN"]) as server:
        row = deliver(server, extra=EIGHT, body=body)
        octets = server.mails[0].octets if server.mails else b""
        ok(octets and max(octets) < 128 and "BODY=" not in server.mails[0].line, f"no 8BITMIME: {says} (SND-09)", f"{row}\n{octets}")
        seen = parsed(octets)
        ok(seen["Content-Transfer-Encoding"] == coding and seen.get_content().replace("\r\n", "\n") == body.replace("\r\n", "\n"),
           f"where {says} the text is the same", f"{seen['Content-Transfer-Encoding']} {seen.get_content()!r}")
        ok("List-Unsubscribe" in seen and seen["List-Unsubscribe"] != parsed(server.mails[1].octets)["List-Unsubscribe"],
           f"and where {says} each copy keeps its own way out", octets)

NESTED = ("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=aa\r\nContent-Transfer-Encoding: 8bit\r\n")
NESTED_BODY = ("--aa\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\nplain\r\n"
               "--aa\r\nContent-Type: multipart/signed; boundary=bb; protocol=\"application/pgp-signature\"; micalg=pgp-sha256\r\n\r\n"
               "--bb\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nsigned by Jörg\r\n--bb\r\nContent-Type: application/pgp-signature\r\n\r\nxx\r\n--bb--\r\n"
               "--aa\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n<p>Köln</p>\r\n--aa--\r\n")
with Server(offers=["PIPELINING"]) as server:
    row = deliver(server, count=1, extra=NESTED, body=NESTED_BODY)
    octets = server.mails[0].octets if server.mails else b""
    ok(b"signed by J\xc3\xb6rg\r\n--bb\r\n" in octets, "what is signed keeps its octets", octets)
    ok(b"<p>K=C3=B6ln</p>" in octets and octets.count(b"quoted-printable") == 1, "its neighbour is recoded for itself", octets)

RAW_HEAD = "Cc: J\u00f6rg <joerg@example.org>\r\nX-Note: gr\u00fcn\r\n"
for offers in (["PIPELINING", "8BITMIME", "SMTPUTF8"], []):
    with Server(offers=offers) as server:
        deliver(server, count=1, extra=RAW_HEAD)
        octets = server.mails[0].octets if server.mails else b""
        ok(octets and max(octets) < 128 and "SMTPUTF8" not in server.mails[0].line and parsed(octets)["X-Note"] == "grün"
           and "joerg@example.org" in octets.decode(), f"raw 8-bit header fields become encoded-words (server offers {offers})", octets)

RAW_ADDRESS = "Cc: \u6d4b\u8bd5@example.org\r\n"
with Server(offers=["8BITMIME", "SMTPUTF8"]) as server:
    deliver(server, count=1, extra=RAW_ADDRESS)
    ok(server.mails and server.mails[0].line.endswith(" SMTPUTF8") and "测试@example.org".encode() in server.mails[0].octets,
       "an address that is not ASCII goes with SMTPUTF8 where that is offered", server.heard)
with Server(offers=["8BITMIME"]) as server:
    deliver(server, count=1, extra=RAW_ADDRESS)
    ok(server.mails and "SMTPUTF8" not in server.mails[0].line and b"\xe6\xb5\x8b" not in server.mails[0].octets,
       "where it is not, the mail goes without that address", server.mails)

# --- what the library does wrong by itself ------------------------------------------------------------------------------
with Server(on=lambda verb, line, peer: b"250\r\n" if verb in ("MAIL", "RCPT", "DOT") else None) as server:
    row = deliver(server)
    ok(row["delivered"] == 2, "a bare 250 with neither blank nor text is a reply", row)

with Server(on=lambda verb, line, peer: "250-2.1.5 one\r\n250 2.6.0 two" if verb == "RCPT" else None) as server:
    ok(deliver(server)["delivered"] == 2, "lines of one reply may have different enhanced codes")

with Server(on=lambda verb, line, peer: "".join(f"250-2.0.0 {'long words ' * 18}{n}\r\n" for n in range(50)) + "250 2.0.0 taken" if verb == "DOT" else None) as server:
    row = deliver(server, count=3)
    ok(row["delivered"] == 3 and server.connections == 1, "a reply of ten thousand octets is read whole, and the next is not taken for its rest", row)

with Server(on=lambda verb, line, peer: {"RCPT": "550 5.1.1 no such user", "DATA": "354 go on all the same"}.get(verb)) as server:
    row = deliver(server, count=3)
    ok((row["refused"], row["delivered"]) == (3, 0) and [e["code"] for e in row["exceptions"]] == [550] * 3,
       "all are refused, and 354 all the same: an empty message ends it, and nothing counts as delivered", row)
    ok(server.connections == 1 and not server.mails, "on one connection", server.connections)

with Server(on=lambda verb, line, peer: "451 4.3.0 not this one" if verb == "DOT" and "m0000001" in line else None) as server:
    row = deliver(server, count=3)
    ok((row["delivered"], row["deferred"]) == (2, 1) and server.connections == 1, "a message that is put off ends no connection", row)

calls = []
with Server(on=lambda verb, line, peer: "452 4.2.1 slow down" if verb == "RCPT" and not calls and not calls.append(1) else None) as server:
    row = deliver(server, count=3)
    ok((row["delivered"], row["deferred"]) == (2, 1) and len(server.commands("MAIL")) == 3, "after a refused recipient the next mail begins anew", server.heard)

broken = []
with Server(on=lambda verb, line, peer: "" if verb == "RCPT" and "m0000002" in line and not broken and not broken.append(1) else None) as server:
    row = deliver(server, count=3)
    first = [after[:4] for before, after in zip(server.heard, server.heard[1:]) if before.startswith("EHLO")]
    ok(row["delivered"] == 3 and first == ["MAIL", "MAIL"], "a new connection begins with MAIL, whatever the last one left open", server.heard)

with Server() as server:
    row = deliver(server, before=lambda db: db.execute("UPDATE member SET address = ? WHERE address LIKE 'm0000001@%'",
                                                       ("m1@example.org>\r\nRCPT TO:<evil@example.org",)))
    ok(not any("evil" in line for line in server.heard) and row["delivered"] == 1 and row["refused"] == 1,
       "an address that holds a line end reaches no server, and keeps nobody else waiting", f"{row}\n{server.heard}")
with Server() as server:
    row = deliver(server, body="first\n.\r\nMAIL FROM:<evil@example.org>\r\nlast\r\n")
    ok(row["state"] == "failed" and not server.mails and not server.commands("MAIL"), "a body with a bare LF is not sent (SMTP smuggling)", row)
with Server() as server:
    text = "".join(f"{'.' * n}{'x' * (n % 7)}\r\n" for n in range(40)) + ".\r\n"
    deliver(server, count=1, body=text)
    ok(server.mails and server.mails[0].octets.endswith(b"\r\n\r\n" + text.encode()), "dots at the beginning of lines arrive as they were", server.mails)

with Server() as server:
    row = deliver(server, count=40, body=("over, under " * 5 + "\r\n") * 100)
    gaps = sorted(b.at - a.at for a, b in zip(server.mails, server.mails[1:]))
    ok(row["delivered"] == 40 and gaps[len(gaps) // 2] < 0.03, "no mail of 6 KiB waits 40 ms for an acknowledgement (Nagle)", gaps)

# --- a connection that is kept ------------------------------------------------------------------------------------------
for says, word in (("says 421 and leaves", b"421 4.4.2 you are idle\r\n"), ("leaves without a word", b"")):
    left = []

    def leave(peer, word=word):
        peer.socket.sendall(word)
        peer.socket.shutdown(socket.SHUT_RDWR)
        left.append(peer)

    def on(verb, line, peer):
        if verb == "DOT" and "m0000002@" in line and not left:
            threading.Timer(0.1, leave, [peer]).start()

    with Server(on=on) as server, House(smarthost=server.url, extra="smarthost-connections = 1\n") as house:
        house.community("weavers")
        db = outbox.connect(house)
        outbox.members(db, 2)
        house.start("deliver", wait="deliver.ready")
        for turn in (1, 2):
            number, _, _ = outbox.post(db)
            outbox.ring(house)
            ok(wait_for(lambda: house.rows("outbox", "show", number)[0]["state"] == "sent" and bool(left), 30), f"where the server {says} from an idle connection, post {turn} is delivered",
               house.rows("outbox", "show", number)[0])
        ok(len(server.mails) == 4 and server.connections == 2, "all of it on two connections, and nobody waits for a second attempt", (len(server.mails), server.connections))

# --- roads --------------------------------------------------------------------------------------------------------------
with Server(host="::1") as server:
    ok(deliver(server)["delivered"] == 2, "an IPv6 literal is an address of a smarthost", server.heard)
with Server(lmtp=True, on=lambda verb, line, peer: "452 4.2.2 full" if verb == "DOT" and "m0000002" in line else None) as server:
    row = deliver(server, count=3)
    ok((row["delivered"], row["deferred"]) == (2, 1) and server.heard[0].startswith("LHLO "), "LMTP over a unix socket", f"{row}\n{server.heard}")
with Server() as good:
    for says, on in (("refuses at its greeting", lambda verb, line, peer: "554 5.3.2 go away" if verb == "CONNECT" else None),
                     ("says 421 at its greeting", lambda verb, line, peer: "421 4.3.2 busy" if verb == "CONNECT" else None),
                     ("hangs up at EHLO", lambda verb, line, peer: "" if verb == "EHLO" else None),
                     ("refuses EHLO", lambda verb, line, peer: "502 5.5.1 what?" if verb == "EHLO" else None),
                     ("speaks something else", lambda verb, line, peer: b"SSH-2.0-x\r\n" if verb == "CONNECT" else None)):
        with Server(on=on) as bad:
            before = len(good.mails)
            row = deliver(bad, conf=f"smarthost = {good.url}\nsmarthost-connections = 1\n")
            ok(row["delivered"] == 2 and len(good.mails) == before + 2, f"where the first smarthost {says}, the second takes over", row)
done()
