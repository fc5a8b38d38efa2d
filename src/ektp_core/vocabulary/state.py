"""States and events of the print lock (kunci cetak), and the steps of one card in the press.

Only the names stand here; what follows what stands in `ektp_core.lock.table` and
`ektp_core.press.table`. Numbers are stored and never change.
"""

from enum import Enum, IntEnum


class LockState(IntEnum):
    """State of a record's lock. Locked is every state but READY."""

    READY = 1  # siap cetak
    AUTHORISED = 2  # diizinkan
    IN_PRESS = 3  # sedang dicetak
    PRINTED = 4  # tercetak
    MISPRINTED = 5  # gagal cetak
    SUSPECT = 6  # meragukan
    REPORTED = 7  # sudah dilaporkan
    WITHDRAWN = 8  # ditarik
    LOCKED_BEFORE = 9  # terkunci sejak sistem lama


class LockEvent(IntEnum):
    """What can happen to a lock; one row of the lock table each (or several)."""

    ENTER = 1
    AUTHORISE = 2
    WITHDRAW = 3
    RETURN = 4
    START = 5
    DISPUTE = 6
    PROVE_NOT_FED = 7
    VERDICT_GOOD = 8
    VERDICT_BAD = 9
    BLANK_FAILED = 10
    DOUBT = 11
    SETTLE_GOOD = 12
    SETTLE_BAD = 13
    SETTLE_LOST = 14
    SETTLE_UNUSED = 15
    FAIL_CARD = 16
    VOID = 17
    ACCEPT_REPORT = 18
    UNLOCK = 19
    ENTER_LOCKED = 20
    OPEN = 21
    CARD_SEEN = 22


class By(Enum):
    """Whose word a step of the lock needs."""

    REG = "reg"  # the registry's signature, or the importing officer's until then (rule 42)
    HUB = "hub"  # one authorised person of the centre, or the hub by itself
    HUB2 = "hub2"  # two people or more, none the reporter, one from another unit
    STN = "stn"  # a fact from the station that holds the pen


class PressStep(IntEnum):
    """Durable steps of one card, each written before the next act."""

    START = 1  # intent to feed, with the printer's counter
    FED = 2
    UID_BOUND = 3
    INTENT_ENCODE = 4
    INTENT_MARK = 5
    EJECTED = 6
    OUTCOME = 7


class Profile(Enum):
    """In which order a card is encoded and printed."""

    ENCODE_FIRST = "encode-first"  # the field's order since 2017
    PRINT_FIRST = "print-first"
    NO_CHIP = "no-chip"


class CardState(IntEnum):
    """State of a finished card, apart from the lock (rule 3)."""

    INACTIVE = 1
    ACTIVE = 2
    REVOKED = 3
