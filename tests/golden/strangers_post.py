"""A stranger writes; the stewards decide by one word; silence has an end (PRODUCT.md section 8)."""
from house import House, done, ok
from letters import address, field, reply, text


def subjects(house, who):
    return [field(mail, "subject") for mail in house.mailbox(who)]


with House("stranger") as house:
    house.community("weavers", steward="ruth@example.org", ann="each")
    house.run("member", "add", "weavers", "otto@example.org", "--name", "Otto", "--role", "steward")

    for number, subject in enumerate(("Looms for sale", "Cheap watches", "A question")):
        house.post("sam@else.example", "weavers@lists.example.org",
                   f"From: \"Sam, the Stranger\" <sam@else.example>\nSubject: {subject}\n\nGood day,\nmay I say something?\nFrom Sam\n")
    house.settle()
    ok(house.mailbox("ann@example.org") == [], "a stranger's post does not go out")
    ok([row["reason"] for row in house.rows("held", "list", "weavers")] == ["the author is not a member"] * 3, "it waits, with its reason")
    ok(subjects(house, "sam@else.example") == ["Your post to Weavers waits for a steward"], "its author is told once, not three times (RCV-16)",
       subjects(house, "sam@else.example"))
    ruth, otto = house.mailbox("ruth@example.org"), house.mailbox("otto@example.org")
    ok(len(ruth) == len(otto) == 3, "each steward gets a mail for each")
    looms, watches, question = ruth
    ok("may I say something?" in text(looms) and "sam@else.example" in text(looms) and "not a member" in text(looms), "it shows the post, its author and the reason", text(looms))
    ok("free" in text(looms) and "refuse WHY" in text(looms) and "Why you got this" in text(looms), "and the words, and why it came")
    attached = [part for part in looms.walk() if part.get_content_type() == "message/rfc822"]
    ok(len(attached) == 1 and field(attached[0].get_content(), "subject") == "Looms for sale", "the whole post is attached")
    ok(address(looms).startswith("weavers+h") and address(looms) != address(watches), "each with a token of its own")

    reply(house, looms, "ruth@example.org", "hm, let me think")
    house.settle()
    unclear = house.mailbox("ruth@example.org")[-1]
    ok("What shall happen" in field(unclear, "subject") and "hm, let me think" in text(unclear), "a wrong word is answered once, with numbered choices", text(unclear))
    ok("1 free" in text(unclear) and len(house.rows("held", "list")) == 3, "and changes nothing")

    reply(house, unclear, "ruth@example.org", "Free.")
    house.settle()
    (copy,) = house.mailbox("ann@example.org")
    ok(field(copy, "subject") == "Looms for sale" and "From Sam" in text(copy), "free lets it out", copy.as_string())
    ok(subjects(house, "sam@else.example")[1:] == ["Your post to Weavers is out"], "its author, who gets no copies, is told")
    told = house.mailbox("otto@example.org")[-1]
    ok("settled" in field(told, "subject") and "let this post through" in text(told) and "ruth" in text(told).lower(), "the other steward is told who did it", text(told))
    ok("ruth@example.org" not in [field(mail, "to") for mail in house.mailbox("ruth@example.org") if "settled" in field(mail, "subject")], "who did it is not")

    reply(house, otto[0], "otto@example.org", "refuse spam")
    house.settle()
    ok("settled already" in field(house.mailbox("otto@example.org")[-1], "subject"), "the first answer wins; who comes later hears it")
    ok(len(house.rows("archive", "list", "weavers")) == 1, "and the post stays out there")

    reply(house, watches, "ruth@example.org", "REFUSE we do not sell here, see https://market.example")
    house.settle()
    refused = house.mailbox("sam@else.example")[-1]
    ok("not sent on" in field(refused, "subject") and "we do not sell here, see https://market.example" in text(refused), "refuse sends the reason to the author", text(refused))
    ok(len(house.mailbox("ann@example.org")) == 1, "and nothing to the members")

    local, _, domain = address(question).partition("@")
    flipped = local[:-1] + ("2" if local[-1] != "2" else "3") + "@" + domain
    house.accept("mallory@evil.example", flipped, "From: mallory@evil.example\nSubject: free\n\nfree\n", status=67)
    ok(len(house.rows("held", "list")) == 1, "an address that was not mailed settles nothing (SEC-02)")

    day, three = "2026-06-02T08:01:00Z", "2026-06-04T08:01:00Z"
    house.settle(now="2026-06-02T07:59:00Z")
    before = len(house.mailbox("ruth@example.org"))
    house.settle(now=day)
    again = house.mailbox("ruth@example.org")[-1]
    ok(len(house.mailbox("ruth@example.org")) == before + 1 and "still waits" in field(again, "subject"), "after 24 hours of silence the stewards are called again", subjects(house, "ruth@example.org"))
    house.settle(now=day)
    ok(len(house.mailbox("ruth@example.org")) == before + 1, "once")
    house.settle(now=three)
    back = house.mailbox("sam@else.example")[-1]
    ok("Sorry" in field(back, "subject") and any(part.get_content_type() == "message/rfc822" for part in back.walk()), "after 72 hours it goes back to its author, with an apology and the post", field(back, "subject"))
    ok(house.rows("held", "list") == [], "and waits no longer")
    ok(any("Nobody answered for three days" in text(mail) for mail in house.mailbox("ruth@example.org")), "the stewards hear of that, too", subjects(house, "ruth@example.org"))

    # by hand
    for subject in ("By hand", "By hand too"):
        house.post("kim@else.example", "weavers@lists.example.org", f"Subject: {subject}\n\nHello there.\n")
    house.settle()
    first, second = (row["id"] for row in house.rows("held", "list", "weavers"))
    ok("Hello there." in house.run("held", "show", first), "held show shows the message")
    house.run("held", "free", first)
    house.run("held", "refuse", second, "not", "here")
    house.settle()
    ok(len(house.mailbox("ann@example.org")) == 2 and "not here" in text(house.mailbox("kim@else.example")[-1]), "free and refuse work by hand")
    house.run("held", "free", first, status=69)
    ok("freed already" in house.error, "the second time says that nothing was changed", house.error)
    house.run("held", "free", 999, status=67)
    house.run("held", "free", "abc", status=64)

    # other reasons to wait, and to be refused
    house.run("space", "create", "weavers", "news", "--posting", "stewards")
    house.post("ann@example.org", "news@lists.example.org", "Subject: My news\n\nMay I?\n")
    house.settle()
    ok("only stewards post here" in text(house.mailbox("ann@example.org")[-1]), "where only stewards post a member is refused politely", text(house.mailbox("ann@example.org")[-1]))
    house.run("space", "set", "weavers", "first-posts", "held")
    house.run("member", "add", "weavers", "eve@example.org", "--delivery", "each")
    house.post("eve@example.org", "weavers@lists.example.org", "Subject: My first\n\nHello.\n")
    house.accept("two@else.example", "weavers@lists.example.org", "From: ann@example.org\nFrom: eve@example.org\nSubject: Two of us\nMessage-ID: <two@else.example>\n\nHi\n")
    house.accept("nest@other.example", "weavers@lists.example.org", "From: ann@example.org\nSubject: Nested\nList-Id: <other.example>\nMessage-ID: <nest@else.example>\n\nHi\n")
    house.settle()
    reasons = {row["subject"]: row["reason"] for row in house.rows("held", "list")}
    ok(reasons.get("My first") == "it is the author's first post here", "a first post waits where the space says so", reasons)
    ok(reasons.get("Two of us") == "the message names several authors", "two authors wait (RCV-20)", reasons)
    ok(reasons.get("Nested") == "it comes from another mailing list", "another list's mail waits (RCV-13)", reasons)
done()
