"""Paper 002, East Lombok: ten thousand blanks, and a lock that only a report opens.

"... of so many blanks of the allotment we report how many prints came out good and how many
did not, complete with the NIK. Only then is the lock opened, so that it can be printed again."
The numbers of the office are typed by hand; none of them is computed by the program.
"""

from collections import Counter

import pytest
from attrs import evolve

from ektp_core.boundary.store import Answer
from ektp_core.errors import Refusal
from ektp_core.flow.ask import Body
from ektp_core.flow.events import Reported, Stepped
from ektp_core.flow.founding import NewOfficer, Register
from ektp_core.flow.printing import Authorise, Recall, Withdraw
from ektp_core.flow.reporting import FileReport, Unlock
from ektp_core.flow.rows import Allotment, Attempt, Dispute, Lock, Policy, Report, Station
from ektp_core.flow.settling import Found, Settle
from ektp_core.spoilage.report import Columns, Line
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.role import Role
from ektp_core.vocabulary.state import LockState, PressStep
from ektp_core.vocabulary.verdict import Cause
from tests.core.flow import soundness
from tests.core.flow.office_cards import (
    BAD,
    GOOD,
    UNKNOWN,
    allot,
    attempt,
    card,
    entered,
    entry,
    held,
    issue,
    load,
    person,
    place_of,
    printed,
    state,
    supply,
)
from tests.core.flow.offices import (
    HUB_KEY,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    SERIES,
    VERIFIER_1,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    ask_all,
    deliver,
    exchange,
    facts,
    founded,
    new_key,
    refusal,
    row,
    rows,
    ship,
    station_key,
)

#: Which of the ten thousand came out bad, in the order of printing: twenty-three.
MISPRINTED = (
    7, 112, 113, 480, 999, 1_000, 1_001, 1_777, 2_018, 2_500, 3_141, 3_142,
    4_096, 4_444, 5_003, 5_203, 6_018, 6_500, 7_777, 8_192, 9_001, 9_998, 10_000,
)  # fmt: skip
#: The one of which nobody knows what became of it.
SUSPECT = 6_019

HEAD, COLLEAGUE = "key-head", "key-verifier-4"

AS_IT_IS = Columns(received=10_000, good=9_976, bad_of_person=23, suspect=1)


def record(number: int) -> str:
    """The record of the citizen who came as number so and so."""
    return f"52.03-{number:06d}"


def ended(number: int) -> tuple[Body, ...]:
    """All asks of one card. Of good ones only start and end are noted, to be quick."""
    if number in MISPRINTED:
        return card(record(number), 1, BAD)
    if number == SUSPECT:
        return card(record(number), 1, UNKNOWN)
    return card(record(number), 1, GOOD, steps=(PressStep.FED, PressStep.INTENT_MARK))


def line(number: int) -> Line:
    """The office's line for a misprint; the tenth card was printed on the tenth blank."""
    return Line(SERIES, number, person(number).hex(), record(number), 1, Cause.MISPRINT.value)


def report(name: str, columns: Columns, lines: tuple[Line, ...], at: int, is_final: bool = False) -> FileReport:
    """The office's spoilage report of its allotment of November."""
    return FileReport(name, "2018-11", at, columns, lines, is_final, f"470/{name}/Dukcapil/2018", "2018-11-19")


@pytest.mark.rule(24)
@pytest.mark.rule(25)
def test_ten_thousand_blanks_are_printed_reported_unlocked_and_reprinted() -> None:
    books = the_blanks_come()
    the_cards_are_printed(books)
    every_record_is_locked_whatever_the_result(books)
    what_is_off_by_one_opens_nothing(books)
    the_report_is_accepted_and_the_suspect_is_no_obstacle(books)
    two_of_the_centre_who_did_not_report_open_the_lock(books)
    the_next_allotment_brings_the_reprints(books)
    two_people_close_the_suspect(books)
    the_second_report_is_cumulative_and_final(books)
    for store in (books.hub, books.stations[ONE]):
        assert not rows(store, Dispute)
        assert not any(station.frozen_why for station in rows(store, Station))


def the_blanks_come() -> Offices:
    """Ten thousand blanks for November; five hundred more wait at the centre."""
    books = founded(Policy("default", 1, lease_count=10_000))
    people = (
        NewOfficer("head", "Section head", OFFICE, (Role.SECTION_HEAD, Role.CENTRE_VERIFIER)),
        NewOfficer("verifier-4", "Verifier 4", "verification", (Role.CENTRE_VERIFIER,)),
    )
    keys = (new_key(HEAD, "head"), new_key(COLLEAGUE, "verifier-4"))
    accepted(ask(books.hub, Register(officers=people, keys=keys), *PAIR))
    supply(books, 1, 10_500)
    allot(books, "2018-11", 10_000)
    load(books, issue(books, "issue-1", 10_000))
    exchange(books)
    assert held(books.hub, (ONE, Bucket.STOCK)) == 10_000
    assert held(books.hub, ("centre", Bucket.STOCK)) == 500
    soundness.check_books(books)
    return books


def the_cards_are_printed(books: Offices) -> None:
    """Ten thousand people's cards, five hundred a time."""
    station = books.stations[ONE]
    for first in range(1, 10_001, 500):
        numbers = range(first, first + 500)
        ask_all(books.hub, [entry(number) for number in numbers], OPERATOR)
        ask_all(books.hub, [Authorise(record(number), ONE) for number in numbers], HUB_KEY)
        for answer in deliver(books):
            accepted(answer)
        ask_all(station, [body for number in numbers for body in ended(number)], station_key(ONE))
        for answer in ship(books):
            accepted(answer)
    for store in (books.hub, station):
        assert held(store, (ONE, Bucket.GOOD_HELD)) == 9_976
        assert held(store, (ONE, Bucket.WASTE_HELD)) == 23
        assert held(store, (ONE, Bucket.SUSPECT)) == 1
        assert held(store, (ONE, Bucket.STOCK)) == 0
    soundness.check_books(books)


def states(books: Offices) -> dict[LockState, int]:
    """How many records are in each state."""
    return dict(Counter(lock.state for lock in rows(books.hub, Lock)))


def every_record_is_locked_whatever_the_result(books: Offices) -> None:
    """"Whether it is handed out or not, what was printed is locked": nothing is printed twice."""
    assert states(books) == {LockState.PRINTED: 9_976, LockState.MISPRINTED: 23, LockState.SUSPECT: 1}
    for number in (1, 7, SUSPECT, 9_999, 10_000):
        answer = ask(books.hub, Authorise(record(number), ONE), HUB_KEY)
        assert refusal(answer) is Refusal.NO_SUCH_STEP
        assert refusal(ask(books.hub, Withdraw(record(number), "print it again"), VERIFIER_1)) is Refusal.NO_SUCH_STEP
    assert refusal(unlocked(books, 7, "00", *PAIR)) is Refusal.NOT_REPORTED
    assert refusal(unlocked(books, 1, "00", *PAIR)) is Refusal.NO_SUCH_STEP
    assert refusal(unlocked(books, SUSPECT, "00", *PAIR)) is Refusal.NO_SUCH_STEP


def unlocked(books: Offices, number: int, report_digest: str, *keys: str) -> Answer:
    """Ask for the first attempt of a record to be opened again."""
    return ask(books.hub, Unlock(record(number), 1, report_digest), *keys)


def what_is_off_by_one_opens_nothing(books: Offices) -> None:
    """The exact difference and the blanks and records concerned, and no citizen's number."""
    at = books.hub.position().seq
    lines = tuple(map(line, MISPRINTED))
    one_more_good = evolve(AS_IT_IS, good=9_977)
    answer = ask(books.hub, report("1", one_more_good, lines, at), HEAD)
    assert refusal(answer) is Refusal.REPORT_DIFFERS
    assert facts(answer) == {
        "difference": ("the report's own sum is off by -1", "good: 9977 reported, 9976 in the book"),
        "concerned": (),
    }
    hidden = evolve(AS_IT_IS, good=9_977, bad_of_person=22)
    answer = ask(books.hub, report("1", hidden, lines[1:], at), HEAD)
    assert facts(answer) == {
        "difference": ("good: 9977 reported, 9976 in the book", "bad_of_person: 22 reported, 23 in the book"),
        "concerned": ("PNRI-2018 7 (record 52.03-000007) is missing from the report",),
    }
    swapped = (evolve(lines[0], person=person(8).hex()), evolve(lines[1], number=111), *lines[2:])
    answer = ask(books.hub, report("1", AS_IT_IS, swapped, at), HEAD)
    assert facts(answer)["concerned"] == (
        "PNRI-2018 7 (record 52.03-000007) is reported for the wrong person (the book has another person)",
        "PNRI-2018 112 (record 52.03-000112) is missing from the report",
        "PNRI-2018 111 is reported but is neither bad nor lost in the book",
    )
    assert not any(person(number).hex() in repr(answer) for number in (7, 8))
    no_suspect = evolve(AS_IT_IS, bad_of_person=24, suspect=0)
    blamed = (*lines, line(SUSPECT))
    answer = ask(books.hub, report("1", no_suspect, blamed, at), HEAD)
    assert facts(answer)["concerned"] == ("PNRI-2018 6019 is reported but is neither bad nor lost in the book",)
    answer = ask(books.hub, report("1", AS_IT_IS, lines, at, is_final=True), HEAD)
    assert refusal(answer) is Refusal.REPORT_DIFFERS, "with a suspect the report is not the last"
    assert states(books)[LockState.MISPRINTED] == 23
    assert refusal(unlocked(books, 7, "00", *PAIR)) is Refusal.NOT_REPORTED
    assert not rows(books.hub, Report)


def the_report_is_accepted_and_the_suspect_is_no_obstacle(books: Offices) -> None:
    """It balances: 9,976 good, 23 bad with the person of each, 1 suspect. Nothing is open yet."""
    at = books.hub.position().seq
    taken = accepted(ask(books.hub, report("1", AS_IT_IS, tuple(map(line, MISPRINTED)), at), HEAD))
    said = taken.events[0]
    assert isinstance(said, Reported)
    assert (said.good, said.bad, said.suspect, said.is_final) == (9_976, 23, 1, False)
    assert sum(isinstance(event, Stepped) for event in taken.events) == 23
    assert states(books) == {LockState.PRINTED: 9_976, LockState.REPORTED: 23, LockState.SUSPECT: 1}
    assert row(books.hub, Allotment, "2018-11").report == "1"
    for number in MISPRINTED:
        assert refusal(ask(books.hub, Authorise(record(number), ONE), HUB_KEY)) is Refusal.NO_SUCH_STEP


def two_of_the_centre_who_did_not_report_open_the_lock(books: Offices) -> None:
    """Not one, not the reporter, not two of one room, not for another report."""
    digest = row(books.hub, Report, "1").digest.hex()
    assert refusal(unlocked(books, 7, digest, VERIFIER_1)) is Refusal.NEEDS_PEOPLE
    assert refusal(unlocked(books, 7, digest, VERIFIER_1, VERIFIER_1)) is Refusal.NEEDS_PEOPLE
    assert refusal(unlocked(books, 7, digest, VERIFIER_1, HEAD)) is Refusal.REPORTER_SIGNED
    assert refusal(unlocked(books, 7, digest, VERIFIER_1, COLLEAGUE)) is Refusal.SAME_UNIT
    assert refusal(unlocked(books, 7, digest, VERIFIER_1, OPERATOR)) is Refusal.NOT_ALLOWED
    assert refusal(unlocked(books, 7, "ab" * 32, *PAIR)) is Refusal.OTHER_REPORT
    assert refusal(unlocked(books, SUSPECT, digest, *PAIR)) is Refusal.NO_SUCH_STEP
    assert states(books)[LockState.REPORTED] == 23
    for number in MISPRINTED:
        accepted(unlocked(books, number, digest, *PAIR))
    assert states(books) == {LockState.PRINTED: 9_976, LockState.READY: 23, LockState.SUSPECT: 1}
    soundness.check_books(books)


def the_next_allotment_brings_the_reprints(books: Offices) -> None:
    """No blank is left, so nothing can be authorised until the next ones are in the machine."""
    answer = ask(books.hub, Authorise(record(7), ONE), HUB_KEY)
    assert refusal(answer) is Refusal.NO_BLANK
    allot(books, "2018-12", 500)
    assert refusal(ask(books.hub, Authorise(record(7), ONE), HUB_KEY)) is Refusal.NO_BLANK, "they lie in the store"
    load(books, issue(books, "issue-2", 500))
    for number in MISPRINTED:
        assert printed(books, record(number)) == 2
    assert states(books) == {LockState.PRINTED: 9_999, LockState.SUSPECT: 1}
    assert [attempt(books.hub, record(n), 2).number for n in (7, 112, 10_000)] == [10_001, 10_002, 10_023]
    assert refusal(ask(books.hub, Authorise(record(7), ONE), HUB_KEY)) is Refusal.NO_SUCH_STEP
    assert refusal(ask(books.hub, Recall(record(7), "again"), VERIFIER_1)) is Refusal.NO_SUCH_STEP
    soundness.check_books(books)


def two_people_close_the_suspect(books: Offices) -> None:
    """It was found behind the machine, half printed: bad, said by two people of two units."""
    found = Settle(record(SUSPECT), 1, Found.BAD, "BA-17/2018", cause=Cause.JAM)
    assert refusal(ask(books.hub, found, VERIFIER_1)) is Refusal.NEEDS_PEOPLE
    assert refusal(ask(books.hub, found, VERIFIER_1, COLLEAGUE)) is Refusal.SAME_UNIT
    accepted(ask(books.hub, found, VERIFIER_1, VERIFIER_2))
    exchange(books)
    assert state(books.hub, record(SUSPECT)) is LockState.MISPRINTED
    assert state(books.stations[ONE], record(SUSPECT)) is LockState.MISPRINTED
    assert place_of(books.stations[ONE], SUSPECT) == (ONE, Bucket.WASTE_HELD)
    assert refusal(ask(books.hub, Authorise(record(SUSPECT), ONE), HUB_KEY)) is Refusal.NO_SUCH_STEP
    soundness.check_books(books)


def the_second_report_is_cumulative_and_final(books: Offices) -> None:
    """The allotment of November: 9,976 good and 24 bad. Its reprints count to December's blanks."""
    at = books.hub.position().seq
    lines = (*map(line, MISPRINTED), evolve(line(SUSPECT), cause=Cause.JAM.value))
    columns = Columns(received=10_000, good=9_976, bad_of_person=24)
    reprints_counted_here = evolve(columns, good=9_999, bad_of_person=1)
    answer = ask(books.hub, report("2", reprints_counted_here, lines[-1:], at, is_final=True), HEAD)
    assert refusal(answer) is Refusal.REPORT_DIFFERS
    taken = accepted(ask(books.hub, report("2", columns, lines, at, is_final=True), HEAD))
    assert [event.record for event in taken.events if isinstance(event, Stepped)] == [record(SUSPECT)]
    assert row(books.hub, Allotment, "2018-11").is_final
    digest = row(books.hub, Report, "2").digest.hex()
    accepted(unlocked(books, SUSPECT, digest, *PAIR))
    printed(books, record(SUSPECT))
    december = Columns(received=500, good=24, remaining=476)
    accepted(ask(books.hub, FileReport("3", "2018-12", books.hub.position().seq, december, ()), HEAD))
    assert states(books) == {LockState.PRINTED: 10_000}
    assert Counter(one.n for one in rows(books.hub, Attempt)) == {1: 10_000, 2: 24}
    for store in (books.hub, books.stations[ONE]):
        assert held(store, (ONE, Bucket.GOOD_HELD)) == 10_000
        assert held(store, (ONE, Bucket.WASTE_HELD)) == 24
        assert held(store, (ONE, Bucket.STOCK)) == 476
    soundness.check_books(books)
    newcomer = entered(books, 10_001)
    assert printed(books, newcomer) == 1, "and work goes on"
