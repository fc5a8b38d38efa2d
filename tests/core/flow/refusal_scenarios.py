"""What had happened, and what is then asked, for each refusal that the core can be brought to."""

from collections.abc import Callable
from typing import Any

from attrs import evolve

from ektp_core.allotment.policy import Policy as AllotmentPolicy
from ektp_core.allotment.policy import UsedUp
from ektp_core.boundary.store import Answer, Work
from ektp_core.flow.absorb import AbsorbCommit
from ektp_core.flow.allotment_policies import SetAllotmentPolicy
from ektp_core.flow.allotting import RegisterPrinters, RequestBlanks
from ektp_core.flow.ask import Body
from ektp_core.flow.codec import to_json
from ektp_core.flow.custody import Dispatch, Grant, TakeSupply
from ektp_core.flow.feed import read_entry
from ektp_core.flow.founding import NewOfficer, Register
from ektp_core.flow.pressing import NoteStep, StartCard
from ektp_core.flow.printing import Authorise, Recall
from ektp_core.flow.reporting import Unlock
from ektp_core.flow.rows import Desk, FeedRow, Policy, Report
from ektp_core.flow.station_book import TakeFeed
from ektp_core.vocabulary.role import Role
from ektp_core.vocabulary.state import PressStep, Profile
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from tests.core.flow.office_cards import BAD, authorised, conclusion, grant, printed, reported, true_report
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
    Offices,
    accepted,
    ask,
    digest_of,
    exchange,
    feed_ask,
    forged,
    maybe,
    new_key,
    row,
    ship,
    signed,
    station_key,
)

Scenario = Callable[[Offices], Answer]

RECORD = "52.03-000001"
KEY = station_key(ONE)
UIDS = tuple(f"04{number:012X}" for number in range(1, 9))


def hub(body: Body, *keys: str, at_ms: int = NOW) -> Scenario:
    """One ask at the hub."""
    return lambda books: ask(books.hub, body, *keys, at_ms=at_ms)


def station(body: Body, *keys: str, at_ms: int = NOW) -> Scenario:
    """One ask in the first station's book."""
    return lambda books: ask(books.stations[ONE], body, *(keys or (KEY,)), at_ms=at_ms)


def after(*before: Callable[[Offices], object], then: Scenario) -> Scenario:
    """The scenario, when this had happened."""

    def played(books: Offices) -> Answer:
        for one in before:
            one(books)
        return then(books)

    return played


def leased(books: Offices) -> None:
    authorised(books, RECORD)


def started(books: Offices) -> None:
    accepted(station(StartCard(RECORD, 1, PRINTER, -1, Profile.NO_CHIP))(books))


def fed(books: Offices) -> None:
    accepted(station(NoteStep(RECORD, 1, PressStep.FED))(books))


def good(books: Offices) -> None:
    printed(books, RECORD, uid=UIDS[0])


def bad(books: Offices) -> None:
    printed(books, RECORD, BAD)


def filed(books: Offices) -> None:
    reported(books, "R-1")


def recalled(books: Offices) -> None:
    accepted(ask(books.hub, Recall(RECORD, "died"), VERIFIER_1))
    exchange(books)


def stopped(books: Offices) -> None:
    accepted(forged(books, ONE, pen=b"\x01" * 32))


def forked(books: Offices) -> Answer:
    n = row(books.hub, Desk, ONE).chain_n
    return ask(books.hub, AbsorbCommit(ONE, n, b"x", b"\x07" * 32, NOW, b"", ()), KEY)


def told_late(books: Offices) -> None:
    """A dispute the station has not heard of: its card began after the end of the lease."""
    leased(books)
    start = StartCard(RECORD, 1, PRINTER, -1, Profile.NO_CHIP)
    accepted(books.stations[ONE].commit([Work(signed(start, KEY))], NOW + 9 * HOUR_MS)[0])
    ship(books)


def colleague(books: Offices) -> None:
    """One more of the first verifier's unit, and one who both reports and verifies."""
    people = (
        NewOfficer("colleague", "Colleague", "verification", (Role.CENTRE_VERIFIER,)),
        NewOfficer("head", "Head", OFFICE, (Role.HEAD, Role.CENTRE_VERIFIER)),
    )
    keys = (new_key("key-colleague", "colleague"), new_key("key-head", "head"))
    accepted(ask(books.hub, Register(officers=people, keys=keys), *PAIR))


def one_try(books: Offices) -> None:
    accepted(ask(books.hub, Register(policy=Policy("default", 9, tries=1)), *PAIR))
    exchange(books)


def jammed(books: Offices) -> None:
    ending = (Outcome.SPOILED, BlankPlace.REJECT, Certainty.COUNTER_POSITION, Cause.JAM)
    accepted(station(conclusion(RECORD, 1, ending))(books))


def without_keys(books: Offices) -> None:
    accepted(ask(books.hub, Register(revoked_keys=(OPERATOR,)), *PAIR))


def asked_before(books: Offices) -> None:
    accepted(ask(books.hub, evolve(GRANT, exception="SK-1"), *PAIR, ask_id="the-id"))


def sent(books: Offices) -> None:
    grant(books, "A-5", 2)
    accepted(ask(books.hub, Dispatch("R-5", "A-5"), VERIFIER_1))


def feed_again(books: Offices) -> Answer:
    """The first entry under its old number, with another time in it."""
    other = evolve(read_entry(row(books.hub, FeedRow, ONE, 1).body), at_ms=NOW + 1)
    return ask(books.stations[ONE], TakeFeed(to_json(other), digest_of(to_json(other))), HUB_KEY)


def feed_ahead(books: Offices) -> Answer:
    for _ in range(2):
        accepted(ask(books.hub, Register(keys=(new_key(f"k{next(books.numbers)}", "operator"),)), *PAIR))
    return ask(books.stations[ONE], feed_ask(books, ONE, row(books.hub, Desk, ONE).queued_m), HUB_KEY)


def feed_of_another_history(books: Offices, **changes: Any) -> Answer:
    accepted(ask(books.hub, Authorise(RECORD, ONE), HUB_KEY))
    entry = read_entry(row(books.hub, FeedRow, ONE, row(books.hub, Desk, ONE).queued_m).body)
    raw = to_json(evolve(entry, **changes))
    return ask(books.stations[ONE], TakeFeed(raw, digest_of(raw)), HUB_KEY)


def uid_read(uid: str) -> Scenario:
    return station(NoteStep(RECORD, 1, PressStep.UID_BOUND, uid=uid))


def unlock(n: int = 1, digest: str = "", *keys: str) -> Scenario:
    def asked(books: Offices) -> Answer:
        report = maybe(books.hub, Report, "R-1")
        named = digest or (report.digest.hex() if report else "00")
        return ask(books.hub, Unlock(RECORD, n, named), *(keys or PAIR))

    return asked


def off_by_one(books: Offices) -> Answer:
    true = true_report(books, "R-1")
    return ask(books.hub, evolve(true, columns=evolve(true.columns, remaining=99)), OPERATOR)


def policy_set(books: Offices) -> None:
    accepted(ask(books.hub, ALLOTMENT_POLICY, *PAIR))


def one_printer(books: Offices) -> None:
    accepted(ask(books.hub, RegisterPrinters(OFFICE, CLASS, 1, 0, 0, 0, 1, 1), VERIFIER_1))


def asked_for_one(books: Offices) -> None:
    accepted(ask(books.hub, RequestBlanks("U-1", OFFICE, CLASS, 1), OPERATOR))


def both_counted(books: Offices) -> Answer:
    """The office counts its second allotment of twelve into the report of its first."""
    grant(books, "A-5", 12)
    true = true_report(books, "R-1")
    return ask(books.hub, evolve(true, columns=evolve(true.columns, received=20, remaining=20)), OPERATOR)


GRANT = Grant("A-5", OFFICE, CLASS, 1)
ALLOTMENT_POLICY = SetAllotmentPolicy(AllotmentPolicy(name="2018", used_up=UsedUp.USED_UP_FIRST), "SE-1")
START = StartCard(RECORD, 1, PRINTER, -1, Profile.NO_CHIP)
MANIFEST = TakeSupply("supplier/PNRI", CLASS, ((SERIES, 50, 60),), "B", "2018-11-01")
IDLE_LAMP = (Outcome.GOOD, BlankPlace.OUTPUT, Certainty.STATUS_IDLE, Cause.NONE)
