"""Everything that goes wrong (segala gangguan): what the driver says against what the device did.

One check a strike, at each moment the bench offers. A card is sent on its way; whatever happens is
noted; then the driver is asked, before and after a person mends the device. The laws hold all the
time. At the end the next card must come out whole, or the driver is stuck for ever.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from ektp_core.boundary.card_printer import Bin, Can, CardPrinter, DriverError, Recovery
from ektp_core.boundary.driver_bench import Lies, Moment, Strike
from ektp_core.vocabulary.verdict import Outcome
from ektp_testing.driver_kit.asking import both, offers, steps
from ektp_testing.driver_kit.check import Asks, Check
from ektp_testing.driver_kit.laws import ink_once, looked, observed
from ektp_testing.driver_kit.met import is_seen, is_told, unseen
from ektp_testing.driver_kit.stage import ACT_MS, Stage
from ektp_testing.driver_kit.timing import SILENT_MS, SLACK_S
from ektp_testing.driver_kit.way import CONTENT, Way, new_way

#: How long a call to an unplugged device may take.
SILENT_LIMIT_S = SILENT_MS / 1000 + SLACK_S
#: To send a picture takes its time before anything can strike while it is printed.
MUTE_MARK_MS = 3_000
#: The steps of a card's way in which a strike of that moment comes.
_STEPS_AT = {
    Moment.NOW: ("feed",),
    Moment.FEED: ("feed",),
    Moment.MOVE: ("move", "read_uid", "encode", "mark"),
    Moment.ENCODE: ("encode",),
    Moment.MARK: ("mark",),
    Moment.DELIVER: ("deliver",),
}
#: Where the answer never comes, waiting long shows nothing more.
_MUTE = (Strike.LOST_REPLY, Strike.SILENCE)


def _check_of(what: Strike) -> Callable[[Stage], None]:
    def run(stage: Stage) -> None:
        never = []
        for at in stage.moments(what):
            stage.fresh()
            if not _one(stage, what, at):
                never.append(unseen(what, at))
        if never:
            stage.unmet("; ".join(never))

    return run


def _one(stage: Stage, what: Strike, at: Moment) -> bool:
    """One card, one strike; whether anything was seen of it."""
    told = stage.check
    stage.check = f"{told} at {at.value}"
    try:
        printer = stage.open()
        stage.strike(what, at)
        stage.patience_ms = SILENT_MS if what in _MUTE else ACT_MS
        way = new_way(stage, printer)
        if what in _MUTE:
            way.mute_at, way.mute_ms = _STEPS_AT[at], MUTE_MARK_MS if at is Moment.MARK else SILENT_MS
        way.go()
        _asked(stage, printer, way)
        has_happened = is_seen(way, stage.bench.cards()) or is_told(stage, printer)
        _nothing_happens(stage, way, printer)
        _goes_on(stage)
        return has_happened
    finally:
        stage.check = told


def _asked(stage: Stage, printer: CardPrinter, way: Way) -> None:
    """Ask for everything, by the job's id and by its key; it may raise, and may not be wrong."""
    ink_once(stage)
    for job in dict.fromkeys((way.job, way.key)):
        observed(stage, printer, job, way.key)
        looked(stage, printer, job, way.key)
    _steps_were_done(stage, way)


def _steps_were_done(stage: Stage, way: Way) -> None:
    """A step that raised nothing was done: the chip is written, the card is out."""
    if stage.is_opaque or stage.struck & {Strike.DOUBLE_FEED, Strike.FOREIGN_PRINT}:
        return
    out = [card for card in stage.cards() if card.lies is not Lies.HOPPER]
    is_encoded = stage.has(Can.READS_CHIP) and (way.error is None or way.at in {"mark", "deliver"})
    stage.expect(
        not is_encoded or (out and out[-1].chip == CONTENT), "encode raised nothing, and the chip is not written"
    )
    is_over = way.error is None
    stage.expect(
        not is_over or (out and out[-1].lies is Lies.OUTPUT), "deliver raised nothing, and the card is not out"
    )


def _nothing_happens(stage: Stage, way: Way, printer: CardPrinter) -> None:
    """A person mends it and the driver is opened anew: nothing moves or prints by that alone."""
    stage.let_go(printer)
    stage.bench.mend()
    stage.patience_ms = ACT_MS
    before = stage.cards()
    again = stage.done(stage.open, "after a person mended the device it cannot be opened")
    for job in dict.fromkeys((way.job, way.key)):
        observed(stage, again, job, way.key, must=True)
        looked(stage, again, job, way.key, must=True)
    stage.expect(stage.cards() == before, "a card moved or was marked by opening and looking alone")
    stage.let_go(again)


def _goes_on(stage: Stage) -> None:
    """What lies inside is taken out, and the next card is printed."""
    printer = stage.open()
    if any(card.lies is Lies.INSIDE for card in stage.cards()):
        to = Bin.REJECT if stage.has(Can.REJECT_TRAY) else Bin.OUTPUT
        for clear in (lambda: printer.deliver(to, ACT_MS), lambda: printer.recover(Recovery.REJECT_CARD, ACT_MS)):
            if any(card.lies is Lies.INSIDE for card in stage.cards()):
                stage.attempt(clear)
        is_out = stage.is_opaque or all(card.lies is not Lies.INSIDE for card in stage.cards())
        stage.expect(is_out, "the card inside cannot be moved out")
    way = new_way(stage, printer).whole("the next card after it was mended")
    mine = [card for card in ink_once(stage) if way.key in card.job_keys]
    stage.expect(len(mine) == 1 and mine[0].whole, "the next card after it was mended is not whole")
    stage.let_go(printer)


def _cover(stage: Stage) -> None:
    """An open cover is told, and no card is fed into an open machine."""
    printer = stage.open()
    stage.strike(Strike.COVER_OPEN, Moment.NOW)
    status = printer.status(ACT_MS)
    stage.expect(status.stops, "the cover is open, and no notice that stops says so")
    stage.refused(lambda: printer.feed(ACT_MS), "a card was fed with the cover open")
    stage.bench.mend()
    stage.let_go(printer)
    _goes_on(stage)


def _hopper(stage: Stage) -> None:
    printer = stage.open()
    stage.strike(Strike.HOPPER_EMPTY, Moment.NOW)
    stage.expect(printer.status(ACT_MS).stops, "the hopper shows no card, and no notice that stops says so")
    with stage.unmoved("a card moved though the feed was declined"):
        stage.refused(lambda: printer.feed(ACT_MS), "feeding succeeded while the hopper showed no card")
    stage.bench.mend()
    stage.let_go(printer)
    _goes_on(stage)


def _foreign(stage: Stage) -> None:
    """A card that somebody else printed is none of ours, and the counters show it."""
    printer = stage.open()
    before = stage.done(lambda: stage.fed(printer), "its counters failed")
    printer.release(ACT_MS)
    stage.let_go(printer)
    stage.strike(Strike.FOREIGN_PRINT, Moment.NOW)
    stage.cards()
    again = stage.attempt(stage.open)
    if isinstance(again, DriverError):  # it does not work beside somebody else's card: seen as plainly as can be
        stage.leave()
        stage.bench.mend()
        stage.let_go(stage.done(stage.open, "somebody else's card is out of the way, and it cannot be opened"))
        _goes_on(stage)
        return
    gone = sum(card.lies is not Lies.HOPPER for card in stage.cards())
    after = stage.done(lambda: stage.fed(again), "its counters failed")
    if before is not None and after is not None:
        stage.expect(after - before == gone, f"{gone} foreign cards, and its counter rose by {after - before}")
    way = new_way(stage, again).go()
    mine = [card for card in ink_once(stage) if way.key in card.job_keys]
    observed(stage, again, way.job, way.key)
    looked(stage, again, way.job, way.key)
    stage.expect(way.error is not None or len(mine) == 1, "our card after a foreign one is not one card")
    stage.let_go(again)
    if not gone and way.error is None:
        stage.unmet(unseen(Strike.FOREIGN_PRINT, Moment.NOW))
    _foreign_over_ours(stage)


def _foreign_over_ours(stage: Stage) -> None:
    """Somebody prints while our card lies inside: on it, or later. Ours is never printed on another card then."""
    stage.fresh()
    printer = stage.open()
    way = new_way(stage, printer).go(until="mark")
    stage.expect(way.error is None, f"{way.at} failed")
    ours = {card.number for card in stage.cards() if card.lies is Lies.INSIDE}
    with suppress(DriverError):  # a device that keeps others off
        stage.strike(Strike.FOREIGN_PRINT, Moment.NOW)
    touched = {card.number for card in stage.cards() if card.marks}
    way.go(past="encode" if stage.has(Can.READS_CHIP) else "prepare")
    mine = [card for card in ink_once(stage) if way.key in card.job_keys]
    is_other = ours and any(card.number not in ours for card in mine)
    stage.expect(not is_other, "somebody printed on the card inside, and ours was printed on another one")
    stage.expect(not touched & {card.number for card in mine}, "somebody printed on the card inside, and we on top")
    for job in dict.fromkeys((way.job, way.key)):
        observed(stage, printer, job, way.key)
        looked(stage, printer, job, way.key)


def _unplug_now(stage: Stage) -> None:
    """The cable is out: every call says so in time; it is back: a new opening works, the old one does not lie."""
    printer = stage.open()
    stage.strike(Strike.UNPLUG, Moment.NOW)
    for call in (
        lambda: printer.status(SILENT_MS),
        lambda: printer.counters(SILENT_MS),
        lambda: printer.feed(SILENT_MS),
    ):
        answer = stage.within(call, SILENT_LIMIT_S, "a call to an unplugged device did not end by its deadline")
        stage.expect(isinstance(answer, DriverError), "an unplugged device answered")
    seen = stage.attempt(lambda: stage.driver.discover(stage.bench.hint))
    stage.expect(seen == [], "discovery names an unplugged device, or fails")
    stage.let_go(printer)
    stage.bench.mend()
    with stage.unmoved("a card moved when the cable was back"):
        stage.let_go(stage.done(stage.open, "after the cable was back it cannot be opened"))
    _goes_on(stage)


def _spooler(stage: Stage) -> None:
    """A queue's server dies in the middle: nothing is sure any more, and at our opening nothing more comes out."""
    for at in stage.moments(Strike.SPOOLER_KILLED):
        stage.fresh()
        printer = stage.open()
        stage.strike(Strike.SPOOLER_KILLED, at)
        way = new_way(stage, printer).go()
        for job in dict.fromkeys((way.job, way.key)):
            record = stage.attempt(partial(printer.observe, job, ACT_MS))
            is_sure = not isinstance(record, DriverError) and record.verdict.outcome is not Outcome.UNKNOWN
            stage.expect(not is_sure, "sure of a job whose server died")
        stage.let_go(printer)
        stage.bench.mend()
        with suppress(DriverError):
            stage.let_go(stage.open())
        before = stage.cards()
        stage.let_go(stage.done(stage.open, "after the server's restart it cannot be opened"))
        stage.expect(stage.cards() == before, "leftover jobs are still printed after the driver was opened")
        stage.leave()
        _goes_on(stage)


def _strike(name: str, what: Strike, says: str, run: Callable[[Stage], None] | None = None, *asks: Asks) -> Check:
    return Check(name, says, both(offers(what), *asks), run or _check_of(what))


STRIKE_CHECKS = (
    _strike(
        "cover-open",
        Strike.COVER_OPEN,
        "An open cover is told, and no card is fed.",
        _cover,
        steps,
        offers(Strike.COVER_OPEN, Moment.NOW),
    ),
    _strike(
        "hopper-shows-empty",
        Strike.HOPPER_EMPTY,
        "A hopper that shows no card gives none.",
        _hopper,
        steps,
        offers(Strike.HOPPER_EMPTY, Moment.NOW),
    ),
    _strike("jam", Strike.JAM, "A jam, wherever it is, is no good card and no denied one."),
    _strike("ribbon-out", Strike.RIBBON_OUT, "A ribbon's end in a card is no good card."),
    _strike("misprint", Strike.MISPRINT, "A misprint is one print, whatever is believed of it."),
    _strike("double-feed", Strike.DOUBLE_FEED, "Two blanks at once are never denied."),
    _strike("blank-feed", Strike.BLANK_FEED, "A feed that brings no blank is no card."),
    _strike("dead-chip", Strike.DEAD_CHIP, "A dead chip is never said to be written."),
    _strike("lost-reply", Strike.LOST_REPLY, "An answer that never came is unknown, and nothing is done twice."),
    _strike("garbled-reply", Strike.GARBLED_REPLY, "A garbled answer is an error, and never believed."),
    _strike("silence", Strike.SILENCE, "A device that says nothing is given up at the deadline."),
    _strike(
        "unplug", Strike.UNPLUG, "A pulled cable is told in time, and a new opening works.", _check_of(Strike.UNPLUG)
    ),
    _strike(
        "replug",
        Strike.UNPLUG,
        "Without a cable nothing answers; with it again all does.",
        _unplug_now,
        steps,
        offers(Strike.UNPLUG, Moment.NOW),
    ),
    _strike("power-cut", Strike.POWER_CUT, "A power cut leaves one card in doubt, and never two printed."),
    _strike("foreign-print", Strike.FOREIGN_PRINT, "Somebody else's card is seen, and is not ours.", _foreign),
    _strike("panel-cancel", Strike.PANEL_CANCEL, "What a person cancels at the device is no good card."),
    _strike(
        "spooler-killed",
        Strike.SPOOLER_KILLED,
        "A spooler that died leaves nothing sure and nothing to print.",
        _spooler,
    ),
)
