"""Who may do what, and by what proof: STANDARDS.md section 8, line by line (LST-14, SEC-02 to SEC-04)."""
import re
import time

from house import House, done, ok
from letters import address, field, reply, text, verp

US, THEM = "mx.lists.example.org", "mx.evil.example"
RECEIVED = "Received: from client by mx.lists.example.org with ESMTP id 1; Mon, 01 Jun 2026 08:00:00 +0000\n"


def results(value, below=False):
    """An Authentication-Results field above the Received of our MTA, or forged below it."""
    line = f"Authentication-Results: {value}\n"
    return RECEIVED + line if below else line + RECEIVED


PASS = results(f"{US}; dmarc=pass header.from=example.org")
PROOFS = (  # what the mail says of itself, whether it proves the author
    ("From alone", RECEIVED, False),
    ("dmarc=pass by our MTA", PASS, True),
    ("an aligned signature", results(f"{US}; dkim=pass header.d=example.org"), True),
    ("our id, forged below the trusted Received", results(f"{US}; dmarc=pass header.from=example.org", below=True), False),
    ("another server's word", results(f"{THEM}; dmarc=pass header.from=example.org"), False),
    ("a pass for another domain", results(f"{US}; dmarc=pass header.from=evil.example"), False),
    ("a signature of another domain", results(f"{US}; dkim=pass header.d=evil.example"), False),
    ("another server's pass above our fail", results(f"{THEM}; dmarc=pass header.from=example.org") + results(f"{US}; dmarc=fail header.from=example.org"), False),
    ("spf alone", results(f"{US}; spf=pass smtp.mailfrom=example.org"), False),
    ("a verdict in a comment", results(f"{US}; dmarc=none (dmarc=pass header.from=example.org)"), False),
    ("no Received at all, so nothing that our MTA wrote", f"Authentication-Results: {US}; dmarc=pass header.from=example.org\n", False),
)
WORDS = ("help", "join", "leave", "monthly", "brief", "ledger", "thread")
DATE = "Date: Mon, 01 Jun 2026 07:59:00 +0000\n"


def mail(sender, to, head="", body="", date=DATE):
    return f"{head}From: {sender}\nTo: {to}\n{date}Message-ID: <{time.monotonic_ns()}@example.org>\nSubject: x\n\n{body}\n"


def modes(house):
    return {row["address"]: (row["state"], [s["delivery"] for s in row["subscriptions"]]) for row in house.rows("member", "list", "weavers", "--all")}


def settings(house):
    to = "weavers+monthly@lists.example.org"
    for number, (_, head, _) in enumerate(PROOFS):
        house.accept(f"s{number}@example.org", to, mail(f"s{number}@example.org", to, head))
    old = mail("s20@example.org", to, PASS, date="Date: Sun, 24 May 2026 07:00:00 +0000\n")
    house.accept("s20@example.org", to, old)
    twice = mail("s21@example.org", to, PASS)
    house.accept("s21@example.org", to, twice)
    house.settle()
    now = modes(house)
    for number, (says, _, proves) in enumerate(PROOFS):
        box = house.mailbox(f"s{number}@example.org")
        changed = now[f"s{number}@example.org"][1] == ["monthly"]
        ok(changed == proves and len(box) == 1 and ("confirm" in field(box[0], "subject")) != proves,
           f"settings by {says}: {'done, and told' if proves else 'asked about first'}", (now[f"s{number}@example.org"], [field(one, "subject") for one in box]))
    ok(now["s20@example.org"][1] == ["weekly"], "a proof of eight days ago proves nothing (SEC-03)", now["s20@example.org"])
    house.run("member", "set", "weavers", "s21@example.org", "delivery", "weekly")
    house.accept("s21@example.org", to, twice)
    house.settle()
    ok(modes(house)["s21@example.org"][1] == ["weekly"], "the same mail, sent again by whoever has a copy, acts once (SEC-03)")
    question = house.mailbox("s0@example.org")[0]
    reply(house, question, "s0@example.org", "yes")
    house.settle()
    ok(modes(house)["s0@example.org"][1] == ["monthly"], "the token that was mailed to the member is a proof")


def coming_and_going(house):
    join, leave = "weavers+join@lists.example.org", "weavers+leave@lists.example.org"
    house.accept("new@example.org", join, mail("new@example.org", join, PASS))
    house.accept("l0@example.org", leave, mail("l0@example.org", leave, RECEIVED))
    house.accept("l1@example.org", leave, mail("l1@example.org", leave, PASS))
    copy = house.mailbox("l2@example.org")[0]
    token = re.search(r"mailto:(weavers\+x[0-9a-z]+@lists.example.org)", field(copy, "list-unsubscribe")).group(1)
    house.accept("somebody@else.example", token, mail("somebody@else.example", token))
    flipped = token[:-len("@lists.example.org") - 1] + ("2" if token.split("@")[0][-1] != "2" else "3") + "@lists.example.org"
    house.accept("somebody@else.example", flipped, mail("somebody@else.example", flipped), status=67)
    house.accept("somebody@else.example", token.replace("weavers+", "dyers+"), mail("somebody@else.example", token), status=67)
    house.settle()
    now = modes(house)
    ok("new@example.org" not in now and len(house.mailbox("new@example.org")) == 1, "joining always asks, whatever the proof (SUB-01)")
    ok(now["l0@example.org"][0] == "active" and "confirm" in field(house.mailbox("l0@example.org")[-1], "subject"), "leaving by From alone is asked about")
    ok(now["l1@example.org"][0] == "left" and "seven days" in text(house.mailbox("l1@example.org")[-1]), "by a proof at once, with a way back")
    ok(now["l2@example.org"][0] == "left" and "seven days" in text(house.mailbox("l2@example.org")[-1]), "by the token from anywhere, and the member is told (SUB-05)")


def erasing(house):
    to = "weavers-request@lists.example.org"
    for who, word in (("e0", "forget me"), ("e1", "export me")):
        house.accept(f"{who}@example.org", to, mail(f"{who}@example.org", to, PASS, f"{word}\n"))
    house.settle()
    now = modes(house)
    ok(now["e0@example.org"][0] == "active", "erasing always takes a second step, whatever the proof", now["e0@example.org"])
    ok(not any(part.get_content_type() == "application/json" for one in house.mailbox("e1@example.org") for part in one.walk()), "and so does an export")


def posting(house):
    cases = (
        ("p0@example.org", RECEIVED, "weavers", True, "a member whose domain forbids nothing posts by From alone"),
        ("p1@example.org", PASS, "weavers", True, "and with proof"),
        ("p2@example.org", results(f"{US}; dmarc=fail header.from=example.org"), "weavers", False, "not where the author's domain says that it is not his"),
        ("eve@else.example", RECEIVED, "weavers", False, "a stranger waits for a steward"),
        ("eve@else.example", RECEIVED, "thread", False, "at a thread's address, too: it grants no right"),
    )
    thread = house.rows("archive", "list", "weavers")[0]["thread"]
    for number, (who, head, where, _, _) in enumerate(cases):
        to = f"weavers+{thread}@lists.example.org" if where == "thread" else "weavers@lists.example.org"
        house.accept(who, to, mail(who, to, head, f"Post number {number}, a line of its own.").replace("Subject: x", f"Subject: case {number}"))
    house.settle()
    out = {row["subject"] for row in house.rows("archive", "list", "weavers")}
    held = {row["subject"] for row in house.rows("held", "list")}
    for number, (_, _, _, passes, says) in enumerate(cases):
        subject = f"case {number}"
        ok((subject in out) == passes and (subject in held) != passes, says, (out, held))


def stewards(house):
    count = len(house.rows("held", "list"))
    asked = [one for one in house.mailbox("ruth@example.org") if "waits" in field(one, "subject")][-1]
    house.accept("ruth@example.org", "weavers+steward@lists.example.org", mail("ruth@example.org", "weavers+steward@lists.example.org", PASS, "free"))
    house.accept("ruth@example.org", "weavers@lists.example.org", mail("ruth@example.org", "weavers@lists.example.org", PASS, "free"))
    other = address(asked).split("+")[0] + "+c" + address(asked).split("+h")[1]
    house.accept("ruth@example.org", other, mail("ruth@example.org", other, PASS, "free"), status=67)
    house.settle()
    ok(len(house.rows("held", "list")) == count, "a steward's word without the token settles nothing, however well proved; nor does a token for another purpose")
    reply(house, asked, "ruth@work.example", "free")
    house.settle()
    ok(len(house.rows("held", "list")) == count - 1, "the token that was mailed does, from any address")
    reply(house, asked, "ruth@example.org", "refuse")
    house.settle()
    ok(len(house.rows("held", "list")) == count - 1, "once")


def alike(house):
    """Whoever asks as a stranger asks sees what a stranger sees (SEC-04)."""
    def shown(who):
        box = house.mailbox(who)
        plain = "\n".join(field(one, "subject") + "\n" + text(one) for one in box).replace(who, "WHO")
        return re.sub(r"\+[a-z][0-9a-z]{28}@", "+TOKEN@", plain)
    for word in WORDS:
        for who in (f"a{word}@example.org", f"b{word}@else.example"):
            to = f"weavers+{word}@lists.example.org"
            house.accept(who, to, mail(who, to, RECEIVED))
    house.settle()
    for word in WORDS:
        ok(shown(f"a{word}@example.org") == shown(f"b{word}@else.example") != "", f"`{word}` tells a member and a stranger the same (SEC-04)",
           shown(f"a{word}@example.org") + "\n-----\n" + shown(f"b{word}@else.example"))


with House("rights", extra=f"trusted-authserv-id = {US}\n") as house:
    house.community("weavers", steward="ruth@example.org")
    house.run("space", "create", "weavers", "dyers")
    people = [f"s{number}" for number in range(len(PROOFS))] + ["s20", "s21", "l0", "l1", "e0", "e1", "p0", "p1", "p2"] + [
        f"a{word}" for word in WORDS]
    csv = house.folder / "members.csv"
    csv.write_text("address,delivery\n" + "".join(f"{who}@example.org,weekly\n" for who in people) + "l2@example.org,each\n")
    house.run("member", "import", "weavers", csv, "--confirmed")
    house.post("ruth@example.org", "weavers@lists.example.org", "Subject: First\n\nHello to all of you.\n")
    house.settle()
    settings(house)
    coming_and_going(house)
    erasing(house)
    posting(house)
    stewards(house)
    alike(house)
done()
