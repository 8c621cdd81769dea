"""The desk goes on whatever one message does to it; and it works while it runs, at the sound of the bell."""
import os
import time

from house import House, done, ok, wait_for
from letters import field, text

with House("sort", now="2026-06-01T08:00:00Z") as house:
    house.community("weavers", ann="each")
    os.environ["GUILDPOST_TEST_READER"] = "segv-on:poison"
    for subject in ("before", "poison pill", "behind"):
        house.post("ann@example.org", "weavers@lists.example.org", f"Subject: {subject}\n\nText.\n")
    house.settle()
    ok([row["subject"] for row in house.rows("archive", "list", "weavers")] == ["before", "behind"], "a message on which the reader dies stops no other", house.error)
    (row,) = house.rows("inbox", "list")
    ok(row["strikes"] == 2 and "reader" in row["reason"], "it is set aside at the second strike, with its reason", row)
    (told,) = house.mailbox("postmaster@example.org")
    ok("set aside" in field(told, "subject") and f"guildpost inbox retry {row['id']}" in text(told), "the operator is told what to do", text(told))
    house.settle()
    ok(len(house.mailbox("postmaster@example.org")) == 1, "once")
    os.environ.pop("GUILDPOST_TEST_READER")
    house.run("inbox", "retry", row["id"])
    house.settle()
    ok(len(house.rows("archive", "list", "weavers")) == 3, "and when it can be read after all, retry brings it in")

    os.environ["GUILDPOST_TEST_READER"] = "kill-on:unlucky"
    for subject in ("unlucky", "lucky"):
        house.post("ann@example.org", "weavers@lists.example.org", f"Subject: {subject}\n\nText.\n")
    house.settle()
    (row,) = house.rows("inbox", "list")
    ok(row["strikes"] == 0, "a reader that is killed from outside is no strike", row)
    ok("lucky" in [row["subject"] for row in house.rows("archive", "list", "weavers")], "and what is behind goes on")
    os.environ.pop("GUILDPOST_TEST_READER")
    house.settle()
    ok(house.rows("inbox", "list") == [], "the next round brings it in")

    templates = house.dir / "templates"
    templates.mkdir()
    conf = house.conf.read_text().splitlines()
    house.conf.write_text("\n".join(f"templates = {templates}" if line.startswith("templates") else line for line in conf) + "\n")
    house.post("sam@else.example", "weavers@lists.example.org", "Subject: Hello\n\nText.\n")
    house.post("ann@example.org", "weavers@lists.example.org", "Subject: goes on\n\nText.\n")
    house.run("desk", "--once")
    ok("templates" in house.error and len(house.rows("inbox", "list")) == 1, "a missing templates folder is said in the log, and the mail waits", house.error)
    ok("goes on" in [row["subject"] for row in house.rows("archive", "list", "weavers")], "what needs none goes on")
    house.conf.write_text("\n".join(conf) + "\n")
    house.settle()
    ok(house.rows("inbox", "list") == [] and len(house.rows("held", "list")) == 1, "and is dealt with when the folder is back")

    desk = house.start("desk", wait="desk.ready")
    begun = time.monotonic()
    house.post("ann@example.org", "weavers@lists.example.org", "Subject: by the bell\n\nText.\n")
    ok(wait_for(lambda: "by the bell" in [row["subject"] for row in house.rows("archive", "list", "weavers")], 4.5),
       "a desk that runs hears the bell before its slow look", desk.log.read_text())
    desk.terminate()
    ok(desk.wait(10) == 0, "SIGTERM ends it with 0")
done()
