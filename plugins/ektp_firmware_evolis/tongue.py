r"""The language as it comes in (bahasa perintah): bytes, at any split, into commands.

Source: PROTOCOL.md of the driver, section 1. The reader never waits and never fails: what is
no command becomes one nobody knows, up to the next CR. A download (`Db`) has a length of its
own, in which ESC and CR are data.

>>> tongue = Tongue()
>>> tongue.read(b"\x1bPem;2;s\r\x1bSi\r")
(9, Command(name='Pem', parameters=('2', 's')))
"""

from attrs import define, field, frozen

from ektp_firmware_evolis import plates

DOWNLOAD = "Db"
LONGEST_WORD = 512  # a command without data that is longer is none
_PANELS = frozenset("ymcko")


@frozen
class Command:
    """One whole command."""

    name: str
    parameters: tuple[str, ...] = ()
    data: bytes = field(default=b"", repr=False)


NOBODY_KNOWS = Command("?")


@define
class Tongue:
    """Reads one stream."""

    start: int = 0x1B
    separator: int = 0x3B
    end: int = 0x0D
    _text: bytearray = field(init=False, factory=bytearray)
    _begun: bool = field(init=False, default=False)  # past the start character, or a character that needs none
    _known: bool = field(init=False, default=True)  # whether it began as a command begins
    _after_end: bool = field(init=False, default=False)
    _data: bytearray | None = field(init=False, default=None)
    _missing: int = field(init=False, default=0)

    @property
    def in_download(self) -> bool:
        """Whether data of a download are to come."""
        return self._data is not None

    @property
    def idle(self) -> bool:
        """Whether nothing of a command came yet."""
        return not self._begun

    def forget(self) -> None:
        """Throw away what came of a command so far."""
        self._text.clear()
        self._begun, self._known, self._after_end, self._data, self._missing = False, True, False, None, 0

    def command_of_download(self) -> Command:
        """The download under way, without its data, for saying that it stopped."""
        return self._command(b"")

    def read(self, data: bytes) -> tuple[int, Command | None]:
        """Read up to the end of the next command: how many bytes it took, and the command if it is whole."""
        at = 0
        while at < len(data):
            if self._data is not None and self._missing:
                part = data[at : at + self._missing]
                self._data += part
                self._missing -= len(part)
                at += len(part)
                continue
            byte = data[at]
            at += 1
            whole = self._byte(byte)
            if whole is not None:
                return at, whole
        return at, None

    def _byte(self, byte: int) -> Command | None:
        if not self._begun:
            self._first(byte)
            if byte != self.end:
                return None
        if byte == self.end:
            whole = self._whole()
            self.forget()
            self._after_end = True
            return whole
        if self._data is not None:
            self._known = False  # more than the data: no command ends like this
        elif len(self._text) < LONGEST_WORD:
            self._text.append(byte)
            if byte == self.separator and self._known:
                self._maybe_download()
        else:
            self._known = False
        return None

    def _first(self, byte: int) -> None:
        if byte == 0:
            return
        self._begun = True
        if byte != self.start:
            self._known = self._after_end and chr(byte).isalpha()
            self._text.append(byte)

    def _maybe_download(self) -> None:
        parts = bytes(self._text[:-1]).split(bytes([self.separator]))
        if len(parts) == 3 and parts[0] == DOWNLOAD.encode():
            levels = parts[2].decode("ascii", "replace")
            if (
                levels.isdecimal()
                and levels.isascii()
                and int(levels) in plates.BITS
                and parts[1].decode("latin-1") in _PANELS
            ):
                self._data, self._missing = bytearray(), plates.expected_bytes(int(levels))

    def _whole(self) -> Command:
        return self._command(bytes(self._data or b"")) if self._known and self._text else NOBODY_KNOWS

    def _command(self, data: bytes) -> Command:
        text = self._text[:-1] if self._data is not None else self._text
        if not all(0x20 <= byte < 0x7F for byte in text):
            return NOBODY_KNOWS
        name, *parameters = bytes(text).decode("ascii").split(chr(self.separator))
        return Command(name, tuple(parameters), data)
