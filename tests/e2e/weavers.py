#!/usr/bin/env python3
"""The weavers' old list moves in: every charset and form of tests/data/weavers.posts, through the reader child."""
import mailbox
import re
import subprocess
import sys
from house import ROOT, House, done, ok

with House("weavers") as house:
    house.community("weavers")
    archive = house.folder / "weavers.mbox"
    archive.write_bytes(subprocess.run([sys.executable, ROOT / "tests/data/weavers.py", "archive"], check=True, stdout=subprocess.PIPE).stdout)
    count = len(mailbox.mbox(archive))
    house.run("archive", "import", "weavers", archive)
    posts, threads = house.rows("archive", "list", "weavers"), house.rows("archive", "threads", "weavers")
    ok(len(posts) == count >= 60, "every post of the mbox is in the archive", f"{len(posts)} of {count}")
    ok(len(threads) == 18, "they are 18 conversations", "\n".join(t["subject"] for t in threads))
    ok({post["from_name"] for post in posts} >= {"森 健二", "Вера Соколова", "יעל בן־עמי", "يوسف الخطيب", "Claire Dubois-Lefèvre", "Zofia Wójcik"},
       "names in ISO-2022-JP, KOI8-R, UTF-8 and windows-1252 are read", sorted({post["from_name"] for post in posts}))
    ok({post["subject"] for post in posts} >= {"藍の調子が悪い / Indigo vat gone dull", "Льняная основа рвётся", "Mites !!! Moths!!!"},
       "and so are subjects", sorted({post["subject"] for post in posts}))
    text = "\n".join(house.run("archive", "show", "weavers", post["message_id"]) for post in posts)
    ok("\ufffd" not in text and "\033" not in text and "$B" not in text, "no text holds an octet that was not understood",
       "\n".join(line for line in text.splitlines() if re.search("\ufffd|\033|[$]B", line)))
    for word, who in (("темплет", "Вера Соколова"), ("fahrradschläuche", "Jürgen Weiß"), ("なつめやし四個", "森 健二"),
                      ('"horse on a carpet" from:claire', "Claire Dubois-Lefèvre"), ("has:attachment sett", "Margit Lindqvist")):
        found = house.rows("archive", "search", "weavers", word)
        ok(who in [row["from_name"] for row in found], f"a search for {word} finds {who}", found)
    again = house.folder / "again.mbox"
    house.run("archive", "export", "weavers", "-o", again)
    ok(sorted(map(bytes, mailbox.mbox(again))) == sorted(map(bytes, mailbox.mbox(archive))),
       "the export holds each post octet for octet")
done()
