"""A check that grew too old is made anew, and the record is printed after all (rules 23, 42)."""

import pytest

from ektp_core.errors import Refusal
from ektp_core.flow.printing import Authorise
from ektp_core.flow.rechecking import Recheck
from ektp_core.flow.rows import Record
from tests.core.flow.counter_people import CLERK, SECTION, staffed
from tests.core.flow.office_cards import BAD, entered, entry, printed, reported, unlocked
from tests.core.flow.offices import (
    HUB_KEY,
    NOW,
    ONE,
    OPERATOR,
    REGISTRY_KEY,
    VERIFIER_1,
    accepted,
    ask,
    exchange,
    facts,
    refusal,
    row,
)
from tests.core.flow.soundness import check_books, check_refold

pytestmark = pytest.mark.rule(23)

LATER = NOW + 31 * 86_400_000


@pytest.mark.parametrize("key", [OPERATOR, REGISTRY_KEY])
def test_a_record_unlocked_long_after_its_check_is_checked_again_and_printed(key: str) -> None:
    books = staffed()
    record = entered(books, 1)
    printed(books, record, BAD)
    reported(books, "R-1")
    unlocked(books, record, 1)
    again = Authorise(record, ONE)
    assert refusal(ask(books.hub, again, HUB_KEY, at_ms=LATER)) is Refusal.SOURCE_STALE
    fresh = entry(1, checked_ms=LATER)
    assert refusal(ask(books.hub, fresh, OPERATOR, at_ms=LATER)) is Refusal.PERSON_HAS_OPEN_RECORD
    signed_before = row(books.hub, Record, record)
    accepted(ask(books.hub, Recheck(record, LATER), key, at_ms=LATER))
    after = row(books.hub, Record, record)
    assert after.checked_ms == LATER
    assert (after.payload, after.signer) == (signed_before.payload, signed_before.signer)
    accepted(ask(books.hub, again, HUB_KEY, at_ms=LATER))
    exchange(books, at_ms=LATER)
    check_books(books)
    check_refold(books.hub)


@pytest.mark.rule(42)
@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (HUB_KEY, Refusal.SIGNER_NOT_REGISTRY),
        (CLERK, Refusal.NOT_ALLOWED),
        (SECTION, Refusal.NOT_ALLOWED),
        (VERIFIER_1, Refusal.NOT_ALLOWED),
    ],
)
def test_only_who_may_bring_the_record_in_checks_it_again(key: str, expected: Refusal) -> None:
    books = staffed()
    record = entered(books, 1)
    assert refusal(ask(books.hub, Recheck(record, NOW + 1), key)) is expected


@pytest.mark.parametrize(
    ("checked_ms", "shape"),
    [(NOW, "not after the last check"), (0, "not after the last check"), (LATER, "in the future")],
)
def test_a_check_is_later_than_the_last_and_not_in_the_future(checked_ms: int, shape: str) -> None:
    books = staffed()
    answer = ask(books.hub, Recheck(entered(books, 1), checked_ms), OPERATOR)
    assert refusal(answer) is Refusal.BAD_VALUE
    assert (facts(answer)["field"], facts(answer)["shape"]) == ("checked_ms", shape)


def test_only_a_record_that_waits_is_checked_again() -> None:
    books = staffed()
    record = entered(books, 1)
    printed(books, record)
    assert refusal(ask(books.hub, Recheck(record, NOW + 1), OPERATOR)) is Refusal.NO_SUCH_STEP
    assert refusal(ask(books.hub, Recheck("52.03-000009", NOW + 1), OPERATOR)) is Refusal.UNKNOWN_RECORD
