"""Conversations, against two who drew them before: Mail::Thread (jwz-expected.tsv) and the R lists (threads-expected.tsv).

A message agrees when it hangs where the other one hangs it: under the same parent (jwz), or in the thread of our parent and
not as a root where it is none there (the R lists, which name threads and depths, not parents). What differs is sorted by
what the mail's own header says; README tells why each sort is as it should be.
"""
import csv
import email.parser
import email.policy
import gzip
import re
from collections import Counter, defaultdict
from datetime import datetime
from functools import cache

from corpora import corpus, members
from house import House
from rows import Row

PREFIX = re.compile(r"(?:\s*(?:\[[^]]*\]\s*)*)(?:re|aw|antw|sv|vs|odp)(?:\[\d+\]|\^\d+|\(\d+\))?\s*:", re.I)
NOISE = re.compile(r"^(?:\s|\[[^]]*\]|(?:re|aw|antw|sv|vs|odp|fwd?|wg)(?:\[\d+\]|\^\d+|\(\d+\))?\s*:)+", re.I)
MONTH = 31 * 86400


def table(name):
    """Rows of a .tsv by the names in its header line."""
    with open(corpus(name), newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def split_mbox(octets):
    return [part.split(b"\n", 1)[1] for part in re.split(rb"(?m)^(?=From .*\n)", octets) if part.startswith(b"From ")]


def header(octets):
    fields = email.parser.BytesHeaderParser(policy=email.policy.compat32).parsebytes(octets)
    return {"id": "".join(re.findall(r"<[^<>\s]+>", str(fields.get("message-id", "")))[:1]),
            "cites": re.findall(r"<[^<>\s]+>", f"{fields.get('references', '')} {fields.get('in-reply-to', '')}"),
            "subject": re.sub(r"\s+", " ", str(fields.get("subject", "")))}


def imported(house, space, *paths):
    """Message-ID without brackets -> row of `archive list`."""
    house.community(space)
    house.run("archive", "import", space, *paths, status=None)
    return {row["message_id"].strip("<>"): row for row in house.rows("archive", "list", space)}


# --- Mail::Thread ---------------------------------------------------------------------------------------------------------
def sources(house, name):
    """The files of one set of jwz-expected.tsv, as something that can be imported."""
    if name.startswith("mbox/"):
        return [corpus(name)]
    folder = house.folder / name.replace("/", "-")
    folder.mkdir()
    for inside, octets in members("threading.tar.gz").items():
        if inside == name or inside.startswith(name + "/"):
            for number, one in enumerate(split_mbox(octets) if name.endswith(".mbox") else [octets]):
                (folder / f"{inside.replace('/', '-')}-{number:04}.eml").write_bytes(one)
    return [folder]


def present_elder(rows, parent):
    """Mail::Thread keeps ghosts; the nearest elder that is there."""
    for _ in range(100):
        if parent not in rows or rows[parent]["present"] == "1":
            break
        parent = rows[parent]["parent_id"]
    return parent if parent in rows else "-"


def jwz():
    sets, wrong, total = defaultdict(dict), [], 0
    for row in table("jwz-expected.tsv"):
        sets[row["set"]][row["message_id"]] = row
    with House("threads") as house:
        for number, (name, rows) in enumerate(sets.items()):
            ours = imported(house, f"set{number}", *sources(house, name))
            for message_id, row in rows.items():
                if row["present"] != "1":
                    continue
                total += 1
                wanted = present_elder(rows, row["parent_id"])
                got = (ours.get(message_id, {"parent": "not here"})["parent"] or "-").strip("<>")
                if got != wanted:
                    wrong.append(f"{name}: {message_id} hangs under {got}, there under {wanted}")
    return Row("messages that hang where Mail::Thread hangs them", total - len(wrong), total, 0.99, wrong)


# --- the R lists -----------------------------------------------------------------------------------------------------------
def base(subject):
    return NOISE.sub("", subject).strip().lower()


def seconds(row):
    return datetime.fromisoformat(row["date"].replace("Z", "+00:00")).timestamp()


def why(row, parent, head, parent_head):
    """What the mail's own header says for our way, "" when nothing does."""
    if parent is not None and parent["message_id"] in head["cites"]:
        return "the mail names its parent, upstream parts them"
    if not head["cites"] and parent is None and not PREFIX.match(head["subject"]):
        return "the mail cites nothing and is no reply by its subject, upstream joins it"
    if not head["cites"] and parent is not None and PREFIX.match(head["subject"]) and \
            base(head["subject"]) == base(parent_head["subject"]) and abs(seconds(row) - seconds(parent)) < MONTH:
        return "a reply that cites nothing, by its subject and date, upstream parts them"
    return ""


@cache
def r_lists():
    """(messages, those that agree, Counter of reasons, those without one)"""
    lists, reasons, unexplained, total, agree = defaultdict(dict), Counter(), [], 0, 0
    for row in table("threads-expected.tsv"):
        lists[row["list"]][row["message_id"].strip().strip("<>")] = row
    with House("threads") as house:
        for name, wanted in lists.items():
            path = corpus(f"mbox/{name}.mbox.gz")
            ours = imported(house, name[:20].strip("-"), path)
            with gzip.open(path) as file:
                heads = {head["id"].strip("<>"): head for head in map(header, split_mbox(file.read()))}
            for message_id in wanted.keys() & ours.keys() & heads.keys():
                row, total = ours[message_id], total + 1
                parent = ours[row["parent"].strip("<>")] if row["parent"] else None
                there = wanted.get(row["parent"].strip("<>")) if row["parent"] else None
                if (there is not None and there["thread_id"] == wanted[message_id]["thread_id"]) or \
                        (parent is None and wanted[message_id]["depth"] == "0"):
                    agree += 1
                    continue
                reason = why(row, parent, heads[message_id], heads.get((row["parent"] or "").strip("<>"), {"subject": ""}))
                reasons[reason] += 1
                if not reason:
                    unexplained.append(f"{name}: {row['subject']} {row['date']} {row['message_id']} under {row['parent']}")
    return total, agree, reasons, unexplained


def lists_alone():
    total, agree, reasons, _ = r_lists()
    return Row("messages of the R lists that hang where upstream hangs them", agree, total, 0.89,
               [f"{count} {reason or 'unexplained'}" for reason, count in reasons.most_common()])


def lists():
    total, _, _, unexplained = r_lists()
    return Row("the same, or where the mail's own header has them", total - len(unexplained), total, 0.99, unexplained)


MEASURES = [jwz, lists_alone, lists]
