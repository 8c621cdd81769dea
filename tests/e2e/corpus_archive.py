"""Real archives: they come in whole, go out octet for octet, and their threads agree with what others made of them.

The smaller ones alone, for they take a minute all together; GP_WHOLE=1 takes every archive there is."""
import csv
import gzip
import os
import re
from collections import Counter, defaultdict
from pathlib import Path

from house import House, ROOT, done, ok, skip

CORPORA = Path(os.environ.get("GP_CORPORA") or ROOT.parent / "shared" / "corpora")
WHOLE = bool(os.environ.get("GP_WHOLE"))
SMALL = 600_000  # octets, packed


def messages(octets):
    return re.split(rb"(?m)^From .*\n", octets)[1:]


def jwz(name):
    """Message-id to (root, parent), where a ghost yields to its nearest elder that is present."""
    found, path = {}, []
    with open(CORPORA / "jwz-expected.tsv", newline="") as rows:
        for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["set"] != name:
                continue
            path = path[:int(row["depth"])]
            elders = [msgid for msgid, present in path if present]
            path.append((row["message_id"], row["present"] == "1"))
            if row["present"] == "1" and row["message_id"] not in found:
                found[row["message_id"]] = (path[0][0], elders[-1] if elders else None)
    return found


def same_company(ours, theirs):
    """Share of messages that stand with exactly the same others in both."""
    both = ours.keys() & theirs.keys()
    groups = []
    for threads in (ours, theirs):
        company = defaultdict(set)
        for msgid in both:
            company[threads[msgid]].add(msgid)
        groups.append(company)
    same = sum(1 for msgid in both if groups[0][ours[msgid]] == groups[1][theirs[msgid]])
    return same / max(len(both), 1), len(both)


def threads_of(house, space):
    posts = house.rows("archive", "list", space)
    bare = lambda msgid: msgid[1:-1] if msgid else None
    return ({bare(post["message_id"]): post["thread"] for post in posts},
            {bare(post["message_id"]): bare(post["parent"]) for post in posts})


def whole(house, name, file):
    octets = gzip.decompress(file.read_bytes())
    written = messages(octets)
    house.community(name)
    (row,) = house.rows("archive", "import", name, file)
    ok(row["read"] == len(written) and row["imported"] + row["duplicates"] == row["read"] and row["skipped"] == 0,
       f"{file.name}: all {len(written)} messages are in ({row['duplicates']} stand in it twice, {row['reused_ids']} bear a used id)", row)
    (again,) = house.rows("archive", "import", name, file)
    ok(again["imported"] == 0 and again["read"] == row["read"], f"{file.name}: a second run adds nothing", again)
    out = house.run("archive", "export", name, text=False)
    missing, more = Counter(written), Counter(messages(out))
    ok(not more - missing and sum((missing - more).values()) == row["duplicates"],
       f"{file.name}: the export has every octet", f"{len(out)} {len(octets)}")


if not (CORPORA / "jwz-expected.tsv").exists():
    skip("real archives come in and go out", f"no corpora at {CORPORA}")
    done()

with House("corpus") as house:
    done_with = set()
    for file in sorted((CORPORA / "mbox").glob("*.mbox.gz")):
        if WHOLE or file.stat().st_size < SMALL or file.name.startswith("small-"):
            name = file.name.removesuffix(".mbox.gz")
            whole(house, re.sub("[-_]", "", name)[:20], file)
            done_with.add(name)
    space = "usrpusers" if WHOLE else "rsigteaching"
    threads = house.rows("archive", "threads", space)
    ok(sum(thread["posts"] for thread in threads) == len(house.rows("archive", "list", space)), "every post stands in one thread")
    (deep,) = sorted(threads, key=lambda thread: -thread["posts"])[:1]
    ok(len(house.rows("archive", "thread", space, deep["thread"])) == deep["posts"], "the longest thread is shown whole", deep)
    query, word = ("phase synchron* n310 -mimo", "n310") if WHOLE else ("regress* teaching -workshop", "teaching")
    hits = house.rows("archive", "search", space, query, "--limit", "50")
    ok(hits and all(word in house.run("archive", "show", space, hit["message_id"]).lower() for hit in hits[:5]),
       "what is found holds the words", hits[:3])

    # Mail::Thread by Jamie Zawinski's algorithm groups whole threads by subject too: a difference is a question.
    for file, least in [("small-ksummit-discuss", 0.9), ("small-linux-stm32", 0.9), ("jelix-public", 0.6)]:
        if file not in done_with:
            continue
        name = file.replace("-", "")[:20]
        ours, parents = threads_of(house, name)
        theirs = jwz(f"mbox/{file}.mbox.gz")
        share, count = same_company(ours, {msgid: root for msgid, (root, _) in theirs.items()})
        same = sum(1 for msgid in ours if msgid in theirs and theirs[msgid][1] == parents[msgid])
        ok(share >= least and count > 200,
           f"{file}: {share:.1%} of {count} stand in the same company as with JWZ, {same / count:.1%} under the same parent")

    # The archive of the R lists cuts threads where a subject changes and ties others by it: only a rough likeness.
    for file, least in [("r-sig-teaching", 0.75), ("r-sig-gui", 0.55)]:
        if file not in done_with:
            continue
        name = file.replace("-", "")[:20]
        with open(CORPORA / "threads-expected.tsv", newline="") as rows:
            theirs = {row["message_id"].strip().strip("<>"): row["thread_id"] for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)
                      if row["list"] == file}
        share, count = same_company(threads_of(house, name)[0], theirs)
        ok(share >= least and count > 200, f"{file}: {share:.1%} of {count} stand in the same company as upstream")
    ok(all(row["result"] == "ok" for row in house.rows("archive", "check")), "and after all that the store agrees with itself")
done()
