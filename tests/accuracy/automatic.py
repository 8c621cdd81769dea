"""Automatic answers told from people who mention their absence."""
from corpora import AUTOMATIC, explain_all, members, table
from rows import Row

MACHINE = ("vacation", "challenge-response")


def auto_replies():
    want = table("autoreply-expected.tsv")
    names = {row[0] for row in want}
    named = {f"{tar}:{name}": octets for tar in ("autoreply.tar.gz", "dsn.tar.gz") for name, octets in members(tar).items()
             if f"{tar}:{name}" in names}
    rows, fault = explain_all(named)
    missed = [fault] if fault else []
    for name, label, _ in want:
        # A mail that is no auto-reply may still be another report of a machine, as `non-autoreply` is.
        automatic = rows[name]["kind"] in AUTOMATIC
        right = automatic if label in MACHINE else rows[name]["kind"] != "auto-reply" if label == "not-an-autoreply" else not automatic
        if not right:
            missed.append(f"{name}: {label}, but {rows[name]['kind']} ({rows[name]['why']})")
    return Row("auto-replies and traps told apart", len(want) - len(missed), len(want), 1, missed)


MEASURES = [auto_replies]
