"""What is held against a fact: it is never refused, at worst disputed, and a dispute never frees."""

import pytest
from attrs import evolve

from ektp_core.flow.absorb import DISPUTE
from ektp_core.flow.codec import encode_event
from ektp_core.flow.events import (
    Absorbed,
    Authorised,
    CardMade,
    CardRevoked,
    ChipRead,
    FeedTaken,
    GivenOut,
    PrinterClosed,
    PrinterLoaded,
    Reported,
    Stepped,
    TakenIn,
)
from ektp_core.flow.rows import Dispute, Lock
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.objection import Objection
from ektp_core.vocabulary.state import LockEvent, LockState, PressStep
from ektp_core.vocabulary.verdict import Certainty
from tests.core.flow.absorbing import RECORD, UIDS, Facts
from tests.core.flow.office_cards import allot, authorised, entered, issue, load, supply
from tests.core.flow.offices import NOW, OFFICE, ONE, PRINTER, SERIES, TWO, Offices, accepted, forged, founded, rows
from tests.core.flow.soundness import check_books
from tests.core.flow.station_words import (
    BEGUN,
    GOOD_SAID,
    IN_PRESS,
    INKED,
    MARK,
    READ,
    RECEIVED,
    START,
    TO_GOOD,
    TO_MACHINE,
)

#: What the station says, and what is held against the last of it.
CASES: list[tuple[str, Facts, Objection | None]] = [
    ("an honest start", IN_PRESS, None),
    ("an honest end", (*INKED, GOOD_SAID, TO_GOOD), None),
    ("a step of nobody's record", (evolve(START, record="52.03-000009"),), Objection.WRONG_STATION),
    ("a step of another station's record", (evolve(START, record="52.03-000002"),), Objection.WRONG_STATION),
    ("a step of an attempt to come", (evolve(START, n=2),), Objection.WRONG_ATTEMPT),
    ("a verdict on a card never started", (GOOD_SAID,), Objection.NO_SUCH_STEP),
    ("a step to a state the table does not have", (evolve(START, state=LockState.PRINTED),), Objection.NO_SUCH_STEP),
    ("a dispute, which is the hub's to say",
     (Stepped(RECORD, 1, LockEvent.DISPUTE, LockState.SUSPECT),), Objection.NO_SUCH_STEP),
    ("a second verdict", (*INKED, GOOD_SAID, TO_GOOD, GOOD_SAID), Objection.NO_SUCH_STEP),
    ("good on an idle lamp",
     (*INKED, evolve(GOOD_SAID, certainty=Certainty.STATUS_IDLE)), Objection.CERTAINTY_TOO_LOW),
    ("good on nothing", (*INKED, evolve(GOOD_SAID, certainty=None)), Objection.CERTAINTY_TOO_LOW),
    ("not fed, on a counter alone",
     (*IN_PRESS, Stepped(RECORD, 1, LockEvent.PROVE_NOT_FED, LockState.AUTHORISED, certainty=Certainty.COUNTER)),
     Objection.CERTAINTY_TOO_LOW),
    ("not fed, on nothing",
     (*IN_PRESS, Stepped(RECORD, 1, LockEvent.PROVE_NOT_FED, LockState.AUTHORISED)), Objection.CERTAINTY_TOO_LOW),
    ("another party's blanks", (evolve(TO_MACHINE, party=OFFICE, to_party=OFFICE),), Objection.WRONG_STATION),
    ("its blank given to the office", (evolve(TO_MACHINE, to_party=OFFICE),), Objection.WRONG_STATION),
    ("a blank it does not hold", (START, evolve(TO_MACHINE, lo=99, hi=99)), Objection.NOT_UNDER_YOUR_PEN),
    ("a blank of the other station", (START, evolve(TO_MACHINE, lo=15, hi=15)), Objection.NOT_UNDER_YOUR_PEN),
    ("more blanks than one run holds", (START, evolve(TO_MACHINE, lo=1, hi=15)), Objection.NOT_UNDER_YOUR_PEN),
    ("a run that ends before it begins", (START, evolve(TO_MACHINE, lo=5, hi=4)), Objection.NOT_UNDER_YOUR_PEN),
    ("a run that ends below nothing", (START, evolve(TO_MACHINE, lo=5, hi=-4)), Objection.NOT_UNDER_YOUR_PEN),
    ("a chip that is none", (ChipRead("", SERIES, 1),), Objection.UID_KNOWN),
    ("a blank from where it is not",
     (*IN_PRESS, evolve(TO_MACHINE, to_bucket=Bucket.IN_MACHINE)), Objection.NOT_UNDER_YOUR_PEN),
    ("two blanks for one card", (START, evolve(TO_MACHINE, hi=2)), Objection.NOT_UNDER_YOUR_PEN),
    ("a movement the hub alone writes",
     (*IN_PRESS, evolve(TO_GOOD, to_bucket=Bucket.SUSPECT, reference=DISPUTE)), Objection.WRONG_STATION),
    ("a blank in the machine before the start", (TO_MACHINE,), Objection.NO_SUCH_STEP),
    ("good in the tray, with no verdict", (*IN_PRESS, TO_GOOD), Objection.NO_SUCH_STEP),
    ("a step in no machine", (evolve(BEGUN, number=0, series=""),), Objection.NO_SUCH_STEP),
    ("a card of another station",
     (evolve(BEGUN, record="52.03-000002"),), Objection.WRONG_STATION),
    ("a card of another attempt", (*IN_PRESS, evolve(BEGUN, n=7)), Objection.WRONG_ATTEMPT),
    ("a chip where none is read", (*IN_PRESS, evolve(READ, step=PressStep.FED)), Objection.UID_KNOWN),
    ("a chip bound that was never read", (*IN_PRESS, READ), Objection.UID_KNOWN),
    ("a chip read", (*IN_PRESS, ChipRead(UIDS[0], SERIES, 1), READ), None),
    ("a chip read in a blank it does not have", (ChipRead(UIDS[0], SERIES, 15),), Objection.NOT_UNDER_YOUR_PEN),
    ("a chip read in a blank nobody has", (ChipRead(UIDS[0], SERIES, 99),), Objection.NOT_UNDER_YOUR_PEN),
    ("a chip read in two blanks",
     (ChipRead(UIDS[0], SERIES, 1), ChipRead(UIDS[0], SERIES, 2)), Objection.UID_KNOWN),
    ("two chips read in one blank",
     (ChipRead(UIDS[0], SERIES, 1), ChipRead(UIDS[1], SERIES, 1)), Objection.UID_KNOWN),
    ("another blank's chip bound",
     (*IN_PRESS, ChipRead(UIDS[0], SERIES, 2), READ), Objection.UID_KNOWN),
    ("a card of a chip", (*IN_PRESS, ChipRead(UIDS[0], SERIES, 1), READ, MARK, GOOD_SAID, TO_GOOD,
                          CardMade(UIDS[0], RECORD, 1)), None),
    ("a card made twice", (*IN_PRESS, ChipRead(UIDS[0], SERIES, 1), READ, MARK, GOOD_SAID, TO_GOOD,
                           CardMade(UIDS[0], RECORD, 1), CardMade(UIDS[0], RECORD, 1)), Objection.UID_KNOWN),
    ("a card of a chip that was not bound",
     (*INKED, GOOD_SAID, TO_GOOD, CardMade(UIDS[0], RECORD, 1)), Objection.NO_SUCH_STEP),
    ("a card before the verdict",
     (*IN_PRESS, ChipRead(UIDS[0], SERIES, 1), READ, CardMade(UIDS[0], RECORD, 1)), Objection.WRONG_ATTEMPT),
    ("a card of another station's record", (CardMade(UIDS[0], "52.03-000002", 1),), Objection.WRONG_STATION),
    ("a feed entry of another station", (FeedTaken(TWO, 1, b"", "", 0, 0),), Objection.WRONG_STATION),
    ("a feed entry out of turn", (FeedTaken(ONE, 9, b"", "", 0, 0),), Objection.NO_SUCH_STEP),
    ("a feed entry taken before", (FeedTaken(ONE, 1, b"", "", 0, 0),), Objection.NO_SUCH_STEP),
    ("a consignment counted in twice", (RECEIVED,), Objection.NO_SUCH_STEP),
    ("another's consignment", (evolve(RECEIVED, consignment="I-2"),), Objection.WRONG_STATION),
    ("a consignment for the office", (evolve(RECEIVED, party=OFFICE),), Objection.WRONG_STATION),
    ("another station's printer", (PrinterLoaded(TWO, PRINTER, 0, SERIES, 1, 2),), Objection.WRONG_STATION),
    ("another station's printer closed", (PrinterClosed(TWO, PRINTER, "x"),), Objection.WRONG_STATION),
    ("its own printer closed", (PrinterClosed(ONE, PRINTER, "x"),), None),
    ("blanks from nowhere", (TakenIn(SERIES, 500, 500, ONE, Bucket.STOCK, "v5", "me"),), Objection.NO_SUCH_STEP),
    ("blanks into nowhere", (GivenOut(SERIES, 1, 1, ONE, Bucket.STOCK),), Objection.NO_SUCH_STEP),
    ("an authorisation to itself", (Authorised(RECORD, 2, ONE, NOW, 9),), Objection.NO_SUCH_STEP),
    ("a report about itself", (Reported("R", "A-1", 1, b"", "operator", 1, 0, 0, True),), Objection.NO_SUCH_STEP),
    ("a chip taken off the stop list", (CardRevoked(UIDS[0], "", RECORD),), Objection.NO_SUCH_STEP),
]  # fmt: skip


def both_stations() -> Offices:
    """Record 1 at station one, record 2 at station two, each with ten blanks."""
    books = founded()
    supply(books, 1, 20)
    allot(books, "A-1", 20)
    load(books, issue(books, "I-1", 10))
    load(books, issue(books, "I-2", 10, TWO), TWO)
    for number, station in ((1, ONE), (2, TWO)):
        authorised(books, entered(books, number), station)
    return books


@pytest.mark.rule(22)
@pytest.mark.parametrize(("said", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_held_against_a_fact(said: Facts, expected: Objection | None) -> None:
    books = both_stations()
    ready = {one.record for one in rows(books.hub, Lock) if one.state is LockState.READY}
    unlocked_states = (LockState.READY, LockState.REPORTED)
    taken = accepted(forged(books, ONE, *said))
    assert isinstance(taken.events[-1], Absorbed), "the chain goes on whatever was said"
    found = [(one.index, one.objection) for one in rows(books.hub, Dispute, ONE)]
    assert found == ([] if expected is None else [(len(said) - 1, expected)])
    kept = [one.event for one in rows(books.hub, Dispute, ONE)]
    assert kept == ([] if expected is None else [encode_event(said[-1])])
    opened = {one.record for one in rows(books.hub, Lock) if one.state in unlocked_states} - ready
    assert not opened, "a dispute never frees"
    check_books(books)


@pytest.mark.parametrize("objection", Objection)
def test_every_objection_is_provoked(objection: Objection) -> None:
    provoked = {expected for _, _, expected in CASES} | {Objection.PAST_T}  # PAST_T has a test of its own
    assert objection in provoked
    assert objection.meaning.endswith(".")
