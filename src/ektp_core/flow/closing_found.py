"""What became of what was found (penyelesaian temuan): held apart until two people say what it is. Rule 11.

A blank or card that no book knew comes in from the account `found` and is held apart. A card among the
finished ones is never a blank: it is void, on the stop list, or waste. What lay among the unprinted is
waste, unless two people of the centre vouch for it, from a supplier's manifest or by their own word;
only then may it be printed on. Two people of two units always.

From here on it is accounted for like an allotment, by a report of its own: `found/`, the party, the
class and a number. So its waste is named and may be destroyed, and its misprints unlock (rules 24 to 26).
"""

from collections.abc import Iterator, Mapping
from itertools import count

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.blanks import as_ranges, moves, serials_of
from ektp_core.flow.cards import stopped
from ektp_core.flow.counting_events import FoundClosed
from ektp_core.flow.events import CardRevoked, Event, Granted
from ektp_core.flow.finding import MOST_FOUND, never_fed
from ektp_core.flow.papers import checked_text
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.placeholders import checked_count, counted_party, each_of, is_placeholder, not_stopped
from ektp_core.flow.rows import Allotment, FoundBlank, Ranges
from ektp_core.flow.signers import of_office, require
from ektp_core.flow.view import View
from ektp_core.flow.waste import not_evidence
from ektp_core.ledger.count import Pile
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.serial import SerialRange, SerialSet

FOUND_ACCOUNT = "found"

_KEPT_AS: Mapping[Condition, Bucket] = {
    Condition.BLANK: Bucket.STOCK,
    Condition.WASTE: Bucket.WASTE_HELD,
    Condition.VOID: Bucket.VOID_HELD,
}


@frozen
class CloseFound:
    """Say what found blanks or cards of one class are: `void` cards, `waste`, or usable `blank`s."""

    party: str
    ranges: Ranges
    condition: Condition
    minutes: str


def decide_close_found(view: View, ask: Ask, body: CloseFound) -> tuple[Event, ...]:
    """They are held as what they are; their own account is reported on."""
    is_usable = body.condition is Condition.BLANK
    who = require(view, ask, PERMITS[Act.CLOSE_FOUND_USABLE if is_usable else Act.CLOSE_FOUND])
    counted_party(view, body.party)
    of_office(who, body.party)
    checked_text("minutes", body.minutes)
    serials = serials_of(body.ranges)
    checked_count(len(serials), "ranges", 1, MOST_FOUND)
    if body.condition not in _KEPT_AS:
        raise _bad("condition", body.condition.value, "void, waste or blank")
    target = (body.party, _KEPT_AS[body.condition])
    moved = moves(view, serials, (body.party, Bucket.FOUND_HELD), target, body.minutes)
    not_evidence(view, serials)
    _fits(view, body, serials)
    blank_class = _class_of(view, serials)
    told = FoundClosed(body.party, body.condition, as_ranges(serials), body.minutes, who.names)
    account = Granted(
        _account(view, body.party, blank_class), body.party, blank_class, as_ranges(serials), body.minutes
    )
    return (told, *moved, account, *_stops(view, body.condition, serials))


def _fits(view: View, body: CloseFound, serials: SerialSet) -> None:
    """A card is no blank, and a blank no void card."""
    finished, waste = (_found_in(view, body.party, pile) & serials for pile in (Pile.FINISHED, Pile.WASTE))
    if body.condition is Condition.BLANK:
        if finished or waste:
            raise _bad("condition", "found among cards or waste", "void or waste")
        never_fed(view, serials)
        not_stopped(view, serials)
    if body.condition is Condition.VOID and serials - finished - waste:
        raise _bad("condition", "found among unprinted blanks", "waste, or blank by two people of the centre")


def _found_in(view: View, party: str, pile: Pile) -> SerialSet:
    return SerialSet(SerialRange(one.series, one.lo, one.hi) for one in view.rows(FoundBlank, party, pile))


def _class_of(view: View, serials: SerialSet) -> str:
    classes = {run.blank_class for part in serials for run in view.overlapping(part.series, part.lo, part.hi)}
    if len(classes) > 1:
        raise _bad("ranges", f"{len(classes)} classes", "blanks of one class")
    return classes.pop()


def _account(view: View, party: str, blank_class: str) -> str:
    """The first name nobody has: finds are few, and each is reported on by itself."""
    names = (f"{FOUND_ACCOUNT}/{party}/{blank_class}/{number}" for number in count(1))
    return next(name for name in names if view.row(Allotment, name) is None)


def _stops(view: View, condition: Condition, serials: SerialSet) -> Iterator[CardRevoked]:
    for blank in each_of(serials) if condition is Condition.VOID else ():
        if not is_placeholder(blank[0]):
            yield from stopped(view, "", "", blank, "found")


def _bad(name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": name, "shape": shape, "expected": expected})
