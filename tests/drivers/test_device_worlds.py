"""Machines that are ordered about, broken and killed at random keep a truth that adds up."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from attrs import Factory, define
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ektp_core.boundary.card_printer import Bin, CardPosition, Recovery, Station
from ektp_driver_virtual import messages, panel
from ektp_driver_virtual.body import Body, PowerLost
from ektp_driver_virtual.chip import uid_of
from ektp_driver_virtual.device import Device
from ektp_driver_virtual.faults import STEPS
from ektp_driver_virtual.messages import Declined, FaultKind, TakeFrom
from ektp_driver_virtual.truth import Event, Place, Truth, read_truth
from ektp_driver_virtual.truth_log import Pictures, TruthLog

#: The firmware reads no more of a picture than this, and a torn picture is a case too.
HEAD = b"\x89PNG\r\n\x1a\n" + bytes(8) + (1016).to_bytes(4, "big") + (648).to_bytes(4, "big")


class Killed(Exception):
    """The process ended here."""


@define
class MortalLog(TruthLog):
    """A log whose process is killed at a chosen entry: before it, in the middle, or after it."""

    deaths: list[tuple[int, str]] = Factory(list)

    def append(self, event: Event) -> None:
        count, how = self.deaths[0] if self.deaths else (0, "")
        if count != 1:
            self.deaths[:1] = [(count - 1, how)] if count else []
            super().append(event)
            return
        self.deaths.clear()
        if how == "after":
            super().append(event)
        if how == "torn":
            os.write(self._file, b'{"n":')
        raise Killed


def no_wait(_ms: float) -> None:
    """No time passes."""


def power_up(folder: Path) -> Device:
    plain = TruthLog.open(folder)
    log = MortalLog(folder, plain._file, [])
    device = Device(Body("VP-1", log, Pictures(folder), lambda: 0, no_wait))
    device.start()
    return device


def check_sums(truth: Truth) -> None:
    """What must hold of any printer, whatever happened to it."""
    fed = [card for card in truth.cards.values() if card.fed]
    marked = [card for card in fed if card.marked]
    counts = truth.counters
    assert len(fed) == counts["fed"]
    assert sum(card.marked for card in truth.cards.values()) == len(marked) <= len(fed)
    assert len({card.job_key for card in marked}) == len(marked)
    assert not [card for card in fed if card.printed_good and card.spoiled]
    assert counts["ejected"] + counts["rejected"] <= counts["fed"]
    assert counts["printed"] <= len(marked)
    inside = [card.serial for card in fed if card.place is Place.INSIDE]
    assert inside == ([truth.inside] if truth.inside else [])
    assert (truth.position is CardPosition.NONE) == (not truth.inside)
    waiting = {card.serial for card in truth.cards.values() if card.place is Place.HOPPER and not card.taken}
    assert set(truth.hopper) == waiting


class PrinterWorld(RuleBasedStateMachine):
    """Any order at any time, with faults, people, and death."""

    @initialize()
    def switch_on(self) -> None:
        self._room = tempfile.TemporaryDirectory()
        self.folder = Path(self._room.name)
        self.loaded = self.keys = 0
        self.seen: dict[str, int] = {}
        self.device = power_up(self.folder)

    def do(self, command: object) -> Any:
        try:
            return self.device.perform(command)
        except PowerLost:
            return None
        except Killed:
            self.die()
            return None

    @property
    def truth(self) -> Truth:
        return self.device.body.truth

    @rule(count=st.integers(1, 3))
    def load(self, count: int) -> None:
        uids = tuple(uid_of("T", self.loaded + n + 1) for n in range(count))
        if isinstance(self.at_panel(messages.LoadBlanks("T", self.loaded + 1, uids)), messages.PanelView):
            self.loaded += count

    def at_panel(self, order: object) -> Any:
        try:
            return panel.perform(self.device.body, order)
        except Killed:
            self.die()
            self.loaded = max([self.loaded, *(int(serial.split()[1]) for serial in self.truth.cards)])
            return None

    @rule(command=st.sampled_from((
        messages.Feed(), messages.Move(Station.CONTACTLESS), messages.Move(Station.HEAD), messages.ReadUid(),
        messages.Encode(b"x"), messages.Prepare(HEAD), messages.AskStatus(), messages.AskLook("k1/1/1"),
        messages.Deliver(Bin.OUTPUT), messages.Deliver(Bin.REJECT),
        messages.Recover(Recovery.REJECT_CARD), messages.Recover(Recovery.CLEAR_ERROR),
        messages.Recover(Recovery.RESUME_SAME_CARD),
    )))  # fmt: skip
    def order(self, command: object) -> None:
        self.do(command)

    @rule(old=st.booleans())
    def mark(self, old: bool) -> None:
        self.keys += not old
        self.do(messages.Prepare(HEAD))
        self.do(messages.Mark(f"k{self.keys}/1/1"))

    @rule()
    def whole_card(self) -> None:
        self.keys += 1
        for command in (messages.Feed(), messages.Prepare(HEAD), messages.Mark(f"k{self.keys}/1/1"), messages.Deliver(Bin.OUTPUT)):
            if isinstance(self.do(command), Declined | None):
                return

    @rule(kind=st.sampled_from(FaultKind), data=st.data(), at_card=st.integers(0, 2))
    def arm(self, kind: FaultKind, data: st.DataObject, at_card: int) -> None:
        self.at_panel(messages.SetFault(kind, data.draw(st.sampled_from(STEPS[kind])), at_card))

    @rule(places=st.lists(st.sampled_from(TakeFrom), unique=True))
    def take(self, places: list[TakeFrom]) -> None:
        self.at_panel(messages.TakeOut(tuple(places)))

    @rule()
    def new_ribbon(self) -> None:
        self.at_panel(messages.NewRibbon())

    @rule()
    def power_comes(self) -> None:
        if not self.device.body.powered:
            self.device.start()

    @rule(entries=st.integers(1, 4), how=st.sampled_from(["before", "torn", "after"]))
    def be_killed_soon(self, entries: int, how: str) -> None:
        log = self.device.body.log
        assert isinstance(log, MortalLog)
        log.deaths[:] = [(entries, how)]

    def die(self) -> None:
        kept = read_truth(self.folder)
        self.device.body.log.close()
        self.device = power_up(self.folder)
        assert self.truth.session == kept.session + 1
        for serial, card in kept.cards.items():
            now = self.truth.cards[serial]
            assert (now.fed, now.marked, now.printed_good, now.place) == (card.fed, card.marked, card.printed_good, card.place)
            assert now.spoiled or not card.spoiled

    @invariant()
    def the_sums_hold(self) -> None:
        if not hasattr(self, "device"):
            return
        check_sums(self.truth)
        assert read_truth(self.folder) == self.truth
        assert all(self.truth.counters[name] >= count for name, count in self.seen.items())
        self.seen = dict(self.truth.counters)

    @invariant()
    def every_ended_mark_has_a_picture(self) -> None:
        if not hasattr(self, "device") or not self.device.body.powered:
            return
        for card in self.truth.cards.values():
            if card.marked:
                assert card.printed_good or card.spoiled
                assert (self.folder / card.picture).exists()

    def teardown(self) -> None:
        if hasattr(self, "device"):
            self.device.body.log.close()
            self._room.cleanup()


TestPrinterWorld = pytest.mark.filterwarnings("default")(PrinterWorld.TestCase)
TestPrinterWorld.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


WAY = (
    messages.Feed(), messages.Move(Station.CONTACTLESS), messages.Encode(b"x"), messages.Prepare(HEAD),
    messages.Mark("k1/1/1"), messages.Deliver(Bin.OUTPUT),
)  # fmt: skip


@pytest.mark.parametrize("how", ["before", "torn", "after"])
@pytest.mark.parametrize("entry", range(1, 8))
@pytest.mark.parametrize("kind", [None, FaultKind.MISPRINT, FaultKind.JAM])
def test_a_printer_killed_at_any_entry_of_a_cards_way_knows_what_became_of_it(
    tmp_path: Path, kind: FaultKind | None, entry: int, how: str
) -> None:
    device = power_up(tmp_path)
    panel.perform(device.body, messages.LoadBlanks("T", 1, (uid_of("T", 1),)))
    if kind:
        panel.perform(device.body, messages.SetFault(kind, STEPS[kind][0]))
    log = device.body.log
    assert isinstance(log, MortalLog)
    log.deaths[:] = [(entry, how)]
    with suppress(Killed):
        for command in WAY:
            device.perform(command)
    kept = read_truth(tmp_path).cards["T 1"]
    log.close()
    again = power_up(tmp_path)
    card = again.body.truth.cards["T 1"]
    check_sums(again.body.truth)
    assert (card.fed, card.marked, card.place, card.printed_good) == (kept.fed, kept.marked, kept.place, kept.printed_good)
    assert card.spoiled == (kept.spoiled or (kept.marked and not kept.printed_good))
    assert card.picture == ("cards/T_1.png" if card.marked else "")
    assert not card.marked or (tmp_path / card.picture).exists()
    assert not list(tmp_path.glob("cards/*.begun")) or not card.marked
    again.body.log.close()


def test_two_processes_never_run_one_printer(tmp_path: Path) -> None:
    device = power_up(tmp_path)
    with pytest.raises(Exception, match="already runs"):
        TruthLog.open(tmp_path)
    device.body.log.close()
