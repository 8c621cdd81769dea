"""The smarthost dies after the final dot of every tenth message: it has taken it and says nothing, it has lost it and says
nothing, or all of it dies and is started again. Nobody is without a copy; twice comes at most what SND-02 leaves unknown, one a
connection that died. CRASH_ROUNDS is how often it dies in each of the three ways."""
import os
import threading
from collections import Counter
from datetime import datetime, timedelta

import outbox
from house import House, done, ok
from sink import Sink

DEATHS = max(5, int(os.environ.get("CRASH_ROUNDS", "40")) // 4)
MEMBERS = 10 * DEATHS
CONNECTIONS = 4


def later(minutes):
    return (datetime(2026, 6, 1, 8) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Nurse(threading.Thread):
    """Starts the sink again whenever it has died."""

    def __init__(self, sink):
        super().__init__(daemon=True)
        self.sink, self.deaths, self.over = sink, 0, False

    def run(self):
        while True:
            self.sink.process.wait()
            if self.over:
                return
            self.deaths += 1
            self.sink.again()


def way(action, sentence, unknown):
    with Sink(f"dot * %10 {action}") as sink, House(smarthost=sink.url, extra=f"smarthost-connections = {CONNECTIONS}\n") as house:
        house.community("weavers")
        db = outbox.connect(house)
        outbox.members(db, MEMBERS)
        number, _, _ = outbox.post(db)
        nurse = Nurse(sink)
        nurse.start()
        minutes = 0
        while house.rows("outbox", "list", now=later(minutes)) and minutes < 4 * 1440:
            house.run("deliver", "--once", now=later(minutes))
            minutes += 6  # the road rests after a death
        row = house.rows("outbox", "show", number, now=later(minutes))[0]
        deaths = nurse.deaths if action == "die" else sink.stats()["refused"]
        nurse.over = True
        copies = Counter(copy["recipient"] for copy in sink.copies())
        lost = MEMBERS - len(copies)
        twice = sum(copies.values()) - len(copies)
        ok(deaths >= MEMBERS // 10 - CONNECTIONS, f"{sentence}: it died {deaths} times", deaths)
        ok(lost == 0, "nobody is without a copy", lost)
        ok((row["state"], row["delivered"]) == ("sent", MEMBERS), "each is delivered by the book as well", (row["state"], row["delivered"], row["exceptions"][:3]))
        ok(twice <= unknown * deaths, f"at most {unknown} comes twice for each death", (twice, deaths))
        print(f"# {action}: {MEMBERS} members, {deaths} deaths, {lost} lost, {twice} copies twice, all done after {minutes} minutes of its clock", flush=True)


way("drop", "each tenth message is taken and not answered", 1)
way("lose", "each tenth message is lost and not answered", 0)
way("die", "each tenth message is the last that a process takes", CONNECTIONS)
done()
