"""Six weeks by chance: posts, and members who change their minds about how they want them. Whatever they choose and
whenever, each post reaches each of them as one copy at most, in one digest at most, and never in neither."""
import os
import random
from datetime import datetime, timedelta, timezone

from house import House, done, ok

SEED = int(os.environ.get("SEED", str(random.randrange(1 << 30))))
chance = random.Random(SEED)
MODES = ["each", "daily", "weekly", "monthly"]
MEMBERS = ["ann", "bo", "cy", "di", "eve"]
DAYS, AFTER = 36, 40  # AFTER: until the last monthly letter is out
begin = datetime(2026, 6, 1, tzinfo=timezone.utc)
print(f"# seed {SEED}", flush=True)


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def text_of(mail):
    body = mail.get_body(("plain",))
    return body.get_content() if body is not None else ""


with House("once", now=stamp(begin)) as house:
    house.community("weavers", pat="none", **{who: chance.choice(MODES) for who in MEMBERS})
    posts, told = [], []
    for day in range(DAYS + AFTER):
        morning = begin + timedelta(days=day, hours=6)  # 08:00 in Berlin, when letters go out
        if day < DAYS:
            moments = sorted(morning + timedelta(seconds=chance.choice([-3600, -1, 1, 3600, 20000])) for _ in range(chance.randrange(3)))
            for moment in moments:
                if chance.random() < 0.4 and len(posts) < 18:
                    number = len(posts)
                    posts.append(f"<topic{number}@example.org>")
                    told.append(f"{stamp(moment)} post {number}")
                    house.post("pat@example.org", "weavers@lists.example.org", f"Message-ID: <topic{number}@example.org>\n"
                               f"Subject: Topic{number:02d} of the loom\n\nWhat I have to say about it is a sentence of its own, the {number}th.\n",
                               now=stamp(moment))
                    house.run("desk", "--once", now=stamp(moment))
                    if chance.random() < 0.5:  # else the copies are sent only after the next change
                        house.run("deliver", "--once", now=stamp(moment))
                else:
                    who, mode = chance.choice(MEMBERS), chance.choice(MODES)
                    told.append(f"{stamp(moment)} {who} {mode}")
                    house.run("member", "set", "weavers", f"{who}@example.org", "delivery", mode, now=stamp(moment))
        if day < DAYS or day % 2 == 0:
            house.run("desk", "--once", now=stamp(morning))
            house.run("deliver", "--once", now=stamp(morning))
    wrong = []
    for who in MEMBERS:
        mails = house.mailbox(f"{who}@example.org")
        copies = [mail["Message-ID"] for mail in mails]
        letters = [text_of(mail) for mail in mails if str(mail["Subject"]).startswith("[weavers]")]
        for number, post in enumerate(posts):
            copied, listed = copies.count(post), sum(f"Topic{number:02d} of the loom" in letter for letter in letters)
            if copied > 1 or listed > 1 or copied + listed == 0:
                wrong.append(f"{who}, post {number}: {copied} copies, in {listed} letters")
    ok(len(posts) >= 5, "there were posts", told)
    ok(not wrong, f"each post reached each of {len(MEMBERS)} members once at most in each way, and never in none (seed {SEED})",
       "\n".join(wrong + told))
done()
