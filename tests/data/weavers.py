#!/usr/bin/env python3
"""Makes mail of weavers.posts: the form of each post is that of a client which people really use.

    weavers.py archive > weavers.mbox     the eight weeks before 1 June, as mboxrd
    weavers.py live FOLDER                the week after, one FOLDER/NN-ID.eml a post, CRLF
"""
import base64
import email.header
import email.utils
import html
import quopri
import re
import struct
import sys
import zlib
from datetime import datetime, timezone
from pathlib import Path

LIST = "weavers@lists.example.org"
LIVE = datetime(2026, 6, 1)
# name as written in From, address, zone, the field in which the client names itself
PEOPLE = {
    "ana": ("Ana Morales", "ana@example.org", "+0200", "User-Agent: Mozilla Thunderbird"),
    "raj": ("Raj Pillai", "raj@example.org", "+0100", "X-Mailer: Apple Mail (2.3774.500.171.1.1)"),
    "lena": ("Lena Brandt", "lena@example.org", "+0200", None),
    "margit": ("Margit Lindqvist", "margit@example.org", "+0300", "User-Agent: Alpine 2.26"),
    "yael": ("יעל בן־עמי", "yael@example.org", "+0300", None),
    "zofia": ("Zofia Wójcik", "zofia@example.org", "+0200", "User-Agent: Roundcube Webmail/1.6.5"),
    "kenji": ("森 健二", "kenji@kyoto.example.net", "+0900", "X-Mailer: Becky! ver. 2.81.07 [ja]"),
    "claire": ("Claire Dubois-Lefèvre", "claire@atelier.example.net", "+0200", "X-Mailer: Microsoft Outlook 16.0"),
    "vera": ("Вера Соколова", "vera@len.example.net", "+0300", "X-Mailer: The Bat! (v10.5)"),
    "yusuf": ("يوسف الخطيب", "yusuf@souk.example.net", "+0300", "User-Agent: K-9 Mail for Android"),
    "tom": ("Tom Whitaker", "tom@whitaker.example.net", "+0100", "X-Mailer: Microsoft Outlook 16.0"),
    "pete": ("Pete Ostrander", "pete@ostrander.example.com", "-0500", "User-Agent: Mutt/2.2.9"),
    "juergen": ("Jürgen Weiß", "juergen@weiss.example.net", "+0200", "User-Agent: KMail/5.22.3"),
    "dolores": ("Dolores Begaye", "dolores@begaye.example.com", "-0600", "X-Mailer: Evolution 3.46.4"),
    "sam": ("Sam Achterberg", "sam@achterberg.example.com", "-0700", "X-Mailer: iPhone Mail (21E236)"),
}
CHARSETS = {"latin1": "iso-8859-1", "cp1252": "windows-1252", "iso2022jp": "iso-2022-jp", "koi8r": "koi8-r"}
FOOTER = """
_______________________________________________
weavers mailing list
weavers@lists.example.org
http://lists.example.org/mailman/listinfo/weavers
"""
TABLE = """yarn,turns per inch,plain,twill,shrinkage %
16/2 line linen,56,28-30,36,6
8/2 tow linen,34,18,22,7
16/1 line linen,72,38,46,5
8/2 cotton,40,20,24,10
22/2 cottolin,48,24,30,9
6/1 tuna wool,22,11,14,18
"""


def swatch():
    """A small PNG: the greys of a blanket, in a twill."""
    rows = b"".join(b"\0" + bytes((90, 140, 200)[(x // 4 + y // 4) % 3] for x in range(48)) for y in range(48))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 48, 48, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def posts():
    text = (Path(__file__).parent / "weavers.posts").read_text("utf-8")
    for block in re.split(r"^== ", text, flags=re.M)[1:]:
        head, _, body = block.partition("\n\n")
        first, *fields = head.splitlines()
        name, author, day, hour = first.split()
        post = dict(field.split(": ", 1) for field in fields)
        post.update(id=name, author=author, body=body.strip("\n") + "\n", form=post.get("Form", "").split(),
                    when=datetime.strptime(f"{day} {hour} {PEOPLE[author][2]}", "%Y-%m-%d %H:%M %z"))
        yield post


def field(name, value, charset="utf-8"):
    """A header field, RFC 2047 only where it must be."""
    if value.isascii():
        return f"{name}: {value}\n"
    return f"{name}: {email.header.Header(value, charset, header_name=name).encode()}\n"


def part(kind, text, charset, coding, more=""):
    """A leaf: its fields, a blank line, its encoded lines."""
    if text.isascii() and charset == "utf-8" and coding != "base64":
        charset, coding = "us-ascii", "7bit"
    octets = text.encode(charset)
    if coding == "base64":
        octets = base64.encodebytes(octets)
    elif coding == "quoted-printable":
        octets = quopri.encodestring(octets)
    return (f'Content-Type: {kind}; charset="{charset}"{more}\nContent-Transfer-Encoding: {coding}\n\n').encode() + octets


def as_html(text, outlook):
    """What the client of somebody who only ever sees fonts makes of it."""
    paragraphs = [html.escape(" ".join(block.split("\n")), quote=False) for block in text.strip().split("\n\n")]
    if outlook:
        inside = "\n".join(f'<p class="MsoNormal">{p}<o:p></o:p></p>' for p in paragraphs)
        return ("<html><head><style><!-- p.MsoNormal {margin:0cm; font-size:11.0pt} --></style></head>\n"
                f'<body lang="EN-GB"><div class="WordSection1">\n{inside}\n</div></body></html>\n')
    quoted = [p.startswith("&gt; ") for p in paragraphs]
    return "".join('<blockquote class="gmail_quote">' + p.replace("&gt; ", "") + "</blockquote>\n" if is_quote
                   else f'<div dir="ltr">{p}</div><div><br></div>\n' for p, is_quote in zip(paragraphs, quoted))


def flow(text):
    """Soft line ends of RFC 3676: a space before the end of each line that its paragraph goes on after."""
    own = lambda line: line.strip() and line != "-- " and not line.startswith(">")
    lines = text.split("\n")
    signature = lines.index("-- ") if "-- " in lines else len(lines)
    return "\n".join(line + " " if own(line) and own(after) and number < signature and not line.endswith("wrote:") else line
                     for number, (line, after) in enumerate(zip(lines, lines[1:] + [""])))


def multipart(kind, boundary, parts):
    inside = b"".join(b"--" + boundary.encode() + b"\n" + p + b"\n" for p in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n'.encode() + inside + f"--{boundary}--\n".encode()


def attachment(kind, filename, octets):
    return (f'Content-Type: {kind}; name="{filename}"\nContent-Disposition: attachment; filename="{filename}"\n'
            "Content-Transfer-Encoding: base64\n\n").encode() + base64.encodebytes(octets)


def content(post):
    form, text, name = post["form"], post["body"], post["id"]
    charset = next((CHARSETS[word] for word in form if word in CHARSETS), "utf-8")
    coding = "base64" if "base64" in form else "7bit" if charset == "iso-2022-jp" else "8bit" if charset == "koi8-r" else "quoted-printable"
    if "flowed" in form:
        text = flow(text)
    if "footer" in form:
        text += FOOTER
    if "html" in form:
        return part("text/html", as_html(text, post["author"] in ("tom", "claire")), charset, "quoted-printable")
    if "alternative" in form:
        return multipart("alternative", f"000000000000{zlib.crc32(name.encode()):08x}",
                         [part("text/plain", text, charset, "quoted-printable"),
                          part("text/html", as_html(text, False), charset, "quoted-printable")])
    plain = part("text/plain", text, charset, coding, "; format=flowed" if "flowed" in form else "")
    if "attach-csv" in form:
        return multipart("mixed", f"8323329-{name}", [plain, attachment("text/csv", "sett-table.csv", TABLE.encode())])
    if "attach-png" in form:
        return multipart("mixed", f"Apple-Mail={name}", [plain, attachment("image/png", "swatch.png", swatch())])
    return plain


def message_id(post):
    return f"<{post['when']:%Y%m%d%H%M}.{post['id']}@{PEOPLE[post['author']][1].partition('@')[2]}>"


def build(post, known):
    name, address, _, client = PEOPLE[post["author"]]
    charset = next((CHARSETS[word] for word in post["form"] if word in CHARSETS), "utf-8")
    parent = known.get(post.get("Re"))
    if "Re" in post and (parent is None or parent["when"] >= post["when"]):
        raise SystemExit(f"{post['id']} answers {post['Re']}, which is not before it")
    post["subject"] = post.get("Subject") or "Re: " + re.sub(r"^Re: ", "", parent["subject"])
    post["references"] = (parent["references"] + [message_id(parent)]) if parent else []
    quoted = name if name.isascii() else email.header.Header(name, charset, header_name="From").encode()
    head = f"From: {quoted} <{address}>\nTo: {LIST}\n" + field("Subject", post["subject"], "utf-8" if parent else charset)
    head += f"Date: {email.utils.format_datetime(post['when'])}\nMessage-ID: {message_id(post)}\n"
    if post["references"]:
        head += f"In-Reply-To: {post['references'][-1]}\nReferences: " + "\n ".join(post["references"]) + "\n"
    if client:
        head += client + "\n"
    return head.encode() + b"MIME-Version: 1.0\n" + content(post)


def main():
    known, live, archive = {}, [], []
    for post in posts():
        octets = build(post, known)
        known[post["id"]] = post
        if post["when"].replace(tzinfo=None) >= LIVE:
            live.append((post, octets))
        else:
            archive.append((post, octets))
    if sys.argv[1] == "archive":
        for post, octets in sorted(archive, key=lambda pair: pair[0]["when"]):
            arrival = post["when"].astimezone(timezone.utc).ctime()
            sys.stdout.buffer.write(f"From {PEOPLE[post['author']][1]} {arrival}\n".encode()
                                    + re.sub(rb"(?m)^(>*From )", rb">\1", octets) + b"\n")
    if sys.argv[1] == "live":
        folder = Path(sys.argv[2])
        folder.mkdir(parents=True, exist_ok=True)
        for number, (post, octets) in enumerate(live, 1):
            (folder / f"{number:02}-{post['id']}.eml").write_bytes(octets.replace(b"\n", b"\r\n"))


main()
