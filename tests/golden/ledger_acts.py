"""Every act by mail or command line leaves a line in the ledger that says who did it: all commands, and all that mail can do (DESIGN.md rule 14)."""
import re

from house import House, done, ok
from letters import address, bounce, field, reply, verp
from living import Living

LIST = "weavers@lists.example.org"
PROOF = ("Authentication-Results: mx.example.org; dmarc=pass header.from=example.org\n"
         "Received: from client.example by mx.example.org with ESMTP; Mon, 1 Jun 2026 08:00:00 +0000\n")
MBOX = "From x Mon Jun  1 08:00:00 2020\nFrom: old@else.example\nSubject: Old\nMessage-ID: <old@else.example>\nDate: Mon, 1 Jun 2020 08:00:00 +0000\n\nOld words.\n\n"

# --- by the command line ----------------------------------------------------------------------------------------------
# A command that reads changes nothing; the processes do what mail and the clock ask of them, which is looked at below.
READS = {"aside list", "aside show", "status", "doctor", "community show", "community list", "space show", "space list", "member show", "member list", "archive list", "archive threads", "archive thread",
         "archive show", "archive search", "archive render", "archive export", "archive stats", "archive check", "explain", "digest preview", "digest list", "meeting list",
         "meeting show", "held list", "held show", "why", "ledger", "inbox list", "inbox show", "outbox list", "outbox show", "help"}
PROCESSES = {"init", "serve", "receive", "desk", "deliver", "accept"}
UPGRADE = {"upgrade"}  # to a newer schema: tests/unit/store/db.c
ACTS = (  # the words, the act; {} is filled from what is there by then
    ("community create weavers --steward ruth@example.org", "community.create"),
    ("community set weavers title Weavers", "space.set"),
    ("space create weavers dyers", "space.create"),
    ("space set dyers posting moderated", "space.set"),
    ("member add weavers ann@example.org --delivery each", "member.add"),
    ("member set weavers ann@example.org name Ann", "member.set"),
    ("member import weavers - --confirmed", "member.add"),
    ("member import weavers -", "member.invite"),
    ("subscribe dyers ann@example.org", "member.subscribe"),
    ("unsubscribe dyers ann@example.org", "member.unsubscribe"),
    ("archive import weavers -", "archive.import"),
    ("archive reindex weavers", "archive.reindex"),
    ("thread split weavers {reply}", "thread.split"),
    ("thread join weavers {one} {two}", "thread.join"),
    ("archive remove weavers <old@else.example>", "post.remove"),
    ("meeting create weavers --title Call --start 2026-07-02T19:00 --timezone Europe/Berlin", "meeting.create"),
    ("meeting move weavers M1 --start 2026-07-02T20:00", "meeting.move"),
    ("meeting cancel weavers M1", "meeting.cancel"),
    ("held free {held}", "held.freed"),
    ("held refuse {held} off topic", "held.refused"),
    ("inbox retry {inbox}", "inbox.retry"),
    ("inbox drop {inbox}", "inbox.drop"),
    ("aside drop {aside}", "aside.drop"),
    ("outbox hold {outbox}", "outbox.hold"),
    ("outbox release {outbox}", "outbox.release"),
    ("outbox retry {outbox}", "outbox.retry"),
    ("outbox drop {outbox}", "outbox.drop"),
    ("member remove weavers ann@example.org", "member.leave"),
    ("community close weavers", "community.close"),
    ("backup {backup}", "store.backup"),
    ("restore {backup}", "store.restore"),
)
INPUT = {"member import weavers - --confirmed": "address,name,delivery\nben@example.org,Ben,weekly\n", "member import weavers -": "address,name,delivery\ncleo@example.org,Cleo,weekly\n",
         "archive import weavers -": MBOX}


def names(house):
    """Every command that help knows."""
    found = set()
    for line in house.run("help").splitlines():
        match = re.match(r"^  ([a-z].*)$", line)
        if match:
            words = match.group(1).split()
            found.add(" ".join(word for word in words[:2] if re.fullmatch("[a-z]+", word)))
    return found


def once(house):
    for process in ("desk", "deliver"):
        house.run(process, "--once")


def prepare(house, words):
    """What the next command needs: something in the inbox, a held post, something that waits to go out."""
    if words.startswith("thread split"):
        house.post("ann@example.org", LIST, "Subject: One\nMessage-ID: <one@example.org>\n\nThe first.\n")
        house.post("ann@example.org", LIST, "Subject: Re: One\nMessage-ID: <re@example.org>\nIn-Reply-To: <one@example.org>\n\nThe second.\n")
        once(house)
    if words.startswith("held"):
        house.post("sam@else.example", LIST, f"Subject: {words}\n\nMay I?\n")
        once(house)
    if words.startswith("inbox"):
        house.post("ann@example.org", LIST, f"Subject: {words}\n\nIt waits.\n")
    if words.startswith("aside"):
        house.run("archive", "import", "weavers", "-", input="From x Mon Jun  1 08:00:00 2020\nA page of a manual.\n\nFold it here.\n\n", status=65)
    if words.startswith("outbox hold"):
        house.post("ann@example.org", LIST, "Subject: Out\n\nIt goes.\n")
        house.run("desk", "--once")
    rows = house.rows("archive", "threads", "weavers") if words.startswith("thread join") else ((), ())
    last = {name: house.rows(name, "list")[-1]["id"] if words.startswith(name) and house.rows(name, "list") else "" for name in ("held", "inbox", "outbox", "aside")}
    return dict(last, reply="<re@example.org>", one=rows[0]["thread"] if rows[0] else "", two=rows[1]["thread"] if rows[1] else "", backup=house.folder / "copy.db")


def by_command(house):
    known = READS | PROCESSES | UPGRADE | {" ".join(word for word in words.split()[:2] if word not in ("dyers",)) for words, _ in ACTS}
    known |= {"subscribe", "unsubscribe", "backup", "restore"}
    missing = sorted(name for name in names(house) if name not in known and name.split()[0] not in known)
    ok(not missing, "every command is looked at here: it reads, or it acts and is in the table", missing)
    for words, act in ACTS:
        filled = [word.format(**prepare(house, words)) if "{" in word else word for word in words.split()]
        if "{" not in words:
            prepare(house, words)
        rows = house.rows("ledger") if act != "community.create" else []
        if words.startswith("restore"):
            rows.pop()  # that the copy was made stands in the store that it was made of
        house.run(*filled, input=INPUT.get(words))
        fresh = [row for row in house.rows("ledger")[len(rows):] if row["act"] == act]
        ok(fresh and fresh[-1]["actor"] == "operator", f"{' '.join(words.split()[:2])}: {act}, by the operator", house.rows("ledger")[len(rows):])


# --- by mail -------------------------------------------------------------------------------------------------------------
def since(house, before):
    return [(row["act"], row["who"] or row["actor"]) for row in house.rows("ledger")[before:]]


def by_mail(house):
    state = {"now": 8 * 60}

    def settle():
        state["now"] += 2
        house.settle(now=now())

    def now():
        return f"2026-06-01T{state['now'] // 60:02d}:{state['now'] % 60:02d}:00Z"

    def check(says, act, who, *steps):
        before = len(house.rows("ledger"))
        for step in steps:
            step()
            settle()
        ok((act, who) in since(house, before), f"{says}: {act}", since(house, before))

    def write(who, to, head="", body="", domain="example.org"):
        sender = f"{who}@{domain}"
        return lambda: house.post(sender, f"{to}@lists.example.org", f"{PROOF}From: {sender}\n{head or 'Subject: x'}\n\n{body}\n", now=now())

    def answer(who, word, said, box=None, domain="example.org", to=None):
        sender = f"{who}@{domain}"

        def step():
            mail = [mail for mail in house.mailbox(box or sender) if word in field(mail, "subject")][-1]
            reply(house, mail, sender, said, now=now(), fields="", to=to)
        return step

    request = "weavers-request"
    check("joining, confirmed", "member.add", "new@example.org", write("new", "weavers+join"), answer("new", "", "yes"))
    for word, act in (("daily", "member.rhythm"), ("pause 2w", "member.rhythm"), ("back", "member.rhythm"), ("language de", "member.set"), ("timezone Asia/Tokyo", "member.set"),
                      ("own off", "member.set"), ("copies off", "member.set")):
        check(f"`{word}`", act, "ann@example.org", write("ann", request, f"Subject: {word}"))
    check("a second address, proved by both", "member.address", "ann@example.org", write("ann", request, "Subject: address ann@work.example"),
          answer("ann", "", "yes"), answer("ann", "", "yes", domain="work.example"))
    check("a command that nobody understands", "mail.unclear", "ann@example.org", write("ann", request, "Subject: sing me a song"))
    check("mail to the stewards", "mail.steward", "ann@example.org", write("ann", "weavers+steward", "Subject: Help", "I am stuck."))
    check("a post that waits", "post.held", "stranger", write("sam", "weavers", "Subject: Looms 1", "I sell looms.", domain="else.example"))
    check("a question to its author", "held.asked", "ruth@example.org", answer("ruth", "Looms 1", "ask which loom?"))
    check("freed by a word", "held.freed", "ruth@example.org", answer("ruth", "Looms 1", "free"))
    check("refused by a word", "held.refused", "ruth@example.org", write("sam", "weavers", "Subject: Looms 2", "I sell looms.", domain="else.example"), answer("ruth", "Looms 2", "refuse off topic"))
    check("a post where only stewards post", "post.refused", "ann@example.org", write("ann", "news", "Subject: Mine", "May I?"))
    check("a word for an invitation", "meeting.answer", "ben@example.org", answer("ben", "Call", "yes"))
    check("leaving by a word", "member.leave", "new@example.org", write("new", "weavers+leave"))
    check("and back within a week", "member.add", "new@example.org", answer("new", "", "undo"))
    check("leaving one space by the token of its header", "member.unsubscribe", "ben@example.org", write("ruth", "news", "Subject: News", "The fair is in May."),
          lambda: house.post("else@else.example", re.search(r"mailto:(news[^?>]+)", field(house.mailbox("ben@example.org")[-1], "list-unsubscribe")).group(1), "Subject: \n\n\n", now=now()))
    check("own data, asked for", "member.export", "ann@example.org", write("ann", request, "Subject: export me"), answer("ann", "", "yes"), answer("ann", "", "yes", domain="work.example"))
    check("mending a conversation", "thread.split", "ruth@example.org", write("ruth", "weavers", "Subject: One\nMessage-ID: <one@example.org>", "The first."),
          write("ann", "weavers", "Subject: Re: One\nIn-Reply-To: <one@example.org>", "The second."),
          lambda: write("ruth", "weavers+thread", f"Subject: split {house.rows('archive', 'list', 'weavers')[-1]['id']}")())
    check("what the own MTA calls spam", "mail.dropped", "ann@example.org", write("ann", "weavers", "Subject: spam\nX-Spam-Flag: YES", "Buy."))


def by_clock(house):
    """What the house does of itself is written down as its own."""
    days = [f"2026-06-{day:02}T09:00:00Z" for day in range(2, 29)]
    for number in range(2):
        house.post("ruth@example.org", LIST, f"{PROOF}From: ruth@example.org\nSubject: Day {number}\n\nHello.\n", now=days[number])
        house.settle(now=days[number])
        bounce(house, verp(house.mailbox("ann@example.org")[-1]), "ann@example.org", now=days[number])
        house.settle(now=days[number])
    house.post("sam@else.example", LIST, "Subject: Looms 3\n\nI sell looms.\n", now=days[1])
    for day in (2, 3, 5, 6, 7, 9, 20):
        house.settle(now=days[day])
    probe = [mail for mail in house.mailbox("ann@example.org") if "does this reach you" in field(mail, "subject")]
    reply(house, probe[0], "ann@example.org", "yes", now=days[21])
    house.settle(now=days[21])
    rows = [(row["act"], row["who"] or row["actor"]) for row in house.rows("ledger")]
    for says, act, who in (("whose mail comes back", "member.bouncing", "robot"), ("who answers again", "member.back", "ann@example.org"), ("what nobody looked at for three days", "held.returned", "robot"),
                           ("who is asked whether each post is wanted", "member.asked", "robot")):
        ok((act, who) in rows, f"{says}: {act}", rows)


with House("by-command") as house:
    by_command(house)

with Living("by-mail", extra="trusted-authserv-id = mx.example.org\nspam-header = X-Spam-Flag: YES\n") as house:
    house.community("weavers", steward="ruth@example.org", ann="each", ben="each")
    house.run("space", "create", "weavers", "news", "--posting", "stewards")
    house.run("subscribe", "news", "ben@example.org", "--delivery", "each")
    house.run("meeting", "create", "weavers", "--title", "Call", "--start", "2026-07-02T19:00", "--timezone", "Europe/Berlin")
    house.settle()
    by_mail(house)

with Living("by-clock", extra="trusted-authserv-id = mx.example.org\n") as house:
    house.community("weavers", steward="ruth@example.org", ann="each")
    by_clock(house)
    house.run("ledger")
    ok(house.status == 0, "and the chain of all of it holds")
done()
