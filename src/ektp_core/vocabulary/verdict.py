"""What became of one card (putusan): outcome, where the blank is, and how sure we are.

Three separate axes (research on card printers, 1.7): a jam consumes a blank and gives no
card; a film error may give neither. Bytes a device accepted are not a printed card:
certainty TRANSPORT alone can never give GOOD.

>>> Certainty.TRANSPORT.shows_a_good_card, Certainty.COUNTER_POSITION.shows_a_good_card
(False, True)
"""

from enum import Enum, IntEnum

from attrs import frozen


class Outcome(Enum):
    """What a driver says of one act."""

    NOT_STARTED = "not-started"
    GOOD = "good"
    SPOILED = "spoiled"
    UNKNOWN = "unknown"


class BlankPlace(Enum):
    """Where the blank of the act is now."""

    NONE = "none"  # no blank was taken from the hopper
    IN_PRINTER = "in-printer"
    OUTPUT = "output"
    REJECT = "reject"
    LOST = "lost"
    UNKNOWN = "unknown"


class Certainty(IntEnum):
    """How an outcome is known, weakest first."""

    TRANSPORT = 1  # the device accepted bytes
    STATUS_IDLE = 2  # the device is idle; it is idle after a reboot too
    COUNTER = 3  # a counter moved by exactly one
    COUNTER_POSITION = 4  # counter and card position agree
    DEVICE_JOB_RECORD = 5  # the device keeps a record of this very job
    OPERATOR = 6  # a person looked at the card, and is named

    @property
    def shows_a_good_card(self) -> bool:
        """Whether GOOD may rest on this: better than accepted bytes and an idle lamp."""
        return self >= Certainty.COUNTER_POSITION


@frozen
class Verdict:
    """Outcome, place of the blank, certainty, and the words and codes it rests on."""

    outcome: Outcome
    blank: BlankPlace
    certainty: Certainty
    detail: str = ""


class Cause(Enum):
    """Why a card or blank went bad (sebab gagal), the field's own list."""

    NONE = ""
    MISPRINT = "gagal-cetak"  # image missing, streaked, wrong
    ENCODE_FAILED = "gagal-encode"
    NO_CHIP = "tanpa-chip"
    JAM = "macet"
    DOUBLE_FEED = "dobel"
    OVERHEATED = "meleleh"
    POWER_LOSS = "listrik-padam"
    DATA_WRONG = "data-salah"
    ACTIVATION_FAILED = "aktivasi"
    FOREIGN_BLANK = "kartu-asing"
    NO_EVIDENCE = "tanpa-bukti"
    LOST = "hilang"
    FACTORY = "cacat-pabrik"
    TEST = "uji-cetak"
