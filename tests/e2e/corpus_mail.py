#!/usr/bin/env python3
"""Real mail, read by the real binary: the measures of tests/accuracy, less those of cost, which want a quiet machine."""
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


def main():
    for measure in (archives.every_message, archives.every_fixture, archives.people, *automatic.MEASURES, *bounces.MEASURES,
                    *own_text.MEASURES, *charsets.MEASURES, *calendars.MEASURES, threads.jwz):
        try:
            row = measure()
        except Absent as absent:
            skip(f"{measure.__module__}.{measure.__name__}", absent)
            continue
        ok(row.holds, f"{row.what}: {row.good} of {row.total} ({row.shown}, wanted {row.wanted})", "\n".join(row.missed))


main()
done()
