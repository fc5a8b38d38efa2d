"""The register of interim letters (register suket): rule 36.

A letter stands in for a card for six months (policy: another expiry may be given). It carries
the state of the person's record as a code in its corner. It is over when the card is handed
over, or when a newer letter takes its place. One that is entered while the office has usable
blanks is taken, because it was given, but says so: letters are forbidden while stock lasts.
"""

from collections.abc import Iterator

from attrs import field, frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.daily import office_known
from ektp_core.flow.events import Event
from ektp_core.flow.office_events import SuketRegistered, SuketWithdrawn
from ektp_core.flow.office_rows import Suket, SuketOf
from ektp_core.flow.office_stock import usable_blanks
from ektp_core.flow.papers import checked_text
from ektp_core.flow.periods import Paper, paper_date_checked
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.signers import of_office, require
from ektp_core.flow.view import View
from ektp_core.vocabulary.dates import checked_date
from ektp_core.vocabulary.local_calendar import date_of, months_later
from ektp_core.vocabulary.prr import Reason

VALID_MONTHS = 6
LONGEST_MONTHS = 12
NUMBER_LIMIT = 60

#: Codes seen on letters: state of the record when the letter was given. CL and CRL are explained nowhere.
STATUS_CODES = ("PRO", "SFE", "PRR", "DUP", "EFAC", "SFCP", "CP", "CS", "CL", "CRL")

HANDED_OVER, REPLACED = "handed over", "replaced"


@frozen
class RegisterSuket:
    """A letter that was given. `expiry` empty: six months after its date. `person` is a keyed hash."""

    office: str
    number: str
    date: str
    reason: Reason
    status: str
    person: bytes = field(repr=False)
    expiry: str = ""


@frozen
class WithdrawSuket:
    """Withdraw an interim letter without a card of ours: spoiled, given in error, the person died."""

    office: str
    number: str
    why: str


def decide_suket(view: View, ask: Ask, body: RegisterSuket) -> tuple[Event, ...]:
    """Enter a letter; an earlier open one of the same person is over with it."""
    who = require(view, ask, PERMITS[Act.KEEP_SUKET])
    office_known(view, body.office)
    of_office(who, body.office)
    _check_number(body.number)
    if view.row(Suket, body.office, body.number):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the interim letter", "id": body.number})
    if body.status not in STATUS_CODES:
        raise _bad("status", "not one of the list", ", ".join(STATUS_CODES))
    if not body.person:
        raise _bad("person", "empty", "the citizen the letter was given to")
    if not body.date:
        raise _bad("date", "empty", "the date of the letter")
    late = paper_date_checked(view, body.office, Paper("the interim letter", body.number, body.date), ask.at_ms, "date")
    entered = SuketRegistered(
        body.office,
        body.number,
        body.date,
        _expiry(body),
        body.reason,
        body.status,
        body.person,
        usable_blanks(view, body.office),
    )
    return (*_over(view, body.person, REPLACED, ""), entered, *late)


def decide_withdraw_suket(view: View, ask: Ask, body: WithdrawSuket) -> tuple[Event, ...]:
    """A letter is over without a hand-over."""
    who = require(view, ask, PERMITS[Act.KEEP_SUKET])
    office_known(view, body.office)
    of_office(who, body.office)
    letter = view.row(Suket, body.office, body.number)
    if letter is None or letter.withdrawn:
        shape = "withdrawn already" if letter else "not in the register"
        raise _bad("number", shape, "the number of an open letter of this office")
    checked_text("why", body.why)
    return (SuketWithdrawn(body.office, body.number, body.why),)


def letters_of(view: View, person: bytes) -> Iterator[Suket]:
    """All letters a person was ever given, by office and number."""
    for one in view.rows(SuketOf, person):
        letter = view.row(Suket, one.office, one.number)
        if letter:
            yield letter


def withdrawn_at_hand_over(view: View, person: bytes, record: str) -> tuple[Event, ...]:
    """A person's open letters are over when the card of `record` is handed over; nothing when there are none."""
    return tuple(_over(view, person, HANDED_OVER, record))


def is_warned(letter: Suket) -> bool:
    """Whether the office had usable blanks when it gave this letter."""
    return letter.usable > 0


def is_valid(letter: Suket, at_ms: int) -> bool:
    """Whether the letter stands in for a card on the office's own today."""
    return not letter.withdrawn and date_of(at_ms, letter.office) <= letter.expiry


def _over(view: View, person: bytes, why: str, record: str) -> Iterator[Event]:
    for letter in letters_of(view, person):
        if not letter.withdrawn:
            yield SuketWithdrawn(letter.office, letter.number, why, record)


def _expiry(body: RegisterSuket) -> str:
    if not body.expiry:
        return months_later(body.date, VALID_MONTHS)
    latest = months_later(body.date, LONGEST_MONTHS)
    if not body.date < checked_date(body.expiry, "expiry") <= latest:
        raise _bad("expiry", "not after the letter's date, or too late", f"a date up to {latest}")
    return body.expiry


def _check_number(number: str) -> None:
    if not number.strip() or len(number) > NUMBER_LIMIT:
        raise _bad("number", f"{len(number)} characters", f"the letter's number, 1 to {NUMBER_LIMIT} characters")
    checked_text("number", number)


def _bad(name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": name, "shape": shape, "expected": expected})
