"""The same archive in whatever order its messages come: the same list, the same threads, the same parents."""
import gzip
import os
import random
import re
from pathlib import Path

from house import House, ROOT, done, ok, skip

CORPORA = Path(os.environ.get("GP_CORPORA") or ROOT.parent / "shared" / "corpora")
SEED = int(os.environ.get("ORDER_SEED") or random.randrange(1 << 30))
MOST = int(os.environ.get("ORDER_MOST", "150"))


def community(count):
    """A lively one: long threads, lost and late parents, circles, answers by subject alone, ids that are used twice."""
    dice, letters = random.Random(7), []
    for n in range(count):
        older = [dice.randrange(n) for _ in range(dice.choice((0, 1, 1, 2, 3)))] if n else []
        refs = sorted(set(older)) + ([n + dice.randrange(1, 9)] if dice.random() < 0.05 else [])
        cites = "".join(f" <m{r}@example.org>" for r in refs)
        subject = f"Reed {n // 5}" if refs or dice.random() < 0.6 else f"Re: Reed {max(n // 5 - 1, 0)}"
        number = n - dice.randrange(1, 20) if n > 20 and dice.random() < 0.04 else n  # its id is another's
        letters.append(f"Message-ID: <m{number}@example.org>\nFrom: a{n % 17}@example.org\nSubject: {subject}\n"
                       + (f"References:{cites}\n" if cites else "")
                       + f"Date: Mon, {1 + n // 60 % 28:02} Jun 2026 {n % 24:02}:{n % 60:02}:00 +0000\n\nBody {n}.\n")
    return [b"From a@example.org Mon Jun  1 08:00:00 2026\n" + letter.encode() + b"\n" for letter in letters]


def listed(house, space):
    """By message-id; a thread is named by the least id that stands in it."""
    rows = sorted(house.rows("archive", "list", space), key=lambda row: row["message_id"])
    name = {}
    for row in rows:
        name.setdefault(row["thread"], row["message_id"])
    return [dict(row, id=0, thread=name[row["thread"]]) for row in rows]


def same_in_all_orders(house, space, sentence, messages):
    dice, first = random.Random(SEED), None
    for turn in range(4):
        if turn:
            dice.shuffle(messages)
        house.community(f"{space}{turn}")
        house.run("archive", "import", f"{space}{turn}", "-", input=b"".join(messages))
        rows = listed(house, f"{space}{turn}")
        first = first or rows
        if turn:
            differ = [(a, b) for a, b in zip(first, rows) if a != b]
            ok(len(rows) == len(first) and not differ, f"{sentence}, order {turn} of seed {SEED}: the same {len(rows)} posts and threads",
               f"{len(rows)} {len(first)} {len(differ)} differ\n" + "\n".join(map(str, sum(map(list, differ[:3]), []))))
    house.run("archive", "check", status=None)
    ok(house.status == 0, f"{sentence}: archive check passes", house.error)


with House("order") as house:
    same_in_all_orders(house, "made", "a lively community", community(MOST))
    file = CORPORA / "mbox" / "usrp-users.mbox.gz"
    if file.exists():
        messages = [part for part in re.split(rb"(?m)^(?=From )", gzip.decompress(file.read_bytes())) if part]
        ids = [re.search(rb"(?im)^message-id:\s*(\S+)", part) for part in messages]
        ids = [match.group(1) if match else b"" for match in ids]
        twice = {msgid for msgid in ids if ids.count(msgid) > 1} if MOST <= 1000 else set(ids)
        same_in_all_orders(house, "usrp", "a real archive", [part for part, msgid in zip(messages, ids) if msgid in twice] + messages[:MOST])
    else:
        skip("a real archive", f"no corpora at {CORPORA}")
done()
