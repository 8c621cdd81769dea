"""Answers from five clients, above, below and within what they quote: none is misread, and the unclear ones get choices.

The mails that are answered hold every command word there is, and the signatures some of them."""
import smtplib

from house import House, done, ok
from letters import address, field, text
from shapes import SHAPES
from shapes_more import MORE

SAID = [("daily", "daily"), ("Hello,\n\nmonthly please\n\nBest wishes, Member", "monthly"), ("3", "each"), ("täglich", "daily"),
        ("meetings\nThanks!", "meetings"), ("Could I have it less often, weekly perhaps?", None)]

# As people of four languages say it, and as they say what cannot be done without a guess.
OTHERS = [("wöchentlich bitte", "weekly"), ("Bonjour,\n\nchaque mois, merci", "monthly"), ("cada mensaje", "each"), ("2.", "daily"),
          ("Hola:\n\ndiario\n\nUn saludo,\nMember", "daily"), ("nur Treffen\n\nViele Grüße\nMember", "meetings"), ("hebdomadaire\nMerci d'avance", "weekly"), ("4", "monthly"),
          ("Ja, gerne so lassen.", None), ("Moins souvent, s'il vous plaît ?", None), ("No entiendo nada de esto", None), ("weekly or monthly, whatever is easier", None)]


def send(lmtp, number, sender, to, subject, shape, said, answered):
    head, body = shape(said, answered)
    message = (f"From: Member <{sender}>\nTo: {to}\nSubject: Re: {subject}\nMessage-ID: <{number}@client.example>\n"
               f"Date: Mon, 01 Jun 2026 08:30:00 +0000\n{head}\n{body}")
    lmtp.sendmail(sender, [to], message.replace("\n", "\r\n").encode())


with House("replies") as house:
    house.community("weavers", steward="ruth@example.org")
    cases = [(shape, said, want) for number, shape in enumerate(SHAPES) for said, want in (SAID[number % 6], SAID[(number + 1) % 6], SAID[(number + 2) % 6], SAID[(number + 4) % 6])]
    cases += [(shape, *OTHERS[(number + step) % 12]) for number, shape in enumerate(MORE) for step in (0, 5, 9)]
    rows = "".join(f"m{n}@example.org,Member,weekly\n" for n in range(len(cases)))
    house.run("member", "import", "weavers", "-", "--confirmed", input="address,name,delivery\n" + rows)
    house.start("receive", wait="receive.ready")
    with smtplib.LMTP("127.0.0.1", house.port) as lmtp:
        for n in range(len(cases)):
            lmtp.sendmail(f"m{n}@example.org", ["weavers+settings@lists.example.org"],
                          f"From: m{n}@example.org\r\nSubject: \r\nMessage-ID: <ask{n}@client.example>\r\n\r\n")
    house.settle()

    asked = {n: house.mailbox(f"m{n}@example.org")[0] for n in range(len(cases))}
    with smtplib.LMTP("127.0.0.1", house.port) as lmtp:
        for n, (shape, said, want) in enumerate(cases):
            send(lmtp, n, f"m{n}@example.org", address(asked[n]), "Your settings", shape, said, text(asked[n]))
    house.settle()

    modes = {row["address"]: row["subscriptions"][0]["delivery"] for row in house.rows("member", "list", "weavers") if row["subscriptions"]}
    wrong = []
    for n, (shape, said, want) in enumerate(cases):
        last = field(house.mailbox(f"m{n}@example.org")[-1], "subject")
        if modes[f"m{n}@example.org"] != (want or "weekly") or ("what would you like" in last) != (want is None):
            wrong.append(f"{shape.__name__}: {said!r} gave {modes[f'm{n}@example.org']}: {last}")
    ok(len(cases) >= 60 and not wrong, f"{len(cases)} answers to a mail of choices: none is misread", "\n".join(wrong))
done()
