"""What the author wrote, without what was quoted: where the corpus says what is wanted."""
from corpora import as_mail, explain_all, members
from rows import Row

HTML = b"From: ann@a.example\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n"


def lines(text):
    """Blank lines and indents are a matter of taste; quoted lines between own ones may stay."""
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith(">")]


def own_text():
    files = members("quote.tar.gz")
    named = {name: as_mail(octets.replace(b"\r\n", b"\n")) for name, octets in files.items() if name.startswith("email_reply_trimmer/emails/")}
    rows, fault = explain_all(named)
    missed = [fault] if fault else []
    for name in named:
        wanted = files[name.replace("/emails/", "/trimmed/")].decode("utf-8", "replace")
        if lines(rows[name]["own_text"]) != lines(wanted):
            missed.append(f"{name}: {rows[name]['own_text']!r}, wanted {wanted!r}")
    return Row("own text as expected", len(named) - len(missed), len(named), 0.95, missed)


def clients():
    """One question answered from the clients of many makers: what each sends is known."""
    replies = {name: octets for name, octets in members("quote.tar.gz").items() if name.startswith(("talon/standard_replies/", "talon/html_replies/"))
               and name.endswith((".eml", ".html"))}
    named = {name: octets if name.endswith(".eml") else HTML + octets for name, octets in replies.items()}
    rows, fault = explain_all(named)
    missed = [fault] if fault else []
    for name in named:
        wanted = ["Hello"] if name.endswith(".eml") else ["Hi. I am fine.", "Thanks,", "Alex"]
        if lines(rows[name]["own_text"]) != wanted:
            missed.append(f"{name}: {rows[name]['own_text']!r}, wanted {wanted!r}")
    return Row("own text of one reply from many clients", len(named) - len(missed), len(named), 0.95, missed)


MEASURES = [own_text, clients]
