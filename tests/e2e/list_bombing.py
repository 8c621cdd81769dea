"""Forged joins: thousands for one victim are one mail; thousands of victims are a few (SUB-02). GP_BOMB: how many."""
import os
import smtplib

from house import House, done, ok, wait_for
from letters import field, text

BOMB = int(os.environ.get("GP_BOMB", "300"))
SPELT = ["victim.of.all@gmail.com", "victimofall@gmail.com", "Victim.OfAll@googlemail.com", "victimofall+{n}@gmail.com", "VICTIMOFALL+list{n}@GMAIL.com"]
WORDS = ["join", "subscribe", "request", "beitreten", "subscribe-digest"]

with House("bombing") as house:
    house.community("weavers", ann="each")
    house.run("community", "create", "dyers")
    house.start("receive", wait="receive.ready")

    def join(lmtp, sender, author, space, word, n):
        lmtp.sendmail(sender, [f"{space}+{word}@lists.example.org"],
                      f"From: Buy watches at https://evil.example <{author}>\r\nSubject: subscribe\r\nMessage-ID: <{sender}.{n}@evil.example>\r\n\r\nBuy {n} watches\r\n")

    with smtplib.LMTP("127.0.0.1", house.port) as lmtp:
        for n in range(BOMB):
            author = SPELT[n % len(SPELT)].format(n=n)
            join(lmtp, f"x{n}@bots{n % 400}.example", author, ("weavers", "dyers")[n % 2], WORDS[n % len(WORDS)], n)
    desk = house.start("desk")
    wait_for(lambda: not house.rows("inbox", "list"), 60 + BOMB / 5, every=1)
    desk.terminate()  # its clock stays in the first day
    desk.wait(30)
    house.settle()
    folders = [path.name for path in (house.dir / "mail").iterdir() if "ictim" in path.name.lower()] if (house.dir / "mail").is_dir() else []
    mails = [mail for folder in folders for mail in house.mailbox(folder)]
    ok(len(mails) == 1, f"{BOMB} forged joins for one victim, under {len(SPELT)} spellings and in two communities, are one mail", folders)
    ok("watches" not in mails[0].as_string() and "evil" not in text(mails[0]), "with nothing in it that the forger wrote", mails[0].as_string())
    ok(house.rows("inbox", "list") == [], "and nothing waits")

    # the same server for many victims
    with smtplib.LMTP("127.0.0.1", house.port) as lmtp:
        for n in range(120):
            join(lmtp, "boss@botnet.example", f"person{n}@p{n}.example", "weavers", "join", n)
    house.settle()
    asked = [path.name for path in (house.dir / "mail").iterdir() if path.name.startswith("person")]
    ok(len(asked) == 50, "one server that proves nothing has fifty questions an hour sent", len(asked))
    with smtplib.LMTP("127.0.0.1", house.port) as lmtp:
        join(lmtp, "nia@else.example", "nia@else.example", "weavers", "join", 1)
    house.settle()
    ok(len(house.mailbox("nia@else.example")) == 1, "and keeps nobody else out")

    # thirty days
    for day, want in ((2, 2), (3, 3), (4, 3), (33, 4)):
        now = f"2026-0{6 + day // 30}-{day % 30 + 1:02}T08:{30 + day % 30}:00Z"  # more than a day after the last
        house.post("nia@else.example", "weavers+join@lists.example.org", "Subject: \n\n\n", now=now)
        house.settle(now=now)
        ok(len(house.mailbox("nia@else.example")) == want, f"on day {day} the address has had {want}", [field(mail, "date") for mail in house.mailbox("nia@else.example")])
done()
