"""A Postfix and a Dovecot of its own for one test: loopback ports, a scratch folder, nothing in /etc, no system service.

    with Mta(lines) as mta:      lines: what guildpost doctor says main.cf needs
        mta.smtp()               a connection to Postfix, as a stranger's server has
        mta.mailbox(address)     what Dovecot's IMAP holds for a member at example.org
"""
import email
import email.policy
import imaplib
import os
import shutil
import smtplib
import subprocess
import tempfile
from pathlib import Path

from house import free_port, wait_for

MASTER = """\
127.0.0.1:{smtp} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
MAIN = """\
compatibility_level = 3.6
myhostname = mx.example.org
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
queue_directory = {folder}/queue
data_directory = {folder}/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
alias_maps =
alias_database =
local_recipient_maps =
smtp_dns_support_level = disabled
lmtp_dns_support_level = disabled
smtp_host_lookup = native
lmtp_host_lookup = native
smtpd_relay_restrictions = permit_mynetworks, reject
default_transport = error:5.1.2 no way out of this test
address_verify_poll_delay = 1s
minimal_backoff_time = 5s
maximal_backoff_time = 5s
queue_run_delay = 5s
"""
DOVECOT = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
instance_name = {name}
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
first_valid_uid = 1
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/homes/%Ld/%Ln allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
"""


def missing():
    """Why there can be none here, or None."""
    if os.getuid() != 0:
        return "Postfix and Dovecot want to be started by root"
    for program in ("/usr/sbin/postfix", "/usr/sbin/dovecot", "/usr/lib/dovecot/lmtp", "/usr/lib/dovecot/imap"):
        if not os.path.exists(program):
            return f"{program} is not installed"
    return None


def answers(port):
    try:
        imaplib.socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


class Mta:
    def __init__(self, port):
        """port: where Postfix will listen."""
        self.port, self.imap_port, self.lmtp_port = port, free_port(), free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="gp-mta-"))

    def start(self, lines):
        """lines: main.cf lines of the list server; those of the members' domain join them."""
        places = dict(folder=self.folder, smtp=self.port, imap=self.imap_port, lmtp=self.lmtp_port, name=self.folder.name)
        for folder in ("queue", "data", "homes", "conf"):
            (self.folder / folder).mkdir()
        self.folder.chmod(0o755)
        shutil.chown(self.folder / "data", "postfix")
        shutil.chown(self.folder / "homes", "mail", "mail")
        members = {"relay_domains": "example.org", "transport_maps": f"inline:{{ {{ example.org = lmtp:inet:127.0.0.1:{self.lmtp_port} }} }}"}
        main = MAIN.format(**places)
        for line in lines.splitlines():
            key = line.partition(" =")[0]
            main += line + (", " + members[key] if key in members else "") + "\n"
        (self.folder / "conf/main.cf").write_text(main)
        (self.folder / "conf/master.cf").write_text(MASTER.format(**places))
        (self.folder / "dovecot.conf").write_text(DOVECOT.format(**places))
        subprocess.run(["/usr/sbin/dovecot", "-c", self.folder / "dovecot.conf"], check=True)
        subprocess.run(["/usr/sbin/postfix", "-c", self.folder / "conf", "start"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for port in (self.port, self.imap_port, self.lmtp_port):
            if not wait_for(lambda: answers(port)):
                raise AssertionError(f"port {port} does not answer: {self.log()}")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        for stop in (["/usr/sbin/postfix", "-c", self.folder / "conf", "stop"], ["/usr/bin/doveadm", "-c", self.folder / "dovecot.conf", "stop"]):
            subprocess.run(stop, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if os.environ.get("KEEP"):
            print(f"# kept: {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def smtp(self):
        return smtplib.SMTP("127.0.0.1", self.port)

    def queue(self):
        return subprocess.run(["/usr/sbin/postqueue", "-c", self.folder / "conf", "-j"], check=True, stdout=subprocess.PIPE, text=True).stdout

    def log(self):
        files = [self.folder / "postfix.log", self.folder / "dovecot.log"]
        return "\n".join(file.read_text("utf-8", "replace") for file in files if file.exists())

    def mailbox(self, address):
        connection = imaplib.IMAP4("127.0.0.1", self.imap_port)
        connection.login(address, "secret")
        try:
            connection.select("INBOX", readonly=True)
            numbers = connection.search(None, "ALL")[1][0].split()
            return [email.message_from_bytes(connection.fetch(number, "(BODY.PEEK[])")[1][0][1], policy=email.policy.default)
                    for number in numbers]
        finally:
            connection.logout()
