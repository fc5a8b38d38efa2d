"""The person beside the machine (orang di depan mesin): loads, takes out, mends, makes it fail.

The orders are those of the virtual printer's front panel, so that one hand works both; `Tell` carries what only this
machine knows: `mend`, `take-out`, `ribbon KIND`, or a mishap (`jam mark`, `power-cut byte 120`).
"""

from typing import TYPE_CHECKING

from attrs import evolve

from ektp_core.boundary.card_printer import CardPosition
from ektp_driver_virtual import messages, panel
from ektp_driver_virtual.body import Stopped
from ektp_driver_virtual.messages import Declined, Done, PanelView, Reason, TakeFrom
from ektp_driver_virtual.truth import What
from ektp_firmware_evolis.mishaps import Kind, Mishap, When, read_words
from ektp_firmware_evolis.words import RIBBONS

if TYPE_CHECKING:
    from ektp_firmware_evolis.printer import EvolisPrinter


def at_panel(printer: "EvolisPrinter", order: object) -> object:
    """Carry out one order of the front panel."""
    with printer.bus.lock:
        try:
            answer = _carry_out(printer, order)
        except Stopped as stopped:
            return Declined(stopped.reason, stopped.text)
        printer.turn()
        return _shown(printer, answer) if isinstance(answer, PanelView) else answer


def _carry_out(printer: "EvolisPrinter", order: object) -> object:
    match order:
        case messages.SwitchPower(on):
            return _switch(printer, on)
        case messages.Tell(words):
            return _told(printer, words)
        case messages.SetFault(kind, step, at_card, _flaw):
            if (kind, step) not in _VIRTUAL:
                raise Stopped(Reason.UNSUPPORTED, f"{kind.value} cannot strike at {step.value} here")
            printer.order(Mishap(*_VIRTUAL[kind, step], max(at_card, 1)))
            return Done()
        case messages.NewRibbon():
            printer.machine.new_ribbon()
    return panel.perform(printer.body, order)


def _switch(printer: "EvolisPrinter", on: bool) -> Done:
    printer.switched_off = not on
    if on and not printer.body.powered:
        printer.switch_on()
    elif not on:
        printer.cut_power("switched off")
    return Done()


def _told(printer: "EvolisPrinter", words: tuple[str, ...]) -> PanelView:
    if words == ("mend",):
        mend(printer)
    elif words == ("take-out",):
        take_out(printer)
    elif words[:1] == ("ribbon",) and len(words) == 2 and words[1] in RIBBONS:
        printer.firmware.memory.put_in(words[1])
    else:
        printer.order(read_words(words))
    return panel.view(printer.body)


def mend(printer: "EvolisPrinter") -> None:
    """Do what a person does after a mishap; what waits to go wrong is called off."""
    printer.waiting.ones.clear()
    machine = printer.machine
    machine.cover_open = machine.hopper_blind = printer.firmware.keeps_settings = False
    if machine.is_stuck:
        panel.perform(printer.body, messages.TakeOut((TakeFrom.JAMMED,)))
    if machine.ribbon_ended:
        panel.perform(printer.body, messages.NewRibbon())
        machine.new_ribbon()
    printer.face.most = None
    if printer.hung:
        printer.body.cut_power("switched off and on")
        printer.switch_on_again()
    printer.cable_out = printer.switched_off = False
    if printer.body.powered:
        printer.plug()
    else:
        printer.switch_on()


def take_out(printer: "EvolisPrinter") -> None:
    """Open the cover and take out by hand what lies inside and does not move; its print is over."""
    body, firmware = printer.body, printer.firmware
    card = printer.machine.inside
    if card is None or firmware.is_busy:
        raise Stopped(Reason.NOT_READY, "no card lies still inside")
    firmware.end_sequence("taken out half printed")
    out = (card, *(body.truth.cards[serial] for serial in body.truth.behind))
    body.happen(What.REMOVED, position=CardPosition.NONE, blanks=tuple((one.serial, one.uid) for one in out))


def _shown(printer: "EvolisPrinter", view: PanelView) -> PanelView:
    machine = printer.machine
    also = ("cover-open-warning",) if machine.cover_open else ()
    errors = tuple(sorted(f"shown: {wrong.value.lower()}" for wrong in machine.errors))
    faults = tuple(str(one) for one in printer.waiting.ones)
    return evolve(view, conditions=(*view.conditions, *also, *errors), faults=faults)


_STEPS = {
    messages.Step.FEED: When.FEED,
    messages.Step.ENCODE: When.MOVE,
    messages.Step.MARK: When.MARK,
    messages.Step.EJECT: When.DELIVER,
}
#: The virtual printer's faults, in this machine's words.
_VIRTUAL = {
    (messages.FaultKind.MISPRINT, messages.Step.MARK): (Kind.MISPRINT, When.MARK),
    (messages.FaultKind.RUN_OUT, messages.Step.MARK): (Kind.RIBBON_OUT, When.MARK),
    **{(messages.FaultKind.JAM, step): (Kind.JAM, when) for step, when in _STEPS.items()},
    **{(messages.FaultKind.POWER_LOSS, step): (Kind.POWER_CUT, when) for step, when in _STEPS.items()},
}
