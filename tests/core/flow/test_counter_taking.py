"""A person's papers are taken in at the counter, and a receipt is given (rules 20, 34 and 40)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_core.boundary.store import Answer
from ektp_core.errors import Refusal
from ektp_core.flow.counter_at_hub import why_at_hub
from ektp_core.flow.counter_taking import OTHER_LONGEST, TakePapers, needed_papers
from ektp_core.flow.events import PapersTaken
from ektp_core.flow.founding import NewOfficer, Register
from ektp_core.flow.imported import EnterLocked
from ektp_core.flow.printing import Enter, Withdraw
from ektp_core.flow.rows import CounterReceipt, Dispute, ReceiptsGiven
from ektp_core.flow.settling import VoidCard
from ektp_core.handover.delivery import OldCard
from ektp_core.vocabulary.counter_paper import CounterPaper
from ektp_core.vocabulary.hold import HoldKind
from ektp_core.vocabulary.nik import may_hold_nik
from ektp_core.vocabulary.objection import Objection
from ektp_core.vocabulary.prr import FITTING_PREVIOUS, PreviousCard, Reason
from ektp_core.vocabulary.role import Role
from tests.core.flow.counter_people import CLERK, CLOSERS, GIVER, OTHER, SECTION, card_of, hand, hold
from tests.core.flow.office_cards import entered, person, printed
from tests.core.flow.offices import (
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    REGISTRY_KEY,
    VERIFIER_1,
    Offices,
    accepted,
    ask,
    facts,
    forged,
    log,
    maybe,
    new_key,
    refusal,
    row,
    rows,
    station_key,
)
from tests.core.flow.queue_people import DAY_MS, DISTRICT, authorise, queued_people
from tests.core.flow.soundness import check_books, check_refold

pytestmark = pytest.mark.rule(34)

KK, OLD, POLICE, ANY = CounterPaper.FAMILY_CARD, CounterPaper.OLD_CARD, CounterPaper.POLICE_LETTER, CounterPaper.OTHER
LOST: dict[str, Any] = {
    "reason": Reason.LOST, "previous": PreviousCard.DECLARED_LOST, "letter": "LP/7", "letter_date": "2018-11-18",
}  # fmt: skip
CHANGED: dict[str, Any] = {"reason": Reason.DATA_CHANGE, "previous": PreviousCard.AT_HANDOVER}


def take(
    books: Offices, record: str, *papers: CounterPaper, reason: Reason = Reason.FIRST, key: str = OPERATOR,
    at_ms: int = NOW, **more: str,
) -> Answer:  # fmt: skip
    return ask(books.hub, TakePapers(record, reason, papers, **more), key, at_ms=at_ms)


def receipt(books: Offices, record: str) -> str:
    return row(books.hub, CounterReceipt, OFFICE, record).receipt


def answer_of(books: Offices, number: int, office: str = OFFICE) -> dict[str, object]:
    with books.hub.read() as view:
        return dict(why_at_hub(view, person(number), office, NOW).facts)


def test_what_was_shown_is_noted_and_the_receipt_has_office_day_and_number() -> None:
    books = queued_people()
    record = entered(books, 1, **LOST)
    accepted(take(books, record, POLICE, KK, ANY, reason=Reason.LOST, other="surat pengantar"))
    (event,) = log(books.hub, PapersTaken)
    noted = ((KK, POLICE, ANY), "surat pengantar", "", ("operator",), NOW)
    assert event == PapersTaken(record, OFFICE, "52.03/TT/2018-11-19/1", 1, Reason.LOST, *noted)
    kept = CounterReceipt(OFFICE, record, "52.03/TT/2018-11-19/1", *noted)
    assert row(books.hub, CounterReceipt, OFFICE, record) == kept
    check_books(books)
    check_refold(books.hub)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(-3, 3)), min_size=1, max_size=7))
def test_no_two_receipts_of_an_office_have_one_number_whatever_the_clock_does(takes: list[tuple[bool, int]]) -> None:
    books = queued_people()
    for number, (withdrawn, days) in enumerate(takes, 1):
        record = entered(books, number)
        accepted(take(books, record, KK, at_ms=NOW + days * DAY_MS))
        if withdrawn:
            accepted(ask(books.hub, Withdraw(record, "moved"), SECTION))
    given_out = [event.receipt for event in log(books.hub, PapersTaken)]
    assert len(set(given_out)) == len(takes) and not any(map(may_hold_nik, given_out))
    assert row(books.hub, ReceiptsGiven, OFFICE).last == len(takes)
    check_refold(books.hub)


@pytest.mark.rule(38)
def test_the_day_on_a_receipt_is_the_offices_own() -> None:
    books = queued_people()
    record = entered(books, 1)
    accepted(take(books, record, KK, at_ms=1_542_642_000_000))  # 15:40 UTC: 23:40 in Lombok
    later = entered(books, 2)
    accepted(take(books, later, KK, at_ms=1_542_643_800_000))  # 16:10 UTC: ten past midnight
    assert (receipt(books, record), receipt(books, later)) == ("52.03/TT/2018-11-19/1", "52.03/TT/2018-11-20/2")


# -- which papers -------------------------------------------------------------------------


@pytest.mark.rule(3)
@pytest.mark.parametrize(
    ("changes", "needed"),
    [
        ({"reason": Reason.FIRST, "previous": PreviousCard.NONE}, {KK}),
        (LOST, {KK, POLICE}),
        ({"reason": Reason.DAMAGED, "previous": PreviousCard.AT_HANDOVER}, {KK, OLD}),
        (CHANGED, {KK, OLD}),
        ({**LOST, "reason": Reason.DATA_CHANGE}, {KK, POLICE}),
    ],
)
def test_each_paper_the_reason_needs_is_asked_for_by_name(changes: dict[str, Any], needed: set[CounterPaper]) -> None:
    books = queued_people()
    record, reason = entered(books, 1, **changes), changes["reason"]
    for one in needed:
        said = take(books, record, *(needed - {one}), reason=reason)
        assert refusal(said) is Refusal.PAPERS_MISSING
        assert facts(said) == {"record": record, "reason": reason.term, "papers": (one.name,)}
    named = facts(take(books, record, reason=reason))["papers"]
    assert isinstance(named, tuple) and set(named) == {one.name for one in needed}
    accepted(take(books, record, *needed, reason=reason))


@pytest.mark.parametrize(("reason", "previous"), [(one, fate) for one in Reason for fate in FITTING_PREVIOUS[one]])
def test_a_lost_card_needs_the_letter_and_a_card_that_exists_is_shown(reason: Reason, previous: PreviousCard) -> None:
    needed = needed_papers(reason, previous)
    assert KK in needed and ANY not in needed
    assert (POLICE in needed) is (previous is PreviousCard.DECLARED_LOST)
    assert (OLD in needed) is (previous in (PreviousCard.SURRENDERED, PreviousCard.AT_HANDOVER))


@pytest.mark.parametrize(
    ("papers", "more", "field"),
    [
        ((KK, KK), {}, "papers"),
        ((KK, ANY), {}, "other"),
        ((KK, ANY), {"other": "  "}, "other"),
        ((KK,), {"other": "akta kelahiran"}, "other"),
        ((KK, ANY), {"other": "akta 12"}, "other"),
        ((KK, ANY), {"other": "NIK 5203054408990001"}, "other"),
        ((KK, ANY), {"other": "a" * (OTHER_LONGEST + 1)}, "other"),
        ((KK, ANY), {"other": "a\nb"}, "other"),
        ((KK,), {"reason": Reason.LOST}, "reason"),
        ((KK,), {"urgency": "mendesak"}, "urgency"),
    ],
)
def test_what_cannot_be_right_is_refused_by_its_field(papers: Any, more: dict[str, Any], field: str) -> None:
    books = queued_people()
    said = take(books, entered(books, 1), *papers, **more)
    assert refusal(said) is Refusal.BAD_VALUE and facts(said)["field"] == field
    assert "5203054408990001" not in str(facts(said))


# -- who, whose, when ---------------------------------------------------------------------


@pytest.mark.rule(39)
@pytest.mark.parametrize("key", [GIVER, DISTRICT, VERIFIER_1, REGISTRY_KEY, station_key(ONE), "key-head"])
def test_papers_are_taken_by_people_of_the_counter_only(key: str) -> None:
    books = queued_people()
    assert refusal(take(books, entered(books, 1), KK, key=key)) is Refusal.NOT_ALLOWED


@pytest.mark.rule(39)
@pytest.mark.parametrize("role", [Role.COUNTER, Role.PRINT_OPERATOR, Role.SECTION_HEAD])
def test_the_counter_the_operator_of_a_small_office_and_the_section_head_take_papers(role: Role) -> None:
    books = queued_people()
    who = Register(officers=(NewOfficer("one", "One", OFFICE, (role,)),), keys=(new_key("key-one", "one"),))
    accepted(ask(books.hub, who, *PAIR))
    accepted(take(books, entered(books, 1), KK, key="key-one"))


@pytest.mark.rule(20)
def test_another_office_takes_no_papers_and_is_told_where_a_leased_record_lies() -> None:
    books = queued_people()
    record = entered(books, 1)
    said = take(books, record, KK, key=CLERK)
    assert (refusal(said), facts(said)["needs"]) == (Refusal.NOT_ALLOWED, OFFICE)
    authorise(books, record)
    said = take(books, record, KK, key=CLERK)
    assert refusal(said) is Refusal.OPEN_ELSEWHERE
    assert (facts(said)["office"], facts(said)["station"]) == (OFFICE, ONE)


@pytest.mark.rule(20)
def test_an_office_that_opened_a_lost_card_of_somebody_from_elsewhere_takes_the_papers_too() -> None:
    books = queued_people()
    body = Enter(OTHER, person(1), b"1" * 32, checked_ms=NOW, home="52.03", purpose="flight tomorrow", **LOST)
    accepted(ask(books.hub, body, CLERK))
    accepted(take(books, "52.01-000001", KK, POLICE, reason=Reason.LOST, key=CLERK))
    assert row(books.hub, CounterReceipt, OTHER, "52.01-000001").receipt == "52.01/TT/2018-11-19/1"
    assert refusal(take(books, "52.01-000001", KK, POLICE, reason=Reason.LOST)) is Refusal.NOT_ALLOWED


def test_a_record_nobody_brought_in_is_unknown() -> None:
    assert refusal(take(queued_people(), "52.03-000099", KK)) is Refusal.UNKNOWN_RECORD


def test_papers_are_taken_once_and_the_second_time_the_receipt_is_told() -> None:
    books = queued_people()
    record = entered(books, 1)
    accepted(take(books, record, KK))
    said = take(books, record, KK, key=SECTION)
    assert refusal(said) is Refusal.ALREADY_KNOWN and facts(said)["id"] == receipt(books, record)


@pytest.mark.rule(5)
@pytest.mark.parametrize("kind", [HoldKind.IDENTITY, HoldKind.DEATH_REPORT])
def test_a_hold_keeps_nobody_from_bringing_the_papers(kind: HoldKind) -> None:
    books = queued_people()
    record = entered(books, 1)
    accepted(hold(books, record, kind, OPERATOR))
    accepted(take(books, record, KK))
    assert answer_of(books, 1)["hold"] == kind.name


@pytest.mark.rule(5)
def test_a_card_that_is_made_handed_over_or_withdrawn_is_asked_for_no_more() -> None:
    books = queued_people()
    made, away = card_of(books, 1), entered(books, 2)
    said = take(books, made, KK)
    assert refusal(said) is Refusal.NO_SUCH_STEP
    assert (facts(said)["state"], facts(said)["allowed"]) == ("PRINTED", "HAND_OVER")
    accepted(hand(books, made))
    said = take(books, made, KK)
    assert (facts(said)["state"], facts(said)["allowed"]) == ("HANDED_OVER", "nothing")
    accepted(ask(books.hub, Withdraw(away, "moved"), SECTION))
    assert facts(take(books, away, KK))["state"] == "WITHDRAWN"


@pytest.mark.rule(4)
def test_a_life_of_the_old_system_is_the_centres_to_open_first() -> None:
    books = queued_people()
    accepted(ask(books.hub, EnterLocked(OFFICE, person(1), b"1" * 32, status=4), OPERATOR))
    said = take(books, "52.03-000001", KK)
    assert refusal(said) is Refusal.NO_SUCH_STEP and "OPEN" in str(facts(said)["allowed"])


# -- the answer, and what is kept ---------------------------------------------------------


def test_the_counters_answer_names_the_receipt_to_the_own_office_and_to_no_other() -> None:
    books = queued_people()
    record = entered(books, 1)
    assert "receipt" not in answer_of(books, 1)
    accepted(take(books, record, KK))
    assert answer_of(books, 1)["receipt"] == answer_of(books, 1, "")["receipt"] == receipt(books, record)
    assert "receipt" not in answer_of(books, 1, OTHER)


@pytest.mark.rule(40)
def test_what_was_noted_is_gone_when_the_card_is_handed_over_or_the_record_withdrawn() -> None:
    books = queued_people()
    withdrawn, handed = entered(books, 1), entered(books, 2, **CHANGED)
    accepted(take(books, withdrawn, KK))
    accepted(take(books, handed, KK, OLD, reason=Reason.DATA_CHANGE))
    accepted(ask(books.hub, Withdraw(withdrawn, "moved"), SECTION))
    assert maybe(books.hub, CounterReceipt, OFFICE, withdrawn) is None
    printed(books, handed)
    assert receipt(books, handed)
    accepted(hand(books, handed, old=OldCard.SURRENDERED))
    assert rows(books.hub, CounterReceipt) == []
    assert row(books.hub, ReceiptsGiven, OFFICE).last == 2
    check_refold(books.hub)


@pytest.mark.rule(40)
def test_what_was_noted_is_gone_when_the_card_is_void() -> None:
    books = queued_people()
    record = entered(books, 1)
    accepted(take(books, record, KK))
    printed(books, record)
    accepted(ask(books.hub, VoidCard(record, 1, "died"), *CLOSERS))
    assert rows(books.hub, CounterReceipt) == [] and "receipt" not in answer_of(books, 1)


def test_a_station_gives_no_receipts_what_it_says_of_one_is_disputed() -> None:
    books = queued_people()
    record = entered(books, 1)
    said = PapersTaken(record, OFFICE, "52.03/TT/2018-11-19/9", 9, Reason.FIRST, (KK,), "", "", ("operator",), NOW)
    accepted(forged(books, ONE, said))
    assert [one.objection for one in rows(books.hub, Dispute, ONE)] == [Objection.NO_SUCH_STEP]
    assert rows(books.hub, CounterReceipt) == [] and rows(books.hub, ReceiptsGiven) == []
