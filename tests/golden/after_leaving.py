"""Of who has left a keyed hash stays, once nothing can be undone any more; and by it they are known again (SUB-09)."""
import json
import sqlite3

from house import House, done, ok
from letters import address, field, reply, text

WORDS, JOIN = "weavers-request@lists.example.org", "weavers+join@lists.example.org"
LIST = "weavers@lists.example.org"
DAYS = {1: "2026-06-02T08:00:00Z", 6: "2026-06-07T07:00:00Z", 9: "2026-06-10T08:00:00Z", 12: "2026-06-13T08:00:00Z", 50: "2026-07-21T08:00:00Z",
        110: "2026-09-19T08:00:00Z", 440: "2027-08-15T08:00:00Z"}


def settle(house, now=None):
    house.run("desk", "--once", now=now)
    house.run("deliver", "--once", now=now)


def last(house, who):
    return house.mailbox(who)[-1]


def join(house, who, name, now=None):
    house.post(who, JOIN, f"From: {name} <{who}>\nSubject: none\n\n\n", now=now)
    settle(house, now)
    reply(house, last(house, who), who, "yes", now=now)
    settle(house, now)


def leave(house, who, now=None):
    """By the token that every mail of ours has in List-Unsubscribe."""
    welcome = next(mail for mail in reversed(house.mailbox(who)) if "+x" in field(mail, "list-unsubscribe"))
    house.post(who, field(welcome, "list-unsubscribe").strip("<>").removeprefix("mailto:"), "Subject: \n\n\n", now=now)
    settle(house, now)


def rows(house, sql, *values):
    with sqlite3.connect(house.dir / "guildpost.db") as db:
        return db.execute(sql, values).fetchall()


def state(house, who):
    shown = house.rows("member", "show", "weavers", who, status=None)
    return shown[0]["state"] if shown else None


def stands(house, *words):
    """In which tables of the store, as a person with the file would look; octets of posts and of mail that passed are packed."""
    found = []
    with sqlite3.connect(house.dir / "guildpost.db") as db:
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'")]
        for table in tables:
            for row in db.execute(f"SELECT * FROM \"{table}\""):
                said = " ".join(value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in row).lower()
                found += [f"{table}: {word}" for word in words if word.lower() in said]
    return found


def traces(house, *words):
    found = []
    for path in sorted(house.dir.glob("guildpost.db*")):
        if path.is_file():
            octets = path.read_bytes().lower()
            found += [f"{path.name}: {word}" for word in words if word.encode().lower() in octets]
    return found


def left_by_herself(house):
    who, work, name = "nia@else.example", "nia@work.example", "Nia Kettfaden"
    join(house, who, name)
    acts = [(row["actor"], row["who"]) for row in house.rows("ledger", "weavers") if row["act"] == "member.add"]
    ok(acts[-1][1] == who and acts[-1][0].startswith("member:"), "whoever joins by mail did it themselves, says the ledger", acts)
    house.post(who, WORDS, f"Subject: address {work}\n\n\n")
    settle(house)
    reply(house, last(house, who), who, "yes")
    settle(house)
    for one in (who, work):
        reply(house, last(house, one), one, "yes")
        settle(house)
    ok(rows(house, "SELECT count(*) FROM member_alias")[0][0] == 1, "she has two addresses")
    house.post("nina@else.example", LIST, "Subject: Reeds\n\nnia@else.example has one.\n")
    leave(house, who, DAYS[1])
    number = rows(house, "SELECT member_id FROM member WHERE address_key = ?", who)[0][0]
    settle(house, DAYS[6])
    ok(state(house, who) == "left" and rows(house, "SELECT count(*) FROM member WHERE address_key = ?", who)[0][0] == 1,
       "as long as it can be undone, the address is kept for that")
    settle(house, DAYS[9])
    left = [row for row in stands(house, who, work, name) if row.split(":")[0] not in ("raw", "message", "outbox", "outbox_mail", "outbox_recipient", "inbox", "held")]
    ok(left == [], "after it no row about her has the address, her other one, or her name", left)
    (row,) = [row for row in house.rows("member", "list", "weavers", "--all") if row["address"] == f"former-{number}@erased.invalid"]
    ok(row["state"] == "left" and row["name"] == "", "a list of all shows a number", row)
    ok(state(house, who) == "left" and state(house, work) == "left" and state(house, "nobody@else.example") is None, "whoever knows an address can ask for it, and is told")
    shown = house.run("member", "show", "weavers", who)
    ok("by their answer" in shown and "2026-06-01" in shown and "2026-06-02" in shown, "and when they agreed, and when they took it back: the proof stays", shown)
    sent = house.rows("why", who, now=DAYS[9])
    ok({row["kind"] for row in sent} >= {"receipt", "confirm"}, "`why` still says what was sent there", sent)
    acts = house.rows("ledger", "weavers")
    ok([row["details"]["who"] for row in acts if row["act"] == "member.depart"] == [f"member:{number}"], "a ledger line says that it was done", acts[-3:])
    return number


def nobody_brings_her_back(house):
    house.run("member", "import", "weavers", "-", input="address\nnia@else.example\n", status=65, now=DAYS[12])
    ok("left" in house.error and "not invited" in house.error, "no list of the operator's invites who left by herself", house.error)
    house.run("member", "set", "weavers", "nia@else.example", "name", "Nia", status=67, now=DAYS[12])
    house.run("member", "remove", "weavers", "nia@else.example", status=67, now=DAYS[12])
    ok(rows(house, "SELECT count(*) FROM member WHERE address_key = 'nia@else.example'")[0][0] == 0, "nor does a change of what she is bring the address back")
    before = len(house.mailbox("nia@else.example"))
    house.post("nia@else.example", WORDS, "From: nia@else.example\nSubject: weekly\n\n\n", now=DAYS[12])
    settle(house, DAYS[12])
    ok(len(house.mailbox("nia@else.example")) == before + 1, "she can write like any stranger")


def her_own_data(house, number):
    """Still hers, by the hash."""
    now = DAYS[12]
    house.post("nia@work.example", WORDS, "Subject: export me\n\n\n", now=now)
    settle(house, now)
    for _ in range(2):
        reply(house, last(house, "nia@work.example"), "nia@work.example", "yes", now=now)
        settle(house, now)
    mail = last(house, "nia@work.example")
    files = {part.get_filename(): part.get_payload(decode=True) for part in mail.iter_attachments()}
    ok("about-me.json" in files and json.loads(files["about-me.json"])["member"][0]["state"] == "left", "what is kept comes to the address that asks", text(mail))
    ok(not house.mailbox(f"former-{number}@erased.invalid"), "and none to the number")


def back_again(house, number):
    join(house, "nia@work.example", "Nia K.", DAYS[50])
    ok(rows(house, "SELECT member_id, state FROM member WHERE address_key = 'nia@work.example'") == [(number, "active")], "who joins again, by whichever address, is who they were",
       rows(house, "SELECT member_id, state, address_key FROM member"))
    ok("Welcome" in field(last(house, "nia@work.example"), "subject"), "and welcome")
    ok(rows(house, "SELECT count(*) FROM former WHERE member_id = ?", number)[0][0] == 0, "no hash of theirs is kept then")
    leave(house, "nia@work.example", DAYS[50])


def undone(house):
    """A steward whose forwarded post somebody else answered to the leave token."""
    who = "kai@else.example"
    join(house, who, "Kai")
    house.run("member", "set", "weavers", who, "role", "steward")
    house.run("space", "create", "weavers", "dyers")
    house.run("subscribe", "dyers", who, "--delivery", "daily")
    leave(house, who)
    shown = house.rows("member", "show", "weavers", who)[0]
    ok(shown["roles"] == [] and shown["subscriptions"] == [], "who leaves is out of every space, and steward no more", shown)
    said = text(last(house, who))
    ok("your name and your address are erased" in " ".join(said.split()), "the good-bye says what is kept", said)
    house.post(who, "weavers+brief@lists.example.org", "Subject: \n\n\n")
    settle(house)
    ok("[weavers]" not in field(last(house, who), "subject"), "nothing is told to them as a steward meanwhile", field(last(house, who), "subject"))
    goodbye = [mail for mail in house.mailbox(who) if "You have left" in field(mail, "subject")][-1]
    reply(house, goodbye, who, "that was not me")
    settle(house)
    shown = house.rows("member", "show", "weavers", who)[0]
    ok(shown["roles"] == ["steward"] and {(one["space"], one["delivery"]) for one in shown["subscriptions"]} == {("weavers", "none"), ("dyers", "daily")},
       "an undo within the week brings back every space and the role, as the good-bye promised (SUB-05)", shown)


def said_no(house):
    """A victim of others, and one whom the operator invites."""
    house.post("vic@else.example", JOIN, "Subject: \n\n\n", now=DAYS[1])
    settle(house, DAYS[1])
    reply(house, last(house, "vic@else.example"), "vic@else.example", "no", now=DAYS[1])
    settle(house, DAYS[1])
    house.post("vic@else.example", JOIN, "Subject: \n\n\n", now=DAYS[9])
    settle(house, DAYS[9])
    ok(len(house.mailbox("vic@else.example")) == 1, "whoever said no to a question that others caused is not asked again by them")
    house.post("vic@else.example", JOIN, "Subject: \n\n\n", now=DAYS[50])
    settle(house, DAYS[50])
    ok(len(house.mailbox("vic@else.example")) == 2, "for a month: people change their minds")
    house.run("member", "import", "weavers", "-", input="address\nina@else.example\nivo@else.example\n", now=DAYS[1])
    settle(house, DAYS[1])
    reply(house, last(house, "ina@else.example"), "ina@else.example", "no", now=DAYS[1])
    settle(house, DAYS[1])
    ok(state(house, "ina@else.example") == "left" and rows(house, "SELECT count(*) FROM member WHERE address_key = 'ina@else.example'")[0][0] == 0,
       "of an invited person who says no a hash is kept at once")
    house.run("member", "import", "weavers", "-", input="address\nina@else.example\n", status=65, now=DAYS[9])
    ok("said no" in house.error, "and no second list invites them", house.error)
    ok(rows(house, "SELECT state FROM member WHERE address_key = 'ivo@else.example'") == [("unconfirmed",)], "who does not answer an invitation is waited for")


def silent(house):
    settle(house, DAYS[50])
    ok(state(house, "ivo@else.example") == "left" and rows(house, "SELECT count(*) FROM member WHERE address_key = 'ivo@else.example'")[0][0] == 0, "and after five weeks no longer")
    house.run("member", "add", "weavers", "out@else.example", "--name", "Out", now=DAYS[50])
    house.run("member", "add", "weavers", "host@else.example", "--role", "host", now=DAYS[50])
    for who in ("out@else.example", "host@else.example"):
        house.run("unsubscribe", "weavers", who, now=DAYS[50])
    ok(state(house, "out@else.example") == "active", "out of the last space by hand is out of it, and no more")
    settle(house, DAYS[110])
    ok(state(house, "out@else.example") == "left" and state(house, "host@else.example") == "active", "for a week: who is in none then, and has no part here, has left")


def forgotten_afterwards(house):
    who = "nia@work.example"
    ok(state(house, who) == "left" and rows(house, "SELECT count(*) FROM member WHERE address_key = ?", who)[0][0] == 0, "she has left again")
    house.post(who, WORDS, "Subject: forget me\n\n\n", now=DAYS[110])
    settle(house, DAYS[110])
    for _ in range(2):
        reply(house, last(house, who), who, "yes", now=DAYS[110])
        settle(house, DAYS[110])
    ok("forgotten you" in field(last(house, who), "subject"), "who left can be forgotten, too", field(last(house, who), "subject"))
    house.run("member", "add", "weavers", who, status=69, now=DAYS[110])
    house.run("ledger", "weavers")
    house.run("archive", "check", now=DAYS[110])
    ok(True, "the chain holds")


def after_all(house):
    """Mail that passed is kept for 90 days, and then nothing but posts says who was here."""
    settle(house, DAYS[440])
    ok(traces(house, "ina@else.example", "ivo@else.example", "vic@else.example") == [], "in the end no octet of any file has the address of who only passed by",
       traces(house, "ina@else.example", "ivo@else.example", "vic@else.example"))
    old = [mail for mail in house.mailbox("nia@else.example") if "+x" in field(mail, "list-unsubscribe")][0]
    house.post("nia@else.example", field(old, "list-unsubscribe").strip("<>").removeprefix("mailto:"), "Subject: \n\n\n", now=DAYS[440])
    settle(house, DAYS[440])
    ok(not [one for one in (house.dir / "mail").iterdir() if "erased.invalid" in one.name], "an old leave token of who is gone writes to nobody")


with House("after leaving", extra="trusted-authserv-id = mx.example.org\n") as house:
    house.community("weavers", steward="ruth@example.org")
    undone(house)
    number = left_by_herself(house)
    nobody_brings_her_back(house)
    her_own_data(house, number)
    said_no(house)
    back_again(house, number)
    silent(house)
    forgotten_afterwards(house)
    after_all(house)
done()
