"""Orders in words at the panel (perintah kata), for tests and trainers: a mishap, or all put right."""

from ektp_core.boundary.card_printer import CardPosition, CounterName
from ektp_driver_virtual.body import Body, Stopped
from ektp_driver_virtual.messages import Reason
from ektp_driver_virtual.mishaps import COUNTER_BITS, Mishaps
from ektp_driver_virtual.truth import What

_BEFORE_THE_END = (1 << COUNTER_BITS) - 2


def tell(body: Body, words: tuple[str, ...]) -> None:
    """Let one of them come, or let a person put all of them right.

    Raises:
        Stopped: it is none of these.
    """
    mishaps = body.mishaps
    match words:
        case ("cover-open",):
            mishaps.cover_open = True
        case ("hopper-unseen",):
            mishaps.hopper_unseen = True
        case ("slip",):
            mishaps.slips += 1
        case ("double",):
            mishaps.doubles += 1
        case ("cancel",):
            mishaps.cancels += 1
        case ("drift",):
            mishaps.drifted += 1
        case ("stubborn",):
            mishaps.stubborn = True
        case ("counters-at-end",):
            body.truth.counters = dict.fromkeys(body.truth.counters, _BEFORE_THE_END)
            body.happen(What.RIBBON_CHANGED)
        case ("foreign-print",):
            _print_for_somebody(body)
        case ("mended",):
            body.mishaps = Mishaps(drifted=mishaps.drifted)
        case _:
            raise Stopped(Reason.BAD_ORDER, "this machine knows no such order")


def _print_for_somebody(body: Body) -> None:
    """A card that no driver of ours asked for goes its whole way."""
    if body.inside or not body.truth.hopper:
        raise Stopped(Reason.NOT_READY, "nobody can print now")
    name = body.truth.hopper[0]
    body.happen(What.FED, body.truth.cards[name], counts=CounterName.FED, position=CardPosition.HOPPER_EXIT)
    body.happen(What.MARK_BEGUN, body.truth.cards[name], position=CardPosition.HEAD, ribbon=body.truth.ribbon - 1)
    body.happen(What.PRINTED, body.truth.cards[name], counts=CounterName.PRINTED, position=CardPosition.EXIT)
    body.happen(What.EJECTED, body.truth.cards[name], counts=CounterName.EJECTED, position=CardPosition.NONE)
