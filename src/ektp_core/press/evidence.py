"""What can be known of a card after an interruption (bukti): plain values, no device types.

Each field is None where the device cannot tell, and None is never taken for a no. Device
counters are global, so a difference is evidence only if it is 0 or 1, no restart came
between (or the counter survives one), and nobody else could start a card. What a person
sees is no evidence here: an operator's verdict is an ask of its own, signed, and ends the card.
"""

from enum import Enum

from attrs import frozen

from ektp_core.vocabulary.verdict import Certainty, Outcome


class Inside(Enum):
    """Where the device sees the card."""

    NOWHERE = "nowhere"  # a sensor says that no card is inside
    INSIDE = "inside"
    JAMMED = "jammed"


@frozen
class Evidence:
    """Everything recovery may look at.

    Attributes:
        fed_since: cards fed since START by the device's own counter.
        inside: where the card is by the device's sensors.
        same_uid: the chip inside is the one bound (None: not read, or none bound).
        chip_written: the chip holds all that was ordered (True), or nothing (False); None when
            it holds something else or a part of it, or the device cannot read it.
        job: what the device's own job record says, if it keeps one.
        job_certainty: how the device knows it.
        blind: the driver lacks position, counter or chip reading.
    """

    fed_since: int | None = None
    inside: Inside | None = None
    same_uid: bool | None = None
    chip_written: bool | None = None
    job: Outcome | None = None
    job_certainty: Certainty = Certainty.TRANSPORT
    blind: bool = False


NOTHING_KNOWN = Evidence(blind=True)
