"""Conversations joined and parted by a steward's mail to SPACE+thread@, remembered when all is read again."""
from house import House, done, ok
from letters import field, reply, text

POSTS = [("a", "Sett", ""), ("b", "Re: Sett", "a"), ("c", "Re: Sett", "b"), ("x", "Dye", "")]
PROOF = ("Authentication-Results: mx.example.org; dmarc=pass header.from=example.org\n"
         "Received: from client.example by mx.example.org with ESMTP; Mon, 1 Jun 2026 08:00:00 +0000\n")

with House("threads", extra="trusted-authserv-id = mx.example.org\n") as house:
    house.community("weavers", ann="each", steward="ruth@example.org")
    for name, subject, cites in POSTS:
        fields = f"References: <{cites}@example.org>\n" if cites else ""
        house.post("ann@example.org", "weavers@lists.example.org", f"Subject: {subject}\nMessage-ID: <{name}@example.org>\n{fields}\nText of {name}.\n")
    house.settle()
    rows = lambda: {row["message_id"][1]: row for row in house.rows("archive", "list", "weavers")}
    shape = lambda: sorted("".join(sorted(name for name, row in rows().items() if row["thread"] == thread)) for thread in {row["thread"] for row in rows().values()})

    def write(who, subject, body="", proof=PROOF):
        """What comes back for it."""
        before = len(house.mailbox(who))
        house.post(who, "weavers+thread@lists.example.org", f"{proof}Subject: {subject}\n\n{body}")
        house.settle()
        (mail,) = house.mailbox(who)[before:]
        return mail

    ok(shape() == ["abc", "x"], "two conversations to begin with", shape())
    asked = write("ruth@example.org", f"split {rows()['b']['id']}", proof="")
    ok(f"thread split {rows()['b']['id']}" in text(asked) and "Mail can be forged" in text(asked) and shape() == ["abc", "x"],
       "a steward who is not proved is asked first", text(asked))
    reply(house, asked, "ruth@example.org", "yes")
    house.settle()
    told = house.mailbox("ruth@example.org")[-1]
    ok(shape() == ["a", "bc", "x"], "a post leaves with what answers it", shape())
    ok(field(told, "subject") == "Conversations of Weavers: one is two now" and f"weavers+{rows()['b']['thread']}@" in text(told), "and the new address is told", text(told))
    told = write("ruth@example.org", "", f"join weavers+{rows()['x']['thread']}@lists.example.org {rows()['a']['thread']}\n")
    ok(shape() == ["ax", "bc"] and f"weavers+{rows()['a']['thread']}@" in text(told), "two become one, named by address or by name, in the text as well", (shape(), text(told)))
    house.run("archive", "reindex", "weavers")
    ok(shape() == ["ax", "bc"], "a reindex keeps it", shape())
    acts = [(row["act"], row["who"]) for row in house.rows("ledger", "weavers") if row["act"].startswith("thread.")]
    ok(acts == [("thread.split", "ruth@example.org"), ("thread.join", "ruth@example.org")], "the ledger knows who", acts)

    for subject, says in [("join t9999 " + rows()["a"]["thread"], "no such conversation"), ("split 4711", "no such conversation"),
                          (f"join {rows()['a']['thread']} {rows()['x']['thread']}", "one conversation already"),
                          (f"split {rows()['b']['id']}", "begins its conversation")]:
        told = write("ruth@example.org", subject)
        ok(says in " ".join(text(told).split()) and "nothing was changed" in field(told, "subject"), f"{subject.split()[0]}: {says}", text(told))
    told = write("ruth@example.org", "please tidy up")
    ok("did not understand" in text(told) and "join t9k2h t7xyz" in text(told) and all(len(line) <= 72 for line in text(told).splitlines()),
       "what is not understood is answered with how to say it", text(told))
    told = write("ann@example.org", f"split {rows()['c']['id']}")
    ok(shape() == ["ax", "bc"] and "join t9k2h" not in text(told), "to others the word is none that we know", text(told))
done()
