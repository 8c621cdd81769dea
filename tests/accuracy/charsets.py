"""Texts in their charsets, told by a label or by nothing, become the right text."""
import re
import unicodedata

from corpora import Absent, as_mail, explain_all, members
from rows import Row

# What Python calls a charset where that differs from its label in mail.
CODECS = {"euc-tw": None, "ibm855": "cp855", "ibm866": "cp866", "ibm852": "cp852", "maccyrillic": "mac_cyrillic", "mac-cyrillic": "mac_cyrillic",
          "mac-centraleurope": "mac_latin2", "gb2312": "gb18030", "cp932": "cp932", "shift_jis": "cp932", "euc-kr": "cp949", "johab": "johab",
          "tis-620": "cp874", "iso-8859-11": "cp874", "iso-8859-1": "cp1252", "iso-8859-9": "cp1254", "ascii": "ascii", "big5": "cp950"}
WIDE = ("utf-16", "utf-32")


def charset_of(name):
    """chardet/windows-1251-russian/x.xml, uchardet/ru/koi8-r.txt."""
    word = name.split("/")[-1].rsplit(".", 1)[0] if name.startswith("uchardet/") else name.split("/")[1]
    return re.sub(r"-(hungarian|polish|slovak|bulgarian|russian|arabic|greek|turkish|croatian|hebrew)$", "", word.lower())


def squeeze(text):
    """Whatever is not a letter or a digit is left out: the reader drops controls, and takes long lines' blanks."""
    return "".join(c for c in unicodedata.normalize("NFC", text) if c.isalnum())


def samples():
    """[(name, charset, octets, right text)] of those that Python, which stands as the judge, decodes without doubt."""
    found = []
    for name, octets in members("charset.tar.gz").items():
        charset = charset_of(name)
        codec = CODECS.get(charset, charset)
        try:
            text = octets.decode(codec) if codec else ""
        except (UnicodeDecodeError, LookupError):
            continue
        if squeeze(text):
            found.append((name, charset, octets, squeeze(text)))
    if not found:
        raise Absent("no charset samples")
    return found


def judge(what, found, mail, least):
    rows, fault = explain_all({name: mail(charset, octets) for name, charset, octets, _ in found})
    missed = [fault] if fault else []
    for name, charset, octets, text in found:
        got = squeeze(rows[name]["text"])
        # A long text may be cut; most of it must be there.
        if not (got and text.startswith(got) and len(got) >= min(len(text), 20000)):
            missed.append(f"{name}: {got[:60]!r}, wanted {text[:60]!r}")
    return Row(what, len(found) - len(missed), len(found), least, missed)


def base64_body(content_type, octets):
    import base64
    return as_mail(base64.encodebytes(octets), content_type, "Content-Transfer-Encoding: base64\n")


def labelled():
    return judge("charset samples, label given", samples(), lambda charset, octets: base64_body(f"text/plain; charset={charset}", octets), 0.99)


def unlabelled():
    """UTF-16 and UTF-32 hold NULs: without a label no mail carries them."""
    found = [sample for sample in samples() if not sample[1].startswith(WIDE)]
    return judge("charset samples, label missing", found, lambda charset, octets: base64_body("text/plain", octets), 0.85)


MEASURES = [labelled, unlabelled]
