"""Conversations mended by hand, and by Outlook's Thread-Index; what was mended outlives a reindex."""
import base64
import sqlite3

from house import House, done, ok


def letter(name, subject, *fields, day=1):
    head = "\n".join(fields)
    return (f"From: Ann <ann@example.org>\nMessage-ID: <{name}@example.org>\nSubject: {subject}\n"
            f"Date: Fri, {day:02} May 2026 08:00:00 +0000\n{head}{chr(10) if head else ''}\nText of {name}.\n")


def index(conversation, answers=0):
    return "Thread-Index: " + base64.b64encode(b"\x01\xd1\x02\x03\x04\x05" + conversation * 16 + b"\x00\x01\x02\x03\x04" * answers).decode()


with House("threads") as house:
    house.community("weavers")
    posts = [letter("a", "Sett"), letter("b", "Re: Sett", "References: <a@example.org>", day=2),
             letter("c", "Re: Sett", "References: <a@example.org> <b@example.org>", day=3), letter("x", "Dye", day=4),
             letter("o1", "Looms", index(b"L"), day=5), letter("o2", "Looms", index(b"L", 2), day=7), letter("o3", "Looms", index(b"M"), day=8)]
    for post in posts:
        house.run("archive", "import", "weavers", "-", input=post)
    rows = lambda: {row["message_id"][1:-13]: row for row in house.rows("archive", "list", "weavers")}
    shape = lambda: [sorted(name for name, row in rows().items() if row["thread"] == thread)
                     for thread in sorted({row["thread"] for row in rows().values()}, key=lambda thread: min(
                         name for name, row in rows().items() if row["thread"] == thread))]
    ok(shape() == [["a", "b", "c"], ["o1", "o2"], ["o3"], ["x"]], "Outlook's answer without References stands in its conversation", shape())
    ok(rows()["o2"]["parent"] == "<o1@example.org>", "below what it answers", rows()["o2"])

    (row,) = house.rows("thread", "split", "weavers", "b@example.org")
    ok(shape() == [["a"], ["b", "c"], ["o1", "o2"], ["o3"], ["x"]] and row["thread"] == rows()["b"]["thread"],
       "a post leaves with what answers it, and the new address is told", (row, shape()))
    (row,) = house.rows("thread", "join", "weavers", rows()["x"]["thread"], rows()["a"]["thread"])
    ok(shape() == [["a", "x"], ["b", "c"], ["o1", "o2"], ["o3"]], "two become one", shape())
    house.run("archive", "import", "weavers", "-", input=letter("d", "Re: Sett", "References: <a@example.org> <b@example.org> <c@example.org>", day=9))
    ok(shape() == [["a", "x"], ["b", "c", "d"], ["o1", "o2"], ["o3"]], "a later answer goes where it belongs by that", shape())
    before = rows()
    house.run("archive", "reindex", "weavers")
    ok(rows() == before, "a reindex keeps what was mended", shape())
    ok(all(row["result"] == "ok" for row in house.rows("archive", "check")), "and the archive agrees with itself")
    with sqlite3.connect(f"file:{house.dir / 'guildpost.db'}?mode=ro", uri=True) as db:
        acts = [act for (act,) in db.execute("SELECT act FROM ledger WHERE act LIKE 'thread.%' ORDER BY act")]
    ok(acts == ["thread.join", "thread.split"], "the ledger knows", acts)

    for words, status, text in [(("join", "weavers", "t9999", before["a"]["thread"]), 67, "archive threads"),
                                (("join", "weavers", before["a"]["thread"], before["x"]["thread"]), 64, "already"),
                                (("split", "weavers", "<none@example.org>"), 67, "archive list"),
                                (("split", "weavers", "<b@example.org>"), 65, "begins its thread")]:
        house.run("thread", *words, status=None)
        ok(house.status == status and text in house.error, f"thread {words[0]} exits {status} and says what to do", house.error)
done()
