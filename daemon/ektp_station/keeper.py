"""What the station's main thread does with its book (penjaga buku): step, commit, effects.

Inputs go through the step; all that waits to be persisted is one commit, and its answers are
stepped too, before anything else is looked at. What workers brought is opened here, because
the keys to check it with stand in the book. Whoever carries orders and messages away is
passed in: no thread, queue or socket is known here, and an error that is raised here is the
end of the process.
"""

from collections.abc import Callable
from typing import Any, Protocol

import structlog
from attrs import define, evolve, field

from ektp_core.boundary.signer import StationSigner
from ektp_core.boundary.store import Accepted, Answer, Store
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.founding import policy_in_force
from ektp_core.wire.upload import read_receipt
from ektp_keys.public_keys import BookKeys
from ektp_station import door, messages
from ektp_station.acts import Order
from ektp_station.config import StationConfig
from ektp_station.counted import Counted
from ektp_station.disk_room import DiskRoom
from ektp_station.erasing import Eraser
from ektp_station.hub_word import HubWord, first_state, lacking, payload_named
from ektp_station.leaving import forget_all
from ektp_station.messages import Input, Settings, StationState
from ektp_station.press_state import Phase
from ektp_station.snapshot import snapshot
from ektp_station.step import step
from ektp_station.step_link import STOPPED

UPLOAD_COMMITS = 100

_UNDER_WAY = frozenset({
    Phase.STARTING, Phase.ACTING, Phase.NOTING, Phase.LOOKING, Phase.ASIDE, Phase.CONCLUDING, Phase.TESTING,
    Phase.RECOVERING,
})  # fmt: skip


class Carriers(Protocol):
    """Who carries away what the step orders; each brings its result back as an input."""

    def perform(self, printer: str, order: Order) -> None:
        """Give an order to a printer's worker."""

    def fetch(self, after: int, then: Callable[[list[door.Carried]], None]) -> None:
        """Fetch entries of the feed; `then` gets them in the main thread."""

    def upload(self, message: bytes, then: Callable[[bytes], None]) -> None:
        """Bring commits to the hub; `then` gets the receipt in the main thread."""


@define(eq=False)
class Keeper:
    """The book of a station and what the station remembers beside it.

    Attributes:
        time_ms: the time the station works by. wall_ms: the wall clock, by which messages are fresh.
        now: what the station's own page shows. room: on the disk; None where nobody looks.
        has_moved: whether something was written since this was last set to False.
        is_empty: the book was packed and goes on elsewhere, and nobody's data is here any more.
    """

    config: StationConfig
    signer: StationSigner
    store: Store
    log: structlog.stdlib.BoundLogger
    carriers: Carriers
    time_ms: Callable[[], int]
    wall_ms: Callable[[], int]
    word: HubWord | None = None
    room: DiskRoom | None = None
    state: StationState = field(init=False)
    now: dict[str, Any] = field(init=False, factory=dict)
    has_moved: bool = field(init=False, default=False)
    is_empty: bool = field(init=False, default=False)
    counted: Counted = field(init=False, factory=Counted)
    _eraser: Eraser = field(init=False)
    _troubles: dict[str, str] = field(init=False, factory=dict)
    _replies: dict[int, Callable[[Answer], None]] = field(init=False, factory=dict)
    _requests: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        one = self.config
        settings = Settings(
            one.station, self.signer.key_id, one.operator_looks, one.profile, one.poll_ms, one.retry_ms,
            one.retry_most_ms, {printer.name: printer.limits for printer in one.printers},
            shift_ms=one.shift_ms, failed_blanks=one.failed_blanks,
        )  # fmt: skip
        self._eraser = Eraser(self.store, one.station, one.label_days)
        receipt = self.store.link("receipt")
        acked_n = read_receipt(receipt).n if receipt else 0
        stopped = self.store.link(STOPPED) or b""
        self.state = StationState(settings, acked_n=acked_n, stopped_why=stopped.decode())
        if self.word:
            self.state = first_state(self.word, self.state)
        # A restored book holds authorisations and no personal data.
        self.state = evolve(self.state, lacking=lacking(self.store, one.station).attempts)
        self.show()

    def take(self, *inputs: Input) -> None:
        """Step through inputs; everything to be persisted goes into one commit, then its answers are stepped too."""
        wanted: list[messages.Persist] = []
        if self.room and self.room.look() != self.state.no_room:
            self.state = evolve(self.state, no_room=self.room.why)
        for what in inputs:
            self.counted.came(what)
            self._step(what, wanted)
        while wanted:
            group, wanted = wanted, []
            works = [work for one in group for work in one.works]
            # Sealed with the time they were asked: a start decided before the end of its lease is no late one.
            answers = self.store.commit(works, max(work.ask.at_ms for work in works))
            if any(isinstance(answer, Accepted) for answer in answers):
                self.has_moved = True  # what was written may let a printer take its next card at once
            self.counted.answered(answers)
            for one in group:
                mine, answers = answers[: len(one.works)], answers[len(one.works) :]
                self._step(messages.Persisted(one.token, mine), wanted)
        # A guessed time forgets nothing: rule 40 counts days.
        self._eraser.turn(self.state.acked_n, self.time_ms() if self.state.is_time_sure else 0)

    @property
    def has_cards_under_way(self) -> bool:
        """Whether a machine is at work on a card; one that waits for people or for time is not."""
        return any(press.phase in _UNDER_WAY for press in self.state.presses.values())

    def would_begin(self, what: object) -> bool:
        """Whether an input is the look at an idle printer after which it is given a card."""
        press = self.state.presses.get(what.printer) if isinstance(what, messages.Drove) else None
        return press is not None and press.phase in (Phase.SIZING, Phase.TEST_SIZING)

    def show(self) -> None:
        """Make what is so now visible."""
        with self.store.read() as view:
            if self.word:
                self.word.note()
            more = {"troubles": dict(self._troubles), "is_empty": self.is_empty}
            self.now = {**snapshot(self.state, view, self.time_ms()), **more}

    def trouble(self, where: str, why: str) -> None:
        """Note and log what is wrong with a printer or the link, once; no reason: it is over."""
        if self._troubles.get(where, "") != why:
            self.log.warning("trouble" if why else "the trouble is over", where=where, why=why)
        self._troubles.pop(where, None)
        if why:
            self._troubles[where] = why

    def people_ask(self, raw: bytes, reply: Callable[[Answer], None]) -> None:
        """Take a signed ask by people at the station; `reply` gets the answer."""
        try:
            with self.store.read() as view:
                limit_ms = policy_in_force(view).message_ms
                work = door.open_local_ask(raw, BookKeys(view), self.config.station, self.wall_ms(), limit_ms)
            # Fresh by the clock it was written by; but it stands in the book with the book's time.
            work = evolve(work, ask=evolve(work.ask, at_ms=self.time_ms()))
        except Refused as refused:
            reply(refused)
            return
        self._requests += 1
        self._replies[self._requests] = reply
        self.take(messages.AskArrived(self._requests, work))

    def _step(self, what: Input, wanted: list[messages.Persist]) -> None:
        with self.store.read() as view:
            self.state, effects = step(self.state, view, what, self.time_ms())
        for effect in effects:
            if isinstance(effect, messages.Persist):
                wanted.append(effect)
            else:
                self._do(effect)

    def _do(self, effect: messages.Effect) -> None:
        match effect:
            case messages.Perform():
                self.carriers.perform(effect.printer, effect.order)
            case messages.Fetch():
                self.carriers.fetch(effect.after, self._feed_came)
            case messages.Upload():
                commits = self.store.sealed_since(effect.after, UPLOAD_COMMITS)
                message = door.upload_message(self.signer, self.config.station, commits)
                self.carriers.upload(message, self._receipt_came)
            case messages.Remember():
                self.store.set_link(effect.name, effect.value)
            case messages.Reply():
                reply = self._replies.pop(effect.request, None)
                if reply:
                    reply(effect.answer)
            case messages.Alarm():
                self.log.warning(effect.what, **effect.facts)

    def _feed_came(self, carried: list[door.Carried]) -> None:
        """The hub's word first; then entries, up to the first that is refused."""
        entries: list[messages.Entry] = []
        why = ""
        if self.word:
            carried = self._word_came(self.word, carried)
            if self.state.stopped_why:
                return
        with self.store.read() as view:
            try:
                for one in carried:
                    entries.append(door.open_entry(one, BookKeys(view), self.signer, self.config.station))
            except Refused as refused:
                why = f"an entry of the feed was not taken: {refused}"
        self.trouble("hub", why)
        self.take(messages.FeedCame(tuple(entries)) if entries or not why else messages.LinkFailed(False))
        if any(not one.payloads and payload_named(one) for one in entries):
            self.take(lacking(self.store, self.config.station))

    def _word_came(self, word: HubWord, carried: list[door.Carried]) -> list[door.Carried]:
        """Hear the hub's word; what else was carried."""
        try:
            heard = word.hear(carried)
        except Refused as refused:
            self.trouble("hub's word", str(refused))
        else:
            self.trouble("hub's word", "")
            if heard and not self._is_left(heard):
                self.take(heard)
        return [one for one in carried if not one.nonce]

    def _is_left(self, heard: messages.HubHeard) -> bool:
        """Whether this book was packed and the hub has heard of it from where it goes on: nobody's data stays here."""
        try:
            is_left = forget_all(self.store, self.config.station, heard)
        except Refused as refused:  # no room now; the hub's word comes again
            self.trouble("disk", str(refused))
            return True
        if is_left and not self.is_empty:
            self.is_empty = True
            self.log.info("the book goes on elsewhere; the personal data here is destroyed")
        return is_left

    def _receipt_came(self, raw: bytes) -> None:
        try:
            with self.store.read() as view:
                receipt = door.open_receipt(raw, BookKeys(view), self.config.station)
        except Refused as refused:
            self.trouble("hub", f"a receipt was not taken: {refused}")
            is_ours = refused.refusal is not Refusal.ROLLED_BACK
            self.take(messages.LinkFailed(True) if is_ours else messages.Acknowledged(refused, is_signed=True))
            return
        self.take(messages.Acknowledged(receipt))
