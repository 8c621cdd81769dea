"""A post that is removed is unreadable at once, and leaves the file: its words, its octets, and what they were packed into."""
import base64
import ctypes
import ctypes.util
import quopri
import sqlite3
import subprocess
import sys
from contextlib import closing

from house import House, done, ok, wait_for

# Words that nobody else writes, of letters with which no other word begins.
WORD, NAME, TITLE, FILE = "qzvxkwjellofen", "xqyzzbartholomae", "wqxjpraseodym", "zxqvdysprosium"
LETTERS = 240
# A process of its own: whoever opens and closes a file loses the locks that SQLite has on it.
READER = """import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN")
print(db.execute("SELECT count(*) FROM message").fetchone(), flush=True)
sys.stdin.read()"""
zstd = ctypes.CDLL(ctypes.util.find_library("zstd"))
zstd.ZSTD_decompress_usingDict.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
zstd.ZSTD_decompress_usingDict.restype = ctypes.c_size_t
zstd.ZSTD_createDCtx.restype = ctypes.c_void_p


def letter(number, victim=False):
    word = WORD if victim else f"heddle{number}"
    attached = base64.b64encode(f"{FILE if victim else 'reed'} attached {number}\n".encode() * 40).decode()
    return (f"From x Thu Jan  1 00:00:00 2026\nFrom: {NAME if victim else 'Bob'} <bob@example.org>\nMessage-ID: <m{number}@example.org>\n"
            f"Subject: {TITLE if victim else 'Sett'} {number}\nDate: 1 May 2026 08:{number % 60:02}:00 +0000\nMIME-Version: 1.0\n"
            f"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n"
            f"Content-Transfer-Encoding: quoted-printable\n\nThe {word} number {number} =C3=A4lter. {' '.join(f'w{number * 7 + n}' for n in range(60))}\n"
            f"\n--b\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n{attached}\n--b--\n\n")


def forms(word):
    """A word as mail writes it down: itself, in base64 at each of three places, in quoted-printable, and as the index folds it."""
    octets = word.encode()
    found = {octets, quopri.encodestring(octets), word.upper().encode(), octets[4:]}  # the index leaves out what a word shares with the one before
    found.update(base64.b64encode(b" " * shift + octets)[4:-4] for shift in range(3))
    return found


def files(house):
    return b"".join(path.read_bytes() for path in sorted(house.dir.glob("guildpost.db*")) if path.is_file())


def windows(octets, size=40):
    return {octets[at:at + size] for at in range(0, len(octets) - size, size)}


def blocks(house):
    """What the store holds packed: {block: (as it lies, unpacked)}."""
    with closing(sqlite3.connect(house.dir / "guildpost.db")) as db:
        rows = db.execute("SELECT b.block_id, b.coding, b.octets, d.octets FROM block b LEFT JOIN dictionary d ON d.dictionary_id = b.dictionary").fetchall()
    found, context = {}, zstd.ZSTD_createDCtx()
    for number, coding, octets, dictionary in rows:
        room = ctypes.create_string_buffer(1 << 20)
        size = zstd.ZSTD_decompress_usingDict(context, room, len(room), octets, len(octets), dictionary or b"", len(dictionary or b"")) if coding == "zstd" else 0
        assert size <= len(room), f"block {number} does not unpack"
        found[number] = (octets, room.raw[:size] if coding == "zstd" else octets)
    return found


def patches(house, msgid):
    with closing(sqlite3.connect(house.dir / "guildpost.db")) as db:
        return [octets for row in db.execute("SELECT t.patch FROM message_text t JOIN message m USING (id) WHERE m.msgid = ?", (msgid,)) for octets in row]


def gaps(house):
    """Pages in whose middle, where nothing is kept, something stands all the same."""
    found = 0
    with closing(sqlite3.connect(house.dir / "guildpost.db")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        # But for those that are written when all is over: that it is over.
        trees = [number for (number,) in db.execute("SELECT pageno FROM dbstat WHERE pagetype <> 'overflow' AND name NOT IN ('setting', 'counter')")]
    octets = (house.dir / "guildpost.db").read_bytes()
    for number in trees:
        page, head = octets[(number - 1) * 2048:number * 2048], 100 if number == 1 else 0
        first = head + (12 if page[head] in (2, 5) else 8) + 2 * int.from_bytes(page[head + 3:head + 5], "big")
        found += any(page[first:int.from_bytes(page[head + 5:head + 7], "big")])
    return found, len(trees)


def traces(house):
    """Which forms of which words stand in the files, or unpacked in what they hold."""
    seen = files(house) + b"".join(plain for _, plain in blocks(house).values())
    return sorted({word for word in (WORD, NAME, TITLE, FILE) for form in forms(word) if form.lower() in seen.lower()})


with House("remove") as house:
    house.community("weavers", steward="ruth@example.org", ann="each", wil="weekly")
    house.run("archive", "import", "weavers", "-", input="".join(letter(number, number == 100) for number in range(LETTERS)))
    ok(traces(house) == sorted((WORD, NAME, TITLE, FILE)), "each word is found where it was filed, by the search of this test", traces(house))
    (before,) = [pair for pair in blocks(house).values() if WORD.encode() in pair[1]]
    packed = windows(before[0]).union(*map(windows, patches(house, "<m100@example.org>")))
    ok(gaps(house)[0] > 10, "in pages that were ordered anew something has stayed in the middle", gaps(house))
    told = house.run("archive", "remove", "weavers", "<m100@example.org>")
    ok(gaps(house)[0] == 0, "and has left it, in every page there is", gaps(house))
    ok("left the database file" in told, "a post is removed, and it is told that it has left the file", told)
    house.run("archive", "show", "weavers", "<m100@example.org>", status=None)
    ok(house.status == 67 and not house.rows("archive", "search", "weavers", WORD) and not house.rows("archive", "search", "weavers", f"from:{NAME}"),
       "nobody reads it or finds it any more")
    ok(traces(house) == [], "no form of its words stands in the file, its log, or what is packed there", traces(house))
    after = files(house)
    kept = b"".join(octets for octets, _ in blocks(house).values())
    ok(len(packed) > 50 and not [piece for piece in packed if piece in after and piece not in kept], "nor a piece of what it was packed into")
    ok(all(row["result"] == "ok" for row in house.rows("archive", "check")), "what stood beside it is whole")

    # --- one that came by mail, was held, went out and waits to go out ------------------------------
    house.post("sam@else.example", "weavers@lists.example.org", f"From: {NAME} <sam@else.example>\nSubject: {TITLE}\nMessage-ID: <h@else.example>\n\nThe {WORD} is free.\n")
    house.settle()
    house.run("held", "free", "1")
    house.run("desk", "--once")
    (waiting,) = [row for row in house.rows("outbox", "list") if row["kind"] == "post"]
    (gone,) = house.rows("archive", "remove", "weavers", "<h@else.example>")
    ok(gone == {"message_id": "<h@else.example>", "left_file": True}, "as a row it says so too", gone)
    house.settle()
    ok(traces(house) == [], "one that was held has left too, with the copies that waited", traces(house))
    ok(not [mail for mail in house.mailbox("ann@example.org") if WORD in mail.as_string()], "and goes to nobody any more")

    # --- while somebody reads -----------------------------------------------------------------------
    house.run("archive", "import", "weavers", "-", input=letter(500, True))
    reader = subprocess.Popen([sys.executable, "-c", READER, house.dir / "guildpost.db"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    reader.stdout.readline()
    told = house.run("archive", "remove", "weavers", "<m500@example.org>")
    ok("have ended" in told and traces(house), "where somebody reads the store as it was, it is told what is awaited", told)
    house.run("desk", "--once")
    ok(house.rows("archive", "search", "weavers", WORD) == [] and traces(house), "the desk keeps nobody waiting for it")
    reader.communicate()
    house.run("desk", "--once")
    ok(traces(house) == [], "and sees to it as soon as that has ended", traces(house))

    # --- while mail comes in ------------------------------------------------------------------------
    house.run("archive", "import", "weavers", "-", input="".join(letter(600 + number, number == 50) for number in range(100)))
    house.unlimited("weavers")
    house.start("serve", wait="serve.ready")
    asked = subprocess.Popen(house.command("archive", "remove", "weavers", "<m650@example.org>", "--json"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    refused = posted = 0
    while asked.poll() is None or posted < 5:
        posted += 1
        with house.lmtp() as lmtp:
            refused += len(lmtp.sendmail("ann@example.org", ["weavers@lists.example.org"], f"From: ann@example.org\r\nMessage-ID: <busy{posted}@example.org>\r\n"
                                         f"Date: Mon, 01 Jun 2026 08:00:00 +0000\r\nSubject: Busy {posted}\r\n\r\nA treadle.\r\n"))
    said = asked.communicate()[0].decode()
    ok(asked.returncode == 0 and refused == 0, f"{posted} posts come in meanwhile", said)
    ok(wait_for(lambda: len(house.rows("archive", "search", "weavers", "subject:busy", "--limit", "1000")) == posted, 60), "and are filed")
    ok(wait_for(lambda: traces(house) == [], 60), "while the removed one leaves the file", f"{traces(house)} {said}")
    ok(all(row["result"] == "ok" for row in house.rows("archive", "check")), "and the store is whole")
done()
