"""The scripted operator (operator peragaan): looks at cards and lamps, and at nothing else.

For each card the station asks about, the operator takes the picture of what should be on
the card from the station's page and the picture of the card that came out, compares them
as a person would, and signs the verdict. What was bad is noted for the report. At a printer that
stands still the operator does what its display asks for.
"""

import threading
import time
from typing import Any

import httpx
from attrs import define, field

from ektp_cli.demo.hands import OPERATOR, Hands
from ektp_cli.demo.house import STATION
from ektp_core.boundary.driver_bench import Lies
from ektp_core.errors import Refused
from ektp_core.flow.pressing import Conclude
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from ektp_driver_virtual.eye import what_is_wrong

PAUSE_S = 0.015


@define(eq=False)
class Operator:
    """One person at the station, in a thread."""

    hands: Hands
    notebook: dict[str, str] = field(init=False, factory=dict)  # serial -> what was wrong
    looked: int = 0
    put_right: list[tuple[str, str]] = field(init=False, factory=list)  # printer, what was done there
    _away_from: str = field(init=False, default="")
    _most: int | None = field(init=False, default=None)
    _judged: set[tuple[str, int]] = field(init=False, factory=set)
    _turn: threading.Lock = field(init=False, factory=threading.Lock)
    _ended: threading.Event = field(init=False, factory=threading.Event)
    _thread: threading.Thread = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._thread = threading.Thread(target=self._work, name="operator", daemon=True)
        self._thread.start()

    def go_home(self) -> None:
        """Stop looking."""
        self._ended.set()
        self._thread.join()

    def leave(self, printer: str) -> None:
        """Look at this printer no more. A look that has begun ends first: from here on nobody judges its cards."""
        with self._turn:
            self._away_from = printer

    def come_back(self) -> None:
        """Look at every printer again."""
        with self._turn:
            self._away_from = ""

    def rest_at(self, count: int | None) -> None:
        """Judge so many cards in all and then no more; None: go on without an end."""
        with self._turn:
            self._most = count

    def has_judged(self, card: dict[str, Any]) -> bool:
        """Whether the verdict on this card was taken: a page may show for a moment that it still waits."""
        return (card["record"], card["n"]) in self._judged

    def _work(self) -> None:
        while not self._ended.is_set():
            shown = self.hands.see()
            for printer in shown.get("printers", []):
                with self._turn:
                    is_at_it = printer["name"] != self._away_from and (self._most is None or self.looked < self._most)
                    if printer["phase"] == "asking" and is_at_it:
                        self._judge(printer["name"], printer["card"])
            if shown:
                self._go_round({printer["name"]: printer["phase"] for printer in shown["printers"]})
            time.sleep(PAUSE_S)

    def _go_round(self, lamps: dict[str, str]) -> None:
        """Put right what stands still, and what the station cannot open."""
        for name, machine in self.hands.house.machines.items():
            if lamps.get(name, "") in ("", "resting") and (done := machine.put_right(name not in lamps)):
                self.put_right.append((name, done))

    def _judge(self, printer: str, card: dict[str, Any]) -> None:
        try:
            wrong = what_is_wrong(self.hands.expected_picture(card["record"]), self._picture(printer, card))
            outcome, cause = (Outcome.SPOILED, Cause.MISPRINT) if wrong else (Outcome.GOOD, Cause.NONE)
            verdict = Conclude(card["record"], card["n"], outcome, BlankPlace.OUTPUT, Certainty.OPERATOR, cause)
            self.hands.ask_station(STATION, verdict, OPERATOR)
        except FileNotFoundError:
            self._miss(printer, card)
            return
        except (httpx.HTTPError, OSError, Refused):
            return  # the station went away in between; it will ask again
        self._judged.add((card["record"], card["n"]))
        self.looked += 1
        if wrong:
            self.notebook[f"{card['series']} {card['number']}"] = wrong

    def _miss(self, printer: str, card: dict[str, Any]) -> None:
        """No card came out, though the station was told that the job ended: nobody knows what became of it."""
        machine = self.hands.house.machines[printer]
        if machine.cards()[f"{card['series']} {card['number']}"].lies is Lies.OUTPUT:
            return  # it comes into sight
        if done := machine.put_right(is_away=False):
            self.put_right.append((printer, done))
        nobody_knows = (Outcome.UNKNOWN, BlankPlace.UNKNOWN, Certainty.OPERATOR, Cause.NO_EVIDENCE)
        try:
            self.hands.ask_station(STATION, Conclude(card["record"], card["n"], *nobody_knows), OPERATOR)
        except (httpx.HTTPError, OSError, Refused):
            return
        self._judged.add((card["record"], card["n"]))

    def _picture(self, printer: str, card: dict[str, Any]) -> bytes:
        """The card in the operator's hand: the one that bears this serial."""
        return self.hands.house.machines[printer].look_at(f"{card['series']} {card['number']}")
