"""Who may post what, where, how often and how large; each rule of a space by a post that meets it (issue 6, item 5)."""
import time

from house import House, done, ok
from letters import field, reply, text

LIST = "weavers@lists.example.org"
NOW = "2026-06-01T08:00:00Z"
number = 0


def write(house, who, subject, to=LIST, fields="", body="Which reed do you take for linen of this kind?", now=NOW):
    global number
    number += 1
    house.accept(who, to, f"From: {who}\nTo: {to}\nSubject: {subject}\nMessage-ID: <rule{number}-{time.monotonic_ns()}@example.org>\nDate: Mon, 01 Jun 2026 08:00:00 +0000\n{fields}\n{body}\n", now=now)


def filed(house, space="weavers"):
    return [row["subject"] for row in house.rows("archive", "list", space)]


def waits(house, space="weavers"):
    return {row["subject"]: row["reason"] for row in house.rows("held", "list", space)}


with House("rules", extra="spam-header = X-Spam-Flag: YES\n") as house:
    house.community("weavers", steward="ruth@example.org", ann="each", ben="each")
    house.run("member", "add", "weavers", "gil@example.org", "--guest", "--delivery", "each")
    for space, posting in (("open", "anyone"), ("looked", "moderated"), ("news", "stewards")):
        house.run("space", "create", "weavers", space, "--posting", posting)

    def to(space):
        return f"{space}@lists.example.org"

    for who in ("sam@else.example", "ann@example.org", "gil@example.org", "ruth@example.org"):
        name = who.split("@")[0]
        for space in ("weavers", "open", "looked", "news"):
            write(house, who, f"{name} to {space}", to=to(space))
    write(house, "ann@example.org", "spam", fields="X-Spam-Flag: YES, says the filter\n")
    write(house, "ann@example.org", "no spam", fields="X-Spam-Flag: NO\n")
    house.settle()
    ok(filed(house, "open") == [f"{who} to open" for who in ("sam", "ann", "gil", "ruth")], "posting anyone: a stranger, a member, a guest and a steward post", filed(house, "open"))
    ok(filed(house) == ["ann to weavers", "gil to weavers", "ruth to weavers", "no spam"] and list(waits(house)) == ["sam to weavers"], "posting members: a guest is one of them, a stranger waits",
       (filed(house), waits(house)))
    ok(filed(house, "looked") == ["ruth to looked"] and list(waits(house, "looked")) == [f"{who} to looked" for who in ("sam", "ann", "gil")], "posting moderated: all but stewards wait", waits(house, "looked"))
    ok(filed(house, "news") == ["ruth to news"] and waits(house, "news") == {}, "posting stewards: nobody else's goes out or waits")
    ok(any("only stewards post here" in text(mail) for mail in house.mailbox("ann@example.org")), "and its author hears why")
    ok("spam" not in filed(house) and "spam" not in waits(house), "what spam-header marks is dropped, and what it does not mark is not")
    ok([row["details"]["why"] for row in house.rows("ledger", "weavers") if row["act"] == "mail.dropped"] == ["spam"], "with a line in the ledger")

    # size
    house.run("space", "set", "open", "max-size", "2KiB")
    house.accept("ann@example.org", to("open"), f"From: ann@example.org\nSubject: large\n\n{'over, under, ' * 200}\n", status=69)
    ok("at most 2048 octets" in house.error, "max-size: what is larger is refused at the door, so that its sender hears it at once (RCV-07)", house.error)
    write(house, "ann@example.org", "small", to=to("open"))
    house.settle()
    ok("large" not in filed(house, "open") and "small" in filed(house, "open"), "and what is not goes out", filed(house, "open"))

    # first posts
    house.run("space", "set", "weavers", "first-posts", "held")
    house.run("member", "add", "weavers", "eve@example.org", "--delivery", "none")
    write(house, "eve@example.org", "eve's first")
    write(house, "ann@example.org", "ann's second")
    house.settle()
    ok(waits(house).get("eve's first") == "it is the author's first post here" and "ann's second" in filed(house), "first-posts held: a newcomer's waits, others' do not", waits(house))
    (first,) = [row["id"] for row in house.rows("held", "list", "weavers") if row["subject"] == "eve's first"]
    house.run("held", "free", first)
    write(house, "eve@example.org", "eve's second")
    house.settle()
    ok("eve's second" in filed(house), "and once the first is out the next goes through", (filed(house), waits(house)))

    # replies where new threads are not
    house.run("space", "set", "news", "replies", "members")
    (news,) = house.rows("archive", "list", "news")
    thread = f"news+{news['thread']}@lists.example.org"
    write(house, "ben@example.org", "Re: ruth to news", to=to("news"), fields=f"In-Reply-To: {news['message_id']}\n")
    write(house, "ben@example.org", "Re: by its address", to=thread)
    write(house, "ben@example.org", "Re: what never was", to=to("news"), fields="In-Reply-To: <never@else.example>\n")
    write(house, "sam@else.example", "Re: a stranger", to=thread)
    house.settle()
    ok(filed(house, "news") == ["ruth to news", "Re: ruth to news", "Re: by its address"], "replies members: answers go through, to the space and to a thread; new threads and strangers do not", filed(house, "news"))

    # one post to two addresses of one space
    both = f"From: ben@example.org\nTo: {to('open')}, open+{house.rows('archive', 'list', 'open')[0]['thread']}@lists.example.org\nSubject: To both\nMessage-ID: <both@example.org>\nDate: Mon, 01 Jun 2026 08:00:00 +0000\n\nIs this one post or are these two?\n"
    for address in (to("open"), f"open+{house.rows('archive', 'list', 'open')[0]['thread']}@lists.example.org"):
        house.accept("ben@example.org", address, both)
    house.settle()
    ok(filed(house, "open").count("To both") == 1, "to the space and to a thread address at once: one post (RCV-17)", filed(house, "open"))

    # who is named in it
    write(house, "ann@example.org", "For Ben", fields="Cc: Ben <ben@example.org>, Somebody <out@else.example>\n")
    house.settle()
    ok([field(mail, "subject") for mail in house.mailbox("ben@example.org")].count("For Ben") == 1, "a member in Cc has a copy from us all the same")
    ok(house.mailbox("out@else.example") == [], "and who is no member has none")
    house.post("ben@example.org", "weavers-request@lists.example.org", "Subject: copies off\n\n\n")
    house.settle()
    reply(house, house.mailbox("ben@example.org")[-1], "ben@example.org", "yes")
    house.settle()
    write(house, "ann@example.org", "For Ben again", fields="Cc: ben@example.org\n")
    write(house, "ann@example.org", "For all")
    house.settle()
    mine = [field(mail, "subject") for mail in house.mailbox("ben@example.org")]
    ok("For Ben again" not in mine and "For all" in mine, "unless he chose otherwise", mine)

with House("haste") as house:
    house.community("weavers", steward="ruth@example.org", ann="each", ben="each")
    for turn in range(13):
        write(house, "ann@example.org", f"ann {turn}")
    for turn in range(12):
        write(house, "ruth@example.org", f"ruth {turn}")
    write(house, "ben@example.org", "ben")
    house.settle()
    ok([row for row in filed(house) if row.startswith("ann")] == [f"ann {turn}" for turn in range(10)] and list(waits(house)) == ["ann 10", "ann 11", "ann 12"], "ten posts of one author within the hour go out, the rest waits", waits(house))
    ok(set(waits(house).values()) == {"its author has written very often within the hour"} and "ben" in filed(house), "with its reason, and nobody else's does")
    ok(len([row for row in filed(house) if row.startswith("ruth")]) == 12, "what a steward writes he could free himself, so it goes out")
    told = [mail for mail in house.mailbox("ann@example.org") if "waits for a steward" in field(mail, "subject")]
    ok(len(told) == 1 and "very often within the hour" in " ".join(text(told[0]).split()), "the author is told, once, and why", [field(mail, "subject") for mail in house.mailbox("ann@example.org")][-3:])
    ok(len([mail for mail in house.mailbox("ruth@example.org") if "very often" in " ".join(text(mail).split())]) == 3, "and the stewards")
    write(house, "ann@example.org", "ann later", now="2026-06-01T09:20:00Z")
    house.settle(now="2026-06-01T09:20:00Z")
    ok("ann later" in filed(house), "after an hour it is as before", waits(house))

    house.run("space", "set", "weavers", "space-limit", "4")
    now = "2026-06-01T14:00:00Z"
    for turn in range(6):
        write(house, ("ann", "ben", "ruth")[turn % 3] + "@example.org", f"flood {turn}", now=now)
    for turn in range(3):
        write(house, f"sam{turn}@else.example", f"stranger {turn}", now=now)
    house.settle(now=now)
    ok([row for row in filed(house) if row.startswith("flood")] == [f"flood {turn}" for turn in range(4)], "what is above the limit of the space waits, whoever wrote it", waits(house))
    ok(waits(house)["flood 5"] == "very much has been written here within the hour" and waits(house)["stranger 0"] == "the author is not a member", "strangers wait for being strangers", waits(house))
    house.run("space", "set", "weavers", "author-limit", "many", status=64)
    ok("such as 10" in house.error, "a limit is a number", house.error)
    house.unlimited("weavers")
    for turn in range(12):
        write(house, "ben@example.org", f"free {turn}", now=now)
    house.settle(now=now)
    ok([row for row in filed(house) if row.startswith("free")] == [f"free {turn}" for turn in range(12)], "0 is no limit")
    ok(house.rows("space", "show", "weavers")[0]["author-limit"] == "0", "and shown")
done()
