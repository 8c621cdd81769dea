"""Archives by other programs, for the benches: each indexes the same messages in a folder of its own."""
import os
import re
import resource
import shutil
import subprocess
import threading
import time

NAMES = ("notmuch", "mu", "public-inbox")
PROGRAMS = {"notmuch": "notmuch", "mu": "mu", "public-inbox": "public-inbox-index"}


def messages(octets):
    """Of an mboxrd, unquoted."""
    parts = re.split(rb"(?m)^From .*\n", octets)[1:]
    return [re.sub(rb"(?m)^>(>*From )", rb"\1", part[:-1] if part.endswith(b"\n\n") else part) for part in parts]


def present():
    return [name for name in NAMES if shutil.which(PROGRAMS[name])]


def maildir(folder, letters):
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True)
    for number, letter in enumerate(letters):
        (folder / "cur" / f"{number}.a:2,S").write_bytes(letter)


def epoch(folder, letters):
    """A git repository as public-inbox keeps it, version 2."""
    folder.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", "--bare", str(folder)], check=True)
    head = subprocess.run(["git", "-C", str(folder), "symbolic-ref", "HEAD"], check=True, stdout=subprocess.PIPE).stdout.decode().strip()
    with subprocess.Popen(["git", "-C", str(folder), "fast-import", "--quiet"], stdin=subprocess.PIPE) as importer:
        for number, letter in enumerate(letters):
            importer.stdin.write(b"commit %s\ncommitter a <a@example.org> %d +0000\ndata 1\na\nM 100644 inline m\ndata %d\n%s\n"
                                 % (head.encode(), 1700000000 + number, len(letter), letter))


def timed(command, environment=None):
    """Seconds on the clock and of the processor, of the whole tree, on one core."""
    core = ["taskset", "-c", str(max(os.sched_getaffinity(0)))] if shutil.which("taskset") else []
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(core + [str(word) for word in command], check=True, env=dict(os.environ, **(environment or {})),
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    clock, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def index(name, folder, letters):
    """Seconds on the clock, of the processor, and octets of the index."""
    folder.mkdir()
    if name == "notmuch":
        maildir(folder / "mail", letters)
        config = folder / "config"
        (folder / "db").mkdir()
        config.write_text(f"[database]\npath={folder}/db\nmail_root={folder}/mail\n[user]\nname=b\nprimary_email=b@example.org\n[new]\ntags=\n"
                          "[maildir]\nsynchronize_flags=false\n")
        seconds = timed(["notmuch", "new", "--quiet"], {"NOTMUCH_CONFIG": str(config)})
        return (*seconds, size(folder / "db"))
    if name == "mu":
        maildir(folder / "mail", letters)
        subprocess.run(["mu", "init", f"--muhome={folder}/db", f"--maildir={folder}/mail"], check=True, stdout=subprocess.DEVNULL)
        seconds = timed(["mu", "index", f"--muhome={folder}/db", "--quiet"])
        return (*seconds, size(folder / "db"))
    home = {"PI_CONFIG": str(folder / "config"), "HOME": str(folder)}
    epoch(folder / "v2" / "git" / "0.git", letters)
    (folder / "config").write_text("")
    subprocess.run(["public-inbox-init", "-V2", "bench", str(folder / "v2"), "http://127.0.0.1/bench", "bench@example.org"], check=True,
                   env=dict(os.environ, **home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seconds = timed(["public-inbox-index", "-L", "full", folder / "v2"], home)
    return (*seconds, size(folder / "v2" / "xap15") + size(folder / "v2" / "msgmap.sqlite3"))


def size(path):
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def tree(pid):
    """It and what descends from it."""
    found, fathers = [pid], {}
    for entry in os.scandir("/proc"):
        try:
            if entry.name.isdigit():
                with open(f"/proc/{entry.name}/stat") as stat:
                    fathers.setdefault(int(stat.read().rpartition(")")[2].split()[1]), []).append(int(entry.name))
        except OSError:  # it has just ended
            pass
    for each in found:
        found += fathers.get(each, [])
    return found


class Memory:
    """The most that a process and its children hold at one time, what they share counted once; looked at while it runs."""

    def __init__(self, pid, every=0.05):
        self.pid, self.every, self.peak_mb, self.over = pid, every, 0, threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def look(self):
        total = 0
        for pid in tree(self.pid):
            try:
                with open(f"/proc/{pid}/smaps_rollup") as rollup:
                    total += sum(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
            except OSError:
                pass
        self.peak_mb = max(self.peak_mb, total / 1024)

    def watch(self):
        while not self.over.wait(self.every):
            self.look()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exception):
        self.over.set()
        self.thread.join()
