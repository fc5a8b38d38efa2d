"""The demo's operator: who is sent away from a printer judges nothing there any more, not even the card in hand."""

import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from ektp_cli.demo import eyes
from ektp_cli.demo.eyes import Operator
from ektp_cli.demo.play import Play
from ektp_core.boundary.driver_bench import Lies
from ektp_core.vocabulary.verdict import BlankPlace, Outcome
from tests.station.station_bench import WAIT_S, until


class Hands:
    """A page on which both printers wait for ever, and a station that takes a verdict when it is let."""

    def __init__(self) -> None:
        self.put_right: list[bool] = []
        machine = SimpleNamespace(look_at=lambda _: b"", put_right=self._put_right)
        self.house = SimpleNamespace(machines={"A": machine, "B": machine})
        self.phases = {"A": "asking", "B": "asking"}
        self.begun: list[str] = []
        self.taken: list[str] = []
        self.may_take = threading.Event()

    def _put_right(self, is_away: bool) -> str:
        self.put_right.append(is_away)
        return ""

    def see(self) -> dict[str, Any]:
        cards = ({"record": name, "n": 1, "series": "P", "number": 1} for name in self.phases)
        return {
            "printers": [
                {"name": card["record"], "phase": self.phases[str(card["record"])], "card": card} for card in cards
            ]
        }

    def expected_picture(self, _: str) -> bytes:
        return b""

    def ask_station(self, _: str, verdict: Any, *__: str) -> None:
        self.begun.append(verdict.record)
        assert self.may_take.wait(WAIT_S)
        self.taken.append(verdict.record)


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    monkeypatch.setattr(eyes, "what_is_wrong", lambda *_: "")
    return Hands()


@pytest.fixture
def operator(hands: Hands) -> Iterator[Operator]:
    made = Operator(hands)  # type: ignore[arg-type]  # as much of them as an operator needs
    yield made
    hands.may_take.set()
    made.go_home()


def test_a_verdict_under_way_comes_to_its_end_before_somebody_has_left(operator: Operator, hands: Hands) -> None:
    until(lambda: hands.begun == ["A"], "a verdict is on its way")
    leaving = threading.Thread(target=operator.leave, args=("A",))
    leaving.start()
    leaving.join(0.2)
    assert leaving.is_alive(), "the card in hand is judged first"
    hands.may_take.set()
    leaving.join(WAIT_S)
    assert not leaving.is_alive() and "A" in hands.taken
    before = hands.begun.count("A")
    until(lambda: hands.begun.count("B") >= 5, "the other printer is looked after")
    assert hands.begun.count("A") == before
    operator.come_back()
    until(lambda: hands.begun.count("A") > before, "it is looked after again")


def test_a_printer_whose_card_was_judged_does_not_wait_though_the_page_still_says_so(
    operator: Operator, hands: Hands
) -> None:
    play = Play(None, None, ())  # type: ignore[arg-type]  # neither house nor show is needed
    play.hands, play.operator = hands, operator  # type: ignore[assignment]  # as much of hands as is looked at
    assert play._waits("B")
    hands.may_take.set()
    until(lambda: "B" in hands.taken and operator.looked >= 2, "it is judged")
    assert not play._waits("B")


def test_an_operator_who_rests_at_a_number_judges_no_card_more(operator: Operator, hands: Hands) -> None:
    hands.may_take.set()
    until(lambda: operator.looked >= 1, "cards are judged")
    operator.rest_at(1)
    before = len(hands.begun)
    time.sleep(10 * eyes.PAUSE_S)
    assert len(hands.begun) == before
    operator.rest_at(None)
    until(lambda: len(hands.begun) > before, "work goes on")


@pytest.mark.parametrize(("phases", "is_away"), [({"A": "resting", "B": "acting"}, False), ({"B": "acting"}, True)])
def test_a_printer_that_stands_still_or_cannot_be_opened_is_put_right(
    operator: Operator, hands: Hands, phases: dict[str, str], is_away: bool
) -> None:
    hands.may_take.set()
    hands.phases = phases
    until(lambda: len(hands.put_right) >= 2, "the operator went there")
    assert set(hands.put_right) == {is_away}


@pytest.mark.rule(22)
def test_a_card_that_never_came_out_is_not_judged_good_but_said_to_be_unknown(
    operator: Operator, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[Any] = []

    def nothing(_: str) -> bytes:
        raise FileNotFoundError

    machine = hands.house.machines["A"]
    machine.look_at, machine.cards = nothing, lambda: {"P 1": SimpleNamespace(lies=Lies.INSIDE)}
    monkeypatch.setattr(hands, "ask_station", lambda _, verdict, *__: said.append(verdict))
    hands.may_take.set()
    until(lambda: len(said) > 3, "the operator says something")
    assert {(one.outcome, one.blank) for one in said[2:]} == {(Outcome.UNKNOWN, BlankPlace.UNKNOWN)}
    looked = operator.looked
    machine.cards = lambda: {"P 1": SimpleNamespace(lies=Lies.OUTPUT)}
    time.sleep(5 * eyes.PAUSE_S)
    before = len(said)
    time.sleep(10 * eyes.PAUSE_S)
    assert (len(said), operator.looked) == (before, looked), "a card that is only on its way is waited for"
