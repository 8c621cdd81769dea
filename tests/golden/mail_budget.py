"""The count of mails stays flat, whatever answers whom (promise 3; RCV-11 to RCV-16; STANDARDS.md section 10, run 4)."""
from house import done, ok
from letters import field, text, verp
from living import Living

# As real responders mark themselves; most by one thing alone.  %s: what they answer.
RESPONDERS = (
    "Auto-Submitted: auto-replied\nSubject: Re: %s\n",
    "Auto-Submitted: auto-replied (vacation)\nPrecedence: bulk\nSubject: Away\n",
    "X-Autoreply: yes\nSubject: Re: %s\n",
    "X-Autorespond: away\nSubject: Re: %s\n",
    "Precedence: auto_reply\nSubject: Re: %s\n",
    "Precedence: junk\nSubject: Re: %s\n",
    "Subject: Out of Office: %s\n",
    "Subject: Automatic reply: %s\n",
    "Subject: Automatische Antwort: %s\n",
    "Subject: Abwesenheitsnotiz\n",
    "Subject: Réponse automatique : %s\n",
    "Subject: Respuesta automática: %s\n",
)


def everything(house):
    """How many mails lie with everybody."""
    folder = house.dir / "mail"
    return sum(len(list((box / "new").iterdir())) for box in folder.iterdir()) if folder.is_dir() else 0


def storm(house):
    names = [f"m{number:02}" for number in range(50)]
    house.run("community", "create", "weavers", "--title", "Weavers", "--steward", "ruth@example.org")
    csv = house.folder / "members.csv"
    csv.write_text("address,name,delivery\n" + "".join(f"{name}@example.org,{name},each\n" for name in names))
    house.run("member", "import", "weavers", csv, "--confirmed")
    house.post("m00@example.org", "weavers@lists.example.org", "Subject: Sett\n\nWhich reed do you take for linen?\n")
    house.settle()
    copies = {name: house.mailbox(f"{name}@example.org") for name in names[1:]}
    ok(all(len(box) == 1 for box in copies.values()), "a post goes to fifty members")
    before = everything(house)
    for number, (name, box) in enumerate(copies.items()):
        head = RESPONDERS[number % len(RESPONDERS)]
        head = head % field(box[0], "subject") if "%s" in head else head
        for to in {verp(box[0]), "weavers@lists.example.org", "weavers+steward@lists.example.org"}:
            house.post(f"{name}@example.org" if number % 2 else "", to,
                       f"From: {name}@example.org\n{head}In-Reply-To: {field(box[0], 'message-id')}\n\nI am away until the third of August.\n")
    house.settle()
    ok(everything(house) == before, "each answers by machine, to three addresses: not one mail more", (before, everything(house)))
    ok(len(house.rows("archive", "list", "weavers")) == 1 and house.rows("held", "list") == [], "nor a post, nor one that waits")
    ok({row["state"] for row in house.rows("member", "list", "weavers")} == {"active"}, "and nobody's standing has changed")


def thousand(house):
    """RCV-16: a stranger who asks and asks."""
    for number in range(60):
        house.post("eve@else.example", "weavers+help@lists.example.org", f"From: eve@else.example\nSubject: help {number}\n\nhelp\n")
    house.settle()
    ok(len(house.mailbox("eve@else.example")) == 1, "sixty calls for help: one answer", len(house.mailbox("eve@else.example")))
    house.post("eve@else.example", "weavers+help@lists.example.org", "From: eve@else.example\nSubject: help\n\nhelp\n", now="2026-06-02T08:05:00Z")
    house.settle(now="2026-06-02T08:05:00Z")
    ok(len(house.mailbox("eve@else.example")) == 2, "the day after, one more")


def carry(house, other, name, seen):
    """What one house sent to the other's space, handed over; how many."""
    sent = house.mailbox_raw(f"{name}@lists.example.org") + house.mailbox_raw(f"{name}+steward@lists.example.org") \
        + house.mailbox_raw(f"{name}+help@lists.example.org")
    fresh = [mail for mail in sent if mail not in seen]
    seen += fresh
    for mail in fresh:
        head, _, body = mail.partition(b"\r\n\r\n" if b"\r\n\r\n" in mail else b"\n\n")
        lines = head.replace(b"\r\n", b"\n").split(b"\n")
        to = next(line for line in lines if line.lower().startswith(b"delivered-to:") or line.lower().startswith(b"to:"))
        sender = next(line for line in lines if line.lower().startswith(b"return-path:")).split(b":", 1)[1].strip(b" <>\r").decode()
        address = f"{name}+help@lists.example.org" if b"+help@" in to else f"{name}@lists.example.org"
        other.accept(sender, address, mail)
    return len(fresh)


def two_houses():
    with Living("here") as here, Living("there") as there:
        for house, own, guest in ((here, "weavers", "painters"), (there, "painters", "weavers")):
            house.run("community", "create", own, "--steward", f"{own}-steward@example.org")
            house.run("member", "add", own, f"{own}-member@example.org", "--delivery", "each")
            house.run("member", "add", own, f"{guest}@lists.example.org", "--delivery", "each")
        here.post("weavers-member@example.org", "weavers@lists.example.org", "Subject: Hello\n\nHello to both.\n")
        here.post("painters+help@lists.example.org", "weavers+help@lists.example.org", "From: painters+help@lists.example.org\nSubject: help\n\nhelp\n")
        seen_here, seen_there, rounds = [], [], []
        for _ in range(6):
            here.settle()
            there.settle()
            rounds.append(carry(here, there, "painters", seen_here) + carry(there, here, "weavers", seen_there))
        ok(rounds[0] > 0 and sum(rounds[2:]) == 0, "two guildposts that are members of each other fall silent", rounds)
        ok(len(here.rows("archive", "list", "weavers")) == 1, "the post is in its archive once")
        ok(len([mail for mail in there.mailbox("weavers+help@lists.example.org")]) == 0, "an answer is not answered (RCV-15)")


with Living("storm") as house:
    storm(house)
    thousand(house)
two_houses()
done()
