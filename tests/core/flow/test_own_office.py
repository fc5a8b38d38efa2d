"""Each office's people act for their own office, and nobody who may have run the machine judges (rules 20, 39)."""

import pytest

from ektp_core.boundary.store import Answer
from ektp_core.errors import Refusal
from ektp_core.flow.ask import Body
from ektp_core.flow.founding import NewOfficer, Register
from ektp_core.flow.handing_over import DeclareCardMissing
from ektp_core.flow.printing import Recall, Withdraw
from ektp_core.flow.settling import FailCard, Found, Settle, VoidCard
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.role import Role
from ektp_core.vocabulary.verdict import Cause
from tests.core.flow.counter_people import CLERK, CLOSERS, OTHER, SECTION, card_of, hand, staffed
from tests.core.flow.office_cards import UNKNOWN, authorised, entered, printed
from tests.core.flow.offices import (
    OFFICE,
    OPERATOR,
    PAIR,
    REGISTRY_KEY,
    VERIFIER_1,
    Offices,
    accepted,
    ask,
    exchange,
    facts,
    new_key,
    refusal,
)

STRANGER, DOUBLE = "key-stranger", "key-double"


def peopled() -> Offices:
    """Also a checker of another office, and one of this office who prints as well."""
    books = staffed()
    people = (
        NewOfficer("stranger", "Checker elsewhere", OTHER, (Role.CHECKER,)),
        NewOfficer("double", "Prints and checks", OFFICE, (Role.PRINT_OPERATOR, Role.CHECKER)),
    )
    keys = tuple(new_key(f"key-{one.officer}", one.officer) for one in people)
    accepted(ask(books.hub, Register(officers=people, keys=keys), *PAIR))
    exchange(books)
    return books


@pytest.mark.rule(20)
def test_a_record_is_withdrawn_and_called_back_by_its_own_office_the_centre_or_the_registry() -> None:
    books = peopled()
    first, second, third, given = (entered(books, number) for number in (1, 2, 3, 4))
    authorised(books, given)
    for body in (Withdraw(first, "moved away"), Recall(given, "moved away")):
        answer = ask(books.hub, body, CLERK)
        assert refusal(answer) is Refusal.NOT_ALLOWED and facts(answer) == {"who": "clerk", "needs": OFFICE}
    accepted(ask(books.hub, Recall(given, "moved away"), SECTION))
    for record, key in ((first, SECTION), (second, VERIFIER_1), (third, REGISTRY_KEY)):
        accepted(ask(books.hub, Withdraw(record, "moved away"), key))


def _of(books: Offices, act: str) -> Body:
    if act == "settle":
        record = entered(books, 3)
        printed(books, record, UNKNOWN)
        return Settle(record, 1, Found.BAD, "BA-1")
    record = card_of(books, 1)
    return VoidCard(record, 1, "died") if act == "void" else DeclareCardMissing(record, 1, "BA-1")


@pytest.mark.rule(39)
@pytest.mark.parametrize("act", ["settle", "void", "missing"])
@pytest.mark.parametrize(("unfit", "expected"), [(STRANGER, Refusal.NOT_ALLOWED), (DOUBLE, Refusal.REPORTER_SIGNED)])
def test_cards_are_closed_by_people_of_their_office_or_the_centre_none_of_whom_may_have_printed(
    act: str, unfit: str, expected: Refusal
) -> None:
    books = peopled()
    body = _of(books, act)
    answer = ask(books.hub, body, unfit, VERIFIER_1)
    assert refusal(answer) is expected
    assert facts(answer)["who"] == unfit.removeprefix("key-")
    accepted(ask(books.hub, body, *CLOSERS))


@pytest.mark.rule(39)
def test_an_office_whose_closers_all_print_lets_the_centre_close() -> None:
    books = peopled()
    accepted(ask(books.hub, _of(books, "settle"), *PAIR))


def _refused_field(answer: Answer) -> object:
    assert refusal(answer) is Refusal.BAD_VALUE
    return facts(answer)["field"]


@pytest.mark.rule(16)
@pytest.mark.parametrize("why", ["", "  ", "NIK 5203054408999001"])
def test_whoever_ends_a_record_or_a_card_says_why_without_a_citizens_number(why: str) -> None:
    books = peopled()
    card, waiting, given = card_of(books, 1), entered(books, 2), entered(books, 3)
    authorised(books, given)
    assert _refused_field(ask(books.hub, VoidCard(card, 1, why), *PAIR)) == "why"
    assert _refused_field(ask(books.hub, Withdraw(waiting, why), SECTION)) == "why"
    assert _refused_field(ask(books.hub, Recall(given, why), SECTION)) == "why"


@pytest.mark.rule(18)
@pytest.mark.parametrize("cause", [Cause.NONE, Cause.LOST])
def test_a_card_fails_for_a_cause(cause: Cause) -> None:
    books = peopled()
    record = card_of(books, 1)
    assert _refused_field(ask(books.hub, FailCard(record, 1, cause), OPERATOR)) == "cause"


@pytest.mark.rule(16)
def test_a_card_declared_lost_does_not_fail_in_somebodys_hand() -> None:
    books = peopled()
    record = card_of(books, 1)
    accepted(hand(books, record))
    letter = {"letter": "B/1", "letter_date": "2018-11-19"}
    again = entered(books, 1, reason=Reason.LOST, previous=PreviousCard.DECLARED_LOST, **letter)
    accepted(ask(books.hub, Withdraw(again, "found again"), SECTION))
    answer = ask(books.hub, FailCard(record, 1, Cause.DATA_WRONG), OPERATOR)
    assert refusal(answer) is Refusal.CARD_STOPPED
