"""The archive read on a terminal: a conversation as a tree, conversations by the page, months as a chart, a pager."""
import os
import pty
import subprocess

from house import House, done, ok


def letter(name, subject, body, cites="", who="Ann", month=5, day=1):
    names = " Jan Feb Mar Apr May Jun Jul".split(" ")
    return (f"From: {who} <{who.lower()}@example.org>\nMessage-ID: <{name}@example.org>\n" + (f"References: {cites}\n" if cites else "") +
            f"Subject: {subject}\nDate: {day} {names[month]} 2026 08:00:00 +0000\n\n{body}\n")


def on_terminal(house, *words, pager):
    """What a person at a terminal sees."""
    master, slave = pty.openpty()
    process = subprocess.Popen(house.command(*words), stdin=slave, stdout=slave, stderr=slave, env=dict(os.environ, GUILDPOST_PAGER=pager))
    os.close(slave)
    seen = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        seen += piece
    os.close(master)
    process.wait(60)
    return seen.decode("utf-8", "replace").replace("\r\n", "\n")


with House("terminal") as house:
    house.community("weavers")
    long_line = "After an hour the left side of the warp is slack and the selvedge begins to curl, whatever I do about it."
    for post in [letter("a", "Sett", long_line), letter("b", "Re: Sett", f"> {long_line}\n\nWet the knots.\n-- \nBob", "<a@example.org>", "Bob", day=2),
                 letter("c", "Knots (was: Sett)", "Which knots?", "<a@example.org> <b@example.org>", "Cem", day=3),
                 letter("d", "Dye", "Indigo?", month=2), letter("e", "Reed", "Twelve?", month=2, day=2, who="Eve"), letter("f", "Loom", "Free?", month=1)]:
        house.run("archive", "import", "weavers", "-", input=post)
    rows = house.rows("archive", "threads", "weavers")
    tree = house.run("archive", "thread", "weavers", rows[0]["thread"])
    lines = tree.splitlines()
    ok(lines[0] == "Sett" and "Ann  2026-05-01 08:00  <a@example.org>" in lines, "a conversation begins with its subject, its author and date", tree)
    ok("\u2514 Bob  2026-05-02 08:00  <b@example.org>" in lines and "  \u2514 Cem  2026-05-03 08:00  <c@example.org>" in lines,
       "answers hang below what they answer", tree)
    ok("      Wet the knots." in lines and tree.count("selvedge") == 1, "with their own words, and no quote", tree)
    ok("        Knots (was: Sett)" in lines, "a subject is told where it changes", tree)
    ok(all(len(line) <= 80 for line in lines), "within 80 columns", tree)

    shown = [line.split()[0] for line in house.run("archive", "threads", "weavers", "--limit", "2", "--page", "2").splitlines()[1:]]
    ok(shown == [row["thread"] for row in rows[2:4]], "conversations come by the page", (shown, rows))
    house.run("archive", "threads", "weavers", "--page", "0", status=None)
    ok(house.status == 64 and "--page" in house.error, "from the first on", house.error)

    chart = house.run("archive", "stats", "weavers").splitlines()
    ok([line.split()[0] for line in chart[1:]] == ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05"], "a chart has every month, also the silent", chart)
    bars = {line.split()[0]: (line.count("#"), line.count("*")) for line in chart[1:]}
    ok(bars["2026-05"] == (24, 24) and bars["2026-03"] == (0, 0) and bars["2026-02"] == (16, 16) and bars["2026-01"] == (8, 8), "bars of posts and of people", chart)
    ok([row["month"] for row in house.rows("archive", "stats", "weavers")] == ["2026-01", "2026-02", "2026-05"], "as rows only those with a post")

    whole = house.run("archive", "list", "weavers")
    ok(on_terminal(house, "archive", "list", "weavers", pager="cat") == whole, "without a pager a terminal gets the same")
    ok(on_terminal(house, "archive", "list", "weavers", pager="head -2") == "".join(whole.splitlines(keepends=True)[:2]), "with one what it lets through")
    ok(on_terminal(house, "archive", "list", "weavers", "--json", pager="head -1").count("\n") == 6, "rows go past it")
done()
