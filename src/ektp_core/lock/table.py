"""The lock table (tabel kunci cetak): the only place where a transition is written.

A record is locked from the moment it may be printed, whether the card comes out good or
not; it is opened again only after the spoilage report is accepted and two people of the
centre agree (paper 002; rules 15, 16, 24, 25). Code, diagram, the grid test and the
operator's "what can be done now" are all derived from `TABLE`. The oracle and the story
tests are written by hand and may not read it.

This file knows states, events, whose word is needed and where the blank goes. It does not
know who signed, which blank it is, or what time it is.

>>> row = next(r for r in TABLE if r.event is LockEvent.UNLOCK)
>>> row.source.name, row.target.name, row.by.name
('REPORTED', 'READY', 'HUB2')
"""

from attrs import frozen

from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import By, LockEvent, LockState

Event, State = LockEvent, LockState


@frozen
class Row:
    """One transition.

    Attributes:
        number: number of the row in the lock document.
        source: state before, or None where the lock does not exist yet.
        blank_from: buckets the blank may come from; empty when no blank moves.
        blank_to: bucket the blank goes to.
        why: when it happens and what is demanded, as the docs and the counter print it.
    """

    number: str
    source: LockState | None
    event: LockEvent
    target: LockState
    by: By
    why: str
    blank_from: tuple[Bucket, ...] = ()
    blank_to: Bucket | None = None


_STOCK, _MACHINE, _SUSPECT = (Bucket.STOCK,), (Bucket.IN_MACHINE,), (Bucket.SUSPECT,)

TABLE: tuple[Row, ...] = (
    Row("1", None, Event.ENTER, State.READY, By.REG, "The person has no open record and the previous card is closed."),
    Row(
        "2",
        State.READY,
        Event.AUTHORISE,
        State.AUTHORISED,
        By.HUB,
        "A new attempt; no hold lies; the station has a free blank, is not stopped, and takes the pen.",
    ),
    Row(
        "3",
        State.READY,
        Event.WITHDRAW,
        State.WITHDRAWN,
        By.HUB,
        "The person died or moved, or the record was revoked.",
    ),
    Row(
        "4",
        State.AUTHORISED,
        Event.RETURN,
        State.READY,
        By.STN,
        "Nothing was started: called back, permission over, no blank, or released by code.",
    ),
    Row(
        "5",
        State.AUTHORISED,
        Event.START,
        State.IN_PRESS,
        By.STN,
        "Before the permission ends; the printer's counter fits; written before the feed.",
        _STOCK,
        Bucket.IN_MACHINE,
    ),
    Row(
        "6",
        State.AUTHORISED,
        Event.DISPUTE,
        State.SUSPECT,
        By.HUB,
        "An objection, two histories, or the station stayed silent too long.",
    ),
    Row(
        "7",
        State.IN_PRESS,
        Event.PROVE_NOT_FED,
        State.AUTHORISED,
        By.STN,
        "Position and counter both show that no blank was fed.",
        _MACHINE,
        Bucket.STOCK,
    ),
    Row(
        "8",
        State.IN_PRESS,
        Event.VERDICT_GOOD,
        State.PRINTED,
        By.STN,
        "Better evidence than accepted bytes, or the operator's look; the chip is new.",
        _MACHINE,
        Bucket.GOOD_HELD,
    ),
    Row(
        "9",
        State.IN_PRESS,
        Event.VERDICT_BAD,
        State.MISPRINTED,
        By.STN,
        "The card is spoiled; the cause is named.",
        _MACHINE,
        Bucket.WASTE_HELD,
    ),
    Row(
        "9b",
        State.IN_PRESS,
        Event.BLANK_FAILED,
        State.AUTHORISED,
        By.STN,
        "The blank failed before any ink and is in hand; the same attempt takes another.",
        _MACHINE,
        Bucket.WASTE_HELD,
    ),
    Row(
        "10",
        State.IN_PRESS,
        Event.DOUBT,
        State.SUSPECT,
        By.STN,
        "There is not enough evidence of what became of the card.",
        _MACHINE,
        Bucket.SUSPECT,
    ),
    Row(
        "11",
        State.IN_PRESS,
        Event.DISPUTE,
        State.SUSPECT,
        By.HUB,
        "An objection, two histories, or the station stayed silent too long.",
        _MACHINE,
        Bucket.SUSPECT,
    ),
    Row(
        "12",
        State.SUSPECT,
        Event.SETTLE_GOOD,
        State.PRINTED,
        By.HUB2,
        "The card was shown; its serial and chip are named.",
        _SUSPECT,
        Bucket.GOOD_HELD,
    ),
    Row(
        "13",
        State.SUSPECT,
        Event.SETTLE_BAD,
        State.MISPRINTED,
        By.HUB2,
        "The spoiled card was surrendered.",
        _SUSPECT,
        Bucket.WASTE_HELD,
    ),
    Row(
        "14",
        State.SUSPECT,
        Event.SETTLE_LOST,
        State.MISPRINTED,
        By.HUB2,
        "The card is not found; minutes are written; its serial goes on the stop list.",
        _SUSPECT,
        Bucket.LOST,
    ),
    Row(
        "15",
        State.SUSPECT,
        Event.SETTLE_UNUSED,
        State.READY,
        By.HUB2,
        "The blank was found unused, or none was bound.",
        _SUSPECT,
        Bucket.STOCK,
    ),
    Row(
        "16",
        State.PRINTED,
        Event.FAIL_CARD,
        State.MISPRINTED,
        By.HUB,
        "The chip is dead or the data wrong; the card is surrendered and its chip revoked.",
        (Bucket.GOOD_HELD, Bucket.HANDED_OVER),
        Bucket.WASTE_HELD,
    ),
    Row(
        "17",
        State.PRINTED,
        Event.VOID,
        State.WITHDRAWN,
        By.HUB2,
        "A good card that must not be used: died, duplicate or superseded.",
        (Bucket.GOOD_HELD,),
        Bucket.VOID_HELD,
    ),
    Row(
        "18",
        State.MISPRINTED,
        Event.ACCEPT_REPORT,
        State.REPORTED,
        By.HUB,
        "The spoilage report balances and names this person, the cause and the blank.",
    ),
    Row(
        "19",
        State.REPORTED,
        Event.UNLOCK,
        State.READY,
        By.HUB2,
        "The signatures name this record, this attempt and the accepted report.",
    ),
    Row("20", State.REPORTED, Event.WITHDRAW, State.WITHDRAWN, By.HUB, "The card is not wanted any more."),
    Row(
        "21",
        None,
        Event.ENTER_LOCKED,
        State.LOCKED_BEFORE,
        By.REG,
        "A half-finished life from the old system, without a blank of ours.",
    ),
    Row("22", State.LOCKED_BEFORE, Event.OPEN, State.READY, By.HUB2, "The centre opens it."),
    Row(
        "23",
        State.LOCKED_BEFORE,
        Event.CARD_SEEN,
        State.WITHDRAWN,
        By.HUB,
        "The card of the old system was seen; closed without a blank of ours.",
    ),
)
