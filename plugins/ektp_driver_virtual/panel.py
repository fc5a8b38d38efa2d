"""What people do at the machine (panel depan): load, take out, switch, make it fail.

None of this is reachable through the driver: a station cannot load blanks, cannot undo a
jam with its hands, and cannot order a misprint.
"""

from collections.abc import Callable

from ektp_core.boundary.card_printer import CardPosition
from ektp_core.errors import Refused
from ektp_core.vocabulary.serial import SerialRange
from ektp_driver_virtual import chip, conditions, telling
from ektp_driver_virtual.body import Body, Stopped
from ektp_driver_virtual.faults import STEPS
from ektp_driver_virtual.messages import (
    AskPanel,
    Declined,
    Done,
    LoadBlanks,
    NewRibbon,
    PanelView,
    Reason,
    SetFault,
    TakeFrom,
    TakeOut,
    Tell,
)  # fmt: skip
from ektp_driver_virtual.truth import Place, What

_PLACES = {TakeFrom.OUTPUT: Place.OUTPUT, TakeFrom.REJECT: Place.REJECT, TakeFrom.HOPPER: Place.HOPPER}
_UID_BYTES = 7


def perform(body: Body, order: object) -> object:
    """Carry out one order of the panel's door, but for the power switch."""
    act = _ACTS.get(type(order))
    if act is None:
        return Declined(Reason.BAD_ORDER, "this is no order for the front panel")
    try:
        return act(body, order)
    except Stopped as stopped:
        return Declined(stopped.reason, stopped.text)


def view(body: Body, taken: tuple[str, ...] = ()) -> PanelView:
    """What the display shows."""
    truth = body.truth
    return PanelView(
        serial=body.serial,
        powered=body.powered,
        session=truth.session,
        position=truth.position.value,
        inside=truth.inside,
        in_hopper=len(truth.hopper),
        next_blank=truth.hopper[0] if truth.hopper else "",
        in_output=len(truth.lying(Place.OUTPUT)),
        in_reject=len(truth.lying(Place.REJECT)),
        ribbon=truth.ribbon,
        counters=truth.counters,
        conditions=tuple(f"{n.condition.value}-{n.severity.value}" for n in conditions.stops(truth)),
        faults=tuple(str(fault) for fault in body.faults.waiting),
        taken=taken,
    )


def _set_fault(body: Body, order: SetFault) -> Done:
    if order.step not in STEPS[order.kind] or order.at_card < 0:
        text = f"{order.kind.value} cannot strike at {order.step.value} of card {order.at_card}"
        raise Stopped(Reason.UNSUPPORTED, text)
    body.faults.arm(order, body.fed)
    return Done()


def _load(body: Body, order: LoadBlanks) -> PanelView:
    try:
        blanks = SerialRange(order.series, order.lo, order.lo + len(order.uids) - 1)
    except Refused as refused:
        raise Stopped(Reason.BAD_ORDER, f"these are no blanks: {refused}") from refused
    serials = [chip.serial_text(blanks.series, n) for n in range(blanks.lo, blanks.hi + 1)]
    uids = [uid.upper() for uid in order.uids]
    _check_uids(body, serials, uids)
    for serial in serials:
        card = body.truth.cards.get(serial)
        if card and not (card.place is Place.HOPPER and card.taken):
            raise Stopped(Reason.BAD_ORDER, f"blank {serial} was in this printer before")
    body.happen(What.LOADED, blanks=tuple(zip(serials, uids, strict=True)))
    return view(body)


def _check_uids(body: Body, serials: list[str], uids: list[str]) -> None:
    if len(set(uids)) != len(uids) or not all(_is_uid(uid) for uid in uids):
        raise Stopped(Reason.BAD_ORDER, f"every chip has its own UID of {_UID_BYTES} bytes in hexadecimal")
    owners = {card.uid: card.serial for card in body.truth.cards.values()}
    foreign = [s for s, uid in zip(serials, uids, strict=True) if owners.get(uid, s) != s]
    if foreign:
        raise Stopped(Reason.BAD_ORDER, f"the chip of {foreign[0]} belongs to another blank")


def _is_uid(text: str) -> bool:
    return len(text) == 2 * _UID_BYTES and set(text) <= set("0123456789ABCDEF")


def _new_ribbon(body: Body, _order: NewRibbon) -> Done:
    body.happen(What.RIBBON_CHANGED, ribbon=body.ribbon_cards)
    return Done()


def _take(body: Body, order: TakeOut) -> PanelView:
    out = [card for place in order.places if place in _PLACES for card in body.truth.lying(_PLACES[place])]
    position = body.truth.position
    inside = body.inside
    if TakeFrom.JAMMED in order.places and inside and position is CardPosition.JAMMED:
        out += [inside, *(body.truth.cards[serial] for serial in body.truth.behind)]
        position = CardPosition.NONE
    if out:
        blanks = tuple((card.serial, card.uid) for card in out)
        body.happen(What.REMOVED, position=position, blanks=blanks)
    return view(body, tuple(card.serial for card in out))


def _tell(body: Body, order: Tell) -> PanelView:
    telling.tell(body, order.words)
    return view(body)


def _show(body: Body, _order: AskPanel) -> PanelView:
    return view(body)


_ACTS: dict[type, Callable[..., object]] = {
    SetFault: _set_fault,
    LoadBlanks: _load,
    NewRibbon: _new_ribbon,
    TakeOut: _take,
    AskPanel: _show,
    Tell: _tell,
}
