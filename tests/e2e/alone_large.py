"""The largest messages go all the way, octet for octet, and no process is ever above 64 MiB resident."""
import base64
import os
import time
from pathlib import Path

from house import BUILD, House, done, ok
from sink import Sink

LIST, LIMIT_KIB, ASAN = "weavers@lists.example.org", 64 * 1024, "asan" in str(BUILD)
peaks = {}


def note_peaks(pid):
    """VmHWM of a process and of all below it, by the command's last word."""
    try:
        word = Path(f"/proc/{pid}/cmdline").read_text().split("\0")[-2]
        status = Path(f"/proc/{pid}/status").read_text().splitlines()
        peak = int(next(line for line in status if line.startswith("VmHWM")).split()[1])
        peaks[word] = max(peaks.get(word, 0), peak)
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            note_peaks(child)
    except (OSError, StopIteration, IndexError):
        pass  # it has ended meanwhile


def message(name, head, body):
    return (f"From: ann@example.org\r\nTo: {LIST}\r\nSubject: {name}\r\nMessage-ID: <{name}@example.org>\r\n"
            f"Date: Mon, 01 Jun 2026 08:00:00 +0000\r\n{head}\r\n{body}")


FILM = base64.encodebytes(os.urandom(17 << 20)).decode().replace("\n", "\r\n")
MESSAGES = {
    "film": message("film", "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n",
                    "--x\r\nContent-Type: text/plain\r\n\r\nThis is my loom at work.\r\n--x\r\nContent-Type: video/mp4; name=loom.mp4\r\n"
                    "Content-Transfer-Encoding: base64\r\n\r\n" + FILM + "--x--\r\n"),
    "text": message("text", "", "over and under, over and under, all day long\r\n" * 540000),
    "one-part": message("one-part", "MIME-Version: 1.0\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n", FILM),
}

with Sink(keep=True) as sink, House(smarthost=sink.url) as house:
    house.community("weavers", ann="each", raj="each", wil="weekly")
    serve = house.start("serve", wait="serve.ready")
    for number, (name, octets) in enumerate(MESSAGES.items(), 1):
        with house.lmtp() as lmtp:
            lmtp.ehlo("mx")
            lmtp.sendmail("ann@example.org", [LIST], octets)
        end = time.monotonic() + 120
        while sink.stats()["copies"] < 2 * number and time.monotonic() < end:
            note_peaks(serve.pid)
            time.sleep(0.02)
        ok(sink.stats()["copies"] == 2 * number, f"a message of {len(octets) >> 20} MiB reaches both members: {name}",
           serve.log.read_text()[-1500:])
        body = octets[octets.index("\r\n\r\n"):].encode()
        ok(all(copy.endswith(body) for copy in sink.messages()[-2:]), "its body is octet for octet what came in")
        shown = house.run("archive", "show", "weavers", f"<{name}@example.org>", "--raw", text=False)
        ok(shown == octets.encode(), "and so is the archive's")
    with house.lmtp() as lmtp:
        lmtp.ehlo("mx")
        code, text = lmtp.docmd("MAIL", f"FROM:<ann@example.org> SIZE={26 << 20}")
    ok(code == 552 and text.startswith(b"5.3.4"), "what is above max-message-size is refused before it is sent (RCV-07)", (code, text))
    ok(ASAN or max(peaks.values()) <= LIMIT_KIB, "no process was above 64 MiB", peaks)
    ok({"receive", "desk", "reader", "deliver"} <= set(peaks), "and all of them were looked at", peaks)
    print("# KiB at most: " + ", ".join(f"{name} {peak}" for name, peak in sorted(peaks.items())), flush=True)
done()
