"""Cards without trouble (kartu lancar): one leave, one blank, one card, in the right tray."""

from functools import partial

from ektp_core.boundary.card_printer import Artwork, Bin, Can, DriverLost, Recovery, ResetLevel, Settings
from ektp_core.boundary.card_printer import Station as Place
from ektp_core.boundary.driver_bench import CardOnBench, Lies, Moment, Strike
from ektp_core.vocabulary.verdict import Outcome
from ektp_testing.driver_kit.asking import always, both, needs, offers, steps
from ektp_testing.driver_kit.check import Check
from ektp_testing.driver_kit.laws import ink_once, looked, observed
from ektp_testing.driver_kit.met import must_be_seen
from ektp_testing.driver_kit.picture import CANARY
from ektp_testing.driver_kit.stage import ACT_MS, OWNER, Stage
from ektp_testing.driver_kit.way import CONTENT, new_way


def _out(cards: tuple[CardOnBench, ...]) -> list[CardOnBench]:
    return [card for card in cards if card.lies is not Lies.HOPPER]


def _marks(cards: tuple[CardOnBench, ...]) -> int:
    return sum(card.marks for card in cards)


def _whole(stage: Stage) -> None:
    printer = stage.open()
    for count in (1, 2):
        way = new_way(stage, printer).whole("a card without any trouble")
        out = _out(ink_once(stage))
        stage.expect(len(out) == count, f"{count} leaves to print took {len(out)} blanks")
        card = out[-1]
        stage.expect(card.marks == 1 and card.whole, "the card that came out is not whole")
        stage.expect(card.lies is Lies.OUTPUT, f"the card lies in {card.lies.value} and not in the output")
        stage.expect(card.job_keys == (way.key,), "the card was marked for another job than the leave names")


def _evidence(stage: Stage) -> None:
    printer = stage.open()
    way = new_way(stage, printer).whole("a card without any trouble")
    for job in dict.fromkeys((way.job, way.key)):
        record = observed(stage, printer, job, way.key, must=True)
        looked(stage, printer, job, way.key, must=True)
        is_told = record is not None and record.verdict.outcome is Outcome.GOOD
        stage.expect(
            job != way.job or is_told or not stage.has(Can.JOB_LOG), "its job log does not know a finished job"
        )


def _not_yet(stage: Stage) -> None:
    printer = stage.open()
    way = new_way(stage, printer).go(until="mark")
    stage.expect(way.error is None, f"{way.at} failed")
    record = observed(stage, printer, way.key, way.key, must=True)
    is_open = record is None or record.verdict.outcome in (Outcome.UNKNOWN, Outcome.NOT_STARTED)
    stage.expect(is_open, "a job that was not begun has ended")
    looked(stage, printer, way.key, way.key, must=True)


def _prepare(stage: Stage) -> None:
    printer = stage.open()
    with stage.unmoved("loading a picture moved or marked a card"):
        stage.done(lambda: printer.prepare(stage.art(), ACT_MS), "loading a picture failed")
        stage.done(lambda: printer.prepare(stage.art(), ACT_MS), "loading another picture failed")


def _bad_picture(stage: Stage) -> None:
    printer = stage.open()
    bad = (b"", CANARY.encode() * 8, stage.art().front_png[:20] + b"\x00\x00\x00\x10" + stage.art().front_png[24:])
    with stage.unmoved("a picture that is none moved or marked a card"):
        for png in bad:
            stage.refused(partial(printer.prepare, Artwork(png), ACT_MS), "a picture that is none was taken")


def _own_picture(stage: Stage) -> None:
    """The picture loaded last counts, and one that was loaded for a card that was given up is forgotten."""
    printer = stage.open()
    for count in (1, 2, 3):
        given_up = stage.token()
        stage.done(lambda token=given_up: printer.prepare(stage.art(token), ACT_MS), "loading a picture failed")  # type: ignore[misc]  # a default binds the name
        new_way(stage, printer).whole("a card after the picture of one that was given up")
        whole = [card for card in ink_once(stage) if card.whole]
        stage.expect(len(whole) == count, "the card that came out is not whole")


def _feed(stage: Stage) -> None:
    printer = stage.open()
    stage.done(lambda: printer.feed(ACT_MS), "feeding a blank failed")
    out = _out(stage.cards())
    stage.expect(len(out) == 1, f"one feed took {len(out)} blanks")
    stage.expect(out[0].lies is Lies.INSIDE, f"the blank fed lies in {out[0].lies.value}")
    with stage.unmoved("a second feed moved a card while one was inside"):
        stage.refused(lambda: printer.feed(ACT_MS), "a second feed succeeded while a card was inside")
    looked(stage, printer, "", "", must=True)


def _deliver(stage: Stage) -> None:
    printer = stage.open()
    stage.done(lambda: printer.feed(ACT_MS), "feeding a blank failed")
    stage.done(lambda: printer.deliver(Bin.OUTPUT, ACT_MS), "delivering failed")
    out = _out(stage.cards())
    stage.expect([card.lies for card in out] == [Lies.OUTPUT], "the card delivered does not lie in the output")
    with stage.unmoved("delivering with nothing inside moved a card"):
        stage.attempt(lambda: printer.deliver(Bin.OUTPUT, ACT_MS))
    looked(stage, printer, "", "", must=True)


def _without_card(stage: Stage) -> None:
    printer = stage.open()
    stage.done(lambda: printer.prepare(stage.art(), ACT_MS), "loading a picture failed")
    with stage.unmoved("printing with no card inside moved or marked one"):
        stage.refused(lambda: printer.mark(stage.used(stage.token()), ACT_MS), "printing with no card inside succeeded")


def _without_picture(stage: Stage) -> None:
    """No picture at first, and none left over from the card before."""
    printer = stage.open()
    for which in ("before any picture was loaded", "with the picture of the card before"):
        stage.done(lambda: printer.feed(ACT_MS), "feeding a blank failed")
        stage.done(lambda: printer.move(Place.HEAD, ACT_MS), "moving to the head failed")
        before = _marks(stage.cards())
        stage.refused(lambda: printer.mark(stage.used(stage.token()), ACT_MS), f"a card was printed {which}")
        stage.expect(_marks(stage.cards()) == before, f"declined, and a card was marked {which}")
        stage.done(lambda: printer.deliver(Bin.OUTPUT, ACT_MS), "delivering failed")
        new_way(stage, printer).whole("a card without any trouble")


def _same_token(stage: Stage) -> None:
    printer = stage.open()
    first = new_way(stage, printer).go(until="deliver")
    stage.expect(first.error is None, f"{first.at} failed")
    stage.attempt(lambda: printer.prepare(stage.art(), ACT_MS))
    stage.refused(lambda: printer.mark(first.token, ACT_MS), "the same leave was used twice on one card")
    ink_once(stage)
    stage.done(lambda: printer.deliver(Bin.OUTPUT, ACT_MS), "delivering failed")
    second = new_way(stage, printer).go(until="mark")
    stage.expect(second.error is None, f"{second.at} failed")
    stage.refused(lambda: printer.mark(first.token, ACT_MS), "the same leave was used again on another card")
    stage.expect(_marks(ink_once(stage)) == 1, "declined, and the next card was marked all the same")


def _other_token(stage: Stage) -> None:
    printer = stage.open()
    way = new_way(stage, printer).go(until="deliver")
    stage.expect(way.error is None, f"{way.at} failed")
    stage.attempt(lambda: printer.prepare(stage.art(), ACT_MS))
    stage.attempt(lambda: printer.mark(stage.used(stage.token()), ACT_MS))
    out = _out(ink_once(stage))
    stage.expect(stage.is_opaque or len(out) == 1, "printing over a marked card took another blank")


def _recover(stage: Stage) -> None:
    for action in Recovery:
        for at in stage.moments(Strike.JAM)[-2:]:
            stage.fresh()
            printer = stage.open()
            stage.strike(Strike.JAM, at)
            way = new_way(stage, printer).go()
            before = stage.cards()
            must_be_seen(stage, way, Strike.JAM, at, before)
            stage.attempt(partial(printer.recover, action, ACT_MS))
            after = stage.cards()
            stage.expect(_marks(after) == _marks(before), f"recover({action.value}) printed")
            stage.expect(len(_out(after)) == len(_out(before)), f"recover({action.value}) took another blank")
            looked(stage, printer, "", "")


def _reset(stage: Stage) -> None:
    for level in ResetLevel:
        stage.fresh()
        printer = stage.open()
        stage.done(partial(printer.feed, ACT_MS), "feeding a blank failed")
        with stage.unmoved(f"reset({level.value}) moved the card inside"):
            said = f"reset({level.value}) with a card inside was not declined"
            stage.refused(partial(printer.reset, level, ACT_MS), said)
        status = stage.attempt(partial(printer.status, ACT_MS))
        stage.expect(not isinstance(status, Exception), f"reset({level.value}) was declined and done")


def _restart(stage: Stage) -> None:
    """Whatever was in the device's memory, nothing prints by itself, and no picture is left to print."""
    printer = stage.open()
    way = new_way(stage, printer).go(until="mark")
    stage.expect(way.error is None, f"{way.at} failed")
    before = stage.cards()
    stage.let_go(printer)
    stage.strike(Strike.POWER_CUT, Moment.NOW)
    stage.bench.mend()
    again = stage.open()
    looked(stage, again, way.key, way.key)
    stage.expect(_marks(stage.cards()) == _marks(before), "a card was marked by itself after a restart")
    stage.attempt(lambda: again.move(Place.HEAD, ACT_MS))
    stage.refused(lambda: again.mark(stage.used(way.token), ACT_MS), "a picture from before the restart was printed")
    stage.expect(
        _marks(stage.cards()) == _marks(before), "declined, and the picture from before the restart was printed"
    )


def _close(stage: Stage) -> None:
    printer = stage.raw()
    stage.done(printer.close, "closing failed")
    stage.done(printer.close, "closing twice failed")
    again = stage.raw()
    stage.done(lambda: again.identify(ACT_MS), "opening again after a close failed")
    stage.let_go(again)


def _closed(stage: Stage) -> None:
    printer = stage.open()
    stage.done(printer.close, "closing failed")
    calls = {
        "identify": lambda: printer.identify(ACT_MS), "reserve": lambda: printer.reserve(OWNER, ACT_MS),
        "capabilities": lambda: printer.capabilities(ACT_MS), "release": lambda: printer.release(ACT_MS),
        "configure": lambda: printer.configure(Settings(), ACT_MS), "status": lambda: printer.status(ACT_MS),
        "counters": lambda: printer.counters(ACT_MS), "look": lambda: printer.look("", ACT_MS),
        "prepare": lambda: printer.prepare(stage.art(), ACT_MS), "feed": lambda: printer.feed(ACT_MS),
        "mark": lambda: printer.mark(stage.used(stage.token()), ACT_MS),
        "observe": lambda: printer.observe("1", ACT_MS),
        "deliver": lambda: printer.deliver(Bin.OUTPUT, ACT_MS), "reset": lambda: printer.reset(ResetLevel.SOFT, ACT_MS),
        "recover": lambda: printer.recover(Recovery.CLEAR_ERROR, ACT_MS),
        "move": lambda: printer.move(Place.HEAD, ACT_MS), "flip": lambda: printer.flip(ACT_MS),
        "supplies": lambda: printer.supplies(ACT_MS), "read_uid": lambda: printer.read_uid(ACT_MS),
        "read_chip": lambda: printer.read_chip(ACT_MS), "encode": lambda: printer.encode(CONTENT, ACT_MS),
    }  # fmt: skip
    with stage.unmoved("a closed driver moved a card"):
        for name, call in calls.items():
            error = stage.refused(call, f"{name} works on a closed driver")
            stage.expect(isinstance(error, DriverLost), f"{name} on a closed driver raises {type(error).__name__}")


def _quotes_nothing(stage: Stage) -> None:
    """Pictures and chips that are none, too much for a chip, a leave used twice: each is answered with words.

    That the number is in none of them is heard in this check as in every other (`hearing`).
    """
    printer = stage.open()
    stage.refused(lambda: printer.prepare(Artwork(CANARY.encode() * 4), ACT_MS), "a picture that is none was taken")
    stage.attempt(lambda: printer.encode(CONTENT, ACT_MS))
    stage.attempt(lambda: printer.read_chip(ACT_MS))
    way = new_way(stage, printer).go(until="mark")
    for call in (lambda: printer.feed(ACT_MS), lambda: printer.encode(CONTENT * 400, ACT_MS)):
        stage.attempt(call)
    way.go(past="encode" if stage.has(Can.READS_CHIP) else "prepare")
    stage.refused(lambda: printer.mark(stage.used(way.token), ACT_MS), "the same leave was used twice")
    looked(stage, printer, way.job, way.key)


CARD_CHECKS = (
    Check("whole-card", "One leave takes one blank and gives one whole card of that job.", always, _whole),
    Check("good-needs-evidence", "GOOD is said with evidence only, and never by an opaque queue.", always, _evidence),
    Check("not-yet-begun", "A job that was not begun has not ended.", always, _not_yet),
    Check("prepare-moves-nothing", "Loading a picture moves and marks no card.", always, _prepare),
    Check("bad-picture", "A picture of another size, or none, is declined.", always, _bad_picture),
    Check("own-picture", "On each card stands the picture of its own leave.", always, _own_picture),
    Check("feed-takes-one", "A feed takes one blank, and none while a card is inside.", steps, _feed),
    Check("delivers", "A card comes to the output; with none inside nothing moves.", steps, _deliver),
    Check("mark-needs-card", "Nothing is printed with no card inside.", steps, _without_card),
    Check("mark-needs-picture", "Nothing is printed without a picture of its own.", steps, _without_picture),
    Check("token-once", "A leave to print is good for one print.", always, _same_token),
    Check("card-once", "A card that has ink is not marked again.", steps, _other_token),
    Check("recover-prints-nothing", "No recovery prints or takes a blank.", both(steps, offers(Strike.JAM)), _recover),
    Check(
        "reset-needs-empty", "A reset with a card inside is declined.", both(steps, needs(Can.CARD_POSITION)), _reset
    ),
    Check(
        "memory-dies",
        "After a restart nothing is printed from memory.",
        both(steps, offers(Strike.POWER_CUT, Moment.NOW)),
        _restart,
    ),
    Check("closes-twice", "Closing is possible twice, and opening after it.", always, _close, moves=False),
    Check("closed-is-lost", "A closed driver answers every call with DriverLost.", always, _closed),
    Check("quotes-nothing", "No error, notice or verdict quotes what is to be printed.", always, _quotes_nothing),
)
