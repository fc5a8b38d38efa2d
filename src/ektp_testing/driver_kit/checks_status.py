"""Status, counters and supplies (keadaan, penghitung, bekal): one coherent look, true at every step."""

from functools import partial

from ektp_core.boundary.card_printer import (
    Bin,
    Can,
    CardPosition,
    CardPrinter,
    Condition,
    CounterName,
    Counters,
    DriverError,
    JobRecord,
    Look,
    Severity,
    Status,
    Supply,
)
from ektp_core.boundary.driver_bench import Lies, Moment, Strike
from ektp_core.vocabulary.verdict import Outcome
from ektp_testing.driver_kit.asking import always, both, needs, offers, steps
from ektp_testing.driver_kit.check import Check
from ektp_testing.driver_kit.laws import WIDTHS_BITS
from ektp_testing.driver_kit.met import must_be_seen
from ektp_testing.driver_kit.stage import ACT_MS, Stage
from ektp_testing.driver_kit.way import new_way

#: At which act a counter of that name rises.
_RISE_AT = {
    CounterName.FED: ("feed",),
    CounterName.PRINTED: ("mark", "deliver"),  # some lay the last panel while they deliver
    CounterName.EJECTED: ("deliver",),
    CounterName.REJECTED: ("reject",),
    CounterName.PANELS: ("mark",),
    CounterName.ERRORS: ("error",),
}
_RESETS = ("never", "power", "service")
_EMPTY = (Condition.HOPPER_EMPTY, Condition.NOT_FED)


def _ready(stage: Stage) -> None:
    printer = stage.open()
    with stage.unmoved("looking at the status moved a card"):
        status = [stage.done(lambda: printer.status(ACT_MS), "status failed") for _ in range(3)][-1]
    stage.expect(isinstance(status, Status), "status is something else")
    stops = ", ".join(notice.condition.value for notice in status.stops)
    stage.expect(not stops, f"a device with blanks and nothing wrong says: {stops}")
    wanted = CardPosition.NONE if stage.has(Can.CARD_POSITION) else CardPosition.UNKNOWN
    stage.expect(status.position is wanted, f"empty, and says a card lies at {status.position.value}")


def _empty(stage: Stage) -> None:
    stage.fresh(blanks=0)
    printer = stage.open()
    status = printer.status(ACT_MS)
    empty = [notice for notice in status.stops if notice.condition in _EMPTY]
    stage.expect(empty, "the hopper is empty, and no notice that stops says so")
    stage.expect(empty[0].vendor_code or empty[0].vendor_text, "the maker's own code or word is not kept")
    stage.expect(empty[0].alert_code != 2, "an empty hopper has an alert code of its own (RFC 3805)")
    stage.refused(lambda: printer.feed(ACT_MS), "feeding from an empty hopper succeeded")
    stage.expect(printer.status(ACT_MS).position is not CardPosition.HEAD, "a card lies at the head; there is none")


def _look(stage: Stage) -> None:
    printer = stage.open()
    way = new_way(stage, printer).go(until="prepare")
    stage.expect(way.error is None, f"{way.at} failed")
    status, counters = printer.status(ACT_MS), printer.counters(ACT_MS)
    look: Look = stage.done(lambda: printer.look("", ACT_MS), "look failed")
    stage.expect(look.status.position is status.position, "look and status name different positions")
    stage.expect(look.status.session == status.session, "look and status name different sessions")
    stage.expect(look.counters == counters, "look and counters show different counts")
    inside = {card.uid.upper() for card in stage.cards() if card.lies is Lies.INSIDE}
    stage.expect(not look.uid or look.uid.upper() in inside, "look names a UID that is not inside")
    is_mute = look.job is None or look.job.verdict.outcome is Outcome.UNKNOWN
    stage.expect(is_mute, "look tells of a job nobody asked for")


def _severity(stage: Stage) -> None:
    at = stage.moments(Strike.JAM)[-1]
    printer = stage.open()
    stage.strike(Strike.JAM, at)
    way = new_way(stage, printer).go()
    must_be_seen(stage, way, Strike.JAM, at, stage.cards())
    status = stage.attempt(lambda: printer.status(ACT_MS))
    if isinstance(status, DriverError):  # its line may have broken; a new one has not
        stage.let_go(printer)
        again = stage.done(stage.raw, f"jammed at {at.value}, it cannot be opened")
        status = stage.done(lambda: again.status(ACT_MS), f"jammed at {at.value}, and its status cannot be read")
    errors = [notice for notice in status.notices if notice.severity is Severity.ERROR]
    stage.expect(errors, f"jammed at {at.value}, and no notice is an error")
    stage.expect(all(one.vendor_code or one.vendor_text for one in errors), "the maker's own code is not kept")


def _declared(stage: Stage) -> None:
    counters = stage.open().counters(ACT_MS)
    stage.expect(isinstance(counters, Counters), "counters are something else")
    names = [one.name for one in counters.values]
    stage.expect(len(names) == len(set(names)), "a counter is named twice")
    for one in counters.values:
        stage.expect(one.width_bits in WIDTHS_BITS, f"counter {one.name.value} is {one.width_bits} bits wide")
        stage.expect(0 <= one.value < 1 << one.width_bits, f"counter {one.name.value} is wider than it says")
        at = ("mark",) if stage.is_opaque else _RISE_AT[one.name]
        stage.expect(one.increments_at in at, f"counter {one.name.value} rises at {one.increments_at}, it says")
        stage.expect(one.resets_on in _RESETS, f"counter {one.name.value} is set back by what does not exist")


def _steps(stage: Stage) -> None:
    """Each counter rises by one at the act it names, and at no other."""
    printer = stage.open()
    for to in (Bin.OUTPUT, Bin.REJECT) if stage.has(Can.REJECT_TRAY) else (Bin.OUTPUT,):
        way = new_way(stage, printer, to)
        for name, step in way.steps():
            before = printer.counters(ACT_MS)
            stage.done(step, f"{name} failed")
            act = "reject" if name == "deliver" and to is Bin.REJECT else name
            _rose(stage, before, printer.counters(ACT_MS), act)


def _rose(stage: Stage, before: Counters, after: Counters, act: str) -> None:
    for one in after.values:
        earlier = before.get(one.name)
        stage.expect(earlier, f"counter {one.name.value} was not there before")
        assert earlier
        if one.name is CounterName.PANELS:
            continue  # a card has several, and some printers lay the last one while they deliver
        stage.expect(one.width_bits in WIDTHS_BITS, f"counter {one.name.value} is {one.width_bits} bits wide")
        since, wanted = one.since(earlier.value), int(one.increments_at == act)
        stage.expect(
            since == wanted, f"counter {one.name.value} rose by {since} at {act}; it counts at {one.increments_at}"
        )


def _across_power(stage: Stage) -> None:
    printer = stage.open()
    new_way(stage, printer).whole("a whole card before the power went")
    before = {one.name: one.value for one in printer.counters(ACT_MS).values if one.resets_on == "never"}
    stage.expect(before, "it counts, it says, and every counter is set back by the power: such a device is blind")
    session = stage.done(lambda: printer.status(ACT_MS), "status failed").session
    stage.strike(Strike.POWER_CUT, Moment.NOW)
    stage.bench.mend()
    told = stage.attempt(lambda: printer.status(ACT_MS))
    if not isinstance(told, DriverError) and not told.rebooted and told.session == session:
        stage.unmet("the power was to be cut, and neither the line nor the device noticed")
    stage.let_go(printer)
    after = _counts_again(stage)
    for name, value in before.items():
        counter = after.get(name)
        stage.expect(
            counter and counter.value == value, f"counter {name.value} is never set back, and was by the power"
        )


def _counts_again(stage: Stage) -> Counters:
    printer: CardPrinter = stage.raw()
    return printer.counters(ACT_MS)


def _wrap(stage: Stage) -> None:
    stage.strike(Strike.COUNTER_WRAP, Moment.NOW)
    printer = stage.open()
    has_wrapped = False
    for _ in range(3):
        before = printer.counters(ACT_MS)
        stage.done(lambda: printer.feed(ACT_MS), "feeding failed")
        after = printer.counters(ACT_MS)
        _rose(stage, before, after, "feed")
        has_wrapped |= any(one.value < before.values[at].value for at, one in enumerate(after.values))
        stage.done(lambda: printer.deliver(Bin.OUTPUT, ACT_MS), "delivering failed")
    if not has_wrapped:
        stage.unmet("no counter that rises with a feed came to its end within three cards")


def _supplies(stage: Stage) -> None:
    supplies = stage.attempt(lambda: stage.open().supplies(ACT_MS))
    if isinstance(supplies, DriverError):
        stage.excuse("the device has no word for supplies")
    stage.expect(all(isinstance(one, Supply) for one in supplies), "no supplies")
    for one in supplies:
        is_plain = one.name and (one.remaining is None or one.remaining >= 0)
        stage.expect(is_plain, f"supply {one.name}: {one.remaining} remaining; unknown is None")


def _no_job(stage: Stage) -> None:
    printer = stage.open()
    for job in ("", "no-such-job", "999999999"):
        record = stage.attempt(partial(printer.observe, job, ACT_MS))
        stage.expect(job == "" or not isinstance(record, DriverError), f"a job that never was is an error: {record}")
        if not isinstance(record, DriverError):
            stage.expect(isinstance(record, JobRecord), f"observe gives {type(record).__name__}")
            stage.expect(record.verdict.outcome is Outcome.UNKNOWN, "a job that never was has an outcome")


_WAY = both(steps, needs(Can.COUNTS_FED))

STATUS_CHECKS = (
    Check(
        "ready-status", "A device with nothing wrong says so, and looking moves nothing.", always, _ready, moves=False
    ),
    Check("empty-hopper", "An empty hopper is told, with the maker's code, and gives no card.", steps, _empty),
    Check("one-look", "A look, the status and the counters agree.", steps, _look),
    Check(
        "jam-is-an-error",
        "A jam is told as an error, with the maker's code.",
        both(steps, offers(Strike.JAM)),
        _severity,
    ),
    Check(
        "counters-declared",
        "Each counter says when it rises, what sets it back and its width.",
        always,
        _declared,
        moves=False,
    ),
    Check("counters-step", "Each counter rises by one at its own act and at no other.", _WAY, _steps),
    Check(
        "counters-kept",
        "A counter that nothing sets back survives the power.",
        both(needs(Can.COUNTS_FED), offers(Strike.POWER_CUT, Moment.NOW)),
        _across_power,
    ),
    Check(
        "counter-wrap",
        "A counter that comes to its end goes on from 0 within its width.",
        both(_WAY, offers(Strike.COUNTER_WRAP)),
        _wrap,
    ),
    Check("supplies", "Supplies are forecasts: a number of cards, or unknown.", always, _supplies, moves=False),
    Check("unknown-job", "A job nobody gave has no outcome.", always, _no_job, moves=False),
)
