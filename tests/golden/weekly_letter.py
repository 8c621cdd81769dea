"""One weekly letter, octet for octet: clock, keys and ids are fixed. UPDATE=1 writes what is wanted anew; read it then."""
import os
import sqlite3
from pathlib import Path

from house import House, done, ok
from letters import field, text

HERE = Path(__file__).resolve().parent / "weekly_letter"
LIST = "weavers@lists.example.org"
POSTS = (
    ("ana@example.org", "Ana Ruiz", "2026-05-29T09:12:00Z", "Warp tension slips", "ana1", "",
     "Hi everyone,\n\nafter an hour at the loom the left side of the warp is slack and the selvedge draws in by a finger's width. The right side is as it was.\n\nThanks,\nAna\n"),
    ("raj@example.org", "Patel, Raj", "2026-05-29T10:40:00Z", "Re: Warp tension slips", "raj1", "ana1",
     "On Friday, Ana Ruiz wrote:\n> after an hour at the loom the left side of the warp\n> is slack\n\nWet the knots before you wind on, and let them dry under tension.\n"),
    ("bo@example.org", "Bo Lind via Weavers", "2026-05-29T12:00:00Z", "SV: Warp tension slips", "bo1", "raj1",
     "That has cured mine as well, and I put paper between the layers now.\n"),
    ("lena@example.org", "Lena", "2026-06-01T18:00:00Z", "Two heddles on one loom?", "lena1", "",
     "Hello!\n\nI am new to this. Has anyone threaded a plain rigid heddle loom with two heddles and kept the shed clear?\n"),
    ("mahmoud@example.org", "محمود درويش", "2026-06-02T07:00:00Z", "[weavers] Natural indigo & \"woad\" <compared>", "mah1", "",
     "The vat wants two days at thirty degrees before it turns, and no iron near it.\n"),
    ("yuki@example.org", "山田 由紀", "2026-06-02T08:00:00Z", "藍染めの温度について", "yuki1", "",
     "今週、藍の甕の温度を三十度に保ったところ、発色が前よりも深くなりました。みなさんはどうしていますか。\n"),
    ("ana@example.org", "Ana Ruiz", "2026-06-02T09:00:00Z", "Loom noise", "ana2", "", "?\n"),
)


def wanted(name, got, says):
    path, got = HERE / name, got.replace("\r\n", "\n")
    if os.environ.get("UPDATE"):
        path.write_text(got)
    want = path.read_text() if path.exists() else ""
    first = next((f"line {number}\nwant: {a}\ngot:  {b}" for number, (a, b) in enumerate(zip(want.splitlines(), got.splitlines()), 1) if a != b), "one is longer")
    ok(got == want, says, first)


with House("letter", now="2026-05-28T08:00:00Z") as house:
    house.community("weavers", ana="weekly", raj="each", bo="none", lena="weekly", mahmoud="none", yuki="none")
    with sqlite3.connect(house.dir / "guildpost.db") as db:
        db.execute("INSERT INTO meeting (space_id, ref, uid, title, start_local, timezone, duration, rrule, location, created_at, changed_at)"
                   " VALUES (1, 'M1', 'm1@lists.example.org', 'Monthly call', '2026-05-07T17:00:00', 'Europe/Berlin', 3600,"
                   " 'FREQ=MONTHLY;BYDAY=1TH', 'https://meet.example.org/weavers', 1779955200, 1779955200)")
        db.execute("INSERT INTO invitation (meeting_id, member_id, sequence, at) SELECT 1, member_id, 0, 1779955200 FROM member WHERE address = 'ana@example.org'")
    for address, name, date, subject, msgid, parent, body in POSTS:
        above = f"In-Reply-To: <{parent}@example.org>\n" if parent else ""
        house.post(address, LIST, f"From: \"{name}\" <{address}>\nSubject: {subject}\nMessage-ID: <{msgid}@example.org>\n{above}"
                                  f"Content-Type: text/plain; charset=utf-8\n\n{body}", now=date)
        house.run("desk", "--once", now=date.replace(":00Z", ":30Z"))
    house.settle(now="2026-06-04T06:00:00Z")
    letters = {who: [mail for mail in house.mailbox(f"{who}@example.org") if field(mail, "subject").startswith("[weavers] ") and field(mail, "precedence") == "bulk"] for who in ("ana", "lena")}
    ok([len(mails) for mails in letters.values()] == [1, 1], "each weekly member has one letter", letters)
    letter = letters["ana"][0]
    head = "".join(f"{name}: {field(letter, name)}\n" for name in ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Precedence", "Content-Language", "List-Id", "List-Post"))
    wanted("want.txt", head + "\n" + text(letter), "the text is as it was read and approved")
    wanted("want.html", letter.get_body(("html",)).get_content(), "so is the HTML")

done()
