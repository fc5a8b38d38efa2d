"""What Windows says in bits (kata-kata spooler Windows): names and values as in winspool.h.

Source of each table is Microsoft's documentation of the Print Spooler API: PRINTER_INFO_2
(Status, Attributes), JOB_INFO_2 (Status), SetJob and SetPrinter (Command); the orders about jobs stand in the
open specification MS-RPRN, 2.2.4.6 and 3.1.4.3.1, too. Values were compared with a published winspool.h.
None of them was seen on a Windows machine by us.
"""

from enum import IntEnum, IntFlag


class PrinterBit(IntFlag):
    """PRINTER_STATUS_*: several may be set."""

    NOTHING = 0
    PAUSED = 0x1
    ERROR = 0x2
    PENDING_DELETION = 0x4
    PAPER_JAM = 0x8
    PAPER_OUT = 0x10
    MANUAL_FEED = 0x20
    PAPER_PROBLEM = 0x40
    OFFLINE = 0x80
    IO_ACTIVE = 0x100
    BUSY = 0x200
    PRINTING = 0x400
    OUTPUT_BIN_FULL = 0x800
    NOT_AVAILABLE = 0x1000
    WAITING = 0x2000
    PROCESSING = 0x4000
    INITIALIZING = 0x8000
    WARMING_UP = 0x10000
    TONER_LOW = 0x20000
    NO_TONER = 0x40000
    PAGE_PUNT = 0x80000
    USER_INTERVENTION = 0x100000
    OUT_OF_MEMORY = 0x200000
    DOOR_OPEN = 0x400000
    SERVER_UNKNOWN = 0x800000
    POWER_SAVE = 0x1000000
    SERVER_OFFLINE = 0x2000000
    DRIVER_UPDATE_NEEDED = 0x4000000


class Attribute(IntFlag):
    """PRINTER_ATTRIBUTE_*: how the queue is set up. Only those that are looked at here."""

    QUEUED = 0x1  # begin a job after its last page is spooled
    DIRECT = 0x2  # do not spool: hand it to the printer while it is drawn
    SHARED = 0x8
    KEEP_PRINTED_JOBS = 0x100
    WORK_OFFLINE = 0x400


class JobBit(IntFlag):
    """JOB_STATUS_*: several may be set; a job that merely waits has none."""

    NOTHING = 0
    PAUSED = 0x1
    ERROR = 0x2
    DELETING = 0x4
    SPOOLING = 0x8
    PRINTING = 0x10
    OFFLINE = 0x20
    PAPER_OUT = 0x40
    PRINTED = 0x80
    DELETED = 0x100
    BLOCKED = 0x200  # JOB_STATUS_BLOCKED_DEVQ: the driver cannot print it
    USER_INTERVENTION = 0x400
    RESTART = 0x800
    COMPLETE = 0x1000  # sent to the printer; it may not be printed yet
    RETAINED = 0x2000
    RENDERING_LOCALLY = 0x4000


class JobControl(IntEnum):
    """JOB_CONTROL_*: orders about one job. RESTART (4) is left out: nothing here may say it."""

    PAUSE = 1
    RESUME = 2
    DELETE = 5
    RETAIN = 8  # keep it in the list after it printed
    RELEASE = 9  # undo RETAIN


class PrinterControl(IntEnum):
    """PRINTER_CONTROL_*: orders about the queue. PURGE (3) is left out: it would take jobs of others."""

    PAUSE = 1
    RESUME = 2


def words(bits: IntFlag) -> str:
    """The bits that are set, as words; a bit without a name as its number.

    >>> words(JobBit.PRINTING | JobBit.PAPER_OUT), words(JobBit.NOTHING), words(JobBit(0x80000))
    ('printing, paper-out', 'waiting', '0x80000')
    """
    kind = type(bits)
    named = [str(one.name).lower().replace("_", "-") for one in kind if one in bits]
    unknown = int(bits) & ~sum(int(one) for one in kind)
    if unknown:
        named.append(hex(unknown))
    return ", ".join(named) or "waiting"
