"""What a printer answers (jawaban pencetak): one pure parser for each kind of reply.

Every parser takes the bytes before the closing NUL and gives a value, or raises
`DriverError`. None guesses: a reply that is not exactly of its form is no reply. Forms and
their sources are in PROTOCOL.md, section 4 and 9.

>>> number(b"120"), presence(b"NO CARD"), two_numbers(b"2;2")
(120, False, (2, 2))
"""

import re

from attrs import field, frozen

from ektp_core.boundary.card_printer import DriverError

LONGEST = 120
OK = "OK"
ERROR = "ERR"
NO_CARD = "NO CARD"
CARD = "ERR CARD"
NEEDS_CLEANING = "ERR NEED CLEANING"

_TEXT = re.compile(rb"[\x20-\x7e]{1,120}")
_NUMBER = re.compile(r"\d{1,10}")
_SERIAL = re.compile(r"[A-Za-z0-9-]{1,32}")
_TWO_NUMBERS = re.compile(r"(\d{1,3})[^0-9A-Za-z]+(\d{1,3})")
_TWO_LETTERS = re.compile(r"([A-Za-z])[^0-9A-Za-z]+([A-Za-z])")
_WORDS = re.compile(r"(?:[0-9A-Fa-f]{8};){8}[0-9A-Fa-f]{4}")
_WIDEST = 1 << 32


class Declined(DriverError):
    """The printer said that it did not do it, or not to its end.

    Attributes:
        reply: its own words, "ERR ...".
    """

    def __init__(self, doing: str, reply: str) -> None:
        super().__init__(f"the printer answered {doing} with {reply}")
        self.reply = reply


@frozen
class StatusWords:
    """The status of newer printers: eight words of 32 bits and a session number."""

    configuration: int = 0
    information: int = 0
    warning: int = 0
    error: int = 0
    extensions: tuple[int, int, int, int] = field(default=(0, 0, 0, 0))
    session: int = 0

    @property
    def words(self) -> tuple[int, ...]:
        """The eight words in the order they are sent."""
        return (self.configuration, self.information, self.warning, self.error, *self.extensions)


def text(raw: bytes) -> str:
    """Any well-formed reply.

    Raises:
        DriverError: empty, too long, or not printable. The text never quotes the bytes.
    """
    if not _TEXT.fullmatch(raw):
        raise DriverError(f"a reply of {len(raw)} bytes that cannot be read")
    return raw.decode("ascii")


def done(raw: bytes, doing: str) -> None:
    """The reply to an order.

    Raises:
        Declined: the printer says that it was not done. DriverError: anything but OK.
    """
    said = value(raw, doing)
    if said != OK:
        raise DriverError(f"the printer answered {doing} with something else than OK")


def value(raw: bytes, doing: str) -> str:
    """The reply to a question that has a value (Declined if it has none)."""
    said = text(raw)
    if said.startswith(ERROR):
        raise Declined(doing, said)
    return said


def last_answer(raw: bytes) -> str:
    """The reply to the last order: OK, or an error."""
    said = text(raw)
    if said != OK and not said.startswith(ERROR):
        raise DriverError("the last answer is neither OK nor an error")
    return said


def shown(raw: bytes) -> str:
    """A value that is only shown or digested, whatever it is (Declined if there is none)."""
    return value(raw, "a reading")


def number(raw: bytes) -> int:
    """A counter: decimal, within 32 bits."""
    said = value(raw, "a counter's reading")
    if not _NUMBER.fullmatch(said) or int(said) >= _WIDEST:
        raise DriverError("a counter that is no number of 32 bits")
    return int(said)


def two_numbers(raw: bytes) -> tuple[int, int]:
    """The error modes: now, and after switching on."""
    found = _TWO_NUMBERS.fullmatch(value(raw, "the error mode's reading"))
    if not found:
        raise DriverError("an error mode that is not two numbers")
    return int(found[1]), int(found[2])


def two_letters(raw: bytes) -> tuple[str, str]:
    """The black mode: speed, and what is done at ejection."""
    found = _TWO_LETTERS.fullmatch(value(raw, "the black mode's reading"))
    if not found:
        raise DriverError("a black mode that is not two letters")
    return found[1].lower(), found[2].lower()


def insertion_mode(raw: bytes) -> str:
    """F (from the feeder), M (by hand) or B (only if none is inside)."""
    said = value(raw, "the insertion mode's reading").upper()
    if said not in {"F", "M", "B"}:
        raise DriverError("an insertion mode that is none of F, M and B")
    return said


def presence(raw: bytes) -> bool:
    """Whether a card is inside."""
    said = text(raw)
    if said not in {NO_CARD, CARD}:
        raise DriverError("the printer says neither that a card is inside nor that none is")
    return said == CARD


def feeder_level(raw: bytes) -> int:
    """0 not empty, 1 and 2 one of two feeders empty, 3 empty."""
    said = value(raw, "the feeder's reading")
    if said not in {"0", "1", "2", "3"}:
        raise DriverError("a feeder level that is none of 0 to 3")
    return int(said)


def serial(raw: bytes) -> str:
    """The serial number."""
    said = value(raw, "the serial number's reading")
    if not _SERIAL.fullmatch(said):
        raise DriverError("a serial number that is none")
    return said


def status_words(raw: bytes) -> StatusWords:
    """The status words of newer printers."""
    said = value(raw, "the status words' reading")
    if not _WORDS.fullmatch(said):
        raise DriverError("status words of another form")
    *eight, session = (int(part, 16) for part in said.split(";"))
    first, second, third, fourth = eight[4:]
    return StatusWords(eight[0], eight[1], eight[2], eight[3], (first, second, third, fourth), session)


def write_status_words(words: StatusWords) -> bytes:
    """The bytes of status words (for what plays a printer)."""
    return ";".join([*(f"{word:08X}" for word in words.words), f"{words.session:04X}"]).encode("ascii")
