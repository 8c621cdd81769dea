"""Mail that no person wrote: nothing goes out for it, and nothing is lost without a line (RCV-11 to RCV-14, RCV-17, DESIGN rule 11)."""
from house import done, ok
from letters import field, text
from living import Living

AUTOMATIC = {
    "a vacation notice": "Auto-Submitted: auto-replied\nSubject: Out of office\n",
    "one that only its words tell": "Subject: Out of Office: Sett\n",
    "one with Precedence alone": "Precedence: auto_reply\nSubject: Away\n",
    "an autoresponder's own field": "X-Autoreply: yes\nSubject: Away\n",
    "a build robot": "Auto-Submitted: auto-generated\nSubject: Build 17\n",
    "no-reply": "From: no-reply@shop.example\nSubject: Your order\n",
}

with Living("machines", extra="spam-header = X-Spam-Flag: YES\n") as house:
    house.community("weavers", steward="ruth@example.org", ann="each", bob="each")
    house.post("ann@example.org", "weavers@lists.example.org", "Subject: Sett\nMessage-ID: <one@example.org>\n\nWhich reed?\n")
    house.settle()
    (copy,) = house.mailbox("bob@example.org")
    everybody = ("ann@example.org", "bob@example.org", "ruth@example.org", "no-reply@shop.example")
    count = lambda: [len(house.mailbox(who)) for who in everybody]
    before = count()

    for says, fields in AUTOMATIC.items():
        sender = "" if says == "a build robot" else "bob@example.org"
        for recipient in ("weavers", "weavers+help", "weavers+join", "weavers+steward"):
            head = fields if "From:" in fields else "From: bob@example.org\n" + fields
            house.post(sender, f"{recipient}@lists.example.org", head + "\nI am away until Monday.\n")
        house.settle()
        ok(count() == before and house.rows("held", "list") == [], f"{says} is not posted, held or answered, at four addresses",
           (count(), before))
    ok(len(house.rows("archive", "list", "weavers")) == 1, "nor filed")
    ok(house.rows("inbox", "list") == [], "and nothing of it waits")

    house.accept("forward@else.example", "weavers@lists.example.org", copy.as_bytes())
    house.settle()
    ok(count() == before, "our own copy that comes back is dropped (RCV-11)", house.error)
    stripped = b"\n".join(line for line in copy.as_bytes().split(b"\n") if not line.startswith(b"List-"))
    house.accept("forward@else.example", "weavers@lists.example.org", stripped)
    house.settle()
    ok(count() == before, "also when a forwarder took the List-* fields off")

    house.post("bob@example.org", "weavers@lists.example.org", "X-Spam-Flag: YES\nSubject: Pills\n\nBuy.\n")
    house.settle()
    ok(count() == before and house.rows("held", "list") == [], "what our MTA calls spam is dropped")

    letter = "From: bob@example.org\nTo: weavers@lists.example.org\nSubject: Re: Sett\nMessage-ID: <two@example.org>\nIn-Reply-To: <one@example.org>\n\nA forty.\n"
    house.accept("bob@example.org", "weavers@lists.example.org", "Received: from mx1 by mx2; Mon, 01 Jun 2026 08:00:00 +0000\n" + letter)
    house.accept("bob@example.org", "weavers@lists.example.org", "Received: from mx3 by mx2; Mon, 01 Jun 2026 08:09:00 +0000\n" + letter)
    house.settle()
    ok(len(house.mailbox("ann@example.org")) == before[0] + 1, "what the MTA hands over twice acts once, though its trace differs (rule 11)",
       house.error)
    house.accept("bob@example.org", "weavers+join@lists.example.org", letter.replace("weavers@", "weavers+join@"))
    house.accept("bob@example.org", "weavers@lists.example.org", letter + "\n")
    house.accept("bob@example.org", "weavers@lists.example.org", letter.replace("A forty.", "A fifty."))
    house.settle()
    ok(len(house.mailbox("ann@example.org")) == before[0] + 1, "the same Message-ID with another body does not go out (RCV-17)")
    reasons = [row["reason"] for row in house.rows("held", "list")]
    ok("its Message-ID belongs to another post" in reasons, "it waits for a steward", reasons)
    (held,) = [row["id"] for row in house.rows("held", "list") if row["reason"] == "its Message-ID belongs to another post"][:1]
    house.run("held", "free", held)
    house.settle()
    late = house.mailbox("ann@example.org")[-1]
    ok("A fifty." in text(late) and field(late, "message-id") != "<two@example.org>", "who frees it, frees it under an id of its own",
       late.as_string())

    # addresses of every spelling reach the same place
    for spelling in ("WEAVERS@lists.example.org", "Weavers@LISTS.Example.Org", '"weavers"@lists.example.org'):
        house.post("ann@example.org", spelling, f"Subject: To {len(spelling)} {spelling[:1]}{spelling[1:2]}\n\nHello to {spelling.split('@')[0]}.\n")
    house.settle()
    got = [field(mail, "subject") for mail in house.mailbox("bob@example.org") if field(mail, "subject").startswith("To ")]
    ok(len(got) == 3, "upper-case and quoted forms of the address post", got)

    # what is for people goes to people
    for box in ("postmaster", "ABUSE"):
        house.post("", f"{box}@lists.example.org", f"From: abuse-desk@isp.example\nAuto-Submitted: auto-generated\nSubject: Complaint to {box}\n\nSee below.\n")
    house.settle()
    mails = house.mailbox("postmaster@example.org")
    ok([field(mail, "subject") for mail in mails] == ["[postmaster@lists.example.org] Complaint to postmaster", "[ABUSE@lists.example.org] Complaint to ABUSE"],
       "postmaster@ and abuse@ go to the operator, also from machines (RFC 2142)", [field(mail, "subject") for mail in mails])
    ok(any(part.get_content_type() == "message/rfc822" for part in mails[0].walk()), "whole")
    house.accept("", "postmaster@lists.example.org", mails[0].as_bytes())
    house.settle()
    ok(len(house.mailbox("postmaster@example.org")) == 2, "our own report that comes back to us is not sent round again")

    house.post("kim@else.example", "weavers+steward@lists.example.org", "From: Kim <kim@else.example>\nSubject: A wish\n\nMay I visit?\n")
    house.post("kim@else.example", "owner-weavers@lists.example.org", "From: Kim <kim@else.example>\nSubject: Another\n\nAnd when?\n")
    house.settle()
    wish, another = house.mailbox("ruth@example.org")[-2:]
    ok("May I visit?" in text(wish) and field(wish, "reply-to") == "kim@else.example", "mail to the stewards reaches them, and a reply its author", wish.as_string())
    ok("And when?" in text(another), "owner- in front is the same address (ADR-05)")
done()
