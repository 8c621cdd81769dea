#!/usr/bin/env python3
"""One post of 4 KiB to 10,000 members, a copy each with an envelope sender of its own (VERP), to the same sink in the same run: by
guildpost, mlmmj and Mailman 3, from the moment the post is taken to the last copy. Processor time and memory (PSS) are of all
processes of a server together. The sink acknowledges each segment at once, or mlmmj would wait 40 ms for each message.

BENCH_SERVER_MEMBERS is how many members there are; Mailman 3 has a tenth (BENCH_MAILMAN_MEMBERS), its figures are for as many and
the ratio is of copies a second. A server that is not installed is skipped: apt-get install mlmmj mailman3."""
import ctypes
import json
import os
import pwd
import resource
import shutil
import smtplib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))
import outbox  # noqa: E402
from house import House, free_port, wait_for  # noqa: E402
from sink import Sink  # noqa: E402

MEMBERS = int(os.environ.get("BENCH_SERVER_MEMBERS", "10000"))
MAILMAN_MEMBERS = int(os.environ.get("BENCH_MAILMAN_MEMBERS", str(max(MEMBERS // 10, 100))))
WANTED = {"mlmmj": 1, "mailman3": 100}
BODY = ("abcdefghij " * 6 + "abc\n") * 57
LIMIT_S = 1200


def post(sender, to):
    return f"From: {sender}\nTo: {to}\nSubject: Sett\nMessage-ID: <{time.time_ns()}@example.org>\nDate: Mon, 01 Jun 2026 08:00:00 +0000\n\n{BODY}"


# --- what a server costs -----------------------------------------------------------------------

def children(pid):
    try:
        return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    except OSError:
        return []


def tree(pid):
    return [pid] + [each for child in children(pid) for each in tree(child)]


def field(path, name):
    try:
        return int(next(line for line in Path(path).read_text().splitlines() if line.startswith(name)).split()[1])
    except (OSError, StopIteration):
        return 0


def pss(pids):
    return sum(field(f"/proc/{pid}/smaps_rollup", "Pss:") for pid in pids)


def burnt(pids):
    """Seconds of the processor, of whom they waited for as well."""
    ticks = 0
    for pid in pids:
        try:
            ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:15]))
        except OSError:
            continue
    return ticks / os.sysconf("SC_CLK_TCK")


def watch(sink, members, pids):
    """Until the last copy; the largest memory on the way, in KiB. pids: a function, since processes come and go."""
    most, end = 0, time.monotonic() + LIMIT_S
    while sink.stats()["copies"] < members and time.monotonic() < end:
        most = max(most, pss(pids()))
        time.sleep(0.05)
    got = sink.stats()["copies"]
    assert got == members, f"{got} of {members} copies came"
    return most


def figures(members, seconds, cpu, memory):
    return {"members": members, "seconds": round(seconds, 2), "copies_a_second": round(members / seconds, 1), "cpu_s": round(cpu, 2),
            "cpu_ms_a_copy": round(1000 * cpu / members, 3), "pss_peak_kib": memory}


# --- the servers -------------------------------------------------------------------------------

def guildpost():
    with Sink(log=False, quick=True) as sink, House("servers", smarthost=sink.url) as house:
        house.community("weavers", ann="none")
        outbox.members(outbox.connect(house), MEMBERS)
        serve = house.start("serve", wait="serve.ready")
        before = burnt(tree(serve.pid))
        with smtplib.LMTP("127.0.0.1", house.port) as lmtp:
            lmtp.sendmail("ann@example.org", ["weavers@lists.example.org"], post("ann@example.org", "weavers@lists.example.org"))
        begun = time.monotonic()
        memory = watch(sink, MEMBERS, lambda: tree(serve.pid))
        seconds = time.monotonic() - begun
        time.sleep(4)  # its workers end, and are waited for
        return figures(MEMBERS, seconds, burnt(tree(serve.pid)) - before, memory)


def mlmmj():
    """As its documentation makes a list; VERP is its default."""
    with Sink(log=False, quick=True) as sink, tempfile.TemporaryDirectory(prefix="guildpost-mlmmj-") as scratch:
        home = Path(scratch) / "list"
        for name in ("incoming", "queue/discarded", "archive", "text", "subconf", "unsubconf", "bounce", "control", "moderation", "subscribers.d",
                     "digesters.d", "requeue", "nomailsubs.d"):
            (home / name).mkdir(parents=True)
        (home / "index").touch()
        shutil.copytree("/usr/share/mlmmj/text.skel/en", home / "text", dirs_exist_ok=True)
        for name, value in (("listaddress", "weavers@lists.example.org"), ("owner", "owner@example.org"), ("smtphelo", "lists.example.org"),
                            ("relayhost", "127.0.0.1"), ("smtpport", sink.port)):
            (home / "control" / name).write_text(f"{value}\n")
        (home / "subscribers.d" / "m").write_text("".join(f"m{n:07d}@example.org\n" for n in range(1, MEMBERS + 1)))
        octets = Path(scratch) / "post"
        octets.write_text("Return-Path: <m0000001@example.org>\n" + post("m0000001@example.org", "weavers@lists.example.org"))
        # Its processes go on behind the one that took the post: they become ours, to be waited for.
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
        before = resource.getrusage(resource.RUSAGE_CHILDREN)

        def its():
            return [pid for child in children(os.getpid()) if child != sink.process.pid for pid in tree(child)]

        begun = time.monotonic()
        with open(octets) as given:
            program = shutil.which("mlmmj-receive")  # it wants to be called by its whole path
            os.posix_spawn(program, [program, "-L", str(home)], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, given.fileno(), 0)])
        memory = watch(sink, MEMBERS, its)
        seconds = time.monotonic() - begun
        for pid in [child for child in children(os.getpid()) if child != sink.process.pid]:
            os.waitpid(pid, 0)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return figures(MEMBERS, seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, memory)


MAILMAN = """[mailman]
site_owner: owner@example.org
layout: bench
[paths.bench]
var_dir: {home}/var
queue_dir: $var_dir/queue
bin_dir: /usr/lib/mailman3/bin
list_data_dir: $var_dir/lists
log_dir: $var_dir/logs
lock_dir: $var_dir/locks
data_dir: $var_dir/data
cache_dir: $var_dir/cache
etc_dir: $var_dir/etc
ext_dir: $var_dir/ext
messages_dir: $var_dir/messages
archive_dir: $var_dir/archives
template_dir: $var_dir/templates
pid_file: $var_dir/master.pid
lock_file: $lock_dir/master.lck
[mta]
incoming: mailman.mta.null.NullMTA
outgoing: mailman.mta.deliver.deliver
verp_personalized_deliveries: yes
smtp_host: 127.0.0.1
smtp_port: {smtp}
lmtp_host: 127.0.0.1
lmtp_port: {lmtp}
[webservice]
port: {rest}
admin_user: bench
admin_pass: bench
"""
# Through its own interfaces, run by Debian's python.
MAKE_LIST = """
import sys
from mailman.core.initialize import initialize
initialize()
from mailman.app.lifecycle import create_list
from mailman.config import config
from mailman.interfaces.action import Action
from mailman.interfaces.archiver import ArchivePolicy
from mailman.interfaces.domain import IDomainManager
from mailman.interfaces.mailinglist import Personalization
from mailman.interfaces.member import MemberRole
from mailman.interfaces.usermanager import IUserManager
from zope.component import getUtility
getUtility(IDomainManager).add('lists.example.org')
mlist = create_list('weavers@lists.example.org')
mlist.default_member_action = mlist.default_nonmember_action = Action.accept
mlist.send_welcome_message = mlist.admin_immed_notify = False
mlist.personalize = Personalization.individual
mlist.archive_policy = ArchivePolicy.private
users = getUtility(IUserManager)
for number in range(1, int(sys.argv[1]) + 1):
    address = users.create_address('m%07d@example.org' % number)
    address.verified_on = mlist.created_at
    mlist.subscribe(address, MemberRole.member)
config.db.commit()
"""


def mailman3():
    user = pwd.getpwnam("list")
    lmtp_port = free_port()
    with Sink(log=False, quick=True) as sink, tempfile.TemporaryDirectory(prefix="guildpost-mailman-") as scratch:
        home = Path(scratch)
        (home / "var").mkdir()
        (home / "mailman.cfg").write_text(MAILMAN.format(home=home, smtp=sink.port, lmtp=lmtp_port, rest=free_port()))
        for path in (home, home / "var", home / "mailman.cfg"):
            os.chown(path, user.pw_uid, user.pw_gid)
        who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": home, "stdin": subprocess.DEVNULL,
               "env": {"HOME": str(home), "MAILMAN_CONFIG_FILE": str(home / "mailman.cfg"), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}}
        with open(home / "log", "wb") as log:
            subprocess.run(["/usr/bin/python3", "-c", MAKE_LIST, str(MAILMAN_MEMBERS)], check=True, stdout=log, stderr=log, **who)
            master = subprocess.Popen(["/usr/lib/mailman3/bin/master", "-C", str(home / "mailman.cfg"), "--force"], stdout=log, stderr=log, **who)
            try:
                assert wait_for(lambda: answers(lmtp_port), 180, 0.5), (home / "log").read_text()[-2000:]
                wait_for(lambda: not any((home / "var" / "queue").rglob("*.pck")), 60, 0.5)
                before = burnt(tree(master.pid))
                with smtplib.LMTP("127.0.0.1", lmtp_port, timeout=120) as lmtp:
                    lmtp.sendmail("m0000001@example.org", ["weavers@lists.example.org"], post("m0000001@example.org", "weavers@lists.example.org"))
                begun = time.monotonic()
                memory = watch(sink, MAILMAN_MEMBERS, lambda: tree(master.pid))
                seconds = time.monotonic() - begun
                return figures(MAILMAN_MEMBERS, seconds, burnt(tree(master.pid)) - before, memory)
            finally:
                master.terminate()
                master.wait(60)


def answers(port):
    try:
        with smtplib.LMTP("127.0.0.1", port, timeout=5):
            return True
    except (OSError, smtplib.SMTPException):
        return False


def main():
    there = {"mlmmj": (mlmmj, shutil.which("mlmmj-receive")), "mailman3": (mailman3, os.path.exists("/usr/lib/mailman3/bin/master"))}
    os.umask(0o022)
    row = {"bench": "servers", "octets": len(BODY), "guildpost": guildpost(), "wanted": {f"{name}_ratio": ratio for name, ratio in WANTED.items()}, "skipped": []}
    for name, (bench, present) in there.items():
        if not present or os.getuid() != 0:
            row["skipped"].append(f"{name}: {'not installed' if not present else 'it wants root'}")
            continue
        row[name] = bench()
        row[f"{name}_ratio"] = round(row["guildpost"]["copies_a_second"] / row[name]["copies_a_second"], 2)
        row[f"{name}_cpu_ratio"] = round(row[name]["cpu_ms_a_copy"] / row["guildpost"]["cpu_ms_a_copy"], 2)
    print(json.dumps(row), flush=True)
    return int(any(row.get(f"{name}_ratio", wanted) < wanted for name, wanted in WANTED.items()))


sys.exit(main())
