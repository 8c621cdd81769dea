#!/usr/bin/env python3
"""One journey through a real Postfix and a real Dovecot, wired with the lines that `guildpost doctor` prints.

SMTP -> Postfix -> LMTP -> guildpost -> Postfix as smarthost -> LMTP -> Dovecot -> IMAP, and an answer all the way back.
"""
import re
import smtplib

import mta
from house import House, done, free_port, ok, skip, wait_for

WEDNESDAY, THURSDAY = "2026-06-03T10:00:00Z", "2026-06-04T06:00:30Z"
POST = """\
From: Ann Lee <ann@example.org>
To: weavers@lists.example.org
Subject: Which sett for linen?
Date: Wed, 03 Jun 2026 11:59:00 +0200
Message-ID: <sett@example.org>

I have two cones of 16/2 line linen and want to weave towels in plain
weave. Which sett do you use, and does it change in the wash?

Ann
"""


def wait_for_mail(server, address, count=1, seconds=30):
    return wait_for(lambda: len(found) >= count and found if (found := server.mailbox(address)) else [], seconds, 0.3)


def journey(house, server):
    house.community("weavers", steward="stella@example.org", ann="each", bob="each", wil="weekly")
    lines = next(row["remedy"] for row in house.rows("doctor", status=None) if row["check"] == "mta")
    server.start(lines)
    serve = house.start("serve", wait="serve.ready")
    findings = house.rows("doctor")
    ok(all(row["result"] == "ok" for row in findings), "doctor finds nothing to mend once all is up", findings)

    with server.smtp() as client:
        client.sendmail("ann@example.org", ["weavers@lists.example.org"], POST)
    copies = wait_for_mail(server, "bob@example.org")
    ok(len(copies) == 1 and copies[0]["Subject"] == "Which sett for linen?", "a post sent to Postfix reaches a member's Dovecot mailbox",
       server.log()[-4000:])
    ok(copies and copies[0]["Message-ID"] == "<sett@example.org>", "it is still the author's message")
    ok(copies and re.match(r"<?weavers\+b\w+@lists\.example\.org>?$", copies[0]["Return-Path"] or ""),
       "its envelope sender names the copy (VERP)", copies and copies[0]["Return-Path"])
    ok(server.mailbox("wil@example.org") == [], "who reads weekly has no copy")

    with server.smtp() as client:
        try:
            client.sendmail("stranger@example.net", ["wevers@lists.example.org"], POST)
            refused = None
        except smtplib.SMTPRecipientsRefused as refusal:
            refused = refusal.recipients["wevers@lists.example.org"]
    ok(refused and refused[0] == 550 and b"5.1.1" in refused[1], "an unknown address is refused by Postfix at RCPT (RCV-09)", refused)
    ok("sender non-delivery notification" not in server.log(), "and no bounce is made of it")

    serve.terminate()
    ok(serve.wait(20) == 0, "serve ends when it is asked to", serve.log.read_text())
    house.now = THURSDAY
    house.start("serve", wait="serve.ready")
    digests = wait_for_mail(server, "wil@example.org")
    ok(len(digests) == 1, "the weekly digest reaches its reader by the same road", server.log()[-4000:])
    text = digests[0].get_body(("plain",)).get_content() if digests else ""
    addresses = re.findall(r"weavers\+t\w+@lists\.example\.org", text)
    ok(addresses, "its item has a thread address", text)

    answer = (f"From: Wil <wil@example.org>\nTo: {addresses[0] if addresses else 'nobody@lists.example.org'}\nSubject: a word from the digest\n"
              "Message-ID: <answer@example.org>\nDate: Thu, 04 Jun 2026 08:10:00 +0200\n\nTwenty-eight to the inch, and it does not change.\n")
    with server.smtp() as client:
        client.sendmail("wil@example.org", addresses[:1], answer)
    found = wait_for(lambda: {row["message_id"]: row for row in house.rows("archive", "list", "weavers")}.get("<answer@example.org>"), 20, 0.3)
    thread = next((row["thread"] for row in house.rows("archive", "list", "weavers") if row["message_id"] == "<sett@example.org>"), None)
    ok(found and found["thread"] == thread, "a reply typed to it lands in that thread, without any References", found)
    ok(len(wait_for_mail(server, "bob@example.org", 2)) == 2, "and its copies go out")
    ok(wait_for(lambda: server.queue() == "", 10), "in the end Postfix has nothing left in its queue", server.queue())


why = mta.missing()
if why:
    skip("a journey through Postfix and Dovecot", why)
else:
    port = free_port()
    with mta.Mta(port) as server, House("postfix", now=WEDNESDAY, smarthost=f"smtp://127.0.0.1:{port}") as house:
        journey(house, server)
done()
