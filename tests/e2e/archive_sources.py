"""Archives come in from whatever other programs keep, with the damage that exports do to them."""
import gzip
import os
import re
import struct
import subprocess
from collections import Counter
from email.charset import QP, Charset
from email.encoders import encode_base64
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart

from house import House, ROOT, done, ok

HOME = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org"}
LETTERS = [(f"From: Ann Weaver <ann@example.org>\nMessage-ID: <p{n}@example.org>\nDate: Mon, {n + 1} Jun 2026 08:00:00 +0000\n"
            f"Subject: Reed {n}\n\nA reed of {n} dents.\n").encode() for n in range(12)]
FROM = b"From ann@example.org Mon Jun  1 08:00:00 2026\n"


def zstd(octets):
    """A zstd frame of blocks that are not compressed (RFC 8878)."""
    out = struct.pack("<IBI", 0xFD2FB528, 0xA0, len(octets))
    for at in range(0, len(octets), 1000):
        piece = octets[at:at + 1000]
        last = at + 1000 >= len(octets)
        out += struct.pack("<I", last | len(piece) << 3)[:3] + piece
    return out


def git(folder, *words, input=b"", when=0):
    stamp = f"{1780300800 + when} +0000"
    return subprocess.run(["git", *words], cwd=folder, input=input, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=dict(os.environ, **HOME, GIT_AUTHOR_DATE=stamp, GIT_COMMITTER_DATE=stamp)).stdout


def inbox(folder, version, letters, removed=()):
    """A repository as public-inbox keeps it: version 1 a file a message, version 2 a commit a message."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "--bare", ".")
    parent, tree = None, {}
    steps = [("m", letter) for letter in letters] + [("d", letters[n]) for n in removed]
    for when, (what, letter) in enumerate(steps):
        oid = git(folder, "hash-object", "-w", "--stdin", input=letter).decode().strip()
        if version == 2:
            listing = f"100644 blob {oid}\t{what}\n"
        else:
            name = f"{letters.index(letter) % 3:02x}/{oid[2:]}"
            if what == "m":
                tree[name] = oid
            else:
                del tree[name]
            folders = {}
            for path, blob in tree.items():
                folders.setdefault(path[:2], []).append(f"100644 blob {blob}\t{path[3:]}\n")
            listing = "".join(f"040000 tree {git(folder, 'mktree', input=''.join(sorted(files)).encode()).decode().strip()}\t{name}\n"
                              for name, files in sorted(folders.items()))
        made = git(folder, "mktree", input=listing.encode()).decode().strip()
        parent = git(folder, "commit-tree", made, "-m", "a", *(["-p", parent] if parent else []), when=when).decode().strip()
    git(folder, "update-ref", git(folder, "symbolic-ref", "HEAD").decode().strip(), parent)


def exported(house, space):
    folder = house.folder / f"out-{space}"
    house.run("archive", "export", space, "--format", "maildir", "-o", folder)
    return Counter(path.read_bytes() for path in (folder / "cur").iterdir())


def comes_in(house, space, sentence, path, letters, **wanted):
    house.community(space)
    (row,) = house.rows("archive", "import", space, path)
    ok(exported(house, space) == Counter(letters) and row["skipped"] == 0, f"{sentence} comes in octet for octet", f"{row} {house.error}")
    (row,) = house.rows("archive", "import", space, path)
    ok(row["imported"] == 0 and row["read"] == wanted.get("read", len(letters)), f"{sentence}: again adds nothing", row)


def hyperkitty(msgid, name, address, subject, text, answers="", attached=()):
    """A message as the export of HyperKitty makes it anew from what it has kept: addresses in words, also where name and address
    are encoded as one, In-Reply-To without brackets, no References, "From " not quoted, and two line ends behind."""
    charset = Charset("utf-8")
    charset.header_encoding = charset.body_encoding = QP
    mail = MIMEMultipart()
    mail.set_unixfrom(f"From {address} Mon Jun  1 08:00:00 2026".replace("@", " at "))
    for field, value in (("From", f"{name} <{address}>" if name else address), ("To", "weavers@lists.example.org"), ("Subject", subject)):
        value = value.replace("@", " at ")
        mail[field] = value if value.isascii() else Header(value.encode(), charset).encode()
    mail["Date"] = "Mon, 01 Jun 2026 10:00:00 +0200"
    mail["Message-ID"] = f"<{msgid}>"
    if answers:
        mail["In-Reply-To"] = answers
    part = MIMENonMultipart("text", "plain", charset="utf-8")
    part.set_payload(re.sub(r"([\w.+-]+)@([\w.-]+)", r"\1(a)\2", text), charset=charset)
    mail.attach(part)
    for filename, octets in attached:
        part = MIMEBase("image", "png")
        part.set_payload(octets)
        encode_base64(part)
        part.add_header("Content-Disposition", "attachment", filename=filename)
        mail.attach(part)
    return mail.as_bytes(unixfrom=True) + b"\n\n"


with House("sources") as house:
    mbox = b"".join(FROM + letter + b"\n" for letter in LETTERS)
    file = house.folder / "a.mbox.zst"
    file.write_bytes(zstd(mbox))
    comes_in(house, "zstd", "an mbox packed by zstd", file, LETTERS)
    cut = house.folder / "cut.mbox.zst"
    cut.write_bytes(zstd(mbox)[:-700])
    house.community("cut")
    house.run("archive", "import", "cut", cut, status=None)
    ok(house.status == 65 and "cut off" in house.error and len(house.rows("archive", "list", "cut")) >= 8,
       "of one that is cut off what could be read is in, and it is told", house.error)

    body = b"A letter came:\n\n" + FROM + b"and there it ends.\n"
    counted = b"Message-ID: <cl@example.org>\nFrom: ann@example.org\nContent-Length: %d\n\n" % len(body) + body
    file = house.folder / "cl.mbox"
    file.write_bytes(FROM + counted + b"\n" + mbox)
    comes_in(house, "counted", "an mbox that goes by Content-Length", file, [counted] + LETTERS)

    mh = house.folder / "mh"
    mh.mkdir()
    for number, letter in enumerate(LETTERS, 1):
        (mh / str(number)).write_bytes(letter)
    (mh / ",3").write_bytes(b"removed by MH\n")
    (mh / ".mh_sequences").write_bytes(b"unseen: 1-3\n")
    comes_in(house, "numbered", "an MH folder", mh, LETTERS)
    ok([post["message_id"] for post in sorted(house.rows("archive", "list", "numbered"), key=lambda post: post["id"])][9:] ==
       [f"<p{n}@example.org>" for n in (9, 10, 11)], "in the order of its numbers")

    inbox(house.folder / "v1", 1, LETTERS, removed=[2])
    comes_in(house, "first", "a public-inbox of version 1", house.folder / "v1", LETTERS[:2] + LETTERS[3:])
    inbox(house.folder / "v2" / "git" / "0.git", 2, LETTERS[:7], removed=[5])
    inbox(house.folder / "v2" / "git" / "1.git", 2, LETTERS[7:])
    comes_in(house, "second", "a public-inbox of version 2, epoch by epoch,", house.folder / "v2", LETTERS[:5] + LETTERS[6:])

    # --- what exports do ------------------------------------------------------------------------
    damaged = (b"From ann at example.org  Mon Jun  1 08:00:00 2026\nFrom: ann at example.org (Ann Weaver)\n"
               b"Date: Mon, 1 Jun 2026 08:00:00 +0000\nSubject: [weavers] Reed\n\nNo id, and an address in words.\n"
               b"\nFrom here on a sentence.\n\nCaf\xe9 and cr\xe8me, without a charset.\n\n")
    file = house.folder / "pipermail.txt"
    file.write_bytes(damaged + damaged.replace(b"Reed", b"Heddle"))
    house.community("pipermail")
    (row,) = house.rows("archive", "import", "pipermail", file)
    posts = house.rows("archive", "list", "pipermail")
    ok(len(posts) == 2 and {post["from_address"] for post in posts} == {"ann@example.org"} and posts[0]["from_name"] == "Ann Weaver",
       "addresses in words are understood", posts)
    ok(len({post["message_id"] for post in posts}) == 2, "what has no id gets one", posts)
    ok("Café and crème" in house.run("archive", "show", "pipermail", posts[0]["message_id"]), "a lost charset is guessed")
    house.community("other")
    house.run("archive", "import", "other", file)
    ok([post["message_id"] for post in house.rows("archive", "list", "other")] == [post["message_id"] for post in posts],
       "the id is the same wherever it is read")
    (row,) = house.rows("archive", "import", "pipermail", file)
    ok((row["imported"], row["duplicates"]) == (0, 2), "again adds nothing", row)

    file = house.folder / "weavers.mbox.gz"
    file.write_bytes(gzip.compress(
        hyperkitty("k1@example.org", "Ann Weaver", "ann@example.org", "Which reed?", "Hello,\n\nFrom here on it is linen.\nWrite ann@example.org\n") +
        hyperkitty("k2@example.org", "Cem Yıldız", "cem@example.org", "Which reed? Çok güzel", "On iki.\n", "k1@example.org", [("ölçü.png", b"x" * 300)]) +
        hyperkitty("k3@example.org", "", "bob@example.org", "Twelve", "Twelve.\n", "k2@example.org")))
    house.community("kitty")
    (row,) = house.rows("archive", "import", "kitty", file)
    posts = sorted(house.rows("archive", "list", "kitty"), key=lambda post: post["message_id"])
    ok((row["imported"], row["skipped"]) == (3, 0) and [(post["from_name"], post["from_address"]) for post in posts] ==
       [("Ann Weaver", "ann@example.org"), ("Cem Yıldız", "cem@example.org"), ("", "bob@example.org")], "an export of HyperKitty comes in, and who wrote what", posts)
    ok([post["parent"] for post in posts] == [None, "<k1@example.org>", "<k2@example.org>"] and len({post["thread"] for post in posts}) == 1,
       "its answers stand in their conversation", posts)
    ok("From here on it is linen." in house.run("archive", "show", "kitty", "k1@example.org") and "ölçü.png" in house.run("archive", "show", "kitty", "k2@example.org"),
       "with text and attachments")
    (row,) = house.rows("archive", "import", "kitty", file)
    ok((row["imported"], row["duplicates"]) == (0, 3), "again adds nothing", row)

    # --- order ----------------------------------------------------------------------------------
    house.run("archive", "check")
    ok(house.status == 0, "archive check passes")
done()
