"""The auditor (pemeriksa): it only looks, at plastic, books and times, and asks nobody.

While a story runs it looks at each commit when it returned and at each receipt when it leaves;
the whole count at the end stands in `ektp_testing.sim.closing_audit`. Each finding has a name,
so that a planted mistake can be shown to be caught by the check that is meant for it. What is
counted here is written by hand, without the tables and decisions it judges.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ektp_core.boundary.store import Accepted, Answer, Work
from ektp_core.flow.codec import decode_event
from ektp_core.flow.counting import CountDay
from ektp_core.flow.custody import Receive
from ektp_core.flow.events import CardMade, Event, FeedTaken, Recalled, Stepped
from ektp_core.flow.lost_site import CloseLostStation, CountLostSite
from ektp_core.flow.reporting import Unlock
from ektp_core.flow.rows import AbsorbedCommit, Attempt, Holding, Key, Record, Revoked
from ektp_core.flow.rows import Station as StationRow
from ektp_core.flow.settling import Settle
from ektp_core.flow.silence import DeclareStationLost
from ektp_core.flow.station_book import ClosePrinter
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.role import Hand
from ektp_core.vocabulary.state import LockEvent
from ektp_core.wire.upload import Receipt
from ektp_testing.sim import cast, findings
from ektp_testing.sim.country import Country
from ektp_testing.sim.findings import Violation
from ektp_testing.sim.people import place_of
from ektp_testing.sim.plastic import Card
from ektp_testing.sim.station_node import StationNode
from ektp_testing.sim.watched import WatchedStore

#: Asks that two people must sign.
_TWO = (Receive, Settle, Unlock, DeclareStationLost, CountLostSite, CloseLostStation, CountDay)

#: Time may pass between a look at the clock and the start it allows.
_CLOCK_SLACK_MS = 10


class Auditor:
    """Looks on while a story runs."""

    def __init__(self) -> None:
        self.country: Country
        self.last: dict[str, tuple[int, bytes]] = {}  # the last commit of each book that was acknowledged
        self.reports: Counter[tuple[str, int]] = Counter()
        self.made: dict[str, tuple[str, int]] = {}
        self.recalled: dict[str, set[tuple[str, int]]] = {}
        self.taken: set[tuple[str, int]] = set()
        self.ended: dict[str, dict[str, tuple[int, bytes]]] = {}  # by book and record: the outcome's commit, the data
        self._good_seen = 0

    # -- at each commit ---------------------------------------------------------------------

    def of_hub(self, works: Sequence[Work], answers: Sequence[Answer], at_ms: int) -> None:
        """The hub's commit returned."""
        store = self.country.hub.store
        assert store is not None, "a commit of a program that does not run"
        own = _events(answers)
        unseen = self._follows("the hub", store, own)
        with store.read() as view:
            self._signatures(view, works, answers)
        for event in (*unseen, *own):
            self._at_hub(event)
        self._good_cards()

    def of_station(self, node: StationNode, works: Sequence[Work], answers: Sequence[Answer], at_ms: int) -> None:
        """A station's commit returned."""
        assert node.store is not None, "a commit of a program that does not run"
        own = _events(answers)
        unseen = self._follows(node.label, node.store, own)
        with node.store.read() as view:
            self._signatures(view, works, answers)
            started_before = [one for one in unseen if isinstance(one, Stepped) and one.event is LockEvent.START]
            for event in (*unseen, *own):
                if event not in started_before:  # when those began cannot be told any more
                    self._at_station(node, view, event)
            self._still_there(node, view)
            self._announced(node, view)
        self._good_cards()

    def of_receipt(self, receipt: Receipt) -> None:
        """A receipt leaves: what it names is in the hub's book, on the disk."""
        store = self.country.hub.store
        assert store is not None, "a receipt of a program that does not run"
        with store.read() as view:
            row = view.row(AbsorbedCommit, receipt.station, receipt.n)
        if store.position().n < receipt.hub_n or row is None or row.head.hex() != receipt.head:
            raise Violation(findings.RECEIPT_WITHOUT_COMMIT, f"{receipt.station} commit {receipt.n}")

    def set_back(self, label: str) -> None:
        """Somebody put an older book there: it is not this program that lost anything."""
        self.last.pop(label, None)
        self.ended.pop(label, None)

    def _follows(self, label: str, store: WatchedStore, own: Sequence[Event]) -> list[Event]:
        """Every commit that was acknowledged before is still there, in front of this one.

        Between the two there may be commits of which the disk did not say that they were kept: their events.
        What only repeats earlier answers makes no commit (`own` is empty): then the newest is one of those too.
        """
        position = store.position()
        with store.read() as view:
            n, head = self.last.get(label, (0, b""))
            if n and (position.n < n or view.head_of(n) != head):
                raise Violation(
                    findings.ACKNOWLEDGED_AND_LOST, f"{label}: commit {n} was sealed; now it is {position.n}"
                )
        self.last[label] = (position.n, position.head)
        self.country.world.note(position.head)
        count = position.n - n - bool(own)
        between = store.inner.sealed_since(n, count) if n and count > 0 else ()
        return [decode_event(body) for sealed in between for body in sealed.events]

    def _signatures(self, view: View, works: Sequence[Work], answers: Sequence[Answer]) -> None:
        for work, answer in zip(works, answers, strict=True):
            body: Any = work.ask.body
            is_reopening = isinstance(body, ClosePrinter) and not body.why
            if not isinstance(answer, Accepted) or not (isinstance(body, _TWO) or is_reopening):
                continue
            keys = [view.row(Key, name) for name in work.ask.signed_by]
            people = {key.owner for key in keys if key and key.hand is Hand.OFFICER}
            if len(people) < 2:
                raise Violation(findings.ONE_SIGNATURE, f"{type(body).__name__} by {sorted(people)}")

    def _at_hub(self, event: Event) -> None:
        match event:
            case Stepped(event=LockEvent.ACCEPT_REPORT):
                self.reports[event.record, event.n] += 1
                if self.reports[event.record, event.n] > 1:
                    raise Violation(findings.REPORTED_TWICE, f"{event.record}/{event.n}")
            case Stepped(event=LockEvent.UNLOCK):
                if not self.reports[event.record, event.n]:
                    raise Violation(findings.OPENED_WITHOUT_REPORT, f"{event.record}/{event.n}")
            case CardMade():
                before = self.made.setdefault(event.uid, (event.record, event.n))
                if before != (event.record, event.n):
                    raise Violation(findings.ONE_CHIP_TWO_CARDS, f"{before} and {(event.record, event.n)}")

    def _at_station(self, node: StationNode, view: View, event: Event) -> None:
        match event:
            case Stepped(event=LockEvent.START):
                self._may_start(node, view, event)
            case Recalled():
                self.recalled.setdefault(node.label, set()).add((event.record, event.n))
            case Stepped(event=LockEvent.VERDICT_GOOD | LockEvent.VERDICT_BAD):
                record = view.row(Record, event.record)
                if record and node.store and node.store.inner.payload(record.payload):
                    position = node.store.position()
                    self.ended.setdefault(node.label, {})[event.record] = (position.n, record.payload)
            case FeedTaken():
                if (node.label, event.m) in self.taken and not node.was_set_back:
                    raise Violation(findings.TAKEN_TWICE, f"{node.label}: entry {event.m}")
                self.taken.add((node.label, event.m))

    def _still_there(self, node: StationNode, view: View) -> None:
        """Until the hub has a card's outcome, its data is kept where it was printed."""
        ended = self.ended.get(node.label)
        if not ended or node.store is None or node.keeper is None:
            return
        acked_n = node.most_acked_n
        for record, (n, digest) in list(ended.items()):
            if n <= acked_n:
                del ended[record]
            elif node.store.inner.payload(digest) is None:
                raise Violation(findings.ERASED_EARLY, f"{node.label}: {record}")

    def _may_start(self, node: StationNode, view: View, event: Stepped) -> None:
        what = f"{node.label}: {event.record}/{event.n}"
        attempt = view.row(Attempt, event.record, event.n)
        latest_ms = (attempt.until_ms if attempt else 0) + node.lags_ms + _CLOCK_SLACK_MS
        if self.country.world.now_ms > latest_ms:
            raise Violation(findings.STARTED_LATE, f"{what}, {self.country.world.now_ms - latest_ms} ms late")
        if (event.record, event.n) in self.recalled.get(node.label, set()):
            raise Violation(findings.STARTED_AFTER_RECALL, what)
        is_older = node.was_set_back and node.set_back_to_n < node.set_back_from_n
        if is_older and node.line.heard > node.heard_before:
            raise Violation(findings.SET_BACK_UNNOTICED, what)
        own = view.row(StationRow, node.name)
        if (own and own.frozen_why) or (node.keeper and node.keeper.state.stopped_why):
            raise Violation(
                findings.STARTED_WHILE_STOPPED,
                f"{what}",
            )

    def _announced(self, node: StationNode, view: View) -> None:
        """What a machine took in is in its station's book as being in a machine, or as what it became."""
        if node.was_set_back or node.name in self.country.world.harmed or self.country.copied_uids:
            return
        fed = {number for machine in node.machines.values() for number in machine.fed_ever}
        wrong = [one for one in fed if (place_of(view, one) or ("", None)) == (node.name, Bucket.STOCK)]
        if not wrong:
            return
        # Until its chip is read, a blank that lies in another order goes by the serial the book took for it.
        runs = [run for run in view.rows(Holding) if run.bucket is Bucket.IN_MACHINE]
        taken_for = [one for run in runs for one in range(run.lo, run.hi + 1) if one not in fed]
        if len(wrong) > (len(taken_for) if self.country.is_mixed else 0):
            raise Violation(findings.UNANNOUNCED, f"blanks {wrong} were fed at {node.label}")

    # -- plastic ------------------------------------------------------------------------------

    def _good_cards(self) -> None:
        """Looked at when there is a new good card; who is harmed or bears a copied chip is judged at the end."""
        good = [card for card in self.country.cards.values() if card.is_good]
        if len(good) == self._good_seen or self.country.world.harmed:
            return
        self._good_seen = len(good)
        self.two_good_cards(good)

    def two_good_cards(self, good: Sequence[Card]) -> None:
        """Rule 22, from the plastic alone; the stop list is the hub's."""
        attempts = Counter(card.attempt for card in good)
        twice = next((attempt for attempt, count in attempts.items() if count > 1), None)
        # A station that was set back prints nothing again: its printers count. A copy has printers of its own.
        if twice and not set(self.country.world.harmed.values()) - {"set back"}:
            raise Violation(findings.TWO_OF_ONE_ATTEMPT, f"attempt {twice}")
        people = Counter(card.record for card in good)
        store = self.country.hub.store
        if store is None:
            return
        for record in (record for record, count in people.items() if count > 1):
            of_record = sorted((card for card in good if card.record == record), key=_attempt_number)
            with store.read() as view:
                valid = [card for card in of_record if not is_stopped(view, card)]
            if len(valid) > 1:
                numbers = [card.number for card in of_record]
                raise Violation(findings.TWO_OF_ONE_PERSON, f"cards {numbers} of {record}")


def _events(answers: Sequence[Answer]) -> list[Event]:
    return [event for one in answers if isinstance(one, Accepted) and one.is_first for event in one.events]


def _attempt_number(card: Card) -> int:
    return int(card.attempt.rpartition("/")[2])


def is_stopped(view: View, card: Card) -> bool:
    """Whether a card is on the stop list, by chip or by serial."""
    return any(view.row(Revoked, thing) for thing in (card.uid, f"{cast.SERIES} {card.number}"))
