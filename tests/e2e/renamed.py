#!/usr/bin/env python3
"""A smarthost that rewrites Message-IDs (Amazon SES), or makes them of its queue ids: an answer cites an id that nobody here has
heard of, and yet finds its thread, by what the smarthost said when it took the copy (RCV-21)."""
from house import House, done, ok
from server import Server

taken = []


def on(verb, line, peer):
    if verb != "DOT":
        return None
    taken.append(f"0100018f3c9a4d2e-{len(taken):04d}f")
    return f"250 Ok {taken[-1]}" if len(taken) % 2 else f"250 2.0.0 Ok: queued as {taken[-1]}"


def answer(house, who, msgid, cited, subject="Re: Sett", *fields):
    house.post(f"{who}@example.org", "weavers@lists.example.org", "\n".join((f"Message-ID: <{msgid}@example.org>", f"Subject: {subject}", f"In-Reply-To: {cited}", *fields))
               + "\n\nTwelve to the inch.\n")
    house.run("desk", "--once")


def renamed(server, house, who, text):
    """The id under which this member's copy went on."""
    house.run("deliver", "--once")
    at = next(i for i, mail in enumerate(server.mails) if mail.recipients == [f"{who}@example.org"] and text in mail.octets)
    return taken[at]


with Server(on=on) as server, House(smarthost=server.url, extra="smarthost-connections = 1\n") as house:
    house.community("weavers", ann="each", bob="each", zoe="each")
    house.post("ann@example.org", "weavers@lists.example.org", "Message-ID: <first@example.org>\nSubject: Sett\n\nWhich reed?\n")
    house.post("ann@example.org", "weavers@lists.example.org", "Message-ID: <other@example.org>\nSubject: Dye\n\nWhich madder?\n")
    house.run("desk", "--once")
    bobs, zoes = renamed(server, house, "bob", b"Which reed?"), renamed(server, house, "zoe", b"Which reed?")
    answer(house, "bob", "whole", f"<{bobs}@email.amazonses.com>")
    answer(house, "zoe", "part", f"<20260601080000.{zoes}@relay.example>", "Re: [weavers] Sett")
    answer(house, "zoe", "foreign", f"<{renamed(server, house, 'bob', b'Which madder?')}@email.amazonses.com>", "Warps")
    answer(house, "bob", "unknown", "<0100018f3c9a4d2e-9999f@email.amazonses.com>", "Wefts")
    answer(house, "bob", "both", f"<{bobs}@email.amazonses.com>", "Re: Dye", "References: <other@example.org>")
    rows = {row["message_id"][1:].split("@")[0]: row for row in house.rows("archive", "list", "weavers")}
    parents = {name: (row["parent"] or "")[1:].split("@")[0] for name, row in rows.items()}
    ok(parents["whole"] == "first", "the new id in the smarthost's reply names the post", parents)
    ok(parents["part"] == "first", "and so does an id that was made of the name in the queue", parents)
    ok(parents["foreign"] == "" and rows["foreign"]["thread"] != rows["other"]["thread"], "the id of another member's copy names nothing", parents)
    ok(parents["unknown"] == "" and rows["unknown"]["thread"] != rows["first"]["thread"], "nor does one that was never heard of", parents)
    ok(parents["both"] == "other", "an id that is known goes first", parents)
    house.run("archive", "reindex", "weavers")
    again = {row["message_id"][1:].split("@")[0]: row["thread"] for row in house.rows("archive", "list", "weavers")}
    ok(again == {name: row["thread"] for name, row in rows.items()}, "read again, all stand where they stood", again)
done()
