"""Surrendered old cards (kartu lama yang diserahkan): rule 14.

A card with a chip of ours goes from the citizen's hand to the void cards and onto the stop
list; any other is counted in the office's old-card book. Both are destroyed under the same
minutes, in separate columns.
"""

from attrs import field, frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow import feed
from ektp_core.flow.ask import Ask
from ektp_core.flow.cards import is_stopped, serial_text, stopped
from ektp_core.flow.consigning import known_party
from ektp_core.flow.custody_events import OldCardTaken
from ektp_core.flow.custody_rows import OldCards
from ektp_core.flow.declaring import shown_run
from ektp_core.flow.events import Event, GivenOut, Moved
from ektp_core.flow.periods import Paper, paper_date_checked
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.rows import Chip, Revoked
from ektp_core.flow.signers import of_office, require
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.dates import checked_date
from ektp_core.vocabulary.old_card import OldCardReason
from ektp_core.vocabulary.party import PartyId, PartyKind, is_station
from ektp_core.vocabulary.uid import checked_uid

PERSON_BYTES = 32
#: An office takes sixty a day; a count above this is a slip of the pen.
MOST = 1_000_000


@frozen
class TakeOldCard:
    """Old cards were surrendered at an office: one with what can be read of it, or several by count only."""

    office: str
    reason: OldCardReason
    date: str
    punched: bool
    count: int = 1
    uid: str = ""
    person: bytes = field(default=b"", repr=False)


def decide_old_card(view: View, ask: Ask, body: TakeOldCard) -> tuple[Event, ...]:
    """The card is kept for destruction; one of ours by its serial, any other by count."""
    who = require(view, ask, PERMITS[Act.TAKE_OLD_CARD])
    known_party(view, body.office)
    if PartyId.parse(body.office, "office").kind is not PartyKind.OFFICE:
        raise _bad("office", "another party", "an office such as office/52.03")
    of_office(who, body.office)
    checked_date(body.date, "date")
    late = paper_date_checked(view, body.office, Paper("the old card", "", body.date), ask.at_ms, "date")
    if not 1 <= body.count <= MOST or (body.count > 1 and (body.uid or body.person)):
        raise _bad("count", str(body.count), f"1 for a card that is read or whose holder is known, else 1 to {MOST}")
    if len(body.person) not in (0, PERSON_BYTES):
        raise _bad("person", f"{len(body.person)} bytes", "a keyed hash of 32 bytes, or nothing")
    chip = view.row(Chip, checked_uid(body.uid)) if body.uid else None
    ours = _ended(view, ask, body, chip) if chip else ()
    taken = OldCardTaken(
        body.office, body.reason, body.date, body.person, body.punched, body.count, body.uid, chip is None, who.names
    )
    return (taken, *ours, *late)


def _ended(view: View, ask: Ask, body: TakeOldCard, chip: Chip) -> tuple[Event, ...]:
    """From the citizen's hand to this office's void cards; a card that is elsewhere by the book is refused."""
    run = view.covering(chip.series, chip.number)
    blank = (chip.series, chip.number)
    if run is None or run.bucket is not Bucket.HANDED_OVER:
        where = shown_run(run.part(chip.number, chip.number)) if run else f"{serial_text(blank)}: nowhere"
        raise Refused(Refusal.HELD_ELSEWHERE, {"found": (where,)})
    name = f"surrendered {body.date}"
    moved = Moved(*blank, chip.number, run.party, run.bucket, body.office, Bucket.VOID_HELD, name)
    is_listed = is_stopped(view, chip.uid) and view.row(Revoked, serial_text(blank)) is not None
    ended = () if is_listed else tuple(stopped(view, chip.record, chip.uid, blank, "surrendered"))
    if not is_station(run.party):
        return (moved, *ended)
    out = GivenOut(*blank, chip.number, run.party, run.bucket, name)
    return (moved, *ended, feed.queued(view, run.party, feed.SETTLED, (out, *ended), ask.at_ms))


def old_cards(view: View, office: str) -> tuple[OldCards, ...]:
    """The office's old-card book: what it keeps, by reason; a reader."""
    return tuple(view.rows(OldCards, office))


def _bad(name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": name, "shape": shape, "expected": expected})
