"""The spoilage report (berita acara kerusakan), per allotment, cumulative, as at a cut.

Rule 24 and paper 002: of the blanks of an allotment the office reports how many came out
good, how many bad with the NIK of each, how many bad without one (factory, feed, test), and
where the rest is. Suspects are a line, not an obstacle. Blanks an office used without records stand in a
column of their own, `used_declared`: by its word, never as good from records (rule 10).

>>> Columns(received=10_000, good=9_976, bad_of_person=23, suspect=1).difference
0
"""

from attrs import field, fields, frozen


@frozen
class Columns:
    """The columns of the report, in blanks (keping)."""

    received: int = 0
    borrowed: int = 0
    good: int = 0
    bad_of_person: int = 0
    bad_without: int = 0
    suspect: int = 0
    lost: int = 0
    lent: int = 0
    returned: int = 0
    remaining: int = 0
    used_declared: int = 0

    @property
    def difference(self) -> int:
        """Received and borrowed, less everything accounted for; 0 when the report balances in itself."""
        out = self.good + self.bad_of_person + self.bad_without + self.suspect + self.lost
        away = self.lent + self.returned + self.remaining + self.used_declared
        return self.received + self.borrowed - out - away

    def named(self) -> tuple[tuple[str, int], ...]:
        """Columns and their values, in order."""
        return tuple((one.name, getattr(self, one.name)) for one in fields(Columns))


@frozen(order=True)
class Line:
    """One bad or lost card or blank. `person` (keyed hash) is empty where no person is concerned."""

    series: str
    number: int
    person: str = field(default="", repr=False)
    record: str = ""
    n: int = 0
    cause: str = ""
    is_lost: bool = False

    @property
    def serial(self) -> str:
        """The blank as people write it."""
        return f"{self.series} {self.number}"
