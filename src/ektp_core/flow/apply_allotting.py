"""The fold of allotment (lipatan penjatahan): requests, policies, the printer register, people moved to the front."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve

from ektp_core.flow import allotting_events as events
from ektp_core.flow.allotting_rows import AllotmentPolicy, Lifted, Request, Standing
from ektp_core.flow.rows import Allotment, Lock
from ektp_core.flow.view import Book
from ektp_core.vocabulary.request_state import RequestState
from ektp_core.vocabulary.state import LockState

#: How long a lift stays to be listed, when its person waits no more.
LISTED_MS = 31 * 86_400_000


def _blanks_requested(book: Book, event: events.BlanksRequested) -> None:
    what = (event.blank_class, event.count, event.at_ms, event.paper)
    book.put(Request(event.party, RequestState.OPEN, event.request, *what))


def _request_withdrawn(book: Book, event: events.RequestWithdrawn) -> None:
    _answered(book, event.party, event.request, RequestState.WITHDRAWN, "")


def _answered(book: Book, party: str, name: str, state: RequestState, allotment: str) -> None:
    request = book.row(Request, party, RequestState.OPEN, name)
    if request:
        book.drop(request)
        book.put(evolve(request, state=state, allotment=allotment))


def _allotment_policy_set(book: Book, event: events.AllotmentPolicySet) -> None:
    book.put(AllotmentPolicy(event.valid_from, event.name, event.valid_to, event.keys, event.source, event.letter))


def _printers_registered(book: Book, event: events.PrintersRegistered) -> None:
    known = book.row(Standing, event.party, event.blank_class) or Standing(event.party, event.blank_class)
    printers = evolve(known, good=event.good, poor=event.poor, broken=event.broken, missing=event.missing)
    named = evolve(printers, daily_cap=event.daily_cap, working_days=event.working_days, best_month=event.best_month)
    signed = evolve(named, signed_capacity=event.signed_capacity, letter=event.letter)
    book.put(evolve(signed, registered_ms=event.at_ms))


def _grant_explained(book: Book, event: events.GrantExplained) -> None:
    known = book.row(Standing, event.party, event.blank_class) or Standing(event.party, event.blank_class)
    book.put(evolve(known, allotment=event.allotment))
    allotment = book.row(Allotment, event.allotment)
    assert allotment is not None, "an explanation of no allotment"
    dated = evolve(allotment, granted_ms=event.at_ms, previous=event.previous, policy=event.policy)
    bounded = evolve(dated, bound_by=event.bound_by, limits=event.limits, facts=event.facts)
    book.put(evolve(bounded, push=event.push, exception=event.exception))
    for name in event.requests:
        _answered(book, event.party, name, RequestState.GRANTED, event.allotment)


def _record_lifted(book: Book, event: events.RecordLifted) -> None:
    for old in list(book.rows(Lifted, event.office)):
        lock = book.row(Lock, old.record)
        if old.at_ms < event.at_ms - LISTED_MS and not (lock and lock.state is LockState.READY):
            book.drop(old)
    book.put(Lifted(event.office, event.record, event.why, event.by, event.at_ms))


FOLDS: Mapping[type[Any], Callable[[Book, Any], None]] = {
    events.BlanksRequested: _blanks_requested,
    events.RequestWithdrawn: _request_withdrawn,
    events.AllotmentPolicySet: _allotment_policy_set,
    events.PrintersRegistered: _printers_registered,
    events.GrantExplained: _grant_explained,
    events.RecordLifted: _record_lifted,
}
