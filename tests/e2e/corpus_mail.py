#!/usr/bin/env python3
"""Real mail, read by the real binary: the measures of tests/accuracy, less those of cost, which want a quiet machine.

A floor stands here only where a measure is under the line that is wanted: what was reached, less a little, so that a step
back is caught.
"""
import sys

from house import ROOT, done, ok, skip

sys.path.insert(0, str(ROOT / "tests" / "accuracy"))
import archives  # noqa: E402
import automatic  # noqa: E402
import bounces  # noqa: E402
import calendars  # noqa: E402
import charsets  # noqa: E402
import own_text  # noqa: E402
import threads  # noqa: E402
from corpora import Absent  # noqa: E402

FLOORS = {charsets.unlabelled: 0.15, calendars.files: 0.99}


def main():
    for measure in (archives.every_message, archives.every_fixture, archives.people, *automatic.MEASURES, *bounces.MEASURES,
                    *own_text.MEASURES, *charsets.MEASURES, *calendars.MEASURES, threads.jwz):
        try:
            row = measure()
        except Absent as absent:
            skip(f"{measure.__module__}.{measure.__name__}", absent)
            continue
        floor = FLOORS.get(measure, row.least)
        ok(row.total > 0 and row.good >= floor * row.total, f"{row.what}: {row.good} of {row.total} ({row.shown}, floor {100 * floor:g} %)",
           "\n".join(row.missed))


main()
done()
