"""Rows for the outbox, as the desk makes them, without the desk: for tests of the road alone."""
import hashlib
import os
import sqlite3
import subprocess
import tempfile
from pathlib import Path

from house import House, preloaded

BODY = "Which reed for 30/2 linen?\r\n"


def connect(house):
    db = sqlite3.connect(house.dir / "guildpost.db", isolation_level=None, timeout=20)
    db.row_factory = sqlite3.Row
    return db


def mail(msgid, body=BODY, extra=""):
    """Octets with a slot for List-Unsubscribe, and the slots as the outbox stores them."""
    head = (f"Message-ID: {msgid}\r\nDate: Mon, 01 Jun 2026 08:00:00 +0000\r\nFrom: Ann <ann@example.org>\r\n"
            f"To: weavers@lists.example.org\r\nSubject: Sett\r\n{extra}")
    octets = (head + "\r\n" + body).encode()
    return octets, f"unsubscribe {len(head.encode())}"


def post(db, space="weavers", msgid=None, at=1780300800, author=0, thread=None, body=BODY, extra=""):
    """A filed post with its outbox row to whoever is subscribed now; returns (outbox_id, thread_id, msgid)."""
    db.execute("BEGIN IMMEDIATE")
    space_id = db.execute("SELECT space_id FROM space WHERE name = ?", (space,)).fetchone()[0]
    event = db.execute("UPDATE counter SET event = event + 1 RETURNING event").fetchone()[0]
    msgid = msgid or f"<post-{event}@example.org>"
    octets, slots = mail(msgid, body, extra)
    raw = db.execute("INSERT INTO raw (sha256, size, octets, received_at) VALUES (?, ?, ?, ?)",
                     (b"0" * 32, len(octets), octets, at)).lastrowid
    if thread is None:
        thread = db.execute("INSERT INTO thread (space_id, token, created_at) VALUES (?, ?, ?)",
                            (space_id, f"t{event:04d}x", at)).lastrowid
    place = int.from_bytes(hashlib.sha256(f"{space_id} {msgid}".encode()).digest()[:8], "big") & (1 << 63) - 1
    db.execute("INSERT INTO message (space_id, raw_id, event, filed_at, msgid, place, thread_id, member_id, from_name, from_address,"
               " subject, subject_base, date, received_at, size) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'x', 'x@example.org', 's', 's', ?, ?, ?)",
               (space_id, raw, event, at, msgid, place, thread, author or None, at, at, len(octets)))
    db.execute("INSERT OR IGNORE INTO place (place, thread_id) VALUES (?, ?)", (place, thread))
    outbox = db.execute("INSERT INTO outbox (kind, space_id, audience, event, thread_id, slots, msgid, created_at, expires_at)"
                        " VALUES ('post', ?, 'event', ?, ?, ?, ?, ?, ?)",
                        (space_id, event, thread, slots, msgid, at, at + 5 * 86400)).lastrowid
    db.execute("INSERT INTO outbox_mail (outbox_id, octets) VALUES (?, ?)", (outbox, octets))
    db.execute("COMMIT")
    return outbox, thread, msgid


def member_id(db, address):
    return db.execute("SELECT member_id FROM member WHERE address = ?", (address,)).fetchone()[0]


def members(db, count, space="weavers", mode="each", domain="example.org", prefix="m", name=None):
    """Many at once: PREFIX0000001@DOMAIN and so on, or name(1) and so on, subscribed from the present event on."""
    db.execute("BEGIN IMMEDIATE")
    space_id, community_id = db.execute("SELECT space_id, community_id FROM space WHERE name = ?", (space,)).fetchone()
    event = db.execute("UPDATE counter SET event = event + 1 RETURNING event").fetchone()[0]
    for i in range(1, count + 1):
        address = name(i) if name else f"{prefix}{i:07d}@{domain}"
        member = db.execute("INSERT INTO member (community_id, address, address_key, joined_at) VALUES (?, ?, ?, 0)",
                            (community_id, address, address)).lastrowid
        db.execute("INSERT INTO subscription (space_id, member_id, mode, from_event, digested_through, digested_at)"
                   " VALUES (?, ?, ?, ?, ?, 0)", (space_id, member, mode, event, event))
    db.execute("COMMIT")


def filing(count):
    """Statements that the desk runs while it files one post in a space of so many, and pages that it writes: of the log, so
    that what a checkpoint writes anew is not counted."""
    with House() as house, tempfile.NamedTemporaryFile() as tally:
        house.community("weavers", ann="each")
        db = connect(house)
        members(db, count)
        environment = preloaded(FAIL_CALL="statement", FAIL_COUNT=tally.name)
        for number in range(2):  # the second: what is done once is done
            house.post("ann@example.org", "weavers@lists.example.org", f"Subject: {number}\n\nWhich reed?\n")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            db.execute("BEGIN")
            db.execute("SELECT count(*) FROM setting").fetchall()  # who reads keeps the log from being emptied at the end
            subprocess.run(house.command("desk", "--once"), check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, env=environment)
            octets = (house.dir / "guildpost.db-wal").stat().st_size
            db.execute("COMMIT")
        page = db.execute("PRAGMA page_size").fetchone()[0]
        return int(Path(tally.name).read_text()), (octets - 32) // (page + 24)


def ring(house):
    try:
        fd = os.open(house.dir / "guildpost.db.bell-deliver", os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return
    os.write(fd, b"!")
    os.close(fd)
