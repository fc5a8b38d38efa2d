"""Print locks that do the wrong thing (kunci cetak yang keliru): one mistake each, and the check that must find it.

The first of them are mistakes in a table of transitions, found with everything shown; the others
ask for too little: a second person, a proof, the right station, the current attempt.
"""

from collections.abc import Callable
from typing import Any

from attrs import define, evolve, field

from ektp_core.lock.step import State, step
from ektp_core.lock.table import Row
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import By, LockEvent, LockState
from ektp_testing import lock_machine as checks
from ektp_testing.lock_lacks import PEOPLE, STATION
from ektp_testing.lock_machine import LOCK, LOCK_WITH_PROOFS
from ektp_testing.mutant import Mutant, found_by
from ektp_testing.oracle import Impossible, OracleRecord, Said
from ektp_testing.our_lock import LookUp, TableLock

Event = LockEvent


def _with_row(source: LockState | None, event: LockEvent, target: LockState) -> LookUp:
    """The table with one row more."""

    def look_up(state: State, asked: LockEvent) -> Row | None:
        if (state, asked) == (source, event):
            return Row("?", source, event, target, By.HUB, "")
        return step(state, asked)

    return look_up


def _changed(event: LockEvent, **changes: Any) -> LookUp:
    """The table with the rows of one event changed."""

    def look_up(state: State, asked: LockEvent) -> Row | None:
        row = step(state, asked)
        return evolve(row, **changes) if row and asked is event else row

    return look_up


def retry_of_the_unknown() -> TableLock:
    """A card nobody knows anything about may be printed again."""
    return TableLock(_with_row(LockState.SUSPECT, Event.AUTHORISE, LockState.AUTHORISED))


def withdrawn_while_leased() -> TableLock:
    """What lies with a station is withdrawn over its head."""
    return TableLock(_with_row(LockState.AUTHORISED, Event.WITHDRAW, LockState.WITHDRAWN))


def second_card() -> TableLock:
    """A printed record may be printed once more."""
    return TableLock(_with_row(LockState.PRINTED, Event.AUTHORISE, LockState.AUTHORISED))


def unlocked_without_report() -> TableLock:
    """A misprint is unlocked before it was reported (paper 002)."""
    return TableLock(_with_row(LockState.MISPRINTED, Event.UNLOCK, LockState.READY))


def started_when_ready() -> TableLock:
    """A station prints what was never authorised."""
    return TableLock(_with_row(LockState.READY, Event.START, LockState.IN_PRESS))


def void_is_unknown() -> TableLock:
    """A good card that must not be used cannot be voided."""

    def look_up(state: State, asked: LockEvent) -> Row | None:
        return None if asked is Event.VOID else step(state, asked)

    return TableLock(look_up)


def lost_without_exit() -> TableLock:
    """A card that is lost ends its record for ever (rule 15)."""
    return TableLock(_changed(Event.SETTLE_LOST, target=LockState.WITHDRAWN))


def unfed_is_ready() -> TableLock:
    """A card that was not fed goes back to the hub without a word."""
    return TableLock(_changed(Event.PROVE_NOT_FED, target=LockState.READY))


def doubt_is_waste() -> TableLock:
    """A blank nobody knows anything about is put with the waste."""
    return TableLock(_changed(Event.DOUBT, blank_to=Bucket.WASTE_HELD))


def lost_is_destroyed() -> TableLock:
    """A lost card counts as destroyed."""
    return TableLock(_changed(Event.SETTLE_LOST, blank_to=Bucket.DESTROYED))


class NumberComesAgain(TableLock):
    """An attempt that was given back gives its number to the next."""

    def _after(self, event: LockEvent) -> None:
        super()._after(event)
        self.n -= event is Event.RETURN


class LostIsNotStopped(TableLock):
    """A lost card's chip is still taken."""

    def _after(self, event: LockEvent) -> None:
        super()._after(event)
        if event is Event.SETTLE_LOST:
            self.stopped.discard(self.bound)


class RefusedIsCounted(TableLock):
    """An authorisation that is refused counts as an attempt."""

    def do(self, event: LockEvent, said: Said) -> bool:
        """Count before asking."""
        taken = super().do(event, said)
        self.n += event is Event.AUTHORISE and not taken
        return taken


@define(eq=False)
class HandLock:
    """The oracle itself as a lock under test: sound until `believe` changes what is said to it."""

    believe: Callable[[OracleRecord, LockEvent, Said], Said] = field(default=lambda _, __, said: said)
    record: OracleRecord = field(factory=OracleRecord)

    @property
    def state(self) -> LockState | None:
        """The lock's state."""
        return self.record.state

    @property
    def n(self) -> int:
        """Number of the last attempt."""
        return self.record.n

    def do(self, event: LockEvent, said: Said) -> bool:
        """Take the event as it is believed."""
        try:
            self.record.do(event, self.believe(self.record, event, said))
        except Impossible:
            return False
        return True

    def bucket_of(self, blank: int) -> Bucket | None:
        """Where a blank is."""
        return self.record.blanks.get(blank)

    def is_stopped(self, blank: int) -> bool:
        """Whether a blank is on the stop list."""
        return blank in self.record.revoked


def one_person_is_enough() -> HandLock:
    """Whoever signs for the centre, a second is imagined beside him (rule 25)."""
    return HandLock(lambda _, __, said: evolve(said, people=(*said.people, *PEOPLE)) if said.people else said)


def units_do_not_matter() -> HandLock:
    """Two of the same unit count as two units."""

    def believe(_: OracleRecord, __: LockEvent, said: Said) -> Said:
        return evolve(said, people=tuple(evolve(one, unit=f"unit {at}") for at, one in enumerate(said.people)))

    return HandLock(believe)


class ReporterUnlocks(HandLock):
    """Whoever made the report may unlock it."""

    def do(self, event: LockEvent, said: Said) -> bool:
        """Forget who reported."""
        reporter, self.record.reporter = self.record.reporter, ""
        taken = super().do(event, said)
        self.record.reporter = self.record.reporter or reporter
        return taken


def any_report_unlocks() -> HandLock:
    """The signatures of another report open the lock."""
    return HandLock(lambda record, event, said: evolve(said, report=record.report) if event is Event.UNLOCK else said)


def any_station_speaks() -> HandLock:
    """A station speaks for what lies with another."""
    return HandLock(lambda _, __, said: evolve(said, station=STATION) if said.station else said)


def good_on_accepted_bytes() -> HandLock:
    """A card is good because the device took the job."""
    return HandLock(lambda _, __, said: evolve(said, shows_good=True))


def unfed_without_counter() -> HandLock:
    """A blank counts as unused because the printer is idle."""
    return HandLock(lambda _, __, said: evolve(said, position_and_counter=True))


def word_about_the_last_attempt() -> HandLock:
    """What is said of an older attempt is taken for the current one."""
    return HandLock(lambda _, __, said: evolve(said, n=None))


def started_after_the_end() -> HandLock:
    """The end of the permission is not looked at."""
    return HandLock(lambda _, __, said: evolve(said, in_time=True))


def held_and_authorised() -> HandLock:
    """A hold does not stop the authorisation (rule 5)."""
    return HandLock(lambda _, __, said: evolve(said, is_held=False))


def authorised_without_blank() -> HandLock:
    """A station without a free blank is authorised."""
    return HandLock(lambda _, __, said: evolve(said, free_blanks=1))


def freed_by_silence() -> HandLock:
    """A suspect is freed although its station never said that it is done."""
    return HandLock(lambda _, __, said: evolve(said, station_is_done=True))


def two_for_a_read_chip() -> HandLock:
    """A card whose chip was read is not settled as good by one person (rule 39)."""
    return HandLock(lambda _, __, said: evolve(said, uid_read=False))


def a_read_chip_settles_all() -> HandLock:
    """Where the chip was read one person settles a card as bad or lost too."""

    def believe(_: OracleRecord, event: LockEvent, said: Said) -> Said:
        reads = said.uid_read and len(said.people) == 1 and event is not Event.SETTLE_GOOD
        return evolve(said, people=(*said.people, *PEOPLE)) if reads else said

    return HandLock(believe)


def the_attempt_must_not_be_named() -> HandLock:
    """An event that names its attempt is refused."""
    return HandLock(lambda _, __, said: evolve(said, n=-1) if said.n is not None else said)


LOCK_MUTANTS: tuple[Mutant, ...] = (
    *(
        found_by(LOCK, make, check, seeds=40, steps=60)
        for make, check in (
            (retry_of_the_unknown, checks.FORBIDDEN_IS_REFUSED),
            (withdrawn_while_leased, checks.FORBIDDEN_IS_REFUSED),
            (second_card, checks.FORBIDDEN_IS_REFUSED),
            (unlocked_without_report, checks.FORBIDDEN_IS_REFUSED),
            (started_when_ready, checks.FORBIDDEN_IS_REFUSED),
            (void_is_unknown, checks.ALLOWED_IS_TAKEN),
            (lost_without_exit, checks.STATES_AGREE),
            (unfed_is_ready, checks.STATES_AGREE),
            (doubt_is_waste, checks.BLANKS_AGREE),
            (lost_is_destroyed, checks.BLANKS_AGREE),
            (NumberComesAgain, checks.ATTEMPTS_RISE),
            (LostIsNotStopped, checks.STOP_LIST_AGREES),
            (RefusedIsCounted, checks.A_REFUSAL_CHANGES_NOTHING),
        )
    ),
    found_by(LOCK_WITH_PROOFS, two_for_a_read_chip, checks.ALLOWED_IS_TAKEN, seeds=20, steps=120),
    found_by(LOCK_WITH_PROOFS, the_attempt_must_not_be_named, checks.ALLOWED_IS_TAKEN, seeds=20, steps=120),
    *(
        found_by(LOCK_WITH_PROOFS, make, checks.UNPROVEN_IS_REFUSED, seeds=20, steps=120)
        for make in (
            one_person_is_enough,
            units_do_not_matter,
            ReporterUnlocks,
            any_report_unlocks,
            any_station_speaks,
            good_on_accepted_bytes,
            unfed_without_counter,
            word_about_the_last_attempt,
            started_after_the_end,
            held_and_authorised,
            authorised_without_blank,
            freed_by_silence,
            a_read_chip_settles_all,
        )
    ),
)
