"""What the centre and the store do when trouble is over (pusat dan gudang): lost stations, and the count.

A station that was set back, copied or stolen is declared lost by two people; its site is
searched, what is there is settled, and one minute closes the rest (rule 21). At the end two
people count the safe (rule 33), and what a thief took must be named.
"""

from attrs import define, field

from ektp_core.boundary.store import Accepted
from ektp_core.errors import Refused
from ektp_core.flow.counting import CountDay, PileCount
from ektp_core.flow.lost_site import CardThere, CloseLostStation, CountLostSite
from ektp_core.flow.rows import Attempt, Bound, Lock, LostStation
from ektp_core.flow.settling import Found, Settle
from ektp_core.flow.silence import DeclareStationLost
from ektp_core.flow.view import View
from ektp_core.ledger.count import Pile
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState
from ektp_testing.sim import cast
from ektp_testing.sim.country import Country
from ektp_testing.sim.people import People, place_of, ranges_of
from ektp_testing.sim.plastic import ON_THE_TABLE, Card
from ektp_testing.sim.station_node import StationNode

DAY = "2027-01-15"
#: How long a harmed station is left alone after the trouble, so that it can be seen whether it notices by itself.
PATIENCE_MS = 200_000
_BEAT_MS = 20_000
_STOP_MS = 300_000


@define(eq=False)
class Centre:
    """Two people of the centre, and two of the store.

    Attributes:
        counted: the safe was counted and the count was taken.
    """

    country: Country
    people: People
    counted: bool = False
    _since_ms: int = field(init=False)
    _declared_ms: dict[str, int] = field(factory=dict)
    _counts: int = 0
    _takes_no_card: bool = False
    _known_as_used: set[int] = field(factory=set)

    def begin(self) -> None:
        """Begin when the trouble is over."""
        self._since_ms = self.country.world.now_ms
        self._turn()

    def _turn(self) -> None:
        world, hub = self.country.world, self.country.hub
        if hub.store is not None and world.now_ms >= self._since_ms + PATIENCE_MS:
            for name in sorted(world.harmed):
                self._lost(name)
        world.at(_BEAT_MS, self._turn)

    def is_done(self, view: View) -> bool:
        """Whether every lost station is closed."""
        rows = [view.row(LostStation, name) for name in self.country.world.harmed]
        return all(row is not None and row.closed for row in rows)

    def _lost(self, name: str) -> None:
        country = self.country
        assert country.hub.store is not None, "looked at while it is down"
        with country.hub.store.read() as view:
            lost = view.row(LostStation, name)
            asks = self._searched(view, name) if lost and not lost.closed else []
            asks = self._rest(view, name) if lost and lost.closed else asks
        if lost is None:
            body = DeclareStationLost(name, f"letter {name[8:]}", DAY)
            self.people.ask(None, f"lost/{name}", body, ("verifier", "store"))
            return
        if name not in self._declared_ms:
            self._declared_ms[name] = country.world.now_ms
            country.world.say(f"{name} is declared lost")
            for station in country.stations:
                if station.name == name and not station.is_away:
                    self._switched_off(station)
        for ask_id, body_, who in asks:
            self.people.ask(None, ask_id, body_, who, self._site_answered)

    def _site_answered(self, answer: Refused) -> None:
        """A blank, or a card, that the hub knows to have been used otherwise is left out of the next list."""
        serials = answer.facts.get("serials")
        self._takes_no_card = self._takes_no_card or serials is None  # it has another card for that attempt
        for serial in serials if isinstance(serials, tuple) else ():
            self._known_as_used.add(int(str(serial).rpartition(" ")[2]))

    def _switched_off(self, station: StationNode) -> None:
        """The office ends it, empties its machines and lays everything on the table."""
        station.computer.stop()
        station.is_retired = True
        for machine in station.machines.values():
            machine.catch_up()
            machine.taken_out()
            for card in machine.hopper:
                card.place = "table"
            machine.hopper.clear()

    def _searched(self, view: View, name: str) -> list[tuple[str, object, tuple[str, ...]]]:
        if self.country.world.now_ms < self._declared_ms.get(name, self.country.world.now_ms) + _STOP_MS:
            return []  # until every authorisation is past its time and the grace
        minutes = f"minutes {name[8:]}"
        suspects = [
            attempt
            for lock in view.rows(Lock)
            if lock.station == name and lock.state is LockState.SUSPECT
            for attempt in [view.row(Attempt, lock.record, lock.n)]
            if attempt
        ]
        open_now = [ask for attempt in suspects for ask in self.people.settled(attempt)]
        if open_now:
            return []  # the people of the office are at it
        blanks = [card.number for card in self.country.cards.values() if self._is_unused(view, card, name)]
        cards = [found for attempt in suspects for found in self._card_there(attempt) if not self._takes_no_card]
        if blanks or cards:
            body = CountLostSite(name, minutes, ranges_of(blanks), tuple(cards))
            return [(f"site/{name}/{len(blanks)}/{len(cards)}", body, ("checker", "verifier"))]
        return [(f"close/{name}", CloseLostStation(name, minutes), ("verifier", "second"))]

    def _is_unused(self, view: View, card: Card, name: str) -> bool:
        """A sound blank on the table that no open attempt took."""
        if card.place not in ON_THE_TABLE or not card.is_untouched or card.number in self._known_as_used:
            return False
        bound = view.row(Bound, cast.SERIES, card.number)
        lock = view.row(Lock, bound.record) if bound else None
        is_open = bool(bound and lock and (lock.n, lock.state) == (bound.n, LockState.SUSPECT))
        return place_of(view, card.number) == (name, Bucket.SUSPECT) and not is_open

    def _card_there(self, attempt: Attempt) -> list[CardThere]:
        """A good card on the table that bears the attempt, where another blank was bound or none."""
        for card in self.country.cards.values():
            if card.number in self._known_as_used:
                continue  # the copy said first that it made waste of this serial: the whole loss names it
            if card.place in ON_THE_TABLE and card.is_good and card.attempt == f"{attempt.record}/{attempt.n}":
                return [CardThere(attempt.record, attempt.n, "", cast.SERIES, card.number)]
        return []

    def _rest(self, view: View, name: str) -> list[tuple[str, object, tuple[str, ...]]]:
        """A suspect for which no blank of the station was left."""
        found: list[tuple[str, object, tuple[str, ...]]] = []
        for lock in view.rows(Lock):
            if lock.station == name and lock.state is LockState.SUSPECT:
                body = Settle(lock.record, lock.n, Found.UNUSED, "minutes of the loss")
                found.append((f"rest/{lock.record}/{lock.n}", body, ("checker", "verifier")))
        return found

    def count_safe(self) -> None:
        """Count the safe; explain what is missing only when the first count was refused."""
        country = self.country
        if country.hub.store is None:
            return
        numbers = sorted(card.number for card in country.cards.values() if card.place == "safe")
        self._counts += 1
        with country.hub.store.read() as view:
            cut = view.position.seq
        is_second = self._counts % 2 == 0
        pile = PileCount(
            Pile.UNPRINTED, cast.CLASS, len(numbers), ranges_of(numbers), "not there any more" if is_second else ""
        )
        body = CountDay(cast.OFFICE, DAY, cut, (pile,), (), f"count {self._counts}")
        country.world.say(f"two people count the safe: {len(numbers)} blanks")
        raw = country.letters.signed(
            f"count/{self._counts}", "hub", body, ("storekeeper", "checker"), country.world.now_ms
        )
        country.hub.ask([raw], self._counted)

    def _counted(self, answers: object) -> None:
        answer = answers[0] if isinstance(answers, tuple) else None
        self.counted = self.counted or isinstance(answer, Accepted)
        if not self.counted:
            self.country.world.say("the count is not taken")
