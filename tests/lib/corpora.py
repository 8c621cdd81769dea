"""Real mail for tests: the corpora (GP_CORPORA, or ../shared/corpora beside the checkout), and `explain` over them."""
import json
import os
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

from house import PROGRAM, ROOT

CORPORA = Path(os.environ.get("GP_CORPORA") or ROOT.parent / "shared" / "corpora")
# Kinds of mail that no person wrote; `list` is mail of people.
AUTOMATIC = {"auto-reply", "bounce", "complaint", "notification", "loop"}


class Absent(Exception):
    """A corpus, or a program to compare with, is not here: its row is skipped."""


def corpus(name):
    path = CORPORA / name
    if not path.exists():
        raise Absent(f"no {name} in {CORPORA}")
    return path


def table(name):
    """Rows of a .tsv below its header line."""
    return [line.split("\t") for line in corpus(name).read_text().splitlines()[1:]]


def members(tar):
    """{name: octets} of a .tar.gz."""
    with tarfile.open(corpus(tar)) as archive:
        return {member.name.removeprefix("./"): archive.extractfile(member).read() for member in archive if member.isfile()}


def mails(tar):
    """Those members that are mail, or junk that came as mail."""
    return {name: octets for name, octets in members(tar).items() if name.endswith((".eml", ".msg", ".txt", ".mbox", ".mbx")) and octets}


def mboxes():
    corpus("mbox")
    return sorted((CORPORA / "mbox").glob("*.mbox.gz"))


def as_mbox(messages):
    """mboxrd: each message gains its From line, and a mark on lines of its own that look like one."""
    out = []
    for octets in messages:
        octets = re.sub(rb"\A>?From [^\n]*\n", b"", octets)
        octets = re.sub(rb"^(>*From )", rb">\1", octets, flags=re.M)
        out.append(b"From x Thu Jan  1 00:00:00 2026\n" + octets + b"\n\n")
    return b"".join(out)


def explain(path, program=PROGRAM):
    """Rows, exit status, what was said on standard error."""
    run = subprocess.run([program, "--json", "explain", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=1800)
    return [json.loads(line) for line in run.stdout.splitlines()], run.returncode, run.stderr.decode("utf-8", "replace")


def explain_all(named, program=PROGRAM):
    """{name: row} of messages explained in one go, and the fault, "" when there was none."""
    with tempfile.NamedTemporaryFile(suffix=".mbox") as file:
        file.write(as_mbox(named.values()))
        file.flush()
        rows, status, error = explain(file.name, program)
    fault = "" if status == 0 and len(rows) == len(named) and "Sanitizer" not in error else (
        f"{len(rows)} of {len(named)} rows, status {status}\n{error[-3000:]}")
    return dict(zip(named, rows)), fault


def as_mail(octets, content_type="text/plain; charset=utf-8", extra=""):
    """A file as the body of a small mail."""
    return (f"From: ann@example.org\nSubject: a sample\nMIME-Version: 1.0\nContent-Type: {content_type}\n{extra}\n").encode() + octets
