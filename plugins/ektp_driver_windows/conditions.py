"""From the bits of a queue to conditions (keadaan pencetak): a table, with Windows' own word kept beside each.

A maker's driver sets few of these bits, and some never: a queue without any says nothing, not
that all is well. A bit that no line names stops new cards as `OTHER`.
"""

from collections.abc import Mapping

from ektp_core.boundary.card_printer import Condition, Notice, Severity
from ektp_driver_windows.bits import PrinterBit, words

_ERROR, _WARNING, _REPORT = Severity.ERROR, Severity.WARNING, Severity.REPORT

#: The bit, what it means, how bad it is, and its number in RFC 3805 (prtAlertCode).
BITS: Mapping[PrinterBit, tuple[Condition, Severity, int]] = {
    PrinterBit.ERROR: (Condition.OTHER, _ERROR, 1),
    PrinterBit.PENDING_DELETION: (Condition.OTHER, _WARNING, 2),
    PrinterBit.PAPER_JAM: (Condition.JAM, _ERROR, 8),
    PrinterBit.PAPER_OUT: (Condition.HOPPER_EMPTY, _WARNING, 808),
    PrinterBit.MANUAL_FEED: (Condition.NOT_FED, _WARNING, 808),
    PrinterBit.PAPER_PROBLEM: (Condition.NOT_FED, _WARNING, 2),
    PrinterBit.OFFLINE: (Condition.OFFLINE, _WARNING, 2),
    PrinterBit.IO_ACTIVE: (Condition.BUSY, _REPORT, 2),
    PrinterBit.BUSY: (Condition.BUSY, _REPORT, 2),
    PrinterBit.PRINTING: (Condition.BUSY, _REPORT, 2),
    PrinterBit.OUTPUT_BIN_FULL: (Condition.OUTPUT_FULL, _WARNING, 903),
    PrinterBit.NOT_AVAILABLE: (Condition.OFFLINE, _WARNING, 2),
    PrinterBit.WAITING: (Condition.BUSY, _REPORT, 2),
    PrinterBit.PROCESSING: (Condition.BUSY, _REPORT, 2),
    PrinterBit.INITIALIZING: (Condition.WARMING_UP, _WARNING, 24),
    PrinterBit.WARMING_UP: (Condition.WARMING_UP, _WARNING, 24),
    PrinterBit.TONER_LOW: (Condition.RIBBON_LOW, _REPORT, 1106),
    PrinterBit.NO_TONER: (Condition.RIBBON_EMPTY, _ERROR, 1103),
    PrinterBit.PAGE_PUNT: (Condition.OTHER, _ERROR, 2),
    PrinterBit.USER_INTERVENTION: (Condition.OTHER, _ERROR, 2),
    PrinterBit.OUT_OF_MEMORY: (Condition.OTHER, _ERROR, 2),
    PrinterBit.DOOR_OPEN: (Condition.COVER_OPEN, _ERROR, 3),
    PrinterBit.SERVER_UNKNOWN: (Condition.OFFLINE, _WARNING, 2),
    PrinterBit.POWER_SAVE: (Condition.OTHER, _REPORT, 2),
    PrinterBit.SERVER_OFFLINE: (Condition.OFFLINE, _WARNING, 2),
    PrinterBit.DRIVER_UPDATE_NEEDED: (Condition.OTHER, _WARNING, 2),
}


def notices(status: PrinterBit) -> tuple[Notice, ...]:
    """What the bits say of the printer. `PAUSED` is the queue's matter and is told of in words of our own."""
    found = [_notice(bit, *BITS[bit]) for bit in PrinterBit if bit in status and bit in BITS]
    unknown = PrinterBit(int(status) & ~sum(int(bit) for bit in PrinterBit))
    if unknown:
        found.append(_notice(unknown, Condition.OTHER, _WARNING, 2))
    return tuple(found)


def _notice(bit: PrinterBit, condition: Condition, severity: Severity, alert: int) -> Notice:
    return Notice(condition, severity, alert, hex(bit), words(bit))


def stops(status: PrinterBit) -> str:
    """What of it keeps a card from being made, in words; empty if nothing does."""
    return ", ".join(one.vendor_text for one in notices(status) if one.severity is not Severity.REPORT)
