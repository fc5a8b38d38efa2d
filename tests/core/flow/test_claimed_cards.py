"""What only the hub writes about cards is never believed from a station's chain (rules 1, 5, 18, 35)."""

import pytest

from ektp_core.flow.cards_events import (
    Activated,
    CardMissed,
    CardPolicySet,
    CardsEvent,
    DuplicateNoted,
    EnteredLocked,
    HandedOver,
    HoldLifted,
    HoldPlaced,
    ListClosed,
    ListMade,
)
from ektp_core.flow.cards_rows import Adjudication, CardFacts, CardList, CardPolicy, Hold
from ektp_core.flow.rows import Dispute, Pen
from ektp_core.handover.activation import When
from ektp_core.handover.delivery import OldCard, Receiver
from ektp_core.vocabulary.card_words import ListKind
from ektp_core.vocabulary.hold import HoldKind
from ektp_core.vocabulary.imported_status import ImportedStatus
from ektp_core.vocabulary.objection import Objection
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.state import LockState
from tests.core.flow.counter_people import card_of, hold, staffed
from tests.core.flow.office_cards import person, state
from tests.core.flow.offices import NOW, OFFICE, ONE, accepted, forged, row, rows
from tests.core.flow.soundness import check_books

RECORD = "52.03-000001"

CLAIMS: tuple[CardsEvent, ...] = (
    EnteredLocked(
        RECORD, person(9), OFFICE, ImportedStatus.CARD_SHIPPED, Reason.FIRST, PreviousCard.NONE, "", "", b"", "k", 0
    ),
    DuplicateNoted(RECORD, OFFICE, b"", "k", NOW),
    CardPolicySet("2018-01-01", When.ANY, 9, "SE"),
    HoldPlaced(RECORD, HoldKind.INQUIRY, "x", "", (), NOW),
    HoldLifted(RECORD, HoldKind.DEATH_REPORT, "x", ()),
    HandedOver(RECORD, 1, Receiver.HOLDER, OldCard.NONE, "", "", "", (), NOW),
    Activated(RECORD, 1, "", "", (), NOW),
    CardMissed(RECORD, 1, "BA", ()),
    ListMade("A", ListKind.BATCH, OFFICE, "", (RECORD,), (), (), NOW),
    ListClosed("A", (), (), (), NOW),
)


@pytest.mark.rule(1)
@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: type(claim).__name__)
def test_a_stations_word_about_a_finished_card_is_kept_and_changes_nothing(claim: CardsEvent) -> None:
    books = staffed()
    assert card_of(books, 1) == RECORD
    accepted(hold(books, RECORD, HoldKind.DEATH_REPORT))
    kinds = (Adjudication, CardFacts, CardList, CardPolicy, Hold)
    before = [rows(books.hub, kind) for kind in kinds]
    accepted(forged(books, ONE, claim, pen=row(books.hub, Pen, ONE).digest))
    assert [rows(books.hub, kind) for kind in kinds] == before
    assert [one.objection for one in rows(books.hub, Dispute)] == [Objection.NO_SUCH_STEP]
    assert state(books.hub, RECORD) is LockState.PRINTED
    check_books(books)


def test_every_kind_of_claim_is_tried() -> None:
    assert {type(claim).KIND for claim in CLAIMS} == set(range(60, 70))
