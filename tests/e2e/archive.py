"""An archive is imported, read, searched and exported."""
import gzip
import mailbox

from house import House, ROOT, done, ok

MBOX = ROOT / "tests" / "data" / "weavers.mbox"


def messages(octets):
    """The messages of an mboxrd, unquoted."""
    found, here = [], None
    for line in octets.split(b"\n"):
        if line.startswith(b"From ") and (here is None or here[-1:] == [b""]):
            if here is not None:
                found.append(b"\n".join(here))
            here = []
        elif here is not None:
            here.append(line[1:] if line.lstrip(b">").startswith(b"From ") and line.startswith(b">") else line)
    if here is not None:
        found.append(b"\n".join(here[:-1]))
    return found


with House("archive") as house:
    house.community("weavers", ann="weekly", bob="each")
    (first,) = house.rows("archive", "import", "weavers", MBOX)
    ok((first["read"], first["imported"], first["duplicates"], first["skipped"]) == (6, 5, 1, 0),
       "an mbox is imported, and what stands in it twice is told", first)
    (again,) = house.rows("archive", "import", "weavers", MBOX)
    ok((again["imported"], again["duplicates"]) == (0, 6), "a second run adds nothing", again)
    ok(house.rows("outbox", "list", status=None) == [] or house.status != 0, "an import sends nothing")

    # --- list, threads, thread ------------------------------------------------------------------
    posts = house.rows("archive", "list", "weavers")
    ok([post["message_id"] for post in posts] ==
       ["<sett1@example.org>", "<sett2@example.org>", "<sett4@example.org>", "<loom1@example.org>", "<loom2@example.org>"],
       "posts are listed by date", posts)
    ok(list(posts[0]) == ["id", "message_id", "thread", "parent", "from_name", "from_address", "subject", "date", "received", "size"],
       "with the keys that are promised", posts[0])
    ok(posts[0]["date"] == "2026-05-04T08:12:00Z" and posts[0]["parent"] is None and posts[1]["parent"] == "<sett1@example.org>",
       "dates are their own, in UTC, and a reply names its parent", posts[:2])
    ok(posts[2]["from_name"] == "Cem Yıldız" and posts[2]["subject"] == "Re: Which sett for a linen towel?",
       "headers are decoded", posts[2])
    ok(posts[2]["parent"] == "<sett2@example.org>", "an elder stands in for a parent that is not here", posts[2])
    threads = house.rows("archive", "threads", "weavers")
    ok([(thread["subject"], thread["posts"], thread["people"]) for thread in threads] ==
       [("Loom to give away", 2, 2), ("Which sett for a linen towel?", 3, 3)],
       "conversations are listed, the latest first; an answer by subject is among them", threads)
    ok(sorted(threads[0]) == sorted(["thread", "subject", "started", "last", "posts", "people"]), "with their keys", threads[0])
    tree = house.rows("archive", "thread", "weavers", threads[1]["thread"])
    ok([(post["message_id"], post["depth"]) for post in tree] ==
       [("<sett1@example.org>", 0), ("<sett2@example.org>", 1), ("<sett4@example.org>", 2)], "a conversation is a tree", tree)

    # A late parent takes its place, also when it comes by another way.
    late = (b"Message-ID: <sett3@example.org>\nReferences: <sett1@example.org>\nFrom: Ann Weaver <ann@example.org>\n"
            b"Date: Mon, 4 May 2026 21:00:00 +0000\nSubject: Re: Which sett for a linen towel?\n\nTwelve it is.\n")
    house.run("archive", "import", "weavers", "-", input=late)
    tree = house.rows("archive", "thread", "weavers", threads[1]["thread"])
    ok([(post["message_id"][1:6], post["depth"]) for post in tree] == [("sett1", 0), ("sett2", 1), ("sett3", 1), ("sett4", 2)],
       "a late parent takes its place", tree)

    # --- show, search ---------------------------------------------------------------------------
    shown = house.run("archive", "show", "weavers", "sett4@example.org")
    ok("I made a draft of both" in shown and "draft.png (image/png" in shown, "a post is shown with what is attached", shown)
    raw = house.run("archive", "show", "weavers", "<sett1@example.org>", "--raw", text=False)
    ok(raw == messages(MBOX.read_bytes())[0], "--raw gives its octets", raw)
    ok(b"\nFrom what I remember" in raw, "without the file's quoting")
    hits = house.rows("archive", "search", "weavers", '"fourteen ends"')
    ok([hit["message_id"] for hit in hits] == ["<sett1@example.org>", "<sett2@example.org>"], "words are found, own ones before quoted", hits)
    ok(list(hits[0]) == ["id", "message_id", "thread", "from_name", "from_address", "subject", "date", "score", "snippet"],
       "with the keys that are promised", hits[0])
    ok("[fourteen ends]" in hits[0]["snippet"], "and shown where they stand", hits[0])
    found = lambda *query: sorted(hit["message_id"][1:6] for hit in house.rows("archive", "search", "weavers", *query))
    ok(found("from:cem") == ["sett4"], "from: finds an author")
    ok(found("has:attachment") == ["sett4"], "has:attachment finds what has one")
    ok(found("loom", "since:2026-05-07") == ["loom2"], "since: narrows it", found("loom", "since:2026-05-07"))
    ok(found("loom", "-cellar", "-beats") == ["loom2"], "-word keeps out", found("loom", "-cellar", "-beats"))
    ok(len(house.rows("archive", "search", "weavers", "the", "--limit", "2")) == 2, "--limit limits")
    ok(found('"floor loom') == ["loom1"], "a stray quote is no error")
    house.run("archive", "search", "weavers", '""', status=None)
    ok(house.status == 64 and "no word" in house.error, "nothing to look for is a mistake of usage", house.error)

    # --- out again ------------------------------------------------------------------------------
    out = house.folder / "out.mbox"
    house.run("archive", "export", "weavers", "-o", out)
    wanted = messages(MBOX.read_bytes())[:5] + [late]
    ok(messages(out.read_bytes()) == wanted, "an export gives every octet back, once", out.read_bytes())
    ok(len(mailbox.mbox(out)) == 6, "other programs read it")
    ok(house.run("archive", "export", "weavers", text=False) == out.read_bytes(), "also on standard output")
    house.run("archive", "export", "weavers", "-o", out, status=None)
    ok(house.status == 73 and "overwrites nothing" in house.error, "it overwrites nothing", house.error)
    folder = house.folder / "out.maildir"
    house.run("archive", "export", "weavers", "--format", "maildir", "-o", folder)
    ok(sorted(path.read_bytes() for path in (folder / "cur").iterdir()) == sorted(wanted), "a Maildir holds the same octets")

    house.run("archive", "export", "weavers", "--format", "eml", "-o", house.folder / "out.eml")
    ok([path.read_bytes() for path in sorted((house.folder / "out.eml").iterdir())] == wanted, "so does a folder of .eml, in order")

    # --- other ways in --------------------------------------------------------------------------
    house.community("again")
    zipped = house.folder / "weavers.mbox.gz"
    zipped.write_bytes(gzip.compress(MBOX.read_bytes()))
    letters = house.folder / "letters"
    letters.mkdir()
    for number, octets in enumerate(wanted):
        (letters / f"{number}.eml").write_bytes(octets.replace(b"\n", b"\r\n"))
    (letters / "notes.txt").write_text("no mail")
    (row,) = house.rows("archive", "import", "again", folder)
    ok(row["imported"] == 6, "a Maildir comes in", row)
    (row,) = house.rows("archive", "import", "again", zipped)
    ok((row["imported"], row["duplicates"]) == (0, 6), "a gzipped mbox of the same adds nothing", row)
    house.community("letters")
    (row,) = house.rows("archive", "import", "letters", letters)
    ok((row["read"], row["imported"]) == (6, 6), "a folder of .eml comes in, other files are left alone", row)
    house.run("archive", "export", "letters", "--format", "maildir", "-o", house.folder / "crlf")
    ok(sorted(path.read_bytes() for path in (house.folder / "crlf" / "cur").iterdir()) ==
       sorted(octets.replace(b"\n", b"\r\n") for octets in wanted), "line ends go out as they came in")

    # --- what goes wrong ------------------------------------------------------------------------
    for words, status, why, text in [
        (("import", "nowhere", MBOX), 67, "an unknown space", "space list"),
        (("import", "weavers", "/no/such.mbox"), 66, "a file that is not there", "/no/such.mbox"),
        (("import", "weavers", house.folder), 66, "a folder without mail", ".eml"),
        (("thread", "weavers", "t9999"), 67, "an unknown thread", "archive threads"),
        (("show", "weavers", "<none@example.org>"), 67, "an unknown post", "archive list"),
        (("export", "weavers", "--format", "pst"), 64, "an unknown format", "mboxrd, maildir or eml"),
        (("export", "weavers", "--format", "maildir"), 64, "a Maildir without a place", "-o PATH"),
    ]:
        house.run("archive", *words, status=None)
        ok(house.status == status and text in house.error, f"{why} exits {status} and says what to do", f"{house.status} {house.error}")
    cut = house.folder / "cut.mbox.gz"
    cut.write_bytes(zipped.read_bytes()[:-200])
    house.community("cut")
    house.run("archive", "import", "cut", cut, status=None)
    ok(house.status == 65 and "cut off" in house.error and house.rows("archive", "list", "cut"),
       "of a file cut off what could be read is in, and it is told", house.error)
done()
