"""The scripted operator (operator peragaan): looks at card pictures and lamps, and at nothing else.

For each card the station asks about, the operator takes the picture of what should be on
the card from the station's page and the picture of the card that came out, compares them
as a person would, and signs the verdict. What was bad is noted for the report.
"""

import threading
import time
from typing import Any

import httpx
from attrs import define, field

from ektp_cli.demo.hands import OPERATOR, Hands
from ektp_cli.demo.house import STATION
from ektp_core.errors import Refused
from ektp_core.flow.pressing import Conclude
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from ektp_driver_virtual.eye import what_is_wrong

PAUSE_S = 0.015


@define(eq=False)
class Operator:
    """One person at the station, in a thread. `away_from` names a printer nobody looks at for now."""

    hands: Hands
    notebook: dict[str, str] = field(init=False, factory=dict)  # serial -> what was wrong
    looked: int = 0
    away_from: str = ""
    _ended: threading.Event = field(init=False, factory=threading.Event)
    _thread: threading.Thread = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._thread = threading.Thread(target=self._work, name="operator", daemon=True)
        self._thread.start()

    def go_home(self) -> None:
        """Stop looking."""
        self._ended.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._ended.is_set():
            shown = self.hands.see()
            for printer in shown.get("printers", []):
                if printer["phase"] == "asking" and printer["name"] != self.away_from:
                    self._judge(printer["name"], printer["card"])
            time.sleep(PAUSE_S)

    def _judge(self, printer: str, card: dict[str, Any]) -> None:
        try:
            wrong = what_is_wrong(self.hands.expected_picture(card["record"]), self._picture(printer, card))
            outcome, cause = (Outcome.SPOILED, Cause.MISPRINT) if wrong else (Outcome.GOOD, Cause.NONE)
            verdict = Conclude(card["record"], card["n"], outcome, BlankPlace.OUTPUT, Certainty.OPERATOR, cause)
            self.hands.ask_station(STATION, verdict, OPERATOR)
        except (httpx.HTTPError, OSError, Refused):
            return  # the station went away in between; it will ask again
        self.looked += 1
        if wrong:
            self.notebook[f"{card['series']} {card['number']}"] = wrong

    def _picture(self, printer: str, card: dict[str, Any]) -> bytes:
        """The card in the operator's hand: the one that bears this serial."""
        name = f"{card['series']}_{card['number']}.png"
        return (self.hands.house.printers[printer].folder / "cards" / name).read_bytes()
