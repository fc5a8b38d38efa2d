"""The demo's operator: who is sent away from a printer judges nothing there any more, not even the card in hand."""

import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ektp_cli.demo import eyes
from ektp_cli.demo.eyes import Operator
from ektp_cli.demo.play import Play
from tests.station.station_bench import WAIT_S, until


class Hands:
    """A page on which both printers wait for ever, and a station that takes a verdict when it is let."""

    def __init__(self, folder: Path) -> None:
        for name in ("A", "B"):
            (folder / name / "cards").mkdir(parents=True)
            (folder / name / "cards" / "P_1.png").touch()
        self.house = SimpleNamespace(printers={name: SimpleNamespace(folder=folder / name) for name in ("A", "B")})
        self.begun: list[str] = []
        self.taken: list[str] = []
        self.may_take = threading.Event()

    def see(self) -> dict[str, Any]:
        cards = ({"record": name, "n": 1, "series": "P", "number": 1} for name in ("A", "B"))
        return {"printers": [{"name": card["record"], "phase": "asking", "card": card} for card in cards]}

    def expected_picture(self, _: str) -> bytes:
        return b""

    def ask_station(self, _: str, verdict: Any, *__: str) -> None:
        self.begun.append(verdict.record)
        assert self.may_take.wait(WAIT_S)
        self.taken.append(verdict.record)


@pytest.fixture
def hands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hands:
    monkeypatch.setattr(eyes, "what_is_wrong", lambda *_: "")
    return Hands(tmp_path)


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
    play.hands, play.operator = hands, operator  # type: ignore[assignment]
    assert play._waits("B")
    hands.may_take.set()
    until(lambda: "B" in hands.taken and operator.looked >= 2, "it is judged")
    assert not play._waits("B")
