"""The printer's firmware (perangkat lunak pencetak): what each command does, and when it answers.

Source: PROTOCOL.md of the driver, sections 2 to 6; the letters and words are A5013's. It
also does what the driver never asks for and other hosts do: print from memory (`Ssd`, `Sp`,
`Sc`), test cards, and, in error mode 0, the whole print once more by itself.

It does not know where its bytes come from, nor who reads the answers.
"""

from collections.abc import Callable

from attrs import define, evolve, field

from ektp_core.boundary.card_printer import CardPosition
from ektp_firmware_evolis import plates, reading, settings
from ektp_firmware_evolis.body import Ink, Machine
from ektp_firmware_evolis.memory import Memory
from ektp_firmware_evolis.settings import COVER_IGNORED, PRINTER
from ektp_firmware_evolis.tongue import Command, Tongue
from ektp_firmware_evolis.words import OK, RIBBONS, Trouble, Wrong

MANUAL_WAIT_MS = 30_000
HEAD, CONTACT, CONTACTLESS = CardPosition.HEAD, CardPosition.CONTACT, CardPosition.CONTACTLESS
_NOT_OURS = frozenset({Wrong.COMMAND, Wrong.PARAMETER})  # a slip of the host; nothing ends by it


@define
class Sequence:
    """One print from `Ss` to `Se`: what was printed of it, and what waits."""

    printed: list[str] = field(factory=list)
    waits: str = ""
    coming: str = ""  # downloaded while the one before it is printed


@define(eq=False)
class Firmware:
    """The language over a machine.

    Attributes:
        retries: whether a print of mode 0 waits for a person and then begins again by itself.
        bitmaps: the printer's five pictures, by colour.
        keeps_settings: whether it says OK to a setting and keeps the one it has.
    """

    machine: Machine
    memory: Memory
    pause: Callable[[float], None]
    tongue: Tongue = field(factory=Tongue)
    mode: int = 0
    shows_words: bool = False
    model: str = "Evolis Primacy"
    restarted: bool = True
    last: str = OK
    sequence: Sequence | None = None
    retries: Callable[[], str] | None = None
    bitmaps: dict[str, Ink] = field(factory=dict)
    keeps_settings: bool = False
    _before: tuple[str, ...] = ()  # the colours of the last print, for `Sc`
    _abandoned: bool = False
    _busy: bool = False

    def start(self) -> None:
        """Power comes."""
        self.memory.load()
        self.tongue = Tongue()
        self.last, self.sequence, self.retries, self._before = OK, None, None, ()
        self.bitmaps.clear()
        self.restarted, self._abandoned, self._busy = True, False, False
        self.set_mode(self.memory.kept.error_mode)
        self.machine.forget()

    @property
    def is_busy(self) -> bool:
        """Whether a command is being carried out."""
        return self._busy

    @property
    def ribbon(self) -> str:
        """The colours of the ribbon inside."""
        return RIBBONS[self.memory.kept.ribbon]

    def carry_out(self, command: Command) -> str:
        """Do it; returns the one answer, or "" where none comes (yet)."""
        if command.name.startswith("R") or command.name == "Sk":
            return reading.answer(self, command)
        act = _ACTS.get(command.name)
        self._busy = True
        try:
            answer = act(self, command.parameters, command.data) if act else Wrong.COMMAND.reply
        except Trouble as trouble:
            answer = self._failed(trouble)
        finally:
            self._busy = False
        if self._abandoned:
            self._abandoned = False
            self.end_sequence("the host began anew")
        self.last = answer or self.last
        return answer

    def try_again(self) -> str:
        """Mode 0: a person removed the cause, and the print begins again. Returns the late answer."""
        again, self.retries = self.retries, None
        if again is None:
            return ""
        self._busy = True
        try:
            answer = again()
        except Trouble as trouble:
            self.end_sequence(f"half printed: {trouble}")
            answer = trouble.wrong.reply
        finally:
            self._busy = False
        self.last = answer
        return answer

    def stop_download(self) -> str:
        """The data of a download stopped coming."""
        self.tongue.forget()
        self.end_sequence("the download stopped")
        self.last = Wrong.TIMEOUT.reply
        return self.last

    def soft_reset(self) -> None:
        """The class request: half a command and the print are forgotten; nothing moves."""
        self.tongue.forget()
        if self._busy:
            self._abandoned = True
        else:
            self.retries = None
            self.end_sequence("the host began anew")

    def end_sequence(self, why: str) -> None:
        """No colour will follow."""
        self.sequence = None
        self.machine.give_up(why)

    def opened(self) -> None:
        """The cover was opened in a sequence. In mode 0 the printer goes on when it is closed."""
        if not self._busy and self.mode != PRINTER:
            self.end_sequence("half printed: the cover was opened")

    def cancel(self) -> None:
        """A person pressed cancel."""
        self.machine.buttons.add("cancel")
        if self._busy:
            self.machine.cancelled = True
        elif self.retries:
            self.retries = None
            self.end_sequence("cancelled at the panel")
        elif self.sequence:
            self.end_sequence("cancelled at the panel")

    def set_mode(self, mode: int) -> None:
        """Who handles errors from now on."""
        self.mode = mode
        self.machine.watches_cover = mode != COVER_IGNORED

    # -- moves --------------------------------------------------------------------------

    def _to_head(self, parameters: tuple[str, ...], _data: bytes) -> str:
        return self._take_or_move(HEAD, parameters)

    def _to_contact(self, parameters: tuple[str, ...], _data: bytes) -> str:
        return self._take_or_move(CONTACT, parameters)

    def _to_contactless(self, parameters: tuple[str, ...], _data: bytes) -> str:
        return self._take_or_move(CONTACTLESS, parameters)

    def _take_or_move(self, to: CardPosition, parameters: tuple[str, ...] = ()) -> str:
        if parameters:
            return Wrong.PARAMETER.reply
        machine, insertion = self.machine, self.memory.kept.insertion
        machine.check()
        if machine.inside is None and insertion == "M":
            self.pause(MANUAL_WAIT_MS)
            raise Trouble(Wrong.FEEDER)
        if machine.inside is None or insertion == "F":
            machine.feed(to)
        else:
            machine.go(to)
        if to is HEAD:
            machine.errors.clear()
        return OK

    def _from_rear(self, _parameters: tuple[str, ...], _data: bytes) -> str:
        self.machine.check()
        raise Trouble(Wrong.FEEDER)

    def _reject(self, _parameters: tuple[str, ...], _data: bytes) -> str:
        self.machine.reject()
        self.end_sequence("")
        return OK

    def _feed_and_eject(self, _parameters: tuple[str, ...], _data: bytes) -> str:
        self._take_or_move(HEAD)
        self.machine.eject()
        return OK

    def _clear_status(self, _parameters: tuple[str, ...], _data: bytes) -> str:
        self.machine.errors.clear()
        return OK

    def _clean(self, _parameters: tuple[str, ...], _data: bytes) -> str:
        self.machine.check()
        if self.machine.inside is not None:
            raise Trouble(Wrong.CARD)
        self.memory.kept.cleanings += 1
        self.memory.save()
        return OK

    # -- printing -----------------------------------------------------------------------

    def _clear_bitmaps(self, parameters: tuple[str, ...], _data: bytes) -> str:
        which = parameters[0] if parameters else ""
        value = parameters[1] if len(parameters) > 1 else "0"
        fits = which in ("a", *"ymcko") and len(parameters) <= 2 and value.isdigit() and int(value) < 256
        if self.sequence is not None or not fits:
            return Wrong.PARAMETER.reply
        for colour in "ymcko" if which == "a" else which:
            self.bitmaps.pop(colour, None)
            if int(value):
                levels = 2 if colour in "ko" else 128
                self.bitmaps[colour] = Ink(colour, levels, bytes([int(value)]) * plates.expected_bytes(levels))
        return OK

    def _begin(self, _parameters: tuple[str, ...], _data: bytes) -> str:
        self.machine.check()
        if self.machine.inside is None:
            self._take_or_move(HEAD)
        self.sequence = Sequence()
        return OK

    def _front(self, _parameters: tuple[str, ...], _data: bytes) -> str:
        return OK

    def _download(self, parameters: tuple[str, ...], data: bytes) -> str:
        if len(parameters) < 2 or not data:
            return Wrong.PARAMETER.reply
        colour, levels = parameters[0], int(parameters[1])
        if colour not in self.ribbon or (levels == 2) != (colour in "ko"):
            return Wrong.PARAMETER.reply
        self.bitmaps[colour] = Ink(colour, levels, data)
        return self._came(colour)

    def _from_memory(self, parameters: tuple[str, ...], _data: bytes) -> str:
        colour = parameters[0] if parameters else ""
        if colour not in self.bitmaps or colour not in self.ribbon:
            return Wrong.PARAMETER.reply
        return self._came(colour)

    def _came(self, colour: str) -> str:
        """A colour is there: the one before it is printed."""
        sequence = self.sequence
        if sequence is None:
            return OK
        self.machine.check()
        if sequence.waits:
            sequence.coming = colour
            self._print(sequence, sequence.waits)
        sequence.waits, sequence.coming = colour, ""
        return OK

    def _print(self, sequence: Sequence, colour: str) -> None:
        ink = self.bitmaps.get(colour, Ink(colour, 2, b""))
        self.machine.lay(ink, len(sequence.printed) + 1, len(self.ribbon))
        sequence.printed.append(colour)

    def _print_panel(self, parameters: tuple[str, ...], _data: bytes) -> str:
        colour = parameters[0] if parameters else ""
        if colour not in self.bitmaps or colour not in self.ribbon:
            return Wrong.PARAMETER.reply
        sequence = self.sequence or Sequence()
        self._print(sequence, colour)
        return OK

    def _end(self, _parameters: tuple[str, ...], _data: bytes) -> str:
        self.machine.check()
        if self.machine.inside is None:
            raise Trouble(Wrong.CARD)
        if self.sequence is not None:
            if self.sequence.waits:
                self._print(self.sequence, self.sequence.waits)
            self._finish(self.sequence)
        self.machine.eject()
        if self.memory.kept.ejection == "i" and not self.machine.hopper_is_empty:
            self._take_or_move(HEAD)
        return OK

    def _finish(self, sequence: Sequence) -> None:
        """All colours of a print are on the card."""
        self.sequence, self._before = None, (*sequence.printed,)
        if sequence.printed:
            self.machine.come_out_printed(self.ribbon)

    def _copy(self, _parameters: tuple[str, ...], _data: bytes) -> str:
        if not self._before or self.sequence is not None:
            return Wrong.PARAMETER.reply
        return self._whole_card(self._before)

    def _test_card(self, _parameters: tuple[str, ...], _data: bytes) -> str:
        self.fill("ymcko", 0x55)
        return self._whole_card((*self.ribbon,))

    def fill(self, colours: str, byte: int) -> None:
        """Put an even picture into the memory."""
        for colour in colours:
            levels = 2 if colour in "ko" else 128
            self.bitmaps[colour] = Ink(colour, levels, bytes([byte]) * plates.expected_bytes(levels))

    def _whole_card(self, colours: tuple[str, ...]) -> str:
        """Take a card, print it from memory, bring it out."""
        self._take_or_move(HEAD)
        self.sequence = Sequence()
        for colour in colours:
            self._print(self.sequence, colour)
        self._finish(self.sequence)
        self.machine.eject()
        return OK

    def whole_card(self) -> str:
        """A card of another host, or of the panel's own menu."""
        return self._whole_card((*self.ribbon,))

    # -- errors -------------------------------------------------------------------------

    def _failed(self, trouble: Trouble) -> str:
        sequence = self.sequence
        if trouble.wrong in _NOT_OURS:
            return trouble.wrong.reply
        if self.mode == PRINTER and sequence is not None and trouble.wrong is not Wrong.CANCEL:
            begun = evolve(sequence, printed=list(sequence.printed))
            self.machine.give_up(f"half printed: {trouble}")
            self.retries = lambda: self._do_over(begun)
            return ""
        self.end_sequence(f"half printed: {trouble}" if trouble.wrong is not Wrong.CANCEL else "cancelled at the panel")
        return trouble.wrong.reply

    def _do_over(self, failed: Sequence) -> str:
        """The danger of mode 0: everything that was printed or due is printed once more."""
        colours = (*failed.printed, failed.waits) if failed.waits else (*failed.printed,)
        self.machine.errors.clear()
        if self.machine.inside is None:
            self.machine.feed(HEAD)
        self.sequence = Sequence()
        for colour in colours:
            self._print(self.sequence, colour)
        if failed.coming:
            self.sequence.waits = failed.coming
            return OK
        self._finish(self.sequence)
        self.machine.eject()
        return OK


_ACTS: dict[str, Callable[[Firmware, tuple[str, ...], bytes], str]] = {
    **settings.ACTS,
    "Si": Firmware._to_head,
    "Sis": Firmware._to_contact,
    "Sic": Firmware._to_contactless,
    "Sib": Firmware._from_rear,
    "Sie": Firmware._feed_and_eject,
    "Ser": Firmware._reject,
    "Scs": Firmware._clear_status,
    "Scp": Firmware._clean,
    "Wcb": Firmware._clear_bitmaps,
    "Ss": Firmware._begin,
    "Sr": Firmware._front,
    "Db": Firmware._download,
    "Ssd": Firmware._from_memory,
    "Sp": Firmware._print_panel,
    "Se": Firmware._end,
    "Sc": Firmware._copy,
    "St": Firmware._test_card,
    "Stt": Firmware._test_card,
}
