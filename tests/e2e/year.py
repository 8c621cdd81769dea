"""A year of one community: three hundred members with their habits, a real archive's conversation played again, machines
that answer and addresses that die. At its end each promise of the product is counted out, member by member.

YEAR_DAYS and YEAR_MEMBERS make it shorter. The same SEED plays the same year, unless it is named: SEED=0 plays a new one."""
import email
import functools
import gzip
import itertools
import os
import random
import re
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from pathlib import Path

from house import BUILD, ROOT, done, ok
from letters import address, bounce, field, read, reply, text
from living import Living
from sink import Sink

SLOW = "asan" in str(BUILD)
DAYS = int(os.environ.get("YEAR_DAYS", "60" if SLOW else "365"))
MEMBERS = int(os.environ.get("YEAR_MEMBERS", "60" if SLOW else "300"))
POSTS = DAYS  # about one a day
SEED = int(os.environ.get("SEED", "20260105")) or random.randrange(1, 1 << 30)
LIST = "weavers@lists.example.org"
begin = datetime(2026, 1, 5, tzinfo=timezone.utc)
chance = random.Random(SEED)
print(f"# seed {SEED}", flush=True)


def stamp(day, hour, minute=0):
    return (begin + timedelta(days=day, hours=hour, minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")


# --- the conversation --------------------------------------------------------------------------

def archive():
    """Messages of a real list where there is one, else of the demo's."""
    corpora = Path(os.environ.get("GP_CORPORA") or ROOT.parent / "shared" / "corpora")
    packed = corpora / "mbox" / "usrp-users.mbox.gz"
    if not packed.exists():
        weavers = [sys.executable, ROOT / "tests" / "data" / "weavers.py", "archive"]
        octets = subprocess.run(weavers, check=True, stdout=subprocess.PIPE).stdout
        return map(email.message_from_bytes, re.split(rb"^From \S+ \w{3} \w{3} .*\n", octets, flags=re.M)[1:])
    with gzip.open(packed) as file:
        octets = file.read(12_000_000)
    starts = [match.start() for match in re.finditer(rb"^From \S+ \w{3} \w{3} ", octets, re.M)]
    return (email.message_from_bytes(octets[a:b].split(b"\n", 1)[1]) for a, b in zip(starts, starts[1:]))


def post_of(message):
    """Original author, header lines that tell the thread and the form, body; None where one of these is missing."""
    part = next((part for part in message.walk() if part.get_content_type() == "text/plain"), None)
    body = part.get_payload(decode=True) if part is not None else None
    if not body or not message["Message-ID"]:
        return None
    fields = "".join(f"{name}: {re.sub(chr(92) + 's+', ' ', str(message[name]))}\n" for name in ("Subject", "In-Reply-To", "References") if message[name])
    fields += f"Message-ID: {message['Message-ID'].strip()}\nContent-Type: text/plain; charset=utf-8\n"
    return str(message["Reply-To"] or message["From"]), fields, body.decode("utf-8", "replace").replace("\r\n", "\n")


def conversation():
    """The posts to come; where they do not last for so long a year the same is talked about again, under other ids."""
    once = list(itertools.islice(filter(None, map(post_of, archive())), POSTS))
    return [(author, fields.replace("<", f"<{number // len(once)}."), body)
            for number, (author, fields, body) in enumerate(itertools.islice(itertools.cycle(once), POSTS))]


# --- the people --------------------------------------------------------------------------------

class Person:
    def __init__(self, number, mode, habit):
        self.number, self.address, self.mode, self.habit = number, f"person{number}@example.org", mode, habit
        self.until = None                 # number of posts filed when they went
        self.owed = Counter()             # posts that were filed while they had: copy, letter
        self.away = (0, 0)                # days in which the vacation program answers
        self.acts = []                    # (day, what they do from then on, value)
        self.asked = 0                    # mails of theirs to which an answer is due

    def post_filed(self):
        if self.until is None and self.mode != "none":
            self.owed["copy" if self.mode == "each" else "letter"] += 1


def people():
    modes = ["each"] * 6 + ["weekly"] * 8 + ["daily"] * 2 + ["monthly"] * 3 + ["none"]
    habits = ["vacation"] * 4 + ["changes"] * 4 + ["pauses"] * 3 + ["leaves"] * 2 + ["joins"] * 2 + ["dead"] + ["reports"] + ["quiet"] * 43
    crowd = [Person(number, chance.choice(modes), habits[number % len(habits)]) for number in range(MEMBERS)]
    for person in crowd:
        day = chance.randrange(5, max(DAYS - 45, 6))
        if person.habit == "vacation":
            person.away = (day, day + chance.randrange(7, 21))
        if person.habit == "changes":
            person.acts += [(when, chance.choice(["mode", "mode by reply"]), chance.choice(["each", "daily", "weekly", "monthly"]))
                            for when in sorted(chance.sample(range(1, DAYS - 1), 3))]
        if person.habit == "pauses":
            person.mode = chance.choice(["weekly", "daily"])
            person.acts += [(day, "pause", f"{chance.randrange(1, 4)}w")]
        if person.habit == "leaves":
            person.mode = chance.choice(["each", "weekly", "daily", "monthly"])
            person.acts += [(day, "leave", "")]
        if person.habit == "joins":
            person.mode = "none"
            person.acts += [(day, "join", "")]
        if person.habit in ("dead", "reports"):
            person.mode, person.away = "each", (day, DAYS + 99)
    return crowd


@functools.cache
def letter_count(mail):
    """How many posts a digest says it holds; None: it is no digest, as a welcome that tells what was said before."""
    ours = mail.get_body(("plain",)) and not field(mail, "subject").startswith("Welcome")
    said = re.search(r"^(\d+) posts? by", text(mail), re.M) if ours else None
    return int(said.group(1)) if said else None


def addresses_shown(octets, recipient):
    """Other members' addresses in a mail of the robot's own, also where a soft line end cuts them."""
    found = set(re.findall(rb"person\d+@example\.org", octets.replace(b"=\r\n", b""))) - {recipient.encode()}
    return Counter(f"shows {address.decode()} to {recipient}" for address in found if recipient.startswith("person"))


class Year:
    def __init__(self, house, sink, crowd):
        self.house, self.sink, self.crowd = house, sink, crowd
        self.by_address = {person.address: person for person in self.crowd}
        self.last = {}                    # the latest copy, by address: what the sink tells of it
        self.copies = defaultdict(Counter)  # address: how often each post came as a copy
        self.mails = defaultdict(list)    # address: (day, mail) of all else
        self.shown, self.count = Counter(), 0
        self.script, self.posted, self.authors = conversation(), set(), {}
        self.stirred = False

    # -- mail in --

    def write(self, person, to, fields_and_body, now):
        self.house.post(person.address, to, fields_and_body, now=now)
        self.stirred = True

    def post(self, day, number):
        author, fields, body = self.script[number % len(self.script)]
        msgid = re.search(r"^Message-ID: (<[^>]*>)", fields, re.M)
        if msgid is None or msgid.group(1) in self.posted:
            return
        if author not in self.authors:
            self.authors[author] = chance.choice([person for person in self.crowd if person.habit == "quiet" and person.mode != "none"])
        self.posted.add(msgid.group(1))
        self.write(self.authors[author], LIST, fields + "\n" + body, stamp(day, 11))
        for person in self.crowd:
            person.post_filed()

    def act(self, day, person):
        """What they mean to do next, once its day has come; what takes a mail in their hands waits until one is there."""
        if not person.acts or person.acts[0][0] > day or not self.does(person, *person.acts[0][1:], stamp(day, 9)):
            return
        person.acts.pop(0)
        person.asked += 2  # whether it was they, and what was done
        self.stirred = True

    def does(self, person, what, value, now):
        letters = [mail for _, mail in self.mails[person.address] if letter_count(mail) is not None]
        if what == "join":
            self.write(person, "weavers+join@lists.example.org", "Subject: hello\n\n\n", now)
            person.mode = "weekly"
        elif what == "leave" and (letters or person.address in self.last):
            mail = read(self.sink.octets(self.last[person.address])) if person.address in self.last else letters[-1]
            out = re.search(r"<mailto:([^?>]*)", field(mail, "list-unsubscribe"))
            self.write(person, out.group(1), "Subject: unsubscribe\n\n\n", now)
            person.until = len(self.posted)
        elif what == "pause" and letters:
            reply(self.house, letters[-1], person.address, f"pause {value}", now=now)
        elif what == "mode by reply" and letters:
            reply(self.house, letters[-1], person.address, value, now=now)
            person.mode = value
        elif what == "mode" or what == "mode by reply" and person.mode in ("each", "none"):  # who has no letter to answer
            self.house.run("member", "set", "weavers", person.address, "delivery", value, now=now)
            person.mode = value
        else:
            return False
        return True

    # -- mail out --

    def settle(self, day, hour):
        self.house.settle(now=stamp(day, hour))
        self.stirred = False
        for row in self.sink.fresh():
            self.count += 1
            self.arrives(day, hour, row)

    def arrives(self, day, hour, row):
        """Of copies, which are many, the id is enough, and the last one as a whole."""
        person = self.by_address.get(row["recipient"])
        if row["msgid"] in self.posted:
            self.copies[row["recipient"]][row["msgid"]] += 1
            self.last[row["recipient"]] = row
        else:
            octets = self.sink.octets(row)
            mail = read(octets)
            self.shown += addresses_shown(octets, row["recipient"])
            self.mails[row["recipient"]].append((day, mail))
            if person is not None and person.habit in ("changes", "pauses", "joins") and address(mail).startswith("weavers+c"):  # was it you? It was.
                reply(self.house, mail, person.address, "ok", now=stamp(day, hour, 20))
                self.stirred = True
        if person is not None and person.away[0] <= day < person.away[1]:
            self.answers(person, row, read(self.sink.octets(row)), stamp(day, hour, 30))

    def answers(self, person, row, mail, now):
        """What a machine makes of their mail while they are away, or when the mailbox is gone."""
        if person.habit == "vacation":  # one that knows its duties, and one that knows none
            to, fields = ((row["sender"], "Auto-Submitted: auto-replied\n"), (address(mail), "Precedence: bulk\nX-Autoreply: yes\n"))[person.number % 2]
            self.write(person, to, f"Subject: Out of office: {field(mail, 'subject')}\n{fields}\nI am away and read no mail.\n", now)
        elif person.habit == "reports":
            bounce(self.house, row["sender"], person.address, now=now)
            self.stirred = True

    # -- the year --

    def play(self):
        rows = [f"{person.address},{person.address.split('@')[0].capitalize()},{person.mode}\n" for person in self.crowd if person.habit != "joins"]
        (self.house.folder / "members.csv").write_text("address,name,delivery\n" + "".join(rows))
        self.house.run("member", "import", "weavers", self.house.folder / "members.csv", "--confirmed", now=stamp(0, 6))
        number = 0
        for day in range(DAYS):
            self.settle(day, 7)
            for person in self.crowd:
                self.act(day, person)
            for hour in (9, 10):
                if self.stirred:
                    self.settle(day, hour)
            for _ in range(chance.choice([0, 0, 1, 1, 2, 3]) if DAYS - day > 40 and number < POSTS else 0):
                self.post(day, number)
                number += 1
            for hour in range(12, 15):
                if self.stirred:
                    self.settle(day, hour)


def what_came(year):
    """Promise 2, member by member: what each was owed against what each had."""
    wrong = []
    for person in year.crowd:
        if person.habit in ("dead", "reports", "leaves"):
            continue
        copies, counts = year.copies[person.address], [letter_count(mail) for _, mail in year.mails[person.address]]
        counted = sum(count for count in counts if count is not None)
        twice = [msgid for msgid, times in copies.items() if times > 1]
        if twice or counted != person.owed["letter"] or sum(copies.values()) < person.owed["copy"]:
            wrong.append(f"{person.address} ({person.habit}, {person.mode}): owed {dict(person.owed)}, had {sum(copies.values())} copies, "
                         f"{counted} in letters; twice: {twice}")
    return wrong


def budget(year):
    """Promise 3: to those who asked for nothing, one mail of the robot's own in seven days, letters apart."""
    wrong = []
    for person in year.crowd:
        own = [(day, field(mail, "subject")) for day, mail in year.mails[person.address] if letter_count(mail) is None]
        close = sum(b - a < 7 for (a, _), (b, _) in zip(own, own[1:]))
        if close > person.asked:
            wrong.append(f"{person.address} ({person.habit}): {own}")
    return wrong


def manners(year):
    """What each mail of the robot's own must have, and must not show."""
    wrong = Counter()
    for recipient, mails in year.mails.items():
        for _, mail in mails:
            wrong["no List-Id"] += not field(mail, "list-id")
            wrong["no List-Unsubscribe"] += not field(mail, "list-unsubscribe")
            wrong["no Auto-Submitted"] += not field(mail, "auto-submitted").startswith("auto-")
            wrong["no text"] += mail.get_body(("plain",)) is None
            wrong["no working answer"] += not address(mail).startswith("weavers") or not address(mail).endswith("@lists.example.org")
    return wrong + year.shown


crowd = people()
refused = [f"rcpt {person.address} 0 550 5.1.1 no such user" for person in crowd if person.habit == "dead"]
with Sink(*refused, keep=True) as sink, Living("year", now=stamp(0, 6), smarthost=sink.url) as house:
    house.run("community", "create", "weavers", "--title", "Weavers", "--timezone", "Europe/Berlin", "--rhythm", "weekly on thursday at 08:00",
              "--steward", "steward@example.org", now=stamp(0, 6))
    year = Year(house, sink, crowd)
    year.play()
    print(f"# {DAYS} days, {MEMBERS} members, {len(year.posted)} posts, {year.count} mails out", flush=True)
    filed = house.rows("archive", "list", "weavers", now=stamp(DAYS, 8))
    ok({row["message_id"] for row in filed} == year.posted, "what was written is archived, and nothing that a machine wrote", len(filed))
    came = what_came(year)
    ok(not came, f"each post reached each member as one copy or in one letter, and never in neither (promise 2, seed {SEED})", "\n".join(came))
    over = budget(year)
    ok(not over, "nobody had more of the robot's own mails than the budget allows (promise 3)", "\n".join(over))
    dead = [person for person in year.crowd if person.habit in ("dead", "reports") and person.away[0] < DAYS - 60]
    states = {row["address"]: row["state"] for row in house.rows("member", "list", "weavers", now=stamp(DAYS, 8))}
    ok(all(states[person.address] == "bouncing" for person in dead), "addresses that died get nothing more", {p.address: states[p.address] for p in dead})
    gone = [person for person in year.crowd if person.habit == "leaves"]
    ok(gone and all(person.until is not None and states.get(person.address, "left") == "left" for person in gone), "who left by one mail is gone", {p.address: states.get(p.address) for p in gone})
    come = [person.address for person in crowd if person.habit == "joins" and person.mode != "none" and states.get(person.address) != "active"]
    ok(not come, "who asked to join and said so twice is a member", come)
    late = [person.address for person in gone if len(year.copies[person.address]) > person.until]
    ok(not late, "and had no post after that", late)
    bad = manners(year)
    ok(not bad, "each mail of the robot's own has List-*, Auto-Submitted, a text, a way to answer, and nobody else's address", dict(bad))
    answers = sum(letter_count(mail) is None for person in year.crowd if person.habit == "vacation" for _, mail in year.mails[person.address])
    ok(answers <= 4 * sum(person.habit == "vacation" for person in year.crowd), "vacation programs are not answered", answers)
    ok(not house.rows("inbox", "list", now=stamp(DAYS, 8)), "nothing is left unsorted")
done()
