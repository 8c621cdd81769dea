"""What is kept about a member is handed out, and goes, when the member says so from every address (SUB-09)."""
import base64
import contextlib
import json
import mailbox
import sqlite3

from house import House, done, ok
from letters import address, field, reply, text

LIST, WORDS = "weavers@lists.example.org", "weavers-request@lists.example.org"
ANN = "Ann@example.org"
PROOF = ("Authentication-Results: mx.example.org; dmarc=pass header.from=example.org\n"
         "Received: from client.example by mx.example.org with ESMTP; Mon, 1 Jun 2026 08:00:00 +0000\n")
NAME = "Ann Garn-Weber"


def settle(house, now=None):
    house.run("desk", "--once", now=now)
    house.run("deliver", "--once", now=now)


def settle_wholly(house, now):
    """As settle, until what was taken out has left the file, too: the desk gives half a second to it at each look."""
    for minute in range(30):
        settle(house, now.replace(":00:00Z", f":{minute:02}:00Z"))
        with contextlib.closing(sqlite3.connect(house.dir / "guildpost.db")) as db:
            if db.execute("SELECT 1 FROM setting WHERE name = 'leaving'").fetchone() is None:
                return


def wish(house, who, words, now=None, proof=PROOF):
    house.post(who, WORDS, f"{proof}From: {who}\nSubject: \n\n{words}\n", now=now)
    settle(house, now)


def last(house, who):
    return house.mailbox(who)[-1]


def files(mail):
    return {part.get_filename(): part.get_payload(decode=True) for part in mail.iter_attachments()}


def posts(house):
    """Ann's, in several dresses, and what others say to them."""
    encoded = base64.encodebytes(f"Write to me at ann@example.org.\n\nYours, {NAME}\n".encode()).decode()
    house.post("ann@example.org", LIST, f"From: \"{NAME}\" <Ann@example.org>\nSubject: Sett\nMessage-ID: <sett@example.org>\n"
               f"Organization: Garn & Co\n\nWhich reed for linen? Mail ann@example.org, or ANN@EXAMPLE.ORG.\n-- \n{NAME}\n")
    settle(house)
    house.post("ben@example.org", LIST, f"Subject: Re: Sett\nMessage-ID: <re@example.org>\nIn-Reply-To: <sett@example.org>\n"
               f"Cc: =?utf-8?q?Ann_Garn=2DWeber?= <ann@example.org>, Cleo <cleo@example.org>\n\nOn Monday {NAME} <ann@example.org> wrote:\n> Which reed for linen?\n\nTwelve, joann@example.org says.\n")
    house.post("ann@example.org", LIST, f"From: \"{NAME}\" <ann@example.org>\nSubject: Re: Sett\nMessage-ID: <coded@example.org>\nIn-Reply-To: <re@example.org>\n"
               f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n{encoded}")
    house.post("ann@work.example", LIST, "From: ann@work.example\nSubject: From work\nMessage-ID: <work@example.org>\n\nFrom another desk.\n")
    settle(house)


def exported(house):
    wish(house, ANN, "export me")
    ours, work = last(house, ANN), last(house, "ann@work.example")
    ok("confirm" in field(ours, "subject") and "confirm" in field(work, "subject"), "who asks for their data is asked back first, at each address, whatever the proof",
       (field(ours, "subject"), field(work, "subject")))
    reply(house, ours, ANN, "yes")
    settle(house)
    before = len(house.mailbox(ANN))
    ok(not files(last(house, ANN)), "one yes alone sends nothing")
    reply(house, work, "ann@work.example", "")
    settle(house)
    box = house.mailbox(ANN)
    ok(len(box) == before + 1 and len(files(box[-1])) == 2, "with both one mail comes, to the main address", [field(mail, "subject") for mail in box])
    found = files(box[-1])
    data = json.loads(found["about-me.json"])
    ok(data["member"][0]["name"] == NAME and data["addresses"][0]["address"] == "ann@work.example" and data["subscriptions"][-1]["delivery"] == "each",
       "the file says who it is", data)
    consent = data["consent"][0]
    ok(consent["how"] == "asked" and consent["answer"] == "<yes@client.example>" and "join" in consent["words"] and consent["at"].startswith("2026-06-01T08:"),
       "and when, how and by which mail they agreed, and to which words", consent)
    ok({row["message_id"] for row in data["posts"]} == {"<sett@example.org>", "<coded@example.org>", "<work@example.org>"}, "and what they posted", data["posts"])
    path = house.folder / "posts.mbox"
    path.write_bytes(found["posts-1.mbox"])
    raw = [house.run("archive", "show", "weavers", row["message_id"], "--raw", text=False).replace(b"\r\n", b"\n") for row in data["posts"]]
    box = mailbox.mbox(path)
    box = [box.get_bytes(key).replace(b"\r\n", b"\n").replace(b"\n>From ", b"\nFrom ").strip() for key in box.keys()]
    ok(sorted(box) == sorted(one.strip() for one in raw), "which comes whole, as mbox", (box, raw))
    ok(b"ben@example.org" not in found["about-me.json"], "no other member's address is in it")
    wish(house, "eve@else.example", "export me", proof="")
    reply(house, last(house, "eve@else.example"), "eve@else.example", "yes")
    settle(house)
    ok("not subscribed" in text(last(house, "eve@else.example")) and not files(last(house, "eve@else.example")), "a stranger has nothing here", text(last(house, "eve@else.example")))


def shown(house):
    wish(house, ANN, "settings")
    said = " ".join(text(last(house, ANN)).split())
    ok("since Monday 1 June 2026 by your answer to our question" in said, "settings says since when, and by what", said)
    house.post("ben@example.org", WORDS, "Subject: settings\n\n\n")
    settle(house)
    ok("put in by the people who run it" in text(last(house, "ben@example.org")), "also where the operator's word was enough", text(last(house, "ben@example.org")))


def traces(house, *words):
    """Where the octets stand in the files of the store."""
    found = []
    for path in sorted(house.dir.glob("guildpost.db*")):
        if path.is_file():
            octets = path.read_bytes().lower()
            found += [f"{path.name}: {word}" for word in words if word.encode().lower() in octets]
    return found


def forgotten(house):
    now, later = "2026-06-03T08:00:00Z", "2026-06-03T11:00:00Z"
    ok(traces(house, "ann@example.org", NAME) != [], "before, the store knows her")
    wish(house, ANN, "forget me", now)
    reply(house, last(house, ANN), ANN, "yes", now=now)
    settle(house, now)
    ok([row["state"] for row in house.rows("member", "list", "weavers") if row["address"] == "Ann@example.org"] == ["active"], "one address alone forgets nobody",
       house.rows("member", "list", "weavers"))
    said = text(last(house, "ann@work.example"))
    ok("cannot be undone" in said and "former member" in said, "she is told what it means before it is done", said)
    reply(house, last(house, "ann@work.example"), "ann@work.example", "yes", now=now)
    settle(house, now)
    ok("forgotten you" in field(last(house, ANN), "subject"), "then it is done, and said", field(last(house, ANN), "subject"))
    settle_wholly(house, later)
    words = ("ann@example.org", "ann@work.example", NAME, "Garn & Co")
    ok([trace for trace in traces(house, *words) if "joann@" not in trace and "ann@example.org" not in trace] == [], "no file of the store holds her name or her other address",
       traces(house, *words))
    # "joann@example.org" is somebody else, and stays
    octets = b"".join(path.read_bytes() for path in house.dir.glob("guildpost.db*") if path.is_file()).lower()
    ok(octets.replace(b"joann@example.org", b"").count(b"ann@example.org") == 0, "nor the address", traces(house, "ann@example.org"))
    rows = {row["message_id"]: row for row in house.rows("archive", "list", "weavers")}
    ok(len({rows[one]["thread"] for one in ("<sett@example.org>", "<re@example.org>", "<coded@example.org>")}) == 1, "the thread stands as before", rows)
    ok(rows["<sett@example.org>"]["from_name"] == "former member" and rows["<sett@example.org>"]["from_address"].endswith("@erased.invalid"), "under a pseudonym", rows["<sett@example.org>"])
    whole = house.run("archive", "show", "weavers", "<re@example.org>", "--raw")
    ok("Cleo <cleo@example.org>" in whole and "joann@example.org says" in whole and "> Which reed for linen?" in whole, "what others wrote keeps all else", whole)
    ok("Write to me at former-" in house.run("archive", "show", "weavers", "<coded@example.org>"), "what was encoded is cleaned and encoded again",
       house.run("archive", "show", "weavers", "<coded@example.org>"))
    ok(len(house.rows("archive", "search", "weavers", "linen")) >= 2 and house.rows("archive", "search", "weavers", "Garn") == [], "and the search finds the words, not the person")
    house.run("archive", "check")
    ok(True, "archive and ledger still hold together")
    house.run("member", "add", "weavers", "ann@example.org", status=69, now=later)
    ok("forgotten" in house.error, "nobody else brings her in again", house.error)
    house.post("ann@example.org", "weavers+join@lists.example.org", f"From: {NAME} <{ANN}>\nSubject: \n\n\n", now=later)
    settle(house, later)
    reply(house, last(house, ANN), ANN, "yes", now=later)
    settle(house, later)
    ok("Welcome" in field(last(house, ANN), "subject"), "she herself can join like anybody", field(last(house, ANN), "subject"))
    ok(all(row["from_address"] != "ann@example.org" for row in house.rows("archive", "list", "weavers")), "and what was forgotten stays so")


def come_again(house):
    """Posts that stay under a pseudonym are copies of what is imported once more, and are not replaced by it."""
    now, later = "2026-06-05T08:00:00Z", "2026-06-05T11:00:00Z"
    house.run("member", "add", "weavers", "fay@example.org", "--name", "Fay Kunkel", "--delivery", "none", now=now)
    letters = "".join(f"From fay@example.org Mon Jun  1 09:00:00 2026\nFrom: Fay Kunkel <fay@example.org>\nDate: Mon, 01 Jun 2026 09:{n:02}:00 +0000\n"
                      f"Message-ID: <fay{n}@example.org>\nSubject: Spindle {n}\n\nSpindle number {n}. Fay Kunkel\n\n" for n in range(12))
    house.run("archive", "import", "weavers", "-", input=letters, now=now)
    wish(house, "fay@example.org", "forget me", now, proof="")
    reply(house, last(house, "fay@example.org"), "fay@example.org", "yes", now=now)
    settle(house, now)
    settle_wholly(house, later)
    ok(traces(house, "fay@example.org", "Kunkel") == [], "an imported member is forgotten", traces(house, "fay@example.org", "Kunkel"))
    (row,) = house.rows("archive", "import", "weavers", "-", input=letters, now=later)
    ok((row["imported"], row["duplicates"], row["reused_ids"]) == (0, 12, 0), "who imports the same again has nothing but copies of what is there", row)
    ok(traces(house, "fay@example.org", "Kunkel") == [], "and the name does not come back", traces(house, "fay@example.org", "Kunkel"))
    raws = [house.run("archive", "show", "weavers", f"<fay{n}@example.org>", "--raw") for n in range(12)]
    ok(all(f"Spindle number {n}." in raw and "erased.invalid" in raw for n, raw in enumerate(raws)), "every post stands under the pseudonym", raws[0])


def words(n):
    """Text that no two posts have in common."""
    return "".join(f"{(n * 131 + k * k * 977) % 99991} ends, " for k in range(120))


NOTICE = " ".join(f"Clause {n} of what the firm of Dora Kett Faden, dora@example.org, puts under each mail." for n in range(30))


def with_posts(house):
    """Out of a packed archive, whose dictionary has learnt the name."""
    now, later = "2026-06-04T08:00:00Z", "2026-06-04T11:00:00Z"
    mbox = "".join(f"From dora@example.org Mon Jun  1 08:00:00 2026\nFrom: Dora Kett Faden <dora@example.org>\nTo: {LIST}\nDate: Mon, 01 Jun 2026 {n // 60:02}:{n % 60:02}:00 +0000\n"
                   f"Message-ID: <old{n}@example.org>\nSubject: Note {n}\n\nNote number {n} of many, {n * 7919 % 1000} threads of warp. " + words(n) + f"\n-- \nDora Kett Faden, dora@example.org\n{NOTICE}\n\n" for n in range(60))
    house.run("archive", "import", "weavers", "-", input=mbox, now=now)
    learnt = [row[0] for row in sqlite3.connect(house.dir / "guildpost.db").execute("SELECT octets FROM dictionary")]
    ok(any(b"dora@example.org" in one for one in learnt), "a dictionary learns whom many posts are from", len(learnt))
    wish(house, "dora@example.org", "vergiss mich und meine Beiträge", now, proof="")
    said = text(last(house, "dora@example.org"))
    ok("forget me and my posts" in said, "the wish is read in German too", said)
    reply(house, last(house, "dora@example.org"), "dora@example.org", "ja", now=now)
    settle(house, now)
    settle_wholly(house, later)
    ok(not any(row["message_id"].startswith("<old") for row in house.rows("archive", "list", "weavers")), "posts go where that was the wish")
    ok(traces(house, "dora@example.org", "Dora Kett") == [], "nothing is left, nor in what was learnt for packing", traces(house, "dora@example.org", "Dora Kett"))
    house.run("archive", "check", now=later)
    ok(True, "all others are whole")


with House("own data", extra="trusted-authserv-id = mx.example.org\n") as house:
    house.community("weavers", steward="ruth@example.org", ben="each", dora="none")
    house.post("ann@example.org", "weavers+join@lists.example.org", f"From: {NAME} <Ann@example.org>\nSubject: each\n\n\n")
    settle(house)
    asked = last(house, ANN)
    house.post("Ann@example.org", address(asked), f"From: {NAME} <Ann@example.org>\nMessage-ID: <yes@client.example>\nSubject: Re: join\n\nyes\n")
    settle(house)
    wish(house, ANN, "address ann@work.example")
    for who in (ANN, "ann@work.example"):
        reply(house, last(house, who), who, "yes")
        settle(house)
    posts(house)
    shown(house)
    exported(house)
    forgotten(house)
    with_posts(house)
    come_again(house)
done()
