"""The daily identity (kesamaan harian): what came equals what became of it, or by how much not.

received = good + spoiled + lost + on hand + on the road (+ lent, returned, in doubt). What was
there at the day's start came too. Offices add such sums up by hand, and some do not add up:
nothing is corrected here, the difference is shown. What a sum needs and the report does not
say is named, never guessed; the columns a form has no place for count as nought and are named.

>>> stated(42_892, (26_726, 14_713, 1_453)).difference
0
>>> stated(10_090, (1_552, 96, 2_752, 1_525, 165)).difference
4000
"""

from collections.abc import Iterable, Mapping

from attrs import frozen

from ektp_core.daily.columns import PRINTED, Values

#: What came, and what became of it: the two sides, in columns of the report.
CAME: tuple[str, ...] = ("opening", "first_count", "received", "borrowed", "found")
BECAME: tuple[str, ...] = ("good", "spoiled", "lost", "suspect", "lent", "returned", "in_transit", "remaining")

#: Without these nothing can be said; all others count as nought where a form has no place for them.
NEEDED: tuple[str, ...] = ("opening", "good", "remaining")


@frozen
class Identity:
    """Two sides that should be equal. `unsaid`: columns that counted as nought because nobody stated them."""

    came: Values
    became: Values
    unsaid: tuple[str, ...] = ()

    @property
    def difference(self) -> int:
        """What came less what became of it: above nought, so many are unaccounted for."""
        return sum(value for _, value in self.came) - sum(value for _, value in self.became)


def stated(total: int, parts: Iterable[int]) -> Identity:
    """A total and its parts as somebody published them."""
    named = tuple((f"part {number}", part) for number, part in enumerate(parts, start=1))
    return Identity((("total", total),), named)


def good_of(values: Mapping[str, int]) -> int | None:
    """Good cards of a day: as stated, or the sum of those printed by reason; None when neither is said."""
    if "good" in values:
        return values["good"]
    said = [values[name] for name in PRINTED if name in values]
    return sum(said) if said else None


def unsaid(values: Mapping[str, int]) -> tuple[str, ...]:
    """The columns without which nothing can be said of a day's blanks."""
    full = _with_good(values)
    return tuple(name for name in NEEDED if name not in full)


def blanks_of_day(values: Mapping[str, int]) -> Identity | None:
    """The identity of a day's blanks, or None when a needed column is unsaid."""
    if unsaid(values):
        return None
    full = _with_good(values)
    came, became = (tuple((name, full[name]) for name in side if name in full) for side in (CAME, BECAME))
    return Identity(came, became, tuple(name for name in (*CAME, *BECAME) if name not in full))


def printed_of_day(values: Mapping[str, int]) -> Identity | None:
    """Good cards against those printed by reason, or None when a report says only one of the two.

    Only of what an office states: in the book a good card may leave that pile again the same day.
    """
    said = tuple((name, values[name]) for name in PRINTED if name in values)
    return Identity((("good", values["good"]),), said) if said and "good" in values else None


def _with_good(values: Mapping[str, int]) -> dict[str, int]:
    good = good_of(values)
    return dict(values) if good is None else {**values, "good": good}
