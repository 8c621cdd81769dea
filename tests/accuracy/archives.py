"""Every message of every archive is read: no crash, no leak, no word from a sanitizer; and people are not taken for machines."""
import gzip
from functools import cache

from corpora import AUTOMATIC, Absent, explain, explain_all, mails, mboxes
from house import BUILD, PROGRAM
from rows import Row

TARS = ("mime.tar.gz", "phishing.tar.gz", "dsn.tar.gz", "autoreply.tar.gz", "dkim.tar.gz", "threading.tar.gz", "quote.tar.gz")
ORDINARY_LESS = "spamassassin"  # folders of spam, newsletters and the like


@cache
def read_archive(path):
    return explain(path)


def count(path):
    with gzip.open(path) as file:
        return sum(line.startswith(b"From ") for line in file)


def faults(runs, what):
    """runs: [(name, rows, messages, fault)]."""
    good = sum(rows for _, rows, _, fault in runs if "Sanitizer" not in fault)
    return Row(what, good, sum(messages for _, _, messages, _ in runs), 1, [f"{name}: {fault}" for name, _, _, fault in runs if fault])


def fault_of(rows, status, error, wanted):
    return "" if status == 0 and rows == wanted and "Sanitizer" not in error else f"{rows} of {wanted}, status {status}: {error[-2000:]}"


def every_message():
    runs = []
    for path in mboxes():
        rows, status, error = read_archive(path)
        runs.append((path.name, len(rows), count(path), fault_of(len(rows), status, error, count(path))))
    return faults(runs, "messages of the archives read without a fault")


def every_fixture(program=PROGRAM, what="sample mails read without a fault"):
    runs = []
    for tar in TARS:
        named = mails(tar)
        rows, fault = explain_all(named, program)
        runs.append((tar, len(rows), len(named), fault))
    return faults(runs, what)


def sanitized():
    """All of it once more in the build with ASan and UBSan, whose reader also tells of leaks when it ends."""
    program = BUILD / "asan" / "guildpost"
    if not program.exists():
        raise Absent(f"{program} is not built: make accuracy")
    runs = [("samples", row.good, row.total, "\n".join(row.missed)) for row in [every_fixture(program)]]
    for path in mboxes():
        rows, status, error = explain(path, program)
        runs.append((path.name, len(rows), count(path), fault_of(len(rows), status, error, count(path))))
    return faults(runs, "archives and samples without a sanitizer's report")


def people():
    wrong, total = [], 0
    for path in mboxes():
        if ORDINARY_LESS not in path.name:
            rows = read_archive(path)[0]
            total += len(rows)
            wrong += [f"{path.name}: {row['kind']}: {row['subject']} ({row['why']})" for row in rows if row["kind"] in AUTOMATIC]
    return Row("posts of the archives not taken for automatic mail", total - len(wrong), total, 0.998, wrong)


MEASURES = [every_message, every_fixture, people, sanitized]
