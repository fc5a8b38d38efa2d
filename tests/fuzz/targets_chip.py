"""What a chip and its reader answer, and the text of a script (jawaban chip, naskah)."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from attrs import define, field

from ektp_core.boundary.card_printer import DriverError
from ektp_driving.deadline import Deadline
from ektp_encoder_pcsc.encoder import PcscEncoder
from ektp_encoder_pcsc.plan import plan_read, plan_write
from ektp_encoder_pcsc.reader import PcscChip, chosen
from ektp_encoder_pcsc.reading import LIMIT_CONTENT, read_script
from ektp_encoder_pcsc.script import Script
from ektp_encoder_pcsc.seal import SEAL_BYTES, seal
from tests.drivers.pcsc.card_model import CardModel
from tests.fuzz.engine import Meter, Target

TEXT = (Path(__file__).parents[1] / "drivers" / "pcsc" / "made_up_card.txt").read_bytes()
SCRIPT = read_script(TEXT)
CONTENT = b"a made-up content, longer than one block of forty-eight bytes"
UID = CardModel().uid.hex().upper()
SAID_UID = CardModel().uid + b"\x90\x00"
SCARD = SimpleNamespace(SCARD_S_SUCCESS=0, SCARD_E_TIMEOUT=0x8010000A, SCARD_W_REMOVED_CARD=0x80100069, SCARD_RESET_CARD=1)
WORDS = (b"\x90\x00", b"\x63\x00", b"\x6a\x82", b"EK\x01", b"\x00\x02\x90\x00", b"\xff", seal(CONTENT)[:39], b"\x08\xa1\xa2\xa3")
SCRIPT_WORDS = (b"each 48", b"end", b"->", b"9000", b"or-empty", b"take", b"{block}", b"{offset:2}", b"{count}", b"{index}", b"{content:0:39}", b"{length}", b"{offset:1}", b"[read-uid]", b"[write]", b"[read-back]", b"#", b"\n", b"most 8192", b"most 1", b"each 255 pad", b"each 1", b"index 65535", b"90XX", b"{count:4}", b"empty 45")  # fmt: skip


@define(eq=False)
class AnsweringScard:
    """PC/SC's library, giving one answer after the other: a byte of length, then the bytes (0xFF: an error)."""

    data: bytes
    meter: Meter = field(factory=lambda: Meter(5_000))
    given: list[bytes] = field(factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(SCARD, name)

    def SCardTransmit(self, _handle: object, _protocol: object, _apdu: list[int]) -> tuple[int, list[int]]:  # the library's own name
        self.meter.step()
        if not self.data:
            return SCARD.SCARD_W_REMOVED_CARD, []
        length, rest = self.data[0], self.data[1:]
        if length == 0xFF:
            self.data = rest[1:]
            return (SCARD.SCARD_E_TIMEOUT if rest[:1] == b"\0" else 0x1234), []
        answer, self.data = rest[:length], rest[length:]
        self.given.append(answer)
        return 0, [one - 256 if one > 127 and length % 2 else one for one in answer]  # some builds say signed bytes

    def SCardDisconnect(self, *_arguments: object) -> int:  # the library's own name
        return 0


@define(eq=False)
class AnsweringReader:
    """A reader on which every chip answers from the same bytes."""

    scard: Any
    opened: list[int] = field(factory=list)

    def find(self) -> str:
        return "reader"

    def open(self, deadline: Deadline) -> PcscChip:
        self.opened.append(len(self.scard.given))
        return PcscChip(self.scard, 1, 2, lambda: None)

    def cancel(self) -> None:
        """Nothing."""


class AtOnce:
    """Does the work in this thread, where its lines are counted."""

    def do(self, work: Callable[[Deadline], Any], timeout_ms: int) -> Any:
        return work(Deadline.after(timeout_ms))


def _opened(scard: AnsweringScard) -> tuple[PcscEncoder, AnsweringReader]:
    reader = AnsweringReader(scard)
    encoder: Any = PcscEncoder(reader, SCRIPT)
    encoder._worker = AtOnce()
    return encoder, reader


def _session(data: bytes) -> tuple[AnsweringScard, PcscEncoder, AnsweringReader]:
    scard = AnsweringScard(data)
    return scard, *_opened(scard)


def _uid(data: bytes) -> tuple[str, list[bytes]]:
    scard, encoder, _ = _session(data)
    return encoder.uid(60_000), scard.given


def _uid_law(_data: bytes, value: tuple[str, list[bytes]]) -> str:
    uid, given = value
    if not uid:
        return "" if given[-1][-2:] == b"\x63\x00" else "no chip where none said so"
    good = given[-1] == bytes.fromhex(uid) + b"\x90\x00" and len(uid) in (8, 14, 20)
    return "" if good and not (len(uid) == 8 and uid.startswith("08")) else "a UID the chip did not say"


def _read(data: bytes) -> tuple[bytes | None, list[bytes]]:
    scard, encoder, _ = _session(data)
    return encoder.read(UID, 60_000), scard.given


def _holds(content: bytes, given: list[bytes]) -> bool:
    """Whether these answers bear the whole content with its seal: length and digest, by hand."""
    came = b"".join(one[:-2] for one in given if one[-2:] == b"\x90\x00")
    return b"EK\x01" + len(content).to_bytes(4, "big") + sha256(content).digest() + content in came


def _read_law(_data: bytes, value: tuple[bytes | None, list[bytes]]) -> str:
    content, given = value
    if given[0] != SAID_UID:
        return "another chip than the one that was named"
    given = given[1:]
    if content:
        return "" if _holds(content, given) else "a whole content that did not come"
    if content == b"":
        came = b"".join(one[:-2] for one in given)
        is_empty = given[-1][-2:] == b"\x6a\x82" or (len(came) >= SEAL_BYTES and not any(came[:SEAL_BYTES]))
        return "" if is_empty else "an empty chip where none said so"
    return ""


def _encode(data: bytes) -> tuple[bytes, list[bytes]]:
    scard, encoder, reader = _session(data)
    found = encoder.encode(CONTENT, UID, 60_000)
    return found, scard.given[reader.opened[-1] :]


def _encode_law(_data: bytes, value: tuple[bytes, list[bytes]]) -> str:
    """The press compares what comes back: it may equal the content only if the second session showed it."""
    found, given = value
    if given[0] != SAID_UID:
        return "another chip than the one that was named"
    return "" if found != CONTENT or _holds(CONTENT, given) else "written, by what was not read back"


def _script(data: bytes) -> Script:
    return read_script(data)


def _script_law(data: bytes, script: Script) -> str:
    """A script that opens never fails in front of a card, whatever the length of the content."""
    if not 1 <= script.most <= LIMIT_CONTENT or script.digest != sha256(data).hexdigest():
        return "limits that do not hold"
    lengths = {1, 2, script.most // 2 or 1, max(1, script.most - 1), script.most, 1 + data[-1] * 31 % script.most}
    try:
        for length in lengths:
            plan_write(script, seal(bytes(length)))
            plan_read(script, SEAL_BYTES + length)
    except DriverError:
        return "it opened, and fails in front of a card"
    return ""


def _chosen(data: bytes) -> str:
    names = [one.decode("utf-8", "replace") for one in data.split(b"\0")]
    return chosen(names[0], names[1:])


def _chosen_law(data: bytes, name: str) -> str:
    wanted, *names = (one.decode("utf-8", "replace") for one in data.split(b"\0"))
    return "" if name in names and name.startswith(wanted) and len(name) <= len(wanted) + 6 else "another reader"


def _answers(read: bool, write: bool) -> bytes:
    """What the made-up card answers to a whole piece of work."""
    card, said = CardModel(), bytearray()

    class Recording(AnsweringScard):
        def SCardTransmit(self, _handle: object, _protocol: object, apdu: list[int]) -> tuple[int, list[int]]:  # the library's own name
            answer = card.uid + b"\x90\x00" if apdu[0] == 0xFF else card.apdu(bytes(apdu))
            said.extend(bytes([len(answer)]) + answer)
            return 0, list(answer)

    encoder, _ = _opened(Recording(b""))
    if write:
        encoder.encode(CONTENT, UID, 60_000)
    else:
        encoder.uid(60_000)
    if read:
        said.clear()
        encoder.read(UID, 60_000)
    return bytes(said)


def targets() -> tuple[Target, ...]:
    """UID, reading, writing, the script's text, the name of the reader."""
    uid, whole, written = _answers(read=False, write=False), _answers(read=True, write=True), _answers(read=False, write=True)
    said = bytes([len(SAID_UID)]) + SAID_UID
    nothing = said + b"\x02\x90\x00\x29" + bytes(39) + b"\x90\x00"
    scripts = (TEXT, TEXT.replace(b"each 48", b"each 16 pad"), TEXT.replace(b"each 48", b"each 4 index 6"))
    names = (b"ACS ACR122U\0ACS ACR122U 00 00\0HID 1", b"HID\0HID 0\0HID 1", b"A\0A")
    return (
        Target("chip uid", 20, lambda: (uid, b"\x02\x63\x00", b"\x06\x01\x02\x03\x04\x90\x00"), _uid, _uid_law, WORDS),
        Target("chip reading", 15, lambda: (whole, whole, nothing, said + b"\x02\x6a\x82"), _read, _read_law, WORDS),
        Target("chip writing", 8, lambda: (written,), _encode, _encode_law, WORDS),
        Target("chip script", 4, lambda: scripts, _script, _script_law, SCRIPT_WORDS, plain=0.02, lines=3_000_000),
        Target("chip reader's name", 5, lambda: names, _chosen, _chosen_law, (b"\0", b" 00 00", b" 1")),
    )
