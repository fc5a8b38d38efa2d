"""Replies of an Evolis printer, each parser against a reading written by hand (jawaban Evolis)."""

from collections.abc import Callable
from typing import Any

from ektp_core.boundary.card_printer import CardPosition, Severity
from ektp_driver_evolis import conditions, replies
from ektp_driver_evolis.replies import StatusWords
from ektp_driver_evolis.settings import Habits
from ektp_usb.port_status import PortStatus
from tests.fuzz.engine import Target, at_call

WORDS = (b"OK", b"ERR", b"ERR CARD", b"NO CARD", b"CARD", b"ERR NEED CLEANING", b"\0", b";", b"\r", b"\x1b", b"2;2", b"18", b"B", b"F", b"s;s", b"s;i", b"ERR FEEDER", b"ERR COVER", b"0", b"3")  # fmt: skip
_HEX = b"0123456789abcdefABCDEF"


def _is_text(raw: bytes) -> bool:
    return 1 <= len(raw) <= 120 and all(0x20 <= one <= 0x7E for one in raw)


def _only(*good: bytes) -> Callable[[bytes, Any], str]:
    """Accepted only if the bytes are one of these, exactly."""
    return lambda raw, _value: "" if raw in good else "taken for yes without the bytes that mean it"


def _number(raw: bytes, value: int) -> str:
    is_plain = 1 <= len(raw) <= 10 and all(0x30 <= one <= 0x39 for one in raw)
    good = is_plain and 0 <= value < 2**32 and value == sum((one - 48) * 10**at for at, one in enumerate(raw[::-1]))
    return "" if good else "a counter that was not said"


def _presence(raw: bytes, inside: bool) -> str:
    return "" if raw == (b"ERR CARD" if inside else b"NO CARD") else "a card where none was said, or none where one was"


def _text(raw: bytes, value: str) -> str:
    return "" if _is_text(raw) and value.encode() == raw else "text that did not come"


def _value(raw: bytes, value: str) -> str:
    return "an error taken for a value" if raw.startswith(b"ERR") else _text(raw, value)


def _mode(raw: bytes, value: tuple[int, int]) -> str:
    """Errors to the host only where the reply holds that number twice and no other sign of meaning."""
    said = "".join(chr(one) if 48 <= one <= 57 else " " for one in raw).split()
    letters = any(chr(one).isalpha() for one in raw)
    safe = not Habits(*value, "B", ("s", "s")).faults("Primacy")
    if safe and (letters or [int(one) for one in said] != [2, 2]):
        return "the error mode taken for safe without the bytes that mean it"
    return "" if [int(one) for one in said] == list(value) else "a mode that was not said"


def _black(raw: bytes, value: tuple[str, str]) -> str:
    letters = [chr(one).lower() for one in raw if chr(one).isalpha()]
    digits = any(48 <= one <= 57 for one in raw)
    return "" if letters == list(value) and not digits else "a black mode that was not said"


def _serial(raw: bytes, value: str) -> str:
    plain = bool(raw) and all((chr(one).isalnum() and one < 128) or one == 45 for one in raw)
    return "" if plain and value.encode() == raw and len(raw) <= 32 else "a serial that was not said"


def _read_words(raw: bytes) -> tuple[StatusWords, tuple[Any, ...], CardPosition]:
    words = replies.status_words(raw)
    return words, conditions.of_words(words), conditions.position_of(words)


def _status(raw: bytes, value: tuple[StatusWords, tuple[Any, ...], CardPosition]) -> str:
    """Nothing the printer warns of is lost, and a place is named only where one bit says it."""
    words, notices, position = value
    parts = raw.split(b";")
    if len(parts) != 9 or any(one not in _HEX for part in parts for one in part):
        return "status words of another form"
    eight = [int(part, 16) for part in parts[:8]]
    if list(words.words) != eight or words.session != int(parts[8], 16):
        return "status words that were not said"
    reports = 0x10000201  # three bits of the warning word only report
    stops = [one for one in notices if one.severity is not Severity.REPORT]
    if (eight[3] or eight[2] & ~reports) and not stops:
        return "a warning or an error was lost"
    places = bin(eight[1] & 0x3F000000).count("1") + bool(eight[5] & 0x10000)
    if (position is CardPosition.NONE) != (places == 0):
        return "no card where a place was said, or a card where none was"
    is_known = position not in (CardPosition.NONE, CardPosition.UNKNOWN, CardPosition.JAMMED)
    both_exit = eight[1] & 0x3F000000 == 0x01000000 and eight[5] & 0x10000
    return "one place of two" if is_known and places > 1 and not both_exit else ""


def _read_last(raw: bytes) -> tuple[Any, ...]:
    """The first byte says whether a card is inside and what the port shows."""
    inside, port = bool(raw[:1] and raw[0] & 1), raw[0] if raw else 0x18
    said = replies.text(raw[1:])
    shown = PortStatus(bool(port & 0x20), bool(port & 0x10), not port & 0x08, port)
    return inside, said, (*conditions.of_last_answer(said, inside), *conditions.of_port(shown, bool(port & 2)))


def _last(raw: bytes, value: tuple[Any, ...]) -> str:
    inside, said, notices = value
    errors = [one for one in notices if one.severity is Severity.ERROR]
    if said.startswith("ERR") and inside and not errors:
        return "an error with a card inside was lost"
    return "the port's error was lost" if raw and not raw[0] & 0x08 and not errors else ""


_STATUS_SEEDS = tuple(
    replies.write_status_words(one)
    for one in (
        StatusWords(),
        StatusWords(information=0x02000000),
        StatusWords(information=0x21010001, warning=0x01080000, error=0x01000000, session=7),
        StatusWords(1, 0x01000000, 0x80000001, 0x00000004, (0xC00, 0x10000, 0, 0), 0xFFFF),
    )
)


def targets(recorded: tuple[bytes, ...]) -> tuple[Target, ...]:
    """Every parser of a reply; each is also fed what the printer said to other questions."""

    def one(name: str, read: Callable[[bytes], Any], law: Callable[[bytes, Any], str], *seeds: bytes) -> Target:
        own = tuple(seeds) * max(1, len(recorded) // len(seeds))
        return Target(f"evolis {name}", 40, lambda: own + recorded, read, law, WORDS)

    return (
        one("text", at_call(replies, "text"), _text, b"OK", b"Evolis Primacy", b"A" * 120),
        one("order", lambda raw: replies.done(raw, "Si"), _only(b"OK"), b"OK"),
        one("value", at_call(replies, "shown"), _value, b"ymcko", b"1519"),
        one("counter", at_call(replies, "number"), _number, b"0", b"120", b"4294967295"),
        one("error mode", at_call(replies, "two_numbers"), _mode, b"2;2", b"18;18", b"0;0"),
        one("black mode", at_call(replies, "two_letters"), _black, b"s;s", b"s;i", b"F;N"),
        one("insertion mode", at_call(replies, "insertion_mode"), _only(b"B", b"F", b"M", b"b", b"f", b"m"), b"B", b"F", b"M"),
        one("presence", at_call(replies, "presence"), _presence, b"NO CARD", b"ERR CARD"),
        one("feeder", at_call(replies, "feeder_level"), _only(b"0", b"1", b"2", b"3"), b"0", b"3"),
        one("serial", at_call(replies, "serial"), _serial, b"EV-0001", b"10000123456"),
        one("status words", _read_words, _status, *_STATUS_SEEDS),
        one("last answer and port", _read_last, _last, b"\x18OK", b"\x19ERR FEEDER", b"\x39ERR CANCEL"),
    )
