"""Whatever is sent, counted, lent, given back, held, burned, in whatever order: no blank is lost or doubled.

Hypothesis plays the storekeepers of two offices, a province and the centre, a station that gives
blanks back and counts them in by parts, and the line between. Most asks are refused. After each
turn the books are counted the slow way; at the end they agree and fold again from zero.
"""

from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ektp_core.flow.ask import Body
from ektp_core.flow.custody import Issue, Receive
from ektp_core.flow.custody_rows import Inquiry, Loan, NamedWaste
from ektp_core.flow.destroying import Destroy, HoldForInquiry, LiftInquiry
from ektp_core.flow.lending import ForgiveLoan
from ektp_core.flow.on_the_road import held_as, rest_of, road_of
from ektp_core.flow.rows import Allotment, Consignment, Dispute, Holding, Ranges, Station
from ektp_core.flow.taking_back import GiveBack, TakeBack
from ektp_core.vocabulary.bucket import IN_TRANSIT, Bucket, Condition
from ektp_core.vocabulary.destruction_method import Method
from tests.core.flow.custody_offices import (
    HEAD,
    OTHER,
    PROVINCE,
    PROVINCIAL,
    STOREMAN,
    STOREMAN_2,
    agreed,
    returning,
    run,
    sending,
    two_offices,
)
from tests.core.flow.office_cards import BAD, GOOD, entered, issue, load, printed, true_report
from tests.core.flow.offices import (
    CLASS,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    VERIFIER_1,
    VERIFIER_2,
    accepted,
    ask,
    deliver,
    exchange,
    row,
    rows,
    ship,
)
from tests.core.flow.soundness import agree, check_books, check_refold

DAY_MS = 86_400_000
STORES = st.sampled_from([OFFICE, OTHER, PROVINCE])
PARTIES = st.sampled_from([OFFICE, OTHER, PROVINCE, "centre", ONE])
CARRIES = st.sampled_from([Condition.BLANK, Condition.BLANK, *Condition])
REFERENCES = st.sampled_from(["", "L-1", "A-1", "A-2"])
SPANS = st.builds(lambda lo, more: run(lo, min(24, lo + more)), st.integers(1, 24), st.integers(0, 5))
STOREKEEPERS = {OFFICE: OPERATOR, OTHER: STOREMAN, PROVINCE: PROVINCIAL}
COUNTERS = {OFFICE: (OPERATOR, VERIFIER_2), OTHER: (STOREMAN, STOREMAN_2), PROVINCE: (PROVINCIAL, VERIFIER_2)}


class Custody(RuleBasedStateMachine):
    """Two offices, their province, the centre, one station at work."""

    def __init__(self) -> None:
        super().__init__()
        self.books = two_offices(12)
        agreed(self.books, 6)
        load(self.books, issue(self.books, "I-1", 8))
        exchange(self.books)
        for number, ending in ((1, GOOD), (2, BAD), (3, GOOD)):
            printed(self.books, entered(self.books, number), ending)
        self.turn = 0

    @initialize(lent=st.booleans(), taken=st.booleans(), filed=st.booleans(), way=st.booleans())
    def some_days_went_by(self, lent: bool, taken: bool, filed: bool, way: bool) -> None:
        """Waste may be in the store and reported, part of the loan be delivered, and some of it on the way back."""
        hub = self.books.hub
        if taken:
            accepted(ask(hub, TakeBack(ONE, "P-0", Condition.WASTE, run(2, 2)), OPERATOR, VERIFIER_2))
        if filed:
            accepted(ask(hub, true_report(self.books, "R-0", "A-1"), OPERATOR))
        if lent:
            accepted(ask(hub, sending("C-lent", OFFICE, OTHER, run(9, 11), reference="L-1"), OPERATOR))
            accepted(ask(hub, Receive("C-lent", OTHER, run(9, 11)), STOREMAN, STOREMAN_2))
        if lent and way:
            accepted(ask(hub, returning("C-back", (*run(9, 9), *run(13, 13))), STOREMAN))

    def at_hub(self, body: Body, *keys: str, days: int = 60) -> None:
        self.turn += 1
        ask(self.books.hub, body, *keys, at_ms=NOW + days * DAY_MS + self.turn)

    def some_of(self, data: st.DataObject, *places: tuple[str, Bucket], station: bool = False) -> Ranges:
        """Part of a run that lies at one of these places; anything when nothing does."""
        store = self.books.stations[ONE] if station else self.books.hub
        runs = [one for one in rows(store, Holding) if (one.party, one.bucket) in places]
        if not runs:
            return run(1, 1)
        one = data.draw(st.sampled_from(runs))
        lo = data.draw(st.integers(one.lo, one.hi))
        return ((one.series, lo, data.draw(st.integers(lo, min(one.hi, lo + 3)))),)

    @rule(way=st.tuples(PARTIES, PARTIES), span=SPANS, carries=CARRIES, reference=REFERENCES)
    def somebody_sends_anything(self, way: tuple[str, str], span: Ranges, carries: Condition, reference: str) -> None:
        body = sending(f"C-{self.turn}", *way, span, carries=carries, reference=reference)
        self.at_hub(body, STOREKEEPERS.get(way[0], VERIFIER_1))

    @rule(data=st.data(), sender=STORES, receiver=STORES, carries=CARRIES, fault=st.booleans())
    def somebody_sends_what_there_is(
        self, data: st.DataObject, sender: str, receiver: str, carries: Condition, fault: bool
    ) -> None:
        span = self.some_of(data, (sender, held_as(carries)))
        reference = "L-1" if {sender, receiver} == {OFFICE, OTHER} and carries is Condition.BLANK else ""
        fault_said = "no chip" if fault else ""
        body = sending(f"C-{self.turn}", sender, receiver, span, carries=carries, reference=reference, fault=fault_said)
        is_pushed = (sender, carries) == (PROVINCE, Condition.BLANK) and receiver != PROVINCE
        signed = evolve(body, exception="SK-9") if is_pushed else body
        self.at_hub(signed, STOREKEEPERS[sender], *([VERIFIER_1] if is_pushed else []))

    @rule(data=st.data())
    def lombok_timur_lends(self, data: st.DataObject) -> None:
        span = self.some_of(data, (OFFICE, Bucket.STOCK))
        self.at_hub(sending(f"C-{self.turn}", OFFICE, OTHER, span, reference="L-1"), OPERATOR)

    @rule(data=st.data())
    def lombok_barat_pays_back(self, data: st.DataObject) -> None:
        span = self.some_of(data, (OTHER, Bucket.STOCK))
        self.at_hub(returning(f"C-{self.turn}", span), STOREMAN)

    @rule(count=st.integers(-1, 4))
    def part_of_the_loan_is_forgiven(self, count: int) -> None:
        self.at_hub(ForgiveLoan("L-1", count, "the flood"), HEAD)

    @rule(data=st.data(), partial=st.booleans())
    def a_consignment_is_counted_in(self, data: st.DataObject, partial: bool) -> None:
        for store, here in ((self.books.hub, ""), (self.books.stations[ONE], ONE)):
            is_open = [c for c in rows(store, Consignment) if not c.is_received]
            mine = [c for c in is_open if (c.receiver == ONE) == bool(here)]
            if not mine:
                continue
            one = data.draw(st.sampled_from(mine))
            with store.read() as view:
                rest = [(p.series, p.lo, p.hi) for p in rest_of(view, one)]
            piles: list[Ranges] = [(), (), ()]
            for series, lo, hi in rest:
                cut = data.draw(st.integers(lo, hi))
                for part in ((series, lo, cut), *([(series, cut + 1, hi)] if cut < hi else [])):
                    at = data.draw(st.sampled_from([0, 0, 0, 1, 2, *([3] if partial else [])]))
                    if at < 3:
                        piles[at] = (*piles[at], part)
            found, short, damaged = piles
            body = Receive(one.consignment, one.receiver, found, short, damaged, is_partial=partial, minutes="BA-1")
            ask(store, body, *COUNTERS.get(one.receiver, (OPERATOR, VERIFIER_2) if here else PAIR))

    @rule(data=st.data())
    def the_station_gives_back(self, data: st.DataObject) -> None:
        self.turn += 1
        span = self.some_of(data, (ONE, Bucket.STOCK), station=True)
        ask(self.books.stations[ONE], GiveBack(f"P-{self.turn}", span), OPERATOR)

    @rule(data=st.data(), carries=CARRIES)
    def the_store_takes_cards_back(self, data: st.DataObject, carries: Condition) -> None:
        span = self.some_of(data, (ONE, held_as(carries)))
        self.at_hub(TakeBack(ONE, f"P-{self.turn}", carries, span), OPERATOR, VERIFIER_2)

    @rule(count=st.integers(0, 3))
    def the_store_issues(self, count: int) -> None:
        self.at_hub(Issue(f"C-{self.turn}", ONE, CLASS, count), OPERATOR)

    @rule(allotment=st.sampled_from(["A-1", "A-2", "L-1"]))
    def an_office_reports(self, allotment: str) -> None:
        self.turn += 1
        key = OPERATOR if row(self.books.hub, Allotment, allotment).party == OFFICE else STOREMAN
        accepted_ = ask(self.books.hub, true_report(self.books, f"R-{self.turn}", allotment), key)
        if key == OPERATOR:
            accepted(accepted_)

    @rule(data=st.data(), party=st.sampled_from([OFFICE, PROVINCE, "centre"]))
    def waste_is_burned(self, data: st.DataObject, party: str) -> None:
        span = self.some_of(data, (party, Bucket.WASTE_HELD), (party, Bucket.VOID_HELD))
        minutes = f"BAP-{self.turn}"
        self.at_hub(Destroy(party, minutes, "2019-01-07", Method.BURN, span, 0, ("Polres",)), *PAIR)

    @rule(span=SPANS, name=st.sampled_from(["INQ-1", "INQ-2", "INQ-3"]), lifted=st.booleans())
    def an_inquiry_comes_or_goes(self, span: Ranges, name: str, lifted: bool) -> None:
        if lifted:
            self.at_hub(LiftInquiry(name, "closed"), HEAD, VERIFIER_1)
        else:
            self.at_hub(HoldForInquiry(name, span, "the police ask"), VERIFIER_1)

    @rule()
    def the_line_is_good(self) -> None:
        deliver(self.books, ONE)
        ship(self.books, ONE)

    @precondition(lambda self: self.turn > 3)
    @rule()
    def everything_is_carried(self) -> None:
        exchange(self.books)

    @invariant()
    def the_books_are_sound(self) -> None:
        check_books(self.books)

    @invariant()
    def what_is_on_the_road_is_in_one_open_consignment(self) -> None:
        hub = self.books.hub
        with hub.read() as view:
            on_paper = [
                (part.series, number, *road_of(one, _carries(self, one)))
                for one in rows(hub, Consignment)
                for part in rest_of(view, one)
                for number in range(part.lo, part.hi + 1)
            ]
        runs = [one for one in rows(hub, Holding) if one.bucket in IN_TRANSIT]
        lying = [(one.series, n, one.party, one.bucket) for one in runs for n in range(one.lo, one.hi + 1)]
        assert sorted(on_paper) == sorted(lying)

    @invariant()
    def what_burned_was_reported_or_void(self) -> None:
        named = {(one.series, one.number) for one in rows(self.books.hub, NamedWaste)}
        gone = [one for one in rows(self.books.hub, Holding) if one.bucket is Bucket.DESTROYED]
        assert all((one.series, n) in named for one in gone for n in range(one.lo, one.hi + 1))

    @invariant()
    def nobody_owes_less_than_nothing(self) -> None:
        assert all(0 <= one.outstanding <= one.agreed for one in rows(self.books.hub, Loan))
        assert len(rows(self.books.hub, Inquiry)) <= 3

    def teardown(self) -> None:
        exchange(self.books)
        assert not rows(self.books.hub, Dispute) and agree(self.books, ONE)
        assert row(self.books.hub, Station, ONE).frozen_why == ""
        for one in rows(self.books.hub, Allotment):
            assert true_report(self.books, "draft", one.allotment).columns.difference == 0
        for store in (self.books.hub, self.books.stations[ONE]):
            check_refold(store)


def _carries(machine: Custody, consignment: Consignment) -> Condition:
    """What a consignment carries, by where its first blank came from in the log."""
    first = consignment.ranges[0]
    for _, event in machine.books.hub.events():
        name, bucket = getattr(event, "reference", ""), getattr(event, "to_bucket", None)
        if name == consignment.consignment and bucket in IN_TRANSIT and (event.series, event.lo) == first[:2]:  # type: ignore[union-attr]  # a movement
            assert bucket is not None and bucket.condition is not None
            condition: Condition = bucket.condition
            return condition
    raise AssertionError(f"{consignment} never left")


TestCustody = Custody.TestCase
TestCustody.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
