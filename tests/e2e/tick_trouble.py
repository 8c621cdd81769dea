"""What the clock brings and one thing that cannot be done: the others are done all the same, and the desk does not end."""
import shutil
import sqlite3

from house import ROOT, House, done, ok, wait_for
from letters import field

LIST = "weavers@lists.example.org"


def subjects(house, who):
    return [field(mail, "subject") for mail in house.mailbox(who)]


def begin(house):
    house.community("weavers", steward="ruth@example.org", ann="each", dora="daily")
    for number in (1, 2):
        house.accept(f"kim{number}@else.example", LIST, f"From: Kim <kim{number}@else.example>\nSubject: Held {number}\nMessage-ID: <k{number}@else.example>\n\nHello there\n")
    house.post("ann@example.org", LIST, "From: Ann <ann@example.org>\nSubject: For Dora\n\nThis is a post that has more than eight words in it.\n")
    house.settle()


with House("octets-gone", now="2026-06-01T08:00:00Z") as house:
    begin(house)
    with sqlite3.connect(house.dir / "guildpost.db") as db:
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("DELETE FROM raw WHERE raw_id = (SELECT raw_id FROM held ORDER BY held_id LIMIT 1)")
    desk = house.start("desk", now="2026-06-02T09:00:00Z", wait="desk.ready")
    ok(wait_for(lambda: "digest.composed" in desk.log.read_text()), "a held post whose octets are gone keeps no digest from going out", desk.log.read_text())
    ok(desk.poll() is None, "nor does it end the desk", desk.log.read_text())
    ok("held.stuck" in desk.log.read_text(), "the log says which", desk.log.read_text())
    house.run("deliver", "--once", now="2026-06-02T09:00:10Z")
    ok("[weavers] still waits: Held 2" in subjects(house, "ruth@example.org"), "the next held post is called about", subjects(house, "ruth@example.org"))

with House("text-missing", now="2026-06-01T08:00:00Z") as house:
    begin(house)
    shutil.copytree(ROOT / "templates", house.dir / "texts")
    (house.dir / "texts/en/held-again.txt").unlink()
    with open(house.conf, "a") as conf:
        conf.write(f"templates = {house.dir / 'texts'}\n")
    house.run("desk", "--once", now="2026-06-02T09:00:00Z", status=None)
    ok(house.status == 78, "a mail text that is missing is said, with the status of a fault in the configuration", (house.status, house.error))
    house.run("deliver", "--once", now="2026-06-02T09:00:10Z")
    ok(subjects(house, "dora@example.org") == ["[weavers] For Dora (2 June)"], "and keeps no digest from going out", house.error)
done()
