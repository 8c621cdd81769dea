"""Mail as people's clients and machines write it: answers, vacation notices, delivery reports."""
import email.header
import email.policy
import email.utils
import re
import time


class Field(str):
    """A header field that is not taken apart before somebody asks, as email.policy.default does: most of its time."""
    @property
    def content_disposition(self):
        return self.partition(";")[0].strip().lower()


QUICK = email.policy.default.clone(
    header_factory=lambda name, value: Field(email.header.make_header(email.header.decode_header(value)) if "=?" in value else value))


def read(octets):
    """A mail, for those who read many."""
    return email.message_from_bytes(octets, policy=QUICK)


def field(mail, name):
    return re.sub(r"\s+", " ", str(mail[name] or "")).strip()


def address(mail, name="reply-to"):
    """The address in a field of a mail; of From where Reply-To is missing."""
    return email.utils.parseaddr(field(mail, name) or field(mail, "from"))[1]


def text(mail):
    """What a person reads first."""
    return mail.get_body(("plain",)).get_content()


def reply(house, mail, sender, said, to=None, now=None, quote=True, fields=""):
    """An answer as a client makes it: to Reply-To, with In-Reply-To, a quote below."""
    quoted = "".join(f"> {line}\n" for line in text(mail).splitlines()) if quote else ""
    subject = field(mail, "subject")
    house.post(sender, to or address(mail),
               f"Subject: {subject if subject.lower().startswith('re:') else 'Re: ' + subject}\n"
               f"In-Reply-To: {field(mail, 'message-id')}\nReferences: {field(mail, 'message-id')}\n{fields}\n"
               f"{said}\n\nOn Monday somebody wrote:\n{quoted}", now=now)


def bounce(house, verp, failed, status="5.1.1", action="failed", now=None, to=None):
    """A delivery report (RFC 3464) to the envelope sender of a copy."""
    house.accept("", to or verp, f"""From: MAILER-DAEMON@mx.example.org
To: {verp}
Subject: Undelivered Mail Returned to Sender
Message-ID: <{time.monotonic_ns()}@mx.example.org>
Date: Mon, 01 Jun 2026 08:00:00 +0000
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="xx"

--xx
Content-Type: text/plain

I could not deliver your message to {failed}.

--xx
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; {failed}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} no such user

--xx
Content-Type: text/rfc822-headers

Subject: something

--xx--
""", now=now)


def verp(mail):
    """The envelope sender of a copy, as the maildir keeps it."""
    return field(mail, "return-path").strip("<>")
