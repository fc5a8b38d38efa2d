"""The printer's firmware (perangkat lunak pencetak): which order is done, declined, or fails.

It knows what its sensors show: position, counters, conditions, and whether a job ended
"without a detected error". It does not see the picture: a misprint is a completed job here
and a spoiled card in the truth. Jobs, the prepared picture and the reservation are
forgotten without power; counters and the keys of past jobs are not. One card is never
marked twice, nor one job key.
"""

from collections.abc import Callable
from hashlib import sha256

import msgspec
from attrs import define, evolve, field

from ektp_core.boundary.card_printer import (
    Bin,
    CardPosition,
    Counter,
    CounterName,
    Counters,
    Identity,
    JobRecord,
    Look,
    Recovery,
    ResetLevel,
    Settings,
    Station,
    Status,
    Supply,
)  # fmt: skip
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome, Verdict
from ektp_driver_virtual import conditions, messages
from ektp_driver_virtual.body import Body, PowerLost, Stopped
from ektp_driver_virtual.faults import Fault
from ektp_driver_virtual.messages import Declined, Done, FaultKind, Reason, Step
from ektp_driver_virtual.mishaps import COUNTER_BITS
from ektp_driver_virtual.truth import CardTruth, Place, What

WIDTH_PX, HEIGHT_PX, DPI = 1016, 648, 300
_PNG = b"\x89PNG\r\n\x1a\n"
#: What a stubborn machine keeps, whatever it is told.
_OWN = Settings(host_handles_errors=False, device_retries=1, keeps_bitmaps=True)
_INCREMENTS = {
    CounterName.FED: "feed",
    CounterName.PRINTED: "mark",
    CounterName.EJECTED: "deliver",
    CounterName.REJECTED: "reject",
    CounterName.ERRORS: "error",
}


@define
class Job:
    """What the firmware remembers of one job since it was switched on."""

    job_id: str
    key: str
    serial: str
    outcome: Outcome = Outcome.UNKNOWN
    detail: str = "under way"


@define
class Device:
    """Firmware over a body."""

    body: Body
    restarted: bool = True
    reserved_by: str = ""
    settings: Settings = field(factory=Settings)
    _uid_read: str = ""
    _prepared: bytes = b""
    _jobs: dict[str, Job] = field(factory=dict)

    def start(self) -> None:
        """Power comes: forget what is not kept, find out what lies inside."""
        self.reserved_by, self._uid_read, self._prepared = "", "", b""
        self._jobs = {}
        self.restarted = True
        self.body.switch_on()

    @property
    def uid(self) -> str:
        """The UID read of the card inside, as long as it is inside and the power stays."""
        return self._uid_read

    def perform(self, command: object, owner: str = "") -> object:
        """Carry out one order of the driver's door and return the answer.

        Raises:
            PowerLost: the power went; nobody is there to answer.
        """
        if not self.body.powered:
            raise PowerLost
        act = _ACTS.get(type(command))
        if act is None:
            return Declined(Reason.BAD_ORDER, "this is no order for the printer")
        try:
            if self.reserved_by and owner != self.reserved_by and type(command) in _MOVES_CARDS:
                raise Stopped(Reason.RESERVED, "another host has reserved the printer")
            return act(self, command)
        except Stopped as stopped:
            return Declined(stopped.reason, stopped.text)

    # -- looking ------------------------------------------------------------------------

    def _identify(self, _order: messages.Identify) -> Identity:
        serial = self.body.serial
        ieee = f"MFG:EKTP;MDL:Virtual 300;SN:{serial};"
        return Identity("EKTP", "Virtual 300", serial, "1.0", f"H-{serial}", ieee)

    def _status(self, _order: messages.AskStatus) -> Status:
        restarted, self.restarted = self.restarted, False
        truth = self.body.truth
        notices = (*self.body.mishaps.notices(), *conditions.notices(truth, restarted))
        return Status(notices, truth.position, truth.session, restarted, temperature_c=38)

    def _counters(self, _order: messages.AskCounters) -> Counters:
        counts = self.body.truth.counters
        end = 1 << COUNTER_BITS
        return Counters(tuple(Counter(name, counts[name.value] % end, at) for name, at in _INCREMENTS.items()))

    def _supplies(self, _order: messages.AskSupplies) -> tuple[Supply, ...]:
        truth = self.body.truth
        ribbon = Supply("ribbon", truth.ribbon, self.body.ribbon_cards)
        return ribbon, Supply("blanks", len(truth.hopper))

    def _observe(self, order: messages.Observe) -> JobRecord:
        session = self.body.truth.session
        known = (j for j in self._jobs.values() if order.job and order.job in (j.job_id, j.key))
        job = next(known, None)
        if job is None:
            nothing = "no such job since the printer was started"
            verdict = Verdict(Outcome.UNKNOWN, BlankPlace.UNKNOWN, Certainty.TRANSPORT, nothing)
            return JobRecord(order.job, session, verdict)
        blank = _where(self.body.truth.cards[job.serial])
        verdict = Verdict(job.outcome, blank, Certainty.DEVICE_JOB_RECORD, job.detail)
        return JobRecord(job.job_id, session, verdict)

    def _look(self, order: messages.AskLook) -> Look:
        job = self._observe(messages.Observe(order.job)) if order.job else None
        status = self._status(messages.AskStatus())
        inside = self.body.inside  # a person may have taken out the card whose UID was read
        uid = self._uid_read if inside and inside.uid == self._uid_read else ""
        return Look(status, self._counters(messages.AskCounters()), job, uid)

    # -- agreeing -----------------------------------------------------------------------

    def _reserve(self, order: messages.Reserve) -> Done:
        if self.reserved_by and self.reserved_by != order.owner:
            raise Stopped(Reason.RESERVED, "another host has reserved the printer")
        self.reserved_by = order.owner
        return Done()

    def _release(self, _order: messages.Release) -> Done:
        self.reserved_by = ""
        return Done()

    def _configure(self, order: messages.Configure) -> Settings:
        """It never retries, copies or keeps pictures, whatever is asked, unless it is stubborn; the answer says so."""
        asked = order.settings.host_handles_errors
        self.settings = _OWN if self.body.mishaps.stubborn else Settings(host_handles_errors=asked)
        drifted = self.body.mishaps.drifted  # settings that no host asks for changed so often
        digest = sha256(msgspec.json.encode(self.settings) + b"!" * drifted).hexdigest()
        return evolve(self.settings, digest=digest)

    def _prepare(self, order: messages.Prepare) -> Done:
        head = order.front_png[:24]
        size = (int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big"))
        if head[:8] != _PNG or size != (WIDTH_PX, HEIGHT_PX):
            raise Stopped(Reason.BAD_PICTURE, f"the picture must be a PNG of {WIDTH_PX} x {HEIGHT_PX}")
        self._prepared = order.front_png
        return Done()

    # -- moving -------------------------------------------------------------------------

    def _feed(self, _order: messages.Feed) -> Done:
        body = self.body
        if body.inside:
            raise Stopped(Reason.CARD_INSIDE, "a card is inside already")
        ended = body.faults.due(Step.FEED, body.fed + 1, FaultKind.RUN_OUT)
        if ended:
            body.end_ribbon(ended)
        stops = (*body.mishaps.notices(), *conditions.stops(body.truth))
        if stops:
            raise Stopped(Reason.NOT_READY, f"the printer is not ready: {stops[0].condition.value}")
        if body.mishaps.slips_now():
            raise Stopped(Reason.NOT_READY, "no card came out of the hopper")
        card = body.truth.cards[body.truth.hopper[0]]
        self._uid_read = ""
        exit_ = CardPosition.HOPPER_EXIT
        body.happen(What.FED, card, counts=CounterName.FED, position=exit_)
        if body.mishaps.doubles_now() and body.truth.hopper:
            body.happen(What.FED, body.truth.cards[body.truth.hopper[0]], position=exit_)
            body.jam(Fault(FaultKind.JAM, Step.FEED, body.fed, messages.Flaw.ANY))
        body.strike(Step.FEED)
        body.take_time(Step.FEED)
        return Done()

    def _move(self, order: messages.Move) -> Done:
        card = self._free_card()
        if order.to is Station.CONTACT:
            raise Stopped(Reason.UNSUPPORTED, "this printer has no contact station")
        self.body.happen(What.MOVED, card, position=CardPosition(order.to.value))
        return Done()

    def _read_uid(self, _order: messages.ReadUid) -> messages.Text:
        card = self._card_at_reader()
        self._uid_read = "" if self._chip_is_dead(card) else card.uid
        return messages.Text(self._uid_read)

    def _encode(self, order: messages.Encode) -> messages.Content:
        card = self._card_at_reader()
        if self._chip_is_dead(card):
            raise Stopped(Reason.NO_CHIP, "the chip does not answer")
        self.body.take_time(Step.ENCODE, 50)
        self.body.happen(What.ENCODE_BEGUN, card)
        self.body.strike(Step.ENCODE)
        self.body.take_time(Step.ENCODE, 50)
        self.body.happen(What.ENCODED, card, detail=sha256(order.content).hexdigest(), chip=order.content)
        return messages.Content(order.content)

    def _read_chip(self, _order: messages.ReadChip) -> messages.ChipContent:
        card = self._card_at_reader()
        if self._chip_is_dead(card):
            raise Stopped(Reason.NO_CHIP, "the chip does not answer")
        return messages.ChipContent(None if card.half_encoded else card.chip)

    def _mark(self, order: messages.Mark) -> messages.Text:
        card = self._markable(order.job_key)
        body, truth = self.body, self.body.truth
        job = Job(f"{truth.session}-{len(self._jobs) + 1}", order.job_key, card.serial)
        self._jobs[job.job_id] = job
        art, self._prepared = self._prepared, b""
        body.pictures.begin(card.serial, art)
        head, ribbon = CardPosition.HEAD, truth.ribbon - 1
        body.happen(What.MARK_BEGUN, card, position=head, ribbon=ribbon, job_key=order.job_key)
        try:
            body.take_time(Step.MARK, 50)
            if body.mishaps.is_cancelled():
                raise Stopped(Reason.NOT_READY, "it was cancelled at the panel")
            body.strike(Step.MARK)
            body.take_time(Step.MARK, 50)
        except PowerLost:
            body.settle_half_printed()
            raise
        except Stopped as stopped:
            job.outcome, job.detail = Outcome.SPOILED, f"error: {stopped.text}"
            body.ruin(self._card(), messages.Flaw.HALF, f"half printed: {stopped.text}")
            raise
        self._come_out(self._card())
        job.outcome, job.detail = Outcome.GOOD, "completed without a detected error"
        return messages.Text(job.job_id)

    def _deliver(self, order: messages.Deliver) -> Done:
        card, body = self._free_card(), self.body
        body.take_time(Step.EJECT)
        try:
            body.strike(Step.EJECT)
        except Stopped as stopped:
            for job in self._jobs.values():
                if job.serial == card.serial:
                    job.outcome, job.detail = Outcome.SPOILED, f"error: {stopped.text}"
            raise
        self._out(card, order.to)
        return Done()

    def _recover(self, order: messages.Recover) -> Done:
        card, jammed = self.body.inside, self.body.truth.position is CardPosition.JAMMED
        if order.action is Recovery.REJECT_CARD:
            self._out(self._card(), Bin.REJECT)
        elif jammed and card:
            raise Stopped(Reason.JAM, "the stuck card must come out first")
        elif order.action is Recovery.RESUME_SAME_CARD and card and card.marked:
            raise Stopped(Reason.ALREADY_MARKED, "a marked card is not marked again")
        return Done()

    def _reset(self, order: messages.Reset) -> Done:
        if self.body.inside:
            raise Stopped(Reason.CARD_INSIDE, "a card is inside; it must come out first")
        if order.level is not ResetLevel.REBOOT:
            self._prepared = b""
            return Done()
        self.body.cut_power("reboot ordered")
        raise PowerLost

    # -- parts of the above -------------------------------------------------------------

    def _card(self) -> CardTruth:
        card = self.body.inside
        if card is None:
            raise Stopped(Reason.NO_CARD, "there is no card inside")
        return card

    def _free_card(self) -> CardTruth:
        card = self._card()
        if self.body.truth.position is CardPosition.JAMMED:
            raise Stopped(Reason.JAM, "the card inside is stuck")
        return card

    def _card_at_reader(self) -> CardTruth:
        card = self._free_card()
        if self.body.truth.position is not CardPosition.CONTACTLESS:
            raise Stopped(Reason.WRONG_PLACE, "the card does not lie at the contactless station")
        return card

    def _chip_is_dead(self, card: CardTruth) -> bool:
        faults = self.body.faults
        if faults.due(Step.ENCODE, self.body.fed, FaultKind.DEAD_CHIP):
            faults.dead_chips.add(card.uid)
        return card.uid in faults.dead_chips

    def _markable(self, job_key: str) -> CardTruth:
        card = self._free_card()
        if card.marked:
            raise Stopped(Reason.ALREADY_MARKED, "the card inside was marked before")
        if not job_key or job_key in self.body.truth.job_keys:
            raise Stopped(Reason.JOB_KNOWN, "this job was marked before, or has no key")
        if self.body.truth.ribbon <= 0:
            raise Stopped(Reason.NOT_READY, "the ribbon is empty")
        if not self._prepared:
            raise Stopped(Reason.NO_PICTURE, "no picture was prepared")
        return card

    def _come_out(self, card: CardTruth) -> None:
        """Marking ends, and the firmware cannot see whether the picture is right."""
        body, at_exit, printed = self.body, CardPosition.EXIT, CounterName.PRINTED
        wrong = body.faults.due(Step.MARK, body.fed, FaultKind.MISPRINT)
        if wrong:
            body.ruin(card, wrong.flaw, counts=printed, position=at_exit)
            return
        picture = body.pictures.name(card.serial)
        body.happen(What.PRINTED, card, counts=printed, position=at_exit, picture=picture)
        body.pictures.finish(card.serial)

    def _out(self, card: CardTruth, to: Bin) -> None:
        good = to is Bin.OUTPUT
        what = What.EJECTED if good else What.REJECTED
        counts = CounterName.EJECTED if good else CounterName.REJECTED
        self.body.happen(what, card, counts=counts, position=CardPosition.NONE)
        self._uid_read = ""


def _where(card: CardTruth) -> BlankPlace:
    places = {Place.INSIDE: BlankPlace.IN_PRINTER, Place.OUTPUT: BlankPlace.OUTPUT}
    return {**places, Place.REJECT: BlankPlace.REJECT}.get(card.place, BlankPlace.UNKNOWN)


_ACTS: dict[type, Callable[..., object]] = {
    messages.Identify: Device._identify,
    messages.Reserve: Device._reserve,
    messages.Release: Device._release,
    messages.Configure: Device._configure,
    messages.AskStatus: Device._status,
    messages.AskCounters: Device._counters,
    messages.AskSupplies: Device._supplies,
    messages.Prepare: Device._prepare,
    messages.Feed: Device._feed,
    messages.Move: Device._move,
    messages.ReadUid: Device._read_uid,
    messages.ReadChip: Device._read_chip,
    messages.Encode: Device._encode,
    messages.Mark: Device._mark,
    messages.Observe: Device._observe,
    messages.Deliver: Device._deliver,
    messages.Recover: Device._recover,
    messages.AskLook: Device._look,
    messages.Reset: Device._reset,
}
_MOVES_CARDS = frozenset(
    {messages.Feed, messages.Move, messages.Mark, messages.Deliver, messages.Recover, messages.Reset}
)
