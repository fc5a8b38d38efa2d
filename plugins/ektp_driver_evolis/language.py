r"""The Evolis command language (bahasa perintah): commands as values, framed and parsed; pure.

A command is ESC, its name and parameters parted by semicolons, then CR; a download carries
a fixed number of data bytes before the CR. PROTOCOL.md names the source of each. Only the
words below exist here: what prints from memory, prints again or takes a card by itself
(`Sc`, `Ssd`, `Sp`, `Sie`, test cards) cannot be said by this driver.

>>> frame(FEED)
b'\x1bSi\r'
>>> parse(frame(counter("c"))).parameters
('c',)
"""

import re

from attrs import field, frozen

from ektp_core.boundary.card_printer import DriverError

ESC = b"\x1b"
CR = b"\r"
SEPARATOR = b";"

DOWNLOAD = "Db"
WIDTH, HEIGHT = 648, 1016
BITS = {2: 1, 32: 5, 64: 6, 128: 7}  # levels of a panel: bits of a dot

_NAME = re.compile(r"[A-Za-z]{1,5}")
_PARAMETER = re.compile(r"[\x20-\x3a\x3c-\x7e]*")  # printable, without the semicolon


@frozen
class Command:
    """One command. `data` is the picture of a download, whose two parameters are panel and levels."""

    name: str
    parameters: tuple[str, ...] = ()
    data: bytes = field(default=b"", repr=False)

    @property
    def text(self) -> str:
        """How it reads in a log: without its data."""
        return ";".join((self.name, *self.parameters))


def size_of(levels: int) -> int:
    """How many bytes a panel of so many levels has: 82,296, 411,480, 493,776 or 576,072.

    Raises:
        DriverError: no panel has so many levels.
    """
    if levels not in BITS:
        raise DriverError(f"a panel has 2, 32, 64 or 128 levels, not {levels}")
    return WIDTH * HEIGHT * BITS[levels] // 8


def frame(command: Command) -> bytes:
    """The bytes of a command.

    Raises:
        DriverError: it is none of this language.
    """
    _check(command)
    words = SEPARATOR.join(part.encode("ascii") for part in (command.name, *command.parameters))
    body = words + SEPARATOR + command.data if command.name == DOWNLOAD else words
    return ESC + body + CR


def parse(raw: bytes) -> Command:
    """The command of one whole frame.

    Raises:
        DriverError: it is not exactly one command.
    """
    if not raw.startswith(ESC) or not raw.endswith(CR) or len(raw) < len(ESC + CR) + 1:
        raise DriverError("not a command: ESC at the beginning or CR at the end is missing")
    body = raw[len(ESC) : -len(CR)]
    try:
        command = _download(body) if body.startswith(b"Db;") else _words(body)
    except UnicodeDecodeError:
        raise DriverError("not a command: its words are not ASCII") from None
    _check(command)
    return command


def _words(body: bytes) -> Command:
    name, *parameters = body.decode("ascii").split(";")
    return Command(name, tuple(parameters))


def _download(body: bytes) -> Command:
    parts = body.split(SEPARATOR, 3)
    if len(parts) != 4:
        raise DriverError("a download has a panel, levels and data")
    return Command(DOWNLOAD, (parts[1].decode("ascii"), parts[2].decode("ascii")), parts[3])


def _check(command: Command) -> None:
    if not _NAME.fullmatch(command.name):
        raise DriverError("a command's name has one to five letters")
    if not all(_PARAMETER.fullmatch(part) for part in command.parameters):
        raise DriverError("a parameter holds what cannot stand in it")
    if command.name == DOWNLOAD:
        _check_download(command)
    elif command.data:
        raise DriverError("only a download carries data")


def _check_download(command: Command) -> None:
    match command.parameters:
        case (("y" | "m" | "c" | "k" | "o"), ("2" | "32" | "64" | "128") as levels):
            if len(command.data) != size_of(int(levels)):
                raise DriverError(f"a panel of {levels} levels has {size_of(int(levels))} bytes")
        case _:
            raise DriverError("a download names a panel and 2, 32, 64 or 128 levels")


# -- questions: they move nothing and change nothing ------------------------------------------

MODEL = Command("Rtp")
SERIAL = Command("Rsn")
FIRMWARE = Command("Rfv")
HEAD_KIT = Command("Rkn")
ERROR_MODE = Command("Rem")
INSERTION_MODE = Command("Rmi")
BLACK_MODE = Command("Rmk")
RIBBON = Command("Rr")
RIBBON_AT_END = Command("Rcr")
LAST_ANSWER = Command("Rlr")
CARD_PRESENCE = Command("Rlr", ("p",))
CLEANING_NEED = Command("Rlr", ("r",))
FEEDER_LEVEL = Command("Sk", ("f",))
STATUS_WORDS = Command("Rstw")  # a stand-in: the real request is not published

#: Everything that makes up the digest of the settings, beside the three that are required.
OTHER_SETTINGS = tuple(
    Command(name, tuple(parameters))
    for name, *parameters in (
        ("Rr",), ("Rc", "a"), ("Rl", "y"), ("Rl", "m"), ("Rl", "c"),
        ("Rx",), ("Ry",), ("Rnl",), ("Rrm",), ("Rsc",),
    )
)  # fmt: skip


def counter(which: str) -> Command:
    """Ask for a counter: `c` cards inserted, `p` panels, `n` cleanings, `l` cards left on the ribbon."""
    return Command("Rco", (which,))


# -- settings -----------------------------------------------------------------------------------


def set_error_mode(mode: int) -> Command:
    """Who handles errors, now and after switching on."""
    return Command("Pem", (str(mode), "s"))


TAKE_ONLY_IF_EMPTY = Command("Pmi", ("B",))
NO_CARD_AT_EJECTION = Command("Pmk", ("s", "s"))
CLEAR_BITMAPS = Command("Wcb", ("a",))

# -- cards ------------------------------------------------------------------------------------

FEED = Command("Si")
TO_HEAD = Command("Si")  # with a card inside, and none is taken
TO_CONTACT = Command("Sis")
TO_CONTACTLESS = Command("Sic")
BEGIN = Command("Ss")
FRONT = Command("Sr")
END = Command("Se")  # prints the last panel and ejects
REJECT = Command("Ser")
CLEAR_ERROR = Command("Scs")


def download(panel: str, levels: int, data: bytes) -> Command:
    """Load a panel; inside a job that prints the panel before it."""
    return Command(DOWNLOAD, (panel, str(levels)), data)
