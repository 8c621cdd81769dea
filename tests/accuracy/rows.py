"""What a row of the table is. A module of this folder lists its measures in MEASURES; each gives a Row, or raises Absent."""


class Row:
    def __init__(self, what, good, total, least, missed=(), shown=None):
        """least: the share of total that must be good. missed: whatever helps to see why. shown: the figure, when it is no share."""
        self.what, self.good, self.total, self.least, self.missed = what, good, total, least, list(missed)
        self.holds = total > 0 and good >= least * total
        self.shown = shown or f"{100 * good / max(total, 1):.1f} %"
        self.wanted = f"{100 * least:g} %" if least < 1 else "all"
