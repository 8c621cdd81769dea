"""The archive asked by mail: what is found, how to get it, who may ask, and how often (PRODUCT section 5, RCV-16)."""
import re

from house import done, ok
from letters import address, field, reply, text
from living import Living

POSTS = [("ann@example.org", "Warp tension", "After an hour the left side of the warp is slack.\nMy loom is old. Write to ann@example.org\n"),
         ("bob@example.org", "Re: Warp tension", "Wet the knots before you wind on.\n\n> After an hour the left side of the warp is slack.\n"),
         ("ann@example.org", "Linen sett", "Twelve ends for linen, the warp likes it.\n")]


def numbers(mail):
    return re.findall(r"(?m)^ +(\d+)  \S", text(mail))


with Living("find") as house:
    house.community("weavers", ann="each", bob="weekly", steward="ruth@example.org")
    for number, (who, subject, body) in enumerate(POSTS):
        fields = "In-Reply-To: <p0@example.org>\n" if subject.startswith("Re:") else ""
        house.post(who, "weavers@lists.example.org", f"Subject: {subject}\nMessage-ID: <p{number}@example.org>\n{fields}\n{body}")
    house.settle()

    def ask(who, subject, word="find", body="", fields=""):
        """What comes back for it."""
        before = len(house.mailbox(who))
        house.post(who, f"weavers+{word}@lists.example.org", f"Subject: {subject}\n{fields}\n{body}")
        house.settle()
        return house.mailbox(who)[before:]

    # --- found ----------------------------------------------------------------------------------
    (found,) = ask("bob@example.org", "warp slack")
    said = text(found)
    ok(field(found, "subject") == "Found in Weavers: warp slack" and len(numbers(found)) == 2, "a member finds posts", said)
    ok(said.index("    ann, ") < said.index("    bob, ") and "[warp]" in said and "[slack]" in said,
       "own words before quoted ones, with the words where they stand", said)
    ok("ann@" not in said, "and nobody's address", said)
    ok(all(len(line) <= 72 for line in said.splitlines()), "in 72 columns", said)
    ok(field(found, "auto-submitted") == "auto-replied" and "Why you got this" in said, "as a robot's mail that says why it came", said)
    ok(address(found) == "weavers+get@lists.example.org" and address(found) in said, "a reply asks for one of them", found["reply-to"])

    # --- got ------------------------------------------------------------------------------------
    before = len(house.mailbox("bob@example.org"))
    reply(house, found, "bob@example.org", f"{numbers(found)[0]} please")
    house.settle()
    (got,) = house.mailbox("bob@example.org")[before:]
    (part,) = [part for part in got.walk() if part.get_content_type() == "message/rfc822"]
    ok(part.get_payload(0)["message-id"] == "<p0@example.org>", "a reply with its number brings it, as it came", got.as_string())
    ok("weavers+t" in text(got), "with the address of its conversation", text(got))
    both = ask("ann@example.org", " ".join(numbers(found)), "get")
    ok(len(both) == 2, "several numbers bring several", [field(mail, "subject") for mail in both])
    (none,) = ask("bob@example.org", "4711", "get")
    ok(field(none, "subject") == "Which post of Weavers?" and "weavers+find@" in text(none), "a wrong number is told", text(none))

    # --- not found, not understood ------------------------------------------------------------------
    (nothing,) = ask("bob@example.org", "heddle")
    ok("Nothing found" in field(nothing, "subject"), "nothing is said to be nothing", text(nothing))
    (how,) = ask("bob@example.org", "since:yesterday")
    ok(field(how, "subject") == "How to search Weavers" and '"warp tension"' in text(how), "what is no query is answered with how to ask", text(how))
    (lost,) = ask("ann@example.org", "", body="linen\n")
    ok("Linen sett" in text(lost), "a query in the text will do where the subject is lost", text(lost))
    (old,) = ask("bob@example.org", "find linen sett", "request")
    ok("Found in Weavers: linen sett" == field(old, "subject"), "so do the words of SPACE+request@", text(old))

    # --- who, and how often ---------------------------------------------------------------------------
    (closed,) = ask("eve@else.example", "warp")
    ok("searched by its members" in field(closed, "subject") and "Warp tension" not in text(closed) and "+join@" in text(closed),
       "a stranger is told who may search, and no more", text(closed))
    ok(ask("bob@example.org", "warp slack") == [], "the same question again is not answered within a day, for mail can be forged")
    ok(ask("bob@example.org", "warp", fields="Auto-Submitted: auto-replied\n") == [], "a machine is not answered")

    house.run("community", "set", "weavers", "visibility", "public")
    (public,) = ask("joe@else.example", "warp slack")
    ok(len(numbers(public)) == 2 and "left side" not in text(public), "who reads a public space may ask; the answer stays small", text(public))
    (given,) = ask("joe@else.example", numbers(public)[0], "get")
    ok("left side of the warp is slack" in text(given) and "ann@" not in given.as_string() and given.get_content_type() == "text/plain",
       "and gets the words without addresses", given.as_string())
    house.run("space", "create", "weavers", "guild", "--visibility", "private")
    house.post("bob@example.org", "guild+find@lists.example.org", "Subject: linen\n\n")
    house.settle()
    ok("searched by its members" in field(house.mailbox("bob@example.org")[-1], "subject"), "a private space answers those who are in it",
       text(house.mailbox("bob@example.org")[-1]))
done()
