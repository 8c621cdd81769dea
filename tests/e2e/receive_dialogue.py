"""RCV-01 to RCV-12 through real sockets: what is answered, and that what is answered with 250 is stored."""
import os
import shutil
import socket
import stat
import subprocess
import time

from house import House, done, ok, skip, wait_for
from lmtp import MESSAGE, Lmtp

W = "weavers@lists.example.org"


def stored(house):
    return len(house.rows("inbox", "list"))


def main_dialogue(house):
    with Lmtp(house.port) as c:
        ok(c.greeting.startswith("220 "), "it greets", c.greeting)
        ok(c.say("EHLO me").startswith("500 5.5.1"), "EHLO is refused (RCV-01)")
        c.send("LHLO me\r\n")
        lines = [c.file.readline().decode().strip() for _ in range(5)]
        ok({line[4:].split()[0] for line in lines[1:]} == {"PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME", "SIZE"},
           "LHLO offers what is tested, and nothing else (RCV-02)", lines)
        answers = c.begin(W, "nobody@lists.example.org", "weavers-owner@lists.example.org", W)
        ok([a[:9] for a in answers] == ["250 2.1.5", "550 5.1.1", "250 2.1.5", "250 2.1.5"], "RCPT: ok, unknown, ok, same again", answers)
        c.send(MESSAGE % (b"three", b"three") + b".\r\n")
        got = c.replies(3)
        ok(all(reply.startswith("250 2.0.0") for reply in got), "exactly three replies after the dot (RCV-03)", got)
        ok(c.say("NOOP").startswith("250 2.0.0 ok"), "and no fourth")
        ok(stored(house) == 2, "a repeated recipient is stored once")

        c.send("MAIL FROM:<>\r\nRCPT TO:<no@lists.example.org>\r\nRCPT TO:<nor@lists.example.org>\r\nDATA\r\nRSET\r\n")
        ok([r[:9] for r in c.replies(5)] == ["250 2.1.0", "550 5.1.1", "550 5.1.1", "503 5.5.1", "250 2.0.0"],
           "a pipelined burst whose recipients are all bad reads no message (RCV-04)")
        with_hops = b"Received: by a\r\n" * 101 + MESSAGE % (b"hops", b"hops")
        ok(c.message(with_hops, W)[0].startswith("554 5.4.6"), "101 Received fields are a loop (RCV-12)")
        ok(c.message(with_hops[16:], W)[0].startswith("250"), "100 are not")
        ok(c.say(f"MAIL FROM:<a@b.example> SIZE={30 << 20}").startswith("552 5.3.4"), "SIZE over the limit (RCV-07)")


def octet_by_octet(house):
    before = stored(house)
    body = b"Subject: dots\r\n\r\n.\n.\r\n\r.\r\n..\r\n.x\r\n" + b"y" * 5000 + b"\r\n"
    text = b"LHLO me\r\nMAIL FROM:<ann@example.org>\r\nRCPT TO:<" + W.encode() + b">\r\nDATA\r\n" + \
        body.replace(b"\r\n.", b"\r\n..") + b".\r\nQUIT\r\n"
    with Lmtp(house.port) as c:
        c.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        c.send(text, piece=1)
        got = c.replies(6)
    ok([r[:3] for r in got] == ["250", "250", "250", "354", "250", "221"], "a message of one octet a read (RCV-05)", got)
    row = house.rows("inbox", "list")[-1]
    ok(stored(house) == before + 1 and house.run("inbox", "show", row["id"], "--raw", text=False) == body, "arrives octet for octet")


def sizes(house):
    house.run("space", "create", "weavers", "small", "--posting", "anyone")
    house.run("space", "set", "small", "max-size", "2000")
    with Lmtp(house.port) as c:
        got = c.message(b"Subject: x\r\n\r\n" + b"z" * 3000 + b"\r\n", W, "small@lists.example.org")
        ok([r[:9] for r in got] == ["250 2.0.0", "552 5.2.3"], "two spaces with different limits in one transaction (RCV-07)", got)
        line = b"Subject: long\r\n\r\n" + b"x" * (1 << 20) + b"\r\n"
        ok(c.message(line, W)[0].startswith("250"), "a line of 1 MiB (RCV-06)")
        row = house.rows("inbox", "list")[-1]
        ok(house.run("inbox", "show", row["id"], "--raw", text=False) == line, "comes back whole")
        large = b"Subject: large\r\n\r\n" + (b"0123456789" * 97 + b"\r\n") * 24000
        ok(c.message(large, W)[0].startswith("250"), "a message of 23 MiB")
        row = house.rows("inbox", "list")[-1]
        ok(house.run("inbox", "show", row["id"], "--raw", text=False) == large, "comes back whole, from the file it was spooled to")
        ok(c.message(large * 2, W)[0].startswith("552 5.3.4"), "a larger one is refused after the dot, whatever was declared")


def others_are_not_blocked(house):
    """Slow, hanging, deaf and raving peers, and one that is served meanwhile."""
    hanging = [Lmtp(house.port) for _ in range(20)]
    for c in hanging[:10]:
        c.begin(W)
        c.send(b"Subject: half\r\n\r\nhal")
    raving = Lmtp(house.port)
    raving.socket.settimeout(5)
    try:
        for _ in range(200):
            raving.send(os.urandom(2000) + b"\r\n")
    except OSError:
        pass
    deaf = Lmtp(house.port)
    deaf.socket.setblocking(False)
    try:
        while deaf.socket.send(b"NOOP\r\n" * 10000) > 0:
            pass
    except BlockingIOError:
        pass
    big = [Lmtp(house.port) for _ in range(10)]
    for c in big:
        c.begin(W)
        c.send(b"Subject: big\r\n\r\n" + b"x" * (8 << 20))
    begun = time.monotonic()
    with Lmtp(house.port) as c:
        ok(c.message(MESSAGE % (b"meanwhile", b"meanwhile"), W)[0].startswith("250"), "a post gets through among 33 bad clients")
    ok(time.monotonic() - begun < 5, "at once", time.monotonic() - begun)
    for c in big:
        c.send(b"\r\n.\r\n")
    ok(all(c.reply().startswith("250") for c in big), "ten large messages at once are stored")
    for c in hanging + big + [raving, deaf]:
        c.close()


def full_house(house):
    crowd = []
    refused = None
    for _ in range(60):
        c = Lmtp(house.port)
        if c.greeting.startswith("421"):
            refused = c.greeting
            break
        crowd.append(c)
    ok(refused is not None and refused.startswith("421 4.3.2") and len(crowd) == 50, "one more than max-connections hears 421", (refused, len(crowd)))
    ok(house.accept("ann@example.org", W, "Subject: x\n\nx\n") == "", "accept goes by the store meanwhile")
    for c in crowd:
        c.close()
    ok(wait_for(lambda: Lmtp(house.port).greeting.startswith("220")), "when they have gone there is room again")


def unix_socket(house):
    path = house.dir / "lmtp.sock"
    with Lmtp(path) as c:
        ok(c.message(MESSAGE % (b"unix", b"unix"), W)[0].startswith("250"), "the unix socket takes mail")
    facts = path.stat()
    ok(stat.S_IMODE(facts.st_mode) == 0o620, "has the mode that was wanted", oct(facts.st_mode))


def real_client(house):
    if not shutil.which("swaks"):
        skip("swaks sends a message", "no swaks here")
        return
    before = stored(house)
    sent = subprocess.run(["swaks", "--protocol", "LMTP", "--server", f"127.0.0.1:{house.port}", "--from", "ann@example.org", "--to",
                           f"{W},weavers-owner@lists.example.org", "--pipeline"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    ok(sent.returncode == 0 and stored(house) == before + 2, "swaks sends a pipelined message to two", sent.stdout.decode())


with House(play=False, extra="max-connections = 50\nlisten-mode = 0620\n") as house:
    house.run("community", "create", "weavers", "--timezone", "Europe/Berlin", "--rhythm", "weekly on thursday at 08:00")
    with open(house.conf, "a") as conf:
        conf.write(f"listen = unix:{house.dir}/lmtp.sock\n")
    receive = house.start("receive", wait="ready")
    main_dialogue(house)
    octet_by_octet(house)
    sizes(house)
    others_are_not_blocked(house)
    full_house(house)
    unix_socket(house)
    real_client(house)
    peak = [int(line.split()[1]) for line in open(f"/proc/{receive.pid}/status") if line.startswith("VmHWM")][0]
    if "asan" in os.environ.get("BUILD", ""):
        skip("receive stays below 64 MiB through all of this", "a sanitizer has memory of its own")
    else:
        ok(peak < 64 * 1024, "receive stays below 64 MiB through all of this", f"{peak} KiB")
    receive.terminate()
    ok(receive.wait(10) == 0, "SIGTERM ends it with 0")
    ok(not (house.dir / "lmtp.sock").exists(), "and takes its socket away")
done()
