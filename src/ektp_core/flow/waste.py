"""What keeps blanks and cards where they are (penahan barang): an inquiry, or waste that no report names yet.

Rule 26: waste leaves only after a report naming it is accepted, and never while an inquiry
holds it. The same two questions are asked before a consignment leaves and before a fire.

Blanks that come damaged to the centre or a province's store are in nobody's spoilage report: the
offices that sent them up count them as returned, those they are for never received them. The
minutes of that count, signed by two, name them in a report's stead.
"""

from collections.abc import Iterator

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.blanks import as_ranges, lowest_blanks, serials_of
from ektp_core.flow.custody_events import WasteNamed
from ektp_core.flow.custody_rows import Inquiry, NamedWaste
from ektp_core.flow.view import View
from ektp_core.spoilage.report import Line
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.party import PartyId, PartyKind
from ektp_core.vocabulary.serial import SerialRange, SerialSet


def evidence(view: View) -> SerialSet:
    """All that open inquiries hold; whoever chooses blanks by count leaves these where they are."""
    return SerialSet(part for inquiry in view.rows(Inquiry, False) for part in serials_of(inquiry.ranges))


def free_blanks(view: View, party: str, bucket: Bucket, blank_class: str, count: int) -> SerialSet:
    """The first `count` blanks of a place that no inquiry holds.

    Raises:
        Refused: TOO_FEW when there are not so many; UNDER_INQUIRY when there are, and an inquiry holds too many.
    """
    place = (party, bucket, blank_class)
    first, held = lowest_blanks(view, *place, count), evidence(view)
    if not first & held:
        return first
    try:
        return lowest_blanks(view, *place, count, held)
    except Refused:
        not_evidence(view, first)
        raise


def not_evidence(view: View, serials: SerialSet) -> None:
    """Refuse what an open inquiry holds; a station knows of those that its feed told it.

    Raises:
        Refused: UNDER_INQUIRY.
    """
    for inquiry in view.rows(Inquiry, False):
        held = serials_of(inquiry.ranges) & serials
        if held:
            raise Refused(Refusal.UNDER_INQUIRY, {"inquiry": inquiry.inquiry, "serials": held.shown()[:20]})


def all_named(view: View, serials: SerialSet) -> None:
    """Refuse waste that no accepted report names.

    Raises:
        Refused: WASTE_NOT_REPORTED.
    """
    unnamed = SerialSet(
        SerialRange.one(part.series, number)
        for part in serials
        for number in range(part.lo, part.hi + 1)
        if view.row(NamedWaste, part.series, number) is None
    )
    if unnamed:
        raise Refused(Refusal.WASTE_NOT_REPORTED, {"serials": unnamed.shown()[:20]})


def named_by_minutes(party: str, damaged: SerialSet, minutes: str) -> Iterator[WasteNamed]:
    """What the minutes of a count name as spoiled, where no office reports on it.

    Raises:
        Refused: BAD_VALUE when such minutes have no number.
    """
    if not damaged or PartyId(party).home.kind is PartyKind.OFFICE:
        return
    if not minutes.strip():
        expected = "the number of the minutes; they name the damaged blanks as a report does"
        raise Refused(Refusal.BAD_VALUE, {"field": "minutes", "shape": "empty", "expected": expected})
    yield WasteNamed(minutes, as_ranges(damaged))


def newly_named(view: View, lines: tuple[Line, ...], report: str) -> Iterator[WasteNamed]:
    """What an accepted report names for the first time as bad (not as lost), if anything."""
    named = SerialSet(
        SerialRange.one(line.series, line.number)
        for line in lines
        if not line.is_lost and view.row(NamedWaste, line.series, line.number) is None
    )
    if named:
        yield WasteNamed(report, as_ranges(named))
