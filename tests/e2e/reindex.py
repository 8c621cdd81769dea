"""All that is derived of the posts is made anew, whatever has become of it, while mail comes in and people search."""
import json
import sqlite3
import subprocess
import threading

from house import House, done, ok, wait_for

WORDS = "warp weft reed sett heddle loom selvedge bobbin shuttle treadle".split()
QUERIES = ["reed", "warp loom", '"number 12"', "from:bob", "subject:sett", "since:2026-05", "bobbin -loom"]
# What is derived, wrecked in each way: of rows, of threads, of the kept texts, of the index itself.
WRECKS = [
    "UPDATE message SET subject = 'x', subject_base = 'x', from_name = '', from_address = '', date = 1, excerpt = '', attachments = 9, question = 1",
    "UPDATE message SET parent_id = NULL; DELETE FROM citation; DELETE FROM place",
    "DELETE FROM message_text WHERE id % 3 = 0; UPDATE message_text SET patch = x'00' WHERE id % 3 = 1",
    "DELETE FROM message_rank WHERE id % 2 = 0; UPDATE message_rank SET date = 1 WHERE id % 3 = 0",
    "DELETE FROM message_index_data WHERE id > 1000",  # all leaves; what says where they stand is there
    "DELETE FROM message_index_data; DELETE FROM message_index_idx",  # which the engine then cannot open any more
    "DELETE FROM message_index_config",
]


def letters(count):
    for number in range(count):
        who = ("Ann", "Bob", "Cem")[number % 3]
        cites = f"References: <m{number - number % 4}@example.org>\n" if number % 4 else ""
        words = " ".join(WORDS[(number * 7 + n * n) % len(WORDS)] for n in range(30))
        yield (f"From x Thu Jan  1 00:00:00 2026\nFrom: {who} <{who.lower()}@example.org>\nMessage-ID: <m{number}@example.org>\n{cites}"
               f"Subject: {'Re: ' if cites else ''}Sett {number // 4}\nDate: {number % 28 + 1} May 2026 08:00:00 +0000\n\nThis is number {number}. {words}\n\n")


with House("reindex") as house:
    house.community("weavers", ann="each", bob="weekly")
    house.community("dyers")
    house.run("archive", "import", "weavers", "-", input="".join(letters(240)))
    house.run("archive", "import", "dyers", "-", input="".join(letters(40)))
    house.post("ann@example.org", "weavers@lists.example.org", "Subject: Live\nMessage-ID: <live@example.org>\n\nIt came by mail, with a reed.\n")
    house.settle()
    thread = next(row["thread"] for row in house.rows("archive", "list", "weavers") if row["message_id"] == "<m8@example.org>")
    house.post("bob@example.org", f"weavers+{thread}@lists.example.org", "Subject: Re: some digest\nMessage-ID: <token@example.org>\n\nTo that thread, by its address.\n")
    house.settle()

    def picture():
        found = {f"{space} {query}": sorted(row["message_id"] for row in house.rows("archive", "search", space, *([query] if '"' in query else query.split()), "--limit", "1000"))
                 for query in QUERIES for space in ("weavers", "dyers")}
        return [house.rows("archive", "list", space) for space in ("weavers", "dyers")], house.rows("archive", "threads", "weavers"), found

    before = picture()
    ok(next(row["thread"] for row in before[0][0] if row["message_id"] == "<token@example.org>") == thread, "a reply to a thread address stands there")
    for number, wreck in enumerate(WRECKS):
        with sqlite3.connect(house.dir / "guildpost.db") as db:
            db.executescript(wreck)
        if number > 3:
            house.run("archive", "search", "weavers", "reed", status=None)
            ok(house.status == 74 and "archive reindex" in house.error, "a search says what to do about it", f"{house.status} {house.error}")
        house.run("archive", "reindex", *([] if number == 1 else ["weavers"]))
        after = picture()
        ok(after == before or number == 0 and after[0][0] == before[0][0] and after[1] == before[1],
           f"reindex brings back what was lost by: {wreck[:60]}", [(one, other) for one, other in zip(before[0][0], after[0][0]) if one != other][:3])
        if number == 0:
            house.run("archive", "reindex", "dyers")
        checks = house.rows("archive", "check")
        ok(all(row["result"] == "ok" for row in checks), "and the store agrees with itself", checks)
        ok(picture() == before, "as if nothing had been")

    # --- while the server runs ----------------------------------------------------------------------
    house.run("archive", "import", "weavers", "-", input="".join(letters(700)))
    server = house.start("serve", wait="serve.ready")
    reindex = subprocess.Popen(house.command("archive", "reindex", "weavers"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    refused, found, posted = [], [], 0

    def search():
        while reindex.poll() is None:
            run = subprocess.run(house.command("archive", "search", "weavers", "reed", "--json", "--limit", "5"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            found.append(len(run.stdout.splitlines()) if run.returncode == 0 else run.stderr.decode())

    searcher = threading.Thread(target=search)
    searcher.start()
    while reindex.poll() is None and posted < 8:  # more of one author in an hour would wait
        posted += 1
        with house.lmtp() as lmtp:
            refusals = lmtp.sendmail("ann@example.org", ["weavers@lists.example.org"],
                                     f"From: ann@example.org\r\nTo: weavers@lists.example.org\r\nMessage-ID: <while{posted}@example.org>\r\n"
                                     f"Date: Mon, 01 Jun 2026 08:00:00 +0000\r\nSubject: While {posted}\r\n\r\nA treadle, meanwhile.\r\n")
            refused += list(refusals.values())
        wait_for(lambda: reindex.poll() is not None, 0.3)
    said = reindex.communicate()[0].decode()
    searcher.join()
    ok(reindex.returncode == 0 and "posts read and indexed anew" in said, "reindex ends well while the server runs", said)
    ok(posted > 0 and not refused, f"{posted} posts came in meanwhile and none was refused", refused)
    ok(found and all(count == 5 for count in found), f"{len(found)} searches meanwhile found what there is", found)
    ok(wait_for(lambda: len(house.rows("archive", "search", "weavers", "subject:while", "--limit", "1000")) == posted, 60), "what came in meanwhile is filed and found")
    house.processes.remove(server)
    server.terminate()
    server.wait(30)
    checks = house.rows("archive", "check")
    ok(all(row["result"] == "ok" for row in checks), "and after all that the store agrees with itself", checks)
    again = json.dumps(house.rows("archive", "list", "weavers"))
    house.run("archive", "reindex", "weavers")
    ok(json.dumps(house.rows("archive", "list", "weavers")) == again, "once more changes nothing")
done()
