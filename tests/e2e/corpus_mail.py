#!/usr/bin/env python3
"""Real mail, read by the real binary: every message without a fault, and floors under what is understood of it.

Needs the corpora (GP_CORPORA, or ../shared/corpora beside the checkout). The floors are what was reached, less a little:
they catch a step back, the figures themselves are printed.
"""
import json
import os
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

from house import PROGRAM, ROOT, done, ok, skip

CORPORA = Path(os.environ.get("GP_CORPORA") or ROOT.parent / "shared" / "corpora")
AUTOMATIC = {"auto-reply", "bounce", "complaint", "notification", "loop"}


def members(tar):
    with tarfile.open(CORPORA / tar) as archive:
        return {member.name.removeprefix("./"): archive.extractfile(member).read() for member in archive if member.isfile()}


def as_mbox(messages):
    """mboxrd: each message gains its From line, and a mark on lines of its own that look like one."""
    out = []
    for octets in messages:
        octets = re.sub(rb"\A>?From [^\n]*\n", b"", octets)
        octets = re.sub(rb"^(>*From )", rb">\1", octets, flags=re.M)
        out.append(b"From x Thu Jan  1 00:00:00 2026\n" + octets + b"\n\n")
    return b"".join(out)


def explain(path):
    """Rows, exit status, what was said on standard error."""
    run = subprocess.run([PROGRAM, "--json", "explain", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600)
    return [json.loads(line) for line in run.stdout.splitlines()], run.returncode, run.stderr.decode("utf-8", "replace")


def explain_all(named):
    """{name: row} of messages explained in one go."""
    with tempfile.NamedTemporaryFile(suffix=".mbox") as file:
        file.write(as_mbox(named.values()))
        file.flush()
        rows, status, error = explain(file.name)
    ok(status == 0 and len(rows) == len(named), f"{len(named)} messages are read without a fault", f"{len(rows)} rows, {status}\n{error[-2000:]}")
    return dict(zip(named, rows))


def share(good, total, least, what, missed=()):
    ok(total > 0 and good / total >= least, f"{what}: {good} of {total} ({100 * good / max(total, 1):.1f} %, floor {100 * least:g} %)",
       "\n".join(map(str, missed)))


def archives():
    ordinary = wrong = 0
    for path in sorted((CORPORA / "mbox").glob("*.mbox.gz")):
        rows, status, error = explain(path)
        ok(status == 0 and rows, f"{path.name}: {len(rows)} messages are read without a fault", error[-2000:])
        if "spamassassin" not in path.name:
            ordinary += len(rows)
            wrong += sum(row["kind"] in AUTOMATIC for row in rows)
    share(ordinary - wrong, ordinary, 0.998, "posts of the archives that are not taken for automatic mail")


def kinds():
    want = [line.split("\t") for line in (CORPORA / "autoreply-expected.tsv").read_text().splitlines()[1:]]
    named = {name: octets for tar in ("autoreply.tar.gz", "dsn.tar.gz") for name, octets in ((f"{tar}:{k}", v) for k, v in members(tar).items())
             if name in {row[0] for row in want}}
    rows = explain_all(named)
    missed = [(name, label, rows[name]["kind"]) for name, label, _ in want
              if (rows[name]["kind"] in AUTOMATIC) != (label in ("vacation", "challenge-response") or name.endswith("non-autoreply.msg"))]
    share(len(want) - len(missed), len(want), 1, "auto-replies told from people who mention their absence", missed)


def reports():
    label = dict(line.split("\t")[:2] for line in (CORPORA / "autoreply-expected.tsv").read_text().splitlines()[1:])
    rows = explain_all({name: octets for name, octets in members("dsn.tar.gz").items()})
    total = good = 0
    for line in (CORPORA / "dsn-expected.tsv").read_text().splitlines()[1:]:
        name, address, wanted, status, *_ = line.split("\t")
        if status == "5.2.2" or label.get(f"dsn.tar.gz:{name}", "not-an-autoreply") != "not-an-autoreply":
            continue
        got = {row["recipient"].lower(): row["verdict"].replace("policy", "permanent") for row in rows[name]["bounce"]}
        total += 1
        if wanted == "ignore":
            good += all(verdict == "ignore" for verdict in got.values())
        elif address == "-":
            good += wanted in got.values()
        else:
            good += got.get(address.lower()) == wanted
    share(good, total, 0.88, "reports of delivery: address and class")


def own_words():
    files = members("quote.tar.gz")
    lines = lambda text: [line.strip() for line in text.splitlines() if line.strip() and not line.startswith(">")]
    named = {name: b"From: a@b.example\nContent-Type: text/plain; charset=utf-8\n\n" + octets.replace(b"\r\n", b"\n")
             for name, octets in files.items() if name.startswith("email_reply_trimmer/emails/")}
    rows = explain_all(named)
    missed = [name for name in named
              if lines(rows[name]["own_text"]) != lines(files[name.replace("/emails/", "/trimmed/")].decode("utf-8", "replace"))]
    share(len(named) - len(missed), len(named), 0.95, "own text as expected", missed)


def main():
    if not CORPORA.is_dir():
        skip("real mail is read", "no corpora beside the checkout")
        return
    named = {name: octets for name, octets in members("mime.tar.gz").items() if name.endswith((".eml", ".msg", ".txt", ".mbox")) and octets}
    explain_all(named)
    explain_all(members("phishing.tar.gz"))
    kinds()
    reports()
    own_words()
    archives()


main()
done()
