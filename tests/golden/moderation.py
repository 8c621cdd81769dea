"""One word settles a held post, whatever client says it; what is not plain is asked about (PRODUCT.md section 8, promise 5)."""
import html

from house import done, ok
from letters import address, field, text
from living import Living

INTRO = {
    "gmail": "On Mon, Jun 1, 2026 at 10:00 AM Weavers <weavers+steward@lists.example.org> wrote:",
    "gmail-de": "Am Mo., 1. Juni 2026 um 10:00 Uhr schrieb Weavers <\nweavers+steward@lists.example.org>:",
    "apple": "On 1. Jun 2026, at 10:00, Weavers <weavers+steward@lists.example.org> wrote:",
    "thunderbird": "On 6/1/26 10:00, Weavers wrote:",
    "thunderbird-fr": "Le 01/06/2026 à 10:00, Weavers a écrit :",
    "k9": "Am 1. Juni 2026 10:00:00 MESZ schrieb Weavers <weavers+steward@lists.example.org>:",
}


def quoted(mail, mark="> "):
    return "".join(f"{mark}{line}\n" for line in text(mail).splitlines())


def top(said, intro, tail=""):
    return lambda mail: (f"{said}\n{tail}\n{INTRO[intro]}\n\n{quoted(mail)}", None)


def bottom(said, intro, tail=""):
    return lambda mail: (f"{INTRO[intro]}\n{quoted(mail)}\n{said}\n{tail}", None)


def interleaved(said, intro):
    def make(mail):
        lines = quoted(mail).splitlines(True)
        at = next(number for number, line in enumerate(lines) if "Reply with one word" in line) + 1
        return f"{INTRO[intro]}\n{''.join(lines[:at])}\n{said}\n\n{''.join(lines[at:])}", None
    return make


def outlook(said, words=("From", "Sent", "To", "Subject"), rule="", tail=""):
    def make(mail):
        head = f"{words[0]}: Weavers <weavers+steward@lists.example.org>\n{words[1]}: Monday, June 1, 2026 10:00 AM\n{words[2]}: Ruth\n{words[3]}: {field(mail, 'subject')}\n"
        return f"{said}\n{tail}\n{rule}{head}\n{text(mail)}", None
    return make


def outlook_html(said):
    def make(mail):
        body = html.escape(text(mail)).replace("\n", "<br>\n")
        return None, (f'<html><head><style>p.MsoNormal {{margin:0}}</style></head><body lang="EN-US"><div class="WordSection1"><p class="MsoNormal">{said}<o:p></o:p></p>'
                      '<p class="MsoNormal"><o:p>&nbsp;</o:p></p><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in">'
                      '<p class="MsoNormal"><b>From:</b> Weavers &lt;weavers+steward@lists.example.org&gt;<br><b>Sent:</b> Monday, June 1, 2026 10:00 AM<br>'
                      f'<b>To:</b> Ruth<br><b>Subject:</b> {html.escape(field(mail, "subject"))}</p></div><p class="MsoNormal">{body}</p></div></body></html>')
    return make


def gmail_html(said):
    def make(mail):
        body = html.escape(text(mail)).replace("\n", "<br>")
        return None, (f'<div dir="ltr">{said}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">{html.escape(INTRO["gmail"])}<br></div>'
                      f'<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">{body}</blockquote></div>')
    return make


def apple_html(said):
    def make(mail):
        body = html.escape(text(mail)).replace("\n", "<br>")
        return None, (f'<html><head></head><body dir="auto">{said}<br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Sent from my iPhone</div>'
                      f'<div dir="ltr"><br><blockquote type="cite">{html.escape(INTRO["apple"])}<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">{body}</div></blockquote></body></html>')
    return make


FREED, REFUSED, ASKED, WAITS = "held.freed", "held.refused", "held.asked", None
REPLIES = (
    ("Gmail, on top", top("free", "gmail"), FREED, ""),
    ("Gmail, German", top("Free", "gmail-de"), FREED, ""),
    ("Gmail, HTML alone", gmail_html("Free"), FREED, ""),
    ("Apple Mail, on top", top("Free.", "apple"), FREED, ""),
    ("an iPhone", top("Free", "apple", "\nSent from my iPhone\n"), FREED, ""),
    ("an iPhone, HTML alone", apple_html("Refuse"), REFUSED, ""),
    ("Thunderbird, below the quote", bottom("free", "thunderbird"), FREED, ""),
    ("Thunderbird, between the lines", interleaved("refuse off topic", "thunderbird"), REFUSED, "off topic"),
    ("Thunderbird, French, with a signature that says the opposite", bottom("refuse hors sujet", "thunderbird-fr", "\n-- \nfree software, free society\n"), REFUSED, "hors sujet"),
    ("K-9", top("free", "k9", "\n-- \nDiese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet."), FREED, ""),
    ("Outlook", outlook("Free"), FREED, ""),
    ("Outlook, German", outlook("freigeben", ("Von", "Gesendet", "An", "Betreff")), FREED, ""),
    ("Outlook, HTML alone", outlook_html("Refuse we do not sell here"), REFUSED, "we do not sell here"),
    ("Outlook on a phone", outlook("free", rule="________________________________\n", tail="\nGet Outlook for iOS<https://aka.ms/o0ukef>"), FREED, ""),
    ("a greeting and a closing", top("Hi,\n\nfree\n\nBest,\nRuth", "gmail"), FREED, ""),
    ("a reason over two lines", top("refuse we do not sell here,\nsee the market\n\nBest,\nRuth", "apple"), REFUSED, "we do not sell here, see the market"),
    ("a question to the author", top("ask which loom is it?", "thunderbird"), ASKED, "which loom is it?"),
    ("a doubt", top("not sure, what do you think, Otto?", "gmail"), WAITS, ""),
    ("a condition", top("free, but without the picture", "gmail"), WAITS, ""),
    ("an empty reply", top("", "gmail"), WAITS, ""),
    ("a signature alone", top("-- \nfree software, free society", "thunderbird"), WAITS, ""),
)


def send(house, mail, number, plain, page):
    head = f"Subject: Re: {field(mail, 'subject')}\nIn-Reply-To: {field(mail, 'message-id')}\nReferences: {field(mail, 'message-id')}\nMIME-Version: 1.0\n"
    body = f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{plain}" if plain is not None else \
        f"Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{page}"
    house.post("ruth@example.org", address(mail), head + body)


def community(number):
    """Five posts a day have a mail of their own."""
    return f"weavers{number // 5}"


with Living("moderation") as house:
    for name in sorted({community(number) for number in range(len(REPLIES))}):
        house.community(name, steward="ruth@example.org")
        house.run("member", "add", name, "otto@example.org", "--name", "Otto", "--role", "steward")
    for number in range(len(REPLIES)):
        house.post(f"sam{number}@else.example", f"{community(number)}@lists.example.org", f"From: Sam <sam{number}@else.example>\nSubject: Looms, number {number}\n\nGood day,\nI sell looms.\n")
    house.settle()
    asked = {field(mail, "subject").split()[-1]: mail for mail in house.mailbox("ruth@example.org")}
    for number, (says, make, _, _) in enumerate(REPLIES):
        send(house, asked[str(number)], number, *make(asked[str(number)]))
    house.settle()

    acts = {row["details"]["held"]: row for row in house.rows("ledger") if row["act"] in (FREED, REFUSED, ASKED)}
    ids = {row["details"]["held"]: row for row in house.rows("ledger") if row["act"] == "post.held"}
    ok(len(ids) == len(REPLIES), "every post was held")
    for number, (says, _, want, why) in enumerate(REPLIES):
        row = acts.get(str(number + 1))
        got = (row["act"], row["details"].get("why") or row["details"].get("question") or "") if row else (None, "")
        ok(got == (want, why), f"{says}: {(want or 'nothing is done').replace('held.', 'is ')}{' with its words' if why else ''}", got)
    waiting = [number for number, (_, _, want, _) in enumerate(REPLIES) if want is WAITS]
    unclear = [mail for mail in house.mailbox("ruth@example.org") if field(mail, "subject").startswith("What shall")]
    ok(len(unclear) == len(waiting) and all("1 free" in text(mail) for mail in unclear), "a steward is asked again about each that was not plain",
       [field(mail, "subject") for mail in unclear])
    ok(sorted(row["id"] for row in house.rows("held", "list")) == sorted(number + 1 for number in waiting + [16]), "those wait, and the one whose author was asked")

    question = house.mailbox("sam16@else.example")[-1]
    ok("which loom is it?" in text(question) and "steward" in address(question), "the author is asked, and answers the stewards", text(question))
    told = [mail for mail in house.mailbox("otto@example.org") if "which loom is it?" in text(mail)]
    ok(len(told) == 1, "the other steward sees the question")
    refused = house.mailbox("sam15@else.example")[-1]
    ok("we do not sell here, see the market" in " ".join(text(refused).split()) and all(len(line) <= 78 for line in text(refused).splitlines()), "the reason reaches its author", text(refused))
    settled = [mail for mail in house.mailbox("otto@example.org") if "settled" in field(mail, "subject")]
    ok(len(settled) == len(REPLIES) - len(waiting) - 1 and all("ruth" in text(mail).lower() for mail in settled), "Otto is told of each, and by whom")

    house.settle(now="2026-06-04T07:30:00Z")
    ok([row["id"] for row in house.rows("held", "list")] == sorted(number + 1 for number in waiting + [16]), "just under three days: they wait still")
    house.settle(now="2026-06-04T08:30:00Z")
    ok(house.rows("held", "list") == [], "after three days they are back with their authors")
done()
