"""What an import cannot file is set aside whole, told, and comes in once it is mended; the rest goes in at once."""
import gzip

from house import House, done, ok

FROM = b"From ann@example.org Mon Jun  1 08:00:00 2026\n"
LETTERS = [(f"From: Ann Weaver <ann@example.org>\nMessage-ID: <p{n}@example.org>\nDate: Mon, {n + 1} Jun 2026 08:00:00 +0000\n"
            f"Subject: Reed {n}\n\nA reed of {n} dents.\n").encode() for n in range(6)]
DAMAGED = {  # what is wrong with it, and the word that tells so
    "no header": b"A page of a loom's manual, torn out.\n\nFold it here.\n",
    "beyond the limits": b"From: a@example.org\nMessage-ID: <deep@example.org>\nSubject: Deep\nContent-Type: multipart/mixed; boundary=b\n\n" +
                         b"".join(b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (n, n + 1) for n in range(60)).replace(b"--b0\n", b"--b\n", 1),
    "larger than 64 MiB": b"From: a@example.org\nMessage-ID: <large@example.org>\nSubject: Large\n\n" + b"0123456789abcdef" * (66 << 16) + b"\n",
}


def mbox(*letters):
    return b"".join(FROM + letter + b"\n" for letter in letters)


with House("aside") as house:
    house.community("weavers")
    damaged = list(DAMAGED.values())
    file = house.folder / "a.mbox"
    file.write_bytes(mbox(LETTERS[0], damaged[0], LETTERS[1], damaged[1], LETTERS[2], damaged[2], b"", LETTERS[3]))
    (row,) = house.rows("archive", "import", "weavers", file, status=65)
    told = house.error
    ok((row["read"], row["imported"], row["skipped"], row["set_aside"]) == (8, 4, 4, 3), "what is sound goes in, the rest is set aside", row)
    ok(all(f"a.mbox: message {number} set aside as {aside}: it" in told and why in told for number, aside, why in zip((2, 4, 6), (1, 2, 3), DAMAGED)),
       "each is told: where it stands, under which number it waits, and why", told)
    ok("a.mbox: message 7 skipped: it is empty" in told and "aside list weavers" in told, "an empty one is told, and where the others are found", told)
    waiting = house.rows("aside", "list", "weavers")
    ok([(one["id"], one["space"], one["size"]) for one in waiting] == [(n + 1, "weavers", len(octets)) for n, octets in enumerate(damaged)],
       "they are listed", waiting)
    ok([house.run("aside", "show", one["id"], "--raw", text=False) for one in waiting] == damaged, "each has kept every octet")
    ok("torn out" in house.run("aside", "show", 1) and "no header" in house.run("aside", "show", 1), "and is shown with why")
    file.write_bytes(mbox(*LETTERS[:4], *damaged[:2]))
    (row,) = house.rows("archive", "import", "weavers", file, status=65)
    ok((row["imported"], row["set_aside"]) == (0, 0) and house.rows("aside", "list") == waiting, "again adds nothing, in the archive or beside it", row)
    house.community("dyers")
    house.run("archive", "import", "dyers", "-", input=damaged[0], status=65)
    ok(len(house.rows("aside", "list")) == 4 and len(house.rows("aside", "list", "dyers")) == 1, "each space has its own")
    (check,) = [row for row in house.rows("archive", "check") if row["check"] == "octets"]
    ok(check["result"] == "ok", "archive check looks at what is set aside, too", check)

    # --- mended ---------------------------------------------------------------------------------
    mended = b"From: Cem <cem@example.org>\nMessage-ID: <torn@example.org>\nSubject: Torn\n\n" + house.run("aside", "show", 1, "--raw", text=False)
    (row,) = house.rows("archive", "import", "weavers", "-", input=mended)
    ok(row["imported"] == 1 and "Fold it here" in house.run("archive", "show", "weavers", "<torn@example.org>"), "a mended one comes in", row)
    for number in (1, 2, 3):
        house.run("aside", "drop", number)
    ok(house.rows("aside", "list", "weavers") == [] and house.rows("aside", "list", "dyers"), "what was seen to is dropped")
    file.write_bytes(mbox(LETTERS[0], *damaged[:2]))
    (row,) = house.rows("archive", "import", "weavers", file)
    ok((row["imported"], row["duplicates"], row["skipped"]) == (0, 1, 2) and not house.error and not house.rows("aside", "list", "weavers"),
       "and passed over when it is met again", f"{row} {house.error}")
    for words, status, text in [(("show", "1"), 67, "aside list"), (("drop", "x"), 64, "aside list")]:
        house.run("aside", *words, status=None)
        ok(house.status == status and text in house.error, f"aside {' '.join(words)} exits {status} and says what to do", house.error)

    # --- a file that breaks off ------------------------------------------------------------------
    whole = mbox(*LETTERS)
    for space, name, cut in [("torn", "a.mbox.gz", gzip.compress(whole, 0)[:-120]),  # stored, so that nothing but its end is missing
                             ("parts", "b.mbox", mbox(*LETTERS[:5]) + FROM + b"From: a@example.org\nMessage-ID: <p5@example.org>\nSubject: Parts\n"
                              b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nThe first.\n--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0K")]:
        house.community(space)
        path = house.folder / name
        path.write_bytes(cut)
        house.run("archive", "import", space, path, status=65)
        ids = sorted(post["message_id"] for post in house.rows("archive", "list", space))
        (one,) = house.rows("aside", "list", space)
        ok(ids == [f"<p{n}@example.org>" for n in range(5)] and "breaks off" in one["reason"],
           f"{name}: the message in which it breaks off is no post, but set aside", f"{ids} {one}")
        path.write_bytes(gzip.compress(whole) if name.endswith("gz") else whole)
        (row,) = house.rows("archive", "import", space, path)
        ok((row["imported"], row["duplicates"], row["reused_ids"]) == (1, 5, 0), f"{name}: once the file is whole, the message comes in", row)
    alone = house.folder / "letters"
    alone.mkdir()
    (alone / "1.eml").write_bytes(LETTERS[0].rstrip(b"\n"))
    house.community("alone")
    (row,) = house.rows("archive", "import", "alone", alone)
    ok(row["imported"] == 1, "a missing end of line alone is no damage", row)
done()
