"""The machine's body (badan mesin): cards, power, and the truth about both.

Nothing happens to a card but through `happen`, which puts it into the truth file first and
then into the state; so the state is the fold of the file at every moment. Waits go through
`pause`, in which the power may be cut: then `PowerLost` ends whatever was being done and
the card stays as it was at that moment.
"""

from collections.abc import Callable

from attrs import define, field

from ektp_core.boundary.card_printer import CardPosition, CounterName
from ektp_driver_virtual.faults import Fault, Faults
from ektp_driver_virtual.messages import FaultKind, Flaw, Reason, Step
from ektp_driver_virtual.mishaps import Mishaps
from ektp_driver_virtual.truth import CardTruth, Event, Truth, What
from ektp_driver_virtual.truth_log import Pictures, TruthLog

RIBBON_CARDS = 1000

#: How the time of one card is shared out, in hundredths.
SHARES = {Step.FEED: 15, Step.ENCODE: 15, Step.MARK: 55, Step.EJECT: 15}


class PowerLost(Exception):
    """The power went in the middle of it."""


class Stopped(Exception):
    """The machine cannot or will not do it; the card stays where it is."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text


@define
class Body:
    """Cards, rollers and power of one printer."""

    serial: str
    log: TruthLog
    pictures: Pictures
    clock: Callable[[], int]  # milliseconds since 1970, for the truth only
    pause: Callable[[float], None]  # wait so many milliseconds
    card_ms: int = 60
    ribbon_cards: int = RIBBON_CARDS
    powered: bool = False
    cuts: int = 0  # how often the power went since this process began
    faults: Faults = field(factory=Faults)
    mishaps: Mishaps = field(factory=Mishaps)
    truth: Truth = field(factory=Truth)

    # -- power --------------------------------------------------------------------------

    def switch_on(self) -> None:
        """Start the machine, as after every loss of power: a new session begins."""
        self.truth = self.log.read()
        fresh = self.truth.session == 0
        self.powered = True
        ribbon = self.ribbon_cards if fresh else self.truth.ribbon
        self.happen(What.STARTED, session=self.truth.session + 1, ribbon=ribbon)
        self.settle_half_printed()

    def cut_power(self, why: str) -> None:
        """The power goes now; what is under way ends at its next wait."""
        if self.powered:
            self.powered = False
            self.cuts += 1
            self.happen(What.POWER_LOST, detail=why)

    def settle_half_printed(self) -> None:
        """A card whose marking never ended is half printed; a late rename is made up for."""
        card = self.inside
        if card is None or not card.marked:
            return
        if not (card.printed_good or card.spoiled):
            self.ruin(card, Flaw.HALF, "power lost while it was marked")
        self.pictures.finish(card.serial)

    # -- what happens to cards ----------------------------------------------------------

    @property
    def inside(self) -> CardTruth | None:
        """The card in the machine."""
        return self.truth.cards.get(self.truth.inside)

    @property
    def fed(self) -> int:
        """Cards taken from the hopper since the machine was made."""
        return self.truth.counters[CounterName.FED.value]

    def happen(
        self,
        what: What,
        card: CardTruth | None = None,
        *,
        counts: CounterName | None = None,
        position: CardPosition | None = None,
        ribbon: int | None = None,
        session: int | None = None,
        job_key: str = "",
        picture: str = "",
        detail: str = "",
        blanks: tuple[tuple[str, str], ...] = (),
        chip: bytes = b"",
    ) -> None:
        """Let one thing happen: into the truth file, then into the state."""
        truth = self.truth
        counters = dict(truth.counters)
        if counts:
            counters[counts.value] = counters.get(counts.value, 0) + 1
        event = Event(
            n=truth.events + 1,
            at_ms=self.clock(),
            what=what,
            session=truth.session if session is None else session,
            printer=self.serial if what is What.STARTED else "",
            serial=card.serial if card else "",
            uid=card.uid if card else "",
            job_key=job_key or (card.job_key if card else ""),
            picture=picture,
            detail=detail,
            position=position or truth.position,
            ribbon=truth.ribbon if ribbon is None else ribbon,
            counters=counters,
            blanks=blanks,
            chip=chip,
        )
        self.log.append(event)
        truth.apply(event)

    def take_time(self, step: Step, hundredths: int = 100) -> None:
        """Spend a part of a step's time; the power may go meanwhile."""
        cuts = self.cuts
        self.pause(self.card_ms * SHARES[step] * hundredths / 10_000)
        if self.cuts != cuts:
            raise PowerLost

    def ruin(
        self,
        card: CardTruth,
        flaw: Flaw,
        why: str = "",
        *,
        counts: CounterName | None = None,
        position: CardPosition | None = None,
    ) -> None:
        """The card's picture came out wrong."""
        shown = self.pictures.ruin(card.serial, flaw)
        detail = why or f"misprint: {shown.value}"
        picture = self.pictures.name(card.serial)
        self.happen(What.SPOILED, card, counts=counts, position=position, detail=detail, picture=picture)
        self.pictures.finish(card.serial)

    # -- faults -------------------------------------------------------------------------

    def strike(self, step: Step) -> None:
        """Let a power cut, a jam or the ribbon's end strike at this step of the card inside."""
        kinds = (FaultKind.POWER_LOSS, FaultKind.JAM, FaultKind.RUN_OUT)
        fault = self.faults.due(step, self.fed, *kinds)
        if fault is None:
            return
        if fault.kind is FaultKind.POWER_LOSS:
            self.cut_power(str(fault))
            raise PowerLost
        if fault.kind is FaultKind.RUN_OUT:
            self.end_ribbon(fault)
        else:
            self.jam(fault)

    def end_ribbon(self, fault: Fault) -> None:
        """The ribbon ends; only marking is at stake when it does."""
        self.happen(What.RIBBON_ENDED, detail=str(fault), ribbon=0)
        if fault.step is Step.MARK:
            raise Stopped(Reason.RIBBON, "the ribbon ended in the middle of the card")

    def jam(self, fault: Fault) -> None:
        """The card inside is stuck and bent."""
        card = self.inside
        assert card is not None, "a jam strikes only with a card inside"
        jammed = CardPosition.JAMMED
        self.happen(What.JAMMED, card, counts=CounterName.ERRORS, position=jammed, detail=str(fault))
        if not card.marked or card.printed_good:
            self.happen(What.SPOILED, card, detail="bent in a jam", picture=card.picture)
        raise Stopped(Reason.JAM, f"the card is stuck ({fault.step.value})")
