"""What reading costs: processor time against libetpan's bare parser on the same octets, and memory."""
import gzip
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

from corpora import Absent, corpus
from house import BUILD, PROGRAM
from rows import Row

ARCHIVE = "mbox/usrp-users.mbox.gz"  # the largest; HTML, many clients
BARE = BUILD / "accuracy" / "bare"
TIMES = 3


def start(path):
    return subprocess.Popen([PROGRAM, "--json", "explain", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def processor_seconds(path):
    """Of `explain` and its reader, output thrown away."""
    child = start(path)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime


def peak_of(pid):
    """Most that a process ever had resident, KiB. Not ru_maxrss, which begins with what Python had at the fork."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        return int(re.search(r"^VmHWM:\s*(\d+)", status, re.M).group(1))
    except (OSError, AttributeError):
        return 0


def peak_resident(path):
    """KiB of the larger of `explain` and its reader, over the whole run."""
    child, peak = start(path), 0
    while child.poll() is None:
        try:
            readers = Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()
        except OSError:
            readers = []
        peak = max(peak, *map(peak_of, [child.pid, *readers]))
        time.sleep(0.02)
    return peak if child.returncode == 0 else 0


def unpacked(folder, times=1):
    with gzip.open(corpus(ARCHIVE)) as file:
        octets = file.read()
    path = os.path.join(folder, f"archive-{times}.mbox")
    with open(path, "wb") as out:
        for _ in range(times):
            out.write(octets)
    return path


def speed():
    if not BARE.exists():
        raise Absent("build/accuracy/bare is not built: make accuracy")
    with tempfile.TemporaryDirectory() as folder:
        path = unpacked(folder)
        # The better of three each: other programs run on this machine.
        bare = min(float(subprocess.run([BARE, path], stdout=subprocess.PIPE, check=True).stdout.split()[1]) for _ in range(3))
        count = int(subprocess.run([BARE, path], stdout=subprocess.PIPE, check=True).stdout.split()[0])
        ours = min(processor_seconds(path) for _ in range(3))
    return Row("speed of explain against libetpan's bare parse and decode", bare / ours, 1, 0.40,
               [f"{count} messages: bare {count / bare:.0f} a second, explain {count / ours:.0f}"],
               shown=f"{100 * bare / ours:.1f} % ({count / ours:.0f}/s of {count / bare:.0f}/s)")


def memory():
    """An archive three times over needs no more than once."""
    with tempfile.TemporaryDirectory() as folder:
        once, more = peak_resident(unpacked(folder)), peak_resident(unpacked(folder, TIMES))
    flat = 0 < more <= once * 1.05 + 512
    return Row("resident memory is flat", int(flat), 1, 1, shown=f"{once / 1024:.1f} MiB, {more / 1024:.1f} for {TIMES} times as much")


MEASURES = [speed, memory]
