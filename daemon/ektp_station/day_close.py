"""The close of the day as people at the station see it (tutup buku): what is so now, and the file of a count.

Nothing is decided here. What the book expects is not shown while a count is under way (rule 33); an
accepted close shows all figures.
"""

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.closing_day import PLACES, CloseDay, StationPile, page_of
from ektp_core.flow.codec import fill
from ektp_core.flow.counting import SealedBox
from ektp_core.flow.rows import Station, StationDay
from ektp_core.flow.view import View
from ektp_core.ledger.count import Pile
from ektp_core.vocabulary.serial import parse_range


@frozen
class PileLine:
    """One `[[piles]]` of the file of a count; serials as `PNRI-18:1-125`."""

    pile: Pile
    counted: int
    blank_class: str = ""
    place: str = ""
    present: tuple[str, ...] = ()
    explanation: str = ""
    unread: bool = False


@frozen
class BoxLine:
    """One `[[boxes]]`: a box of unprinted blanks whose seal is whole."""

    seal: str
    blank_class: str
    count: int
    present: tuple[str, ...] = ()


@frozen
class CountFile:
    """The file of a count: minutes, piles, sealed boxes."""

    minutes: str
    piles: tuple[PileLine, ...]
    boxes: tuple[BoxLine, ...] = ()


def is_counting(view: View, station: str) -> bool:
    """Whether a count is under way."""
    return page_of(view, station).cut_seq > 0


def shown(view: View, station: str) -> dict[str, Any]:
    """Where the station's day stands: counted now, closed or open, and its last close with all figures."""
    page, row = page_of(view, station), view.row(Station, station)
    last = view.row(StationDay, station, page.last) if page.last and not page.cut_seq else None
    return {
        "counting": page.cut_seq > 0,
        "seq": view.position.seq,  # a count that begins when all machines stand still is as at this position
        "closed": page.day,
        "closes": page.last,
        "classes": list(row.classes) if row else [],
        "last": _close(last) if last else None,
    }


def _close(close: StationDay) -> dict[str, Any]:
    names = ("pile", "blank_class", "counted", "expected", "found", "lost", "explanation")
    return {
        "number": close.number,
        "day": close.day,
        "minutes": close.minutes,
        "lines": [{**dict(zip(names, line, strict=True)), "pile": line[0].value} for line in close.lines],
        "places": [{"blank_class": one[0], "place": one[1], "counted": one[2]} for one in close.places],
        "missing": [f"{series}:{lo}-{hi}" for _, series, lo, hi in close.missing],
        "extra": [f"{series}:{lo}-{hi}" for _, _, series, lo, hi in close.extra],
        "by_run": list(close.by_run),
        "suspects": close.suspects,
        "differed": close.differed,
        "by": list(close.by),
    }


def read_count(path: Path) -> CountFile:
    """The file of a count.

    Raises:
        Refused: BAD_FILE when it is missing or no TOML; MALFORMED naming the field.
    """
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        facts = {"file": str(path), "shape": type(error).__name__, "expected": "a TOML file with the piles as counted"}
        raise Refused(Refusal.BAD_FILE, facts) from None
    return fill(plain, CountFile, path.name)


def as_ask(count: CountFile, day: str, cut_seq: int) -> CloseDay:
    """A count as the station is asked to take it.

    Raises:
        Refused: BAD_VALUE for what is no range of serials.
    """
    piles = tuple(
        StationPile(
            one.pile, one.blank_class, one.counted, one.place, _ranges(one.present), one.explanation, one.unread
        )
        for one in count.piles
    )
    boxes = tuple(SealedBox(one.seal, one.blank_class, one.count, _ranges(one.present)) for one in count.boxes)
    return CloseDay(day, cut_seq, piles, boxes, count.minutes)


def _ranges(texts: Sequence[str]) -> tuple[tuple[str, int, int], ...]:
    return tuple((one.series, one.lo, one.hi) for one in map(parse_range, texts))


def piles_to_count(classes: Sequence[str]) -> Iterator[tuple[Pile, str, str]]:
    """What is counted, in order: pile, class, place."""
    for blank_class in classes:
        yield from ((Pile.UNPRINTED, blank_class, place) for place in PLACES)
        yield Pile.FINISHED, blank_class, ""
        yield Pile.WASTE, blank_class, ""
    yield Pile.OLD_CARDS, "", ""
