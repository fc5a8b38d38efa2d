"""What the printer tells when it is asked (jawaban atas pertanyaan); nothing here changes anything but what was shown.

Source: PROTOCOL.md of the driver, section 4 (reads), 8 (port status) and 9 (status words). The status words
are asked for by a command no public text knows; a printer has them only where it is told so.
"""

from typing import TYPE_CHECKING

from ektp_core.boundary.card_printer import CardPosition, CounterName
from ektp_firmware_evolis.tongue import Command
from ektp_firmware_evolis.words import NEEDS_CLEANING, NO_CARD, OK, Wrong

if TYPE_CHECKING:
    from ektp_firmware_evolis.firmware import Firmware

CLEANING_EVERY = 1000
FEW = 10
PAPER_EMPTY, SELECTED, NO_ERROR = 0x20, 0x10, 0x08
_BUILT_IN = 0x000C0021  # contactless, contact, reject box, and a bit that says nothing of cards
_LETTERS = {"c": CounterName.FED, "p": CounterName.PANELS}


def answer(firmware: "Firmware", command: Command) -> str:
    """The value asked for, or that there is no such question."""
    asked = ";".join((command.name, *command.parameters))
    if command.name == "Rco":
        return _counter(firmware, command.parameters)
    if command.name == "Rstw":
        return words(firmware) if firmware.shows_words and asked == "Rstw" else Wrong.COMMAND.reply
    known = {**_identity(firmware), **_settings(firmware), **_sensors(firmware), **firmware.memory.kept.plain}
    if asked in known:
        return known[asked]
    names = {name.partition(";")[0] for name in known}
    return Wrong.PARAMETER.reply if command.name in names else Wrong.COMMAND.reply


def port_status(firmware: "Firmware") -> int:
    """The one byte of GET_PORT_STATUS."""
    machine = firmware.machine
    empty = machine.hopper_is_empty or machine.ribbon_ended
    wrong = Wrong.MECHANICAL in machine.errors or machine.is_stuck
    shown = (PAPER_EMPTY if empty else 0) | (NO_ERROR if not wrong else 0)
    return shown | (0 if machine.cover_open else SELECTED)


def counted(firmware: "Firmware", letter: str) -> int:
    """What the truth counted for a counter's letter."""
    return firmware.machine.plastic.truth.counters.get(_LETTERS[letter].value, 0)


def _counter(firmware: "Firmware", parameters: tuple[str, ...]) -> str:
    letter = parameters[0] if len(parameters) == 1 else ""
    if letter in _LETTERS:
        return str(firmware.memory.shown(letter, counted(firmware, letter)))
    other = {
        "n": firmware.memory.kept.cleanings,
        "l": firmware.machine.plastic.truth.ribbon,
        "a": 900,
        "m": CLEANING_EVERY,
    }
    return str(other[letter]) if letter in other else Wrong.PARAMETER.reply


def _identity(firmware: "Firmware") -> dict[str, str]:
    return {
        "Rtp": firmware.model,
        "Rsn": firmware.machine.plastic.serial,
        "Rfv": "E1.10",
        "Rkn": "250012345",
        "Rck": "4F2A",
    }


def _settings(firmware: "Firmware") -> dict[str, str]:
    kept, tongue = firmware.memory.kept, firmware.tongue
    return {
        "Rem": f"{firmware.mode};{kept.error_mode}",
        "Rmi": kept.insertion,
        "Rmk": f"{kept.speed};{kept.ejection}",
        "Rr": kept.ribbon,
        "Rsc": f"{tongue.start};{tongue.separator};{tongue.end}",
    }


def _sensors(firmware: "Firmware") -> dict[str, str]:
    machine = firmware.machine
    due = counted(firmware, "c") >= CLEANING_EVERY * (firmware.memory.kept.cleanings + 1)
    return {
        "Rlr": firmware.last,
        "Rlr;p": NO_CARD if machine.inside is None else Wrong.CARD.reply,
        "Rlr;r": NEEDS_CLEANING if due and firmware.last == OK else firmware.last,
        "Rcr": Wrong.RIBBON.reply if machine.ribbon_ended else OK,
        "Sk;f": "3" if machine.hopper_is_empty else "0",
    }


def words(firmware: "Firmware") -> str:
    """The status words; what is shown only once is shown by this."""
    shown = [_BUILT_IN, _information(firmware), _warnings(firmware), _errors(firmware), _buttons(firmware), 0, 0, 0]
    firmware.restarted = False
    firmware.machine.buttons.clear()
    return ";".join([*(f"{word:08X}" for word in shown), "0000"])


_POSITIONS = {
    CardPosition.HOPPER_EXIT: 0x20000000,
    CardPosition.CONTACTLESS: 0x08000000,
    CardPosition.CONTACT: 0x04000000,
    CardPosition.HEAD: 0x02000000,
    CardPosition.EXIT: 0x01000000,
}


def _information(firmware: "Firmware") -> int:
    machine = firmware.machine
    shown = 0 if machine.hopper_is_empty else 0x40000000
    if machine.inside is not None:
        shown |= _POSITIONS.get(machine.position, 0x02000000)
    shown |= 0x00800000 if firmware.mode in (0, 16) else 0
    shown |= 0x00080000 if 0 < machine.plastic.truth.ribbon < FEW else 0
    shown |= 0x00020000 if _sensors(firmware)["Rlr;r"] == NEEDS_CLEANING else 0
    return shown | (0x00010000 if firmware.restarted else 0)


def _warnings(firmware: "Firmware") -> int:
    machine = firmware.machine
    shown = 0x01000000 if machine.hopper_is_empty else 0
    shown |= 0x00080000 if machine.ribbon_ended else 0
    return shown | (0x00020000 if machine.cover_open else 0)


def _errors(firmware: "Firmware") -> int:
    bits = {
        Wrong.FEEDER: 0x08000000,
        Wrong.COVER: 0x02000000,
        Wrong.MECHANICAL: 0x01000000,
        Wrong.RIBBON: 0x00200000,
    }
    stuck = bits[Wrong.MECHANICAL] if firmware.machine.is_stuck else 0
    return stuck | sum(bit for wrong, bit in bits.items() if wrong in firmware.machine.errors and bit != stuck)


def _buttons(firmware: "Firmware") -> int:
    machine = firmware.machine
    few = 0 < len(machine.plastic.truth.hopper) < FEW
    return (0x00000400 if "cancel" in machine.buttons else 0) | (0x00000100 if few else 0)
