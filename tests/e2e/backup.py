"""backup and restore: a marked copy under load; what comes back sends nothing twice."""
import shutil
import threading
import time

from house import House, done, ok


def posts_in(house):
    return {row["message_id"] for row in house.rows("archive", "list", "weavers")}


def restored_house_is_calm():
    with House() as house:
        house.community("weavers", ann="each", wil="weekly")
        house.post("ann@example.org", "weavers@lists.example.org", "Subject: One\n\nWhich reed do you take for linen?\n")
        house.run("desk", "--once")
        waiting = house.rows("outbox", "list")
        ok(any(row["state"] == "due" for row in waiting), "a copy waits to go out", waiting)
        copy = house.folder / "copy.db"
        house.run("backup", copy)
        ok((copy.stat().st_mode & 0o777) == 0o600, "the copy is private: it holds the keys")
        house.run("backup", copy, status=73)
        ok("exists already" in house.error, "a backup overwrites nothing", house.error)
        house.settle()
        ok(len(house.mailbox("ann@example.org")) == 1, "meanwhile the copy went out")
        before = posts_in(house)

        marked = house.dir / "marked.conf"
        marked.write_text(house.conf.read_text().replace(str(house.dir / "guildpost.db"), str(copy)))
        house.run("-c", marked, "desk", "--once", conf=False, status=78)
        ok("guildpost restore" in house.error, "a marked copy is not run on, and says what to do", house.error)

        said = house.run("restore", copy)
        ok("Held: 1" in said, "restore says what it holds", said)
        house.settle()
        ok(len(house.mailbox("ann@example.org")) == 1, "what waited in the copy is not sent again")
        held = house.rows("outbox", "list")
        ok([row["state"] for row in held] == ["held"], "it is held", held)
        ok(posts_in(house) == before, "the archive is as it was")
        house.settle(now="2026-06-04T06:00:00Z")
        ok(len(house.mailbox("wil@example.org")) == 0, "the digest window begins anew: wil is not told twice")
        house.run("outbox", "release", held[0]["id"])
        house.settle()
        ok(len(house.mailbox("ann@example.org")) == 1, "released, the same copy is recognisable as the same mail")
        house.post("ann@example.org", "weavers@lists.example.org", "Subject: Two\n\nAnd which for wool?\n",
                   now="2026-06-04T07:00:00Z")
        house.settle(now="2026-06-04T07:00:00Z")
        ok(len(posts_in(house)) == 2, "life goes on")
        house.run("restore", house.folder / "nothing.db", status=66)
        ok("nothing.db" in house.error, "a copy that is not there is named", house.error)
        shutil.copy(house.dir / "guildpost.db", house.folder / "plain.db")
        house.run("restore", house.folder / "plain.db", status=65)
        ok("no copy made by guildpost backup" in house.error, "a plain copy of the file is not taken for a backup",
           house.error)
        ok(len(posts_in(house)) == 2, "and the store is as it was")


def copy_under_load():
    with House() as house:
        house.community("weavers", ann="each")
        house.unlimited("weavers")
        house.start("serve", wait="serve.ready")
        stop = threading.Event()
        accepted = []

        def load():
            with house.lmtp() as lmtp:
                lmtp.ehlo("load")
                while not stop.is_set():
                    name = f"<load{len(accepted)}@example.org>"
                    text = (f"From: ann@example.org\r\nTo: weavers@lists.example.org\r\nSubject: Load {len(accepted)}\r\n"
                            f"Message-ID: {name}\r\nDate: Mon, 01 Jun 2026 08:00:00 +0000\r\n\r\n" + "thread by thread\r\n" * 40)
                    lmtp.sendmail("ann@example.org", ["weavers@lists.example.org"], text)
                    accepted.append(name)

        thread = threading.Thread(target=load)
        thread.start()
        try:
            while len(accepted) < 50 and thread.is_alive():
                time.sleep(0.01)
            before = len(accepted)
            copy = house.folder / "copy.db"
            house.run("backup", copy)
            after = len(accepted)
        finally:
            stop.set()
            thread.join()
        for process in house.processes:
            process.terminate()
            process.wait(30)
        house.run("restore", copy)
        rows = house.rows("archive", "list", "weavers")
        waiting = house.rows("inbox", "list")
        ok(before >= 50 and before <= len(rows) + len(waiting) <= after + 1,
           "every post that was accepted before the copy is in it, filed or waiting",
           f"{before} accepted before, {after} after; {len(rows)} filed, {len(waiting)} waiting")
        ok(all(row["reason"].startswith("restored") for row in waiting), "what waited to be sorted is set aside", waiting)


restored_house_is_calm()
copy_under_load()
done()
