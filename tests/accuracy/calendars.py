"""Calendar files, against an independent reader: python3-icalendar, which shares no code with libical."""
import base64
import email
import email.policy
import sys

from corpora import Absent, as_mail, explain_all, members
from rows import Row

ENDINGS = (".ics", ".ical", ".vcs", ".fixme")
PART_MAX = 256 * 1024  # what a part may have before it is left alone (DESIGN.md, limits before libraries)
EVENTS_MAX = 200
KINDS = ("VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY")
DEBIAN = "/usr/lib/python3/dist-packages"  # where the package is, also for a python3 that is not Debian's


def judge():
    if DEBIAN not in sys.path:
        sys.path.append(DEBIAN)
    try:
        import icalendar
    except ImportError:
        raise Absent("python3-icalendar is not installed") from None
    return icalendar


def events_of(octets):
    """[(uid, sequence, method)] as the independent reader has them; None when it does not read the file."""
    icalendar = judge()
    try:
        found = []
        for calendar in icalendar.Calendar.from_ical(octets, multiple=True):
            if calendar.name != "VCALENDAR":
                continue
            method = str(calendar.get("METHOD", "")).strip().upper()
            # Of a calendar without events what else it holds counts.
            found_kinds = [kind for kind in KINDS if calendar.walk(kind)]
            for event in calendar.walk(found_kinds[0]) if found_kinds else []:
                found.append((str(event.get("UID", "")).strip().lower(), int(event.get("SEQUENCE", 0)), method))
        return found
    except Exception:  # whatever it says: it does not read the file
        return None


def parts_of(octets):
    """Calendar parts of a mail, decoded."""
    mail = email.message_from_bytes(octets, policy=email.policy.compat32)
    for part in mail.walk():
        name = part.get_filename() or ""
        if part.get_content_type() in ("text/calendar", "application/ics") or name.lower().endswith(".ics"):
            yield part.get_payload(decode=True) or b""


def samples():
    """{name: (mail, events)} of files and mails that the independent reader reads and that hold an event."""
    found = {}
    for name, octets in members("ical.tar.gz").items():
        if name.lower().endswith((".eml", ".mime")):
            events = []
            for part in parts_of(octets):
                events += events_of(part) or []
            mail = octets
        elif name.lower().endswith(ENDINGS) or octets.lstrip(b"\xef\xbb\xbf\r\n ").startswith(b"BEGIN:VCALENDAR"):
            events = events_of(octets)
            mail = as_mail(base64.encodebytes(octets), "text/calendar; charset=utf-8", "Content-Transfer-Encoding: base64\n")
        else:
            continue
        if events and len(octets) <= PART_MAX and len(events) <= EVENTS_MAX:
            found[name] = mail, events
    return found


def files():
    found = samples()
    rows, fault = explain_all({name: mail for name, (mail, _) in found.items()})
    missed = [fault] if fault else []
    for name, (_, wanted) in found.items():
        got = [(row["uid"].strip().lower(), row["sequence"], row["method"]) for row in rows[name]["calendar"]]
        if sorted(got) != sorted(wanted):
            missed.append(f"{name}: {sorted(set(got) - set(wanted))[:3]} for {sorted(set(wanted) - set(got))[:3]}, {len(got)} of {len(wanted)} events")
    return Row("calendar files read as an independent reader does", len(found) - len(missed), len(found), 1, missed)


MEASURES = [files]
