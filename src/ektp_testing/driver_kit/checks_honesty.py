"""Capabilities, one by one (kejujuran kemampuan): what is declared is done, what is not is declined.

A driver that pretends is worse than one that cannot: the station believes it and prints.
"""

from ektp_core.boundary.card_printer import Bin, Can, CardPosition, CardPrinter, CounterName, Settings
from ektp_core.boundary.card_printer import Station as Place
from ektp_core.boundary.driver_bench import Lies, Moment, Strike
from ektp_testing.driver_kit.asking import always, both, needs, offers, steps
from ektp_testing.driver_kit.check import Check
from ektp_testing.driver_kit.laws import ink_once
from ektp_testing.driver_kit.stage import ACT_MS, Stage
from ektp_testing.driver_kit.way import CONTENT, new_way

_COUNTS = {
    CounterName.FED: Can.COUNTS_FED,
    CounterName.PRINTED: Can.COUNTS_PRINTED,
    CounterName.EJECTED: Can.COUNTS_EJECTED,
    CounterName.REJECTED: Can.COUNTS_REJECTED,
}


def _with_card(stage: Stage) -> CardPrinter:
    printer = stage.open()
    stage.done(lambda: printer.feed(ACT_MS), "feeding a blank failed")
    return printer


def _still_inside(stage: Stage) -> None:
    cards = [card for card in stage.cards() if card.lies is not Lies.HOPPER]
    is_kept = len(cards) == 1 and cards[0].lies is Lies.INSIDE and not cards[0].marks
    stage.expect(is_kept, "the card does not lie inside, unmarked, any more")


def _move(stage: Stage, to: Place, can: Can) -> None:
    printer = _with_card(stage)
    if not stage.has(can):
        stage.refused(lambda: printer.move(to, ACT_MS), f"moves a card to {to.value}, which it says it has not")
    else:
        stage.done(lambda: printer.move(to, ACT_MS), f"moving the card to {to.value} failed")
        position = printer.status(ACT_MS).position
        is_there = position is CardPosition(to.value) or not stage.has(Can.CARD_POSITION)
        stage.expect(is_there, f"moved to {to.value}; says the card lies at {position.value}")
    _still_inside(stage)


def _contact(stage: Stage) -> None:
    _move(stage, Place.CONTACT, Can.CONTACT_STATION)


def _contactless(stage: Stage) -> None:
    _move(stage, Place.CONTACTLESS, Can.CONTACTLESS_STATION)


def _flip(stage: Stage) -> None:
    printer = _with_card(stage)
    if stage.has(Can.FLIP):
        stage.done(lambda: printer.flip(ACT_MS), "turning the card over failed")
    else:
        stage.refused(lambda: printer.flip(ACT_MS), "turns a card over, which it says it cannot")
    _still_inside(stage)


def _uid(stage: Stage) -> None:
    printer = _with_card(stage)
    if not stage.has(Can.READS_UID):
        stage.refused(lambda: printer.read_uid(ACT_MS), "names a UID, which it says it cannot read")
        return
    printer.move(Place.CONTACTLESS, ACT_MS)
    uid = stage.done(lambda: printer.read_uid(ACT_MS), "reading the UID failed")
    inside = next(card for card in stage.cards() if card.lies is Lies.INSIDE)
    if not inside.uid:
        stage.unmet("the bench names no UID of the card inside")
    stage.expect(uid.upper() == inside.uid.upper(), "reads a UID that the card inside does not have")
    _still_inside(stage)


def _chip(stage: Stage) -> None:
    printer = _with_card(stage)
    if not stage.has(Can.READS_CHIP):
        stage.refused(lambda: printer.read_chip(ACT_MS), "says what a chip holds, which it says it cannot read")
        return
    printer.move(Place.CONTACTLESS, ACT_MS)
    stage.expect(printer.read_chip(ACT_MS) == b"", "a chip nobody wrote to does not read as empty")
    answer = stage.done(lambda: printer.encode(CONTENT, ACT_MS), "writing the chip failed")
    stage.expect(answer == CONTENT, "what was read back is not what was written")
    inside = next(card for card in stage.cards() if card.lies is Lies.INSIDE)
    stage.expect(inside.chip == CONTENT, "the chip does not hold what was said to be written")
    stage.expect(printer.read_chip(ACT_MS) == CONTENT, "the chip reads as something else than it holds")


def _reject(stage: Stage) -> None:
    printer = _with_card(stage)
    if stage.has(Can.REJECT_TRAY):
        stage.done(lambda: printer.deliver(Bin.REJECT, ACT_MS), "moving the card to the reject tray failed")
    else:
        stage.refused(lambda: printer.deliver(Bin.REJECT, ACT_MS), "rejects a card without having a reject tray")
    card = next(card for card in stage.cards() if card.lies is not Lies.HOPPER)
    wanted = Lies.REJECT if stage.has(Can.REJECT_TRAY) else Lies.INSIDE
    stage.expect(card.lies is wanted, f"the card lies in {card.lies.value} and not in {wanted.value}")


def _job_id(stage: Stage) -> None:
    printer = stage.open()
    way = new_way(stage, printer).go(until="mark")
    stage.expect(way.error is None, f"{way.at} failed")
    stage.done(lambda: printer.move(Place.HEAD, ACT_MS), "moving the card to the head failed")
    job = stage.done(lambda: printer.mark(stage.used(way.token), ACT_MS), "printing failed")
    has_one = stage.has(Can.JOB_ID)
    stage.expect(bool(job) is has_one, "has job ids and returns none" if has_one else "returns a job id it has not")
    ink_once(stage)


def _counts(stage: Stage) -> None:
    counters = stage.open().counters(ACT_MS)
    for name, can in _COUNTS.items():
        is_there = counters.get(name) is not None
        stage.expect(is_there is stage.has(can), f"counter {name.value}: declared and shown are not the same")


def _temperature(stage: Stage) -> None:
    shown = stage.open().status(ACT_MS).temperature_c is not None
    declared = stage.has(Can.READS_TEMPERATURE)
    stage.expect(shown is declared, "its temperature: declared and shown are not the same")


def _boot(stage: Stage) -> None:
    printer = stage.open()
    printer.status(ACT_MS)
    before = printer.status(ACT_MS)
    stage.expect(not before.rebooted, "says it restarted; it did not")
    stage.strike(Strike.POWER_CUT, Moment.NOW)
    stage.let_go(printer)
    stage.bench.mend()
    again = stage.raw()
    after = stage.done(lambda: again.status(ACT_MS), "no status after the power came back")
    stage.expect(after.rebooted, "does not say that it restarted")
    stage.expect(after.session > before.session, "its session is not above the one before the restart")
    stage.expect(not again.status(ACT_MS).rebooted, "says that it restarted a second time")


def _reserving(stage: Stage) -> None:
    printer = stage.raw()
    printer.configure(Settings(), ACT_MS)  # as a station does before it reserves
    stage.done(lambda: printer.reserve("a", ACT_MS), "reserving a free device failed")
    stage.done(lambda: printer.reserve("a", ACT_MS), "the owner could not reserve again")
    stage.done(lambda: printer.release(ACT_MS), "releasing failed")
    stage.done(lambda: printer.reserve("b", ACT_MS), "somebody else could not reserve after the release")
    stage.done(lambda: printer.release(ACT_MS), "releasing again failed")


_CUT = offers(Strike.POWER_CUT, Moment.NOW)

HONESTY_CHECKS = (
    Check("moves-to-contact", "A contact station is there, or the move is declined.", steps, _contact),
    Check("moves-to-contactless", "A contactless station is there, or the move is declined.", steps, _contactless),
    Check("turns-over", "A card is turned over, or that is declined.", steps, _flip),
    Check("reads-uid", "The UID is that of the card inside, or it is declined.", steps, _uid),
    Check("reads-chip", "What was written is on the chip and read back, or that is declined.", steps, _chip),
    Check("rejects", "A card comes to the reject tray, or that is declined.", steps, _reject),
    Check("job-id", "A job id is returned by a device that has them, and by no other.", always, _job_id),
    Check("declares-counters", "The counters shown are those declared.", always, _counts, moves=False),
    Check("declares-temperature", "A temperature is shown where it is declared.", always, _temperature, moves=False),
    Check("tells-restart", "A restart is told once, with a higher session.", both(needs(Can.BOOT_MARKER), _CUT), _boot),
    Check("reserves", "A free device is reserved, and again by its owner; a release frees it.", always, _reserving),
)
