#!/usr/bin/env python3
"""Seeds for the fuzz targets out of the corpora: build/fuzz-seeds/TARGET/*. Nothing to do where they are absent.

    tests/fuzz/seeds.py FOLDER
"""
import email
import email.policy
import email.utils
import hashlib
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "lib"))
sys.dont_write_bytecode = True
from corpora import Absent, members  # noqa: E402

LARGEST = 24 * 1024  # a fuzzer wants small ones
TARS = ("mime.tar.gz", "dsn.tar.gz", "ical.tar.gz", "quote.tar.gz", "phishing.tar.gz", "autoreply.tar.gz")
MAIL = re.compile(rb"\A(?:From |[A-Za-z-]+:)")


def decoded(part):
    try:
        return part.get_payload(decode=True) or b""
    except Exception:  # broken parts are of no use here
        return b""


def status_of(mail):
    """The groups of a message/delivery-status, which Python takes apart."""
    return b"\n".join(str(piece).encode("utf-8", "replace") for part in mail.walk()
                      if part.get_content_type() == "message/delivery-status" and part.is_multipart() for piece in part.get_payload())


def of_mail(octets, is_report):
    mail = email.message_from_bytes(octets, policy=email.policy.compat32)
    head = re.split(rb"\r?\n\r?\n", octets, maxsplit=1)[0]
    yield "message", octets
    yield "header", head
    author = email.utils.parseaddr(str(mail.get("from", "")))[1].encode("utf-8", "surrogateescape")
    if b"@" in author:
        yield "scrub", b"\1" + octets.replace(author, b"ann@a.example")
    for name, target in (("from", "address"), ("to", "address"), ("cc", "address"), ("references", "address"), ("subject", "words"),
                         ("content-type", "words"), ("content-disposition", "words")):
        for value in mail.get_all(name, []):
            value = re.sub(r"\r?\n", "", str(value)).encode("utf-8", "surrogateescape")
            yield target, (b"\1" if target == "words" else b"") + value
    text = b""
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "text/plain":
            text = text or decoded(part)
            yield "own_text", decoded(part)
        elif kind == "text/html":
            yield "html", decoded(part)
        elif kind in ("text/calendar", "application/ics"):
            yield "ical", decoded(part)
    if is_report:
        yield "dsn", status_of(mail) + b"\n%%\n" + text
        yield "dsn", text


def of_file(name, octets):
    if name.endswith((".ics", ".ical", ".vcs")) or octets.startswith(b"BEGIN:VCALENDAR"):
        yield "ical", octets
    elif name.endswith((".html", ".htm")):
        yield "html", octets
    elif MAIL.match(octets) and name.endswith((".eml", ".msg", ".txt", ".mime")):
        yield from of_mail(octets, "dsn" in name or b"report" in octets[:4000])
    else:
        yield "own_text", octets


def main(folder):
    count = {}
    for tar in TARS:
        try:
            files = members(tar)
        except Absent:
            continue
        for name, octets in files.items():
            for target, seed in of_file(f"{tar}/{name}", octets):
                if not 0 < len(seed) <= LARGEST:
                    continue
                path = Path(folder) / target / hashlib.sha1(seed).hexdigest()
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(seed)
                count[target] = count.get(target, 0) + 1
    print("# seeds from the corpora: " + (", ".join(f"{target} {n}" for target, n in sorted(count.items())) or "none, they are absent"))


main(sys.argv[1])
