"""What people write on papers is kept as text, and no citizen's number is among it (rule 40)."""

import pytest
from attrs import evolve

from ektp_core.errors import Refusal
from ektp_core.flow.ask import Body
from ektp_core.flow.custody import Grant, TakeSupply
from tests.core.flow.custody_offices import refused_at
from tests.core.flow.office_cards import stocked, true_report
from tests.core.flow.offices import CLASS, OFFICE, OPERATOR, SUPPLIER, VERIFIER_1, accepted, ask, facts, refusal

NIK = "5203054408990001"
GRANT = Grant("A-9", OFFICE, CLASS, 1, "SK-1")
SUPPLY = TakeSupply(SUPPLIER, CLASS, (("NEXT", 1, 5),), "BAST-2", "2018-11-01")


@pytest.mark.rule(40)
@pytest.mark.parametrize(
    ("body", "name"),
    [
        (evolve(GRANT, allotment=NIK), "allotment"),
        (evolve(GRANT, paper=f"SK {NIK}"), "paper"),
        (evolve(SUPPLY, paper=f"BAST {NIK}"), "paper"),
    ],
)
def test_a_grant_or_a_manifest_shows_no_citizens_number(body: Body, name: str) -> None:
    answer = refused_at(stocked(10), body, VERIFIER_1)
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == name
    assert NIK not in str(answer)


@pytest.mark.rule(40)
def test_nor_does_a_report() -> None:
    books = stocked(10)
    sound = true_report(books, "R-1")
    for body, name in ((evolve(sound, report=f"rep {NIK}"), "report"), (evolve(sound, paper=NIK), "paper")):
        answer = refused_at(books, body, OPERATOR)
        assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == name
    accepted(ask(books.hub, sound, OPERATOR))


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "two\nlines"])
def test_an_allotment_has_a_name_of_one_line(name: str) -> None:
    assert refusal(refused_at(stocked(10), evolve(GRANT, allotment=name), VERIFIER_1)) is Refusal.BAD_VALUE
