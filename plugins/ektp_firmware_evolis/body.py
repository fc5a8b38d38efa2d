"""The machine's body (badan mesin): hopper, rollers, stations, head, bins, ribbon.

The plastic is the virtual printer's (`ektp_driver_virtual.body`): everything that happens to a
card goes into the same truth file in the same words, and only here. This file knows how a
card goes through this kind of machine: fed once, moved between stations, printed one colour
after the other from the second download on, and out. It knows nothing of bytes.
"""

from collections.abc import Callable

from attrs import define, field
from PIL import Image

from ektp_core.boundary.card_printer import CardPosition, CounterName
from ektp_driver_virtual.body import Body
from ektp_driver_virtual.messages import Flaw, Step
from ektp_driver_virtual.truth import CardTruth, What
from ektp_firmware_evolis import plates
from ektp_firmware_evolis.mishaps import Kind, Mishap, Waiting, When
from ektp_firmware_evolis.words import Trouble, Wrong

_HALF_PANEL = 10  # hundredths of the time that marking takes
_BEFORE_HEAD = (When.FEED, When.MOVE)
_STUCK, _NOWHERE = CardPosition.JAMMED, CardPosition.NONE


@define
class Ink:
    """One colour as it lies in the printer's memory."""

    colour: str
    levels: int
    data: bytes = field(repr=False)


@define(eq=False)
class Machine:
    """Rollers, head and sensors over the plastic.

    Attributes:
        strike: carries out a mishap that is due; may raise.
        watches_cover: error mode 1 switches it off.
        errors: what stands on the display until it is cleared.
        buttons: buttons pressed at the panel since they were last asked for.
        somebody_else: whose print it is, where it is not the host's.
    """

    plastic: Body
    strike: Callable[[Mishap], None]
    waiting: Waiting = field(factory=Waiting)
    watches_cover: bool = True
    cover_open: bool = False
    hopper_blind: bool = False
    cancelled: bool = False
    errors: set[Wrong] = field(factory=set)
    buttons: set[str] = field(factory=set)
    somebody_else: str = ""
    _ribbon_broke: bool = False
    _stuck_at: When = When.MARK
    _picture: Image.Image | None = None

    # -- what sensors show --------------------------------------------------------------

    @property
    def inside(self) -> CardTruth | None:
        """The card in the machine; of two fed at once the upper one."""
        return self.plastic.inside

    @property
    def position(self) -> CardPosition:
        """Where that card is."""
        return self.plastic.truth.position

    @property
    def is_stuck(self) -> bool:
        """Whether the card inside cannot move."""
        return self.position is _STUCK

    @property
    def hopper_is_empty(self) -> bool:
        """What the hopper's sensor shows."""
        return self.hopper_blind or not self.plastic.truth.hopper

    @property
    def ribbon_ended(self) -> bool:
        """Whether the ribbon is at its end mark. The last card on it may still be in work."""
        card = self.inside
        in_work = card is not None and card.marked and not card.spoiled and not card.printed_good
        return self.plastic.truth.ribbon <= 0 and (self._ribbon_broke or not in_work)

    @property
    def is_well(self) -> bool:
        """Whether nothing is left for a person to do."""
        no_card = self.inside is None and self.hopper_is_empty
        return not (self.cover_open or self.is_stuck or self.ribbon_ended or no_card)

    # -- a card's way ---------------------------------------------------------------------

    def feed(self, to: CardPosition) -> None:
        """Take a card from the hopper and bring it there."""
        self.check()
        plastic = self.plastic
        if self.hopper_is_empty or self.waiting.due(When.FEED, Kind.BLANK_FEED):
            raise self._trouble(Wrong.FEEDER)
        collides = self.inside is not None
        plastic.happen(What.FED, self._next(), counts=CounterName.FED, position=CardPosition.HOPPER_EXIT)
        self._picture = None if not collides else self._picture
        if self.waiting.due(When.FEED, Kind.DOUBLE_FEED) and plastic.truth.hopper:
            plastic.happen(What.FED, self._next())  # the sensor sees one card pass
        if collides:
            self.jam(When.FEED, "fed behind a card that was inside")
        self._occasion(When.FEED)
        self._spend(Step.FEED)
        plastic.happen(What.MOVED, self._card(), position=to)

    def go(self, to: CardPosition) -> None:
        """Move the card inside."""
        self.check()
        card = self._card()
        self._occasion(When.MOVE)
        self._spend(Step.ENCODE)
        self.plastic.happen(What.MOVED, card, position=to)

    def lay(self, ink: Ink, number: int, of: int) -> None:
        """Print one colour on the card: the `number`-th of this print, of `of` the ribbon has."""
        self.check()
        card = self._card()
        if self.position is not CardPosition.HEAD:
            self.go(CardPosition.HEAD)
        if number == 1:
            self._begin_mark(card)
        plate = plates.plate(ink.data, ink.levels)
        before = self._picture or plates.bare()
        try:
            self._spend(Step.MARK, _HALF_PANEL)
            self._occasion(When.PANEL)
            if number == min(2, of):
                self._occasion(When.MARK)
            self._spend(Step.MARK, _HALF_PANEL)
        except BaseException:
            self._picture = plates.lay(before, ink.colour, _upper_half(plate))
            raise
        finally:
            self._spoil_if_stopped(card)
        self._picture = plates.lay(before, ink.colour, plate)
        self.plastic.happen(What.PANEL_PRINTED, self._card(), counts=CounterName.PANELS, detail=ink.colour)

    def come_out_printed(self, ribbon: str) -> None:
        """Every colour that was sent is laid; nobody sees whether the picture is right."""
        card, plastic = self._card(), self.plastic
        plastic.pictures.begin(card.serial, plates.png(self._picture or plates.bare()))
        if self.waiting.due(When.MARK, Kind.MISPRINT):
            plastic.ruin(card, Flaw.ANY, counts=CounterName.PRINTED)
            return
        laid = card.panels[-len(ribbon) :] if card.marks == 1 else ""
        missing = [one for one in ribbon if one not in laid and (one != "k" or ribbon == "k")]
        if card.spoiled or missing or card.marks != 1:
            why = card.why or f"colours missing: {''.join(missing)}"
            self._spoil(card, why, counts=CounterName.PRINTED)
            return
        picture = plastic.pictures.name(card.serial)
        plastic.happen(What.PRINTED, card, counts=CounterName.PRINTED, picture=picture)
        plastic.pictures.finish(card.serial)

    def eject(self) -> None:
        """Bring the card to the output tray."""
        self.check()
        self._leave(What.EJECTED, CounterName.EJECTED)

    def reject(self) -> None:
        """Bring the card to the reject box; one that is stuck before the head comes out too."""
        self.check_cover()
        if self.is_stuck and self._stuck_at not in _BEFORE_HEAD:
            raise self._trouble(Wrong.MECHANICAL)
        self._leave(What.REJECTED, CounterName.REJECTED)

    def give_up(self, why: str) -> None:
        """What was being printed never will be finished."""
        card = self.inside
        if card is not None and card.marked and not (card.printed_good or card.spoiled):
            self._spoil(card, why)

    def put_in_by_hand(self) -> None:
        """Somebody puts a card of his own into the machine's mouth; no counter sees it."""
        if self.inside is None:
            number = sum(serial.startswith("FOREIGN ") for serial in self.plastic.truth.cards) + 1
            blank = (f"FOREIGN {number}", f"FF{number:012X}")
            self.plastic.happen(What.LOADED, blanks=(blank,))
            card = self.plastic.truth.cards[blank[0]]
            self.plastic.happen(What.FED, card, position=CardPosition.HOPPER_EXIT, detail="by hand")

    # -- what goes wrong ------------------------------------------------------------------

    def jam(self, at: When, why: str) -> None:
        """The card inside is stuck and bent."""
        card = self._card()
        self._stuck_at = at
        self.plastic.happen(What.JAMMED, card, counts=CounterName.ERRORS, position=_STUCK, detail=why)
        if not card.marked or card.printed_good:
            self._spoil(card, "bent in a jam")
        raise self._trouble(Wrong.MECHANICAL)

    def end_ribbon(self, why: str) -> None:
        """The ribbon is at its end."""
        self._ribbon_broke = True
        self.plastic.happen(What.RIBBON_ENDED, detail=why, ribbon=0)

    def new_ribbon(self) -> None:
        """A fresh one was put in."""
        self._ribbon_broke = False

    def forget(self) -> None:
        """Power comes: the display is empty, and what lies inside lies there."""
        self.errors.clear()
        self.cancelled, self._picture = False, None
        self.buttons.clear()
        self._ribbon_broke = self.plastic.truth.ribbon <= 0

    def check(self) -> None:
        """Whether anything may move now."""
        self.check_cover()
        if self.is_stuck:
            raise self._trouble(Wrong.MECHANICAL)

    def check_cover(self) -> None:
        """Whether the cover keeps everything still."""
        if self.cover_open and self.watches_cover:
            raise self._trouble(Wrong.COVER)

    # -- parts of the above ---------------------------------------------------------------

    def _next(self) -> CardTruth:
        truth = self.plastic.truth
        return truth.cards[truth.hopper[0]]

    def _card(self) -> CardTruth:
        card = self.inside
        if card is None:
            raise Trouble(Wrong.CARD)
        return card

    def _trouble(self, wrong: Wrong) -> Trouble:
        self.errors.add(wrong)
        return Trouble(wrong)

    def _occasion(self, when: When) -> None:
        for mishap in self.waiting.due(when, *(kind for kind in Kind if kind not in _BESIDE)):
            self.strike(mishap)
        self._watch()

    def _watch(self) -> None:
        """What a person did meanwhile ends the act."""
        if self.cancelled:
            self.cancelled = False
            raise Trouble(Wrong.CANCEL)
        self.check()
        if self._ribbon_broke and self.plastic.truth.ribbon <= 0 and self._in_work():
            raise self._trouble(Wrong.RIBBON)

    def _in_work(self) -> bool:
        card = self.inside
        return card is not None and card.marked and not (card.printed_good or card.spoiled)

    def _spend(self, step: Step, hundredths: int = 100) -> None:
        self.plastic.take_time(step, hundredths)
        self._watch()

    def _begin_mark(self, card: CardTruth) -> None:
        plastic = self.plastic
        if plastic.truth.ribbon <= 0:
            self._ribbon_broke = True
            raise self._trouble(Wrong.RIBBON)
        over = card.marked
        if not over:
            self._picture = plates.bare()
        plastic.pictures.begin(card.serial, plates.png(self._picture or plates.bare()))
        ribbon, head = plastic.truth.ribbon - 1, CardPosition.HEAD
        plastic.happen(What.MARK_BEGUN, card, position=head, ribbon=ribbon, job_key=self.somebody_else)
        if over:
            self._spoil(self._card(), "printed over")

    def _spoil_if_stopped(self, card: CardTruth) -> None:
        """A card that got stuck while it was printed is recorded with the picture it has then."""
        if self.is_stuck and not self.plastic.truth.cards[card.serial].spoiled:
            self._spoil(card, "half printed: stuck")

    def _spoil(self, card: CardTruth, why: str, counts: CounterName | None = None) -> None:
        pictures, picture = self.plastic.pictures, card.picture
        if card.marked:
            picture = pictures.name(card.serial)
            if self._picture is not None:
                pictures.begin(card.serial, plates.png(self._picture))
        self.plastic.happen(What.SPOILED, card, counts=counts, detail=why, picture=picture)
        if card.marked:
            pictures.finish(card.serial)

    def _leave(self, what: What, counts: CounterName) -> None:
        card = self._card()
        if self.is_stuck:
            self.plastic.take_time(Step.EJECT)
        else:
            self._occasion(When.DELIVER)
            self._spend(Step.EJECT)
        self.give_up("not printed to the end")
        also = [self.plastic.truth.cards[serial] for serial in self.plastic.truth.behind]
        self.plastic.happen(what, card, counts=counts, position=_NOWHERE)
        for other in also:
            self.plastic.happen(what, other)  # the sensor sees one card pass
        self._picture = None


#: Mishaps that are looked for where they happen, not on every occasion.
_BESIDE = frozenset({Kind.BLANK_FEED, Kind.DOUBLE_FEED, Kind.MISPRINT})


def _upper_half(plate: Image.Image) -> Image.Image:
    """The part of a colour that is on the card when its printing is broken off."""
    half = Image.new("L", plate.size, 0)
    width, height = plate.size
    half.paste(plate.crop((0, 0, width // 2, height)), (0, 0))
    return half
