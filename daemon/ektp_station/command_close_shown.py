"""One page about an accepted close (ringkasan tutup buku), for the terminal; in the language of whoever reads."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ektp_core.ledger.count import Pile
from ektp_station.asking_station import say

_FIGURES = ("counted", "expected", "found", "lost")
_RIGHT = range(2, 6)


def summary(close: Mapping[str, Any], station: str) -> str:
    """The close as the station's page shows it, as text."""
    rows: list[Sequence[str]] = [
        (
            say("Pile"), say("Class"), say("Counted"), say("Book"), say("Too many"), say("Missing"),
            say("Explanation"),
        )
    ]  # fmt: skip
    for one in close["lines"]:
        # The old-card book is the office's; here their count is noted and compared with nothing.
        is_ours = one["pile"] != Pile.OLD_CARDS.value
        figures = [str(one[name]) if is_ours or name == "counted" else "-" for name in _FIGURES]
        rows.append((say("{pile}", pile=one["pile"]), one["blank_class"] or "-", *figures, one["explanation"] or "-"))
    head = say(
        "{station}: the day {day} is closed, minutes {minutes}.",
        station=station, day=close["day"], minutes=close["minutes"],
    )  # fmt: skip
    end = say("Now give the unused blanks back to the store: ektp station give-back.")
    return "\n".join([head, "", *_table(rows), "", *_beside(close), "", end])


def _beside(close: Mapping[str, Any]) -> Iterator[str]:
    for one in close["places"]:
        yield say("Unprinted, {place}: {count}", place=one["place"], count=one["counted"])
    yield say("In doubt, kept apart and in no pile: {count}", count=close["suspects"])
    if close["differed"]:
        yield say("Counts that were refused before because they differed: {count}", count=close["differed"])
    if close["missing"]:
        yield say("Not there: {serials}", serials=tuple(close["missing"]))
    if close["by_run"]:
        yield say("Nobody could read the serials; the last blanks of the run stand for the missing ones.")
    if close["extra"]:
        yield say("There, and in no book of this station: {serials}", serials=tuple(close["extra"]))
    if close["number"] > 1:
        yield say("It is close number {number} of this station; earlier ones stand.", number=close["number"])
    yield say("Signed by: {names}", names=tuple(close["by"]))


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = (
            text.rjust(width) if place in _RIGHT else text.ljust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()
