"""A station that stopped speaking, and one that is gone (rules 21 and 23)."""

import pytest

from ektp_core.errors import Refusal
from ektp_core.flow.absorb import AbsorbCommit
from ektp_core.flow.custody import Issue, Receive
from ektp_core.flow.events import Absorbed, CardRevoked, Stepped
from ektp_core.flow.finding import ReturnFound
from ektp_core.flow.founding import NewOfficer, Register
from ektp_core.flow.lost_site import CardThere, CloseLostStation, CountLostSite
from ektp_core.flow.pressing import StartCard
from ektp_core.flow.printing import Authorise
from ektp_core.flow.rows import Chip, Evidence, Key, LostStation, Revoked, Station
from ektp_core.flow.settling import Found, Settle
from ektp_core.flow.silence import LOST, DeclareStationLost, DisputeSilent
from ektp_core.flow.station_loss_events import EvidenceKept, LostSiteCounted
from ektp_core.flow.taking_back import GiveBack
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.role import Role
from ektp_core.vocabulary.state import LockState, Profile
from tests.core.flow.office_cards import (
    GOOD,
    allot,
    attempt,
    authorised,
    entered,
    held,
    issue,
    place_of,
    printed,
    state,
    stocked,
    supply,
)
from tests.core.flow.offices import (
    CLASS,
    HOUR_MS,
    HUB_KEY,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    PRINTER,
    SERIES,
    VERIFIER_1,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    exchange,
    facts,
    founded,
    log,
    new_key,
    refusal,
    row,
    rows,
    ship,
    station_key,
)
from tests.core.flow.planting import founded_for_planting, plant
from tests.core.flow.soundness import check_books

pytestmark = pytest.mark.rule(21)

UIDS = tuple(f"04A1B2C3D4E5{n:02X}" for n in range(1, 21))
PAST = NOW + 60 * HOUR_MS
DECLARED = DeclareStationLost(ONE, "470/12/DUKCAPIL", "2018-11-19")


def at_work() -> tuple[Offices, str, str, str]:
    """One card handed in before, one in the press that the hub never heard of, one permission unused."""
    books = stocked(10, UIDS[:10])
    done, unheard, unused = (entered(books, number) for number in (1, 2, 3))
    printed(books, done, GOOD, uid=UIDS[0])
    for record in (unheard, unused):
        authorised(books, record)
    exchange(books)
    accepted(ask(books.stations[ONE], StartCard(unheard, 1, PRINTER, -1, Profile.ENCODE_FIRST), station_key(ONE)))
    return books, done, unheard, unused


def lost() -> tuple[Offices, str, str, str]:
    found = at_work()
    accepted(ask(found[0].hub, DECLARED, *PAIR))
    return found


def test_a_lost_station_loses_its_key_and_everything_it_had_open_is_suspect() -> None:
    books, done, unheard, unused = lost()
    assert row(books.hub, Station, ONE).frozen_why == LOST
    assert row(books.hub, Key, station_key(ONE)).revoked
    assert [state(books.hub, one) for one in (done, unheard, unused)] == [
        LockState.PRINTED, LockState.SUSPECT, LockState.SUSPECT,
    ]  # fmt: skip
    assert held(books.hub, (ONE, Bucket.STOCK), (ONE, Bucket.IN_MACHINE)) == 0
    assert held(books.hub, (ONE, Bucket.SUSPECT)) == 9
    assert refusal(ask(books.hub, Authorise(entered(books, 4), ONE), HUB_KEY)) is Refusal.STATION_FROZEN
    check_books(books)


def test_the_persons_whose_data_lay_with_it_are_listed_for_the_notice() -> None:
    books, *records = lost()
    assert row(books.hub, LostStation, ONE).exposed == tuple(sorted(records))


def test_whatever_it_signs_later_is_kept_once_and_changes_nothing() -> None:
    books, _, unheard, _ = lost()
    answers = [accepted(answer) for answer in (*ship(books), *ship(books))]
    assert {type(event) for answer in answers for event in answer.events} == {EvidenceKept}
    assert not any(isinstance(event, Absorbed | Stepped) for answer in answers for event in answer.events)
    assert len(rows(books.hub, Evidence, ONE)) == len(answers) // 2
    assert state(books.hub, unheard) is LockState.SUSPECT
    check_books(books)


def test_a_site_count_puts_blanks_back_and_finished_cards_where_they_belong() -> None:
    books, _, unheard, unused = lost()
    count = CountLostSite(ONE, "BA-7", ((SERIES, 5, 8),), (CardThere(unheard, 1, UIDS[1], SERIES, 2),))
    accepted(ask(books.hub, count, *PAIR))
    assert state(books.hub, unheard) is LockState.PRINTED
    assert place_of(books.hub, 2) == (ONE, Bucket.GOOD_HELD)
    assert held(books.hub, (OFFICE, Bucket.STOCK)) == 4
    assert state(books.hub, unused) is LockState.SUSPECT
    check_books(books)


def test_one_minute_closes_all_the_rest_and_stops_every_blank() -> None:
    books, _, unheard, unused = lost()
    early = ask(books.hub, CloseLostStation(ONE, "BA-8"), *PAIR)
    assert refusal(early) is Refusal.STILL_LEASED, "before T it may still print"
    accepted(ask(books.hub, CloseLostStation(ONE, "BA-8"), *PAIR, at_ms=PAST))
    assert [state(books.hub, one) for one in (unheard, unused)] == [LockState.MISPRINTED] * 2
    assert all(attempt(books.hub, one).number for one in (unheard, unused)), "each lost card names a blank"
    assert held(books.hub, (ONE, Bucket.SUSPECT)) == 0
    assert held(books.hub, (ONE, Bucket.LOST)) == 9
    for number in range(2, 11):
        assert row(books.hub, Revoked, f"{SERIES} {number}").why and row(books.hub, Revoked, UIDS[number - 1]).why
    check_books(books)


def test_a_loss_needs_a_letter_two_people_and_a_station_and_is_declared_once() -> None:
    books, *_ = at_work()
    assert refusal(ask(books.hub, DECLARED, VERIFIER_1)) is Refusal.NEEDS_PEOPLE
    for wrong, name in ((DeclareStationLost(ONE, "", "2018-11-19"), "letter"),
                        (DeclareStationLost(ONE, "470", "2018-11-31"), "letter_date")):  # fmt: skip
        answer = ask(books.hub, wrong, *PAIR)
        assert (refusal(answer), facts(answer)["field"]) == (Refusal.BAD_VALUE, name)
    unknown = DeclareStationLost("station/52.03/9", "470", "2018-11-19")
    assert refusal(ask(books.hub, unknown, *PAIR)) is Refusal.UNKNOWN_STATION
    accepted(ask(books.hub, DECLARED, *PAIR))
    assert refusal(ask(books.hub, DECLARED, *PAIR)) is Refusal.ALREADY_KNOWN


def test_only_a_station_declared_lost_is_counted_and_closed_so() -> None:
    books, _, unheard, _ = at_work()
    for body in (CloseLostStation(ONE, "BA-8"), CountLostSite(ONE, "BA-7", ((SERIES, 5, 8),))):
        assert refusal(ask(books.hub, body, *PAIR, at_ms=PAST)) is Refusal.STATION_NOT_LOST
    accepted(ask(books.hub, DECLARED, *PAIR))
    for body in (CountLostSite(ONE, "BA-7"), CountLostSite(ONE, "", ((SERIES, 5, 8),)), CloseLostStation(ONE, "")):
        assert refusal(ask(books.hub, body, *PAIR, at_ms=PAST)) is Refusal.BAD_VALUE
    handed_in = CountLostSite(ONE, "BA-7", ((SERIES, 1, 1),))
    assert refusal(ask(books.hub, handed_in, *PAIR)) is Refusal.NOT_HELD
    elsewhere = CountLostSite(ONE, "BA-7", (), (CardThere("52.03-000099", 1),))
    assert refusal(ask(books.hub, elsewhere, *PAIR)) is Refusal.UNKNOWN_RECORD
    assert state(books.hub, unheard) is LockState.SUSPECT


def test_a_blank_that_an_open_attempt_took_is_settled_with_that_attempt() -> None:
    books, _, unheard, _ = at_work()
    for answer in ship(books):
        accepted(answer)
    blank = attempt(books.hub, unheard).number
    accepted(ask(books.hub, DECLARED, *PAIR))
    answer = ask(books.hub, CountLostSite(ONE, "BA-7", ((SERIES, blank, blank),)), *PAIR)
    assert refusal(answer) is Refusal.NOT_HELD and unheard in str(facts(answer)["bucket"])


@pytest.mark.rule(23)
def test_silence_stops_what_is_past_its_time_and_frees_nothing() -> None:
    books, done, unheard, unused = at_work()
    soon = ask(books.hub, DisputeSilent(ONE), VERIFIER_1, at_ms=NOW + 9 * HOUR_MS)
    assert refusal(soon) is Refusal.NOT_SILENT, "T is over, the grace is not"
    accepted(ask(books.hub, DisputeSilent(ONE), HUB_KEY, at_ms=PAST))
    assert [state(books.hub, one) for one in (done, unheard, unused)] == [
        LockState.PRINTED, LockState.SUSPECT, LockState.SUSPECT,
    ]  # fmt: skip
    assert refusal(ask(books.hub, DisputeSilent(ONE), HUB_KEY, at_ms=PAST)) is Refusal.NOT_SILENT
    assert refusal(ask(books.hub, DisputeSilent("station/52.03/9"), HUB_KEY)) is Refusal.UNKNOWN_STATION
    check_books(books)


@pytest.mark.rule(23)
def test_a_station_that_speaks_after_all_is_believed_where_it_finished_in_time() -> None:
    """What it did is disputed, kept and counted; the books agree again once it took the news."""
    books, _, unheard, unused = at_work()
    accepted(ask(books.hub, DisputeSilent(ONE), HUB_KEY, at_ms=PAST))
    exchange(books, at_ms=PAST)
    assert [state(books.hub, one) for one in (unheard, unused)] == [LockState.SUSPECT] * 2
    assert row(books.hub, Station, ONE).frozen_why == ""
    check_books(books)


def test_a_citizens_card_printed_before_is_recognised_by_its_chip_while_nobody_gave_it_up() -> None:
    books, _, unheard, _ = lost()
    shown = CountLostSite(ONE, "BA-7", (), (CardThere(unheard, 1, UIDS[1], SERIES, 2),))
    accepted(ask(books.hub, shown, *PAIR))
    assert state(books.hub, unheard) is LockState.PRINTED
    assert row(books.hub, Chip, UIDS[1]).record == unheard


def test_a_card_that_turns_up_after_it_was_given_up_is_surrendered() -> None:
    """It is on the stop list; another card is coming, and the first is never anybody's again."""
    books, _, unheard, _ = lost()
    accepted(ask(books.hub, CloseLostStation(ONE, "BA-8"), *PAIR, at_ms=PAST))
    shown = CountLostSite(ONE, "BA-9", (), (CardThere(unheard, 1, UIDS[1], SERIES, 2),))
    assert refusal(ask(books.hub, shown, *PAIR, at_ms=PAST)) is Refusal.ALREADY_KNOWN
    number = attempt(books.hub, unheard).number
    found = ReturnFound(ONE, ((SERIES, number, number),), Condition.GOOD, "BA-10")
    accepted(ask(books.hub, found, *PAIR, at_ms=PAST))
    assert place_of(books.hub, number) == (OFFICE, Bucket.VOID_HELD)


def test_before_its_time_and_the_grace_are_over_nothing_of_a_lost_station_is_freed() -> None:
    """The stolen station may still print what it was allowed; two good cards would be the price."""
    books, _, unheard, unused = lost()
    for record in (unheard, unused):
        for found in (Found.UNUSED, Found.BAD, Found.LOST):
            body = Settle(record, 1, found, "BA-1", SERIES, 9)
            assert refusal(ask(books.hub, body, *PAIR)) is Refusal.STILL_LEASED
            assert refusal(ask(books.hub, body, *PAIR, at_ms=NOW + 9 * HOUR_MS)) is Refusal.STILL_LEASED
    assert refusal(ask(books.hub, CloseLostStation(ONE, "BA-8"), *PAIR, at_ms=NOW + 9 * HOUR_MS)) is Refusal.STILL_LEASED


def test_where_every_blank_was_found_no_attempt_is_given_up_as_lost_and_people_settle_each() -> None:
    books, _, unheard, unused = lost()
    accepted(ask(books.hub, CountLostSite(ONE, "BA-7", ((SERIES, 2, 10),)), *PAIR))
    accepted(ask(books.hub, CloseLostStation(ONE, "BA-8"), *PAIR, at_ms=PAST))
    assert [state(books.hub, one) for one in (unheard, unused)] == [LockState.SUSPECT] * 2
    for record in (unheard, unused):
        accepted(ask(books.hub, Settle(record, 1, Found.UNUSED, "BA-9"), *PAIR, at_ms=PAST))
    assert [state(books.hub, one) for one in (unheard, unused)] == [LockState.READY] * 2
    assert held(books.hub, (OFFICE, Bucket.STOCK)) == 9
    check_books(books)


@pytest.mark.rule(16)
def test_finished_cards_nobody_took_back_are_lost_with_the_station_and_stopped() -> None:
    books, done, *_ = lost()
    accepted(ask(books.hub, CloseLostStation(ONE, "BA-8"), *PAIR, at_ms=PAST))
    assert place_of(books.hub, 1) == (ONE, Bucket.LOST_GOOD)
    assert row(books.hub, Revoked, UIDS[0]).record == done
    again = ask(books.hub, CloseLostStation(ONE, "BA-9"), *PAIR, at_ms=PAST)
    assert refusal(again) is Refusal.ALREADY_KNOWN


@pytest.mark.rule(15)
def test_a_stopped_blank_found_at_the_site_is_not_stock_again() -> None:
    books = founded_for_planting()
    supply(books, 1, 10)
    allot(books, "A-1", 10)
    issue(books, "I-1", 10)
    accepted(ask(books.hub, DECLARED, *PAIR))
    accepted(ask(books.hub, CountLostSite(ONE, "BA-7", ((SERIES, 5, 5),)), *PAIR))
    plant(books, CardRevoked(f"{SERIES} 6", "stolen", ""))
    assert refusal(ask(books.hub, CountLostSite(ONE, "BA-7", ((SERIES, 6, 6),)), *PAIR)) is Refusal.STOP_LISTED


def test_a_card_is_recognised_by_its_chip_alone_where_the_list_knows_its_blank() -> None:
    books, _, unheard, _ = lost()
    accepted(ask(books.hub, CountLostSite(ONE, "BA-7", (), (CardThere(unheard, 1, UIDS[1]),)), *PAIR))
    assert place_of(books.hub, 2) == (ONE, Bucket.GOOD_HELD)


def test_somebody_of_the_centre_counts_with_the_office() -> None:
    books, *_ = lost()
    people = (
        NewOfficer("head", "Head", OFFICE, (Role.HEAD,)),
        NewOfficer("checker", "Checker", "office/52.01", (Role.CHECKER,)),
    )
    keys = (new_key("key-head", "head"), new_key("key-checker", "checker"))
    accepted(ask(books.hub, Register(officers=people, keys=keys), *PAIR))
    count = CountLostSite(ONE, "BA-7", ((SERIES, 5, 8),))
    assert refusal(ask(books.hub, count, "key-head", "key-checker")) is Refusal.NOT_ALLOWED
    accepted(ask(books.hub, count, "key-head", VERIFIER_1))
    (noted,) = log(books.hub, LostSiteCounted)
    assert noted == LostSiteCounted(ONE, "BA-7", ("head", "verifier-1"))


def test_blanks_given_back_before_the_loss_are_counted_in_at_the_store() -> None:
    books = stocked(10, UIDS[:10])
    accepted(ask(books.stations[ONE], GiveBack("S-1", ((SERIES, 9, 10),)), OPERATOR))
    for answer in ship(books):
        accepted(answer)
    accepted(ask(books.hub, DECLARED, *PAIR))
    name = f"{ONE}/S-1"
    accepted(ask(books.hub, Receive(name, OFFICE, ((SERIES, 9, 10),)), OPERATOR, VERIFIER_2))
    assert held(books.hub, (OFFICE, Bucket.STOCK)) == 2


def test_a_lost_or_stopped_station_is_issued_nothing() -> None:
    books = founded()
    supply(books, 1, 5)
    allot(books, "A-1", 5)
    accepted(ask(books.hub, DECLARED, *PAIR))
    assert refusal(ask(books.hub, Issue("I-1", ONE, CLASS, 1), OPERATOR)) is Refusal.STATION_FROZEN


@pytest.mark.rule(38)
def test_a_letter_of_tomorrow_declares_nothing_today() -> None:
    books, *_ = at_work()
    answer = ask(books.hub, DeclareStationLost(ONE, "470/12", "2999-01-01"), *PAIR)
    assert (refusal(answer), facts(answer)["field"]) == (Refusal.BAD_VALUE, "letter_date")


def test_a_thiefs_key_cannot_fill_the_hubs_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    books, *_ = lost()
    monkeypatch.setattr("ektp_core.flow.evidence.MOST_BYTES", 150)
    for n in range(5, 9):
        body = AbsorbCommit(ONE, n, b"", bytes([n]) * 32, NOW, b"", (bytes(100),))
        accepted(ask(books.hub, body, station_key(ONE)))
    kept = [len(one.events) for one in rows(books.hub, Evidence, ONE)]
    assert kept == [1, 0, 0, 0], "number and head of the others"
    zero = AbsorbCommit(ONE, 0, b"", b"h" * 32, NOW, b"", ())
    assert refusal(ask(books.hub, zero, station_key(ONE))) is Refusal.MALFORMED
