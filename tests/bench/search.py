"""Twenty mixed queries, each a fresh process with warm pages, against notmuch and mu on the same archive in the same run.

SEARCH_MBOX names the archives (mbox.gz), by default the largest of the corpora; SEARCH_RUNS how often each is asked. A peer
that is not installed is "skipped". Wanted: half of the fastest peer's median, and never slower at the worst."""
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))
from corpora import CORPORA  # noqa: E402
from house import House  # noqa: E402

RUNS = int(os.environ.get("SEARCH_RUNS", "5"))
ARCHIVES = os.environ.get("SEARCH_MBOX", f"{CORPORA}/mbox/usrp-users.mbox.gz").split(":")
LIMIT = 20
# Words, phrases, authors, subjects, dates, and what is nowhere.
QUERIES = ["usrp", "regression", "calibration", "underrun", "clock", "gnuradio", "gain phase", "reset firmware image", '"phase noise"',
           '"sample rate"', '"device not found"', "synchron*", "from:marcus", "from:leech gain", "subject:b210", "subject:error uhd",
           "since:2020-01 until:2020-03", "since:2023-06 until:2023-06 ethernet", "error -windows", "zzyzxnothing"]


def dates(query, form):
    """since: and until: in the words of a peer."""
    words = query.split()
    since = [word[6:] for word in words if word.startswith("since:")]
    until = [word[6:] for word in words if word.startswith("until:")]
    rest = [word for word in words if not word.startswith(("since:", "until:"))]
    return " ".join(rest + ([form(since[0], until[0])] if since else []))


def days(month):
    return {"02": 28, "04": 30, "06": 30, "09": 30, "11": 30}.get(month[5:], 31)


def for_notmuch(query):
    return dates(query, lambda since, until: f"date:{since}-01..{until}-{days(until)}")


def for_mu(query):
    words = dates(query, lambda since, until: f"date:{since.replace('-', '')}01..{until.replace('-', '')}{days(until)}")
    return " ".join(f"not {word[1:]}" if word.startswith("-") else word for word in words.split())


def timed(command, environment):
    begun = time.perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return (time.perf_counter() - begun) * 1000


def peers(house, maildir):
    """{name: (command of a query, its environment)} of those that are installed, their index made."""
    found = {}
    if shutil.which("notmuch"):
        (house.folder / "notmuch").write_text(f"[database]\npath={maildir}\n[user]\nname=x\nprimary_email=x@example.org\n[new]\ntags=new\n")
        environment = dict(os.environ, NOTMUCH_CONFIG=str(house.folder / "notmuch"))
        subprocess.run(["notmuch", "new", "--quiet"], env=environment, check=True)
        found["notmuch"] = (lambda query: ["notmuch", "search", f"--limit={LIMIT}", for_notmuch(query)], environment)
    if shutil.which("mu"):
        home = f"--muhome={house.folder / 'mu'}"
        subprocess.run(["mu", "init", home, f"--maildir={maildir}"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["mu", "index", home, "--quiet"], check=True, stdout=subprocess.DEVNULL)
        found["mu"] = (lambda query: ["mu", "find", home, f"--maxnum={LIMIT}", "--sortfield=date", "--reverse", for_mu(query)], dict(os.environ))
    return found


def main():
    if not all(Path(path).exists() for path in ARCHIVES):
        print(json.dumps({"bench": "search", "skipped": f"no {ARCHIVES}"}))
        return 0
    with House("search") as house:
        house.community("list")
        house.run("archive", "import", "list", *ARCHIVES)
        maildir = house.folder / "maildir"
        house.run("archive", "export", "list", "--format", "maildir", "-o", maildir)
        everybody = {"guildpost": (lambda query: house.command("archive", "search", "list", "--limit", LIMIT, *query.split(" ") if '"' not in query
                                                               else [query]), dict(os.environ)), **peers(house, maildir)}
        times = {name: {query: [] for query in QUERIES} for name in everybody}
        for run in range(RUNS + 1):  # in turns, so that a busy moment is everybody's; the first round warms
            for query in QUERIES:
                for name, (command, environment) in everybody.items():
                    spent = timed(command(query), environment)
                    if run > 0:
                        times[name][query].append(spent)
        each = {name: [statistics.median(spent) for spent in queries.values()] for name, queries in times.items()}
        figures = {name: {"median_ms": round(statistics.median(of), 1), "worst_ms": round(max(of), 1)} for name, of in each.items()}
        row = {"bench": "search", "messages": len(house.rows("archive", "list", "list")), "queries": len(QUERIES), **figures,
               "slowest": max(QUERIES, key=lambda query: statistics.median(times["guildpost"][query])),
               **{name: "skipped" for name in ("notmuch", "mu") if name not in figures}}
        others = [figures[name] for name in figures if name != "guildpost"]
        if others:
            row["median_ratio"] = round(figures["guildpost"]["median_ms"] / min(of["median_ms"] for of in others), 2)
            row["worst_ratio"] = round(figures["guildpost"]["worst_ms"] / min(of["worst_ms"] for of in others), 2)
            row["wanted"] = {"median_ratio": 0.5, "worst_ratio": 1}
        print(json.dumps(row), flush=True)
        return int(any(row[key] > limit for key, limit in row.get("wanted", {}).items()))


if __name__ == "__main__":
    sys.exit(main())
