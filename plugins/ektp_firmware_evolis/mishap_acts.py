"""How a mishap happens (terjadinya gangguan): each is one thing done to the machine, the cable or the power.

Some end what is being done by raising: `PowerLost`, `Hung`, or the trouble the machine then has.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ektp_driver_virtual.body import PowerLost
from ektp_firmware_evolis import reading, settings
from ektp_firmware_evolis.mishaps import Kind, Mishap, When
from ektp_firmware_evolis.words import Hung, Wrong

if TYPE_CHECKING:
    from ektp_firmware_evolis.printer import EvolisPrinter


def _answer(printer: "EvolisPrinter", mishap: Mishap) -> None:
    """The answer to what is being done is lost or damaged."""
    printer.waiting.ones.append(Mishap(mishap.kind, When.REPLY))


def _silence(_printer: "EvolisPrinter", _mishap: Mishap) -> None:
    raise Hung


def _cover(printer: "EvolisPrinter", _mishap: Mishap) -> None:
    machine = printer.machine
    machine.cover_open = True
    if printer.firmware.sequence and machine.watches_cover:
        machine.errors.add(Wrong.COVER)
        printer.firmware.opened()


def _hopper(printer: "EvolisPrinter", _mishap: Mishap) -> None:
    printer.machine.hopper_blind = True


def _jam(printer: "EvolisPrinter", mishap: Mishap) -> None:
    printer.machine.jam(mishap.at, str(mishap))


def _ribbon(printer: "EvolisPrinter", mishap: Mishap) -> None:
    printer.machine.end_ribbon(str(mishap))


def _short(printer: "EvolisPrinter", _mishap: Mishap) -> None:
    printer.face.most = 0


def _unplug(printer: "EvolisPrinter", _mishap: Mishap) -> None:
    printer.cable_out = True
    printer.unplug()
    printer.face.empty()


def _power(printer: "EvolisPrinter", mishap: Mishap) -> None:
    printer.body.cut_power(str(mishap))
    raise PowerLost


def _reboot(printer: "EvolisPrinter", mishap: Mishap) -> None:
    printer.body.cut_power(str(mishap))
    printer.switch_on_again()
    raise PowerLost


def _wrap(printer: "EvolisPrinter", _mishap: Mishap) -> None:
    for letter, left in (("c", 1), ("p", 2)):
        printer.firmware.memory.near_the_end(letter, reading.counted(printer.firmware, letter), left)


def _foreign_print(printer: "EvolisPrinter", _mishap: Mishap) -> None:
    printer.foreign_cards += 1


def _foreign_card(printer: "EvolisPrinter", _mishap: Mishap) -> None:
    printer.machine.put_in_by_hand()


def _cancel(printer: "EvolisPrinter", _mishap: Mishap) -> None:
    printer.firmware.cancel()


def _drift(printer: "EvolisPrinter", mishap: Mishap) -> None:
    settings.drift(printer.firmware, mishap.number if mishap.at is When.NOW else 1)


def _refuse(printer: "EvolisPrinter", _mishap: Mishap) -> None:
    settings.drift(printer.firmware)
    printer.firmware.keeps_settings = True


def _swap(printer: "EvolisPrinter", _mishap: Mishap) -> None:
    memory = printer.firmware.memory
    memory.put_in("kb" if memory.kept.ribbon != "kb" else "ymcko")


ACTS: dict[Kind, Callable[["EvolisPrinter", Mishap], None]] = {
    Kind.LOST_REPLY: _answer,
    Kind.GARBLED_REPLY: _answer,
    Kind.COVER_OPEN: _cover,
    Kind.HOPPER_EMPTY: _hopper,
    Kind.JAM: _jam,
    Kind.RIBBON_OUT: _ribbon,
    Kind.SILENCE: _silence,
    Kind.SHORT_WRITE: _short,
    Kind.UNPLUG: _unplug,
    Kind.POWER_CUT: _power,
    Kind.REBOOT: _reboot,
    Kind.COUNTER_WRAP: _wrap,
    Kind.FOREIGN_PRINT: _foreign_print,
    Kind.FOREIGN_CARD: _foreign_card,
    Kind.PANEL_CANCEL: _cancel,
    Kind.SETTINGS_DRIFT: _drift,
    Kind.SETTINGS_REFUSED: _refuse,
    Kind.RIBBON_SWAP: _swap,
}
