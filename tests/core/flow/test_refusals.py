"""Every refusal is provoked: by a scenario here, or by the test of the edge that is named."""

from pathlib import Path
from string import Formatter

import pytest
from attrs import evolve

from ektp_core.errors import Refusal
from ektp_core.flow.absorb import AbsorbCommit
from ektp_core.flow.allotting import RequestBlanks, WithdrawRequest
from ektp_core.flow.counter_taking import TakePapers
from ektp_core.flow.custody import Dispatch, Issue, Receive
from ektp_core.flow.founding import NewParty, Register
from ektp_core.flow.printing import Authorise
from ektp_core.flow.recovering import FreeBy, RecoverPrinter
from ektp_core.flow.reversal import ReverseMovement
from ektp_core.flow.settling import Found, Settle
from ektp_core.flow.station_book import LoadPrinter, TakeFeed
from ektp_core.vocabulary.prr import Reason
from tests.core.flow.office_cards import conclusion, entered, entry, stocked, supply, true_report
from tests.core.flow.offices import (
    HOUR_MS,
    HUB_KEY,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    PRINTER,
    SERIES,
    TWO,
    VERIFIER_1,
    VERIFIER_2,
    accepted,
    ask,
    digest_of,
    facts,
    refusal,
)
from tests.core.flow.refusal_scenarios import (
    ALLOTMENT_POLICY,
    GRANT,
    IDLE_LAMP,
    KEY,
    MANIFEST,
    RECORD,
    START,
    UIDS,
    Scenario,
    after,
    asked_before,
    asked_for_one,
    bad,
    both_counted,
    colleague,
    fed,
    feed_again,
    feed_ahead,
    feed_of_another_history,
    filed,
    forked,
    good,
    hub,
    jammed,
    leased,
    off_by_one,
    one_printer,
    one_try,
    policy_set,
    recalled,
    sent,
    started,
    station,
    stopped,
    told_late,
    uid_read,
    unlock,
    without_keys,
)
from tests.core.flow.soundness import check_books

#: What provokes each refusal, in books where record 1 is READY and station one holds eight blanks.
PROVOKED: dict[Refusal, Scenario | str] = {
    Refusal.BOOK_TOO_OLD_ENGINE: "tests/store/test_sqlite.py",
    Refusal.BOOK_NEWER: "tests/store/test_sqlite.py",
    Refusal.BOOK_IN_USE: "tests/store/test_processes.py",
    Refusal.BOOK_MOVED: "tests/core/flow/test_moving.py",
    Refusal.BOOK_DAMAGED: "tests/store/test_verify.py",
    Refusal.BOOK_FULL: "tests/store/test_faults.py",
    Refusal.BOOK_UNSURE: "tests/store/test_faults.py",
    Refusal.OVERSIZED: "tests/core/wire/test_envelope.py",
    Refusal.MALFORMED: station(TakeFeed(b"{", digest_of(b"{")), HUB_KEY),
    Refusal.BAD_SIGNATURE: "tests/core/wire/test_envelope.py",
    Refusal.UNKNOWN_KEY: hub(GRANT, "key-nobody"),
    Refusal.REVOKED_KEY: after(without_keys, then=hub(entry(2), OPERATOR)),
    Refusal.WRONG_ADDRESSEE: hub(START, KEY),
    Refusal.STALE: "tests/core/wire/test_envelope.py",
    Refusal.ID_REUSED: after(
        asked_before, then=lambda books: ask(books.hub, evolve(GRANT, count=2), VERIFIER_1, ask_id="the-id")
    ),
    Refusal.CHAIN_GAP: hub(AbsorbCommit(ONE, 99, b"", b"h", NOW, b"", ()), KEY),
    Refusal.CHAIN_FORK: after(forked, then=forked),
    Refusal.FEED_GAP: feed_ahead,
    Refusal.FEED_FORK: feed_again,
    Refusal.ROLLED_BACK: lambda books: feed_of_another_history(books, chain_head="ab" * 32),
    Refusal.BAD_NIK: "tests/core/vocabulary/test_nik.py",
    Refusal.BAD_VALUE: hub(evolve(GRANT, count=0), VERIFIER_1),
    Refusal.UNKNOWN_REGION: hub(Register(parties=(NewParty("office/99.99", "x"),)), *PAIR),
    Refusal.NOT_ALLOWED: hub(GRANT, OPERATOR),
    Refusal.NEEDS_PEOPLE: hub(Register(), VERIFIER_1),
    Refusal.REPORTER_SIGNED: after(
        colleague,
        bad,
        lambda books: accepted(ask(books.hub, true_report(books, "R-1"), "key-head")),
        then=unlock(1, "", VERIFIER_1, "key-head"),
    ),
    Refusal.SAME_UNIT: after(colleague, bad, filed, then=unlock(1, "", VERIFIER_1, "key-colleague")),
    Refusal.ALREADY_KNOWN: hub(evolve(GRANT, allotment="A-1"), VERIFIER_1),
    Refusal.UNKNOWN_PARTY: hub(evolve(GRANT, party="office/52.01"), VERIFIER_1),
    Refusal.UNKNOWN_STATION: hub(Authorise(RECORD, "station/52.03/9"), HUB_KEY),
    Refusal.STATION_FROZEN: after(stopped, then=hub(Authorise(RECORD, ONE), HUB_KEY)),
    Refusal.CLASS_UNFIT: hub(Issue("I-5", ONE, "v4.8", 1), OPERATOR),
    Refusal.UNKNOWN_ALLOTMENT: hub(Dispatch("R-5", "A-9"), VERIFIER_1),
    Refusal.UNKNOWN_CONSIGNMENT: hub(Receive("R-9", OFFICE, ((SERIES, 1, 1),)), OPERATOR, VERIFIER_2),
    Refusal.COUNT_DIFFERS: after(sent, then=hub(Receive("R-5", OFFICE, ((SERIES, 9, 9),)), OPERATOR, VERIFIER_2)),
    Refusal.SERIAL_KNOWN: hub(evolve(MANIFEST, ranges=((SERIES, 8, 60),)), VERIFIER_1),
    Refusal.SERIALS_OVERLAP: hub(evolve(MANIFEST, ranges=((SERIES, 50, 60), (SERIES, 60, 61))), VERIFIER_1),
    Refusal.NOT_HELD: station(LoadPrinter(PRINTER, ((SERIES, 8, 9),), 0)),
    Refusal.TOO_FEW: hub(evolve(GRANT, count=1_000), VERIFIER_1),
    Refusal.CANNOT_REVERSE: hub(ReverseMovement(1, "x"), *PAIR),
    Refusal.PAYLOAD_ERASED: "tests/hub/test_server.py",
    Refusal.UNKNOWN_REPORT: "tests/hub/test_reads.py",
    Refusal.UNKNOWN_RECORD: hub(Authorise("52.03-000099", ONE), HUB_KEY),
    Refusal.PERSON_HAS_OPEN_RECORD: hub(entry(1), OPERATOR),
    Refusal.PREVIOUS_CARD_OPEN: after(good, then=hub(entry(1), OPERATOR)),
    Refusal.SIGNER_NOT_REGISTRY: hub(entry(2), HUB_KEY),
    Refusal.NO_SUCH_STEP: after(good, then=hub(Authorise(RECORD, ONE), HUB_KEY)),
    Refusal.STALE_ATTEMPT: after(bad, filed, then=unlock(2)),
    Refusal.NO_BLANK: hub(Authorise(RECORD, TWO), HUB_KEY),
    Refusal.STILL_LEASED: after(told_late, then=hub(Settle(RECORD, 1, Found.UNUSED, "BA-1"), *PAIR)),
    Refusal.SOURCE_STALE: hub(Authorise(RECORD, ONE), HUB_KEY, at_ms=NOW + 31 * 24 * HOUR_MS),
    Refusal.LEASE_OVER: after(leased, then=station(START, at_ms=NOW + 9 * HOUR_MS)),
    Refusal.RECALLED: after(leased, recalled, then=station(START)),
    Refusal.NOT_BOTH_SIGNED: lambda books: feed_of_another_history(books, authorisation=None),
    Refusal.PRINTER_CLOSED: after(leased, then=station(evolve(START, printer="VP-9"))),
    Refusal.COUNTER_UNEXPLAINED: after(leased, then=station(evolve(START, counter=3))),
    Refusal.CANNOT_RECOVER: after(leased, started, then=station(RecoverPrinter(PRINTER, FreeBy.CLEAR))),
    Refusal.TRIES_SPENT: after(leased, started, jammed, one_try, then=station(START)),
    Refusal.CERTAINTY_TOO_LOW: after(leased, started, then=station(conclusion(RECORD, 1, IDLE_LAMP))),
    Refusal.UID_KNOWN: hub(evolve(MANIFEST, ranges=((SERIES, 50, 50),), chips=UIDS[:1]), VERIFIER_1),
    Refusal.FOREIGN_BLANK: after(leased, started, fed, then=uid_read("04FFFFFFFFFFFF")),
    Refusal.STALE_CUT: lambda books: ask(books.hub, evolve(true_report(books, "R-1"), cut_seq=10_000), OPERATOR),
    Refusal.REPORT_DIFFERS: off_by_one,
    Refusal.NOT_REPORTED: after(bad, then=unlock()),
    Refusal.OTHER_REPORT: after(bad, filed, then=unlock(1, "ab" * 32)),
    Refusal.OPEN_ELSEWHERE: "tests/core/flow/test_elsewhere.py",
    Refusal.NOT_HOME_OFFICE: "tests/core/flow/test_elsewhere.py",
    Refusal.PAPERS_MISSING: hub(TakePapers(RECORD, Reason.FIRST, ()), OPERATOR),
    Refusal.BEGUN_ONCE: "tests/core/flow/test_releasing.py",
    Refusal.WRONG_CODE: "tests/hub/test_release_door.py",
    Refusal.CODES_SPENT: "tests/core/flow/test_releasing.py",
    Refusal.STATION_IS_LOST: "tests/hub/test_step.py",
    Refusal.STATION_NOT_LOST: "tests/core/flow/test_lost_station.py",
    Refusal.NOT_SILENT: "tests/core/flow/test_lost_station.py",
    Refusal.LEASES_SPENT: "tests/core/flow/test_printing.py",
    Refusal.MONTH_DIFFERS: "tests/core/flow/test_periods.py",
    Refusal.ON_HOLD: "tests/core/flow/test_holds.py",
    Refusal.NEEDS_REGISTRY: "tests/core/flow/test_previous_cards.py",
    Refusal.CARD_STOPPED: "tests/core/flow/test_handing_over.py",
    Refusal.UNKNOWN_LIST: "tests/core/flow/test_listing.py",
    Refusal.LIST_DIFFERS: "tests/core/flow/test_listing.py",
    Refusal.BOOK_BEGUN: "tests/core/flow/test_opening.py",
    Refusal.COUNT_UNEXPLAINED: "tests/core/flow/test_counting.py",
    Refusal.SERIALS_NEEDED: "tests/core/flow/test_counting.py",
    Refusal.HELD_ELSEWHERE: "tests/core/flow/test_counting.py",
    Refusal.WAS_FED: "tests/core/flow/test_finding.py",
    Refusal.STOP_LISTED: "tests/core/flow/test_finding.py",
    Refusal.HELD_BY_RECORD: "tests/core/flow/test_suspect_blanks.py",
    Refusal.STATION_NOT_TOLD: "tests/core/flow/test_suspect_blanks.py",
    Refusal.UNKNOWN_LOAN: "tests/core/flow/test_lending.py",
    Refusal.UNKNOWN_INQUIRY: "tests/core/flow/test_destroying.py",
    Refusal.UNDER_INQUIRY: "tests/core/flow/test_destroying.py",
    Refusal.WASTE_NOT_REPORTED: "tests/core/flow/test_destroying.py",
    Refusal.UNKNOWN_CLASS: hub(RequestBlanks("U-1", OFFICE, "v9", 1), OPERATOR),
    Refusal.UNKNOWN_REQUEST: hub(WithdrawRequest("U-1", OFFICE, "not needed"), OPERATOR),
    Refusal.POLICIES_OVERLAP: after(policy_set, then=hub(ALLOTMENT_POLICY, *PAIR)),
    Refusal.ALLOTMENT_UNREPORTED: hub(GRANT, VERIFIER_1),
    Refusal.NEXT_NOT_DUE: after(filed, policy_set, then=hub(GRANT, VERIFIER_1)),
    Refusal.ABOVE_CAPACITY: after(filed, one_printer, then=hub(GRANT, VERIFIER_1)),
    Refusal.ABOVE_LIMIT: after(filed, asked_for_one, then=hub(evolve(GRANT, count=2), VERIFIER_1)),
    Refusal.REPORT_SPANS: both_counted,
    Refusal.BAD_FILE: "tests/data/test_csv_records.py",
    Refusal.NO_ROOM: "tests/hub/test_init.py",
    Refusal.NOT_REACHED: "tests/client/test_exchange.py",
}

#: Inside a process the store says this by an exception of its own.
SPOKEN_AS = {Refusal.BOOK_UNSURE: "StoreUnsure"}


def test_every_refusal_has_a_test_that_provokes_it() -> None:
    assert set(PROVOKED) == set(Refusal)


HERE = [(refused, found) for refused, found in PROVOKED.items() if not isinstance(found, str)]
ELSEWHERE = [(refused, found) for refused, found in PROVOKED.items() if isinstance(found, str)]


@pytest.mark.parametrize(("expected", "scenario"), HERE, ids=[refused.name for refused, _ in HERE])
def test_a_refusal_fills_the_places_of_its_text_and_leaves_the_books_sound(
    expected: Refusal, scenario: Scenario
) -> None:
    """That nothing was written is seen where each is tested; here, that what is told can be told."""
    books = stocked(8, UIDS)
    supply(books, 9, 20)
    assert entered(books, 1) == RECORD
    answer = scenario(books)
    assert refusal(answer) is expected
    texts = (expected.what, expected.remedy)
    named = {place for text in texts for _, place, _, _ in Formatter().parse(text) if place}
    assert named <= set(facts(answer))
    check_books(books)


@pytest.mark.parametrize(("expected", "path"), ELSEWHERE, ids=[refused.name for refused, _ in ELSEWHERE])
def test_a_refusal_of_the_edge_is_provoked_where_it_is_said_to_be(expected: Refusal, path: str) -> None:
    text = (Path(__file__).parents[3] / path).read_text()
    assert SPOKEN_AS.get(expected, expected.name) in text
