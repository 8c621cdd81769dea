#!/usr/bin/env python3
"""The worst messages of 25 MB that we can think of, through the real `explain` (SEC-06, SEC-07, SEC-08).

Each costs under a second of processor time and 128 MiB of resident memory. Memory is held to strictly; time has room for a
busy machine and for sanitizers, and is printed. What the pre-scan refuses still says who wrote it. GP_WORST_MB sets the size.
"""
import base64
import json
import os
import subprocess
import sys
import tempfile
import zlib

from house import PROGRAM, done, ok

MB = int(os.environ.get("GP_WORST_MB", "25"))
SIZE = MB << 20
RESIDENT_KIB = 128 << 10
SECONDS = 5
SANITIZED = subprocess.run(["grep", "-q", "__asan_init", PROGRAM]).returncode == 0
FROM = b"From: Ann Lee <ann@a.example>\nSubject: the worst\n"
WORD = b"=?utf-8?Q?=C3=BC?= "


def fill(before, what, after=b""):
    """The whole is about SIZE octets."""
    return before + what * ((SIZE - len(before) - len(after)) // len(what)) + after


def text(what, head=b""):
    return fill(FROM + head + b"\n", what)


def numbered(before, pattern, after=b""):
    """pattern holds one %d, and is repeated with 0, 1, 2, ..."""
    out, number = bytearray(before), 0
    while len(out) < SIZE:
        out += pattern % number
        number += 1
    return bytes(out) + after


def nested(deep, kind):
    """deep parts inside each other, the innermost large."""
    head = b"".join(kind % {b"n": n} for n in range(deep))
    return fill(FROM + head + b"\n", b"innermost\n")


def folded(name, what):
    """One field of many lines."""
    return fill(FROM + name + b":", b" " + what + b"\n", b"\n\nx\n")


def repetition():
    """What would be a gigabyte once unpacked, attached: nothing unpacks it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    part = b"--x\nContent-Type: application/gzip\nContent-Disposition: attachment; filename=bomb.gz\nContent-Transfer-Encoding: base64\n\n"
    return fill(FROM + b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\nhello\n" + part, base64.encodebytes(bomb), b"--x--\n")


def html(what):
    return text(what, b"Content-Type: text/html; charset=utf-8\n")


def multipart(what, head=b""):
    return fill(FROM + b"Content-Type: multipart/mixed; boundary=x\n" + head + b"\n", what, b"--x--\n")


WORST = [
    ("messages nested without end", lambda: fill(FROM, b"Content-Type: message/rfc822\n\n")),
    ("multiparts nested without end", lambda: numbered(FROM + b"Content-Type: multipart/mixed; boundary=b0\n\n", b"--b%d\nContent-Type: multipart/mixed; boundary=bb\n\n")),
    ("nineteen multiparts around a large text", lambda: nested(19, b"Content-Type: multipart/mixed; boundary=b%(n)d\n\n--b%(n)d\n")),
    ("nineteen messages around a large text", lambda: nested(19, b"Content-Type: message/rfc822\n\n")),
    ("a million fields", lambda: numbered(FROM, b"X-%d: y\n", b"\nx\n")),
    ("a million fields From", lambda: fill(FROM, b"From: <a@b.example>\n", b"\nx\n")),
    ("a million fields in a part", lambda: numbered(FROM + b"Content-Type: multipart/mixed; boundary=x\n\n--x\n", b"X-%d: y\n", b"\nx\n")),
    ("a million parts", lambda: multipart(b"--x\n\na\n")),
    ("a million parts of a digest", lambda: fill(FROM + b"Content-Type: multipart/digest; boundary=x\n\n", b"--x\n\nSubject: a\n\na\n")),
    ("450 parts of much text", lambda: multipart(b"--x\n\n" + b"word " * (SIZE // 450 // 5 - 1) + b"\n")),
    ("450 parts of HTML", lambda: multipart(b"--x\nContent-Type: text/html\n\n" + b"<p>word" * (SIZE // 450 // 7 - 8) + b"\n")),
    ("450 parts of 8 bits without a label", lambda: multipart(b"--x\n\n" + b"\xe4\xf6 " * (SIZE // 450 // 3 - 5) + b"\n")),
    ("450 calendars", lambda: multipart(b"--x\nContent-Type: text/calendar\n\n" + b"BEGIN:VEVENT\n" * (SIZE // 450 // 13 - 8))),
    ("one endless line", lambda: text(b"a")),
    ("one endless line of blanks", lambda: text(b" ")),
    ("one endless field", lambda: fill(FROM + b"X-Y: ", b"a", b"\n\nx\n")),
    ("one endless Subject", lambda: fill(b"From: a@b.example\nSubject: ", b"a ", b"\n\nx\n")),
    ("a Subject of encoded words", lambda: fill(b"From: a@b.example\nSubject: ", WORD, b"\n\nx\n")),
    ("a Subject of encoded words, each in another charset", lambda: numbered(b"From: a@b.example\nSubject: ", b"=?iso-8859-%d?Q?=FC?= ", b"\n\nx\n")),
    ("encoded words inside encoded words", lambda: fill(b"From: a@b.example\nSubject: ", b"=?utf-8?Q?=3D?utf-8?Q?", b"\n\nx\n")),
    ("the beginnings of encoded words", lambda: fill(b"From: a@b.example\nSubject: ", b"=?", b"\n\nx\n")),
    ("a header of 200 KiB full of encoded words", lambda: fill(b"From: " + WORD * 4500 + b"<a@b.example>\nSubject: " + WORD * 4500 + b"\n\n", b"x\n")),
    ("a header of 200 KiB full of unlabelled words", lambda: fill(b"From: a@b.example\nSubject: " + b"=?x?Q?=E4=F6=FC?= =?y?Q?=E4=F6=FC?= " * 5000 + b"\n\n", b"x\n")),
    ("addresses without end", lambda: numbered(FROM + b"To: ", b"member%d@a.example,\n ", b"z@a.example\n\nx\n")),
    ("a header of 200 KiB full of authors", lambda: fill(b"From: " + b"a <a@b.example>, " * 12000 + b"\nSubject: x\n\n", b"x\n")),
    ("references without end", lambda: numbered(FROM + b"References: ", b"<%d@a.example>\n ", b"<z@a.example>\n\nx\n")),
    ("a header of 200 KiB full of references", lambda: fill(FROM + b"References: " + b"".join(b"<%d@a.example>\n " % n for n in range(10000)) + b"\n\n", b"x\n")),
    ("comments without end", lambda: fill(FROM + b"To: ", b"(", b"\n\nx\n")),
    ("a parameter in a million pieces (RFC 2231)", lambda: numbered(FROM + b"Content-Type: text/plain", b";\n filename*%d*=a", b"\n\nx\n")),
    ("a parameter in thousands of pieces, in the wrong order", lambda: fill(FROM + b"Content-Disposition: attachment" + b"".join(
        b"; filename*%d*=a" % n for n in reversed(range(9000))) + b"\n\n", b"x\n")),
    ("thousands of parameters", lambda: fill(FROM + b"Content-Type: text/plain" + b"; a=b" * 40000 + b"\n\n", b"x\n")),
    ("base64", lambda: text(base64.encodebytes(b"hello world\n" * 6), b"Content-Transfer-Encoding: base64\n")),
    ("base64 of 8 bits without a label", lambda: text(base64.encodebytes(b"\xe4\xf6\xfc hello \xdf" * 4), b"Content-Transfer-Encoding: base64\n")),
    ("base64 that is attached", lambda: text(base64.encodebytes(bytes(57)), b"Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n")),
    ("padding of base64", lambda: text(b"=", b"Content-Transfer-Encoding: base64\n")),
    ("soft line breaks", lambda: text(b"=\n", b"Content-Transfer-Encoding: quoted-printable\n")),
    ("equals signs and blanks", lambda: text(b"=" + b" " * 79, b"Content-Transfer-Encoding: quoted-printable\n")),
    ("uuencode", lambda: text(b"M" + b"0" * 60 + b"\n", b"Content-Transfer-Encoding: x-uuencode\n")),
    ("uuencode in the text", lambda: text(b"begin 644 a.txt\n")),
    ("a zip-like repetition", repetition),
    ("HTML of tags that open", lambda: html(b"<b>")),
    ("HTML of tables in tables", lambda: html(b"<table><tr><td>")),
    ("HTML of lists in lists", lambda: html(b"<ul><li>x")),
    ("HTML of quotes in quotes", lambda: html(b"<blockquote>x")),
    ("HTML of links", lambda: html(b"<a href=http://a.example/x>y</a> ")),
    ("HTML of entities", lambda: html(b"&lt;")),
    ("HTML of comments that never end", lambda: html(b"<!--")),
    ("HTML of one attribute", lambda: fill(FROM + b"Content-Type: text/html\n\n<a ", b"b='c' ", b"")),
    ("HTML of styles", lambda: html(b"<style>a{}</style>x")),
    ("a calendar of events", lambda: fill(FROM + b"Content-Type: text/calendar\n\nBEGIN:VCALENDAR\n", b"BEGIN:VEVENT\nUID:a\nEND:VEVENT\n", b"END:VCALENDAR\n")),
    ("a calendar of components in components", lambda: fill(FROM + b"Content-Type: text/calendar\n\n", b"BEGIN:VEVENT\n")),
    ("a calendar of 250 KB, components in components", lambda: multipart(b"--x\nContent-Type: text/calendar\n\n" + b"BEGIN:VEVENT\n" * 18000 + b"\n")),
    ("a calendar of attendees", lambda: fill(FROM + b"Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\n", b"ATTENDEE:mailto:a@b.example\n")),
    ("almost boundaries", lambda: fill(FROM + b"Content-Type: multipart/mixed; boundary=" + b"x" * 69 + b"\n\n", b"--" + b"x" * 68 + b"\n")),
    ("boundaries that end", lambda: multipart(b"--x--\n")),
    ("the marks of quotes", lambda: text(b">\n")),
    ("quotes inside quotes, one line", lambda: text(b">")),
    ("lines that could be attributions", lambda: text(b"On 1 May 2020 at 10:00 a@b.example wrote:\n")),
    ("lines that could be headers of a quote", lambda: text(b"From: a\nSent: b\nTo: c\nSubject: d\n")),
    ("signatures", lambda: text(b"-- \n")),
    ("questions", lambda: text(b"what? why? how?\n")),
    ("a report of addresses", lambda: fill(b"From: MAILER-DAEMON@a.example\nSubject: failure\n\n", b"550 a@b.example 5.1.1 <c@d.example>\n")),
    ("a status of recipients", lambda: fill(FROM + b"Content-Type: message/delivery-status\n\n", b"Final-Recipient: rfc822; a@b.example\nAction: failed\n\n")),
    ("flowed text of soft breaks", lambda: text(b"> a \n", b"Content-Type: text/plain; format=flowed; delsp=yes\n")),
    ("Shift-JIS", lambda: text(b"\x82\xa0", b"Content-Type: text/plain; charset=shift_jis\n")),
    ("escapes of ISO-2022-JP", lambda: text(b"\033$B\033(B", b"Content-Type: text/plain; charset=iso-2022-jp\n")),
    ("octets that are no UTF-8", lambda: text(b"\xff\xfe\xc3", b"Content-Type: text/plain; charset=utf-8\n")),
    ("NULs", lambda: text(b"\0")),
    ("NULs in the header", lambda: fill(FROM + b"X: ", b"\0", b"\n\nx\n")),
    ("line ends alone", lambda: text(b"\n")),
    ("line ends of old Macs", lambda: text(b"a\r").replace(b"\n", b"\r")),
    ("CR alone within lines", lambda: text(b"\r")),
    ("no header at all", lambda: fill(b"", b"word \n")),
    ("no blank line", lambda: fill(FROM, b"word\n")),
]


def write(make, path):
    """In a process of its own: what a process has resident when it forks counts as its child's peak."""
    child = os.fork()
    if child == 0:
        with open(path, "wb") as file:
            file.write(make())
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


def explain(path):
    """The row, seconds of processor time, KiB resident at most, exit status, of `explain` and its reader."""
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen([PROGRAM, "--json", "explain", path], stdout=out, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        line = out.readline()
    return (json.loads(line) if line else None), used.ru_utime + used.ru_stime, used.ru_maxrss, child.returncode


def main():
    slowest = largest = 0
    for name, make in WORST:
        if not any(word in name for word in sys.argv[1:] or [""]):
            continue
        with tempfile.NamedTemporaryFile(suffix=".eml") as file:
            write(make, file.name)
            row, seconds, resident, status = explain(file.name)
        good = status == 0 and row is not None and seconds < SECONDS * (8 if SANITIZED else 1) and (SANITIZED or resident < RESIDENT_KIB)
        ok(good, f"{MB} MB of {name}: {seconds:.2f} s, {resident / 1024:.0f} MiB", f"status {status}, {'no row' if row is None else ''}")
        slowest, largest = max(slowest, seconds), max(largest, resident)
    print(f"# slowest {slowest:.2f} s, largest {largest / 1024:.0f} MiB")


main()
done()
