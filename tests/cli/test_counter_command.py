"""`ektp counter take`: papers are taken in at the counter, and a receipt is printed (rules 34 and 40)."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ektp_cli.counter_command import PAPERS, REASONS, take
from ektp_cli.import_command import import_records
from ektp_cli.why_command import why
from ektp_core.allotment.policy import Policy
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.allotment_policies import SetAllotmentPolicy
from ektp_core.flow.rows import CounterReceipt
from ektp_core.vocabulary.counter_paper import CounterPaper
from ektp_core.vocabulary.prr import Reason
from ektp_keys.key_file import load_key
from tests.cli.centre import OFFICE, URL, Centre, Line

pytestmark = pytest.mark.rule(34)

DEMO = Path(__file__).parents[2] / "src" / "ektp_data" / "demo" / "people.csv"
#: Of the made-up people the first needs a first card, the second has a damaged one, the seventh lost hers.
FIRST, DAMAGED, LOST = 0, 1, 6

Take = Callable[..., Result]


@pytest.fixture
def niks(centre: Centre, ask: Callable[..., Result]) -> list[str]:
    """Seven made-up people at the hub."""
    head, *rows = DEMO.read_text("utf-8").splitlines(keepends=True)[:8]
    people = centre.made.hub_key.parent / "people.csv"
    people.write_text("".join([head, *rows]), "utf-8")
    ask(import_records, people, "--key", centre.person("operator"), "--office", OFFICE)
    return [row.split(",")[0] for row in rows]


@pytest.fixture
def taken(centre: Centre, line: Line) -> Take:
    """Take somebody's papers; the number is read from standard input."""

    def invoke(nik: str, *arguments: str) -> Result:
        with_key = ["--hub", URL, "--key", centre.person("operator"), *arguments]
        return CliRunner().invoke(take, with_key, input=f"{nik}\n")

    return invoke


def refused(result: Result) -> Refused:
    assert isinstance(result.exception, Refused), (result.output, result.exception)
    return result.exception


def test_a_receipt_says_number_office_day_papers_and_what_happens_next(niks: list[str], taken: Take) -> None:
    result = taken(niks[LOST], "--reason", "hilang", "--paper", "family-card", "--paper", "police-letter",
                   "--other", "surat pengantar")  # fmt: skip
    assert result.exit_code == 0, (result.stderr, result.exception)
    said = [" ".join(one.split()) for one in result.stdout.splitlines()]
    assert re.fullmatch(r"RECEIPT 52\.03/TT/\d{4}-\d\d-\d\d/1", said[0])
    day = said[0].split("/")[2]
    assert said[1:9] == [
        "office office/52.03",
        f"day {day}",
        f"NIK {niks[LOST][:4]}************",
        "record 52.03-000007",
        "reason hilang",
        "papers the family card (KK) or a copy of it, the letter of the police about the loss",
        "other paper surat pengantar",
        "taken by operator",
    ]
    assert said[9:12] == [
        "What happens next:",
        "station/52.03/1 has no free blank it can print on.",
        "Issue blanks to the station, or ask for an allotment.",
    ]
    assert "no card and no interim letter" in said[12]


@pytest.mark.rule(40)
def test_the_number_of_the_citizen_is_no_argument_and_is_said_nowhere(niks: list[str], taken: Take) -> None:
    assert "nik" not in {one.name for one in take.params}
    result = taken(niks[FIRST], "--reason", "baru", "--paper", "family-card")
    assert niks[FIRST] not in result.output + result.stderr


def test_why_names_the_receipt_afterwards(centre: Centre, niks: list[str], taken: Take) -> None:
    number = taken(niks[FIRST], "--reason", "baru", "--paper", "family-card").stdout.split()[1]
    key = ["--hub", URL, "--key", centre.person("operator")]
    said = CliRunner().invoke(why, key, input=f"{niks[FIRST]}\n").stdout
    assert said.splitlines()[-1] == f"The person's papers were taken in: receipt {number}."
    assert "receipt" not in CliRunner().invoke(why, key, input=f"{niks[DAMAGED]}\n").stdout


def test_missing_papers_are_named_and_nothing_is_noted(centre: Centre, niks: list[str], taken: Take) -> None:
    found = refused(taken(niks[DAMAGED], "--reason", "rusak", "--paper", "family-card"))
    assert found.refusal is Refusal.PAPERS_MISSING and found.facts["papers"] == ("OLD_CARD",)
    with centre.store.read() as view:
        assert list(view.rows(CounterReceipt)) == []


def test_a_second_time_the_number_of_the_first_receipt_is_told(niks: list[str], taken: Take) -> None:
    arguments = ("--reason", "rusak", "--paper", "family-card", "--paper", "old-card")
    number = taken(niks[DAMAGED], *arguments).stdout.split()[1]
    found = refused(taken(niks[DAMAGED], *arguments))
    assert (found.refusal, found.facts["id"]) == (Refusal.ALREADY_KNOWN, number)


def test_of_somebody_without_a_record_the_answer_is_given_and_no_receipt(taken: Take) -> None:
    result = taken("5203054408999009", "--reason", "baru", "--paper", "family-card")
    assert result.exit_code == 1 and "RECEIPT" not in result.stdout
    assert "no record was brought in" in result.stdout


def test_a_line_that_breaks_after_the_papers_are_in_costs_nobody_the_receipt(
    niks: list[str], taken: Take, line: Line
) -> None:
    line.cut = 2  # the question and the papers; the second question is lost
    result = taken(niks[FIRST], "--reason", "baru", "--paper", "family-card")
    assert result.exit_code == 0 and "RECEIPT 52.03/TT/" in result.stdout


@pytest.mark.rule(31)
def test_an_urgency_of_the_policy_is_on_the_receipt_and_another_is_refused(
    centre: Centre, niks: list[str], taken: Take
) -> None:
    keys = [load_key(Path(centre.person(name))).key_id for name in ("verifier-1", "verifier-2")]
    body = SetAllotmentPolicy(Policy(name="2015", priority_classes=("mendesak",)), "SE-1")
    centre.take(body, *keys, name="policy")
    arguments = ("--reason", "baru", "--paper", "family-card", "--urgency")
    found = refused(taken(niks[FIRST], *arguments, "haji"))
    assert (found.refusal, found.facts["expected"]) == (Refusal.BAD_VALUE, "mendesak")
    said = " ".join(taken(niks[FIRST], *arguments, "mendesak").stdout.split())
    assert "urgency mendesak" in said


def test_the_words_of_the_command_are_those_of_the_core() -> None:
    assert tuple(one.term for one in Reason) == REASONS
    others = {one for one in CounterPaper if one is not CounterPaper.OTHER}
    assert {CounterPaper[one.upper().replace("-", "_")] for one in PAPERS} == others
