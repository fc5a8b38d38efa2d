"""What a station can still show of a card in doubt (bukti atas kartu meragukan), and what it is worth.

Once a card is in doubt the station only adds evidence, and people close it at the hub (lock.md). A printer
that comes back may keep a record of the job; a card may be found in the reject tray and its chip read.
Rule 39: a card in hand whose chip was read on an enrolled reader needs one person besides the operator.
Enrolled is a printer that this station's book knows, which reads by the station's own hand, and a reader
whose key stands in the register in this station's name and signs what it read. What a person types is
shown too, and takes nobody's place.
"""

from collections.abc import Iterator
from enum import Enum

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.events import Event
from ektp_core.flow.locks import at_attempt, lock_of
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.rows import Attempt, ChipOf, Key, Lock, Officer, OpenSuspect, Printer
from ektp_core.flow.signers import Signers, of_office, require, signers
from ektp_core.flow.suspect_evidence_events import EvidenceAdded, Shown
from ektp_core.flow.suspect_evidence_rows import EvidenceLine
from ektp_core.flow.view import View
from ektp_core.press.table import bears_ink
from ektp_core.vocabulary.objection import Objection
from ektp_core.vocabulary.party import PartyId
from ektp_core.vocabulary.role import Hand
from ektp_core.vocabulary.state import LockState, PressStep
from ektp_core.vocabulary.uid import checked_uid, is_uid
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome

#: How long a card may be in doubt before it is an alarm, where the settings say nothing else: one shift.
SHIFT_MS = 8 * 3_600_000

#: More of one kind (by people, by printers, by readers) is no evidence but noise; no kind takes another's room.
MOST = 50

_MADE = frozenset({Outcome.GOOD, Outcome.SPOILED})
_OUT = frozenset({BlankPlace.OUTPUT, BlankPlace.REJECT})


@frozen
class AddEvidence:
    """Show more of a card in doubt: its chip read, or what its printer says; the lock stays as it is.

    Attributes:
        uid: the chip that was read, for `uid`; empty otherwise.
        outcome, place, certainty, printer: what the station's own printer says; people leave them out.
    """

    record: str
    n: int
    shown: Shown
    uid: str = ""
    place: BlankPlace = BlankPlace.UNKNOWN
    outcome: Outcome = Outcome.UNKNOWN
    certainty: Certainty = Certainty.TRANSPORT
    printer: str = ""


def decide_add_evidence(view: View, ask: Ask, body: AddEvidence, owner: str) -> tuple[Event, ...]:
    """Evidence beside an open suspect of this station; the same is not written twice."""
    who = signers(view, ask)
    reader = _reader(view, who, owner)
    if not who.has(Hand.STATION, owner):
        who = require(view, ask, PERMITS[Act.ADD_EVIDENCE])
        of_office(who, PartyId(owner).home.value)
        if body.shown is not Shown.UID:
            raise _bad("shown", body.shown.value, "what people can show: the chip of a card that lies there")
    lock = lock_of(view, body.record)
    at_attempt(lock, body.n)
    suspect = view.row(OpenSuspect, owner, body.record, body.n)
    if suspect is None or lock.state is not LockState.SUSPECT:
        facts = {"record": body.record, "state": lock.state.name, "event": "ADD_EVIDENCE", "allowed": "nothing"}
        raise Refused(Refusal.NO_SUCH_STEP, facts)
    uid = _uid(body)
    printer = _printer(view, who, body, owner)
    certainty = body.certainty if printer else (Certainty.COUNTER_POSITION if reader else Certainty.OPERATOR)
    line: EvidenceLine = (
        body.shown, certainty, body.outcome, body.place, uid, printer, reader, who.names, ask.at_ms
    )  # fmt: skip
    if any(one[:7] == line[:7] for one in suspect.evidence):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the evidence", "id": body.shown.value})
    found = _of_its_kind(suspect, printer, reader)
    if found >= MOST:
        raise _bad("evidence", f"{found + 1} pieces for one card", f"up to {MOST}; settle the card with what is known")
    return (EvidenceAdded(owner, body.record, body.n, len(suspect.evidence) + 1, *line),)


def _of_its_kind(suspect: OpenSuspect, printer: str, reader: str) -> int:
    """How many lines printers, readers, or people without either brought."""
    kind = bool(printer), bool(reader)
    return sum((bool(one[5]), bool(one[6])) == kind for one in suspect.evidence)


def _reader(view: View, who: Signers, owner: str) -> str:
    """The reader that signed what it read; another station's is refused."""
    readers = [key for key in who.keys if key.hand is Hand.READER]
    for key in readers:
        if key.owner != owner:
            raise Refused(Refusal.NOT_ALLOWED, {"who": key.owner, "needs": f"a reader of {owner}"})
    return readers[0].key if readers else ""


def _uid(body: AddEvidence) -> str:
    if body.shown is Shown.UID:
        return checked_uid(body.uid)
    if body.uid:
        raise _bad("uid", "a chip", "empty, unless a chip was read")
    return ""


def _printer(view: View, who: Signers, body: AddEvidence, owner: str) -> str:
    """The printer that shows it, which this book knows; people name none, since they read by hand."""
    if not who.has(Hand.STATION, owner):
        if body.printer:
            raise _bad("printer", "a name", "empty; a printer speaks for itself")
        return ""
    if view.row(Printer, owner, body.printer) is None:
        raise _bad("printer", "not of this station", "a printer that was loaded here")
    return body.printer


def _bad(name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": name, "shape": shape, "expected": expected})


def objection_to_evidence(view: View, station: str, event: EvidenceAdded) -> Objection | None:
    """What is held against evidence in a station's chain: it is of its own attempts, readers and printers alone.

    It may come late, when the lock has moved on: it changes nothing, and stands in the log.
    """
    attempt = view.row(Attempt, event.record, event.n)
    if event.station != station or attempt is None or attempt.station != station:
        return Objection.WRONG_STATION
    suspect = view.row(OpenSuspect, station, event.record, event.n)
    follows = suspect is None or event.number == len(suspect.evidence) + 1
    key = view.row(Key, event.reader) if event.reader else None
    # A reader withdrawn meanwhile is no lie of the station; its reading counts for nobody when people close it.
    is_known_reader = not event.reader or (key is not None and (key.hand, key.owner) == (Hand.READER, station))
    is_known_printer = not event.printer or view.row(Printer, station, event.printer) is not None
    has_uid = is_uid(event.uid) if event.shown is Shown.UID else not event.uid
    are_officers = all(view.row(Officer, name) for name in event.by)
    has_room = suspect is None or _of_its_kind(suspect, event.printer, event.reader) < MOST
    is_numbered = follows and has_room and event.number >= 1
    sound = is_numbered and is_known_reader and is_known_printer and has_uid and are_officers
    return None if sound else Objection.NO_SUCH_STEP


# -- what it is worth -----------------------------------------------------------------------------


def card_was_read(view: View, lock: Lock, attempt: Attempt) -> tuple[bool, tuple[str, ...]]:
    """Whether the very chip of this attempt was read on an enrolled reader (rule 39), and who held the card.

    The chip must be known beforehand, by a reading in the press or by the supplier's list: a chip that nobody
    had linked to this blank says of any card that it is this one.
    """
    suspect = view.row(OpenSuspect, lock.station, lock.record, lock.n)
    held = tuple(name for line in suspect.evidence for name in line[7]) if suspect else ()
    lines = suspect.evidence if suspect else ()
    return any(_is_the_card(view, attempt, line) and _is_enrolled(view, line) for line in lines), held


def was_used(view: View, lock: Lock, attempt: Attempt) -> bool:
    """Whether the device's own evidence says that a card was made of the blank, good or spoiled.

    Its printer's record of the job says so, or an enrolled reader read its chip outside of the printer. A chip
    that was read while the blank lies in the printer says nothing of ink.
    """
    suspect = view.row(OpenSuspect, lock.station, lock.record, lock.n)
    for line in suspect.evidence if suspect else ():
        if not _is_enrolled(view, line):
            continue
        if line[0] is Shown.JOB and line[2] in _MADE:
            return True
        if line[0] is Shown.POSITION and line[3] in _OUT:
            return True  # its printer moved it out: whatever it looks like, it left the hopper
        if _is_the_card(view, attempt, line) and line[3] is not BlankPlace.IN_PRINTER:
            return True
    return False


def _is_the_card(view: View, attempt: Attempt, line: EvidenceLine) -> bool:
    return line[0] is Shown.UID and line[4] in _chips(view, attempt)


def _chips(view: View, attempt: Attempt) -> Iterator[str]:
    if attempt.uid:
        yield attempt.uid
    listed = view.row(ChipOf, attempt.series, attempt.number) if attempt.number else None
    if listed:
        yield listed.uid


def _is_enrolled(view: View, line: EvidenceLine) -> bool:
    """Read by the station's own printer, or by a reader whose key is still taken."""
    key = view.row(Key, line[6]) if line[6] else None
    return bool(line[5]) or (key is not None and key.hand is Hand.READER and not key.revoked)


def is_aged(attempt: Attempt, now_ms: int, shift_ms: int = SHIFT_MS) -> bool:
    """Whether a card in doubt is older than one shift, from the time it was begun (or could have been, last)."""
    return now_ms - doubtful_since(attempt) > shift_ms


def doubtful_since(attempt: Attempt) -> int:
    """From when the age of a card in doubt is counted, milliseconds UTC: it was begun then, or its time ended."""
    return attempt.started_ms or attempt.until_ms


# -- in plain words -------------------------------------------------------------------------------


class Known(Enum):
    """What is known of a card in doubt, in one sentence."""

    CARD_READ = "Its card is here: the chip was read on an enrolled reader."
    CARD_SEEN = "Somebody says the card is here and wrote its chip down; no enrolled reader has read it."
    OTHER_CARD = "The card that was found has another chip: it is not this one."
    JOB_GOOD = "The printer's own record says that the card was printed."
    JOB_SPOILED = "The printer's own record says that the card was spoiled."
    NOT_FED = "The printer fed no card since this one was begun."
    INSIDE = "A card is still inside the printer."
    CAME_OUT = "The card came out of the printer, and nobody said what it is."
    INKED = "Printing was begun, and nobody knows how it ended."
    TAKEN = "A blank was taken for it, and nothing is known of any printing."
    SILENT = "The station was stopped or silent; whether it began this card is not known."


class Todo(Enum):
    """What people do next about a card in doubt, in one sentence."""

    ONE_CLOSES = "One person besides the operator closes it: ektp suspect settle."
    READ_IT = "Read its chip on an enrolled reader (`ektp station evidence`), or let two people close it."
    KEEP_APART = "Keep that card apart and look for the right one; two people close this one."
    LOOK_IN_TRAYS = "Look in the output and the reject tray, read the chip (`ektp station evidence`), and close it."
    LOOK_IN_HOPPER = "Look for the blank in the hopper; if it is there, two people close it as unused."
    OPEN_PRINTER = "Open the printer, take the card out, read its chip (`ektp station evidence`), and close it."
    SEARCH = "Look in the printer, its trays and the hopper; what is not found two people close as lost, with minutes."


_TODO = {
    Known.CARD_READ: Todo.ONE_CLOSES,
    Known.CARD_SEEN: Todo.READ_IT,
    Known.OTHER_CARD: Todo.KEEP_APART,
    Known.JOB_GOOD: Todo.LOOK_IN_TRAYS,
    Known.JOB_SPOILED: Todo.LOOK_IN_TRAYS,
    Known.NOT_FED: Todo.LOOK_IN_HOPPER,
    Known.INSIDE: Todo.OPEN_PRINTER,
    Known.CAME_OUT: Todo.LOOK_IN_TRAYS,
    Known.INKED: Todo.SEARCH,
    Known.TAKEN: Todo.SEARCH,
    Known.SILENT: Todo.SEARCH,
}
_BY_JOB = {Outcome.GOOD: Known.JOB_GOOD, Outcome.SPOILED: Known.JOB_SPOILED, Outcome.NOT_STARTED: Known.NOT_FED}


def told(view: View, suspect: OpenSuspect, attempt: Attempt) -> tuple[Known, Todo]:
    """What is known of a card in doubt and what to do next; the strongest evidence speaks.

    What somebody typed speaks only where no device does.
    """
    shown = [one for one in suspect.evidence if _is_enrolled(view, one)]
    lines = shown or suspect.evidence
    known = min((_said(view, attempt, line) for line in lines), key=_rank, default=_by_steps(attempt))
    known = min(known, _by_steps(attempt), key=_rank)
    return known, _TODO[known]


def _rank(known: Known) -> int:
    return list(Known).index(known)


def _said(view: View, attempt: Attempt, line: EvidenceLine) -> Known:
    if line[0] is Shown.UID:
        if _is_the_card(view, attempt, line):
            return Known.CARD_READ if _is_enrolled(view, line) else Known.CARD_SEEN
        return Known.OTHER_CARD if any(_chips(view, attempt)) else Known.CARD_SEEN
    if line[0] is Shown.POSITION:
        places = {BlankPlace.IN_PRINTER: Known.INSIDE, **dict.fromkeys(_OUT, Known.CAME_OUT)}
        return places.get(line[3]) or _by_steps(attempt)
    return _BY_JOB.get(line[2], _by_steps(attempt))


def _by_steps(attempt: Attempt) -> Known:
    """What the durable steps say by themselves."""
    if attempt.reached is None or attempt.profile is None:
        return Known.SILENT
    if attempt.reached is PressStep.EJECTED:
        return Known.CAME_OUT
    return Known.INKED if bears_ink(attempt.profile, attempt.reached) else Known.TAKEN
