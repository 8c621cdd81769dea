"""receive is killed and stopped in the middle: what was answered with 250 is there, what was not is sent again and is there once
for each time it was sent (RCV-03, PRODUCT.md promise 1). SIGTERM finishes what is in hand."""
import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from house import House, done, ok, wait_for
from lmtp import MESSAGE, Lmtp

W = "weavers@lists.example.org"
SEED = int(os.environ.get("SEED", time.time_ns() % 100000))
print(f"# SEED={SEED}", flush=True)


def a_house():
    house = House(play=False)
    house.run("community", "create", "weavers", "--timezone", "Europe/Berlin", "--rhythm", "weekly on thursday at 08:00")
    return house


def stored_subjects(house):
    import sqlite3
    with sqlite3.connect(f"file:{house.dir}/guildpost.db?mode=ro", uri=True) as db:
        rows = db.execute("SELECT octets FROM raw JOIN inbox USING (raw_id)").fetchall()
    db.close()
    return [row[0].split(b"Subject: ")[1].split(b"\r\n")[0].decode() for row in rows]


def sender(house, name, answered, unanswered, stop):
    """Posts without end; a message without an answer is sent again until it has one."""
    number = 0
    while not stop.is_set():
        subject = f"{name}-{number}"
        try:
            with Lmtp(house.port, timeout=20) as c:
                while not stop.is_set():
                    subject = f"{name}-{number}"
                    replies = c.message(MESSAGE % (subject.encode(), subject.encode()), W, W)
                    if len(replies) == 2 and all(reply.startswith("250") for reply in replies):
                        answered.append(subject)
                        number += 1
                    elif not all(reply[:1] in ("2", "4", "") for reply in replies):
                        unanswered.append(f"{subject}: {replies}")
                        number += 1
                    else:
                        break
        except OSError:
            time.sleep(0.05)


def killed_under_load():
    rng = random.Random(SEED)
    with a_house() as house:
        answered, wrong, stop = [], [], threading.Event()
        receive = house.start("receive", wait="ready")
        threads = [threading.Thread(target=sender, args=(house, f"s{i}", answered, wrong, stop)) for i in range(6)]
        for thread in threads:
            thread.start()
        for _ in range(12):
            before = len(answered)
            wait_for(lambda: len(answered) >= before + 9, 30)  # how soon that is the machine says
            time.sleep(rng.uniform(0, 0.1))
            receive.kill()
            receive.wait()
            receive = house.start("receive", wait="ready")
        stop.set()
        for thread in threads:
            thread.join()
        receive.terminate()
        receive.wait(30)
        there = stored_subjects(house)
        missing = set(answered) - set(there)
        ok(len(answered) > 100, "posts get through twelve kills", len(answered))
        ok(not wrong, "no answer is 5xx", wrong[:5])
        ok(not missing, f"each of {len(answered)} posts that were answered with 250 is stored", sorted(missing)[:10])
        ok(len(there) - len(set(there)) <= 12 * 6, "at most one a connection and kill is stored twice", len(there) - len(set(there)))
        house.run("inbox", "list")


def stopped_in_the_middle():
    with a_house() as house:
        receive = house.start("receive", wait="ready")
        idle, sending, begun = Lmtp(house.port), Lmtp(house.port), Lmtp(house.port)
        begun.say("LHLO me")
        begun.say("MAIL FROM:<a@b.example>")
        sending.begin(W)
        sending.send(b"Subject: half\r\n\r\nhal")
        receive.send_signal(signal.SIGTERM)
        ok(idle.reply().startswith("421 4.3.2"), "SIGTERM: who is idle hears 421 4.3.2")
        ok(begun.reply().startswith("421 4.3.2"), "who has begun and sends nothing yet, too")
        try:
            late = Lmtp(house.port, greet=False)
            refused = late.reply() == ""
        except OSError:
            refused = True
        ok(refused, "nobody new is let in")
        time.sleep(0.5)
        ok(receive.poll() is None, "it waits for who is sending")
        sending.send(b"f\r\n.\r\n")
        ok(sending.reply().startswith("250"), "who is sending gets the 250")
        ok(sending.reply().startswith("421 4.3.2"), "and then the 421")
        ok(receive.wait(5) == 0, "then it ends with 0")
        ok(stored_subjects(house) == ["half"], "and the message is stored")


def stopped_by_a_hanging_peer():
    with a_house() as house:
        receive = house.start("receive", wait="ready")
        hanging = Lmtp(house.port)
        hanging.begin(W)
        hanging.send(b"Subject: never\r\n\r\nends")
        begun = time.monotonic()
        receive.terminate()
        ok(receive.wait(40) == 0 and time.monotonic() - begun < 35, "a peer that hangs in its data holds up the end for 20 s, not longer",
           time.monotonic() - begun)
        ok(hanging.reply().startswith("421 4.3.2"), "and hears why")
        ok(stored_subjects(house) == [], "half a message is stored nowhere")


def gone_before_the_answer():
    with a_house() as house:
        house.start("receive", wait="ready")
        for number in range(20):
            c = Lmtp(house.port)
            c.begin(W)
            c.send(MESSAGE % (b"gone", str(number).encode()) + b".\r\n")
            c.close()
        ok(wait_for(lambda: len(stored_subjects(house)) == 20), "peers that hang up behind the dot lose nothing", len(stored_subjects(house)))
        for number in range(20):
            c = Lmtp(house.port)
            c.begin(W)
            c.send(b"Subject: cut\r\n\r\nin the middle")
            c.close()
        with Lmtp(house.port) as c:
            c.message(MESSAGE % (b"last", b"last"), W)
        ok("cut" not in stored_subjects(house), "what was cut off in the middle is stored nowhere")


with ThreadPoolExecutor() as pool:
    waiting = pool.submit(stopped_by_a_hanging_peer)  # it waits for 20 s, in a house of its own
    killed_under_load()
    stopped_in_the_middle()
    gone_before_the_answer()
    waiting.result()
done()
