"""Whose keys signed, what they may ask for, and whether two are two."""

from collections.abc import Callable

import pytest

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.custody import Issue
from ektp_core.flow.founding import NewOfficer, NewParty, Register
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.reporting import FileReport
from ektp_core.flow.rows import Officer
from ektp_core.flow.signers import Permit, Signers, of_office, require, signers
from ektp_core.spoilage.report import Columns
from ektp_core.vocabulary.role import Hand, Role
from tests.core.flow.office_cards import entry, stocked
from tests.core.flow.offices import (
    CLASS,
    HUB_KEY,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    REGISTRY_KEY,
    VERIFIER_1,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    facts,
    founded,
    new_key,
    refusal,
    signed,
    station_key,
)


@pytest.fixture(scope="module")
def books() -> Offices:
    """The offices, with one officer more in the first verifier's room, who has two keys, and a withdrawn key."""
    made = founded()
    people = (NewOfficer("verifier-3", "Verifier 3", "verification", (Role.CENTRE_VERIFIER,)),)
    keys = tuple(new_key(name, "verifier-3") for name in ("key-3a", "key-3b", "key-old"))
    accepted(ask(made.hub, Register(officers=people, keys=keys), *PAIR))
    accepted(ask(made.hub, Register(revoked_keys=("key-old",), keys=(new_key("key-ghost", "ghost"),)), *PAIR))
    return made


TWO_UNITS = PERMITS[Act.UNLOCK]


def demanded(books: Offices, permit: Permit, *keys: str, barred: tuple[str, ...] = ()) -> Refusal | tuple[str, ...]:
    """The names of the signers, or the refusal."""
    with books.hub.read() as view:
        try:
            return require(view, signed(Register(), *keys), permit, barred).names
        except Refused as refused:
            return refused.refusal


@pytest.mark.rule(25)
@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (PAIR, ("verifier-1", "verifier-2")),
        ((VERIFIER_2, VERIFIER_1), ("verifier-2", "verifier-1")),
        ((VERIFIER_1, VERIFIER_2, "key-3a"), ("verifier-1", "verifier-2", "verifier-3")),
        ((VERIFIER_1,), Refusal.NEEDS_PEOPLE),
        (("key-3a", "key-3b"), Refusal.NEEDS_PEOPLE),
        ((VERIFIER_1, VERIFIER_1), Refusal.NEEDS_PEOPLE),
        ((VERIFIER_1, "key-3a"), Refusal.SAME_UNIT),
        ((VERIFIER_1, OPERATOR), Refusal.NOT_ALLOWED),
        ((), Refusal.NOT_ALLOWED),
        ((HUB_KEY,), Refusal.NOT_ALLOWED),
        ((REGISTRY_KEY, HUB_KEY), Refusal.NOT_ALLOWED),
        (("key-ghost",), Refusal.NOT_ALLOWED),
        ((VERIFIER_1, "key-ghost"), Refusal.NEEDS_PEOPLE),
        ((*PAIR, "key-nobody"), Refusal.UNKNOWN_KEY),
        ((*PAIR, "key-old"), Refusal.REVOKED_KEY),
    ],
)
def test_two_people_of_two_units_are_two_people_of_two_units(
    books: Offices, keys: tuple[str, ...], expected: Refusal | tuple[str, ...]
) -> None:
    assert demanded(books, TWO_UNITS, *keys) == expected


@pytest.mark.rule(25)
def test_whoever_is_barred_may_not_sign_even_beside_enough_others(books: Offices) -> None:
    assert demanded(books, TWO_UNITS, *PAIR, "key-3a", barred=("verifier-3",)) is Refusal.REPORTER_SIGNED
    assert demanded(books, TWO_UNITS, *PAIR, barred=("", "verifier-3")) == ("verifier-1", "verifier-2")


def test_a_hand_that_fits_needs_no_people(books: Offices) -> None:
    assert demanded(books, PERMITS[Act.AUTHORISE], HUB_KEY) == ()
    assert demanded(books, PERMITS[Act.STATION_WORK], station_key(ONE)) == ()
    assert demanded(books, PERMITS[Act.STATION_WORK], VERIFIER_1) is Refusal.NOT_ALLOWED


def test_signers_tell_whose_hand_and_whose_key(books: Offices) -> None:
    with books.hub.read() as view:
        found = signers(view, signed(Register(), station_key(ONE), VERIFIER_1))
    assert found.has(Hand.STATION) and found.has(Hand.STATION, ONE)
    assert not found.has(Hand.STATION, "station/52.03/2") and not found.has(Hand.HUB)


def test_a_refusal_says_what_would_be_needed(books: Offices) -> None:
    with books.hub.read() as view, pytest.raises(Refused) as caught:
        require(view, signed(Register(), OPERATOR), PERMITS[Act.AUTHORISE])
    assert caught.value.facts == {"who": "operator", "needs": "verifikator-pusat / hub"}
    assert Permit().needs == "nobody"


TWO_PEOPLE = {
    Act.REGISTER, Act.RECEIVE, Act.TAKE_BACK, Act.REVERSE, Act.SETTLE, Act.VOID, Act.UNLOCK,  # rules 12, 13, 25
    Act.GRANT_SIGNED, Act.SEND_SIGNED, Act.SET_CAPACITY, Act.SET_ALLOTMENT_POLICY,  # rules 27, 28
    Act.DESTROY, Act.LIFT_INQUIRY,  # rule 26
    Act.DECLARE_STATION_LOST, Act.COUNT_LOST_SITE, Act.CLOSE_LOST_STATION, Act.RE_ENROL,  # rule 21
    Act.OPEN_IMPORTED, Act.OPEN_BALANCE, Act.REIDENTIFY, Act.COUNT, Act.FIND, Act.CLOSE_PERIOD,  # rules 4, 9 to 11, 38
    Act.DECLARE_USE, Act.CLOSE_FOUND, Act.CLOSE_FOUND_USABLE, Act.REOPEN_DAY,  # rules 10, 11, 38
    Act.CLOSE_FOUND, Act.CLOSE_FOUND_USABLE, Act.DECLARE_USE,  # rules 10, 11
}  # fmt: skip
OF_TWO_UNITS = {
    Act.SEND_SIGNED, Act.CLOSE_FOUND, Act.CLOSE_FOUND_USABLE,
    Act.SETTLE, Act.VOID, Act.UNLOCK, Act.LIFT_INQUIRY, Act.COUNT_LOST_SITE, Act.CLOSE_LOST_STATION, Act.OPEN_IMPORTED,
    Act.RE_ENROL, Act.CLOSE_FOUND, Act.CLOSE_FOUND_USABLE,
}  # fmt: skip
THE_CENTRES = {
    Act.REGISTER, Act.GRANT, Act.GRANT_SIGNED, Act.SET_CAPACITY, Act.SET_ALLOTMENT_POLICY, Act.AUTHORISE, Act.UNLOCK,
    Act.DISPUTE_SILENT, Act.RELEASE, Act.OPEN_IMPORTED, Act.ADJUDICATE,
}  # fmt: skip


@pytest.mark.rule(39)
@pytest.mark.parametrize(
    ("holds", "acts"),
    [
        (lambda permit: permit.people >= 2, TWO_PEOPLE),
        (lambda permit: permit.two_units, OF_TWO_UNITS),
        (lambda permit: permit.roles == {Role.CENTRE_VERIFIER}, THE_CENTRES),
        (lambda permit: Hand.HUB in permit.hands, {Act.AUTHORISE, Act.DISPUTE_SILENT, Act.BOOK_VARIANCE}),
        (lambda permit: Hand.REGISTRY in permit.hands, {Act.ENTER, Act.WITHDRAW}),
        (lambda permit: Role.IT_ADMIN in permit.roles, set()),
        (lambda permit: Role.AUDITOR in permit.roles, {Act.ASK_WHY}),  # reads all, changes nothing
    ],
)
def test_the_table_of_permits_as_the_rules_have_it(holds: Callable[[Permit], object], acts: set[Act]) -> None:
    """By hand: who may do what never follows from the code alone."""
    assert {act for act, permit in PERMITS.items() if holds(permit)} == acts


def test_every_act_has_a_permit() -> None:
    assert set(PERMITS) == set(Act)


def test_each_officer_works_for_his_own_office_and_the_centre_for_all() -> None:
    here = Officer("a", "A", "office/52.03", (Role.STOREKEEPER,))
    centre = Officer("b", "B", "verification", (Role.CENTRE_VERIFIER,))
    of_office(Signers((), (here, centre)), "office/52.03")
    with pytest.raises(Refused, match=r"NOT_ALLOWED.*office/52\.01"):
        of_office(Signers((), (centre, here)), "office/52.01")


def test_nobody_issues_reports_or_enters_for_another_office() -> None:
    books = stocked(5)
    other = Register(
        (NewParty("office/52.01", "Lombok Barat"),),
        (NewOfficer("stranger", "Stranger", "office/52.01", (Role.STOREKEEPER, Role.PRINT_OPERATOR, Role.COUNTER)),),
        (new_key("key-stranger", "stranger"),),
    )
    accepted(ask(books.hub, other, *PAIR))
    draft = FileReport("BA-X", "A-1", 1, Columns(), ())
    for body in (entry(7), Issue("I-9", ONE, CLASS, 1), draft):
        answer = ask(books.hub, body, "key-stranger")
        assert refusal(answer) is Refusal.NOT_ALLOWED
        assert facts(answer)["needs"] == OFFICE
