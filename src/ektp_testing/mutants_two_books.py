"""Pairs of books that do the wrong thing (dua buku yang keliru): one mistake each, and the check that must find it."""

from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockEvent, LockState
from ektp_testing import two_books_machine as checks
from ektp_testing.mutant import Mutant, found_by
from ektp_testing.our_two_books import OurTwoBooks
from ektp_testing.two_books_machine import TWO_BOOKS


class _ConfirmsWithoutBlank(OurTwoBooks):
    """An authorisation that was refused is confirmed all the same."""

    def authorise(self, person: int) -> bool:
        return super().authorise(person) or self.states(person)[0] is LockState.READY


class _SecondRecord(OurTwoBooks):
    """A second record of a person is taken while the first is open."""

    def enter(self, person: int) -> bool:
        return super().enter(person) or True


class _NothingTwice(OurTwoBooks):
    """What was given back cannot be authorised again."""

    def __init__(self) -> None:
        super().__init__()
        self._given_back: set[int] = set()

    def authorise(self, person: int) -> bool:
        return person not in self._given_back and super().authorise(person)

    def give_back(self, person: int) -> bool:
        done = super().give_back(person)
        if done:
            self._given_back.add(person)
        return done


class _EntriesOvertake(OurTwoBooks):
    """An entry of the feed is taken before its turn, with all before it."""

    def carry_feed(self, m: int) -> bool:
        for before in range(self.feed()[1] + 1, m):
            super().carry_feed(before)
        return super().carry_feed(m)


class _CommitsOvertake(OurTwoBooks):
    """A commit that comes too early is acknowledged and forgotten."""

    def carry_chain(self, n: int) -> bool:
        return super().carry_chain(n) or n > self.chain()[1]


class _EntryLost(OurTwoBooks):
    """Every fifth entry is acknowledged and not taken."""

    def carry_feed(self, m: int) -> bool:
        return m % 5 == 0 or super().carry_feed(m)


class _BelievesBeforeItArrives(OurTwoBooks):
    """The hub counts a card as started when it hears the machine, not when the commit arrives."""

    def __init__(self) -> None:
        super().__init__()
        self._heard: set[int] = set()

    def start(self, person: int) -> bool:
        done = super().start(person)
        if done:
            self._heard.add(person)
        return done

    def states(self, person: int) -> tuple[LockState | None, LockState | None]:
        at_hub, at_station = super().states(person)
        is_early = person in self._heard and at_hub is LockState.AUTHORISED
        return (LockState.IN_PRESS if is_early else at_hub), at_station


class _DoubtIsBad(OurTwoBooks):
    """The station writes a misprint where it does not know."""

    def finish(self, person: int, event: LockEvent) -> bool:
        return super().finish(person, LockEvent.VERDICT_BAD if event is LockEvent.DOUBT else event)


class _SettlementNotTold(OurTwoBooks):
    """The station never learns that its suspect was settled."""

    def __init__(self) -> None:
        super().__init__()
        self._settled: set[int] = set()

    def settle(self, person: int, event: LockEvent) -> bool:
        done = super().settle(person, event)
        if done:
            self._settled.add(person)
        return done

    def states(self, person: int) -> tuple[LockState | None, LockState | None]:
        at_hub, at_station = super().states(person)
        return at_hub, (LockState.SUSPECT if person in self._settled else at_station)


class _LostIsForgotten(OurTwoBooks):
    """What is settled as lost is in no bucket at the hub any more."""

    def counts(self, bucket: Bucket) -> tuple[int, int]:
        at_hub, at_station = super().counts(bucket)
        return (0 if bucket is Bucket.LOST else at_hub), at_station


class _RepeatIsDisputed(OurTwoBooks):
    """A commit that comes again counts against the station."""

    def __init__(self) -> None:
        self._again = 0
        super().__init__()

    def carry_chain(self, n: int) -> bool:
        self._again += n <= self.chain()[1]
        return super().carry_chain(n)

    def disputes(self) -> int:
        return super().disputes() + self._again


class _NothingIsDisputed(OurTwoBooks):
    """The hub never counts anything against a station."""

    def disputes(self) -> int:
        return 0


class _DisputedTwice(OurTwoBooks):
    """Each disputed fact counts twice against the station."""

    def disputes(self) -> int:
        return 2 * super().disputes()


TWO_BOOKS_MUTANTS: tuple[Mutant, ...] = tuple(
    found_by(TWO_BOOKS, make, check, seeds=20, steps=120)
    for make, check in (
        (_ConfirmsWithoutBlank, checks.IMPOSSIBLE_IS_REFUSED),
        (_SecondRecord, checks.IMPOSSIBLE_IS_REFUSED),
        (_NothingTwice, checks.POSSIBLE_IS_TAKEN),
        (_EntriesOvertake, checks.IN_ORDER),
        (_CommitsOvertake, checks.IN_ORDER),
        (_EntryLost, checks.QUEUES_KNOWN),
        (_BelievesBeforeItArrives, checks.HUB_KNOWS),
        (_DoubtIsBad, checks.STATION_KNOWS),
        (_SettlementNotTold, checks.BOOKS_AGREE),
        (_LostIsForgotten, checks.NO_BLANK_BETWEEN),
        (_RepeatIsDisputed, checks.NEVER_DISPUTED),
        (_NothingIsDisputed, checks.OVERSTEPPING_IS_DISPUTED),
        (_DisputedTwice, checks.NEVER_DISPUTED),
    )
)
