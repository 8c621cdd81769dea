"""Writers never wait for a search: a reader that stands still in the middle of its rows keeps nobody from filing."""
import subprocess

from house import House, done, ok

POSTS = 600

with House("search") as house:
    house.community("weavers", ann="each")
    mbox = "".join(f"From x Thu Jan  1 00:00:00 2026\nFrom: Bob <bob@example.org>\nMessage-ID: <m{number}@example.org>\nSubject: Heddle {number}\n"
                   f"Date: 1 May 2026 08:00:00 +0000\n\nThe heddle number {number} is of steel, and stays.\n\n" for number in range(POSTS))
    house.run("archive", "import", "weavers", "-", input=mbox)
    # Its rows fill the pipe, which nobody reads: the search stands with its snapshot open.
    search = subprocess.Popen(house.command("archive", "search", "weavers", "heddle", "--limit", "10000", "--json"),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    first = search.stdout.readline()
    ok(b"[heddle]" in first.lower() and search.poll() is None, "a search is in the middle of its rows", first)
    for number in range(3):
        house.post("ann@example.org", "weavers@lists.example.org", f"Subject: Reed\nMessage-ID: <new{number}@example.org>\n\nA new heddle.\n")
    house.settle()
    ok(search.poll() is None, "and is so still", search.returncode)
    filed = [row["message_id"] for row in house.rows("archive", "list", "weavers")]
    ok(len(filed) == POSTS + 3 and house.mailbox("ann@example.org"), "while posts come in, are filed and sent", len(filed))
    ok(len(house.rows("archive", "search", "weavers", "reed")) == 3, "and are found by the next search")
    rest = first + search.stdout.read()
    ok(search.wait(60) == 0 and rest.count(b"\n") == POSTS and b"new0" not in rest, "the first one ends with what was there when it began",
       rest.count(b"\n"))
done()
