"""Who cannot be reached is asked and comes back; a provider in trouble harms nobody; complaints and forgeries (SND-06, LST-21, SEC-05)."""
import smtplib
import time

from house import done, ok
from letters import address, bounce, field, reply, text, verp
from living import Living

DAYS = [f"2026-06-{day:02}T08:00:00Z" for day in range(1, 31)]


def states(house):
    return {row["address"]: row["state"] for row in house.rows("member", "list", "weavers")}


def post(house, number, now):
    house.post("ruth@example.org", "weavers@lists.example.org", f"Subject: Day {number}\n\nHello.\n", now=now)
    house.settle(now=now)


def comes_back(house):
    for number in range(2):
        post(house, number, DAYS[number])
        bounce(house, verp(house.mailbox("ann@example.org")[number]), "ann@example.org", now=DAYS[number])
        house.settle(now=DAYS[number])
    ok(states(house)["ann@example.org"] == "bouncing", "two hard days suspend", house.error)
    box = lambda: house.mailbox("ann@example.org")[2:]
    house.settle(now=DAYS[3])
    ok(box() == [], "she is let alone at first")
    house.settle(now=DAYS[5])
    (probe,) = box()
    ok("does this reach you" in field(probe, "subject") and "Why you got this" in text(probe), "after three days she is asked", text(probe))
    bounce(house, verp(probe), "ann@example.org", now=DAYS[5])
    house.settle(now=DAYS[6])
    house.post("ann@example.org", address(probe), f"Auto-Submitted: auto-replied\nSubject: Away\nIn-Reply-To: {field(probe, 'message-id')}\n\nAway.\n", now=DAYS[6])
    house.settle(now=DAYS[6])
    ok(states(house)["ann@example.org"] == "bouncing" and len(box()) == 1, "a machine's answer brings nobody back, and there is one question a week")
    house.settle(now=DAYS[13])
    ok(len(box()) == 2, "a week later one more")
    reply(house, box()[0], "ann@example.org", "here I am", now=DAYS[14])
    house.settle(now=DAYS[14])
    ok(states(house)["ann@example.org"] == "active" and "you are back" in field(box()[-1], "subject"), "who answers, to the first or the last, is back", text(box()[-1]))
    reply(house, box()[1], "ann@example.org", "here I am", now=DAYS[14])
    post(house, 15, DAYS[15])
    ok(field(box()[-1], "subject") == "Day 15", "and gets mail again")
    bounce(house, verp(box()[-1]), "ann@example.org", now=DAYS[15])
    bounce(house, verp(box()[-1]), "ann@example.org", now=DAYS[16])
    house.settle(now=DAYS[16])
    ok(states(house)["ann@example.org"] == "active", "what was before is forgotten, and one copy's report counts once, however often it comes")
    ok([row["act"] for row in house.rows("ledger", "weavers") if row["act"].startswith("member.b")] == ["member.bouncing", "member.back"], "both stand in the ledger")


def provider(house):
    for number in range(8):
        house.run("member", "add", "weavers", f"m{number}@big.example", "--delivery", "each")
    for number in (20, 21):
        post(house, number, DAYS[number])
        for member in range(7):
            copy = [mail for mail in house.mailbox(f"m{member}@big.example") if field(mail, "subject") == f"Day {number}"][0]
            bounce(house, verp(copy), f"m{member}@big.example", status="5.1.1", now=DAYS[number])
        house.settle(now=DAYS[number])
    now = states(house)
    ok(all(now[f"m{member}@big.example"] == "active" for member in range(8)), "seven of eight at one provider fail for two days: nobody is suspended", now)
    told = [mail for mail in house.mailbox("ruth@example.org") if "big.example" in field(mail, "subject")]
    ok(len(told) == 2 and "Nobody was suspended" in text(told[0]) and "5.1.1" in text(told[0]), "the stewards are told what happened, once a day",
       [field(mail, "subject") for mail in told])


def complaint(house):
    copy = [mail for mail in house.mailbox_raw("m7@big.example")][-1].replace(b"m7@big.example", b"[redacted]").replace(b"\r\n", b"\n").decode()
    report = """From: fbl@big.example
To: abuse@lists.example.org
Subject: Abuse report
Message-ID: <%d@big.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="xx"

--xx
Content-Type: text/plain

This is an abuse report.

--xx
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Big/1.0
Version: 1

--xx
Content-Type: message/rfc822

%s
--xx--
"""
    house.run("space", "create", "weavers", "dyers", now=DAYS[21])
    house.run("subscribe", "dyers", "m7@big.example", "--delivery", "daily", now=DAYS[21])
    mode = lambda: [[one["delivery"] for one in row["subscriptions"]] for row in house.rows("member", "list", "weavers") if row["address"] == "m7@big.example"][0]
    stripped = "\n".join(line for line in copy.split("\n") if not line.lower().startswith("list-unsubscribe"))
    house.accept("", "abuse@lists.example.org", report % (time.monotonic_ns(), stripped), now=DAYS[22])
    house.settle(now=DAYS[22])
    ok(mode() == ["daily", "each"], "a complaint without our token changes nothing (LST-21)")
    before = len(house.mailbox("m7@big.example"))
    for to in ("abuse@lists.example.org", "weavers+steward@lists.example.org"):
        house.accept("fbl@big.example", to, report % (time.monotonic_ns(), copy), now=DAYS[22])
    house.settle(now=DAYS[22])
    ok(mode() == ["none", "none"], "with it, the member gets no more mail, of whichever space", mode())
    told = [mail for mail in house.mailbox("ruth@example.org") if "spam" in field(mail, "subject")]
    ok(len(told) == 1 and "m7@big.example" in text(told[0]), "the stewards hear of it, once")
    ok(house.mailbox("fbl@big.example") == [] and len(house.mailbox("m7@big.example")) == before, "neither the provider nor the member is answered")
    ok(len(house.mailbox("postmaster@example.org")) >= 2, "and the operator sees what went to abuse@")


def forged(house):
    now = DAYS[25]
    before = states(house)
    rows = len(house.rows("ledger"))
    house.now = now
    own = verp([mail for mail in house.mailbox("m0@big.example")][-1])
    refused = accepted = 0
    with house.lmtp() as door:
        for number in range(1000):
            victim = f"m{number % 7}@big.example"
            to = ("weavers-bounces@lists.example.org", "weavers+steward@lists.example.org",
                  own[:-20 - len("@lists.example.org")] + f"{number:020d}" + "@lists.example.org")[number % 3]
            report = (f"From: MAILER-DAEMON@big.example\nTo: {to}\nSubject: Undelivered Mail Returned to Sender\nMessage-ID: <f{number}@big.example>\nMIME-Version: 1.0\n"
                      "Content-Type: multipart/report; report-type=delivery-status; boundary=xx\n\n--xx\nContent-Type: text/plain\n\nNo.\n\n--xx\n"
                      f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; big.example\n\nFinal-Recipient: rfc822; {victim}\nAction: failed\nStatus: 5.1.1\n\n--xx--\n")
            try:
                door.sendmail("", [to], report.replace("\n", "\r\n"))
                accepted += 1
            except smtplib.SMTPRecipientsRefused:
                refused += 1
    house.settle(now=now)
    ok(refused >= 333 and refused + accepted == 1000, "a thousand forged reports: whose token is wrong is refused at the door", (refused, accepted))
    ok(states(house) == before, "and the others change nobody's standing (SEC-05)")
    acts = {row["act"] for row in house.rows("ledger")[rows:]}
    ok(acts <= {"mail.dropped"}, "each ends as a line in the ledger", acts)


with Living("many", now=DAYS[0]) as house:
    house.community("weavers", steward="ruth@example.org", ann="each")
    comes_back(house)
    provider(house)
    complaint(house)
    forged(house)
done()
