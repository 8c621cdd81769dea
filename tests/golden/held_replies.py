"""Five clients in their shapes, four languages, signatures full of command words: each steward's word about a post that waits is read
right, and what is not plain is asked about (PRODUCT.md section 8, promise 5)."""
from house import House, done, ok
from letters import address, field, text
from living import Living
from shapes import SHAPES

FREED, REFUSED, ASKED, NOTHING = "held.freed", "held.refused", "held.asked", None
SAID = {  # what is said, what it does, the words that go to the author
    "en": (("free", FREED, ""), ("refuse we do not sell here", REFUSED, "we do not sell here"), ("ask which loom is it?", ASKED, "which loom is it?"), ("I am not sure about this one", NOTHING, "")),
    "de": (("freigeben", FREED, ""), ("ablehnen gehört nicht hierher", REFUSED, "gehört nicht hierher"), ("frage: welcher Webstuhl?", ASKED, "welcher Webstuhl?"), ("weiß nicht recht, was meint ihr?", NOTHING, "")),
    "fr": (("publier", FREED, ""), ("refuser hors sujet", REFUSED, "hors sujet"), ("demander quel métier ?", ASKED, "quel métier ?"), ("libérer, mais sans la photo", NOTHING, "")),
    "es": (("publicar", FREED, ""), ("rechazar aquí no se vende", REFUSED, "aquí no se vende"), ("preguntar ¿qué telar es?", ASKED, "¿qué telar es?"), ("no sé qué hacer con esto", NOTHING, "")),
}
HELLO = {"en": ("Hi,", "Best, Ruth"), "de": ("Hallo zusammen,", "Liebe Grüße\nRuth"), "fr": ("Bonjour,", "Merci, Ruth"), "es": ("Hola:", "Saludos, Ruth")}
WAITS = {"en": "waits:", "de": "wartet:", "fr": "attend :", "es": "espera:"}


def choice(number, language):
    """One of the four, with a greeting and a closing in every third."""
    turn = list(SAID).index(language)
    said, act, why = SAID[language][(number + turn) % 4]
    if (number + turn) % 3 == 0:
        hello, bye = HELLO[language]
        said = f"{hello}\n\n{said}\n\n{bye}"
    return said, act, why


with Living("replies") as house:
    for number in range(len(SHAPES)):
        house.community(f"c{number}")
        for language in SAID:
            house.run("member", "add", f"c{number}", f"{language}@example.org", "--role", "steward", "--language", language, "--delivery", "none")
            house.post(f"sam-{number}-{language}@else.example", f"c{number}@lists.example.org", f"Subject: Looms {number} {language}\n\nGood day,\nI sell looms; free delivery, refuse nothing.\n")
    house.settle()
    posts = {row["subject"]: str(row["id"]) for row in house.rows("held", "list")}
    for language in SAID:
        asked = {field(mail, "subject").split(f"{WAITS[language]} ")[1]: mail for mail in house.mailbox(f"{language}@example.org") if WAITS[language] in field(mail, "subject")}
        for number, shape in enumerate(SHAPES):
            mail = asked[f"Looms {number} {language}"]
            head, body = shape(choice(number, language)[0], text(mail))
            house.post(f"{language}@example.org", address(mail), f"Subject: Re: {field(mail, 'subject')}\nIn-Reply-To: {field(mail, 'message-id')}\nReferences: {field(mail, 'message-id')}\n{head}\n{body}")
    house.settle()

    acts = {row["details"]["held"]: row for row in house.rows("ledger") if row["act"] in (FREED, REFUSED, ASKED)}
    unclear = 0
    for number, shape in enumerate(SHAPES):
        wrong = []
        for language in SAID:
            said, want, why = choice(number, language)
            row = acts.get(posts[f"Looms {number} {language}"])
            got = (row["act"], row["details"].get("why") or row["details"].get("question") or "", row["who"]) if row else (None, "", None)
            unclear += want is NOTHING
            if got != (want, why, f"{language}@example.org" if want else None):
                wrong.append((language, said, got))
        ok(not wrong, f"{shape.__name__}: read as it was said in English, German, French and Spanish", wrong)
    again = [mail for language in SAID for mail in house.mailbox(f"{language}@example.org") if "1 free" in text(mail)]
    ok(len(again) == unclear == len(SHAPES) and len({field(mail, "content-language") for mail in again}) == 4, "what was not plain is asked about, with numbered choices, in the steward's language", (len(again), unclear))

with House("lines") as house:
    house.community("weavers", steward="ruth@example.org")
    house.start("receive", wait="receive.ready")
    with house.lmtp() as door:
        for number in range(5 + 2 * len(SHAPES)):
            door.sendmail(f"sam{number}@else.example", ["weavers@lists.example.org"],
                          f"From: sam{number}@else.example\r\nSubject: Looms {number}\r\nMessage-ID: <sam{number}@else.example>\r\n\r\nI sell looms.\r\n1 refuse\r\n2 free\r\n")
    house.settle()
    (many,) = [mail for mail in house.mailbox("ruth@example.org") if "posts wait for you" in field(mail, "subject")]
    with house.lmtp() as door:
        for number, shape in enumerate(SHAPES):
            first, second = 2 * number + 1, 2 * number + 2
            head, body = shape(f"Hello,\n\n{first} free\n{second}. refuse of number {number}" if number % 2 else f"{first} free\n{second}) refuse of number {number}", text(many))
            message = (f"From: ruth@example.org\nTo: {address(many)}\nSubject: Re: {field(many, 'subject')}\nMessage-ID: <ruth{number}@example.org>\nDate: Mon, 01 Jun 2026 08:30:00 +0000\n"
                       f"In-Reply-To: {field(many, 'message-id')}\n{head}\n{body}")
            door.sendmail("ruth@example.org", [address(many)], message.replace("\n", "\r\n").encode())
    house.settle()
    acts = {row["details"]["held"]: row for row in house.rows("ledger", "weavers") if row["act"].startswith("held.")}
    for number, shape in enumerate(SHAPES):
        got = [(acts[held]["act"], acts[held]["details"].get("why")) if held in acts else None for held in (str(6 + 2 * number), str(7 + 2 * number))]
        ok(got == [("held.freed", None), ("held.refused", f"of number {number}")], f"{shape.__name__}: numbered lines do what they say, and those of the list below do nothing", got)
    ok([row["subject"] for row in house.rows("held", "list")] == [f"Looms {number}" for number in range(5)], "and nothing else is settled")
done()
