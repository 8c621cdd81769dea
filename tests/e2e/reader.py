"""The child that reads strangers' octets dies, and nothing else does."""
import os

from house import House, done, ok, skip


def mbox(*subjects):
    return "".join(f"From a@example.org Mon May  4 08:12:00 2026\nMessage-ID: <{number}@example.org>\nFrom: a@example.org\n"
                   f"Date: Mon, 4 May 2026 08:1{number}:00 +0000\nSubject: {subject}\n\nText.\n\n"
                   for number, subject in enumerate(subjects))


def with_reader(order, ms=None):
    os.environ["GUILDPOST_TEST_READER"] = order
    if ms:
        os.environ["GUILDPOST_TEST_READER_MS"] = str(ms)
    else:
        os.environ.pop("GUILDPOST_TEST_READER_MS", None)


with House("reader") as house:
    house.community("weavers")
    letters = mbox("one", "poison pill", "three")

    with_reader("segv-on:poison")
    out = house.run("archive", "import", "weavers", "-", input=letters, status=None)
    ok(house.status == 65, "a message on which the reader dies makes the import exit 65", house.error)
    ok("standard input: message 2 set aside as 1: the reader died on this message" in house.error, "it is named", house.error)
    ok("1 skipped" in out and "2 imported" in out, "and counted, and the others are in", out)

    with_reader("hang-on:poison", 700)
    house.run("archive", "import", "weavers", "-", input=letters, status=None)
    ok(house.status == 65 and "it took too long" in house.error, "one on which it hangs is given up", house.error)

    many = mbox("one", "two", "poison pill", "four", "five", "poison again", "seven")
    with_reader("segv-on:poison")
    out = house.run("explain", "-", input=many, status=None)
    ok([word for word in ("one", "two", "four", "five", "seven") if word in out] == ["one", "two", "four", "five", "seven"],
       "of messages that are read together, those that are whole are read although the reader dies on others", out)
    ok("message 3: the reader died" in house.error and "message 6: the reader died" in house.error and
       "2 of 7 messages" in house.error, "and the blame falls on these", house.error)

    with_reader("kill-on:poison")
    house.run("archive", "import", "weavers", "-", input=letters, status=None)
    ok(house.status == 75 and "the reader was stopped" in house.error,
       "a reader that is killed from outside is no fault of the message: try again", house.error)

    def opens(file):
        """Whether a reader that somebody has taken over can open it."""
        with_reader(f"open-on:{file}")
        house.run("archive", "import", "weavers", "-", input=mbox(f"a {file}"), status=None)
        return "the reader died" in house.error

    if "asan" in os.environ.get("BUILD", ""):
        skip("a reader that somebody has taken over opens no file", "a sanitizer needs its files")
    else:
        ok(not opens(house.dir / "guildpost.db"), "a reader that somebody has taken over does not open the database")
        ok(not opens("/etc/passwd"), "nor another file", house.error)
        ok(opens("/usr/lib/os-release"), "but the system's libraries, one of which a message may need")
        os.environ["GUILDPOST_TEST_NO_LANDLOCK"] = "1"
        ok(not opens("/usr/lib/os-release"), "which, where the kernel has no landlock, are loaded before: nothing opens there")
        os.environ.pop("GUILDPOST_TEST_NO_LANDLOCK")

    os.environ.pop("GUILDPOST_TEST_READER")
    (row,) = house.rows("archive", "import", "weavers", "-", input=letters)
    ok((row["imported"], row["duplicates"]) == (1, 2), "and when it lives, the message is in", row)
    ok(len(house.rows("archive", "list", "weavers")) == 3, "each once")

    many = mbox(*["a"] * 9)
    house.run("archive", "import", "weavers", "-", input="".join(many.replace("@example.org>", f".{i}@example.org>") for i in range(130)))
    ok(len(house.rows("archive", "list", "weavers")) == 3 + 9 * 130, "a reader that has done its share is followed by the next")

    house.run("reader", status=None)
    ok(house.status == 64 and "nobody calls it by hand" in house.error, "nobody calls it by hand", house.error)
    ok("reader" not in house.run("help", status=None), "help does not name it")
done()
