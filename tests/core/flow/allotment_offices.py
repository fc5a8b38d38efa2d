"""Books for the tests of allotment: an office with a head, papers of a policy, days that pass."""

from typing import Any

from ektp_core.allotment.policy import Policy
from ektp_core.boundary.store import Answer
from ektp_core.flow.allotment_policies import SetAllotmentPolicy
from ektp_core.flow.allotting import RegisterPrinters, RequestBlanks
from ektp_core.flow.custody import Grant
from ektp_core.flow.founding import NewOfficer, NewParty, Register
from ektp_core.vocabulary.role import Role
from tests.core.flow.office_cards import supply, true_report
from tests.core.flow.offices import (
    CLASS,
    HOUR_MS,
    NOW,
    OFFICE,
    OPERATOR,
    PAIR,
    VERIFIER_1,
    Offices,
    accepted,
    ask,
    founded,
    new_key,
)

DAY_MS = 24 * HOUR_MS
OTHER, PROVINCE = "office/52.01", "province/52"
HEAD, OTHER_HEAD, PROVINCIAL = "key-section-head", "key-other-head", "key-provincial"

_MORE = (
    NewOfficer("section-head", "Kasi", OFFICE, (Role.SECTION_HEAD,)),
    NewOfficer("other-head", "Kasi Barat", OTHER, (Role.SECTION_HEAD,)),
    NewOfficer("provincial", "Provinsi", PROVINCE, (Role.PROVINCE,)),
)


def with_heads(blanks: int = 100) -> Offices:
    """Books with section heads, a second office, the province, and blanks of the centre."""
    books = founded()
    parties = (NewParty(OTHER, "Lombok Barat"), NewParty(PROVINCE, "Nusa Tenggara Barat"))
    keys = tuple(new_key(f"key-{one.officer}", one.officer) for one in _MORE)
    accepted(ask(books.hub, Register(parties=parties, officers=_MORE, keys=keys), *PAIR))
    if blanks:
        supply(books, 1, blanks)
    return books


def granted(books: Offices, allotment: str, count: int = 1, *, day: int = 0, **changes: Any) -> Answer:
    """A grant, so many days after the first; with a letter it is signed by two."""
    fields = {"party": OFFICE, "blank_class": CLASS, **changes}
    keys = PAIR if {"push", "exception"} & set(changes) else (VERIFIER_1,)
    return ask(books.hub, Grant(allotment, count=count, **fields), *keys, at_ms=NOW + day * DAY_MS)


def reported_on(books: Offices, report: str, allotment: str, day: int = 0) -> None:
    """The office's report of an allotment, as at that day."""
    accepted(ask(books.hub, true_report(books, report, allotment), OPERATOR, at_ms=NOW + day * DAY_MS))


def policy_set(books: Offices, **keys: Any) -> None:
    """A policy in force, under which a request need not be lodged for what a test is not about."""
    policy = Policy(**{"name": "2018", "need_binds": False, **keys})
    accepted(ask(books.hub, SetAllotmentPolicy(policy, "SE-1"), *PAIR))


def asked(books: Offices, request: str, count: int, **changes: Any) -> Answer:
    """A request of the office's section head."""
    fields = {"party": OFFICE, "blank_class": CLASS, **changes}
    return ask(books.hub, RequestBlanks(request, count=count, **fields), HEAD)


def registered(books: Offices, good: int, daily_cap: int, working_days: int = 21, **changes: int) -> Answer:
    """The office's printer register, by its section head."""
    printers = {"good": good, "poor": 0, "broken": 0, "missing": 0, **changes}
    body = RegisterPrinters(OFFICE, CLASS, daily_cap=daily_cap, working_days=working_days, **printers)
    return ask(books.hub, body, HEAD)
