"""Did it happen at all (terjadikah): a fault that was ordered and that nobody saw proves nothing.

A driver shows a fault by an error, a device by its plastic. Where neither shows anything the bench did not
make it happen, or it waits for an act that this device never does; such a check has not passed.
"""

from collections.abc import Sequence

from ektp_core.boundary.card_printer import CardPrinter, DriverError
from ektp_core.boundary.driver_bench import CardOnBench, Lies, Moment, Strike
from ektp_testing.driver_kit.stage import Stage
from ektp_testing.driver_kit.way import Way


def is_seen(way: Way, cards: Sequence[CardOnBench]) -> bool:
    """Whether anything but one whole card in the output came of a way: an error, other cards, a spoiled one."""
    gone = [card for card in cards if card.lies is not Lies.HOPPER]
    is_usual = len(gone) == 1 and gone[0].whole and gone[0].marks == 1 and gone[0].lies is Lies.OUTPUT
    return way.error is not None or not is_usual


def is_told(stage: Stage, printer: CardPrinter) -> bool:
    """Whether the device tells of it afterwards: it shows what stops the next card, or cannot be asked."""
    status = stage.attempt(lambda: printer.status(stage.patience_ms))
    return isinstance(status, DriverError) or bool(status.stops)


def unseen(what: Strike, at: Moment) -> str:
    """The words for what was ordered and not seen."""
    return f"{what.value} at {at.value} was ordered, and nothing of it was seen"


def must_be_seen(stage: Stage, way: Way, what: Strike, at: Moment, cards: Sequence[CardOnBench]) -> None:
    """Say that the check is not met where nothing was seen."""
    if not is_seen(way, cards):
        stage.unmet(unseen(what, at))
