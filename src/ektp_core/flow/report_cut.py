"""What a spoilage report is about (pokok berita acara): one allotment, as at one cut whose time is known. Rules 24, 27.

*How old a cut is.* A cut is a position in the log; the fold knows no time, and what an office says of
a time proves nothing. A cut after which no blank moved in the whole book is as good as one of this
moment. Of any other the hub's edge looks up when its commit was sealed and hands that in; where
nobody did, the time is not known, and no grant rests on the report. So the time kept is never later
than the book stood as the report says, whoever files it and however late.
"""

from collections.abc import Iterable, Iterator

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.allotting_rows import Standing
from ektp_core.flow.blanks import serials_of
from ektp_core.flow.rows import Allotment
from ektp_core.flow.view import View
from ektp_core.spoilage.report import Columns, Line
from ektp_core.vocabulary.serial import SerialRange, SerialSet

_SHOWN = 20


def cut_time(view: View, cut_seq: int, sealed_ms: int, at_ms: int) -> int:
    """A time the cut is known not to be older than (milliseconds UTC); 0 when none is known.

    Args:
        sealed_ms: when the commit of the cut was sealed; 0 when nobody looked it up.
    """
    if next(view.moves_since(cut_seq), None) is None:
        return at_ms
    return min(sealed_ms, at_ms)


def refuse_spanning(view: View, columns: Columns, lines: Iterable[Line], allotment: Allotment) -> None:
    """A report that counts, or names, the blanks of another allotment of the same office and class as well.

    Costs nothing but where a report counts too many or names blanks of others.

    Raises:
        Refused: REPORT_SPANS naming the other allotment.
    """
    excess = columns.received + columns.borrowed - allotment.count
    named = SerialSet(SerialRange(line.series, line.number, line.number) for line in lines if line.number > 0)
    others = named - serials_of(allotment.ranges)
    if excess <= 0 and not others:
        return
    for other in allotments_of(view, allotment.party, allotment.blank_class):
        spilt = others & serials_of(other.ranges)
        if other.allotment != allotment.allotment and (spilt or 0 < excess == other.count):
            facts = {"allotment": allotment.allotment, "other": other.allotment}
            raise Refused(Refusal.REPORT_SPANS, {**facts, "serials": spilt.shown()[:_SHOWN] or ("-",)})


def allotments_of(view: View, party: str, blank_class: str) -> Iterator[Allotment]:
    """The allotments granted to a party of a class, the last first; those undone whole are left out."""
    standing = view.row(Standing, party, blank_class)
    name = standing.allotment if standing else ""
    while found := view.row(Allotment, name) if name else None:
        if found.count:
            yield found
        name = found.previous
