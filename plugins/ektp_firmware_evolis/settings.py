"""What a host can set (pengaturan): error mode, insertion, speed, ribbon, special characters.

Source: PROTOCOL.md of the driver, section 5, and A5013 for what only other hosts set. Each is a
function of the firmware, the parameters, and no data; it returns the answer.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ektp_firmware_evolis.tongue import Tongue
from ektp_firmware_evolis.words import OK, Wrong

if TYPE_CHECKING:
    from ektp_firmware_evolis.firmware import Firmware

Parameters = tuple[str, ...]

PRINTER, COVER_IGNORED = 0, 1
MODES = frozenset({0, 1, 2, 3, 16, 18})


def error_mode(firmware: "Firmware", parameters: Parameters, _data: bytes) -> str:
    """`Pem`: who handles errors; with `s` also after the next start."""
    number = parameters[0] if parameters else ""
    if not number.isdecimal() or int(number) not in MODES or parameters[1:] not in ((), ("s",)):
        return Wrong.PARAMETER.reply
    if firmware.keeps_settings:
        return OK
    firmware.set_mode(int(number))
    if parameters[1:]:
        firmware.memory.kept.error_mode = firmware.mode
        firmware.memory.save()
    return OK


def drift(firmware: "Firmware", sort: int = 1) -> None:
    """Settings change by themselves, as offices tell: one of `DRIFTS`, from 1."""
    DRIFTS[(sort - 1) % len(DRIFTS)](firmware)
    firmware.memory.save()


def _by_itself(firmware: "Firmware") -> None:
    firmware.set_mode(PRINTER)
    firmware.memory.kept.plain["Rc;a"] = "13;10;10;10;10"


def _always_from_hopper(firmware: "Firmware") -> None:
    firmware.memory.kept.insertion = "F"


def _next_card_by_itself(firmware: "Firmware") -> None:
    firmware.memory.kept.ejection = "i"


def _cover_unwatched(firmware: "Firmware") -> None:
    firmware.set_mode(COVER_IGNORED)


def _fast_black(firmware: "Firmware") -> None:
    firmware.memory.kept.speed = "f"


#: The error mode with the contrast, where cards come from, what ejecting brings in, the cover, how black is printed.
DRIFTS: tuple[Callable[["Firmware"], None], ...] = (
    _by_itself,
    _always_from_hopper,
    _next_card_by_itself,
    _cover_unwatched,
    _fast_black,
)


def insertion(firmware: "Firmware", parameters: Parameters, _data: bytes) -> str:
    """`Pmi`: where cards come from."""
    if parameters[:1] not in (("F",), ("M",), ("B",)) or parameters[1:] not in ((), ("s",)):
        return Wrong.PARAMETER.reply
    if firmware.keeps_settings:
        return OK
    firmware.memory.kept.insertion = parameters[0]
    firmware.memory.save()
    return OK


def black_mode(firmware: "Firmware", parameters: Parameters, _data: bytes) -> str:
    """`Pmk`: speed, and whether a new card comes in when one goes out."""
    speed, ejection = (*parameters, "s")[:2] if parameters else ("", "")
    if len(parameters) > 2 or speed not in ("s", "f") or ejection not in ("s", "i"):
        return Wrong.PARAMETER.reply
    if firmware.keeps_settings:
        return OK
    firmware.memory.kept.speed, firmware.memory.kept.ejection = speed, ejection
    firmware.memory.save()
    return OK


def ribbon(firmware: "Firmware", parameters: Parameters, _data: bytes) -> str:
    """`Pr`: only the ribbon that lies inside can be set."""
    return OK if parameters == (firmware.memory.kept.ribbon,) else Wrong.PARAMETER.reply


def characters(firmware: "Firmware", parameters: Parameters, _data: bytes) -> str:
    """`Psc`: the three special characters; alone: the usual ones."""
    given = parameters or ("27", "59", "13")
    if len(given) != 3 or not all(one.isdecimal() and 0 < int(one) < 256 for one in given):
        return Wrong.PARAMETER.reply
    firmware.tongue = Tongue(*(int(one) for one in given))
    return OK


ACTS: dict[str, Callable[["Firmware", Parameters, bytes], str]] = {
    "Pem": error_mode,
    "Pmi": insertion,
    "Pmk": black_mode,
    "Pr": ribbon,
    "Psc": characters,
}
