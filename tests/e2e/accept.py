"""accept: one message from standard input, for aliases and pipes (INTERFACE.md, RCV-08)."""
import os
import subprocess

from house import PROGRAM, House, done, ok, skip

W = "weavers@lists.example.org"


def last(house):
    row = house.rows("inbox", "list")[-1]
    return row, house.run("inbox", "show", row["id"], "--raw", text=False)


def piped(house, octets, *arguments, status=0, **environment):
    finished = subprocess.run(house.command("accept", *arguments), input=octets, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={**os.environ, **environment}, timeout=60)
    house.error = finished.stderr.decode()
    return finished.returncode == status


def by_either_way(house, way):
    ok(piped(house, b"From ann@a.example Thu Nov 26 08:00:00 2026\nSubject: a\n\n.dot\n..dots\nFrom here\nend", W), f"{way}: a message of LF lines", house.error)
    row, octets = last(house)
    ok(octets == b"Subject: a\r\n\r\n.dot\r\n..dots\r\nFrom here\r\nend\r\n", f"{way}: arrives with CR LF, without the mbox line", octets)
    ok(row["sender"] == "ann@a.example", f"{way}: whose address is the sender", row)
    crlf = b"Subject: b\r\n\r\nbare\nLF and\r\n.\r\nbare\rCR\r\n"
    ok(piped(house, crlf, "--sender", "<bob@b.example>", W, "weavers-owner@lists.example.org", W), f"{way}: one with CR LF, to three", house.error)
    row, octets = last(house)
    ok(octets == crlf and row["sender"] == "bob@b.example", f"{way}: arrives octet for octet", octets)
    ok(len({r["recipient"] for r in house.rows("inbox", "list") if r["sender"] == "bob@b.example"}) == 2, f"{way}: for each recipient")
    before = len(house.rows("inbox", "list"))
    ok(piped(house, b"Subject: x\n\nx\n", W, "nobody@lists.example.org", status=67) and "nobody" in house.error, f"{way}: one unknown: 67, and it is named", house.error)
    ok(piped(house, b"Subject: x\n\nx\n", "not an address", status=65), f"{way}: bad syntax: 65", house.error)
    ok(piped(house, b"Subject: x\n\nx\n", "--sender", "a b", W, status=65), f"{way}: a bad sender: 65", house.error)
    ok(piped(house, b"", W, status=65), f"{way}: nothing on standard input: 65", house.error)
    ok(piped(house, b"x" * 70000, W, status=69), f"{way}: larger than max-message-size: 69", house.error)
    ok(piped(house, b"x" * 3000, W, "small@lists.example.org", status=69), f"{way}: larger than one of the spaces takes: 69", house.error)
    ok(piped(house, b"Received: a\n" * 101 + b"\nx\n", W, status=69), f"{way}: mail in circles: 69", house.error)
    ok(piped(house, b"Subject: x\n\nx\n", status=64), f"{way}: no recipient: 64", house.error)
    ok(len(house.rows("inbox", "list")) == before, f"{way}: of all these nothing is stored")
    ok(piped(house, b"Subject: s\n\ns\n", W, SENDER="cat@c.example") and last(house)[0]["sender"] == "cat@c.example", f"{way}: $SENDER is the sender where none is told")
    ok(piped(house, b"Subject: s\n\ns\n", W, SENDER="MAILER-DAEMON") and last(house)[0]["sender"] == "<>", f"{way}: MAILER-DAEMON is the null one")


def as_nobody(house):
    """A user who may read the configuration and connect, and may not open the store."""
    if os.getuid() != 0:
        skip("accept as another user", "only root can become somebody else")
        return
    for path, mode in ((house.folder, 0o755), (house.dir, 0o755), (house.conf, 0o644)):
        path.chmod(mode)
    before = len(house.rows("inbox", "list"))

    def run():
        return subprocess.run([PROGRAM, "-c", str(house.conf), "accept", "--sender", "ann@a.example", W], input=b"Subject: nobody\n\nx\n",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, user="nobody", group="nogroup", extra_groups=[], timeout=60)

    try:
        receive = house.start("receive", wait="ready")
        finished = run()
    except PermissionError:
        skip("accept as another user", "nobody may not run the program where it lies")
        receive.terminate()
        receive.wait(10)
        return
    ok(finished.returncode == 0 and len(house.rows("inbox", "list")) == before + 1, "nobody hands over to the running receive", finished.stderr.decode())
    receive.terminate()
    receive.wait(10)
    finished = run()
    ok(finished.returncode == 75, "without it, and without the store: 75", (finished.returncode, finished.stderr.decode()))
    house.conf.chmod(0o600)
    finished = run()
    ok(finished.returncode == 75, "a configuration that nobody may read: 75, not 78, or the MTA would send it back", finished.stderr.decode())


with House(play=False, extra="max-message-size = 65536\n") as house:
    house.run("community", "create", "weavers", "--timezone", "Europe/Berlin", "--rhythm", "weekly on thursday at 08:00")
    house.run("space", "create", "weavers", "small")
    house.run("space", "set", "small", "max-size", "2000")
    by_either_way(house, "by the store")
    receive = house.start("receive", wait="ready")
    by_either_way(house, "by receive")
    stored = receive.log.read_text().count("intake.stored")
    ok(stored == 4, "and it was receive that stored", stored)
    receive.terminate()
    receive.wait(10)
    as_nobody(house)
done()
