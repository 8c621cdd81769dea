"""Smarthosts that give mail an id of their own, take fields away or sign for others are found out, and answers find their thread
all the same (SND-12)."""
import re

from house import House, done, ok
from sink import Sink

SIGNED = b"DKIM-Signature: v=1; a=rsa-sha256; d=example.org;\r\n\ts=k; h=from:to; bh=x; b=y\r\n"
REWRITTEN = "<0102018f-rewritten@email.amazonses.example>"


def compare(house, octets, status):
    return {row["check"]: row for row in house.rows("doctor", "--received", "-", input=octets, status=status)}


with Sink(keep=True) as sink, House(smarthost=sink.url) as house:
    house.run("doctor", "--send", "probe@elsewhere.example", status=67)
    house.community("weavers", ann="each", bob="each")
    house.run("doctor", "--received", "-", input=b"Subject: x\r\n\r\n", status=69)
    ok("doctor --send" in house.error, "with nothing sent there is nothing to compare, and it says what to do", house.error)
    house.run("doctor", "--send", "no address", status=64)
    house.run("doctor", "--send", "probe@elsewhere.example")
    house.run("deliver", "--once")
    sent = sink.messages()[0]
    ok([copy["recipient"] for copy in sink.copies()] == ["probe@elsewhere.example"] and b"guildpost doctor --received FILE" in sent,
       "the mail goes to the mailbox by the smarthost, and says what to do with it", sent.decode())

    seen = compare(house, b"Return-Path: <x@y.example>\r\nReceived: from here\r\n" + SIGNED + sent, 0)
    ok({check: row["result"] for check, row in seen.items()} == {"message-id": "ok", "list fields": "ok", "dkim": "ok"}, "what arrives as it was sent, and signed, is well", seen)
    seen = compare(house, sent, 0)
    ok(seen["dkim"]["result"] == "warn" and "sign" in seen["dkim"]["remedy"], "no signature: a warning", seen)
    seen = compare(house, SIGNED.replace(b"d=example.org", b"d=amazonses.example") + sent, 0)
    ok(seen["dkim"]["result"] == "warn" and seen["dkim"]["text"] == "amazonses.example", "one of another domain only: likewise", seen)
    seen = compare(house, SIGNED.replace(b"d=example.org", b"d=notexample.org") + sent, 0)
    ok(seen["dkim"]["result"] == "warn", "a domain that only ends alike is another one", seen)
    seen = compare(house, SIGNED + re.sub(rb"(?m)^Message-ID: .*$", b"Message-ID: " + REWRITTEN.encode() + b"\r", sent), 78)
    ok(seen["message-id"]["result"] == "fail" and REWRITTEN in seen["message-id"]["text"], "another Message-ID fails", seen)
    seen = compare(house, SIGNED + re.sub(rb"(?m)^List-(Unsubscribe|Post): .*\n", b"", sent), 0)
    ok(seen["list fields"]["result"] == "warn" and seen["list fields"]["text"] == "List-Post, List-Unsubscribe", "List-* fields that are gone are named", seen)
    seen = compare(house, b"Authentication-Results: mx.elsewhere.example; dkim=fail (body hash did not verify)\r\n" + SIGNED + sent, 78)
    ok(seen["dkim verdict"]["result"] == "fail", "a signature that the other side finds broken fails", seen)
    house.run("doctor", "--received", "-", input=b"no mail at all", status=65)
    house.run("doctor", "--received", "/nonexistent", status=66)

    # A member's copy with an id of the smarthost's: the answer cites what was never heard of here.
    house.post("ann@example.org", "weavers@lists.example.org", "Subject: Warp\n\nWhich sett?\n")
    house.settle()
    thread = house.rows("archive", "threads", "weavers")[0]["thread"]
    cites = f"In-Reply-To: {REWRITTEN}\nReferences: {REWRITTEN}\n\nThirty to the inch.\n"
    house.post("bob@example.org", f"weavers+{thread}@lists.example.org", "Subject: Something else altogether\n" + cites)
    house.settle()
    rows = house.rows("archive", "list", "weavers")
    ok(len(rows) == 2 and {row["thread"] for row in rows} == {thread}, "an answer to an id that the smarthost made finds its thread by the address", rows)
done()
