"""The short words of the language (kata jawaban): what went wrong, and the colours of a ribbon.

Source: PROTOCOL.md of the driver, section 2 (replies) and 5 (ribbons).
"""

from enum import Enum


class Wrong(Enum):
    """Why a command was not carried out, or not to its end."""

    COMMAND = "COMMAND"
    PARAMETER = "PARAMETER"
    MECHANICAL = "MECHANICAL"
    TIMEOUT = "TIMEOUT"
    COVER = "COVER"
    FEEDER = "FEEDER"
    RIBBON = "RIBBON"
    CARD = "CARD"
    CANCEL = "CANCEL"

    @property
    def reply(self) -> str:
        """How the printer says it."""
        return f"ERR {self.value}"


class Trouble(Exception):
    """The machine stopped: the command in hand ends with this word."""

    def __init__(self, wrong: Wrong) -> None:
        super().__init__(wrong.reply)
        self.wrong = wrong


class Hung(Exception):
    """The firmware stands still and does nothing more until it is switched off and on."""


OK = "OK"
NO_CARD = "NO CARD"
NEEDS_CLEANING = "ERR NEED CLEANING"

#: The colours each ribbon has, in the order they lie on it.
RIBBONS = {
    "ymcko": "ymcko",
    "ymckok": "ymckok",
    "ko": "ko",
    **dict.fromkeys(("kb", "kw", "kr", "kbl", "kgr", "kgo", "ksi"), "k"),
}
