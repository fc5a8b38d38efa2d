"""One call is one try (satu perintah, satu kali): what an act does when its first try fails.

A card is brought to the act, the fault is ordered, and the act is called once. No blank more may leave the
hopper for it and no card go where it was not sent; and where the answer did not come, or no blank did, the
call may not come back as if nothing were: then it was tried a second time, or was believed.
"""

from collections.abc import Callable, Sequence
from functools import partial

from attrs import frozen

from ektp_core.boundary.card_printer import Bin, Can, Capabilities, CardPrinter, DriverError, Station
from ektp_core.boundary.driver_bench import CardOnBench, Lies, Moment, Strike
from ektp_testing.driver_kit.asking import both, needs, steps
from ektp_testing.driver_kit.check import Asks, Check, Strikes
from ektp_testing.driver_kit.laws import ink_once
from ektp_testing.driver_kit.stage import ACT_MS, Stage
from ektp_testing.driver_kit.timing import SILENT_MS, SLACK_S
from ektp_testing.driver_kit.way import CONTENT, new_way

#: After these the driver heard nothing good of the act, and says so.
_MUST_FAIL = (
    Strike.LOST_REPLY, Strike.GARBLED_REPLY, Strike.SILENCE, Strike.UNPLUG, Strike.POWER_CUT, Strike.BLANK_FEED,
    Strike.DEAD_CHIP, Strike.JAM,
)  # fmt: skip
#: Where no answer comes, to wait long shows nothing more.
_MUTE = (Strike.LOST_REPLY, Strike.SILENCE)


@frozen
class _Act:
    """One act, called once.

    Attributes:
        until: the step of a card's way before which it is called.
        call: does it, within so many milliseconds.
        left: how many blanks may leave the hopper for it.
    """

    name: str
    at: Moment
    until: str
    call: Callable[[Stage, CardPrinter, int], None]
    left: int = 0


def _feed(_stage: Stage, printer: CardPrinter, timeout_ms: int) -> None:
    printer.feed(timeout_ms)


def _move(stage: Stage, printer: CardPrinter, timeout_ms: int) -> None:
    printer.move(Station.CONTACTLESS if stage.has(Can.CONTACTLESS_STATION) else Station.HEAD, timeout_ms)


def _encode(_stage: Stage, printer: CardPrinter, timeout_ms: int) -> None:
    printer.encode(CONTENT, timeout_ms)


def _deliver(_stage: Stage, printer: CardPrinter, timeout_ms: int) -> None:
    printer.deliver(Bin.OUTPUT, timeout_ms)


def _once(act: _Act, stage: Stage) -> None:
    for what in _MUST_FAIL:
        if (what, act.at) in stage.bench.strikes:
            stage.fresh()
            _one(act, stage, what)


def _one(act: _Act, stage: Stage, what: Strike) -> None:
    """One fault, one call."""
    printer = stage.open()
    way = new_way(stage, printer).go(until=act.until)
    stage.expect(way.error is None, f"{way.at} failed before anything was wrong: {way.error}")
    if act.name == "encode":
        stage.done(lambda: printer.move(Station.CONTACTLESS, ACT_MS), "moving the card to the reader failed")
    before, fed_before = stage.cards(), stage.fed(printer)
    stage.strike(what, act.at)
    timeout_ms = SILENT_MS if what in _MUTE else ACT_MS
    late = f"{act.name} did not end by its deadline with {what.value}"
    answer = stage.within(lambda: act.call(stage, printer, timeout_ms), timeout_ms / 1000 + SLACK_S, late)
    _plastic(act, stage, what, before, stage.cards())
    said = f"{act.name} came back without an error though {what.value} struck: it was tried again, or believed"
    stage.expect(isinstance(answer, DriverError), said)
    ink_once(stage)
    stage.let_go(printer)
    stage.bench.mend()
    fed = stage.fed(stage.done(stage.raw, "after a person mended the device it cannot be opened"))
    if fed is not None and fed_before is not None and what is not Strike.POWER_CUT:
        rose = fed - fed_before
        stage.expect(rose <= act.left, f"one {act.name} with {what.value} counted as {rose} feeds")


def _plastic(
    act: _Act, stage: Stage, what: Strike, before: Sequence[CardOnBench], after: Sequence[CardOnBench]
) -> None:
    moved = [(was.lies, now) for was, now in zip(before, after, strict=True) if was.lies is not now.lies]
    left = [now for was, now in moved if was is Lies.HOPPER]
    most = 0 if what is Strike.BLANK_FEED else act.left  # a device may hang before a card moves, or after
    stage.expect(len(left) <= most, f"one {act.name} with {what.value} took {len(left)} blanks")
    out = [now for _, now in moved if now.lies is not Lies.INSIDE]
    wanted = (Lies.OUTPUT, Lies.TAKEN) if act.name == "deliver" else ()
    astray = [card for card in out if card.lies not in wanted]
    stage.expect(not astray, f"{act.name} with {what.value} put a card where nobody sent one")
    marks = sum(card.marks for card in after) - sum(card.marks for card in before)
    stage.expect(not marks, f"{act.name} with {what.value} marked a card")


def _fails_at(at: Moment) -> Asks:
    def ask(_can: Capabilities, strikes: Strikes) -> str:
        is_there = any((what, at) in strikes for what in _MUST_FAIL)
        return "" if is_there else f"the bench cannot make this happen: anything that goes wrong at {at.value}"

    return ask


_ACTS = (
    (_Act("feed", Moment.FEED, "feed", _feed, left=1), steps),
    (_Act("move", Moment.MOVE, "prepare", _move), steps),
    (_Act("encode", Moment.ENCODE, "encode", _encode), both(steps, needs(Can.READS_CHIP))),
    (_Act("deliver", Moment.DELIVER, "deliver", _deliver), steps),
)


def _check(act: _Act, asks: Asks) -> Check:
    says = f"One {act.name} is one try, whatever goes wrong in it."
    return Check(f"{act.name}-once", says, both(asks, _fails_at(act.at)), partial(_once, act))


ONCE_CHECKS = tuple(_check(act, asks) for act, asks in _ACTS)
