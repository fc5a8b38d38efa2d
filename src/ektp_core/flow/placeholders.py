"""Numbers that stand for a count (nomor pengganti): made, chosen, and never shown as proven (rule 10).

An office that knows only how many blanks it has holds a run of its own series, `COUNT.52.03`,
flagged `assumed`. There is one arithmetic, serials; what nobody read is a placeholder in it.
A run of known serials whose use is only known by count is flagged likewise.
"""

from collections.abc import Iterator

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.cards import Blank, is_stopped, serial_text
from ektp_core.flow.counting_events import PlaceholdersMade
from ektp_core.flow.events import Moved
from ektp_core.flow.rows import Bound, ChipOf, Counting, Holding, Party, Revoked, Tally
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.party import PartyId, PartyKind, is_station
from ektp_core.vocabulary.serial import SerialRange, SerialSet

_PREFIX = "COUNT."
_CARDS = frozenset({Bucket.GOOD_HELD, Bucket.WASTE_HELD, Bucket.VOID_HELD})
#: No pile of one party is larger, whoever it is; a count above it is a slip of the pen.
MOST = 100_000_000
#: Blanks that are looked at one by one, at a time.
_CHUNK = 1_000


@frozen
class Standing:
    """Blanks of a party in one bucket and class: how many were read, and how many only counted."""

    bucket: Bucket
    blank_class: str
    proven: int
    assumed: int


def series_of(party: str) -> str:
    """The series of a party's placeholders: `COUNT.52.03`, `COUNT.CENTRE`, `COUNT.52.LOMBOK`.

    No two parties that can be counted have the same one: a group's name begins with a letter.
    """
    name = party.partition("/")[2] or party
    return _PREFIX + name.replace("/", ".").upper()


def is_placeholder(series: str) -> bool:
    """Whether serials of this series stand for a count; no supplier's series begins so."""
    return series.startswith(_PREFIX)


def no_placeholders(serials: SerialSet, field: str) -> None:
    """Refuse placeholders where somebody says that he read these serials.

    Raises:
        Refused: BAD_VALUE naming the field.
    """
    if any(is_placeholder(part.series) for part in serials):
        expected, shape = "printed serials of blanks or cards of ours", "numbers that stand for a count"
        raise Refused(Refusal.BAD_VALUE, {"field": field, "shape": shape, "expected": expected})


def is_assumed(view: View, moved: Moved) -> bool:
    """Whether nobody read the serials of this movement, which lie in one run."""
    run = view.covering(moved.series, moved.lo)
    return run is not None and run.assumed


def made(view: View, party: str, counts: list[int]) -> tuple[list[SerialRange], list[PlaceholdersMade]]:
    """Placeholders never used before, one range for each count above 0, and the event that keeps their number."""
    last = (view.row(Counting, party) or Counting(party)).placeholder
    found: list[SerialRange] = []
    for count in counts:
        found.append(SerialRange(series_of(party), last + 1, last + count))
        last += count
    return found, [PlaceholdersMade(party, last)] if found else []


def runs_at(view: View, party: str, bucket: Bucket, blank_class: str) -> Iterator[Holding]:
    """The runs of one place, in order of their serials."""
    run = view.lowest(party, bucket, blank_class)
    while run:
        yield run
        run = view.lowest(party, bucket, blank_class, (run.series, run.lo))


def assumed_at(view: View, party: str, bucket: Bucket, blank_class: str, but: SerialSet) -> Iterator[SerialRange]:
    """Assumed blanks of one place that are not in `but`: placeholders first, then the rest.

    A card that an attempt made is what it is, not a number for a count, and is left out.
    """
    runs = [run for run in runs_at(view, party, bucket, blank_class) if run.assumed]
    for run in sorted(runs, key=lambda one: not is_placeholder(one.series)):
        for part in SerialSet.of(SerialRange(run.series, run.lo, run.hi)) - but:
            if bucket in _CARDS:
                yield from _unbound(view, part)
            else:
                yield part


def _unbound(view: View, part: SerialRange) -> Iterator[SerialRange]:
    """What of these no attempt took. Few placeholders ever come into a printer, so theirs are known at a glance."""
    if is_placeholder(part.series):
        taken = (SerialRange.one(part.series, one.number) for one in view.rows(Bound, part.series))
        yield from SerialSet.of(part) - SerialSet(taken)
        return
    for lo in range(part.lo, part.hi + 1, _CHUNK):
        hi = min(part.hi, lo + _CHUNK - 1)
        numbers = (number for number in range(lo, hi + 1) if view.row(Bound, part.series, number))
        yield from SerialSet.of(SerialRange(part.series, lo, hi)) - SerialSet(
            SerialRange.one(part.series, number) for number in numbers
        )


def taken_from(parts: Iterator[SerialRange], count: int) -> SerialSet:
    """The first `count` blanks of these, fewer if there are no more."""
    chosen: list[SerialRange] = []
    for part in parts:
        if not count:
            break
        size = min(len(part), count)
        chosen.append(SerialRange(part.series, part.lo, part.lo + size - 1))
        count -= size
    return SerialSet(chosen)


def proven_and_assumed(view: View, party: str) -> tuple[Standing, ...]:
    """What a party holds, with what was read apart from what was only counted (rule 10).

    Use declared by count is never proven, whatever is known of the serials.
    """
    found: list[Standing] = []
    for tally in view.rows(Tally, party):
        runs = runs_at(view, party, tally.bucket, tally.blank_class)
        assumed = sum(len(run) for run in runs if run.assumed or tally.bucket is Bucket.USED_DECLARED)
        found.append(Standing(tally.bucket, tally.blank_class, tally.count - assumed, assumed))
    return tuple(found)


# -- what every ask about a count must fulfil ---------------------------------------------------


def counted_party(view: View, party: str) -> None:
    """Refuse whom the hub cannot count: an unknown party, a supplier, a station (its own book counts).

    Raises:
        Refused: UNKNOWN_PARTY, WRONG_ADDRESSEE or BAD_VALUE.
    """
    if view.row(Party, party) is None:
        raise Refused(Refusal.UNKNOWN_PARTY, {"party": party})
    if is_station(party):
        raise Refused(Refusal.WRONG_ADDRESSEE, {"meant": party, "here": "the hub"})
    if PartyId.parse(party).kind is PartyKind.SUPPLIER:
        expected = "the centre, a province, an office or a group"
        raise Refused(Refusal.BAD_VALUE, {"field": "party", "shape": "a supplier", "expected": expected})


def not_stopped(view: View, serials: SerialSet) -> None:
    """Refuse blanks of which the serial or the chip is on the stop list: they are never used (rule 15).

    Raises:
        Refused: STOP_LISTED.
    """
    found = [one for one in each_of(serials) if _is_stopped(view, one)]
    if found:
        raise Refused(Refusal.STOP_LISTED, {"serials": tuple(map(serial_text, found[:20]))})


def each_of(serials: SerialSet) -> Iterator[Blank]:
    """The blanks one by one."""
    for part in serials:
        for number in range(part.lo, part.hi + 1):
            yield part.series, number


def _is_stopped(view: View, blank: Blank) -> bool:
    listed = view.row(ChipOf, *blank)
    return view.row(Revoked, serial_text(blank)) is not None or (listed is not None and is_stopped(view, listed.uid))


def checked_count(count: int, field: str, least: int = 0, most: int = MOST) -> int:
    """A number of blanks that people can have counted.

    Raises:
        Refused: BAD_VALUE.
    """
    if not least <= count <= most:
        raise Refused(Refusal.BAD_VALUE, {"field": field, "shape": str(count), "expected": f"{least} to {most}"})
    return count
