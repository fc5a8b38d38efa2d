"""One card begun, noted and concluded at station one: for the tests of pressing."""

from ektp_core.boundary.store import Answer
from ektp_core.flow.pressing import NoteStep, StartCard
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import PressStep, Profile
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from tests.core.flow.office_cards import Ending, authorised, conclusion, entered, stocked
from tests.core.flow.offices import NOW, ONE, PRINTER, Offices, accepted, ask, station_key

UIDS = tuple(f"04{number:012X}" for number in range(1, 21))
STOCK, MACHINE, SUSPECT = (ONE, Bucket.STOCK), (ONE, Bucket.IN_MACHINE), (ONE, Bucket.SUSPECT)

READ = (PressStep.FED, PressStep.UID_BOUND)

SPOILED = Outcome.SPOILED, BlankPlace.REJECT, Certainty.COUNTER_POSITION, Cause.JAM
MARKED = (PressStep.FED, PressStep.INTENT_MARK)


def started(
    books: Offices, record: str, n: int = 1, *, profile: Profile = Profile.NO_CHIP, counter: int = -1, at_ms: int = NOW
) -> Answer:
    return ask(books.stations[ONE], StartCard(record, n, PRINTER, counter, profile), station_key(ONE), at_ms=at_ms)


def noted(books: Offices, record: str, *steps: PressStep, uid: str = "") -> Answer:
    answers = [
        ask(books.stations[ONE], NoteStep(record, 1, s, uid=uid if s is PressStep.UID_BOUND else ""), station_key(ONE))
        for s in steps
    ]
    return answers[-1]


def concluded(books: Offices, record: str, ending: Ending, *keys: str) -> Answer:
    return ask(books.stations[ONE], conclusion(record, 1, ending), *(keys or (station_key(ONE),)))


def begun(chips: tuple[str, ...] = (), count: int = 10, profile: Profile = Profile.NO_CHIP) -> tuple[Offices, str]:
    """A card of one record in the machine."""
    books = stocked(count, chips)
    record = entered(books, 1)
    authorised(books, record)
    accepted(started(books, record, profile=profile))
    return books, record
