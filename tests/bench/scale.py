"""What a message costs when there are many: archives replayed under new ids, GP_POSTS of them in one space.

The first and the last 10,000 are measured: processor time of the whole tree, a message; and the peak of its memory. Then twenty
cold searches, the worst of which may take 100 ms. GP_POSTS=1000000 takes half an hour and 3 GB (GP_SCRATCH says where);
KEEP=1 leaves the house."""
import gzip
import json
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))
import peers  # noqa: E402
from corpora import CORPORA  # noqa: E402
from house import House  # noqa: E402

POSTS = int(os.environ.get("GP_POSTS", "30000"))
STEP = min(10000, POSTS // 2)
ARCHIVES = ["r-help-1995-1999", "r-sig-gui", "r-sig-teaching", "imagej-devel", "yajhfc-user", "jelix-public"]
WANTED = {"cost_ratio": 1.5, "search_worst_ms": 100, "memory_mb": 100}
QUERIES = ["error", "plot", "macro", "window print", "regression", '"least squares"', '"image processing"', '"help page"', "plugin*", "compil*",
           "from:ripley", "from:martin function", "subject:plot", "subject:install windows", "since:1998-01 until:1998-03",
           "until:1999-06 matrix", "since:2030 data", "error -windows", "has:attachment image", "zzyzxnothing"]
CITES = re.compile(rb"^(?:message-id|references|in-reply-to):[^\n]*(?:\n[ \t][^\n]*)*", re.I | re.M)
YEAR = re.compile(rb"^(Date:[^\n]*?)((?:19|20)\d\d)", re.M)


def replayed():
    """Messages without end, each round under ids of its own and later than the one before."""
    letters = [letter for name in ARCHIVES for letter in peers.messages(gzip.decompress((CORPORA / "mbox" / f"{name}.mbox.gz").read_bytes()))]
    for number in range(1 << 30):
        for letter in letters:
            head, _, body = letter.partition(b"\n\n")
            if number > 0:
                head = CITES.sub(lambda found: found.group().replace(b">", b".%d>" % number), head)
                head = YEAR.sub(lambda found: found.group(1) + b"%d" % (int(found.group(2)) + number), head)
            yield b"From x Sat Dec 31 23:59:59 %d\n" % (2016 + number) + re.sub(rb"(?m)^(>*From )", rb">\1", head + b"\n\n" + body) + b"\n\n"


def put_in(house, letters, count):
    """Seconds of the processor a message, and megabytes of all its processes at the peak."""
    importer = subprocess.Popen(house.command("archive", "import", "many", "-"), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    with peers.Memory(importer.pid) as memory:
        for _ in range(count):
            importer.stdin.write(next(letters))
        importer.stdin.close()
        _, status, used = os.wait4(importer.pid, 0)
    importer.returncode = os.waitstatus_to_exitcode(status)
    if importer.returncode != 0:
        raise AssertionError(f"the import ended with {importer.returncode}")
    return (used.ru_utime + used.ru_stime) / count, memory.peak_mb


def asked(house):
    """Milliseconds of each query, cold, the better of three."""
    took = {}
    for query in QUERIES:
        command = house.command("archive", "search", "many", *(query.split(" ") if '"' not in query else [query]))
        took[query] = []
        for _ in range(3):
            begun = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            took[query].append((time.perf_counter() - begun) * 1000)
    return {query: min(each) for query, each in took.items()}


def main():
    if not (CORPORA / "mbox" / f"{ARCHIVES[0]}.mbox.gz").exists():
        print(json.dumps({"bench": "scale", "skipped": f"no archives in {CORPORA}"}))
        return 0
    if "GP_SCRATCH" in os.environ:
        os.environ["TMPDIR"] = os.environ["GP_SCRATCH"]
    with House("scale", play=False) as house:
        house.community("many")
        letters = replayed()
        parts = [put_in(house, letters, count) for count in (STEP, POSTS - 2 * STEP, STEP) if count > 0]
        took = asked(house)
        database = (house.dir / "guildpost.db").stat().st_size
        if house.stays:
            print(house.dir, file=sys.stderr)
    row = {"bench": "scale", "messages": POSTS, "ms_a_message_first": round(1000 * parts[0][0], 3), "ms_a_message_last": round(1000 * parts[-1][0], 3),
           "cost_ratio": round(parts[-1][0] / parts[0][0], 2), "octets_a_message": database // POSTS,
           "memory_mb": round(max(memory for _, memory in parts)), "search_median_ms": round(statistics.median(took.values()), 1),
           "search_worst_ms": round(max(took.values()), 1), "slowest": max(took, key=took.get), "wanted": WANTED}
    print(json.dumps(row), flush=True)
    return int(any(row[key] > limit for key, limit in WANTED.items()))


if __name__ == "__main__":
    sys.exit(main())
