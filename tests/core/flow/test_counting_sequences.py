"""Whatever is opened, declared, read, counted and found, in whatever order: the books stay sound (rules 9 to 11, 33).

Most of what is asked here is refused. What is taken is done again by the store that keeps
tables, whose own checks share no code with the fold.
"""

import tempfile
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ektp_core.boundary.store import Accepted, Work
from ektp_core.flow.apply import apply
from ektp_core.flow.ask import Ask, Body
from ektp_core.flow.closing_found import CloseFound
from ektp_core.flow.counting import CountDay, PileCount
from ektp_core.flow.custody import Dispatch, Grant, Receive, TakeSupply
from ektp_core.flow.declaring import DeclareUse, Reidentify
from ektp_core.flow.events import Moved
from ektp_core.flow.finding import CloseSuspectBlank, ReturnFound, TakeFound
from ektp_core.flow.founding import Found as Founding
from ektp_core.flow.founding import NewParty, Register
from ektp_core.flow.opening import OpenBalance, OpeningLine
from ektp_core.flow.placeholders import is_placeholder, proven_and_assumed
from ektp_core.flow.rows import Holding, Opening
from ektp_core.flow.settling import Found
from ektp_core.ledger.count import PILE_OF, Pile
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_store.memory import MemoryStore
from ektp_store.sqlite import SqliteStore
from tests.core.flow.office_cards import held
from tests.core.flow.offices import (
    CENTRE,
    CLASS,
    NOW,
    OFFICE,
    ONE,
    PAIR,
    SUPPLIER,
    Offices,
    accepted,
    registrations,
    rows,
)
from tests.core.flow.planting import Plant, deciding
from tests.core.flow.soundness import check_books, check_refold

pytestmark = [pytest.mark.rule(9), pytest.mark.rule(10), pytest.mark.rule(11), pytest.mark.rule(33)]

GROUP = "group/52/lombok"
PARTIES = st.sampled_from([OFFICE, OFFICE, CENTRE, GROUP, ONE, SUPPLIER, "office/52.01", "office/52.02"])
NUMBERS = st.integers(1, 30)
RANGE = st.tuples(st.sampled_from(["A", "A", "COUNT.52.03"]), NUMBERS, st.integers(0, 8)).map(
    lambda one: (one[0], one[1], one[1] + one[2])
)
RANGES = st.lists(RANGE, max_size=2).map(tuple)
COUNTS = st.integers(0, 20)
DAYS = st.integers(1, 9).map(lambda day: f"2018-11-0{day}")
PAPERS = st.integers(1, 99).map(lambda number: f"BA-{number}")
CONDITIONS = st.sampled_from(Condition)
NAMES = st.sampled_from(["A-1", "A-2"])

LINES = st.lists(
    st.one_of(
        st.builds(OpeningLine, CONDITIONS, st.just(CLASS), RANGES, st.just(0), st.booleans()),
        st.builds(OpeningLine, CONDITIONS, st.just(CLASS), st.just(()), COUNTS),
    ),
    min_size=1,
    max_size=3,
).map(tuple)
HOLDERS = st.sampled_from([OFFICE, OFFICE, GROUP])
COUNTED = (OFFICE, CENTRE, GROUP)
SEEN = (Bucket.STOCK, Bucket.GOOD_HELD, Bucket.WASTE_HELD, Bucket.VOID_HELD, Bucket.USED_DECLARED)

BODIES: st.SearchStrategy[Body] = st.one_of(
    st.builds(OpenBalance, PARTIES, LINES, PAPERS, DAYS),
    st.builds(DeclareUse, PARTIES, st.just(CLASS), COUNTS, DAYS, PAPERS, st.booleans()),
    st.builds(Reidentify, PARTIES, st.sampled_from(Bucket), st.just(CLASS), RANGES, PAPERS),
    st.builds(ReturnFound, PARTIES, RANGES, CONDITIONS, PAPERS),
    st.builds(TakeFound, PARTIES, st.sampled_from(Pile), st.just(CLASS), RANGES, PAPERS, DAYS),
    st.builds(CloseFound, PARTIES, RANGES, CONDITIONS, PAPERS),
    st.builds(CloseSuspectBlank, st.just("A"), NUMBERS, st.sampled_from(Found), PAPERS),
    st.builds(TakeSupply, st.just(SUPPLIER), st.just(CLASS), RANGES, PAPERS, DAYS),
    st.builds(Grant, NAMES, st.just(OFFICE), st.just(CLASS), COUNTS),
    st.builds(Dispatch, NAMES, NAMES),
    st.builds(Receive, NAMES, st.just(OFFICE), RANGES, RANGES, RANGES),
)


class AnyCounts(RuleBasedStateMachine):
    """The people of the centre, who may sign for everybody."""

    def __init__(self) -> None:
        super().__init__()
        self.books = Offices(MemoryStore(deciding(), apply), {})
        self.taken: list[Ask] = []
        self.asked(Founding(registrations()))
        self.numbers = count(1)
        regencies = (NewParty(GROUP, "Five regencies"), NewParty("office/52.01", "One of them"))
        assert self.asked(Register(parties=regencies))
        office = (
            OpeningLine(Condition.BLANK, CLASS, (("A", 1, 10),)),
            OpeningLine(Condition.BLANK, CLASS, (("A", 11, 20),), is_assumed=True),
            OpeningLine(Condition.GOOD, CLASS, (("A", 21, 24),)),
            OpeningLine(Condition.WASTE, CLASS, count=5),
        )
        assert self.asked(OpenBalance(OFFICE, office, "BA-O", "2018-11-01"))
        group = tuple(OpeningLine(one, CLASS, count=8) for one in Condition)
        assert self.asked(OpenBalance(GROUP, group, "BA-G", "2018-11-01", ("office/52.01",)))

    def asked(self, body: Body) -> bool:
        one = Ask("", body, PAIR, NOW, b"")
        answer = self.books.hub.commit([Work(one)], NOW)[0]
        if isinstance(answer, Accepted):
            self.taken.append(one)
        return isinstance(answer, Accepted)

    def runs(self, *parties: str) -> list[Holding]:
        """Runs of these parties, by serial."""
        return [run for run in rows(self.books.hub, Holding) if run.party in parties]

    def part(self, data: st.DataObject, runs: Sequence[Holding]) -> Holding | None:
        """Some blanks of one of these runs; None when there are none."""
        if not runs:
            return None
        run = data.draw(st.sampled_from(runs))
        lo = data.draw(st.integers(run.lo, run.hi))
        return run.part(lo, data.draw(st.integers(lo, min(run.hi, lo + 4))))

    @rule(body=BODIES)
    def somebody_asks_anything(self, body: Body) -> None:
        openings = rows(self.books.hub, Opening)
        self.asked(body)
        assert set(openings) <= set(rows(self.books.hub, Opening))

    @rule(party=HOLDERS, count=st.integers(1, 8), known=st.booleans())
    def use_is_declared(self, party: str, count: int, known: bool) -> None:
        day = f"2017-{next(self.numbers) % 12 + 1:02}-{next(self.numbers) % 28 + 1:02}"
        self.asked(DeclareUse(party, CLASS, count, day, "LAP", known))

    @rule(data=st.data(), party=HOLDERS, bucket=st.sampled_from(SEEN), strange=st.booleans())
    def serials_are_read(self, data: st.DataObject, party: str, bucket: Bucket, strange: bool) -> None:
        number = 10 * next(self.numbers)
        found = self.part(data, [run for run in self.runs(*COUNTED) if run.assumed and run.series == "A"])
        ranges = (("B", number, number + 2),) if strange or found is None else ((found.series, found.lo, found.hi),)
        self.asked(Reidentify(party, bucket, CLASS, ranges, "BA"))

    @rule(data=st.data(), condition=CONDITIONS)
    def lost_ones_are_found(self, data: st.DataObject, condition: Condition) -> None:
        lost = {bucket.lost for bucket in Bucket}
        found = self.part(data, [run for run in self.runs(*COUNTED, ONE) if run.bucket in lost])
        if found:
            self.asked(ReturnFound(found.party, ((found.series, found.lo, found.hi),), condition, "BA"))

    @rule(party=HOLDERS, pile=st.sampled_from([Pile.UNPRINTED, Pile.FINISHED, Pile.WASTE]))
    def strangers_are_found(self, party: str, pile: Pile) -> None:
        number = 10 * next(self.numbers)
        assert self.asked(TakeFound(party, pile, CLASS, (("C", number, number + 3),), "BA", "2018-11-01"))

    @rule(data=st.data(), condition=CONDITIONS)
    def what_was_found_is_closed(self, data: st.DataObject, condition: Condition) -> None:
        found = self.part(data, [run for run in self.runs(*COUNTED) if run.bucket is Bucket.FOUND_HELD])
        if found:
            self.asked(CloseFound(found.party, ((found.series, found.lo, found.hi),), condition, "BA"))

    @rule(data=st.data(), found=st.sampled_from(Found))
    def a_blank_is_in_doubt_and_closed(self, data: st.DataObject, found: Found) -> None:
        run = self.part(data, [one for one in self.runs(*COUNTED) if one.bucket is Bucket.STOCK])
        if run:
            self.asked(Plant((Moved(run.series, run.lo, run.lo, run.party, run.bucket, ONE, Bucket.SUSPECT),)))
            assert self.asked(CloseSuspectBlank(run.series, run.lo, found, "BA")) or found is Found.UNUSED

    @rule(
        data=st.data(),
        party=HOLDERS,
        why=st.sampled_from(["not known", "not known", ""]),
        back=st.sampled_from([0, 0, 3]),
    )
    def piles_are_counted_by_list(self, data: st.DataObject, party: str, why: str, back: int) -> None:
        """Some of what is there is listed, some only counted, sometimes a stranger lies among it."""
        piles = []
        for pile in (Pile.UNPRINTED, Pile.FINISHED, Pile.WASTE):
            runs = [run for run in self.runs(party) if PILE_OF.get(run.bucket) is pile]
            parts = [one for one in (self.part(data, runs) for _ in range(2)) if one and not is_placeholder(one.series)]
            strangers = [("D", 10 * next(self.numbers), 10 * next(self.numbers))] if data.draw(st.booleans()) else []
            listed = [(one.series, one.lo, one.hi) for one in parts[:1]] + [(s, lo, lo) for s, lo, _ in strangers]
            more = data.draw(st.sampled_from([0, 0, 1, sum(map(len, runs))]))
            counted = sum(hi - lo + 1 for _, lo, hi in listed) + more
            piles.append(PileCount(pile, CLASS, counted, tuple(listed), why))
        cut = self.books.hub.position().seq - back
        self.asked(CountDay(party, "2018-11-19", cut, tuple(piles), (), f"BA-{next(self.numbers)}"))

    @rule(party=HOLDERS, figures=st.tuples(COUNTS, COUNTS, COUNTS))
    def a_count_of_assumed_piles_is_always_possible(self, party: str, figures: tuple[int, int, int]) -> None:
        piles = tuple(
            PileCount(pile, CLASS, count, (), "not known")
            for pile, count in zip((Pile.UNPRINTED, Pile.FINISHED, Pile.WASTE), figures, strict=True)
        )
        here = self.runs(party)
        cut = self.books.hub.position().seq
        taken = self.asked(CountDay(party, "2018-11-19", cut, piles, (), f"ANY-{next(self.numbers)}"))
        assert taken or not all(run.assumed for run in here)

    @invariant()
    def the_books_are_sound(self) -> None:
        check_books(self.books)

    @invariant()
    def what_is_assumed_and_what_is_proven_are_all_there_is(self) -> None:
        for party in (OFFICE, CENTRE, GROUP):
            with self.books.hub.read() as view:
                standing = proven_and_assumed(view, party)
            for one in standing:
                assert one.proven + one.assumed == held(self.books.hub, (party, one.bucket))
                assert one.proven == 0 or one.bucket is not Bucket.USED_DECLARED

    def teardown(self) -> None:
        check_refold(self.books.hub)
        with tempfile.TemporaryDirectory() as folder:
            other = SqliteStore(str(Path(folder) / "hub.book"), deciding(), apply)
            try:
                for one in self.taken:
                    accepted(other.commit([Work(one)], NOW)[0])
                assert rows(other, Holding) == rows(self.books.hub, Holding)
            finally:
                other.close()


TestAnyCounts = AnyCounts.TestCase
TestAnyCounts.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
